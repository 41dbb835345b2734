//! A host that gives nothing: for calls whose page needs nothing.

use async_trait::async_trait;
use vzaemo_contract::call::{
    Address, Body, CaseTerm, Conflict, Denied, Document, FileInfo, Hit, Level, Message, Principal, Query,
    Rows, Unit,
};
use vzaemo_runtime::Imports;

/// Refuses whatever is asked.
pub struct Nothing;

/// An answer that says no.
trait Refused {
    fn refused() -> Self;
}

impl<T> Refused for Result<T, Denied> {
    fn refused() -> Self {
        Err(Denied::NotGranted)
    }
}

impl<T> Refused for Result<T, Conflict> {
    fn refused() -> Self {
        Err(Conflict::Denied(Denied::NotGranted))
    }
}

macro_rules! refusing {
    ($($name:ident($($arg:ident: $of:ty),*) -> $out:ty;)*) => {
        #[async_trait]
        impl Imports for Nothing {
            $(async fn $name(&mut self, $(_: $of),*) -> $out {
                Refused::refused()
            })*
            fn settings(&mut self) -> String {
                "{}".to_owned()
            }
            fn log(&mut self, _: Level, _: &str) {}
        }
    };
}
vzaemo_contract::imports!(refusing);

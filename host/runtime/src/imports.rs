//! What a module asks of the host, to be answered by whoever calls it.

use async_trait::async_trait;
use vzaemo_contract::call::{
    Address, Body, CaseTerm, Conflict, Denied, Document, FileInfo, Hit, Level, Message, Principal, Query,
    Rows, Unit,
};

macro_rules! asynchronous {
    ($($name:ident($($arg:ident: $of:ty),*) -> $out:ty;)*) => {
        /// The host's side of one call: the asynchronous twin of [`vzaemo_contract::call::Host`].
        ///
        /// The runtime has already refused what the kind of call or the grants forbid, so an implementation need not
        /// repeat that; it decides by the manifest and the data. Dropping a future of these must be harmless: a call
        /// that runs out of time is dropped where it waits. They are `Any`, so that the caller gets back what it
        /// handed in.
        #[async_trait]
        #[allow(missing_docs)] // each function is documented in sdk/wit
        pub trait Imports: std::any::Any + Send {
            $(async fn $name(&mut self, $($arg: $of),*) -> $out;)*
            /// The module's configuration as a JSON object.
            fn settings(&mut self) -> String;
            /// A line of the module for operators, at most 4 KiB.
            fn log(&mut self, level: Level, text: &str);
        }
    };
}
vzaemo_contract::imports!(asynchronous);

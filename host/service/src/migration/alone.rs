//! What a migration may ask of the host: nothing.

use crate::version::ModuleVersion;
use async_trait::async_trait;
use vzaemo_contract::call::{
    Address, Body, CaseTerm, Conflict, Denied, Document, FileInfo, Hit, Level, Message, Principal, Query,
    Rows, Unit,
};
use vzaemo_runtime::Imports;

/// The host's side of a migration. The runtime refuses it everything but its configuration and the log, so that it is a
/// pure function of the document; this refuses the same once more.
struct Alone {
    module: String,
    settings: String,
}

/// The host's side of a migration by this version.
pub(super) fn imports(version: &ModuleVersion) -> Box<dyn Imports> {
    Box::new(Alone { module: version.manifest.id.clone(), settings: version.settings.clone() })
}

fn refused() -> Denied {
    Denied::Misuse("a migration sees the document only".to_owned())
}

/// The refusal in the type of an answer.
trait Refused {
    fn refused() -> Self;
}

impl<T> Refused for Result<T, Denied> {
    fn refused() -> Self {
        Err(refused())
    }
}

impl<T> Refused for Result<T, Conflict> {
    fn refused() -> Self {
        Err(Conflict::Denied(refused()))
    }
}

macro_rules! alone {
    ($($name:ident($($arg:ident: $of:ty),*) -> $out:ty;)*) => {
        #[async_trait]
        impl Imports for Alone {
            $(async fn $name(&mut self, $($arg: $of),*) -> $out {
                $(let _unused = $arg;)*
                Refused::refused()
            })*

            fn settings(&mut self) -> String {
                self.settings.clone()
            }

            fn log(&mut self, level: Level, text: &str) {
                let module = self.module.as_str();
                match level {
                    Level::Debug => tracing::debug!(module, "{text}"),
                    Level::Info => tracing::info!(module, "{text}"),
                    Level::Warning => tracing::warn!(module, "{text}"),
                    Level::Error => tracing::error!(module, "{text}"),
                }
            }
        }
    };
}
vzaemo_contract::imports!(alone);

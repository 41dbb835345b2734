//! The SDK for modules.
//!
//! A module begins with `vzaemo_sdk::module!();`. That reads `module.toml`, the JSON Schemas, the forms, the
//! configuration schema and the Fluent files beside it at compile time and gives the module its vocabulary:
//! a struct for each collection and form, a handle for each collection (`petitions()`), typed addresses
//! (`view::petition(&number)`, `act::sign(&number)`), `config()`, the `State` of its workflow. What the manifest
//! promises and the code does not keep, or the other way round, does not compile.
//!
//! The same code runs natively in tests: there [`native::with_host`] puts any [`Host`](vzaemo_contract::call::Host)
//! in place of the bindings.
// What pages are made of is written where it stands: `page.text(msg!("…"))` reads better than `&msg!("…")`.
#![allow(clippy::needless_pass_by_value)]
// `host::*` brings the trait by whose methods the bindings answer; natively that import alone would be unused.
#![allow(clippy::wildcard_imports)]

mod address;
#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
mod alloc;
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod bindings;
pub mod cabinet;
pub mod calendar;
mod error;
mod files;
mod guest;
mod host;
mod inline;
mod job;
mod message;
#[cfg(not(target_arch = "wasm32"))]
pub mod native;
pub mod notify;
pub mod page;
pub mod registers;
mod store;
mod term;
mod value;

pub use address::{ActRef, Address, Param, Target};
pub use error::{Error, OrRefuse, Outcome, Result, done, go_to, not_found, refuse, require};
pub use guest::{After, FromCall, Guest, Principal};
pub use inline::{
    DaysLeft, Emphasis, Inline, Link, Named, Strong, Tagged, days_left, emphasis, link, strong, tag,
};
pub use job::JobCall;
pub use message::{Arg, Msg};
pub use page::{Blocks, Page};
pub use store::{Collection, Document, Field, Fields, Rows, Select, Stored, number};
pub use term::{Due, Term};
pub use value::{BodyId, Day, File, Key, Moment, Person, Value};
pub use vzaemo_contract::call::{Body, Conflict, Denied, FileInfo, Hit, Level, Unit};
pub use vzaemo_marks::Tone;
pub use vzaemo_sdk_macros::{act, check, job, migrate, module, msg, view};

pub use serde;
pub use serde_json;

/// Writes a line for operators. Never personal data.
pub fn log(level: Level, text: &str) {
    use host::*;
    host(|host| host.log(level, text));
}

/// What the code that `module!` generates leans on. Not for authors.
#[doc(hidden)]
pub mod hidden {
    pub use crate::guest::{Defaults, decode_input, from_param, from_query, job_args, unknown};
    pub use crate::store::{count, when_count_reaches};
    pub use vzaemo_contract::call::{Failure, Outcome, Request};
    pub use vzaemo_marks::{Kind, Page as Marks, Writer};

    /// The configuration as the host holds it.
    pub fn settings<T: serde::de::DeserializeOwned>() -> Result<T, serde_json::Error> {
        use crate::host::*;
        serde_json::from_str(&host(|host| host.settings()))
    }

    /// The same, where the host has checked it already.
    #[allow(clippy::panic)] // no version goes into service with a configuration that does not fit its schema
    pub fn config<T: serde::de::DeserializeOwned>() -> T {
        match settings() {
            Ok(config) => config,
            Err(error) => panic!("the configuration does not fit its schema: {error}"),
        }
    }
}

/// All that a module's files usually need.
pub mod prelude {
    pub use crate::page::Blocks;
    pub use crate::{
        After, Arg, BodyId, Conflict, Day, Due, Error, File, Inline, Key, Moment, Msg, Named, OrRefuse,
        Outcome, Page, Person, Principal, Result, Stored, Term, Tone, Unit, act, cabinet, calendar, check,
        days_left, done, emphasis, go_to, job, link, migrate, msg, not_found, notify, number, refuse,
        registers, require, strong, tag, view,
    };
}

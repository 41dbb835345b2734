//! The module's side of a call: what the host calls, and how parameters reach the author's functions.

use crate::host::*;
use crate::{BodyId, Error, Person, Result, Value, not_found};
use serde::de::DeserializeOwned;
use vzaemo_contract::call::{Failure, Outcome, Request};
use vzaemo_marks::Page;

/// A module, as the host sees it. `module!` implements it for the module's type `Module`.
pub trait Guest {
    /// The folder of the module's sources, with its manifest, schemas and texts.
    #[cfg(not(target_arch = "wasm32"))]
    fn folder(&self) -> &'static str;
    /// A read.
    fn view(&self, name: &str, request: &Request) -> Result<Page, Failure>;
    /// A change.
    fn act(&self, name: &str, request: &Request) -> Result<Outcome, Failure>;
    /// Timed work.
    fn job(&self, name: &str, args: &str) -> Result<(), Failure>;
    /// Brings a document of an older version of its collection to the present one.
    fn migrate(&self, collection: &str, version: u32, document: &str) -> Result<String, Failure>;
    /// What is wrong with the configuration, in sentences for the holder.
    fn check(&self) -> Vec<String>;
}

/// What a module without `#[migrate]` or `#[check]` does. Its functions yield to inherent ones of the same name.
#[doc(hidden)]
pub trait Defaults {
    fn __migrate(collection: &str, version: u32, _document: &str) -> Result<String> {
        let _ = version;
        Err(Error::broken(&[
            "this module has no `#[migrate]`, so documents of ",
            collection,
            " stay as they are",
        ]))
    }
    fn __check() -> Vec<String> {
        Vec::new()
    }
}

/// Who acts: the person, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The person.
    pub person: Person,
    /// ЄДРПОУ of the organisation that the person acts for.
    pub organisation: Option<String>,
    /// The body for which the person administers this module.
    pub body: Option<BodyId>,
}

/// The query parameter `after`: where a page of rows starts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct After(Option<String>);

impl After {
    /// The cursor, unless this is the first page.
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// A parameter of a view or act that its type alone explains: [`Person`], [`Principal`], their options, [`After`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no parameter of a view or an act",
    note = "a parameter is named after one of the route's path or query parameters, is the form's `input`, or has one of the types `Person`, `Principal`, `Option<Person>`, `Option<Principal>`, `After`"
)]
pub trait FromCall: Sized {
    /// Takes it from the call.
    fn from_call(request: &Request) -> Result<Self>;
}

impl FromCall for Option<Principal> {
    fn from_call(_request: &Request) -> Result<Self> {
        Ok(host(|host| host.principal())?.map(|principal| Principal {
            person: principal.person.into(),
            organisation: principal.organisation,
            body: principal.body.map(BodyId::from),
        }))
    }
}

impl FromCall for Principal {
    fn from_call(request: &Request) -> Result<Self> {
        Option::<Principal>::from_call(request)?.ok_or_else(|| Error::broken(&["nobody is signed in here"]))
    }
}

impl FromCall for Person {
    fn from_call(request: &Request) -> Result<Self> {
        Principal::from_call(request).map(|principal| principal.person)
    }
}

impl FromCall for Option<Person> {
    fn from_call(request: &Request) -> Result<Self> {
        Ok(Option::<Principal>::from_call(request)?.map(|principal| principal.person))
    }
}

impl FromCall for After {
    fn from_call(request: &Request) -> Result<Self> {
        Ok(After(request.query("after").filter(|after| !after.is_empty()).map(str::to_owned)))
    }
}

#[doc(hidden)]
pub fn from_param<T: Value>(request: &Request, name: &str) -> Result<T> {
    request.param(name).and_then(T::from_text).ok_or_else(not_found)
}

#[doc(hidden)]
pub fn from_query<T: Value>(request: &Request, name: &str) -> Result<T> {
    T::from_text(request.query(name).unwrap_or_default()).ok_or_else(not_found)
}

#[doc(hidden)]
pub fn decode_input<T: DeserializeOwned>(request: &Request) -> Result<T> {
    serde_json::from_str(&request.input)
        .map_err(|error| Error::broken(&["the input does not fit its form: ", &error.to_string()]))
}

#[doc(hidden)]
pub fn job_args<T: DeserializeOwned>(args: &str) -> Result<T> {
    serde_json::from_str(args)
        .map_err(|error| Error::broken(&["the arguments of the job do not read: ", &error.to_string()]))
}

#[doc(hidden)]
pub fn unknown(what: &str, name: &str) -> Failure {
    Failure::Broken(["this module has no ", what, " ", name].concat())
}

//! What is tested: the module natively, or anything else that answers the same calls.

use std::path::PathBuf;
use vzaemo_contract::call::{Failure, Host, Outcome, Request};
use vzaemo_marks::Page;

/// A module that the test host can call. Each call is handed the host that answers what it asks.
#[allow(clippy::missing_errors_doc)] // a failure is the module's own answer
pub trait Guest {
    /// The folder with the module's manifest, schemas and texts.
    fn folder(&self) -> PathBuf;
    /// A read.
    fn view(&mut self, host: Box<dyn Host>, name: &str, request: &Request) -> Result<Page, Failure>;
    /// A change.
    fn act(&mut self, host: Box<dyn Host>, name: &str, request: &Request) -> Result<Outcome, Failure>;
    /// Timed work.
    fn job(&mut self, host: Box<dyn Host>, name: &str, args: &str) -> Result<(), Failure>;
    /// Brings an older document to the present shape.
    fn migrate(
        &mut self,
        host: Box<dyn Host>,
        collection: &str,
        version: u32,
        document: &str,
    ) -> Result<String, Failure>;
    /// What is wrong with the configuration.
    fn check(&mut self, host: Box<dyn Host>) -> Vec<String>;
}

/// A module compiled natively into the test.
#[derive(Debug, Clone, Copy)]
pub struct Native<M>(pub M);

impl<M: vzaemo_sdk::Guest> Guest for Native<M> {
    fn folder(&self) -> PathBuf {
        PathBuf::from(self.0.folder())
    }
    fn view(&mut self, host: Box<dyn Host>, name: &str, request: &Request) -> Result<Page, Failure> {
        vzaemo_sdk::native::with_host(host, || self.0.view(name, request))
    }
    fn act(&mut self, host: Box<dyn Host>, name: &str, request: &Request) -> Result<Outcome, Failure> {
        vzaemo_sdk::native::with_host(host, || self.0.act(name, request))
    }
    fn job(&mut self, host: Box<dyn Host>, name: &str, args: &str) -> Result<(), Failure> {
        vzaemo_sdk::native::with_host(host, || self.0.job(name, args))
    }
    fn migrate(
        &mut self,
        host: Box<dyn Host>,
        collection: &str,
        version: u32,
        document: &str,
    ) -> Result<String, Failure> {
        vzaemo_sdk::native::with_host(host, || self.0.migrate(collection, version, document))
    }
    fn check(&mut self, host: Box<dyn Host>) -> Vec<String> {
        vzaemo_sdk::native::with_host(host, || self.0.check())
    }
}

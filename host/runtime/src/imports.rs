//! What a module asks of the host, to be answered by whoever calls it.

use async_trait::async_trait;
use vzaemo_contract::call::{
    Address, Body, CaseTerm, Conflict, Denied, Document, Hit, Level, Message, Principal, Query, Rows, Unit,
};

/// The host's side of one call: the asynchronous twin of [`vzaemo_contract::call::Host`].
///
/// The runtime has already refused what the kind of call or the grants forbid, so an implementation need not
/// repeat that; it decides by the manifest and the data. Dropping a future of these must be harmless: a call
/// that runs out of time is dropped where it waits. They are `Any`, so that the caller gets back what it handed in.
#[async_trait]
#[allow(missing_docs)] // each function is documented in sdk/wit
pub trait Imports: std::any::Any + Send {
    async fn get(&mut self, collection: &str, key: &str) -> Result<Option<Document>, Denied>;
    async fn find(
        &mut self,
        collection: &str,
        fields: &[String],
        values: &[String],
    ) -> Result<Option<Document>, Denied>;
    async fn select(&mut self, query: &Query) -> Result<Rows, Denied>;
    async fn count(&mut self, collection: &str, counter: &str, key: &str) -> Result<u64, Denied>;
    async fn insert(&mut self, collection: &str, key: Option<&str>, body: &str) -> Result<String, Conflict>;
    async fn replace(
        &mut self,
        collection: &str,
        key: &str,
        revision: u64,
        body: &str,
    ) -> Result<(), Conflict>;
    async fn remove(&mut self, collection: &str, key: &str, revision: u64) -> Result<(), Conflict>;
    async fn number(&mut self, sequence: &str) -> Result<String, Denied>;
    async fn when_count_reaches(
        &mut self,
        collection: &str,
        counter: &str,
        key: &str,
        value: u64,
        job: &str,
        args: &str,
    ) -> Result<(), Denied>;
    async fn principal(&mut self) -> Result<Option<Principal>, Denied>;
    async fn case_put(
        &mut self,
        key: &str,
        title: &str,
        status: &Message,
        at: &Address,
        term: Option<&CaseTerm>,
    ) -> Result<(), Denied>;
    async fn case_event(&mut self, key: &str, text: &Message) -> Result<(), Denied>;
    async fn case_join(&mut self, key: &str, person: &str, role: &Message) -> Result<(), Denied>;
    async fn case_leave(&mut self, key: &str, person: &str, text: &Message) -> Result<(), Denied>;
    async fn body(&mut self, id: &str) -> Result<Option<Body>, Denied>;
    async fn bodies(&mut self) -> Result<Vec<Body>, Denied>;
    async fn now(&mut self) -> Result<String, Denied>;
    async fn today(&mut self) -> Result<String, Denied>;
    async fn is_past(&mut self, when: &str) -> Result<bool, Denied>;
    async fn days_left(&mut self, when: &str) -> Result<i64, Denied>;
    async fn due(&mut self, start: &str, value: u32, unit: Unit) -> Result<String, Denied>;
    async fn similar(&mut self, collection: &str, text: &str, limit: u32) -> Result<Vec<Hit>, Denied>;
    async fn search(&mut self, collection: &str, query: &str, limit: u32) -> Result<Vec<Hit>, Denied>;
    async fn schedule(&mut self, job: &str, key: &str, args: &str, when: &str) -> Result<(), Denied>;
    async fn cancel(&mut self, job: &str, key: &str) -> Result<(), Denied>;
    async fn notify_person(&mut self, person: &str, text: &Message, at: &Address) -> Result<(), Denied>;
    async fn notify_participants(&mut self, key: &str, text: &Message) -> Result<(), Denied>;
    /// The module's configuration as a JSON object.
    fn settings(&mut self) -> String;
    /// A line of the module for operators, at most 4 KiB.
    fn log(&mut self, level: Level, text: &str);
}

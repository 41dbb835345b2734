//! A host that gives nothing: for calls whose page needs nothing.

use async_trait::async_trait;
use vzaemo_contract::call::{
    Address, Body, CaseTerm, Conflict, Denied, Document, Hit, Level, Message, Principal, Query, Rows, Unit,
};
use vzaemo_runtime::Imports;

/// Refuses whatever is asked.
pub struct Nothing;

const NO: Denied = Denied::NotGranted;

#[async_trait]
impl Imports for Nothing {
    async fn get(&mut self, _: &str, _: &str) -> Result<Option<Document>, Denied> {
        Err(NO)
    }
    async fn find(&mut self, _: &str, _: &[String], _: &[String]) -> Result<Option<Document>, Denied> {
        Err(NO)
    }
    async fn select(&mut self, _: &Query) -> Result<Rows, Denied> {
        Err(NO)
    }
    async fn count(&mut self, _: &str, _: &str, _: &str) -> Result<u64, Denied> {
        Err(NO)
    }
    async fn insert(&mut self, _: &str, _: Option<&str>, _: &str) -> Result<String, Conflict> {
        Err(Conflict::Denied(NO))
    }
    async fn replace(&mut self, _: &str, _: &str, _: u64, _: &str) -> Result<(), Conflict> {
        Err(Conflict::Denied(NO))
    }
    async fn remove(&mut self, _: &str, _: &str, _: u64) -> Result<(), Conflict> {
        Err(Conflict::Denied(NO))
    }
    async fn number(&mut self, _: &str) -> Result<String, Denied> {
        Err(NO)
    }
    async fn when_count_reaches(
        &mut self,
        _: &str,
        _: &str,
        _: &str,
        _: u64,
        _: &str,
        _: &str,
    ) -> Result<(), Denied> {
        Err(NO)
    }
    async fn principal(&mut self) -> Result<Option<Principal>, Denied> {
        Err(NO)
    }
    async fn case_put(
        &mut self,
        _: &str,
        _: &str,
        _: &Message,
        _: &Address,
        _: Option<&CaseTerm>,
    ) -> Result<(), Denied> {
        Err(NO)
    }
    async fn case_event(&mut self, _: &str, _: &Message) -> Result<(), Denied> {
        Err(NO)
    }
    async fn case_join(&mut self, _: &str, _: &str, _: &Message) -> Result<(), Denied> {
        Err(NO)
    }
    async fn case_leave(&mut self, _: &str, _: &str, _: &Message) -> Result<(), Denied> {
        Err(NO)
    }
    async fn body(&mut self, _: &str) -> Result<Option<Body>, Denied> {
        Err(NO)
    }
    async fn bodies(&mut self) -> Result<Vec<Body>, Denied> {
        Err(NO)
    }
    async fn now(&mut self) -> Result<String, Denied> {
        Err(NO)
    }
    async fn today(&mut self) -> Result<String, Denied> {
        Err(NO)
    }
    async fn is_past(&mut self, _: &str) -> Result<bool, Denied> {
        Err(NO)
    }
    async fn days_left(&mut self, _: &str) -> Result<i64, Denied> {
        Err(NO)
    }
    async fn due(&mut self, _: &str, _: u32, _: Unit) -> Result<String, Denied> {
        Err(NO)
    }
    async fn similar(&mut self, _: &str, _: &str, _: u32) -> Result<Vec<Hit>, Denied> {
        Err(NO)
    }
    async fn search(&mut self, _: &str, _: &str, _: u32) -> Result<Vec<Hit>, Denied> {
        Err(NO)
    }
    async fn schedule(&mut self, _: &str, _: &str, _: &str, _: &str) -> Result<(), Denied> {
        Err(NO)
    }
    async fn cancel(&mut self, _: &str, _: &str) -> Result<(), Denied> {
        Err(NO)
    }
    async fn notify_person(&mut self, _: &str, _: &Message, _: &Address) -> Result<(), Denied> {
        Err(NO)
    }
    async fn notify_participants(&mut self, _: &str, _: &Message) -> Result<(), Denied> {
        Err(NO)
    }
    fn settings(&mut self) -> String {
        "{}".to_owned()
    }
    fn log(&mut self, _: Level, _: &str) {}
}

//! A host for tests: documents that are always there, and a record of what was asked.

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex};
use vzaemo_contract::call::{
    Address, Body, CaseTerm, Conflict, Denied, Document, FileInfo, Hit, Level, Message, Principal, Query,
    Request, Rows, Unit,
};
use vzaemo_marks::Page;
use vzaemo_runtime::{CallError, Engine, EngineConfig, Grants, Imports, LoadError, Module};

/// Answers everything, and notes the name of what was asked.
#[derive(Default, Clone)]
pub struct Host {
    pub asked: Arc<Mutex<Vec<String>>>,
    /// The body of every document.
    pub body: String,
    /// Reads never end.
    pub stuck: bool,
    /// The threads on which documents were asked for, with their niceness.
    pub threads: Arc<Mutex<Vec<(String, i32)>>>,
}

impl Host {
    fn note(&self, what: &str) {
        self.asked.lock().unwrap().push(what.to_owned());
    }

    pub fn heard(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn document(&self) -> Document {
        Document { key: "1".to_owned(), revision: 1, body: self.body.clone() }
    }
}

/// The name and the niceness of this thread.
fn thread() -> (String, i32) {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    // After the name, which may hold anything, comes the third field; niceness is the nineteenth.
    let after = stat.rsplit_once(')').unwrap().1;
    let nice = after.split_whitespace().nth(16).unwrap().parse().unwrap();
    (std::thread::current().name().unwrap_or_default().to_owned(), nice)
}

#[async_trait]
impl Imports for Host {
    async fn get(&mut self, _: &str, _: &str) -> Result<Option<Document>, Denied> {
        self.note("get");
        self.threads.lock().unwrap().push(thread());
        if self.stuck {
            std::future::pending::<()>().await;
        }
        Ok(Some(self.document()))
    }
    async fn find(&mut self, _: &str, _: &[String], _: &[String]) -> Result<Option<Document>, Denied> {
        self.note("find");
        Ok(None)
    }
    async fn select(&mut self, _: &Query) -> Result<Rows, Denied> {
        self.note("select");
        Ok(Rows::default())
    }
    async fn count(&mut self, _: &str, _: &str, _: &str) -> Result<u64, Denied> {
        self.note("count");
        Ok(7)
    }
    async fn insert(&mut self, _: &str, _: Option<&str>, _: &str) -> Result<String, Conflict> {
        self.note("insert");
        Ok("1".to_owned())
    }
    async fn replace(&mut self, _: &str, _: &str, _: u64, _: &str) -> Result<(), Conflict> {
        self.note("replace");
        Ok(())
    }
    async fn remove(&mut self, _: &str, _: &str, _: u64) -> Result<(), Conflict> {
        self.note("remove");
        Ok(())
    }
    async fn number(&mut self, _: &str) -> Result<String, Denied> {
        self.note("number");
        Ok("1".to_owned())
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
        self.note("when_count_reaches");
        Ok(())
    }
    async fn principal(&mut self) -> Result<Option<Principal>, Denied> {
        self.note("principal");
        Ok(None)
    }
    async fn case_put(
        &mut self,
        _: &str,
        _: &str,
        _: &Message,
        _: &Address,
        _: Option<&CaseTerm>,
    ) -> Result<(), Denied> {
        self.note("case_put");
        Ok(())
    }
    async fn case_event(&mut self, _: &str, _: &Message) -> Result<(), Denied> {
        self.note("case_event");
        Ok(())
    }
    async fn case_join(&mut self, _: &str, _: &str, _: &Message) -> Result<(), Denied> {
        self.note("case_join");
        Ok(())
    }
    async fn case_leave(&mut self, _: &str, _: &str, _: &Message) -> Result<(), Denied> {
        self.note("case_leave");
        Ok(())
    }
    async fn body(&mut self, _: &str) -> Result<Option<Body>, Denied> {
        self.note("body");
        Ok(None)
    }
    async fn file(&mut self, _: &str) -> Result<Option<FileInfo>, Denied> {
        self.note("file");
        Ok(None)
    }
    async fn bodies(&mut self) -> Result<Vec<Body>, Denied> {
        self.note("bodies");
        Ok(Vec::new())
    }
    async fn now(&mut self) -> Result<String, Denied> {
        self.note("now");
        Ok("2026-11-21T10:00:00Z".to_owned())
    }
    async fn today(&mut self) -> Result<String, Denied> {
        self.note("today");
        Ok("2026-11-21".to_owned())
    }
    async fn is_past(&mut self, _: &str) -> Result<bool, Denied> {
        self.note("is_past");
        Ok(false)
    }
    async fn days_left(&mut self, _: &str) -> Result<i64, Denied> {
        self.note("days_left");
        Ok(1)
    }
    async fn due(&mut self, _: &str, _: u32, _: Unit) -> Result<String, Denied> {
        self.note("due");
        Ok("2026-11-30T22:00:00Z".to_owned())
    }
    async fn similar(&mut self, _: &str, _: &str, _: u32) -> Result<Vec<Hit>, Denied> {
        self.note("similar");
        Ok(Vec::new())
    }
    async fn search(&mut self, _: &str, _: &str, _: u32) -> Result<Vec<Hit>, Denied> {
        self.note("search");
        Ok(Vec::new())
    }
    async fn schedule(&mut self, _: &str, _: &str, _: &str, _: &str) -> Result<(), Denied> {
        self.note("schedule");
        Ok(())
    }
    async fn cancel(&mut self, _: &str, _: &str) -> Result<(), Denied> {
        self.note("cancel");
        Ok(())
    }
    async fn notify_person(&mut self, _: &str, _: &Message, _: &Address) -> Result<(), Denied> {
        self.note("notify_person");
        Ok(())
    }
    async fn notify_participants(&mut self, _: &str, _: &Message) -> Result<(), Denied> {
        self.note("notify_participants");
        Ok(())
    }
    fn settings(&mut self) -> String {
        self.note("settings");
        "{}".to_owned()
    }
    fn log(&mut self, _: Level, text: &str) {
        self.note(text);
    }
}

/// A small engine.
pub fn engine() -> Engine {
    engine_with(|_| {})
}

/// A small engine, changed.
pub fn engine_with(change: impl FnOnce(&mut EngineConfig)) -> Engine {
    let mut config =
        EngineConfig { concurrency: 4, memory_mib: 16, call_ms: 20_000, ..EngineConfig::default() };
    change(&mut config);
    Engine::new(config).unwrap()
}

pub fn digest(component: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(component)))
}

pub async fn try_load(engine: &Engine, component: Vec<u8>, grants: &Grants) -> Result<Module, LoadError> {
    let digest = digest(&component);
    engine.load(component, &digest, grants).await
}

pub async fn load(engine: &Engine, guest: &super::guest::Guest) -> Module {
    try_load(engine, guest.component(), &Grants::default()).await.unwrap()
}

/// Calls the view `home` with a host that answers everything.
pub async fn view(module: &Module) -> Result<Page, CallError> {
    view_with(module, Host::default()).await
}

pub async fn view_with(module: &Module, host: Host) -> Result<Page, CallError> {
    module.view(Box::new(host), "home", &Request::default()).await.0
}

//! The host's side of a call that is run again: it answers as it did before.

use super::answer::Answer;
use super::{Asked, Finding, digest};
use crate::version::ModuleVersion;
use async_trait::async_trait;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use vzaemo_contract::call::{
    Address, Body, CaseTerm, Conflict, Denied, Document, FileInfo, Hit, Level, Message, Principal, Query,
    Rows, Unit,
};
use vzaemo_identity::References;
use vzaemo_runtime::Imports;

/// A document as the call has left it: its revision, and its body unless it was removed.
pub(super) type Left = (u64, Option<String>);

/// Answers from a transcript.
pub(super) struct Replayer {
    unit: vzaemo_storage::Unit,
    version: Arc<ModuleVersion>,
    settings: String,
    /// Which references the module was shown in place of which.
    references: Arc<References>,
    calls: VecDeque<Asked>,
    /// How many calls have been answered.
    answered: usize,
    /// Documents that the call has written, by collection and key.
    pub left: BTreeMap<(String, String), Left>,
    pub findings: Vec<Finding>,
    /// Whether it has gone another way than before, so that nothing further can be compared.
    pub astray: bool,
}

impl Replayer {
    pub fn new(
        unit: vzaemo_storage::Unit,
        version: Arc<ModuleVersion>,
        settings: String,
        calls: Vec<Asked>,
        references: Arc<References>,
    ) -> Self {
        Self {
            unit,
            version,
            settings,
            references,
            calls: calls.into(),
            answered: 0,
            left: BTreeMap::new(),
            findings: Vec::new(),
            astray: false,
        }
    }

    /// The unit back, with which documents are read.
    pub fn into_unit(self) -> vzaemo_storage::Unit {
        self.unit
    }

    /// How many recorded calls were not made.
    pub fn unasked(&self) -> usize {
        self.calls.len()
    }

    fn find(&mut self, finding: Finding) {
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    pub fn unreadable(&mut self) {
        self.astray = true;
        self.find(Finding::Unreadable);
    }

    pub fn changed(&mut self, collection: &str, key: &str, revision: u64) {
        self.find(Finding::changed(collection, key, revision));
    }

    /// One of the rows of a list has been changed: which one, the list does not say.
    pub fn suspect(&mut self, collection: &str, key: &str, revision: u64) {
        self.find(Finding::Suspect { document: format!("{collection}/{key}"), revision });
    }

    /// A document that the call has written itself.
    pub fn own(&self, collection: &str, key: &str) -> Option<Document> {
        let (revision, body) = self.left.get(&(collection.to_owned(), key.to_owned()))?;
        Some(Document { key: key.to_owned(), revision: *revision, body: body.clone()? })
    }

    /// The body of a document at a revision, as this version of the module knows it.
    pub async fn body(&mut self, collection: &str, key: &str, revision: u64) -> Option<String> {
        let module = self.version.manifest.id.as_str();
        let found = vzaemo_audit::revision(&mut self.unit, module, collection, key, revision).await;
        let finding = match found {
            Ok(Some(document)) => {
                match crate::migration::present(&self.version, collection, document).await {
                    Ok(document) => return Some(self.references.put_in(&document.body).into_owned()),
                    Err(error) => Finding::Failed(error.to_string()),
                }
            }
            Ok(None) => Finding::Gone { document: format!("{collection}/{key}"), revision },
            Err(error) => Finding::Failed(error.to_string()),
        };
        self.find(finding);
        self.astray = true;
        None
    }

    /// The recorded answer to what is asked now; `None` if something else was asked then.
    fn recorded(&mut self, ask: &str, asked: &[u8]) -> Option<String> {
        if self.astray {
            return None;
        }
        let number = self.answered + 1;
        let Some(then) = self.calls.pop_front() else {
            self.astray = true;
            self.find(Finding::Asked { number, now: ask.to_owned(), then: None });
            return None;
        };
        if then.ask != ask || then.with != digest(asked) {
            self.astray = true;
            self.find(Finding::Asked { number, now: ask.to_owned(), then: Some(then.ask) });
            return None;
        }
        self.answered = number;
        Some(then.got)
    }

    /// Follows what the call writes.
    fn follow(&mut self, ask: &str, asked: &Value, got: &str) {
        let text = |place: usize| asked.get(place).and_then(Value::as_str).unwrap_or_default().to_owned();
        let revision = asked.get(2).and_then(Value::as_u64).unwrap_or(0) + 1;
        let done = || matches!(serde_json::from_str::<Result<(), Conflict>>(got), Ok(Ok(())));
        let (key, left) = match ask {
            "insert" => match serde_json::from_str::<Result<String, Conflict>>(got) {
                Ok(Ok(key)) => (key, (1, vzaemo_storage::canonical(&text(2)))),
                _ => return,
            },
            "replace" if done() => (text(1), (revision, vzaemo_storage::canonical(&text(3)))),
            "remove" if done() => (text(1), (revision, None)),
            _ => return,
        };
        self.left.insert((text(0), key), left);
    }

    async fn answer<A: Answer>(&mut self, ask: &str, asked: &(impl Serialize + Sync)) -> A {
        let asked = serde_json::to_vec(asked).unwrap_or_default();
        if let Some(got) = self.recorded(ask, &asked) {
            let asked: Value = serde_json::from_slice(&asked).unwrap_or_default();
            if let Some(answer) = A::give(&got, &asked, self).await {
                self.follow(ask, &asked, &got);
                return answer;
            }
        }
        A::refused(Denied::Misuse("this was not asked when it was recorded".to_owned()))
    }
}

macro_rules! replayed {
    ($($name:ident($($arg:ident: $of:ty),*) -> $out:ty;)*) => {
        #[async_trait]
        impl Imports for Replayer {
            $(async fn $name(&mut self, $($arg: $of),*) -> $out {
                self.answer(stringify!($name), &($(&$arg,)*)).await
            })*

            fn settings(&mut self) -> String {
                self.settings.clone()
            }

            // It was logged when it happened.
            fn log(&mut self, _: Level, _: &str) {}
        }
    };
}
vzaemo_contract::imports!(replayed);

//! Writing a transcript while a call runs.

use super::answer::Answer;
use super::{Asked, Notes, digest};
use crate::imports::CallHost;
use async_trait::async_trait;
use serde::Serialize;
use vzaemo_contract::call::{
    Address, Body, CaseTerm, Conflict, Denied, Document, FileInfo, Hit, Level, Message, Principal, Query,
    Rows, Unit,
};
use vzaemo_runtime::Imports;

/// Passes on what a module asks and notes what it was answered.
pub(crate) struct Recorder {
    pub host: CallHost,
    pub calls: Vec<Asked>,
}

impl Recorder {
    pub fn new(mut host: CallHost) -> Self {
        host.notes = Notes::recording();
        Self { host, calls: Vec::new() }
    }

    pub(super) fn read_own(&self) -> bool {
        self.host.notes.own
    }

    pub(super) fn revisions(&self) -> &[u64] {
        &self.host.notes.revisions
    }

    fn note(&mut self, ask: &str, asked: &impl Serialize, answer: &impl Answer) {
        let noted = serde_json::to_vec(asked).and_then(|asked| Ok((digest(&asked), answer.keep(self)?)));
        match noted {
            Ok((with, got)) => self.calls.push(Asked { ask: ask.to_owned(), with, got }),
            // An act that cannot be recorded is not done.
            Err(error) => {
                self.host.fail(crate::Error::storage(error));
            }
        }
    }
}

macro_rules! recorded {
    ($($name:ident($($arg:ident: $of:ty),*) -> $out:ty;)*) => {
        #[async_trait]
        impl Imports for Recorder {
            $(async fn $name(&mut self, $($arg: $of),*) -> $out {
                let answer = self.host.$name($($arg),*).await;
                self.note(stringify!($name), &($(&$arg,)*), &answer);
                answer
            })*

            fn settings(&mut self) -> String {
                self.host.settings()
            }

            fn log(&mut self, level: Level, text: &str) {
                self.host.log(level, text);
            }
        }
    };
}
vzaemo_contract::imports!(recorded);

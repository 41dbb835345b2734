//! The functions of the contract that a guest calls: meter, admit, ask the imports, meter again.

use crate::Capability;
use crate::bindings::vzaemo::{
    cabinet::cabinet, calendar::calendar, files::files, log::log, notify::notify, principal::principal,
    registers::registers, schedule::schedule, search::search, settings::settings, store::read, store::write,
    types::types,
};
use crate::border::{Border, Effect};
use crate::meter::Size;
use types::Denied;
use vzaemo_contract::call;
use wasmtime::Result as Trappable;
use write::Conflict;

/// Counts the call and its arguments, then refuses what the grants or the kind of call forbid.
macro_rules! admit {
    ($border:ident, $capability:ident, $effect:ident $(, $argument:expr)*) => {
        $border.meter.asked(0 $(+ $argument.size())*)?;
        if let Err(denied) = $border.admit(Capability::$capability, Effect::$effect) {
            return Ok(Err(denied.into()));
        }
    };
}

/// Counts an answer and turns it into the bindings' types.
macro_rules! answer {
    ($border:ident, $answer:expr) => {
        answer!($border, $answer, |found| found)
    };
    ($border:ident, $answer:expr, $convert:expr) => {
        match $answer {
            Ok(found) => {
                $border.meter.answered(found.size())?;
                Ok(Ok($convert(found)))
            }
            Err(refusal) => Ok(Err(refusal.into())),
        }
    };
}

impl types::Host for Border {}

impl read::Host for Border {
    async fn get(
        &mut self,
        collection: String,
        key: String,
    ) -> Trappable<Result<Option<read::Document>, Denied>> {
        admit!(self, Store, Read, collection, key);
        answer!(self, self.imports.get(&collection, &key).await, |found: Option<call::Document>| found
            .map(Into::into))
    }

    async fn find(
        &mut self,
        collection: String,
        fields: Vec<String>,
        values: Vec<String>,
    ) -> Trappable<Result<Option<read::Document>, Denied>> {
        admit!(self, Store, Read, collection, fields, values);
        answer!(self, self.imports.find(&collection, &fields, &values).await, |found: Option<
            call::Document,
        >| found
            .map(Into::into))
    }

    async fn select(&mut self, query: read::Query) -> Trappable<Result<read::Rows, Denied>> {
        let query = call::Query::from(query);
        admit!(self, Store, Read, query);
        answer!(self, self.imports.select(&query).await, read::Rows::from)
    }

    async fn count(
        &mut self,
        collection: String,
        counter: String,
        key: String,
    ) -> Trappable<Result<u64, Denied>> {
        admit!(self, Store, Count, collection, counter, key);
        answer!(self, self.imports.count(&collection, &counter, &key).await)
    }
}

impl write::Host for Border {
    async fn insert(
        &mut self,
        collection: String,
        key: Option<String>,
        body: String,
    ) -> Trappable<Result<String, Conflict>> {
        admit!(self, Store, Write, collection, key, body);
        answer!(self, self.imports.insert(&collection, key.as_deref(), &body).await)
    }

    async fn replace(
        &mut self,
        collection: String,
        key: String,
        revision: u64,
        body: String,
    ) -> Trappable<Result<(), Conflict>> {
        admit!(self, Store, Write, collection, key, body);
        answer!(self, self.imports.replace(&collection, &key, revision, &body).await)
    }

    async fn remove(
        &mut self,
        collection: String,
        key: String,
        revision: u64,
    ) -> Trappable<Result<(), Conflict>> {
        admit!(self, Store, Write, collection, key);
        answer!(self, self.imports.remove(&collection, &key, revision).await)
    }

    async fn number(&mut self, sequence: String) -> Trappable<Result<String, Denied>> {
        admit!(self, Store, Write, sequence);
        answer!(self, self.imports.number(&sequence).await)
    }

    async fn when_count_reaches(
        &mut self,
        collection: String,
        counter: String,
        key: String,
        value: u64,
        job: String,
        args: String,
    ) -> Trappable<Result<(), Denied>> {
        admit!(self, Store, Write, collection, counter, key, job, args);
        answer!(self, self.imports.when_count_reaches(&collection, &counter, &key, value, &job, &args).await)
    }
}

impl principal::Host for Border {
    async fn current(&mut self) -> Trappable<Result<Option<principal::Principal>, Denied>> {
        admit!(self, Principal, Read);
        answer!(self, self.imports.principal().await, |found: Option<call::Principal>| found.map(Into::into))
    }
}

impl cabinet::Host for Border {
    async fn put(
        &mut self,
        key: String,
        title: String,
        status: types::Message,
        at: types::Address,
        term: Option<cabinet::Term>,
    ) -> Trappable<Result<(), Denied>> {
        let (status, at) = (call::Message::from(status), call::Address::from(at));
        let term = term.map(call::CaseTerm::from);
        admit!(self, Cabinet, Write, key, title, status, at, term);
        answer!(self, self.imports.case_put(&key, &title, &status, &at, term.as_ref()).await)
    }

    async fn event(&mut self, key: String, text: types::Message) -> Trappable<Result<(), Denied>> {
        let text = call::Message::from(text);
        admit!(self, Cabinet, Write, key, text);
        answer!(self, self.imports.case_event(&key, &text).await)
    }

    async fn join(
        &mut self,
        key: String,
        person: String,
        role: types::Message,
    ) -> Trappable<Result<(), Denied>> {
        let role = call::Message::from(role);
        admit!(self, Cabinet, Write, key, person, role);
        answer!(self, self.imports.case_join(&key, &person, &role).await)
    }

    async fn leave(
        &mut self,
        key: String,
        person: String,
        text: types::Message,
    ) -> Trappable<Result<(), Denied>> {
        let text = call::Message::from(text);
        admit!(self, Cabinet, Write, key, person, text);
        answer!(self, self.imports.case_leave(&key, &person, &text).await)
    }
}

impl files::Host for Border {
    async fn get(&mut self, id: String) -> Trappable<Result<Option<files::FileInfo>, Denied>> {
        admit!(self, Files, Read, id);
        answer!(self, self.imports.file(&id).await, |found: Option<call::FileInfo>| found.map(Into::into))
    }
}

impl registers::Host for Border {
    async fn get(&mut self, id: String) -> Trappable<Result<Option<registers::Body>, Denied>> {
        admit!(self, Registers, Read, id);
        answer!(self, self.imports.body(&id).await, |found: Option<call::Body>| found.map(Into::into))
    }

    async fn bodies(&mut self) -> Trappable<Result<Vec<registers::Body>, Denied>> {
        admit!(self, Registers, Read);
        answer!(self, self.imports.bodies().await, |found: Vec<call::Body>| found
            .into_iter()
            .map(Into::into)
            .collect())
    }
}

impl calendar::Host for Border {
    async fn now(&mut self) -> Trappable<Result<String, Denied>> {
        admit!(self, Calendar, Now);
        answer!(self, self.imports.now().await)
    }

    async fn today(&mut self) -> Trappable<Result<String, Denied>> {
        admit!(self, Calendar, Read);
        answer!(self, self.imports.today().await)
    }

    async fn is_past(&mut self, when: String) -> Trappable<Result<bool, Denied>> {
        admit!(self, Calendar, Read, when);
        answer!(self, self.imports.is_past(&when).await)
    }

    async fn days_left(&mut self, when: String) -> Trappable<Result<i64, Denied>> {
        admit!(self, Calendar, Read, when);
        answer!(self, self.imports.days_left(&when).await)
    }

    async fn due(
        &mut self,
        start: String,
        value: u32,
        unit: calendar::Unit,
    ) -> Trappable<Result<String, Denied>> {
        admit!(self, Calendar, Read, start);
        answer!(self, self.imports.due(&start, value, unit.into()).await)
    }
}

impl search::Host for Border {
    async fn similar(
        &mut self,
        collection: String,
        text: String,
        limit: u32,
    ) -> Trappable<Result<Vec<search::Hit>, Denied>> {
        admit!(self, Search, Read, collection, text);
        answer!(self, self.imports.similar(&collection, &text, limit).await, hits)
    }

    async fn find(
        &mut self,
        collection: String,
        query: String,
        limit: u32,
    ) -> Trappable<Result<Vec<search::Hit>, Denied>> {
        admit!(self, Search, Read, collection, query);
        answer!(self, self.imports.search(&collection, &query, limit).await, hits)
    }
}

fn hits(found: Vec<call::Hit>) -> Vec<search::Hit> {
    found.into_iter().map(Into::into).collect()
}

impl schedule::Host for Border {
    async fn at(
        &mut self,
        job: String,
        key: String,
        args: String,
        when: String,
    ) -> Trappable<Result<(), Denied>> {
        admit!(self, Schedule, Write, job, key, args, when);
        answer!(self, self.imports.schedule(&job, &key, &args, &when).await)
    }

    async fn cancel(&mut self, job: String, key: String) -> Trappable<Result<(), Denied>> {
        admit!(self, Schedule, Write, job, key);
        answer!(self, self.imports.cancel(&job, &key).await)
    }
}

impl notify::Host for Border {
    async fn person(
        &mut self,
        person: String,
        text: types::Message,
        at: types::Address,
    ) -> Trappable<Result<(), Denied>> {
        let (text, at) = (call::Message::from(text), call::Address::from(at));
        admit!(self, Notify, Write, person, text, at);
        answer!(self, self.imports.notify_person(&person, &text, &at).await)
    }

    async fn participants(&mut self, key: String, text: types::Message) -> Trappable<Result<(), Denied>> {
        let text = call::Message::from(text);
        admit!(self, Notify, Write, key, text);
        answer!(self, self.imports.notify_participants(&key, &text).await)
    }
}

impl settings::Host for Border {
    fn get(&mut self) -> Trappable<String> {
        self.meter.asked(0)?;
        let settings = self.imports.settings();
        self.meter.answered(settings.len())?;
        Ok(settings)
    }
}

impl log::Host for Border {
    fn write(&mut self, level: log::Level, text: String) -> Trappable<()> {
        self.meter.asked(text.len())?;
        self.log(level.into(), &text);
        Ok(())
    }
}

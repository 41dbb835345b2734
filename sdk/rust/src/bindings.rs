//! The bindings on wasm: the contract's imports as [`Host`], its exports by way of [`Guest`].

#![allow(missing_docs, unsafe_code, clippy::all, clippy::pedantic)]

use crate::guest::Guest;
use vzaemo_contract::call::{self as c, Host};

wit_bindgen::generate!({
    path: "../wit",
    world: "module",
    generate_all,
    pub_export_macro: true,
    export_macro_name: "export_guest",
    default_bindings_module: "vzaemo_sdk::bindings",
});

pub use exports::vzaemo::module::guest as exported;
use vzaemo::cabinet::cabinet;
use vzaemo::calendar::calendar;
use vzaemo::files::files;
use vzaemo::log::log as logging;
use vzaemo::notify::notify;
use vzaemo::principal::principal;
use vzaemo::registers::registers;
use vzaemo::schedule::schedule;
use vzaemo::search::search;
use vzaemo::settings::settings;
use vzaemo::store::{read, write};
use vzaemo::types::types as t;

/// The imports. Functions that a module never reaches are left out of it by the linker, and with them the import.
pub struct Bindings;

fn denied(denied: t::Denied) -> c::Denied {
    match denied {
        t::Denied::NotGranted => c::Denied::NotGranted,
        t::Denied::ReadOnly => c::Denied::ReadOnly,
        t::Denied::NotInAnAct => c::Denied::NotInAnAct,
        t::Denied::Misuse(what) => c::Denied::Misuse(what),
    }
}

fn conflict(conflict: write::Conflict) -> c::Conflict {
    match conflict {
        write::Conflict::Taken(fields) => c::Conflict::Taken(fields),
        write::Conflict::Changed => c::Conflict::Changed,
        write::Conflict::Invalid(why) => c::Conflict::Invalid(why),
        write::Conflict::Denied(why) => c::Conflict::Denied(denied(why)),
    }
}

fn pairs(pairs: Vec<c::Pair>) -> Vec<t::Pair> {
    pairs.into_iter().map(|(name, value)| t::Pair { name, value }).collect()
}

fn from_pairs(pairs: Vec<t::Pair>) -> Vec<c::Pair> {
    pairs.into_iter().map(|pair| (pair.name, pair.value)).collect()
}

fn message(message: c::Message) -> t::Message {
    t::Message { key: message.key, args: pairs(message.args) }
}

fn address(address: c::Address) -> t::Address {
    t::Address { view: address.view, params: pairs(address.params) }
}

fn document(document: read::Document) -> c::Document {
    c::Document { key: document.key, revision: document.revision, body: document.body }
}

fn body(body: registers::Body) -> c::Body {
    c::Body { id: body.id, name_uk: body.name_uk, name_en: body.name_en, edrpou: body.edrpou }
}

fn hits(hits: Vec<search::Hit>) -> Vec<c::Hit> {
    hits.into_iter().map(|hit| c::Hit { key: hit.key, score: hit.score }).collect()
}

fn comparison(comparison: c::Comparison) -> read::Comparison {
    match comparison {
        c::Comparison::Equal => read::Comparison::Equal,
        c::Comparison::Less => read::Comparison::Less,
        c::Comparison::AtMost => read::Comparison::AtMost,
        c::Comparison::Greater => read::Comparison::Greater,
        c::Comparison::AtLeast => read::Comparison::AtLeast,
        c::Comparison::BeginsWith => read::Comparison::BeginsWith,
    }
}

fn query(query: &c::Query) -> read::Query {
    read::Query {
        collection: query.collection.clone(),
        where_: query
            .conditions
            .iter()
            .map(|condition| read::Condition {
                field: condition.field.clone(),
                comparison: comparison(condition.comparison),
                value: condition.value.clone(),
            })
            .collect(),
        order: query
            .order
            .iter()
            .map(|order| read::Order { field: order.field.clone(), descending: order.descending })
            .collect(),
        fields: query.fields.clone(),
        limit: query.limit,
        after: query.after.clone(),
    }
}

impl Host for Bindings {
    fn get(&mut self, collection: &str, key: &str) -> Result<Option<c::Document>, c::Denied> {
        read::get(collection, key).map(|found| found.map(document)).map_err(denied)
    }
    fn find(
        &mut self,
        collection: &str,
        fields: &[String],
        values: &[String],
    ) -> Result<Option<c::Document>, c::Denied> {
        read::find(collection, fields, values).map(|found| found.map(document)).map_err(denied)
    }
    fn select(&mut self, asked: &c::Query) -> Result<c::Rows, c::Denied> {
        read::select(&query(asked))
            .map(|rows| c::Rows { keys: rows.keys, values: rows.values, next: rows.next })
            .map_err(denied)
    }
    fn count(&mut self, collection: &str, counter: &str, key: &str) -> Result<u64, c::Denied> {
        read::count(collection, counter, key).map_err(denied)
    }
    fn insert(&mut self, collection: &str, key: Option<&str>, body: &str) -> Result<String, c::Conflict> {
        write::insert(collection, key, body).map_err(conflict)
    }
    fn replace(&mut self, collection: &str, key: &str, revision: u64, body: &str) -> Result<(), c::Conflict> {
        write::replace(collection, key, revision, body).map_err(conflict)
    }
    fn remove(&mut self, collection: &str, key: &str, revision: u64) -> Result<(), c::Conflict> {
        write::remove(collection, key, revision).map_err(conflict)
    }
    fn number(&mut self, sequence: &str) -> Result<String, c::Denied> {
        write::number(sequence).map_err(denied)
    }
    fn when_count_reaches(
        &mut self,
        collection: &str,
        counter: &str,
        key: &str,
        value: u64,
        job: &str,
        args: &str,
    ) -> Result<(), c::Denied> {
        write::when_count_reaches(collection, counter, key, value, job, args).map_err(denied)
    }
    fn principal(&mut self) -> Result<Option<c::Principal>, c::Denied> {
        principal::current()
            .map(|current| {
                current.map(|p| c::Principal { person: p.person, organisation: p.organisation, body: p.body })
            })
            .map_err(denied)
    }
    fn case_put(
        &mut self,
        key: &str,
        title: &str,
        status: &c::Message,
        at: &c::Address,
        term: Option<&c::CaseTerm>,
    ) -> Result<(), c::Denied> {
        let term = term.map(|term| cabinet::Term {
            label: message(term.label.clone()),
            due: term.due.clone(),
            rule: term.rule.clone(),
        });
        cabinet::put(key, title, &message(status.clone()), &address(at.clone()), term.as_ref())
            .map_err(denied)
    }
    fn case_event(&mut self, key: &str, text: &c::Message) -> Result<(), c::Denied> {
        cabinet::event(key, &message(text.clone())).map_err(denied)
    }
    fn case_join(&mut self, key: &str, person: &str, role: &c::Message) -> Result<(), c::Denied> {
        cabinet::join(key, person, &message(role.clone())).map_err(denied)
    }
    fn case_leave(&mut self, key: &str, person: &str, text: &c::Message) -> Result<(), c::Denied> {
        cabinet::leave(key, person, &message(text.clone())).map_err(denied)
    }
    fn body(&mut self, id: &str) -> Result<Option<c::Body>, c::Denied> {
        registers::get(id).map(|found| found.map(body)).map_err(denied)
    }
    fn bodies(&mut self) -> Result<Vec<c::Body>, c::Denied> {
        registers::bodies().map(|all| all.into_iter().map(body).collect()).map_err(denied)
    }
    fn file(&mut self, id: &str) -> Result<Option<c::FileInfo>, c::Denied> {
        let info = |file: files::FileInfo| c::FileInfo {
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            digest: file.digest,
        };
        files::get(id).map(|found| found.map(info)).map_err(denied)
    }
    fn now(&mut self) -> Result<String, c::Denied> {
        calendar::now().map_err(denied)
    }
    fn today(&mut self) -> Result<String, c::Denied> {
        calendar::today().map_err(denied)
    }
    fn is_past(&mut self, when: &str) -> Result<bool, c::Denied> {
        calendar::is_past(when).map_err(denied)
    }
    fn days_left(&mut self, when: &str) -> Result<i64, c::Denied> {
        calendar::days_left(when).map_err(denied)
    }
    fn due(&mut self, start: &str, value: u32, unit: c::Unit) -> Result<String, c::Denied> {
        let unit = match unit {
            c::Unit::Hours => calendar::Unit::Hours,
            c::Unit::WorkingDays => calendar::Unit::WorkingDays,
            c::Unit::CalendarDays => calendar::Unit::CalendarDays,
            c::Unit::Months => calendar::Unit::Months,
        };
        calendar::due(start, value, unit).map_err(denied)
    }
    fn similar(&mut self, collection: &str, text: &str, limit: u32) -> Result<Vec<c::Hit>, c::Denied> {
        search::similar(collection, text, limit).map(hits).map_err(denied)
    }
    fn search(&mut self, collection: &str, query: &str, limit: u32) -> Result<Vec<c::Hit>, c::Denied> {
        search::find(collection, query, limit).map(hits).map_err(denied)
    }
    fn schedule(&mut self, job: &str, key: &str, args: &str, when: &str) -> Result<(), c::Denied> {
        schedule::at(job, key, args, when).map_err(denied)
    }
    fn cancel(&mut self, job: &str, key: &str) -> Result<(), c::Denied> {
        schedule::cancel(job, key).map_err(denied)
    }
    fn notify_person(&mut self, person: &str, text: &c::Message, at: &c::Address) -> Result<(), c::Denied> {
        notify::person(person, &message(text.clone()), &address(at.clone())).map_err(denied)
    }
    fn notify_participants(&mut self, key: &str, text: &c::Message) -> Result<(), c::Denied> {
        notify::participants(key, &message(text.clone())).map_err(denied)
    }
    fn settings(&mut self) -> String {
        settings::get()
    }
    fn log(&mut self, level: c::Level, text: &str) {
        let level = match level {
            c::Level::Debug => logging::Level::Debug,
            c::Level::Info => logging::Level::Info,
            c::Level::Warning => logging::Level::Warning,
            c::Level::Error => logging::Level::Error,
        };
        logging::write(level, text);
    }
}

/// A panic traps; before that, its message goes to the operator's log.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| logging::write(logging::Level::Error, &panic.to_string())));
}

fn failure(failure: c::Failure) -> t::Failure {
    match failure {
        c::Failure::NotFound => t::Failure::NotFound,
        c::Failure::Refused(refusal) => {
            t::Failure::Refused(t::Refusal { message: message(refusal.message), field: refusal.field })
        }
        c::Failure::Broken(what) => t::Failure::Broken(what),
    }
}

fn request(request: t::Request) -> c::Request {
    c::Request { params: from_pairs(request.params), query: from_pairs(request.query), input: request.input }
}

/// The exports of a module, given its [`Guest`].
pub struct Exports;

impl Exports {
    pub fn view(guest: &impl Guest, name: &str, asked: t::Request) -> Result<t::Page, t::Failure> {
        report_panics();
        guest
            .view(name, &request(asked))
            .map(|page| t::Page { text: page.text, marks: page.marks })
            .map_err(failure)
    }
    pub fn act(guest: &impl Guest, name: &str, asked: t::Request) -> Result<t::Outcome, t::Failure> {
        report_panics();
        guest
            .act(name, &request(asked))
            .map(|outcome| t::Outcome { message: outcome.message.map(message), to: outcome.to.map(address) })
            .map_err(failure)
    }
    pub fn job(guest: &impl Guest, name: &str, args: &str) -> Result<(), t::Failure> {
        report_panics();
        guest.job(name, args).map_err(failure)
    }
    pub fn migrate(
        guest: &impl Guest,
        collection: &str,
        version: u32,
        document: &str,
    ) -> Result<String, t::Failure> {
        report_panics();
        guest.migrate(collection, version, document).map_err(failure)
    }
    pub fn check(guest: &impl Guest) -> Vec<String> {
        report_panics();
        guest.check()
    }
}

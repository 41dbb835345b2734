//! Between the bindings' types and those of the contract.

use crate::bindings::vzaemo::{
    cabinet::cabinet as cabinet_wit, calendar::calendar as calendar_wit, files::files as files_wit,
    log::log as log_wit, principal::principal as principal_wit, registers::registers as registers_wit,
    search::search as search_wit, store::read as read_wit, store::write as write_wit, types::types as wit,
};
use vzaemo_contract::call;
use wasmtime::component::{ComponentType, Lower};

/// A name and its value, lent to the guest.
#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct PairRef<'a> {
    name: &'a str,
    value: &'a str,
}

/// A request, lent to the guest: nothing is copied but into its memory.
#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct RequestRef<'a> {
    params: &'a [PairRef<'a>],
    query: &'a [PairRef<'a>],
    input: &'a str,
}

pub(crate) fn lend(pairs: &[call::Pair]) -> Vec<PairRef<'_>> {
    pairs.iter().map(|(name, value)| PairRef { name, value }).collect()
}

impl<'a> RequestRef<'a> {
    pub(crate) fn new(params: &'a [PairRef<'a>], query: &'a [PairRef<'a>], input: &'a str) -> Self {
        RequestRef { params, query, input }
    }
}

fn pairs(pairs: Vec<wit::Pair>) -> Vec<call::Pair> {
    pairs.into_iter().map(|pair| (pair.name, pair.value)).collect()
}

impl From<wit::Address> for call::Address {
    fn from(address: wit::Address) -> Self {
        call::Address { view: address.view, params: pairs(address.params) }
    }
}

impl From<wit::Message> for call::Message {
    fn from(message: wit::Message) -> Self {
        call::Message { key: message.key, args: pairs(message.args) }
    }
}

impl From<wit::Outcome> for call::Outcome {
    fn from(outcome: wit::Outcome) -> Self {
        call::Outcome { message: outcome.message.map(Into::into), to: outcome.to.map(Into::into) }
    }
}

impl From<wit::Failure> for call::Failure {
    fn from(failure: wit::Failure) -> Self {
        match failure {
            wit::Failure::NotFound => call::Failure::NotFound,
            wit::Failure::Refused(refusal) => call::Failure::Refused(call::Refusal {
                message: refusal.message.into(),
                field: refusal.field,
            }),
            wit::Failure::Broken(what) => call::Failure::Broken(what),
        }
    }
}

impl From<wit::Page> for vzaemo_marks::Page {
    fn from(page: wit::Page) -> Self {
        vzaemo_marks::Page { text: page.text, marks: page.marks }
    }
}

impl From<call::Denied> for wit::Denied {
    fn from(denied: call::Denied) -> Self {
        match denied {
            call::Denied::NotGranted => wit::Denied::NotGranted,
            call::Denied::ReadOnly => wit::Denied::ReadOnly,
            call::Denied::NotInAnAct => wit::Denied::NotInAnAct,
            call::Denied::Misuse(what) => wit::Denied::Misuse(what),
        }
    }
}

impl From<call::Denied> for write_wit::Conflict {
    fn from(denied: call::Denied) -> Self {
        write_wit::Conflict::Denied(denied.into())
    }
}

impl From<call::Conflict> for write_wit::Conflict {
    fn from(conflict: call::Conflict) -> Self {
        match conflict {
            call::Conflict::Taken(fields) => write_wit::Conflict::Taken(fields),
            call::Conflict::Changed => write_wit::Conflict::Changed,
            call::Conflict::Invalid(reasons) => write_wit::Conflict::Invalid(reasons),
            call::Conflict::Denied(denied) => denied.into(),
        }
    }
}

impl From<call::Document> for read_wit::Document {
    fn from(document: call::Document) -> Self {
        read_wit::Document { key: document.key, revision: document.revision, body: document.body }
    }
}

impl From<read_wit::Query> for call::Query {
    fn from(query: read_wit::Query) -> Self {
        let condition = |c: read_wit::Condition| call::Condition {
            field: c.field,
            comparison: match c.comparison {
                read_wit::Comparison::Equal => call::Comparison::Equal,
                read_wit::Comparison::Less => call::Comparison::Less,
                read_wit::Comparison::AtMost => call::Comparison::AtMost,
                read_wit::Comparison::Greater => call::Comparison::Greater,
                read_wit::Comparison::AtLeast => call::Comparison::AtLeast,
                read_wit::Comparison::BeginsWith => call::Comparison::BeginsWith,
            },
            value: c.value,
        };
        let order = |o: read_wit::Order| call::Order { field: o.field, descending: o.descending };
        call::Query {
            collection: query.collection,
            conditions: query.where_.into_iter().map(condition).collect(),
            order: query.order.into_iter().map(order).collect(),
            fields: query.fields,
            limit: query.limit,
            after: query.after,
        }
    }
}

impl From<call::Rows> for read_wit::Rows {
    fn from(rows: call::Rows) -> Self {
        read_wit::Rows { keys: rows.keys, values: rows.values, next: rows.next }
    }
}

impl From<call::Principal> for principal_wit::Principal {
    fn from(principal: call::Principal) -> Self {
        principal_wit::Principal {
            person: principal.person,
            organisation: principal.organisation,
            body: principal.body,
        }
    }
}

impl From<cabinet_wit::Term> for call::CaseTerm {
    fn from(term: cabinet_wit::Term) -> Self {
        call::CaseTerm { label: term.label.into(), due: term.due, rule: term.rule }
    }
}

impl From<call::FileInfo> for files_wit::FileInfo {
    fn from(file: call::FileInfo) -> Self {
        files_wit::FileInfo {
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            digest: file.digest,
        }
    }
}

impl From<call::Body> for registers_wit::Body {
    fn from(body: call::Body) -> Self {
        registers_wit::Body { id: body.id, name_uk: body.name_uk, name_en: body.name_en, edrpou: body.edrpou }
    }
}

impl From<calendar_wit::Unit> for call::Unit {
    fn from(unit: calendar_wit::Unit) -> Self {
        match unit {
            calendar_wit::Unit::Hours => call::Unit::Hours,
            calendar_wit::Unit::WorkingDays => call::Unit::WorkingDays,
            calendar_wit::Unit::CalendarDays => call::Unit::CalendarDays,
            calendar_wit::Unit::Months => call::Unit::Months,
        }
    }
}

impl From<call::Hit> for search_wit::Hit {
    fn from(hit: call::Hit) -> Self {
        search_wit::Hit { key: hit.key, score: hit.score }
    }
}

impl From<log_wit::Level> for call::Level {
    fn from(level: log_wit::Level) -> Self {
        match level {
            log_wit::Level::Debug => call::Level::Debug,
            log_wit::Level::Info => call::Level::Info,
            log_wit::Level::Warning => call::Level::Warning,
            log_wit::Level::Error => call::Level::Error,
        }
    }
}

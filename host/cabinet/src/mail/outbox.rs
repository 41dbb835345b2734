//! Letters that wait to be sent, and what became of them.

use super::address::{Failure, mailbox};
use super::kind::{Kind, Rhythm};
use crate::Error;
use crate::records::{NAMESPACE, Text, read, write};
use serde::{Deserialize, Serialize};
use serde_json::json;
use vzaemo_clock::Instant;
use vzaemo_storage::{BODY, Collection, Cursor, Op, Query, REVISION, Unit};

pub(crate) const OUTBOX: &str = "outbox";
/// How many letters are looked at at once.
const PORTION: u32 = 200;

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It waits for its time, for the server, or for another try.
    Waiting,
    /// The server has taken it.
    Sent,
    /// The server has refused it for good.
    Refused,
    /// The server put it off again and again.
    GivenUp,
    /// There was no address any more when its time had come.
    Dropped,
}

impl State {
    /// Its name in records and message keys.
    pub const fn name(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Sent => "sent",
            State::Refused => "refused",
            State::GivenUp => "given-up",
            State::Dropped => "dropped",
        }
    }
}

/// A letter, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Letter {
    pub person: String,
    pub kind: Kind,
    /// When it goes; never `never`.
    pub rhythm: Rhythm,
    pub state: State,
    /// When it was written, by the legal clock.
    pub at: String,
    /// What it tells; nothing in a letter with a link of confirmation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// The local path that it leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What stands in the link of confirmation; gone once it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// How often it was tried.
    pub tries: u32,
    /// Not before this moment, real time; empty before the first try.
    pub not_before: String,
    /// When it got into its state, by the legal clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<String>,
    /// The last reply code of the server that was no success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

/// A letter as its person finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What it told; nothing for a letter with a link of confirmation.
    pub text: Option<Text>,
    /// When it was written, RFC 3339.
    pub at: String,
    /// What became of it.
    pub state: State,
    /// When, RFC 3339.
    pub done: Option<String>,
    /// The last reply code of the server that was no success.
    pub status: Option<u16>,
}

/// A letter with where it stands.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub key: String,
    pub revision: u64,
    pub letter: Letter,
}

/// The collection of letters.
pub(crate) fn collection() -> Collection {
    let text = || json!({"type": "string"});
    Collection::new(
        OUTBOX,
        json!({"type": "object", "additionalProperties": false,
            "required": ["person", "kind", "rhythm", "state", "at", "tries", "not_before"],
            "properties": {
                "person": text(), "kind": text(), "rhythm": text(), "state": text(), "at": text(),
                "text": {"type": "object", "required": ["uk", "en"], "properties": {"uk": text(), "en": text()}},
                "address": text(), "code": text(), "tries": {"type": "integer"}, "not_before": text(),
                "done": text(), "status": {"type": "integer"}}}),
    )
    .index(&["state", "rhythm", "at"])
    .index(&["person", "at"])
    .index(&["done"])
}

/// Writes a letter about a notice, if the person wants one; in the unit of work of the notice.
pub(crate) async fn enqueue(
    unit: &mut Unit,
    person: &str,
    kind: Kind,
    text: &Text,
    address: &str,
    legal: Instant,
) -> Result<(), Error> {
    let Some(mailbox) = mailbox(unit, person).await? else { return Ok(()) };
    let rhythm = mailbox.rhythm(kind);
    if rhythm == Rhythm::Never || mailbox.reachable().is_none() {
        return Ok(());
    }
    let letter = Letter {
        person: person.to_owned(),
        kind,
        rhythm,
        state: State::Waiting,
        at: legal.to_string(),
        text: Some(text.clone()),
        address: Some(address.to_owned()),
        code: None,
        tries: 0,
        not_before: String::new(),
        done: None,
        status: None,
    };
    insert(unit, &letter).await
}

/// Writes the letter with a link of confirmation.
pub(super) async fn confirmation(
    unit: &mut Unit,
    person: &str,
    code: String,
    legal: Instant,
) -> Result<(), Error> {
    let letter = Letter {
        person: person.to_owned(),
        kind: Kind::Legal,
        rhythm: Rhythm::AtOnce,
        state: State::Waiting,
        at: legal.to_string(),
        text: None,
        address: None,
        code: Some(code),
        tries: 0,
        not_before: String::new(),
        done: None,
        status: None,
    };
    insert(unit, &letter).await
}

async fn insert(unit: &mut Unit, letter: &Letter) -> Result<(), Error> {
    let body = write(&letter.person, letter)?;
    unit.insert(NAMESPACE, OUTBOX, None, &body).await?;
    Ok(())
}

/// A portion of the letters of a rhythm that wait and were written before a moment (legal time), the oldest first;
/// with where the next portion starts.
pub(super) async fn waiting(
    unit: &mut Unit,
    rhythm: Rhythm,
    before: Option<Instant>,
    after: Option<Cursor>,
) -> Result<(Vec<Kept>, Option<Cursor>), Error> {
    let mut query = Query::of(OUTBOX)
        .equal("state", State::Waiting.name())
        .equal("rhythm", rhythm.name())
        .ascending("at")
        .fields(&[REVISION, BODY])
        .limit(PORTION)
        .after(after);
    if let Some(before) = before {
        query = query.when("at", Op::Lt, before.to_string());
    }
    let rows = unit.select(NAMESPACE, &query).await?;
    let mut kept = Vec::with_capacity(rows.keys.len());
    for (key, columns) in rows.iter() {
        if let [revision, body] = columns {
            let revision = revision.parse().unwrap_or_default();
            kept.push(Kept { key: key.to_owned(), revision, letter: read(key, body)? });
        }
    }
    Ok((kept, rows.next))
}

/// Stores a letter as it is now, if it is still as it was read.
pub(super) async fn replace(unit: &mut Unit, kept: &Kept) -> Result<(), Error> {
    let body = write(&kept.key, &kept.letter)?;
    unit.replace(NAMESPACE, OUTBOX, &kept.key, kept.revision, &body).await?;
    Ok(())
}

/// The letter with this key, as it is now.
pub(super) async fn get(unit: &mut Unit, key: &str) -> Result<Option<Kept>, Error> {
    let Some(document) = unit.get(NAMESPACE, OUTBOX, key).await? else { return Ok(None) };
    let letter = read(key, &document.body)?;
    Ok(Some(Kept { key: key.to_owned(), revision: document.revision, letter }))
}

/// The person's letters, the latest first, `limit` of them at most.
pub async fn deliveries(unit: &mut Unit, person: &str, limit: u32) -> Result<Vec<Delivery>, Error> {
    let query = Query::of(OUTBOX).equal("person", person).descending("at").fields(&[BODY]).limit(limit);
    let rows = unit.select(NAMESPACE, &query).await?;
    let mut found = Vec::with_capacity(rows.keys.len());
    for (key, body) in rows.keys.iter().zip(&rows.columns) {
        let letter: Letter = read(key, body)?;
        let Letter { text, at, state, done, status, .. } = letter;
        found.push(Delivery { text, at, state, done, status });
    }
    Ok(found)
}

impl Letter {
    /// Says what became of it.
    pub fn settle(&mut self, state: State, legal: Instant, failure: Option<&Failure>) {
        self.state = state;
        self.code = None;
        self.done = Some(legal.to_string());
        if let Some(failure) = failure {
            self.status = Some(failure.status);
        }
    }
}

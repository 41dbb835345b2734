//! Requests to correct what a person wrote, or what is written about them, in a case of theirs.
//!
//! The request goes to the body whose case it is. What is granted is kept beside the original, with its ground, and the
//! original is not touched: what was decided by it stays understandable. A service that can change its record itself does
//! so by an act of its own, which the answer then leads to.

use crate::Error;
use crate::records::{NAMESPACE, read, write};
use serde::{Deserialize, Serialize};
use serde_json::json;
use vzaemo_clock::Instant;
use vzaemo_storage::{BODY, Collection, Query, Unit};

pub(crate) const CORRECTIONS: &str = "corrections";
/// So many requests of one person may wait at a time.
pub const MOST_WAITING: usize = 10;
/// How many characters each text of a request or answer may have.
pub const LONGEST: usize = 2000;

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It waits for the body.
    Asked,
    /// The correction is kept beside the original.
    Granted,
    /// It was refused, with a reason.
    Refused,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Who asks, by the platform's id.
    pub person: String,
    /// The module whose case it is.
    pub module: String,
    /// The case's key within the module.
    pub case: String,
    /// The case's title, as it was then.
    pub title: String,
    /// The body that answers, by its id in the register; without one, whoever administers the module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// What is wrong.
    pub wrong: String,
    /// How it should be.
    pub right: String,
    /// When it was made, by the legal clock.
    pub asked: String,
    /// The first moment that is too late for an answer.
    pub due: String,
    /// How that was computed: `from;value;unit;law`.
    pub rule: String,
    /// Where it stands.
    pub state: State,
    /// When it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<String>,
    /// Who answered, by the platform's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// On what ground.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<String>,
    /// The local path of the service's own page on which it was corrected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether it is granted.
    pub granted: bool,
    /// Who answers, by the platform's id.
    pub by: String,
    /// On what ground.
    pub ground: String,
    /// The local path of the service's own page on which it was corrected.
    pub address: Option<String>,
}

pub(crate) fn collection() -> Collection {
    let text = || json!({"type": "string"});
    Collection::new(
        CORRECTIONS,
        json!({"type": "object", "additionalProperties": false,
            "required": ["person", "module", "case", "title", "wrong", "right", "asked", "due", "rule", "state"],
            "properties": {
                "person": text(), "module": text(), "case": text(), "title": text(), "body": text(),
                "wrong": text(), "right": text(), "asked": text(), "due": text(), "rule": text(),
                "state": {"type": "string", "enum": ["asked", "granted", "refused"]}, "answered": text(),
                "by": text(), "ground": text(), "address": text()}}),
    )
    .index(&["person", "asked"])
    .index(&["module", "state", "due"])
}

/// Enters a request; its key. `None` if so many of the person wait already that another is not taken.
///
/// # Errors
/// The storage's.
pub async fn ask(unit: &mut Unit, correction: &Correction) -> Result<Option<String>, Error> {
    let waiting = mine(unit, &correction.person).await?;
    if waiting.iter().filter(|(_, one)| one.state == State::Asked).count() >= MOST_WAITING {
        return Ok(None);
    }
    let body = write(&correction.case, correction)?;
    Ok(Some(unit.insert(NAMESPACE, CORRECTIONS, None, &body).await?))
}

/// The requests of a person by their keys, the latest first, a hundred at most.
///
/// # Errors
/// The storage's.
pub async fn mine(unit: &mut Unit, person: &str) -> Result<Vec<(String, Correction)>, Error> {
    found(unit, Query::of(CORRECTIONS).equal("person", person).descending("asked")).await
}

/// The requests of a module's cases that stand so, the one that is due first before the others, a hundred at most.
///
/// # Errors
/// The storage's.
pub async fn of_module(
    unit: &mut Unit,
    module: &str,
    state: State,
) -> Result<Vec<(String, Correction)>, Error> {
    let state = match state {
        State::Asked => "asked",
        State::Granted => "granted",
        State::Refused => "refused",
    };
    found(unit, Query::of(CORRECTIONS).equal("module", module).equal("state", state).ascending("due")).await
}

/// The request with this key.
///
/// # Errors
/// The storage's.
pub async fn get(unit: &mut Unit, key: &str) -> Result<Option<Correction>, Error> {
    let found = unit.get(NAMESPACE, CORRECTIONS, key).await?;
    found.map(|found| read(&found.key, &found.body)).transpose()
}

/// Answers a request that waits; the request as it stands then. `None` if it does not wait.
///
/// # Errors
/// The storage's.
pub async fn answer(
    unit: &mut Unit,
    key: &str,
    answer: Answer,
    now: Instant,
) -> Result<Option<Correction>, Error> {
    let Some(found) = unit.get(NAMESPACE, CORRECTIONS, key).await? else { return Ok(None) };
    let mut correction: Correction = read(&found.key, &found.body)?;
    if correction.state != State::Asked {
        return Ok(None);
    }
    correction.state = if answer.granted { State::Granted } else { State::Refused };
    correction.answered = Some(now.to_string());
    correction.by = Some(answer.by);
    correction.ground = Some(answer.ground);
    correction.address = answer.address;
    let body = write(key, &correction)?;
    unit.replace(NAMESPACE, CORRECTIONS, key, found.revision, &body).await?;
    Ok(Some(correction))
}

async fn found(unit: &mut Unit, query: Query) -> Result<Vec<(String, Correction)>, Error> {
    let rows = unit.select(NAMESPACE, &query.fields(&[BODY]).limit(100)).await?;
    let all = rows.keys.iter().zip(&rows.columns);
    all.map(|(key, body)| Ok((key.clone(), read(key, body)?))).collect()
}

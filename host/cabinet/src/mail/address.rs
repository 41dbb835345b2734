//! The address at which a person is written to: asked for, confirmed by a link, given up.

use super::kind::{Kind, Rhythm};
use super::outbox;
use crate::Error;
use crate::records::{NAMESPACE, read, write};
use lettre::Address;
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use vzaemo_clock::{Instant, SignedDuration};
use vzaemo_storage::{Collection, Document, Unit};

const ADDRESSES: &str = "addresses";
/// For so many hours a link confirms an address, by the security clock.
pub const CODE_HOURS: i64 = 48;
/// So many links a person may ask for in a day: each is a letter to somebody who may never have heard of the platform.
pub const ASKS_A_DAY: usize = 5;
/// The longest address there is (RFC 5321, 4.5.3.1.3, without the angle brackets).
const LONGEST: usize = 254;

/// How a person is reached by e-mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// The address that they have confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// One that waits to be confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
    /// The code of the language in which they are written to.
    pub language: String,
    /// How often, by kind; a kind that is missing goes at once.
    #[serde(default)]
    pub rhythms: BTreeMap<Kind, Rhythm>,
    /// The server's lasting refusal of the confirmed address, since which nothing is sent there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// What stands in the link by which all but legal notices are stopped; random.
    pub stop: String,
    /// When links were asked for within the last day, real time.
    #[serde(default)]
    pub asked: Vec<String>,
}

/// An address that waits to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The address.
    pub email: String,
    /// The SHA-256 of what stands in the link.
    pub code: String,
    /// Until when the link confirms, real time, RFC 3339.
    pub until: String,
    /// The server's refusal of the letter with the link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// A refusal of a mail server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// When, RFC 3339, by the legal clock.
    pub at: String,
    /// The server's reply code (RFC 5321, 4.2); its words may hold the address and are not kept.
    pub status: u16,
}

/// Why an address was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// It is no address.
    #[error("read the text as an address of e-mail")]
    Malformed,
    /// The person has asked for too many links today.
    #[error("send another link: {ASKS_A_DAY} were asked for within a day")]
    TooMany,
    /// The storage.
    #[error(transparent)]
    Cabinet(#[from] Error),
}

impl Mailbox {
    fn fresh(language: &str) -> Self {
        Mailbox {
            email: None,
            pending: None,
            language: language.to_owned(),
            rhythms: BTreeMap::new(),
            failure: None,
            stop: random(),
            asked: Vec::new(),
        }
    }

    /// How often the person is written to about this kind; legal notices go at once.
    pub fn rhythm(&self, kind: Kind) -> Rhythm {
        match kind {
            Kind::Legal => Rhythm::AtOnce,
            kind => self.rhythms.get(&kind).copied().unwrap_or_default(),
        }
    }

    /// Where letters go at present.
    pub fn reachable(&self) -> Option<&str> {
        self.email.as_deref().filter(|_| self.failure.is_none())
    }
}

/// 32 random bytes in hexadecimal digits.
fn random() -> String {
    let mut bytes = [0; 32];
    // Without randomness of the system there are no sessions either; an empty code is the hash of nobody's.
    match OsRng.try_fill_bytes(&mut bytes) {
        Ok(()) => hex::encode(bytes),
        Err(_) => String::new(),
    }
}

/// The form in which the code of a link is kept.
pub fn code_hash(code: &str) -> String {
    hex::encode(Sha256::digest(code.as_bytes()))
}

/// The collection of addresses, by person.
pub(crate) fn collection() -> Collection {
    let text = || json!({"type": "string"});
    let failure = json!({"type": "object", "additionalProperties": false, "required": ["at", "status"],
        "properties": {"at": text(), "status": {"type": "integer"}}});
    Collection::new(
        ADDRESSES,
        json!({"type": "object", "additionalProperties": false, "required": ["language", "stop"],
            "properties": {
                "email": text(), "language": text(), "stop": text(), "failure": failure.clone(),
                "pending": {"type": "object", "additionalProperties": false, "required": ["email", "code", "until"],
                    "properties": {"email": text(), "code": text(), "until": text(), "failure": failure}},
                "rhythms": {"type": "object", "additionalProperties": text()},
                "asked": {"type": "array", "items": text()}}}),
    )
    .unique(&["stop"])
}

async fn kept(unit: &mut Unit, person: &str) -> Result<Option<(Mailbox, Document)>, Error> {
    let Some(document) = unit.get(NAMESPACE, ADDRESSES, person).await? else { return Ok(None) };
    Ok(Some((read(person, &document.body)?, document)))
}

/// How a person is reached by e-mail; nothing if they never gave an address.
pub async fn mailbox(unit: &mut Unit, person: &str) -> Result<Option<Mailbox>, Error> {
    Ok(kept(unit, person).await?.map(|(mailbox, _)| mailbox))
}

async fn keep(unit: &mut Unit, person: &str, mailbox: &Mailbox, old: Option<&Document>) -> Result<(), Error> {
    let body = write(person, mailbox)?;
    match old {
        Some(old) => unit.replace(NAMESPACE, ADDRESSES, person, old.revision, &body).await?,
        None => {
            unit.insert(NAMESPACE, ADDRESSES, Some(person.to_owned()), &body).await?;
        }
    }
    Ok(())
}

/// Changes what is kept of a person's mailbox; nothing if there is none.
pub(super) async fn change(
    unit: &mut Unit,
    person: &str,
    change: impl FnOnce(&mut Mailbox),
) -> Result<(), Error> {
    if let Some((mut mailbox, document)) = kept(unit, person).await? {
        change(&mut mailbox);
        keep(unit, person, &mailbox, Some(&document)).await?;
    }
    Ok(())
}

/// Has a link sent to an address that a person gives, by which they confirm it. An address confirmed before stays in
/// use until then. `legal` and `real` are what the two clocks say.
pub async fn ask(
    unit: &mut Unit,
    person: &str,
    email: &str,
    language: &str,
    legal: Instant,
    real: Instant,
) -> Result<(), AddressError> {
    let email = email.trim();
    // What `Address` lets through beyond the dot-atom (quoted parts, addresses of machines) no citizen has.
    let plain = email.len() <= LONGEST && !email.contains(['"', '[', '\\']) && email.contains('.');
    let address: Address = email.parse().map_err(|_| AddressError::Malformed)?;
    if !plain || !address.domain().contains('.') {
        return Err(AddressError::Malformed);
    }
    let known = kept(unit, person).await?;
    let mut mailbox = known.as_ref().map_or_else(|| Mailbox::fresh(language), |(mailbox, _)| mailbox.clone());
    let day = SignedDuration::from_hours(24);
    mailbox.asked.retain(|at| at.parse::<Instant>().is_ok_and(|at| real.since(at) < day));
    if mailbox.asked.len() >= ASKS_A_DAY {
        return Err(AddressError::TooMany);
    }
    mailbox.asked.push(real.to_string());
    let code = random();
    let until = real.checked_add(SignedDuration::from_hours(CODE_HOURS)).unwrap_or(real).to_string();
    mailbox.pending =
        Some(Pending { email: address.to_string(), code: code_hash(&code), until, failure: None });
    keep(unit, person, &mailbox, known.as_ref().map(|(_, document)| document)).await?;
    outbox::confirmation(unit, person, code, legal).await?;
    Ok(())
}

/// Confirms the address that waits, if the code is that of the link sent there and its time is not over. The address is
/// used from then on.
pub async fn confirm(unit: &mut Unit, person: &str, code: &str, real: Instant) -> Result<bool, Error> {
    let Some((mut mailbox, document)) = kept(unit, person).await? else { return Ok(false) };
    let Some(pending) = mailbox.pending.take() else { return Ok(false) };
    let in_time = pending.until.parse::<Instant>().is_ok_and(|until| real < until);
    if code.is_empty() || pending.code != code_hash(code) || !in_time {
        return Ok(false);
    }
    mailbox.email = Some(pending.email);
    mailbox.failure = None;
    keep(unit, person, &mailbox, Some(&document)).await?;
    Ok(true)
}

/// How often the person is written to about a kind. What waits for a digest already goes with that digest.
pub async fn set_rhythm(unit: &mut Unit, person: &str, kind: Kind, rhythm: Rhythm) -> Result<(), Error> {
    change(unit, person, |mailbox| {
        if kind != Kind::Legal {
            mailbox.rhythms.insert(kind, rhythm);
        }
    })
    .await
}

/// The language in which the person is written to, by its code.
pub async fn set_language(unit: &mut Unit, person: &str, language: &str) -> Result<(), Error> {
    change(unit, person, |mailbox| language.clone_into(&mut mailbox.language)).await
}

/// Stops all letters but legal ones.
pub async fn stop_all(unit: &mut Unit, person: &str) -> Result<(), Error> {
    change(unit, person, |mailbox| {
        mailbox.rhythms.extend(Kind::CHOSEN.map(|kind| (kind, Rhythm::Never)));
    })
    .await
}

/// The same by what stands in the link of a letter, which may come from somebody who has not signed in; `false` if it
/// stands in no letter.
pub async fn stop_all_by(unit: &mut Unit, stop: &str) -> Result<bool, Error> {
    let Some(document) = unit.find_unique(NAMESPACE, ADDRESSES, &["stop"], &[stop]).await? else {
        return Ok(false);
    };
    stop_all(unit, &document.key).await?;
    Ok(true)
}

/// Forgets the person's address and what they wanted; letters that wait are not sent any more.
pub async fn forget(unit: &mut Unit, person: &str) -> Result<(), Error> {
    if let Some((_, document)) = kept(unit, person).await? {
        unit.remove(NAMESPACE, ADDRESSES, person, document.revision).await?;
    }
    Ok(())
}

/// Has a person be reached where another record of theirs was, if they have no address themselves; the other one is
/// forgotten. `false` if there was none.
pub(crate) async fn hand_over(unit: &mut Unit, from: &str, to: &str) -> Result<bool, Error> {
    let Some((mailbox, document)) = kept(unit, from).await? else { return Ok(false) };
    unit.remove(NAMESPACE, ADDRESSES, from, document.revision).await?;
    if kept(unit, to).await?.is_none() {
        keep(unit, to, &mailbox, None).await?;
    }
    Ok(true)
}

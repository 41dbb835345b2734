//! Handing over what the cabinet keeps of one record of a person to another record of the same person.
//!
//! These are the platform's own records of who finds what where, so they change hands; nothing that anybody has signed
//! stands in them. It is done in portions, each in the unit of work of whoever carries the merging out: what has changed
//! hands is not found again, so a portion that is begun anew goes on where the last one ended.

use crate::accesses::ACCESSES;
use crate::corrections::CORRECTIONS;
use crate::mail::{self, OUTBOX};
use crate::records::{
    DRAFTS, DraftRecord, NAMESPACE, NOTICES, PARTICIPATIONS, ParticipationRecord, read, write,
};
use crate::{Draft, Error, Notice, discard_draft, draft, save_draft};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use vzaemo_clock::Instant;
use vzaemo_storage::{BODY, Query, Unit};

/// How many records change hands in one unit of work.
const PORTION: u32 = 200;

/// How much the cabinet keeps of a person; of each kind so many at most as one answer of the storage holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// Cases in which they take or took part.
    pub cases: u64,
    /// Drafts.
    pub drafts: u64,
    /// Notices.
    pub notices: u64,
    /// Letters.
    pub letters: u64,
    /// Entries of who saw their data.
    pub accesses: u64,
    /// Requests to correct data.
    pub corrections: u64,
    /// Whether there is an address of e-mail.
    pub address: bool,
}

/// What simply gets another person.
const KINDS: [(&str, &str); 4] =
    [(NOTICES, "person"), (ACCESSES, "subject"), (CORRECTIONS, "person"), (OUTBOX, "person")];

/// Counts it.
///
/// # Errors
/// The storage's.
pub async fn amount(unit: &mut Unit, person: &str) -> Result<Amount, Error> {
    let mut found = [0_u64; 6];
    let first = [(PARTICIPATIONS, "person"), (DRAFTS, "person")];
    let kinds = [(NOTICES, "person"), (OUTBOX, "person"), (ACCESSES, "subject"), (CORRECTIONS, "person")];
    for ((collection, field), count) in first.iter().chain(&kinds).zip(&mut found) {
        let query = Query::of(*collection).equal(*field, person).limit(Query::MOST);
        *count = u64::try_from(unit.select(NAMESPACE, &query).await?.keys.len()).unwrap_or(u64::MAX);
    }
    let [cases, drafts, notices, letters, accesses, corrections] = found;
    let address = mail::mailbox(unit, person).await?.is_some();
    Ok(Amount { cases, drafts, notices, letters, accesses, corrections, address })
}

/// Tells whoever reads the letters of a record that is being merged: at its address of e-mail alone, since the notice
/// stands in the cabinet of the record that stays.
///
/// # Errors
/// The storage's.
pub async fn write_to(unit: &mut Unit, person: &str, notice: &Notice, now: Instant) -> Result<(), Error> {
    mail::enqueue(unit, person, notice.kind, &notice.text, &notice.address, now).await
}

/// Whether letters wait that go to the address of this record.
///
/// # Errors
/// The storage's.
pub async fn has_waiting_letters(unit: &mut Unit, person: &str) -> Result<bool, Error> {
    let query = Query::of(OUTBOX).equal("person", person).descending("at").fields(&["state"]);
    let rows = unit.select(NAMESPACE, &query.limit(Query::MOST)).await?;
    Ok(rows.columns.iter().any(|state| state == mail::State::Waiting.name()))
}

/// Hands a portion over, all but letters and the address; tells how many records that were, 0 when nothing is left.
///
/// # Errors
/// The storage's.
pub async fn hand_over(unit: &mut Unit, from: &str, to: &str, now: Instant) -> Result<u64, Error> {
    let mut moved = participations(unit, from, to).await?;
    moved += drafts(unit, from, to, now).await?;
    for (collection, field) in KINDS.iter().filter(|(collection, _)| *collection != OUTBOX) {
        moved += rename(unit, collection, field, from, to).await?;
    }
    Ok(moved)
}

/// Hands the letters over, a portion, and then the address, if the person has no other; tells how many records that were.
///
/// # Errors
/// The storage's.
pub async fn hand_letters_over(unit: &mut Unit, from: &str, to: &str) -> Result<u64, Error> {
    let moved = rename(unit, OUTBOX, "person", from, to).await?;
    if moved == 0 {
        return Ok(u64::from(mail::hand_over(unit, from, to).await?));
    }
    Ok(moved)
}

/// Where one kind of records names a person, it names the other one.
async fn rename(unit: &mut Unit, collection: &str, field: &str, from: &str, to: &str) -> Result<u64, Error> {
    let query = Query::of(collection).equal(field, from).limit(PORTION);
    let keys = unit.select(NAMESPACE, &query).await?.keys;
    for key in &keys {
        let Some(document) = unit.get(NAMESPACE, collection, key).await? else { continue };
        let mut body: Value = read(key, &document.body)?;
        if let Some(body) = body.as_object_mut() {
            body.insert(field.to_owned(), to.into());
        }
        unit.replace(NAMESPACE, collection, key, document.revision, &body.to_string()).await?;
    }
    Ok(u64::try_from(keys.len()).unwrap_or(u64::MAX))
}

/// Of two parts in one case the earlier one stays; the person has left it only if they left both.
async fn participations(unit: &mut Unit, from: &str, to: &str) -> Result<u64, Error> {
    let query = Query::of(PARTICIPATIONS).equal("person", from).descending("since").limit(PORTION);
    let keys = unit.select(NAMESPACE, &query).await?.keys;
    for key in &keys {
        let Some(document) = unit.get(NAMESPACE, PARTICIPATIONS, key).await? else { continue };
        let mut part: ParticipationRecord = read(key, &document.body)?;
        let held =
            unit.find_unique(NAMESPACE, PARTICIPATIONS, &["case", "person"], &[&part.case, to]).await?;
        let Some(held) = held else {
            to.clone_into(&mut part.person);
            unit.replace(NAMESPACE, PARTICIPATIONS, key, document.revision, &write(key, &part)?).await?;
            continue;
        };
        let own: ParticipationRecord = read(&held.key, &held.body)?;
        let body = write(&held.key, &together(own, part))?;
        unit.remove(NAMESPACE, PARTICIPATIONS, key, document.revision).await?;
        unit.replace(NAMESPACE, PARTICIPATIONS, &held.key, held.revision, &body).await?;
    }
    Ok(u64::try_from(keys.len()).unwrap_or(u64::MAX))
}

fn together(own: ParticipationRecord, other: ParticipationRecord) -> ParticipationRecord {
    let person = own.person.clone();
    let (first, second) = if other.since < own.since { (other, own) } else { (own, other) };
    let stays = match (first.left, second.left) {
        (true, false) => ParticipationRecord { since: first.since, ..second },
        _ => first,
    };
    ParticipationRecord { person, ..stays }
}

/// Of two drafts of one form the one that was touched last stays.
async fn drafts(unit: &mut Unit, from: &str, to: &str, now: Instant) -> Result<u64, Error> {
    let query = Query::of(DRAFTS).equal("person", from).descending("updated").fields(&[BODY]).limit(PORTION);
    let rows = unit.select(NAMESPACE, &query).await?;
    for (key, body) in rows.keys.iter().zip(&rows.columns) {
        let record: DraftRecord = read(key, body)?;
        let own = unit.get(NAMESPACE, DRAFTS, &crate::drafts::key(to, &record.address)).await?;
        let own: Option<DraftRecord> = own.map(|own| read(&own.key, &own.body)).transpose()?;
        let updated = record.updated.parse().unwrap_or(now);
        let moves = own.is_none_or(|own| own.updated < record.updated);
        let kept: Option<Draft> = draft(unit, from, &record.address).await?.filter(|_| moves);
        if let Some(kept) = kept {
            save_draft(unit, to, kept, updated).await?;
        }
        discard_draft(unit, from, &record.address).await?;
    }
    Ok(u64::try_from(rows.keys.len()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Text;

    fn part(person: &str, since: &str, left: bool) -> ParticipationRecord {
        let text = || Text { uk: person.to_owned(), en: person.to_owned() };
        ParticipationRecord {
            case: "notes/1".to_owned(),
            person: person.to_owned(),
            role: text(),
            since: since.to_owned(),
            left,
            left_at: left.then(|| "2026-09-09T00:00:00.000Z".to_owned()),
            left_text: left.then(text),
        }
    }

    #[test]
    fn of_two_parts_the_earlier_stays_and_is_left_only_if_both_are() {
        let (early, late) = ("2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z");
        for (own, other, role, left) in [
            (part("s", late, false), part("m", early, false), "m", false),
            (part("s", early, false), part("m", late, false), "s", false),
            (part("s", early, true), part("m", late, false), "m", false),
            (part("s", late, true), part("m", early, false), "m", false),
            (part("s", early, true), part("m", late, true), "s", true),
        ] {
            let both = together(own, other);
            assert_eq!((both.person.as_str(), both.since.as_str(), both.left), ("s", early, left));
            assert_eq!(both.role.uk, role);
            assert_eq!(both.left_at.is_some(), left);
        }
    }
}

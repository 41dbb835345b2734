//! Erasure of what the cabinet keeps about a person.
//!
//! What stands here is kept for the person alone, and no law says how long: drafts, notices, letters, the address of
//! e-mail, the list of who saw their data, what they asked to have corrected. It goes when they ask for it. Cases and their timelines stay as long as the
//! documents that they tell of.

use crate::accesses::ACCESSES;
use crate::corrections::CORRECTIONS;
use crate::mail;
use crate::mail::OUTBOX;
use crate::records::{DRAFTS, DraftRecord, NAMESPACE, NOTICES, PARTICIPATIONS, read};
use crate::{Error, discard_draft};
use vzaemo_storage::{BODY, Query, Unit};

/// How many records of each collection go in one unit of work.
const PORTION: u32 = 200;

/// How many records of the cabinet are a person's alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Own {
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

impl Own {
    /// With what another record of the same person has.
    pub fn add(&mut self, other: Own) {
        self.drafts += other.drafts;
        self.notices += other.notices;
        self.letters += other.letters;
        self.accesses += other.accesses;
        self.corrections += other.corrections;
        self.address |= other.address;
    }
}

const KINDS: [(&str, &str); 5] = [
    (DRAFTS, "person"),
    (NOTICES, "person"),
    (OUTBOX, "person"),
    (ACCESSES, "subject"),
    (CORRECTIONS, "person"),
];

/// Counts them; of each kind so many at most as one answer of the storage holds.
pub async fn own(unit: &mut Unit, person: &str) -> Result<Own, Error> {
    let mut found = [0_u64; 5];
    for ((collection, field), count) in KINDS.iter().zip(&mut found) {
        let query = Query::of(*collection).equal(*field, person).limit(Query::MOST);
        *count = u64::try_from(unit.select(NAMESPACE, &query).await?.keys.len()).unwrap_or(u64::MAX);
    }
    let [drafts, notices, letters, accesses, corrections] = found;
    let address = mail::mailbox(unit, person).await?.is_some();
    Ok(Own { drafts, notices, letters, accesses, corrections, address })
}

/// A person has no part in a case any more, and nothing says that they had: what they wrote in it has had its time.
/// `record` is the key of the document; who saw it is forgotten with it.
///
/// # Errors
/// The storage's.
pub async fn part(unit: &mut Unit, module: &str, key: &str, record: &str, person: &str) -> Result<(), Error> {
    let case = format!("{module}/{key}");
    let found = unit.find_unique(NAMESPACE, PARTICIPATIONS, &["case", "person"], &[&case, person]).await?;
    if let Some(found) = found {
        unit.remove(NAMESPACE, PARTICIPATIONS, &found.key, found.revision).await?;
    }
    let mut after = None;
    loop {
        let query = Query::of(ACCESSES).equal("subject", person).fields(&["module", "record"]);
        let rows = unit.select(NAMESPACE, &query.limit(Query::MOST).after(after)).await?;
        let of_record =
            rows.iter().filter(|(_, columns)| **columns == [module.to_owned(), record.to_owned()]);
        for (access, _) in of_record {
            if let Some(document) = unit.get(NAMESPACE, ACCESSES, access).await? {
                unit.remove(NAMESPACE, ACCESSES, access, document.revision).await?;
            }
        }
        match rows.next {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}

/// Erases a portion of them and tells how many records that were; 0 when nothing is left.
pub async fn erase(unit: &mut Unit, person: &str) -> Result<u64, Error> {
    let mut erased = 0;
    for (collection, field) in KINDS {
        let query = Query::of(collection).equal(field, person).fields(&[BODY]).limit(PORTION);
        let rows = unit.select(NAMESPACE, &query).await?;
        for (key, body) in rows.keys.iter().zip(&rows.columns) {
            if collection == DRAFTS {
                // Its files are held by it.
                let record: DraftRecord = read(key, body)?;
                discard_draft(unit, person, &record.address).await?;
            } else if let Some(document) = unit.get(NAMESPACE, collection, key).await? {
                unit.remove(NAMESPACE, collection, key, document.revision).await?;
            }
            erased += 1;
        }
    }
    if mail::mailbox(unit, person).await?.is_some() {
        mail::forget(unit, person).await?;
        erased += 1;
    }
    Ok(erased)
}

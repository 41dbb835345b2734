//! The rules of use in all their versions, and who has accepted which.
//!
//! A version is kept for ever as it was when it was first applied: what somebody accepted can always be read again. An
//! acceptance is an act of the person alone; nothing here accepts in anybody's place.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;
use vzaemo_clock::{Date, Instant, LegalClock};
use vzaemo_storage::{BODY, Query, Storage, Unit};

use super::cache::{News, Remembered};
use super::persons::{self, person_id};
use super::schema::{ACCEPTANCES, NAMESPACE, RULES};
use super::{ATTEMPTS, IdentityError, Recorder, again};
use crate::PersonId;

/// One version of the rules of use, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// The name of the version, as `1.0`.
    pub version: String,
    /// The day from which they are in force.
    pub since: Date,
    /// The text in Ukrainian.
    pub uk: String,
    /// The text in English.
    pub en: String,
    digest: String,
}

/// What the digest of an edition is made of, and its document.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    version: String,
    since: Date,
    uk: String,
    en: String,
    digest: String,
}

impl Edition {
    /// An edition. Its digest is that of its version, day and both texts together, as they are kept: in NFC.
    pub fn new(version: &str, since: Date, uk: &str, en: &str) -> Self {
        let (uk, en): (String, String) = (uk.nfc().collect(), en.nfc().collect());
        let mut hash = Sha256::new();
        for part in [version, &since.to_string(), &uk, &en] {
            // The length before each part, so that no text can pass for the end of one and the beginning of another.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest = format!("sha256:{}", hex::encode(hash.finalize()));
        Self { version: version.to_owned(), since, uk, en, digest }
    }

    /// `sha256:` and 64 hexadecimal digits.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

/// The versions of the rules that the configuration names: which is in force is a matter of the day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Editions(Vec<Arc<Edition>>);

impl Editions {
    /// These versions, in any order.
    pub fn new(mut editions: Vec<Arc<Edition>>) -> Self {
        editions.sort_by_key(|edition| edition.since);
        Self(editions)
    }

    /// Whether there are none: then nobody is asked to accept anything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, the earliest first.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Edition>> {
        self.0.iter()
    }

    /// The one in force on a day: the latest that is in force from that day or an earlier one.
    pub fn in_force(&self, today: Date) -> Option<&Arc<Edition>> {
        self.0.iter().rev().find(|edition| edition.since <= today)
    }
}

/// That a person accepted a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The version.
    pub version: String,
    /// The digest of what was accepted.
    pub digest: String,
    /// When, by the legal clock.
    pub at: Instant,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    accepted: Vec<Acceptance>,
}

/// All versions of the rules of use, and who has accepted which.
pub struct RulesOfUse {
    storage: Storage,
    clock: LegalClock,
    cache: Remembered<PersonId, Arc<[Acceptance]>>,
}

/// What so many persons have accepted is remembered.
const REMEMBERED: u64 = 50_000;

impl RulesOfUse {
    pub(crate) fn new(storage: Storage, clock: LegalClock) -> Self {
        let news = News::of(&storage, ACCEPTANCES, |key| person_id(key).ok());
        Self { storage, clock, cache: Remembered::new(REMEMBERED, news) }
    }

    /// Keeps an edition in this unit of work, unless it is kept already.
    ///
    /// # Errors
    /// [`IdentityError::OtherRules`] if another text or day is kept under this version.
    pub async fn keep(&self, unit: &mut Unit, edition: &Edition) -> Result<(), IdentityError> {
        match self.edition(unit, &edition.version).await? {
            Some(kept) if kept.digest == edition.digest => Ok(()),
            Some(_) => Err(IdentityError::OtherRules(edition.version.clone())),
            None => {
                let Edition { version, since, uk, en, digest } = edition.clone();
                let text = serde_json::to_string(&Kept { version, since, uk, en, digest })?;
                unit.insert(NAMESPACE, RULES, Some(edition.version.clone()), &text).await?;
                Ok(())
            }
        }
    }

    /// The edition that is kept under a version.
    pub async fn edition(&self, unit: &mut Unit, version: &str) -> Result<Option<Edition>, IdentityError> {
        let Some(document) = unit.get(NAMESPACE, RULES, version).await? else { return Ok(None) };
        Ok(Some(document.parse::<Kept>()?.into()))
    }

    /// All editions that were ever applied, the latest first.
    pub async fn editions(&self) -> Result<Vec<Edition>, IdentityError> {
        let mut unit = self.storage.begin().await?;
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let query = Query::of(RULES).fields(&[BODY]).limit(Query::MOST).after(after);
            let rows = unit.select(NAMESPACE, &query).await?;
            for (_, fields) in rows.iter() {
                let kept: Kept = serde_json::from_str(fields.first().map_or("", String::as_str))?;
                all.push(Edition::from(kept));
            }
            match rows.next {
                Some(cursor) => after = Some(cursor),
                None => break,
            }
        }
        all.sort_by(|a, b| (b.since, &b.version).cmp(&(a.since, &a.version)));
        Ok(all)
    }

    /// What a person has accepted, the earliest first.
    pub async fn accepted(&self, person: PersonId) -> Result<Arc<[Acceptance]>, IdentityError> {
        if let Some(accepted) = self.cache.get(&person) {
            return Ok(accepted);
        }
        let ticket = self.cache.ticket();
        let mut unit = self.storage.begin().await?;
        let accepted: Arc<[Acceptance]> = read(&mut unit, person).await?.0.accepted.into();
        self.cache.keep(ticket, person, Arc::clone(&accepted));
        Ok(accepted)
    }

    /// Forgets what is remembered of a person whose acceptances a unit of work has changed, after its commit.
    pub fn has_changed(&self, person: PersonId) {
        self.cache.forget(&person);
    }

    /// Whether a person has accepted this very edition.
    pub async fn has_accepted(&self, person: PersonId, edition: &Edition) -> Result<bool, IdentityError> {
        Ok(holds(&self.accepted(person).await?, edition))
    }

    /// Keeps that a person accepts an edition. `false` if they have already; the earlier moment stays then. `record` adds
    /// the audit entry to the same commit; it is called again if the commit has to be tried again.
    ///
    /// # Errors
    /// [`IdentityError::OtherRules`] for an edition that was never applied: only what can be read again can be accepted.
    pub async fn accept(
        &self,
        person: PersonId,
        edition: &Edition,
        record: Recorder<'_>,
    ) -> Result<bool, IdentityError> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.storage.begin().await?;
            if persons::read(&mut unit, person).await?.is_none() {
                return Err(IdentityError::NoPerson(person));
            }
            let kept = self.edition(&mut unit, &edition.version).await?;
            if kept.is_none_or(|kept| kept.digest != edition.digest) {
                return Err(IdentityError::OtherRules(edition.version.clone()));
            }
            let (mut body, revision) = read(&mut unit, person).await?;
            if holds(&body.accepted, edition) {
                return Ok(false);
            }
            body.accepted.push(Acceptance {
                version: edition.version.clone(),
                digest: edition.digest.clone(),
                at: self.clock.now(),
            });
            let (key, text) = (person.to_string(), serde_json::to_string(&body)?);
            match revision {
                Some(revision) => unit.replace(NAMESPACE, ACCEPTANCES, &key, revision, &text).await?,
                None => {
                    unit.insert(NAMESPACE, ACCEPTANCES, Some(key), &text).await?;
                }
            }
            record(&mut unit).await.map_err(IdentityError::Record)?;
            match unit.commit().await {
                Ok(_) => {
                    self.cache.forget(&person);
                    return Ok(true);
                }
                Err(error) => again(error)?,
            }
        }
        Err(IdentityError::Contended)
    }
}

/// Has a person have accepted what another record of theirs has, which forgets it: how many that are.
pub(super) async fn carry_over(
    unit: &mut Unit,
    staying: PersonId,
    merged: PersonId,
) -> Result<usize, IdentityError> {
    let (from, before) = read(unit, merged).await?;
    let Some(before) = before else { return Ok(0) };
    let (mut body, revision) = read(unit, staying).await?;
    for one in &from.accepted {
        match body
            .accepted
            .iter_mut()
            .find(|known| known.version == one.version && known.digest == one.digest)
        {
            Some(known) => known.at = known.at.min(one.at),
            None => body.accepted.push(one.clone()),
        }
    }
    body.accepted.sort_by_key(|one| one.at);
    let (key, text) = (staying.to_string(), serde_json::to_string(&body)?);
    match revision {
        Some(revision) => unit.replace(NAMESPACE, ACCEPTANCES, &key, revision, &text).await?,
        None => unit.insert(NAMESPACE, ACCEPTANCES, Some(key), &text).await.map(|_| ())?,
    }
    unit.remove(NAMESPACE, ACCEPTANCES, &merged.to_string(), before).await?;
    Ok(from.accepted.len())
}

/// How many versions a person has accepted.
pub(super) async fn count(unit: &mut Unit, person: PersonId) -> Result<usize, IdentityError> {
    Ok(read(unit, person).await?.0.accepted.len())
}

impl From<Kept> for Edition {
    fn from(kept: Kept) -> Self {
        let Kept { version, since, uk, en, digest } = kept;
        Edition { version, since, uk, en, digest }
    }
}

fn holds(accepted: &[Acceptance], edition: &Edition) -> bool {
    accepted.iter().any(|one| one.version == edition.version && one.digest == edition.digest)
}

async fn read(unit: &mut Unit, person: PersonId) -> Result<(Body, Option<u64>), IdentityError> {
    match unit.get(NAMESPACE, ACCEPTANCES, &person.to_string()).await? {
        Some(document) => Ok((document.parse()?, Some(document.revision))),
        None => Ok((Body::default(), None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edition(version: &str, since: &str) -> Arc<Edition> {
        Arc::new(Edition::new(version, since.parse().unwrap(), "Правила", "Rules"))
    }

    #[test]
    fn the_latest_that_has_begun_is_in_force() {
        let editions = Editions::new(vec![edition("2", "2026-10-01"), edition("1", "2026-01-01")]);
        let on = |day: &str| editions.in_force(day.parse().unwrap()).map(|edition| edition.version.as_str());
        assert_eq!(on("2025-12-31"), None);
        assert_eq!(on("2026-01-01"), Some("1"));
        assert_eq!(on("2026-09-30"), Some("1"));
        assert_eq!(on("2026-10-01"), Some("2"));
        assert_eq!(Editions::default().in_force("2026-10-01".parse().unwrap()), None);
    }

    #[test]
    fn a_digest_tells_apart_every_part() {
        let day: Date = "2026-01-01".parse().unwrap();
        let one = Edition::new("1", day, "аб", "cd");
        assert_eq!(one.digest(), Edition::new("1", day, "аб", "cd").digest());
        for other in [
            Edition::new("2", day, "аб", "cd"),
            Edition::new("1", "2026-01-02".parse().unwrap(), "аб", "cd"),
            Edition::new("1", day, "а", "бcd"),
            Edition::new("1", day, "аб", "ce"),
        ] {
            assert_ne!(one.digest(), other.digest(), "{other:?}");
        }
    }
}

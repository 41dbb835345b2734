//! Persons and their names.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use vzaemo_clock::{Instant, LegalClock};
use vzaemo_storage::{Storage, Unit};

use super::cache::{News, Remembered};
use super::schema::{NAMESPACE, PERSONS};
use super::{ATTEMPTS, IdentityError, PlatformSecret, Recorder, again, claims, delegations};
use crate::{Attested, FullName, KeyKind, PersonId, ProvenKey, Token};

/// Persons: one for one proven key, or for several of different kinds once records were merged (see
/// [`merging`](super::merging)).
pub struct Persons {
    storage: Storage,
    secret: PlatformSecret,
    clock: LegalClock,
    cache: Remembered<PersonId, Arc<Person>>,
}

/// What is kept of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The identifier.
    pub id: PersonId,
    /// Whether a proven key stands behind the person, rather than an account at a provider only.
    pub proven: bool,
    /// The names, the oldest first; never empty.
    pub names: Vec<AttestedName>,
    /// The record that stands for this one since they were merged.
    pub into: Option<PersonId>,
    /// The records for which this one stands, in the order in which they were merged into it.
    pub merged: Vec<PersonId>,
}

/// A name and since when it was attested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttestedName {
    /// The name.
    pub name: FullName,
    /// The legal time at which a provider first attested it.
    pub since: Instant,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    pub key: String,
    pub proven: bool,
    /// The kind of the key; not known of persons who have not signed in since it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<KeyKind>,
    pub names: Vec<AttestedName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<PersonId>,
}

impl Body {
    fn person(&self, id: PersonId) -> Person {
        let Self { proven, names, into, merged, .. } = self.clone();
        Person { id, proven, names, into, merged }
    }
}

/// The keyed hash of a proven key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonKey(String);

/// So many persons are remembered.
const REMEMBERED: u64 = 50_000;

impl Person {
    /// The name at present.
    pub fn name(&self) -> Option<&FullName> {
        self.names.last().map(|attested| &attested.name)
    }

    /// The name as it was attested at that time: how an act of that time shows it. Before the first attestation it is
    /// the first name.
    pub fn name_at(&self, at: Instant) -> Option<&FullName> {
        let known = self.names.iter().rev().find(|attested| attested.since <= at);
        known.or(self.names.first()).map(|attested| &attested.name)
    }
}

impl Persons {
    pub(crate) fn new(storage: Storage, secret: PlatformSecret, clock: LegalClock) -> Self {
        let news = News::of(&storage, PERSONS, |key| person_id(key).ok());
        Self { storage, secret, clock, cache: Remembered::new(REMEMBERED, news) }
    }

    /// The person with this identifier.
    pub async fn get(&self, id: PersonId) -> Result<Option<Arc<Person>>, IdentityError> {
        if let Some(person) = self.cache.get(&id) {
            return Ok(Some(person));
        }
        let ticket = self.cache.ticket();
        let mut unit = self.storage.begin().await?;
        let Some(person) = read(&mut unit, id).await? else { return Ok(None) };
        let person = Arc::new(person);
        self.cache.keep(ticket, id, Arc::clone(&person));
        Ok(Some(person))
    }

    /// The same within a unit of work: as of its snapshot, and part of what it has read.
    pub async fn get_in(&self, unit: &mut Unit, id: PersonId) -> Result<Option<Person>, IdentityError> {
        read(unit, id).await
    }

    /// Under what a person with this key is found again. It tells nothing to whoever has not the platform's secret, and
    /// not whether there is such a person.
    pub fn key_of(&self, key: &ProvenKey) -> PersonKey {
        PersonKey(self.secret.hash(&key.canonical()))
    }

    /// Whether this is the person with that key, as a unit of work sees it.
    pub async fn has_key_in(
        &self,
        unit: &mut Unit,
        id: PersonId,
        key: &PersonKey,
    ) -> Result<bool, IdentityError> {
        let Some((body, _)) = kept(unit, id).await? else { return Ok(false) };
        for merged in &body.merged {
            if kept(unit, *merged).await?.is_some_and(|(body, _)| body.proven && body.key == key.0) {
                return Ok(true);
            }
        }
        Ok(body.proven && body.key == key.0)
    }

    /// Finds the person whom this attests, or makes them, in a commit of its own.
    pub async fn ensure(&self, attested: &Attested) -> Result<Arc<Person>, IdentityError> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.storage.begin().await?;
            let (person, _) = self.ensure_in(&mut unit, attested).await?;
            match unit.commit().await {
                Ok(_) => return Ok(self.remember(person)),
                Err(error) => again(error)?,
            }
        }
        Err(IdentityError::Contended)
    }

    /// The same within a unit of work; `true` if the person is new. After the commit call [`Self::remember`].
    pub(super) async fn ensure_in(
        &self,
        unit: &mut Unit,
        attested: &Attested,
    ) -> Result<(Person, bool), IdentityError> {
        let (key, proven) = self.secret.person_key(attested);
        let kind = attested.key.as_ref().map(ProvenKey::kind);
        let now = AttestedName { name: attested.name.clone(), since: self.clock.now() };
        let Some(found) = unit.find_unique(NAMESPACE, PERSONS, &["key"], &[&key]).await? else {
            let id = PersonId::new();
            let body = Body { key, proven, kind, names: vec![now], into: None, merged: Vec::new() };
            unit.insert(NAMESPACE, PERSONS, Some(id.to_string()), &serde_json::to_string(&body)?).await?;
            return Ok((body.person(id), true));
        };
        let mut own: Body = found.parse()?;
        let mut id = person_id(&found.key)?;
        if own.kind != kind {
            own.kind = kind;
            let text = serde_json::to_string(&own)?;
            unit.replace(NAMESPACE, PERSONS, &found.key, found.revision, &text).await?;
        }
        // Whoever has this key is found under the record that stands for theirs.
        id = own.into.unwrap_or(id);
        let (mut body, revision) = kept(unit, id).await?.ok_or(IdentityError::NoPerson(id))?;
        // What nobody has proven does not rename a person whom something proves.
        let renames = proven || !body.proven;
        if renames && body.names.last().map(|last| &last.name) != Some(&now.name) {
            body.names.push(now);
            let text = serde_json::to_string(&body)?;
            unit.replace(NAMESPACE, PERSONS, &id.to_string(), revision, &text).await?;
        }
        Ok((body.person(id), false))
    }

    /// Erases who a person is: their names, the keys by which they would be found again, and for whom they wanted to act;
    /// of the records that were merged into theirs too. Whoever signs in with such a key later is a new person. `record`
    /// adds the audit entry to the same commit. `false` if there is no such person.
    pub async fn erase(
        &self,
        id: PersonId,
        name: &FullName,
        record: Recorder<'_>,
    ) -> Result<bool, IdentityError> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.storage.begin().await?;
            let Some((body, _)) = kept(&mut unit, id).await? else { return Ok(false) };
            let mut erased = Vec::new();
            for one in body.merged.iter().copied().chain([id]) {
                let Some((body, revision)) = kept(&mut unit, one).await? else { continue };
                let key = Token::random().hash().as_str().to_owned();
                let names = vec![AttestedName { name: name.clone(), since: Instant::EPOCH }];
                let body = Body { key, proven: false, kind: None, names, ..body };
                let text = serde_json::to_string(&body)?;
                unit.replace(NAMESPACE, PERSONS, &one.to_string(), revision, &text).await?;
                claims::forget_all(&mut unit, one).await?;
                delegations::forget_all(&mut unit, one).await?;
                erased.push(body.person(one));
            }
            record(&mut unit).await.map_err(IdentityError::Record)?;
            match unit.commit().await {
                Ok(_) => {
                    for person in erased {
                        self.remember(person);
                    }
                    return Ok(true);
                }
                Err(error) => again(error)?,
            }
        }
        Err(IdentityError::Contended)
    }

    /// Forgets what is remembered of a person whose record a unit of work has changed, after its commit.
    pub(super) fn has_changed(&self, id: PersonId) {
        self.cache.forget(&id);
    }

    /// Remembers a person who was committed just now.
    pub(super) fn remember(&self, person: Person) -> Arc<Person> {
        let person = Arc::new(person);
        self.cache.put(person.id, Arc::clone(&person));
        person
    }
}

/// Reads a person within a unit of work.
pub(super) async fn read(unit: &mut Unit, id: PersonId) -> Result<Option<Person>, IdentityError> {
    Ok(kept(unit, id).await?.map(|(body, _)| body.person(id)))
}

/// The record of a person, with its revision.
pub(super) async fn kept(unit: &mut Unit, id: PersonId) -> Result<Option<(Body, u64)>, IdentityError> {
    let Some(document) = unit.get(NAMESPACE, PERSONS, &id.to_string()).await? else { return Ok(None) };
    Ok(Some((document.parse()?, document.revision)))
}

/// The record that stands for this one: itself, unless they were merged. It becomes part of what the unit has read, so a
/// merging that commits before it makes the unit run again.
pub(super) async fn standing_for(unit: &mut Unit, id: PersonId) -> Result<PersonId, IdentityError> {
    let Some(document) = unit.get(NAMESPACE, PERSONS, &id.to_string()).await? else { return Ok(id) };
    // Nearly all records stand for themselves; those need not be read whole.
    if !document.body.contains(r#""into":"#) {
        return Ok(id);
    }
    Ok(document.parse::<Body>()?.into.unwrap_or(id))
}

/// The identifier in a document of this room.
pub(super) fn person_id(text: &str) -> Result<PersonId, IdentityError> {
    PersonId::parse(text)
        .ok_or_else(|| serde::de::Error::custom("a person's identifier is malformed"))
        .map_err(IdentityError::Json)
}

//! Under which identifier a module knows a person.
//!
//! An alias is of a record for ever: once made it is never given to another one. When the records of one person are merged
//! (see [`merging`](super::merging)), whoever asks whom an alias means is told the record that stands for its own, and the
//! person goes on under their own alias, or under one of the merged record's where they had none.

use std::sync::Arc;

use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use vzaemo_storage::{Query, Storage, Unit};

use super::persons::{self, person_id};
use super::schema::{ALIASES, NAMESPACE};
use super::{ATTEMPTS, IdentityError, Persons, again};
use crate::PersonId;

/// The random identifier of one person in one module. Two modules cannot tell by it that they speak of one person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Alias(Arc<str>);

impl Alias {
    /// The text that the module gets.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Alias {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The aliases. Once made they never change, so what is remembered stays right.
///
/// Functions without `_in` begin units of their own: never call them while holding a unit.
pub struct Aliases {
    storage: Storage,
    persons: Arc<Persons>,
    by_person: Cache<(PersonId, Arc<str>), Alias>,
    /// The record that an alias was made for, whatever stands for that now.
    by_alias: Cache<Alias, (PersonId, Arc<str>)>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    person: String,
    module: String,
}

/// So many aliases are remembered.
const REMEMBERED: u64 = 50_000;

impl Aliases {
    pub(crate) fn new(storage: Storage, persons: Arc<Persons>) -> Self {
        Self { storage, persons, by_person: Cache::new(REMEMBERED), by_alias: Cache::new(REMEMBERED) }
    }

    /// The alias of a person in a module, made in a commit of its own when first asked for.
    pub async fn alias(&self, person: PersonId, module: &str) -> Result<Alias, IdentityError> {
        if let Some(alias) = self.find(person, module).await? {
            return Ok(alias);
        }
        for _ in 0..ATTEMPTS {
            let mut unit = self.storage.begin().await?;
            let alias = self.alias_in(&mut unit, person, module).await?;
            match unit.commit().await {
                Ok(_) => {
                    self.remember(person, module, &alias);
                    return Ok(alias);
                }
                Err(error) => again(error)?,
            }
        }
        Err(IdentityError::Contended)
    }

    /// The same within a unit of work, which spares a commit where one is due anyway. The unit must be committed
    /// before the alias is used elsewhere: run again, it may give another.
    pub async fn alias_in(
        &self,
        unit: &mut Unit,
        person: PersonId,
        module: &str,
    ) -> Result<Alias, IdentityError> {
        let key = (person, Arc::from(module));
        if let Some(alias) = self.by_person.get(&key) {
            return Ok(alias);
        }
        // A merging that commits meanwhile makes the unit run again, for it changes the record that is read here.
        let person = persons::standing_for(unit, person).await?;
        if let Some(alias) = read(unit, person, module).await? {
            return Ok(alias);
        }
        // Purely random: an identifier with a time in it would tell which aliases were made together.
        let alias = Uuid::new_v4().as_hyphenated().to_string();
        let body = serde_json::to_string(&Body { person: person.to_string(), module: module.to_owned() })?;
        unit.insert(NAMESPACE, ALIASES, Some(alias.clone()), &body).await?;
        Ok(Alias(alias.into()))
    }

    /// The alias of a person in a module, if there is one.
    pub async fn find(&self, person: PersonId, module: &str) -> Result<Option<Alias>, IdentityError> {
        if let Some(alias) = self.by_person.get(&(person, Arc::from(module))) {
            return Ok(Some(alias));
        }
        let mut unit = self.storage.begin().await?;
        let alias = read(&mut unit, person, module).await?;
        if let Some(alias) = &alias {
            self.remember(person, module, alias);
        }
        Ok(alias)
    }

    /// The same within a unit of work.
    pub async fn find_in(
        &self,
        unit: &mut Unit,
        person: PersonId,
        module: &str,
    ) -> Result<Option<Alias>, IdentityError> {
        match self.by_person.get(&(person, Arc::from(module))) {
            Some(alias) => Ok(Some(alias)),
            None => read(unit, person, module).await,
        }
    }

    /// All aliases of a person in a module, the one under which they act first: those of the records that were merged into
    /// theirs follow.
    pub async fn all_in(
        &self,
        unit: &mut Unit,
        person: PersonId,
        module: &str,
    ) -> Result<Vec<Alias>, IdentityError> {
        let Some(person) = persons::read(unit, person).await? else {
            return Ok(self.find_in(unit, person, module).await?.into_iter().collect());
        };
        of_records(unit, &person, module).await
    }

    /// The alias of one record of a person in a module, whatever stands for the record now.
    pub async fn own_in(
        &self,
        unit: &mut Unit,
        record: PersonId,
        module: &str,
    ) -> Result<Option<Alias>, IdentityError> {
        own(unit, record, module).await
    }

    /// Whom a module means. An alias of another module means nobody.
    pub async fn person(&self, module: &str, alias: &str) -> Result<Option<PersonId>, IdentityError> {
        let alias = Alias(alias.into());
        let meant = match self.by_alias.get(&alias) {
            Some((person, of)) => Some((person, of)),
            None => {
                let mut unit = self.storage.begin().await?;
                let meant = meant(&mut unit, &alias).await?;
                meant.map(|(person, of)| (person, Arc::from(of)))
            }
        };
        let Some((person, of)) = meant else { return Ok(None) };
        self.by_alias.insert(alias, (person, Arc::clone(&of)));
        if *of != *module {
            return Ok(None);
        }
        let known = self.persons.get(person).await?;
        Ok(Some(known.and_then(|known| known.into).unwrap_or(person)))
    }

    /// The same within a unit of work. Whoever holds a unit asks here: each unit holds a connection, and if all who
    /// hold one waited for a second, none would ever get it.
    pub async fn person_in(
        &self,
        unit: &mut Unit,
        module: &str,
        alias: &str,
    ) -> Result<Option<PersonId>, IdentityError> {
        let alias = Alias(alias.into());
        let meant = match self.by_alias.get(&alias) {
            Some((person, of)) => (*of == *module).then_some(person),
            None => meant(unit, &alias).await?.filter(|(_, of)| of == module).map(|(person, _)| person),
        };
        match meant {
            Some(person) => persons::standing_for(unit, person).await.map(Some),
            None => Ok(None),
        }
    }

    /// The record that stands for this one, as a unit of work sees it: itself, unless they were merged.
    pub async fn standing_for(&self, unit: &mut Unit, person: PersonId) -> Result<PersonId, IdentityError> {
        persons::standing_for(unit, person).await
    }

    /// All records of a person, the one that stands for the others first.
    pub async fn records(&self, unit: &mut Unit, person: PersonId) -> Result<Vec<PersonId>, IdentityError> {
        let merged = persons::read(unit, person).await?.map(|person| person.merged).unwrap_or_default();
        Ok([person].into_iter().chain(merged).collect())
    }

    /// Forgets what is remembered of records that a unit of work has merged, after its commit.
    pub fn have_merged(&self, records: &[PersonId]) {
        for record in records {
            self.persons.has_changed(*record);
        }
    }

    fn remember(&self, person: PersonId, module: &str, alias: &Alias) {
        let module: Arc<str> = Arc::from(module);
        self.by_person.insert((person, Arc::clone(&module)), alias.clone());
        self.by_alias.insert(alias.clone(), (person, module));
    }
}

/// The alias under which a person acts: their own, else that of a record that was merged into theirs.
async fn read(unit: &mut Unit, person: PersonId, module: &str) -> Result<Option<Alias>, IdentityError> {
    if let Some(own) = own(unit, person, module).await? {
        return Ok(Some(own));
    }
    let Some(person) = persons::read(unit, person).await? else { return Ok(None) };
    Ok(of_records(unit, &person, module).await?.into_iter().next())
}

async fn own(unit: &mut Unit, person: PersonId, module: &str) -> Result<Option<Alias>, IdentityError> {
    let values = [&*person.to_string(), module];
    let found = unit.find_unique(NAMESPACE, ALIASES, &["person", "module"], &values).await?;
    Ok(found.map(|document| Alias(document.key.into())))
}

async fn of_records(
    unit: &mut Unit,
    person: &persons::Person,
    module: &str,
) -> Result<Vec<Alias>, IdentityError> {
    let mut all = Vec::new();
    for record in [person.id].into_iter().chain(person.merged.iter().copied()) {
        all.extend(own(unit, record, module).await?);
    }
    Ok(all)
}

/// The aliases of one record with their modules.
pub(super) async fn of_record(
    unit: &mut Unit,
    record: PersonId,
) -> Result<Vec<(String, String)>, IdentityError> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let query = Query::of(ALIASES).equal("person", record.to_string()).fields(&["module"]);
        let rows = unit.select(NAMESPACE, &query.limit(Query::MOST).after(after)).await?;
        all.extend(rows.iter().filter_map(|(alias, row)| Some((row.first()?.clone(), alias.to_owned()))));
        match rows.next {
            Some(cursor) => after = Some(cursor),
            None => return Ok(all),
        }
    }
}

async fn meant(unit: &mut Unit, alias: &Alias) -> Result<Option<(PersonId, String)>, IdentityError> {
    let Some(document) = unit.get(NAMESPACE, ALIASES, alias.as_str()).await? else { return Ok(None) };
    let body: Body = document.parse()?;
    Ok(Some((person_id(&body.person)?, body.module)))
}

//! Under which identifier a module knows a person.

use std::sync::Arc;

use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use vzaemo_storage::{Storage, Unit};

use super::persons::person_id;
use super::schema::{ALIASES, NAMESPACE};
use super::{ATTEMPTS, IdentityError, again};
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
    by_person: Cache<(PersonId, Arc<str>), Alias>,
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
    pub(crate) fn new(storage: Storage) -> Self {
        Self { storage, by_person: Cache::new(REMEMBERED), by_alias: Cache::new(REMEMBERED) }
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

    /// Whom a module means. An alias of another module means nobody.
    pub async fn person(&self, module: &str, alias: &str) -> Result<Option<PersonId>, IdentityError> {
        let alias = Alias(alias.into());
        if let Some((person, of)) = self.by_alias.get(&alias) {
            return Ok((*of == *module).then_some(person));
        }
        let mut unit = self.storage.begin().await?;
        let Some((person, of)) = meant(&mut unit, &alias).await? else { return Ok(None) };
        self.remember(person, &of, &alias);
        Ok((of == module).then_some(person))
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
        if let Some((person, of)) = self.by_alias.get(&alias) {
            return Ok((*of == *module).then_some(person));
        }
        let meant = meant(unit, &alias).await?;
        Ok(meant.filter(|(_, of)| of == module).map(|(person, _)| person))
    }

    fn remember(&self, person: PersonId, module: &str, alias: &Alias) {
        let module: Arc<str> = Arc::from(module);
        self.by_person.insert((person, Arc::clone(&module)), alias.clone());
        self.by_alias.insert(alias.clone(), (person, module));
    }
}

async fn read(unit: &mut Unit, person: PersonId, module: &str) -> Result<Option<Alias>, IdentityError> {
    let values = [&*person.to_string(), module];
    let found = unit.find_unique(NAMESPACE, ALIASES, &["person", "module"], &values).await?;
    Ok(found.map(|document| Alias(document.key.into())))
}

async fn meant(unit: &mut Unit, alias: &Alias) -> Result<Option<(PersonId, String)>, IdentityError> {
    let Some(document) = unit.get(NAMESPACE, ALIASES, alias.as_str()).await? else { return Ok(None) };
    let body: Body = document.parse()?;
    Ok(Some((person_id(&body.person)?, body.module)))
}

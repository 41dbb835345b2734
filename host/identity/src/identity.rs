//! The room as one value.

use std::sync::Arc;

use vzaemo_clock::{LegalClock, SecurityClock};
use vzaemo_storage::Storage;

use crate::dev::DevPersons;
use crate::store::{
    Accounts, Aliases, Grants, IdentityError, NAMESPACE, Persons, PlatformSecret, RulesOfUse, SessionLimits,
    Sessions, collections,
};
use crate::{Attested, Method, PersonId};

/// Persons, aliases, roles and sessions over one storage.
#[derive(Clone)]
pub struct Identity {
    /// Persons and their names.
    pub persons: Arc<Persons>,
    /// Under which identifiers modules know them.
    pub aliases: Arc<Aliases>,
    /// Who has which roles.
    pub grants: Arc<Grants>,
    /// The rules of use, and who has accepted them.
    pub rules: Arc<RulesOfUse>,
    /// Who is signed in.
    pub sessions: Arc<Sessions>,
}

impl Identity {
    /// Declares the collections of this room and opens it. On a shared database, what other nodes change is followed.
    pub async fn open(
        storage: Storage,
        secret: PlatformSecret,
        legal: LegalClock,
        security: SecurityClock,
        limits: SessionLimits,
    ) -> Result<Self, IdentityError> {
        storage.declare(NAMESPACE, &collections()).await?;
        let accounts = Accounts::new(&secret);
        let persons = Arc::new(Persons::new(storage.clone(), secret, legal.clone()));
        let rules = Arc::new(RulesOfUse::new(storage.clone(), legal.clone()));
        let grants = Arc::new(Grants::new(storage.clone(), legal));
        let aliases = Arc::new(Aliases::new(storage.clone(), Arc::clone(&persons)));
        let sessions =
            Sessions::new(storage, security, limits, accounts, Arc::clone(&persons), Arc::clone(&grants));
        let sessions = Arc::new(sessions);
        Ok(Self { persons, aliases, grants, rules, sessions })
    }

    /// Gives the named test persons of development mode their roles, where that has not been done: `issuer` and
    /// `provider` are those of the embedded development provider. Returns them with their identifiers.
    pub async fn seed_dev_persons(
        &self,
        persons: &DevPersons,
        issuer: &str,
        provider: &str,
    ) -> Result<Vec<(u32, PersonId)>, IdentityError> {
        let mut seeded = Vec::new();
        for person in persons.named().iter().filter(|person| !person.roles.is_empty()) {
            let attested = Attested {
                method: Method::OpenIdConnect { provider: provider.to_owned() },
                issuer: issuer.to_owned(),
                subject: person.subject(),
                assurance: person.assurance,
                key: Some(person.key.clone()),
                name: person.name.clone(),
                organisation: person.organisation.clone(),
            };
            let id = self.persons.ensure(&attested).await?.id;
            self.grants.seed(id, &person.roles).await?;
            seeded.push((person.number, id));
        }
        Ok(seeded)
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

//! What a session is: who is signed in, how, and since when.

use std::collections::BTreeMap;
use std::sync::Arc;

use vzaemo_clock::{Instant, SignedDuration};

use super::Person;
use crate::{Assurance, Device, Edrpou, Method, Once, Organisation, PersonId, Principal, Roles, TokenHash};

/// How long sessions last, on the security clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// A session unused for so long ends.
    pub idle: SignedDuration,
    /// A session ends after so long in any case.
    pub absolute: SignedDuration,
    /// The time of last use is written down at most so often; after a restart it may be older by that.
    pub write_use: SignedDuration,
}

impl Default for SessionLimits {
    /// An hour unused, twelve hours in all.
    fn default() -> Self {
        Self {
            idle: SignedDuration::from_hours(1),
            absolute: SignedDuration::from_hours(12),
            write_use: SignedDuration::from_mins(5),
        }
    }
}

/// What a new session begins with, beside what was attested.
#[derive(Debug, Clone, Copy, Default)]
pub struct Opening<'a> {
    /// The session cookie that the browser sent: that session ends, and its token is never taken over.
    pub previous: Option<&'a str>,
    /// The language that the visitor reads in.
    pub language: Option<&'a str>,
    /// The sign-in that opens it, which opens no other one, wherever its answer comes again.
    pub once: Option<&'a Once>,
    /// The provider's own name of its session, by which it may end this one.
    pub provider_session: Option<&'a str>,
    /// What it is opened with.
    pub device: Device,
    /// From where, coarsely: as [`network`](crate::network) says it.
    pub network: Option<&'a str>,
    /// The person who is signed in with this browser: then this sign-in makes surer who they are, and nobody else may
    /// take their place. In whose name they act stays as it was.
    pub signed_in: Option<PersonId>,
}

/// What happened at a sign-in, for the audit entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub person: PersonId,
    /// Whether the platform meets the person for the first time.
    pub new_person: bool,
    /// How.
    pub method: Method,
    /// How sure that is.
    pub assurance: Assurance,
    /// The new session, by the hash of its token.
    pub session: TokenHash,
}

/// A session as it is now.
#[derive(Debug, Clone)]
pub struct Session {
    /// The hash of the token, which names the session in lists.
    pub id: TokenHash,
    /// Who is signed in.
    pub person: Arc<Person>,
    /// The roles. A change of them ends the session.
    pub roles: Arc<Roles>,
    /// Whether the person is blocked from acting.
    pub blocked: bool,
    /// The revision of the person's [`Standing`] that the session holds under.
    pub standing: u64,
    /// The names of organisations that grants are for, as [`Standing`] has them.
    pub(super) names: Arc<BTreeMap<Edrpou, String>>,
    /// How the person signed in.
    pub method: Method,
    /// How sure that is.
    pub assurance: Assurance,
    /// The organisation that the identity provider attested.
    pub organisation: Option<Organisation>,
    /// The organisation that the person acts for at present.
    pub acting_for: Option<Organisation>,
    /// The language that the person chose.
    pub language: Option<String>,
    /// What it was opened with.
    pub device: Device,
    /// From where, coarsely.
    pub network: Option<String>,
    /// The account at the provider, as [`Accounts::account`].
    pub(super) account: Option<String>,
    /// Whether nothing was proven at this sign-in, whatever is known of the person.
    pub(super) unproven: bool,
    /// When the person signed in, on the security clock.
    pub opened: Instant,
    /// When the session was last used, this use not counted.
    pub last_used: Instant,
}

impl Session {
    /// Who asks, for the rooms above.
    pub fn principal(&self) -> Principal {
        Principal {
            person: self.person.id,
            assurance: self.assurance,
            proven: self.person.proven && !self.unproven,
            roles: Arc::clone(&self.roles),
            blocked: self.blocked,
            standing: self.standing,
            organisation: self.acting_for.clone(),
            body: match self.roles.bodies().as_slice() {
                [only] => Some((*only).to_owned()),
                _ => None,
            },
        }
    }

    /// The organisations that the person may act for: the attested one, and those of their roles. A name that a role
    /// came with is the register's, and goes before the attested one.
    pub fn organisations(&self) -> Vec<Organisation> {
        let named = |edrpou: &Edrpou| self.names.get(edrpou).cloned();
        let attested = self.organisation.iter().map(|attested| Organisation {
            name: named(&attested.edrpou).or_else(|| attested.name.clone()),
            edrpou: attested.edrpou.clone(),
        });
        let mut all: Vec<Organisation> = attested.collect();
        for edrpou in self.roles.represented() {
            if !all.iter().any(|known| known.edrpou == *edrpou) {
                all.push(Organisation { edrpou: edrpou.clone(), name: named(edrpou) });
            }
        }
        all
    }
}

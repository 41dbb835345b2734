//! What every call leans on.

use std::sync::Arc;
use vzaemo_clock::{Calendar, LegalClock, SecurityClock, Zone};
use vzaemo_identity::{Aliases, Grants, RulesOfUse};
use vzaemo_registers::Bodies;
use vzaemo_storage::Storage;
use vzaemo_storage::files::Files;

/// The rooms below this one, as the program has wired them. Nothing here changes while the host runs.
pub struct Platform {
    /// Documents, units of work, the commit queue.
    pub storage: Storage,
    /// Files beside documents.
    pub files: Files,
    /// Terms, jobs, retention.
    pub legal: LegalClock,
    /// Sessions, leases, limits.
    pub security: SecurityClock,
    /// The time zone in which citizens read times.
    pub zone: Zone,
    /// Working days.
    pub calendar: Calendar,
    /// Executive bodies.
    pub bodies: Bodies,
    /// The references by which modules know persons.
    pub aliases: Arc<Aliases>,
    /// Who has which roles, and who is blocked.
    pub grants: Arc<Grants>,
    /// The rules of use, and who has accepted them.
    pub rules: Arc<RulesOfUse>,
}

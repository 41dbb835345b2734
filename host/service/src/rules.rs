//! Which rules of use are in force, and who has yet to accept them.

use crate::{Error, Service, Snapshot};
use std::sync::Arc;
use vzaemo_identity::{Edition, PersonId};

impl Service {
    /// The rules of use that are in force today, if the holder has set any.
    pub fn rules_in_force(&self) -> Option<Arc<Edition>> {
        self.in_force(&self.snapshot())
    }

    fn in_force(&self, snapshot: &Snapshot) -> Option<Arc<Edition>> {
        if snapshot.rules.is_empty() {
            return None;
        }
        let today = self.platform.zone.date(self.platform.legal.now());
        snapshot.rules.in_force(today).cloned()
    }

    /// The rules of use that are in force and that this person has yet to accept. Until they do, they may do nothing that
    /// a policy decides about.
    pub async fn rules_pending(&self, person: PersonId) -> Result<Option<Arc<Edition>>, Error> {
        let Some(edition) = self.rules_in_force() else { return Ok(None) };
        let accepted = self.platform.rules.has_accepted(person, &edition).await.map_err(Error::storage)?;
        Ok((!accepted).then_some(edition))
    }
}

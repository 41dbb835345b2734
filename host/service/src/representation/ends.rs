//! Ends by time: the right has ended by itself at its moment; here its record follows, and both sides are told.

use super::{PAGE, Representation, committed, named, role, staff, words};
use crate::Error;
use vzaemo_identity::claims::{self, Claim, ClaimState, Waits};
use vzaemo_identity::delegations::{self, End, Ended};
use vzaemo_identity::{Edrpou, PersonId};

impl Representation {
    /// Ends what has had its time, and tells how many that were. What somebody touches at this moment is left to the next
    /// round.
    pub(super) async fn end_due(&self) -> Result<usize, Error> {
        let now = self.platform.legal.now();
        let mut unit = self.begin().await?;
        let claims = claims::due(&mut unit, Waits::End, now).await.map_err(Error::storage)?;
        let delegations = delegations::due(&mut unit, now).await.map_err(Error::storage)?;
        drop(unit);
        let mut ended = 0;
        for (person, edrpou) in claims {
            ended += usize::from(self.end_claim(person, &edrpou).await?);
        }
        for key in delegations {
            ended += usize::from(self.end_delegation(&key).await?);
        }
        Ok(ended)
    }

    async fn end_claim(&self, person: PersonId, edrpou: &Edrpou) -> Result<bool, Error> {
        let mut unit = self.begin().await?;
        let found = claims::find(&mut unit, person, edrpou).await.map_err(Error::storage)?;
        let Some((claim, revision)) = found else { return Ok(false) };
        let ClaimState::Confirmed { head, until } = claim.state else { return Ok(false) };
        let claim = Claim { state: ClaimState::Ended, waits: Waits::Nothing, ..claim };
        claims::keep(&mut unit, &claim, Some(revision)).await.map_err(Error::storage)?;
        let grants = &self.platform.grants;
        grants
            .revoke_in(&mut unit, person, &role(edrpou, head), Some(until))
            .await
            .map_err(Error::storage)?;
        self.record(&mut unit, None, person, "end-representation", vec![edrpou.to_string()]).await?;
        let organisation = named(claim.name.as_deref(), edrpou);
        let text = words::said("claim-ended", &[("organisation", &organisation)]);
        self.tell(&mut unit, person, text, PAGE).await?;
        let done = committed(unit).await?;
        grants.has_changed(person);
        Ok(done)
    }

    async fn end_delegation(&self, key: &str) -> Result<bool, Error> {
        let mut unit = self.begin().await?;
        let found = delegations::find(&mut unit, key).await.map_err(Error::storage)?;
        let Some(found) = found.filter(|found| found.record.ended.is_none()) else { return Ok(false) };
        let ended = Ended { at: found.record.until, how: End::Term, by: None };
        self.end_in(&mut unit, &found, ended).await?;
        self.record(&mut unit, None, found.record.person, "end-delegation", staff::details(&found.record))
            .await?;
        let person = found.record.person;
        let done = committed(unit).await?;
        self.platform.grants.has_changed(person);
        Ok(done)
    }
}

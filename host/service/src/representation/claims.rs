//! Claims: made, looked up in the register, confirmed or refused.

use super::{
    ATTEMPTS, Judged, NotDone, PAGE, Register, Representation, committed, judge, named, role, words,
};
use crate::Error;
use vzaemo_clock::SignedDuration;
use vzaemo_identity::claims::{self, Claim, ClaimState, Refused, RegisterAnswer, Waits};
use vzaemo_identity::{Edrpou, Grant, Organisation, PersonId, Sealed, Session, Token};
use vzaemo_registers::{EdrError, LegalEntity};
use vzaemo_storage::Unit;

/// So many claims of one person are kept, refused and ended ones too; each costs a question to the register.
const MOST: usize = 20;
/// The wait before a claim is looked up again; each further one is twice as long, up to the longest.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(5);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(6);
/// While a claim is looked up as it is made, timed work leaves it alone for so long.
const ASIDE: SignedDuration = SignedDuration::from_mins(1);
/// After so long without an answer of the register a claim is given up, by the legal clock.
const PATIENCE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// For so long a confirmed claim holds, by the legal clock; then it is made anew.
const HOLDS: SignedDuration = SignedDuration::from_hours(365 * 24);

impl Representation {
    /// Claims that the person of the session represents an organisation. The claim is kept first, whatever becomes of the
    /// question to the register, which is asked at once. With a claim that was confirmed comes the new secret of the
    /// session, which goes on.
    ///
    /// # Errors
    /// [`NotDone`]; a register that does not answer is none: the claim is to be verified then.
    pub async fn claim(&self, session: &Session, edrpou: &Edrpou) -> Result<(Claim, Option<Token>), NotDone> {
        if self.register.is_none() {
            return Err(NotDone::NoRegister);
        }
        let organisation = session.organisation.as_ref().filter(|known| known.edrpou == *edrpou);
        self.keep_claim(session, edrpou, organisation, None).await
    }

    /// Claims to represent the organisation whose seal the person of the session has put under a challenge of that session.
    /// That ties them to it as a certificate of its staff would. The register judges, where one is asked; without one they are
    /// of its staff at once.
    ///
    /// # Errors
    /// [`NotDone`]; [`NotDone::SealUsed`] if the challenge has served.
    pub async fn claim_by_seal(
        &self,
        session: &Session,
        sealed: &Sealed,
    ) -> Result<(Claim, Option<Token>), NotDone> {
        let organisation = &sealed.organisation;
        self.keep_claim(session, &organisation.edrpou, Some(organisation), Some(sealed)).await
    }

    async fn keep_claim(
        &self,
        session: &Session,
        edrpou: &Edrpou,
        organisation: Option<&Organisation>,
        sealed: Option<&Sealed>,
    ) -> Result<(Claim, Option<Token>), NotDone> {
        let person = session.person.id;
        for _ in 0..ATTEMPTS {
            let mut unit = self.begin().await?;
            let standing = self.entitled(&mut unit, session).await?;
            if let Some(sealed) = sealed {
                self.sessions.take_in(&mut unit, &sealed.once).await?;
            }
            if standing.roles.represents(edrpou) {
                return Err(NotDone::HasItAlready);
            }
            let known = claims::find(&mut unit, person, edrpou).await?;
            if known.is_none() && claims::of(&mut unit, person).await?.len() >= MOST {
                return Err(NotDone::TooMany);
            }
            // What was attested when the claim was made first is not lost because the person asks again otherwise.
            let waiting = known.as_ref().map(|(claim, _)| claim);
            let waiting = waiting.filter(|claim| matches!(claim.state, ClaimState::ToVerify { .. }));
            let now = self.platform.security.now();
            let claim = Claim {
                person,
                edrpou: edrpou.clone(),
                made: waiting.map_or_else(|| self.platform.legal.now(), |claim| claim.made),
                attested: organisation.is_some() || waiting.is_some_and(|claim| claim.attested),
                name: organisation
                    .and_then(|known| known.name.clone())
                    .or_else(|| waiting.and_then(|claim| claim.name.clone())),
                answer: None,
                state: ClaimState::ToVerify { tries: 0 },
                waits: Waits::LookUp,
                next: now.checked_add(ASIDE).unwrap_or(now),
            };
            let evidence = match sealed {
                Some(sealed) => format!("sealed with certificate {}", sealed.serial),
                None if claim.attested => "attested at the sign-in".to_owned(),
                None => "nothing attested".to_owned(),
            };
            let details = vec![edrpou.to_string(), evidence];
            self.record(&mut unit, Some(person), person, "claim-representation", details).await?;
            let (claim, token) = match &self.register {
                Some(_) => (claim, None),
                None => self.confirm(&mut unit, claim, false, Some(session)).await?,
            };
            claims::keep(&mut unit, &claim, known.map(|(_, revision)| revision)).await?;
            if !committed(unit).await? {
                continue;
            }
            let Some(register) = &self.register else {
                self.has_confirmed(person, Some(session));
                return Ok((claim, token));
            };
            return self.look_up(register, person, edrpou, Some(session)).await;
        }
        Err(Error::Busy.into())
    }

    /// The claims of a person.
    ///
    /// # Errors
    /// The storage does not answer.
    pub async fn claims(&self, person: PersonId) -> Result<Vec<Claim>, Error> {
        claims::of(&mut self.begin().await?, person).await.map_err(Error::storage)
    }

    /// Forgets a claim of the person's that gives no right: one that waits, was refused or has ended.
    ///
    /// # Errors
    /// [`NotDone`].
    pub async fn forget_claim(&self, session: &Session, edrpou: &Edrpou) -> Result<(), NotDone> {
        let mut unit = self.begin().await?;
        let found = claims::find(&mut unit, session.person.id, edrpou).await?;
        let Some((claim, revision)) = found else { return Err(NotDone::NotFound) };
        if matches!(claim.state, ClaimState::Confirmed { .. }) {
            return Err(NotDone::NotFound);
        }
        claims::forget(&mut unit, &claim, revision).await?;
        let (person, details) = (session.person.id, vec![edrpou.to_string()]);
        self.record(&mut unit, Some(person), person, "withdraw-claim", details).await?;
        if committed(unit).await? { Ok(()) } else { Err(Error::Busy.into()) }
    }

    /// Looks up the claims that are due, one after the other; when the register does not answer, the others wait too.
    pub(super) async fn look_up_due(&self) -> Result<usize, Error> {
        let Some(register) = &self.register else { return Ok(0) };
        let now = self.platform.security.now();
        let due = claims::due(&mut self.begin().await?, Waits::LookUp, now).await.map_err(Error::storage)?;
        let mut done = 0;
        for (person, edrpou) in due {
            match self.look_up(register, person, &edrpou, None).await {
                Ok((claim, _)) if matches!(claim.state, ClaimState::ToVerify { .. }) => return Ok(done),
                Ok(_) => done += 1,
                // Withdrawn meanwhile.
                Err(NotDone::NotFound) => {}
                Err(NotDone::Service(error)) => return Err(error),
                Err(error) => return Err(Error::storage(error)),
            }
        }
        Ok(done)
    }

    async fn look_up(
        &self,
        register: &Register,
        person: PersonId,
        edrpou: &Edrpou,
        session: Option<&Session>,
    ) -> Result<(Claim, Option<Token>), NotDone> {
        let found = register.entities.find(edrpou).await;
        if let Err(error) = &found {
            tell_the_operator(error);
        }
        for _ in 0..ATTEMPTS {
            let mut unit = self.begin().await?;
            let known = claims::find(&mut unit, person, edrpou).await?;
            let Some((claim, revision)) = known else { return Err(NotDone::NotFound) };
            let ClaimState::ToVerify { tries } = claim.state else { return Ok((claim, None)) };
            let (claim, token) = match &found {
                Ok(found) => self.answered(&mut unit, register, claim, found.as_ref(), session).await?,
                Err(_) => (self.unanswered(&mut unit, claim, tries).await?, None),
            };
            claims::keep(&mut unit, &claim, Some(revision)).await?;
            if committed(unit).await? {
                if matches!(claim.state, ClaimState::Confirmed { .. }) {
                    self.has_confirmed(person, session);
                }
                return Ok((claim, token));
            }
        }
        Err(Error::Busy.into())
    }

    /// After the commit by which a claim was confirmed.
    fn has_confirmed(&self, person: PersonId, session: Option<&Session>) {
        self.platform.grants.has_changed(person);
        if let Some(session) = session {
            self.sessions.has_gone_on(session);
        }
    }

    /// The register has answered.
    async fn answered(
        &self,
        unit: &mut Unit,
        register: &Register,
        claim: Claim,
        found: Option<&LegalEntity>,
        session: Option<&Session>,
    ) -> Result<(Claim, Option<Token>), NotDone> {
        let now = self.platform.legal.now();
        let person = self.persons.get_in(unit, claim.person).await?;
        let name = person.as_ref().and_then(|person| person.name());
        let judged = judge(found, claim.attested, name, register.heads_by_name);
        let answer = RegisterAnswer { at: now, state: found.map(|entity| entity.state_text.clone()) };
        let claim = Claim {
            name: found.map(|entity| entity.name.clone()).or(claim.name),
            answer: Some(answer),
            ..claim
        };
        match judged {
            Judged::Head => self.confirm(unit, claim, true, session).await,
            Judged::Staff => self.confirm(unit, claim, false, session).await,
            Judged::Refused(why) => Ok((self.refuse(unit, claim, why, session.is_none()).await?, None)),
        }
    }

    async fn confirm(
        &self,
        unit: &mut Unit,
        claim: Claim,
        head: bool,
        session: Option<&Session>,
    ) -> Result<(Claim, Option<Token>), NotDone> {
        let now = self.platform.legal.now();
        let until = now.checked_add(HOLDS).unwrap_or(now);
        let claim =
            Claim { state: ClaimState::Confirmed { head, until }, waits: Waits::End, next: until, ..claim };
        let grant = Grant {
            until: Some(until),
            organisation: claim.name.clone(),
            ..Grant::new(role(&claim.edrpou, head), now)
        };
        let before = self.platform.grants.standing_in(unit, claim.person).await?.revision;
        let granted = self.platform.grants.grant_in(unit, claim.person, grant).await?;
        // A session whose person was blocked, or lost a role, while the register was asked has ended and stays so.
        let token = match (granted, session.filter(|session| session.standing == before)) {
            (Some(standing), Some(session)) => Some(self.sessions.go_on_in(unit, session, standing).await?),
            _ => None,
        };
        let how = if head { "as head" } else { "as staff" };
        let details = vec![claim.edrpou.to_string(), how.to_owned(), self.day(until)];
        self.record(unit, None, claim.person, "confirm-representation", details).await?;
        let key = if head { "claim-confirmed-head" } else { "claim-confirmed-staff" };
        let organisation = named(claim.name.as_deref(), &claim.edrpou);
        let text = words::said(key, &[("organisation", &organisation), ("until", &self.day(until))]);
        self.tell(unit, claim.person, text, PAGE).await?;
        Ok((claim, token))
    }

    async fn refuse(&self, unit: &mut Unit, claim: Claim, why: Refused, tell: bool) -> Result<Claim, Error> {
        let reason = format!("{why:?}");
        let details = vec![claim.edrpou.to_string(), reason];
        self.record(unit, None, claim.person, "refuse-representation", details).await?;
        if tell {
            let organisation = named(claim.name.as_deref(), &claim.edrpou);
            let text = words::said(words::refused(why), &[("organisation", &organisation)]);
            self.tell(unit, claim.person, text, PAGE).await?;
        }
        Ok(Claim { state: ClaimState::Refused { why }, waits: Waits::Nothing, ..claim })
    }

    /// The register has not answered: the claim waits, twice as long each time, and at last it is given up.
    async fn unanswered(&self, unit: &mut Unit, claim: Claim, tries: u32) -> Result<Claim, Error> {
        if self.platform.legal.now().since(claim.made) > PATIENCE {
            return self.refuse(unit, claim, Refused::Silent, true).await;
        }
        let wait = FIRST_WAIT.checked_mul(1 << tries.min(16)).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
        let now = self.platform.security.now();
        let state = ClaimState::ToVerify { tries: tries.saturating_add(1) };
        Ok(Claim { state, next: now.checked_add(wait).unwrap_or(now), ..claim })
    }
}

fn tell_the_operator(error: &EdrError) {
    let shown = error as &dyn std::error::Error;
    if error.is_the_holders() {
        tracing::error!(error = shown, "the register of legal entities refuses the platform; claims wait");
    } else {
        tracing::warn!(error = shown, "the register of legal entities does not answer; claims wait");
    }
}

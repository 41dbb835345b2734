//! Delegation by the head of an organisation to members of its staff: by an invitation whose link serves once.

use super::{ATTEMPTS, NotDone, PAGE, Representation, committed, named, role, words};
use crate::Error;
use vzaemo_clock::{Date, Instant, SignedDuration};
use vzaemo_identity::delegations::{self, Delegation, End, Ended, Found, Invitation};
use vzaemo_identity::{Edrpou, Grant, ProvenKey, Rnokpp, Session, Standing, Token};
use vzaemo_storage::Unit;

/// So many invitations of an organisation may wait.
const MOST_INVITATIONS: usize = 50;
/// So many members of its staff may act for an organisation.
const MOST_STAFF: usize = 200;
/// For so long an invitation may be taken up, by the security clock.
pub const INVITATION_HOLDS: SignedDuration = SignedDuration::from_hours(7 * 24);
/// So far ahead the last day may be: three years, the term that a power of attorney without one long had by law.
const LONGEST: SignedDuration = SignedDuration::from_hours(3 * 366 * 24);
/// How long what a head writes of whom they invite may be, in characters.
const LONGEST_NOTE: usize = 100;

/// What a head wants.
#[derive(Debug)]
pub struct Wanted {
    /// Whom they invite, in their own words.
    pub note: String,
    /// The last day on which the invited may act.
    pub last_day: Date,
    /// Who alone may take it up.
    pub to: Option<Rnokpp>,
}

/// An invitation that was made.
#[derive(Debug)]
pub struct Invited {
    /// The secret of its link, which is told this once.
    pub token: Token,
    /// The invitation.
    pub invitation: Invitation,
}

/// An invitation as the invited person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The organisation's code.
    pub edrpou: Edrpou,
    /// Its name, where it is known.
    pub name: Option<String>,
    /// The name of the head who invites.
    pub by: String,
    /// Until when the invited may act.
    pub until: Instant,
}

/// Whom the heads of an organisation have named.
#[derive(Debug)]
pub struct Staff {
    /// The organisation's name, where it is known.
    pub name: Option<String>,
    /// Delegations with their keys, with the names of both, the latest first; the ended among them.
    pub delegations: Vec<(String, Delegation, String, String)>,
    /// Invitations with their keys that may still be taken up.
    pub invitations: Vec<(String, Invitation)>,
}

pub(super) fn details(delegation: &Delegation) -> Vec<String> {
    vec![delegation.edrpou.to_string(), format!("until {}", delegation.until)]
}

impl Representation {
    /// The standing of a head of the organisation; for anybody else there is nothing here.
    async fn head(&self, unit: &mut Unit, session: &Session, edrpou: &Edrpou) -> Result<Standing, NotDone> {
        let standing = self.entitled(unit, session).await?;
        if standing.roles.heads(edrpou) { Ok(standing) } else { Err(NotDone::NotFound) }
    }

    /// Whom the heads of an organisation have named; for its heads only.
    ///
    /// # Errors
    /// [`NotDone`]; for others than its heads [`NotDone::NotFound`].
    pub async fn staff(&self, session: &Session, edrpou: &Edrpou) -> Result<Staff, NotDone> {
        let mut unit = self.begin().await?;
        let standing = self.head(&mut unit, session, edrpou).await?;
        let mut named = Vec::new();
        for (key, delegation) in delegations::of_organisation(&mut unit, edrpou).await? {
            let person = self.name(&mut unit, delegation.person).await?;
            let by = self.name(&mut unit, delegation.by).await?;
            named.push((key, delegation, person, by));
        }
        let (legal, real) = (self.platform.legal.now(), self.platform.security.now());
        let mut invitations = delegations::invitations_of(&mut unit, edrpou).await?;
        invitations.retain(|(_, invitation)| real < invitation.expires && legal < invitation.until);
        let name = standing.organisations.get(edrpou).cloned();
        Ok(Staff { name, delegations: named, invitations })
    }

    /// Invites a member of the staff. The link's secret is told once and kept nowhere; whether anybody has the taxpayer's
    /// number that was given is neither looked up nor told.
    ///
    /// # Errors
    /// [`NotDone`]; for others than heads of the organisation [`NotDone::NotFound`].
    pub async fn invite(
        &self,
        session: &Session,
        edrpou: &Edrpou,
        wanted: &Wanted,
    ) -> Result<Invited, NotDone> {
        let mut unit = self.begin().await?;
        let standing = self.head(&mut unit, session, edrpou).await?;
        let note = wanted.note.trim();
        if note.is_empty() || note.chars().count() > LONGEST_NOTE || note.chars().any(char::is_control) {
            return Err(NotDone::Note);
        }
        let now = self.platform.legal.now();
        let until = self.platform.zone.end_of(wanted.last_day).map_err(|_| NotDone::Day)?;
        if until <= now || until.since(now) > LONGEST {
            return Err(NotDone::Day);
        }
        let waiting = delegations::invitations_of(&mut unit, edrpou).await?.len();
        let delegations = delegations::of_organisation(&mut unit, edrpou).await?;
        let serving = delegations.iter().filter(|(_, one)| one.ended.is_none()).count();
        if waiting >= MOST_INVITATIONS || serving >= MOST_STAFF {
            return Err(NotDone::TooMany);
        }
        let real = self.platform.security.now();
        let token = Token::random();
        let invitation = Invitation {
            edrpou: edrpou.clone(),
            name: standing.organisations.get(edrpou).cloned(),
            by: session.person.id,
            to: wanted.to.clone().map(|code| self.persons.key_of(&ProvenKey::Rnokpp(code))),
            note: note.to_owned(),
            made: now,
            until,
            expires: real.checked_add(INVITATION_HOLDS).unwrap_or(real),
        };
        delegations::invite(&mut unit, &token.hash(), &invitation).await?;
        let by = session.person.id;
        let details = vec![edrpou.to_string(), format!("until {until}")];
        self.record(&mut unit, Some(by), by, "invite-staff", details).await?;
        if committed(unit).await? { Ok(Invited { token, invitation }) } else { Err(Error::Busy.into()) }
    }

    /// Withdraws an invitation.
    ///
    /// # Errors
    /// [`NotDone`]; for others than heads of the organisation [`NotDone::NotFound`].
    pub async fn withdraw(&self, session: &Session, edrpou: &Edrpou, key: &str) -> Result<(), NotDone> {
        let mut unit = self.begin().await?;
        self.head(&mut unit, session, edrpou).await?;
        let found = delegations::invitation(&mut unit, key).await?;
        let found = found.filter(|found| found.record.edrpou == *edrpou).ok_or(NotDone::NotFound)?;
        delegations::remove_invitation(&mut unit, &found).await?;
        let by = session.person.id;
        self.record(&mut unit, Some(by), by, "withdraw-invitation", vec![edrpou.to_string()]).await?;
        if committed(unit).await? { Ok(()) } else { Err(Error::Busy.into()) }
    }

    /// The invitation of a link, if it serves this person now. Why it does not is not told: it would tell of others.
    async fn serving(
        &self,
        unit: &mut Unit,
        session: &Session,
        secret: &str,
    ) -> Result<Found<Invitation>, NotDone> {
        self.entitled(unit, session).await?;
        let token = Token::parse(secret).ok_or(NotDone::NoInvitation)?;
        let found = delegations::invitation(unit, token.hash().as_str()).await?;
        let found = found.ok_or(NotDone::NoInvitation)?;
        let Invitation { by, edrpou, expires, until, to, .. } = &found.record;
        if *expires <= self.platform.security.now() || *until <= self.platform.legal.now() {
            return Err(NotDone::NoInvitation);
        }
        if let Some(to) = to
            && !self.persons.has_key_in(unit, session.person.id, to).await?
        {
            return Err(NotDone::NoInvitation);
        }
        // Who invited must head the organisation still.
        let inviter = self.platform.grants.standing_in(unit, *by).await?;
        if inviter.blocked || !inviter.roles.heads(edrpou) {
            return Err(NotDone::NoInvitation);
        }
        Ok(found)
    }

    /// What an invitation offers to the person of this session.
    ///
    /// # Errors
    /// [`NotDone`].
    pub async fn offer(&self, session: &Session, secret: &str) -> Result<Offer, NotDone> {
        let mut unit = self.begin().await?;
        let Invitation { edrpou, name, by, until, .. } =
            self.serving(&mut unit, session, secret).await?.record;
        let by = self.name(&mut unit, by).await?;
        Ok(Offer { edrpou, name, by, until })
    }

    /// Takes an invitation up: from then on the person may act for the organisation. It serves once; that is certified with
    /// the commit. The session goes on under the secret that is given.
    ///
    /// # Errors
    /// [`NotDone`].
    pub async fn take_up(&self, session: &Session, secret: &str) -> Result<Token, NotDone> {
        let person = session.person.id;
        for _ in 0..ATTEMPTS {
            let mut unit = self.begin().await?;
            let found = self.serving(&mut unit, session, secret).await?;
            let Invitation { edrpou, name, by, note, until, .. } = found.record.clone();
            let standing = self.platform.grants.standing_in(&mut unit, person).await?;
            if standing.roles.represents(&edrpou) {
                return Err(NotDone::HasItAlready);
            }
            let since = self.platform.legal.now();
            let grant = Grant {
                by: Some(by),
                until: Some(until),
                organisation: name.clone(),
                ..Grant::new(role(&edrpou, false), since)
            };
            let granted = self.platform.grants.grant_in(&mut unit, person, grant).await?;
            let granted = granted.ok_or(NotDone::HasItAlready)?;
            delegations::remove_invitation(&mut unit, &found).await?;
            let delegation = Delegation {
                edrpou,
                name,
                by,
                person,
                note,
                since,
                until,
                ended: None,
                waits: vzaemo_identity::claims::Waits::End,
            };
            delegations::delegate(&mut unit, &delegation).await?;
            let token = self.sessions.go_on_in(&mut unit, session, granted).await?;
            self.record(&mut unit, Some(person), person, "take-up-delegation", details(&delegation)).await?;
            self.record(&mut unit, Some(by), person, "delegate", details(&delegation)).await?;
            self.tell_both(&mut unit, &delegation, "delegation-begun").await?;
            if committed(unit).await? {
                self.platform.grants.has_changed(person);
                self.sessions.has_gone_on(session);
                return Ok(token);
            }
        }
        Err(Error::Busy.into())
    }

    /// Ends a delegation before its time: a head of the organisation revokes it. The delegate's sessions end at once.
    ///
    /// # Errors
    /// [`NotDone`]; for others than heads of the organisation [`NotDone::NotFound`].
    pub async fn revoke(&self, session: &Session, edrpou: &Edrpou, key: &str) -> Result<(), NotDone> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.begin().await?;
            self.head(&mut unit, session, edrpou).await?;
            let found = delegations::find(&mut unit, key).await?;
            let found = found.filter(|found| found.record.edrpou == *edrpou && found.record.ended.is_none());
            let found = found.ok_or(NotDone::NotFound)?;
            if self.ended_by(unit, session, &found, End::Revoked, "revoke-delegation").await? {
                return Ok(());
            }
        }
        Err(Error::Busy.into())
    }

    /// Ends a delegation before its time: the delegate gives it up. Their sessions end.
    ///
    /// # Errors
    /// [`NotDone`]; for others than the delegate [`NotDone::NotFound`].
    pub async fn give_up(&self, session: &Session, key: &str) -> Result<(), NotDone> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.begin().await?;
            let found = delegations::find(&mut unit, key).await?;
            let mine = |found: &Found<Delegation>| {
                found.record.person == session.person.id && found.record.ended.is_none()
            };
            let found = found.filter(mine).ok_or(NotDone::NotFound)?;
            if self.ended_by(unit, session, &found, End::GivenUp, "give-up-delegation").await? {
                return Ok(());
            }
        }
        Err(Error::Busy.into())
    }

    async fn ended_by(
        &self,
        mut unit: Unit,
        session: &Session,
        found: &Found<Delegation>,
        how: End,
        act: &str,
    ) -> Result<bool, NotDone> {
        let by = session.person.id;
        let ended = Ended { at: self.platform.legal.now(), how, by: Some(by) };
        self.end_in(&mut unit, found, ended).await?;
        self.record(&mut unit, Some(by), found.record.person, act, details(&found.record)).await?;
        let done = committed(unit).await?;
        self.platform.grants.has_changed(found.record.person);
        Ok(done)
    }

    /// Ends a delegation with the role that it gave, and tells both.
    pub(super) async fn end_in(
        &self,
        unit: &mut Unit,
        found: &Found<Delegation>,
        ended: Ended,
    ) -> Result<(), Error> {
        let delegation = &found.record;
        let key = match ended.how {
            End::Term => "delegation-over",
            End::Revoked => "delegation-revoked",
            End::GivenUp => "delegation-given-up",
        };
        delegations::end(unit, found, ended).await.map_err(Error::storage)?;
        let role = role(&delegation.edrpou, false);
        let revoked =
            self.platform.grants.revoke_in(unit, delegation.person, &role, Some(delegation.until)).await;
        revoked.map_err(Error::storage)?;
        self.tell_both(unit, delegation, key).await
    }

    async fn tell_both(&self, unit: &mut Unit, delegation: &Delegation, key: &str) -> Result<(), Error> {
        let organisation = named(delegation.name.as_deref(), &delegation.edrpou);
        let until = self.day(delegation.until);
        let person = self.name(unit, delegation.person).await?;
        let by = self.name(unit, delegation.by).await?;
        let said = |to: &str| {
            let key = format!("{key}-{to}");
            let args = [("organisation", &organisation), ("person", &person), ("by", &by), ("until", &until)];
            words::said(&key, &args.map(|(name, value)| (name, value.as_str())))
        };
        self.tell(unit, delegation.person, said("delegate"), PAGE).await?;
        let page = format!("{PAGE}/{}", delegation.edrpou);
        self.tell(unit, delegation.by, said("head"), &page).await
    }
}

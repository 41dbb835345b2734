//! All sessions: opened, found by their token, ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Serialize};
use vzaemo_clock::{Instant, SecurityClock};
use vzaemo_registers::Edrpou;
use vzaemo_storage::{BODY, Document, Op, Query, Storage, Unit};

use super::cache::{News, Remembered};
use super::completed;
use super::persons::{self, person_id};
use super::schema::{NAMESPACE, SESSIONS};
use super::session::{Opening, Session, SessionLimits, SignedIn};
use super::{
    ATTEMPTS, Accounts, Grants, IdentityError, LogoutRecorder, Person, Persons, Recorder, SignInRecorder,
    Standing, again, unrecorded,
};
use crate::{
    Assurance, Attested, Device, LogoutOrder, Method, Once, Organisation, PersonId, Roles, Token, TokenHash,
};

/// All sessions.
pub struct Sessions {
    storage: Storage,
    clock: SecurityClock,
    limits: SessionLimits,
    persons: Arc<Persons>,
    grants: Arc<Grants>,
    accounts: Accounts,
    cache: Remembered<TokenHash, Arc<Live>>,
}

/// A session's document. Fields of other versions of the host are passed over: a session outlives an upgrade.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Body {
    person: String,
    method: Method,
    assurance: Assurance,
    opened: Instant,
    expires: Instant,
    last_used: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organisation: Option<Organisation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    acting_for: Option<Organisation>,
    #[serde(default)]
    device: Device,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    network: Option<String>,
    /// The account at the provider, as [`Accounts::account`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    /// The provider's session, as [`Accounts::session`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provider_session: Option<String>,
    /// The revision of the person's [`Standing`] at the sign-in; another one ends the session.
    #[serde(default)]
    standing: u64,
    /// Whether it was opened by an account that proves nothing, which since a merging leads to a proven person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    unproven: bool,
}

impl Body {
    /// Goes on from the same person's session before: the organisation that was attested then stays theirs until that
    /// session would have ended, and they act in whose name they did, unless they no longer may.
    fn go_on_from(&mut self, before: Body, roles: &Roles) {
        if before.person != self.person {
            return;
        }
        if self.organisation.is_none() && before.organisation.is_some() {
            self.organisation = before.organisation;
            self.expires = self.expires.min(before.expires);
        }
        self.acting_for = before.acting_for.filter(|acting_for| {
            let attested = self.organisation.iter().map(|organisation| &organisation.edrpou);
            attested.chain(roles.represented()).any(|edrpou| *edrpou == acting_for.edrpou)
        });
    }
}

/// A remembered session: its document, and what changes more often than that is written.
struct Live {
    body: Body,
    person: Arc<Person>,
    /// Milliseconds, as [`Instant::as_millis`].
    last_used: AtomicI64,
    written: AtomicI64,
}

/// So many sessions are remembered; the others are read when used.
const REMEMBERED: u64 = 50_000;
/// So many expired sessions are removed at once.
const SWEEP: u32 = 500;

impl Sessions {
    pub(crate) fn new(
        storage: Storage,
        clock: SecurityClock,
        limits: SessionLimits,
        accounts: Accounts,
        persons: Arc<Persons>,
        grants: Arc<Grants>,
    ) -> Self {
        let news = News::of(&storage, SESSIONS, |key| Some(TokenHash::from_stored(key.to_owned())));
        Self { storage, clock, limits, accounts, persons, grants, cache: Remembered::new(REMEMBERED, news) }
    }

    /// Signs a person in: finds or makes their record, ends the browser's previous session and opens a new one, all in
    /// one commit. The token is always new (against session fixation). `record` adds the audit entry to that commit;
    /// it is called again if the commit has to be tried again. The answer of a sign-in that has opened a session before
    /// is refused as [`IdentityError::SignInUsed`].
    pub async fn open(
        &self,
        attested: &Attested,
        opening: Opening<'_>,
        record: SignInRecorder<'_>,
    ) -> Result<(Token, Session), IdentityError> {
        let previous = opening.previous.and_then(Token::parse).map(|token| token.hash());
        let token = Token::random();
        let hash = token.hash();
        for _ in 0..ATTEMPTS {
            let mut unit = self.storage.begin().await?;
            if let Some(once) = opening.once {
                completed::complete(&mut unit, once).await?;
            }
            let (person, new_person) = self.persons.ensure_in(&mut unit, attested).await?;
            if opening.signed_in.is_some_and(|expected| expected != person.id) {
                return Err(IdentityError::OtherPerson);
            }
            let mut before: Option<Body> = None;
            if let Some(previous) = &previous {
                before = read(&mut unit, previous).await?.and_then(|document| document.parse().ok());
                remove(&mut unit, previous).await?;
            }
            let standing = self.grants.standing_in(&mut unit, person.id).await?;
            let now = self.clock.now();
            let mut body = Body {
                person: person.id.to_string(),
                method: attested.method.clone(),
                assurance: attested.assurance,
                opened: now,
                expires: now.checked_add(self.limits.absolute).unwrap_or(now),
                last_used: now,
                language: opening.language.map(str::to_owned),
                organisation: attested.organisation.clone(),
                acting_for: None,
                device: opening.device,
                network: opening.network.map(str::to_owned),
                account: Some(self.accounts.account(&attested.issuer, &attested.subject)),
                provider_session: opening
                    .provider_session
                    .map(|session| self.accounts.session(&attested.issuer, session)),
                standing: standing.revision,
                unproven: attested.key.is_none(),
            };
            if let Some(before) = before.filter(|_| opening.signed_in.is_some()) {
                body.go_on_from(before, &standing.roles);
            }
            let text = serde_json::to_string(&body)?;
            unit.insert(NAMESPACE, SESSIONS, Some(hash.as_str().to_owned()), &text).await?;
            let signed_in = SignedIn {
                person: person.id,
                new_person,
                method: body.method.clone(),
                assurance: body.assurance,
                session: hash.clone(),
            };
            record(&mut unit, &signed_in).await.map_err(IdentityError::Record)?;
            match unit.commit().await {
                Ok(_) => {
                    if let Some(previous) = &previous {
                        self.cache.forget(previous);
                    }
                    let live = Arc::new(Live::new(body, self.persons.remember(person)));
                    self.cache.put(hash.clone(), Arc::clone(&live));
                    return Ok((token, live.session(hash, now, standing)));
                }
                Err(error) => again(error)?,
            }
        }
        Err(IdentityError::Contended)
    }

    /// The session of a cookie's value, if it has not ended. Counts as use. Needs no query as long as the session is
    /// remembered.
    pub async fn lookup(&self, token: &str) -> Result<Option<Session>, IdentityError> {
        let Some(token) = Token::parse(token) else { return Ok(None) };
        let hash = token.hash();
        let Some(live) = self.live(&hash).await? else { return Ok(None) };
        let now = self.clock.now();
        let standing = self.grants.standing(live.person.id).await?;
        if self.has_ended(&live, &standing, now) || live.has_lost_its_organisation(&standing) {
            return Ok(None);
        }
        let used = live.last_used.fetch_max(now.as_millis(), Ordering::Relaxed);
        let used = Instant::from_millis(used).unwrap_or(now);
        self.write_use(&hash, &live, now);
        Ok(Some(live.session(hash, used, standing)))
    }

    /// The same as the database has it, whatever is remembered: for a visitor who knows of a commit that this node has
    /// not heard of.
    pub async fn lookup_anew(&self, token: &str) -> Result<Option<Session>, IdentityError> {
        if let Some(hash) = Token::parse(token).map(|token| token.hash())
            && let Some(live) = self.cache.get(&hash)
        {
            self.grants.has_changed(live.person.id);
            self.cache.forget(&hash);
        }
        self.lookup(token).await
    }

    /// Whose session this is, as far as memory tells: no query and no use of the session. `None` for a token that is
    /// no session's, and for a session that nobody has used since the start.
    pub fn person_in_memory(&self, token: &str) -> Option<PersonId> {
        let live = self.cache.get(&Token::parse(token)?.hash())?;
        // Whoever signed in just now or was not seen for long: what was true at the sign-in is good enough to count by.
        let as_then = || Standing { revision: live.body.standing, ..Standing::default() };
        let standing = self.grants.remembered(live.person.id).unwrap_or_else(as_then);
        (!self.has_ended(&live, &standing, self.clock.now())).then_some(live.person.id)
    }

    /// Lets the person act for an organisation, or for themselves with `None`, until they switch again. What the session
    /// may do changes, so its secret does too: the token is another one, and the one before serves nobody any more.
    pub async fn act_for(
        &self,
        token: &str,
        organisation: Option<&Edrpou>,
    ) -> Result<(Token, Session), IdentityError> {
        let session = self.lookup(token).await?.ok_or(IdentityError::NoSession)?;
        let chosen = match organisation {
            None => None,
            Some(edrpou) => {
                let mut organisations = session.organisations().into_iter();
                let chosen = organisations.find(|known| known.edrpou == *edrpou);
                Some(chosen.ok_or_else(|| IdentityError::NotRepresented(edrpou.clone()))?)
            }
        };
        self.rotate(&session.id, |body| body.acting_for.clone_from(&chosen)).await
    }

    /// Goes on with a session under another secret, in one commit.
    async fn rotate(
        &self,
        before: &TokenHash,
        change: impl Fn(&mut Body) + Send + Sync,
    ) -> Result<(Token, Session), IdentityError> {
        let token = Token::random();
        let hash = token.hash();
        for _ in 0..ATTEMPTS {
            let live = self.live(before).await?.ok_or(IdentityError::NoSession)?;
            let mut unit = self.storage.begin().await?;
            let document = read(&mut unit, before).await?.ok_or(IdentityError::NoSession)?;
            let mut body: Body = document.parse()?;
            live.write_to(&mut body);
            change(&mut body);
            let text = serde_json::to_string(&body)?;
            unit.remove(NAMESPACE, SESSIONS, before.as_str(), document.revision).await?;
            unit.insert(NAMESPACE, SESSIONS, Some(hash.as_str().to_owned()), &text).await?;
            match unit.commit().await {
                Ok(_) => {
                    self.cache.forget(before);
                    let session = self.lookup(token.secret()).await?.ok_or(IdentityError::NoSession)?;
                    return Ok((token, session));
                }
                Err(error) => again(error)?,
            }
        }
        Err(IdentityError::Contended)
    }

    /// Lets a session go on in which its person has gained something for themselves: within the unit of work of that
    /// change, which makes their standing this revision, and under another secret. Their other sessions end by the
    /// change. After the commit call [`Self::has_gone_on`].
    pub async fn go_on_in(
        &self,
        unit: &mut Unit,
        session: &Session,
        standing: u64,
    ) -> Result<Token, IdentityError> {
        let document = read(unit, &session.id).await?.ok_or(IdentityError::NoSession)?;
        let mut body: Body = document.parse()?;
        if body.standing != session.standing {
            return Err(IdentityError::NoSession);
        }
        if let Some(live) = self.cache.get(&session.id) {
            live.write_to(&mut body);
        }
        body.standing = standing;
        let (token, text) = (Token::random(), serde_json::to_string(&body)?);
        unit.remove(NAMESPACE, SESSIONS, session.id.as_str(), document.revision).await?;
        unit.insert(NAMESPACE, SESSIONS, Some(token.hash().as_str().to_owned()), &text).await?;
        Ok(token)
    }

    /// Forgets a session that goes on under another secret.
    pub fn has_gone_on(&self, session: &Session) {
        self.cache.forget(&session.id);
    }

    /// Changes the language.
    pub async fn set_language(&self, token: &str, language: &str) -> Result<Session, IdentityError> {
        let session = self.lookup(token).await?.ok_or(IdentityError::NoSession)?;
        self.change(token, &session.id, |body| body.language = Some(language.to_owned())).await
    }

    /// The open sessions of a person, the latest used last.
    pub async fn of(&self, person: PersonId) -> Result<Vec<Session>, IdentityError> {
        let now = self.clock.now();
        let standing = self.grants.standing(person).await?;
        let mut sessions = Vec::new();
        for hash in self.hashes(person).await? {
            let open = |live: &Arc<Live>| {
                !self.has_ended(live, &standing, now) && !live.has_lost_its_organisation(&standing)
            };
            if let Some(live) = self.live(&hash).await?.filter(open) {
                let used = Instant::from_millis(live.last_used.load(Ordering::Relaxed)).unwrap_or(now);
                sessions.push(live.session(hash, used, standing.clone()));
            }
        }
        sessions.sort_by_key(|session| session.last_used);
        Ok(sessions)
    }

    /// Ends a session. `false` if it had ended. `record` adds the audit entry to the same commit.
    pub async fn end(&self, session: &TokenHash, record: Recorder<'_>) -> Result<bool, IdentityError> {
        self.end_each(std::slice::from_ref(session), record).await.map(|ended| ended > 0)
    }

    /// Ends all sessions of the person of this one, which goes on, and tells how many there were. `record` adds the audit
    /// entry to the same commit.
    pub async fn end_others(&self, this: &Session, record: Recorder<'_>) -> Result<usize, IdentityError> {
        let mut hashes = self.hashes(this.person.id).await?;
        hashes.retain(|hash| *hash != this.id);
        self.end_each(&hashes, record).await
    }

    /// Ends all sessions of a person and tells how many there were. `record` adds the audit entry to the same commit.
    pub async fn end_all(&self, person: PersonId, record: Recorder<'_>) -> Result<usize, IdentityError> {
        let hashes = self.hashes(person).await?;
        self.end_each(&hashes, record).await
    }

    /// Removes sessions that have expired, some hundred at a time, and what is remembered of sign-ins whose answer could
    /// not be taken any more; tells how many. To be called now and then.
    pub async fn sweep(&self) -> Result<usize, IdentityError> {
        let ended = expired(&self.storage, SESSIONS, self.clock.now()).await?;
        let ended: Vec<_> = ended.into_iter().map(TokenHash::from_stored).collect();
        let ended = self.end_each(&ended, &unrecorded).await?;
        Ok(ended + completed::sweep(&self.storage, self.clock.now()).await?)
    }

    async fn end_each(&self, hashes: &[TokenHash], record: Recorder<'_>) -> Result<usize, IdentityError> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.storage.begin().await?;
            let mut ended = 0;
            for hash in hashes {
                if remove(&mut unit, hash).await? {
                    ended += 1;
                }
            }
            if ended == 0 {
                return Ok(0);
            }
            record(&mut unit).await.map_err(IdentityError::Record)?;
            match unit.commit().await {
                Ok(_) => {
                    for hash in hashes {
                        self.cache.forget(hash);
                    }
                    return Ok(ended);
                }
                Err(error) => again(error)?,
            }
        }
        Err(IdentityError::Contended)
    }

    /// Whether the person signed in by this account of an issuer.
    pub fn is_of(&self, session: &Session, issuer: &str, subject: &str) -> bool {
        session.account.as_ref().is_some_and(|account| *account == self.accounts.account(issuer, subject))
    }

    /// Takes what serves once, on all nodes together; again, it is refused as [`IdentityError::Replayed`].
    pub async fn take(&self, once: &Once) -> Result<(), IdentityError> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.storage.begin().await?;
            completed::remember(&mut unit, once).await?;
            match unit.commit().await {
                Ok(_) => return Ok(()),
                Err(error) => again(error)?,
            }
        }
        Err(IdentityError::Contended)
    }

    /// Follows a provider's order to end sessions, here and at all other nodes, and tells how many ended. The order is
    /// followed once: again, it is refused as [`IdentityError::Replayed`]. `record` adds the audit entries of the
    /// persons to the same commit, if there are any.
    pub async fn end_by_order(
        &self,
        order: &LogoutOrder,
        record: LogoutRecorder<'_>,
    ) -> Result<usize, IdentityError> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.storage.begin().await?;
            completed::remember(&mut unit, &order.once).await?;
            let meant = self.meant_by(&mut unit, order).await?;
            let mut persons: Vec<PersonId> = meant.iter().map(|(_, person)| *person).collect();
            persons.sort_unstable();
            persons.dedup();
            for (hash, _) in &meant {
                remove(&mut unit, hash).await?;
            }
            record(&mut unit, &persons).await.map_err(IdentityError::Record)?;
            match unit.commit().await {
                Ok(_) => {
                    for (hash, _) in &meant {
                        self.cache.forget(hash);
                    }
                    return Ok(meant.len());
                }
                Err(error) => again(error)?,
            }
        }
        Err(IdentityError::Contended)
    }

    /// The sessions that an order means. Found in its unit of work, so that one which opens meanwhile is not missed.
    async fn meant_by(
        &self,
        unit: &mut Unit,
        order: &LogoutOrder,
    ) -> Result<Vec<(TokenHash, PersonId)>, IdentityError> {
        let account = order.subject.as_ref().map(|subject| self.accounts.account(&order.issuer, subject));
        let session = order.provider_session.as_ref().map(|id| self.accounts.session(&order.issuer, id));
        let (field, value) = match (&session, &account) {
            (Some(session), _) => ("provider_session", session),
            (None, Some(account)) => ("account", account),
            (None, None) => return Ok(Vec::new()),
        };
        let (mut meant, mut after) = (Vec::new(), None);
        loop {
            let query = Query::of(SESSIONS).equal(field, value.clone()).fields(&[BODY]);
            let rows = unit.select(NAMESPACE, &query.limit(Query::MOST).after(after)).await?;
            for (key, fields) in rows.iter() {
                let body: Body = serde_json::from_str(fields.first().map_or("", String::as_str))?;
                if account.is_none() || body.account == account {
                    meant.push((TokenHash::from_stored(key.to_owned()), person_id(&body.person)?));
                }
            }
            match rows.next {
                Some(cursor) => after = Some(cursor),
                None => return Ok(meant),
            }
        }
    }

    async fn hashes(&self, person: PersonId) -> Result<Vec<TokenHash>, IdentityError> {
        let mut unit = self.storage.begin().await?;
        let query = Query::of(SESSIONS).equal("person", person.to_string()).limit(Query::MOST);
        let rows = unit.select(NAMESPACE, &query).await?;
        Ok(rows.keys.into_iter().map(TokenHash::from_stored).collect())
    }

    async fn live(&self, hash: &TokenHash) -> Result<Option<Arc<Live>>, IdentityError> {
        if let Some(live) = self.cache.get(hash) {
            return Ok(Some(live));
        }
        let ticket = self.cache.ticket();
        let mut unit = self.storage.begin().await?;
        let Some(document) = read(&mut unit, hash).await? else { return Ok(None) };
        let body: Body = document.parse()?;
        let id = person_id(&body.person)?;
        let person = persons::read(&mut unit, id).await?.ok_or(IdentityError::NoPerson(id))?;
        let live = Arc::new(Live::new(body, Arc::new(person)));
        self.cache.keep(ticket, hash.clone(), Arc::clone(&live));
        Ok(Some(live))
    }

    /// By time, or because the person's roles have changed or they were blocked since the sign-in.
    fn has_ended(&self, live: &Live, standing: &Standing, now: Instant) -> bool {
        let used = Instant::from_millis(live.last_used.load(Ordering::Relaxed)).unwrap_or(live.body.opened);
        standing.revision != live.body.standing
            || now >= live.body.expires
            || now.since(used) >= self.limits.idle
    }

    /// Writes the time of last use if that is due, without making the visitor wait. Losing it does no harm.
    fn write_use(&self, hash: &TokenHash, live: &Arc<Live>, now: Instant) {
        let written = live.written.load(Ordering::Relaxed);
        let due = i64::try_from(self.limits.write_use.as_millis()).unwrap_or(i64::MAX);
        let now = now.as_millis();
        if now.saturating_sub(written) < due {
            return;
        }
        // Of several simultaneous uses one writes.
        if live.written.compare_exchange(written, now, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return;
        }
        let (storage, hash, live) = (self.storage.clone(), hash.clone(), Arc::clone(live));
        tokio::spawn(async move {
            if let Err(error) = note_use(&storage, &hash, &live).await {
                tracing::debug!(%error, "last use of a session not written");
            }
        });
    }

    async fn change(
        &self,
        token: &str,
        hash: &TokenHash,
        change: impl Fn(&mut Body) + Send + Sync,
    ) -> Result<Session, IdentityError> {
        for _ in 0..ATTEMPTS {
            let live = self.live(hash).await?.ok_or(IdentityError::NoSession)?;
            let mut unit = self.storage.begin().await?;
            let document = read(&mut unit, hash).await?.ok_or(IdentityError::NoSession)?;
            let mut body: Body = document.parse()?;
            live.write_to(&mut body);
            change(&mut body);
            let text = serde_json::to_string(&body)?;
            unit.replace(NAMESPACE, SESSIONS, hash.as_str(), document.revision, &text).await?;
            match unit.commit().await {
                Ok(_) => {
                    self.cache.forget(hash);
                    return self.lookup(token).await?.ok_or(IdentityError::NoSession);
                }
                Err(error) => again(error)?,
            }
        }
        Err(IdentityError::Contended)
    }
}

impl Live {
    fn new(body: Body, person: Arc<Person>) -> Self {
        let used = body.last_used.as_millis();
        Self { body, person, last_used: AtomicI64::new(used), written: AtomicI64::new(used) }
    }

    fn session(&self, id: TokenHash, last_used: Instant, standing: Standing) -> Session {
        let body = &self.body;
        Session {
            id,
            person: Arc::clone(&self.person),
            roles: standing.roles,
            blocked: standing.blocked,
            standing: standing.revision,
            names: standing.organisations,
            method: body.method.clone(),
            assurance: body.assurance,
            organisation: body.organisation.clone(),
            acting_for: body.acting_for.clone(),
            language: body.language.clone(),
            device: body.device,
            network: body.network.clone(),
            account: body.account.clone(),
            unproven: body.unproven,
            opened: body.opened,
            last_used,
        }
    }

    /// Whether the person acts for an organisation and no longer may, the time of it being over: nobody acts in another
    /// name unawares, so the session has ended.
    fn has_lost_its_organisation(&self, standing: &Standing) -> bool {
        let attested = self.body.organisation.as_ref().map(|organisation| &organisation.edrpou);
        self.body.acting_for.as_ref().is_some_and(|acting_for| {
            attested != Some(&acting_for.edrpou) && !standing.roles.represents(&acting_for.edrpou)
        })
    }

    /// Brings the time of last use into a document that is about to be written.
    fn write_to(&self, body: &mut Body) {
        let used = Instant::from_millis(self.last_used.load(Ordering::Relaxed)).unwrap_or(body.last_used);
        body.last_used = body.last_used.max(used);
    }
}

async fn note_use(storage: &Storage, hash: &TokenHash, live: &Live) -> Result<(), IdentityError> {
    let mut unit = storage.begin().await?;
    let Some(document) = read(&mut unit, hash).await? else { return Ok(()) };
    let mut body: Body = document.parse()?;
    live.write_to(&mut body);
    let text = serde_json::to_string(&body)?;
    unit.replace(NAMESPACE, SESSIONS, hash.as_str(), document.revision, &text).await?;
    unit.commit().await?;
    Ok(())
}

/// Keys of what expires in a collection and has, some hundred at most.
pub(super) async fn expired(
    storage: &Storage,
    collection: &str,
    now: Instant,
) -> Result<Vec<String>, IdentityError> {
    let mut unit = storage.begin().await?;
    let query = Query::of(collection).when("expires", Op::Le, now.to_string()).limit(SWEEP);
    Ok(unit.select(NAMESPACE, &query).await?.keys)
}

async fn read(unit: &mut Unit, hash: &TokenHash) -> Result<Option<Document>, IdentityError> {
    Ok(unit.get(NAMESPACE, SESSIONS, hash.as_str()).await?)
}

async fn remove(unit: &mut Unit, hash: &TokenHash) -> Result<bool, IdentityError> {
    let Some(document) = read(unit, hash).await? else { return Ok(false) };
    unit.remove(NAMESPACE, SESSIONS, hash.as_str(), document.revision).await?;
    Ok(true)
}

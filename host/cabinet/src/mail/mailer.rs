//! The job that sends what waits in the outbox.
//!
//! Of several nodes one has the lease. A letter is *claimed* in a commit of its own before it is handed over: its next
//! try is put off, so whoever looks meanwhile, and a node that has lost the lease without knowing, leaves it alone. So
//! a letter is handed over once; should the process die between the server's answer and the commit that keeps it, the
//! letter goes once more under the same `Message-ID`, by which mail programs know that they have it.

use super::address::{self, Failure, Mailbox};
use super::kind::Rhythm;
use super::message::Recipient;
use super::outbox::{self, Kept, OUTBOX, State};
use super::post::{Answer, MailConfig, MailError, Post};
use crate::Error;
use crate::records::NAMESPACE;
use jiff::ToSpan as _;
use jiff::civil::Weekday;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;
use vzaemo_clock::{Instant, LegalClock, SecurityClock, SignedDuration, Zone};
use vzaemo_language::texts::Language;
use vzaemo_storage::{Op, Query, Storage};

/// What nodes lease from each other in order to send letters, and for how long.
const LEASE: &str = "mail";
const TERM: Duration = Duration::from_secs(20);
/// How long the mailer rests when there is nothing to send.
const REST: Duration = Duration::from_secs(1);
/// Once in so many turns what is old is removed.
const TIDYING: u32 = 3600;
/// The hour at which digests go, by the clock on the wall.
const MORNING: i8 = 8;
/// The wait after the first failed try; each further one is twice as long, up to the longest.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(1);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(6);
/// After so many tries, which is about two days, a letter is given up. RFC 5321, 4.5.4.1 asks for four to five days of
/// a relay, which the holder's server is; that one puts us off only while it is itself in trouble.
const TRIES: u32 = 15;
/// How many notices one digest holds; what is more goes in a second one.
const DIGEST: usize = 100;
/// For how long what became of a letter is kept, by the legal clock.
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Sends letters.
pub struct Mailer {
    storage: Storage,
    legal: LegalClock,
    security: SecurityClock,
    zone: Zone,
    post: Post,
    /// How often the server was away in a row, and until when it is not asked.
    away: Mutex<(u32, Option<Instant>)>,
}

/// What one look at the outbox has done, in letters as they stand there; a digest is as many as it holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// The server took them.
    pub sent: usize,
    /// It refused them for good.
    pub refused: usize,
    /// They are tried again later.
    pub later: usize,
    /// There was nobody to send them to, or they were given up.
    pub ended: usize,
    /// Whether there was something to send and the server was away.
    pub away: bool,
}

impl Mailer {
    /// A mailer over the storage.
    ///
    /// # Errors
    /// A sender or certificate that cannot be read.
    pub fn new(
        config: &MailConfig,
        storage: Storage,
        legal: LegalClock,
        security: SecurityClock,
        zone: Zone,
    ) -> Result<Self, MailError> {
        let post = Post::new(config)?;
        Ok(Mailer { storage, legal, security, zone, post, away: Mutex::default() })
    }

    /// Runs until the task is dropped.
    pub async fn run(&self) {
        let mut turns = 0_u32;
        loop {
            if turns.is_multiple_of(TIDYING)
                && let Err(error) = self.tidy().await
            {
                tracing::warn!(error = &error as &dyn std::error::Error, "could not remove old letters");
            }
            turns = turns.wrapping_add(1);
            match self.turn().await {
                Ok(round) if round.sent > 0 => {
                    // Neither to whom nor what.
                    tracing::info!(
                        sent = round.sent,
                        refused = round.refused,
                        later = round.later,
                        "letters"
                    );
                    continue;
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "could not look after letters");
                }
            }
            tokio::time::sleep(REST).await;
        }
    }

    /// A round, if it is this node's turn.
    async fn turn(&self) -> Result<Round, Error> {
        if self.storage.lease(LEASE, TERM).await? { self.round().await } else { Ok(Round::default()) }
    }

    /// Sends all that is due now.
    pub async fn round(&self) -> Result<Round, Error> {
        let mut round = Round::default();
        for kept in self.due(Rhythm::AtOnce, None).await? {
            if !self.send(&mut round, vec![kept]).await? {
                return Ok(round);
            }
        }
        let now = self.legal.now();
        for (rhythm, since) in
            [(Rhythm::Daily, self.morning(now, false)), (Rhythm::Weekly, self.morning(now, true))]
        {
            let mut digests: BTreeMap<String, Vec<Kept>> = BTreeMap::new();
            for kept in self.due(rhythm, Some(since)).await? {
                digests.entry(kept.letter.person.clone()).or_default().push(kept);
            }
            for mut letters in digests.into_values() {
                letters.truncate(DIGEST);
                if !self.send(&mut round, letters).await? {
                    return Ok(round);
                }
            }
        }
        Ok(round)
    }

    /// The last moment at or before `now` at which digests go: a morning, or one of a Monday.
    fn morning(&self, now: Instant, weekly: bool) -> Instant {
        let mut day = self.zone.date(now);
        for _ in 0..8 {
            let at = self.zone.instant(day.at(MORNING, 0, 0, 0)).ok();
            let fits = !weekly || day.weekday() == Weekday::Monday;
            if let Some(at) = at.filter(|at| fits && *at <= now) {
                return at;
            }
            day = day.saturating_sub(1.day());
        }
        Instant::EPOCH
    }

    /// Letters of a rhythm that wait, written before a moment, whose next try has come.
    async fn due(&self, rhythm: Rhythm, before: Option<Instant>) -> Result<Vec<Kept>, Error> {
        let real = self.security.now();
        let (mut due, mut after) = (Vec::new(), None);
        loop {
            let mut unit = self.storage.begin().await?;
            let (portion, next) = outbox::waiting(&mut unit, rhythm, before, after).await?;
            drop(unit);
            let ready = |kept: &Kept| kept.letter.not_before.parse::<Instant>().map_or(true, |at| at <= real);
            due.extend(portion.into_iter().filter(ready));
            if next.is_none() || due.len() >= 1000 {
                return Ok(due);
            }
            after = next;
        }
    }

    /// Whether the server may be asked now, and is there.
    async fn is_there(&self) -> bool {
        let real = self.security.now();
        let rests = |away: &(u32, Option<Instant>)| away.1.is_some_and(|until| real < until);
        if rests(&self.away.lock().unwrap_or_else(std::sync::PoisonError::into_inner)) {
            return false;
        }
        let there = self.post.is_there().await;
        let mut away = self.away.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *away = if there {
            (0, None)
        } else {
            let times = away.0.saturating_add(1);
            let wait = SignedDuration::from_secs(1_i64 << times.min(6)).min(SignedDuration::from_mins(1));
            (times, real.checked_add(wait).ok())
        };
        there
    }

    /// Sends letters of one person as one; `false` if the server is away, so that there is no use in going on.
    async fn send(&self, round: &mut Round, letters: Vec<Kept>) -> Result<bool, Error> {
        if !self.is_there().await {
            round.away = true;
            return Ok(false);
        }
        let count = letters.len();
        let Some((letters, mailbox)) = self.claim(letters).await? else { return Ok(true) };
        let Some(message) = self.composed(&letters, mailbox.as_ref()) else {
            self.settle(&letters, State::Dropped, None).await?;
            round.ended += count;
            return Ok(true);
        };
        match self.post.send(message).await {
            Answer::Taken => {
                self.settle(&letters, State::Sent, None).await?;
                round.sent += count;
            }
            Answer::Never(status) => {
                self.settle(&letters, State::Refused, Some(status)).await?;
                round.refused += count;
            }
            Answer::Later(status) if letters.iter().any(|kept| kept.letter.tries >= TRIES) => {
                self.settle(&letters, State::GivenUp, status).await?;
                round.ended += count;
            }
            Answer::Later(status) => {
                self.settle(&letters, State::Waiting, status).await?;
                round.later += count;
            }
        }
        Ok(true)
    }

    /// Puts off the next try of letters, so that nobody else sends them; with their person's mailbox. Nothing if
    /// somebody else has touched one of them.
    async fn claim(&self, mut letters: Vec<Kept>) -> Result<Option<(Vec<Kept>, Option<Mailbox>)>, Error> {
        let mut unit = self.storage.begin().await?;
        let real = self.security.now();
        for kept in &mut letters {
            let Some(now) = outbox::get(&mut unit, &kept.key).await? else { return Ok(None) };
            if now.revision != kept.revision {
                return Ok(None);
            }
            kept.letter.tries = kept.letter.tries.saturating_add(1);
            let doubled = FIRST_WAIT.saturating_mul(1_i32 << kept.letter.tries.saturating_sub(1).min(12));
            let next = real.checked_add(doubled.min(LONGEST_WAIT)).unwrap_or(real);
            kept.letter.not_before = next.to_string();
            outbox::replace(&mut unit, kept).await?;
            kept.revision += 1;
        }
        let person = letters.first().map_or("", |kept| kept.letter.person.as_str());
        let mailbox = address::mailbox(&mut unit, person).await?;
        match unit.commit().await {
            Ok(_) => Ok(Some((letters, mailbox))),
            Err(error) if error.is_retryable() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The message; nothing if there is nowhere to send it, or if it cannot be put together.
    fn composed(&self, letters: &[Kept], mailbox: Option<&Mailbox>) -> Option<lettre::Message> {
        let mailbox = mailbox?;
        let language = Language::from_code(&mailbox.language).unwrap_or_default();
        let head = &self.post.head;
        let message = match letters {
            [Kept { letter, key, .. }] if letter.code.is_some() => {
                let (code, pending) = (letter.code.as_deref()?, mailbox.pending.as_ref()?);
                if pending.code != address::code_hash(code) {
                    // Another address was given since; its letter is another one.
                    return None;
                }
                let to = Recipient { email: &pending.email, language, stop: &mailbox.stop };
                head.confirmation(&to, code, key)
            }
            letters => {
                let to = Recipient { email: mailbox.reachable()?, language, stop: &mailbox.stop };
                head.notices(&to, letters)
            }
        };
        message
            .inspect_err(|error| {
                tracing::error!(error = error as &dyn std::error::Error, "a letter could not be written");
            })
            .ok()
    }

    /// Keeps what became of letters. It is tried again until it is kept, as the server has taken them by now.
    async fn settle(&self, letters: &[Kept], state: State, status: Option<u16>) -> Result<(), Error> {
        for _ in 0..12 {
            let mut unit = self.storage.begin().await?;
            let legal = self.legal.now();
            let failure = status.map(|status| Failure { at: legal.to_string(), status });
            for kept in letters {
                let Some(mut now) = outbox::get(&mut unit, &kept.key).await? else { continue };
                match state {
                    State::Waiting => now.letter.status = status,
                    state => now.letter.settle(state, legal, failure.as_ref()),
                }
                outbox::replace(&mut unit, &now).await?;
            }
            if let (State::Refused, Some(failure), Some(first)) = (state, failure, letters.first()) {
                refused(&mut unit, first, failure).await?;
            }
            match unit.commit().await {
                Ok(_) => return Ok(()),
                Err(error) if error.is_retryable() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Removes what became of letters long ago.
    pub async fn tidy(&self) -> Result<(), Error> {
        let Ok(until) = self.legal.now().checked_add(-KEPT) else { return Ok(()) };
        let query = Query::of(OUTBOX)
            .when("done", Op::Gt, "")
            .when("done", Op::Le, until.to_string())
            .ascending("done")
            .limit(200);
        let mut unit = self.storage.begin().await?;
        let keys = unit.select(NAMESPACE, &query).await?.keys;
        for key in &keys {
            if let Some(document) = unit.get(NAMESPACE, OUTBOX, key).await? {
                unit.remove(NAMESPACE, OUTBOX, key, document.revision).await?;
            }
        }
        match unit.commit().await {
            Ok(_) => Ok(()),
            Err(error) if error.is_retryable() => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The server will have nothing for this address, if its reply is about the mailbox (RFC 5321, 4.2.3: 550, 551, 553);
/// other lasting refusals are about the letter.
async fn refused(unit: &mut vzaemo_storage::Unit, letter: &Kept, failure: Failure) -> Result<(), Error> {
    if !matches!(failure.status, 550 | 551 | 553) {
        return Ok(());
    }
    let code = letter.letter.code.as_deref().map(address::code_hash);
    address::change(unit, &letter.letter.person, |mailbox| match (code, &mut mailbox.pending) {
        (Some(code), Some(pending)) if pending.code == code => pending.failure = Some(failure),
        (Some(_), _) => {}
        (None, _) => mailbox.failure = Some(failure),
    })
    .await
}

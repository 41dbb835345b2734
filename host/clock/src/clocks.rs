//! The legal clock and the security clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::SignedDuration;

use crate::Instant;

/// Why a clock was not moved.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// Outside development mode the legal clock is the real one.
    #[error("move the legal clock: only in development mode can it be moved")]
    NotInDevelopment,
    /// What has happened has happened: the legal clock never runs back.
    #[error("move the legal clock back from {now} to {asked}: it only goes forward")]
    Backwards {
        /// What the clock shows.
        now: Instant,
        /// What was asked for.
        asked: Instant,
    },
    /// Beyond the year 9999.
    #[error("move the legal clock beyond the year 9999")]
    TooFar,
}

/// The clock of terms, jobs and retention. Copies share one state.
///
/// In development mode it can be moved forward, never back; the distance from real time is
/// [`LegalClock::offset`], which the caller stores and gives back at the next start.
#[derive(Debug, Clone)]
pub struct LegalClock {
    face: Arc<Face>,
    movable: bool,
}

/// The clock of sessions, tokens, certificates, leases and limits: always real time. Copies share one state.
#[derive(Debug, Clone)]
pub struct SecurityClock {
    face: Arc<Face>,
}

/// What both clocks are made of: a source of time and the distance from it, in milliseconds.
#[derive(Debug)]
struct Face {
    source: Source,
    offset: AtomicI64,
}

#[derive(Debug)]
enum Source {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is moved: for tests.
    Still(Instant),
}

impl Face {
    fn new(source: Source, offset: SignedDuration) -> Arc<Self> {
        let millis = i64::try_from(offset.as_millis()).unwrap_or(i64::MAX);
        Arc::new(Self { source, offset: AtomicI64::new(millis) })
    }

    fn base(&self) -> Instant {
        match self.source {
            Source::System => Instant::from_system(),
            Source::Still(at) => at,
        }
    }

    fn offset(&self) -> SignedDuration {
        SignedDuration::from_millis(self.offset.load(Ordering::Acquire))
    }

    /// An offset that leads out of range was refused when it was set; should a stored one do so, real time is told.
    fn now(&self) -> Instant {
        let base = self.base();
        base.checked_add(self.offset()).unwrap_or(base)
    }

    /// Puts in the offset that `next` makes of the one in force, unless it leads out of range or back.
    fn shift(&self, next: impl Fn(i64) -> Option<i64>) -> Result<SignedDuration, ClockError> {
        let base = self.base();
        let at =
            |offset| base.checked_add(SignedDuration::from_millis(offset)).map_err(|_| ClockError::TooFar);
        let mut current = self.offset.load(Ordering::Acquire);
        loop {
            let wanted = next(current).ok_or(ClockError::TooFar)?;
            let asked = at(wanted)?;
            if wanted < current {
                return Err(ClockError::Backwards { now: at(current)?, asked });
            }
            match self.offset.compare_exchange_weak(current, wanted, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Ok(SignedDuration::from_millis(wanted)),
                Err(changed) => current = changed,
            }
        }
    }

    fn advance(&self, by: SignedDuration) -> Result<SignedDuration, ClockError> {
        let by = i64::try_from(by.as_millis()).map_err(|_| ClockError::TooFar)?;
        self.shift(|current| current.checked_add(by))
    }

    fn set_at_least(&self, at: Instant) -> Result<SignedDuration, ClockError> {
        let wanted = at.as_millis() - self.base().as_millis();
        self.shift(|_| Some(wanted))
    }
}

impl LegalClock {
    /// The clock outside development mode: real time, and nobody moves it.
    pub fn real() -> Self {
        Self { face: Face::new(Source::System, SignedDuration::ZERO), movable: false }
    }

    /// The clock of development mode, as far ahead of real time as it was left; a negative offset counts as none.
    pub fn development(offset: SignedDuration) -> Self {
        Self { face: Face::new(Source::System, offset.max(SignedDuration::ZERO)), movable: true }
    }

    /// A clock for tests that stands still at `at` until it is moved.
    pub fn still(at: Instant) -> Self {
        Self { face: Face::new(Source::Still(at), SignedDuration::ZERO), movable: true }
    }

    /// The legal time.
    pub fn now(&self) -> Instant {
        self.face.now()
    }

    /// How far the clock is ahead of real time: what the caller stores after a move.
    pub fn offset(&self) -> SignedDuration {
        self.face.offset()
    }

    /// Whether this clock may be moved, that is, whether the host runs in development mode.
    pub fn is_movable(&self) -> bool {
        self.movable
    }

    /// Moves the clock forward by a length of time and returns the new offset.
    pub fn advance(&self, by: SignedDuration) -> Result<SignedDuration, ClockError> {
        self.check_movable()?;
        self.face.advance(by)
    }

    /// Moves the clock forward to an instant and returns the new offset. To where it stands is no move.
    pub fn set_at_least(&self, at: Instant) -> Result<SignedDuration, ClockError> {
        self.check_movable()?;
        self.face.set_at_least(at)
    }

    /// Moves the clock forward to where it is so far ahead of real time, unless it is there already or farther, and
    /// returns the new offset: for a move that others have made.
    pub fn set_offset_at_least(&self, offset: SignedDuration) -> Result<SignedDuration, ClockError> {
        self.check_movable()?;
        let wanted = i64::try_from(offset.as_millis()).map_err(|_| ClockError::TooFar)?;
        self.face.shift(|current| Some(current.max(wanted)))
    }

    fn check_movable(&self) -> Result<(), ClockError> {
        if self.movable { Ok(()) } else { Err(ClockError::NotInDevelopment) }
    }
}

impl SecurityClock {
    /// Real time.
    pub fn real() -> Self {
        Self { face: Face::new(Source::System, SignedDuration::ZERO) }
    }

    /// A clock for tests that stands still at `at`, and the hand that moves it.
    pub fn still(at: Instant) -> (Self, impl Fn(SignedDuration) -> Result<SignedDuration, ClockError>) {
        let face = Face::new(Source::Still(at), SignedDuration::ZERO);
        let hand = Arc::clone(&face);
        (Self { face }, move |by| hand.advance(by))
    }

    /// The time of security.
    pub fn now(&self) -> Instant {
        self.face.now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn copies_move_together() {
        let clock = LegalClock::still(at("2026-09-03T10:00:00Z"));
        let copy = clock.clone();
        assert_eq!(clock.advance(SignedDuration::from_hours(24)).unwrap(), SignedDuration::from_hours(24));
        assert_eq!(copy.now(), at("2026-09-04T10:00:00Z"));
        copy.set_at_least(at("2026-12-04T00:00:00Z")).unwrap();
        assert_eq!(clock.now(), at("2026-12-04T00:00:00Z"));
        clock.set_at_least(clock.now()).unwrap();
    }

    #[test]
    fn a_move_that_others_have_made_is_taken_over_but_never_back() {
        let clock = LegalClock::still(at("2026-09-03T10:00:00Z"));
        let day = SignedDuration::from_hours(24);
        assert_eq!(clock.set_offset_at_least(day).unwrap(), day);
        assert_eq!(clock.set_offset_at_least(SignedDuration::ZERO).unwrap(), day);
        assert_eq!(clock.now(), at("2026-09-04T10:00:00Z"));
        assert_eq!(clock.set_offset_at_least(SignedDuration::MAX), Err(ClockError::TooFar));
        assert_eq!(LegalClock::real().set_offset_at_least(day), Err(ClockError::NotInDevelopment));
    }

    #[test]
    fn never_back() {
        let clock = LegalClock::still(at("2026-09-03T10:00:00Z"));
        let back = clock.set_at_least(at("2026-09-03T09:59:59.999Z"));
        assert!(matches!(back, Err(ClockError::Backwards { .. })));
        assert!(matches!(clock.advance(SignedDuration::from_millis(-1)), Err(ClockError::Backwards { .. })));
        assert_eq!(clock.advance(SignedDuration::MAX), Err(ClockError::TooFar));
        assert_eq!(clock.now(), at("2026-09-03T10:00:00Z"));
    }

    #[test]
    fn outside_development_nobody_moves_it() {
        let clock = LegalClock::real();
        assert!(!clock.is_movable());
        assert_eq!(clock.advance(SignedDuration::from_hours(1)), Err(ClockError::NotInDevelopment));
        assert_eq!(clock.set_at_least(at("2999-01-01T00:00:00Z")), Err(ClockError::NotInDevelopment));
        assert_eq!(clock.offset(), SignedDuration::ZERO);
    }

    #[test]
    fn a_stored_offset_is_taken_up() {
        let day = SignedDuration::from_hours(24);
        let ahead = LegalClock::development(day);
        let gap = ahead.now().since(SecurityClock::real().now());
        assert!(gap > day - SignedDuration::from_mins(1) && gap <= day, "{gap:?}");
        assert_eq!(LegalClock::development(-day).offset(), SignedDuration::ZERO);
    }

    #[test]
    fn the_security_clock_does_not_follow_the_legal_one() {
        let security = SecurityClock::real();
        let legal = LegalClock::development(SignedDuration::ZERO);
        legal.advance(SignedDuration::from_hours(24 * 90)).unwrap();
        assert!(legal.now().since(security.now()) > SignedDuration::from_hours(24 * 89));

        let (still, hand) = SecurityClock::still(at("2026-09-03T10:00:00Z"));
        hand(SignedDuration::from_secs(5)).unwrap();
        assert_eq!(still.now(), at("2026-09-03T10:00:05Z"));
    }

    #[test]
    fn concurrent_moves_add_up() {
        let clock = LegalClock::still(Instant::EPOCH);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        clock.advance(SignedDuration::from_millis(1)).unwrap();
                    }
                });
            }
        });
        assert_eq!(clock.now().as_millis(), 4000);
    }
}

//! The two clocks of the host, its time zone, and terms of law with the way they were computed.
//!
//! * [`LegalClock`] measures terms, jobs and retention; in development it can be moved forward.
//!   [`SecurityClock`] measures sessions, tokens, leases and limits; it always tells real time.
//!   They are separate types, so that a room which asks for one cannot be given the other.
//! * [`Instant`] is a point in time to the millisecond, [`Date`] a day of the civil calendar,
//!   [`Zone`] what turns one into the other.
//! * [`Calendar`] knows which days are working days. It is handed its data and reads none.
//! * [`Term`] computes when something is due, and [`Explanation`] says how.
//! * [`today`], [`is_past`], [`days_left`] and [`remaining`] answer together with the moment at which the answer
//!   changes, so that a page made from the answer can be kept until then.
//!
//! This crate does no input or output.

mod calendar;
mod clocks;
mod instant;
mod relative;
mod term;
mod zone;

pub use calendar::{Calendar, Interval, Name, RestDay, RestReason, WorkReason, Working};
pub use clocks::{ClockError, LegalClock, SecurityClock};
pub use instant::{Instant, InstantError};
pub use relative::{Remaining, Timed, days_left, is_past, remaining, today};
pub use term::{Due, Event, Explanation, Rule, SkippedDay, Term, TermError, Unit};
pub use zone::{DEFAULT_ZONE, Zone, ZoneError};

/// A length of time, as [`LegalClock::advance`] takes it.
pub use jiff::SignedDuration;
/// A day of the civil (Gregorian) calendar, without time or zone. Its text form is `2026-09-03`.
pub use jiff::civil::Date;

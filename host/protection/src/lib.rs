//! Protection: how much anybody may ask for, and what was turned away.
//!
//! [`Limits`] holds a sustained rate and a burst for each [`Kind`] of request, by the key that the caller gives
//! (a session, or an address for visitors). Time is that of the machine's monotonic clock: a moved legal clock
//! gives nobody a second try.
//!
//! [`Refusals`] counts what was turned away, by hour and kind, for the security store. It keeps no address and
//! no person: refusals of anonymous visitors are of interest as numbers.

mod limits;
mod refusals;

pub use limits::{Kind, Limits, Rate, RateError, TooMany};
pub use refusals::{NAMESPACE, Refusals, collections};

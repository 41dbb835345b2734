//! Protection: how much anybody may ask for, and what was turned away.
//!
//! [`Limits`] holds a sustained rate and a burst for each [`Kind`] of request, by the key that the caller gives
//! (a session, or an address for visitors). Time is that of the machine's monotonic clock: a moved legal clock
//! gives nobody a second try.
//!
//! [`TrustedProxies`] tells where a request comes from when the holder's own proxies stand in front of the platform;
//! nobody else is believed about that.
//!
//! [`Scanner`] has files scanned by the daemon of ClamAV.
//!
//! [`Refusals`] counts what was turned away, by hour and kind, for the security store. It keeps no address and
//! no person: refusals of anonymous visitors are of interest as numbers.

mod address;
mod clamd;
mod limits;
mod refusals;

pub use address::{TrustedProxies, address_key};
pub use clamd::{ClamdAddress, ClamdAddressError, ScanError, ScanRound, Scanner, Verdict};
pub use limits::{Kind, Limits, Rate, RateError, TooMany};
pub use refusals::{NAMESPACE, Refusals, collections};

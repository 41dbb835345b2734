//! Protection: how much anybody may ask for, who is kept out, and what the technical administrator has to know.
//!
//! [`Limits`] holds a sustained rate and a burst for each [`Kind`] of request: by person (by address for visitors), and
//! where the configuration says so by session, by address whoever asks, and by act. Time is that of the machine's
//! monotonic clock: a moved legal clock gives nobody a second try. Rates are counted at each node by itself.
//!
//! [`TrustedProxies`] tells where a request comes from when the holder's own proxies stand in front of the platform;
//! nobody else is believed about that.
//!
//! [`Scanner`] has files scanned by the daemon of ClamAV.
//!
//! [`Protection`] is the security subsystem: [`Event`]s are counted in a store of their own, apart from the audit log,
//! which is for ever; whoever fails again and again is locked out ([`Attempt`]); addresses, networks and persons can be
//! kept out ([`Block`]); what is unusual ([`AnomalyRule`]) and what has gone wrong is told at once by every way there is
//! ([`Delivery`]: a [`Webhook`]). Lock-outs, block lists, events and alerts are shared by all nodes through the
//! database; what is unusual each node looks for by itself. From where participation came is kept there too, for a while
//! ([`Origin`]).

mod address;
mod alert;
mod anomaly;
mod block;
mod clamd;
mod event;
mod limits;
mod lockout;
mod origin;
mod protection;
mod store;
#[cfg(test)]
mod tests;
mod webhook;

pub use address::{TrustedProxies, address_key};
pub use alert::{Alert, Delivery, DeliveryError, Telling};
pub use anomaly::AnomalyRule;
pub use block::{Block, Target, TargetError, is_kept_out};
pub use clamd::{ClamdAddress, ClamdAddressError, ScanError, ScanRound, Scanner, Verdict};
pub use event::{Counted, Event, EventKind};
pub use limits::{Asking, Kind, Limits, Rate, RateError, Rates, Scope, TooMany};
pub use lockout::{Attempt, Lockout, LockoutRule};
pub use origin::{Origin, OriginKey, TakenPart};
pub use protection::{Protection, Rules};
pub use store::{ALERTS, BLOCKS, EVENTS, KeepError, LOCKOUTS, NAMESPACE, ORIGINS, collections};
pub use webhook::{Webhook, WebhookError};

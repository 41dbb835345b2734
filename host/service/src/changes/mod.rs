//! A changed configuration that waits for the holders.
//!
//! The room of configurations proposes what it has read, checked and compiled ([`propose`]); the file has no author, so
//! nobody has approved anything yet. As many different holders as the configuration that serves asks for approve just
//! what they were shown ([`crate::Service::approve_change`]), or one of them declines. What they have approved is applied
//! from here, not from the file, and the outcome is kept ([`applied`], [`failed`]). At most one change waits: a newer one
//! takes its place, and approvals of the older do not count for it.

mod decide;
mod record;
mod settle;
#[cfg(test)]
mod tests;

pub use decide::{Undecided, Words};
pub use record::COLLECTION;
pub(crate) use record::collection;
pub use record::{Approved, Change, Declined, Effect, FileChange, Outcome, Proposed, State};
pub use settle::{Standing, applied, failed, lapse, latest, open, propose};

use crate::two_person::TwoPerson;
use vzaemo_clock::SignedDuration;
use vzaemo_identity::Role;

/// Who approves: holders. A change holds for two weeks.
pub const APPROVE: TwoPerson =
    TwoPerson { kind: "configuration", roles: &[Role::Holder], holds: SignedDuration::from_hours(14 * 24) };

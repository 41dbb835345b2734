//! Denials of those who only looked: at a view, or at the form of an act.
//!
//! An act that is sent and denied is an audit entry each time. Looking is cheap and repeated: a page that is reloaded, a
//! script that goes through addresses. So the first denial of a person at a view or form is an entry at once, with the
//! document that it was about; those that follow within ten minutes are counted, and the next entry says how many
//! they were. That keeps what an auditor needs (who, what, when it began, how much, until when) and bounds what one
//! person can write into a log that is never erased: to six entries an hour for each view and form. Visitors who have
//! not signed in are counted by `protection`.

use crate::record;
use crate::version::ModuleVersion;
use crate::{Caller, Error, Service};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use vzaemo_access::{Action, Reason};
use vzaemo_clock::{Instant, SignedDuration};
use vzaemo_contract::call::Pair;
use vzaemo_identity::PersonId;

/// For so long further denials of the same person at the same place are counted only. Real time.
const WINDOW: SignedDuration = SignedDuration::from_mins(10);
/// So many persons and places are remembered; past that, some entries come more often.
const MOST: usize = 10_000;

/// Who looked at what: person, module, view or act, and which of the two it is.
type Key = (PersonId, String, String, bool);

/// The last entry of each person at each place, and how many denials there were since.
#[derive(Default)]
pub(crate) struct Looks {
    last: Mutex<HashMap<Key, (Instant, u64)>>,
}

impl Looks {
    /// Whether this denial is to be an entry; then how many were not, since the last one.
    pub(crate) fn entry_due(&self, key: Key, now: Instant) -> Option<u64> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() >= MOST && !last.contains_key(&key) {
            last.retain(|_, (since, _)| now.since(*since) < WINDOW);
            if last.len() >= MOST {
                last.clear();
            }
        }
        match last.get_mut(&key) {
            Some((since, more)) if now.since(*since) < WINDOW => {
                *more = more.saturating_add(1);
                None
            }
            found => {
                let more = found.map_or(0, |(_, more)| *more);
                last.insert(key, (now, 0));
                Some(more)
            }
        }
    }
}

impl Service {
    /// Whether the caller may do an act, asked before its form is shown or taken. A denial of a known person is audited.
    pub async fn may(
        &self,
        caller: &Caller,
        version: &Arc<ModuleVersion>,
        act: &str,
        params: &[Pair],
    ) -> Result<(), Error> {
        let slots = self.slots(caller, version, &[(act.to_owned(), params.to_vec())]).await?;
        let reason = slots.into_iter().next().map_or(Reason::Unknown, |slot| slot.decision.reason);
        match reason {
            Reason::Allowed => Ok(()),
            Reason::Unknown => Err(Error::NotFound),
            reason => Err(self.denied_look(caller, version, Action::Act(act), params, reason).await),
        }
    }

    /// The error for a view or form that somebody may not see, once it is audited.
    pub(crate) async fn denied_look(
        &self,
        caller: &Caller,
        version: &ModuleVersion,
        at: Action<'_>,
        params: &[Pair],
        reason: Reason,
    ) -> Error {
        if let Some(principal) = &caller.principal {
            let (name, is_view) = match at {
                Action::View(name) => (name, true),
                Action::Act(name) => (name, false),
            };
            let key = (principal.person, version.manifest.id.clone(), name.to_owned(), is_view);
            if let Some(more) = self.looks.entry_due(key, self.platform.security.now()) {
                record::denied_look(&self.platform, caller, version, at, params, &reason, more).await;
            }
        }
        Error::Denied { reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(person: &str, view: &str) -> Key {
        (PersonId::parse(person).unwrap(), "notes".into(), view.into(), true)
    }

    const ONE: &str = "0198f000-0000-7000-8000-000000000001";
    const OTHER: &str = "0198f000-0000-7000-8000-000000000002";

    #[test]
    fn the_first_is_an_entry_and_the_next_one_tells_of_those_between() {
        let looks = Looks::default();
        let start: Instant = "2026-09-03T10:00:00Z".parse().unwrap();
        let after = |minutes| start.checked_add(SignedDuration::from_mins(minutes)).unwrap();
        assert_eq!(looks.entry_due(key(ONE, "desk"), start), Some(0));
        assert_eq!(looks.entry_due(key(ONE, "desk"), after(1)), None);
        assert_eq!(looks.entry_due(key(ONE, "desk"), after(9)), None);
        assert_eq!(looks.entry_due(key(ONE, "case"), after(9)), Some(0), "another view");
        assert_eq!(looks.entry_due(key(OTHER, "desk"), after(9)), Some(0), "another person");
        assert_eq!(looks.entry_due(key(ONE, "desk"), after(10)), Some(2));
        assert_eq!(looks.entry_due(key(ONE, "desk"), after(11)), None);
        assert_eq!(looks.entry_due(key(ONE, "desk"), after(90)), Some(1));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let looks = Looks::default();
        let start: Instant = "2026-09-03T10:00:00Z".parse().unwrap();
        for place in 0..=MOST {
            looks.entry_due(key(ONE, &place.to_string()), start);
        }
        assert!(looks.last.lock().unwrap().len() <= MOST);
    }
}

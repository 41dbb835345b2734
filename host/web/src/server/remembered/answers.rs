//! What stands in the slots of a page for one session: may they, have they. Only the answers, not the page.

use super::fresh::Fresh;
use std::sync::{Arc, Weak};
use vzaemo_clock::Instant;
use vzaemo_contract::call::Pair;
use vzaemo_identity::Session;
use vzaemo_service::{ModuleVersion, Slot};

/// What answers are known by: whose they are, and what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::server) struct AnswersKey {
    /// The session with all of it that decides: a block, other roles, another name to act in or rules of use that are yet
    /// to be accepted are another key.
    who: String,
    module: String,
    acts: Vec<(String, Vec<Pair>)>,
}

impl AnswersKey {
    /// For the acts of a module, asked by a session whose person has yet to accept the rules of use, or has.
    pub fn new(session: &Session, rules_pending: bool, module: &str, acts: Vec<(String, Vec<Pair>)>) -> Self {
        let acting_for = session.acting_for.as_ref().map_or("", |organisation| organisation.edrpou.as_str());
        let who = format!(
            "{} {} {} {rules_pending} {acting_for}",
            session.id.as_str(),
            session.standing,
            session.blocked
        );
        AnswersKey { who, module: module.to_owned(), acts }
    }

    /// What was asked.
    pub fn acts(&self) -> &[(String, Vec<Pair>)] {
        &self.acts
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let pair = |(name, value): &Pair| name.len() + value.len() + 48;
        let act =
            |(act, params): &(String, Vec<Pair>)| act.len() + 48 + params.iter().map(pair).sum::<usize>();
        self.who.len() + self.module.len() + self.acts.iter().map(act).sum::<usize>()
    }
}

/// Answers in the order of what was asked.
pub(in crate::server) struct Answers {
    pub slots: Vec<Slot>,
    version: Weak<ModuleVersion>,
    fresh: Fresh,
}

impl Answers {
    /// Answers given by the policies of a version.
    pub fn new(slots: Vec<Slot>, version: &Arc<ModuleVersion>, fresh: Fresh) -> Self {
        Answers { slots, version: Arc::downgrade(version), fresh }
    }

    /// Whether it would be answered the same now.
    pub fn is_current(&self, version: &Arc<ModuleVersion>, now: Instant) -> bool {
        std::ptr::eq(self.version.as_ptr(), Arc::as_ptr(version)) && self.fresh.holds(now)
    }

    /// About how many bytes they take.
    pub fn bytes(&self) -> usize {
        const EACH: usize = 256;
        self.slots.len() * EACH + self.fresh.bytes() + 256
    }
}

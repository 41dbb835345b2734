//! Decisions about the platform's own pages, by the same engine and under the same watch as those about modules.

use crate::decide::Alarm;
use crate::{Caller, Service, caller, record};
use vzaemo_access::{Decision, HostAction, Reason, Subject};
use vzaemo_identity::Role;

/// What the platform's own pages are called where modules are called by their ids; no module may be called so.
pub const PLATFORM: &str = "platform";

/// Who asks. On the platform's own pages a person is known by the platform's id.
fn subject(caller: &Caller) -> Subject {
    let Some(principal) = &caller.principal else { return Subject::visitor() };
    let has = |role: Role| principal.roles.has(&role);
    Subject {
        person: Some(principal.person.to_string()),
        assurance: caller::assurance(principal.assurance),
        holder: has(Role::Holder),
        technical: has(Role::TechnicalAdministrator),
        auditor: has(Role::Auditor),
        bodies: principal.roles.bodies().into_iter().map(str::to_owned).collect(),
        organisation: principal.organisation.as_ref().map(|organisation| organisation.edrpou.to_string()),
        blocked: principal.blocked,
        // Whoever has to accept the rules of use is led to them before they come here.
        rules_pending: false,
    }
}

impl Service {
    /// Whether the caller may do something on the platform's own pages. A refusal is not audited by this: asking is also
    /// how a page finds out what to offer.
    pub fn decide_own(&self, caller: &Caller, action: HostAction) -> Decision {
        let decision = self.snapshot().host.decide(&subject(caller), action);
        self.count(&decision);
        if let Some(error) = &decision.alarm {
            self.raise(Alarm::PolicyFailed { module: PLATFORM, action: action.to_string(), error });
        }
        decision
    }

    /// Keeps that a known person was refused something on the platform's own pages: a change each time, a look as looks at
    /// modules are.
    pub async fn refused_own(&self, caller: &Caller, action: HostAction, reason: &Reason, change: bool) {
        let Some(principal) = &caller.principal else { return };
        let due = || {
            let key = (principal.person, PLATFORM.to_owned(), action.to_string(), true);
            self.looks.entry_due(key, self.platform.security.now())
        };
        let more = if change { Some(0) } else { due() };
        if let Some(more) = more {
            record::refused_own(&self.platform, principal.person, action, reason, change, more).await;
        }
    }
}

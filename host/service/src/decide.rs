//! The one place where the service asks whether something may be done.

use crate::imports::Acting;
use crate::version::ModuleVersion;
use crate::{Caller, Service};
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use vzaemo_access::{Action, Decision, Reason, ResourceDocument, Subject, Who};

/// Something that the technical administrator has to hear of at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alarm<'a> {
    /// A policy could not be evaluated, and access was denied for it.
    PolicyFailed {
        /// The module; [`PLATFORM`](crate::PLATFORM) for the platform's own pages.
        module: &'a str,
        /// What was asked for, as policies call it: `sign`, `view:desk`.
        action: String,
        /// What failed.
        error: &'a str,
    },
    /// A module trapped, ran over a limit or broke the contract.
    ModuleFailed {
        /// The module.
        module: &'a str,
        /// The version.
        version: String,
    },
    /// A configuration was refused: what served before goes on.
    ConfigurationRefused {
        /// The file in which the first problem was found.
        file: &'a str,
    },
    /// A changed configuration waits for the holders: what they approved serves.
    ConfigurationWaits {
        /// The digest of the change.
        digest: &'a str,
    },
}

/// Told of alarms. Must return at once; the same alarm may come as often as people ask.
pub trait Alarms: Send + Sync {
    /// One was raised.
    fn raised(&self, alarm: Alarm<'_>);
}

/// How many decisions were asked for since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Decisions {
    /// All of them.
    pub asked: u64,
    /// Those that allowed.
    pub allowed: u64,
}

/// What [`Service`] keeps about its decisions.
#[derive(Default)]
pub(crate) struct Deciding {
    asked: AtomicU64,
    allowed: AtomicU64,
    alarms: OnceLock<Arc<dyn Alarms>>,
}

impl Service {
    /// Who is told of alarms; the first one set stays.
    pub fn report_alarms_to(&self, alarms: Arc<dyn Alarms>) {
        let _already_set = self.deciding.alarms.set(alarms);
    }

    /// How many decisions were asked for since the start.
    pub fn decisions(&self) -> Decisions {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Decisions { asked: count(&self.deciding.asked), allowed: count(&self.deciding.allowed) }
    }

    /// Whether it may be done. Every act and every view that is not open is decided here, and nowhere else.
    pub(crate) fn decide(
        &self,
        version: &ModuleVersion,
        subject: &Subject,
        action: Action<'_>,
        resource: Option<&ResourceDocument>,
    ) -> Decision {
        let decision = version.policies.decide(subject, action, resource);
        self.count(&decision);
        if let Some(error) = &decision.alarm {
            let module = version.manifest.id.as_str();
            self.raise(Alarm::PolicyFailed { module, action: action.to_string(), error });
        }
        decision
    }

    pub(crate) fn count(&self, decision: &Decision) {
        self.deciding.asked.fetch_add(1, Ordering::Relaxed);
        if decision.allowed {
            self.deciding.allowed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Tells whoever hears alarms.
    pub fn raise(&self, alarm: Alarm<'_>) {
        if let Some(alarms) = self.deciding.alarms.get() {
            alarms.raised(alarm);
        }
    }
}

/// A denial that no policy was asked about.
pub(crate) fn denied(reason: Reason) -> Decision {
    Decision { allowed: false, reason, capacities: Vec::new(), policies: Vec::new(), alarm: None }
}

/// Who asks, in the words of `access`.
pub(crate) fn subject(caller: &Caller, acting: Option<&Acting>) -> Subject {
    use vzaemo_identity::Role;
    let (Some(principal), Some(acting)) = (&caller.principal, acting) else { return Subject::visitor() };
    Subject {
        person: Some(acting.seen.person.clone()),
        assurance: crate::caller::assurance(principal.assurance),
        holder: principal.roles.has(&Role::Holder),
        technical: principal.roles.has(&Role::TechnicalAdministrator),
        auditor: principal.roles.has(&Role::Auditor),
        bodies: acting.bodies.clone(),
        organisation: acting.seen.organisation.clone(),
        blocked: principal.blocked,
        rules_pending: acting.rules_pending,
    }
}

/// Tells the call in what capacity it is made. The module is told the body for which an official acts: that of the
/// document, or the person's own one when the route names none; somebody who acts as a citizen acts for no body, though
/// they may administer one. What the call may read is limited to what the capacity reaches.
pub(crate) fn in_capacity(
    acting: Option<&mut Acting>,
    subject: &Subject,
    decision: &Decision,
    resource: Option<&ResourceDocument>,
) {
    let Some(acting) = acting else { return };
    if decision.capacities.contains(&Who::Official) {
        acting.seen.body =
            resource.and_then(|document| document.body.clone()).or_else(|| acting.bodies.first().cloned());
    }
    acting.reach = decision.reach(subject, resource);
}

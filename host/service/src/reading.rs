//! Reads: views with what their pages are made from, and what stands in a page's action slots for a visitor.

use crate::decide::{denied, in_capacity, subject};
use crate::imports::CallHost;
use crate::invalidation::is_invalidated;
use crate::service::resource;
use crate::sights::{Looked, Sights};
use crate::version::ModuleVersion;
use crate::{Caller, Error, Service, migration, references};
use std::sync::Arc;
use vzaemo_access::{Action, Decision, Reason, ResourceDocument};
use vzaemo_clock::Instant;
use vzaemo_contract::call::{Pair, Request};
use vzaemo_contract::manifest::{Once, Who};
use vzaemo_identity::References;
use vzaemo_runtime::Module;
use vzaemo_storage::Unit;

/// A page with what it was made by.
pub struct Viewed {
    /// The page, checked against the grammar.
    pub page: vzaemo_marks::Page,
    /// The version that made it.
    pub version: Arc<ModuleVersion>,
    /// The commit that it was made after.
    pub position: u64,
}

/// A page with what it was made from, so that it can be kept until something of it changes.
pub struct Reading {
    /// The page.
    pub viewed: Viewed,
    /// The unit of work that it was read in. What else the page needs is read on here, as of the same moment;
    /// [`Unit::dependencies`] then tells all that it was made from.
    pub unit: Unit,
    /// The legal time at which it was asked for.
    pub at: Instant,
    /// The legal time at which the module would first have been told otherwise about the time; none if the page does
    /// not depend on it.
    pub until: Option<Instant>,
}

/// What the reader of a view that is not open has seen.
struct Seen {
    sights: Sights,
    resource: Option<ResourceDocument>,
    allowed_as: Vec<Who>,
}

/// What stands in an action slot for a visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Whether the visitor may do it.
    pub decision: Decision,
    /// Whether they have done it already, where it can be done once.
    pub taken: bool,
}

impl Service {
    /// A read.
    pub async fn view(
        &self,
        caller: &Caller,
        module: &str,
        name: &str,
        request: &Request,
    ) -> Result<Viewed, Error> {
        let (reading, seen) = self.reading(caller, module, name, request).await?;
        let Reading { viewed, unit, .. } = reading;
        drop(unit);
        if let Some(Seen { sights, resource, allowed_as }) = seen {
            let (version, resource) = (&viewed.version, resource.as_ref());
            let looked = Looked { caller, version, name, resource, allowed_as: &allowed_as, allowed: true };
            self.enter_sights(looked, sights).await?;
        }
        Ok(viewed)
    }

    /// A read of an open view, with all that its page was made from. It depends on nothing else: it is the same for
    /// everybody. Other views are not found: [`view`](Self::view) enters who sees them.
    pub async fn read(&self, module: &str, name: &str, request: &Request) -> Result<Reading, Error> {
        match self.reading(&Caller::ANONYMOUS, module, name, request).await? {
            (reading, None) => Ok(reading),
            (_, Some(_)) => Err(Error::NotFound),
        }
    }

    async fn reading(
        &self,
        caller: &Caller,
        module: &str,
        name: &str,
        request: &Request,
    ) -> Result<(Reading, Option<Seen>), Error> {
        let version = self.serving(module)?;
        let view = version.manifest.view(name).ok_or(Error::NotFound)?;
        let at = self.platform.legal.now();
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        let position = unit.position();
        let resource = resource(&mut unit, &version, view.resource.as_ref(), &request.params).await?;
        let mut acting = None;
        let mut allowed_as = Vec::new();
        if !view.open {
            acting = self.acting(caller, module).await?;
            let subject = subject(caller, acting.as_ref());
            let decision = self.decide(&version, &subject, Action::View(name), resource.as_ref());
            if !decision.allowed {
                drop(unit);
                self.enter_denied(caller, &version, name, resource.as_ref(), &decision.reason).await;
                let asked = Action::View(name);
                return Err(self
                    .denied_look(caller, &version, asked, &request.params, decision.reason)
                    .await);
            }
            in_capacity(acting.as_mut(), &subject, &decision, resource.as_ref());
            allowed_as = decision.capacities;
        }
        let mut host = CallHost::new(unit, &version, &self.platform, acting, at);
        host.sights = (!view.open).then(Sights::new);
        let view = async |component: Module, host| component.view(host, name, request).await;
        let (page, host) = self.run_whole(host, view).await?;
        let CallHost { unit, until, sights, .. } = *host;
        let seen = sights.map(|sights| Seen { sights, resource, allowed_as });
        Ok((Reading { viewed: Viewed { page, version, position }, unit, at, until }, seen))
    }

    /// What stands in the action slots of a page for this visitor: for each act with its parameters, whether
    /// it may be done and whether it has been done already.
    pub async fn slots(
        &self,
        caller: &Caller,
        version: &ModuleVersion,
        asked: &[(String, Vec<Pair>)],
    ) -> Result<Vec<Slot>, Error> {
        self.read_slots(caller, version, asked).await.map(|(slots, _)| slots)
    }

    /// The same with the unit of work that the answers were read in.
    pub async fn read_slots(
        &self,
        caller: &Caller,
        version: &ModuleVersion,
        asked: &[(String, Vec<Pair>)],
    ) -> Result<(Vec<Slot>, Unit), Error> {
        let module = version.manifest.id.as_str();
        let acting = self.acting(caller, module).await?;
        let subject = subject(caller, acting.as_ref());
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        let mut slots = Vec::with_capacity(asked.len());
        for (name, params) in asked {
            let Some(act) = version.manifest.act(name) else {
                slots.push(Slot { decision: denied(Reason::Unknown), taken: false });
                continue;
            };
            let document = match resource(&mut unit, version, act.resource.as_ref(), params).await {
                Ok(document) => document,
                Err(Error::NotFound) => {
                    slots.push(Slot { decision: denied(Reason::Unknown), taken: false });
                    continue;
                }
                Err(error) => return Err(error),
            };
            let decision = self.decide(version, &subject, Action::Act(name), document.as_ref());
            let taken = match (&act.once, &acting, &document) {
                (Some(once), Some(acting), Some(document)) => {
                    taken(&mut unit, version, once, &document.key, &acting.seen.person).await?
                }
                _ => false,
            };
            slots.push(Slot { decision, taken });
        }
        Ok((slots, unit))
    }
}

async fn taken(
    unit: &mut Unit,
    version: &ModuleVersion,
    once: &Once,
    key: &str,
    person: &str,
) -> Result<bool, Error> {
    let fields: Vec<&str> = once.unique.iter().map(String::as_str).collect();
    let same = References::of(unit, &version.manifest.id).await.map_err(Error::storage)?;
    let found = references::find(unit, version, &same, &once.collection, &fields, &[key, person]).await;
    let found = found.map_err(Error::storage)?;
    let Some(document) = found else { return Ok(false) };
    let Some(unless) = &once.unless else { return Ok(true) };
    let document = migration::present(version, &once.collection, document).await?;
    let body: serde_json::Value = document.parse().map_err(Error::storage)?;
    // What a decision says does not count stands in the way for good.
    let declared = version.manifest.collections.get(&once.collection);
    if declared
        .and_then(|declared| declared.participation.as_ref())
        .is_some_and(|part| is_invalidated(part, &body))
    {
        return Ok(true);
    }
    Ok(body.get(unless).and_then(serde_json::Value::as_bool) != Some(true))
}

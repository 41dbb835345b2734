//! A version made ready beside what serves.

use super::sources::{check_holders, holder_policies, host_policies, packages};
use super::{Lifecycle, LifecycleError};
use crate::Problem;
use crate::prepare::Workshop;
use crate::problem::chain;
use std::sync::Arc;
use vzaemo_access::{HostPolicies, PolicyText};
use vzaemo_identity::Editions;
use vzaemo_service::ModuleVersion;

impl Lifecycle {
    /// The rules of use of the configuration applied last: for commands that ask about decisions without serving.
    pub async fn rules_applied_last(&self) -> Result<Editions, LifecycleError> {
        match self.last().await? {
            Some(last) => self.kept_rules(&last.desired).await,
            None => Ok(Editions::default()),
        }
    }

    /// The policies of the platform's own pages with those of the holder that were in force with the configuration applied
    /// last: for commands that ask about decisions without serving.
    pub async fn own_policies(&self) -> Result<HostPolicies, LifecycleError> {
        let kept = self.last().await?.and_then(|last| last.policies);
        let compiled = self
            .in_force(kept)
            .and_then(|holder| host_policies(&holder, self.inner.started.platform.mode))
            .map_err(|problem| vec![problem])?;
        Ok(compiled)
    }

    /// Policies that were kept, whatever the files say now; those of the files if a program kept none.
    pub(super) fn in_force(&self, kept: Option<Vec<PolicyText>>) -> Result<Vec<PolicyText>, Problem> {
        kept.map_or_else(|| holder_policies(&self.folders().policies), Ok)
    }

    /// The version of a module that the configuration applied last has in service, made ready with the holder's policies
    /// of then: for commands that ask about decisions without serving. Nothing comes into service.
    pub async fn applied_last(&self, module: &str) -> Result<Arc<ModuleVersion>, LifecycleError> {
        let last = self.last().await?.ok_or_else(|| {
            vec![
                Problem::new(self.file(), "this configuration was never applied to the data that it names")
                    .mend("start the platform once"),
            ]
        })?;
        let desired = last.desired;
        let serving = || {
            let served = desired.modules.iter().filter(|(_, wanted)| wanted.enabled);
            served.map(|(id, _)| id.as_str()).collect::<Vec<_>>().join(", ")
        };
        let wanted = desired.modules.get(module).filter(|wanted| wanted.enabled).ok_or_else(|| {
            vec![Problem::new(self.file(), format!("no module {module} serves; there are: {}", serving()))]
        })?;
        let (layout, _) = packages(&self.folders().packages, &self.file())?;
        let policies = self.in_force(last.policies).map_err(|problem| vec![problem])?;
        check_holders(&policies, desired.modules.keys()).map_err(|problem| vec![problem])?;
        let file = self.file();
        let workshop = Workshop {
            layout: &layout,
            engine: &self.inner.engine,
            holder_policies: &policies,
            configuration: &file,
        };
        let prepared = workshop.prepare(module, wanted).await?;
        // What serves has declared the same.
        if let Err(error) = self.storage().declare(module, &prepared.collections).await {
            return Err(vec![Problem::new(module, chain(&error))].into());
        }
        Ok(Arc::new(prepared.into_version(0)))
    }
}

//! One call into a module, from the host's imports back to the host's imports.

use crate::decide::Alarm;
use crate::imports::CallHost;
use crate::recording::{Asked, Recorder};
use crate::version::ModuleVersion;
use crate::{Error, HealthEvent, Service};
use std::any::Any;
use std::future::Future;
use std::sync::Arc;
use vzaemo_contract::call::Failure;
use vzaemo_runtime::{CallError, Called, Imports, Module};
use vzaemo_storage::Unit;

/// How an attempt at an act ended, when it did not succeed.
pub(crate) enum Ended {
    /// What it read has changed: run it again.
    Again,
    /// For good.
    With(Error),
}

impl From<Error> for Ended {
    fn from(error: Error) -> Self {
        Ended::With(error)
    }
}

impl Service {
    /// Calls the module and takes the unit of work back.
    pub(crate) async fn run<T, F, R>(&self, host: CallHost, call: F) -> Result<(T, Unit), Error>
    where
        F: FnOnce(Module, Box<dyn Imports>) -> R,
        R: Future<Output = Called<T>>,
    {
        self.run_whole(host, call).await.map(|(value, host)| (value, host.unit))
    }

    /// Calls the module and takes the host's side of the call back. Tells the health of the module, and turns its
    /// failures into the errors of this room.
    pub(crate) async fn run_whole<T, F, R>(
        &self,
        host: CallHost,
        call: F,
    ) -> Result<(T, Box<CallHost>), Error>
    where
        F: FnOnce(Module, Box<dyn Imports>) -> R,
        R: Future<Output = Called<T>>,
    {
        let version = Arc::clone(&host.version);
        let (result, imports) = call(version.component.clone(), Box::new(host)).await;
        let imports: Box<dyn Any> = imports;
        let mut host =
            imports.downcast::<CallHost>().map_err(|_| Error::Lost(version.manifest.id.clone()))?;
        let value = self.ended(&version, result, host.failed.take())?;
        Ok((value, host))
    }

    /// The same for an act or a job, whose transcript goes into the journal.
    pub(crate) async fn run_recorded<T, F, R>(
        &self,
        host: CallHost,
        call: F,
    ) -> Result<(T, CallHost, Vec<Asked>), Error>
    where
        F: FnOnce(Module, Box<dyn Imports>) -> R,
        R: Future<Output = Called<T>>,
    {
        let version = Arc::clone(&host.version);
        let (result, imports) = call(version.component.clone(), Box::new(Recorder::new(host))).await;
        let imports: Box<dyn Any> = imports;
        let recorder =
            imports.downcast::<Recorder>().map_err(|_| Error::Lost(version.manifest.id.clone()))?;
        let Recorder { mut host, calls } = *recorder;
        let value = self.ended(&version, result, host.failed.take())?;
        Ok((value, host, calls))
    }

    fn ended<T>(
        &self,
        version: &ModuleVersion,
        result: Result<T, CallError>,
        failed: Option<Error>,
    ) -> Result<T, Error> {
        match failed {
            // What the module made of an answer that it was not given says nothing about the module.
            Some(error) => {
                self.tell_health(version, result.as_ref().err().filter(|error| !is_said(error)));
                Err(error)
            }
            None => {
                self.tell_health(version, result.as_ref().err());
                result.map_err(|error| told(version, error))
            }
        }
    }

    fn tell_health(&self, version: &ModuleVersion, error: Option<&CallError>) {
        if let Some(health) = self.health() {
            let failed = error.is_some_and(CallError::is_fault_of_module);
            let event = if failed { HealthEvent::Failed } else { HealthEvent::Answered };
            health.ended(&version.manifest.id, &version.digest, event);
        }
        if error.is_some_and(CallError::is_fault_of_module) {
            let (module, version) = (version.manifest.id.as_str(), version.manifest.version.to_string());
            self.raise(Alarm::ModuleFailed { module, version });
        }
    }
}

/// Whether the module itself said that it could not, as against a trap or a limit that it ran into.
fn is_said(error: &CallError) -> bool {
    matches!(error, CallError::Failure(_))
}

fn told(version: &ModuleVersion, error: CallError) -> Error {
    match error {
        CallError::Failure(Failure::NotFound) => Error::NotFound,
        CallError::Failure(Failure::Refused(refusal)) => Error::Refused(refusal),
        CallError::Busy => Error::Busy,
        source => Error::Module { module: version.manifest.id.clone(), source },
    }
}

//! The functions that a module exports, each with what it is called with.
//!
//! A call owns what it is asked, so that it can go on where it did not begin.

use crate::CallKind;
use crate::border::Border;
use crate::convert::{RequestRef, lend};
use crate::load::{
    ActResult, CheckResult, Exports, JobParams, JobResult, MigrateParams, MigrateResult, ViewParams,
    ViewResult,
};
use vzaemo_contract::call::Request;
use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, ComponentNamedList, Instance, Lift, Lower};

/// A function of the contract with its arguments.
pub(crate) trait Function: Send + Sync + 'static {
    type Result: Send + 'static;
    const KIND: CallKind;

    /// Calls it in an instance.
    fn ask(
        &self,
        exports: &Exports,
        instance: &Instance,
        store: &mut Store<Border>,
    ) -> impl Future<Output = wasmtime::Result<Self::Result>> + Send;
}

pub(crate) struct View {
    pub(crate) name: String,
    pub(crate) request: Request,
}

impl Function for View {
    type Result = ViewResult;
    const KIND: CallKind = CallKind::View;

    async fn ask(
        &self,
        exports: &Exports,
        instance: &Instance,
        store: &mut Store<Border>,
    ) -> wasmtime::Result<ViewResult> {
        requested(instance, store, &exports.view, &self.name, &self.request).await
    }
}

pub(crate) struct Act {
    pub(crate) name: String,
    pub(crate) request: Request,
}

impl Function for Act {
    type Result = ActResult;
    const KIND: CallKind = CallKind::Act;

    async fn ask(
        &self,
        exports: &Exports,
        instance: &Instance,
        store: &mut Store<Border>,
    ) -> wasmtime::Result<ActResult> {
        requested(instance, store, &exports.act, &self.name, &self.request).await
    }
}

pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) args: String,
}

impl Function for Job {
    type Result = JobResult;
    const KIND: CallKind = CallKind::Job;

    async fn ask(
        &self,
        exports: &Exports,
        instance: &Instance,
        store: &mut Store<Border>,
    ) -> wasmtime::Result<JobResult> {
        invoke::<JobParams<'_>, _>(instance, store, &exports.job, (&self.name, &self.args)).await
    }
}

pub(crate) struct Migrate {
    pub(crate) collection: String,
    pub(crate) version: u32,
    pub(crate) document: String,
}

impl Function for Migrate {
    type Result = MigrateResult;
    const KIND: CallKind = CallKind::Migrate;

    async fn ask(
        &self,
        exports: &Exports,
        instance: &Instance,
        store: &mut Store<Border>,
    ) -> wasmtime::Result<MigrateResult> {
        let params = (self.collection.as_str(), self.version, self.document.as_str());
        invoke::<MigrateParams<'_>, _>(instance, store, &exports.migrate, params).await
    }
}

pub(crate) struct Check;

impl Function for Check {
    type Result = CheckResult;
    const KIND: CallKind = CallKind::Check;

    async fn ask(
        &self,
        exports: &Exports,
        instance: &Instance,
        store: &mut Store<Border>,
    ) -> wasmtime::Result<CheckResult> {
        invoke::<(), _>(instance, store, &exports.check, ()).await
    }
}

/// Calls a function that takes a name and a request, which is lent to it.
async fn requested<R>(
    instance: &Instance,
    store: &mut Store<Border>,
    export: &ComponentExportIndex,
    name: &str,
    request: &Request,
) -> wasmtime::Result<R>
where
    R: ComponentNamedList + Lift + Send + Sync + 'static,
{
    let (params, query) = (lend(&request.params), lend(&request.query));
    let request = RequestRef::new(&params, &query, &request.input);
    invoke::<ViewParams<'_>, R>(instance, store, export, (name, &request)).await
}

async fn invoke<P, R>(
    instance: &Instance,
    store: &mut Store<Border>,
    export: &ComponentExportIndex,
    params: P,
) -> wasmtime::Result<R>
where
    P: ComponentNamedList + Lower + Send + Sync,
    R: ComponentNamedList + Lift + Send + Sync + 'static,
{
    let function = instance.get_typed_func::<P, R>(&mut *store, export)?;
    function.call_async(store, params).await
}

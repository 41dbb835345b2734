//! Hears how calls end, so that the lifecycle can set a failing module aside.

use std::sync::Arc;

/// How a call into a module ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthEvent {
    /// It gave a result, or a failure that is the citizen's to hear.
    Answered,
    /// It trapped, ran over a limit or broke the contract.
    Failed,
}

/// Told of every call's end. Must return at once.
pub trait Health: Send + Sync {
    /// A call into a version of a module has ended.
    fn ended(&self, module: &str, digest: &str, event: HealthEvent);
}

impl<T: Health + ?Sized> Health for Arc<T> {
    fn ended(&self, module: &str, digest: &str, event: HealthEvent) {
        (**self).ended(module, digest, event);
    }
}

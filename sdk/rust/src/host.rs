//! The one way to the host: the bindings on wasm, whatever [`crate::native::with_host`] set elsewhere.

// In scope wherever this is imported whole: the bindings answer by its methods.
#[allow(unused_imports)]
pub(crate) use vzaemo_contract::call::Host;

#[cfg(target_arch = "wasm32")]
pub(crate) fn host<R>(ask: impl FnOnce(&mut crate::bindings::Bindings) -> R) -> R {
    // A concrete type, not `dyn Host`: a table of functions would keep every import alive, and the import list
    // of the component is its list of capabilities.
    ask(&mut crate::bindings::Bindings)
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn host<R>(ask: impl FnOnce(&mut dyn Host) -> R) -> R {
    crate::native::ask(ask)
}

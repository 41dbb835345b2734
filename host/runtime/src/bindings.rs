//! The contract's bindings, generated from `sdk/wit`.

#![allow(
    missing_docs,
    clippy::pedantic,
    clippy::all,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic
)]
#![allow(unsafe_code)] // the generated lifting and lowering

wasmtime::component::bindgen!({
    path: "../../sdk/wit",
    world: "vzaemo:module/module",
    imports: {
        "vzaemo:settings/settings": trappable,
        "vzaemo:log/log": trappable,
        default: async | trappable,
    },
    exports: { default: async },
    require_store_data_send: true,
});

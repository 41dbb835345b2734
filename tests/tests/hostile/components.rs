//! Components made by hand: what no build of the SDK would give.

use std::collections::BTreeMap;
use std::path::Path;
use vzaemo_registry::Package;
use vzaemo_tests::guests;
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::{Resolve, WorldId};

/// A manifest with this id, and these lines after its head.
pub fn manifest(id: &str, more: &str) -> String {
    format!(
        "schema = 1\nid = \"{id}\"\nversion = \"0.1.0\"\ncontract = \"0.1\"\n\
         name = {{ uk = \"Лиходій\", en = \"Villain\" }}\n\
         about = {{ uk = \"Робить лихо.\", en = \"Does harm.\" }}\n\
         invitation = {{ uk = \"Накоїти лиха\", en = \"Do harm\" }}\n{more}\n\
         [[views]]\nname = \"good\"\npath = \"/\"\nopen = true\n"
    )
}

/// A package of a component with a manifest that asks for nothing.
pub fn package(id: &str, component: Vec<u8>) -> Package {
    package_with(&manifest(id, ""), component)
}

/// A package with this manifest.
pub fn package_with(manifest: &str, component: Vec<u8>) -> Package {
    let files = ["locales/uk.ftl", "locales/en.ftl"].map(|path| (path.to_owned(), b"title = x\n".to_vec()));
    Package::from_parts(manifest.to_owned(), BTreeMap::from(files), component).unwrap()
}

/// The component of the hostile module, which imports all that a module can.
pub fn hostile() -> Vec<u8> {
    let layout = guests();
    let listed = layout.list().unwrap();
    let of_module = listed.iter().find(|package| package.id == "hostile").unwrap();
    layout.get(&of_module.digest).unwrap().component
}

/// Packs a core module as a component of a world.
fn pack(wat: &str, resolve: &Resolve, world: WorldId) -> Vec<u8> {
    let mut wasm = wat::parse_str(wat).unwrap();
    wit_component::embed_component_metadata(&mut wasm, resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().validate(true).module(&wasm).unwrap().encode().unwrap()
}

/// A component of a world that is none of the platform's.
pub fn foreign(wat: &str, wit: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("foreign.wit", wit).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    pack(wat, &resolve, world)
}

/// A component that imports one function of an interface, and nothing of the contract.
pub fn importing(package: &str, interface: &str, version: &str) -> Vec<u8> {
    foreign(
        &format!(
            r#"(module (import "{package}/{interface}@{version}" "take" (func))
                 (memory (export "memory") 1) (func (export "run") (call 0)))"#
        ),
        &format!(
            "package foreign:module;
             world foreign {{ import {package}/{interface}@{version}; export run: func(); }}
             package {package}@{version} {{ interface {interface} {{ take: func(); }} }}"
        ),
    )
}

/// A component of the contract's world: each of its functions answers nothing at 512, `check` has this body, and
/// these lines stand in its module.
pub fn of_contract(memory: u32, lines: &str, check: &str) -> Vec<u8> {
    let wat = format!(
        r#"(module
  (memory (export "memory") {memory})
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  {lines}
  (func (export "vzaemo:module/guest@0.1.0#view") (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.const 512))
  (func (export "vzaemo:module/guest@0.1.0#act") (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.const 512))
  (func (export "vzaemo:module/guest@0.1.0#job") (param i32 i32 i32 i32) (result i32) (i32.const 512))
  (func (export "vzaemo:module/guest@0.1.0#migrate") (param i32 i32 i32 i32 i32) (result i32) (i32.const 512))
  (func (export "vzaemo:module/guest@0.1.0#check") (result i32) {check})
)"#
    );
    let mut resolve = Resolve::default();
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk/wit");
    let (package, _) = resolve.push_path(wit).unwrap();
    let world = resolve.select_world(&[package], Some("module")).unwrap();
    pack(&wat, &resolve, world)
}

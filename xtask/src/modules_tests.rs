use wit_component::DecodedWasm;

use super::*;
use crate::wasm_target;

/// A copy of the fixture that a test may edit.
fn fixture() -> tempfile::TempDir {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/modules");
    let dir = tempfile::tempdir().unwrap();
    copy(&from, dir.path());
    dir
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// What a component imports and exports, by name.
fn world_of(component: &[u8]) -> (Vec<String>, Vec<String>) {
    let DecodedWasm::Component(resolve, world) = wit_component::decode(component).unwrap() else {
        panic!("no component");
    };
    let world = &resolve.worlds[world];
    let names = |items: &wit_parser::IndexMap<wit_parser::WorldKey, wit_parser::WorldItem>| {
        items.keys().map(|key| resolve.name_world_key(key)).collect()
    };
    (names(&world.imports), names(&world.exports))
}

#[test]
fn a_module_goes_from_source_to_a_package_that_imports_its_contract_only() {
    let modules = fixture();
    let packages = tempfile::tempdir().unwrap();
    // Kept between runs: the macros of the bindings take a minute to compile.
    let target_dir = Workspace::find().unwrap().target().join("fixture-modules");
    let place = Place {
        root: modules.path(),
        modules: modules.path(),
        target_dir: &target_dir,
        packages: packages.path(),
    };
    let target = wasm_target::ensure().unwrap();

    let built = build_in(&place, &target).unwrap();
    assert_eq!(built.to_string(), "built hello 0.1.0; 0 unchanged");
    let layout = Layout::open(packages.path()).unwrap();
    let first = layout.list().unwrap()[0].digest;
    let package = layout.get(&first).unwrap();
    assert_eq!(package.files.keys().collect::<Vec<_>>(), ["locales/uk.ftl"]);
    let (imports, exports) = world_of(&package.component);
    assert_eq!(imports, ["fixture:hello/log@0.1.0"]);
    assert_eq!(exports, ["greet"]);
    let text = String::from_utf8_lossy(&package.component);
    assert!(!text.contains(&*modules.path().to_string_lossy()), "the build folder shows in the component");

    assert_eq!(build_in(&place, &target).unwrap().to_string(), "1 unchanged");

    fs::write(modules.path().join("hello/locales/uk.ftl"), "greeting = Добрий день").unwrap();
    assert_eq!(build_in(&place, &target).unwrap().changed, ["hello 0.1.0"]);
    let listed = layout.list().unwrap();
    assert_eq!(listed.len(), 1);
    assert_ne!(listed[0].digest, first);

    fs::write(modules.path().join("hello/src/lib.rs"), "no rust").unwrap();
    assert!(build_in(&place, &target).unwrap_err().to_string().contains("compile the modules"));
    assert_eq!(layout.list().unwrap(), listed);
}

#[test]
fn without_modules_there_is_an_empty_layout() {
    let dir = tempfile::tempdir().unwrap();
    let packages = dir.path().join("packages");
    let absent = dir.path().join("modules");
    let place = Place { root: dir.path(), modules: &absent, target_dir: &absent, packages: &packages };
    let built = build_in(&place, &WasmTarget::Installed).unwrap();
    assert_eq!(built.to_string(), "there are no modules; the platform will serve none");
    assert_eq!(Layout::open(packages).unwrap().list().unwrap(), []);
}

#[test]
fn only_folders_with_a_manifest_are_modules() {
    let dir = fixture();
    fs::create_dir_all(dir.path().join("target/debug")).unwrap();
    let found: Vec<_> = discover(dir.path()).unwrap().into_iter().map(|module| module.package).collect();
    assert_eq!(found, ["hello-fixture"]);
    fs::remove_file(dir.path().join("hello/Cargo.toml")).unwrap();
    assert!(discover(dir.path()).is_err());
}

#[test]
fn a_core_module_that_imports_wasi_becomes_no_component() {
    // (module (import "wasi_snapshot_preview1" "fd_write" (func)) (memory (export "memory") 1))
    let mut wasm =
        b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x02\x23\x01\x16wasi_snapshot_preview1\x08fd_write\0\0".to_vec();
    wasm.extend(b"\x05\x03\x01\0\x01\x07\x0a\x01\x06memory\x02\0");
    let refusal = format!("{:#}", component::from_core_module(&wasm).unwrap_err());
    assert!(refusal.contains("wasi_snapshot_preview1"), "{refusal}");
}

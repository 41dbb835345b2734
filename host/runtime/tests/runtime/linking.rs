//! What is taken into service, and who refuses the rest.

use crate::guest::{Guest, pack, pack_foreign};
use crate::host::{Host, digest, engine, try_load, view, view_with};
use vzaemo_contract::call::{Failure, Outcome, Request};
use vzaemo_runtime::{CallError, Grants, LoadError};
use wit_parser::Resolve;

fn grants(asked: &[(&str, bool)], granted: &[&str]) -> Grants {
    Grants {
        asked: asked.iter().map(|(name, optional)| ((*name).to_owned(), *optional)).collect(),
        granted: granted.iter().map(|name| (*name).to_owned()).collect(),
        ..Grants::default()
    }
}

/// Asks for the bodies of the register and answers the refusal's number, or the page.
fn asking_for_bodies() -> Guest {
    Guest::viewing(
        "(call $bodies (i32.const 1024))
         (if (result i32) (i32.load8_u (i32.const 1024))
           (then (call $broken (i32.load8_u (i32.const 1028))))
           (else (call $page)))",
    )
    .importing("registers/registers", "bodies", "bodies", 1)
}

#[tokio::test]
async fn a_component_of_basic_imports_is_taken_and_answers() {
    let guest = Guest::viewing("(call $today (i32.const 1024)) (call $page)").importing(
        "calendar/calendar",
        "today",
        "today",
        1,
    );
    let module = try_load(&engine(), guest.component(), &Grants::default()).await.unwrap();
    let host = Host::default();
    assert_eq!(view_with(&module, host.clone()).await.unwrap(), guest.page);
    assert_eq!(host.heard(), ["today"]);

    let (outcome, _) = module.act(Box::new(host.clone()), "save", &Request::default()).await;
    assert_eq!(outcome.unwrap(), Outcome::default());
    module.job(Box::new(host.clone()), "tidy", "{}").await.0.unwrap();
    assert_eq!(module.check(Box::new(host.clone())).await.0.unwrap(), Vec::<String>::new());
    assert_eq!(module.migrate(Box::new(host), "items", 1, "{}").await.0.unwrap(), "");
}

#[tokio::test]
async fn attack_wasi_import_is_foreign() {
    let component = pack_foreign(
        r#"(module (import "wasi:cli/environment@0.2.0" "drop" (func))
             (memory (export "memory") 1) (func (export "run") (call 0)))"#,
        "package foreign:module;
         world foreign { import wasi:cli/environment@0.2.0; export run: func(); }
         package wasi:cli@0.2.0 { interface environment { drop: func(); } }",
    );
    let error = try_load(&engine(), component, &Grants::default()).await.unwrap_err();
    assert!(matches!(&error, LoadError::Foreign { import } if import == "wasi:cli/environment@0.2.0"));
    assert!(error.to_string().contains("build the module for wasm32-unknown-unknown"), "{error}");
}

#[tokio::test]
async fn attack_import_that_the_manifest_does_not_ask_for_is_refused() {
    let component = asking_for_bodies().component();
    let error = try_load(&engine(), component, &grants(&[], &["registers"])).await.unwrap_err();
    assert!(matches!(error, LoadError::NotAsked { capability: "registers", .. }), "{error}");
    assert!(error.to_string().contains("vzaemo:registers/registers@0.1.0"), "{error}");
    assert!(error.to_string().contains("module.toml"), "{error}");
}

#[tokio::test]
async fn a_required_import_that_is_not_granted_is_refused() {
    let component = asking_for_bodies().component();
    let error = try_load(&engine(), component, &grants(&[("registers", false)], &[])).await.unwrap_err();
    assert!(matches!(error, LoadError::NotGranted { capability: "registers", .. }), "{error}");
    assert!(error.to_string().contains("the holder grants it in platform.toml"), "{error}");
}

#[tokio::test]
async fn a_granted_import_works_and_an_optional_one_without_a_grant_answers_so() {
    let (engine, component) = (engine(), asking_for_bodies().component());
    let granted = grants(&[("registers", false)], &["registers"]);
    let module = try_load(&engine, component.clone(), &granted).await.unwrap();
    view(&module).await.unwrap();

    let module = try_load(&engine, component, &grants(&[("registers", true)], &[])).await.unwrap();
    let host = Host::default();
    let error = view_with(&module, host.clone()).await.unwrap_err();
    assert!(matches!(&error, CallError::Failure(Failure::Broken(digit)) if digit == "0"), "{error}");
    assert_eq!(host.heard(), Vec::<String>::new());
}

#[tokio::test]
async fn an_interface_of_a_later_contract_is_unknown() {
    let component = pack_foreign(
        r#"(module (import "vzaemo:ballots/box@0.1.0" "open" (func))
             (memory (export "memory") 1) (func (export "run") (call 0)))"#,
        "package later:module;
         world later { import vzaemo:ballots/box@0.1.0; export run: func(); }
         package vzaemo:ballots@0.1.0 { interface box { open: func(); } }",
    );
    let error = try_load(&engine(), component, &Grants::default()).await.unwrap_err();
    assert!(matches!(&error, LoadError::UnknownInterface { .. }), "{error}");
    assert!(error.to_string().contains("this host speaks contract 0.1"), "{error}");
}

#[tokio::test]
async fn a_missing_export_is_named() {
    let component = pack_foreign(
        r#"(module (memory (export "memory") 1) (func (export "run")))"#,
        "package bare:module; world bare { export run: func(); }",
    );
    let error = try_load(&engine(), component, &Grants::default()).await.unwrap_err();
    assert!(matches!(&error, LoadError::MissingExport { export } if export == "vzaemo:module/guest@0.1.0"));
}

#[tokio::test]
async fn attack_exports_and_imports_of_another_type_are_refused() {
    let mut resolve = Resolve::default();
    let package = resolve
        .push_str(
            "other.wit",
            "package vzaemo:module@0.1.0;
             interface guest { view: func(); }
             world module { export guest; }",
        )
        .unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    let wat = r#"(module (memory (export "memory") 1) (func (export "vzaemo:module/guest@0.1.0#view")))"#;
    let error = try_load(&engine(), pack(wat, &resolve, world), &Grants::default()).await.unwrap_err();
    assert!(matches!(&error, LoadError::WrongType { detail } if detail.contains("#view")), "{error}");

    let component = pack_foreign(
        r#"(module (import "vzaemo:settings/settings@0.1.0" "get" (func (result i64)))
             (memory (export "memory") 1) (func (export "run") (drop (call 0))))"#,
        "package other:module;
         world other { import vzaemo:settings/settings@0.1.0; export run: func(); }
         package vzaemo:settings@0.1.0 { interface settings { get: func() -> u64; } }",
    );
    let error = try_load(&engine(), component, &Grants::default()).await.unwrap_err();
    assert!(matches!(&error, LoadError::WrongType { .. }), "{error}");
}

#[tokio::test]
async fn attack_bytes_that_the_digest_does_not_name_are_refused() {
    let component = Guest::default().component();
    let other = digest(b"something else");
    let error = engine().load(component, &other, &Grants::default()).await.unwrap_err();
    assert!(matches!(error, LoadError::Digest { .. }), "{error}");
}

#[tokio::test]
async fn what_is_no_component_is_refused() {
    let error = try_load(&engine(), b"not wasm".to_vec(), &Grants::default()).await.unwrap_err();
    assert!(matches!(error, LoadError::Invalid(_)), "{error}");
    let core = wat::parse_str("(module)").unwrap();
    let error = try_load(&engine(), core, &Grants::default()).await.unwrap_err();
    assert!(matches!(error, LoadError::Invalid(_)), "{error}");
}

//! Faults of a guest's own end in a clean error that says which.

use crate::guest::Guest;
use crate::host::{Host, engine, engine_with, load, view, view_with};
use vzaemo_contract::call::{Failure, Request};
use vzaemo_runtime::{CallError, TrapKind};

async fn trap(guest: &Guest) -> (TrapKind, Option<String>, String) {
    let module = load(&engine(), guest).await;
    let error = view(&module).await.unwrap_err();
    assert!(error.is_fault_of_module(), "{error}");
    match error {
        CallError::Trap { kind, message, backtrace } => {
            (kind, message, backtrace.map(|backtrace| backtrace.to_string()).unwrap_or_default())
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_panic_is_told_with_its_message() {
    let panic = "(call $log (i32.const 3) (i32.const 4104) (i32.const 28)) unreachable";
    let guest = Guest::viewing(panic).importing("log/log", "write", "log", 3);
    let (kind, message, backtrace) = trap(&guest).await;
    assert_eq!(kind, TrapKind::Panic);
    assert_eq!(message.as_deref(), Some("notes panicked: no such note"));
    assert!(backtrace.contains("wasm function"), "{backtrace}");
}

#[tokio::test]
async fn a_message_that_was_not_the_last_thing_said_is_not_the_panic() {
    let guest = Guest::viewing(
        "(call $log (i32.const 3) (i32.const 4104) (i32.const 28)) (call $today (i32.const 1024)) unreachable",
    )
    .importing("log/log", "write", "log", 3)
    .importing("calendar/calendar", "today", "today", 1);
    assert_eq!(trap(&guest).await.0, TrapKind::Unreachable);
}

#[tokio::test]
async fn faults_of_the_code_are_told_apart() {
    for (body, kind) in [
        ("unreachable", TrapKind::Unreachable),
        ("(i32.load (i32.const -16))", TrapKind::OutOfBounds),
        (
            "(i32.div_u (i32.const 1) (memory.grow (i32.const 0))) (i32.const 0) (i32.div_u)",
            TrapKind::Arithmetic,
        ),
        ("(call_indirect (result i32) (i32.const 0))", TrapKind::BadCall),
    ] {
        let mut guest = Guest::viewing(body);
        guest.functions = "(table 1 funcref)".to_owned();
        assert_eq!(trap(&guest).await.0, kind, "{body}");
    }
}

#[tokio::test]
async fn deep_recursion_is_a_trap() {
    let mut guest = Guest::viewing("(call $deeper (i32.const 1))");
    guest.functions = "(func $deeper (param i32) (result i32)
        (i32.add (i32.const 1) (call $deeper (i32.add (local.get 0) (i32.const 1)))))"
        .to_owned();
    assert_eq!(trap(&guest).await.0, TrapKind::StackOverflow);
}

#[tokio::test]
async fn a_guest_that_takes_too_much_memory_is_told_so() {
    let grow = "(block $full (loop $more
        (br_if $full (i32.eq (memory.grow (i32.const 16)) (i32.const -1))) (br $more))) unreachable";
    assert_eq!(trap(&Guest::viewing(grow)).await.0, TrapKind::MemoryLimit);

    let mut guest = Guest::viewing(
        "(block $full (loop $more
          (br_if $full (i32.eq (table.grow $t (ref.null func) (i32.const 1000)) (i32.const -1)))
          (br $more))) (call $page)",
    );
    guest.functions = "(table $t 1 funcref)".to_owned();
    view(&load(&engine(), &guest).await).await.unwrap();
}

#[tokio::test]
async fn a_manifest_can_ask_for_less_memory_than_the_engine_has() {
    let engine = engine_with(|config| config.memory_mib = 16);
    let guest = Guest { memory: 100, ..Guest::default() }; // 6.25 MiB
    let component = guest.component();
    let mut grants = vzaemo_runtime::Grants::default();
    let module = crate::host::try_load(&engine, component.clone(), &grants).await.unwrap();
    view(&module).await.unwrap();

    grants.limits.memory_mib = Some(4);
    let module = crate::host::try_load(&engine, component, &grants).await.unwrap();
    let error = view(&module).await.unwrap_err();
    assert!(matches!(error, CallError::Trap { kind: TrapKind::MemoryLimit, .. }), "{error}");
}

#[tokio::test]
async fn a_broken_page_names_its_mark() {
    let mut page = crate::guest::page(2);
    let last = page.marks.len() - 1;
    page.marks[last] = 0x0100_0000; // a text where the page should close
    let module = load(&engine(), &Guest { page, ..Guest::default() }).await;
    let error = view(&module).await.unwrap_err();
    assert!(matches!(&error, CallError::BrokenPage(problem) if problem.mark == last), "{error}");
    assert!(error.is_fault_of_module());
}

#[tokio::test]
async fn attack_answers_that_break_the_contract_are_refused() {
    for broken in [
        // a page whose text lies outside the memory
        "(i32.store (i32.const 260) (i32.const 0x7fffff00)) (call $page)",
        // an answer that lies outside the memory
        "(i32.const 0x7fffff00)",
        // a text that is no UTF-8
        "(i32.store8 (i32.const 8192) (i32.const 0xff)) (call $page)",
        // neither result nor error
        "(i32.store8 (i32.const 256) (i32.const 2)) (call $page)",
        // an answer that is not aligned
        "(i32.const 257)",
    ] {
        assert_eq!(trap(&Guest::viewing(broken)).await.0, TrapKind::BrokenContract, "{broken}");
    }
}

#[tokio::test]
async fn a_failure_of_the_module_is_passed_on() {
    let module =
        load(&engine(), &Guest::viewing("(i32.store8 (i32.const 2052) (i32.const 0)) (i32.const 2048)"))
            .await;
    let error = view(&module).await.unwrap_err();
    assert!(matches!(error, CallError::Failure(Failure::NotFound)), "{error}");
    assert!(!error.is_fault_of_module());

    let module = load(&engine(), &Guest::viewing("(call $broken (i32.const 5))")).await;
    let error = view(&module).await.unwrap_err();
    assert!(matches!(&error, CallError::Failure(Failure::Broken(what)) if what == "5"), "{error}");
    assert!(error.is_fault_of_module());
}

#[tokio::test]
async fn the_imports_come_back_whatever_happens() {
    let guest = Guest::viewing("(call $log (i32.const 1) (i32.const 4096) (i32.const 5)) unreachable")
        .importing("log/log", "write", "log", 3);
    let module = load(&engine(), &guest).await;
    let (result, mut imports) = module.view(Box::new(Host::default()), "home", &Request::default()).await;
    assert!(result.is_err());
    assert_eq!(imports.settings(), "{}");

    let host = Host { stuck: true, ..Host::default() };
    let error = view_with(&module, host).await.unwrap_err();
    assert!(matches!(error, CallError::Trap { .. }), "{error}");
}

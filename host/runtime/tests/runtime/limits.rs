//! What one call may carry, do and take.

use crate::guest::Guest;
use crate::host::{Host, engine_with, load, view, view_with};
use vzaemo_contract::call::Request;
use vzaemo_runtime::{CallError, Quota};

fn quota(error: &CallError) -> Quota {
    match error {
        CallError::TooMuch { quota, .. } | CallError::TimedOut { quota, .. } => *quota,
        other => panic!("{other}"),
    }
}

const LOOP: &str = "(loop $again (br $again)) unreachable";
const GET: &str =
    "(call $get (i32.const 4096) (i32.const 5) (i32.const 4096) (i32.const 1) (i32.const 1024))";

fn getting(body: &str) -> Guest {
    Guest::viewing(body).importing("store/read", "get", "get", 5)
}

#[tokio::test]
async fn an_endless_loop_uses_up_its_computing_time() {
    let engine = engine_with(|config| config.cpu_ms = 30);
    let error = view(&load(&engine, &Guest::viewing(LOOP)).await).await.unwrap_err();
    assert_eq!(quota(&error), Quota::Computing);
    assert!(error.is_fault_of_module());
    assert_eq!(error.to_string(), "finish the call within 30 ms of computing");
}

#[tokio::test]
async fn a_loop_ends_with_the_time_of_the_call_at_the_latest() {
    let engine = engine_with(|config| (config.cpu_ms, config.call_ms) = (60_000, 30));
    let error = view(&load(&engine, &Guest::viewing(LOOP)).await).await.unwrap_err();
    // Which of the two it is depends on how busy the machine is: see the test of `Time`.
    assert!(matches!(quota(&error), Quota::Time | Quota::Computing), "{error}");
}

#[tokio::test]
async fn waiting_for_the_host_counts_as_time_and_is_no_fault_of_the_module() {
    let engine = engine_with(|config| config.call_ms = 30);
    let module = load(&engine, &getting(&format!("{GET} (call $page)"))).await;
    let error = view_with(&module, Host { stuck: true, ..Host::default() }).await.unwrap_err();
    assert_eq!(quota(&error), Quota::Time);
    assert!(error.is_transient() && !error.is_fault_of_module());
    view(&module).await.unwrap();
}

#[tokio::test]
async fn a_loop_of_host_calls_is_stopped() {
    let engine = engine_with(|config| config.limits.host_calls = 100);
    let host = Host::default();
    let module = load(&engine, &getting(&format!("(loop $again {GET} (br $again)) unreachable"))).await;
    let error = view_with(&module, host.clone()).await.unwrap_err();
    assert_eq!(quota(&error), Quota::HostCalls);
    assert_eq!(host.heard().len(), 100);
}

#[tokio::test]
async fn a_loop_of_log_lines_is_stopped() {
    let engine = engine_with(|config| config.limits.host_calls = 100);
    let guest = Guest::viewing(
        "(loop $again (call $log (i32.const 1) (i32.const 4096) (i32.const 5)) (br $again)) unreachable",
    )
    .importing("log/log", "write", "log", 3);
    assert_eq!(quota(&view(&load(&engine, &guest).await).await.unwrap_err()), Quota::HostCalls);
}

#[tokio::test]
async fn reading_and_writing_are_limited() {
    let engine = engine_with(|config| {
        (config.limits.bytes_read, config.limits.bytes_written) = (100_000, 1_000);
    });
    let twice = load(&engine, &getting(&format!("{GET} {GET} (call $page)"))).await;
    let host = |length| Host { body: "x".repeat(length), ..Host::default() };
    view_with(&twice, host(40_000)).await.unwrap();
    assert_eq!(quota(&view_with(&twice, host(60_000)).await.unwrap_err()), Quota::BytesRead);

    // insert(collection, no key, body of 600 bytes), twice
    let insert = "(call $insert (i32.const 4096) (i32.const 5) (i32.const 0) (i32.const 0) (i32.const 0)
                               (i32.const 16384) (i32.const 600) (i32.const 1024))";
    let writing = |times: usize| {
        Guest { act: format!("{}(i32.const 512)", insert.repeat(times)), ..Guest::default() }.importing(
            "store/write",
            "insert",
            "insert",
            8,
        )
    };
    let act = async |times| {
        let module = load(&engine, &writing(times)).await;
        module.act(Box::new(Host::default()), "save", &Request::default()).await.0
    };
    act(1).await.unwrap();
    assert_eq!(quota(&act(2).await.unwrap_err()), Quota::BytesWritten);
}

#[tokio::test]
async fn a_giant_argument_does_not_reach_the_host() {
    let engine = engine_with(|config| config.limits.bytes_at_once = 100_000);
    let get = "(call $get (i32.const 0) (i32.const 150000) (i32.const 0) (i32.const 1) (i32.const 1024))";
    let host = Host::default();
    let module = load(&engine, &getting(&format!("{get} (call $page)"))).await;
    let error = view_with(&module, host.clone()).await.unwrap_err();
    assert_eq!(quota(&error), Quota::BytesAtOnce);
    assert_eq!(host.heard(), Vec::<String>::new());
}

#[tokio::test]
async fn lists_whose_entries_share_their_bytes_are_counted_each() {
    // A hundred field names, each the same 10 000 bytes: 800 bytes of list would cost the host a megabyte.
    let mut guest = Guest::viewing(
        "(local $i i32)
         (loop $fill
           (i32.store (i32.add (i32.const 20000) (i32.mul (local.get $i) (i32.const 8))) (i32.const 30000))
           (i32.store (i32.add (i32.const 20004) (i32.mul (local.get $i) (i32.const 8))) (i32.const 10000))
           (local.set $i (i32.add (local.get $i) (i32.const 1)))
           (br_if $fill (i32.lt_u (local.get $i) (i32.const 100))))
         (call $find (i32.const 4096) (i32.const 5) (i32.const 20000) (i32.const 100)
                     (i32.const 20000) (i32.const 0) (i32.const 1024))
         (call $page)",
    );
    guest = guest.importing("store/read", "find", "find", 7);
    let engine = engine_with(|config| config.limits.bytes_at_once = 500_000);
    assert_eq!(quota(&view(&load(&engine, &guest).await).await.unwrap_err()), Quota::BytesAtOnce);
}

#[tokio::test]
async fn attack_giant_page_is_refused() {
    let engine = engine_with(|config| (config.limits.page_text, config.limits.page_marks) = (100_000, 1_000));
    // The text is the heap, all zeros.
    let text = "(i32.store (i32.const 260) (i32.const 65536)) (i32.store (i32.const 264) (i32.const 120000)) (call $page)";
    assert_eq!(quota(&view(&load(&engine, &Guest::viewing(text)).await).await.unwrap_err()), Quota::PageText);
    let marks = "(i32.store (i32.const 272) (i32.const 2000)) (call $page)";
    assert_eq!(
        quota(&view(&load(&engine, &Guest::viewing(marks)).await).await.unwrap_err()),
        Quota::PageMarks
    );

    let engine = engine_with(|config| config.limits.bytes_at_once = 100_000);
    assert_eq!(
        quota(&view(&load(&engine, &Guest::viewing(text)).await).await.unwrap_err()),
        Quota::BytesAtOnce
    );
}

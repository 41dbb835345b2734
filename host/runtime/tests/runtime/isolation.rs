//! One module's trouble is not another's.

use crate::guest::Guest;
use crate::host::{Host, engine, engine_with, load, view, view_with};
use vzaemo_contract::call::Request;
use vzaemo_runtime::CallError;

#[tokio::test]
async fn every_call_gets_a_fresh_instance() {
    let mut guest = Guest::viewing(
        "(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
         (i32.store8 (i32.const 70000) (i32.add (i32.load8_u (i32.const 70000)) (i32.const 1)))
         (if (result i32) (i32.eq (i32.const 2) (i32.add (global.get $calls) (i32.load8_u (i32.const 70000))))
           (then (call $page)) (else (call $broken (global.get $calls))))",
    );
    guest.functions = "(global $calls (mut i32) (i32.const 0))".to_owned();
    let module = load(&engine(), &guest).await;
    for _ in 0..20 {
        view(&module).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_traps_leaves_other_modules_answering() {
    let engine = engine();
    let good = load(&engine, &Guest::default()).await;
    let faults = [
        "unreachable",
        "(i32.load (i32.const -16))",
        "(drop (memory.grow (i32.const 200))) unreachable",
        "(i32.const 0x7fffff00)",
    ];
    let mut bad = Vec::new();
    for fault in faults {
        bad.push(load(&engine, &Guest::viewing(fault)).await);
    }
    let storm = tokio::spawn(async move {
        for _ in 0..500 {
            for module in &bad {
                assert!(matches!(view(module).await.unwrap_err(), CallError::Trap { .. }));
            }
        }
    });
    for _ in 0..2_000 {
        view(&good).await.unwrap();
    }
    storm.await.unwrap();
    assert_eq!(engine.usage().running, 0);
}

#[tokio::test]
async fn a_module_that_loops_yields_to_others_on_the_same_thread() {
    let engine = engine_with(|config| (config.cpu_ms, config.call_ms) = (600_000, 600_000));
    let looping = load(&engine, &Guest::viewing("(loop $again (br $again)) unreachable")).await;
    let good = load(&engine, &Guest::default()).await;
    let looped = tokio::spawn(async move { view(&looping).await });
    // Enough turns that the loop has begun and has been interrupted many times.
    for _ in 0..100 {
        view(&good).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert!(!looped.is_finished());
    looped.abort();
    assert!(looped.await.unwrap_err().is_cancelled());
    view(&good).await.unwrap();
    // It is dropped where it runs, at the end of a slice.
    while engine.usage().running > 0 {
        tokio::task::yield_now().await;
    }
}

/// A view that computes for many slices, then asks for a document, then answers or fails.
fn long(end: &str) -> Guest {
    Guest::viewing(&format!(
        "(global.set $turns (i32.const 100000000))
         (loop $again
           (global.set $turns (i32.sub (global.get $turns) (i32.const 1)))
           (br_if $again (global.get $turns)))
         (call $get (i32.const 4096) (i32.const 5) (i32.const 4096) (i32.const 1) (i32.const 1024)) {end}"
    ))
    .importing("store/read", "get", "get", 5)
}

/// The threads on which a module asked the host, with their niceness.
fn threads(host: &Host) -> Vec<(String, i32)> {
    host.threads.lock().unwrap().clone()
}

#[tokio::test]
async fn a_call_that_computes_for_long_goes_on_at_low_priority() {
    let engine = engine_with(|config| (config.cpu_ms, config.call_ms) = (600_000, 600_000));
    let mut guest = long("(call $page)");
    guest.functions = "(global $turns (mut i32) (i32.const 0))".to_owned();
    let long = load(&engine, &guest).await;
    let host = Host::default();
    view_with(&long, host.clone()).await.unwrap();
    assert_eq!(threads(&host), [("vzaemo-slow".to_owned(), 19)]);

    // A quick one stays where it is, of the same module too when it was slow and well.
    let quick = Guest::viewing(
        "(call $get (i32.const 4096) (i32.const 5) (i32.const 4096) (i32.const 1) (i32.const 1024)) (call $page)",
    )
    .importing("store/read", "get", "get", 5);
    let host = Host::default();
    view_with(&load(&engine, &quick).await, host.clone()).await.unwrap();
    assert_ne!(threads(&host)[0].0, "vzaemo-slow");
    assert!(threads(&host)[0].1 < 19);
}

#[tokio::test]
async fn a_module_that_fails_is_called_at_low_priority_for_a_while() {
    let engine = engine();
    let get = "(call $get (i32.const 4096) (i32.const 5) (i32.const 4096) (i32.const 1) (i32.const 1024))";
    let bad = Guest::viewing(&format!("{get} unreachable")).importing("store/read", "get", "get", 5);
    let (bad, good) = (
        load(&engine, &bad).await,
        load(
            &engine,
            &Guest::viewing(&format!("{get} (call $page)")).importing("store/read", "get", "get", 5),
        )
        .await,
    );
    let host = Host::default();
    for _ in 0..2 {
        assert!(matches!(view_with(&bad, host.clone()).await.unwrap_err(), CallError::Trap { .. }));
    }
    let names: Vec<_> = threads(&host).into_iter().map(|(name, _)| name == "vzaemo-slow").collect();
    assert_eq!(names, [false, true], "the first call begins as all do, the second behind all others");
    let host = Host::default();
    view_with(&good, host.clone()).await.unwrap();
    assert_ne!(threads(&host)[0].0, "vzaemo-slow");
}

#[tokio::test]
async fn what_a_long_call_gives_back_is_what_it_was_handed() {
    let engine = engine_with(|config| (config.cpu_ms, config.call_ms) = (600_000, 600_000));
    let mut guest = long("unreachable");
    guest.functions = "(global $turns (mut i32) (i32.const 0))".to_owned();
    let module = load(&engine, &guest).await;
    let request = Request::default();
    let (result, imports) = module.view(Box::new(Host::default()), "home", &request).await;
    assert!(matches!(result.unwrap_err(), CallError::Trap { .. }));
    let imports: Box<dyn std::any::Any> = imports;
    assert_eq!(imports.downcast::<Host>().unwrap().heard(), ["get"]);
}

/// A view that waits for the host for ever, until its future is dropped.
fn stuck() -> (Guest, Host) {
    let guest = Guest::viewing(
        "(call $get (i32.const 4096) (i32.const 5) (i32.const 4096) (i32.const 1) (i32.const 1024)) (call $page)",
    )
    .importing("store/read", "get", "get", 5);
    (guest, Host { stuck: true, ..Host::default() })
}

#[tokio::test]
async fn attack_one_module_cannot_take_all_slots_and_a_full_engine_says_so() {
    let engine = engine_with(|config| (config.concurrency, config.wait_ms) = (4, 1));
    let (guest, host) = stuck();
    let first = load(&engine, &guest).await;
    let second = load(&engine, &guest).await;
    let good = load(&engine, &Guest::default()).await;

    let request = Request::default();
    let mut waiting = Vec::new();
    for module in [&first, &first, &first] {
        let mut call = Box::pin(module.view(Box::new(host.clone()), "home", &request));
        assert!(futures::poll!(&mut call).is_pending());
        waiting.push(call);
    }
    assert_eq!(engine.usage().running, 3);
    // Three of four slots are the most that one module gets.
    assert!(matches!(view(&first).await.unwrap_err(), CallError::Busy));
    view(&good).await.unwrap();

    let mut call = Box::pin(second.view(Box::new(host.clone()), "home", &request));
    assert!(futures::poll!(&mut call).is_pending());
    let error = view(&good).await.unwrap_err();
    assert!(matches!(error, CallError::Busy));
    assert!(error.is_transient() && !error.is_fault_of_module());
    assert_eq!(error.to_string(), "start the call: too many calls run already");

    // A migration does not wait for a slot: a call that holds one may be waiting for it.
    good.migrate(Box::new(Host::default()), "items", 1, "{}").await.0.unwrap();

    drop(call);
    drop(waiting);
    view(&good).await.unwrap();
    view_with(&first, Host::default()).await.unwrap();
    assert_eq!(engine.usage().running, 0);
}

#[tokio::test]
async fn a_call_waits_a_while_for_a_slot() {
    let engine = engine_with(|config| (config.concurrency, config.wait_ms) = (1, 60_000));
    let (guest, host) = stuck();
    let holding = load(&engine, &guest).await;
    let good = load(&engine, &Guest::default()).await;
    let request = Request::default();
    let mut held = Box::pin(holding.view(Box::new(host), "home", &request));
    assert!(futures::poll!(&mut held).is_pending());
    let mut waiting = Box::pin(view(&good));
    assert!(futures::poll!(&mut waiting).is_pending());
    drop(held);
    waiting.await.unwrap();
}

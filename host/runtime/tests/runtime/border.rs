//! What each kind of call may do.

use crate::guest::Guest;
use crate::host::{Host, engine, load};
use vzaemo_contract::call::{Failure, Request};
use vzaemo_runtime::{CallError, Module};

/// A guest each of whose functions does the same: calls an import and answers the number of the refusal
/// (`denied` is at `at` in the answer of the import), or a plain success.
fn doing(call: &str, at: u32, import: (&str, &str, usize)) -> Guest {
    let (interface, function, params) = import;
    let tried = |done: &str| {
        format!(
            "{call} (if (result i32) (i32.load8_u (i32.const 1024))
               (then (call $broken (i32.load8_u (i32.const {at})))) (else {done}))"
        )
    };
    Guest {
        view: tried("(call $page)"),
        act: tried("(i32.const 512)"),
        job: tried("(i32.const 512)"),
        migrate: tried("(i32.const 512)"),
        // `check` answers a list of sentences: none when refused, one empty sentence when not.
        check: format!(
            "{call} (i32.store (i32.const 516) (i32.eqz (i32.load8_u (i32.const 1024)))) (i32.const 512)"
        ),
        ..Guest::default()
    }
    .importing(interface, function, "asked", params)
}

/// What came of each kind of call: view, act, job, migrate, check. A digit is the number of the refusal in
/// `denied`, `+` a success.
async fn outcomes(module: &Module) -> (String, Vec<String>) {
    let host = Host::default();
    let boxed = || Box::new(host.clone());
    let request = Request::default();
    let mut outcomes = String::new();
    let mut note = |result: Result<(), CallError>| match result {
        Ok(()) => outcomes.push('+'),
        Err(CallError::Failure(Failure::Broken(digit))) => outcomes.push_str(&digit),
        Err(error) => panic!("{error}"),
    };
    note(module.view(boxed(), "home", &request).await.0.map(drop));
    note(module.act(boxed(), "save", &request).await.0.map(drop));
    note(module.job(boxed(), "tidy", "{}").await.0);
    note(module.migrate(boxed(), "items", 1, "{}").await.0.map(drop));
    let sentences = module.check(boxed()).await.0.unwrap();
    outcomes.push(if sentences.is_empty() { '-' } else { '+' });
    (outcomes, host.heard())
}

/// `denied` as numbered in the contract.
const READ_ONLY: char = '1';
const NOT_IN_AN_ACT: char = '2';
const MISUSE: char = '3';

#[tokio::test]
async fn attack_views_migrations_and_checks_cannot_write() {
    // insert(collection, no key, empty body); the refusal is a `conflict`, so `denied` stands one level deeper.
    let call = "(call $asked (i32.const 4096) (i32.const 5) (i32.const 0) (i32.const 0) (i32.const 0)
                             (i32.const 4096) (i32.const 0) (i32.const 1024))";
    let guest = doing(call, 1032, ("store/write", "insert", 8));
    let module = load(&engine(), &guest).await;
    let (outcomes, heard) = outcomes(&module).await;
    assert_eq!(outcomes, format!("{READ_ONLY}++{READ_ONLY}-"));
    assert_eq!(heard, ["insert", "insert"], "what is refused never reaches the imports");
}

#[tokio::test]
async fn acts_cannot_count() {
    let call = "(call $asked (i32.const 4096) (i32.const 5) (i32.const 4096) (i32.const 5)
                             (i32.const 4096) (i32.const 5) (i32.const 1024))";
    // The number counted is 8 bytes, so the answer is aligned to 8.
    let guest = doing(call, 1032, ("store/read", "count", 7));
    let module = load(&engine(), &guest).await;
    let (outcomes, heard) = outcomes(&module).await;
    assert_eq!(outcomes, format!("+{NOT_IN_AN_ACT}+{MISUSE}+"));
    assert_eq!(heard, ["count", "count", "count"]);
}

#[tokio::test]
async fn views_are_not_told_the_moment() {
    let guest = doing("(call $asked (i32.const 1024))", 1028, ("calendar/calendar", "now", 1));
    let module = load(&engine(), &guest).await;
    let (outcomes, _) = outcomes(&module).await;
    assert_eq!(outcomes, format!("{MISUSE}++{MISUSE}+"));
}

#[tokio::test]
async fn a_migration_reads_nothing() {
    let call = "(call $asked (i32.const 4096) (i32.const 5) (i32.const 4096) (i32.const 1) (i32.const 1024))";
    // A document holds a number of 8 bytes, so the answer is aligned to 8.
    let guest = doing(call, 1032, ("store/read", "get", 5));
    let module = load(&engine(), &guest).await;
    let (outcomes, _) = outcomes(&module).await;
    assert_eq!(outcomes, format!("+++{MISUSE}+"));
}

#[tokio::test]
async fn logging_is_always_possible_and_lines_are_cut() {
    let log = "(call $asked (i32.const 1) (i32.const 70000) (i32.const 6000)) (call $page)";
    let guest = Guest::viewing(log).importing("log/log", "write", "asked", 3);
    let module = load(&engine(), &guest).await;
    let host = Host::default();
    module.view(Box::new(host.clone()), "home", &Request::default()).await.0.unwrap();
    // The guest's memory holds zeros there, and each is written out in five characters.
    assert_eq!(host.heard()[0].len(), 4095);
}

#[tokio::test]
async fn the_request_arrives_whole() {
    // Answers its name's length, the count of parameters, of query parameters, and the input's length.
    let guest = Guest {
        view: "(i32.store8 (i32.const 2080) (i32.add (i32.const 48) (local.get 1)))
               (i32.store8 (i32.const 2081) (i32.add (i32.const 48) (local.get 3)))
               (i32.store8 (i32.const 2082) (i32.add (i32.const 48) (local.get 5)))
               (i32.store8 (i32.const 2083) (i32.add (i32.const 48) (local.get 7)))
               ;; and the first letter of the second parameter's value
               (i32.store8 (i32.const 2084)
                 (i32.load8_u (i32.load (i32.add (local.get 2) (i32.const 24)))))
               (i32.store (i32.const 2060) (i32.const 5))
               (i32.const 2048)"
            .to_owned(),
        ..Guest::default()
    };
    let module = load(&engine(), &guest).await;
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let request = Request {
        params: vec![pair("number", "12"), pair("year", "x")],
        query: vec![pair("after", "")],
        input: "{}".to_owned(),
    };
    let error = module.view(Box::new(Host::default()), "home", &request).await.0.unwrap_err();
    assert!(matches!(&error, CallError::Failure(Failure::Broken(text)) if text == "4212x"), "{error}");
}

//! Modules that do all that a module should not, in the real program, beside modules that people use meanwhile: each
//! is refused with a reason or ends without harm.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod access;
mod components;
mod harm;
mod loading;
mod neighbours;
mod pages;
mod rest;

use vzaemo_tests::{Answer, Html, Language, Person, Platform, Settings, guests, host_message};

/// Failures that set no module aside, for tests that are about something else.
const PATIENT: &str = "\n[quarantine]\nfailures = 1000000\n";

/// A platform with the hostile module beside those that people use.
async fn platform() -> Platform {
    platform_with(PATIENT).await
}

/// The same with these sections in its configuration.
async fn platform_with(more: &str) -> Platform {
    let settings = Settings { more: more.to_owned(), ..Settings::default() };
    Platform::start_with(settings.with_module("hostile"), |packages| packages.add_all(&guests())).await
}

/// What no citizen is ever shown of a failure: words of the module, of the engine, of the code.
const INTERNALS: [&str; 7] =
    ["boom", "panicked", "wasm", "src/", "backtrace", "secret-of-the-operator", "everything is well"];

/// A plain page that something failed, in the language asked for; gives the number that support is told.
fn apology(answer: &Answer, language: Language) -> String {
    let html = answer.html();
    let text = html.text();
    assert_eq!(answer.status, 500, "{text}");
    assert!(text.contains(&host_message(language, "problem-failed-title")), "{text}");
    assert!(text.contains(&host_message(language, "problem-failed-next")), "{text}");
    assert_eq!(html.language(), Some(language.code()));
    for internal in INTERNALS {
        assert!(!answer.body.contains(internal), "the page tells of {internal:?}: {text}");
    }
    harmless(&html, &answer.body);
    let label = host_message(language, "problem-reference");
    let (_, after) = text.split_once(&label).unwrap_or_else(|| panic!("a number for support: {text}"));
    after.split_whitespace().next().unwrap().to_owned()
}

/// The line of the operator's log about a failure.
async fn logged(platform: &Platform, reference: &str) -> String {
    vzaemo_tests::until("the failure is logged", async || {
        platform.log().lines().find(|line| line.contains(reference)).map(str::to_owned)
    })
    .await
}

/// Nothing on the page runs, leads or sends anything elsewhere, or turns the order of what stands around it.
fn harmless(html: &Html, body: &str) {
    assert_eq!(html.dangers(), Vec::<String>::new());
    let forms = html.forms().into_iter().map(|form| form.action);
    for to in html.links().into_iter().chain(forms) {
        let local = to.is_empty() || to.starts_with('#') || to.starts_with('?') || to.starts_with('/');
        assert!(local && !to.starts_with("//") && !to.starts_with("/\\"), "leads to {to:?}");
        assert!(!to.contains(char::is_control), "leads to {to:?}");
    }
    let unruly = body.chars().find(|c| {
        c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}' | '\u{2067}')
    });
    assert_eq!(unruly, None, "a character that turns or hides what stands around it");
}

/// A page of the platform that must be there and be harmless.
async fn page(person: &Person, path: &str) -> Html {
    let answer = person.get(path).await;
    assert_eq!(answer.status, 200, "GET {path}: {}", answer.text());
    harmless(&answer.html(), &answer.body);
    answer.html()
}

//! What the module promises, said as tests.

use notes::Module;
use vzaemo_testkit::*;

fn host() -> TestHost {
    TestHost::of(Module).at("2026-09-03T10:00")
}

fn a_note() -> Json {
    json!({ "text": "Дякую за новий парк", "mood": "glad" })
}

#[test]
fn a_note_stands_on_the_board_with_its_author() {
    let mut host = host();
    assert!(host.view("board", ()).has_message("board-empty"));
    let note = host.sign_in(MARIA).act("write", a_note()).done_with("written").key();

    let board = host.view("board", ());
    assert!(board.says("Дякую за новий парк") && board.says("Марія Коваленко"));
    assert!(board.action("write") && board.leads_to("note"));

    let page = host.view("note", &note);
    assert_eq!(page.status(), "shown");
    assert!(page.says("радісний") && page.says("glad"), "in both languages");
    assert!(host.cabinet(MARIA).case(&note).says("shown"));
    assert!(host.cabinet(TARAS).is_empty());
}

#[test]
fn one_note_a_day() {
    let mut host = host();
    host.sign_in(MARIA).act("write", a_note()).done();
    host.sign_in(MARIA).act("write", a_note()).refused("one-a-day");
    host.sign_in(TARAS).act("write", a_note()).done();
    assert_eq!(host.documents("notes").len(), 2);

    host.travel_to("2026-09-04T00:00");
    host.sign_in(MARIA).act("write", a_note()).done();
}

#[test]
fn whoever_writes_is_signed_in_and_writes_something() {
    let mut host = host();
    assert_eq!(host.act("write", a_note()).denied(), Denial::SignInNeeded);
    host.sign_in(MARIA).act("write", json!({ "text": "", "mood": "glad" })).invalid("text");
    host.sign_in(MARIA).act("write", json!({ "text": "Hi", "mood": "angry" })).invalid("mood");
    assert!(host.documents("notes").is_empty());
}

#[test]
fn an_official_hides_a_note_and_its_author_is_told_why() {
    let mut host = host();
    let note = host.sign_in(MARIA).act("write", a_note()).key();
    let why = json!({ "reason": "advertising" });
    assert_eq!(host.sign_in(TARAS).act("hide", (&note, why.clone())).denied(), Denial::NotPermitted);
    let elsewhere = TARAS.official_of("ministry-digital");
    assert_eq!(host.sign_in(elsewhere).act("hide", (&note, why.clone())).denied(), Denial::NotPermitted);

    assert!(host.view("note", &note).action("hide"));
    host.sign_in(OFFICIAL).act("hide", (&note, why.clone())).done();
    let page = host.view("note", &note);
    assert_eq!(page.status(), "hidden");
    assert!(page.says("It is advertising.") && page.is_silent_about("парк"));
    assert!(!page.action("hide"), "once is enough");
    assert!(host.view("board", ()).has_message("board-empty"));
    assert!(host.notices(MARIA).iter().any(|notice| notice.says("it is advertising")));
    assert_eq!(
        host.sign_in(OFFICIAL).act("hide", (&note, why)).denied(),
        Denial::WrongState("hidden".to_owned())
    );
}

#[test]
fn a_note_leaves_the_board_when_its_term_is_over() {
    let mut host = host();
    let note = host.sign_in(MARIA).act("write", a_note()).key();
    // Ten working days from Thursday, 3 September.
    host.travel_to("2026-09-17T23:59");
    assert_eq!(host.view("note", &note).status(), "shown");
    host.travel_to("2026-09-18T00:00");
    assert_eq!(host.view("note", &note).status(), "archived");
    assert!(host.cabinet(MARIA).case(&note).says("archived"));
}

#[test]
fn the_holder_sets_the_term_and_what_a_busy_day_is() {
    let mut host = host()
        .config("busy", 1)
        .config("display", json!({ "value": 2, "unit": "hours", "law": "наказ № 1" }));
    let note = host.sign_in(MARIA).act("write", a_note()).key();
    assert!(host.view("board", ()).says("1 note today already"));
    host.travel_to("2026-09-03T12:00");
    assert_eq!(host.view("note", &note).status(), "archived");
}

#[test]
fn a_long_board_has_pages() {
    let mut host = host();
    for number in 0..25 {
        host.sign_in(person(number)).act("write", a_note()).done();
    }
    let first = host.view("board", ());
    let next = first.next().expect("a second page").to_owned();
    let second = host.view("board", Given::default().query("after", &next));
    assert_eq!((first.text_uk().matches("парк").count(), second.text_uk().matches("парк").count()), (20, 5));
    assert_eq!(second.next(), None);
}

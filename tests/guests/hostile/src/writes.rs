//! Writing where it is allowed, where it is not, and without end.

use vzaemo_contract::call::{
    Address, CaseTerm, Comparison, Condition, Conflict, Denied, Failure, Host as _, Message, Query, Unit,
};
use vzaemo_marks::{Kind, Page, Writer};
use vzaemo_sdk::bindings::Bindings;

const LOOT: &str = "loot";
const MARKUP: &str = "</p><script>alert(1)</script>\u{202e}\u{1}";

fn broken(denied: Denied) -> Failure {
    Failure::Broken(denied.to_string())
}

fn refused(conflict: Conflict) -> Failure {
    Failure::Broken(match conflict {
        Conflict::Taken(_) => "taken".to_owned(),
        Conflict::Changed => "changed".to_owned(),
        Conflict::Invalid(why) => why.join("; "),
        Conflict::Denied(denied) => denied.to_string(),
    })
}

fn good() -> Address {
    Address { view: "good".to_owned(), params: Vec::new() }
}

fn person() -> Result<String, Failure> {
    let found = Bindings.principal().map_err(broken)?;
    found.map(|principal| principal.person).ok_or(Failure::NotFound)
}

fn body(kind: &str, text: &str) -> String {
    ["{\"kind\":\"", kind, "\",\"text\":\"", text, "\"}"].concat()
}

/// Stores a document of this kind.
pub fn take(kind: &str) -> Result<(), Failure> {
    Bindings.insert(LOOT, None, &body(kind, "treasure")).map(drop).map_err(refused)
}

/// What is stored, counted twice: by the index and by the counter. Found by its words too.
pub fn shown() -> Result<Page, Failure> {
    let mut writer = Writer::new();
    writer.open(Kind::Page, "");
    writer.group(Kind::Title, "", |w| w.leaf(Kind::Text, "Loot"));
    for kind in ["act", "job", "flood"] {
        let rows = Bindings.select(&Query {
            collection: LOOT.to_owned(),
            conditions: vec![Condition {
                field: "kind".to_owned(),
                comparison: Comparison::Equal,
                value: kind.to_owned(),
            }],
            limit: 1000,
            ..Query::default()
        });
        let rows = rows.map_err(broken)?.keys.len();
        let counted = Bindings.count(LOOT, "all", kind).map_err(broken)?;
        let line = [kind, ": ", &rows.to_string(), " stored, ", &counted.to_string(), " counted."].concat();
        writer.group(Kind::Paragraph, "", |w| w.leaf(Kind::Text, &line));
    }
    let found = Bindings.search(LOOT, "treasure", 100).map_err(broken)?.len();
    writer.group(Kind::Paragraph, "", |w| {
        w.leaf(Kind::Text, &["search: ", &found.to_string(), " found."].concat())
    });
    Ok(writer.finish())
}

/// One of everything that commits with an act.
pub fn everything() -> Result<(), Failure> {
    take("act")?;
    let me = person()?;
    let number = Bindings.number("loot").map_err(broken)?;
    let case = ["loot-", &number].concat();
    let text = Message::new("title");
    Bindings.case_put(&case, &["Loot No ", &number].concat(), &text, &good(), None).map_err(broken)?;
    Bindings.case_event(&case, &text).map_err(broken)?;
    Bindings.case_join(&case, &me, &text).map_err(broken)?;
    Bindings.notify_person(&me, &text, &good()).map_err(broken)?;
    schedule("whole")
}

/// Timed work for the present moment.
pub fn schedule(what: &str) -> Result<(), Failure> {
    let now = Bindings.now().map_err(broken)?;
    schedule_at(what, &now)
}

/// The same work once more, an hour after what is now.
pub fn again() -> Result<(), Failure> {
    let now = Bindings.now().map_err(broken)?;
    let later = Bindings.due(&now, 1, Unit::Hours).map_err(broken)?;
    schedule_at("again", &later)
}

/// Timed work for a moment.
pub fn schedule_at(what: &str, when: &str) -> Result<(), Failure> {
    Bindings.schedule("harm", &[what, when].concat(), what, when).map_err(broken)
}

/// A case whose every text is markup, and notices of the same sort.
pub fn hostile_case() -> Result<(), Failure> {
    let me = person()?;
    let text = Message::new("markup").with("value", MARKUP);
    let term = CaseTerm {
        label: text.clone(),
        due: "<script>alert(1)</script>".to_owned(),
        rule: "<script>;-1;<b>;javascript:alert(1)".to_owned(),
    };
    let key = "../..//evil.example/<script>";
    Bindings.case_put(key, MARKUP, &text, &good(), Some(&term)).map_err(broken)?;
    Bindings.case_event(key, &text).map_err(broken)?;
    Bindings.case_join(key, &me, &Message::new("no-such-message<script>")).map_err(broken)?;
    Bindings.notify_person(&me, &text, &good()).map_err(broken)?;
    for view in ["https://evil.example/", "//evil.example", "nothing", ""] {
        let away = Address { view: view.to_owned(), params: Vec::new() };
        if Bindings.notify_person(&me, &text, &away).is_ok()
            || Bindings.case_put("away", "x", &text, &away, None).is_ok()
        {
            return Err(Failure::Broken(["an address that is none was taken: ", view].concat()));
        }
    }
    Ok(())
}

/// Documents until the host has had enough; whatever the host says, it goes on.
pub fn flood() -> Result<(), Failure> {
    let text = "x".repeat(100_000);
    let mut last = Ok(());
    for _ in 0..1000 {
        last = Bindings.insert(LOOT, None, &body("flood", &text)).map(drop).map_err(refused);
    }
    last
}

/// Notices until the host has had enough.
pub fn notices() -> Result<(), Failure> {
    let me = person()?;
    loop {
        Bindings.notify_person(&me, &Message::new("title"), &good()).map_err(broken)?;
    }
}

/// Each write in a call that may only read. Traps if one is taken.
pub fn must_be_denied() -> Result<(), Failure> {
    let text = Message::new("title");
    assert!(Bindings.insert(LOOT, None, &body("act", "view")).is_err(), "a document is written");
    assert!(Bindings.number("loot").is_err(), "a number is drawn");
    assert!(Bindings.case_put("view", "x", &text, &good(), None).is_err(), "a case is made");
    assert!(Bindings.case_event("view", &text).is_err(), "an event is added");
    assert!(Bindings.notify_person("nobody", &text, &good()).is_err(), "a notice is sent");
    assert!(Bindings.notify_participants("view", &text).is_err(), "participants are told");
    assert!(schedule("whole").is_err(), "timed work is set");
    assert!(
        Bindings.when_count_reaches(LOOT, "all", "act", 1, "harm", "whole").is_err(),
        "a threshold is set"
    );
    Ok(())
}

/// What belongs to others. Traps if any of it is answered.
pub fn peek() -> Result<(), Failure> {
    for collection in [
        "petitions",
        "petitions/petitions",
        "../petitions/petitions",
        "petitions.petitions",
        "persons",
        "identity/persons",
        "sessions",
        "salts",
        "entries",
        "work",
        "cases",
        "loot; DROP TABLE entries",
        "loot\" --",
        "",
    ] {
        assert!(Bindings.get(collection, "2026-1").is_err(), "{collection} is read");
        assert!(Bindings.count(collection, "valid", "2026-1").is_err(), "{collection} is counted");
        let query = Query { collection: collection.to_owned(), limit: 10, ..Query::default() };
        assert!(Bindings.select(&query).is_err(), "{collection} is listed");
        assert!(Bindings.insert(collection, None, "{}").is_err(), "{collection} is written");
    }
    for field in ["kind\" OR 1=1 --", "body", "key", "'"] {
        let condition = Condition {
            field: field.to_owned(),
            comparison: Comparison::Equal,
            value: "' OR 1=1 --".to_owned(),
        };
        let query =
            Query { collection: LOOT.to_owned(), conditions: vec![condition], limit: 10, ..Query::default() };
        assert!(Bindings.select(&query).is_err(), "a condition on {field} is taken");
    }
    Ok(())
}

//! What a module may read in the test kit is what it may read on the platform: documents with `x-access` marks only as far
//! as the author or the official reaches, at every way by which it comes to a document.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use vzaemo_contract::call::{
    Comparison, Condition, Conflict, Denied, Failure, Host, Outcome, Query, Request,
};
use vzaemo_marks::{Kind, Page, Writer};
use vzaemo_testkit::*;

/// What a call could read.
#[derive(Debug, Default, Clone, PartialEq)]
struct Seen {
    got: Vec<String>,
    found: Vec<String>,
    selected: Vec<String>,
    searched: Vec<String>,
    similar: Vec<String>,
    remarks: usize,
    of_a: Option<u64>,
    of_b: Option<u64>,
    open: Option<u64>,
}

type Act = Box<dyn FnMut(&mut dyn Host) -> Result<Outcome, Failure>>;

/// A guest that looks at everything in its views and does what it is told in its acts.
struct Reader {
    seen: Rc<RefCell<Seen>>,
    act: Act,
}

const NOTES: [(&str, &str, &str); 4] = [
    ("maria-a", "person-maria", "office-a"),
    ("maria-b", "person-maria", "office-b"),
    ("taras-a", "person-taras", "office-a"),
    ("taras-b", "person-taras", "office-b"),
];

fn select(collection: &str, field: &str, comparison: Comparison, value: &str) -> Query {
    let condition = Condition { field: field.to_owned(), comparison, value: value.to_owned() };
    Query {
        collection: collection.to_owned(),
        conditions: vec![condition],
        order: Vec::new(),
        fields: vec![field.to_owned()],
        limit: 100,
        after: None,
    }
}

fn counted(result: Result<u64, Denied>) -> Option<u64> {
    if let Err(Denied::Misuse(why)) = &result
        && why.contains("within its reach")
    {
        return None;
    }
    Some(result.unwrap())
}

fn look(host: &mut dyn Host) -> Seen {
    let mut seen = Seen::default();
    for (key, ..) in NOTES {
        seen.got.extend(host.get("notes", key).unwrap().map(|note| note.key));
        let found = host.find("notes", &["title".to_owned()], &[format!("note {key}")]).unwrap();
        seen.found.extend(found.map(|note| note.key));
    }
    seen.selected = host.select(&select("notes", "state", Comparison::Equal, "open")).unwrap().keys;
    seen.searched = host.search("notes", "note", 100).unwrap().into_iter().map(|hit| hit.key).collect();
    seen.similar = host.similar("notes", "note", 100).unwrap().into_iter().map(|hit| hit.key).collect();
    seen.remarks = host.select(&select("remarks", "text", Comparison::AtLeast, "")).unwrap().keys.len();
    seen.of_a = counted(host.count("notes", "by-office", "office-a"));
    seen.of_b = counted(host.count("notes", "by-office", "office-b"));
    seen.open = counted(host.count("notes", "by-state", "open"));
    seen
}

impl Guest for Reader {
    fn folder(&self) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/notes")
    }
    fn view(&mut self, mut host: Box<dyn Host>, _name: &str, _request: &Request) -> Result<Page, Failure> {
        *self.seen.borrow_mut() = look(host.as_mut());
        let mut page = Writer::new();
        page.open(Kind::Page, "");
        page.group(Kind::Title, "", |w| w.leaf(Kind::Text, "Notes"));
        Ok(page.finish())
    }
    fn act(&mut self, mut host: Box<dyn Host>, _name: &str, _request: &Request) -> Result<Outcome, Failure> {
        (self.act)(host.as_mut())
    }
    fn job(&mut self, _host: Box<dyn Host>, _name: &str, _args: &str) -> Result<(), Failure> {
        Ok(())
    }
    fn migrate(&mut self, _: Box<dyn Host>, _: &str, _: u32, _: &str) -> Result<String, Failure> {
        Err(Failure::NotFound)
    }
    fn check(&mut self, _host: Box<dyn Host>) -> Vec<String> {
        Vec::new()
    }
}

fn house(
    act: impl FnMut(&mut dyn Host) -> Result<Outcome, Failure> + 'static,
) -> (TestHost, Rc<RefCell<Seen>>) {
    let seen = Rc::new(RefCell::new(Seen::default()));
    let mut host = TestHost::with(Reader { seen: Rc::clone(&seen), act: Box::new(act) });
    for (key, writer, office) in NOTES {
        let note =
            json!({ "title": format!("note {key}"), "state": "open", "writer": writer, "office": office });
        host.given("notes", key, note);
    }
    host.given("remarks", "one", json!({ "text": "a remark" }));
    (host, seen)
}

/// What somebody's view could read; each way by which it comes to a document tells the same.
fn reads(who: Option<Who>, view: &str, given: impl Into<Given>) -> (Vec<String>, Seen) {
    let (mut host, seen) = house(|_| Ok(Outcome::default()));
    match who {
        Some(who) => host.sign_in(who).view(view, given),
        None => host.view(view, given),
    };
    let seen = seen.borrow().clone();
    for other in [&seen.found, &seen.selected, &seen.searched, &seen.similar] {
        assert_eq!(*other, seen.got, "{view}");
    }
    assert_eq!(seen.remarks, 1, "a collection without marks is not limited");
    (seen.got.clone(), seen)
}

fn official(office: &str) -> Who {
    OKSANA.official_of(office)
}

#[test]
fn an_official_reads_what_is_of_the_body() {
    let (read, seen) = reads(Some(official("office-a")), "desk", ());
    assert_eq!(read, ["maria-a", "taras-a"]);
    assert_eq!(
        (seen.of_a, seen.of_b, seen.open),
        (Some(2), None, None),
        "counts tell no more than documents"
    );
    let (read, seen) = reads(Some(official("office-b")), "desk", ());
    assert_eq!(read, ["maria-b", "taras-b"]);
    assert_eq!((seen.of_a, seen.of_b), (None, Some(2)));
    assert_eq!(reads(Some(official("office-c")), "desk", ()).0, [""; 0]);
}

#[test]
fn an_author_reads_what_is_theirs() {
    assert_eq!(reads(Some(MARIA), "note", "maria-b").0, ["maria-a", "maria-b"]);
    assert_eq!(reads(Some(TARAS), "note", "taras-a").0, ["taras-a", "taras-b"]);
    let (mut host, _) = house(|_| Ok(Outcome::default()));
    assert!(matches!(host.sign_in(TARAS).try_view("note", "maria-a"), Err(Ended::Denied(_))));
    // Who is both reads both.
    let both = MARIA.official_of("office-b");
    assert_eq!(reads(Some(both), "note", "maria-b").0, ["maria-a", "maria-b", "taras-b"]);
}

#[test]
fn what_is_everybodys_or_the_holders_is_not_limited() {
    let all: Vec<_> = NOTES.iter().map(|(key, ..)| *key).collect();
    for (who, view) in
        [(None, "wall"), (Some(TARAS), "all"), (Some(official("office-c")), "all"), (Some(HOLDER), "control")]
    {
        let (read, seen) = reads(who, view, ());
        assert_eq!(read, all, "{view}");
        assert_eq!((seen.of_a, seen.open), (Some(2), Some(4)), "{view}");
    }
}

#[test]
fn what_is_out_of_reach_cannot_be_written_either() {
    let (mut host, _) = house(|host| {
        let body = |key: &str, office: &str| {
            json!({ "title": format!("note {key}"), "state": "closed", "office": office }).to_string()
        };
        assert_eq!(host.replace("notes", "maria-b", 1, &body("maria-b", "office-a")), Err(Conflict::Changed));
        assert_eq!(host.remove("notes", "taras-b", 1), Err(Conflict::Changed));
        assert_eq!(host.get("notes", "taras-b").unwrap(), None);
        host.replace("notes", "maria-a", 1, &body("maria-a", "office-a")).unwrap();
        host.remove("notes", "taras-a", 1).unwrap();
        Ok(Outcome::default())
    });
    host.sign_in(official("office-a")).act("close", "maria-a");
    assert_eq!(host.document("notes", "maria-a").unwrap()["state"], "closed");
    assert_eq!(host.document("notes", "taras-a"), None);
    assert_eq!(host.document("notes", "maria-b").unwrap()["state"], "open");
    assert!(host.document("notes", "taras-b").is_some());
}

#[test]
fn rows_are_counted_within_reach_and_go_on_behind_what_is_not() {
    let (mut host, _) = house(|host| {
        let mut query = Query { limit: 1, ..select("notes", "state", Comparison::Equal, "open") };
        let first = host.select(&query).unwrap();
        assert_eq!(first.keys, ["maria-b"], "the first one is out of reach");
        query.after = first.next;
        assert!(query.after.is_some());
        let second = host.select(&query).unwrap();
        assert_eq!((second.keys.as_slice(), second.next), (&["taras-b".to_owned()][..], None));
        Ok(Outcome::default())
    });
    host.sign_in(official("office-b")).act("close", "maria-b");
}

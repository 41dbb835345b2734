//! The test host keeps the platform's rules, whatever the module does. The guest here does nothing but what each
//! test tells it.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

use std::path::PathBuf;
use vzaemo_contract::call::{
    Address, Comparison, Condition, Conflict, Denied, Failure, Host, Order, Outcome, Query, Request,
};
use vzaemo_marks::{Kind, Page, Writer};
use vzaemo_testkit::*;

type Script = Box<dyn FnMut(&mut dyn Host) -> Result<Outcome, Failure>>;
type Told = Box<dyn FnMut(&mut dyn Host, &str)>;

/// A guest that does what it is told.
struct Puppet {
    act: Script,
    view: Told,
    job: Told,
}

impl Guest for Puppet {
    fn folder(&self) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/votes")
    }
    fn view(&mut self, mut host: Box<dyn Host>, name: &str, _request: &Request) -> Result<Page, Failure> {
        (self.view)(host.as_mut(), name);
        let mut page = Writer::new();
        page.open(Kind::Page, "");
        page.group(Kind::Title, "", |w| w.leaf(Kind::Text, "Votes"));
        Ok(page.finish())
    }
    fn act(&mut self, mut host: Box<dyn Host>, _name: &str, _request: &Request) -> Result<Outcome, Failure> {
        (self.act)(host.as_mut())
    }
    fn job(&mut self, mut host: Box<dyn Host>, name: &str, args: &str) -> Result<(), Failure> {
        (self.job)(host.as_mut(), &format!("{name} {args}"));
        Ok(())
    }
    fn migrate(
        &mut self,
        _host: Box<dyn Host>,
        _of: &str,
        _version: u32,
        _text: &str,
    ) -> Result<String, Failure> {
        Err(Failure::NotFound)
    }
    fn check(&mut self, mut host: Box<dyn Host>) -> Vec<String> {
        let written = host.insert("votes", None, &vote("a", "p", 1));
        assert_eq!(written, Err(Conflict::Denied(Denied::ReadOnly)));
        Vec::new()
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn vote(item: &str, person: &str, weight: i64) -> String {
    json!({ "item": item, "person": person, "weight": weight }).to_string()
}

/// A host whose act does this, whose views look like that, and whose jobs do the third.
fn puppet(
    act: impl FnMut(&mut dyn Host) -> Result<Outcome, Failure> + 'static,
    view: impl FnMut(&mut dyn Host, &str) + 'static,
    job: impl FnMut(&mut dyn Host, &str) + 'static,
) -> TestHost {
    TestHost::with(Puppet { act: Box::new(act), view: Box::new(view), job: Box::new(job) })
        .at("2026-09-03T10:00")
}

fn acting(act: impl FnMut(&mut dyn Host) -> Result<Outcome, Failure> + 'static) -> TestHost {
    puppet(act, |_, _| {}, |_, _| {})
}

#[allow(clippy::unnecessary_wraps)] // what acts answer
fn done() -> Result<Outcome, Failure> {
    Ok(Outcome::default())
}

/// An act that puts one more vote for the item `a` each time.
fn another_vote(
    prepare: impl Fn(&mut dyn Host) + 'static,
) -> impl FnMut(&mut dyn Host) -> Result<Outcome, Failure> {
    let mut number = 0;
    move |host| {
        number += 1;
        prepare(host);
        host.insert("votes", None, &vote("a", &format!("p{number}"), number)).unwrap();
        done()
    }
}

#[test]
fn a_failed_act_leaves_nothing() {
    let mut host = acting(|host| {
        host.insert("votes", Some("one"), &vote("a", "p", 1)).unwrap();
        host.number("votes").unwrap();
        host.schedule("later", "k", "{}", "2026-09-04").unwrap();
        assert!(host.get("votes", "one").unwrap().is_some(), "a unit sees its own changes");
        Err(Failure::Broken("on purpose".to_owned()))
    });
    let ended = host.sign_in(MARIA).act("call", ()).result();
    assert_eq!(ended, Err(Ended::Broken("on purpose".to_owned())));
    assert!(host.documents("votes").is_empty() && host.jobs().is_empty());
    assert_eq!(host.count("votes", "all", "a"), 0);
}

#[test]
#[should_panic(expected = "the test does not say that it should")]
fn a_failure_that_nobody_asked_for_fails_the_test() {
    let mut host = acting(|_| Err(Failure::NotFound));
    host.sign_in(MARIA).act("call", ());
}

#[test]
fn views_and_checks_cannot_write_and_learn_no_moment() {
    let look = |host: &mut dyn Host, name: &str| {
        assert_eq!(host.insert("votes", None, &vote("a", "p", 1)), Err(Conflict::Denied(Denied::ReadOnly)));
        assert_eq!(host.schedule("later", "k", "{}", "2026-09-04"), Err(Denied::ReadOnly));
        assert_eq!(host.number("votes"), Err(Denied::ReadOnly));
        assert!(matches!(host.now(), Err(Denied::Misuse(_))));
        assert_eq!(host.today().unwrap(), "2026-09-03");
        assert_eq!(host.count("votes", "all", "a"), Ok(0));
        assert_eq!(host.principal().unwrap().is_some(), name == "mine", "an open view has no principal");
    };
    let mut host = puppet(|_| done(), look, |_, _| {});
    host.sign_in(MARIA).view("item", "a");
    host.sign_in(MARIA).view("mine", ());
    assert_eq!(host.try_view("mine", ()).err(), Some(Ended::Denied(Denial::SignInNeeded)));
    assert!(host.check().is_empty());
}

#[test]
fn an_act_cannot_count_and_asks_only_for_what_it_may() {
    let mut host = acting(|host| {
        assert_eq!(host.count("votes", "all", "a"), Err(Denied::NotInAnAct));
        assert!(matches!(host.bodies(), Err(Denied::Misuse(why)) if why.contains("registers")));
        assert!(matches!(host.get("other", "k"), Err(Denied::Misuse(_))));
        assert!(matches!(host.schedule("other", "k", "{}", "2026-09-04"), Err(Denied::Misuse(_))));
        assert_eq!(host.schedule("later", "k", "{}", "2026-09-04"), Err(Denied::NotGranted));
        done()
    })
    .without("schedule");
    host.sign_in(MARIA).act("call", ()).done();
}

#[test]
fn documents_fit_their_schema_and_unique_keys_hold_within_a_unit_too() {
    let mut host = acting(|host| {
        assert!(matches!(host.insert("votes", None, "{}"), Err(Conflict::Invalid(why)) if why.len() == 2));
        let key = host.insert("votes", None, &vote("a", "p", 1)).unwrap();
        let taken = Err(Conflict::Taken(vec!["item".to_owned(), "person".to_owned()]));
        assert_eq!(host.insert("votes", None, &vote("a", "p", 2)), taken);
        assert_eq!(host.insert("votes", Some(&key), &vote("b", "p", 2)), Err(Conflict::Changed));
        assert_eq!(host.replace("votes", &key, 7, &vote("a", "p", 2)), Err(Conflict::Changed));
        host.replace("votes", &key, 1, &vote("a", "p", 2)).unwrap();
        assert_eq!(
            host.find("votes", &texts(&["item", "person"]), &texts(&["a", "p"])).unwrap().unwrap().revision,
            2
        );
        assert!(host.find("votes", &texts(&["item"]), &texts(&["a"])).is_err(), "not a declared unique key");
        assert!(host.remove("votes", &key, 2).is_ok());
        host.insert("votes", None, &vote("a", "p", 3)).unwrap();
        done()
    });
    host.sign_in(MARIA).act("call", ()).done();
    assert_eq!(host.documents("votes").len(), 1);
}

#[test]
fn a_threshold_sets_off_its_job_once_ever() {
    let ran = std::rc::Rc::new(std::cell::Cell::new(0));
    let seen = std::rc::Rc::clone(&ran);
    let watch = |host: &mut dyn Host| {
        host.when_count_reaches("votes", "all", "a", 2, "reached", "{\"item\":\"a\"}").unwrap();
    };
    let job = move |host: &mut dyn Host, what: &str| {
        assert_eq!(what, "reached {\"item\":\"a\"}");
        assert!(host.count("votes", "all", "a").unwrap() >= 2, "a job may count");
        seen.set(seen.get() + 1);
    };
    let mut host = puppet(another_vote(watch), |_, _| {}, job);
    host.sign_in(MARIA).act("call", ()).done();
    assert_eq!(ran.get(), 0);
    for _ in 0..3 {
        host.sign_in(MARIA).act("call", ()).done();
    }
    assert_eq!(ran.get(), 1);
}

#[test]
fn what_is_withdrawn_is_not_counted_and_a_bound_holds() {
    let mut host = acting(another_vote(|_| {}));
    for _ in 0..4 {
        host.sign_in(MARIA).act("call", ()).done();
    }
    assert_eq!(host.sign_in(MARIA).act("call", ()).result(), Err(Ended::Bound("seats".to_owned())));
    assert_eq!((host.count("votes", "all", "a"), host.documents("votes").len()), (4, 4));

    let (key, mut body) = host.documents("votes").remove(0);
    body["withdrawn"] = json!(true);
    host.given("votes", key.as_str(), body);
    assert_eq!((host.count("votes", "all", "a"), host.count("votes", "seats", "a")), (3, 4));
}

#[test]
fn numbers_are_put_in_at_commit_without_gaps() {
    let mut fails = false;
    let mut host = acting(move |host| {
        let number = host.number("votes").unwrap();
        let body = json!({ "item": "a", "person": number, "number": format!("№ {number}") });
        host.insert("votes", Some(&number), &body.to_string()).unwrap();
        fails = !fails;
        if !fails {
            return Err(Failure::NotFound);
        }
        let to = Address { view: "item".to_owned(), params: vec![("item".to_owned(), number)] };
        Ok(Outcome { message: None, to: Some(to) })
    });
    assert_eq!(host.sign_in(MARIA).act("call", ()).key(), "1");
    host.sign_in(MARIA).act("call", ()).not_found();
    assert_eq!(host.sign_in(MARIA).act("call", ()).key(), "2");
    assert_eq!(host.document("votes", "2").unwrap()["number"], "№ 2");
}

#[test]
fn jobs_run_in_due_order_with_their_due_time_as_clock() {
    let order = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let seen = std::rc::Rc::clone(&order);
    let act = |host: &mut dyn Host| {
        host.schedule("later", "b", "2", "2026-09-05T07:00:00Z").unwrap();
        host.schedule("later", "a", "1", "2026-09-04").unwrap();
        host.schedule("later", "c", "3", "2026-09-05T07:00:00Z").unwrap();
        host.schedule("later", "c", "4", "2026-09-06T07:00:00Z").unwrap();
        host.schedule("later", "d", "5", "2026-09-04").unwrap();
        host.cancel("later", "d").unwrap();
        done()
    };
    let job = move |host: &mut dyn Host, what: &str| {
        seen.borrow_mut().push(format!("{what} {}", host.now().unwrap()));
    };
    let mut host = puppet(act, |_, _| {}, job);
    host.sign_in(MARIA).act("call", ()).done();
    assert_eq!(host.jobs().len(), 3);
    host.travel_to("2026-09-05T23:00");
    // A day is over at its end: midnight in Kyiv.
    let first = ["later 1 2026-09-04T21:00:00.000Z", "later 2 2026-09-05T07:00:00.000Z"];
    assert_eq!(*order.borrow(), first);
    host.travel_to("2026-09-07T00:00");
    assert_eq!(order.borrow().last().unwrap(), "later 4 2026-09-06T07:00:00.000Z");
}

#[test]
fn selects_need_an_index_and_see_the_snapshot_only() {
    let query = |conditions: Vec<(&str, Comparison, &str)>, order: &[&str], limit: u32| Query {
        collection: "votes".to_owned(),
        conditions: conditions
            .into_iter()
            .map(|(field, comparison, value)| Condition {
                field: field.to_owned(),
                comparison,
                value: value.to_owned(),
            })
            .collect(),
        order: order.iter().map(|field| Order { field: (*field).to_owned(), descending: true }).collect(),
        fields: vec!["weight".to_owned(), "number".to_owned()],
        limit,
        after: None,
    };
    let mut host = acting(move |host| {
        let of_a = |limit| query(vec![("item", Comparison::Equal, "a")], &["weight"], limit);
        host.insert("votes", None, &vote("a", "own", 99)).unwrap();
        let rows = host.select(&of_a(2)).unwrap();
        assert_eq!(
            rows.values,
            ["10", "", "9", ""],
            "numbers compare as numbers, and own changes are not seen"
        );
        let rest = host.select(&Query { after: rows.next, ..of_a(2) }).unwrap();
        assert_eq!((rest.values.as_slice(), rest.next), (["-1", ""].map(str::to_owned).as_slice(), None));
        let some = query(vec![("item", Comparison::Equal, "a"), ("weight", Comparison::AtMost, "9")], &[], 5);
        assert_eq!(host.select(&some).unwrap().keys.len(), 2);
        let no_index = query(vec![("weight", Comparison::Equal, "9")], &[], 5);
        assert!(
            matches!(host.select(&no_index), Err(Denied::Misuse(why)) if why.contains("add it to `index`"))
        );
        assert!(host.select(&of_a(0)).is_err() && host.select(&of_a(1001)).is_err());
        done()
    });
    for (key, weight) in [("k1", 9), ("k2", 10), ("k3", -1)] {
        host.given("votes", key, serde_json_body("a", key, weight));
    }
    host.given("votes", "k4", serde_json_body("b", "p", 50));
    host.sign_in(MARIA).act("call", ()).done();
}

fn serde_json_body(item: &str, person: &str, weight: i64) -> Json {
    json!({ "item": item, "person": person, "weight": weight })
}

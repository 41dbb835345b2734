//! What one unit of work may do with documents.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

mod common;

use common::{Engine, insert, on_both_engines, open, put, vote};
use serde_json::json;
use vzaemo_storage::{Collection, DeclareError, Query, StorageError, WriteError};

on_both_engines! {
    a_document_is_stored_in_canonical_form_and_counts_its_revisions
    refused_writes_say_why_and_leave_the_unit_usable
    unique_keys_are_found_and_may_pass_from_one_document_to_another
    a_unit_dropped_or_too_large_leaves_nothing_behind
    the_same_time_and_seed_make_the_same_keys
    a_later_declaration_extends_and_an_impossible_one_changes_nothing
    a_unique_key_no_longer_declared_no_longer_refuses
    everything_is_there_after_opening_again
}

async fn a_document_is_stored_in_canonical_form_and_counts_its_revisions(engine: Engine) {
    let place = open(engine).await;
    let mut unit = place.storage.begin().await.unwrap();
    let body = r#"{ "weight": 3.0, "title": "и\u0306" }"#;
    let key = unit.insert("test", "notes", None, body).await.unwrap();
    let own = unit.get("test", "notes", &key).await.unwrap().unwrap();
    assert_eq!((own.revision, own.body.as_str()), (1, r#"{"title":"й","weight":3}"#));
    assert_eq!(unit.commit().await.unwrap().position, 1);

    let mut unit = place.storage.begin().await.unwrap();
    assert_eq!(unit.get("test", "notes", &key).await.unwrap().unwrap(), own);
    unit.replace("test", "notes", &key, 1, r#"{"title":"b"}"#).await.unwrap();
    unit.replace("test", "notes", &key, 2, r#"{"title":"c"}"#).await.unwrap();
    unit.commit().await.unwrap();

    let mut unit = place.storage.begin().await.unwrap();
    assert_eq!(unit.position(), 2);
    let stored = unit.get("test", "notes", &key).await.unwrap().unwrap();
    assert_eq!((stored.revision, stored.version), (3, 1));
    assert_eq!(stored.parse::<serde_json::Value>().unwrap(), json!({"title": "c"}));
    unit.remove("test", "notes", &key, 3).await.unwrap();
    assert_eq!(unit.get("test", "notes", &key).await.unwrap(), None);
    unit.commit().await.unwrap();
    assert_eq!(place.storage.begin().await.unwrap().get("test", "notes", &key).await.unwrap(), None);
    assert_eq!(place.storage.verify().await.unwrap(), []);
}

async fn refused_writes_say_why_and_leave_the_unit_usable(engine: Engine) {
    let place = open(engine).await;
    put(&place.storage, "notes", "a", json!({"title": "a", "number": "1"})).await;
    let mut unit = place.storage.begin().await.unwrap();
    let refused = unit.insert("test", "notes", None, r#"{"number":"x","extra":1}"#).await.unwrap_err();
    let WriteError::Schema(mut violations) = refused else { panic!("{refused}") };
    violations.sort_by(|a, b| a.keyword.cmp(&b.keyword));
    let found: Vec<_> = violations.iter().map(|v| (v.keyword.as_str(), v.pointer.as_str())).collect();
    assert_eq!(found, [("additionalProperties", ""), ("pattern", "/number"), ("required", "")]);

    let a = r#"{"title":"a"}"#;
    let key = Some("a".to_owned());
    assert!(matches!(unit.insert("test", "notes", key, a).await, Err(WriteError::Exists)));
    let key = Some("a\n".to_owned());
    assert!(matches!(unit.insert("test", "notes", key, a).await, Err(WriteError::Schema(_))));
    assert!(matches!(unit.replace("test", "notes", "a", 2, a).await, Err(WriteError::Stale { found: 1 })));
    assert!(matches!(unit.replace("test", "notes", "b", 1, a).await, Err(WriteError::Missing)));
    assert!(matches!(unit.remove("test", "notes", "b", 1).await, Err(WriteError::Missing)));
    let taken = unit.insert("test", "notes", None, r#"{"title":"b","number":"1"}"#).await;
    assert!(matches!(taken, Err(WriteError::Unique { fields }) if fields == ["number"]));
    let unknown = unit.insert("test", "nothing", None, a).await;
    assert!(matches!(unknown, Err(WriteError::Storage(StorageError::UnknownCollection { .. }))));
    unit.insert("test", "notes", None, a).await.unwrap();
    unit.commit().await.unwrap();
}

async fn unique_keys_are_found_and_may_pass_from_one_document_to_another(engine: Engine) {
    let place = open(engine).await;
    put(&place.storage, "notes", "a", json!({"title": "a", "number": "1"})).await;
    put(&place.storage, "notes", "b", json!({"title": "b", "number": "2"})).await;
    put(&place.storage, "notes", "c", json!({"title": "without"})).await;
    put(&place.storage, "notes", "d", json!({"title": "without"})).await;

    let mut unit = place.storage.begin().await.unwrap();
    let find = async |unit: &mut vzaemo_storage::Unit, number: &str| {
        let found = unit.find_unique("test", "notes", &["number"], &[number]).await.unwrap();
        found.map(|document| document.key)
    };
    assert_eq!(find(&mut unit, "1").await.as_deref(), Some("a"));
    assert_eq!(find(&mut unit, "3").await, None);
    assert_eq!(find(&mut unit, "").await, None);
    unit.replace("test", "notes", "a", 1, r#"{"title":"a","number":"3"}"#).await.unwrap();
    assert_eq!(find(&mut unit, "1").await, None);
    assert_eq!(find(&mut unit, "3").await.as_deref(), Some("a"));
    unit.replace("test", "notes", "b", 1, r#"{"title":"b","number":"1"}"#).await.unwrap();
    unit.replace("test", "notes", "a", 2, r#"{"title":"a","number":"2"}"#).await.unwrap();
    // Values that a document of the unit gave up are free, those that one has taken are not.
    let third = r#"{"title":"e","number":"3"}"#;
    unit.insert("test", "notes", Some("e".to_owned()), third).await.unwrap();
    let taken = unit.insert("test", "notes", None, third).await;
    assert!(matches!(taken, Err(WriteError::Unique { .. })));
    unit.remove("test", "notes", "e", 1).await.unwrap();
    assert_eq!(find(&mut unit, "3").await, None);
    unit.insert("test", "notes", Some("f".to_owned()), third).await.unwrap();
    let undeclared = unit.find_unique("test", "notes", &["title"], &["a"]).await;
    assert!(matches!(undeclared, Err(StorageError::UnknownUnique { .. })));
    unit.commit().await.unwrap();

    let mut unit = place.storage.begin().await.unwrap();
    assert_eq!(find(&mut unit, "1").await.as_deref(), Some("b"));
    assert_eq!(find(&mut unit, "2").await.as_deref(), Some("a"));
    assert_eq!(find(&mut unit, "3").await.as_deref(), Some("f"));
}

async fn a_unit_dropped_or_too_large_leaves_nothing_behind(engine: Engine) {
    let (config, _directory) = engine.place();
    let storage = common::open_as(vzaemo_storage::Config { unit_max_bytes: 2000, ..config }).await;
    let mut unit = storage.begin().await.unwrap();
    insert(&mut unit, "notes", "a", json!({"title": "a"})).await;
    let long = json!({"title": "x".repeat(2000)}).to_string();
    assert!(matches!(unit.insert("test", "notes", None, &long).await, Err(WriteError::TooLarge)));
    let mut last = Ok(String::new());
    for _ in 0..10 {
        last = unit.insert("test", "notes", None, r#"{"title":"a"}"#).await;
    }
    assert!(matches!(last, Err(WriteError::TooLarge)), "many small ones are limited too");
    drop(unit);
    let mut unit = storage.begin().await.unwrap();
    assert_eq!((unit.position(), unit.get("test", "notes", "a").await.unwrap()), (0, None));
    let nothing = unit.commit().await.unwrap();
    assert_eq!((nothing.position, nothing.first_entry), (0, None));
}

async fn the_same_time_and_seed_make_the_same_keys(engine: Engine) {
    let place = open(engine).await;
    let mut keys = Vec::new();
    for _ in 0..2 {
        let mut unit = place.storage.begin_at(1_700_000_000_000, 5).await.unwrap();
        let first = unit.insert("test", "due", None, "{}").await.unwrap();
        let second = unit.insert("test", "due", None, "{}").await.unwrap();
        assert!(first < second);
        keys.push((first, second, unit.number("s")));
    }
    assert_eq!(keys[0], keys[1]);
}

async fn a_later_declaration_extends_and_an_impossible_one_changes_nothing(engine: Engine) {
    let place = open(engine).await;
    put(&place.storage, "votes", "1", vote("n", "p")).await;
    put(&place.storage, "votes", "2", vote("n", "q")).await;
    let mut wider = common::votes().index(&["person"]);
    wider.version = 2;
    wider.counters.push(vzaemo_storage::Counter::by("people", &["person"]));
    let held = place.storage.begin().await.unwrap();
    place.storage.declare("test", &[wider.clone()]).await.unwrap();

    let mut unit = place.storage.begin().await.unwrap();
    let rows = unit.select("test", &Query::of("votes").equal("person", "q")).await.unwrap();
    assert_eq!(rows.keys, ["2"]);
    assert_eq!(unit.count("test", "votes", "people", "p").await.unwrap(), 1, "counted from what was there");
    let old = unit.get("test", "votes", "1").await.unwrap().unwrap();
    unit.replace("test", "votes", "1", 1, &old.body).await.unwrap();
    assert_eq!((old.version, unit.get("test", "votes", "1").await.unwrap().unwrap().version), (1, 2));

    let mut held = held;
    insert(&mut held, "votes", "3", vote("m", "p")).await;
    assert!(held.commit().await.unwrap_err().is_retryable(), "it was prepared under the older declaration");

    let narrowed = wider.clone().unique(&["note"]);
    let refused = place.storage.declare("test", &[narrowed]).await;
    assert!(matches!(refused, Err(DeclareError::Duplicates { fields, .. }) if fields == ["note"]));
    let mut bounded = wider.clone();
    bounded.counters.push(vzaemo_storage::Counter::by("few", &["note"]).bound(1));
    let refused = place.storage.declare("test", &[bounded]).await;
    assert!(matches!(refused, Err(DeclareError::OverBound { value: 2, .. })));
    for (wrong, part) in [
        (Collection::new("Notes", json!({})), "name"),
        (Collection::new("x", json!({"type": "nonsense"})), "schema"),
        (Collection::new("x", json!({})).index(&["a"]), "type string, integer or boolean"),
        (Collection::new("x", json!({})).index(&["a'b"]), "no field path"),
        (Collection::new("x", json!({})).index(&[]), "at least one"),
    ] {
        let refused = place.storage.declare("test", &[wrong]).await.unwrap_err();
        assert!(refused.to_string().contains(part), "{refused}");
    }
    unit.commit().await.unwrap();
    assert_eq!(place.storage.verify().await.unwrap(), []);
}

async fn a_unique_key_no_longer_declared_no_longer_refuses(engine: Engine) {
    let place = open(engine).await;
    put(&place.storage, "votes", "1", vote("n", "p")).await;
    let mut free = common::votes();
    free.unique.clear();
    place.storage.declare("test", &[free]).await.unwrap();
    put(&place.storage, "votes", "2", vote("n", "p")).await;
    let back = place.storage.declare("test", &[common::votes()]).await;
    assert!(matches!(back, Err(DeclareError::Duplicates { .. })));
}

async fn everything_is_there_after_opening_again(engine: Engine) {
    let place = open(engine).await;
    put(&place.storage, "votes", "1", vote("n", "p")).await;
    place.storage.clone().close().await;
    assert!(matches!(place.storage.begin().await, Err(StorageError::Database(_))));
    let storage = vzaemo_storage::Storage::open(place.config.clone()).await.unwrap();
    assert_eq!(storage.position(), 1);
    storage.declare("test", &common::all()).await.unwrap();
    let mut unit = storage.begin().await.unwrap();
    assert_eq!(unit.count("test", "votes", "votes", "n").await.unwrap(), 1);
    assert!(unit.get("test", "votes", "1").await.unwrap().is_some());
}

//! Which queries are answered, in what order, and how pages follow each other.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

mod common;

use common::{Engine, on_both_engines, open, put};
use serde_json::json;
use vzaemo_storage::{BODY, Cursor, KEY, Op, Query, REVISION, StorageError};

on_both_engines! {
    rows_come_in_the_order_of_the_index
    rows_hold_the_asked_fields_as_plain_text
    pages_stay_right_when_documents_come_and_go
    pages_of_a_range_stay_within_it
    several_queries_are_answered_as_one
    what_no_index_serves_is_refused_with_advice
    a_select_does_not_see_own_writes
}

async fn place(engine: Engine) -> common::Place {
    let place = open(engine).await;
    for (key, state, weight) in
        [("a", "open", 10), ("b", "open", 9), ("c", "open", -5), ("d", "closed", 1), ("e", "open", 9)]
    {
        let body = json!({"title": format!("title {key}"), "state": state, "weight": weight, "author": {"person": key}});
        put(&place.storage, "notes", key, body).await;
    }
    put(&place.storage, "notes", "f", json!({"title": "bare", "state": "open"})).await;
    place
}

async fn keys(place: &common::Place, query: Query) -> Vec<String> {
    place.storage.begin().await.unwrap().select("test", &query).await.unwrap().keys
}

async fn rows_come_in_the_order_of_the_index(engine: Engine) {
    let place = place(engine).await;
    let open = || Query::of("notes").equal("state", "open");
    assert_eq!(
        keys(&place, open()).await,
        ["f", "c", "b", "e", "a"],
        "numbers by size, missing first, then by key"
    );
    assert_eq!(keys(&place, open().descending("weight")).await, ["a", "e", "b", "c", "f"]);
    assert_eq!(keys(&place, open().when("weight", Op::Gt, "-5")).await, ["b", "e", "a"]);
    assert_eq!(
        keys(&place, open().when("weight", Op::Ge, "-5").when("weight", Op::Lt, "10")).await,
        ["c", "b", "e"]
    );
    assert_eq!(keys(&place, open().equal("weight", "9").descending(KEY)).await, ["e", "b"]);
    assert_eq!(keys(&place, Query::of("notes")).await, ["a", "b", "c", "d", "e", "f"]);
    assert_eq!(
        keys(&place, Query::of("notes").when(KEY, Op::Le, "c").descending(KEY)).await,
        ["c", "b", "a"]
    );
    assert_eq!(
        keys(&place, Query::of("notes").when("title", Op::Prefix, "title ")).await,
        ["a", "b", "c", "d", "e"]
    );
    assert_eq!(keys(&place, Query::of("notes").equal("author.person", "d")).await, ["d"]);
}

async fn rows_hold_the_asked_fields_as_plain_text(engine: Engine) {
    let place = place(engine).await;
    let query = Query::of("notes").when(KEY, Op::Ge, "e").fields(&[
        "weight",
        "author",
        "author.person",
        REVISION,
        KEY,
        BODY,
    ]);
    let rows = place.storage.begin().await.unwrap().select("test", &query).await.unwrap();
    let found: Vec<_> = rows.iter().collect();
    assert_eq!(found[0].0, "e");
    let body = r#"{"author":{"person":"e"},"state":"open","title":"title e","weight":9}"#;
    assert_eq!(found[0].1, ["9", r#"{"person":"e"}"#, "e", "1", "e", body]);
    assert_eq!(&found[1].1[..3], ["", "", ""]);
}

async fn pages_stay_right_when_documents_come_and_go(engine: Engine) {
    let place = place(engine).await;
    let page = |after| Query::of("notes").equal("state", "open").ascending("weight").limit(2).after(after);
    let mut unit = place.storage.begin().await.unwrap();
    let first = unit.select("test", &page(None)).await.unwrap();
    assert_eq!(first.keys, ["f", "c"]);
    drop(unit);
    // One before the place where the page ended, one after it; and the document at which it ended goes.
    put(&place.storage, "notes", "g", json!({"title": "g", "state": "open", "weight": -9})).await;
    put(&place.storage, "notes", "h", json!({"title": "h", "state": "open", "weight": 0})).await;
    let mut unit = place.storage.begin().await.unwrap();
    unit.remove("test", "notes", "c", 1).await.unwrap();
    unit.commit().await.unwrap();
    let mut unit = place.storage.begin().await.unwrap();
    let second = unit.select("test", &page(first.next)).await.unwrap();
    assert_eq!(second.keys, ["h", "b"]);
    let third = unit.select("test", &page(second.next)).await.unwrap();
    assert_eq!((third.keys, third.next), (vec!["e".to_owned(), "a".to_owned()], None));
}

async fn several_queries_are_answered_as_one(engine: Engine) {
    let place = place(engine).await;
    put(&place.storage, "notes", "g", json!({"title": "g", "state": "closed", "weight": 9})).await;
    let asked = |state: &str, after| {
        Query::of("notes").equal("state", state).ascending("weight").fields(&["state"]).limit(2).after(after)
    };
    let (mut after, mut pages) = (None, Vec::new());
    loop {
        let mut unit = place.storage.begin().await.unwrap();
        let queries = [asked("open", after.clone()), asked("closed", after)];
        let rows = unit.select_any("test", &queries).await.unwrap();
        assert_eq!(rows.fields, 1);
        pages.push(rows.keys);
        match rows.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(
        pages,
        [["f", "c"], ["d", "b"], ["e", "g"], ["a", ""]]
            .map(|page| page.into_iter().filter(|key| !key.is_empty()).collect::<Vec<_>>())
    );
    let mut unit = place.storage.begin().await.unwrap();
    let descending = |state: &str| Query::of("notes").equal("state", state).descending("weight").limit(9);
    let rows = unit.select_any("test", &[descending("closed"), descending("open")]).await.unwrap();
    assert_eq!(rows.keys, ["a", "g", "e", "b", "d", "c", "f"]);
    assert_eq!(rows.next, None);
    assert!(unit.select_any("test", &[]).await.unwrap().keys.is_empty());

    // What any of them has read is certified.
    put(&place.storage, "notes", "h", json!({"title": "h", "state": "closed", "weight": 3})).await;
    unit.insert("test", "notes", Some("i".into()), &json!({"title": "i", "state": "new"}).to_string())
        .await
        .unwrap();
    assert!(unit.commit().await.is_err_and(|error| error.is_retryable()));
}

async fn pages_of_a_range_stay_within_it(engine: Engine) {
    let place = place(engine).await;
    let cursor = async |query: Query| {
        let mut unit = place.storage.begin().await.unwrap();
        unit.select("test", &query).await.unwrap().next
    };
    let open = || Query::of("notes").equal("state", "open");
    let from_nine = || open().when("weight", Op::Ge, "9");
    let up_to_nine = || open().when("weight", Op::Le, "9").descending("weight");
    for (query, all) in [(from_nine(), vec!["b", "e", "a"]), (up_to_nine(), vec!["e", "b", "c", "f"])] {
        let (mut paged, mut after) = (Vec::new(), None);
        loop {
            let page = query.clone().limit(1).after(after.clone());
            paged.extend(keys(&place, page.clone()).await);
            after = cursor(page).await;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(paged, all);
    }
    // A cursor from before the range begins grants nothing.
    let before = cursor(open().limit(1)).await.unwrap();
    assert_eq!(keys(&place, from_nine().after(Some(before))).await, ["b", "e", "a"]);
    let beyond = cursor(open().descending("weight").limit(1)).await.unwrap();
    assert_eq!(keys(&place, up_to_nine().after(Some(beyond))).await, ["e", "b", "c", "f"]);
}

async fn what_no_index_serves_is_refused_with_advice(engine: Engine) {
    let place = place(engine).await;
    let mut unit = place.storage.begin().await.unwrap();
    let notes = || Query::of("notes");
    for (query, part) in [
        (notes().equal("weight", "1"), r#"declare one over ["weight"]"#),
        (notes().equal("absent", "1"), "no index over the field"),
        (notes().equal("state", "open").ascending(KEY), "declare one over"),
        (notes().equal("state", "open").ascending(KEY).ascending("weight"), "must come last"),
        (notes().equal("state", "open").ascending("weight").descending(KEY), "one direction"),
        (notes().when("state", Op::Gt, "a").when("weight", Op::Gt, "1"), "only one field"),
        (notes().equal("state", "open").when("weight", Op::Eq, "heavy"), "no value of the field"),
        (notes().equal("state", "open").when("weight", Op::Prefix, "1"), "only texts"),
        (notes().fields(&["a'b"]), "no field path"),
        (notes().limit(0), "limit"),
        (notes().limit(1001), "limit"),
    ] {
        let refused = unit.select("test", &query).await.unwrap_err();
        assert!(
            matches!(refused, StorageError::Query { .. }) && refused.to_string().contains(part),
            "{refused}"
        );
    }
    // No base64, a list too long, and what the order could be but for a character that is stored nowhere.
    for cursor in ["nonsense!", "WyJhIiwiYiJd", "WyJcdTAwMDAiXQ"] {
        let query = notes().after(Some(Cursor(cursor.into())));
        let refused = unit.select("test", &query).await.unwrap_err();
        assert!(matches!(refused, StorageError::Cursor { .. }), "{cursor}: {refused}");
    }
}

async fn a_select_does_not_see_own_writes(engine: Engine) {
    let place = place(engine).await;
    let mut unit = place.storage.begin().await.unwrap();
    common::insert(&mut unit, "notes", "z", json!({"title": "z"})).await;
    assert_eq!(unit.select("test", &Query::of("notes").when(KEY, Op::Ge, "f")).await.unwrap().keys, ["f"]);
}

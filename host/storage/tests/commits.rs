//! Which units are committed, which are not, and what the commit adds.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

mod common;

use common::{Engine, Held, insert, on_both_engines, open, put, vote};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use serde_json::json;
use vzaemo_storage::{CommitError, Insert, KEY, Op, Query, Storage};

on_both_engines! {
    what_a_unit_read_must_not_have_changed
    a_select_conflicts_only_with_what_would_have_changed_its_rows
    filtered_documents_are_not_counted
    a_threshold_is_reached_once_ever_in_the_very_commit
    a_unit_that_fails_in_the_database_is_set_aside_and_the_rest_of_its_batch_kept
    a_full_queue_refuses_at_once
    entries_alone_are_committed_whatever_has_changed_meanwhile
    changes_tell_what_each_commit_touched
    ; threads:
    of_many_at_once_one_gets_the_unique_key_and_counters_merge
    a_bound_is_never_passed_and_a_place_that_comes_free_is_given_again
    numbers_have_no_gaps_and_stand_wherever_the_placeholder_stood
}

async fn what_a_unit_read_must_not_have_changed(engine: Engine) {
    let place = open(engine).await;
    let storage = &place.storage;
    put(storage, "notes", "a", json!({"title": "a", "state": "open", "weight": 1})).await;
    put(storage, "notes", "b", json!({"title": "b", "state": "open", "weight": 5})).await;

    // A document read, replaced by another.
    let mut late = storage.begin().await.unwrap();
    late.get("test", "notes", "a").await.unwrap();
    insert(&mut late, "due", "1", json!({})).await;
    let mut early = storage.begin().await.unwrap();
    early.replace("test", "notes", "a", 1, r#"{"title":"A","state":"open","weight":1}"#).await.unwrap();
    early.commit().await.unwrap();
    assert!(matches!(late.commit().await, Err(CommitError::Conflict)));

    // A missing key, inserted by another.
    let mut late = storage.begin().await.unwrap();
    assert!(late.get("test", "notes", "c").await.unwrap().is_none());
    insert(&mut late, "due", "1", json!({})).await;
    put(storage, "notes", "c", json!({"title": "c", "number": "7"})).await;
    assert!(matches!(late.commit().await, Err(CommitError::Conflict)));

    // A unique key looked up, removed by another.
    let mut late = storage.begin().await.unwrap();
    assert!(late.find_unique("test", "notes", &["number"], &["7"]).await.unwrap().is_some());
    insert(&mut late, "due", "1", json!({})).await;
    let mut early = storage.begin().await.unwrap();
    early.remove("test", "notes", "c", 1).await.unwrap();
    early.commit().await.unwrap();
    assert!(matches!(late.commit().await, Err(CommitError::Conflict)));

    // The same unique key, taken by another.
    let mut late = storage.begin().await.unwrap();
    insert(&mut late, "notes", "d", json!({"title": "d", "number": "7"})).await;
    put(storage, "notes", "e", json!({"title": "e", "number": "7"})).await;
    let taken = late.commit().await.unwrap_err();
    assert!(
        matches!(&taken, CommitError::Unique { fields, .. } if fields == &["number"]) && taken.is_retryable()
    );

    // What is untouched stays committable, however many commits came between.
    let mut late = storage.begin().await.unwrap();
    late.get("test", "notes", "b").await.unwrap();
    insert(&mut late, "due", "1", json!({})).await;
    put(storage, "due", "2", json!({})).await;
    late.commit().await.unwrap();
    assert_eq!(storage.verify().await.unwrap(), []);
}

async fn a_select_conflicts_only_with_what_would_have_changed_its_rows(engine: Engine) {
    let place = open(engine).await;
    let storage = &place.storage;
    for (key, weight) in [("a", 10), ("b", 20), ("c", 30), ("d", 40)] {
        put(storage, "notes", key, json!({"title": key, "state": "open", "weight": weight})).await;
    }
    let first_two = Query::of("notes").equal("state", "open").ascending("weight").limit(2);
    let heavy = Query::of("notes").equal("state", "open").when("weight", Op::Gt, "35");
    let keys = Query::of("notes").when(KEY, Op::Ge, "d").descending(KEY);
    for (number, (query, weight, state, conflicts)) in [
        (&first_two, 15, "open", true),
        (&first_two, 25, "open", false),
        (&first_two, 15, "closed", false),
        (&heavy, 35, "open", false),
        (&heavy, 36, "open", true),
        (&keys, 0, "", true),
    ]
    .into_iter()
    .enumerate()
    {
        let mut late = storage.begin().await.unwrap();
        late.select("test", query).await.unwrap();
        insert(&mut late, "due", &format!("late{number}"), json!({})).await;
        let key = format!("x{number}");
        put(storage, "notes", &key, json!({"title": "x", "state": state, "weight": weight})).await;
        assert_eq!(late.commit().await.is_err(), conflicts, "case {number}");
        let mut unit = storage.begin().await.unwrap();
        unit.remove("test", "notes", &key, 1).await.unwrap();
        unit.commit().await.unwrap();
    }
    // A row that leaves the answer is a change too.
    let mut late = storage.begin().await.unwrap();
    late.select("test", &first_two).await.unwrap();
    insert(&mut late, "due", "leaves", json!({})).await;
    let mut early = storage.begin().await.unwrap();
    early.replace("test", "notes", "b", 1, r#"{"title":"b","state":"closed"}"#).await.unwrap();
    early.commit().await.unwrap();
    assert!(matches!(late.commit().await, Err(CommitError::Conflict)));
    // And that there are more rows is part of the answer.
    let mut late = storage.begin().await.unwrap();
    assert!(late.select("test", &first_two).await.unwrap().next.is_some());
    insert(&mut late, "due", "more", json!({})).await;
    let mut early = storage.begin().await.unwrap();
    early.remove("test", "notes", "d", 1).await.unwrap();
    early.commit().await.unwrap();
    assert!(matches!(late.commit().await, Err(CommitError::Conflict)));
}

async fn of_many_at_once_one_gets_the_unique_key_and_counters_merge(engine: Engine) {
    let place = open(engine).await;
    let storage = &place.storage;
    let sign = |person: usize, key: usize| {
        let storage = storage.clone();
        tokio::spawn(async move {
            let mut unit = storage.begin().await.unwrap();
            insert(&mut unit, "votes", &format!("{person}-{key}"), vote("n", &person.to_string())).await;
            unit.entry(format!("vote {person} {key}").into_bytes());
            unit.commit().await.is_ok()
        })
    };
    let units: Vec<_> =
        (0..60).map(|place| (place / 2, place % 2)).map(|(person, key)| sign(person, key)).collect();
    let mut committed = 0;
    for unit in units {
        // A second one may also have begun late enough to be refused at once, so only the sum is certain.
        committed += usize::from(unit.await.unwrap_or(false));
    }
    assert_eq!(committed, 30);
    let mut unit = storage.begin().await.unwrap();
    assert_eq!(unit.count("test", "votes", "votes", "n").await.unwrap(), 30);
    assert_eq!(unit.count("test", "votes", "total", "").await.unwrap(), 30);
    assert_eq!(
        unit.count("test", "votes", "pairs", &vzaemo_storage::counter_key(&["n", "7"])).await.unwrap(),
        1
    );
    assert_eq!(storage.entry_count().await.unwrap(), 30);
    assert_eq!(storage.verify().await.unwrap(), []);
}

async fn filtered_documents_are_not_counted(engine: Engine) {
    let place = open(engine).await;
    put(&place.storage, "votes", "1", vote("n", "p")).await;
    let count = async || {
        let mut unit = place.storage.begin().await.unwrap();
        unit.count("test", "votes", "votes", "n").await.unwrap()
    };
    for (revision, withdrawn, expected) in [(1, true, 0), (2, true, 0), (3, false, 1)] {
        let mut unit = place.storage.begin().await.unwrap();
        let body = json!({"note": "n", "person": "p", "withdrawn": withdrawn}).to_string();
        unit.replace("test", "votes", "1", revision, &body).await.unwrap();
        unit.commit().await.unwrap();
        assert_eq!(count().await, expected);
    }
    let mut unit = place.storage.begin().await.unwrap();
    unit.remove("test", "votes", "1", 4).await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(count().await, 0);
    assert_eq!(place.storage.verify().await.unwrap(), []);
}

async fn a_bound_is_never_passed_and_a_place_that_comes_free_is_given_again(engine: Engine) {
    let place = open(engine).await;
    let take = |key: usize| {
        let storage = place.storage.clone();
        tokio::spawn(async move {
            let mut unit = storage.begin().await.unwrap();
            insert(&mut unit, "seats", &key.to_string(), json!({"hall": "h"})).await;
            unit.commit().await.map(|_| key)
        })
    };
    let units: Vec<_> = (0..20).map(take).collect();
    let mut seated = Vec::new();
    for unit in units {
        match unit.await.unwrap() {
            Ok(key) => seated.push(key),
            Err(CommitError::Bound { counter, key, .. }) => {
                assert_eq!((counter.as_str(), key.as_str()), ("taken", "h"));
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(seated.len(), 3);
    let mut unit = place.storage.begin().await.unwrap();
    unit.remove("test", "seats", &seated[0].to_string(), 1).await.unwrap();
    unit.commit().await.unwrap();
    assert!(take(100).await.unwrap().is_ok());
    assert!(matches!(take(101).await.unwrap(), Err(CommitError::Bound { .. })));
}

fn job(key: &str) -> Insert {
    Insert { namespace: "test".into(), collection: "due".into(), key: key.into(), body: r#"{"at":1}"#.into() }
}

async fn watch(storage: &Storage, note: &str, value: u64, key: &str) {
    let mut unit = storage.begin().await.unwrap();
    unit.when_count_reaches("test", "votes", "votes", note, value, &job(key)).unwrap();
    unit.commit().await.unwrap();
}

async fn has_job(storage: &Storage, key: &str) -> bool {
    storage.begin().await.unwrap().get("test", "due", key).await.unwrap().is_some()
}

async fn a_threshold_is_reached_once_ever_in_the_very_commit(engine: Engine) {
    let place = open(engine).await;
    let storage = &place.storage;
    watch(storage, "n", 2, "j").await;
    put(storage, "votes", "1", vote("n", "1")).await;
    assert!(!has_job(storage, "j").await);
    // A unit that has seen that the job is not there conflicts with the commit that makes it.
    let mut late = storage.begin().await.unwrap();
    late.select("test", &Query::of("due").when("at", Op::Le, "1")).await.unwrap();
    insert(&mut late, "due", "other", json!({})).await;
    put(storage, "votes", "2", vote("n", "2")).await;
    assert!(has_job(storage, "j").await);
    assert!(matches!(late.commit().await, Err(CommitError::Conflict)));

    // Done, fallen, returned, set again: nothing more happens.
    let mut unit = storage.begin().await.unwrap();
    unit.remove("test", "due", "j", 1).await.unwrap();
    unit.remove("test", "votes", "2", 1).await.unwrap();
    unit.commit().await.unwrap();
    put(storage, "votes", "3", vote("n", "3")).await;
    assert!(!has_job(storage, "j").await);
    watch(storage, "n", 1, "j").await;
    assert!(!has_job(storage, "j").await);

    // One that is reached already, and one that was moved before it was reached.
    watch(storage, "n", 2, "at once").await;
    assert!(has_job(storage, "at once").await);
    watch(storage, "n", 3, "moved").await;
    watch(storage, "n", 4, "moved").await;
    put(storage, "votes", "4", vote("n", "4")).await;
    assert!(!has_job(storage, "moved").await);
    put(storage, "votes", "5", vote("n", "5")).await;
    assert!(has_job(storage, "moved").await);
    assert_eq!(storage.verify().await.unwrap(), []);
}

async fn numbers_have_no_gaps_and_stand_wherever_the_placeholder_stood(engine: Engine) {
    let place = open(engine).await;
    let storage = &place.storage;
    let submit = |refused: bool| {
        let storage = storage.clone();
        tokio::spawn(async move {
            let mut unit = storage.begin().await.unwrap();
            let number = unit.number("notes/2026");
            insert(&mut unit, "notes", &number, json!({"title": format!("№ {number}"), "number": number}))
                .await;
            insert(&mut unit, "votes", &format!("v{number}"), vote(&number, "p")).await;
            unit.when_count_reaches("test", "votes", "votes", &number, 1, &job(&format!("j{number}")))
                .unwrap();
            unit.entry(format!(r#"{{"number":"{number}"}}"#).into_bytes());
            if refused {
                insert(&mut unit, "seats", &format!("s{number}"), json!({"hall": "full"})).await;
            }
            unit.commit().await.map(|committed| {
                assert_eq!(committed.numbers[0].sequence, "notes/2026");
                assert_eq!(
                    committed.substitute(&format!("/notes/{number}")),
                    format!("/notes/{}", committed.numbers[0].value)
                );
                committed.numbers[0].value
            })
        })
    };
    for key in 0..3 {
        put(storage, "seats", &key.to_string(), json!({"hall": "full"})).await;
    }
    let units: Vec<_> = (0..30).map(|place| submit(place % 3 == 0)).collect();
    let mut numbers = Vec::new();
    for unit in units {
        numbers.extend(unit.await.unwrap().ok());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    let mut unit = storage.begin().await.unwrap();
    let note = unit.get("test", "notes", "7").await.unwrap().unwrap();
    assert_eq!(note.body, r#"{"number":"7","title":"№ 7"}"#);
    assert_eq!(unit.find_unique("test", "notes", &["number"], &["7"]).await.unwrap(), Some(note));
    assert_eq!(unit.count("test", "votes", "votes", "7").await.unwrap(), 1);
    assert!(has_job(storage, "j7").await);
    let entries = storage.entries(0, 100).await.unwrap();
    assert_eq!(entries.len(), 20);
    assert!(entries.iter().any(|entry| entry.bytes == br#"{"number":"7"}"#));
    assert_eq!(storage.verify().await.unwrap(), []);
}

async fn a_unit_that_fails_in_the_database_is_set_aside_and_the_rest_of_its_batch_kept(engine: Engine) {
    let place = open(engine).await;
    let mut units = Vec::new();
    for number in 0..9_u128 {
        // Units 3 and 6 make the same key, which certification cannot see: made keys are not looked up.
        let seed = if number == 6 { 3 } else { number };
        let mut unit = place.storage.begin_at(1_700_000_000_000, seed).await.unwrap();
        unit.insert("test", "due", None, "{}").await.unwrap();
        unit.number("s");
        unit.entry(vec![]);
        units.push(unit.commit());
    }
    let outcomes = futures::future::join_all(units).await;
    let (kept, failed): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert!(matches!(failed.as_slice(), [Err(CommitError::Storage(_))]), "running it again would not help");
    let mut numbers: Vec<_> = kept.into_iter().map(|outcome| outcome.unwrap().numbers[0].value).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8], "no number is lost");
    assert_eq!(place.storage.entry_count().await.unwrap(), 8);
    assert_eq!(place.storage.position(), 8);
    assert_eq!(place.storage.verify().await.unwrap(), []);
}

async fn a_full_queue_refuses_at_once(engine: Engine) {
    let (config, _directory) = engine.place();
    let config = vzaemo_storage::Config { queue_len: 2, batch_max: 1, ..config };
    let storage = Storage::open(config.clone()).await.unwrap();
    let mut units = Vec::new();
    for _ in 0..5 {
        let mut unit = storage.begin().await.unwrap();
        unit.entry(vec![1]);
        units.push(unit);
    }
    // While nothing can be written, one unit can be in the committer's hands and two can wait: there are no others.
    let held = Held::writes(&config).await;
    let mut outcomes = units.into_iter().map(vzaemo_storage::Unit::commit).collect::<FuturesUnordered<_>>();
    for _ in 0..2 {
        assert!(matches!(outcomes.next().await, Some(Err(CommitError::Busy))));
    }
    held.release().await;
    let rest: Vec<_> = outcomes.collect().await;
    let done = rest.iter().filter(|outcome| outcome.is_ok()).count() as u64;
    assert!(done >= 2);
    assert!(rest.iter().all(|outcome| matches!(outcome, Ok(_) | Err(CommitError::Busy))));
    assert_eq!(storage.entry_count().await.unwrap(), done);
}

async fn entries_alone_are_committed_whatever_has_changed_meanwhile(engine: Engine) {
    let place = open(engine).await;
    put(&place.storage, "notes", "a", json!({"title": "a"})).await;
    let mut view = place.storage.begin().await.unwrap();
    let read = view.get("test", "notes", "a").await.unwrap().unwrap();
    let mut act = place.storage.begin().await.unwrap();
    act.replace("test", "notes", "a", read.revision, r#"{"title":"b"}"#).await.unwrap();
    act.commit().await.unwrap();
    view.entry(b"seen".to_vec());
    let committed = view.commit().await.unwrap();
    assert_eq!((committed.position, committed.first_entry), (3, Some(0)));
    let entries = place.storage.entries(0, 10).await.unwrap();
    assert_eq!((entries[0].position, entries[0].bytes.as_slice()), (3, b"seen".as_slice()));
}

async fn changes_tell_what_each_commit_touched(engine: Engine) {
    let place = open(engine).await;
    let mut changes = place.storage.changes();
    let mut positions = place.storage.positions();
    watch(&place.storage, "n", 1, "j").await;
    put(&place.storage, "votes", "1", vote("n", "p")).await;
    let change = changes.recv().await.unwrap();
    let touched: Vec<_> =
        change.touched.iter().map(|touched| (&*touched.collection, &*touched.key)).collect();
    assert_eq!((change.position, touched), (2, vec![("votes", "1"), ("due", "j")]));
    positions.wait_for(|position| *position == 2).await.unwrap();
}

//! Several nodes on one PostgreSQL: one order of commits, whoever commits.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

mod common;

use std::time::Duration;

use common::{Engine, insert, open_as, put, vote};
use serde_json::json;
use tempfile::TempDir;
use tokio::time::timeout;
use vzaemo_storage::{Collection, CommitError, Config, Insert, Query, Storage};

const SOON: Duration = Duration::from_secs(10);

struct Nodes {
    all: Vec<Storage>,
    config: Config,
    _directory: TempDir,
}

async fn nodes(count: usize) -> Nodes {
    let (config, directory) = Engine::Postgres.place();
    let mut nodes = Vec::new();
    for _ in 0..count {
        nodes.push(open_as(config.clone()).await);
    }
    Nodes { all: nodes, config, _directory: directory }
}

/// Runs SQL beside the platform, in its schema.
fn sql(config: &Config, sql: &str) -> String {
    let url = &config.postgres.as_ref().unwrap().url;
    let schema = url.rsplit("%3D").next().unwrap();
    vzaemo_test_postgres::shared().sql("vzaemo", &format!("SET search_path = {schema}; {sql}"))
}

#[tokio::test]
async fn what_one_node_commits_the_others_certify_against() {
    let place = nodes(2).await;
    let [first, second] = place.all.as_slice() else { panic!() };
    put(first, "notes", "a", json!({"title": "a", "state": "open", "weight": 1})).await;

    let mut late = second.begin().await.unwrap();
    late.get("test", "notes", "a").await.unwrap().unwrap();
    insert(&mut late, "due", "1", json!({})).await;
    let mut early = first.begin().await.unwrap();
    early.replace("test", "notes", "a", 1, r#"{"title":"A","number":"7"}"#).await.unwrap();
    early.commit().await.unwrap();
    assert!(matches!(late.commit().await, Err(CommitError::Conflict)));

    // A unique key that the other node gives away, and a range that it fills.
    let mut unique = second.begin().await.unwrap();
    insert(&mut unique, "notes", "b", json!({"title": "b", "number": "8"})).await;
    let mut range = second.begin().await.unwrap();
    range.select("test", &Query::of("notes").equal("state", "closed")).await.unwrap();
    insert(&mut range, "due", "2", json!({})).await;
    let mut elsewhere = second.begin().await.unwrap();
    elsewhere.select("test", &Query::of("notes").equal("state", "other")).await.unwrap();
    insert(&mut elsewhere, "due", "3", json!({})).await;
    put(first, "notes", "c", json!({"title": "c", "number": "8", "state": "closed"})).await;
    assert!(matches!(unique.commit().await, Err(CommitError::Unique { fields, .. }) if fields == ["number"]));
    assert!(matches!(range.commit().await, Err(CommitError::Conflict)));
    let done = elsewhere.commit().await.unwrap();
    assert_eq!(done.position, 4);
    assert_eq!((second.position(), second.verify().await.unwrap()), (4, vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_bounds_thresholds_and_entries_are_one_for_all_nodes() {
    let place = nodes(3).await;
    let mut unit = place.all[0].begin().await.unwrap();
    let job = Insert {
        namespace: "test".into(),
        collection: "due".into(),
        key: "reached".into(),
        body: r#"{"at":1}"#.into(),
    };
    unit.when_count_reaches("test", "votes", "votes", "n", 25, &job).unwrap();
    unit.commit().await.unwrap();

    let act = |place: usize, storage: &Storage| {
        let storage = storage.clone();
        tokio::spawn(async move {
            loop {
                let mut unit = storage.begin().await.unwrap();
                let number = unit.number("votes/2026");
                insert(&mut unit, "votes", &format!("v{number}"), vote("n", &place.to_string())).await;
                insert(&mut unit, "seats", &place.to_string(), json!({"hall": (place / 20).to_string()}))
                    .await;
                unit.entry(format!("vote {number}").into_bytes());
                match unit.commit().await {
                    Ok(done) => return Some(done.numbers[0].value),
                    Err(CommitError::Bound { .. }) => return None,
                    Err(error) if error.is_retryable() => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
        })
    };
    // Ten halls of three seats each, twenty who want one.
    let acts: Vec<_> = (0..200).map(|place_in| act(place_in, &place.all[place_in % 3])).collect();
    let mut numbers = Vec::new();
    for act in acts {
        numbers.extend(act.await.unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=30).collect::<Vec<_>>(), "thirty seats, and no number is missing");

    for node in &place.all {
        let mut unit = node.begin().await.unwrap();
        assert_eq!(unit.count("test", "votes", "votes", "n").await.unwrap(), 30);
        assert!(unit.get("test", "due", "reached").await.unwrap().is_some());
        assert_eq!(unit.position(), 31);
        assert_eq!(node.entry_count().await.unwrap(), 30);
        assert_eq!(node.verify().await.unwrap(), []);
    }
    // Done and taken away, it does not come again, on whatever node.
    let mut unit = place.all[1].begin().await.unwrap();
    unit.remove("test", "due", "reached", 1).await.unwrap();
    unit.commit().await.unwrap();
    put(&place.all[2], "votes", "one more", vote("n", "one more")).await;
    let mut unit = place.all[0].begin().await.unwrap();
    assert!(unit.get("test", "due", "reached").await.unwrap().is_none());
}

#[tokio::test]
async fn every_node_hears_what_the_others_touch() {
    let place = nodes(2).await;
    let [first, second] = place.all.as_slice() else { panic!() };
    let (mut changes, mut positions) = (second.changes(), second.positions());
    let mut unit = second.begin().await.unwrap();
    unit.get("test", "notes", "a").await.unwrap();
    let watch = second.watch(unit.dependencies().await.unwrap()).unwrap();
    let mut unit = second.begin().await.unwrap();
    unit.get("test", "notes", "b").await.unwrap();
    let other = second.watch(unit.dependencies().await.unwrap()).unwrap();

    put(first, "notes", "a", json!({"title": "a"})).await;
    let change = timeout(Duration::from_secs(1), changes.recv()).await.expect("within a second").unwrap();
    assert_eq!((change.position, change.touched.len(), change.everything), (1, 1, false));
    assert!(change.elsewhere);
    assert_eq!(&*change.touched[0].key, "a");
    timeout(SOON, positions.wait_for(|position| *position == 1)).await.unwrap().unwrap();
    assert!(!watch.holds() && other.holds());

    // What nobody tells of is found all the same: neither a lost connection nor a lost word loses a change.
    sql(&place.config, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'");
    for key in ["b", "c", "d"] {
        put(first, "notes", key, json!({"title": key})).await;
    }
    for (position, key) in [(2, "b"), (3, "c"), (4, "d")] {
        let change = timeout(SOON, changes.recv()).await.unwrap().unwrap();
        assert_eq!((change.position, &*change.touched[0].key), (position, key));
    }
    assert!(!other.holds());
    assert!(!first.is_paused() && !second.is_paused());
}

#[tokio::test]
async fn a_gap_in_the_log_makes_a_node_forget_everything() {
    let place = nodes(2).await;
    let [first, second] = place.all.as_slice() else { panic!() };
    let mut changes = second.changes();
    let mut unit = second.begin().await.unwrap();
    unit.get("test", "notes", "z").await.unwrap();
    let watch = second.watch(unit.dependencies().await.unwrap()).unwrap();
    let mut unit = second.begin().await.unwrap();
    unit.get("test", "notes", "z").await.unwrap();
    insert(&mut unit, "due", "1", json!({})).await;

    // The row is gone before the other node has read it, as after a long absence.
    sql(
        &place.config,
        "CREATE FUNCTION vanish() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; \
         CREATE TRIGGER vanish BEFORE INSERT ON commit_log FOR EACH ROW EXECUTE FUNCTION vanish()",
    );
    put(first, "notes", "a", json!({"title": "a"})).await;
    let change = timeout(SOON, changes.recv()).await.unwrap().unwrap();
    assert!(change.everything && change.position == 1);
    assert!(!watch.holds());
    assert!(matches!(unit.commit().await, Err(CommitError::Conflict)), "it cannot be certified");
    put(second, "notes", "b", json!({"title": "b"})).await;
}

#[tokio::test]
async fn nodes_that_start_at_once_declare_at_once_and_follow_each_other() {
    let (config, _directory) = Engine::Postgres.place();
    let open = || tokio::spawn(open_as(config.clone()));
    let opening: Vec<_> = (0..4).map(|_| open()).collect();
    let mut nodes = Vec::new();
    for node in opening {
        nodes.push(node.await.unwrap());
    }
    put(&nodes[0], "votes", "1", vote("n", "p")).await;

    // One declares more; the others go by it from their next commit on, or as soon as they hear.
    let mut held = nodes[1].begin().await.unwrap();
    held.get("test", "votes", "1").await.unwrap();
    insert(&mut held, "due", "1", json!({})).await;
    let mut wider = common::votes().index(&["person"]).unique(&["person"]);
    wider.counters.push(vzaemo_storage::Counter::by("people", &["person"]));
    nodes[0].declare("test", &[wider]).await.unwrap();
    assert!(held.commit().await.unwrap_err().is_retryable(), "it read under the older declaration");
    put(&nodes[1], "votes", "2", vote("m", "q")).await;
    for node in &nodes {
        let by_person = Query::of("votes").equal("person", "q");
        let mut rows = Err(vzaemo_storage::StorageError::Closed);
        for _ in 0..100 {
            rows = node.begin().await.unwrap().select("test", &by_person).await;
            if rows.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(rows.unwrap().keys, ["2"]);
        let mut unit = node.begin().await.unwrap();
        assert_eq!(unit.count("test", "votes", "people", "q").await.unwrap(), 1);
        let taken = unit.insert("test", "votes", None, &vote("l", "q").to_string()).await;
        assert!(taken.is_err(), "the new unique key holds on every node");
        assert_eq!(node.verify().await.unwrap(), []);
    }
    // Different collections at once.
    let declaring = nodes.iter().enumerate().map(|(place, node)| async move {
        let own = Collection::new(format!("own{place}"), json!({"properties": {"a": {"type": "string"}}}));
        node.declare("test", &[own.index(&["a"])]).await
    });
    assert!(futures::future::join_all(declaring).await.into_iter().all(|declared| declared.is_ok()));
}

#[tokio::test]
async fn of_all_nodes_one_has_a_lease_until_its_time_is_over() {
    let place = nodes(2).await;
    let [first, second] = place.all.as_slice() else { panic!() };
    let term = Duration::from_hours(1);
    assert!(first.lease("work", term).await.unwrap());
    assert!(!second.lease("work", term).await.unwrap());
    assert!(second.lease("other work", term).await.unwrap());
    assert!(first.lease("work", term).await.unwrap(), "whoever has it extends it");
    // The database's clock decides: there the hour is over.
    sql(&place.config, "UPDATE leases SET until = until - interval '2 hours' WHERE name = 'work'");
    assert!(second.lease("work", term).await.unwrap());
    assert!(!first.lease("work", term).await.unwrap());
    first.give_back("work").await.unwrap();
    assert!(!first.lease("work", term).await.unwrap(), "only its holder can give it back");
    second.give_back("work").await.unwrap();
    assert!(first.lease("work", term).await.unwrap());
}

#[tokio::test]
async fn the_log_keeps_what_was_committed_lately() {
    let place = nodes(1).await;
    put(&place.all[0], "due", "1", json!({})).await;
    assert_eq!(sql(&place.config, "SELECT position, previous FROM commit_log").trim(), "1|0");
    sql(&place.config, "UPDATE commit_log SET committed = committed - interval '1 hour'");
    put(&place.all[0], "due", "2", json!({})).await;
    // A node that starts trims soon.
    let _late = open_as(place.config.clone()).await;
    let positions = async || sql(&place.config, "SELECT position FROM commit_log").trim().to_owned();
    let begun = std::time::Instant::now();
    while positions().await != "2" {
        assert!(begun.elapsed() < SOON, "the log is not trimmed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

//! A watch that holds tells the truth: random reads are watched, also late, while random units commit; whenever the
//! answer has changed, the watch has ended. And it is not ended by what has nothing to do with it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

use proptest::prelude::*;
use serde_json::json;
use vzaemo_storage::{
    BODY, Collection, Config, Counter, Cursor, Dependencies, Op, Query, Storage, Unit, Watch,
};

#[derive(Debug, Clone)]
struct Item {
    group: u8,
    rank: i8,
    /// A unique key, if there.
    slot: Option<u8>,
    out: bool,
}

#[derive(Debug, Clone)]
enum Read {
    Get(u8),
    Find(u8),
    Count(u8),
    /// Of a group by rank: from which rank on, at most how many, downwards, after how many rows of the same.
    List {
        group: u8,
        from: Option<i8>,
        limit: u32,
        down: bool,
        skip: u32,
    },
    /// By key.
    Keys {
        from: u8,
        limit: u32,
    },
}

#[derive(Debug, Clone)]
enum Action {
    /// Begins a unit with these reads, to be watched later.
    Read(Vec<Read>),
    /// Watches what was read first of what waits.
    Watch,
    Put(u8, Item),
    Remove(u8),
}

fn collection() -> Collection {
    let schema = json!({
        "type": "object",
        "properties": {
            "group": {"type": "integer"},
            "rank": {"type": "integer"},
            "slot": {"type": "string"},
            "out": {"type": "boolean"}
        }
    });
    Collection::new("items", schema)
        .index(&["group", "rank"])
        .unique(&["slot"])
        .counter(Counter::by("members", &["group"]).unless("out"))
}

fn body(item: &Item) -> String {
    let mut body = json!({"group": item.group, "rank": item.rank, "out": item.out});
    if let Some(slot) = item.slot {
        body["slot"] = json!(slot.to_string());
    }
    body.to_string()
}

/// What a read answers, written out.
async fn answer(unit: &mut Unit, read: &Read) -> String {
    match read {
        Read::Get(key) => format!("{:?}", unit.get("test", "items", &key.to_string()).await.unwrap()),
        Read::Find(slot) => {
            let found = unit.find_unique("test", "items", &["slot"], &[&slot.to_string()]).await.unwrap();
            format!("{found:?}")
        }
        Read::Count(group) => {
            unit.count("test", "items", "members", &group.to_string()).await.unwrap().to_string()
        }
        Read::List { group, from, limit, down, skip } => {
            let mut query = Query::of("items").equal("group", group.to_string()).fields(&[BODY]);
            if let Some(from) = from {
                query = query.when("rank", Op::Ge, from.to_string());
            }
            query = if *down { query.descending("rank") } else { query.ascending("rank") };
            let mut after: Option<Cursor> = None;
            let mut said = String::new();
            if *skip > 0 {
                let rows = unit.select("test", &query.clone().limit(*skip)).await.unwrap();
                said = format!("{rows:?}");
                after = rows.next;
            }
            let rows = unit.select("test", &query.limit(*limit).after(after)).await.unwrap();
            format!("{said}{rows:?}")
        }
        Read::Keys { from, limit } => {
            let query = Query::of("items").when("$key", Op::Ge, from.to_string()).fields(&["rank"]);
            format!("{:?}", unit.select("test", &query.limit(*limit)).await.unwrap())
        }
    }
}

async fn answers(unit: &mut Unit, reads: &[Read]) -> Vec<String> {
    let mut all = Vec::new();
    for read in reads {
        all.push(answer(unit, read).await);
    }
    all
}

struct Seen<T> {
    reads: Vec<Read>,
    answers: Vec<String>,
    by: T,
}

/// Watches that ended or were refused though the answer is what it was, of all that ended or were refused.
#[derive(Default)]
struct Tally {
    ended: u32,
    for_nothing: u32,
    held_over_a_write: u32,
}

async fn play(actions: &[Action]) -> Tally {
    let directory = tempfile::tempdir().unwrap();
    let storage = Storage::open(Config::new(directory.path())).await.unwrap();
    storage.declare("test", &[collection()]).await.unwrap();
    let mut waiting: Vec<Seen<Dependencies>> = Vec::new();
    let mut watched: Vec<Seen<Watch>> = Vec::new();
    let mut tally = Tally::default();
    for action in actions {
        match action {
            Action::Read(reads) => {
                let mut unit = storage.begin().await.unwrap();
                let answers = answers(&mut unit, reads).await;
                let by = unit.dependencies().await.unwrap();
                waiting.push(Seen { reads: reads.clone(), answers, by });
                continue;
            }
            Action::Watch if waiting.is_empty() => continue,
            Action::Watch => {
                let Seen { reads, answers: before, by } = waiting.remove(0);
                let now = answers(&mut storage.begin().await.unwrap(), &reads).await;
                match storage.watch(by) {
                    Some(by) => {
                        assert_eq!(before, now, "watched though it has changed: {reads:?}");
                        watched.push(Seen { reads, answers: before, by });
                    }
                    None => {
                        tally.ended += 1;
                        tally.for_nothing += u32::from(before == now);
                    }
                }
                continue;
            }
            Action::Put(..) | Action::Remove(_) => {}
        }
        write(&storage, action).await;
        let mut unit = storage.begin().await.unwrap();
        let mut kept = Vec::new();
        for seen in watched {
            let now = answers(&mut unit, &seen.reads).await;
            if seen.by.holds() {
                assert_eq!(seen.answers, now, "holds though it has changed: {:?} by {action:?}", seen.reads);
                tally.held_over_a_write += 1;
                kept.push(seen);
            } else {
                tally.ended += 1;
                tally.for_nothing += u32::from(seen.answers == now);
            }
        }
        watched = kept;
    }
    tally
}

/// Does what can be done; a unique key that is taken is left alone.
async fn write(storage: &Storage, action: &Action) {
    let mut unit = storage.begin().await.unwrap();
    match action {
        Action::Put(key, item) => {
            let key = key.to_string();
            let written = match unit.get("test", "items", &key).await.unwrap() {
                Some(old) => unit.replace("test", "items", &key, old.revision, &body(item)).await,
                None => unit.insert("test", "items", Some(key), &body(item)).await.map(|_| ()),
            };
            if written.is_err() {
                return;
            }
        }
        Action::Remove(key) => {
            let key = key.to_string();
            let Some(old) = unit.get("test", "items", &key).await.unwrap() else { return };
            unit.remove("test", "items", &key, old.revision).await.unwrap();
        }
        Action::Read(_) | Action::Watch => {}
    }
    unit.commit().await.unwrap();
}

fn read() -> impl Strategy<Value = Read> {
    prop_oneof![
        (0..12_u8).prop_map(Read::Get),
        (0..4_u8).prop_map(Read::Find),
        (0..3_u8).prop_map(Read::Count),
        (0..3_u8, proptest::option::of(-3..3_i8), 1..4_u32, any::<bool>(), 0..3_u32)
            .prop_map(|(group, from, limit, down, skip)| Read::List { group, from, limit, down, skip }),
        (0..12_u8, 1..4_u32).prop_map(|(from, limit)| Read::Keys { from, limit }),
    ]
}

fn action() -> impl Strategy<Value = Action> {
    let item = (0..3_u8, -3..3_i8, proptest::option::of(0..4_u8), any::<bool>())
        .prop_map(|(group, rank, slot, out)| Item { group, rank, slot, out });
    prop_oneof![
        3 => proptest::collection::vec(read(), 1..3).prop_map(Action::Read),
        3 => Just(Action::Watch),
        4 => (0..12_u8, item).prop_map(|(key, item)| Action::Put(key, item)),
        1 => (0..12_u8).prop_map(Action::Remove),
    ]
}

#[test]
fn a_watch_that_holds_tells_the_truth() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let total = std::sync::Mutex::new(Tally::default());
    let mut config = ProptestConfig::with_cases(48);
    config.failure_persistence = None;
    proptest!(config, |(actions in proptest::collection::vec(action(), 20..70))| {
        let tally = runtime.block_on(play(&actions));
        let mut total = total.lock().unwrap();
        total.ended += tally.ended;
        total.for_nothing += tally.for_nothing;
        total.held_over_a_write += tally.held_over_a_write;
    });
    let total = total.into_inner().unwrap();
    assert!(
        total.held_over_a_write > 200,
        "watches outlive what does not touch them: {}",
        total.held_over_a_write
    );
    assert!(
        total.for_nothing * 2 < total.ended,
        "{} of {} ended for nothing",
        total.for_nothing,
        total.ended
    );
}

#[tokio::test]
async fn the_end_of_a_list_is_part_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let storage = Storage::open(Config::new(directory.path())).await.unwrap();
    storage.declare("test", &[collection()]).await.unwrap();
    let put = |key, rank| Action::Put(key, Item { group: 1, rank, slot: None, out: false });
    for (key, rank) in [(1, 1), (2, 2), (3, 3), (4, 4)] {
        write(&storage, &put(key, rank)).await;
    }
    let list = Read::List { group: 1, from: None, limit: 2, down: false, skip: 0 };
    let watch = async || {
        let mut unit = storage.begin().await.unwrap();
        answer(&mut unit, &list).await;
        storage.watch(unit.dependencies().await.unwrap()).unwrap()
    };
    let two_of_four = watch().await;
    write(&storage, &Action::Remove(4)).await;
    write(&storage, &put(5, 9)).await;
    write(&storage, &put(5, 2)).await;
    assert!(two_of_four.holds(), "rows beyond do not matter");
    write(&storage, &Action::Remove(5)).await;
    write(&storage, &Action::Remove(3)).await;
    assert!(!two_of_four.holds(), "now there is no next page");
    let two_of_two = watch().await;
    write(&storage, &put(6, 9)).await;
    assert!(!two_of_two.holds(), "now there is one");
}

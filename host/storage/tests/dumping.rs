//! Dumps: made while others commit, loaded into either engine, refused when anything is wrong with them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use common::{Engine, fill, goes_on, insert, on_both_engines, open, open_as, vote};
use vzaemo_storage::{Config, DumpError, Seen, dump, holds_anything, inspect, load};

on_both_engines! {
    what_is_dumped_goes_on_in_either_engine
    what_is_not_there_is_not_dumped;
    threads: a_dump_made_while_others_commit_is_one_moment
}

async fn dumped(config: &Config) -> Vec<u8> {
    let mut bytes = Vec::new();
    dump(config, &mut bytes).await.unwrap();
    bytes
}

async fn what_is_dumped_goes_on_in_either_engine(engine: Engine) {
    let original = open(engine).await;
    fill(&original.storage).await;
    let bytes = dumped(&original.config).await;
    let text = std::str::from_utf8(&bytes).unwrap();
    assert!(text.contains(r#""body":{"state":"open","title":"їжак"#), "a document stands in it as it is");

    for other in [Engine::Sqlite, Engine::Postgres] {
        let (config, _folder) = other.place();
        assert!(!holds_anything(&config).await.unwrap());
        let loaded = load(&config, bytes.as_slice()).await.unwrap();
        assert_eq!((loaded.position, loaded.documents, loaded.entries), (6, 1201, 4));
        assert!(holds_anything(&config).await.unwrap());
        assert_eq!(dumped(&config).await, bytes, "the same is dumped again");
        assert!(matches!(load(&config, bytes.as_slice()).await, Err(DumpError::NotEmpty)));
        goes_on(&config).await;
    }
}

async fn what_is_not_there_is_not_dumped(engine: Engine) {
    let (config, folder) = engine.place();
    assert!(matches!(dump(&config, Vec::new()).await, Err(DumpError::Absent)));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made by looking");
}

/// Each unit writes one document, counts it and enters it in the audit log: at every moment all are the same number.
async fn a_dump_made_while_others_commit_is_one_moment(engine: Engine) {
    let place = open(engine).await;
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let (storage, stop) = (place.storage.clone(), stop.clone());
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let mut unit = storage.begin().await.unwrap();
                    let number = unit.number("votes");
                    insert(&mut unit, "votes", &number, vote("n", &number)).await;
                    unit.entry(number.into_bytes());
                    unit.commit().await.unwrap();
                }
            })
        })
        .collect();
    let mut positions = place.storage.positions();
    for _ in 0..3 {
        let before = *positions.borrow_and_update();
        positions.wait_for(|position| *position >= before + 200).await.unwrap();
        let bytes = dumped(&place.config).await;
        let mut entries = 0;
        let found =
            inspect(bytes.as_slice(), |seen| entries += u64::from(matches!(seen, Seen::Entry(_)))).unwrap();
        assert!(found.position >= before + 200);
        assert_eq!(
            (found.documents, found.entries, entries),
            (found.position, found.position, found.position)
        );
        // They have not waited for it.
        positions.wait_for(|position| *position > found.position).await.unwrap();

        let (config, _folder) = engine.place();
        assert_eq!(load(&config, bytes.as_slice()).await.unwrap(), found);
        let restored = open_as(config).await;
        assert_eq!(restored.verify().await.unwrap(), []);
        let mut unit = restored.begin().await.unwrap();
        assert_eq!(unit.count("test", "votes", "votes", "n").await.unwrap(), found.position);
    }
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
}

#[tokio::test]
async fn a_dump_with_anything_changed_is_refused_and_leaves_nothing() {
    let original = open(Engine::Sqlite).await;
    fill(&original.storage).await;
    let bytes = dumped(&original.config).await;
    let (config, _folder) = Engine::Sqlite.place();
    let mut refused = Vec::new();
    let mut refuse = async |what: &str, changed: &[u8]| {
        let inspected = inspect(changed, |_| ()).err().unwrap_or_else(|| panic!("{what} is not noticed"));
        assert!(load(&config, changed).await.is_err(), "{what} is loaded");
        assert!(!holds_anything(&config).await.unwrap(), "{what} leaves something behind");
        refused.push(inspected);
    };

    let lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    // A letter or digit within each kind of line, made another one of its kind: it is JSON all the same.
    for kind in ["head", "collection", "document", "counter", "threshold", "sequence", "entry", "end"] {
        let place = lines.iter().position(|line| line.starts_with(format!("{{\"{kind}\"").as_bytes()));
        let place = place.unwrap_or_else(|| panic!("there is a line {kind}"));
        let mut changed: Vec<u8> = lines[..place].concat();
        let mut line = lines[place].to_vec();
        let digit = line.iter().rposition(u8::is_ascii_digit).unwrap();
        line[digit] = if line[digit] == b'1' { b'2' } else { b'1' };
        changed.extend(line);
        changed.extend(lines[place + 1..].concat());
        refuse(kind, &changed).await;
    }
    refuse("a line less", &[&lines[..40], &lines[41..]].concat().concat()).await;
    refuse("two lines swapped", &[&lines[..40], &[lines[41], lines[40]], &lines[42..]].concat().concat())
        .await;
    refuse("a line more", &[&lines[..], &[lines[40]]].concat().concat()).await;
    refuse("an end too early", &bytes[..bytes.len() - 1]).await;
    refuse("no end", &lines[..lines.len() - 1].concat()).await;
    refuse("nothing", b"").await;
    refuse("something else", b"{\"notes\":[]}\n").await;
    refuse(
        "a newer one",
        &[b"{\"dump\":{\"format\":2}}\n".as_slice()]
            .iter()
            .chain(&lines[1..])
            .copied()
            .collect::<Vec<_>>()
            .concat(),
    )
    .await;
    assert!(matches!(refused.last(), Some(DumpError::Newer(2))));
    assert!(matches!(refused[refused.len() - 4], DumpError::Cut(_)), "{}", refused[refused.len() - 4]);
}

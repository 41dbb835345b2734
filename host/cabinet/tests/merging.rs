//! What the cabinet keeps of one record of a person is handed over to another one, on either engine of the storage.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

use tempfile::TempDir;
use vzaemo_cabinet::mail::Kind;
use vzaemo_cabinet::{
    CaseUpdate, Draft, Notice, Text, draft, join, leave, merging, my_cases, my_drafts, my_notices, notify,
    put, save_draft, unread,
};
use vzaemo_clock::Instant;
use vzaemo_storage::{Config, Postgres, Storage, Unit, files};

const STAYS: &str = "0198f000-0000-7000-8000-000000000001";
const GOES: &str = "0198f000-0000-7000-8000-000000000002";

async fn on_sqlite() -> (Storage, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Storage::open(Config::new(folder.path())).await.unwrap(), folder)
}

async fn on_postgres() -> (Storage, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path());
    config.postgres = Some(Postgres::at(vzaemo_test_postgres::shared().schema()));
    (Storage::open(config).await.unwrap(), folder)
}

fn text(text: &str) -> Text {
    Text { uk: text.to_owned(), en: text.to_owned() }
}

fn at(day: u32) -> Instant {
    format!("2026-09-{day:02}T10:00:00.000Z").parse().unwrap()
}

fn form(address: &str, values: &str) -> Draft {
    Draft {
        module: "notes".to_owned(),
        title: text("A note"),
        address: address.to_owned(),
        values: values.to_owned(),
        files: Vec::new(),
    }
}

async fn takes_part(unit: &mut Unit, case: &str, person: &str, day: u32) {
    let update = CaseUpdate {
        title: case.to_owned(),
        status: text("open"),
        address: format!("/notes/{case}"),
        term: None,
    };
    put(unit, "notes", case, update, at(day)).await.unwrap();
    join(unit, "notes", case, person, text(person), at(day)).await.unwrap();
}

/// Hands everything over, a portion a unit of work, the first of which is lost before its commit.
async fn handed_over(storage: &Storage) {
    let mut lost = storage.begin().await.unwrap();
    assert!(merging::hand_over(&mut lost, GOES, STAYS, at(20)).await.unwrap() > 0);
    drop(lost);
    loop {
        let mut unit = storage.begin().await.unwrap();
        let moved = merging::hand_over(&mut unit, GOES, STAYS, at(20)).await.unwrap();
        unit.commit().await.unwrap();
        if moved == 0 {
            return;
        }
    }
}

async fn everything_is_found_under_the_record_that_stays(storage: Storage) {
    storage.declare(vzaemo_cabinet::NAMESPACE, &vzaemo_cabinet::collections()).await.unwrap();
    storage.declare(files::NAMESPACE, &files::collections()).await.unwrap();
    let mut unit = storage.begin().await.unwrap();
    takes_part(&mut unit, "one", GOES, 1).await;
    takes_part(&mut unit, "both", GOES, 2).await;
    takes_part(&mut unit, "both", STAYS, 3).await;
    takes_part(&mut unit, "left", STAYS, 4).await;
    leave(&mut unit, "notes", "left", STAYS, text("left"), at(5)).await.unwrap();
    join(&mut unit, "notes", "left", GOES, text(GOES), at(6)).await.unwrap();
    for (person, address, values, day) in [
        (STAYS, "/notes/new", "older", 1),
        (GOES, "/notes/new", "newer", 2),
        (STAYS, "/votes/new", "newer", 2),
        (GOES, "/votes/new", "older", 1),
        (GOES, "/items/new", "only", 1),
    ] {
        save_draft(&mut unit, person, form(address, values), at(day)).await.unwrap();
    }
    let notice = Notice {
        module: "notes".to_owned(),
        kind: Kind::Case,
        text: text("told"),
        address: "/notes".to_owned(),
    };
    notify(&mut unit, STAYS, notice.clone(), at(1)).await.unwrap();
    unit.commit().await.unwrap();
    // More than one portion of them.
    for _ in 0..3 {
        let mut unit = storage.begin().await.unwrap();
        for _ in 0..100 {
            notify(&mut unit, GOES, notice.clone(), at(2)).await.unwrap();
        }
        unit.commit().await.unwrap();
    }
    let mut unit = storage.begin().await.unwrap();
    let counted = merging::amount(&mut unit, GOES).await.unwrap();
    assert_eq!((counted.cases, counted.drafts, counted.notices, counted.address), (3, 3, 300, false));
    drop(unit);

    handed_over(&storage).await;
    let mut unit = storage.begin().await.unwrap();
    assert_eq!(merging::amount(&mut unit, GOES).await.unwrap(), merging::Amount::default());
    let (cases, _) = my_cases(&mut unit, STAYS, 10, None).await.unwrap();
    let mut cases: Vec<(&str, bool, &str)> =
        cases.iter().map(|case| (case.title.as_str(), case.left, case.since.as_str())).collect();
    cases.sort_unstable();
    let since = |day: u32| at(day).to_string();
    let (first, second, fourth) = (since(1), since(2), since(4));
    assert_eq!(cases, [("both", false, &*second), ("left", false, &*fourth), ("one", false, &*first)]);
    assert_eq!(my_drafts(&mut unit, STAYS).await.unwrap().len(), 3);
    for (address, values) in [("/notes/new", "newer"), ("/votes/new", "newer"), ("/items/new", "only")] {
        assert_eq!(draft(&mut unit, STAYS, address).await.unwrap().unwrap().values, values, "{address}");
    }
    assert_eq!(my_notices(&mut unit, STAYS, 500, None).await.unwrap().0.len(), 301);
    assert_eq!(unread(&mut unit, STAYS).await.unwrap(), 301, "counters move with them");
    assert_eq!(unread(&mut unit, GOES).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_found_under_the_record_that_stays_on_sqlite() {
    let (storage, _folder) = on_sqlite().await;
    everything_is_found_under_the_record_that_stays(storage).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_found_under_the_record_that_stays_on_postgres() {
    let (storage, _folder) = on_postgres().await;
    everything_is_found_under_the_record_that_stays(storage).await;
}

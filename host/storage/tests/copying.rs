//! A platform moves from one engine to the other, and back.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

mod common;

use common::{Engine, fill, goes_on, open};
use vzaemo_storage::{CopyError, copy};

#[tokio::test]
async fn a_copy_is_the_same_and_goes_on_where_the_original_was() {
    let original = open(Engine::Sqlite).await;
    fill(&original.storage).await;
    original.storage.clone().close().await;
    let ((postgres, _first), (sqlite, _second)) = (Engine::Postgres.place(), Engine::Sqlite.place());

    let there = copy(&original.config, &postgres).await.unwrap();
    assert_eq!((there.position, there.documents, there.entries), (6, 1201, 4));
    let back = copy(&postgres, &sqlite).await.unwrap();
    assert_eq!(there, back);
    assert!(matches!(copy(&sqlite, &postgres).await, Err(CopyError::NotEmpty)));

    for config in [postgres, sqlite] {
        goes_on(&config).await;
    }
}

//! `vzaemo audit`: a platform that is whole is found whole, and what is wrong is named.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use vzaemo_tests::petitions::{self, OFFICIAL};
use vzaemo_tests::{Platform, Settings};

/// Does to the database what nobody should.
async fn tamper(platform: &Platform, statement: &'static str) -> u64 {
    let file = platform.folder().join("data/vzaemo.db");
    let mut connection =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file)).await.unwrap();
    let done = sqlx::query(statement).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    done.rows_affected()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_contradicts_itself_is_named_and_ends_with_a_status() {
    let mut platform = Platform::start(Settings::default()).await;
    let number = petitions::send(&platform.person(1).await, "Trees along the main street").await;
    petitions::publish(&platform.person(OFFICIAL).await, &number).await;
    for signatory in [2, 3] {
        petitions::sign(&platform.person(signatory).await, &number).await;
    }
    platform.kill().await;
    let (good, said) = platform.verify().await;
    assert!(good, "{said}");

    // A counter that somebody raised: named with both numbers.
    let raised = "UPDATE counters SET value = value + 1000 WHERE value = 2";
    assert!(tamper(&platform, raised).await > 0, "the two signatures are counted");
    let (good, said) = platform.verify().await;
    assert!(!good, "{said}");
    assert!(said.contains("is 1002 for") && said.contains("a recount gives 2"), "{said}");
    tamper(&platform, "UPDATE counters SET value = value - 1000 WHERE value = 1002").await;
    let (good, said) = platform.verify().await;
    assert!(good, "{said}");

    // An entry that somebody removed from the log.
    assert_eq!(tamper(&platform, "DELETE FROM entries WHERE number = 3").await, 1);
    let (good, said) = platform.verify().await;
    assert!(!good && said.contains("audit entry 3 is missing"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_there_is_not_whole() {
    let mut platform = Platform::start(Settings::default()).await;
    platform.kill().await;
    std::fs::rename(platform.folder().join("data"), platform.folder().join("elsewhere")).unwrap();
    let (good, said) = platform.verify().await;
    assert!(!good && said.contains("there is none"), "{said}");
}

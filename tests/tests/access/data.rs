//! What stands in the database of a platform under test.

use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _, Row as _};
use vzaemo_tests::Platform;

pub async fn open(platform: &Platform) -> SqliteConnection {
    let file = platform.folder().join("data/vzaemo.db");
    SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file)).await.unwrap()
}

async fn table(database: &mut SqliteConnection, namespace: &str, collection: &str) -> String {
    let id: i64 = sqlx::query_scalar("SELECT id FROM collections WHERE namespace = ? AND name = ?")
        .bind(namespace)
        .bind(collection)
        .fetch_one(database)
        .await
        .unwrap_or_else(|error| panic!("there is no collection {namespace}/{collection}: {error}"));
    format!("documents_{id}")
}

/// All documents of a collection, by key.
pub async fn documents(platform: &Platform, namespace: &str, collection: &str) -> Vec<(String, Value)> {
    let mut database = open(platform).await;
    let table = table(&mut database, namespace, collection).await;
    let rows = sqlx::query(AssertSqlSafe(format!("SELECT key, body FROM {table} ORDER BY key")))
        .fetch_all(&mut database)
        .await
        .unwrap();
    database.close().await.unwrap();
    rows.iter().map(|row| (row.get(0), serde_json::from_str(row.get::<&str, _>(1)).unwrap())).collect()
}

/// Puts a document there, as nobody could through the platform. It must not serve meanwhile.
pub async fn put(platform: &Platform, namespace: &str, collection: &str, key: &str, body: &str) {
    let mut database = open(platform).await;
    let table = table(&mut database, namespace, collection).await;
    let statement =
        format!("INSERT OR REPLACE INTO {table} (key, revision, version, body) VALUES (?, 1, 1, ?)");
    sqlx::query(AssertSqlSafe(statement)).bind(key).bind(body).execute(&mut database).await.unwrap();
    database.close().await.unwrap();
}

/// The platform's id of the person who signed in for the first time last: ids begin with their time.
pub async fn newest_person(platform: &Platform) -> String {
    documents(platform, "identity", "persons").await.pop().expect("somebody was here").0
}

/// The entries of the audit log.
pub async fn entries(platform: &Platform) -> Vec<String> {
    let mut database = open(platform).await;
    let rows =
        sqlx::query("SELECT bytes FROM entries ORDER BY number").fetch_all(&mut database).await.unwrap();
    database.close().await.unwrap();
    rows.iter().map(|row| String::from_utf8(row.get(0)).unwrap()).collect()
}

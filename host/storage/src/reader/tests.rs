//! What a page costs, counted in the steps of SQLite's machine rather than in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;
use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::plan::Plan;
use crate::pool::Pool;
use crate::{Collection, Config, Cursor, KEY, Op, Query, Storage};

const MANY: u32 = 20_000;
const PAGE: u32 = 50;

/// Counts every step that a connection makes.
async fn count_steps(connection: &mut SqliteConnection, steps: Arc<AtomicU64>) -> Result<(), sqlx::Error> {
    let mut handle = connection.lock_handle().await?;
    handle.set_progress_handler(1, move || {
        steps.fetch_add(1, Ordering::Relaxed);
        true
    });
    Ok(())
}

#[tokio::test]
async fn a_page_at_the_end_takes_as_many_steps_as_one_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let storage = Storage::open(Config::new(folder.path())).await.unwrap();
    let schema = json!({
        "type": "object",
        "properties": {"state": {"type": "string"}, "weight": {"type": "integer"}}
    });
    // Very many documents share a state, and some a weight: cursors stand in the midst of those that are equal.
    let notes = Collection::new("notes", schema).index(&["state", "weight"]).index(&["weight"]);
    storage.declare("test", &[notes]).await.unwrap();
    for first in (0..MANY).step_by(1000) {
        let mut unit = storage.begin().await.unwrap();
        for one in first..first + 1000 {
            let body = json!({"state": format!("s{}", one % 2), "weight": one / 10}).to_string();
            unit.insert("test", "notes", Some(format!("{one:08}")), &body).await.unwrap();
        }
        unit.commit().await.unwrap();
    }

    let steps = Arc::new(AtomicU64::new(0));
    let counting = steps.clone();
    let file = SqliteConnectOptions::new().filename(folder.path().join("vzaemo.db"));
    let pool = PoolOptions::new().max_connections(1).after_connect(move |connection, _| {
        let steps = counting.clone();
        Box::pin(count_steps(connection, steps))
    });
    let pool = Pool::Sqlite(pool.connect_with(file).await.unwrap());
    let catalog = storage.shared.catalog();
    let collection = catalog.get("test", "notes").unwrap();

    let of = || Query::of("notes").limit(PAGE);
    for (what, query, total) in [
        ("by key", of().ascending(KEY), MANY),
        ("by key, the last first", of().descending(KEY), MANY),
        ("by an index", of().ascending("weight"), MANY),
        ("of one state", of().equal("state", "s1"), MANY / 2),
        ("of one state, the heaviest first", of().equal("state", "s1").descending("weight"), MANY / 2),
        ("in a range", of().equal("state", "s0").when("weight", Op::Ge, "10"), MANY / 2 - 50),
        ("in a range, the last first", of().when("weight", Op::Lt, "1990").descending("weight"), MANY - 100),
        ("in a range of keys", of().when(KEY, Op::Gt, "00000099"), MANY - 100),
    ] {
        let (mut after, mut found, mut costs) = (None::<Cursor>, 0, Vec::new());
        loop {
            let plan = Plan::new(collection, &query.clone().after(after.take())).unwrap();
            let (mut reader, _) = pool.begin().await.unwrap();
            let before = steps.load(Ordering::Relaxed);
            let (rows, _) = reader.select(collection, &plan).await.unwrap();
            costs.push(steps.load(Ordering::Relaxed) - before);
            reader.end().await.unwrap();
            found += u32::try_from(rows.keys.len()).unwrap();
            after = rows.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, total, "{what}");
        // With a cursor each row is compared with it, so the second page is the measure for all that follow.
        let (first, second, most) = (costs[0], costs[1], *costs.iter().max().unwrap());
        assert!(costs.len() > 150 && first > u64::from(PAGE), "{what}: {} pages", costs.len());
        assert!(second <= 3 * first, "{what}: {first} steps for the first page, {second} for the second");
        assert!(
            most <= second + second / 4,
            "{what}: {second} steps for the second page, {most} for the dearest"
        );
        println!("{what}: {first} steps for the first page, {second} for the second, {most} for the dearest");
    }
}

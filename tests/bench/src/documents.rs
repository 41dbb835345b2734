//! A collection of very many documents: pages wherever they stand, searching by an index, and the export of all.

use crate::Scale;
use crate::report::{Goal, Row, median};
use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use std::time::{Duration, Instant};
use vzaemo_storage::{Collection, Config, Cursor, Op, Query, Storage};

/// Documents that one unit of work brings in.
const CHUNK: u32 = 10_000;
/// Documents on a page.
const PAGE: u32 = 50;
/// How often a page is asked for.
const TIMES: u32 = 400;
/// Documents of one group.
const GROUP: u32 = 1000;
/// What an export may add to the memory of the process, in MiB, however many documents there are.
const MOST_MIB: f64 = 16.0;

/// The rows.
pub async fn measure(scale: Scale) -> Result<Vec<Row>> {
    let many = scale.pick(10_000_000, 200_000);
    let folder = tempfile::tempdir()?;
    let began = Instant::now();
    let storage = open(folder.path()).await?;
    fill(&storage, many).await?;
    storage.close().await;
    let mut rows = vec![Row::new(
        format!("bringing in {many} documents, durable, {CHUNK} a unit"),
        f64::from(many) / began.elapsed().as_secs_f64(),
        "/s",
    )];

    let began = Instant::now();
    let storage = open(folder.path()).await?;
    rows.push(Row::new("opening them", milliseconds(began.elapsed()), "ms"));
    let list = || Query::of("items").ascending("at").fields(&["group", "at"]).limit(PAGE);
    let places = [("first", 0), ("middle", many / 2), ("last", many - PAGE - 1)];
    let mut queries = Vec::new();
    for (_, place) in places {
        let after = if place == 0 { None } else { Some(cursor(&storage, place).await?) };
        queries.push(list().after(after));
    }
    let times = timed(&storage, &queries, PAGE).await?;
    let first = times.first().copied().unwrap_or(f64::NAN);
    for ((name, _), time) in places.into_iter().zip(times) {
        let row = Row::new(format!("the {name} page of {PAGE} among them: median"), time, "ms");
        rows.push(if name == "first" { row } else { row.against(first).goal(Goal::AtMostTimes(1.5)) });
    }
    let of_group = format!("{:08}", many / GROUP / 2);
    let found = Query::of("items").equal("group", of_group).fields(&["at"]).limit(PAGE);
    let of_search = timed(&storage, &[found], PAGE).await?;
    rows.extend(
        of_search.into_iter().map(|time| {
            Row::new(format!("a search by an index, {PAGE} of {GROUP} found: median"), time, "ms")
        }),
    );
    rows.extend(export(&storage, many).await?);
    storage.close().await;
    Ok(rows)
}

async fn open(folder: &std::path::Path) -> Result<Storage> {
    let storage = Storage::open(Config::new(folder)).await?;
    let schema = json!({
        "type": "object",
        "properties": {"group": {"type": "string"}, "at": {"type": "integer"}, "text": {"type": "string"}},
        "required": ["group", "at"]
    });
    let items = Collection::new("items", schema).index(&["at"]).index(&["group", "at"]);
    storage.declare("bench", &[items]).await?;
    Ok(storage)
}

async fn fill(storage: &Storage, many: u32) -> Result<()> {
    for chunk in (0..many).step_by(CHUNK as usize) {
        let mut unit = storage.begin().await?;
        for one in chunk..many.min(chunk + CHUNK) {
            let body = json!({
                "group": format!("{:08}", one / GROUP),
                "at": one,
                "text": "Some sentence of the length that such things have, with its number at the end."
            });
            unit.insert("bench", "items", Some(format!("{one:010}")), &body.to_string()).await?;
        }
        unit.commit().await?;
    }
    Ok(())
}

/// The cursor of a page that begins after this place.
async fn cursor(storage: &Storage, place: u32) -> Result<Cursor> {
    let one = Query::of("items").when("at", Op::Ge, place.to_string()).ascending("at").limit(1);
    let rows = storage.begin().await?.select("bench", &one).await?;
    rows.next.context("find the place of a page")
}

/// The median time of each of some pages, a unit of work each time. They take turns, so that what else the machine does
/// falls on all of them.
async fn timed(storage: &Storage, queries: &[Query], rows: u32) -> Result<Vec<f64>> {
    let mut times = vec![Vec::new(); queries.len()];
    for _ in 0..TIMES {
        for (query, times) in queries.iter().zip(&mut times) {
            let began = Instant::now();
            let mut unit = storage.begin().await?;
            let found = unit.select("bench", query).await?;
            times.push(milliseconds(began.elapsed()));
            ensure!(found.keys.len() == rows as usize, "list {rows} documents: {} came", found.keys.len());
        }
    }
    Ok(times.into_iter().map(median).collect())
}

/// Reads all documents once, in the order of keys.
async fn export(storage: &Storage, many: u32) -> Result<Vec<Row>> {
    // The kernel's highest mark is set back to what the process has now.
    std::fs::write("/proc/self/clear_refs", "5").context("set the mark of memory back")?;
    let before = peak_mib()?;
    let began = Instant::now();
    let mut export = storage.export("bench", "items").await?;
    let (mut documents, mut bytes) = (0_u32, 0_usize);
    while let Some(document) = export.next().await? {
        documents += 1;
        bytes += document.body.len();
    }
    export.end().await?;
    let took = began.elapsed();
    ensure!(documents == many, "export {many} documents: {documents} came");
    let grown = peak_mib()? - before;
    Ok(vec![
        Row::new(
            format!("exporting all, {} MiB", bytes >> 20),
            f64::from(documents) / took.as_secs_f64(),
            "/s",
        ),
        Row::new("memory that the export adds at its peak", grown, "MiB").goal(Goal::AtMost(MOST_MIB)),
    ])
}

fn peak_mib() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status").context("read the memory of the process")?;
    let line =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("find the peak of memory")?;
    let kib: u32 = line.trim().trim_end_matches("kB").trim().parse().context("read the peak of memory")?;
    Ok(f64::from(kib) / 1024.0)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

//! `vzaemo audit replay`, and the list of erasures.

use super::{Place, open};
use crate::wiring;
use anyhow::Context as _;
use std::path::Path;
use std::process::ExitCode;
use vzaemo_audit::{Erasure, Journalled, Record, Subject};
use vzaemo_lifecycle::{Configuration, recorded_version};
use vzaemo_runtime::Engine;
use vzaemo_service::{Finding, Recorded};
use vzaemo_storage::Storage;

/// How many records are read at once.
const PORTION: u32 = 100;
/// How many entries of the log are read at once.
const ENTRIES: u64 = 1000;

/// Runs every recorded act and job of a case again, each in the version of its module that ran it, and says of each
/// whether what is recorded follows. What was erased is said with its rule. Ends with status 1 if anything does not
/// follow.
pub async fn replay(place: &Place, case: &str) -> anyhow::Result<ExitCode> {
    let configuration = place.configuration()?;
    let storage = open(&configuration).await?;
    storage.recall_declarations().await.context("read what the storage keeps")?;
    let outcome = replay_case(&configuration, &storage, case).await;
    storage.close().await;
    let Count { acts, astray, erased } = outcome?;
    println!("{case}: {acts} acts run again, {astray} do not follow, {erased} erased by rule");
    Ok(if astray == 0 && acts + erased > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[derive(Default)]
struct Count {
    acts: usize,
    astray: usize,
    erased: usize,
}

async fn replay_case(configuration: &Configuration, storage: &Storage, case: &str) -> anyhow::Result<Count> {
    let engine = wiring::engine(configuration)?;
    let erasures = vzaemo_audit::erasures(storage).await.context("read the erasures")?;
    let mut count = Count::default();
    let subject = Subject::Case(case.to_owned());
    let mut after = None;
    let mut seen = std::collections::BTreeSet::new();
    loop {
        let mut unit = storage.begin().await.context("read the journal")?;
        let part = vzaemo_audit::journal(&mut unit, &subject, PORTION, after).await;
        let (records, next) = part.context("read the journal")?;
        drop(unit);
        for record in &records {
            seen.insert(record.entry);
            match again(configuration, &engine, storage, record, &erasures).await? {
                Again::Erased(by) => {
                    count.erased += 1;
                    println!(
                        "entry {}: what it read or wrote is erased by rule {}, at {}",
                        record.entry, by.rule, by.at
                    );
                }
                Again::Findings(lines) => {
                    count.acts += 1;
                    count.astray += usize::from(!lines.is_empty());
                    tell(record, &lines);
                }
            }
        }
        match next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    count.erased += erased(storage, &erasures, &subject, case, &seen).await?;
    Ok(count)
}

fn tell(record: &Journalled, lines: &[String]) {
    let verdict = if lines.is_empty() { "follows" } else { "DOES NOT FOLLOW" };
    println!("entry {}: {} {} at {}: {verdict}", record.entry, record.module, record.act, record.at);
    for line in lines {
        println!("  {line}");
    }
}

/// How running one again ended.
enum Again<'e> {
    /// What does not follow, a line each.
    Findings(Vec<String>),
    /// Nothing can be said: documents that it read or wrote are kept no longer as they were then.
    Erased(&'e Erasure),
}

/// The erasure of the documents for want of which a replay could not go on, if that is all that it found.
fn erased_for<'e>(erasures: &'e [Erasure], module: &str, findings: &[Finding]) -> Option<&'e Erasure> {
    let mut by = None;
    for finding in findings {
        let Finding::Gone { document, .. } = finding else { return None };
        let gone = format!("{module}/{document}");
        by = Some(erasures.iter().rev().find(|erasure| erasure.documents.contains(&gone))?);
    }
    by
}

/// Runs one again.
async fn again<'e>(
    configuration: &Configuration,
    engine: &Engine,
    storage: &Storage,
    record: &Journalled,
    erasures: &'e [Erasure],
) -> anyhow::Result<Again<'e>> {
    let number = record.entry;
    let read = vzaemo_audit::read(storage, number..number + 1).await.context("read the audit log")?;
    let Some(entry) = read.into_iter().find_map(|entry| entry.record) else {
        return Ok(Again::Findings(vec!["its entry is not in the audit log".to_owned()]));
    };
    let Some(recorded) = Recorded::of(record) else {
        let line = "its transcript is of a form that this version does not know";
        return Ok(Again::Findings(vec![line.to_owned()]));
    };
    if let Some(line) = other_module(&entry, &recorded) {
        return Ok(Again::Findings(vec![line]));
    }
    let version = match recorded_version(&configuration.folders, engine, &recorded).await {
        Ok(version) => version,
        Err(problems) => return Ok(Again::Findings(problems.iter().map(ToString::to_string).collect())),
    };
    let replayed = vzaemo_service::replay(storage, &entry, record, &version).await.context("run it again")?;
    if let Some(by) = erased_for(erasures, &recorded.module, &replayed.findings) {
        return Ok(Again::Erased(by));
    }
    Ok(Again::Findings(replayed.findings.iter().map(ToString::to_string).collect()))
}

/// The log says which package ran; the journal must say the same.
fn other_module(entry: &Record, recorded: &Recorded) -> Option<String> {
    let module = entry.module.as_ref()?;
    let same = module.id == recorded.module && module.digest == recorded.digest;
    (!same).then(|| format!("the log says that {} {} ran", module.id, module.digest))
}

/// Acts on the documents of a case whose records are gone, each with the rule by which they were erased.
async fn erased(
    storage: &Storage,
    erasures: &[Erasure],
    subject: &Subject,
    case: &str,
    seen: &std::collections::BTreeSet<u64>,
) -> anyhow::Result<usize> {
    let mut gone: Vec<(u64, &Erasure)> = Vec::new();
    for erasure in erasures.iter().filter(|erasure| erasure.subject == *subject) {
        gone.extend(erasure.entries.iter().map(|entry| (*entry, erasure)));
    }
    // Those of persons who took part: their entries name the document that they were about.
    let Some((module, key)) = case.split_once('/') else { return Ok(0) };
    let end = storage.entry_count().await.context("read the audit log")?;
    for first in (0..end).step_by(usize::try_from(ENTRIES).unwrap_or(1)) {
        let some = vzaemo_audit::read(storage, first..first + ENTRIES).await.context("read the audit log")?;
        for entry in some {
            let Some(record) = entry.record.filter(|record| record.journal.is_some()) else { continue };
            let about = record.resource.as_deref().and_then(|about| about.split_once('/'));
            let concerns = record.module.is_some_and(|ran| ran.id == module)
                && about.is_some_and(|(_, document)| document == key);
            if concerns && !seen.contains(&entry.number) && gone.iter().all(|(n, _)| *n != entry.number) {
                let by = erasures.iter().find(|erasure| erasure.entries.contains(&entry.number));
                gone.extend(by.map(|erasure| (entry.number, erasure)));
            }
        }
    }
    gone.sort_by_key(|(entry, _)| *entry);
    for (entry, erasure) in &gone {
        println!("entry {entry}: erased by rule {}, at {}", erasure.rule, erasure.at);
    }
    Ok(gone.len())
}

/// Writes the list of erasures, a line each, to be kept beside the backups.
pub async fn erasures(place: &Place) -> anyhow::Result<ExitCode> {
    let storage = open(&place.configuration()?).await?;
    storage.recall_declarations().await.context("read what the storage keeps")?;
    let all = vzaemo_audit::erasures(&storage).await.context("read the erasures")?;
    storage.close().await;
    for erasure in &all {
        println!("{}", serde_json::to_string(erasure).context("write an erasure")?);
    }
    Ok(ExitCode::SUCCESS)
}

/// Does the erasures of a list again that a restored database does not know of; how many.
pub async fn erase_again(storage: &Storage, list: &Path) -> anyhow::Result<usize> {
    let text = std::fs::read_to_string(list).with_context(|| format!("read {}", list.display()))?;
    vzaemo_audit::declare(storage).await.context("declare the audit log's records")?;
    let known = vzaemo_audit::erasures(storage).await.context("read the erasures")?;
    let now = vzaemo_clock::SecurityClock::real().now();
    let mut done = 0;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let all: Vec<Erasure> =
        lines.map(serde_json::from_str).collect::<Result<_, _>>().context("read the list of erasures")?;
    for erasure in &all {
        if known.contains(erasure) {
            continue;
        }
        again_once(storage, &all, erasure, now).await?;
        done += 1;
    }
    Ok(done)
}

/// Does one erasure again. Documents that have had their time go by themselves when the platform serves, and what a
/// person has asked for is carried out then.
async fn again_once(
    storage: &Storage,
    all: &[Erasure],
    erasure: &Erasure,
    now: vzaemo_clock::Instant,
) -> anyhow::Result<()> {
    let at = erasure.at.parse().context("read the list of erasures")?;
    match &erasure.subject {
        Subject::Person(_) | Subject::Case(_) => {
            let erased = vzaemo_audit::erase(storage, &erasure.subject, &erasure.rule, at, now).await;
            erased.map(|_| ()).context("erase again")
        }
        Subject::Before(before) => {
            let before = before.parse().context("read the list of erasures")?;
            while vzaemo_audit::erase_older(storage, before, &erasure.rule, at, now)
                .await
                .context("erase again")?
                > 0
            {}
            Ok(())
        }
        Subject::Request(person) => {
            let withdrawn = Subject::Withdrawn(person.clone());
            let later = all.iter().skip_while(|other| *other != erasure);
            let once = later.into_iter().any(|other| other.subject == withdrawn);
            vzaemo_service::erase_again(storage, person, at, once).await.context("erase again")
        }
        Subject::Documents(_) | Subject::Withdrawn(_) => {
            let mut unit = storage.begin().await.context("erase again")?;
            vzaemo_audit::note(&mut unit, erasure).await.context("erase again")?;
            unit.commit().await.map(|_| ()).context("erase again")
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use vzaemo_audit::{Actor, Beside, Entry, Kind};
    use vzaemo_clock::SecurityClock;

    async fn place(folder: &Path) -> Storage {
        let storage = Storage::open(vzaemo_storage::Config::new(folder)).await.unwrap();
        vzaemo_audit::declare(&storage).await.unwrap();
        storage
    }

    async fn records(storage: &Storage, person: &str) -> usize {
        let mut unit = storage.begin().await.unwrap();
        let subject = Subject::Person(person.to_owned());
        vzaemo_audit::journal(&mut unit, &subject, PORTION, None).await.unwrap().0.len()
    }

    #[tokio::test]
    async fn a_restored_database_is_erased_again_by_the_list_and_only_once() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let (now, restored) = (place(folders[0].path()).await, place(folders[1].path()).await);
        let at = SecurityClock::real().now();
        for storage in [&now, &restored] {
            for person in ["olena", "taras"] {
                let mut unit = storage.begin().await.unwrap();
                let entry = Entry {
                    actor: Actor::Person(person.to_owned()),
                    journal: Some(Beside::default()),
                    ..Entry::new(Kind::Act, at, at)
                };
                vzaemo_audit::record(&mut unit, entry).await.unwrap();
                unit.commit().await.unwrap();
            }
        }
        let olena = Subject::Person("olena".to_owned());
        vzaemo_audit::erase(&now, &olena, "R-7", at, at).await.unwrap();
        let list = folders[0].path().join("erasures.jsonl");
        let lines: Vec<_> = vzaemo_audit::erasures(&now).await.unwrap();
        let lines: Vec<_> = lines.iter().map(|line| serde_json::to_string(line).unwrap()).collect();
        std::fs::write(&list, lines.join("\n")).unwrap();

        assert_eq!(records(&restored, "olena").await, 1, "the backup still holds it");
        assert_eq!(erase_again(&restored, &list).await.unwrap(), 1);
        assert_eq!((records(&restored, "olena").await, records(&restored, "taras").await), (0, 1));
        assert_eq!(erase_again(&restored, &list).await.unwrap(), 0, "it is known now");
        let done = vzaemo_audit::erasures(&restored).await.unwrap();
        assert!(done.iter().all(|erasure| erasure.rule == "R-7"));
        std::fs::write(&list, "{}").unwrap();
        assert!(erase_again(&restored, &list).await.is_err());
    }
}

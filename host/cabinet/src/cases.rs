//! Cases, who takes part in them, and their timelines.

use crate::Error;
use crate::records::{
    CASES, CaseRecord, EVENTS, EventRecord, NAMESPACE, PARTICIPATIONS, ParticipationRecord, TermRecord, Text,
    read, write,
};
use vzaemo_clock::Instant;
use vzaemo_storage::{BODY, Cursor, Query, Unit};

/// The next date of a case with the rule that it was computed by (`from;value;unit;law`).
#[derive(Debug, Clone, PartialEq)]
pub struct NextTerm {
    /// What is due.
    pub label: Text,
    /// When, RFC 3339.
    pub due: String,
    /// The rule.
    pub rule: String,
}

/// What a module says of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseUpdate {
    /// The title, in the language it was written in.
    pub title: String,
    /// Where it stands, in words.
    pub status: Text,
    /// The local path of its page.
    pub address: String,
    /// The next date, if one runs.
    pub term: Option<NextTerm>,
}

/// A line of "my cases".
#[derive(Debug, Clone, PartialEq)]
pub struct CaseSummary {
    /// The module's id and the case's key, joined by `/`: the case's own address in the cabinet.
    pub id: String,
    /// The module that it belongs to.
    pub module: String,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub status: Text,
    /// The local path of its page.
    pub address: String,
    /// The next date.
    pub term: Option<NextTerm>,
    /// As what the person takes part.
    pub role: Text,
    /// Since when.
    pub since: String,
    /// Whether the person has left.
    pub left: bool,
}

/// An event of a timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Happening {
    /// When, RFC 3339.
    pub at: String,
    /// What.
    pub text: Text,
}

/// A case with its timeline, the newest event first.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseView {
    /// The case.
    pub summary: CaseSummary,
    /// What happened.
    pub timeline: Vec<Happening>,
}

fn id(module: &str, key: &str) -> String {
    format!("{module}/{key}")
}

/// Opens a case or brings it up to date.
pub async fn put(
    unit: &mut Unit,
    module: &str,
    key: &str,
    update: CaseUpdate,
    now: Instant,
) -> Result<(), Error> {
    let id = id(module, key);
    let record = CaseRecord {
        module: module.to_owned(),
        title: update.title,
        status: update.status,
        address: update.address,
        term: update.term.map(|term| TermRecord { label: term.label, due: term.due, rule: term.rule }),
        updated: now.to_string(),
    };
    let body = write(&id, &record)?;
    match unit.get(NAMESPACE, CASES, &id).await? {
        Some(old) => unit.replace(NAMESPACE, CASES, &id, old.revision, &body).await?,
        None => {
            unit.insert(NAMESPACE, CASES, Some(id), &body).await?;
        }
    }
    Ok(())
}

/// The local path of a case's page; nothing when there is no such case.
pub async fn address(unit: &mut Unit, module: &str, key: &str) -> Result<Option<String>, Error> {
    let Some(document) = unit.get(NAMESPACE, CASES, &id(module, key)).await? else { return Ok(None) };
    let record: CaseRecord = read(&document.key, &document.body)?;
    Ok(Some(record.address))
}

/// Adds an event to the timeline that all participants see.
pub async fn event(unit: &mut Unit, module: &str, key: &str, text: Text, now: Instant) -> Result<(), Error> {
    let record = EventRecord { case: id(module, key), at: now.to_string(), text };
    let body = write(key, &record)?;
    unit.insert(NAMESPACE, EVENTS, None, &body).await?;
    Ok(())
}

async fn participation(
    unit: &mut Unit,
    case: &str,
    person: &str,
) -> Result<Option<(vzaemo_storage::Document, ParticipationRecord)>, Error> {
    let found = unit.find_unique(NAMESPACE, PARTICIPATIONS, &["case", "person"], &[case, person]).await?;
    found.map(|document| read(&document.key, &document.body).map(|record| (document, record))).transpose()
}

/// A person takes part in a case. Someone who takes part already keeps their first role; someone who left
/// takes part again.
pub async fn join(
    unit: &mut Unit,
    module: &str,
    key: &str,
    person: &str,
    role: Text,
    now: Instant,
) -> Result<(), Error> {
    let case = id(module, key);
    let fresh = ParticipationRecord {
        case: case.clone(),
        person: person.to_owned(),
        role,
        since: now.to_string(),
        left: false,
        left_at: None,
        left_text: None,
    };
    match participation(unit, &case, person).await? {
        Some((_, record)) if !record.left => {}
        Some((document, _)) => {
            let body = write(&case, &fresh)?;
            unit.replace(NAMESPACE, PARTICIPATIONS, &document.key, document.revision, &body).await?;
        }
        None => {
            let body = write(&case, &fresh)?;
            unit.insert(NAMESPACE, PARTICIPATIONS, None, &body).await?;
        }
    }
    Ok(())
}

/// A person no longer takes part; the case stays readable for them, with this text in their timeline.
pub async fn leave(
    unit: &mut Unit,
    module: &str,
    key: &str,
    person: &str,
    text: Text,
    now: Instant,
) -> Result<(), Error> {
    let case = id(module, key);
    if let Some((document, mut record)) = participation(unit, &case, person).await? {
        record.left = true;
        record.left_at = Some(now.to_string());
        record.left_text = Some(text);
        let body = write(&case, &record)?;
        unit.replace(NAMESPACE, PARTICIPATIONS, &document.key, document.revision, &body).await?;
    }
    Ok(())
}

fn summary(case_id: &str, case: CaseRecord, part: &ParticipationRecord) -> CaseSummary {
    CaseSummary {
        id: case_id.to_owned(),
        module: case.module,
        title: case.title,
        status: case.status,
        address: case.address,
        term: case.term.map(|term| NextTerm { label: term.label, due: term.due, rule: term.rule }),
        role: part.role.clone(),
        since: part.since.clone(),
        left: part.left,
    }
}

/// The cases of a person, the latest first, a page at a time; with where the next page starts.
pub async fn my_cases(
    unit: &mut Unit,
    person: &str,
    limit: u32,
    after: Option<Cursor>,
) -> Result<(Vec<CaseSummary>, Option<Cursor>), Error> {
    let query = Query::of(PARTICIPATIONS).equal("person", person).descending("since").fields(&[BODY]);
    let rows = unit.select(NAMESPACE, &query.limit(limit).after(after)).await?;
    let mut cases = Vec::with_capacity(rows.keys.len());
    for (key, body) in rows.keys.iter().zip(&rows.columns) {
        let part: ParticipationRecord = read(key, body)?;
        if let Some(document) = unit.get(NAMESPACE, CASES, &part.case).await? {
            cases.push(summary(&part.case, read(&document.key, &document.body)?, &part));
        }
    }
    Ok((cases, rows.next))
}

/// A case in which the person takes or took part, with its timeline; nothing for anybody else.
pub async fn my_case(unit: &mut Unit, person: &str, case_id: &str) -> Result<Option<CaseView>, Error> {
    let Some((_, part)) = participation(unit, case_id, person).await? else { return Ok(None) };
    let Some(document) = unit.get(NAMESPACE, CASES, case_id).await? else { return Ok(None) };
    let summary = summary(case_id, read(&document.key, &document.body)?, &part);
    let query = Query::of(EVENTS).equal("case", case_id).descending("at").fields(&[BODY]).limit(200);
    let rows = unit.select(NAMESPACE, &query).await?;
    let mut timeline = Vec::with_capacity(rows.keys.len());
    for (key, body) in rows.keys.iter().zip(&rows.columns) {
        let record: EventRecord = read(key, body)?;
        timeline.push(Happening { at: record.at, text: record.text });
    }
    timeline.push(Happening { at: part.since.clone(), text: part.role.clone() });
    if let (Some(at), Some(text)) = (part.left_at, part.left_text) {
        timeline.push(Happening { at, text });
    }
    timeline.sort_by(|a, b| b.at.cmp(&a.at));
    Ok(Some(CaseView { summary, timeline }))
}

/// The persons who take part in a case, a portion at a time.
pub async fn participants(
    unit: &mut Unit,
    module: &str,
    key: &str,
    limit: u32,
    after: Option<Cursor>,
) -> Result<(Vec<String>, Option<Cursor>), Error> {
    let case = id(module, key);
    let query =
        Query::of(PARTICIPATIONS).equal("case", case).fields(&["person", "left"]).limit(limit).after(after);
    let rows = unit.select(NAMESPACE, &query).await?;
    let present = rows.iter().filter_map(|(_, row)| match row {
        [person, left] if left != "true" => Some(person.clone()),
        _ => None,
    });
    let present = present.collect();
    Ok((present, rows.next))
}

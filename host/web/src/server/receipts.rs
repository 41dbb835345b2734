//! What the audit log holds of the visitor's own acts, and the receipts that prove it.

use super::answer::{Content, page, see_other, trouble};
use super::audit::{failed, sent};
use super::{App, modules, visit::Visit};
use crate::chrome::problem::Problem;
use crate::chrome::record::{Act, record};
use crate::chrome::{cabinet, paths};
use crate::pdf::{Attached, Part, document};
use crate::texts::{Speaker, push_moment};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_audit::{AuditError, Journalled, Made, Receipt};
use vzaemo_service::Error;
use vzaemo_storage::Cursor;

/// How many acts a page shows.
const LINES: u32 = 50;

/// Where the list goes on.
#[derive(Deserialize)]
pub(super) struct On {
    after: Option<String>,
}

/// What was done and where, in the visitor's words; by its names when the module is gone.
fn named(app: &App, visit: &Visit, act: &Journalled) -> (String, String) {
    let snapshot = app.service.snapshot();
    let Some(state) = snapshot.module(&act.module) else { return (act.act.clone(), act.module.clone()) };
    let title = state.serving().and_then(|version| {
        let say = Speaker::of(&version.texts, visit.language);
        say.module(&format!("act-{}", act.act), None).map(std::borrow::Cow::into_owned)
    });
    (title.unwrap_or_else(|| act.act.clone()), super::answer::in_language(&state.manifest().name, visit))
}

/// My acts.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Query(on): Query<On>,
) -> Response {
    if visit.person().is_none() {
        return see_other(&paths::returning(paths::SIGN_IN, &visit.path));
    }
    let records = match records(&app, &visit).await {
        Ok(records) => records,
        Err(error) => return modules::failed(&app, &visit, "", &error).await,
    };
    let found = async {
        let mut unit = app.platform().storage.begin().await?;
        let records: Vec<&str> = records.iter().map(String::as_str).collect();
        vzaemo_audit::newest(&mut unit, &records, LINES, on.after.map(Cursor)).await
    };
    let (acts, next) = match found.await {
        Ok(found) => found,
        Err(error) => return failed(&app, &visit, error).await,
    };
    let acts: Vec<Act> = acts
        .iter()
        .map(|act| {
            let (title, service) = named(&app, &visit, act);
            let at = act.at.parse().unwrap_or(jiff::Timestamp::UNIX_EPOCH);
            Act { title, service, at, entry: act.entry, receipt: format!("{}/{}", paths::RECORD, act.key) }
        })
        .collect();
    let platform = app.platform();
    let say = Speaker::host(visit.language);
    let cabinet = cabinet::Cabinet {
        say,
        now: platform.legal.now().timestamp(),
        zone: platform.zone.time_zone(),
        acting_for: None,
    };
    let more = next.map(|next| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("after", &next.0);
        format!("{}?{}", paths::RECORD, query.finish())
    });
    let main = record(&cabinet, &acts, more.as_deref());
    let title = Speaker::host(visit.language).say("record-title");
    page(&app, &visit, &headers, Content::new(&title, main).private()).await
}

/// The records of the visitor, by which the log knows what they did: one, unless records of theirs were merged.
async fn records(app: &App, visit: &Visit) -> Result<Vec<String>, Error> {
    let Some(session) = &visit.session else { return Ok(Vec::new()) };
    let mut unit = app.platform().storage.begin().await.map_err(Error::storage)?;
    let records = app.platform().aliases.records(&mut unit, session.person.id).await;
    let records = records.map_err(Error::storage)?;
    Ok(records.iter().map(ToString::to_string).collect())
}

/// The receipt of one of my acts, as `KEY.json` or `KEY.pdf`. Somebody else's is not found.
pub(super) async fn receipt(State(app): State<Arc<App>>, visit: Visit, Path(name): Path<String>) -> Response {
    if visit.person().is_none() {
        return see_other(&paths::returning(paths::SIGN_IN, &visit.path));
    }
    let Some((key, kind @ ("json" | "pdf"))) = name.split_once('.') else {
        return trouble(&app, &visit, &Problem::NotFound).await;
    };
    let records = match records(&app, &visit).await {
        Ok(records) => records,
        Err(error) => return modules::failed(&app, &visit, "", &error).await,
    };
    let act = async {
        let mut unit = app.platform().storage.begin().await?;
        vzaemo_audit::journalled(&mut unit, key).await
    };
    let is_own = |act: &Journalled| act.person.as_ref().is_some_and(|person| records.contains(person));
    let act = match act.await {
        Ok(Some(act)) if is_own(&act) => act,
        Ok(_) => return trouble(&app, &visit, &Problem::NotFound).await,
        Err(error) => return failed(&app, &visit, error).await,
    };
    let (receipt, made) = match app.checkpoints.receipt(&act, app.platform().security.now()).await {
        Ok(receipt) => receipt,
        Err(error) => return failed(&app, &visit, error).await,
    };
    let made = match serde_json::to_vec_pretty(&receipt) {
        Ok(json) if kind == "json" => Ok(("application/json", json)),
        Ok(json) => paper(&app, &visit, &act, &receipt, &made, json).map(|pdf| ("application/pdf", pdf)),
        Err(error) => Err(error.to_string()),
    };
    match made {
        Ok((media_type, body)) => {
            let mut response = sent(media_type, body);
            let name = format!("attachment; filename=\"receipt-{}.{kind}\"", act.entry);
            if let Ok(name) = HeaderValue::from_str(&name) {
                response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
            }
            response
        }
        Err(error) => failed(&app, &visit, AuditError::Form(error)).await,
    }
}

/// The receipt to be read and printed, with the one for programs in it.
fn paper(
    app: &App,
    visit: &Visit,
    act: &Journalled,
    receipt: &Receipt,
    made: &Made,
    json: Vec<u8>,
) -> Result<Vec<u8>, String> {
    let say = Speaker::host(visit.language);
    let text = |key: &str| say.say(key).into_owned();
    let line = |key: &str, value: String| Part::Line(text(key), value);
    let platform = app.platform();
    let moment = |at: jiff::Timestamp| {
        let mut words = String::new();
        // Never "today": a paper is read on another day.
        push_moment(at, jiff::Timestamp::MIN, platform.zone.time_zone(), &say, &mut words);
        words
    };
    let (title, service) = named(app, visit, act);
    let mut parts = vec![
        Part::Title(text("receipt-title")),
        Part::Paragraph(text("receipt-lead")),
        line("receipt-platform", format!("{}, {}", app.name(visit.language), app.base)),
        line("receipt-service", service),
        line("receipt-act", title),
        line("receipt-at", moment(act.at.parse().unwrap_or(jiff::Timestamp::UNIX_EPOCH))),
        line("receipt-number", receipt.number.to_string()),
    ];
    parts.extend(act.input.as_ref().filter(|input| *input != "{}").map(|input| {
        let pretty = serde_json::from_str::<serde_json::Value>(input)
            .and_then(|value| serde_json::to_string_pretty(&value));
        line("receipt-input", pretty.unwrap_or_else(|_| input.clone()))
    }));
    parts.extend([
        Part::Heading(text("receipt-check")),
        Part::Paragraph(text("receipt-check-how")),
        Part::Paragraph(format!(
            "vzaemo audit verify --receipt receipt-{}.json --key {}",
            receipt.number,
            app.checkpoints.key().verifier_key()
        )),
        Part::Paragraph(text("receipt-secret")),
        Part::Heading(text("receipt-proof")),
        line("receipt-entry", receipt.entry.clone()),
    ]);
    for opening in &receipt.openings {
        let label = say.say_with("receipt-salt", &[("member", opening.member.as_str().into())]);
        parts.push(Part::Line(label.into_owned(), opening.salt.clone()));
    }
    parts.extend([
        line("receipt-path", receipt.proof.0.join("\n")),
        line("receipt-made", moment(made.at.timestamp())),
        line("receipt-checkpoint", receipt.checkpoint.clone()),
        line("receipt-key", app.checkpoints.key().verifier_key().to_owned()),
    ]);
    let attached = Attached {
        name: format!("receipt-{}.json", receipt.number),
        media_type: "application/json",
        description: text("receipt-title"),
        content: json,
    };
    document(&text("receipt-title"), visit.language.code(), &parts, Some(&attached))
        .map_err(|error| error.to_string())
}

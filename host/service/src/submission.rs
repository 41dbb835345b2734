//! One-time submission ids: a repeated form returns the first outcome.

use crate::Error;
use crate::work::{NAMESPACE, SUBMISSIONS};
use serde::{Deserialize, Serialize};
use vzaemo_clock::Instant;
use vzaemo_contract::call::Outcome;
use vzaemo_storage::Unit;

#[derive(Serialize, Deserialize)]
struct Record {
    outcome: String,
    at: String,
}

/// A submission id belongs to one person and one act; another's id finds nothing.
pub(crate) fn key(person: &str, module: &str, act: &str, id: &str) -> String {
    format!("{person}/{module}/{act}/{id}")
}

/// The outcome of this very submission, if it has been made.
pub(crate) async fn earlier(unit: &mut Unit, key: &str) -> Result<Option<Outcome>, Error> {
    let Some(document) = unit.get(NAMESPACE, SUBMISSIONS, key).await.map_err(Error::storage)? else {
        return Ok(None);
    };
    let record: Record = document.parse().map_err(Error::storage)?;
    serde_json::from_str(&record.outcome).map(Some).map_err(Error::storage)
}

/// Keeps the outcome with the act that it belongs to. `at` is real time: it guards a form that lies in a browser.
pub(crate) async fn keep(unit: &mut Unit, key: String, outcome: &Outcome, at: Instant) -> Result<(), Error> {
    let outcome = serde_json::to_string(outcome).map_err(Error::storage)?;
    let record = Record { outcome, at: at.to_string() };
    let body = serde_json::to_string(&record).map_err(Error::storage)?;
    unit.insert(NAMESPACE, SUBMISSIONS, Some(key), &body).await.map_err(Error::storage)?;
    Ok(())
}

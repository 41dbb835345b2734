//! What was typed when the session ended: kept on the server until the visitor has signed in again.
//!
//! The browser gets a random token in a cookie; only its hash is stored, with the answers. Whoever signs in with the
//! same browser within the hour finds them in the form.

use super::App;
use super::visit::cookie;
use crate::forms::Values;
use cookie::{Cookie, SameSite, time::Duration};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::json;
use vzaemo_clock::{Instant, SignedDuration};
use vzaemo_identity::Token;
use vzaemo_service::{Age, Expiry};
use vzaemo_storage::Collection;

/// The namespace of this room's collections.
pub const NAMESPACE: &str = "web";
const PARKED: &str = "parked";
const COOKIE: &str = "parked";
/// How long answers wait.
const HOURS: i64 = 1;

#[derive(Serialize, Deserialize)]
struct Record {
    address: String,
    values: String,
    until: String,
}

/// The collections of this room, to be declared when the host starts.
pub fn collections() -> Vec<Collection> {
    let string = || json!({"type": "string"});
    let schema = json!({"type": "object", "additionalProperties": false, "required": ["address", "values", "until"],
        "properties": {"address": string(), "values": string(), "until": string()}});
    vec![Collection::new(PARKED, schema).index(&["until"]), super::clock::clock_collection()]
}

/// What of this room is removed, and when.
pub const EXPIRIES: [Expiry; 1] = [Expiry {
    namespace: NAMESPACE,
    collection: PARKED,
    field: "until",
    age: Age::Real,
    kept: SignedDuration::ZERO,
}];

/// Parks answers, and gives the cookie by which they are found again.
pub(super) async fn park(app: &App, address: &str, values: &Values) -> Option<Cookie<'static>> {
    let token = Token::random();
    let until = app.platform().security.now().checked_add(SignedDuration::from_hours(HOURS)).ok()?;
    let values = serde_json::to_string(values).ok()?;
    let record = Record { address: address.to_owned(), values, until: until.to_string() };
    let body = serde_json::to_string(&record).ok()?;
    let mut unit = app.platform().storage.begin().await.ok()?;
    unit.insert(NAMESPACE, PARKED, Some(token.hash().as_str().to_owned()), &body).await.ok()?;
    if let Err(error) = unit.commit().await {
        tracing::error!(error = &error as &dyn std::error::Error, "could not park a form");
        return None;
    }
    let cookie = Cookie::build((COOKIE, token.secret().to_owned())).path("/").http_only(true);
    let cookie = cookie.secure(app.is_secure()).same_site(SameSite::Lax).max_age(Duration::hours(HOURS));
    Some(cookie.build())
}

/// The answers parked for this form by this browser, if they still wait.
pub(super) async fn take(app: &App, headers: &HeaderMap, address: &str) -> Option<Values> {
    let token = Token::parse(cookie(headers, COOKIE)?)?;
    let key = token.hash();
    let mut unit = app.platform().storage.begin().await.ok()?;
    let document = unit.get(NAMESPACE, PARKED, key.as_str()).await.ok()??;
    let record: Record = document.parse().ok()?;
    let until: Instant = record.until.parse().ok()?;
    if record.address != address || until < app.platform().security.now() {
        return None;
    }
    serde_json::from_str(&record.values).ok()
}

/// Throws away what this browser has parked for this form, once it is kept elsewhere or has been sent. A failure is
/// logged: it is then shown once more within the hour.
pub(super) async fn forget(app: &App, headers: &HeaderMap, address: &str) {
    let Some(token) = cookie(headers, COOKIE).and_then(Token::parse) else { return };
    let removed = async {
        let mut unit = app.platform().storage.begin().await.map_err(vzaemo_service::Error::storage)?;
        let key = token.hash();
        let found =
            unit.get(NAMESPACE, PARKED, key.as_str()).await.map_err(vzaemo_service::Error::storage)?;
        let Some(document) = found else { return Ok(()) };
        let record: Record = document.parse().map_err(vzaemo_service::Error::storage)?;
        if record.address != address {
            return Ok(());
        }
        let removed = unit.remove(NAMESPACE, PARKED, key.as_str(), document.revision).await;
        removed.map_err(vzaemo_service::Error::storage)?;
        unit.commit().await.map(|_| ()).map_err(vzaemo_service::Error::storage)
    };
    if let Err(error) = removed.await {
        tracing::warn!(error = &error as &dyn std::error::Error, "a parked form could not be removed");
    }
}

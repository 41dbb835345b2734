//! Single sign-on with an identity provider's own pages, such as the state portal's: whoever is signed in there need not
//! choose how to sign in here.

use super::answer::see_other;
use super::sign_in::{begin_with, refused};
use super::table::Table;
use super::{App, visit::Visit};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use http::HeaderMap;
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_identity::{IdentityError, ReturnTo, SignInError, Start};

/// Where a link from a provider's own pages leads whose visitor may be signed in there: `<provider>?to=<path>`.
pub(super) const SILENTLY: &str = "/sign-in/silently/";
/// Where a link leads by which a provider hands somebody over: `<provider>?token=<JWT>`.
pub(super) const HAND_OVER: &str = "/sign-in/hand-over/";

/// The addresses of this file.
pub(super) fn routes() -> Table {
    Table::new()
        .open(&format!("{SILENTLY}{{provider}}"), get(silently))
        .open(&format!("{HAND_OVER}{{provider}}"), get(hand_over))
}

/// Where to go on.
#[derive(Deserialize)]
struct To {
    to: Option<String>,
}

/// Signs whoever is signed in at the provider in here too, without a page of the provider's; whoever is not goes on as
/// they are.
async fn silently(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Path(provider): Path<String>,
    Query(to): Query<To>,
) -> Response {
    let to = to.to.as_deref().and_then(ReturnTo::parse).unwrap_or_else(ReturnTo::home);
    if visit.session.is_some() {
        return see_other(to.as_str());
    }
    if !app.sign_in.is_single_sign_on(&provider) {
        return refused(&app, &visit, &SignInError::UnknownProvider(provider)).await;
    }
    let start = Start { silent: true, return_to: Some(to), ..Start::of(&provider, visit.language.code()) };
    begin_with(&app, &visit, &headers, start).await
}

/// What a link carries.
#[derive(Deserialize)]
struct Link {
    token: String,
}

/// Takes somebody over whom a provider hands over. The link is used up first.
async fn hand_over(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Path(provider): Path<String>,
    Query(link): Query<Link>,
) -> Response {
    let handed = match app.sign_in.hand_over(&provider, &link.token).await {
        Ok(handed) => handed,
        Err(error) => return refused(&app, &visit, &error).await,
    };
    match app.sessions.take(&handed.once).await {
        Ok(()) => {}
        Err(IdentityError::Replayed) => return refused(&app, &visit, &SignInError::UnknownState).await,
        Err(error) => {
            let error = vzaemo_service::Error::storage(error);
            return super::modules::failed(&app, &visit, "", &error).await;
        }
    }
    let here = visit.session.as_ref();
    if here.is_some_and(|session| app.sessions.is_of(session, &handed.issuer, &handed.subject)) {
        return see_other(handed.target.as_str());
    }
    let start = Start {
        silent: true,
        return_to: Some(handed.target),
        account: Some(&handed.subject),
        ..Start::of(&provider, visit.language.code())
    };
    begin_with(&app, &visit, &headers, start).await
}

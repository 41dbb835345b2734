//! The other half of the room: requests in, answers out.
//!
//! [`router`] binds the host's own addresses; everything else goes to [`modules`], which matches host and path
//! against the snapshot that serves at the moment. A [`Visit`] is what every handler knows of its visitor. No
//! handler reaches a module but through the service.

mod accesses;
mod acting;
mod acting_for;
mod administration;
mod answer;
mod app;
mod archive;
mod audit;
mod body;
mod cabinet;
mod clock;
mod development;
mod explain;
mod export;
mod files;
mod frames;
mod guard;
mod home;
mod invalidations;
mod kept;
mod kept_out;
mod mail;
mod modules;
mod my_data;
mod opening;
mod pages;
mod papers;
mod parked;
mod paused;
mod people;
mod position;
mod presentation;
mod provider_logout;
mod qualified;
mod receipts;
mod remembered;
mod resolver;
mod routes;
mod sessions;
mod sign_in;
mod single_sign_on;
mod slots;
mod statements;
mod step_up;
mod told;
mod unread;
mod visit;

use crate::assets;
use crate::chrome::paths;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

pub use app::{App, Parts};
pub use clock::{follow_clock, kept_offset};
pub use modules::shown;
pub use parked::{EXPIRIES, NAMESPACE, collections};
pub use remembered::RememberedCounts;
pub use sign_in::DEVELOPMENT;
pub use visit::Visit;

/// All addresses of the platform.
pub fn router(app: Arc<App>) -> Router {
    router_with(app, Router::new())
}

/// All addresses of the platform and some more, which come before those of modules and stand behind the same gate. A
/// handler of one takes a [`Visit`] and answers by [`shown`], as the platform's own do.
pub fn router_with(app: Arc<App>, more: Router<Arc<App>>) -> Router {
    let mut router = more
        .route(paths::HOME, get(home::home))
        .route(paths::SEARCH, get(home::search))
        .route(paths::SIGN_IN, get(sign_in::choose))
        .route("/sign-in/begin/{provider}", get(sign_in::begin))
        .route("/sign-in/return/{provider}", get(sign_in::complete))
        .route(paths::SIGNATURE, get(qualified::show).post(qualified::complete))
        .route(paths::SIGNATURE_CODE, get(qualified::code))
        .route(paths::STEP_UP, get(step_up::choose))
        .route(paths::SIGN_OUT, post(sign_in::sign_out))
        .merge(provider_logout::routes())
        .merge(single_sign_on::routes())
        .route(paths::CABINET, get(cabinet::cases))
        .route("/cabinet/cases/{module}/{key}", get(cabinet::case))
        .route(paths::DRAFTS, get(cabinet::drafts))
        .route("/cabinet/drafts/remove", post(cabinet::remove_draft))
        .route(paths::NOTICES, get(cabinet::notices))
        .merge(sessions::routes())
        .route(paths::ACTING_FOR, get(acting_for::choose).post(acting_for::chosen))
        .route("/desk", get(home::desk))
        .merge(administration::routes())
        .route(paths::PREFERENCES, get(home::preferences).post(home::set_preferences))
        .route("/language/{code}", get(home::language))
        .route(&format!("{}{{id}}", paths::FILES), get(files::serve))
        .route(paths::RULES, get(statements::rules))
        .route(paths::ACCESSIBILITY, get(statements::accessibility))
        .route(paths::PRIVACY, get(statements::privacy))
        .route(paths::RECORD, get(receipts::list))
        .route("/cabinet/record/{name}", get(receipts::receipt))
        .route(paths::AUDIT, get(audit::log))
        .route(paths::CHECKPOINT, get(audit::checkpoint))
        .route("/audit/key", get(audit::key))
        .route("/audit/consistency", get(audit::consistency))
        .route("/robots.txt", get(statements::robots))
        .route("/health/live", get(statements::live))
        .route("/health/ready", get(statements::ready))
        .route(&format!("{}{{*path}}", assets::BASE), get(statements::asset));
    router = router
        .merge(mail::routes())
        .merge(accesses::routes())
        .merge(papers::routes())
        .merge(export::routes())
        .merge(my_data::routes())
        .merge(invalidations::routes());
    if app.development.is_some() {
        router = router
            .route(paths::CLOCK, post(clock::move_clock))
            .route(paths::TEST_SIGNATURE, get(qualified::test_signature))
            .route("/dev/id/{*path}", get(development::provider).post(development::provider));
    }
    router
        .fallback(modules::serve)
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&app), guard::guard))
        .with_state(app)
}

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
mod corrections;
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
mod organisations;
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
mod rules;
mod sent;
mod sessions;
mod sign_in;
mod single_sign_on;
mod slots;
mod statements;
mod step_up;
mod table;
mod told;
mod unread;
mod visit;

use crate::assets;
use crate::chrome::paths;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;
use vzaemo_access::HostAction;

pub use administration::role_words;
pub use app::{App, Parts};
pub use clock::{follow_clock, kept_offset};
pub use modules::shown;
pub use parked::{EXPIRIES, NAMESPACE, collections};
pub use remembered::RememberedCounts;
pub use sign_in::DEVELOPMENT;
pub use table::{Door, Table};
pub use visit::Visit;

/// All addresses of the platform.
pub fn router(app: Arc<App>) -> Router {
    router_with(app, Router::new())
}

/// All addresses of the platform and some more of a program that measures it, which come before those of modules and stand
/// behind the same gate. A handler of one takes a [`Visit`] and answers by [`shown`], as the platform's own do.
pub fn router_with(app: Arc<App>, more: Router<Arc<App>>) -> Router {
    more.merge(addresses(app.development.is_some()).into_router(&app))
        .route_layer(axum::middleware::from_fn_with_state(Arc::clone(&app), rules::gate))
        .fallback(modules::serve)
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&app), guard::guard))
        .with_state(app)
}

/// The host's own addresses; in `development` mode those of development too.
pub fn addresses(development: bool) -> Table {
    let table = Table::new()
        .open(paths::HOME, get(home::home))
        .open(paths::SEARCH, get(home::search))
        .open(paths::SIGN_IN, get(sign_in::choose))
        .open("/sign-in/begin/{provider}", get(sign_in::begin))
        .open("/sign-in/return/{provider}", get(sign_in::complete))
        .open(paths::SIGNATURE, get(qualified::show).post(qualified::complete))
        .open(paths::SIGNATURE_CODE, get(qualified::code))
        .open(paths::STEP_UP, get(step_up::choose))
        .open(paths::SIGN_OUT, post(sign_in::sign_out))
        .merge(provider_logout::routes())
        .merge(single_sign_on::routes())
        .decided(paths::CABINET, HostAction::Cases, get(cabinet::cases))
        .decided("/cabinet/cases/{module}/{key}", HostAction::Cases, get(cabinet::case))
        .decided(paths::DRAFTS, HostAction::Drafts, get(cabinet::drafts))
        .decided("/cabinet/drafts/remove", HostAction::Drafts, post(cabinet::remove_draft))
        .decided(paths::NOTICES, HostAction::Notices, get(cabinet::notices))
        .merge(sessions::routes())
        .decided(paths::ACTING_FOR, HostAction::Represent, get(acting_for::choose).post(acting_for::chosen))
        .decided("/desk", HostAction::Desk, get(home::desk))
        .merge(administration::routes())
        .open(paths::PREFERENCES, get(home::preferences).post(home::set_preferences))
        .open("/language/{code}", get(home::language))
        .open(&format!("{}{{id}}", paths::FILES), get(files::serve))
        .merge(rules::routes())
        .open(paths::ACCESSIBILITY, get(statements::accessibility))
        .open(paths::PRIVACY, get(statements::privacy))
        .decided(paths::RECORD, HostAction::Record, get(receipts::list))
        .decided("/cabinet/record/{name}", HostAction::Record, get(receipts::receipt))
        .open(paths::AUDIT, get(audit::log))
        .open(paths::CHECKPOINT, get(audit::checkpoint))
        .open("/audit/key", get(audit::key))
        .open("/audit/consistency", get(audit::consistency))
        .open("/robots.txt", get(statements::robots))
        .open("/health/live", get(statements::live))
        .open("/health/ready", get(statements::ready))
        .open(&format!("{}{{*path}}", assets::BASE), get(statements::asset))
        .merge(mail::routes())
        .merge(accesses::routes())
        .merge(papers::routes())
        .merge(organisations::routes())
        .merge(export::routes())
        .merge(corrections::routes())
        .merge(my_data::routes())
        .merge(invalidations::routes());
    if development { table.merge(for_development()) } else { table }
}

/// What only a development platform has.
fn for_development() -> Table {
    Table::new()
        .decided(paths::CLOCK, HostAction::Clock, post(clock::move_clock))
        .open(paths::TEST_SIGNATURE, get(qualified::test_signature))
        .open("/dev/id/{*path}", get(development::provider).post(development::provider))
}

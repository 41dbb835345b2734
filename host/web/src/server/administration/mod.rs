//! Pages of those who run the platform: the holder and the technical administrator. Who may come to which stands in the
//! policies, see [`super::table`].

mod access;
mod changes;
mod invalidations;
mod merges;
mod persons;
mod retention;
mod roles;
mod security;

pub use roles::words as role_words;

use super::App;
use super::sent::fields;
use super::table::Table;
use super::visit::{Visit, session};
use crate::chrome::paths;
use crate::texts::{Speaker, push_moment};
use axum::routing::{get, post};
use maud::{Markup, html};
use vzaemo_access::HostAction;
use vzaemo_clock::Instant;
use vzaemo_identity::PersonId;
use vzaemo_service::Error;
use vzaemo_service::two_person::Refusal;

/// Their addresses.
pub(super) fn routes() -> Table {
    Table::new()
        .decided(paths::ADMIN_ACCESS, HostAction::Explain, get(access::explain))
        .decided(paths::ADMIN_PERSONS, HostAction::Persons, get(persons::persons))
        .decided(paths::ADMIN_PERSONS_BLOCK, HostAction::Block, post(persons::block))
        .decided(paths::ADMIN_PERSONS_UNBLOCK, HostAction::Unblock, post(persons::unblock))
        .decided(paths::ADMIN_RETENTION, HostAction::Retention, get(retention::retention))
        .decided(paths::ADMIN_SECURITY, HostAction::Security, get(security::security))
        .decided(paths::ADMIN_BLOCK, HostAction::Exclude, post(security::block))
        .decided(paths::ADMIN_UNBLOCK, HostAction::Admit, post(security::unblock))
        .merge(changes::routes())
        .merge(invalidations::routes())
        .merge(roles::routes())
        .merge(merges::routes())
}

/// Whether somebody runs the platform. Most have no role at all, and need no decision for that.
pub(super) fn concerns(app: &App, visit: &Visit) -> bool {
    let has_role = visit.session.as_ref().is_some_and(|session| !session.roles.is_empty());
    has_role && visit.may(app, HostAction::Security)
}

/// The pages that the visitor may open.
fn offered(app: &App, visit: &Visit) -> Vec<&'static str> {
    let pages = [
        (paths::ADMIN_SECURITY, HostAction::Security),
        (paths::ADMIN_CHANGES, HostAction::Changes),
        (paths::ADMIN_INVALIDATIONS, HostAction::Invalidate),
        (paths::ADMIN_MERGES, HostAction::Merge),
        (paths::ADMIN_ACCESS, HostAction::Explain),
        (paths::ADMIN_ROLES, HostAction::Roles),
        (paths::ADMIN_PERSONS, HostAction::Persons),
        (paths::ADMIN_RETENTION, HostAction::Retention),
    ];
    pages.into_iter().filter(|(_, action)| visit.may(app, *action)).map(|(path, _)| path).collect()
}

/// The present name of a person, if one is known.
async fn name(app: &App, person: PersonId) -> Result<Option<String>, Error> {
    let person = app.persons.get(person).await.map_err(Error::storage)?;
    Ok(person.and_then(|person| person.name().map(ToString::to_string)))
}

/// The message of a step of two persons that was not taken.
fn refused(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Unknown => "two-person-unknown",
        Refusal::SamePerson => "two-person-same",
        Refusal::NotProven => "two-person-not-proven",
        Refusal::NotEntitled => "two-person-not-entitled",
        Refusal::Over => "two-person-over",
        Refusal::Declined => "two-person-declined",
        Refusal::Changed => "two-person-changed",
    }
}

/// Writes moments as the reader reads them at `now`, by the clock to which they belong.
fn moments<'a>(app: &'a App, say: &'a Speaker<'a>, now: Instant) -> impl Fn(Instant) -> Markup + 'a {
    let (now, zone) = (now.timestamp(), app.platform().zone.time_zone());
    move |at| {
        let mut words = String::new();
        push_moment(at.timestamp(), now, zone, say, &mut words);
        html! { time datetime=(at) { (words) } }
    }
}

//! The cabinet: organisations that a person acts for, claims, and delegation by heads to their staff.

use super::answer::{Content, page, see_other, set_cookie, trouble};
use super::cabinet::{acting_for, cabinet};
use super::sent::fields;
use super::table::Table;
use super::{App, step_up, visit::Visit};
use crate::chrome::organisations as chrome;
use crate::chrome::organisations::{
    ClaimLine, DelegateLine, InvitationLine, OfferPage, OrganisationLine, OrganisationsPage, StaffPage,
    TypedInvitation, WrongCode, WrongInvitation,
};
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::texts::Speaker;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode};
use maud::Markup;
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_access::HostAction;
use vzaemo_clock::{Date, Instant};
use vzaemo_identity::claims::{Claim, ClaimState, Refused};
use vzaemo_identity::delegations::{Delegation, End, Invitation};
use vzaemo_identity::{Assurance, Edrpou, Organisation, Rnokpp, Role, Session, delegations};
use vzaemo_service::Error;
use vzaemo_service::representation::{NotDone, Staff, Wanted};

/// The addresses of this file.
pub(super) fn routes() -> Table {
    Table::new()
        .decided(paths::ORGANISATIONS, HostAction::Represent, get(show))
        .decided(paths::ORGANISATION_CLAIM, HostAction::Represent, post(claim))
        .decided(paths::ORGANISATION_FORGET, HostAction::Represent, post(forget))
        .decided(paths::ORGANISATION_LEAVE, HostAction::Represent, post(leave))
        .decided(paths::INVITATION, HostAction::Represent, get(offer).post(take_up))
        .decided("/cabinet/organisations/{code}", HostAction::Represent, get(staff))
        .decided("/cabinet/organisations/{code}/invite", HostAction::Represent, post(invite))
        .decided("/cabinet/organisations/{code}/withdraw", HostAction::Represent, post(withdraw))
        .decided("/cabinet/organisations/{code}/revoke", HostAction::Represent, post(revoke))
}

/// The session, or the way to sign in and to this page.
pub(super) fn session(visit: &Visit, back: &str) -> Result<Session, Response> {
    visit.session.clone().ok_or_else(|| see_other(&paths::returning(paths::SIGN_IN, back)))
}

async fn answered(app: &App, visit: &Visit, headers: &HeaderMap, title: &str, main: Markup) -> Response {
    let title = Speaker::host(visit.language).say(title);
    page(app, visit, headers, Content::new(&title, main).private()).await
}

/// The answer to what was not done; `back` is where to go on.
pub(super) async fn not_done(app: &App, visit: &Visit, error: NotDone, back: &str) -> Response {
    let why = match error {
        NotDone::SessionEnded => return see_other(&paths::returning(paths::SIGN_IN, back)),
        NotDone::NotFound => return trouble(app, visit, &Problem::NotFound).await,
        NotDone::Service(error) => return super::modules::failed(app, visit, "", &error).await,
        NotDone::Day | NotDone::Note => return trouble(app, visit, &Problem::BadInput).await,
        NotDone::NotEntitled => {
            let unsure = |session: &Session| session.assurance < Assurance::Substantial && !session.blocked;
            if visit.session.as_ref().is_some_and(unsure) {
                return see_other(&step_up::address(Assurance::Substantial, back));
            }
            "organisations-not-entitled"
        }
        NotDone::HasItAlready => "organisations-has-it",
        NotDone::TooMany => "organisations-too-many",
        NotDone::NoRegister => "claim-no-register",
        NotDone::SealUsed => "seal-used",
        NotDone::NoInvitation => "offer-none",
    };
    let why = Speaker::host(visit.language).say(why).into_owned();
    trouble(app, visit, &Problem::Refused { why }).await
}

fn name_of(name: Option<&str>, edrpou: &Edrpou, say: &Speaker<'_>) -> String {
    let organisation = Organisation { edrpou: edrpou.clone(), name: name.map(str::to_owned) };
    super::acting_for::name_of(&organisation, say)
}

/// The last day of a right that ends at this moment.
fn last_day(app: &App, until: Instant) -> Date {
    let last = until.checked_add(-vzaemo_clock::SignedDuration::from_secs(1)).unwrap_or(until);
    app.platform().zone.date(last)
}

async fn organisations(
    app: &App,
    visit: &Visit,
    session: &Session,
    wrong: Option<(String, WrongCode)>,
) -> Result<Markup, Error> {
    let say = Speaker::host(visit.language);
    let person = session.person.id;
    let grants = app.platform().grants.of(person).await.map_err(Error::storage)?;
    let mut unit = super::cabinet::begin(app).await?;
    let delegations = delegations::to(&mut unit, person).await.map_err(Error::storage)?;
    drop(unit);
    let line = |organisation: Organisation| {
        let head = session.roles.heads(&organisation.edrpou);
        let edrpou = organisation.edrpou.clone();
        let role = if head {
            Role::OrganisationRepresentative { edrpou }
        } else {
            Role::OrganisationStaff { edrpou }
        };
        let grant = grants.iter().find(|grant| grant.role == role);
        let serving = |(_, one): &&(String, Delegation)| {
            one.edrpou == organisation.edrpou && one.ended.is_none() && !head
        };
        let delegation = delegations.iter().find(serving).map(|(key, _)| key.clone());
        OrganisationLine {
            name: super::acting_for::name_of(&organisation, &say),
            code: organisation.edrpou.to_string(),
            ground: match (head, &delegation, grant) {
                (true, _, _) => "organisation-head",
                (false, Some(_), _) => "organisation-delegated",
                (false, None, Some(_)) => "organisation-confirmed",
                (false, None, None) => "organisation-attested",
            },
            until: grant.and_then(|grant| grant.until).map(|until| last_day(app, until)),
            head,
            delegation,
        }
    };
    let shown = OrganisationsPage {
        organisations: session.organisations().into_iter().map(line).collect(),
        claims: app.representation.claims(person).await?.iter().filter_map(|one| shown(one, &say)).collect(),
        claims_taken: app.representation.asks_a_register(),
        seals_taken: app.qualified.is_some(),
        wrong,
    };
    let name = acting_for(visit);
    Ok(chrome::organisations(&cabinet(app, visit, name.as_deref()), &shown))
}

/// A claim that gives no right; one that does is among the organisations.
fn shown(claim: &Claim, say: &Speaker<'_>) -> Option<ClaimLine> {
    let (state, next) = match claim.state {
        ClaimState::Confirmed { .. } => return None,
        ClaimState::ToVerify { .. } => (("claim-to-verify", "caution"), "claim-to-verify-next"),
        ClaimState::Ended => (("claim-over", "neutral"), "claim-over-next"),
        ClaimState::Refused { why } => (
            ("claim-refused", "bad"),
            match why {
                Refused::Unknown => "claim-unknown",
                Refused::BeingTerminated => "claim-being-terminated",
                Refused::Gone => "claim-gone",
                Refused::OtherState => "claim-other-state",
                Refused::NothingTies => "claim-nothing-ties",
                Refused::Silent => "claim-silent",
            },
        ),
    };
    let answer =
        claim.answer.as_ref().and_then(|answer| Some((answer.state.clone()?, answer.at.timestamp())));
    Some(ClaimLine {
        name: name_of(claim.name.as_deref(), &claim.edrpou, say),
        code: claim.edrpou.to_string(),
        state,
        next,
        answer,
    })
}

/// Organisations that I act for, and what became of my claims.
async fn show(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    let session = match session(&visit, paths::ORGANISATIONS) {
        Ok(session) => session,
        Err(response) => return response,
    };
    match organisations(&app, &visit, &session, None).await {
        Ok(main) => answered(&app, &visit, &headers, "organisations-title", main).await,
        Err(error) => super::modules::failed(&app, &visit, "", &error).await,
    }
}

/// Claims to represent an organisation.
async fn claim(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap, body: Bytes) -> Response {
    let session = match session(&visit, paths::ORGANISATIONS) {
        Ok(session) => session,
        Err(response) => return response,
    };
    let field = fields(&body);
    let typed: String = field("code").chars().filter(|c| !c.is_whitespace()).take(20).collect();
    let code = typed.parse::<Edrpou>();
    let wrong = match &code {
        Err(_) => Some(WrongCode::Malformed),
        // Old codes may fail the check: whoever sends one once more means it.
        Ok(code) if !code.check_digit_holds() && field("sure") != typed => Some(WrongCode::CheckDigit),
        Ok(_) => None,
    };
    if let Some(wrong) = wrong {
        let main = organisations(&app, &visit, &session, Some((typed, wrong))).await;
        return match main {
            Ok(main) => {
                let visit = visit.at(paths::ORGANISATIONS.to_owned());
                let mut response = answered(&app, &visit, &headers, "organisations-title", main).await;
                *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
                response
            }
            Err(error) => super::modules::failed(&app, &visit, "", &error).await,
        };
    }
    let Ok(code) = code else { return trouble(&app, &visit, &Problem::BadInput).await };
    match app.representation.claim(&session, &code).await {
        Ok((_, token)) => gone_on(&app, paths::ORGANISATIONS, token.as_ref()),
        Err(error) => not_done(&app, &visit, error, paths::ORGANISATIONS).await,
    }
}

/// Goes on elsewhere, under the session's new secret if it has one.
pub(super) fn gone_on(app: &App, to: &str, token: Option<&vzaemo_identity::Token>) -> Response {
    let mut response = see_other(to);
    if let Some(token) = token {
        set_cookie(&mut response, &app.cookies.session(token));
    }
    response
}

/// Forgets a claim that gives no right.
async fn forget(State(app): State<Arc<App>>, visit: Visit, body: Bytes) -> Response {
    let session = match session(&visit, paths::ORGANISATIONS) {
        Ok(session) => session,
        Err(response) => return response,
    };
    let Ok(code) = fields(&body)("code").parse::<Edrpou>() else {
        return trouble(&app, &visit, &Problem::BadInput).await;
    };
    match app.representation.forget_claim(&session, &code).await {
        Ok(()) => see_other(paths::ORGANISATIONS),
        Err(error) => not_done(&app, &visit, error, paths::ORGANISATIONS).await,
    }
}

/// Gives up a delegation of my own.
async fn leave(State(app): State<Arc<App>>, visit: Visit, body: Bytes) -> Response {
    let session = match session(&visit, paths::ORGANISATIONS) {
        Ok(session) => session,
        Err(response) => return response,
    };
    match app.representation.give_up(&session, &fields(&body)("delegation")).await {
        Ok(()) => see_other(paths::ORGANISATIONS),
        Err(error) => not_done(&app, &visit, error, paths::ORGANISATIONS).await,
    }
}

fn delegate_line(
    app: &App,
    (key, delegation, person, by): (String, Delegation, String, String),
) -> DelegateLine {
    let ended = delegation.ended.as_ref().map(|ended| {
        let how = match ended.how {
            End::Term => "staff-ended-term",
            End::Revoked => "staff-ended-revoked",
            End::GivenUp => "staff-ended-given-up",
        };
        (how, ended.at.timestamp())
    });
    DelegateLine { key, person, note: delegation.note, by, until: last_day(app, delegation.until), ended }
}

fn invitation_line(app: &App, key: String, invitation: Invitation) -> InvitationLine {
    InvitationLine {
        key,
        note: invitation.note,
        bound: invitation.to.is_some(),
        until: last_day(app, invitation.until),
        expires: invitation.expires.timestamp(),
    }
}

/// The head's page of an organisation: its code and the page, without what was typed.
async fn headed(app: &App, visit: &Visit, session: &Session, code: &str) -> Result<StaffPage, NotDone> {
    let edrpou: Edrpou = code.parse().map_err(|_| NotDone::NotFound)?;
    let Staff { name, delegations, invitations } = app.representation.staff(session, &edrpou).await?;
    let lines = invitations.into_iter().map(|(key, invitation)| invitation_line(app, key, invitation));
    Ok(StaffPage {
        name: name_of(name.as_deref(), &edrpou, &Speaker::host(visit.language)),
        code: edrpou.to_string(),
        delegates: delegations.into_iter().map(|one| delegate_line(app, one)).collect(),
        invitations: lines.collect(),
        typed: TypedInvitation::default(),
        wrong: None,
    })
}

/// Who of an organisation's staff acts for it; for its heads, for anybody else there is no such page.
async fn staff(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Response {
    let session = match session(&visit, &visit.path) {
        Ok(session) => session,
        Err(response) => return response,
    };
    match headed(&app, &visit, &session, &code).await {
        Ok(found) => {
            let main = chrome::staff(&cabinet(&app, &visit, None), &found);
            answered(&app, &visit, &headers, "organisation-staff", main).await
        }
        Err(error) => not_done(&app, &visit, error, &visit.path).await,
    }
}

/// Invites a member of the staff; the answer is the only page that tells the link.
async fn invite(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Path(code): Path<String>,
    body: Bytes,
) -> Response {
    let back = format!("{}/{code}", paths::ORGANISATIONS);
    let session = match session(&visit, paths::ORGANISATIONS) {
        Ok(session) => session,
        Err(response) => return response,
    };
    let mut shown = match headed(&app, &visit, &session, &code).await {
        Ok(shown) => shown,
        Err(error) => return not_done(&app, &visit, error, paths::ORGANISATIONS).await,
    };
    let field = fields(&body);
    let [day, month, year] = ["until-day", "until-month", "until-year"].map(&field);
    shown.typed = TypedInvitation {
        note: field("note"),
        number: field("number"),
        day: [day.clone(), month.clone(), year.clone()],
    };
    let made = async {
        let number = Some(shown.typed.number.as_str()).filter(|number| !number.is_empty());
        let to = number.map(str::parse::<Rnokpp>).transpose().map_err(|_| Err(WrongInvitation::Number))?;
        let date = match (day.parse(), month.parse(), year.parse()) {
            (Ok(day), Ok(month), Ok(year)) => Date::new(year, month, day).ok(),
            _ => None,
        };
        let last_day = date.ok_or(Err(WrongInvitation::Day))?;
        let wanted = Wanted { note: shown.typed.note.clone(), last_day, to };
        let edrpou: Edrpou = code.parse().map_err(|_| Ok(NotDone::NotFound))?;
        app.representation.invite(&session, &edrpou, &wanted).await.map_err(|error| match error {
            NotDone::Day => Err(WrongInvitation::Day),
            NotDone::Note => Err(WrongInvitation::Note),
            error => Ok(error),
        })
    };
    let made = made.await;
    let visit = visit.at(back.clone());
    match made {
        Ok(invited) => {
            let link = with_code(&app, invited.token.secret());
            let line = invitation_line(&app, String::new(), invited.invitation);
            let main = chrome::invited(&cabinet(&app, &visit, None), &shown, &line, &link);
            answered(&app, &visit, &headers, "invited-title", main).await
        }
        Err(Err(wrong)) => {
            shown.wrong = Some(wrong);
            let main = chrome::staff(&cabinet(&app, &visit, None), &shown);
            let mut response = answered(&app, &visit, &headers, "organisation-staff", main).await;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            response
        }
        Err(Ok(error)) => not_done(&app, &visit, error, &back).await,
    }
}

/// The link of an invitation.
fn with_code(app: &App, secret: &str) -> String {
    let base = app.base.as_str().trim_end_matches('/');
    format!("{base}{}", link_to(secret))
}

/// The same within the platform.
fn link_to(secret: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    format!("{}?{}", paths::INVITATION, query.append_pair("code", secret).finish())
}

async fn withdraw(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(code): Path<String>,
    body: Bytes,
) -> Response {
    let session = match session(&visit, paths::ORGANISATIONS) {
        Ok(session) => session,
        Err(response) => return response,
    };
    let Ok(edrpou) = code.parse::<Edrpou>() else {
        return trouble(&app, &visit, &Problem::NotFound).await;
    };
    let back = format!("{}/{edrpou}", paths::ORGANISATIONS);
    match app.representation.withdraw(&session, &edrpou, &fields(&body)("invitation")).await {
        Ok(()) => see_other(&back),
        Err(error) => not_done(&app, &visit, error, &back).await,
    }
}

async fn revoke(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(code): Path<String>,
    body: Bytes,
) -> Response {
    let session = match session(&visit, paths::ORGANISATIONS) {
        Ok(session) => session,
        Err(response) => return response,
    };
    let Ok(edrpou) = code.parse::<Edrpou>() else {
        return trouble(&app, &visit, &Problem::NotFound).await;
    };
    let back = format!("{}/{edrpou}", paths::ORGANISATIONS);
    match app.representation.revoke(&session, &edrpou, &fields(&body)("delegation")).await {
        Ok(()) => see_other(&back),
        Err(error) => not_done(&app, &visit, error, &back).await,
    }
}

/// What stands in the link of an invitation.
#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    code: String,
}

/// Where the link of an invitation leads: whoever has got it signs in and presses a button.
async fn offer(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Query(link): Query<Link>,
) -> Response {
    let session = match session(&visit, &visit.path) {
        Ok(session) => session,
        Err(response) => return response,
    };
    match app.representation.offer(&session, &link.code).await {
        Ok(offer) => {
            let shown = OfferPage {
                name: name_of(offer.name.as_deref(), &offer.edrpou, &Speaker::host(visit.language)),
                code: offer.edrpou.to_string(),
                by: offer.by,
                until: last_day(&app, offer.until),
                secret: link.code,
            };
            let main = chrome::offer(&cabinet(&app, &visit, None), &shown);
            answered(&app, &visit, &headers, "offer-title", main).await
        }
        Err(error) => not_done(&app, &visit, error, &visit.path).await,
    }
}

/// Takes an invitation up.
async fn take_up(State(app): State<Arc<App>>, visit: Visit, body: Bytes) -> Response {
    let secret = fields(&body)("code");
    let back = link_to(&secret);
    let session = match session(&visit, &back) {
        Ok(session) => session,
        Err(response) => return response,
    };
    match app.representation.take_up(&session, &secret).await {
        Ok(token) => gone_on(&app, paths::ORGANISATIONS, Some(&token)),
        Err(error) => not_done(&app, &visit, error, &back).await,
    }
}

//! Who has which role; module administrators named by one technical administrator, those who run the platform by two
//! persons.

use super::super::answer::{Content, page, see_other, trouble};
use super::super::table::Table;
use super::super::{App, modules};
use super::{fields, moments, name, offered, session};
use crate::chrome::administration::roles::{
    self as chrome, Choice, Form, Line, Revoking, Roles, Shown, Typed,
};
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::server::visit::Visit;
use crate::texts::{Language, Speaker};
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_access::HostAction;
use vzaemo_cabinet::Text;
use vzaemo_identity::{EVERY_MODULE, Grant, PersonId, Role};
use vzaemo_registers::Body;
use vzaemo_service::Error;
use vzaemo_service::granting::{self, RUNNING, RoleChange, Step, Unchanged, Unfit, Words};
use vzaemo_service::two_person::{Proposal, Refusal, TwoPersonError};

/// So many proposals are listed.
const LINES: u32 = 20;
/// The most characters of grounds.
const GROUNDS: usize = 500;
/// The roles of those who run the platform, as forms send them.
const RUNNING_ROLES: [Role; 3] = [Role::TechnicalAdministrator, Role::Holder, Role::Auditor];

/// The addresses of this file.
pub(super) fn routes() -> Table {
    Table::new()
        .decided(paths::ADMIN_ROLES, HostAction::Roles, get(list))
        .decided(paths::ADMIN_ROLES_REVOKE, HostAction::Roles, get(revoking))
        .decided(paths::ADMIN_ROLES_CHANGE, HostAction::Grant, post(change))
        .decided(paths::ADMIN_ROLES_PROPOSALS, HostAction::Appoint, post(propose))
        .decided("/administration/roles/proposals/{id}", HostAction::Appoint, get(proposal))
        .decided("/administration/roles/proposals/{id}/approve", HostAction::Appoint, post(approve))
        .decided("/administration/roles/proposals/{id}/decline", HostAction::Appoint, post(decline))
}

/// A role as forms send it.
fn value(role: &Role) -> String {
    match role {
        Role::ModuleAdministrator { body, module } => format!("module-administrator/{module}/{body}"),
        Role::Holder => "holder".to_owned(),
        Role::TechnicalAdministrator => "technical-administrator".to_owned(),
        Role::Auditor => "auditor".to_owned(),
        // Roles for organisations come and go elsewhere.
        Role::Person | Role::OrganisationRepresentative { .. } | Role::OrganisationStaff { .. } => {
            String::new()
        }
    }
}

/// Reads what [`value`] writes.
fn role(value: &str) -> Option<Role> {
    match value {
        "holder" => Some(Role::Holder),
        "technical-administrator" => Some(Role::TechnicalAdministrator),
        "auditor" => Some(Role::Auditor),
        other => {
            let (module, body) = other.strip_prefix("module-administrator/")?.split_once('/')?;
            Some(Role::ModuleAdministrator { body: body.to_owned(), module: module.to_owned() })
        }
    }
}

/// A role in words; nothing for those that are not given here.
fn words_of(app: &App, language: Language, role: &Role) -> Option<String> {
    let say = Speaker::host(language);
    let words = match role {
        Role::Holder => say.say("access-holder").into_owned(),
        Role::TechnicalAdministrator => say.say("access-technical").into_owned(),
        Role::Auditor => say.say("access-auditor").into_owned(),
        Role::ModuleAdministrator { body, module } => {
            let body = app.platform().bodies.get(body).map_or(body.as_str(), |body| named(body, language));
            if module == EVERY_MODULE {
                let args = [("body", body.into())];
                return Some(say.say_with("roles-administrator-of-all", &args).into_owned());
            }
            let service = module_name(app, language, module);
            say.say_with("roles-administrator", &[("service", service.into()), ("body", body.into())])
                .into_owned()
        }
        Role::Person | Role::OrganisationRepresentative { .. } | Role::OrganisationStaff { .. } => {
            return None;
        }
    };
    Some(words)
}

fn module_name(app: &App, language: Language, module: &str) -> String {
    if module == EVERY_MODULE {
        return Speaker::host(language).say("roles-every-module").into_owned();
    }
    let snapshot = app.service.snapshot();
    let Some(state) = snapshot.module(module) else { return module.to_owned() };
    let name = &state.manifest().name;
    match language {
        Language::Uk => name.uk.clone(),
        Language::En => name.en.clone(),
    }
}

fn named(body: &Body, language: Language) -> &str {
    match language {
        Language::Uk => &body.name.uk,
        Language::En => &body.name.en,
    }
}

async fn line(app: &App, visit: &Visit, person: PersonId, grant: &Grant) -> Result<Option<Line>, Error> {
    let Some(words) = words_of(app, visit.language, &grant.role) else { return Ok(None) };
    let takes = if RUNNING_ROLES.contains(&grant.role) { HostAction::Appoint } else { HostAction::Grant };
    let own = visit.session.as_ref().is_some_and(|session| session.person.id == person);
    let revoke = revoke_address(person, &grant.role);
    Ok(Some(Line {
        person: person.to_string(),
        name: name(app, person).await?,
        role: words,
        since: grant.since,
        until: grant.until,
        revoke: (!own && visit.may(app, takes)).then_some(revoke),
    }))
}

fn revoke_address(person: PersonId, role: &Role) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("person", &person.to_string()).append_pair("role", &value(role));
    format!("{}?{}", paths::ADMIN_ROLES_REVOKE, query.finish())
}

async fn lines(app: &App, visit: &Visit) -> Result<Vec<Line>, Error> {
    let mut lines = Vec::new();
    for (person, grants) in app.platform().grants.all().await.map_err(Error::storage)? {
        for grant in &grants {
            lines.extend(line(app, visit, person, grant).await?);
        }
    }
    lines.sort_by(|a, b| (&a.role, &a.name, &a.person).cmp(&(&b.role, &b.name, &b.person)));
    Ok(lines)
}

async fn latest(app: &App, visit: &Visit) -> Result<Vec<(Proposal, String)>, Error> {
    let mut unit = app.platform().storage.begin().await.map_err(Error::storage)?;
    let proposals = RUNNING.latest(&mut unit, LINES).await?;
    // One unit at a time: each holds a connection.
    drop(unit);
    let mut found = Vec::with_capacity(proposals.len());
    for proposal in proposals {
        let change = RoleChange::read(&proposal.content)?;
        let person = name(app, change.person).await?.unwrap_or_else(|| change.person.to_string());
        let role = words_of(app, visit.language, &change.role).unwrap_or_default();
        let what = Speaker::host(visit.language).say(chrome::title(change.step)).into_owned();
        found.push((proposal, format!("{what}: {role} – {person}")));
    }
    Ok(found)
}

async fn list(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    shown(&app, &visit, &headers, None).await
}

async fn shown(app: &App, visit: &Visit, headers: &HeaderMap, typed: Option<(Form, &Typed)>) -> Response {
    let may_appoint = visit.may(app, HostAction::Appoint);
    let found = async {
        let proposals = if may_appoint { latest(app, visit).await? } else { Vec::new() };
        Ok::<_, Error>((lines(app, visit).await?, proposals))
    };
    let (lines, proposals) = match found.await {
        Ok(found) => found,
        Err(error) => return modules::failed(app, visit, "", &error).await,
    };
    let say = Speaker::host(visit.language);
    let now = app.platform().legal.now();
    let (bodies, modules) = choices(app, visit.language);
    let running: Vec<Choice> = RUNNING_ROLES
        .iter()
        .map(|role| Choice {
            value: value(role),
            label: words_of(app, visit.language, role).unwrap_or_default(),
        })
        .collect();
    let shown = Roles {
        lines: &lines,
        bodies: visit.may(app, HostAction::Grant).then_some(&bodies[..]),
        modules: &modules,
        running: may_appoint.then_some(&running[..]),
        proposals: &proposals,
        typed,
        offered: &offered(app, visit),
        now,
    };
    let main = chrome::roles(&say, &shown, &moments(app, &say, now));
    let wrong = typed.is_some_and(|(_, typed)| !typed.errors.is_empty());
    let status = wrong.then_some(StatusCode::UNPROCESSABLE_ENTITY);
    let content = Content { status, ..Content::new(&say.say("roles-title"), main).private() };
    page(app, visit, headers, content).await
}

/// Bodies of today and modules, by name.
fn choices(app: &App, language: Language) -> (Vec<Choice>, Vec<Choice>) {
    let platform = app.platform();
    let today = platform.zone.date(platform.legal.now());
    let bodies = platform.bodies.valid_on(today);
    let mut bodies: Vec<Choice> = bodies
        .map(|body| Choice { value: body.id.clone(), label: named(body, language).to_owned() })
        .collect();
    bodies.sort_by(|a, b| a.label.cmp(&b.label));
    let snapshot = app.service.snapshot();
    let modules = snapshot.modules.keys();
    let mut modules: Vec<Choice> =
        modules.map(|id| Choice { value: id.clone(), label: module_name(app, language, id) }).collect();
    modules.sort_by(|a, b| a.label.cmp(&b.label));
    modules.insert(
        0,
        Choice { value: EVERY_MODULE.to_owned(), label: module_name(app, language, EVERY_MODULE) },
    );
    (bodies, modules)
}

/// The change that a form asks for; nothing if something is wrong with it, which stands in the form then.
fn read(app: &App, form: Form, body: &[u8]) -> (Step, Typed, Option<RoleChange>) {
    let field = fields(body);
    let step = if field("step") == "revoke" { Step::Revoke } else { Step::Grant };
    let mut typed = Typed {
        person: field("person"),
        role: field("role"),
        body: field("body"),
        module: field("module"),
        grounds: field("grounds"),
        errors: Vec::new(),
    };
    let person = PersonId::parse(&typed.person);
    if person.is_none() {
        typed.errors.push(("person", "roles-error-person"));
    }
    let role = if form == Form::Grant && step == Step::Grant {
        if app.service.snapshot().module(&typed.module).is_none() && typed.module != EVERY_MODULE {
            typed.errors.push(("module", "roles-error-module"));
        }
        Some(Role::ModuleAdministrator { body: typed.body.clone(), module: typed.module.clone() })
    } else {
        role(&typed.role)
    };
    if role.is_none() {
        typed.errors.push(("role", "roles-error-role"));
    }
    if typed.grounds.is_empty() || typed.grounds.chars().count() > GROUNDS {
        typed.errors.push(("grounds", "roles-error-grounds"));
    }
    let change = match (person, role) {
        (Some(person), Some(role)) if typed.errors.is_empty() => {
            Some(RoleChange { step, person, role, grounds: typed.grounds.clone() })
        }
        _ => None,
    };
    (step, typed, change)
}

/// The form again with what is wrong: on the page of all roles, or on that of the role that is to be taken.
async fn again(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    form: Form,
    step: Step,
    typed: Typed,
) -> Response {
    match step {
        Step::Grant => shown(app, visit, headers, Some((form, &typed))).await,
        Step::Revoke => revoking_shown(app, visit, headers, typed).await,
    }
}

/// Gives or takes the role of a module administrator.
async fn change(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap, body: Bytes) -> Response {
    let by = match session(&visit) {
        Ok(session) => session.principal(),
        Err(response) => return response,
    };
    let (step, mut typed, wanted) = read(&app, Form::Grant, &body);
    let Some(wanted) = wanted else { return again(&app, &visit, &headers, Form::Grant, step, typed).await };
    match granting::change(app.platform(), &by, &wanted, &words(&app, &wanted)).await {
        Ok(()) => see_other(paths::ADMIN_ROLES),
        Err(Unchanged::Unfit(unfit)) => {
            typed.errors.push(said(unfit, step));
            again(&app, &visit, &headers, Form::Grant, step, typed).await
        }
        Err(error) => unchanged(&app, &visit, &error).await,
    }
}

/// Proposes that somebody who runs the platform gets a role or loses it.
async fn propose(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap, body: Bytes) -> Response {
    let by = match session(&visit) {
        Ok(session) => session.principal(),
        Err(response) => return response,
    };
    let (step, mut typed, wanted) = read(&app, Form::Appoint, &body);
    let Some(wanted) = wanted else { return again(&app, &visit, &headers, Form::Appoint, step, typed).await };
    match granting::propose(app.platform(), &by, &wanted).await {
        Ok(id) => see_other(&address(&id)),
        Err(Unchanged::Unfit(unfit)) => {
            typed.errors.push(said(unfit, step));
            again(&app, &visit, &headers, Form::Appoint, step, typed).await
        }
        Err(error) => unchanged(&app, &visit, &error).await,
    }
}

fn address(id: &str) -> String {
    format!("{}/{id}", paths::ADMIN_ROLES_PROPOSALS)
}

/// What is wrong with a change, and at which field of the form that is said.
fn said(unfit: Unfit, step: Step) -> (&'static str, &'static str) {
    let (field, key) = match unfit {
        Unfit::Oneself => ("person", "roles-error-oneself"),
        Unfit::NoPerson => ("person", "access-no-person"),
        Unfit::NotProven => ("person", "roles-error-not-proven"),
        Unfit::Blocked => ("person", "roles-error-blocked"),
        Unfit::HasIt => ("person", "roles-error-has-it"),
        Unfit::HasItNot => ("person", "roles-error-has-it-not"),
        Unfit::Last => ("person", "roles-error-last"),
        Unfit::NoBody => ("body", "roles-error-body"),
        Unfit::NotSo | Unfit::NotFirst => ("role", "roles-error-role"),
    };
    // The form that takes a role has one field.
    (if step == Step::Revoke { "grounds" } else { field }, key)
}

/// Which role of whom.
#[derive(Deserialize)]
struct Whose {
    #[serde(default)]
    person: String,
    #[serde(default)]
    role: String,
}

async fn revoking(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Query(Whose { person, role }): Query<Whose>,
) -> Response {
    revoking_shown(&app, &visit, &headers, Typed { person, role, ..Typed::default() }).await
}

async fn revoking_shown(app: &App, visit: &Visit, headers: &HeaderMap, typed: Typed) -> Response {
    let found = async {
        let (Some(person), Some(role)) = (PersonId::parse(&typed.person), role(&typed.role)) else {
            return Ok(None);
        };
        let grants = app.platform().grants.of(person).await.map_err(Error::storage)?;
        let Some(grant) = grants.iter().find(|grant| grant.role == role) else { return Ok(None) };
        Ok::<_, Error>(line(app, visit, person, grant).await?.map(|line| (line, role)))
    };
    let (line, role) = match found.await {
        Ok(Some(found)) => found,
        Ok(None) => return trouble(app, visit, &Problem::NotFound).await,
        Err(error) => return modules::failed(app, visit, "", &error).await,
    };
    let say = Speaker::host(visit.language);
    if line.revoke.is_none() {
        let why = say.say("roles-error-not-yours").into_owned();
        return trouble(app, visit, &Problem::Refused { why }).await;
    }
    let offered = offered(app, visit);
    let takes_two = RUNNING_ROLES.contains(&role);
    let shown = Revoking { line: &line, value: &value(&role), takes_two, typed: &typed, offered: &offered };
    let main = chrome::revoking(&say, &shown, &moments(app, &say, app.platform().legal.now()));
    let status = (!typed.errors.is_empty()).then_some(StatusCode::UNPROCESSABLE_ENTITY);
    let content = Content { status, ..Content::new(&say.say("roles-revoke-title"), main).private() };
    page(app, visit, headers, content).await
}

async fn proposal(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let me = match session(&visit) {
        Ok(session) => session.person.id,
        Err(response) => return response,
    };
    let now = app.platform().legal.now();
    let found = async {
        let mut unit = app.platform().storage.begin().await.map_err(Error::storage)?;
        let proposal = RUNNING.get(&mut unit, &id).await?.ok_or(Error::NotFound)?;
        drop(unit);
        let change = RoleChange::read(&proposal.content)?;
        let person = (change.person.to_string(), name(&app, change.person).await?);
        let by = name(&app, proposal.by).await?;
        Ok::<_, Error>((proposal, change, person, by))
    };
    let (proposal, change, person, by) = match found.await {
        Ok(found) => found,
        Err(error) => return modules::failed(&app, &visit, "", &error).await,
    };
    let say = Speaker::host(visit.language);
    let shown = Shown {
        step: change.step,
        person,
        role: words_of(&app, visit.language, &change.role).unwrap_or_default(),
        grounds: &change.grounds,
        by,
        own: proposal.by == me,
        open: proposal.is_open(now),
        proposal: &proposal,
        offered: &offered(&app, &visit),
    };
    let main = chrome::proposal(&say, &shown, &moments(&app, &say, now));
    let title = say.say(chrome::title(change.step));
    page(&app, &visit, &headers, Content::new(&title, main).private()).await
}

async fn approve(State(app): State<Arc<App>>, visit: Visit, Path(id): Path<String>, body: Bytes) -> Response {
    let by = match session(&visit) {
        Ok(session) => session.principal(),
        Err(response) => return response,
    };
    let digest = fields(&body)("digest");
    match granting::approve(app.platform(), &by, &id, &digest, &|change| words(&app, change)).await {
        Ok(()) => see_other(&address(&id)),
        Err(error) => unchanged(&app, &visit, &error).await,
    }
}

async fn decline(State(app): State<Arc<App>>, visit: Visit, Path(id): Path<String>) -> Response {
    let by = match session(&visit) {
        Ok(session) => session.principal(),
        Err(response) => return response,
    };
    match granting::decline(app.platform(), &by, &id).await {
        Ok(()) => see_other(&address(&id)),
        Err(error) => unchanged(&app, &visit, &error).await,
    }
}

/// What the person is told whose role it is, in both languages.
pub fn words(app: &App, change: &RoleChange) -> Words {
    let said = |language: Language| {
        let say = Speaker::host(language);
        let role = words_of(app, language, &change.role).unwrap_or_default();
        let key = match change.step {
            Step::Grant => "roles-notice-grant",
            Step::Revoke => "roles-notice-revoke",
        };
        let args = [("role", role.into()), ("grounds", change.grounds.as_str().into())];
        say.say_with(key, &args).into_owned()
    };
    let text = Text { uk: said(Language::Uk), en: said(Language::En) };
    Words { text, address: paths::CABINET.to_owned() }
}

/// The page of a step that was not taken.
async fn unchanged(app: &App, visit: &Visit, error: &Unchanged) -> Response {
    let key = match error {
        Unchanged::TwoPerson(TwoPersonError::Failed(error)) => {
            return modules::failed(app, visit, "", error).await;
        }
        Unchanged::TwoPerson(TwoPersonError::Refused(Refusal::Unknown)) => {
            return trouble(app, visit, &Problem::NotFound).await;
        }
        Unchanged::TwoPerson(TwoPersonError::Refused(refusal)) => super::refused(*refusal),
        Unchanged::Unfit(unfit) => said(*unfit, Step::Grant).1,
    };
    let why = Speaker::host(visit.language).say(key).into_owned();
    trouble(app, visit, &Problem::Refused { why }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_read_as_it_was_written() {
        let administrator =
            Role::ModuleAdministrator { body: "office/a".to_owned(), module: "notes".to_owned() };
        for one in [Role::Holder, Role::TechnicalAdministrator, Role::Auditor, administrator] {
            assert_eq!(role(&value(&one)), Some(one));
        }
        for other in ["", "person", "organisation-representative", "module-administrator/notes"] {
            assert_eq!(role(other), None, "{other}");
        }
    }
}

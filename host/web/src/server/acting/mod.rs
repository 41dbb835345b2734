//! Acts: their forms, step by step, and doing them. Nothing that was typed is lost on the way.

mod drafts;
mod pages;
mod steps;
mod uploads;

use super::answer::{see_other, set_cookie, trouble};
use super::modules::failed;
use super::presentation::Presentation;
use super::sent::boundary;
use super::visit::Visit;
use super::{App, parked, paused, position, rules, step_up, told};
use crate::chrome::paths;
use crate::chrome::problem::{Kept, Problem};
use crate::forms::{ActingFor, Choice, Form, SUBMISSION, Sent, Values};
use crate::texts::{Args, Language, Speaker};
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::StatusCode;
use pages::Shown;
use std::sync::{Arc, LazyLock};
use uploads::Uploads;
use vzaemo_access::Reason;
use vzaemo_contract::call::{Message, Pair, Request as Call};
use vzaemo_identity::ReturnTo;
use vzaemo_service::{Done, Error, ModuleState, ModuleVersion, route};

/// The act that an address leads to.
pub(super) struct Place<'a> {
    pub module: &'a str,
    pub act: &'a str,
    pub params: Vec<Pair>,
}

/// The query parameter that says which step of a form is shown.
const STEP_QUERY: &str = "step";
/// The step that shows all answers.
const CHECK: &str = "check";

/// A new one-time submission id.
pub(super) fn fresh_submission() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// A list of the host's for `x-choices`.
pub(super) fn choices(app: &App, visit: &Visit, list: &str) -> Vec<Choice> {
    if list != "bodies" {
        return Vec::new();
    }
    let platform = app.platform();
    let today = platform.zone.date(platform.legal.now());
    let choice = |body: &vzaemo_registers::Body| Choice {
        value: body.id.clone(),
        label: match visit.language {
            Language::Uk => body.name.uk.clone(),
            Language::En => body.name.en.clone(),
        },
    };
    platform.bodies.valid_on(today).map(choice).collect()
}

/// A message of a module in the reader's language.
pub(super) fn refusal_text(version: Option<&ModuleVersion>, message: &Message, language: Language) -> String {
    let Some(version) = version else { return String::new() };
    let mut args = Args::new();
    for (name, value) in &message.args {
        args.set(name.clone(), value.clone());
    }
    Speaker::of(&version.texts, language).module_or_key(&message.key, Some(&args)).into_owned()
}

/// One form at one address for one visitor.
struct Filling<'a> {
    app: &'a App,
    visit: &'a Visit,
    version: Arc<ModuleVersion>,
    place: Place<'a>,
    /// The act's path.
    path: String,
    form: Arc<Form>,
    /// In whose name the visitor acts, if they may choose.
    acting_for: Option<ActingFor>,
}

/// Shows the form of an act, at the step that the address names.
pub(super) async fn show(
    app: &App,
    visit: &Visit,
    presentation: &Presentation,
    place: Place<'_>,
    request: &http::request::Parts,
) -> Response {
    let (filling, headers) = match ready(app, visit, presentation, place).await {
        Ok(filling) => (filling, &request.headers),
        Err(response) => return response,
    };
    let Some(filling) = filling else {
        // An act without a form is a button on a page; its address has nothing to show.
        return trouble(app, visit, &Problem::NotFound).await;
    };
    if let Err(response) = allowed(app, visit, &filling.version, &filling.place).await {
        return response;
    }
    let prefill: Vec<Pair> = url::form_urlencoded::parse(request.uri.query().unwrap_or_default().as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let step = prefill.iter().find(|(name, _)| name == STEP_QUERY).map(|(_, value)| value.as_str());
    let untouched = || filling.form.start(&prefill, |wanted| filling.autofill(wanted));
    let kept = filling.kept().await;
    let mut begun = kept.is_some();
    let mut values = kept.unwrap_or_else(untouched);
    if let Some(parked) = parked::take(app, headers, &filling.path).await {
        begun = true;
        values.take_all(parked);
        filling.claim(&values).await;
        // From now on it is in the draft, where later steps find it.
        if filling.keeps_drafts() {
            match filling.keep(&values).await {
                Ok(()) => parked::forget(app, headers, &filling.path).await,
                Err(error) => return failed(app, visit, filling.place.module, &error).await,
            }
        }
    }
    let shown = Shown { values: &values, errors: &[], refused: None, submission: &fresh_submission() };
    match step {
        Some(CHECK) if filling.form.checks_answers() && !begun => filling.gone_page(headers).await,
        Some(CHECK) if filling.form.checks_answers() => filling.check_page(headers, shown).await,
        _ => {
            let at = step.and_then(|step| filling.form.step(step)).unwrap_or(0);
            filling.step_page(headers, at, shown, StatusCode::OK).await
        }
    }
}

/// Whether the visitor may do the act; the page that says why not otherwise.
async fn allowed(
    app: &App,
    visit: &Visit,
    version: &Arc<ModuleVersion>,
    place: &Place<'_>,
) -> Result<(), Response> {
    match app.service.may(&visit.caller, version, place.act, &place.params).await {
        Ok(()) => Ok(()),
        Err(error) => Err(failed(app, visit, place.module, &error).await),
    }
}

/// The form of a place; `None` for an act without one.
async fn ready<'a>(
    app: &'a App,
    visit: &'a Visit,
    presentation: &Presentation,
    place: Place<'a>,
) -> Result<Option<Filling<'a>>, Response> {
    let state = presentation.snapshot.module(place.module);
    let Some(version) = state.and_then(|state| state.serving()).cloned() else {
        let error = match state.map(AsRef::as_ref) {
            Some(ModuleState::SetAside(_)) => Error::SetAside(place.module.to_owned()),
            Some(_) => Error::Disabled(place.module.to_owned()),
            None => Error::NotFound,
        };
        return Err(failed(app, visit, place.module, &error).await);
    };
    let form = version.manifest.act(place.act).and_then(|act| act.form.as_deref());
    let Some(form) = form.and_then(|form| presentation.form(place.module, form)) else { return Ok(None) };
    let Some(path) = route::act_path(&version.manifest, place.act, &place.params) else { return Ok(None) };
    Ok(Some(Filling { app, visit, version, place, path, form, acting_for: super::acting_for::of(visit) }))
}

/// Takes what a form sent: a step, a draft to keep, or all of it.
pub(super) async fn submit(
    app: &App,
    visit: &Visit,
    presentation: &Presentation,
    place: Place<'_>,
    request: Request<Body>,
) -> Response {
    let (parts, body) = request.into_parts();
    if visit.unknown {
        return super::guard::turned_away(app, visit, &parts, body).await;
    }
    let form =
        presentation.snapshot.module(place.module).and_then(|state| state.serving()).and_then(|version| {
            let form = version.manifest.act(place.act)?.form.as_deref()?;
            presentation.form(place.module, form)
        });
    let (mut sent, uploads) = match read(app, form.as_deref(), &parts.headers, body).await {
        Ok(read) => read,
        Err(problem) => return trouble(app, visit, &problem).await,
    };
    if let Some(form) = &form {
        form.forget_files(&mut sent.values);
    }
    if visit.session.is_none() {
        uploads::park(app, uploads, &mut sent.values).await;
        return expired(app, visit, &sent.values).await;
    }
    if let Some(person) = visit.person() {
        // The gate knows only persons whose session is in memory.
        let nowhere = std::net::IpAddr::from([0, 0, 0, 0]);
        if let Some(block) = app.protection.blocked(nowhere, Some(&person)) {
            return super::kept_out::blocked(app, visit, &block).await;
        }
        app.protection.acted(&person);
    }
    let filling = match ready(app, visit, presentation, place).await {
        Ok(Some(filling)) => filling,
        Ok(None) => {
            let Some((module, act, params)) = without_form(presentation, &parts.uri) else {
                return trouble(app, visit, &Problem::NotFound).await;
            };
            if !sent.misfits.is_empty() {
                return trouble(app, visit, &Problem::BadInput).await;
            }
            let call = Call { params, query: Vec::new(), input: "{}".to_owned() };
            let done = app.service.act(&visit.caller, &module, &act, &call, sent.submission.as_deref()).await;
            return match done {
                Ok(done) => after(app, done),
                Err(Error::Busy) => {
                    // By one press again; with the same id it cannot count twice.
                    let id = sent.submission.map(|id| (SUBMISSION.to_owned(), id));
                    let kept = Kept::press(parts.uri.path(), id);
                    trouble(app, visit, &paused::problem(app, Some(kept))).await
                }
                Err(Error::Denied { reason: Reason::AssuranceTooLow { needed } }) => {
                    step_up::from_button(app, &parts.headers, needed)
                }
                Err(Error::Denied { reason: Reason::RulesPending }) => {
                    let from = step_up::came_from(app, &parts.headers);
                    let from = from.as_ref().map_or(paths::HOME, ReturnTo::as_str);
                    see_other(&rules::address(from))
                }
                Err(error) => failed(app, visit, &module, &error).await,
            };
        }
        Err(response) => return response,
    };
    match concerned(app, visit, &filling.version, &filling.place).await {
        Ok(()) => filling.take(&parts.headers, sent, uploads).await,
        Err(Error::Denied { reason: Reason::RulesPending }) => filling.waits_for_rules(sent, uploads).await,
        Err(error) => failed(app, visit, filling.place.module, &error).await,
    }
}

/// Whether an act could be the visitor's at all. Whose it is not is told nothing of its form, whatever they send; who could
/// do it in another state, or with a surer identity, keeps what they typed and is told at the form.
async fn concerned(
    app: &App,
    visit: &Visit,
    version: &Arc<ModuleVersion>,
    place: &Place<'_>,
) -> Result<(), Error> {
    match app.service.may(&visit.caller, version, place.act, &place.params).await {
        Ok(())
        | Err(Error::Denied {
            reason:
                Reason::SignInNeeded
                | Reason::WrongState { .. }
                | Reason::AssuranceTooLow { .. }
                | Reason::Blocked
                | Reason::Forbidden { .. },
        }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Reads what a form sent: whole, or in parts if it takes files.
async fn read(
    app: &App,
    form: Option<&Form>,
    headers: &http::HeaderMap,
    body: Body,
) -> Result<(Sent, Uploads), Problem> {
    let too_large = || {
        let limit = u32::try_from(app.largest_body >> 20).unwrap_or(u32::MAX).max(1);
        Problem::TooLarge { limit }
    };
    if let (Some(form), Some(boundary)) = (form.filter(|form| form.takes_files()), boundary(headers)) {
        return uploads::receive(app, form, boundary, body).await.map_err(|error| {
            tracing::debug!(error = &error as &dyn std::error::Error, "a form could not be read");
            if matches!(error, uploads::Broken::TooLarge) { too_large() } else { Problem::BadInput }
        });
    }
    let Some(body) = super::body::whole(body, app.largest_body).await else { return Err(too_large()) };
    if !is_form(headers) {
        return Err(Problem::BadInput);
    }
    match form.map_or_else(|| read_without_form(&body), |form| form.read(&body)) {
        Ok(sent) => Ok((sent, Uploads::default())),
        Err(error) => {
            tracing::debug!(%error, "a form could not be read");
            Err(Problem::BadInput)
        }
    }
}

/// The form of acts without one: it has no field and reads the submission id only. Made once, since the most frequent
/// acts are of this kind.
static NO_FIELDS: LazyLock<Option<Form>> = LazyLock::new(|| {
    let empty = serde_json::json!({"type": "object", "properties": {}});
    Form::new(&empty, Vec::new(), false).ok()
});

/// Whether a body is said to be what a form sends.
fn is_form(headers: &http::HeaderMap) -> bool {
    let kind =
        headers.get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn read_without_form(body: &[u8]) -> Result<Sent, crate::forms::Unreadable> {
    NO_FIELDS.as_ref().map_or_else(|| Ok(Sent::default()), |form| form.read(body))
}

fn without_form(presentation: &Presentation, uri: &http::Uri) -> Option<(String, String, Vec<Pair>)> {
    match presentation.routes.find(uri.path())? {
        (super::routes::Target::Act { module, act }, params) => Some((module.clone(), act.clone(), params)),
        _ => None,
    }
}

/// The session has ended in the middle of a form: what was typed waits until the visitor has signed in again.
async fn expired(app: &App, visit: &Visit, values: &Values) -> Response {
    let path = visit.path.split('?').next().unwrap_or_default();
    let cookie = parked::park(app, path, values).await;
    let mut response = trouble(app, visit, &Problem::Expired).await;
    if let Some(cookie) = cookie {
        set_cookie(&mut response, &cookie);
    }
    response
}

/// Goes on where the module says, with what it has to tell.
fn after(app: &App, done: Done) -> Response {
    let to = done.outcome.to.as_ref().and_then(|to| route::view_path(&done.version.manifest, to));
    let mut response = see_other(to.as_deref().unwrap_or(paths::CABINET));
    if let Some(message) = done.outcome.message {
        let told = told::Told { module: done.version.manifest.id.clone(), message };
        if let Some(cookie) = told::carry(&told, app.is_secure()) {
            set_cookie(&mut response, &cookie);
        }
    }
    position::read(&mut response, done.position);
    response
}

impl Filling<'_> {
    fn speaker(&self) -> Speaker<'_> {
        Speaker::of(&self.version.texts, self.visit.language)
    }

    fn autofill(&self, wanted: &str) -> Option<String> {
        if wanted == "person.name" { self.visit.name() } else { None }
    }

    fn message(&self, key: &str) -> Option<String> {
        self.speaker().module(key, None).map(std::borrow::Cow::into_owned)
    }
}

//! Acts: their forms, step by step, and doing them. Nothing that was typed is lost on the way.

use super::answer::{Content, page, see_other, set_cookie, trouble};
use super::modules::{failed, section_html};
use super::presentation::Presentation;
use super::visit::Visit;
use super::{App, parked, told};
use crate::chrome::document::{Crumb, headed};
use crate::chrome::paths;
use crate::chrome::problem::{Kept, Problem};
use crate::forms::{Choice, Drawing, FieldError, Form, Sent, Values, check_answers, draw};
use crate::texts::{Args, Language, Speaker};
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use maud::{PreEscaped, html as markup};
use std::sync::{Arc, LazyLock};
use vzaemo_access::Reason;
use vzaemo_cabinet::{Draft, Text};
use vzaemo_contract::call::{Message, Pair, Request as Call};
use vzaemo_service::{Done, Error, ModuleVersion, route};

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
}

/// What a step is drawn with.
struct Shown<'a> {
    values: &'a Values,
    errors: &'a [FieldError],
    /// What the module said against it.
    refused: Option<String>,
    submission: &'a str,
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
    let mut values = filling.kept().await.unwrap_or_else(untouched);
    if let Some(parked) = parked::take(app, headers, &filling.path).await {
        values.take_all(parked);
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
    version: &ModuleVersion,
    place: &Place<'_>,
) -> Result<(), Response> {
    let asked = [(place.act.to_owned(), place.params.clone())];
    let decision = match app.service.slots(&visit.caller, version, &asked).await {
        Ok(slots) => slots.into_iter().next().map_or(Reason::Unknown, |slot| slot.decision.reason),
        Err(error) => return Err(failed(app, visit, place.module, &error).await),
    };
    match decision {
        Reason::Allowed => Ok(()),
        Reason::Unknown => Err(trouble(app, visit, &Problem::NotFound).await),
        reason => Err(failed(app, visit, place.module, &Error::Denied { reason }).await),
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
        let error = match state {
            Some(_) => Error::Disabled(place.module.to_owned()),
            None => Error::NotFound,
        };
        return Err(failed(app, visit, place.module, &error).await);
    };
    let form = version.manifest.act(place.act).and_then(|act| act.form.as_deref());
    let Some(form) = form.and_then(|form| presentation.form(place.module, form)) else { return Ok(None) };
    let Some(path) = route::act_path(&version.manifest, place.act, &place.params) else { return Ok(None) };
    Ok(Some(Filling { app, visit, version, place, path, form }))
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
    let Some(body) = super::body::whole(body, app.largest_body).await else {
        let limit = u32::try_from(app.largest_body >> 20).unwrap_or(u32::MAX).max(1);
        return trouble(app, visit, &Problem::TooLarge { limit }).await;
    };
    let form =
        presentation.snapshot.module(place.module).and_then(|state| state.serving()).and_then(|version| {
            let form = version.manifest.act(place.act)?.form.as_deref()?;
            presentation.form(place.module, form)
        });
    let sent = match form.as_ref().map_or_else(|| read_without_form(&body), |form| form.read(&body)) {
        Ok(sent) => sent,
        Err(error) => {
            tracing::debug!(%error, "a form could not be read");
            return trouble(app, visit, &Problem::BadInput).await;
        }
    };
    if visit.session.is_none() {
        return expired(app, visit, &sent).await;
    }
    let filling = match ready(app, visit, presentation, place).await {
        Ok(Some(filling)) => filling,
        Ok(None) => {
            let Some((module, act, params)) = without_form(presentation, &parts.uri) else {
                return trouble(app, visit, &Problem::NotFound).await;
            };
            let call = Call { params, query: Vec::new(), input: "{}".to_owned() };
            let done = app.service.act(&visit.caller, &module, &act, &call, sent.submission.as_deref()).await;
            return match done {
                Ok(done) => after(app, visit, done),
                Err(error) => failed(app, visit, &module, &error).await,
            };
        }
        Err(response) => return response,
    };
    filling.take(&parts.headers, sent).await
}

/// The form of acts without one: it has no field and reads the submission id only. Made once, since the most frequent
/// acts are of this kind.
static NO_FIELDS: LazyLock<Option<Form>> = LazyLock::new(|| {
    let empty = serde_json::json!({"type": "object", "properties": {}});
    Form::new(&empty, Vec::new(), false).ok()
});

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
async fn expired(app: &App, visit: &Visit, sent: &Sent) -> Response {
    let path = visit.path.split('?').next().unwrap_or_default();
    let cookie = parked::park(app, path, &sent.values).await;
    let mut response = trouble(app, visit, &Problem::Expired).await;
    if let Some(cookie) = cookie {
        set_cookie(&mut response, &cookie);
    }
    response
}

/// Goes on where the module says, with what it has to tell.
fn after(app: &App, visit: &Visit, done: Done) -> Response {
    let to = done.outcome.to.as_ref().and_then(|to| route::view_path(&done.version.manifest, to));
    let mut response = see_other(to.as_deref().unwrap_or(paths::CABINET));
    if let Some(message) = done.outcome.message {
        let told = told::Told { module: done.version.manifest.id.clone(), message };
        if let Some(cookie) = told::carry(&told, app.is_secure()) {
            set_cookie(&mut response, &cookie);
        }
    }
    if let Some(session) = &visit.session {
        app.sessions.saw_commit(&session.id, done.position);
    }
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

    /// Whether the form is kept as a draft while it is filled in: forms of several pages are.
    fn keeps_drafts(&self) -> bool {
        self.form.steps().len() > 1 || self.form.checks_answers()
    }

    async fn kept(&self) -> Option<Values> {
        let person = self.visit.person()?;
        let mut unit = self.app.platform().storage.begin().await.ok()?;
        let draft = vzaemo_cabinet::draft(&mut unit, &person, &self.path).await.ok()??;
        serde_json::from_str(&draft.values).ok()
    }

    async fn keep(&self, values: &Values) -> Result<(), Error> {
        let Some(person) = self.visit.person() else { return Ok(()) };
        let title = |language| {
            let speaker = Speaker::of(&self.version.texts, language);
            speaker.module_or_key(&format!("act-{}", self.place.act), None).into_owned()
        };
        let draft = Draft {
            module: self.place.module.to_owned(),
            title: Text { uk: title(Language::Uk), en: title(Language::En) },
            address: self.path.clone(),
            values: serde_json::to_string(values).map_err(Error::storage)?,
        };
        let platform = self.app.platform();
        let mut unit = platform.storage.begin().await.map_err(Error::storage)?;
        let now = platform.legal.now();
        vzaemo_cabinet::save_draft(&mut unit, &person, draft, now).await.map_err(Error::storage)?;
        match unit.commit().await {
            Ok(_) => Ok(()),
            // Somebody else kept the same draft meanwhile: another tab of the same person.
            Err(error) if error.is_retryable() => Ok(()),
            Err(error) => Err(Error::storage(error)),
        }
    }

    async fn discard(&self) {
        let Some(person) = self.visit.person() else { return };
        let Ok(mut unit) = self.app.platform().storage.begin().await else { return };
        let discarded = vzaemo_cabinet::discard_draft(&mut unit, &person, &self.path).await;
        let result = match discarded {
            Ok(()) => unit.commit().await.map(|_| ()).map_err(Error::storage),
            Err(error) => Err(Error::storage(error)),
        };
        if let Err(error) = result {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a sent form's draft could not be removed"
            );
        }
    }

    fn at_step(&self, step: &str) -> String {
        format!("{}?{STEP_QUERY}={step}", self.path)
    }

    /// What is wrong with the answers of a step.
    fn wrong(&self, step: usize, values: &Values) -> Vec<FieldError> {
        match self.form.check_step(step, values) {
            Err(errors) => errors,
            Ok(_) => {
                let here = |error: &FieldError| {
                    error.field.as_deref().is_none_or(|field| self.step_with(field) == step)
                };
                let lists = |list: &str| choices(self.app, self.visit, list);
                self.form.check_choices(values, &lists).into_iter().filter(here).collect()
            }
        }
    }

    /// Takes what was sent.
    async fn take(self, headers: &HeaderMap, sent: Sent) -> Response {
        let at = sent.step.as_deref().and_then(|step| self.form.step(step));
        // The page with all answers sends none of them again: they are in the draft.
        let checking = self.form.checks_answers() && at.is_none();
        let mut values =
            if self.keeps_drafts() { self.kept().await.unwrap_or_default() } else { Values::default() };
        let step = at.unwrap_or(0);
        if !checking && let Some(fields) = self.form.steps().get(step) {
            values.take_step(fields, &sent.values);
        }
        let submission = sent.submission.clone().unwrap_or_else(fresh_submission);
        if self.keeps_drafts()
            && !checking
            && let Err(error) = self.keep(&values).await
        {
            return failed(self.app, self.visit, self.place.module, &error).await;
        }
        if sent.go.as_deref() == Some("save") && self.keeps_drafts() {
            return see_other(paths::DRAFTS);
        }
        let errors = if checking { Vec::new() } else { self.wrong(step, &values) };
        if !errors.is_empty() {
            let shown = Shown { values: &values, errors: &errors, refused: None, submission: &submission };
            return self.step_page(headers, step, shown, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
        if !checking && let Some(next) = self.form.steps().get(step + 1) {
            return see_other(&self.at_step(&next.id));
        }
        if !checking && self.form.checks_answers() {
            return see_other(&self.at_step(CHECK));
        }
        self.send(headers, &values, &submission, sent.submission.is_some()).await
    }

    async fn send(self, headers: &HeaderMap, values: &Values, submission: &str, given: bool) -> Response {
        let (module, act) = (self.place.module, self.place.act);
        // A form that comes again finds its draft gone, or a later one there.
        if given {
            match self.app.service.done_before(&self.visit.caller, module, act, submission).await {
                Ok(Some(done)) => return after(self.app, self.visit, done),
                Ok(None) => {}
                Err(error) => return failed(self.app, self.visit, module, &error).await,
            }
        }
        let input = match self.form.check(values) {
            Ok(input) => input,
            Err(errors) => {
                let step = self.step_of(errors.first());
                let shown = Shown { values, errors: &errors, refused: None, submission };
                return self.step_page(headers, step, shown, StatusCode::UNPROCESSABLE_ENTITY).await;
            }
        };
        let call = Call { params: self.place.params.clone(), query: Vec::new(), input: input.to_string() };
        match self.app.service.act(&self.visit.caller, module, act, &call, Some(submission)).await {
            Ok(done) => {
                if self.keeps_drafts() {
                    self.discard().await;
                } else {
                    parked::forget(self.app, headers, &self.path).await;
                }
                after(self.app, self.visit, done)
            }
            Err(Error::Refused(refusal)) => {
                let text = refusal_text(Some(&self.version), &refusal.message, self.visit.language);
                let fresh = fresh_submission();
                let shown = Shown { values, errors: &[], refused: Some(text), submission: &fresh };
                let step = refusal.field.as_deref().map_or(0, |field| self.step_with(field));
                self.step_page(headers, step, shown, StatusCode::UNPROCESSABLE_ENTITY).await
            }
            Err(Error::Busy) => {
                let kept = Kept { action: self.path.clone(), fields: self.fields(values, submission) };
                trouble(self.app, self.visit, &Problem::Busy { kept: Some(kept) }).await
            }
            Err(error) => failed(self.app, self.visit, module, &error).await,
        }
    }

    /// What has to be sent again.
    fn fields(&self, values: &Values, submission: &str) -> Vec<Pair> {
        use crate::forms::{GO, STEP, SUBMISSION};
        let mut fields =
            vec![(SUBMISSION.to_owned(), submission.to_owned()), (GO.to_owned(), "submit".to_owned())];
        if self.form.checks_answers() {
            fields.push((STEP.to_owned(), CHECK.to_owned()));
            return fields;
        }
        if let Some(last) = self.form.steps().last() {
            fields.push((STEP.to_owned(), last.id.clone()));
            for name in &last.fields {
                fields.extend(values.all(name).iter().map(|value| (name.clone(), value.clone())));
            }
        }
        fields
    }

    fn step_of(&self, error: Option<&FieldError>) -> usize {
        error.and_then(|error| error.field.as_deref()).map_or(0, |field| self.step_with(field))
    }

    fn step_with(&self, field: &str) -> usize {
        let holds = |step: &crate::forms::Step| step.fields.iter().any(|name| name == field);
        self.form.steps().iter().position(holds).unwrap_or(0)
    }

    fn drawing<'s>(
        &'s self,
        shown: &'s Shown<'s>,
        choices: &'s dyn Fn(&str) -> Vec<Choice>,
        submit: Option<&'s str>,
    ) -> Drawing<'s> {
        Drawing {
            speaker: self.speaker(),
            action: &self.path,
            submission: shown.submission,
            draft: None,
            values: shown.values,
            errors: shown.errors,
            choices,
            submit,
            can_save: self.keeps_drafts(),
        }
    }

    fn crumbs(&self) -> Vec<(String, String)> {
        let name = super::answer::in_language(&self.version.manifest.name, self.visit);
        vec![(name, format!("/{}", self.place.module))]
    }

    async fn step_page(
        &self,
        headers: &HeaderMap,
        step: usize,
        shown: Shown<'_>,
        status: StatusCode,
    ) -> Response {
        let title = self.message(&format!("act-{}", self.place.act)).unwrap_or_default();
        let heading = self
            .form
            .steps()
            .get(step)
            .filter(|_| self.form.steps().len() > 1)
            .and_then(|step| self.message(&format!("step-{}", step.id)))
            .unwrap_or_else(|| title.clone());
        let lead = self.message(&format!("act-{}-lead", self.place.act)).filter(|_| step == 0);
        let view = self.form.steps().get(step).and_then(|step| step.then.as_deref());
        let before = match view {
            Some(view) => self.view_html(view, shown.values).await,
            None => String::new(),
        };
        let choices = |list: &str| choices(self.app, self.visit, list);
        let submit = self.message(&format!("act-{}-submit", self.place.act));
        let form = draw(&self.form, step, &self.drawing(&shown, &choices, submit.as_deref()));
        let crumbs = self.crumbs();
        let crumbs: Vec<Crumb<'_>> = crumbs.iter().map(|(label, href)| Crumb { label, href }).collect();
        let say = self.speaker();
        let main = markup! {
            (headed(&say, &crumbs, &heading, lead.as_deref()))
            @if let Some(refused) = &shown.refused {
                div.govuk-error-summary data-module="govuk-error-summary" {
                    div role="alert" {
                        h2.govuk-error-summary__title { (say.say("form-refused-title")) }
                        div.govuk-error-summary__body { p { (refused) } }
                    }
                }
            }
            (PreEscaped(before))
            (form)
        };
        let wrong = !shown.errors.is_empty() || shown.refused.is_some();
        let title =
            if wrong { format!("{} {heading}", say.say("form-error-prefix")) } else { heading.clone() };
        let mut content = Content::new(&title, main).private();
        content.status = Some(status);
        page(self.app, self.visit, headers, content).await
    }

    async fn check_page(&self, headers: &HeaderMap, shown: Shown<'_>) -> Response {
        if let Err(errors) = self.form.check(shown.values) {
            let step = self.step_of(errors.first());
            let shown = Shown { errors: &errors, ..shown };
            return self.step_page(headers, step, shown, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
        let choices = |list: &str| choices(self.app, self.visit, list);
        let submit = self.message(&format!("act-{}-submit", self.place.act));
        let answers = check_answers(&self.form, &self.drawing(&shown, &choices, submit.as_deref()));
        let say = self.speaker();
        let crumbs = self.crumbs();
        let crumbs: Vec<Crumb<'_>> = crumbs.iter().map(|(label, href)| Crumb { label, href }).collect();
        let heading = say.say("form-check-title");
        let main = markup! {
            (headed(&say, &crumbs, &heading, None))
            (answers)
        };
        page(self.app, self.visit, headers, Content::new(&heading, main).private()).await
    }

    /// A view of the module on a page of its form, with the answers so far as its query.
    async fn view_html(&self, view: &str, values: &Values) -> String {
        let declared = self.version.manifest.view(view).map(|view| view.query.as_slice()).unwrap_or_default();
        let query: Vec<Pair> =
            declared.iter().map(|name| (name.clone(), values.one(name).to_owned())).collect();
        let call = Call { params: self.place.params.clone(), query: query.clone(), input: "{}".to_owned() };
        let viewed = match self.app.service.view(&self.visit.caller, self.place.module, view, &call).await {
            Ok(viewed) => viewed,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    view,
                    "a view in a form was left out"
                );
                return String::new();
            }
        };
        match section_html(self.app, self.visit, &viewed, query).await {
            Ok((_, main)) => main,
            Err(_) => String::new(),
        }
    }
}

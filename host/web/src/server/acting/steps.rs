//! From step to step, and at the end the act.

use super::pages::Shown;
use super::uploads::{self, Uploads};
use super::{CHECK, Filling, STEP_QUERY, after, choices, expired, fresh_submission, refusal_text};
use crate::chrome::paths;
use crate::chrome::problem::Kept;
use crate::forms::{BACK, Fault, FieldError, GO, KEEP, STEP, SUBMISSION, Sent, Values};
use crate::server::answer::{no_content, see_other, trouble};
use crate::server::modules::failed;
use crate::server::{parked, paused, rules, step_up};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use vzaemo_access::Reason;
use vzaemo_contract::call::{Pair, Request as Call};
use vzaemo_service::Error;

/// The fields that say which step is sent, and how.
fn sending(step: &str, go: &str, submission: &str) -> Vec<Pair> {
    let fields = [(SUBMISSION, submission), (GO, go), (STEP, step)];
    fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

impl Filling<'_> {
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
    pub(super) async fn take(self, headers: &HeaderMap, sent: Sent, uploads: Uploads) -> Response {
        let at = sent.step.as_deref().and_then(|step| self.form.step(step));
        let mut misfits = sent.misfits;
        // A step that is no longer there: nothing is sent that was not seen.
        if at.is_none() && sent.step.as_deref().is_some_and(|step| step != CHECK) {
            misfits.push(FieldError { field: None, fault: Fault::Changed });
        }
        // The page with all answers sends none of them again: they are in the draft.
        let checking = self.form.checks_answers() && at.is_none() && misfits.is_empty();
        let mut values =
            if self.keeps_drafts() { self.kept().await.unwrap_or_default() } else { Values::default() };
        let step = at.unwrap_or(0);
        let mut of_files = Vec::new();
        if at.is_none() && !misfits.is_empty() {
            values.take_all(sent.values);
        } else if !checking && let Some(fields) = self.form.steps().get(step) {
            let files: Vec<&str> = self.form.file_fields(fields).map(|field| field.name.as_str()).collect();
            values.take_step(fields, &files, &sent.values);
            of_files = self.take_files(step, &mut values, uploads).await;
        }
        let submission = sent.submission.clone().unwrap_or_else(fresh_submission);
        if self.keeps_drafts()
            && !checking
            && let Err(error) = self.keep(&values).await
        {
            let go = sent.go.as_deref().unwrap_or("next");
            let again = self.fields_of(step, go, &values, &submission);
            return self.stopped(&error, again).await;
        }
        // By the script, while it is being filled in.
        if sent.go.as_deref() == Some(KEEP) {
            return no_content();
        }
        if sent.go.as_deref() == Some("save")
            && self.keeps_drafts()
            && misfits.is_empty()
            && of_files.is_empty()
        {
            return see_other(paths::DRAFTS);
        }
        // What is not right yet is said when the step is left forwards.
        if sent.go.as_deref() == Some(BACK)
            && self.keeps_drafts()
            && misfits.is_empty()
            && of_files.is_empty()
            && let Some(before) = step.checked_sub(1).and_then(|before| self.form.steps().get(before))
        {
            return see_other(&self.at_step(&before.id));
        }
        let mut errors = match misfits {
            _ if checking => Vec::new(),
            misfits if misfits.is_empty() => self.wrong(step, &values),
            misfits => misfits,
        };
        // What is wrong with a file that was sent says more than that there is none.
        errors.retain(|error| !of_files.iter().any(|other: &FieldError| other.field == error.field));
        errors.extend(of_files);
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
                Ok(Some(done)) => return after(self.app, done),
                Ok(None) => {}
                Err(error) => return self.stopped(&error, self.fields(values, submission)).await,
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
                after(self.app, done)
            }
            Err(Error::Refused(refusal)) => {
                let text = refusal_text(Some(&self.version), &refusal.message, self.visit.language);
                let fresh = fresh_submission();
                let shown = Shown { values, errors: &[], refused: Some(text), submission: &fresh };
                let step = refusal.field.as_deref().map_or(0, |field| self.step_with(field));
                self.step_page(headers, step, shown, StatusCode::UNPROCESSABLE_ENTITY).await
            }
            Err(error @ Error::Busy) => self.stopped(&error, self.fields(values, submission)).await,
            // The session ended while the act ran: the person's roles have changed.
            Err(Error::Denied { reason: Reason::SignInNeeded }) => {
                expired(self.app, self.visit, values).await
            }
            // More is asked for than when the form was opened.
            Err(Error::Denied { reason: Reason::AssuranceTooLow { needed } }) => {
                step_up::parked(self.app, &self.path, values, needed).await
            }
            // Other rules of use have come into force meanwhile.
            Err(Error::Denied { reason: Reason::RulesPending }) => {
                rules::parked(self.app, &self.path, values, &self.path).await
            }
            Err(error) => failed(self.app, self.visit, module, &error).await,
        }
    }

    /// The visitor has yet to accept the rules of use: nothing of theirs is taken, but what they typed waits until they
    /// come back.
    pub(super) async fn waits_for_rules(self, mut sent: Sent, uploads: Uploads) -> Response {
        let step = sent.step.as_deref().filter(|step| self.form.step(step).is_some());
        let back = step.map_or_else(|| self.path.clone(), |step| self.at_step(step));
        // By the script, which has no page to come back to; the answers are still in the browser.
        if sent.go.as_deref() == Some(KEEP) {
            return see_other(&rules::address(&back));
        }
        uploads::park(self.app, uploads, &mut sent.values).await;
        rules::parked(self.app, &self.path, &sent.values, &back).await
    }

    /// The page for an error; where it will pass, with what can be sent again by one press.
    async fn stopped(&self, error: &Error, again: Vec<Pair>) -> Response {
        if !matches!(error, Error::Busy) {
            return failed(self.app, self.visit, self.place.module, error).await;
        }
        let in_parts = self.form.takes_files();
        let kept = Kept { action: self.path.clone(), fields: again, in_parts, files: Vec::new() };
        trouble(self.app, self.visit, &paused::problem(self.app, Some(kept))).await
    }

    /// What has to be sent again at the end of a form.
    fn fields(&self, values: &Values, submission: &str) -> Vec<Pair> {
        if self.form.checks_answers() {
            return sending(CHECK, "submit", submission);
        }
        self.fields_of(self.form.steps().len().saturating_sub(1), "submit", values, submission)
    }

    /// What has to be sent again of a step. Its files are kept already.
    fn fields_of(&self, step: usize, go: &str, values: &Values, submission: &str) -> Vec<Pair> {
        let Some(step) = self.form.steps().get(step) else { return Vec::new() };
        let mut fields = sending(&step.id, go, submission);
        let files: Vec<&str> = self.form.file_fields(step).map(|field| field.name.as_str()).collect();
        for name in step.fields.iter().filter(|name| !files.contains(&name.as_str())) {
            fields.extend(values.all(name).iter().map(|value| (name.clone(), value.clone())));
        }
        fields
    }

    pub(super) fn step_of(&self, error: Option<&FieldError>) -> usize {
        error.and_then(|error| error.field.as_deref()).map_or(0, |field| self.step_with(field))
    }

    fn step_with(&self, field: &str) -> usize {
        let holds = |step: &crate::forms::Step| {
            let declared = field == crate::forms::DECLARATION && self.form.file_fields(step).next().is_some();
            declared || step.fields.iter().any(|name| name == field)
        };
        self.form.steps().iter().position(holds).unwrap_or(0)
    }
}

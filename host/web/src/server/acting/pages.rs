//! The pages of a form: a step, and all answers once more.

use super::{Filling, choices};
use crate::chrome::document::{Crumb, headed};
use crate::chrome::paths;
use crate::forms::{Choice, Drawing, FieldError, Values, check_answers, draw};
use crate::server::answer::{Content, in_language, page};
use crate::server::modules::section_html;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use maud::{PreEscaped, html as markup};
use vzaemo_contract::call::{Pair, Request as Call};

/// What a step is drawn with.
pub(super) struct Shown<'a> {
    pub values: &'a Values,
    pub errors: &'a [FieldError],
    /// What the module said against it.
    pub refused: Option<String>,
    pub submission: &'a str,
}

impl Filling<'_> {
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
            acting_for: self.acting_for.as_ref(),
        }
    }

    fn crumbs(&self) -> Vec<(String, String)> {
        let name = in_language(&self.version.manifest.name, self.visit);
        vec![(name, format!("/{}", self.place.module))]
    }

    pub(super) async fn step_page(
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

    pub(super) async fn check_page(&self, headers: &HeaderMap, shown: Shown<'_>) -> Response {
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

    /// Nothing is kept of the form whose answers were asked for: they were sent, as whoever goes back in their browser
    /// finds, or the draft was removed. Nobody is told that they have answered wrongly.
    pub(super) async fn gone_page(&self, headers: &HeaderMap) -> Response {
        let say = self.speaker();
        let crumbs = self.crumbs();
        let crumbs: Vec<Crumb<'_>> = crumbs.iter().map(|(label, href)| Crumb { label, href }).collect();
        let heading = say.say("form-gone-title");
        let main = markup! {
            (headed(&say, &crumbs, &heading, Some(&say.say("form-gone-lead"))))
            div.v-actions {
                a.v-button href=(paths::CABINET) { (say.say("form-gone-cabinet")) }
                a.v-button.v-button--quiet href=(self.path) { (say.say("form-gone-anew")) }
            }
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

//! Forms as HTML, with the markup of govuk-frontend.

use maud::{Markup, html};

use super::{BACK, DECLARATION, DRAFT, Field, FieldError, Form, GO, STEP, SUBMISSION, Values, Widget, files};
use crate::texts::{Language, Speaker, grouped};

/// One entry of a list that the host brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The value sent.
    pub value: String,
    /// Its label in the reader's language.
    pub label: String,
}

/// What a form is drawn with.
#[derive(Clone, Copy)]
pub struct Drawing<'a> {
    /// The module's texts in the reader's language.
    pub speaker: Speaker<'a>,
    /// The address that the form is sent to.
    pub action: &'a str,
    /// The one-time submission id.
    pub submission: &'a str,
    /// The key of the server-kept draft, if there is one.
    pub draft: Option<&'a str>,
    /// The answers so far, as they were typed.
    pub values: &'a Values,
    /// What is wrong with them.
    pub errors: &'a [FieldError],
    /// The host's list of this name, for `x-choices`.
    pub choices: &'a dyn Fn(&str) -> Vec<Choice>,
    /// The label of the last button; the host's "Send" if absent.
    pub submit: Option<&'a str>,
    /// The answers can be put aside as a draft.
    pub can_save: bool,
    /// For a person who may act in several names: in whose name this is sent.
    pub acting_for: Option<&'a ActingFor>,
}

/// In whose name a form is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActingFor {
    /// The name.
    pub name: String,
    /// Where to choose another.
    pub change: String,
}

impl std::fmt::Debug for Drawing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Drawing")
            .field("action", &self.action)
            .field("errors", &self.errors)
            .finish_non_exhaustive()
    }
}

/// Draws one step: error summary, fields, buttons.
pub fn draw(form: &Form, step: usize, with: &Drawing<'_>) -> Markup {
    let say = with.speaker;
    let last = step + 1 == form.steps().len();
    let sends = last && !form.checks_answers();
    html! {
        @if form.steps().len() > 1 {
            p.v-form__step {
                (say.say_with("form-step", &[("step", (step + 1).into()), ("steps", form.steps().len().into())]))
            }
        }
        (error_summary(form, with))
        form.v-form method="post" action=(with.action) novalidate enctype=[encoding(form)]
            data-keep=[with.can_save.then(|| say.say("form-kept"))] {
            (fields(form, step, with))
            (in_whose_name(with))
            div.v-actions {
                @if sends {
                    button.v-button name=(GO) value="submit" data-module="govuk-button" data-prevent-double-click="true" {
                        @if let Some(label) = with.submit { (label) } @else { (say.say("form-submit")) }
                    }
                } @else {
                    button.v-button name=(GO) value="next" { (say.say("form-next")) }
                }
                @if with.can_save && step > 0 {
                    button.v-button.v-button--quiet name=(GO) value=(BACK) { (say.say("form-back")) }
                }
                @if with.can_save {
                    button.v-button.v-button--quiet name=(GO) value="save" { (say.say("form-save")) }
                }
            }
        }
    }
}

/// In whose name it is sent, where that is a choice.
fn in_whose_name(with: &Drawing<'_>) -> Markup {
    html! {
        @if let Some(acting) = with.acting_for {
            p.v-acting-for {
                (with.speaker.say("acting-for-now")) " " strong { (acting.name) } " "
                a href=(acting.change) { (with.speaker.say("acting-for-change")) }
            }
        }
    }
}

/// How the form is sent: in parts, if it takes files.
pub fn encoding(form: &Form) -> Option<&'static str> {
    form.takes_files().then_some("multipart/form-data")
}

/// Draws the hidden fields and the fields of one step, for a form element of the caller's.
pub fn fields(form: &Form, step: usize, with: &Drawing<'_>) -> Markup {
    let step = form.steps().get(step);
    html! {
        input type="hidden" name=(SUBMISSION) value=(with.submission);
        @if let Some(draft) = with.draft { input type="hidden" name=(DRAFT) value=(draft); }
        @if let Some(step) = step {
            input type="hidden" name=(STEP) value=(step.id);
            @for field in step.fields.iter().filter_map(|name| form.field(name)) {
                (Drawn::new(form, field, with).draw())
            }
            @if form.file_fields(step).next().is_some() {
                @let error = with.errors.iter().find(|error| error.field.as_deref() == Some(DECLARATION));
                @let error = error.map(|error| error.say(form, &with.speaker));
                (files::declaration(with.values, error.as_deref(), &with.speaker))
            }
        }
    }
}

/// The list of everything wrong, at the top, each leading to its field.
fn error_summary(form: &Form, with: &Drawing<'_>) -> Markup {
    html! {
        @if !with.errors.is_empty() {
            div.govuk-error-summary data-module="govuk-error-summary" {
                div role="alert" {
                    h2.govuk-error-summary__title { (with.speaker.say("form-errors-title")) }
                    div.govuk-error-summary__body {
                        ul.govuk-list.govuk-error-summary__list {
                            @for error in with.errors {
                                li {
                                    @match &error.field {
                                        Some(field) => a href={ "#" (target(form, field)) } { (error.say(form, &with.speaker)) },
                                        None => (error.say(form, &with.speaker)),
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The id that a link to a field leads to: its first control.
fn target(form: &Form, name: &str) -> String {
    match form.field(name).map(|field| field.widget) {
        Some(Widget::Date) => format!("field_{name}.day"),
        _ => format!("field_{name}"),
    }
}

struct Drawn<'a> {
    field: &'a Field,
    with: &'a Drawing<'a>,
    id: String,
    label: String,
    hint: Option<String>,
    error: Option<String>,
}

impl<'a> Drawn<'a> {
    fn new(form: &Form, field: &'a Field, with: &'a Drawing<'a>) -> Self {
        let say = with.speaker;
        let mut label = say.module_or_key(&field.label, None).into_owned();
        if !field.required && field.widget != Widget::Checkbox {
            label = say.say_with("form-optional", &[("label", label.into())]).into_owned();
        }
        let error = with.errors.iter().find(|error| error.field.as_deref() == Some(&field.name));
        Drawn {
            field,
            with,
            id: format!("field_{}", field.name),
            label,
            hint: hint(field, &say),
            error: error.map(|error| error.say(form, &say).into_owned()),
        }
    }

    fn draw(&self) -> Markup {
        let group = if self.error.is_some() {
            "govuk-form-group govuk-form-group--error"
        } else {
            "govuk-form-group"
        };
        match self.field.widget {
            Widget::Textarea if self.field.max_length.is_some() => self.counted(),
            Widget::Input | Widget::Textarea | Widget::Select | Widget::File => html! {
                div class=(group) { (self.label()) (self.notes()) (self.control()) }
            },
            Widget::Checkbox => html! {
                div class=(group) {
                    (self.notes())
                    div.govuk-checkboxes data-module="govuk-checkboxes" {
                        (self.tick("checkboxes", "checkbox", 0, "true", &self.label))
                    }
                }
            },
            Widget::Radios | Widget::Checkboxes | Widget::Date => html! {
                div class=(group) {
                    fieldset.govuk-fieldset aria-describedby=[self.described_by()] role=[(self.field.widget == Widget::Date).then_some("group")] {
                        legend.govuk-fieldset__legend { (self.label) }
                        (self.notes())
                        @match self.field.widget {
                            Widget::Radios => div.govuk-radios data-module="govuk-radios" {
                                @for (at, choice) in self.choices().iter().enumerate() {
                                    (self.tick("radios", "radio", at, &choice.value, &choice.label))
                                }
                            },
                            Widget::Checkboxes => div.govuk-checkboxes data-module="govuk-checkboxes" {
                                @for (at, choice) in self.choices().iter().enumerate() {
                                    (self.tick("checkboxes", "checkbox", at, &choice.value, &choice.label))
                                }
                            },
                            _ => (self.date()),
                        }
                    }
                }
            },
        }
    }

    fn label(&self) -> Markup {
        html! { label.govuk-label for=(self.id) { (self.label) } }
    }

    /// Hint and error, in this order.
    fn notes(&self) -> Markup {
        html! {
            @if let Some(hint) = &self.hint { div.govuk-hint id={ (self.id) "_hint" } { (hint) } }
            @if let Some(error) = &self.error {
                p.govuk-error-message id={ (self.id) "_error" } {
                    span.govuk-visually-hidden { (self.with.speaker.say("form-error-prefix")) " " }
                    (error)
                }
            }
        }
    }

    fn described_by(&self) -> Option<String> {
        let mut ids = Vec::new();
        if self.hint.is_some() {
            ids.push(format!("{}_hint", self.id));
        }
        if self.error.is_some() {
            ids.push(format!("{}_error", self.id));
        }
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn control(&self) -> Markup {
        let (field, values) = (self.field, self.with.values);
        let value = values.one(&field.name);
        let wrong = self.error.is_some();
        let invalid = wrong.then_some("true");
        match field.widget {
            Widget::File => match field.file_rule() {
                Some(rule) => {
                    let described = self.described_by();
                    files::control(
                        field,
                        rule,
                        values,
                        &self.id,
                        described.as_deref(),
                        wrong,
                        &self.with.speaker,
                    )
                }
                None => html! {},
            },
            Widget::Textarea => html! {
                textarea.govuk-textarea.govuk-textarea--error[wrong] id=(self.id) name=(field.name) rows="8"
                    aria-describedby=[self.described_by()] aria-invalid=[invalid] spellcheck="true" {
                    // A browser drops the first line end of a text area.
                    @if value.starts_with('\n') { "\n" } (value)
                }
            },
            Widget::Select => html! {
                select.govuk-select.govuk-select--error[wrong] id=(self.id) name=(field.name)
                    aria-describedby=[self.described_by()] aria-invalid=[invalid] {
                    option value="" { (self.with.speaker.say("form-choose")) }
                    @for choice in self.choices() {
                        option value=(choice.value) selected[choice.value == value] { (choice.label) }
                    }
                }
            },
            _ => {
                let (input_type, mode, autocomplete) = self.input_hints();
                let narrow = mode.is_some();
                html! {
                    input.govuk-input.govuk-input--error[wrong].govuk-input--width-10[narrow] id=(self.id)
                        name=(field.name) type=(input_type) value=(value) inputmode=[mode]
                        autocomplete=[autocomplete] aria-describedby=[self.described_by()] aria-invalid=[invalid];
                }
            }
        }
    }

    fn input_hints(&self) -> (&'static str, Option<&'static str>, Option<&'static str>) {
        use super::Type;
        let autocomplete = match self.field.autofill.as_deref() {
            Some("person.name") => Some("name"),
            Some("person.email") => Some("email"),
            Some("person.phone") => Some("tel"),
            _ => None,
        };
        match (self.field.kind, self.field.format.as_deref()) {
            (Type::Whole, _) => ("text", Some("numeric"), autocomplete),
            (Type::Decimal, _) => ("text", Some("decimal"), autocomplete),
            (_, Some("email" | "idn-email")) => ("email", None, autocomplete.or(Some("email"))),
            (_, Some("uri" | "iri")) => ("url", None, autocomplete),
            _ => ("text", None, autocomplete),
        }
    }

    /// A text area that counts: in words at once, and with scripts as one types.
    fn counted(&self) -> Markup {
        let say = self.with.speaker;
        let limit = self.field.max_length.unwrap_or_default();
        let shown = grouped(i64::try_from(limit).unwrap_or(i64::MAX));
        let described = [self.described_by(), Some(format!("{}-info", self.id))];
        let described = described.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let (value, wrong) = (self.with.values.one(&self.field.name), self.error.is_some());
        let forms = |count_key: &str| say.say(count_key).replace("[count]", "%{count}");
        html! {
            div.govuk-form-group.govuk-form-group--error[wrong].govuk-character-count
                data-module="govuk-character-count" data-maxlength=(limit)
                "data-i18n.characters-under-limit.one"=(forms("count-under-one"))
                "data-i18n.characters-under-limit.few"=(forms("count-under-few"))
                "data-i18n.characters-under-limit.many"=(forms("count-under-many"))
                "data-i18n.characters-under-limit.other"=(forms("count-under-other"))
                "data-i18n.characters-at-limit"=(say.say("count-at-limit"))
                "data-i18n.characters-over-limit.one"=(forms("count-over-one"))
                "data-i18n.characters-over-limit.few"=(forms("count-over-few"))
                "data-i18n.characters-over-limit.many"=(forms("count-over-many"))
                "data-i18n.characters-over-limit.other"=(forms("count-over-other"))
            {
                (self.label())
                (self.notes())
                textarea.govuk-textarea.govuk-textarea--error[wrong].govuk-js-character-count id=(self.id)
                    name=(self.field.name) rows="8" aria-describedby=(described)
                    aria-invalid=[wrong.then_some("true")] spellcheck="true" {
                    @if value.starts_with('\n') { "\n" } (value)
                }
                div.govuk-hint.govuk-character-count__message id={ (self.id) "-info" } {
                    (say.say_with("count-limit", &[("limit", shown.into())]))
                }
            }
        }
    }

    fn tick(&self, class: &str, kind: &str, at: usize, value: &str, label: &str) -> Markup {
        let id = if at == 0 { self.id.clone() } else { format!("{}_{at}", self.id) };
        let checked = self.with.values.holds(&self.field.name, value);
        let alone = self.field.widget == Widget::Checkbox;
        html! {
            div class={ "govuk-" (class) "__item" } {
                input class={ "govuk-" (class) "__input" } id=(id) name=(self.field.name) type=(kind) value=(value)
                    checked[checked] aria-describedby=[self.described_by().filter(|_| alone)];
                label class={ "govuk-label govuk-" (class) "__label" } for=(id) { (label) }
            }
        }
    }

    fn date(&self) -> Markup {
        let say = self.with.speaker;
        // Typed answers are kept as year-month-day, whatever was typed in each part.
        let mut parts = self.with.values.one(&self.field.name).splitn(3, '-');
        let (year, month, day) =
            (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let parts = [
            ("day", say.say("date-day"), day, "govuk-input--width-2"),
            ("month", say.say("date-month"), month, "govuk-input--width-2"),
            ("year", say.say("date-year"), year, "govuk-input--width-4"),
        ];
        let wrong = self.error.is_some();
        html! {
            div.govuk-date-input id=(self.id) {
                @for (part, label, value, width) in parts {
                    div.govuk-date-input__item {
                        div.govuk-form-group {
                            label.govuk-label.govuk-date-input__label for={ (self.id) "." (part) } { (label) }
                            input class={ "govuk-input govuk-date-input__input " (width) @if wrong { " govuk-input--error" } }
                                id={ (self.id) "." (part) } name={ (self.field.name) "." (part) } type="text"
                                inputmode="numeric" value=(value);
                        }
                    }
                }
            }
        }
    }

    fn choices(&self) -> Vec<Choice> {
        choices(self.field, &self.with.speaker, self.with.choices)
    }
}

/// What helps to answer: the module's words, and what files are taken.
fn hint(field: &Field, say: &Speaker<'_>) -> Option<String> {
    let own = say.module(&field.hint, None).map(std::borrow::Cow::into_owned);
    let takes = field.file_rule().map(|rule| files::takes(rule, say));
    match (own, takes) {
        (Some(own), Some(takes)) => Some(format!("{own} {takes}")),
        (own, takes) => own.or(takes),
    }
}

/// What can be chosen in a field: the host's list, or the schema's values with the module's labels.
fn choices(field: &Field, say: &Speaker<'_>, host: &dyn Fn(&str) -> Vec<Choice>) -> Vec<Choice> {
    if let Some(list) = &field.choices {
        return host(list);
    }
    let label = |value: &str| say.module_or_key(&format!("field-{}-{value}", field.name), None).into_owned();
    field.options.iter().map(|value| Choice { value: value.clone(), label: label(value) }).collect()
}

/// Draws all answers with links to change them, and the button that sends them.
pub fn check_answers(form: &Form, with: &Drawing<'_>) -> Markup {
    let say = with.speaker;
    html! {
        (error_summary(form, with))
        @for step in form.steps().iter().filter(|step| !step.fields.is_empty()) {
            @if form.steps().len() > 1 {
                h2.v-block-title { (say.module_or_key(&format!("step-{}", step.id), None)) }
            }
            dl.v-summary {
                @for field in step.fields.iter().filter_map(|name| form.field(name)) {
                    @let label = say.module_or_key(&field.label, None);
                    div.v-summary__row {
                        dt { (label) }
                        dd { (answer(field, with)) }
                        dd.v-summary__action {
                            a href=(change(form, &step.id, &field.name, with)) {
                                (say.say("form-change"))
                                span.govuk-visually-hidden { ": " (label) }
                            }
                        }
                    }
                }
            }
        }
        form.v-form method="post" action=(with.action) {
            input type="hidden" name=(SUBMISSION) value=(with.submission);
            @if let Some(draft) = with.draft { input type="hidden" name=(DRAFT) value=(draft); }
            (in_whose_name(with))
            div.v-actions {
                button.v-button name=(GO) value="submit" data-module="govuk-button" data-prevent-double-click="true" {
                    @if let Some(label) = with.submit { (label) } @else { (say.say("form-submit")) }
                }
                @if with.can_save {
                    button.v-button.v-button--quiet name=(GO) value="save" { (say.say("form-save")) }
                }
            }
        }
    }
}

fn change(form: &Form, step: &str, field: &str, with: &Drawing<'_>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("step", step);
    if let Some(draft) = with.draft {
        query.append_pair("draft", draft);
    }
    let joint = if with.action.contains('?') { '&' } else { '?' };
    format!("{}{joint}{}#{}", with.action, query.finish(), target(form, field))
}

fn answer(field: &Field, with: &Drawing<'_>) -> Markup {
    let say = with.speaker;
    let value = with.values.one(&field.name);
    let lines =
        |text: &str| html! { @for (at, line) in text.lines().enumerate() { @if at > 0 { br; } (line) } };
    let chosen = || {
        let all = choices(field, &say, with.choices);
        let labels = all.into_iter().filter(|choice| with.values.holds(&field.name, &choice.value));
        labels.map(|choice| choice.label).collect::<Vec<_>>().join(", ")
    };
    match field.widget {
        Widget::Checkbox if value == "true" => html! { (say.say("form-yes")) },
        Widget::Checkbox => html! { (say.say("form-no")) },
        Widget::File if !value.is_empty() => html! {
            @for (at, file) in files::attached(field, with.values).enumerate() {
                @if at > 0 { br; }
                a href=(crate::chrome::paths::file(file.id)) { (file.name) }
                " " span.v-muted { (files::size_words(file.size, &say)) }
            }
        },
        _ if value.is_empty() => html! { span.v-muted { (say.say("form-unanswered")) } },
        Widget::Radios | Widget::Select | Widget::Checkboxes => html! { (chosen()) },
        Widget::Date => match value.parse() {
            Ok(day) => {
                let mut words = String::new();
                crate::texts::push_day(day, &say, &mut words);
                html! { (words) }
            }
            Err(_) => html! { (value) },
        },
        // In an English page, what was typed is most likely Ukrainian.
        _ if say.language() == Language::En => html! { span lang="" { (lines(value)) } },
        _ => lines(value),
    }
}

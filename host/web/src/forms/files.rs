//! Files in forms: those that have been sent are kept by the host, and the answer to the field holds their ids.
//!
//! A browser never says which files a form has: ids do not come from outside. It sends files, and may ask to remove some
//! of those that are kept.

use maud::{Markup, html};
use vzaemo_service::FileRule;

use super::{Fault, Field, FieldError, Form, Step, Values};
use crate::texts::{Language, Speaker};

/// The box by which a person declares that files hold no secret or service information (the platform's regulation,
/// paragraph 22).
pub const DECLARATION: &str = "_no-restricted-information";
/// The boxes by which files are removed; their value is the field and the id.
pub const REMOVE: &str = "_remove";

/// A file that has been sent, as the answer to a field: `<id> <size> <name>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attached<'a> {
    /// The id of its record.
    pub id: &'a str,
    /// In bytes.
    pub size: u64,
    /// What it is called.
    pub name: &'a str,
}

impl<'a> Attached<'a> {
    /// Reads an answer.
    pub fn parse(answer: &'a str) -> Option<Self> {
        let mut parts = answer.splitn(3, ' ');
        Some(Attached { id: parts.next()?, size: parts.next()?.parse().ok()?, name: parts.next()? })
    }

    /// The answer.
    pub fn to_answer(self) -> String {
        format!("{} {} {}", self.id, self.size, self.name)
    }
}

impl Field {
    /// What is taken, if the field takes files.
    pub fn file_rule(&self) -> Option<&FileRule> {
        self.files.as_ref()
    }
}

impl Form {
    /// Whether any field takes files.
    pub fn takes_files(&self) -> bool {
        self.fields.iter().any(|field| field.files.is_some())
    }

    /// The fields of a step that take files.
    pub fn file_fields<'f>(&'f self, step: &'f Step) -> impl Iterator<Item = &'f Field> {
        step.fields.iter().filter_map(|name| self.field(name)).filter(|field| field.files.is_some())
    }

    /// The ids of all files that have been sent.
    pub fn file_ids(&self, values: &Values) -> Vec<String> {
        let fields = self.fields.iter().filter(|field| field.files.is_some());
        let answers = fields.flat_map(|field| values.all(&field.name));
        answers.filter_map(|answer| Attached::parse(answer)).map(|file| file.id.to_owned()).collect()
    }

    /// What is missing: the declaration, where there are files.
    pub(super) fn undeclared(&self, names: &[&str], values: &Values) -> Option<FieldError> {
        let here = |field: &&Field| field.files.is_some() && names.contains(&field.name.as_str());
        let any = self.fields.iter().filter(here).any(|field| !values.all(&field.name).is_empty());
        (any && values.one(DECLARATION) != "true")
            .then(|| FieldError { field: Some(DECLARATION.to_owned()), fault: Fault::Declaration })
    }
}

/// A size in words.
pub fn size_words(bytes: u64, say: &Speaker<'_>) -> String {
    if bytes < 1 << 20 {
        let kilobytes = bytes.div_ceil(1 << 10).max(1);
        return say.say_with("file-kilobytes", &[("size", kilobytes.to_string().into())]).into_owned();
    }
    let tenths = bytes.saturating_mul(10) >> 20;
    let comma = if say.language() == Language::Uk { ',' } else { '.' };
    let megabytes = match tenths % 10 {
        0 => (tenths / 10).to_string(),
        rest => format!("{}{comma}{rest}", tenths / 10),
    };
    say.say_with("file-megabytes", &[("size", megabytes.into())]).into_owned()
}

/// The kinds that a rule takes, as people call them: by their endings.
pub(super) fn kinds(rule: &FileRule) -> String {
    let names = rule.kinds.iter().filter_map(|kind| kind.endings.first());
    names.map(|ending| ending.to_uppercase()).collect::<Vec<_>>().join(", ")
}

/// What the field takes, in words.
pub(super) fn takes(rule: &FileRule, say: &Speaker<'_>) -> String {
    let key = if rule.most > 1 { "file-takes" } else { "file-takes-one" };
    let args = [("kinds", kinds(rule).into()), ("size", size_words(rule.largest, say).into())];
    // Named one by one, so that the test of texts sees both.
    match key {
        "file-takes" => say.say_with("file-takes", &args).into_owned(),
        _ => say.say_with("file-takes-one", &args).into_owned(),
    }
}

/// The control: the files that are kept, each with a box to remove it, and the place to add more.
pub(super) fn control(
    field: &Field,
    rule: &FileRule,
    values: &Values,
    id: &str,
    described_by: Option<&str>,
    wrong: bool,
    say: &Speaker<'_>,
) -> Markup {
    let accept = rule
        .kinds
        .iter()
        .flat_map(|kind| kind.endings)
        .map(|ending| format!(".{ending}"))
        .collect::<Vec<_>>();
    html! {
        @for (at, file) in attached(field, values).enumerate() {
            div.v-file {
                span.v-file__name { (file.name) } " " span.v-muted { (size_words(file.size, say)) }
                div.govuk-checkboxes.govuk-checkboxes--small data-module="govuk-checkboxes" {
                    div.govuk-checkboxes__item {
                        input.govuk-checkboxes__input type="checkbox" name=(REMOVE) id={ (id) "_remove_" (at) }
                            value={ (field.name) " " (file.id) };
                        label.govuk-label.govuk-checkboxes__label for={ (id) "_remove_" (at) } {
                            (say.say_with("file-remove", &[("name", file.name.to_owned().into())]))
                        }
                    }
                }
            }
        }
        input.govuk-file-upload.govuk-file-upload--error[wrong] id=(id) name=(field.name) type="file"
            accept=(accept.join(",")) multiple[rule.most > 1] aria-describedby=[described_by]
            aria-invalid=[wrong.then_some("true")];
    }
}

/// The files that are kept for a field.
pub(super) fn attached<'v>(field: &Field, values: &'v Values) -> impl Iterator<Item = Attached<'v>> {
    values.all(&field.name).iter().filter_map(|answer| Attached::parse(answer))
}

/// The box with the declaration.
pub(super) fn declaration(values: &Values, error: Option<&str>, say: &Speaker<'_>) -> Markup {
    let id = format!("field_{DECLARATION}");
    let described = error.map(|_| format!("{id}_error"));
    html! {
        div.govuk-form-group.govuk-form-group--error[error.is_some()] {
            @if let Some(error) = error {
                p.govuk-error-message id={ (id) "_error" } {
                    span.govuk-visually-hidden { (say.say("form-error-prefix")) " " }
                    (error)
                }
            }
            div.govuk-checkboxes data-module="govuk-checkboxes" {
                div.govuk-checkboxes__item {
                    input.govuk-checkboxes__input id=(id) name=(DECLARATION) type="checkbox" value="true"
                        checked[values.one(DECLARATION) == "true"] aria-describedby=[described];
                    label.govuk-label.govuk-checkboxes__label for=(id) { (say.say("file-declaration")) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::host;

    #[test]
    fn an_answer_says_which_file_it_is() {
        let file = Attached { id: "1f", size: 7, name: "Наказ № 5.pdf" };
        assert_eq!(Attached::parse(&file.to_answer()), Some(file));
        for other in ["", "1f", "1f x name", "1f 7"] {
            assert_eq!(Attached::parse(other), None, "{other}");
        }
    }

    fn form() -> Form {
        let schema = serde_json::json!({
            "type": "object",
            "required": ["scan"],
            "properties": {
                "scan": { "type": "string", "format": "file", "x-file": { "types": ["pdf"], "max-mib": 2 } },
                "more": { "type": "array", "maxItems": 2, "items": { "type": "string", "format": "file" } }
            }
        });
        Form::new(&schema, Vec::new(), false).unwrap()
    }

    #[test]
    fn which_files_there_are_is_not_for_a_browser_to_say() {
        let form = form();
        let mut sent =
            form.read(b"scan=somebody-elses+5+x.pdf&_no-restricted-information=true&_remove=scan+1").unwrap();
        assert_eq!(sent.misfits, []);
        form.forget_files(&mut sent.values);
        let missing = FieldError { field: Some("scan".to_owned()), fault: Fault::Required };
        assert_eq!(form.check(&sent.values), Err(vec![missing]));
        let prefilled = form.start(&[("scan".to_owned(), "somebody-elses 5 x.pdf".to_owned())], |_| None);
        assert!(prefilled.all("scan").is_empty(), "nor for an address");
        let mut kept = Values::default();
        kept.set("scan", vec!["1f 5 x.pdf".to_owned()]);
        kept.take_step(&form.steps()[0], &["scan", "more"], &sent.values);
        assert_eq!(form.file_ids(&kept), ["1f"]);
    }

    #[test]
    fn files_go_on_with_their_declaration_only() {
        let form = form();
        let mut values = Values::default();
        values.set("scan", vec!["1f 5 x.pdf".to_owned()]);
        values.set("more", vec!["2e 7 y.pdf".to_owned(), "3d 9 z.pdf".to_owned()]);
        let undeclared = FieldError { field: Some(DECLARATION.to_owned()), fault: Fault::Declaration };
        assert_eq!(form.check(&values), Err(vec![undeclared.clone()]));
        assert!(undeclared.say(&form, &Speaker::of(host(), Language::En)).starts_with("Confirm that"));
        values.set(DECLARATION, vec!["true".to_owned()]);
        let input = form.check(&values).unwrap();
        assert_eq!(input, serde_json::json!({"scan": "1f", "more": ["2e", "3d"]}));
    }

    #[test]
    fn the_control_says_what_is_taken_and_shows_what_is_kept() {
        let form = form();
        let field = form.field("more").unwrap();
        let mut values = Values::default();
        values.set("more", vec!["2e 7 <b>y</b>.pdf".to_owned()]);
        let say = Speaker::of(host(), Language::En);
        let drawn = control(field, field.file_rule().unwrap(), &values, "field_more", None, false, &say).0;
        assert!(
            drawn.contains("type=\"file\"") && drawn.contains(" multiple") && drawn.contains(".docx"),
            "{drawn}"
        );
        assert!(drawn.contains("value=\"more 2e\"") && drawn.contains("&lt;b&gt;y"), "{drawn}");
        assert!(!drawn.contains("<b>"), "{drawn}");
        assert_eq!(takes(form.field("scan").unwrap().file_rule().unwrap(), &say), "PDF. Up to 2 MB");
    }

    #[test]
    fn sizes_are_read_easily() {
        let say = |bytes| {
            let of = |language| size_words(bytes, &Speaker::of(host(), language));
            (of(Language::Uk), of(Language::En))
        };
        assert_eq!(say(0).1, "1 KB");
        assert_eq!(say(1025).0, "2 КБ");
        assert_eq!(say(10 << 20), ("10 МБ".to_owned(), "10 MB".to_owned()));
        assert_eq!(say((3 << 20) / 2), ("1,5 МБ".to_owned(), "1.5 MB".to_owned()));
    }
}

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::texts::{Language, Source, Speaker, Texts};

const UK: &str = "
field-title = Назва
field-title-error-too-short = Назва закоротка: треба { $limit }
field-text = Текст
field-kind = Вид
field-kind-plan = План
field-kind-act = Акт
field-day = День
field-sum = Сума
field-topics = Теми
field-topics-roads = Дороги
field-topics-parks = Парки
field-place = Область
field-mail = Пошта
field-agree = Згода
step-one = Перший
step-two = Другий
";

fn texts() -> Texts {
    let source = |language, name| Source { language, name, text: UK };
    Texts::from_sources(&[source(Language::Uk, "uk"), source(Language::En, "en")]).unwrap()
}

fn schema() -> Value {
    json!({
        "type": "object",
        "required": ["title", "kind", "agree", "topics"],
        "additionalProperties": false,
        "properties": {
            "title": { "type": "string", "minLength": 5, "maxLength": 10, "x-autofill": "person.name" },
            "text": { "type": "string", "maxLength": 300 },
            "kind": { "type": "string", "enum": ["plan", "act"] },
            "day": { "type": "string", "format": "date" },
            "sum": { "type": "integer", "minimum": 1, "maximum": 100_000 },
            "topics": { "type": "array", "maxItems": 1, "items": { "type": "string", "enum": ["roads", "parks"] } },
            "place": { "type": "string", "x-choices": "regions" },
            "mail": { "type": "string", "format": "email" },
            "agree": { "type": "boolean", "const": true }
        }
    })
}

fn step(id: &str, fields: &[&str]) -> Step {
    Step { id: id.into(), fields: fields.iter().map(|name| (*name).to_owned()).collect(), then: None }
}

fn two_steps() -> Form {
    let steps = vec![
        step("one", &["title", "text", "kind"]),
        step("two", &["day", "sum", "topics", "place", "mail", "agree"]),
    ];
    Form::new(&schema(), steps, true).unwrap()
}

fn one_page() -> Form {
    Form::new(&schema(), Vec::new(), false).unwrap()
}

const GOOD: &str = "_submission=s1&_draft=d1&_step=one&_go=submit&title=+Na%CC%88me+x%0D%0A&text=one%0D%0Atwo%00&kind=act\
     &day.day=3&day.month=9&day.year=2026&sum=25+000&topics=roads&place=&mail=a%40example.com&agree=true";

#[test]
fn a_filled_form_becomes_typed_json() {
    let form = one_page();
    let sent = form.read(GOOD.as_bytes()).unwrap();
    assert_eq!(sent.submission.as_deref(), Some("s1"));
    assert_eq!(sent.draft.as_deref(), Some("d1"));
    assert_eq!((sent.step.as_deref(), sent.go.as_deref()), (Some("one"), Some("submit")));
    let input = form.check(&sent.values).unwrap();
    assert_eq!(
        input,
        json!({
            "title": "Näme x", "text": "one\ntwo", "kind": "act", "day": "2026-09-03", "sum": 25_000,
            "topics": ["roads"], "mail": "a@example.com", "agree": true
        })
    );
    assert_eq!(form.check(&Values::of_json(&input)).unwrap(), input, "kept input gives the same again");
}

#[test]
fn every_violation_is_told_at_its_field_in_words() {
    let texts = texts();
    let speaker = Speaker::of(&texts, Language::Uk);
    let form = one_page();
    let told = |body: &str| -> BTreeMap<String, String> {
        let sent = form.read(body.as_bytes()).unwrap();
        let errors = form.check(&sent.values).unwrap_err();
        errors
            .iter()
            .map(|error| (error.field.clone().unwrap(), error.say(&form, &speaker).into_owned()))
            .collect()
    };
    let bad = told(
        "title=abc&kind=other&day.day=31&day.month=2&day.year=2026&sum=x&topics=roads&topics=parks&mail=a&agree=",
    );
    assert_eq!(bad["title"], "Назва закоротка: треба 5", "the module's own words win");
    assert_eq!(bad["kind"], "«Вид»: оберіть один із запропонованих варіантів");
    assert_eq!(bad["day"], "«День»: запишіть справжню дату, наприклад 27 3 2026");
    assert_eq!(bad["sum"], "«Сума»: запишіть число цифрами");
    assert_eq!(bad["topics"], "«Теми»: оберіть не більше ніж 1");
    assert!(bad["mail"].contains("електронну адресу"));
    assert_eq!(bad["agree"], "Дайте відповідь: «Згода»");
    let bad =
        told("title=%D0%B0%D0%B0%D0%B0%D0%B0%D0%B0%D0%B0%D0%B0%D0%B0%D0%B0%D0%B0%D0%B0&sum=200000&topics=x");
    assert_eq!(bad["title"], "«Назва»: може бути не більше ніж 10 знаків, зараз 11");
    assert_eq!(bad["kind"], "Дайте відповідь: «Вид»");
    assert_eq!(bad["sum"], "«Сума»: має бути не більше ніж 100\u{a0}000");
    assert!(bad["topics"].contains("оберіть один"));
    assert_eq!(told("")["topics"], "Дайте відповідь: «Теми»");
}

#[test]
fn a_step_is_checked_by_itself() {
    let form = two_steps();
    let sent = form.read("title=Приклад&kind=plan".as_bytes()).unwrap();
    assert_eq!(form.check_step(0, &sent.values).unwrap(), json!({ "title": "Приклад", "kind": "plan" }));
    let errors = form.check_step(1, &sent.values).unwrap_err();
    let fields: Vec<_> = errors.iter().filter_map(|error| error.field.as_deref()).collect();
    assert_eq!(fields, ["topics", "agree"]);
    assert!(form.check(&sent.values).is_err());
    let mut kept = form.read(GOOD.as_bytes()).unwrap().values;
    kept.take_step(&form.steps()[0], &[], &sent.values);
    assert_eq!(kept.one("title"), "Приклад");
    assert_eq!(kept.one("text"), "", "what the step no longer says is gone");
    assert_eq!(kept.one("sum"), "25 000", "other steps stay");
}

#[test]
fn attack_what_no_browser_sends_by_itself_is_refused() {
    let form = one_page();
    assert_eq!(form.read(b"_submission=a&_submission=b"), Err(Unreadable::Twice("_submission".into())));
    for bytes in [b"title=%ff%fe".as_slice(), b"title=\xff", b"%ff=1", b"title=%D0"] {
        assert_eq!(form.read(bytes), Err(Unreadable::Encoding), "{bytes:?}");
    }
}

#[test]
fn what_does_not_fit_is_told_and_the_rest_is_kept() {
    let form = one_page();
    let changed = || FieldError { field: None, fault: Fault::Changed };
    let several = |field: &str| FieldError { field: Some(field.into()), fault: Fault::Several };
    for (body, misfits) in [
        ("title=kept&evil=1", vec![changed()]),
        ("title=kept&evil=1&worse=2", vec![changed()]),
        ("title=kept&title=again&title=", vec![several("title")]),
        ("title=kept&title.day=1", vec![changed()]),
        ("title=kept&day.day=1&day.day=2", vec![several("day")]),
        ("title=kept&topics=roads&topics=parks", vec![]),
        ("title=kept&&", vec![]),
    ] {
        let sent = form.read(body.as_bytes()).unwrap();
        assert_eq!((sent.values.one("title"), sent.misfits), ("kept", misfits), "{body}");
    }
    let texts = texts();
    let speaker = Speaker::of(&texts, Language::Uk);
    assert_eq!(several("title").say(&form, &speaker), "«Назва»: потрібна одна відповідь, а надійшло кілька");
    assert!(changed().say(&form, &speaker).starts_with("Форма змінилася"));
}

#[test]
fn text_is_cleaned_of_what_cannot_be_seen() {
    let form = one_page();
    let one = |typed: &str| {
        let body: String =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("text", typed).finish();
        form.read(body.as_bytes()).unwrap().values.one("text").to_owned()
    };
    assert_eq!(one("a\0b\u{7}c\u{1b}[31m"), "abc[31m");
    assert_eq!(
        one("safe\u{202e}gnp.exe\u{2066}x\u{2069}\u{feff}"),
        "safegnp.exex",
        "nothing turns the writing round"
    );
    assert_eq!(one("one\r\ntwo\rthree\tfour "), "one\ntwo\nthree\tfour");
    assert_eq!(
        one("broken \u{fffd} copy"),
        "broken \u{fffd} copy",
        "a replacement character is text like any other"
    );
    assert_eq!(one("и\u{306}"), "й");
}

#[test]
fn schemas_that_cannot_be_drawn_are_refused_with_what_to_do() {
    let of = |property: Value| {
        Form::new(&json!({ "type": "object", "properties": { "x": property } }), vec![], false)
    };
    assert!(matches!(Form::new(&json!({ "type": "string" }), vec![], false), Err(FormError::NotAnObject)));
    assert!(of(json!({ "type": "object" })).unwrap_err().to_string().starts_with("draw the field \"x\""));
    assert!(of(json!({ "type": "array", "items": { "type": "string" } })).is_err());
    assert!(of(json!({ "type": "string", "x-widget": "radios" })).is_err());
    assert!(of(json!({ "type": "string", "x-widget": "slider" })).is_err());
    assert!(of(json!({ "type": "string", "pattern": "(" })).is_err());
    let steps = vec![step("one", &["title"])];
    assert!(matches!(Form::new(&schema(), steps, false), Err(FormError::Steps { .. })));
}

#[test]
fn a_form_starts_with_what_the_address_and_identity_know() {
    let form = one_page();
    let known = |what: &str| (what == "person.name").then(|| "Олена".to_owned());
    let values = form.start(&[("kind".into(), "plan".into())], known);
    assert_eq!((values.one("title"), values.one("kind")), ("Олена", "plan"));
    let values = form.start(&[("title".into(), "Інше".into())], known);
    assert_eq!(values.one("title"), "Інше", "the address wins over what is only known");
}

fn drawing<'a>(speaker: Speaker<'a>, values: &'a Values, errors: &'a [FieldError]) -> Drawing<'a> {
    Drawing {
        speaker,
        action: "/items/new",
        submission: "s-1",
        draft: Some("d-1"),
        values,
        errors,
        choices: &|_| vec![Choice { value: "30".into(), label: "Київська".into() }],
        submit: None,
        can_save: true,
        acting_for: None,
    }
}

#[test]
fn fields_are_drawn_as_before() {
    let texts = texts();
    let names = ["agree", "day", "kind", "mail", "place", "sum", "text", "title", "topics"];
    let form = Form::new(&schema(), vec![step("answers", &names)], false).unwrap();
    let sent = form.read(GOOD.as_bytes()).unwrap();
    let drawn = draw(&form, 0, &drawing(Speaker::of(&texts, Language::Uk), &sent.values, &[]));
    insta::assert_snapshot!(drawn.0.replace("><", ">\n<"));
}

#[test]
fn errors_and_kept_input_are_drawn_as_before() {
    let texts = texts();
    let form = two_steps();
    let sent = form.read("title=%3Cscript%3E&kind=plan".as_bytes()).unwrap();
    let errors = form.check_step(1, &sent.values).unwrap_err();
    let drawn = draw(&form, 1, &drawing(Speaker::of(&texts, Language::Uk), &sent.values, &errors));
    assert!(drawn.0.contains("href=\"#field_topics\""));
    insta::assert_snapshot!(drawn.0.replace("><", ">\n<"));
}

#[test]
fn who_may_act_in_several_names_reads_in_which_before_sending() {
    let texts = texts();
    let (values, form) = (Values::default(), two_steps());
    let acting =
        ActingFor { name: "<b>Спілка</b>".into(), change: "/cabinet/acting-for?to=%2Fx".into() };
    let with =
        Drawing { acting_for: Some(&acting), ..drawing(Speaker::of(&texts, Language::Uk), &values, &[]) };
    for drawn in [draw(&form, 0, &with).0, check_answers(&form, &with).0] {
        assert!(drawn.contains("Ви дієте від імені: <strong>&lt;b&gt;Спілка&lt;/b&gt;</strong>"), "{drawn}");
        assert!(drawn.contains("href=\"/cabinet/acting-for?to=%2Fx\""));
    }
    let without = Drawing { acting_for: None, ..with };
    assert!(!draw(&form, 0, &without).0.contains("v-acting-for"));
}

#[test]
fn answers_are_shown_with_links_to_change_them_and_stay_inert() {
    let texts = texts();
    let form = two_steps();
    let mut values = form.read(GOOD.as_bytes()).unwrap().values;
    values.set("title", vec!["<script>alert(1)</script>\" onload=\"x".into()]);
    for language in Language::ALL {
        let drawn = check_answers(&form, &drawing(Speaker::of(&texts, language), &values, &[])).0;
        assert!(!drawn.contains("<script") && !drawn.contains("\" onload"));
        assert!(drawn.contains("href=\"/items/new?step=two&amp;draft=d-1#field_day.day\""), "{drawn}");
        assert!(drawn.contains("name=\"_submission\" value=\"s-1\""));
    }
}

#[test]
fn fields_without_steps_come_in_a_told_order() {
    let names = |schema: &Value| {
        let form = Form::new(schema, Vec::new(), false).unwrap();
        form.fields().iter().map(|field| field.name.clone()).collect::<Vec<_>>().join(" ")
    };
    let mut schema = schema();
    assert_eq!(names(&schema), "title kind agree topics day mail place sum text");
    schema["x-order"] = json!(["text", "title", "no-such-field"]);
    assert_eq!(names(&schema), "text title kind agree topics day mail place sum");
}

#[test]
fn a_choice_that_the_host_does_not_offer_is_refused() {
    let form = one_page();
    let regions = |_: &str| vec![Choice { value: "30".into(), label: "Київська".into() }];
    let errors = |body: &str| form.check_choices(&form.read(body.as_bytes()).unwrap().values, &regions);
    assert_eq!(errors("place=30"), []);
    assert_eq!(errors("place="), []);
    assert_eq!(errors("place=99"), [FieldError { field: Some("place".into()), fault: Fault::Choice }]);
}

#[test]
fn attack_hostile_values_are_inert_in_every_widget() {
    let texts = texts();
    let form = one_page();
    let mut values = Values::default();
    for field in form.fields() {
        values.set(&field.name, vec!["\"><script>alert(1)</script><b onload=\"x".into()]);
    }
    let drawn = draw(&form, 0, &drawing(Speaker::of(&texts, Language::Uk), &values, &[])).0;
    assert!(!drawn.contains("<script") && !drawn.contains("<b onload"));
}

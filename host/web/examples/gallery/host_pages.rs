//! Forms and the host's own pages.

use crate::speaking::Gallery;
use maud::Markup;
use serde_json::json;
use vzaemo_marks::Tone;
use vzaemo_web::chrome::{self, Preferences};
use vzaemo_web::forms::{self, Choice, Drawing, Form, Step};
use vzaemo_web::render::Resolver as _;
use vzaemo_web::texts::Speaker;

fn form() -> Form {
    let schema = json!({
        "type": "object",
        "required": ["title", "text", "kind", "day", "agree"],
        "properties": {
            "title": { "type": "string", "minLength": 10, "maxLength": 120 },
            "text": { "type": "string", "maxLength": 1000, "x-widget": "textarea" },
            "kind": { "type": "string", "enum": ["plan", "act"] },
            "day": { "type": "string", "format": "date" },
            "place": { "type": "string", "x-choices": "regions" },
            "sum": { "type": "integer", "minimum": 1 },
            "topics": { "type": "array", "items": { "type": "string", "enum": ["roads", "parks"] } },
            "agree": { "type": "boolean", "const": true }
        }
    });
    let steps = vec![
        Step {
            id: "about".into(),
            fields: vec!["title".into(), "text".into(), "kind".into(), "topics".into()],
            then: None,
        },
        Step {
            id: "more".into(),
            fields: vec!["day".into(), "place".into(), "sum".into(), "agree".into()],
            then: None,
        },
    ];
    Form::new(&schema, steps, true).unwrap()
}

pub fn write_forms(say: &Speaker<'_>, save: &dyn Fn(&str, &Markup)) {
    let form = form();
    let body = "title=Входи&text=&topics=roads&_step=about&day.day=31&day.month=2&day.year=2026&sum=багато";
    let sent = form.read(body.as_bytes()).unwrap();
    let regions =
        |_: &str| vec![Choice { value: "30".into(), label: "Київська область".into() }];
    let with = |errors| Drawing {
        speaker: *say,
        action: "/items/new",
        submission: "s-1",
        draft: Some("d-1"),
        values: &sent.values,
        errors,
        choices: &regions,
        submit: None,
        can_save: true,
        acting_for: None,
    };
    let head = chrome::headed(say, &[], "Новий запис", None);
    let errors = [0, 1].map(|step| form.check_step(step, &sent.values).unwrap_err());
    for (step, errors) in errors.iter().enumerate() {
        let drawn = forms::draw(&form, step, &with(errors));
        save(&format!("form-{step}"), &maud::html! { (head) (drawn) });
    }
    save("answers", &maud::html! { (head) (forms::check_answers(&form, &with(&[]))) });
}

pub fn write_host_pages(say: &Speaker<'_>, gallery: &Gallery, save: &dyn Fn(&str, &Markup)) {
    let task = |title: &str, description: &str, icon: &str| chrome::Task {
        title: title.to_owned(),
        description: description.to_owned(),
        icon: icon.to_owned(),
        href: "/items".to_owned(),
    };
    let tasks = [
        task("Підтримати або подати запис", "25 000 голосів, і Кабінет Міністрів відповідає", "pen"),
        task("Надіслати лист", "До будь-якого органу влади", "mail"),
        task("Запитати інформацію", "Відповідь упродовж п’яти робочих днів", "search"),
        task("Обговорити проєкт акта", "Зауваження до кожного пункту, обов’язкова відповідь", "talk"),
        task("Проголосувати", "Громадські ради, громадський бюджет", "check"),
        task("Знайти орган влади", "Контакти, години прийому, мапа", "place"),
    ];
    save("home", &chrome::home(say, &tasks, &[]));
    save("preferences", &chrome::preferences(say, Preferences::default(), "/"));
    let means = [
        chrome::Means {
            title: "id.gov.ua".into(),
            description: "BankID, файловий ключ".into(),
            icon: "key".into(),
            href: "/".into(),
            development: false,
        },
        chrome::Means {
            title: "Вигадані особи".into(),
            description: "Для перевірки".into(),
            icon: "people".into(),
            href: "/".into(),
            development: true,
        },
    ];
    save("sign-in", &chrome::sign_in(say, &means));
    let failed = chrome::Problem::Failed { reference: "0192-77ab".into() };
    save("failed", &chrome::problem(say, &failed, "/"));
    let cabinet = chrome::Cabinet {
        say: *say,
        now: gallery.now(),
        zone: &gallery.zone,
        acting_for: Some("Громадська організація «Чисті береги»"),
    };
    let case = chrome::Case {
        title: "Безбар’єрні входи до всіх відділень пошти".into(),
        href: "/cabinet/cases/1".into(),
        service: "Записи".into(),
        status: "Збір голосів".into(),
        tone: Tone::Brand,
        next: Some(chrome::Next {
            label: "Збір завершується".into(),
            by: "2026-12-03".parse().unwrap(),
            how: Vec::new(),
        }),
        changed: gallery.now(),
    };
    save("cases", &chrome::cases(&cabinet, std::slice::from_ref(&case)));
    let events = vec![chrome::CaseEvent { at: gallery.now(), html: "Подано".into() }];
    save(
        "case",
        &chrome::case(&cabinet, &chrome::CasePage { case, page: Some("/items/187".into()), events }),
    );
    save("notices", &chrome::notices(&cabinet, &[], true));
    let capacities = [
        chrome::Capacity {
            edrpou: None, name: "Ганна Миколаївна Шевчук".into(), chosen: true
        },
        chrome::Capacity {
            edrpou: Some("44900179".into()),
            name: "Громадська організація «Чисті береги»".into(),
            chosen: false,
        },
    ];
    save("acting-for", &chrome::acting_for(say, &capacities, "/"));
}

//! Writes a static gallery of everything that this room draws, to be looked at:
//! `cargo run -p vzaemo-web --example gallery -- FOLDER`.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::Markup;
use serde_json::json;
use vzaemo_marks::{Kind, Page, Tone, Writer};
use vzaemo_web::assets;
use vzaemo_web::chrome::{self, Banner, Development, Frame, Nav, Preferences, Visitor};
use vzaemo_web::forms::{self, Choice, Drawing, Form, Step};
use vzaemo_web::render::{self, Pairs, Resolver, Rule, Slot};
use vzaemo_web::texts::{Language, Source, Speaker, Texts};

const UK: &str = "
state-open = Збір голосів
lead = { $who } · оприлюднено { $when } · { $body }
missing = { $count ->
    [one] Бракує { $count } голосу.
   *[other] Бракує { $count } голосів.
}
field-title = Назва
field-title-hint = Одне речення про те, що має змінитися.
field-text = Текст
field-kind = Вид
field-kind-plan = План
field-kind-act = Проєкт акта
field-day = Коли це сталося
field-place = Область
field-sum = Сума, гривень
field-topics = Теми
field-topics-roads = Дороги
field-topics-parks = Парки
field-agree = Погоджуюся, що моє ім’я побачать усі
step-about = Про що
step-more = Подробиці
";
const EN: &str = "
state-open = Collecting votes
lead = { $who } · published { $when } · { $body }
missing = { $count ->
    [one] { $count } vote is missing.
   *[other] { $count } votes are missing.
}
field-title = Title
field-title-hint = One sentence about what should change.
field-text = Text
field-kind = Kind
field-kind-plan = Plan
field-kind-act = Draft act
field-day = When it happened
field-place = Region
field-sum = Sum, hryvnias
field-topics = Topics
field-topics-roads = Roads
field-topics-parks = Parks
field-agree = I agree that everybody sees my name
step-about = About
step-more = Details
";

struct Gallery {
    texts: Texts,
    language: Language,
    zone: TimeZone,
    query: Vec<(String, String)>,
}

impl Resolver for Gallery {
    fn speaker(&self) -> Speaker<'_> {
        Speaker::of(&self.texts, self.language)
    }
    fn person(&self, reference: &str) -> Option<&str> {
        match reference {
            "p1" => Some("Марія Іванівна Коваль"),
            "p2" => Some("Тарас Олександрович Гнатюк"),
            "p3" => Some("Ірина Петрівна Савчук"),
            _ => None,
        }
    }
    fn body(&self, _: &str) -> Option<&str> {
        Some(if self.language == Language::Uk {
            "Кабінет Міністрів України"
        } else {
            "Cabinet of Ministers of Ukraine"
        })
    }
    fn view(&self, name: &str, params: &Pairs<'_>, query: &Pairs<'_>) -> Option<String> {
        let mut path = format!("/items/{name}");
        for (_, value) in params {
            path = format!("{path}/{value}");
        }
        for (name, value) in query {
            path = format!("{path}?{name}={value}");
        }
        Some(path)
    }
    fn act_form(&self, act: &str, params: &Pairs<'_>, _: &Pairs<'_>) -> Option<String> {
        self.view(act, params, &[])
    }
    fn query(&self) -> &[(String, String)] {
        &self.query
    }
    fn explain(&self, _: &Rule<'_>) -> Vec<String> {
        vec!["3 вересня 2026 + 3 місяці = 3 грудня 2026, четвер, робочий день.".to_owned()]
    }
    fn now(&self) -> Timestamp {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }
    fn zone(&self) -> &TimeZone {
        &self.zone
    }
}

fn text(w: &mut Writer, words: &str) {
    w.leaf(Kind::Text, words);
}

fn label(w: &mut Writer, words: &str) {
    w.group(Kind::Label, "", |w| text(w, words));
}

fn paragraph(w: &mut Writer, words: &str) {
    w.group(Kind::Paragraph, "", |w| text(w, words));
}

fn view(w: &mut Writer, name: &str) {
    w.group(Kind::View, name, |w| w.pair(Kind::Param, "number", "187"));
}

fn tag(w: &mut Writer, tone: Tone, words: &str) {
    w.group(Kind::Tag, "", |w| {
        w.leaf(Kind::Tone, tone.name());
        text(w, words);
    });
}

fn cell(w: &mut Writer, kind: Kind, value: &str) {
    w.group(Kind::Cell, "", |w| w.leaf(kind, value));
}

fn step(w: &mut Writer, state: &str, name: &str, rule: Option<&str>, term: impl FnOnce(&mut Writer)) {
    w.group(Kind::Step, state, |w| {
        rule.inspect(|rule| w.leaf(Kind::Rule, rule));
        label(w, name);
        term(w);
    });
}

fn clock(w: &mut Writer) {
    w.group(Kind::Clock, "", |w| {
        label(w, "Строки");
        step(w, "done", "Оприлюднено", None, |w| w.leaf(Kind::Date, "2026-09-03"));
        step(
            w,
            "now",
            "Збір голосів",
            Some("2026-09-03;3;months;Закон 393/96-ВР, ст. 23-1"),
            |w| {
                text(w, "до ");
                w.leaf(Kind::Date, "2026-12-03");
            },
        );
        step(w, "next", "Оголошення розгляду", None, |w| text(w, "до 3 робочих днів"));
        step(w, "missed", "Відповідь", None, |w| text(w, "до 10 робочих днів"));
    });
}

fn votes(w: &mut Writer) {
    w.group(Kind::Section, "", |w| {
        w.leaf(Kind::Anchor, "votes");
        label(w, "Голоси");
        w.group(Kind::Table, "", |w| {
            label(w, "Останні голоси");
            for (name, numeric) in [("№", true), ("Ім’я", false), ("Коли", false)] {
                w.group(Kind::Column, "", |w| {
                    if numeric {
                        w.leaf(Kind::Flag, "numeric");
                    }
                    text(w, name);
                });
            }
            for (number, person, when) in [
                ("21038", "p2", "2026-11-21T11:02:00Z"),
                ("21037", "p3", "2026-11-21T11:01:00Z"),
                ("21036", "p1", "2026-11-20T07:58:00Z"),
            ] {
                w.group(Kind::Row, "", |w| {
                    cell(w, Kind::Number, number);
                    cell(w, Kind::Person, person);
                    cell(w, Kind::Instant, when);
                });
            }
        });
        w.leaf(Kind::NextPage, "abc");
    });
}

fn aside(w: &mut Writer) {
    w.group(Kind::Aside, "", |w| {
        w.group(Kind::Tag, "", |w| {
            w.leaf(Kind::Tone, "brand");
            w.leaf(Kind::State, "open");
        });
        w.open_ratio(Kind::Progress, 21_038, 25_000);
        w.group(Kind::Label, "", |w| {
            w.group(Kind::Message, "missing", |w| {
                w.group(Kind::Arg, "count", |w| w.number(Kind::Number, 3962));
            });
            text(w, " ");
            w.leaf(Kind::DaysLeft, "2026-12-03");
        });
        w.close();
        w.group(Kind::Action, "support", |w| {
            w.pair(Kind::Param, "number", "187");
            label(w, "Підтримати");
            w.group(Kind::Taken, "", |w| {
                tag(w, Tone::Good, "Ви підтримали");
                w.group(Kind::Action, "withdraw", |w| label(w, "Відкликати голос"));
            });
        });
    });
    w.group(Kind::Aside, "", clock);
}

fn matter() -> Page {
    let mut w = Writer::new();
    w.open(Kind::Page, "");
    w.group(Kind::Crumb, "", |w| {
        view(w, "list");
        text(w, "Записи");
    });
    w.group(Kind::Crumb, "", |w| text(w, "№ 41/0187"));
    w.group(Kind::Title, "", |w| text(w, "Безбар’єрні входи до всіх відділень пошти"));
    w.group(Kind::Lead, "", |w| {
        w.group(Kind::Message, "lead", |w| {
            w.group(Kind::Arg, "who", |w| w.leaf(Kind::Person, "p1"));
            w.group(Kind::Arg, "when", |w| w.leaf(Kind::Date, "2026-09-03"));
            w.group(Kind::Arg, "body", |w| w.leaf(Kind::Body, "b1"));
        });
    });
    aside(&mut w);
    w.leaf(
        Kind::Prose,
        "У моєму місті чотири відділення пошти, і до жодного не можна потрапити на кріслі колісному. Пандус на фото не відповідає нормам: ухил удвічі більший за дозволений, поручнів немає.\n\nПрошу скласти перелік відділень без безбар’єрного входу, оприлюднити його та забезпечити вхід за ДБН В.2.2-40 до кінця наступного року.",
    );
    votes(&mut w);
    w.group(Kind::Section, "", |w| {
        label(w, "Що відбувалося");
        w.group(Kind::Timeline, "", |w| {
            w.group(Kind::Happening, "2026-09-03T07:10:00Z", |w| {
                label(w, "Оприлюднено");
                paragraph(w, "Перевірка тривала один робочий день.");
            });
            w.group(Kind::Happening, "2026-09-02T07:10:00Z", |w| label(w, "Подано"));
        });
    });
    w.finish()
}

fn blocks() -> Page {
    let mut w = Writer::new();
    w.open(Kind::Page, "");
    w.group(Kind::Title, "", |w| text(w, "Усі блоки"));
    w.group(Kind::Lead, "", |w| text(w, "Кожен блок намальовано один раз."));
    for tone in [Tone::Neutral, Tone::Brand, Tone::Good, Tone::Caution, Tone::Bad] {
        tag(&mut w, tone, "Стан словами");
    }
    for (tone, title) in [
        (Tone::Brand, "До відома"),
        (Tone::Good, "Зараховано"),
        (Tone::Caution, "Зверніть увагу"),
        (Tone::Bad, "Відмовлено"),
    ] {
        w.group(Kind::Notice, "", |w| {
            w.leaf(Kind::Tone, tone.name());
            label(w, title);
            paragraph(w, "Пояснення одним реченням і те, що робити далі.");
        });
    }
    w.group(Kind::Section, "", |w| {
        label(w, "Фільтри, пошук, картки");
        w.leaf(Kind::Search, "q");
        w.group(Kind::Filters, "", |w| {
            label(w, "Показати");
            for (at, name) in ["Усі", "Відкриті", "На розгляді", "Завершені"].into_iter().enumerate()
            {
                w.group(Kind::Option, "", |w| {
                    if at == 1 {
                        w.leaf(Kind::Flag, "current");
                    }
                    view(w, "list");
                    text(w, name);
                });
            }
        });
        w.group(Kind::Cards, "", |w| {
            for (title, value) in [
                ("Безбар’єрні входи до всіх відділень пошти", 21_038),
                ("Відкрити розклад приміських потягів у машиночитному вигляді", 9_214),
                ("Шкільні їдальні: меню з позначками алергенів", 25_000),
            ] {
                w.group(Kind::Card, "", |w| {
                    tag(w, Tone::Brand, "Ще 12 днів");
                    view(w, "item");
                    label(w, title);
                    w.open_ratio(Kind::Progress, value, 25_000);
                    w.close();
                });
            }
        });
    });
    w.group(Kind::Section, "", |w| {
        label(w, "Підсумок і числа");
        w.group(Kind::Summary, "", |w| {
            for (what, value) in [("Номер", "41/0187"), ("Строк", "три місяці"), ("Орган", "Міністерство")]
            {
                w.group(Kind::Row, "", |w| {
                    label(w, what);
                    cell(w, Kind::Text, value);
                });
            }
        });
        w.group(Kind::Statistics, "", |w| {
            for (what, number) in [("подано", 1_284), ("розглянуто вчасно", 1_207), ("прострочено", 12)]
            {
                w.group(Kind::Statistic, "", |w| {
                    label(w, what);
                    w.number(Kind::Number, number);
                });
            }
        });
        w.group(Kind::List, "", |w| {
            w.leaf(Kind::Flag, "ordered");
            for words in ["перше", "друге", "третє"] {
                w.group(Kind::Item, "", |w| text(w, words));
            }
        });
        w.group(Kind::Paragraph, "", |w| {
            text(w, "Текст із ");
            w.group(Kind::Strong, "", |w| text(w, "важливим"));
            text(w, ", ");
            w.group(Kind::Emphasis, "", |w| text(w, "наголошеним"));
            text(w, " і ");
            w.group(Kind::Link, "", |w| {
                view(w, "item");
                text(w, "посиланням");
            });
            text(w, ".");
        });
        w.group(Kind::Details, "", |w| {
            label(w, "Докладніше про строки");
            paragraph(w, "Вони рахуються в робочих днях.");
        });
        w.group(Kind::Actions, "", |w| {
            w.group(Kind::Go, "", |w| {
                view(w, "item");
                label(w, "Головна дія");
            });
            w.group(Kind::Go, "", |w| {
                view(w, "item");
                label(w, "Інша дія");
            });
        });
        clock(w);
    });
    document(&mut w);
    w.group(Kind::Empty, "", |w| {
        label(w, "Тут поки порожньо");
        paragraph(w, "Записи з’являться після оприлюднення.");
        w.group(Kind::Go, "", |w| {
            view(w, "list");
            label(w, "До всіх записів");
        });
    });
    w.finish()
}

fn document(w: &mut Writer) {
    w.group(Kind::Document, "", |w| {
        label(w, "Проєкт положення");
        for (anchor, words, remarks) in [
            (
                "1",
                "1. Це Положення визначає порядок роботи платформи та взаємодії її користувачів.",
                "Обговорення: 3",
            ),
            ("1.1", "1.1. Дія Положення поширюється на всі органи виконавчої влади.", "Обговорити пункт"),
        ] {
            w.group(Kind::Clause, anchor, |w| {
                view(w, "clause");
                label(w, remarks);
                paragraph(w, words);
            });
        }
    });
    w.group(Kind::Difference, "", |w| {
        w.leaf(Kind::Before, "Відповідь надається протягом тридцяти календарних днів з дня надходження.");
        w.leaf(Kind::After, "Відповідь надається протягом десяти робочих днів з дня реєстрації.");
    });
    w.group(Kind::Comments, "", |w| {
        label(w, "Зауваження");
        w.group(Kind::Comment, "2026-11-20T07:58:00Z", |w| {
            w.group(Kind::Label, "", |w| w.leaf(Kind::Person, "p3"));
            tag(w, Tone::Good, "Враховано");
            w.leaf(Kind::Prose, "Пропоную скоротити строк: тридцяти днів забагато.");
        });
        w.group(Kind::Comment, "2026-11-19T07:58:00Z", |w| {
            w.group(Kind::Label, "", |w| w.leaf(Kind::Person, "p2"));
            w.leaf(Kind::Prose, "Підтримую.");
        });
    });
}

fn desk() -> Page {
    let mut w = Writer::new();
    w.open(Kind::Page, "");
    w.group(Kind::Title, "", |w| text(w, "Робочий стіл"));
    w.group(Kind::Table, "", |w| {
        label(w, "Черга за строком");
        for name in ["№", "Що", "Стан", "Строк", "Залишилося"] {
            w.group(Kind::Column, "", |w| text(w, name));
        }
        for (number, what, tone, day) in [
            ("41/0191", "Освітлення переходів", "bad", "2026-11-20"),
            ("41/0190", "Дитячі майданчики біля шкіл", "caution", "2026-11-21"),
            ("41/0188", "Розклад приміських потягів", "neutral", "2026-12-03"),
        ] {
            w.group(Kind::Row, "", |w| {
                w.leaf(Kind::Tone, tone);
                cell(w, Kind::Text, number);
                w.group(Kind::Cell, "", |w| {
                    w.group(Kind::Link, "", |w| {
                        view(w, "item");
                        text(w, what);
                    });
                });
                w.group(Kind::Cell, "", |w| tag(w, Tone::Brand, "На перевірці"));
                cell(w, Kind::Date, day);
                cell(w, Kind::DaysLeft, day);
            });
        }
    });
    w.finish()
}

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

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "gallery".to_owned());
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("assets")).unwrap();
    for name in ["app.css", "app.js", "mark.svg"] {
        let url = assets::url(name);
        let bytes = assets::get(url.strip_prefix(assets::BASE).unwrap()).unwrap().bytes;
        fs::write(folder.join(url.trim_start_matches('/')), bytes).unwrap();
    }
    let css = assets::get(assets::url("app.css").strip_prefix(assets::BASE).unwrap()).unwrap().bytes;
    for font in
        std::str::from_utf8(css).unwrap().split("url(").skip(1).filter_map(|rest| rest.split(')').next())
    {
        let name = font.trim_matches('"').trim_start_matches("./");
        if let Some(asset) = assets::get(name) {
            fs::write(folder.join("assets").join(name), asset.bytes).unwrap();
        }
    }
    for language in Language::ALL {
        write(folder, language);
    }
}

fn write(folder: &Path, language: Language) {
    let sources = [
        Source { language: Language::Uk, name: "uk", text: UK },
        Source { language: Language::En, name: "en", text: EN },
    ];
    let texts = Texts::from_sources(&sources).unwrap();
    let gallery = Gallery { texts, language, zone: TimeZone::get("Europe/Kyiv").unwrap(), query: Vec::new() };
    let say = gallery.speaker();
    let nav = ["Послуги", "Органи влади", "Відкриті дані", "Статистика"].map(|label| Nav {
        label: label.to_owned(),
        href: "/".to_owned(),
        current: label == "Послуги",
    });
    let banners = [Banner {
        tone: Tone::Caution,
        text: "Платформу оновлюють: до 14:30 записи лише для читання.".to_owned(),
    }];
    let save = |name: &str, frame: &Frame<'_>, title: &str, body: &str| {
        let page = chrome::document(frame, title, |out| out.push_str(body));
        let page = page.replace("\"/assets/", "\"assets/");
        fs::write(folder.join(format!("{name}-{}.html", language.code())), page).unwrap();
    };
    let signed_out = Frame {
        language,
        preferences: Preferences::default(),
        path: "/items/187",
        visitor: None,
        navigation: &nav,
        development: Some(Development { now: gallery.now(), zone: gallery.zone.clone() }),
        banners: &[],
        dense: false,
        noindex: false,
    };
    let signed_in = Frame {
        visitor: Some(Visitor { name: "Олена К.", unread: 2 }),
        development: None,
        ..signed_out.clone()
    };
    let fill = |slot: &Slot, out: &mut String| chrome::fill_button(slot, "/items/187/support", "s-1", out);
    let whole = |page: &Page| {
        vzaemo_marks::check(page).unwrap();
        let rendered = render::render(page, &gallery);
        let mut body = String::new();
        rendered.body.splice(&mut body, &mut |slot, out| fill(slot, out));
        (rendered, body)
    };
    let (matter_page, body) = whole(&matter());
    save("matter", &signed_in, &matter_page.title, &body);
    let mut done = String::new();
    matter_page
        .body
        .splice(&mut done, &mut |slot, out| chrome::fill_done(slot, &mut |slot, out| fill(slot, out), out));
    save("matter-done", &signed_in, &matter_page.title, &done);
    let (page, body) = whole(&blocks());
    save("blocks", &Frame { banners: &banners, ..signed_out.clone() }, &page.title, &body);
    let dark = Preferences::from_cookie("large.high.dark.usual");
    save("blocks-dark", &Frame { preferences: dark, ..signed_in.clone() }, &page.title, &body);
    let (page, body) = whole(&desk());
    save("desk", &Frame { dense: true, ..signed_in.clone() }, &page.title, &body);
    let save_markup = |name: &str, frame: &Frame<'_>, body: &Markup| save(name, frame, name, &body.0);
    write_forms(&say, &|name, body| save_markup(name, &signed_in, body));
    write_host_pages(&say, &gallery, &|name, body| save_markup(name, &signed_out, body));
}

fn write_forms(say: &Speaker<'_>, save: &dyn Fn(&str, &Markup)) {
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
    };
    let head = chrome::headed(say, &[], "Новий запис", None);
    let errors = [0, 1].map(|step| form.check_step(step, &sent.values).unwrap_err());
    for (step, errors) in errors.iter().enumerate() {
        let drawn = forms::draw(&form, step, &with(errors));
        save(&format!("form-{step}"), &maud::html! { (head) (drawn) });
    }
    save("answers", &maud::html! { (head) (forms::check_answers(&form, &with(&[]))) });
}

fn write_host_pages(say: &Speaker<'_>, gallery: &Gallery, save: &dyn Fn(&str, &Markup)) {
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
    let zone = &gallery.zone;
    let case = chrome::Case {
        title: "Безбар’єрні входи до всіх відділень пошти".into(),
        href: "/cabinet/cases/1".into(),
        service: "Записи".into(),
        status: "Збір голосів".into(),
        tone: Tone::Brand,
        next: Some(chrome::Next {
            label: "Збір завершується".into(), by: "2026-12-03".parse().unwrap()
        }),
        changed: gallery.now(),
    };
    save("cases", &chrome::cases(say, std::slice::from_ref(&case), gallery.now(), zone));
    let events = vec![chrome::CaseEvent { at: gallery.now(), html: "Подано".into() }];
    save(
        "case",
        &chrome::case(
            say,
            &chrome::CasePage { case, page: Some("/items/187".into()), events },
            gallery.now(),
            zone,
        ),
    );
    save("notices", &chrome::notices(say, &[], gallery.now(), zone));
}

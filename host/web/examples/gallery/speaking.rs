//! The texts of an invented module, and who answers for it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use vzaemo_web::render::{Pairs, Resolver, Rule};
use vzaemo_web::texts::{Language, Speaker, Texts};

pub const UK: &str = "
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
pub const EN: &str = "
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

pub struct Gallery {
    pub texts: Texts,
    pub language: Language,
    pub zone: TimeZone,
    pub query: Vec<(String, String)>,
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

//! What the module promises, said as tests, by topic.

mod checking;
mod content;
mod deciding;
mod ending;
mod finding;
mod reading;
mod signing;

use petitions::Module;
use vzaemo_testkit::*;

/// The author's address for the answer, which no page for everybody may show.
const EMAIL: &str = "maria@example.org";

/// Three signatures are enough here. It is Thursday, 3 September 2026.
fn host() -> TestHost {
    TestHost::of(Module).at("2026-09-03T10:00").config("body", BODY).config("threshold", 3)
}

fn form() -> Json {
    json!({
        "title": "Зробити безбар’єрними входи до всіх відділень пошти",
        "essence": "Багато відділень мають лише сходи. Просимо встановити пандуси й кнопки виклику.",
        "email": EMAIL,
        "rules": true,
    })
}

/// Maria's petition, waiting for the check.
fn submitted(host: &mut TestHost) -> String {
    host.sign_in(MARIA).act("submit", form()).done_with("done-submitted").number().to_string()
}

/// The same, published on Friday, 4 September, at noon.
fn published(host: &mut TestHost) -> String {
    let number = submitted(host);
    host.travel_to("2026-09-04T12:00");
    host.sign_in(OFFICIAL).act("publish", &number).done_with("done-published");
    number
}

/// The same with enough signatures on Friday, 11 September.
fn reached(host: &mut TestHost) -> String {
    let number = published(host);
    host.travel_to("2026-09-11T16:00");
    for who in [TARAS, OKSANA, ANDRII] {
        host.sign_in(who).act("sign", &number).done();
    }
    number
}

/// The same with the review announced on Wednesday, 16 September.
fn announced(host: &mut TestHost) -> String {
    let number = reached(host);
    host.travel_to("2026-09-16T11:00");
    host.sign_in(OFFICIAL).act("announce", &number).done_with("done-announced");
    number
}

fn answer() -> Json {
    json!({ "answer": "Кабінет Міністрів підтримав петицію. Пандуси встановлять до 1 липня 2027 року." })
}

fn refusal() -> Json {
    json!({ "reason": "not-competent", "explanation": "Це питання вирішує міська рада, зверніться до неї." })
}

/// A field of the petition's document.
fn field(host: &TestHost, number: &str, name: &str) -> Json {
    host.document("petitions", number).map(|mut document| document[name].take()).unwrap_or_default()
}

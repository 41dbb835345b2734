//! What tests do with petitions again and again, by the forms of the pages.

use crate::{Answer, Html, Person, submission};

/// The test official of the body that petitions are addressed to.
pub const OFFICIAL: u32 = 8;
/// An essence that is long enough.
pub const ESSENCE: &str =
    "Many people with prams and wheelchairs cannot enter a post office. Ramps would let them in.";

/// The steps of the form, in order.
const NEW: &str = "/petitions/new";

/// Writes a petition, step by step, and sends it. Returns its number.
pub async fn send(author: &Person, title: &str) -> String {
    let form = author.form(NEW, NEW).await.with("title", title).press("next");
    let similar = author.submit(&form).await.led_to().to_owned();
    let form = author.form(&similar, NEW).await.press("next");
    let essence = author.submit(&form).await.led_to().to_owned();
    let form = author.form(&essence, NEW).await.with("essence", ESSENCE).press("next");
    let contact = author.submit(&form).await.led_to().to_owned();
    let form = author.form(&contact, NEW).await.with("email", "author@example.com").with("rules", "true");
    let check = author.submit(&form.press("next")).await.led_to().to_owned();
    let form = author.form(&check, NEW).await.press("submit");
    number(&author.submit(&form).await)
}

/// The number of the petition that an answer leads to.
pub fn number(answer: &Answer) -> String {
    let to = answer.led_to();
    let number = to.strip_prefix("/petitions/").and_then(|rest| rest.split('/').next());
    number.unwrap_or_else(|| panic!("{to} is no petition's address")).to_owned()
}

/// An official publishes it.
pub async fn publish(official: &Person, number: &str) {
    press(official, &format!("/petitions/{number}/checking"), &format!("/petitions/{number}/publish")).await;
}

/// Presses the button on a page that carries an act out.
pub async fn press(person: &Person, page: &str, act: &str) -> Answer {
    let form = person.form(page, act).await;
    let answer = person.submit(&form).await;
    answer.led_to();
    answer
}

/// Signs by the button on the petition's page.
pub async fn sign(person: &Person, number: &str) -> Answer {
    press(person, &format!("/petitions/{number}"), &format!("/petitions/{number}/sign")).await
}

/// Signs without looking at the page, with a new submission id.
pub async fn try_sign(person: &Person, number: &str) -> Result<Answer, reqwest::Error> {
    try_sign_as(person, number, &submission()).await
}

/// The same with a submission id that may have been sent before.
pub async fn try_sign_as(person: &Person, number: &str, submission: &str) -> Result<Answer, reqwest::Error> {
    person.try_post(&format!("/petitions/{number}/sign"), &[("_submission", submission)]).await
}

/// Whether the page shows this person that they have signed.
pub async fn has_signed(person: &Person, number: &str) -> bool {
    let page = person.page(&format!("/petitions/{number}")).await;
    page.form_to(&format!("/petitions/{number}/withdraw")).is_some()
}

/// The count of valid signatures that everybody is shown.
pub async fn count(anybody: &Person, number: &str) -> usize {
    count_on(&anybody.page(&format!("/petitions/{number}/signatories")).await)
}

fn count_on(page: &Html) -> usize {
    let text = page.text();
    let labels = ["Valid signatures:", "Дійсних підписів:"];
    let after = labels.iter().find_map(|label| text.split_once(label)).map(|(_, after)| after.trim_start());
    let after = after.unwrap_or_else(|| panic!("the list of signatories says no count: {text}"));
    // Groups of digits may stand apart; the next word begins with a letter.
    let digits = after.chars().take_while(|c| c.is_ascii_digit() || *c == ',' || c.is_whitespace());
    let digits: String = digits.filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("the count is a number: {after}"))
}

/// The number of signatures in the list, over all of its pages.
pub async fn listed(anybody: &Person, number: &str) -> usize {
    let mut path = format!("/petitions/{number}/signatories");
    let mut rows = 0;
    loop {
        let page = anybody.page(&path).await;
        rows += page.rows();
        match page.next() {
            Some(query) if query.starts_with('?') => path = format!("/petitions/{number}/signatories{query}"),
            Some(next) => path = next.to_owned(),
            None => return rows,
        }
    }
}

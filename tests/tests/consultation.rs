//! A consultation from its preparation to the report.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use jiff::ToSpan as _;
use vzaemo_tests::{Language, Person, Platform, Settings, module_message, until};

/// The test official of a ministry.
const OFFICIAL: u32 = 9;
const NEW: &str = "/consultations/new";
/// The organisation that test person 13 may act for.
const EDRPOU: &str = "44900179";
const DRAFT: &str = "1. A council of young people is formed at each ministry.\n\
    2. The council meets once a quarter.\n\
    3. Its records are published within five working days.";

fn said(key: &str) -> String {
    module_message("consultations", Language::En, key)
}

/// The fields of the form, with this last day.
fn with_closes(form: vzaemo_tests::Form, closes: jiff::civil::Date) -> vzaemo_tests::Form {
    form.with("closes.day", &closes.day().to_string())
        .with("closes.month", &closes.month().to_string())
        .with("closes.year", &closes.year().to_string())
}

async fn create(official: &Person, closes: jiff::civil::Date) -> String {
    let form = official
        .form(NEW, NEW)
        .await
        .with("title", "Draft resolution on councils of young people")
        .with("summary", "Each ministry gets a council of young people; there are none at present.")
        .with("affected", "People from 14 to 35")
        .with("consequences", "They are heard before decisions.")
        .with("contact", "Bohdan Levchenko, 044 000 00 00")
        .with("submitting", "On this page or by post.")
        .with("draft", DRAFT)
        .press("submit");
    let too_soon = official.submit(&with_closes(form.clone(), Platform::today())).await;
    assert_eq!(too_soon.status, 422, "a consultation lasts at least fifteen days");
    assert_eq!(too_soon.html().form_to(NEW).unwrap().value("draft"), Some(DRAFT), "nothing typed is lost");
    let created = official.submit(&with_closes(form, closes)).await;
    let to = created.led_to();
    let number = to.strip_prefix("/consultations/").and_then(|rest| rest.strip_suffix("/preview"));
    number.unwrap_or_else(|| panic!("{to} is no preview")).to_owned()
}

async fn publish(official: &Person, page: &str) {
    let published = official.form(&format!("{page}/preview"), &format!("{page}/publish")).await;
    assert_eq!(official.submit(&published).await.led_to(), page);
}

/// The second point has an address of its own.
async fn second_point(visitor: &Person, page: &str) -> String {
    let open = visitor.page(page).await;
    let clauses = open.links().into_iter().filter(|link| link.starts_with(&format!("{page}/paragraphs/")));
    for link in clauses {
        if visitor.page(&link).await.text().contains("once a quarter") {
            return link;
        }
    }
    panic!("a paragraph of the draft has a page of its own: {}", open.text())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_proposal_gets_its_response() {
    let platform = Platform::start(Settings::default()).await;
    let official = platform.person(OFFICIAL).await;
    let visitor = platform.visitor();
    visitor.read_english().await;
    let closes = Platform::today().saturating_add(20.days());
    let number = create(&official, closes).await;
    let page = format!("/consultations/{number}");
    assert_eq!(visitor.get(&page).await.status, 404, "a draft is not public");

    publish(&official, &page).await;
    let clause = second_point(&visitor, &page).await;

    // A remark of a person, and another wording of an organisation's representative.
    let person = platform.person(2).await;
    let comment = format!("{clause}/comment");
    let form = person.form(&clause, &comment).await;
    assert_eq!(person.submit(&form.clone().with("comment", "Short").press("submit")).await.status, 422);
    let form = form.with("comment", "Once a quarter is too rare for a council that should be heard.");
    assert_eq!(person.submit(&form.press("submit")).await.led_to(), clause);
    let organisation = platform.visitor();
    organisation.read_english().await;
    organisation.sign_in_for(13, EDRPOU).await;
    let propose = format!("{clause}/propose");
    let form = organisation.form(&clause, &propose).await;
    let present = form.value("wording").unwrap().to_owned();
    assert!(present.contains("once a quarter"), "{present}");
    let same =
        organisation.submit(&form.clone().with("grounds", "So that it is heard.").press("submit")).await;
    assert_eq!(same.status, 422, "the same wording is no proposal");
    let form = form
        .with("wording", &present.replace("once a quarter", "every month"))
        .with("grounds", "So that it is heard in time.");
    assert_eq!(organisation.submit(&form.press("submit")).await.led_to(), clause);
    let both = visitor.page(&clause).await;
    assert!(both.text().contains("too rare") && both.has("ins") && both.has("del"), "{}", both.text());
    assert!(both.text().contains("Чисті береги") || both.text().contains("44900179"), "{}", both.text());

    // No response before the end, no proposal after it.
    let list = official.page(&format!("{page}/responses")).await;
    assert!(
        !list.links().iter().any(|link| link.starts_with(&format!("{page}/responses/"))),
        "{:?}",
        list.links()
    );
    let decided = closes.saturating_add(1.day());
    platform.move_clock_to(decided).await;
    until("the consultation closes", async || {
        visitor.page(&page).await.text().contains(&said("state-closed")).then_some(())
    })
    .await;
    let late = platform.person(3).await;
    let late = late.post(&comment, &[("comment", "Am I too late with this remark?")]).await;
    assert_eq!(late.status, 403, "{}", late.text());
    until("the official may respond", async || {
        let list = official.page(&format!("{page}/responses")).await;
        list.links().iter().any(|link| link.starts_with(&format!("{page}/responses/"))).then_some(())
    })
    .await;

    // The decision; the report waits for all responses.
    let address = format!("{page}/decide");
    let form =
        official.form(&address, &address).await.with("decision", "The draft was revised and submitted.");
    let form = form
        .with("decided.day", &decided.day().to_string())
        .with("decided.month", &decided.month().to_string())
        .with("decided.year", &decided.year().to_string());
    official.submit(&form.press("submit")).await.led_to();
    let early = official.post(&format!("{page}/publish-report"), &[]).await;
    assert_eq!(early.status, 403);
    assert!(early.text().contains(&said("unanswered")), "{}", early.text());
    let list = official.page(&format!("{page}/responses")).await;
    let responses: Vec<String> =
        list.links().into_iter().filter(|link| link.starts_with(&format!("{page}/responses/"))).collect();
    assert_eq!(responses.len(), 2, "{responses:?}");
    for (address, (response, reason)) in responses.iter().zip([
        ("rejected", "The rhythm follows from the budget."),
        ("partly", "Every two months were agreed upon."),
    ]) {
        let form = official.form(address, address).await.with("response", response).with("reason", reason);
        official.submit(&form.press("submit")).await.led_to();
    }
    let report = official.form(&format!("{page}/responses"), &format!("{page}/publish-report")).await;
    assert_eq!(official.submit(&report).await.led_to(), format!("{page}/report"));

    let report = visitor.page(&format!("{page}/report")).await.text();
    for part in
        ["too rare", "every month", "follows from the budget", "Every two months", "revised and submitted"]
    {
        assert!(report.contains(part), "{part} in {report}");
    }
    assert!(person.page("/cabinet").await.text().contains("councils of young people"));
    until("the author is told", async || {
        person.page("/cabinet/notices").await.text().contains(&said("told-rejected")).then_some(())
    })
    .await;
}

/// In whose name one acts is one's own choice, said on every page, and nobody acts for an organisation that is not theirs.
#[tokio::test(flavor = "multi_thread")]
async fn a_representative_chooses_in_whose_name_to_act() {
    let platform = Platform::start(Settings::default()).await;
    let official = platform.person(OFFICIAL).await;
    let page =
        format!("/consultations/{}", create(&official, Platform::today().saturating_add(20.days())).await);
    publish(&official, &page).await;
    let clause = second_point(&official, &page).await;
    let representative = platform.visitor();
    representative.read_english().await;
    representative.sign_in_for(13, "myself").await;
    let header = |html: &vzaemo_tests::Html| {
        html.links().into_iter().any(|link| link.starts_with("/cabinet/acting-for"))
    };
    assert!(!header(&representative.page("/").await), "in one's own name nothing is said");
    assert!(header(&representative.page("/cabinet").await), "the cabinet says how to change it");

    let comment = format!("{clause}/comment");
    let form = representative.form(&clause, &comment).await;
    let own = form.with("comment", "As a citizen I would rather see this said more clearly.").press("submit");
    assert_eq!(representative.submit(&own).await.led_to(), clause);
    representative.act_for(EDRPOU).await;
    assert!(header(&representative.page("/").await));
    assert!(representative.page("/").await.text().contains("Чисті береги"));
    let form = representative.form(&clause, &comment).await;
    let ours =
        form.with("comment", "As an organisation we propose to say this more clearly.").press("submit");
    assert_eq!(representative.submit(&ours).await.led_to(), clause);
    let page = platform.visitor().page(&clause).await.text();
    assert!(page.contains("Шевчук") && page.contains("44900179"), "{page}");
    representative.act_for("myself").await;
    assert!(!header(&representative.page("/").await));

    // Somebody else's organisation, no organisation, nothing at all.
    for (sent, status) in [("32855961", 403), ("4490017", 400), ("", 400)] {
        let answer = representative.post("/cabinet/acting-for", &[("acting_for", sent), ("to", "/")]).await;
        assert_eq!(answer.status, status, "{sent:?}: {}", answer.text());
    }
    assert_eq!(representative.post("/cabinet/acting-for", &[("to", "/")]).await.status, 400);
    let citizen = platform.person(2).await;
    assert_eq!(
        citizen.get("/cabinet/acting-for?to=/petitions").await.led_to(),
        "/petitions",
        "nothing to choose"
    );
    assert_eq!(citizen.post("/cabinet/acting-for", &[("acting_for", EDRPOU)]).await.status, 403);
    let visitor = platform.visitor();
    assert!(visitor.get("/cabinet/acting-for").await.led_to().starts_with("/sign-in?to="));
    assert!(
        visitor
            .post("/cabinet/acting-for", &[("acting_for", EDRPOU)])
            .await
            .led_to()
            .starts_with("/sign-in?to=")
    );
    let away = [("acting_for", "myself"), ("to", "//evil.example")];
    assert_eq!(representative.post("/cabinet/acting-for", &away).await.led_to(), "/cabinet");
}

/// The sample content is a real draft, point by point.
#[tokio::test(flavor = "multi_thread")]
async fn a_real_draft_stands_there_paragraph_by_paragraph() {
    let platform = Platform::start(Settings::default()).await;
    let visitor = platform.visitor();
    let list = visitor.page("/consultations").await;
    let sample = list
        .links()
        .into_iter()
        .find(|link| link == "/consultations/vzaemodiia")
        .expect("the sample content");
    let page = visitor.page(&sample).await;
    let clauses =
        page.links().iter().filter(|link| link.starts_with("/consultations/vzaemodiia/paragraphs/")).count();
    assert!(clauses > 50, "{clauses} paragraphs can be discussed");
}

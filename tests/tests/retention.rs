//! Data whose time is over go by themselves; a request of erasure that waits ends with them; data are corrected at a
//! person's request.
#![allow(clippy::unwrap_used, clippy::panic)]

use jiff::Span;
use vzaemo_tests::petitions::{self, OFFICIAL};
use vzaemo_tests::{Language, Platform, Settings, host_message, until};

macro_rules! on_both_engines {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
                async fn $name() { super::$name(super::Settings::default()).await; })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
                async fn $name() { super::$name(super::Settings::default().on_postgres()).await; })*
        }
    };
}

on_both_engines! {
    what_has_had_its_time_goes_everywhere_and_ends_a_request_that_waits
    a_correction_is_asked_for_and_answered
}

/// The test person who runs the platform.
const ADMINISTRATOR: u32 = 10;
const TITLE: &str = "Ramps at the entrances of all post offices";
const ERASURE: &str = "/cabinet/my-data/erasure";
const RETENTION: &str = "/administration/retention";
const CORRECTIONS: &str = "/cabinet/my-data/corrections";
const DESK: &str = "/desk/corrections";

fn said(key: &str) -> String {
    host_message(Language::En, key)
}

async fn what_has_had_its_time_goes_everywhere_and_ends_a_request_that_waits(settings: Settings) {
    let mut platform = Platform::start(settings).await;
    let (author, signer) = (platform.person(1).await, platform.person(2).await);
    let number = petitions::send(&author, TITLE).await;
    petitions::publish(&platform.person(OFFICIAL).await, &number).await;
    petitions::sign(&signer, &number).await;
    let (page, list) = (format!("/petitions/{number}"), format!("/petitions/{number}/signatories"));

    // One of them asks for erasure: the signature stays while the matter is open, and the request waits.
    let plan = signer.page(ERASURE).await.text();
    assert!(plan.contains(&said("erasure-stays-why")) && plan.contains("not ended yet: 1"), "{plan}");
    let sure = signer.form(ERASURE, ERASURE).await.with("sure", "yes");
    assert_eq!(signer.submit(&sure).await.status, 200);
    until("the request waits", async || {
        signer.page(ERASURE).await.text().contains(&said("erasure-waits")).then_some(())
    })
    .await;

    // The matter ends; the names stay for their time, with its last day.
    platform.move_clock_to(Platform::today().saturating_add(Span::new().months(3).days(2))).await;
    let visitor = platform.visitor();
    until("the matter has ended", async || {
        signer.page(ERASURE).await.text().contains(&said("erasure-until")).then_some(())
    })
    .await;
    platform.move_clock_to(Platform::today().saturating_add(Span::new().years(3))).await;
    let (shown, listed) = (visitor.page(&page).await.text(), visitor.page(&list).await.text());
    assert!(shown.contains("Коваль") && listed.contains("Гнатюк"), "before the time: {shown} {listed}");

    platform.move_clock_to(Platform::today().saturating_add(Span::new().years(3).months(4))).await;
    until("the names have gone from the pages that were remembered", async || {
        let (shown, listed) = (visitor.page(&page).await.text(), visitor.page(&list).await.text());
        (!shown.contains("Коваль") && !listed.contains("Гнатюк")).then_some(())
    })
    .await;
    assert!(visitor.page(&page).await.text().contains(TITLE), "the text stays");
    assert_eq!(petitions::count(&visitor, &number).await, 1, "the signature is counted");
    assert!(!author.page("/cabinet").await.text().contains(TITLE), "nothing says that it was theirs");
    // Nobody had to ask again: the person's session has ended, and the same key is somebody new.
    until("the last traces have gone", async || {
        signer.get("/cabinet").await.to.is_some_and(|to| to.starts_with("/sign-in")).then_some(())
    })
    .await;
    let anew = platform.person(2).await;
    assert!(!anew.page(ERASURE).await.text().contains(&said("erasure-waits")));

    // Those who run the platform see how many, by which rule and when; a citizen does not.
    let administrator = platform.person(ADMINISTRATOR).await;
    until("both collections are gone through", async || {
        let text = administrator.page(RETENTION).await.text();
        (text.contains("signatures") && text.contains("person.email") && text.contains("393/96-ВР"))
            .then_some(())
    })
    .await;
    assert!(!administrator.page(RETENTION).await.text().contains("Коваль"));
    assert_eq!(author.get(RETENTION).await.status, 403);

    platform.stop().await;
    let (good, told) = platform.run_audit(&["replay", "--case", &format!("petitions/{number}")]).await;
    assert!(
        good && told.contains("0 acts run again, 0 do not follow") && told.contains("erased by rule"),
        "{told}"
    );
    platform.audit().await;
}

async fn a_correction_is_asked_for_and_answered(settings: Settings) {
    let mut platform = Platform::start(settings).await;
    let (author, other) = (platform.person(1).await, platform.person(2).await);
    let number = petitions::send(&author, TITLE).await;
    let case = format!("petitions/{number}");
    let form = author.form(CORRECTIONS, CORRECTIONS).await.with("case", &case);
    let unsaid = author.submit(&form.clone().with("wrong", "All post offices")).await;
    assert_eq!(unsaid.status, 422);
    assert!(unsaid.html().text().contains(&said("corrections-missing")));
    let form = form.with("wrong", "All post offices").with("right", "Post offices in towns");
    assert_eq!(author.submit(&form).await.led_to(), CORRECTIONS);
    let mine = author.page(CORRECTIONS).await.text();
    for words in ["Post offices in towns", &said("corrections-waits"), "2297-VI", &said("corrections-how")] {
        assert!(mine.contains(words), "{words} in {mine}");
    }

    // Nobody asks about the case of somebody else, or sees or answers a request that is not theirs.
    let foreign = [("case", case.as_str()), ("wrong", "a"), ("right", "b")];
    assert_eq!(other.post(CORRECTIONS, &foreign).await.status, 404);
    assert!(!other.page(CORRECTIONS).await.text().contains("Post offices in towns"));
    assert_eq!(other.get(DESK).await.status, 403);

    let official = platform.person(OFFICIAL).await;
    let desk = official.page(DESK).await;
    assert!(desk.text().contains("Post offices in towns"), "{}", desk.text());
    let key = desk.form_to(DESK).unwrap().value("key").unwrap().to_owned();
    let grant = [("key", key.as_str()), ("answer", "grant"), ("ground", "As the plan says")];
    assert_eq!(other.post(DESK, &grant).await.status, 403);
    let groundless = official.post(DESK, &[("key", &key), ("answer", "refuse"), ("ground", " ")]).await;
    assert_eq!(groundless.status, 422);
    // An answer leads nobody away from the platform.
    let away =
        [("key", key.as_str()), ("answer", "grant"), ("ground", "g"), ("address", "//elsewhere.example")];
    assert_eq!(official.post(DESK, &away).await.status, 400);
    assert_eq!(official.post(DESK, &grant).await.led_to(), DESK);
    assert_eq!(official.post(DESK, &grant).await.status, 404, "it is answered once");
    let mine = author.page(CORRECTIONS).await.text();
    assert!(mine.contains(&said("corrections-granted")) && mine.contains("As the plan says"), "{mine}");
    assert!(author.page("/cabinet/notices").await.text().contains(&said("corrections-notice-granted")));

    // One that is refused says how to complain; one that nobody answers is late.
    let again =
        author.form(CORRECTIONS, CORRECTIONS).await.with("case", &case).with("wrong", "w").with("right", "r");
    author.submit(&again).await.led_to();
    platform.move_clock_to(Platform::today().saturating_add(Span::new().days(40))).await;
    assert!(author.page(CORRECTIONS).await.text().contains(&said("corrections-late")));
    let key = official.page(DESK).await.form_to(DESK).unwrap().value("key").unwrap().to_owned();
    official.post(DESK, &[("key", &key), ("answer", "refuse"), ("ground", "It is right")]).await.led_to();
    let mine = author.page(CORRECTIONS).await.text();
    assert!(
        mine.contains(&said("corrections-refused")) && mine.contains(&said("corrections-complain")),
        "{mine}"
    );
    platform.stop().await;
    platform.audit().await;
}

//! What a hostile module shows: text, wherever it stands.

use crate::{harmless, page, platform};
use vzaemo_marks::{Kind, classes};
use vzaemo_tests::{Language, submission, until};

/// Markup, scripts, addresses, control characters and turned text in every text of every block, and in all that the
/// manifest says.
#[tokio::test(flavor = "multi_thread")]
async fn attack_every_text_of_every_block_is_text() {
    let platform = platform().await;
    let person = platform.person(2).await;
    let mut shown = 0;
    for language in Language::BOTH {
        person.read(language).await;
        for kind in Kind::ALL {
            let html = page(&person, &format!("/hostile/block/{}", kind.name())).await;
            shown += html.text().matches("EVIL<script>alert(1)</script>").count();
            assert_eq!(html.language(), Some(language.code()), "{}", kind.name());
        }
    }
    assert!(shown > 100, "the hostile texts are on the pages, {shown} times");
    let blocks = Kind::ALL.iter().filter(|kind| kind.class() & classes::BLOCK != 0).count();
    assert!(blocks > 20, "{blocks} kinds of blocks");
}

/// What leads elsewhere, names nothing or says more than can be said ends on a page of the platform.
#[tokio::test(flavor = "multi_thread")]
async fn attack_lies_about_routes_and_texts_lead_nowhere() {
    let platform = platform().await;
    let person = platform.person(2).await;
    for (what, leads) in [
        ("nowhere", "/cabinet"),
        ("unnamed", "/cabinet"),
        ("chatter", "/cabinet"),
        ("elsewhere", "/hostile/%2F%2Fevil.example%2F%0D%0Aset-cookie%3A%20x%3D1"),
    ] {
        for language in Language::BOTH {
            person.read(language).await;
            let answer =
                person.post(&format!("/hostile/act/{what}"), &[("_submission", &submission())]).await;
            assert_eq!(answer.led_to(), leads, "{what}");
            let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
            for cookie in &cookies {
                let cookie = cookie.to_str().unwrap();
                assert!(!cookie.starts_with("x="), "{what}: {cookie}");
                assert!(cookie.len() < 4096, "{what}: a browser keeps no cookie of {} bytes", cookie.len());
            }
            // What it had to tell stands on the next page.
            page(&person, "/cabinet").await;
        }
    }
    let refusal = person.post("/hostile/act/refusal", &[]).await;
    assert_eq!(refusal.status, 403, "{}", refusal.text());
    harmless(&refusal.html(), &refusal.body);
    assert!(refusal.text().contains("<script>alert(1)</script>"), "it is shown as text: {}", refusal.text());

    // A form whose every label is markup, and what it says of what was typed.
    for language in Language::BOTH {
        person.read(language).await;
        let form = page(&person, "/hostile/say").await.form_to("/hostile/say").unwrap();
        let wrong = person.submit(&form.clone().with("text", "")).await;
        assert_eq!(wrong.status, 422, "{}", wrong.text());
        harmless(&wrong.html(), &wrong.body);
        let said = person.submit(&form.with("text", "</p><script>alert(1)</script>")).await;
        said.led_to();
        page(&person, "/cabinet").await;
    }
}

/// A case and a notice of nothing but markup, with a key that looks like an address.
#[tokio::test(flavor = "multi_thread")]
async fn attack_what_it_puts_into_the_cabinet_is_text() {
    let platform = platform().await;
    let person = platform.person(2).await;
    person.post("/hostile/act/case", &[]).await.led_to();
    until("the notice is there", async || {
        person.page("/cabinet/notices").await.text().contains("<script>").then_some(())
    })
    .await;
    for language in Language::BOTH {
        person.read(language).await;
        for path in ["/cabinet", "/cabinet/notices", "/cabinet/drafts", "/"] {
            page(&person, path).await;
        }
        let cabinet = page(&person, "/cabinet").await;
        let case = cabinet.links().into_iter().find(|to| to.starts_with("/cabinet/cases/hostile/")).unwrap();
        let case = page(&person, &case).await;
        assert!(case.text().contains("<script>alert(1)</script>"), "it is shown as text: {}", case.text());
    }
}

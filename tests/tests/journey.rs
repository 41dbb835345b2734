//! A petition on its whole way, as citizens and an official go it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use vzaemo_tests::petitions::{self, ESSENCE, OFFICIAL};
use vzaemo_tests::{Language, Platform, Settings, host_message, module_message, until};

/// Every journey is made on both engines.
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
    a_petition_is_written_in_steps_and_nothing_typed_is_lost
    three_signatures_bring_an_answer
    without_enough_signatures_the_term_ends_it
    a_petition_can_be_refused_or_recalled
    every_visitor_finds_their_way_in_both_languages
}

const NEW: &str = "/petitions/new";

fn said(key: &str) -> String {
    module_message("petitions", Language::En, key)
}

/// Draft, mistakes, similar petitions, a new session in between, the answers checked once more.
async fn a_petition_is_written_in_steps_and_nothing_typed_is_lost(settings: Settings) {
    let platform = Platform::start(settings).await;
    let official = platform.person(OFFICIAL).await;
    let first = platform.person(2).await;
    let other = petitions::send(&first, "Ramps at the entrances of all post offices").await;
    petitions::publish(&official, &other).await;

    let author = platform.person(1).await;
    // A mistake keeps what was typed and says what to mend.
    let form = author.form(NEW, NEW).await;
    let wrong = author.submit(&form.clone().with("title", "Ramps").press("next")).await;
    assert_eq!(wrong.status, 422);
    let again = wrong.html();
    assert_eq!(again.form_to(NEW).unwrap().value("title"), Some("Ramps"));
    assert!(again.text().contains(&host_message(Language::En, "form-errors-title")), "{}", again.text());
    assert!(again.title().starts_with(&host_message(Language::En, "form-error-prefix")), "{}", again.title());

    // The step with what others ask for already.
    let title = "Ramps at the entrances of post offices and schools";
    let next = author.submit(&form.with("title", title).press("next")).await;
    let similar = author.page(next.led_to()).await;
    assert!(similar.text().contains(&said("similar-some")), "{}", similar.text());
    assert!(similar.links().contains(&format!("/petitions/{other}")), "{:?}", similar.links());
    let next = author.submit(&similar.form_to(NEW).unwrap().press("next")).await;

    // Put aside, and taken up with another session.
    let form = author.form(next.led_to(), NEW).await.with("essence", ESSENCE).press("save");
    assert_eq!(author.submit(&form).await.led_to(), "/cabinet/drafts");
    let signed_out = author.post("/sign-out", &[]).await;
    assert_eq!(signed_out.led_to(), "/");
    let author = platform.person(1).await;
    assert!(author.page("/cabinet/drafts").await.links().contains(&NEW.to_owned()));
    assert_eq!(author.form(NEW, NEW).await.value("title"), Some(title));
    let essence = author.form(&format!("{NEW}?step=essence"), NEW).await;
    assert_eq!(essence.value("essence"), Some(ESSENCE));
    let next = author.submit(&essence.press("next")).await;

    // The rules must be accepted.
    let form = author.form(next.led_to(), NEW).await;
    assert_eq!(author.submit(&form.clone().press("next")).await.status, 422);
    let next =
        author.submit(&form.with("rules", "true").with("email", "maria@example.com").press("next")).await;

    // All answers once more, each with the way to change it.
    let check = author.page(next.led_to()).await;
    for answer in [title, ESSENCE, "maria@example.com"] {
        assert!(check.text().contains(answer), "{answer} in {}", check.text());
    }
    assert!(
        check.links().iter().any(|link| link.starts_with("/petitions/new?step=title")),
        "{:?}",
        check.links()
    );
    let form = check.form_to(NEW).unwrap().press("submit");
    let sent = author.submit(&form).await;
    let number = petitions::number(&sent);
    let own = author.follow(&sent).await;
    assert!(
        own.text().contains(title) && own.text().contains(&said("state-pending-check")),
        "{}",
        own.text()
    );
    // Sent is sent: the draft is gone, and the same form again is the same petition.
    assert!(!author.page("/cabinet/drafts").await.links().contains(&NEW.to_owned()));
    let again = author.submit(&form).await;
    assert_eq!(petitions::number(&again), number, "a form sent twice is one petition");

    // Nobody else sees it before it is published.
    for stranger in [&first, &platform.visitor()] {
        assert_ne!(stranger.get(&format!("/petitions/{number}/checking")).await.status, 200);
        assert_eq!(stranger.get(&format!("/petitions/{number}")).await.status, 404);
    }
}

/// From the desk to the answer, with a threshold of three.
async fn three_signatures_bring_an_answer(settings: Settings) {
    let platform = Platform::start(settings.threshold(3)).await;
    let author = platform.person(1).await;
    let official = platform.person(OFFICIAL).await;
    let visitor = platform.visitor();
    visitor.read_english().await;
    let title = "Open school yards after lessons";
    let number = petitions::send(&author, title).await;
    let page = format!("/petitions/{number}");

    // Citizens have no desk, the official of the body has.
    assert_eq!(author.get("/petitions/desk").await.status, 403);
    let desk = official.follow(&official.get("/desk").await).await;
    assert_eq!(desk.status, 200);
    let desk = official.page("/petitions/desk").await;
    assert!(desk.links().contains(&format!("{page}/checking")), "{:?} {}", desk.links(), desk.text());
    petitions::publish(&official, &number).await;
    assert!(visitor.page("/petitions").await.links().contains(&page));

    // A visitor is led to sign in and back; nobody signs by signing in.
    let open = visitor.page(&page).await;
    assert!(open.form_to(&format!("{page}/sign")).is_none());
    assert!(open.links().iter().any(|link| link.starts_with("/sign-in?to=")), "{:?}", open.links());

    // Signed twice counts once; taken back it does not count; given again it does.
    let signers = [platform.person(2).await, platform.person(3).await, platform.person(4).await];
    let thanks = signers[0].follow(&petitions::sign(&signers[0], &number).await).await;
    assert!(thanks.text().contains(&said("thanks")), "{}", thanks.text());
    assert_eq!(petitions::count(&visitor, &number).await, 1);
    let second = petitions::try_sign(&signers[0], &number).await.unwrap();
    assert_eq!(second.status, 403);
    assert!(second.text().contains(&said("already-signed")), "{}", second.text());
    assert_eq!(petitions::count(&visitor, &number).await, 1);
    petitions::press(&signers[0], &page, &format!("{page}/withdraw")).await;
    assert_eq!(petitions::count(&visitor, &number).await, 0);
    assert!(visitor.page(&format!("{page}/signatories")).await.text().contains(&said("withdrawn")));
    petitions::sign(&signers[0], &number).await;
    // Whose identity is not proven cannot sign, but is led to where it can be proven.
    let unproven = platform.person(7).await;
    let low = petitions::try_sign(&unproven, &number).await.unwrap();
    assert_eq!(low.led_to(), "/sign-in/surer?level=substantial&to=%2F");
    assert_eq!(petitions::count(&visitor, &number).await, 1);

    platform.move_clock("7d").await;
    petitions::sign(&signers[1], &number).await;
    assert_eq!(
        (petitions::count(&visitor, &number).await, petitions::listed(&visitor, &number).await),
        (2, 2)
    );
    petitions::sign(&signers[2], &number).await;

    // The threshold ends the collection, once.
    until("the threshold is reached", async || {
        visitor.page(&page).await.text().contains(&said("state-threshold-reached")).then_some(())
    })
    .await;
    let late = petitions::try_sign(&platform.person(5).await, &number).await.unwrap();
    assert_eq!(late.status, 403, "{}", late.text());
    assert_eq!(petitions::listed(&visitor, &number).await, 3);

    // Announced, and answered within the term that the page shows with its law.
    let desk = official.page("/petitions/desk?stage=announce").await;
    assert!(desk.links().iter().any(|link| link.starts_with(&page)), "{:?}", desk.links());
    petitions::press(&official, &page, &format!("{page}/announce")).await;
    let review = visitor.page(&page).await.text();
    assert!(
        review.contains(&said("state-under-review")) && review.contains("393/96-ВР, ст. 23-1, ч. 13"),
        "{review}"
    );
    let answer =
        "The yards of all schools are open until nine in the evening from the first of the next month on.";
    let address = format!("{page}/answer");
    let form = official.form(&address, &address).await;
    assert_eq!(official.submit(&form.clone().with("answer", "Yes.").press("submit")).await.status, 422);
    let answered = official.submit(&form.with("answer", answer).press("submit")).await;
    assert_eq!(answered.led_to(), page);
    assert!(visitor.page(&page).await.text().contains(answer));

    // The author's cabinet: the case with its whole way, and what they were told.
    let case = format!("/cabinet/cases/petitions/{number}");
    let cases = author.page("/cabinet").await;
    let case_link = cases.links().into_iter().find(|link| link.starts_with("/cabinet/cases/petitions/"));
    assert!(cases.text().contains(title), "{}", cases.text());
    let timeline = author.page(&case_link.unwrap()).await.text();
    for event in ["event-submitted", "event-published", "event-reached", "event-announced", "event-answered"]
    {
        assert_eq!(timeline.matches(&said(event)).count(), 1, "{event} once in {timeline}");
    }
    let told = format!("petition no {number} has been answered");
    until("the author is told of the answer", async || {
        author.page("/cabinet/notices").await.text().to_lowercase().contains(&told).then_some(())
    })
    .await;
    until("a signatory is told of the answer", async || {
        signers[2].page("/cabinet/notices").await.text().to_lowercase().contains(&told).then_some(())
    })
    .await;
    // Somebody else's case is not there.
    assert_eq!(platform.person(5).await.get(&case).await.status, 404);

    // The same in the other language.
    author.read(Language::Uk).await;
    let page = author.page(&page).await;
    assert_eq!(page.language(), Some("uk"));
    assert!(
        page.text().contains(&module_message("petitions", Language::Uk, "state-answered")),
        "{}",
        page.text()
    );
    let timeline = author.page(&case).await.text();
    assert!(timeline.contains(&module_message("petitions", Language::Uk, "event-answered")), "{timeline}");
}

/// Three months without enough signatures make an appeal of it.
async fn without_enough_signatures_the_term_ends_it(settings: Settings) {
    let platform = Platform::start(settings.threshold(3)).await;
    let author = platform.person(1).await;
    let official = platform.person(OFFICIAL).await;
    let number = petitions::send(&author, "Night buses between the districts").await;
    let page = format!("/petitions/{number}");
    petitions::publish(&official, &number).await;
    petitions::sign(&author, &number).await;
    platform.move_clock("1m").await;
    platform.move_clock("1m").await;
    assert!(author.page(&page).await.text().contains(&said("state-collecting")));
    // A month, a day, and what weekends and holidays may add.
    platform.move_clock("1m").await;
    platform.move_clock("7d").await;
    platform.move_clock("7d").await;
    until("the collection is closed", async || {
        author.page(&page).await.text().contains(&said("state-converted-to-appeal")).then_some(())
    })
    .await;
    let late = petitions::try_sign(&platform.person(2).await, &number).await.unwrap();
    assert_eq!(late.status, 403, "{}", late.text());
    until("the author is told", async || {
        author.page("/cabinet/notices").await.text().contains("considered as an appeal").then_some(())
    })
    .await;
}

/// An official refuses one with a coded reason, which stays public; an author takes another one back.
async fn a_petition_can_be_refused_or_recalled(settings: Settings) {
    let platform = Platform::start(settings).await;
    let (author, official) = (platform.person(1).await, platform.person(OFFICIAL).await);
    let refused = petitions::send(&author, "Something that is not for the Cabinet").await;
    let address = format!("/petitions/{refused}/refuse");
    // The author is no official.
    assert_eq!(author.get(&address).await.status, 403);
    let form = official.form(&address, &address).await;
    let without_reason = form.clone().with("explanation", "This is for the local council to decide.");
    assert_eq!(official.submit(&without_reason.press("submit")).await.status, 422);
    let form =
        form.with("reason", "not-competent").with("explanation", "This is for the local council to decide.");
    official.submit(&form.press("submit")).await.led_to();
    let public = platform.visitor();
    public.read_english().await;
    let page = public.page(&format!("/petitions/{refused}")).await.text();
    assert!(page.contains(&said("reason-not-competent")) && page.contains("local council"), "{page}");

    let recalled = petitions::send(&author, "Something that I shall take back").await;
    let checking = format!("/petitions/{recalled}/checking");
    let done = petitions::press(&author, &checking, &format!("/petitions/{recalled}/recall")).await;
    assert!(author.follow(&done).await.text().contains(&said("state-recalled")));
    assert_eq!(public.get(&format!("/petitions/{recalled}")).await.status, 404);
}

/// First page, search, statements and problems in both languages.
async fn every_visitor_finds_their_way_in_both_languages(settings: Settings) {
    let platform = Platform::start(settings).await;
    let (author, official) = (platform.person(1).await, platform.person(OFFICIAL).await);
    let number = petitions::send(&author, "Quieter trams along the embankment").await;
    petitions::publish(&official, &number).await;
    let visitor = platform.visitor();
    for language in Language::BOTH {
        visitor.read(language).await;
        for path in [
            "/",
            "/petitions",
            "/consultations",
            "/rules",
            "/accessibility",
            "/privacy",
            "/preferences",
            "/sign-in",
        ] {
            let page = visitor.page(path).await;
            assert_eq!(page.language(), Some(language.code()), "{path}");
            assert!(!page.title().is_empty(), "{path}");
        }
        assert!(visitor.page("/").await.text().contains("Quieter trams"));
        let found = visitor.page("/search?q=trams").await;
        assert!(found.links().contains(&format!("/petitions/{number}")), "{:?}", found.links());
        let nothing = visitor.get("/nothing/here").await;
        assert_eq!(nothing.status, 404);
        assert!(nothing.text().contains(&host_message(language, "problem-not-found-title")));
    }
    assert_eq!(visitor.get("/cabinet").await.led_to(), "/sign-in?to=%2Fcabinet");
}

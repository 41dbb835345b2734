//! Two persons decide that participation does not count: counted first, approved by somebody else, carried out by the host,
//! public, told to those concerned.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use tokio::task::JoinSet;
use vzaemo_tests::petitions::{self, OFFICIAL};
use vzaemo_tests::{Answer, Form, Language, Person, Platform, Settings, host_message, module_message, until};

const DESK: &str = "/administration/invalidations";
const COUNT: &str = "/administration/invalidations/count";
const HOLDER: u32 = 10;
const ADMINISTRATOR: u32 = 11;
const GROUNDS: &str = "Four accounts signed from one browser within a minute; rules of use, item 5.";
/// Who sign with one browser, by a program.
const BOTS: std::ops::Range<u32> = 100..104;

fn says(key: &str) -> String {
    host_message(Language::En, key)
}

fn with_anomalies() -> Settings {
    let protection = "lockout = { failures = 1000000 }\nanomalies = { persons-per-address = 1000000, \
                      persons-per-device = 3, regular-acts = 1000000 }\n";
    Settings { protection: protection.to_owned(), ..Settings::default().threshold(1000) }
}

/// A petition that is signed by two persons and by bots with one browser; with the browser of the bots.
async fn signed(platform: &Platform) -> (String, Person) {
    let number = petitions::send(&platform.person(1).await, "A bridge over the ravine").await;
    petitions::publish(&platform.person(OFFICIAL).await, &number).await;
    for person in [2, 3] {
        petitions::sign(&platform.person(person).await, &number).await;
    }
    let browser = platform.visitor();
    browser.read_english().await;
    // The mark of a browser is given at its first sign-in.
    for bot in BOTS {
        sign_as(&browser, bot, &number).await;
    }
    (number, browser)
}

async fn sign_as(browser: &Person, person: u32, number: &str) {
    browser.sign_in(person).await;
    petitions::sign(browser, number).await;
    browser.post("/sign-out", &[]).await;
}

/// The browser that the page of security names.
async fn suspicious(administrator: &Person) -> String {
    until("the anomaly is seen", async || {
        let page = administrator.page("/administration/security").await.text();
        let (_, after) = page.split_once("device:")?;
        Some(format!("device:{}", &after[..16]))
    })
    .await
}

/// Asks for a count of the participation in a petition from a browser.
async fn counted(administrator: &Person, number: &str, device: &str) -> Answer {
    let form = administrator.form(DESK, COUNT).await;
    let form = form.with("document", number).with("device", device).with("grounds", GROUNDS);
    administrator.submit(&form).await
}

/// Proposes what was counted: the address of the proposal.
async fn proposed(administrator: &Person, counted: &Answer) -> String {
    let form = counted.html().form_to(DESK).expect("what was counted can be proposed");
    administrator.submit(&form).await.led_to().to_owned()
}

/// The form by which a proposal is approved.
async fn approval(person: &Person, proposal: &str) -> Form {
    person.form(proposal, &format!("{proposal}/approve")).await
}

async fn carried_out(visitor: &Person, decision: &str) -> String {
    until("the decision is carried out", async || {
        let page = visitor.page(decision).await.text();
        (!page.contains(&says("invalidations-under-way"))).then_some(page)
    })
    .await
}

async fn a_decision_of_two_persons(settings: Settings) {
    let mut platform = Platform::start(settings).await;
    let (number, browser) = signed(&platform).await;
    let (administrator, holder) = (platform.person(ADMINISTRATOR).await, platform.person(HOLDER).await);
    let device = suspicious(&administrator).await;
    let visitor = platform.visitor();
    visitor.read_english().await;
    assert_eq!(petitions::count(&visitor, &number).await, 6);

    // A dry run says what would be touched and changes nothing.
    let dry = counted(&administrator, &number, &device).await;
    assert_eq!(dry.status, 200, "{}", dry.text());
    let text = dry.text();
    assert!(text.contains("4 participations would not count any more"), "{text}");
    assert!(text.contains(&format!("valid · {number} 6 2")), "the counter says 6, then 2: {text}");
    assert!(text.contains(&says("invalidations-thresholds")), "{text}");
    assert_eq!(petitions::count(&visitor, &number).await, 6);
    let proposal = proposed(&administrator, &dry).await;
    assert_eq!(petitions::count(&visitor, &number).await, 6, "a proposal changes nothing");

    // The count changes before the second person looks: they see both, and decide on the number of now.
    sign_as(&browser, 104, &number).await;
    let page = holder.page(&proposal).await;
    assert!(page.text().contains("4 when it was proposed, 5 now"), "{}", page.text());
    let approve = format!("{proposal}/approve");
    let form = page.form_to(&approve).expect("the holder may approve");
    let stale = holder.submit(&form.clone().with("count", "4")).await;
    assert_eq!(stale.status, 409, "{}", stale.text());
    assert!(stale.text().contains(&says("invalidate-look-again")), "{}", stale.text());
    assert_eq!(petitions::count(&visitor, &number).await, 7, "nothing was decided");

    let decision = holder.submit(&form).await.led_to().to_owned();
    assert_eq!(decision, "/invalidations/1");
    // Approved once more, it is the same decision.
    assert_eq!(holder.submit(&form).await.led_to(), decision);
    let entry = carried_out(&visitor, &decision).await;
    for part in
        [GROUNDS, &number, "5 participations do not count", &says("access-holder"), &says("access-technical")]
    {
        assert!(entry.contains(part), "{part} in {entry}");
    }
    for secret in [device.trim_start_matches("device:"), "127.0.0.1", "Поліщук", "Романюк"] {
        assert!(!entry.contains(secret), "{secret} in {entry}");
    }
    assert_eq!(petitions::count(&visitor, &number).await, 2);
    let list = visitor.page("/invalidations").await;
    assert!(list.links().contains(&decision) && list.text().contains(GROUNDS), "{}", list.text());
    let signatories = visitor.page(&format!("/petitions/{number}/signatories")).await.text();
    let mark = module_message("petitions", Language::En, "invalidated");
    assert_eq!(signatories.matches(&mark).count(), 5, "{signatories}");

    // Those concerned are told why and what to do, find it in their case, and cannot sign again.
    browser.sign_in(BOTS.start).await;
    let told = browser.page("/cabinet/notices").await.text();
    assert!(told.contains(GROUNDS) && told.contains("you can contest this"), "{told}");
    let case = browser.page(&format!("/cabinet/cases/petitions/{number}")).await.text();
    assert!(case.contains("does not count by decision No. 1"), "{case}");
    let page = browser.page(&format!("/petitions/{number}")).await;
    assert!(page.form_to(&format!("/petitions/{number}/sign")).is_none(), "{}", page.text());
    let again = petitions::try_sign(&browser, &number).await.unwrap();
    assert_eq!(again.status, 403, "{}", again.text());
    assert!(again.text().contains(&module_message("petitions", Language::En, "invalidated-signature")));
    let back = browser.post(&format!("/petitions/{number}/withdraw"), &[("_submission", "b")]).await;
    assert_eq!(back.status, 403, "{}", back.text());
    assert_eq!(petitions::count(&visitor, &number).await, 2);
    let untouched = platform.person(2).await;
    assert!(!untouched.page("/cabinet/notices").await.text().contains(GROUNDS));
    assert!(petitions::has_signed(&untouched, &number).await);

    // Counted again there is nothing left, and nothing to propose.
    let again = counted(&administrator, &number, &device).await;
    assert!(again.text().contains("Nothing that counts"), "{}", again.text());
    assert!(again.text().contains("5 more were invalidated before"), "{}", again.text());
    assert!(again.html().form_to(DESK).is_none());
    platform.stop().await;
    platform.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn participation_from_one_browser_is_invalidated_by_two_persons() {
    a_decision_of_two_persons(with_anomalies()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn participation_from_one_browser_is_invalidated_on_postgres() {
    a_decision_of_two_persons(with_anomalies().on_postgres()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_one_person_alone_invalidates_nothing() {
    let platform = Platform::start(with_anomalies()).await;
    let (number, _browser) = signed(&platform).await;
    let administrator = platform.person(ADMINISTRATOR).await;
    let device = suspicious(&administrator).await;
    let proposal = proposed(&administrator, &counted(&administrator, &number, &device).await).await;
    let approve = format!("{proposal}/approve");
    let holder = platform.person(HOLDER).await;
    let form = approval(&holder, &proposal).await;
    let (digest, count) = (form.value("digest").unwrap(), form.value("count").unwrap());
    let fields = [("digest", digest), ("count", count)];

    // Whoever proposed: not on the page, not by a request of their own, not by a second session.
    assert!(administrator.page(&proposal).await.form_to(&approve).is_none());
    for session in [administrator, platform.person(ADMINISTRATOR).await] {
        let refused = session.post(&approve, &fields).await;
        assert_eq!(refused.status, 403);
        assert!(refused.text().contains(&says("two-person-same")), "{}", refused.text());
    }
    // Who does not run the platform, whatever else they do: neither proposes, nor counts, nor approves, nor declines.
    let mine = [
        ("what", "petitions/signatures"),
        ("document", number.as_str()),
        ("device", &device),
        ("grounds", "x"),
    ];
    for person in [1, OFFICIAL, 12] {
        let person = platform.person(person).await;
        for (path, fields) in [
            (DESK, &mine[..]),
            (COUNT, &mine[..]),
            (&approve, &fields[..]),
            (&format!("{proposal}/decline"), &[][..]),
        ] {
            assert_eq!(person.post(path, fields).await.status, 403, "{path}");
        }
        assert_eq!(person.get(&proposal).await.status, 403);
    }
    // Nobody else's site presses the button for the holder, and nothing but what was shown is approved.
    let foreign = holder.post_from(&approve, Some("https://example.org"), &fields).await;
    assert_eq!(foreign.status, 403);
    let other = holder.post(&approve, &[("digest", &"0".repeat(64)), ("count", count)]).await;
    assert_eq!(other.status, 403);
    assert!(other.text().contains(&says("two-person-changed")), "{}", other.text());
    for forged in ["3", "5", "18446744073709551615"] {
        assert_eq!(
            holder.post(&approve, &[("digest", digest), ("count", forged)]).await.status,
            409,
            "{forged}"
        );
    }
    assert_eq!(holder.post(&approve, &[("digest", digest), ("count", "all")]).await.status, 400);
    let unknown = format!("{DESK}/0198f000-0000-7000-8000-000000000001/approve");
    assert_eq!(holder.post(&unknown, &fields).await.status, 404);

    let visitor = platform.visitor();
    visitor.read_english().await;
    assert_eq!(petitions::count(&visitor, &number).await, 6, "nothing of that did anything");
    assert_eq!(visitor.get("/invalidations/1").await.status, 404);

    // What is out of date cannot be approved, nor what was declined.
    platform.move_clock("7d").await;
    let holder = platform.person(HOLDER).await;
    let late = holder.post(&approve, &fields).await;
    assert_eq!(late.status, 403);
    assert!(late.text().contains(&says("two-person-over")), "{}", late.text());
    let proposer = platform.person(ADMINISTRATOR).await;
    let proposal = proposed(&proposer, &counted(&proposer, &number, &device).await).await;
    let form = approval(&holder, &proposal).await;
    let decline = holder.form(&proposal, &format!("{proposal}/decline")).await;
    assert_eq!(holder.submit(&decline).await.led_to(), proposal);
    assert!(holder.page(&proposal).await.text().contains(&says("invalidate-declined")));
    assert_eq!(holder.submit(&form).await.status, 403);
    assert_eq!(petitions::count(&visitor, &number).await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_says_which_participation_is_meant() {
    let platform = Platform::start(with_anomalies()).await;
    let (number, _browser) = signed(&platform).await;
    let administrator = platform.person(ADMINISTRATOR).await;
    let form = administrator.form(DESK, COUNT).await.with("document", &number).with("grounds", GROUNDS);
    for (field, value, error) in [
        ("address", "somewhere", "invalidate-error-address"),
        ("device", "device:nothing", "invalidate-error-device"),
        ("from", "yesterday", "invalidate-error-time"),
        ("persons", "0198f000-0000-7000-8000-000000000001", "invalidate-error-persons"),
        ("document", "2026-999999", "invalidate-error-document"),
        ("grounds", "", "invalidate-error-grounds"),
        ("what", "petitions/petitions", "invalidate-error-what"),
        ("what", "elsewhere/votes", "invalidate-error-what"),
    ] {
        // By somebody, where the field itself does not say by what.
        let form = form.clone().with("address", "127.0.0.1").with(field, value);
        let sent = administrator.submit(&form).await;
        assert_eq!(sent.status, 422, "{field}: {}", sent.text());
        assert!(sent.text().contains(&says(error)), "{field}: {}", sent.text());
        let kept = sent.html().form_to(COUNT).unwrap();
        assert_eq!(kept.value("address"), Some(if field == "address" { value } else { "127.0.0.1" }));
    }
    // Everything at once is not what this is for.
    let sent = administrator.submit(&form).await;
    assert_eq!(sent.status, 422);
    assert!(sent.text().contains(&says("invalidate-error-open")), "{}", sent.text());

    // By address, by time, by persons; what nobody did is not there.
    let count = async |form: Form| {
        let sent = administrator.submit(&form).await;
        assert_eq!(sent.status, 200, "{}", sent.text());
        sent.text()
    };
    let all = "6 participations would not count";
    assert!(count(form.clone().with("address", "127.0.0.1")).await.contains(all));
    assert!(count(form.clone().with("address", "198.51.100.7")).await.contains("Nothing that counts"));
    let today = Platform::today();
    let day = |days: i64, time: &str| {
        format!("{}T{time}", today.checked_add(jiff::Span::new().days(days)).unwrap())
    };
    let ever = form.clone().with("from", &day(-1, "00:00")).with("to", &day(1, "23:59"));
    assert!(count(ever).await.contains(all));
    let before = form.clone().with("from", &day(-9, "00:00")).with("to", &day(-2, "00:00"));
    assert!(count(before).await.contains("Nothing that counts"));
}

/// How many sign, so that the work is more than one portion.
const MANY: u32 = 520;
const AT_ONCE: u32 = 24;

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_carried_out_once_although_the_process_is_killed_in_the_middle() {
    let mut platform = Platform::start(Settings::default().threshold(100_000)).await;
    let number = petitions::send(&platform.person(1).await, "Stars over the city").await;
    petitions::publish(&platform.person(OFFICIAL).await, &number).await;
    let mut signers = Vec::new();
    for begin in (0..MANY).step_by(AT_ONCE as usize) {
        let mut tasks = JoinSet::new();
        for person in begin..MANY.min(begin + AT_ONCE) {
            let (signer, number) = (platform.visitor(), number.clone());
            tasks.spawn(async move {
                signer.read_english().await;
                signer.sign_in(1000 + person).await;
                assert_eq!(petitions::try_sign(&signer, &number).await.unwrap().status, 303);
                signer
            });
        }
        signers.extend(tasks.join_all().await);
    }
    let administrator = platform.person(ADMINISTRATOR).await;
    let form = administrator.form(DESK, COUNT).await.with("document", &number).with("grounds", GROUNDS);
    let counted = administrator.submit(&form.with("address", "127.0.0.1")).await;
    let proposal = proposed(&administrator, &counted).await;
    let holder = platform.person(HOLDER).await;
    let form = approval(&holder, &proposal).await;
    assert_eq!(form.value("count"), Some("520"));
    let decision = holder.submit(&form).await.led_to().to_owned();
    let visitor = platform.visitor();
    visitor.read_english().await;
    until("the first portion is done", async || {
        (!visitor.page(&decision).await.text().contains("How many 0 ")).then_some(())
    })
    .await;
    platform.kill().await;
    platform.restart().await;
    let visitor = platform.visitor();
    visitor.read_english().await;
    let entry = carried_out(&visitor, &decision).await;
    assert!(entry.contains("520 participations do not count"), "{entry}");
    assert_eq!(petitions::count(&visitor, &number).await, 0);
    assert_eq!(petitions::listed(&visitor, &number).await, 520);
    for signer in [&signers[0], &signers[300], &signers[519]] {
        let told = signer.page("/cabinet/notices").await.text();
        assert_eq!(told.matches(GROUNDS).count(), 1, "told once: {told}");
    }
    platform.stop().await;
    platform.audit().await;
}

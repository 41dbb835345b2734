//! A changed `platform.toml` is a proposal until two holders have approved it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use vzaemo_tests::{Answer, Form, Language, Nodes, Person, Platform, Settings, host_message, until};

const LIST: &str = "/administration/changes";
const HOLDERS: [u32; 2] = [10, 14];
const ADMINISTRATOR: u32 = 11;
const APPROVAL: &str = "\n[approval]\nchanges = 2\n";

fn says(key: &str) -> String {
    host_message(Language::En, key)
}

/// A platform on which two holders approve changes, as on one in production.
fn of_two() -> Settings {
    Settings { more: APPROVAL.to_owned(), ..Settings::default() }
}

fn without_consultations(settings: &mut Settings) {
    settings.module("consultations").enabled = false;
}

async fn holders(platform: &Platform) -> [Person; 2] {
    [platform.person(HOLDERS[0]).await, platform.person(HOLDERS[1]).await]
}

/// The page of the change that waits, other than that of `before`.
async fn waiting(person: &Person, before: Option<&str>) -> String {
    until("a change waits", async || {
        let list = person.get(LIST).await;
        if !list.text().contains(&says("changes-waits")) {
            return None;
        }
        let link = list.html().links().into_iter().find(|link| link.starts_with(&format!("{LIST}/")))?;
        (before != Some(&link)).then_some(link)
    })
    .await
}

fn approval(page: &vzaemo_tests::Html, change: &str) -> Option<Form> {
    page.form_to(&format!("{change}/approve"))
}

async fn approve(person: &Person, change: &str) -> Answer {
    let form = approval(&person.page(change).await, change).expect("the holder may approve");
    person.submit(&form).await
}

async fn stands(person: &Person, change: &str, key: &str) -> String {
    let state = says(key);
    until(&state, async || {
        let page = person.get(change).await;
        (page.status == 200 && page.text().contains(&state)).then(|| page.text())
    })
    .await
}

/// The page of a change that has been applied.
async fn applied(person: &Person, change: &str) -> String {
    until("the change is applied", async || {
        let page = person.get(change).await;
        (page.status == 200 && page.text().contains("Applied as generation")).then(|| page.text())
    })
    .await
}

/// Waits until what serves is written into `platform.lock`, which comes last.
async fn locked(platform: &Platform, part: &str) {
    until("the lock says what serves", async || platform.lock().contains(part).then_some(())).await;
}

async fn consultations(platform: &Platform) -> u16 {
    platform.visitor().get("/consultations").await.status
}

async fn two_approve(settings: Settings) {
    let mut platform = Platform::start(settings).await;
    let [first, second] = holders(&platform).await;
    assert!(
        first.page(LIST).await.text().contains(&says("changes-none")),
        "the first one took effect by itself"
    );
    platform.configure(without_consultations);
    let change = waiting(&first, None).await;
    let page = first.page(&change).await;
    let text = page.text();
    for part in [
        "0 of 2",
        &says("changes-effect-disabled"),
        "− enabled = true",
        "+ enabled = false",
        &says("changes-waits-how"),
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    // The seed of the test persons is as good as a secret: it is not shown.
    assert!(!text.contains("seed = \"vzaemodiia\""), "{text}");
    assert_eq!(consultations(&platform).await, 200, "nothing of it serves");

    // The technical administrator is told at once that something waits.
    let administrator = platform.person(ADMINISTRATOR).await;
    until("the alert stands on the page of security", async || {
        let security = administrator.page("/administration/security").await.text();
        security.contains(&says("security-kind-configuration-waits")).then_some(())
    })
    .await;

    // `vzaemo plan` says that it takes two.
    let (fine, said) = platform.plan_file(&platform.folder().join("platform.toml")).await;
    assert!(
        fine && said.contains("consultations is disabled") && said.contains("2 different holders"),
        "{said}"
    );

    assert_eq!(approve(&first, &change).await.led_to(), change);
    let text = first.page(&change).await.text();
    assert!(text.contains("1 of 2") && text.contains("Романюк"), "{text}");
    assert_eq!(consultations(&platform).await, 200, "one approval is not enough");
    let seen = administrator.page(&change).await;
    assert!(approval(&seen, &change).is_none() && seen.text().contains(&says("changes-not-yours")));

    assert_eq!(approve(&second, &change).await.led_to(), change);
    let page = applied(&second, &change).await;
    assert!(page.contains("generation 2"), "{page}");
    locked(&platform, "enabled = false").await;
    assert_eq!(consultations(&platform).await, 503);

    // It stays so over a restart, and takes two to be undone.
    platform.stop().await;
    platform.restart().await;
    assert_eq!(consultations(&platform).await, 503);
    platform.configure(|settings| settings.module("consultations").enabled = true);
    let [first, _] = holders(&platform).await;
    let undone = waiting(&first, None).await;
    assert_ne!(undone, change);
    assert_eq!(consultations(&platform).await, 503);
    platform.stop().await;
    platform.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_serves_when_two_holders_have_approved_it() {
    two_approve(of_two()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_serves_when_two_holders_have_approved_it_on_postgres() {
    two_approve(of_two().on_postgres()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_one_holder_alone_changes_nothing() {
    let mut platform = Platform::start(of_two()).await;
    let [first, second] = holders(&platform).await;
    platform.configure(without_consultations);
    let change = waiting(&first, None).await;
    let form = approval(&first.page(&change).await, &change).unwrap();
    let digest = form.value("digest").unwrap().to_owned();
    let to = format!("{change}/approve");
    let fields = [("digest", digest.as_str())];
    assert_eq!(first.submit(&form).await.led_to(), change);
    // Not on the page, not by a request of their own, not by a second session.
    assert!(approval(&first.page(&change).await, &change).is_none());
    for session in [&first, &platform.person(HOLDERS[0]).await] {
        let refused = session.post(&to, &fields).await;
        assert_eq!(refused.status, 403);
        assert!(refused.text().contains(&says("changes-refused-same")), "{}", refused.text());
    }
    // Nobody else: neither who runs the platform, nor an auditor, an official or a citizen.
    for person in [ADMINISTRATOR, 12, 8, 1] {
        let person = platform.person(person).await;
        assert_eq!(person.post(&to, &fields).await.status, 403);
        assert_eq!(person.post(&format!("{change}/decline"), &[("reason", "x")]).await.status, 403);
    }
    assert!(platform.visitor().post(&to, &fields).await.to.unwrap().starts_with("/sign-in"));
    // Nobody else's site presses the button, and nothing but what was shown is approved.
    assert_eq!(second.post_from(&to, Some("https://example.org"), &fields).await.status, 403);
    let other = second.post(&to, &[("digest", &"0".repeat(64))]).await;
    assert_eq!(other.status, 403);
    assert!(other.text().contains(&says("changes-refused-changed")), "{}", other.text());
    assert!(first.page(&change).await.text().contains("1 of 2"));
    assert_eq!(consultations(&platform).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_change_swapped_between_show_and_approval_is_refused() {
    let mut platform = Platform::start(of_two()).await;
    let [first, second] = holders(&platform).await;
    platform.configure(without_consultations);
    let shown = waiting(&first, None).await;
    let form = approval(&second.page(&shown).await, &shown).unwrap();
    assert_eq!(approve(&first, &shown).await.led_to(), shown);
    // Meanwhile somebody writes something else into the file.
    platform.configure(|settings| settings.module("petitions").enabled = false);
    let newer = waiting(&first, Some(&shown)).await;
    let refused = second.submit(&form).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains(&says("changes-refused-replaced")), "{}", refused.text());
    // Nor does the digest of the one count for the other, nor the approval.
    let digest = form.value("digest").unwrap().to_owned();
    let refused = second.post(&format!("{newer}/approve"), &[("digest", &digest)]).await;
    assert!(refused.text().contains(&says("changes-refused-changed")), "{}", refused.text());
    assert!(second.page(&newer).await.text().contains("0 of 2"));
    assert!(second.page(&shown).await.text().contains(&says("changes-state-replaced")));
    for service in ["/consultations", "/petitions"] {
        assert_eq!(platform.visitor().get(service).await.status, 200, "{service}");
    }
    // Changed back, nothing waits.
    platform.configure(|settings| {
        settings.module("petitions").enabled = true;
        settings.module("consultations").enabled = true;
    });
    stands(&first, &newer, "changes-state-lapsed").await;
    let refused = second.post(&format!("{newer}/approve"), &[("digest", &digest)]).await;
    assert!(refused.text().contains(&says("changes-refused-lapsed")), "{}", refused.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_changed_file_does_not_lower_the_number_of_approvals() {
    let mut platform = Platform::start(of_two()).await;
    let [first, second] = holders(&platform).await;
    // The file itself says that nobody need approve it.
    platform.configure(|settings| {
        settings.more = settings.more.replace("changes = 2", "changes = 1");
        without_consultations(settings);
    });
    let change = waiting(&first, None).await;
    assert!(first.page(&change).await.text().contains(&says("changes-effect-approval")));
    assert_eq!(consultations(&platform).await, 200);
    platform.reload().await;
    platform.stop().await;
    platform.restart().await;
    assert_eq!(consultations(&platform).await, 200, "nor after a restart");
    assert_eq!(approve(&first, &change).await.led_to(), change);
    assert_eq!(consultations(&platform).await, 200);
    assert_eq!(approve(&second, &change).await.led_to(), change);
    applied(&second, &change).await;
    // Two have decided that one is enough: from now on a change is applied at once.
    platform.configure(|settings| settings.module("consultations").enabled = true);
    until("the change is applied", async || (consultations(&platform).await == 200).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_with_a_change_that_waits_serves_what_was_approved() {
    let mut platform = Platform::start(of_two()).await;
    let [first, _] = holders(&platform).await;
    platform.configure(|settings| {
        without_consultations(settings);
        settings.more = format!("{}[sessions]\nidle-minutes = 7\n", settings.more);
    });
    let change = waiting(&first, None).await;
    let page = first.page(&change).await.text();
    assert!(page.contains("[sessions]") && page.contains(&says("changes-next-start")), "{page}");
    for hard in [false, true] {
        if hard {
            platform.kill().await
        } else {
            platform.stop().await
        }
        let before = platform.log().matches("waits for the holders").count();
        platform.restart().await;
        assert_eq!(consultations(&platform).await, 200);
        assert!(platform.log().matches("waits for the holders").count() > before, "the log says so");
        assert!(first.page(LIST).await.text().contains(&says("changes-waits")));
        assert!(first.page(&change).await.text().contains("0 of 2"), "it is the same change");
    }
    // A change that nobody saw being made is proposed by the start.
    platform.stop().await;
    platform.configure(|settings| settings.module("petitions").enabled = false);
    platform.restart().await;
    let newer = waiting(&first, Some(&change)).await;
    assert_ne!(newer, change);
    assert_eq!(platform.visitor().get("/petitions").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_change_is_not_applied_and_says_why() {
    let mut platform = Platform::start(of_two()).await;
    let [first, second] = holders(&platform).await;
    platform.configure(without_consultations);
    let change = waiting(&first, None).await;
    assert_eq!(approve(&first, &change).await.led_to(), change);
    let decline = second.page(&change).await.form_to(&format!("{change}/decline")).unwrap();
    let unreasoned = second.submit(&decline).await;
    assert_eq!(unreasoned.status, 422);
    assert!(unreasoned.text().contains(&says("changes-reason-wrong")), "{}", unreasoned.text());
    let reason = "A consultation is still running.";
    assert_eq!(second.submit(&decline.clone().with("reason", reason)).await.led_to(), change);
    let page = first.page(&change).await;
    assert!(page.text().contains(reason) && page.text().contains("Іващенко"), "{}", page.text());
    assert!(approval(&page, &change).is_none());
    // Nobody is asked again by a restart; a file that is saved once more is a proposal again.
    platform.stop().await;
    platform.restart().await;
    assert_eq!(consultations(&platform).await, 200);
    assert!(!first.page(LIST).await.text().contains(&says("changes-waits")));
    platform.reload().await;
    let again = waiting(&first, Some(&change)).await;
    assert!(first.page(&again).await.text().contains("0 of 2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_approved_are_told_what_could_not_be_applied() {
    let mut platform = Platform::start(of_two()).await;
    let [first, second] = holders(&platform).await;
    let version = platform.packages().upgrade("consultations");
    let change = waiting(&first, None).await;
    assert!(first.page(&change).await.text().contains(&version), "a package is proposed like the file");
    // The package that they approve is gone when it is to serve. The folder is not there at all, so that nothing new is
    // proposed meanwhile.
    let packages = platform.folder().join("packages");
    let aside = platform.folder().join("aside");
    std::fs::rename(&packages, &aside).unwrap();
    assert_eq!(approve(&first, &change).await.led_to(), change);
    assert_eq!(approve(&second, &change).await.led_to(), change);
    let page = stands(&first, &change, "changes-state-failed").await;
    assert!(page.contains(&says("changes-failed-how")), "{page}");
    for holder in [&first, &second] {
        let notices = holder.page("/cabinet/notices").await;
        assert!(notices.text().contains(&says("changes-notice-failed")), "{}", notices.text());
    }
    assert_eq!(consultations(&platform).await, 200, "what served goes on serving");
    std::fs::rename(&aside, &packages).unwrap();
    platform.reload().await;
    let again = waiting(&first, Some(&change)).await;
    for holder in [&first, &second] {
        assert_eq!(approve(holder, &again).await.led_to(), again);
    }
    applied(&first, &again).await;
    locked(&platform, &version).await;
    platform.stop().await;
    platform.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_wrong_is_refused_and_proposes_nothing() {
    let platform = Platform::start(of_two()).await;
    let [first, _] = holders(&platform).await;
    platform.write(&platform.configuration().replace("\"^1.0\"", "\"^7.0\""));
    until("it is refused", async || platform.log().contains("the configuration was refused").then_some(()))
        .await;
    assert!(first.page(LIST).await.text().contains(&says("changes-none")));
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_propose_approve_and_apply_as_one() {
    let mut nodes = Nodes::start(&of_two().on_postgres(), 2).await;
    nodes[0].configure(without_consultations);
    let (one, other) = (nodes[0].person(HOLDERS[0]).await, nodes[1].person(HOLDERS[1]).await);
    let change = waiting(&other, None).await;
    assert_eq!(approve(&one, &change).await.led_to(), change);
    for node in nodes.iter() {
        assert_eq!(consultations(node).await, 200);
    }
    // The second approval comes to the node that has never read the changed file.
    assert_eq!(approve(&other, &change).await.led_to(), change);
    for node in nodes.iter() {
        until("the node serves it", async || (consultations(node).await == 503).then_some(())).await;
    }
    applied(&one, &change).await;
    // A node whose file still says what served before does not bring that back.
    nodes[1].stop().await;
    nodes[1].restart().await;
    assert_eq!(consultations(&nodes[1]).await, 503);
    assert_eq!(consultations(&nodes[0]).await, 503);
    let back = waiting(&one, Some(&change)).await;
    assert!(one.page(&back).await.text().contains(&says("changes-effect-enabled")));
}

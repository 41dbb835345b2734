//! The holder's own policies: they hold at once, one that is wrong is refused whole with its place, and one that errs
//! denies and is told.

use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};
use vzaemo_tests::petitions::{self, OFFICIAL};
use vzaemo_tests::{Language, Platform, Settings, host_message, until};

const REFUSED: &str = "the configuration was refused";

/// Writes a policy of the holder's and has it taken up.
async fn policy(platform: &Platform, text: &str) {
    let folder = platform.folder().join("policies");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("night.cedar"), text).unwrap();
    platform.reload().await;
}

async fn with_petition() -> (Platform, String) {
    let platform = Platform::start(Settings::default()).await;
    let number = petitions::send(&platform.person(1).await, "More light in the underpasses").await;
    petitions::publish(&platform.person(OFFICIAL).await, &number).await;
    (platform, number)
}

/// How it ends when somebody signs who was never here: each attempt is another person's, for each may sign once.
async fn status_of_signing(platform: &Platform, number: &str) -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(100);
    let person = platform.person(NEXT.fetch_add(1, Ordering::Relaxed)).await;
    petitions::try_sign(&person, number).await.unwrap().status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_of_the_holder_holds_at_once_and_a_wrong_one_changes_nothing() {
    let (platform, number) = with_petition().await;
    assert_eq!(status_of_signing(&platform, &number).await, 303);
    policy(&platform, r#"@id("pause") forbid(principal, action == petitions::Action::"sign", resource);"#)
        .await;
    until("the policy holds", async || (status_of_signing(&platform, &number).await == 403).then_some(()))
        .await;

    // Wrong in each way: not Cedar, not the schema, no such module. Each is named, and the last good one holds on.
    for (text, place, says) in [
        ("\n\nforbid(principal action);", "night.cedar:3: ", "unexpected"),
        (
            "@id(\"ages\")\nforbid(principal, action, resource)\nwhen { principal.age > 18 };",
            "night.cedar:3: policy ages: ",
            "age",
        ),
        (
            "@id(\"gone\") forbid(principal, action == petition::Action::\"sign\", resource);",
            "night.cedar:1: policy gone: ",
            "there is no such module",
        ),
        (
            "@id(\"both\") forbid(principal, action in [petitions::Action::\"sign\", consultations::Action::\"comment\"], resource);",
            "night.cedar:1: policy both: ",
            "at once",
        ),
    ] {
        let seen = platform.log().matches(REFUSED).count();
        policy(&platform, text).await;
        until("the policy is refused", async || {
            (platform.log().matches(REFUSED).count() > seen).then_some(())
        })
        .await;
        let log = platform.log();
        let line =
            log.lines().rev().find(|line| line.contains(place)).unwrap_or_else(|| panic!("{place} in {log}"));
        assert!(line.contains(says) || log.contains(says), "{says} in {line}");
        let (good, said) = platform.check().await;
        assert!(!good && said.contains(place) && said.contains(says), "{said}");
        assert_eq!(status_of_signing(&platform, &number).await, 403, "the last good policy holds on");
    }
    fs::remove_file(platform.folder().join("policies/night.cedar")).unwrap();
    platform.reload().await;
    until("nothing forbids any more", async || {
        (status_of_signing(&platform, &number).await == 303).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forbid_that_errs_denies_and_is_told() {
    let (platform, number) = with_petition().await;
    // Every assurance above low overflows: Cedar would pass over the policy, and everybody could sign.
    let broken = "@id(\"broken\")\nforbid(principal, action == petitions::Action::\"sign\", resource)\n\
                  when { principal.assurance * 9223372036854775807 > 9 };";
    policy(&platform, broken).await;
    until("the policy holds", async || (status_of_signing(&platform, &number).await == 403).then_some(()))
        .await;
    let alarm = "access denied because the policies could not be evaluated";
    let line = until("the alarm is logged", async || {
        platform.log().lines().find(|line| line.contains(alarm)).map(str::to_owned)
    })
    .await;
    assert!(line.contains("petitions") && line.contains("sign") && line.contains("overflow"), "{line}");
    let visitor = platform.visitor();
    assert_eq!(visitor.get(&format!("/petitions/{number}")).await.status, 200, "the page is there for all");
    let counted = petitions::count(&visitor, &number).await;
    assert_eq!(status_of_signing(&platform, &number).await, 403);
    assert_eq!(petitions::count(&visitor, &number).await, counted, "nobody signs any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_policy_file_broken_before_a_start_does_not_end_what_it_forbade() {
    let (mut platform, number) = with_petition().await;
    policy(&platform, r#"@id("pause") forbid(principal, action == petitions::Action::"sign", resource);"#)
        .await;
    until("the policy holds", async || (status_of_signing(&platform, &number).await == 403).then_some(()))
        .await;
    // Broken while nothing serves, then gone.
    let file = platform.folder().join("policies/night.cedar");
    for (broken, says) in [(Some("forbid(principal action);"), "night.cedar:1: "), (None, "put it back")] {
        platform.stop().await;
        match broken {
            Some(text) => fs::write(&file, text).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        let seen = platform.log().matches(REFUSED).count();
        platform.restart().await;
        let log = platform.log();
        assert!(log.matches(REFUSED).count() > seen && log.contains(says), "{says} in {log}");
        assert_eq!(status_of_signing(&platform, &number).await, 403, "as before");
        assert_eq!(platform.visitor().get(&format!("/petitions/{number}")).await.status, 200);
        // The technical administrator is told: the last good configuration serves.
        let administrator = platform.person(11).await;
        let words = host_message(Language::En, "security-kind-configuration-refused");
        until("the alert is on the page", async || {
            administrator.page("/administration/security").await.text().contains(&words).then_some(())
        })
        .await;
    }
    // Mended: applied.
    fs::write(&file, "// Nothing is forbidden any more.\n").unwrap();
    platform.reload().await;
    until("nothing forbids any more", async || {
        (status_of_signing(&platform, &number).await == 303).then_some(())
    })
    .await;
}

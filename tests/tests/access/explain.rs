//! `vzaemo access explain`, and the page that answers the same.

use crate::data;
use vzaemo_tests::petitions::{self, OFFICIAL};
use vzaemo_tests::{Language, Platform, Settings, encoded, host_message};

#[tokio::test(flavor = "multi_thread")]
async fn it_is_told_who_may_and_which_policy_decided() {
    let platform = Platform::start(Settings::default()).await;
    let author = platform.person(1).await;
    let number = petitions::send(&author, "A ramp at the post office").await;
    petitions::publish(&platform.person(OFFICIAL).await, &number).await;
    drop(platform.person(4).await);
    let citizen = data::newest_person(&platform).await;
    let document = data::documents(&platform, "petitions", "petitions").await;
    let document = &document.iter().find(|(key, _)| *key == number).unwrap().1;
    let reference = document["author"].as_str().unwrap().to_owned();

    // Allowed, by a step of the workflow; asked while the platform serves.
    let (allowed, said) = platform.explain(&[&citizen, "petitions/sign", &number]).await;
    assert!(allowed, "{said}");
    for part in [
        "allowed: Allowed",
        "permit step.4.person (manifest, module.toml)",
        "resource.state = \"collecting\"",
        "resource.owner = another person",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert!(!said.contains(&reference), "nobody else is named: {said}");
    // The author by the reference of the module; denied by no permit.
    let (allowed, said) = platform.explain(&[&reference, "petitions/recall", &number]).await;
    assert!(
        !allowed && said.contains("denied: WrongState") && said.contains("no policy permits it"),
        "{said}"
    );
    assert!(said.contains("resource.owner = this person"), "{said}");
    // A guardrail of the core.
    let (allowed, said) =
        platform.explain(&[&citizen, "petitions/sign", &number, "--assurance", "low"]).await;
    assert!(!allowed && said.contains("AssuranceTooLow"), "{said}");
    assert!(said.contains("decided by:\n  forbid core.assurance (core)\n"), "{said}");
    // A policy of the holder, with its file, line and text, from when it is in force: one that only lies there decides
    // nothing.
    let folder = platform.folder().join("policies");
    std::fs::create_dir_all(&folder).unwrap();
    let night = "@id(\"pause\")\nforbid(principal, action == petitions::Action::\"sign\", resource);";
    std::fs::write(folder.join("night.cedar"), night).unwrap();
    let said = vzaemo_tests::until("the policy is in force", async || {
        platform.reload().await;
        let (allowed, said) = platform.explain(&[&citizen, "petitions/sign", &number]).await;
        (!allowed).then_some(said)
    })
    .await;
    assert!(said.contains("night.cedar:1)") && said.contains("petitions::Action::\"sign\""), "{said}");
    // Visitors, open views, and what cannot be answered.
    let (allowed, said) = platform.explain(&["visitor", "petitions/view:desk"]).await;
    assert!(!allowed && said.contains("SignInNeeded"), "{said}");
    let (allowed, said) = platform.explain(&["visitor", "petitions/view:list"]).await;
    assert!(allowed && said.contains("open view"), "{said}");
    for (asked, says) in [
        (vec!["visitor", "petitions/shred"], "there are: "),
        (vec!["visitor", "nothing/sign"], "no module nothing serves"),
        (vec!["0198f000-0000-7000-8000-00000000dead", "petitions/view:desk"], "find the person"),
        (vec![citizen.as_str(), "petitions/sign"], "give its key"),
        (vec![citizen.as_str(), "petitions/sign", "2020-1"], "find 2020-1"),
        (vec!["visitor", "sign"], "notes/sign"),
    ] {
        let (allowed, said) = platform.explain(&asked).await;
        assert!(!allowed && said.contains(says), "{asked:?}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_run_the_platform_have_it_on_a_page() {
    let platform = Platform::start(Settings::default()).await;
    let number = petitions::send(&platform.person(1).await, "A ramp at the post office").await;
    drop(platform.person(4).await);
    let citizen = data::newest_person(&platform).await;
    let query =
        encoded(&[("person", &citizen), ("action", "petitions/view:checking"), ("resource", &number)]);
    let path = format!("/administration/access?{query}");

    assert!(platform.visitor().get(&path).await.led_to().starts_with("/sign-in"));
    for number in [1, OFFICIAL, 12] {
        assert_eq!(platform.person(number).await.get(&path).await.status, 403, "person {number}");
    }
    for number in [10, 11] {
        let person = platform.person(number).await;
        for language in Language::BOTH {
            person.read(language).await;
            let page = person.page(&path).await.text();
            for key in ["access-denied", "access-nothing-permits", "why-not-yours", "access-origin-manifest"]
            {
                assert!(page.contains(&host_message(language, key)), "{key} in {page}");
            }
            assert!(page.contains("view.author") && page.contains("principal.bodies"), "{page}");
        }
        assert!(person.page("/administration/access").await.has("form"), "the form alone");
        let lost = person.page("/administration/access?action=petitions%2Fnothing").await.text();
        assert!(lost.contains("submit"), "what there is is told: {lost}");
    }
    // Whose roles were shown can see that they were.
    let entries = data::entries(&platform).await;
    let shown = entries.iter().filter(|entry| entry.contains("explain-access")).count();
    assert_eq!(shown, 4, "{entries:#?}");
}

//! Roles by hand: one technical administrator names the administrator of a service, two persons those who run the
//! platform; the first ones are named on the machine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use vzaemo_tests::petitions::{self, OFFICIAL};
use vzaemo_tests::{Form, Language, Person, Platform, Settings, host_message};

const ROLES: &str = "/administration/roles";
const CHANGE: &str = "/administration/roles/change";
const PROPOSALS: &str = "/administration/roles/proposals";
const BODY: &str = "cabinet-of-ministers";
const CITIZEN: u32 = 4;
const HOLDER: u32 = 10;
const OTHER_HOLDER: u32 = 14;
const ADMINISTRATOR: u32 = 11;
const ORDER: &str = "Order № 12 of 2 November 2026";

fn says(key: &str) -> String {
    host_message(Language::En, key)
}

/// The number of a person's record, as they read it in the cabinet.
async fn id_of(person: &Person) -> String {
    let page = person.page("/cabinet/my-data").await.text();
    let (_, after) = page.split_once(&says("my-data-record-what")).expect("the page shows the number");
    after.split_whitespace().next().unwrap().to_owned()
}

/// The form that takes a role from somebody, from the list of all roles.
async fn taking(person: &Person, id: &str, action: &str) -> Form {
    let links = person.page(ROLES).await.links();
    let link = links.into_iter().find(|link| link.contains(id)).expect("the role can be taken");
    person.form(&link, action).await
}

async fn is_signed_out(person: &Person) -> bool {
    person.get("/cabinet").await.to.is_some_and(|to| to.starts_with("/sign-in"))
}

async fn an_administrator_of_a_service(settings: Settings) {
    let platform = Platform::start(settings).await;
    let citizen = platform.person(CITIZEN).await;
    let administrator = platform.person(ADMINISTRATOR).await;
    let number = petitions::send(&platform.person(1).await, "Trees along the embankment").await;
    let checking = format!("/petitions/{number}/checking");
    assert_eq!(citizen.get(&checking).await.status, 403);

    // What is wrong is said, and what was typed is kept.
    let id = id_of(&citizen).await;
    let form = administrator.form(ROLES, CHANGE).await.with("body", BODY).with("module", "petitions");
    let wrong = administrator.submit(&form.clone().with("person", "Olena").with("grounds", ORDER)).await;
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    assert!(wrong.text().contains(&says("roles-error-person")), "{}", wrong.text());
    let kept = wrong.html().form_to(CHANGE).unwrap();
    assert_eq!(kept.value("grounds"), Some(ORDER));
    assert_eq!(kept.value("body"), Some(BODY));
    let form = form.with("person", &id).with("grounds", ORDER);
    assert_eq!(administrator.submit(&form).await.led_to(), ROLES);

    // The session has ended; with a new one the person does the official's work.
    assert!(is_signed_out(&citizen).await);
    citizen.sign_in(CITIZEN).await;
    let told = citizen.page("/cabinet/notices").await.text();
    assert!(told.contains(ORDER), "{told}");
    petitions::publish(&citizen, &number).await;
    let twice = administrator.submit(&form).await;
    assert_eq!(twice.status, 422);
    assert!(twice.text().contains(&says("roles-error-has-it")), "{}", twice.text());

    // Taken again, it is gone at once.
    let form = taking(&administrator, &id, CHANGE).await.with("grounds", ORDER);
    assert_eq!(administrator.submit(&form).await.led_to(), ROLES);
    assert!(is_signed_out(&citizen).await);
    citizen.sign_in(CITIZEN).await;
    assert_eq!(citizen.get("/petitions/desk").await.status, 403);
    platform.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_of_a_service_on_sqlite() {
    an_administrator_of_a_service(Settings::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_of_a_service_on_postgres() {
    an_administrator_of_a_service(Settings::default().on_postgres()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_persons_name_whoever_runs_the_platform() {
    let platform = Platform::start(Settings::default()).await;
    let citizen = platform.person(CITIZEN).await;
    let (administrator, holder) = (platform.person(ADMINISTRATOR).await, platform.person(HOLDER).await);
    let id = id_of(&citizen).await;
    let form = administrator.form(ROLES, PROPOSALS).await;
    let form = form.with("person", &id).with("role", "holder").with("grounds", ORDER);
    let proposal = administrator.submit(&form).await.led_to().to_owned();
    let approve = format!("{proposal}/approve");
    let page = administrator.page(&proposal).await;
    assert!(page.text().contains(&says("invalidate-own")) && page.form_to(&approve).is_none());
    assert_eq!(citizen.get(ROLES).await.status, 403);

    // The holder sees who, what and why in both languages, and approves.
    for language in Language::BOTH {
        holder.read(language).await;
        let page = holder.page(&proposal).await.text();
        for part in [&id, ORDER, &host_message(language, "access-holder")] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }
    holder.read_english().await;
    let form = holder.form(&proposal, &approve).await;
    assert_eq!(holder.submit(&form).await.led_to(), proposal);
    assert!(is_signed_out(&citizen).await);
    citizen.sign_in(CITIZEN).await;
    assert_eq!(citizen.get(ROLES).await.status, 200);
    // A holder names no administrators of services.
    assert!(citizen.page(ROLES).await.form_to(CHANGE).is_none());
    assert_eq!(citizen.post(CHANGE, &[]).await.status, 403);
    platform.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_role_cannot_be_taken_without_the_right_nor_by_oneself() {
    let platform = Platform::start(Settings::default()).await;
    let (citizen, official) = (platform.person(CITIZEN).await, platform.person(OFFICIAL).await);
    let (administrator, holder) = (platform.person(ADMINISTRATOR).await, platform.person(HOLDER).await);
    let (mine, id) = (id_of(&administrator).await, id_of(&citizen).await);
    let give = [("step", "grant"), ("body", BODY), ("module", "*"), ("grounds", ORDER)];
    let run = [("step", "grant"), ("role", "technical-administrator"), ("grounds", ORDER)];
    for person in [&citizen, &official] {
        let own = id_of(person).await;
        assert_eq!(person.post(CHANGE, &[&give[..], &[("person", &own)]].concat()).await.status, 403);
        assert_eq!(person.post(PROPOSALS, &[&run[..], &[("person", &own)]].concat()).await.status, 403);
    }
    assert_eq!(holder.post(CHANGE, &[&give[..], &[("person", &id)]].concat()).await.status, 403);
    for (person, path, fields) in [(&administrator, CHANGE, &give[..]), (&administrator, PROPOSALS, &run[..])]
    {
        let answer = person.post(path, &[fields, &[("person", &mine)]].concat()).await;
        assert_eq!(answer.status, 422, "{path}");
        assert!(answer.text().contains(&says("roles-error-oneself")), "{}", answer.text());
    }
    // The way of one person does not take a role that takes two, though another holder would be left.
    let _other_holder = platform.person(OTHER_HOLDER).await;
    let smuggled =
        [("step", "revoke"), ("role", "holder"), ("grounds", ORDER), ("person", &id_of(&holder).await)];
    let answer = administrator.post(CHANGE, &smuggled).await;
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert!(answer.text().contains(&says("roles-error-role")), "{}", answer.text());
    assert_eq!(holder.get(ROLES).await.status, 200, "the holder still is");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_ones_are_named_on_the_machine_and_nobody_after_them() {
    let mut platform = Platform::start(Settings::default()).await;
    let id = id_of(&platform.person(CITIZEN).await).await;
    let (done, said) = platform.appoint(&[&id, "holder"]).await;
    assert!(!done && said.contains("stop it first"), "{said}");
    platform.stop().await;
    let (done, said) = platform.appoint(&[&id, "holder"]).await;
    assert!(!done && said.contains("there is one"), "{said}");
    let (done, said) = platform.appoint(&["Olena", "holder"]).await;
    assert!(!done && said.contains("My data"), "{said}");
}

//! Acting for organisations: claims that the state register confirms, and delegation by heads to their staff. The register is
//! a double that follows its protocol and misbehaves on request; who claims signs in by the double of id.gov.ua.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use vzaemo_test_edr::{Double as Register, Misbehaviour, Subject, TOKEN};
use vzaemo_test_id_gov_ua::{CLIENT, Double as IdGovUa, SECRET};
use vzaemo_tests::{Language, Person, Platform, Settings, host_message, until};

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
    the_register_confirms_who_heads_an_organisation
    a_claim_waits_for_a_register_that_is_down
    a_head_lets_a_member_of_the_staff_act_and_takes_it_back
}

const PAGE: &str = "/cabinet/organisations";
const CLAIM: &str = "/cabinet/organisations/claim";
/// The organisation of test person 13, who heads it, and one whose staff `taras` of id.gov.ua is.
const ORGANISATION: &str = "44900179";
const ENTERPRISE: &str = "00032112";

fn said(key: &str) -> String {
    host_message(Language::En, key)
}

/// A platform with a register and id.gov.ua; no modules, since nothing here is about any.
async fn stage(settings: Settings) -> (Platform, Register, IdGovUa, tempfile::TempDir) {
    let register = Register::start(vec![
        Subject::registered(ENTERPRISE, "ДЕРЖАВНЕ ПІДПРИЄМСТВО «ЛІС»", &[("ГНАТЮК", "ТАРАС ОЛЕГОВИЧ")]),
        Subject::registered("43220150", "МІНІСТЕРСТВО", &[]).in_state(2),
        Subject::registered("14360570", "БАНК", &[("КОВАЛЬ", "МАРІЯ ІВАНІВНА")]),
    ])
    .await;
    let (service, folder) = (IdGovUa::start(&[]).await, tempfile::tempdir().unwrap());
    let (secret, token) = (folder.path().join("client.secret"), folder.path().join("edr.token"));
    std::fs::write(&secret, SECRET).unwrap();
    std::fs::write(&token, format!("{TOKEN}\n")).unwrap();
    let mut settings = settings;
    settings.modules.clear();
    write!(
        settings.more,
        "[identity.id-gov-ua]\nname = {{ uk = \"id.gov.ua\", en = \"id.gov.ua\" }}\naddress = \"{}\"\nclient-id = \"{CLIENT}\"\nclient-secret-file = {:?}\n[registers.edr]\nurl = \"{}\"\ntoken-file = {:?}\n",
        service.address,
        secret.display().to_string(),
        register.address,
        token.display().to_string(),
    )
    .unwrap();
    let platform = Platform::start(settings).await;
    service.may_return_to(platform.base().join("/sign-in/return/id-gov-ua").unwrap().as_str());
    (platform, register, service, folder)
}

/// Signs in by id.gov.ua.
async fn by_id_gov_ua(platform: &Platform, service: &IdGovUa, who: &str) -> Person {
    let person = platform.visitor();
    person.read_english().await;
    let begun = person.get("/sign-in/begin/id-gov-ua?to=/cabinet").await;
    let page = person.get(begun.led_to()).await;
    let link = page.html().links().into_iter().find(|link| link.ends_with(&format!("person={who}")));
    let link = service.address.join(&link.unwrap_or_else(|| panic!("{}", page.body))).unwrap();
    let back = person.get(link.as_str()).await;
    assert_eq!(person.get(back.to.as_deref().unwrap()).await.status, 303);
    person
}

async fn claim(person: &Person, code: &str) -> String {
    assert!(person.page(PAGE).await.form_to(CLAIM).is_some(), "claims are taken");
    assert_eq!(person.post(CLAIM, &[("code", code)]).await.led_to(), PAGE);
    person.page(PAGE).await.text()
}

async fn the_register_confirms_who_heads_an_organisation(settings: Settings) {
    let (platform, register, service, _folder) = stage(settings).await;
    let taras = by_id_gov_ua(&platform, &service, "taras").await;
    let page = taras.page(PAGE).await.text();
    assert!(page.contains(&said("organisation-attested")), "{page}");
    // What was attested for a session makes nobody the head.
    assert_eq!(taras.get(&format!("{PAGE}/{ENTERPRISE}")).await.status, 404);

    let page = claim(&taras, ENTERPRISE).await;
    assert!(page.contains(&said("organisation-head")) && page.contains("ДЕРЖАВНЕ ПІДПРИЄМСТВО"), "{page}");
    assert_eq!(register.asked(), ["/1.0/subjects?code=00032112", "/1.0/subjects/1"]);
    assert!(taras.page("/cabinet/notices").await.text().contains("you head the organisation"));
    assert!(taras.page(&format!("{PAGE}/{ENTERPRISE}")).await.text().contains(&said("staff-none")));
    taras.act_for(ENTERPRISE).await;

    // Maria bears the name of a bank's head, but nothing ties her to the bank.
    let maria = by_id_gov_ua(&platform, &service, "maria").await;
    for (code, key) in [
        ("14360570", "claim-nothing-ties"),
        ("43220150", "claim-being-terminated"),
        ("00010049", "claim-unknown"),
        // Written with spaces.
        (" 0001 0049 ", "claim-unknown"),
    ] {
        let page = claim(&maria, code).await;
        assert!(page.contains(&said(key)), "{code}: {page}");
    }
    for code in ["14360570", "43220150", "00010049"] {
        let chosen = maria.post("/cabinet/acting-for", &[("acting_for", code), ("to", "/")]).await;
        assert_ne!(chosen.status, 303, "{code}");
        assert_eq!(maria.get(&format!("{PAGE}/{code}")).await.status, 404);
    }
    // A slip is told at the field; sent once more it is taken for an old code.
    let asked = register.asked().len();
    let wrong = maria.post(CLAIM, &[("code", "0003211")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains(&said("claim-code-malformed")));
    let slip = maria.post(CLAIM, &[("code", "00032113")]).await;
    assert_eq!(slip.status, 422);
    assert!(slip.text().contains(&said("claim-code-check")), "{}", slip.text());
    assert_eq!(register.asked().len(), asked, "the register is not troubled with slips");
    let again = slip.html().forms().into_iter().find(|form| form.value("sure") == Some("00032113"));
    assert_eq!(maria.submit(&again.unwrap()).await.led_to(), PAGE);
    assert_eq!(register.asked().len(), asked + 1);

    // What was refused can be removed.
    let removed = maria.post("/cabinet/organisations/forget", &[("code", "00032113")]).await;
    assert_eq!(removed.led_to(), PAGE);
    assert!(!maria.page(PAGE).await.text().contains("00032113"));
    let (verified, told) = platform.verify().await;
    assert!(verified, "{told}");
    for secret in [TOKEN, "3104743215"] {
        assert!(!platform.log().contains(secret), "no secret and no personal data in the log");
    }
}

async fn a_claim_waits_for_a_register_that_is_down(settings: Settings) {
    let (platform, register, service, _folder) = stage(settings).await;
    register.misbehave(Misbehaviour::Status(503));
    let taras = by_id_gov_ua(&platform, &service, "taras").await;
    let page = claim(&taras, ENTERPRISE).await;
    assert!(page.contains(&said("claim-to-verify-next")), "{page}");
    assert_eq!(taras.get(&format!("{PAGE}/{ENTERPRISE}")).await.status, 404, "it gives no right");
    // The session that had the certificate ends; the claim does not.
    assert_eq!(taras.post("/sign-out", &[]).await.status, 303);
    register.misbehave(Misbehaviour::Html);
    until("the claim is looked up again in vain", async || (register.asked().len() >= 2).then_some(())).await;
    register.misbehave(Misbehaviour::None);
    let taras = by_id_gov_ua(&platform, &service, "taras").await;
    until("the register confirms it", async || {
        let page = taras.get(PAGE).await;
        // The change ends the sessions that were open before it.
        (page.status == 303 || page.text().contains(&said("organisation-head"))).then_some(())
    })
    .await;
    let taras = by_id_gov_ua(&platform, &service, "taras").await;
    assert!(taras.page("/cabinet/notices").await.text().contains("you head the organisation"));
    assert!(taras.page(PAGE).await.text().contains(&said("organisation-head")));
    assert!(platform.log().contains("claims wait"), "the operator is told");
}

/// Invites, and gives the path of the link.
async fn invite(head: &Person, note: &str, number: &str) -> String {
    let page = format!("{PAGE}/{ORGANISATION}");
    let year = (Platform::today().year() + 1).to_string();
    let form = head.form(&page, &format!("{page}/invite")).await;
    let form = form.with("note", note).with("number", number);
    let form = form.with("until-day", "31").with("until-month", "12").with("until-year", &year);
    let made = head.submit(&form).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let link = made.body.split("value=\"").find(|part| part.contains("/cabinet/invitation?code="));
    let link = link.unwrap_or_else(|| panic!("{}", made.body)).split('"').next().unwrap();
    let shown_again = head.page(&page).await;
    let secret = link.split("code=").nth(1).unwrap();
    assert!(shown_again.text().contains(note) && !shown_again.text().contains(secret));
    format!("/cabinet/invitation{}", &link[link.find('?').unwrap()..])
}

async fn head_of_thirteen(platform: &Platform) -> Person {
    let head = platform.visitor();
    head.read_english().await;
    head.sign_in_for(13, "myself").await;
    head
}

async fn a_head_lets_a_member_of_the_staff_act_and_takes_it_back(settings: Settings) {
    let settings = Settings { modules: BTreeMap::new(), ..settings };
    let platform = Platform::start(settings).await;
    let head = head_of_thirteen(&platform).await;
    let staff = format!("{PAGE}/{ORGANISATION}");
    let link = invite(&head, "Діловод", "").await;

    // Whoever opens the link signs in first and comes back to it.
    let maria = platform.visitor();
    maria.read_english().await;
    assert!(maria.get(&link).await.led_to().starts_with("/sign-in?to="));
    maria.sign_in_to(1, &link).await;
    let offered = maria.page(&link).await;
    assert!(offered.text().contains("Ганна Миколаївна Шевчук"), "{}", offered.text());
    let taken = maria.submit(&maria.form(&link, "/cabinet/invitation").await).await;
    assert_eq!(taken.led_to(), PAGE, "the session goes on");
    let page = maria.page(PAGE).await.text();
    assert!(page.contains(&said("organisation-delegated")), "{page}");
    maria.act_for(ORGANISATION).await;
    assert!(maria.page("/cabinet").await.text().contains(ORGANISATION));
    assert!(head.page("/cabinet/notices").await.text().contains("Марія Іванівна Коваль has taken up"));
    assert!(maria.page("/cabinet/notices").await.text().contains("Its head has let you"));
    let archive = maria.download("/cabinet/my-data/archive").await;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    let kept = std::io::read_to_string(archive.by_name("representation.json").unwrap()).unwrap();
    assert!(kept.contains("to-me") && kept.contains("organisation-staff"), "{kept}");

    // attack: a replay, by whoever it is.
    let taras = platform.person(2).await;
    for person in [&taras, &maria] {
        let replayed = person.get(&link).await;
        assert_eq!(replayed.status, 403, "{}", replayed.text());
        let secret = link.split("code=").nth(1).unwrap();
        assert_eq!(person.post("/cabinet/invitation", &[("code", secret)]).await.status, 403);
    }
    // attack: delegating further, and the pages of an organisation that is somebody else's.
    let revoke = head.form(&staff, &format!("{staff}/revoke")).await;
    let key = revoke.value("delegation").unwrap();
    for person in [&maria, &taras] {
        assert_eq!(person.get(&staff).await.status, 404);
        let fields = [
            ("note", "x"),
            ("until-day", "31"),
            ("until-month", "12"),
            ("until-year", "2030"),
            ("number", ""),
        ];
        assert_eq!(person.post(&format!("{staff}/invite"), &fields).await.status, 404);
        let refused = person.post(&format!("{staff}/revoke"), &[("delegation", key)]).await;
        assert_eq!(refused.status, 404);
    }
    let not_mine = taras.post("/cabinet/organisations/leave", &[("delegation", key)]).await;
    assert_eq!(not_mine.status, 404);
    // attack: an invitation that is bound to somebody else; a number that nobody has tells nothing either.
    let bound = invite(&head, "Бухгалтер", "3300712340").await;
    assert_eq!(taras.get(&bound).await.status, 403);
    let fields = [("delegation", key)];
    let foreign = head.post_from(&format!("{staff}/revoke"), Some("https://evil.example"), &fields).await;
    assert_eq!(foreign.status, 403);

    assert_eq!(head.submit(&revoke).await.led_to(), staff);
    assert!(maria.get("/cabinet").await.led_to().starts_with("/sign-in"), "acting for it is over at once");
    let maria = platform.person(1).await;
    assert!(maria.page(PAGE).await.text().contains(&said("organisations-none")));
    let chosen = maria.post("/cabinet/acting-for", &[("acting_for", ORGANISATION), ("to", "/")]).await;
    assert_eq!(chosen.status, 403);
    assert!(maria.page("/cabinet/notices").await.text().contains("has been revoked"));
    assert!(head.page(&staff).await.text().contains(&said("staff-ended-revoked")));
    let (verified, told) = platform.verify().await;
    assert!(verified, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delegation_is_over_after_its_last_day_and_its_delegate_acts_for_nobody_unawares() {
    let settings = Settings { modules: BTreeMap::new(), ..Settings::default() };
    let platform = Platform::start(settings).await;
    let head = head_of_thirteen(&platform).await;
    let link = invite(&head, "Діловод", "").await;
    let maria = platform.person(1).await;
    maria.submit(&maria.form(&link, "/cabinet/invitation").await).await;
    maria.act_for(ORGANISATION).await;
    let after = jiff::civil::Date::new(Platform::today().year() + 2, 1, 1).unwrap();
    platform.move_clock_to(after).await;
    assert!(maria.get("/cabinet").await.led_to().starts_with("/sign-in"));
    let maria = platform.person(1).await;
    assert!(maria.page(PAGE).await.text().contains(&said("organisations-none")));
    until("the head is told", async || {
        head.page("/cabinet/notices").await.text().contains("is over").then_some(())
    })
    .await;
    // With that her role is taken too, and what she was signed in with ends as at every change of roles.
    let maria = platform.person(1).await;
    assert!(maria.page("/cabinet/notices").await.text().contains("is over"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_register_no_claims_are_taken_and_an_unproven_person_takes_nothing_up() {
    let settings = Settings { modules: BTreeMap::new(), ..Settings::default() };
    let platform = Platform::start(settings).await;
    let maria = platform.person(1).await;
    let page = maria.page(PAGE).await;
    assert!(page.text().contains(&said("claim-no-register")) && page.form_to(CLAIM).is_none());
    assert_eq!(maria.post(CLAIM, &[("code", ENTERPRISE)]).await.status, 403);
    let head = head_of_thirteen(&platform).await;
    let link = invite(&head, "Діловод", "").await;
    // Person 7 is known at low assurance only, and is led to a surer way.
    let unsure = platform.person(7).await;
    assert!(unsure.get(&link).await.led_to().starts_with("/sign-in/surer?"));
    // Wrong answers come back with what was typed.
    let staff = format!("{PAGE}/{ORGANISATION}");
    let form = head.form(&staff, &format!("{staff}/invite")).await;
    for (form, key) in [
        (form.clone().with("note", ""), "staff-note-wrong"),
        (form.clone().with("note", "Діловод").with("until-day", "31"), "staff-day-wrong"),
        (form.clone().with("note", "Діловод").with("number", "1234567890"), "staff-number-wrong"),
    ] {
        let day = [("until-month", "2"), ("until-year", "2030")];
        let form = day.iter().fold(form, |form, (name, value)| form.with(name, value));
        let form = if form.value("until-day") == Some("31") { form } else { form.with("until-day", "1") };
        let year = (Platform::today().year() + 1).to_string();
        let wrong = head.submit(&form.with("until-year", &year)).await;
        assert_eq!(wrong.status, 422, "{key}");
        assert!(wrong.text().contains(&said(key)), "{key}: {}", wrong.text());
    }
}

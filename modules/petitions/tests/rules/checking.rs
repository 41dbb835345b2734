//! From sending to publication or refusal.

use super::*;

#[test]
fn whoever_sends_a_petition_is_signed_in_and_gives_all_that_the_law_asks_for() {
    let mut host = host();
    assert_eq!(host.act("submit", form()).denied(), Denial::SignInNeeded);
    for name in ["title", "essence", "email", "rules"] {
        let mut lacking = form();
        lacking.as_object_mut().unwrap().remove(name);
        host.sign_in(MARIA).act("submit", lacking).invalid(name);
    }
    let mut form = form();
    form["rules"] = json!(false);
    host.sign_in(MARIA).act("submit", form).invalid("rules");
    assert!(host.documents("petitions").is_empty());
}

#[test]
fn petitions_are_numbered_by_year() {
    let mut host = host();
    assert_eq!((submitted(&mut host), submitted(&mut host)), ("2026-1".to_owned(), "2026-2".to_owned()));
    host.travel_to("2027-01-01T00:30");
    assert_eq!(submitted(&mut host), "2027-1");
}

#[test]
fn before_publication_only_its_author_and_officials_see_it() {
    let mut host = host();
    let number = submitted(&mut host);
    assert_eq!(host.try_view("petition", &number).err(), Some(Ended::NotFound));
    assert_eq!(host.try_view("signatories", &number).err(), Some(Ended::NotFound));
    assert!(host.view("list", ()).has_message("list-empty"));
    assert!(host.view("found", Given::default().query("q", "пошти")).has_message("found-none"));

    for who in [MARIA, OFFICIAL] {
        let page = host.sign_in(who).view("checking", &number);
        assert_eq!(page.status(), "pending-check");
        assert!(page.says("пандуси") && page.says(EMAIL) && page.has_message("checking-note"));
    }
    assert_eq!(host.try_view("checking", &number).err(), Some(Ended::Denied(Denial::SignInNeeded)));
    for who in [OKSANA, TARAS.official_of("ministry-digital")] {
        let ended = host.sign_in(who).try_view("checking", &number).err();
        assert_eq!(ended, Some(Ended::Denied(Denial::NotPermitted)));
    }
}

#[test]
fn the_check_is_due_after_two_working_days() {
    let mut host = host();
    let number = submitted(&mut host);
    // From Thursday over the weekend to the end of Monday, in Kyiv.
    assert_eq!(field(&host, &number, "due"), "2026-09-07T20:59:59.999Z");
    let (due, rule) = host.cabinet(MARIA).case(&number).term.clone().unwrap();
    assert_eq!(due, "2026-09-07T20:59:59.999Z");
    assert!(rule.contains(";2;working-days;393/96-ВР"), "{rule}");

    host.travel_to("2026-09-04T12:00");
    host.sign_in(OFFICIAL).act("publish", &number).done_with("done-published");
    assert_eq!(host.view("petition", &number).status(), "collecting");
    assert_eq!(field(&host, &number, "until"), "2026-12-04T21:59:59.999Z");
    assert!(
        host.notices(MARIA)
            .iter()
            .any(|notice| notice.message == "notice-published" && notice.view == "petition")
    );
}

#[test]
fn a_refused_petition_stays_public_with_its_reason() {
    let mut host = host();
    let number = submitted(&mut host);
    let why = json!({ "reason": "not-competent", "explanation": "Коротко" });
    host.sign_in(OFFICIAL).act("refuse", (&number, why)).invalid("explanation");
    let why = json!({ "reason": "because", "explanation": "Це питання вирішує міська рада." });
    host.sign_in(OFFICIAL).act("refuse", (&number, why)).invalid("reason");
    host.sign_in(OFFICIAL).act("refuse", (&number, refusal())).done_with("done-refused");

    let page = host.view("petition", &number);
    assert_eq!(page.status(), "refused");
    assert!(page.has_message("reason-not-competent") && page.says("вирішує міська рада"));
    assert!(page.says("пандуси"), "its text stays too");
    assert!(!page.text_uk().contains("Підписати петицію") && page.is_silent_about("of 3 needed"));
    let list = host.view("list", Given::default().query("stage", "refused"));
    assert!(list.says("Зробити безбар’єрними"));

    assert!(host.cabinet(MARIA).case(&number).says("refused"));
    assert!(host.cabinet(MARIA).case(&number).term.is_none());
    assert!(host.notices(MARIA).iter().any(|notice| notice.message == "notice-refused"));
    let refused = Denial::WrongState("refused".to_owned());
    assert_eq!(host.sign_in(OFFICIAL).act("publish", &number).denied(), refused);
    assert_eq!(host.sign_in(TARAS).act("sign", &number).denied(), refused);
}

#[test]
fn only_officials_of_the_body_decide() {
    let mut host = host();
    let number = submitted(&mut host);
    for who in [MARIA, OKSANA, TARAS.official_of("ministry-digital"), HOLDER] {
        assert_eq!(host.sign_in(who.clone()).act("publish", &number).denied(), Denial::NotPermitted);
        assert_eq!(host.sign_in(who).act("refuse", (&number, refusal())).denied(), Denial::NotPermitted);
    }
    assert_eq!(host.act("publish", &number).denied(), Denial::SignInNeeded);
    assert_eq!(field(&host, &number, "state"), "pending-check");
}

#[test]
fn the_author_may_take_it_back_before_publication() {
    let mut host = host();
    let number = submitted(&mut host);
    assert_eq!(host.sign_in(TARAS).act("recall", &number).denied(), Denial::NotPermitted);
    assert_eq!(host.sign_in(OFFICIAL).act("recall", &number).denied(), Denial::NotPermitted);
    host.sign_in(MARIA).act("recall", &number).done_with("done-recalled");
    assert_eq!(host.sign_in(MARIA).view("checking", &number).status(), "recalled");
    assert_eq!(host.try_view("petition", &number).err(), Some(Ended::NotFound));
    assert_eq!(
        host.sign_in(OFFICIAL).act("publish", &number).denied(),
        Denial::WrongState("recalled".to_owned())
    );
    assert!(host.cabinet(MARIA).case(&number).says("recalled"));
    assert!(host.sign_in(OFFICIAL).view("desk", ()).has_message("desk-empty"));

    let number = published(&mut host);
    assert_eq!(
        host.sign_in(MARIA).act("recall", &number).denied(),
        Denial::WrongState("collecting".to_owned())
    );
}

#[test]
fn an_overdue_check_shows() {
    let mut host = host();
    let number = submitted(&mut host);
    let page = |host: &mut TestHost| host.sign_in(MARIA).view("checking", &number).dump();
    assert!(!page(&mut host).contains("missed"));
    host.travel_to("2026-09-07T23:59");
    assert!(!page(&mut host).contains("missed"));
    host.travel_to("2026-09-08T00:00");
    assert!(page(&mut host).contains("missed"));
}

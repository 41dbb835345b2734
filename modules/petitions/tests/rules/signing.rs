//! Signing and taking back.

use super::*;

#[test]
fn a_person_signs_once() {
    let mut host = host();
    let number = published(&mut host);
    host.sign_in(TARAS).act("sign", &number).done_with("done-signed");
    host.sign_in(TARAS).act("sign", &number).refused("already-signed");
    assert_eq!(host.count("signatures", "valid", &number), 1);
    host.sign_in(OKSANA).act("sign", &number).done();
    assert_eq!(host.count("signatures", "valid", &number), 2);

    let page = host.view("petition", &number);
    assert!(page.says("Тарас Мельник") && page.says("1 more signature is needed") && page.action("sign"));
    let list = host.view("signatories", &number);
    assert!(list.says("Оксана Шевченко") && list.says("Valid signatures: 2"));
}

#[test]
fn whoever_is_not_signed_in_is_led_to_sign_in() {
    let mut host = host();
    let number = published(&mut host);
    assert_eq!(host.act("sign", &number).denied(), Denial::SignInNeeded);
    assert_eq!(host.act("withdraw", &number).denied(), Denial::SignInNeeded);
    assert!(host.view("petition", &number).action("sign"), "the page offers it to everybody");
    assert!(host.documents("signatures").is_empty());
}

#[test]
fn what_is_taken_back_is_not_counted_but_marked_and_can_be_given_again() {
    let mut host = host();
    let number = published(&mut host);
    host.sign_in(TARAS).act("withdraw", &number).refused("not-signed");
    host.sign_in(TARAS).act("sign", &number).done();
    host.sign_in(OKSANA).act("sign", &number).done();
    host.travel_to("2026-09-05T09:00");
    host.sign_in(TARAS).act("withdraw", &number).done_with("done-withdrawn");
    host.sign_in(TARAS).act("withdraw", &number).refused("not-signed");
    assert_eq!(host.count("signatures", "valid", &number), 1);
    for view in ["petition", "signatories"] {
        let page = host.view(view, &number);
        assert!(page.says("Тарас Мельник") && page.has_message("withdrawn"), "{view}");
    }

    host.travel_to("2026-09-06T09:00");
    host.sign_in(TARAS).act("sign", &number).done_with("done-signed");
    assert_eq!(host.count("signatures", "valid", &number), 2);
    assert_eq!(host.documents("signatures").len(), 2, "the same signature, not one more");
    let list = host.view("signatories", &number);
    assert!(!list.dump().contains("withdrawn"));
    assert_eq!(host.cabinet(TARAS).case(&number).role, "role-signatory");
}

#[test]
fn the_author_may_sign_and_stays_the_author() {
    let mut host = host();
    let number = published(&mut host);
    host.sign_in(MARIA).act("sign", &number).done();
    assert_eq!(host.count("signatures", "valid", &number), 1);
    assert_eq!(host.cabinet(MARIA).case(&number).role, "role-author");
    host.sign_in(MARIA).act("withdraw", &number).done();
    for who in [TARAS, OKSANA, ANDRII] {
        host.sign_in(who).act("sign", &number).done();
    }
    let told = host.notices(MARIA);
    assert!(told.iter().any(|notice| notice.message == "notice-reached"), "the author goes on being told");
}

#[test]
fn nobody_signs_before_publication_or_after_the_end() {
    let mut host = host();
    let number = submitted(&mut host);
    assert_eq!(
        host.sign_in(TARAS).act("sign", &number).denied(),
        Denial::WrongState("pending-check".to_owned())
    );
    host.travel_to("2026-09-04T12:00");
    host.sign_in(OFFICIAL).act("publish", &number).done();
    host.sign_in(TARAS).act("sign", &number).done();
    host.travel_to("2026-12-04T23:59");
    host.sign_in(OKSANA).act("sign", &number).done();
    host.travel_to("2026-12-05T00:00");
    let over = Denial::WrongState("converted-to-appeal".to_owned());
    assert_eq!(host.sign_in(ANDRII).act("sign", &number).denied(), over);
    assert_eq!(host.sign_in(TARAS).act("withdraw", &number).denied(), over);
}

#[test]
fn the_end_of_the_term_holds_even_if_its_job_has_yet_to_run() {
    let mut host = host();
    let number = published(&mut host);
    host.sign_in(TARAS).act("sign", &number).done();
    // The same petition under another number, for which no job was ever set.
    let petition = host.document("petitions", &number).unwrap();
    host.given("petitions", "2026-900", petition);
    host.given(
        "signatures",
        "s",
        json!({ "petition": "2026-900", "person": "person-oksana", "at": "2026-09-05T08:00:00Z", "withdrawn": false }),
    );
    assert!(host.view("petition", "2026-900").action("sign"));
    host.travel_to("2026-12-05T00:00");
    assert_eq!(host.view("petition", "2026-900").status(), "collecting");
    assert!(!host.view("petition", "2026-900").text_uk().contains("Підписати петицію"));
    host.sign_in(ANDRII).act("sign", "2026-900").refused("collection-over");
    host.sign_in(OKSANA).act("withdraw", "2026-900").refused("collection-over");
}

#[test]
fn what_was_decided_not_to_count_is_marked_and_cannot_be_given_again() {
    let mut host = host();
    let number = published(&mut host);
    host.sign_in(TARAS).act("sign", &number).done();
    let signature = json!({
        "petition": number, "person": OKSANA.reference(), "at": "2026-09-05T08:00:00Z", "withdrawn": true,
        "invalidated": "7",
    });
    host.given("signatures", "s", signature);
    assert_eq!(host.count("signatures", "valid", &number), 1);
    for view in ["petition", "signatories"] {
        let page = host.view(view, &number);
        assert!(page.has_message("invalidated") && !page.has_message("withdrawn"), "{view}");
    }
    host.sign_in(OKSANA).act("sign", &number).refused("invalidated-signature");
    host.sign_in(OKSANA).act("withdraw", &number).refused("not-signed");
    assert_eq!(host.count("signatures", "valid", &number), 1);
}

#[test]
fn signatories_find_the_petition_in_their_cabinet() {
    let mut host = host();
    let number = published(&mut host);
    assert!(!host.cabinet(TARAS).has(&number));
    host.sign_in(TARAS).act("sign", &number).done();
    let cabinet = host.cabinet(TARAS);
    let case = cabinet.case(&number);
    assert!(case.says("collecting") && case.role == "role-signatory");
    assert_eq!(case.term.as_ref().map(|(due, _)| due.as_str()), Some("2026-12-04T21:59:59.999Z"));
    assert_eq!(host.cabinet(MARIA).case(&number).role, "role-author");

    host.sign_in(TARAS).act("withdraw", &number).done();
    for who in [OKSANA, ANDRII, person(1)] {
        host.sign_in(who).act("sign", &number).done();
    }
    assert!(host.notices(OKSANA).iter().any(|notice| notice.message == "notice-reached"));
    assert!(host.notices(TARAS).is_empty(), "whoever took their signature back is told no more");
}

#[test]
fn a_long_list_of_signatures_has_pages() {
    let mut host = host().config("threshold", 100);
    let number = published(&mut host);
    for one in 0..55 {
        host.sign_in(person(one)).act("sign", &number).done();
    }
    let first = host.view("signatories", &number);
    let next = first.next().expect("a second page").to_owned();
    let second = host.view("signatories", Given::from(&number).query("after", &next));
    let rows = |page: &PageView| page.text_uk().matches("Особа ").count();
    assert_eq!((rows(&first), rows(&second), second.next()), (50, 5, None));
    assert_eq!(rows(&host.view("petition", &number)), 5, "the petition's own page shows the latest");
}

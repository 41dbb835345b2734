//! From enough signatures to the answer.

use super::*;

#[test]
fn enough_signatures_end_the_collection_once() {
    let mut host = host();
    let number = published(&mut host);
    host.travel_to("2026-09-11T16:00");
    for who in [TARAS, OKSANA] {
        host.sign_in(who).act("sign", &number).done();
    }
    // Going back and forth below the threshold sets nothing off.
    host.sign_in(TARAS).act("withdraw", &number).done();
    host.sign_in(TARAS).act("sign", &number).done();
    assert_eq!(field(&host, &number, "state"), "collecting");
    host.sign_in(ANDRII).act("sign", &number).done();

    assert_eq!(field(&host, &number, "state"), "threshold-reached");
    assert_eq!(field(&host, &number, "final"), 3);
    assert!(host.jobs().is_empty(), "the end of the term means nothing any more");
    let told = |who| host.notices(who).iter().filter(|notice| notice.message == "notice-reached").count();
    assert_eq!([told(MARIA), told(TARAS), told(OKSANA), told(ANDRII)], [1; 4]);
    let over = Denial::WrongState("threshold-reached".to_owned());
    assert_eq!(host.sign_in(person(1)).act("sign", &number).denied(), over);
    host.travel_to("2026-12-31T00:00");
    assert_eq!(field(&host, &number, "state"), "threshold-reached");
}

#[test]
fn the_review_is_announced_and_answered_in_terms_of_working_days() {
    let mut host = host();
    let number = reached(&mut host);
    // Three working days from Friday, 11 September: the end of Wednesday.
    assert_eq!(field(&host, &number, "due"), "2026-09-16T20:59:59.999Z");
    assert_eq!(host.cabinet(TARAS).case(&number).term.as_ref().unwrap().0, "2026-09-16T20:59:59.999Z");
    assert!(host.view("petition", &number).has_message("step-announce"));

    host.travel_to("2026-09-16T11:00");
    host.sign_in(OFFICIAL).act("announce", &number).done_with("done-announced");
    // Ten working days from Wednesday, over two weekends: the end of Wednesday, 30 September.
    assert_eq!(field(&host, &number, "due"), "2026-09-30T20:59:59.999Z");
    let (due, rule) = host.cabinet(MARIA).case(&number).term.clone().unwrap();
    assert_eq!(due, "2026-09-30T20:59:59.999Z");
    assert!(rule.contains(";10;working-days;"), "{rule}");
    assert_eq!(host.view("petition", &number).status(), "under-review");

    host.travel_to("2026-09-29T15:00");
    host.sign_in(OFFICIAL).act("answer", (&number, answer())).done_with("done-answered");
    let page = host.view("petition", &number);
    assert_eq!(page.status(), "answered");
    assert!(page.says("Пандуси встановлять") && page.has_message("step-answered"));
    assert_eq!(field(&host, &number, "due"), Json::Null);
    for who in [MARIA, TARAS, OKSANA, ANDRII] {
        let told: Vec<String> = host.notices(who.clone()).into_iter().map(|notice| notice.message).collect();
        assert!(told.ends_with(&["notice-announced".to_owned(), "notice-answered".to_owned()]), "{told:?}");
        let cabinet = host.cabinet(who);
        let case = cabinet.case(&number);
        assert!(case.says("answered") && case.says("event-answered") && case.term.is_none());
    }
}

#[test]
fn the_steps_of_the_body_come_in_their_order_and_by_its_officials() {
    let mut host = host();
    let number = reached(&mut host);
    let early = Denial::WrongState("threshold-reached".to_owned());
    assert_eq!(host.sign_in(OFFICIAL).act("answer", (&number, answer())).denied(), early);
    for who in [MARIA, TARAS.official_of("ministry-digital")] {
        assert_eq!(host.sign_in(who).act("announce", &number).denied(), Denial::NotPermitted);
    }
    host.sign_in(OFFICIAL).act("announce", &number).done();
    for who in [MARIA, TARAS.official_of("ministry-digital")] {
        assert_eq!(host.sign_in(who).act("answer", (&number, answer())).denied(), Denial::NotPermitted);
    }
    host.sign_in(OFFICIAL).act("answer", (&number, json!({ "answer": "Так." }))).invalid("answer");
    host.sign_in(OFFICIAL).act("answer", (&number, answer())).done();
    let late = Denial::WrongState("answered".to_owned());
    assert_eq!(host.sign_in(OFFICIAL).act("answer", (&number, answer())).denied(), late);
}

#[test]
fn a_later_change_of_the_rules_does_not_change_a_petition() {
    let mut host = host();
    let number = published(&mut host);
    let days = |value: u32| json!({ "value": value, "unit": "calendar-days", "law": "нова постанова" });
    let mut host = host
        .config("threshold", 50)
        .config("check", days(30))
        .config("collection", days(7))
        .config("announcement", days(1))
        .config("answering", days(1));
    assert!(host.view("petition", &number).says("3 more signatures are needed."));
    assert!(!host.view("petition", &number).dump().contains("нова постанова"));
    assert!(host.view("list", ()).says("3 more signatures are needed."));

    host.travel_to("2026-11-02T10:00");
    for who in [TARAS, OKSANA, ANDRII] {
        host.sign_in(who).act("sign", &number).done();
    }
    assert_eq!(field(&host, &number, "state"), "threshold-reached");
    assert_eq!(field(&host, &number, "due"), "2026-11-05T21:59:59.999Z");

    // The next one goes by the new rules.
    let next = submitted(&mut host);
    host.sign_in(OFFICIAL).act("publish", &next).done();
    assert_eq!(field(&host, &next, "until"), "2026-11-09T21:59:59.999Z");
    let page = host.view("petition", &next);
    assert!(page.says("50 more signatures are needed.") && page.dump().contains("нова постанова"));
}

#[test]
fn an_overdue_answer_shows() {
    let mut host = host();
    let number = announced(&mut host);
    host.travel_to("2026-09-30T23:59");
    assert!(!host.view("petition", &number).dump().contains("missed"));
    host.travel_to("2026-10-01T00:00");
    assert!(host.view("petition", &number).dump().contains("missed"));
    host.sign_in(OFFICIAL).act("answer", (&number, answer())).done();
}

#[test]
fn the_desk_shows_what_is_due_the_earliest_first() {
    let mut host = host();
    let first = submitted(&mut host);
    host.travel_to("2026-09-04T10:00");
    let second = submitted(&mut host);
    let rows = |page: &PageView| -> Vec<usize> {
        [&first, &second].iter().filter_map(|number| page.text_uk().find(number.as_str())).collect()
    };
    let desk = host.sign_in(OFFICIAL).view("desk", ());
    let [one, two] = rows(&desk)[..] else { panic!("two petitions") };
    assert!(one < two && desk.leads_to("checking"));

    host.sign_in(OFFICIAL).act("publish", &first).done();
    let desk = host.sign_in(OFFICIAL).view("desk", ());
    assert_eq!(rows(&desk).len(), 1, "what is published needs no check");
    for who in [TARAS, OKSANA, ANDRII] {
        host.sign_in(who).act("sign", &first).done();
    }
    let announce = Given::default().query("stage", "announce");
    assert!(host.sign_in(OFFICIAL).view("desk", announce.clone()).says(&first));
    host.sign_in(OFFICIAL).act("announce", &first).done();
    assert!(host.sign_in(OFFICIAL).view("desk", announce).has_message("desk-empty"));
    let answering = Given::default().query("stage", "answer");
    assert!(host.sign_in(OFFICIAL).view("desk", answering.clone()).says(&first));

    let elsewhere = TARAS.official_of("ministry-digital");
    assert!(host.sign_in(elsewhere).view("desk", answering).has_message("desk-empty"));
    assert_eq!(host.sign_in(MARIA).try_view("desk", ()).err(), Some(Ended::Denied(Denial::NotPermitted)));
    assert_eq!(host.try_view("desk", ()).err(), Some(Ended::Denied(Denial::SignInNeeded)));
}

//! The end of the collection without enough signatures, or at its very last moment.

use super::*;

#[test]
fn after_three_months_without_enough_signatures_it_becomes_an_appeal() {
    let mut host = host();
    let number = published(&mut host);
    host.sign_in(TARAS).act("sign", &number).done();
    host.sign_in(OKSANA).act("sign", &number).done();
    host.travel_to("2026-12-04T23:59");
    assert_eq!(host.view("petition", &number).status(), "collecting");
    host.travel_to("2026-12-05T00:00");

    let page = host.view("petition", &number);
    assert_eq!(page.status(), "converted-to-appeal");
    assert!(
        page.has_message("short-title")
            && page.has_message("step-appeal")
            && page.says("1 more signature is needed.")
    );
    assert_eq!(field(&host, &number, "final"), 2);
    assert!(
        host.view("list", Given::default().query("stage", "short")).says("There were not enough signatures")
    );
    assert!(host.view("list", ()).has_message("list-empty"));
    for who in [MARIA, TARAS, OKSANA] {
        assert!(host.notices(who.clone()).iter().any(|notice| notice.message == "notice-short"));
        assert!(host.cabinet(who).case(&number).says("converted-to-appeal"));
    }
}

#[test]
fn a_term_that_would_end_on_a_weekend_ends_on_the_next_working_day() {
    let mut host = host();
    let number = submitted(&mut host);
    // Three months from Saturday, 5 September end on Saturday, 5 December.
    host.travel_to("2026-09-05T12:00");
    host.sign_in(OFFICIAL).act("publish", &number).done();
    assert_eq!(field(&host, &number, "until"), "2026-12-07T21:59:59.999Z");
}

#[test]
fn enough_signatures_at_the_last_moment_are_enough() {
    let mut host = host();
    let number = published(&mut host);
    host.sign_in(TARAS).act("sign", &number).done();
    // These are in the store, but the job of the threshold has not run when the term ends.
    for who in [OKSANA, ANDRII] {
        let signature = json!({
            "petition": number, "person": who.reference(), "at": "2026-12-04T21:59:58Z", "withdrawn": false,
        });
        host.given("signatures", who.reference(), signature);
    }
    host.travel_to("2026-12-05T00:00");
    assert_eq!(field(&host, &number, "state"), "threshold-reached");
    assert_eq!(field(&host, &number, "final"), 3);
}

#[test]
fn the_configuration_is_checked() {
    assert!(host().check().is_empty());
    let nameless = json!({ "value": 3, "unit": "months", "law": " " });
    let said = host().config("collection", nameless).check();
    assert!(said.len() == 1 && said[0].starts_with("collection:"), "{said:?}");
}

//! What the law says of consultations, said as tests.

use consultations::Module;
use vzaemo_testkit::*;

const DRAFT: &str = "Загальна частина\n\
1. Це Положення визначає порядок.\n\
2. Користувачі мають право:\n\
1) читати проєкти;\n\
2) пропонувати зміни.\n\
Користувачі зобов’язані дотримуватися порядку.\n\
3. Положення набирає чинності з дня опублікування.";

fn host() -> TestHost {
    TestHost::of(Module).at("2026-09-01T10:00")
}

/// What an official writes on 1 September; 16 September is the earliest day to close.
fn a_draft(closes: &str) -> Json {
    json!({
        "title": "Проєкт положення про порядок",
        "summary": "Порядок користування платформою стає єдиним для всіх.",
        "affected": "Усі користувачі",
        "consequences": "Правила стануть однаковими.",
        "contact": "Ірина Ткаченко, відділ комунікацій",
        "submitting": "На цій сторінці або листом.",
        "closes": closes,
        "draft": DRAFT,
    })
}

fn a_remark() -> Json {
    json!({ "comment": "Уточніть, про який порядок ідеться." })
}

fn a_wording() -> Json {
    json!({ "wording": "пропонувати зміни й отримувати відповіді.", "grounds": "Відповідь має бути правом." })
}

fn a_response(response: &str) -> Json {
    json!({ "response": response, "reason": "Відповідає закону і меті акта." })
}

fn a_decision(day: &str) -> Json {
    json!({ "decided": day, "decision": "Проєкт доопрацьовано й подано на розгляд." })
}

fn open(host: &mut TestHost) -> String {
    let number = host.sign_in(OFFICIAL).act("create", a_draft("2026-09-20")).done_with("done-created").key();
    host.sign_in(OFFICIAL).act("publish", &number).done();
    number.to_string()
}

fn organisation() -> Who {
    OKSANA.for_organisation("43220851")
}

fn keys_of_proposals(host: &TestHost) -> Vec<String> {
    host.documents("proposals").into_iter().map(|(key, _)| key.to_string()).collect()
}

/// The key of a counter over several fields.
fn counter(values: &[&str]) -> String {
    values.join("\u{1f}")
}

#[test]
fn from_a_draft_to_the_report() {
    let mut host = host();
    let number = open(&mut host);
    let page = host.view("consultation", &number);
    assert_eq!(page.status(), "open");
    assert!(page.says("Порядок користування платформою") && page.says("Усі користувачі"));
    assert!(page.says("Whom it concerns") && page.says("Кого стосується"), "in both languages");
    assert!(host.view("list", ()).says("Проєкт положення про порядок"));

    host.sign_in(MARIA).act("comment", ([number.as_str(), "p-1"], a_remark())).done_with("done-submitted");
    host.sign_in(MARIA).act("propose", ([number.as_str(), "p-2-2"], a_wording())).done();
    host.sign_in(organisation()).act("propose", ([number.as_str(), "p-2-2"], a_wording())).done();
    let clause = host.view("clause", [number.as_str(), "p-2-2"]);
    assert!(clause.says("Марія Коваленко") && clause.says("43220851") && clause.says("отримувати відповіді"));
    assert!(clause.is_silent_about("Оксана Шевченко"), "an organisation speaks by its own name");
    assert_eq!(host.count("proposals", "of-clause", counter(&[&number, "p-2-2"])), 2);
    assert_eq!(host.count("proposals", "of-consultation", &number), 3);
    assert!(host.view("consultation", &number).says("2 proposals"));

    host.travel_to("2026-09-21T00:01");
    assert_eq!(host.document("consultations", &number).unwrap()["state"], "closed");
    assert!(host.sign_in(OFFICIAL).view("responses", &number).action("respond"));
    for (key, response) in keys_of_proposals(&host).iter().zip(["accepted", "partly", "rejected"]) {
        host.sign_in(OFFICIAL).act("respond", ([&number, key], a_response(response))).done();
    }
    host.sign_in(OFFICIAL).act("decide", (&number, a_decision("2026-09-21"))).done();
    host.sign_in(OFFICIAL).act("publish-report", &number).done_with("done-reported");

    let report = host.view("report", &number);
    assert_eq!(report.status(), "reported");
    assert!(report.says("Point\u{a0}2.2") && report.says("Пункт\u{a0}1") && report.says("Відповідає закону"));
    assert_eq!(host.cabinet(MARIA).len(), 2, "a case for each proposal");
    assert!(host.notices(MARIA).iter().any(|notice| notice.message == "told-accepted"));
}

#[test]
fn too_short_a_term_is_refused_with_the_earliest_day() {
    let mut host = host();
    let refused = host.sign_in(OFFICIAL).act("create", a_draft("2026-09-15")).result();
    let Err(Ended::Refused(refusal)) = &refused else { panic!("it should have been refused: {refused:?}") };
    assert_eq!((refusal.message.key.as_str(), refusal.field.as_deref()), ("too-soon", Some("closes")));
    assert!(refusal.message.args.contains(&("earliest".to_owned(), "2026-09-16".to_owned())), "{refusal:?}");
    assert!(host.documents("consultations").is_empty() && host.documents("clauses").is_empty());
    host.sign_in(OFFICIAL).act("create", a_draft("2026-09-16")).done();
}

#[test]
fn a_draft_that_waited_too_long_is_not_published_for_a_shorter_term() {
    let mut host = host();
    let number = host.sign_in(OFFICIAL).act("create", a_draft("2026-09-16")).key();
    host.travel_to("2026-09-02T10:00");
    host.sign_in(OFFICIAL).act("publish", &number).refused("too-soon");
    host.sign_in(OFFICIAL).act("revise", (&number, a_draft("2026-09-30"))).done();
    host.sign_in(OFFICIAL).act("publish", &number).done();
}

#[test]
fn the_holder_sets_the_term_with_its_law() {
    let term = json!({ "value": 1, "unit": "months", "law": "3841-IX" });
    let mut host = host().config("discussion", term);
    host.sign_in(OFFICIAL).act("create", a_draft("2026-09-30")).refused("too-soon");
    host.sign_in(OFFICIAL).act("create", a_draft("2026-10-01")).done();
    let lawless = json!({ "value": 15, "unit": "calendar-days", "law": " " });
    assert_eq!(TestHost::of(Module).config("discussion", lawless).check().len(), 1);
    assert!(TestHost::of(Module).check().is_empty());
}

#[test]
fn a_draft_is_seen_by_the_officials_of_its_body_alone() {
    let mut host = host();
    let number = host.sign_in(OFFICIAL).act("create", a_draft("2026-09-20")).key();
    assert_eq!(host.try_view("consultation", &number).unwrap_err(), Ended::NotFound);
    assert_eq!(host.try_view("clause", [number.as_str(), "p-1"]).unwrap_err(), Ended::NotFound);
    assert!(host.view("list", ()).has_message("list-empty"));
    let elsewhere = TARAS.official_of("ministry-digital");
    for somebody in [elsewhere, MARIA] {
        let seen = host.sign_in(somebody.clone()).try_view("preview", &number);
        assert_eq!(seen.unwrap_err(), Ended::Denied(Denial::NotPermitted));
        assert_eq!(host.sign_in(somebody).act("publish", &number).denied(), Denial::NotPermitted);
    }
    let preview = host.sign_in(OFFICIAL).view("preview", &number);
    assert!(preview.says("набирає чинності") && preview.action("publish") && preview.action("revise"));
}

#[test]
fn a_revised_draft_replaces_the_text() {
    let mut host = host();
    let number = host.sign_in(OFFICIAL).act("create", a_draft("2026-09-20")).key();
    let before = host.documents("clauses").len();
    let mut shorter = a_draft("2026-09-20");
    shorter["draft"] = json!("1. Це Положення визначає новий порядок.\n2. Решту скасовано.");
    host.sign_in(OFFICIAL).act("revise", (&number, shorter)).done();
    let preview = host.sign_in(OFFICIAL).view("preview", &number);
    assert!(preview.says("новий порядок") && preview.is_silent_about("Користувачі зобов’язані"));
    assert_eq!((before, host.documents("clauses").len()), (7, 2));
    host.sign_in(OFFICIAL).act("publish", &number).done();
    let again = host.sign_in(OFFICIAL).act("revise", (&number, a_draft("2026-09-20"))).denied();
    let why = "what people discuss does not change under them";
    assert_eq!(again, Denial::WrongState("open".to_owned()), "{why}");
}

#[test]
fn a_text_without_points_is_no_draft() {
    let mut host = host();
    let mut pointless = a_draft("2026-09-20");
    pointless["draft"] = json!("Просто текст без жодного пункту.");
    host.sign_in(OFFICIAL).act("create", pointless).refused_at("draft", "draft-no-points");
}

#[test]
fn whoever_proposes_is_signed_in() {
    let mut host = host();
    let number = open(&mut host);
    let clause = host.view("clause", [number.as_str(), "p-1"]);
    // Where these forms stand, the host leads whoever is not signed in to sign in.
    assert!(clause.action("comment") && clause.action("propose"));
    assert_eq!(host.act("comment", ([number.as_str(), "p-1"], a_remark())).denied(), Denial::SignInNeeded);
    assert_eq!(host.act("propose", ([number.as_str(), "p-1"], a_wording())).denied(), Denial::SignInNeeded);
    assert!(host.documents("proposals").is_empty());
}

#[test]
fn one_person_may_make_several_proposals_but_not_empty_ones() {
    let mut host = host();
    let number = open(&mut host);
    let mut maria = host.sign_in(MARIA);
    maria.act("comment", ([number.as_str(), "p-1"], a_remark())).done();
    maria.act("comment", ([number.as_str(), "p-1"], a_remark())).done();
    maria.act("comment", ([number.as_str(), "p-1"], json!({ "comment": "Ні" }))).invalid("comment");
    let same = json!({ "wording": " пропонувати  зміни. ", "grounds": "Так і має бути завжди." });
    maria.act("propose", ([number.as_str(), "p-2-2"], same)).refused_at("wording", "same-wording");
    maria.act("comment", ([number.as_str(), "s-1"], a_remark())).refused("heading-closed");
    maria.act("comment", ([number.as_str(), "p-99"], a_remark())).not_found();
    assert_eq!(host.documents("proposals").len(), 2);
}

#[test]
fn nothing_is_proposed_after_the_last_day() {
    let mut host = host();
    let number = open(&mut host);
    host.travel_to("2026-09-20T23:59");
    host.sign_in(MARIA).act("comment", ([number.as_str(), "p-1"], a_remark())).done();
    host.travel_to("2026-09-21T00:01");
    let late = host.sign_in(MARIA).act("comment", ([number.as_str(), "p-1"], a_remark())).denied();
    assert_eq!(late, Denial::WrongState("closed".to_owned()));
    let page = host.view("clause", [number.as_str(), "p-1"]);
    assert!(page.has_message("proposals-over") && !page.action("comment") && !page.action("propose"));
}

#[test]
fn a_response_needs_a_closed_consultation_and_a_reason() {
    let mut host = host();
    let number = open(&mut host);
    host.sign_in(MARIA).act("comment", ([number.as_str(), "p-1"], a_remark())).done();
    let key = keys_of_proposals(&host).remove(0);
    host.sign_in(OFFICIAL).act("respond", ([&number, &key], a_response("accepted"))).refused("still-open");
    host.travel_to("2026-09-21T00:01");
    let reasonless = json!({ "response": "accepted" });
    host.sign_in(OFFICIAL).act("respond", ([&number, &key], reasonless)).invalid("reason");
    host.sign_in(OFFICIAL)
        .act("respond", ([&number, &key], json!({ "response": "accepted", "reason": "Так" })))
        .invalid("reason");
    host.sign_in(OFFICIAL)
        .act("respond", ([&number, &key], json!({ "response": "awaiting", "reason": "Ще подумаємо." })))
        .invalid("response");
    let elsewhere = TARAS.official_of("ministry-digital");
    let denied = host.sign_in(elsewhere).act("respond", ([&number, &key], a_response("accepted"))).denied();
    assert_eq!(denied, Denial::NotPermitted);
    host.sign_in(OFFICIAL).act("respond", ([&number, &key], a_response("partly"))).done();
    assert!(host.cabinet(MARIA).case(&key).says("case-partly"));
    // Corrected before the report.
    host.sign_in(OFFICIAL).act("respond", ([&number, &key], a_response("accepted"))).done();
    assert!(host.cabinet(MARIA).case(&key).says("case-accepted"));
}

#[test]
fn a_proposal_is_answered_in_its_own_consultation() {
    let mut host = host();
    let (one, other) = (open(&mut host), open(&mut host));
    host.sign_in(MARIA).act("comment", ([one.as_str(), "p-1"], a_remark())).done();
    let key = keys_of_proposals(&host).remove(0);
    host.travel_to("2026-09-21T00:01");
    host.sign_in(OFFICIAL).act("respond", ([&other, &key], a_response("accepted"))).not_found();
}

#[test]
fn the_report_waits_for_a_response_to_every_proposal() {
    let mut host = host();
    let number = open(&mut host);
    for who in [MARIA, TARAS] {
        host.sign_in(who).act("comment", ([number.as_str(), "p-1"], a_remark())).done();
    }
    host.sign_in(OFFICIAL).act("decide", (&number, a_decision("2026-09-01"))).refused("still-open");
    host.travel_to("2026-09-22T10:00");
    let early = host.sign_in(OFFICIAL).act("publish-report", &number).denied();
    assert_eq!(early, Denial::WrongState("closed".to_owned()), "the decision comes first");
    for wrong in ["2026-09-20", "2026-09-23"] {
        let decided = host.sign_in(OFFICIAL).act("decide", (&number, a_decision(wrong)));
        decided.refused_at("decided", "decided-when");
    }
    host.sign_in(OFFICIAL).act("decide", (&number, a_decision("2026-09-22"))).done();
    let keys = keys_of_proposals(&host);
    host.sign_in(OFFICIAL).act("respond", ([&number, &keys[0]], a_response("accepted"))).done();
    host.sign_in(OFFICIAL).act("publish-report", &number).refused("unanswered");
    assert_eq!(host.try_view("report", &number).unwrap_err(), Ended::NotFound);
    host.sign_in(OFFICIAL).act("respond", ([&number, &keys[1]], a_response("rejected"))).done();
    host.sign_in(OFFICIAL).act("publish-report", &number).done();
    let after = host.sign_in(OFFICIAL).act("respond", ([&number, &keys[1]], a_response("accepted"))).denied();
    assert_eq!(after, Denial::WrongState("reported".to_owned()), "a published report does not change");
}

#[test]
fn persons_and_organisations_are_counted_apart() {
    let mut host = host();
    let number = open(&mut host);
    for who in [MARIA, TARAS, organisation()] {
        host.sign_in(who).act("comment", ([number.as_str(), "p-1"], a_remark())).done();
    }
    let responses = |host: &TestHost, response: &str| {
        let of = |kind: &str| host.count("proposals", "responses", counter(&[&number, response, kind]));
        (of("person"), of("organisation"))
    };
    assert_eq!(responses(&host, "awaiting"), (2, 1));
    host.travel_to("2026-09-21T10:00");
    for key in keys_of_proposals(&host) {
        host.sign_in(OFFICIAL).act("respond", ([&number, &key], a_response("accepted"))).done();
    }
    host.sign_in(OFFICIAL).act("decide", (&number, a_decision("2026-09-21"))).done();
    host.sign_in(OFFICIAL).act("publish-report", &number).done();
    assert_eq!((responses(&host, "awaiting"), responses(&host, "accepted")), ((0, 0), (2, 1)));
    assert!(host.view("report", &number).says("From organisations"));
}

#[test]
fn the_desk_shows_what_the_body_has_to_do() {
    let mut host = host();
    let number = open(&mut host);
    host.sign_in(MARIA).act("comment", ([number.as_str(), "p-1"], a_remark())).done();
    host.travel_to("2026-09-21T10:00");
    assert!(host.sign_in(OFFICIAL).view("desk", ()).says("Проєкт положення про порядок"));
    let elsewhere = TARAS.official_of("ministry-digital");
    assert!(host.sign_in(elsewhere).view("desk", ()).has_message("desk-empty"));
    assert_eq!(host.sign_in(MARIA).try_view("desk", ()).unwrap_err(), Ended::Denied(Denial::NotPermitted));
    assert_eq!(host.try_view("desk", ()).unwrap_err(), Ended::Denied(Denial::SignInNeeded));
    host.sign_in(OFFICIAL).act("decide", (&number, a_decision("2026-09-21"))).done();
    let reporting = Given::default().query("state", "reporting");
    // Fourteen calendar days from the decision.
    assert!(host.sign_in(OFFICIAL).view("desk", reporting).says("2026-10-0"));
    let responses = host.sign_in(OFFICIAL).view("responses", &number);
    assert!(responses.has_message("unanswered") && responses.action("respond"));
}

#[test]
fn words_find_a_consultation_but_no_draft() {
    let mut host = host();
    host.sign_in(OFFICIAL).act("create", a_draft("2026-09-20")).done();
    let words = || Given::default().query("q", "положення");
    assert!(host.view("found", words()).has_message("found-none"));
    open(&mut host);
    assert!(host.view("found", words()).leads_to("consultation"));
    assert!(host.view("home", ()).leads_to("consultation"));
}

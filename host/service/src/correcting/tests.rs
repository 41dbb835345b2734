//! Requests to correct data: who may ask, who may answer, and by when.

use super::{Asked, Told, Wanted};
use crate::Error;
use crate::place::{Engine, Place, note, on_both_engines, place};
use vzaemo_audit::Kind;
use vzaemo_cabinet::Text;
use vzaemo_cabinet::corrections::{Answer, Correction, MOST_WAITING, State, mine};
use vzaemo_clock::{Term, Unit};
use vzaemo_identity::{PersonId, Role, Roles};

on_both_engines!(
    a_request_is_answered_by_its_body_and_stands_beside_the_original
    attack_requests_about_and_answers_to_what_is_not_theirs_are_refused
    only_so_many_requests_wait
);

fn term() -> Term {
    Term { value: 30, unit: Unit::CalendarDays, law: "L-20".to_owned() }
}

fn told(words: &str) -> Told {
    Told { text: Text { uk: words.to_owned(), en: words.to_owned() }, address: "/".to_owned() }
}

fn wanted(case: &str) -> Wanted {
    let words = |text: &str| text.to_owned();
    Wanted { module: words("notes"), case: words(case), wrong: words("Ramp"), right: words("Ramps") }
}

fn official(body: &str, module: &str) -> Roles {
    [Role::ModuleAdministrator { body: body.to_owned(), module: module.to_owned() }].into_iter().collect()
}

fn answer(by: PersonId, granted: bool) -> Answer {
    Answer { granted, by: by.to_string(), ground: "the plan of 2024".to_owned(), address: None }
}

impl Place {
    async fn asked(&self, person: PersonId) -> Vec<(String, Correction)> {
        let mut unit = self.storage().begin().await.unwrap();
        mine(&mut unit, &person.to_string()).await.unwrap()
    }

    async fn notices(&self, person: PersonId) -> Vec<String> {
        let mut unit = self.storage().begin().await.unwrap();
        let (found, _) = vzaemo_cabinet::my_notices(&mut unit, &person.to_string(), 100, None).await.unwrap();
        found.into_iter().map(|line| line.notice.text.en).collect()
    }
}

async fn a_request_is_answered_by_its_body_and_stands_beside_the_original(engine: Engine) {
    let place = place(engine).await;
    let ((olena, writer), (oksana, _)) = (place.person().await, place.person().await);
    let mut body = note(&writer, "olena@example.com", None);
    body["office"] = "north".into();
    place.write(olena, "notes", "n", "n", &body).await;
    let asked = place.service.ask_correction(olena, wanted("n"), &term(), &told("asked")).await.unwrap();
    assert_eq!(asked, Asked::Done);
    let (key, request) = place.asked(olena).await.remove(0);
    assert_eq!((request.state, request.body.as_deref()), (State::Asked, Some("north")));
    let platform = place.service.platform();
    let due = term().due(platform.legal.now(), &platform.calendar, &platform.zone).unwrap();
    assert_eq!(request.due, due.at.to_string());
    assert!(request.rule.ends_with(";30;calendar-days;L-20"), "{}", request.rule);

    let roles = official("north", "notes");
    assert_eq!(place.service.corrections_for(&roles).await.unwrap().len(), 1);
    place
        .service
        .answer_correction(oksana, &roles, &key, answer(oksana, true), &told("granted"))
        .await
        .unwrap();
    let (_, request) = place.asked(olena).await.remove(0);
    assert_eq!((request.state, request.ground.as_deref()), (State::Granted, Some("the plan of 2024")));
    assert_eq!(place.notices(olena).await, ["granted"]);
    assert_eq!(place.document("notes", "n").await.unwrap()["title"], "Ramps", "the original stays as it is");
    // It is answered once.
    let again =
        place.service.answer_correction(oksana, &roles, &key, answer(oksana, false), &told("again")).await;
    assert!(matches!(again, Err(Error::NotFound)), "{again:?}");
    let entries = vzaemo_audit::read(place.storage(), 0..100).await.unwrap();
    let records = entries.into_iter().filter_map(|entry| entry.record);
    let acts: Vec<_> =
        records.filter(|record| record.kind == Kind::Correction).filter_map(|record| record.act).collect();
    assert_eq!(acts, ["ask-correction", "grant-correction"]);
    place.verifies().await;
}

async fn attack_requests_about_and_answers_to_what_is_not_theirs_are_refused(engine: Engine) {
    let place = place(engine).await;
    let ((olena, writer), (taras, _)) = (place.person().await, place.person().await);
    let mut body = note(&writer, "olena@example.com", None);
    body["office"] = "north".into();
    place.write(olena, "notes", "n", "n", &body).await;
    // Somebody else's case, and one that is not there.
    for case in ["n", "nothing"] {
        let asked = place.service.ask_correction(taras, wanted(case), &term(), &told("asked")).await;
        assert!(matches!(asked, Err(Error::NotFound)), "{case}: {asked:?}");
    }
    place.service.ask_correction(olena, wanted("n"), &term(), &told("asked")).await.unwrap();
    let (key, _) = place.asked(olena).await.remove(0);
    assert!(place.asked(taras).await.is_empty());
    // Another body's, another module's, nobody's; and an official's own.
    for (by, roles) in [
        (taras, official("south", "notes")),
        (taras, official("north", "votes")),
        (taras, Roles::default()),
        (olena, official("north", "notes")),
    ] {
        let refused =
            place.service.answer_correction(by, &roles, &key, answer(by, true), &told("granted")).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{roles:?}: {refused:?}");
    }
    for roles in [official("south", "notes"), official("north", "votes"), Roles::default()] {
        assert!(place.service.corrections_for(&roles).await.unwrap().is_empty(), "{roles:?}");
    }
    assert_eq!(place.asked(olena).await.remove(0).1.state, State::Asked);
    assert!(place.notices(olena).await.is_empty());
}

async fn only_so_many_requests_wait(engine: Engine) {
    let place = place(engine).await;
    let (olena, writer) = place.person().await;
    place.write(olena, "notes", "n", "n", &note(&writer, "olena@example.com", None)).await;
    for _ in 0..MOST_WAITING {
        let asked = place.service.ask_correction(olena, wanted("n"), &term(), &told("asked")).await.unwrap();
        assert_eq!(asked, Asked::Done);
    }
    let more = place.service.ask_correction(olena, wanted("n"), &term(), &told("asked")).await.unwrap();
    assert_eq!(more, Asked::TooMany);
    assert_eq!(place.asked(olena).await.len(), MOST_WAITING);
}

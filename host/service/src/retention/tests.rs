//! Retention as it is carried out: over a storage of either engine, with the legal clock moved.

use super::{Until, is_nobody};
use crate::place::{Engine, Forgotten, note, on_both_engines, place};
use serde_json::json;
use std::sync::Arc;
use vzaemo_audit::Subject;
use vzaemo_cabinet::Text;
use vzaemo_runtime::Imports as _;

on_both_engines!(
    each_class_goes_in_its_time_and_all_that_held_it
    attack_nothing_goes_before_its_time_nor_while_the_matter_is_open
    many_documents_go_in_portions
    what_has_had_its_time_while_a_collection_is_gone_through_goes_at_once
    a_request_waits_for_what_stays_and_ends_with_the_persons_last_traces
    a_request_that_is_taken_back_erases_nothing_more
    a_restored_request_is_carried_out_again
    the_journal_is_kept_for_its_days
);

async fn each_class_goes_in_its_time_and_all_that_held_it(engine: Engine) {
    let place = place(engine).await;
    let (olena, writer) = place.person().await;
    let (taras, voter) = place.person().await;
    place.write(olena, "notes", "n", "n", &note(&writer, "olena@example.com", None)).await;
    place.write(taras, "votes", "v", "n", &json!({"note": "n", "person": voter})).await;
    let closed = place.service.platform().legal.now().to_string();
    place.write(olena, "notes", "n", "n", &note(&writer, "olena@example.com", Some(closed))).await;
    place.work().await;
    assert!(place.everything().await.contains("olena@example.com"), "its time runs");
    assert_eq!(place.host().await.search("notes", "olena@example.com", 9).await.unwrap().len(), 1);

    // The address has had its time after a month; the name has not.
    place.pass(33);
    place.work().await;
    let left = place.document("notes", "n").await.unwrap();
    assert!(left.get("contact").is_none() && left["writer"] == writer.as_str(), "{left}");
    let everything = place.everything().await;
    assert!(!everything.contains("olena@example.com"), "{everything}");
    assert!(place.host().await.search("notes", "olena@example.com", 9).await.unwrap().is_empty());
    assert_eq!(place.host().await.search("notes", "ramps", 9).await.unwrap().len(), 1);
    assert_eq!((place.cases(olena).await, place.cases(taras).await), (1, 1));
    assert_eq!(place.journal(Subject::Person(taras.to_string())).await, 1, "nobody else's goes");
    let done = vzaemo_audit::erasures(place.storage()).await.unwrap();
    let last = done.last().unwrap();
    assert_eq!((last.entries.len(), last.documents.as_slice()), (2, &["notes/notes/n".to_owned()][..]));
    assert!(last.rule.contains("person.email: kept for P1M (L-2)"), "{}", last.rule);
    place.verifies().await;

    // After three years the names go, of the note and of the votes for it, and the journal of the case.
    place.pass(3 * 366);
    place.work().await;
    let (note, vote) =
        (place.document("notes", "n").await.unwrap(), place.document("votes", "v").await.unwrap());
    assert!(is_nobody(note["writer"].as_str().unwrap()) && is_nobody(vote["person"].as_str().unwrap()));
    assert_eq!(note["title"], "Ramps", "what is nobody's stays");
    assert_eq!(place.host().await.count("votes", "of-note", "n").await.unwrap(), 1, "and is counted");
    let everything = place.everything().await;
    for reference in [writer, voter, olena.to_string(), taras.to_string()] {
        assert!(!everything.contains(&reference), "{reference} in {everything}");
    }
    assert_eq!(place.journal(Subject::Case("notes/n".to_owned())).await, 0);
    assert_eq!((place.cases(olena).await, place.cases(taras).await), (0, 0));
    place.verifies().await;
    let (done, next) = place.service.retentions(10).await.unwrap();
    let mut said: Vec<_> =
        done.iter().map(|one| (one.collection.as_str(), one.class.as_str(), one.documents)).collect();
    said.sort_unstable();
    assert_eq!(
        said,
        [("notes", "person.email", 1), ("notes", "person.name", 1), ("votes", "person.name", 1)]
    );
    assert!(next.iter().all(|one| (one.running, one.open, one.failed) == (0, 0, 0)), "{next:?}");

    // It is done once: the next time nothing is left to do.
    let entries = place.storage().entry_count().await.unwrap();
    place.pass(40);
    place.work().await;
    assert_eq!(place.storage().entry_count().await.unwrap(), entries);
}

async fn attack_nothing_goes_before_its_time_nor_while_the_matter_is_open(engine: Engine) {
    let place = place(engine).await;
    let (olena, writer) = place.person().await;
    place.write(olena, "notes", "open", "open", &note(&writer, "open@example.com", None)).await;
    place.write(olena, "votes", "lost", "gone", &json!({"note": "gone", "person": writer})).await;
    let closed = place.service.platform().legal.now().to_string();
    place.write(olena, "notes", "shut", "shut", &note(&writer, "shut@example.com", Some(closed))).await;
    place.work().await;
    place.pass(28);
    place.work().await;
    assert_eq!(place.document("notes", "shut").await.unwrap()["contact"], "shut@example.com");
    let (_, next) = place.service.retentions(10).await.unwrap();
    let notes = next.iter().find(|one| one.collection == "notes").unwrap();
    assert_eq!((notes.running, notes.open, notes.first), (1, 1, 1));
    // A second call of the same work, or one out of turn, takes nothing either.
    place.service.work("retain/notes/notes").await.unwrap();
    assert_eq!(place.document("notes", "shut").await.unwrap()["contact"], "shut@example.com");
    // What has no end stays, however long it takes.
    for _ in 0..4 {
        place.pass(365);
        place.work().await;
    }
    let open = place.document("notes", "open").await.unwrap();
    assert_eq!(
        (open["contact"].as_str(), open["writer"].as_str()),
        (Some("open@example.com"), Some(writer.as_str()))
    );
    assert_eq!(place.document("votes", "lost").await.unwrap()["person"], writer.as_str());
    assert!(is_nobody(place.document("notes", "shut").await.unwrap()["writer"].as_str().unwrap()));
    assert_eq!(place.cases(olena).await, 2);
    let mut unit = place.storage().begin().await.unwrap();
    let body = open.to_string();
    let until = place.service.kept_until(&mut unit, &place.version, "notes", &body).await.unwrap();
    assert_eq!(until, Until::Open);
}

async fn many_documents_go_in_portions(engine: Engine) {
    let place = place(engine).await;
    let (olena, writer) = place.person().await;
    let closed = place.service.platform().legal.now().to_string();
    for first in (0..600).step_by(100) {
        let mut host = place.host().await;
        for number in first..first + 100 {
            let note = note(&writer, "many@example.com", Some(closed.clone()));
            host.insert("notes", Some(&format!("n{number:04}")), &note.to_string()).await.unwrap();
        }
        host.unit.commit().await.unwrap();
    }
    place.pass(33);
    place.work().await;
    assert!(!place.everything().await.contains("many@example.com"));
    let (done, _) = place.service.retentions(10).await.unwrap();
    assert_eq!(done.iter().map(|one| one.documents).sum::<u64>(), 600);
    let erasures = vzaemo_audit::erasures(place.storage()).await.unwrap();
    assert!(erasures.len() >= 2 && erasures.iter().all(|one| one.documents.len() <= 500));
    let holdings = {
        let mut unit = place.storage().begin().await.unwrap();
        place.service.holdings(&mut unit, olena).await.unwrap()
    };
    assert_eq!(holdings.len(), 2);
}

async fn a_request_waits_for_what_stays_and_ends_with_the_persons_last_traces(engine: Engine) {
    let place = place(engine).await;
    let forgotten = Arc::new(Forgotten::default());
    place.service.forget_by(Arc::clone(&forgotten) as Arc<dyn crate::Forgets>);
    let (olena, writer) = place.person().await;
    let closed = place.service.platform().legal.now().to_string();
    place.write(olena, "notes", "n", "n", &note(&writer, "olena@example.com", Some(closed))).await;
    place.work().await;
    let plan = place.service.erasure_plan(olena).await.unwrap();
    let until = plan.stays[0].until.unwrap();
    assert!(!plan.is_whole() && plan.stays[0].open == 0);
    place.service.request_erasure(olena).await.unwrap();
    place.work().await;
    let waiting = place.service.waiting_erasure(olena).await.unwrap().unwrap();
    assert_eq!(waiting.again, Some(until), "the date that the person was told");
    assert!(forgotten.0.lock().unwrap().is_empty(), "something stays");
    // Asked again it begins anew, and waits again.
    place.service.request_erasure(olena).await.unwrap();
    place.work().await;
    assert!(place.service.waiting_erasure(olena).await.unwrap().is_some());
    for _ in 0..2 {
        place.pass(3 * 366 / 2 + 2);
        place.work().await;
    }
    assert_eq!(*forgotten.0.lock().unwrap(), [olena], "without being asked again");
    assert_eq!(place.service.waiting_erasure(olena).await.unwrap(), None);
    let everything = place.everything().await;
    assert!(!everything.contains(&writer) && !everything.contains(&olena.to_string()), "{everything}");
    assert_eq!(place.journal(Subject::Person(olena.to_string())).await, 0);
    place.verifies().await;
}

async fn a_request_that_is_taken_back_erases_nothing_more(engine: Engine) {
    let place = place(engine).await;
    let forgotten = Arc::new(Forgotten::default());
    place.service.forget_by(Arc::clone(&forgotten) as Arc<dyn crate::Forgets>);
    let (olena, writer) = place.person().await;
    let closed = place.service.platform().legal.now().to_string();
    place.write(olena, "notes", "n", "n", &note(&writer, "olena@example.com", Some(closed))).await;
    place.service.request_erasure(olena).await.unwrap();
    place.work().await;
    // Nobody else's request is touched.
    let (taras, _) = place.person().await;
    place.service.withdraw_erasure(taras).await.unwrap();
    assert!(place.service.waiting_erasure(olena).await.unwrap().is_some());
    place.service.withdraw_erasure(olena).await.unwrap();
    assert_eq!(place.service.waiting_erasure(olena).await.unwrap(), None);
    for _ in 0..4 {
        place.pass(366);
        place.work().await;
    }
    assert!(forgotten.0.lock().unwrap().is_empty());
    assert!(
        is_nobody(place.document("notes", "n").await.unwrap()["writer"].as_str().unwrap()),
        "its time was over"
    );
    let subjects: Vec<_> =
        vzaemo_audit::erasures(place.storage()).await.unwrap().into_iter().map(|one| one.subject).collect();
    assert!(subjects.contains(&Subject::Withdrawn(olena.to_string())), "{subjects:?}");
}

async fn a_restored_request_is_carried_out_again(engine: Engine) {
    let place = place(engine).await;
    let forgotten = Arc::new(Forgotten::default());
    place.service.forget_by(Arc::clone(&forgotten) as Arc<dyn crate::Forgets>);
    let (olena, _) = place.person().await;
    let (taras, _) = place.person().await;
    let now = place.service.platform().legal.now();
    for (person, once) in [(olena, false), (taras, true)] {
        let mut unit = place.storage().begin().await.unwrap();
        let text = Text { uk: "т".to_owned(), en: format!("told {person}") };
        let notice = vzaemo_cabinet::Notice {
            module: "notes".to_owned(),
            kind: vzaemo_cabinet::mail::Kind::Case,
            text,
            address: "/".to_owned(),
        };
        vzaemo_cabinet::notify(&mut unit, &person.to_string(), notice, now).await.unwrap();
        unit.commit().await.unwrap();
        crate::erase_again(place.storage(), &person.to_string(), now, once).await.unwrap();
    }
    place.work().await;
    let everything = place.everything().await;
    assert!(!everything.contains("told"), "{everything}");
    assert_eq!(*forgotten.0.lock().unwrap(), [olena], "the other request had been taken back");
}

async fn the_journal_is_kept_for_its_days(engine: Engine) {
    let place = place(engine).await;
    let (olena, writer) = place.person().await;
    place.write(olena, "notes", "n", "n", &note(&writer, "first@example.com", None)).await;
    place.pass(20);
    place.write(olena, "notes", "n", "n", &note(&writer, "second@example.com", None)).await;
    assert_eq!(place.service.tidy_journal(30).await.unwrap(), 0, "none is so old");
    place.pass(15);
    assert_eq!(place.service.tidy_journal(30).await.unwrap(), 1, "the first record");
    assert_eq!(place.journal(Subject::Person(olena.to_string())).await, 1);
    let everything = place.everything().await;
    assert!(everything.contains("first@example.com"), "the younger act replaced this revision: {everything}");
    place.pass(20);
    assert_eq!(
        place.service.tidy_journal(30).await.unwrap(),
        2,
        "the second, and the revision that it replaced"
    );
    let everything = place.everything().await;
    assert!(
        !everything.contains("first@example.com") && everything.contains("second@example.com"),
        "{everything}"
    );
    let erasures = vzaemo_audit::erasures(place.storage()).await.unwrap();
    assert!(erasures.iter().all(|one| one.rule.contains("kept for 30 days")), "{erasures:?}");
    assert_eq!(erasures.iter().map(|one| one.entries.len()).sum::<usize>(), 2);
    place.verifies().await;
}

async fn what_has_had_its_time_while_a_collection_is_gone_through_goes_at_once(engine: Engine) {
    let place = place(engine).await;
    let (olena, writer) = place.person().await;
    let closed = place.service.platform().legal.now().to_string();
    place.write(olena, "notes", "n", "n", &note(&writer, "olena@example.com", Some(closed))).await;
    // The first portion holds all there is, the second finds nothing more: between them the time is over.
    place.service.work("retain/notes/notes").await.unwrap();
    place.pass(33);
    place.service.work("retain/notes/notes").await.unwrap();
    assert!(place.everything().await.contains("olena@example.com"), "the first portion was before");
    place.work().await;
    assert!(!place.everything().await.contains("olena@example.com"));
}

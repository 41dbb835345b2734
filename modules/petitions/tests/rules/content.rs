//! The sample content fits the schemas, and says of each petition what the module would have made of it.

use super::*;

const SAMPLES: &str = include_str!("../../content/petitions.json");

/// The samples of a collection. The test host knows persons by other references than those of the samples.
fn samples(collection: &str) -> Vec<(String, Json)> {
    let Json::Array(all) = SAMPLES.replace("\"sample-", "\"person-").parse::<Json>().unwrap() else {
        panic!("a list")
    };
    let of = all.into_iter().filter(|sample| sample["collection"] == collection);
    of.map(|mut sample| (sample["key"].as_str().unwrap().to_owned(), sample["document"].take())).collect()
}

/// The day on which the samples are first looked at, with all of them in place.
fn with_samples() -> TestHost {
    let mut host = TestHost::of(Module).at("2026-11-21T10:00");
    for number in 0..200 {
        host.sign_in(person(number));
    }
    for collection in ["petitions", "signatures"] {
        for (key, document) in samples(collection) {
            host.given(collection, &key, document);
        }
    }
    host
}

/// A moment as local time, for the test's clock.
fn local(host: &TestHost, moment: &Json) -> String {
    host.zone().local(moment.as_str().unwrap().parse().unwrap()).to_string()
}

#[test]
fn each_sample_went_the_way_that_the_module_prescribes() {
    let official = OFFICIAL.official_of("cabinet-of-ministers");
    for (key, sample) in samples("petitions") {
        let same = |host: &TestHost, number: &str, names: &[&str]| {
            for name in names {
                assert_eq!(field(host, number, name), sample[*name], "{name} of {key}");
            }
        };
        let clock = TestHost::of(Module);
        let at = |name: &str| local(&clock, &sample[name]);
        let mut host = TestHost::of(Module).at(&at("submitted"));
        let form =
            json!({ "title": sample["title"], "essence": sample["essence"], "email": EMAIL, "rules": true });
        let number = host.sign_in(MARIA).act("submit", form).number().to_string();
        let until_checked = field(&host, &number, "due");
        same(&host, &number, &["check", "submitted"]);
        if sample["state"] == "refused" {
            host.travel_to(&at("closed"));
            let input = json!({ "reason": sample["reason"], "explanation": sample["explanation"] });
            host.sign_in(official.clone()).act("refuse", (&number, input)).done();
            same(
                &host,
                &number,
                &["state", "stage", "desk", "changed", "closed", "reason", "due", "rules", "goal"],
            );
            continue;
        }
        assert!(sample["published"].as_str() <= until_checked.as_str(), "{key} was published in time");
        host.travel_to(&at("published"));
        host.sign_in(official.clone()).act("publish", &number).done();
        same(&host, &number, &["published", "until", "rules", "goal"]);
        if sample["state"] == "collecting" {
            same(&host, &number, &["state", "stage", "desk", "changed", "due", "final"]);
            assert!(sample["until"].as_str() > Some("2026-12-20"), "{key} collects for weeks");
            continue;
        }
        if sample["state"] == "converted-to-appeal" {
            assert!(sample["final"].as_i64() < Some(25_000) && sample["closed"] == sample["until"]);
            continue;
        }
        // Without its 25 000 signatures: put in place where it stood when it had them.
        let mut reached = sample.clone();
        for name in ["announced", "closed", "answer"] {
            reached.as_object_mut().unwrap().remove(name);
        }
        reached["state"] = json!("threshold-reached");
        reached["author"] = json!(MARIA.reference());
        host.given("petitions", &number, reached);
        assert!(
            sample["reached"].as_str() <= sample["until"].as_str()
                && sample["final"].as_i64() >= Some(25_000)
        );
        host.travel_to(&at("announced"));
        let page = host.view("petition", &number);
        assert!(!page.dump().contains("missed"), "{key} was announced in time");
        host.sign_in(official.clone()).act("announce", &number).done();
        same(&host, &number, &["announced"]);
        if sample["state"] == "under-review" {
            same(&host, &number, &["state", "stage", "desk", "changed", "due"]);
            continue;
        }
        assert!(
            sample["closed"].as_str() <= field(&host, &number, "due").as_str(),
            "{key} was answered in time"
        );
        host.travel_to(&at("closed"));
        let input = json!({ "answer": sample["answer"] });
        host.sign_in(official.clone()).act("answer", (&number, input)).done();
        same(&host, &number, &["state", "stage", "desk", "changed", "closed", "due", "answer"]);
    }
}

#[test]
fn signatures_lie_within_the_collection() {
    let petitions = samples("petitions");
    for (key, signature) in samples("signatures") {
        let (_, petition) = petitions.iter().find(|(number, _)| signature["petition"] == **number).unwrap();
        let end = petition["reached"].as_str().or(petition["until"].as_str());
        for name in ["at", "withdrawn-at"] {
            let Some(at) = signature[name].as_str() else { continue };
            assert!(
                petition["published"].as_str() < Some(at) && Some(at) <= end && at < "2026-11-21",
                "{key}"
            );
        }
        assert_eq!(signature["withdrawn"] == true, signature.get("withdrawn-at").is_some(), "{key}");
    }
}

#[test]
fn samples_read_well_on_every_page() {
    let mut host = with_samples();
    for (number, sample) in samples("petitions") {
        let page = host.view("petition", &number);
        assert_eq!(page.status(), sample["state"]);
        assert!(!page.dump().contains("missed") || sample["state"] == "converted-to-appeal", "{number}");
        if sample["state"] != "refused" {
            assert!(host.view("signatories", &number).text_uk().contains("Особа "));
        }
    }
    assert!(
        host.view("list", Given::default().query("stage", "review")).says("There are enough signatures.")
    );
    assert!(host.view("signatories", "2026-1001").has_message("signatures-elsewhere"));
    assert!(!host.view("signatories", "2026-1008").dump().contains("signatures-elsewhere"));
    assert!(
        host.view("list", ()).says("24961 more signatures are needed."),
        "one of the forty was taken back"
    );
}

#[test]
fn the_first_signature_takes_a_sample_into_service() {
    let mut host = with_samples();
    assert!(host.jobs().is_empty());
    host.sign_in(TARAS).act("sign", "2026-1008").done();
    let jobs = host.jobs();
    assert!(
        jobs.len() == 1 && jobs[0].0 == "close" && jobs[0].2.starts_with("2026-12-28T23:59:59"),
        "{jobs:?}"
    );
    let cabinet = host.cabinet(TARAS);
    assert!(cabinet.case("2026-1008").says("collecting"));
    assert_eq!(cabinet.case("2026-1008").term.as_ref().unwrap().0, "2026-12-28T21:59:59.999Z");
    host.sign_in(OKSANA).act("sign", "2026-1008").done();
    assert_eq!(host.jobs().len(), 1);

    host.travel_to("2026-12-29T00:00");
    assert_eq!(host.view("petition", "2026-1008").status(), "converted-to-appeal");
    assert_eq!(field(&host, "2026-1008", "final"), 41);
}

#[test]
fn a_sample_under_review_can_be_answered() {
    let mut host = with_samples();
    let official = OFFICIAL.official_of("cabinet-of-ministers");
    let desk = host.sign_in(official.clone()).view("desk", Given::default().query("stage", "answer"));
    assert!(desk.says("2026-1002"));
    host.sign_in(official).act("answer", ("2026-1002", answer())).done();
    assert_eq!(host.view("petition", "2026-1002").status(), "answered");
}

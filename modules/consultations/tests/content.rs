//! The sample content: it fits the schemas, reads in both languages, and holds the regulation complete.

use consultations::{Module, split::split};
use vzaemo_testkit::*;

const FILES: [&str; 2] =
    [include_str!("../content/regulation.json"), include_str!("../content/meetings.json")];
const REGULATION: &str = include_str!("fixtures/regulation.txt");

fn documents() -> Vec<(String, String, Json)> {
    let all = FILES.iter().flat_map(|file| serde_list(file));
    let text = |item: &Json, name: &str| item[name].as_str().unwrap().to_owned();
    all.map(|item| (text(&item, "collection"), text(&item, "key"), item["document"].clone())).collect()
}

fn serde_list(file: &str) -> Vec<Json> {
    match file.parse::<Json>().unwrap() {
        Json::Array(items) => items,
        _ => panic!("a list of documents is expected"),
    }
}

fn host() -> TestHost {
    let mut host = TestHost::of(Module).at("2026-11-21T10:00");
    for (collection, key, document) in documents() {
        host.given(&collection, &key, document);
    }
    host
}

#[test]
fn the_regulation_is_there_complete() {
    let clauses: Vec<Json> = documents()
        .into_iter()
        .filter(|(collection, ..)| collection == "clauses")
        .filter(|(.., document)| document["consultation"] == "vzaemodiia")
        .map(|(_, _, document)| document)
        .collect();
    let expected = split(REGULATION);
    assert_eq!(clauses.len(), expected.len());
    for (at, (clause, paragraph)) in clauses.iter().zip(&expected).enumerate() {
        assert_eq!(clause["anchor"], paragraph.anchor);
        assert_eq!(clause["order"], at + 1);
        assert_eq!(clause["mark"].as_str(), paragraph.mark.as_deref());
        assert_eq!(clause["number"].as_str(), paragraph.number.as_deref());
        assert_eq!(clause["heading"], paragraph.heading);
        assert_eq!(clause["text"], paragraph.text);
    }
    let said: String = clauses
        .iter()
        .flat_map(|clause| [&clause["mark"], &clause["text"]])
        .flat_map(|part| [part.as_str().unwrap_or_default(), " "])
        .collect();
    assert!(said.split_whitespace().eq(REGULATION.split_whitespace()), "its words are those of the source");
}

#[test]
fn everybody_reads_the_open_one_and_its_paragraphs() {
    let mut host = host();
    let list = host.view("list", ());
    assert!(list.says("ВзаємоДія") && list.status() == "open");
    let page = host.view("consultation", "vzaemodiia");
    assert_eq!(page.status(), "open");
    assert!(page.says("можливість морфологічного пошуку") && page.leads_to("clause"));
    let clause = host.view("clause", ["vzaemodiia", "p-10-3"]);
    assert!(clause.says("адаптованих для осіб з порушенням зору") && clause.says("Point\u{a0}10.3"));
    assert!(clause.action("comment") && clause.action("propose"));
}

#[test]
fn the_reported_one_shows_what_came_of_each_proposal() {
    let mut host = host();
    let report = host.view("report", "meetings");
    assert_eq!(report.status(), "reported");
    for response in ["response-accepted", "response-partly", "response-rejected"] {
        assert!(report.has_message(response));
    }
    assert!(report.is_silent_about("Awaits a response"));
    for proposal in documents().iter().filter(|(collection, ..)| collection == "proposals") {
        let anchor = proposal.2["clause"].as_str().unwrap();
        host.view("clause", [proposal.2["consultation"].as_str().unwrap(), anchor]);
    }
}

#[test]
fn an_open_sample_takes_proposals_and_is_over_in_its_time() {
    let mut host = host();
    let remark = json!({ "comment": "Додайте мову жестів до вимог." });
    host.sign_in(MARIA).act("comment", (["vzaemodiia", "p-10-3"], remark.clone())).done();
    host.travel_to("2026-12-22T00:01");
    // Sample content brings no jobs: the day decides, not the state.
    assert_eq!(host.view("consultation", "vzaemodiia").status(), "closed");
    host.sign_in(MARIA).act("comment", (["vzaemodiia", "p-10-3"], remark)).refused("proposals-over");
}

//! The holder's policies are kept with the configuration that they were in force with, and outlive their files.

use crate::house::{House, NOTES};
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use vzaemo_lifecycle::{Applied, LifecycleError, check_configuration};
use vzaemo_runtime::{Engine, EngineConfig};
use vzaemo_service::{Alarm, Alarms, Caller, HostAction};

/// Nobody without a high assurance looks at their cases.
const NIGHT: &str = "@id(\"night\")\nforbid(principal, action == Platform::Action::\"cases\", resource)\nwhen { principal.assurance < 3 };\n";
/// A policy about everything: compiled with each module too.
const WALL: &str = "@id(\"wall\") forbid(principal, action, resource) when { principal.auditor };";

#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Alarms for Heard {
    fn raised(&self, alarm: Alarm<'_>) {
        if let Alarm::ConfigurationRefused { file } = alarm {
            self.0.lock().unwrap().push(file.to_owned());
        }
    }
}

fn file(house: &House, name: &str) -> PathBuf {
    let folder = house.folder.path().join("policies");
    fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

/// Whether somebody sure enough for an act may look at their cases.
async fn sees_cases(house: &House) -> bool {
    let caller: Caller = house.caller(1).await;
    house.service.decide_own(&caller, HostAction::Cases).allowed
}

fn refused(result: Result<Applied, LifecycleError>) -> String {
    result.unwrap_err().problems().iter().map(|problem| format!("{problem}\n")).collect()
}

async fn with_policy() -> House {
    let house = House::new(NOTES).await;
    house.put("notes", "1.0.0");
    fs::write(file(&house, "night.cedar"), NIGHT).unwrap();
    house.lifecycle.start().await.unwrap();
    assert!(!sees_cases(&house).await);
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_policy_about_everything_is_said_once() {
    let house = House::new(NOTES).await;
    house.put("notes", "1.0.0");
    fs::write(file(&house, "wall.cedar"), WALL.replace("auditor", "nobody")).unwrap();
    let said = refused(house.lifecycle.start().await);
    assert_eq!(said.matches("wall.cedar:1: ").count(), 1, "{said}");
    let engine = Engine::new(EngineConfig { concurrency: 1, ..EngineConfig::default() }).unwrap();
    let checked = check_configuration(&house.path(), &engine).await;
    assert_eq!(checked.problems.len(), 1, "{:?}", checked.problems);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_policy_that_is_broken_at_the_start_does_not_end_what_it_forbade() {
    let house = with_policy().await;
    fs::write(file(&house, "night.cedar"), "forbid(principal action);").unwrap();
    let house = house.again().await;
    let heard = Arc::new(Heard::default());
    house.service.report_alarms_to(Arc::clone(&heard) as Arc<dyn Alarms>);
    let said = refused(house.lifecycle.start().await);
    assert!(said.contains("night.cedar:1: "), "{said}");
    assert_eq!(house.serving(), ["notes 1.0.0"], "as before");
    assert!(!sees_cases(&house).await, "as before");
    assert_eq!(house.service.snapshot().generation, 1);
    assert!(heard.0.lock().unwrap()[0].ends_with("night.cedar"), "the technical administrator is told");
    let audited = house.audited().await;
    let last = audited.last().unwrap();
    assert!(last.contains("\"result\":\"refused\"") && last.contains("night.cedar"), "{last}");
    assert!(audited.iter().any(|entry| entry.contains("policies sha256:")), "{audited:#?}");

    // Mended as it was there is nothing to do; mended otherwise it is applied.
    fs::write(file(&house, "night.cedar"), NIGHT).unwrap();
    assert_eq!(house.lifecycle.reload().await.unwrap().generation, 1);
    fs::write(file(&house, "night.cedar"), NIGHT.replace("< 3", "< 1")).unwrap();
    assert_eq!(house.lifecycle.reload().await.unwrap().generation, 2);
    assert!(sees_cases(&house).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_policy_whose_file_is_gone_at_the_start_does_not_end_what_it_forbade() {
    let house = with_policy().await;
    fs::write(file(&house, "wall.cedar"), WALL).unwrap();
    house.lifecycle.reload().await.unwrap();
    fs::remove_dir_all(house.folder.path().join("policies")).unwrap();
    let house = house.again().await;
    let said = refused(house.lifecycle.start().await);
    assert!(
        said.contains("night.cedar: ") && said.contains("wall.cedar: ") && said.contains("put it back"),
        "{said}"
    );
    assert_eq!(house.serving(), ["notes 1.0.0"]);
    assert!(!sees_cases(&house).await);
    // Not by a later change of something else either.
    house.put("notes", "1.1.0");
    refused(house.lifecycle.reload().await);
    assert_eq!(house.serving(), ["notes 1.0.0"]);
    assert!(!sees_cases(&house).await);
    // One file back, the other ended by an empty one.
    fs::write(file(&house, "wall.cedar"), WALL).unwrap();
    let said = refused(house.lifecycle.reload().await);
    assert!(said.contains("night.cedar: ") && !said.contains("wall.cedar"), "{said}");
    fs::write(file(&house, "night.cedar"), "// Ended.\n").unwrap();
    house.lifecycle.reload().await.unwrap();
    assert_eq!(house.serving(), ["notes 1.1.0"]);
    assert!(sees_cases(&house).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_is_taken_away_while_the_platform_runs_has_ended() {
    let house = with_policy().await;
    fs::remove_file(file(&house, "night.cedar")).unwrap();
    house.lifecycle.reload().await.unwrap();
    assert!(sees_cases(&house).await);
    let house = house.again().await;
    house.lifecycle.start().await.unwrap();
    assert!(sees_cases(&house).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_another_part_of_the_configuration_broken_the_kept_policies_hold_on() {
    let house = with_policy().await;
    house.configure("[modules.notes]\nversion = \"^2.0\"\n");
    // Changed beside the broken configuration: refused with it.
    fs::write(file(&house, "night.cedar"), NIGHT.replace("< 3", "< 1")).unwrap();
    let house = house.again().await;
    refused(house.lifecycle.start().await);
    assert_eq!(house.serving(), ["notes 1.0.0"]);
    assert!(!sees_cases(&house).await, "whole or not at all");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_good_configuration_the_platforms_own_pages_are_the_cores() {
    let house = House::new(NOTES).await;
    fs::write(file(&house, "night.cedar"), NIGHT).unwrap();
    refused(house.lifecycle.start().await);
    assert!(sees_cases(&house).await);
    let caller = house.caller(1).await;
    assert!(!house.service.decide_own(&caller, HostAction::Security).allowed);
    assert!(!house.service.decide_own(&Caller::ANONYMOUS, HostAction::Cases).allowed);
}

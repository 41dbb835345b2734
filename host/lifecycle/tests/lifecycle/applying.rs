//! Whole or not at all: coming, going, refusals, rests.

use crate::house::{BOTH, House, NO_PROBLEMS, NOTES, package};
use std::fs;
use std::sync::Arc;
use vzaemo_lifecycle::{Change, LifecycleError, check_configuration};
use vzaemo_runtime::{Engine, EngineConfig};
use vzaemo_service::{Health, HealthEvent};

fn refused(result: Result<vzaemo_lifecycle::Applied, LifecycleError>) -> String {
    result.unwrap_err().problems().iter().map(|problem| format!("{problem}\n")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_has_changed_since_the_start_waits_for_the_next_one() {
    let house = House::new(NOTES).await;
    house.put("notes", "1.0.0");
    assert!(house.lifecycle.start().await.unwrap().at_next_start.is_empty());
    assert!(house.lifecycle.reload().await.unwrap().at_next_start.is_empty());
    house.configure(&format!("[requests]\nbody-kib = 512\n{NOTES}"));
    assert_eq!(house.lifecycle.reload().await.unwrap().at_next_start, ["requests"]);
    house.configure(NOTES);
    assert!(house.lifecycle.reload().await.unwrap().at_next_start.is_empty(), "taken back");
}

#[tokio::test(flavor = "multi_thread")]
async fn modules_come_go_up_and_down_while_the_platform_runs() {
    let house = House::new(BOTH).await;
    house.put("notes", "1.0.0");
    house.put("votes", "1.0.0");
    let applied = house.lifecycle.start().await.unwrap();
    assert_eq!(applied.generation, 1);
    assert_eq!(house.serving(), ["notes 1.0.0", "votes 1.0.0"]);
    let before = house.service.snapshot();

    house.put("notes", "1.1.0");
    let plan = house.lifecycle.plan().await.unwrap();
    assert!(matches!(plan.modules["notes"][0], Change::Version { .. }), "{plan}");
    assert_eq!(house.serving(), ["notes 1.0.0", "votes 1.0.0"], "a plan changes nothing");
    assert_eq!(house.lifecycle.reload().await.unwrap().generation, 2);
    assert_eq!(house.serving(), ["notes 1.1.0", "votes 1.0.0"]);
    let votes =
        |snapshot: &vzaemo_service::Snapshot| Arc::clone(snapshot.modules["votes"].serving().unwrap());
    assert!(Arc::ptr_eq(&votes(&before), &votes(&house.service.snapshot())), "what stays is not made anew");
    assert_eq!(
        before.modules["notes"].serving().unwrap().manifest.version.to_string(),
        "1.0.0",
        "for who has it"
    );

    assert_eq!(house.lifecycle.reload().await.unwrap().generation, 2, "nothing to do");
    house.configure(
        "[modules.notes]\nversion = \"=1.0.0\"\n[modules.votes]\nversion = \"^1.0\"\nenabled = false\n",
    );
    house.lifecycle.reload().await.unwrap();
    assert_eq!(house.serving(), ["notes 1.0.0", "votes disabled Notes"]);
    house.configure(NOTES);
    house.lifecycle.reload().await.unwrap();
    assert_eq!(house.serving(), ["notes 1.1.0", "votes disabled Notes"], "a removed module keeps its name");
    let lock = fs::read_to_string(house.folder.path().join("platform.lock")).unwrap();
    assert!(lock.contains("version = \"1.1.0\"") && lock.contains("sha256:"), "{lock}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_configuration_leaves_everything_as_it_is() {
    let house = House::new(BOTH).await;
    house.put("notes", "1.0.0");
    house.put("votes", "1.0.0");
    house.lifecycle.start().await.unwrap();

    // One good upgrade and one bad: neither is taken.
    house.put("notes", "1.1.0");
    house.layout.put(&package("votes", "1.1.0", "home = \"nowhere\"", NO_PROBLEMS)).unwrap();
    let said = refused(house.lifecycle.reload().await);
    assert!(said.contains("votes 1.1.0 module.toml"), "{said}");
    assert_eq!(house.serving(), ["notes 1.0.0", "votes 1.0.0"]);
    assert!(house.audited().await.last().unwrap().contains("\"result\":\"refused\""));

    house.configure("[modules.notes]\nversion = \"=1.1.0\"\n[modules.notes.config]\nlimit = 0\ncolour = 1\n");
    let said = refused(house.lifecycle.reload().await);
    assert!(said.contains("modules.notes.config.limit") && said.contains("colour"), "{said}");
    assert_eq!(house.serving(), ["notes 1.0.0", "votes 1.0.0"]);

    fs::write(house.path(), "[platform\n").unwrap();
    let said = refused(house.lifecycle.reload().await);
    assert!(said.contains("platform.toml:1"), "{said}");
    assert_eq!(house.serving(), ["notes 1.0.0", "votes 1.0.0"]);

    house.configure("[modules.notes]\nversion = \"=1.1.0\"\n[modules.notes.config]\nlimit = 9\n");
    house.lifecycle.reload().await.unwrap();
    assert_eq!(house.serving(), ["notes 1.1.0", "votes disabled Notes"]);
    let snapshot = house.service.snapshot();
    assert_eq!(snapshot.modules["notes"].serving().unwrap().settings, r#"{"limit":9}"#);
    assert_eq!(snapshot.generation, 2, "refused ones do not count");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_whose_own_check_fails_is_refused() {
    let house = House::new(NOTES).await;
    house.layout.put(&package("notes", "1.0.0", "", "unreachable")).unwrap();
    let said = refused(house.lifecycle.start().await);
    assert!(said.contains("its own check failed"), "{said}");
    assert_eq!(house.serving(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_tampered_package_is_refused() {
    let house = House::new(NOTES).await;
    house.put("notes", "1.0.0");
    let blobs = house.folder.path().join("packages/blobs/sha256");
    for entry in fs::read_dir(blobs).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        if bytes.starts_with(b"\0asm") {
            *bytes.last_mut().unwrap() ^= 1;
            fs::write(path, bytes).unwrap();
        }
    }
    let said = refused(house.lifecycle.start().await);
    assert!(said.contains("verify the component"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_good_configuration_serves_after_a_start_with_a_broken_one() {
    let house = House::new(NOTES).await;
    house.put("notes", "1.0.0");
    house.lifecycle.start().await.unwrap();
    house.configure("[modules.notes]\nversion = \"^2.0\"\n");
    let house = house.again().await;
    let said = refused(house.lifecycle.start().await);
    assert!(said.contains("no version of module notes fits ^2.0; there are 1.0.0"), "{said}");
    assert_eq!(house.serving(), ["notes 1.0.0"]);
    assert_eq!(house.service.snapshot().generation, 1);

    // With the packages gone too, the names stay.
    fs::remove_dir_all(house.folder.path().join("packages")).unwrap();
    let house = house.again().await;
    refused(house.lifecycle.start().await);
    assert_eq!(house.serving(), ["notes disabled Notes"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn sample_content_comes_once() {
    let house = House::new(NOTES).await;
    house.put("notes", "1.0.0");
    house.lifecycle.start().await.unwrap();
    let mut unit = house.storage.begin().await.unwrap();
    let sample = unit.get("notes", "notes", "first").await.unwrap().unwrap();
    unit.remove("notes", "notes", "first", sample.revision).await.unwrap();
    unit.commit().await.unwrap();
    house.put("notes", "1.1.0");
    house.lifecycle.reload().await.unwrap();
    let mut unit = house.storage.begin().await.unwrap();
    assert!(
        unit.get("notes", "notes", "first").await.unwrap().is_none(),
        "what was deleted does not come back"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_module_rests_and_is_tried_again_and_the_others_serve() {
    let house = House::new(BOTH).await;
    house.put("notes", "1.0.0");
    house.put("votes", "1.0.0");
    house.lifecycle.start().await.unwrap();
    let digest = house.service.snapshot().modules["notes"].serving().unwrap().digest.clone();
    let health = Arc::clone(house.lifecycle.quarantine());
    (0..3).for_each(|_| health.ended("notes", &digest, HealthEvent::Failed));
    house.lifecycle.attend().await;
    assert_eq!(house.serving(), ["notes resting 1.0.0", "votes 1.0.0"]);
    (house.advance)(30);
    house.lifecycle.attend().await;
    assert_eq!(house.serving(), ["notes 1.0.0", "votes 1.0.0"]);
    let audited = house.audited().await.join("\n");
    assert!(audited.contains("set-aside") && audited.contains("try-again"), "{audited}");
    // A new version does not inherit the rest of the old one.
    (0..3).for_each(|_| health.ended("notes", &digest, HealthEvent::Failed));
    house.lifecycle.attend().await;
    house.put("notes", "1.0.1");
    house.lifecycle.reload().await.unwrap();
    assert_eq!(house.serving(), ["notes 1.0.1", "votes 1.0.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_is_taken_up() {
    let house = House::new(NOTES).await;
    house.put("notes", "1.0.0");
    house.lifecycle.start().await.unwrap();
    let _watching = vzaemo_lifecycle::watch(&house.lifecycle).unwrap();
    house.put("notes", "1.1.0");
    let changed = async {
        while house.serving() != ["notes 1.1.0"] {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), changed)
        .await
        .expect("the new package is taken up");
}

#[tokio::test(flavor = "multi_thread")]
async fn checking_changes_nothing_and_says_everything() {
    let house = House::new(BOTH).await;
    house.put("notes", "1.0.0");
    house
        .layout
        .put(&package(
            "votes",
            "1.0.0",
            "[capabilities.search]\nwhy = { uk = \"Т\", en = \"To find\" }\n",
            NO_PROBLEMS,
        ))
        .unwrap();
    let engine = Engine::new(EngineConfig { concurrency: 1, ..EngineConfig::default() }).unwrap();
    let checked = check_configuration(&house.path(), &engine).await;
    let said: String = checked.problems.iter().map(|problem| format!("{problem}\n")).collect();
    assert!(
        said.contains(
            "modules.votes.grants: the module requires \"search\": To find; add \"search\" to grants"
        ),
        "{said}"
    );
    assert_eq!(checked.problems.len(), 1, "{said}");
    house.configure(&format!("{BOTH}grants = [\"search\"]\n"));
    assert!(check_configuration(&house.path(), &engine).await.problems.is_empty());
    assert_eq!(house.serving(), [""; 0]);
}

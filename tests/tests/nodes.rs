//! Several nodes on one PostgreSQL are one platform.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use vzaemo_test_postgres::{End, Server};
use vzaemo_tests::petitions::{self, OFFICIAL};
use vzaemo_tests::{Person, Platform, Settings, until};

/// Signs, and again after an answer that says that it did not work for now.
async fn sign_at_last(person: Person, number: String) {
    let submission = vzaemo_tests::submission();
    let begun = Instant::now();
    loop {
        match petitions::try_sign_as(&person, &number, &submission).await {
            Ok(answer) if answer.status == 303 => return,
            Ok(answer) => assert_eq!(answer.status, 503, "{}", answer.text()),
            Err(_) => {}
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not recover");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_at_one_node_is_done_at_all() {
    let settings = Settings::default().threshold(3).on_postgres();
    let mut first = Platform::start(settings.clone()).await;
    let mut second = first.join(&settings).await;

    // Written and sent at one, published at the other; one session serves at both.
    let author = first.person(1).await;
    let number = petitions::send(&author, "A library in every district").await;
    assert!(author.at_node(&second).page("/cabinet").await.text().contains("A library in every district"));
    petitions::publish(&second.person(OFFICIAL).await, &number).await;
    until("the petition is open at the first node", async || {
        let page = author.page(&format!("/petitions/{number}")).await;
        page.form_to(&format!("/petitions/{number}/sign")).is_some().then_some(())
    })
    .await;

    // One voice at all nodes together.
    let signer = first.person(2).await;
    petitions::sign(&signer, &number).await;
    let elsewhere = signer.at_node(&second);
    assert!(petitions::has_signed(&elsewhere, &number).await);
    until("both nodes count the same", async || {
        let counts = [petitions::count(&signer, &number).await, petitions::count(&elsewhere, &number).await];
        (counts == [1, 1]).then_some(())
    })
    .await;

    // Who signs out at one is out at the other.
    let kept = signer.cookies();
    let with_kept = async || second.visitor().get_with("/cabinet", &[("cookie", &kept)]).await.status;
    assert_eq!(with_kept().await, 200);
    assert_eq!(signer.post("/sign-out", &[]).await.status, 303);
    until("the session has ended at the other node", async || (with_kept().await != 200).then_some(())).await;

    // What the holder changes at one node holds at the other one, which goes on taking acts.
    first.configure(|settings| settings.module("consultations").enabled = false);
    until("the other node serves the same", async || {
        (second.visitor().get("/consultations").await.status == 503).then_some(())
    })
    .await;
    petitions::send(&second.person(5).await, "A playground behind the school").await;

    // A node dies; the other one serves on, and does the timed work that the third signature causes.
    first.kill().await;
    for number_of in [3, 4] {
        petitions::sign(&second.person(number_of).await, &number).await;
    }
    assert_eq!(petitions::count(&second.visitor(), &number).await, 3);
    second.stop().await;
    second.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signatures_survive_a_server_that_crashes_and_starts_again_under_load() {
    let mut server = Server::start();
    let settings = Settings::default().on_server(&server);
    let first = Platform::start(settings.clone()).await;
    let mut second = first.join(&settings).await;
    let number = petitions::send(&first.person(1).await, "Benches along the river").await;
    petitions::publish(&first.person(OFFICIAL).await, &number).await;
    let mut persons = Vec::new();
    for person in 0..24 {
        persons.push(if person % 2 == 0 { &first } else { &second }.person(100 + person).await);
    }
    let signing = |persons: Vec<Person>| {
        let mut tasks = JoinSet::new();
        for person in persons {
            tasks.spawn(sign_at_last(person, number.clone()));
        }
        tasks
    };
    let late = persons.split_off(12);
    let tasks = signing(persons);
    server.stop(End::Crash);
    // Nothing can be changed now, and that is said soon.
    let answer = petitions::try_sign(&late[0], &number).await.unwrap();
    assert_eq!(answer.status, 503, "{}", answer.text());
    server.start_again();
    tasks.join_all().await;
    signing(late).join_all().await;
    assert_eq!(petitions::listed(&second.visitor(), &number).await, 24, "each is there once");
    until("the count is right", async || {
        (petitions::count(&first.visitor(), &number).await == 24).then_some(())
    })
    .await;
    drop(first);
    second.stop().await;
    second.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_has_outgrown_its_file_moves_to_postgresql() {
    let mut platform = Platform::start(Settings::default()).await;
    let number = petitions::send(&platform.person(1).await, "A map of all bus stops").await;
    petitions::publish(&platform.person(OFFICIAL).await, &number).await;
    let signer = platform.person(2).await;
    petitions::sign(&signer, &number).await;
    platform.stop().await;
    platform.move_to_postgres().await;
    std::fs::remove_file(platform.folder().join("data/vzaemo.db")).unwrap();
    platform.restart().await;
    assert!(petitions::has_signed(&signer, &number).await, "the session has moved too");
    petitions::sign(&platform.person(3).await, &number).await;
    assert_eq!(petitions::listed(&platform.visitor(), &number).await, 2);
    platform.stop().await;
    platform.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_of_the_holder_holds_at_all_nodes_whatever_files_each_has() {
    let settings = Settings::default().on_postgres();
    let first = Platform::start(settings.clone()).await;
    let mut second = first.join(&settings).await;
    let person = second.person(4).await;
    let status = async || person.get("/cabinet/my-data/archive").await.status;
    assert_eq!(status().await, 200);
    // One node's file: the other one has no folder of policies at all.
    let folder = first.folder().join("policies");
    std::fs::create_dir_all(&folder).unwrap();
    let night = r#"@id("night") forbid(principal, action == Platform::Action::"export", resource);"#;
    std::fs::write(folder.join("night.cedar"), night).unwrap();
    first.reload().await;
    until("the policy holds at the other node", async || (status().await == 403).then_some(())).await;
    // That goes on after it starts again, and it says what it lacks.
    second.stop().await;
    second.restart().await;
    let log = second.log();
    assert!(log.contains("night.cedar") && log.contains("put it back"), "{log}");
    assert_eq!(status().await, 403);
    assert_eq!(person.at_node(&first).get("/cabinet/my-data/archive").await.status, 403);
    second.stop().await;
    second.audit().await;
}

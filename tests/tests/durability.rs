//! What was acknowledged is there, whatever happens to the process.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::time::Duration;
use tokio::task::JoinSet;
use vzaemo_tests::petitions::{self, OFFICIAL};
use vzaemo_tests::{Person, Platform, Settings};

const PERSONS: u32 = 300;
/// How many sign at the same time.
const AT_ONCE: usize = 24;

/// Somewhere between a fifth and four fifths of the signatures, another place at each run.
fn at_random() -> usize {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |now| now.subsec_nanos());
    let fifth = PERSONS / 5;
    usize::try_from(fifth + now % (fifth * 3)).expect("a small number")
}

/// Signs them all in, some at a time.
async fn signed_in(platform: &Platform) -> Vec<Person> {
    let mut persons = Vec::new();
    for begin in (0..PERSONS).step_by(AT_ONCE) {
        let mut tasks = JoinSet::new();
        for number in begin..PERSONS.min(begin + u32::try_from(AT_ONCE).expect("a small number")) {
            let person = platform.visitor();
            tasks.spawn(async move {
                person.sign_in(1000 + number).await;
                person
            });
        }
        persons.extend(tasks.join_all().await);
    }
    persons
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_signature_is_lost_when_the_process_is_killed() {
    let mut platform = Platform::start(Settings::default()).await;
    let number = petitions::send(&platform.person(1).await, "Trees along the main street").await;
    petitions::publish(&platform.person(OFFICIAL).await, &number).await;
    let persons = signed_in(&platform).await;

    let kill_after = at_random();
    let mut waiting: Vec<(usize, Person)> = persons.iter().cloned().enumerate().collect();
    let mut tasks = JoinSet::new();
    let mut acknowledged = vec![false; persons.len()];
    let mut killed = false;
    loop {
        while !killed
            && tasks.len() < AT_ONCE
            && let Some((at, person)) = waiting.pop()
        {
            let number = number.clone();
            tasks.spawn(async move {
                let answer = petitions::try_sign(&person, &number).await;
                (at, answer.map(|answer| (answer.status, answer.text())))
            });
        }
        let Some(ended) = tasks.join_next().await else { break };
        match ended.expect("the task ran") {
            (at, Ok((303, _))) => acknowledged[at] = true,
            (at, Ok((status, text))) => panic!("person {at} was answered {status}: {text}"),
            (at, Err(error)) => assert!(killed, "person {at} got no answer before the kill: {error:?}"),
        }
        if !killed && acknowledged.iter().filter(|signed| **signed).count() >= kill_after {
            // In the midst of those that are under way.
            platform.kill().await;
            killed = true;
        }
    }
    assert!(killed, "the process was killed among the signatures");
    let certain = acknowledged.iter().filter(|signed| **signed).count();

    platform.restart().await;
    let counted = petitions::count(&platform.visitor(), &number).await;
    assert!((certain..=certain + AT_ONCE).contains(&counted), "{counted} of {certain} acknowledged");
    assert_eq!(petitions::listed(&platform.visitor(), &number).await, counted, "none is there twice");
    let mut signed = 0;
    for (person, acknowledged) in persons.iter().zip(&acknowledged) {
        let there = petitions::has_signed(person, &number).await;
        assert!(there || !acknowledged, "an acknowledged signature is there after the restart");
        signed += usize::from(there);
        if !there {
            petitions::sign(person, &number).await;
        }
    }
    assert_eq!(signed, counted);
    assert_eq!(petitions::count(&platform.visitor(), &number).await, persons.len());
    assert_eq!(petitions::listed(&platform.visitor(), &number).await, persons.len());

    // Killed again with nothing under way, then verified: the storage and the audit log are whole.
    tokio::time::timeout(Duration::from_secs(10), platform.kill()).await.expect("it can be killed");
    platform.audit().await;
}

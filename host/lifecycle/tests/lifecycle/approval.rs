//! From when on it takes two holders to change the configuration.

use crate::house::{House, NOTES};
use vzaemo_identity::{Role, unrecorded};
use vzaemo_service::changes::State;

const OF_TWO: &str = "[approval]\nchanges = 2\n";

fn disabled() -> String {
    format!("{OF_TWO}{NOTES}enabled = false\n")
}

async fn serving(modules: &str) -> House {
    let house = House::new(modules).await;
    house.put("notes", "1.0.0");
    house.lifecycle.start().await.unwrap();
    house
}

/// Makes the named test person with this place in the list a holder.
async fn grant(house: &House, number: usize) -> vzaemo_identity::PersonId {
    let person = house.sign_in(number).await.1.person.id;
    house.identity.grants.grant(person, &Role::Holder, None, &unrecorded).await.unwrap();
    person
}

#[tokio::test(flavor = "multi_thread")]
async fn as_long_as_there_are_not_two_holders_a_change_serves_at_once() {
    let house = serving(&format!("{OF_TWO}{NOTES}")).await;
    house.configure(&disabled());
    assert_eq!(house.lifecycle.reload().await.unwrap().waits, None, "there is nobody who could approve it");
    assert_eq!(house.serving(), ["notes disabled Notes"]);
    grant(&house, 0).await;
    house.configure(&format!("{OF_TWO}{NOTES}"));
    assert_eq!(house.lifecycle.reload().await.unwrap().waits, None, "a single holder has nobody beside them");
    assert_eq!(house.serving(), ["notes 1.0.0"]);
    grant(&house, 1).await;
    house.configure(&disabled());
    let applied = house.lifecycle.reload().await.unwrap();
    assert!(applied.waits.is_some() && !applied.plan.is_empty());
    assert_eq!(house.serving(), ["notes 1.0.0"]);
    assert_eq!(house.lifecycle.approvals_needed().await.unwrap(), 2);
    let entry = house.audited().await.pop().unwrap();
    assert!(entry.contains("\"act\":\"propose\"") && entry.contains("\"result\":\"waiting\""), "{entry}");
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_taking_a_holder_s_role_does_not_leave_the_other_alone_to_decide() {
    let house = serving(&format!("{OF_TWO}{NOTES}")).await;
    grant(&house, 0).await;
    let second = grant(&house, 1).await;
    assert_eq!(house.lifecycle.reload().await.unwrap().waits, None, "nothing has changed");
    house.identity.grants.revoke(second, &Role::Holder, &unrecorded).await.unwrap();
    house.configure(&disabled());
    assert!(house.lifecycle.reload().await.unwrap().waits.is_some());
    let house = house.again().await;
    assert!(house.lifecycle.start().await.unwrap().waits.is_some(), "nor does a restart");
    assert_eq!(house.serving(), ["notes 1.0.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_one_approval_a_change_serves_at_once_and_its_text_is_kept() {
    let house = serving(NOTES).await;
    for number in [0, 1] {
        grant(&house, number).await;
    }
    house.configure(&format!("{NOTES}enabled = false\n"));
    assert_eq!(house.lifecycle.reload().await.unwrap().waits, None);
    assert_eq!(house.serving(), ["notes disabled Notes"]);
    // The number itself counts from when it serves on, though no module changes.
    house.configure(&disabled());
    assert_eq!(house.lifecycle.reload().await.unwrap().waits, None);
    assert_eq!(house.lifecycle.approvals_needed().await.unwrap(), 2);
    house.configure(&format!("{OF_TWO}{NOTES}"));
    let plan = house.lifecycle.plan().await.unwrap().to_string();
    assert_eq!(plan, "notes is enabled\n");
    let waits = house.lifecycle.reload().await.unwrap().waits.unwrap();
    assert_eq!(house.serving(), ["notes disabled Notes"]);
    // Changed back, nothing waits.
    house.configure(&disabled());
    assert_eq!(house.lifecycle.reload().await.unwrap().waits, None);
    assert_eq!(house.service.change(&waits).await.unwrap().unwrap().state, State::Lapsed);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_of_the_platform_itself_wait_and_those_of_a_node_do_not() {
    let house = serving(&format!("{OF_TWO}{NOTES}")).await;
    for number in [0, 1] {
        grant(&house, number).await;
    }
    house.configure(&format!("{OF_TWO}[pages]\nremember-mib = 3\n{NOTES}"));
    let applied = house.lifecycle.reload().await.unwrap();
    assert_eq!((applied.waits, applied.at_next_start), (None, vec!["pages"]));
    house.configure(&format!("{OF_TWO}[sessions]\nidle-minutes = 3\n{NOTES}"));
    assert_eq!(
        house.lifecycle.plan().await.unwrap().to_string(),
        "the section [sessions] has other settings\n"
    );
    let applied = house.lifecycle.reload().await.unwrap();
    assert_eq!(applied.at_next_start, ["sessions"]);
    let change = house.service.change(&applied.waits.unwrap()).await.unwrap().unwrap();
    assert_eq!(change.proposed.at_next_start, ["sessions"]);
    assert_eq!(change.needed, 2);
}

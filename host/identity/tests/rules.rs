//! The rules of use in their versions, and who has accepted which, on either engine of the storage.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of tests fails like a test"
)]

mod support;

use support::*;
use vzaemo_clock::SignedDuration;
use vzaemo_identity::{Edition, IdentityError, Opening, PersonId, Recorder, unrecorded};
use vzaemo_storage::{Config, Postgres, Storage};

fn edition(version: &str, since: &str) -> Edition {
    Edition::new(version, since.parse().unwrap(), &format!("Правила {version}"), &format!("Rules {version}"))
}

async fn person(house: &House, number: u32) -> PersonId {
    let (sessions, attested) = (&house.identity.sessions, attested(number));
    let opened = sessions.open(&attested, Opening::default(), &|_, _| Box::pin(async { Ok(()) })).await;
    opened.unwrap().1.person.id
}

async fn keep(house: &House, edition: &Edition) -> Result<(), IdentityError> {
    let mut unit = house.storage.begin().await.unwrap();
    house.identity.rules.keep(&mut unit, edition).await?;
    unit.commit().await.unwrap();
    Ok(())
}

async fn a_version_is_kept_as_it_was(house: House) {
    let rules = &house.identity.rules;
    let (first, second) = (edition("1.0", "2026-01-01"), edition("2.0", "2026-10-01"));
    keep(&house, &first).await.unwrap();
    keep(&house, &second).await.unwrap();
    keep(&house, &first).await.expect("the same once more is nothing new");
    for changed in [
        Edition::new("1.0", first.since, "Інші правила", &first.en),
        Edition::new("1.0", first.since, &first.uk, "Other rules"),
        Edition::new("1.0", second.since, &first.uk, &first.en),
    ] {
        let refused = keep(&house, &changed).await;
        assert!(matches!(refused, Err(IdentityError::OtherRules(version)) if version == "1.0"));
    }
    let restarted = open(&house.storage, &house.legal, &house.clock).await;
    assert_eq!(restarted.rules.editions().await.unwrap(), [second, first.clone()], "the latest first");
    let mut unit = house.storage.begin().await.unwrap();
    assert_eq!(rules.edition(&mut unit, "1.0").await.unwrap(), Some(first));
    assert_eq!(rules.edition(&mut unit, "3.0").await.unwrap(), None);
}

async fn an_acceptance_is_of_one_person_and_one_version(house: House) {
    let rules = &house.identity.rules;
    let (first, second) = (edition("1.0", "2026-01-01"), edition("2.0", "2026-10-01"));
    keep(&house, &first).await.unwrap();
    keep(&house, &second).await.unwrap();
    let (maria, taras) = (person(&house, 1).await, person(&house, 2).await);
    assert!(!rules.has_accepted(maria, &first).await.unwrap());
    let begun = house.legal.now();
    assert!(rules.accept(maria, &first, &unrecorded).await.unwrap());
    assert!(rules.has_accepted(maria, &first).await.unwrap(), "at once");
    assert!(!rules.has_accepted(maria, &second).await.unwrap(), "not what comes later");
    assert!(!rules.has_accepted(taras, &first).await.unwrap(), "nobody else");

    house.legal.advance(SignedDuration::from_hours(1)).unwrap();
    assert!(!rules.accept(maria, &first, &unrecorded).await.unwrap(), "once is enough");
    assert!(rules.accept(maria, &second, &unrecorded).await.unwrap());
    for rules in [rules, &open(&house.storage, &house.legal, &house.clock).await.rules] {
        let accepted = rules.accepted(maria).await.unwrap();
        let told: Vec<_> = accepted.iter().map(|one| (one.version.as_str(), one.at)).collect();
        assert_eq!(told, [("1.0", begun), ("2.0", house.legal.now())]);
        assert_eq!(accepted[0].digest, first.digest());
    }
}

async fn only_what_can_be_read_again_is_accepted(house: House) {
    let rules = &house.identity.rules;
    let kept = edition("1.0", "2026-01-01");
    keep(&house, &kept).await.unwrap();
    let maria = person(&house, 1).await;
    let forged = Edition::new("1.0", kept.since, "Інші правила", "Other rules");
    for unknown in [&forged, &edition("2.0", "2026-10-01")] {
        let refused = rules.accept(maria, unknown, &unrecorded).await;
        assert!(matches!(refused, Err(IdentityError::OtherRules(_))), "{unknown:?}");
    }
    let nobody = PersonId::parse("0198f000-0000-7000-8000-000000000001").unwrap();
    let refused = rules.accept(nobody, &kept, &unrecorded).await;
    assert!(matches!(refused, Err(IdentityError::NoPerson(_))));
    // Without its entry in the audit log there is no acceptance.
    let failing: Recorder<'_> = &|_| Box::pin(async { Err("the entry cannot be written".into()) });
    assert!(matches!(rules.accept(maria, &kept, failing).await, Err(IdentityError::Record(_))));
    assert!(rules.accepted(maria).await.unwrap().is_empty());
}

async fn on_sqlite() -> House {
    house().await
}

async fn on_postgres() -> House {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path());
    config.postgres = Some(Postgres::at(vzaemo_test_postgres::shared().schema()));
    let house = house_over(Storage::open(config).await.unwrap(), folder).await;
    // A server that has started just now on a busy machine may be silent for longer than a node waits for news.
    let begun = async || {
        while house.storage.begin().await.is_err() {
            tokio::task::yield_now().await
        }
    };
    tokio::time::timeout(std::time::Duration::from_mins(1), begun()).await.expect("the server answers");
    house
}

macro_rules! on_both_engines {
    ($($name:ident)*) => {
        mod sqlite { $(#[tokio::test] async fn $name() { super::$name(super::on_sqlite().await).await; })* }
        mod postgres { $(#[tokio::test] async fn $name() { super::$name(super::on_postgres().await).await; })* }
    };
}

on_both_engines! {
    a_version_is_kept_as_it_was
    an_acceptance_is_of_one_person_and_one_version
    only_what_can_be_read_again_is_accepted
}

#[tokio::test]
async fn another_node_knows_at_once_what_it_has_heard_of() {
    let schema = vzaemo_test_postgres::shared().schema();
    let node = async || {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new(folder.path());
        config.postgres = Some(Postgres::at(schema.clone()));
        house_over(Storage::open(config).await.unwrap(), folder).await
    };
    let (one, other) = (node().await, node().await);
    let rules = edition("1.0", "2026-01-01");
    keep(&one, &rules).await.unwrap();
    let maria = person(&one, 1).await;
    assert!(!other.identity.rules.has_accepted(maria, &rules).await.unwrap(), "and this is remembered");
    one.identity.rules.accept(maria, &rules, &unrecorded).await.unwrap();
    let position = one.storage.begin().await.unwrap().position();
    let mut positions = other.storage.positions();
    let heard = positions.wait_for(|heard| *heard >= position);
    tokio::time::timeout(std::time::Duration::from_mins(1), heard)
        .await
        .expect("it hears of the commit")
        .unwrap();
    assert!(other.identity.rules.has_accepted(maria, &rules).await.unwrap());
}

//! Two records of one person become one, on either engine of the storage.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of tests fails like a test"
)]

mod support;

use support::*;
use vzaemo_identity::{
    Attested, Edition, Grant, KeyKind, Opening, PersonId, References, Role, Token, merging, unrecorded,
};
use vzaemo_storage::{Config, Postgres, Storage};

/// Known by the taxpayer's number.
const TARAS: u32 = 2;
/// Known by УНЗР.
const OTHER: u32 = 6;
/// Nothing proves who they are.
const UNPROVEN: u32 = 7;

async fn signed_in(house: &House, attested: &Attested) -> (Token, PersonId, bool) {
    let sessions = &house.identity.sessions;
    let opened = sessions.open(attested, Opening::default(), &|_, _| Box::pin(async { Ok(()) })).await;
    let (token, session) = opened.unwrap();
    (token, session.person.id, session.principal().proven)
}

async fn person(house: &House, number: u32) -> PersonId {
    signed_in(house, &attested(number)).await.1
}

async fn merge(house: &House, staying: PersonId, merged: PersonId) {
    let mut unit = house.storage.begin().await.unwrap();
    let changed = merging::merge(&mut unit, staying, merged, house.legal.now()).await.unwrap();
    unit.commit().await.unwrap();
    house.identity.aliases.have_merged(&changed);
    for record in changed {
        house.identity.grants.has_changed(record);
        house.identity.rules.has_changed(record);
    }
}

async fn alias(house: &House, person: PersonId, module: &str) -> String {
    house.identity.aliases.alias(person, module).await.unwrap().to_string()
}

async fn both_keys_lead_to_the_record_that_stays(house: House) {
    let (token, taras, _) = signed_in(&house, &attested(TARAS)).await;
    let (other_token, other, _) = signed_in(&house, &attested(OTHER)).await;
    let mut unit = house.storage.begin().await.unwrap();
    let kinds = async |unit: &mut _, id| merging::record(unit, id).await.unwrap().unwrap().proven;
    assert_eq!(kinds(&mut unit, taras).await, [Some(KeyKind::Rnokpp)]);
    assert_eq!(kinds(&mut unit, other).await, [Some(KeyKind::Unzr)]);
    drop(unit);
    merge(&house, taras, other).await;
    for token in [&token, &other_token] {
        assert!(house.identity.sessions.lookup(token.secret()).await.unwrap().is_none(), "all have ended");
    }
    assert!(house.identity.sessions.of(taras).await.unwrap().is_empty());
    let restarted = open(&house.storage, &house.legal, &house.clock).await;
    for number in [TARAS, OTHER] {
        assert_eq!(person(&house, number).await, taras);
        assert_eq!(restarted.persons.ensure(&attested(number)).await.unwrap().id, taras);
    }
    let mut unit = house.storage.begin().await.unwrap();
    assert_eq!(kinds(&mut unit, taras).await, [Some(KeyKind::Rnokpp), Some(KeyKind::Unzr)]);
    assert_eq!(merging::record(&mut unit, other).await.unwrap().unwrap().into, Some(taras));
    for number in [TARAS, OTHER] {
        let key = house.identity.persons.key_of(&attested(number).key.unwrap());
        assert!(house.identity.persons.has_key_in(&mut unit, taras, &key).await.unwrap(), "{number}");
    }
}

async fn a_module_means_the_person_by_every_reference(house: House) {
    let (taras, other) = (person(&house, TARAS).await, person(&house, OTHER).await);
    let (own, others) = (alias(&house, taras, "notes").await, alias(&house, other, "notes").await);
    let alone = alias(&house, other, "votes").await;
    merge(&house, taras, other).await;
    let aliases = &house.identity.aliases;
    let restarted = open(&house.storage, &house.legal, &house.clock).await;
    for aliases in [aliases, &restarted.aliases] {
        for (module, reference) in [("notes", &own), ("notes", &others), ("votes", &alone)] {
            assert_eq!(aliases.person(module, reference).await.unwrap(), Some(taras));
            let mut unit = house.storage.begin().await.unwrap();
            assert_eq!(aliases.person_in(&mut unit, module, reference).await.unwrap(), Some(taras));
        }
        assert_eq!(aliases.person("votes", &own).await.unwrap(), None, "each of its module");
    }
    // They go on under their own, or under the other one where they had none.
    assert_eq!(alias(&house, taras, "notes").await, own);
    assert_eq!(alias(&house, taras, "votes").await, alone);
    let mut unit = house.storage.begin().await.unwrap();
    let all = aliases.all_in(&mut unit, taras, "notes").await.unwrap();
    assert_eq!(all.iter().map(ToString::to_string).collect::<Vec<_>>(), [own.clone(), others.clone()]);
    let same = References::of(&mut unit, "notes").await.unwrap();
    assert_eq!((same.staying(&others), same.others(&own)), (own.as_str(), &[others.clone()][..]));
    assert!(
        References::of(&mut unit, "votes").await.unwrap().is_empty(),
        "one reference, nothing to resolve"
    );
    drop(unit);

    // A third record, and the first that stayed for another one: it is one person still, under one reference.
    let unproven = person(&house, UNPROVEN).await;
    let third = alias(&house, unproven, "notes").await;
    merge(&house, taras, unproven).await;
    let maria = person(&house, 1).await;
    let last = alias(&house, maria, "notes").await;
    merge(&house, maria, taras).await;
    let mut unit = house.storage.begin().await.unwrap();
    let same = References::of(&mut unit, "notes").await.unwrap();
    for reference in [&own, &others, &third] {
        assert_eq!(same.staying(reference), last);
        assert_eq!(aliases.person_in(&mut unit, "notes", reference).await.unwrap(), Some(maria));
    }
    assert_eq!(same.staying(&last), last);
    assert_eq!(person(&house, OTHER).await, maria);
}

async fn rights_and_blocks_go_with_the_person(house: House) {
    let (taras, other) = (person(&house, TARAS).await, person(&house, OTHER).await);
    let grants = &house.identity.grants;
    let role = |code: &str| Role::OrganisationStaff { edrpou: code.parse().unwrap() };
    let until = "2027-01-01T00:00:00Z".parse().unwrap();
    let mut unit = house.storage.begin().await.unwrap();
    let limited = Grant { until: Some(until), ..Grant::new(role("14360570"), house.legal.now()) };
    grants.grant_in(&mut unit, taras, limited).await.unwrap();
    for code in ["14360570", "43220150"] {
        grants.grant_in(&mut unit, other, Grant::new(role(code), house.legal.now())).await.unwrap();
    }
    grants.grant_in(&mut unit, other, Grant::new(Role::Auditor, house.legal.now())).await.unwrap();
    unit.commit().await.unwrap();
    grants.block(other, "Rules of use, item 5", None, &unrecorded).await.unwrap();
    let rules = Edition::new("1.0", "2026-01-01".parse().unwrap(), "Правила", "Rules");
    let mut unit = house.storage.begin().await.unwrap();
    house.identity.rules.keep(&mut unit, &rules).await.unwrap();
    unit.commit().await.unwrap();
    house.identity.rules.accept(other, &rules, &unrecorded).await.unwrap();

    merge(&house, taras, other).await;
    let standing = grants.standing(taras).await.unwrap();
    assert!(standing.blocked, "a merging is no way around a block");
    for code in ["14360570", "43220150"] {
        assert!(standing.roles.has(&role(code)), "{code}");
    }
    assert!(!standing.roles.has(&Role::Auditor), "no role of the platform comes by a merging");
    assert_eq!(standing.until, None, "the grant that ends last");
    assert_eq!(grants.blocking(taras).await.unwrap().unwrap().basis, "Rules of use, item 5");
    assert!(grants.of(other).await.unwrap().is_empty());
    assert!(house.identity.rules.has_accepted(taras, &rules).await.unwrap());
}

/// An account that proves nothing leads to the person, but proves nothing of them and does not rename them.
async fn attack_an_unproven_account_proves_nothing_after_a_merging(house: House) {
    let (taras, unproven) = (person(&house, TARAS).await, person(&house, UNPROVEN).await);
    merge(&house, taras, unproven).await;
    let (_, id, proven) = signed_in(&house, &attested(UNPROVEN)).await;
    assert_eq!((id, proven), (taras, false));
    let named = house.identity.persons.get(taras).await.unwrap().unwrap();
    assert_eq!(named.name(), Some(&attested(TARAS).name));
    let (_, id, proven) = signed_in(&house, &attested(TARAS)).await;
    assert_eq!((id, proven), (taras, true));
}

async fn both_are_erased(house: House) {
    let (taras, other) = (person(&house, TARAS).await, person(&house, OTHER).await);
    merge(&house, taras, other).await;
    let nobody = name("—", "—");
    assert!(house.identity.persons.erase(taras, &nobody, &unrecorded).await.unwrap());
    for id in [taras, other] {
        assert_eq!(house.identity.persons.get(id).await.unwrap().unwrap().name(), Some(&nobody));
    }
    let (one, two) = (person(&house, TARAS).await, person(&house, OTHER).await);
    assert!(one != two && ![taras, other].contains(&one) && ![taras, other].contains(&two));
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
    both_keys_lead_to_the_record_that_stays
    a_module_means_the_person_by_every_reference
    rights_and_blocks_go_with_the_person
    attack_an_unproven_account_proves_nothing_after_a_merging
    both_are_erased
}

//! Who gives roles to whom, on either engine.

use super::*;
use crate::place::{Engine, Place, on_both_engines, place};
use std::sync::Arc;
use vzaemo_identity::dev::DevPersons;
use vzaemo_identity::{Attested, Method, unrecorded};

const BODY: &str = "ministry-digital";

/// Everybody of a platform: two who run it, and others.
struct Town {
    place: Place,
    persons: DevPersons,
}

impl Town {
    async fn on(engine: Engine) -> Town {
        Town { place: place(engine).await, persons: DevPersons::new(1).unwrap() }
    }

    fn platform(&self) -> &Platform {
        self.place.service.platform()
    }

    /// A person who is proven to be who they are, or is not.
    async fn person(&self, number: u32, proven: bool) -> PersonId {
        let person = self.persons.person(number).unwrap();
        let attested = Attested {
            method: Method::OpenIdConnect { provider: "town".into() },
            issuer: "https://id.example".into(),
            subject: person.subject(),
            assurance: person.assurance,
            key: proven.then_some(person.key),
            name: person.name,
            organisation: None,
        };
        self.place.identity.persons.ensure(&attested).await.unwrap().id
    }

    /// The person as they have just signed in.
    async fn signed_in(&self, person: PersonId) -> Principal {
        let standing = self.platform().grants.standing(person).await.unwrap();
        let mut unit = self.place.storage().begin().await.unwrap();
        let proven = self.platform().grants.proven_in(&mut unit, person).await.unwrap() == Some(true);
        Principal {
            person,
            assurance: vzaemo_identity::Assurance::High,
            proven,
            roles: Arc::clone(&standing.roles),
            blocked: standing.blocked,
            standing: standing.revision,
            organisation: None,
            body: None,
        }
    }

    async fn given(&self, number: u32, role: Role) -> Principal {
        let person = self.person(number, true).await;
        self.platform().grants.grant(person, &role, None, &unrecorded).await.unwrap();
        self.signed_in(person).await
    }

    async fn has(&self, person: PersonId, role: &Role) -> bool {
        self.platform().grants.standing(person).await.unwrap().roles.has(role)
    }

    async fn digest(&self, id: &str) -> String {
        let mut unit = self.place.storage().begin().await.unwrap();
        RUNNING.get(&mut unit, id).await.unwrap().unwrap().digest
    }

    async fn approved(&self, by: &Principal, id: &str) -> Result<(), Unchanged> {
        approve(self.platform(), by, id, &self.digest(id).await, &|_| words()).await
    }

    async fn notices(&self, person: PersonId) -> usize {
        let mut unit = self.place.storage().begin().await.unwrap();
        let (found, _) = vzaemo_cabinet::my_notices(&mut unit, &person.to_string(), 10, None).await.unwrap();
        found.len()
    }
}

fn words() -> Words {
    Words { text: Text { uk: "роль".into(), en: "role".into() }, address: "/cabinet".into() }
}

fn administrator() -> Role {
    Role::ModuleAdministrator { body: BODY.into(), module: "notes".into() }
}

fn wanted(step: Step, person: PersonId, role: Role) -> RoleChange {
    RoleChange { step, person, role, grounds: "Order № 12".into() }
}

fn unfit(result: Result<impl std::fmt::Debug, Unchanged>) -> Unfit {
    match result {
        Err(Unchanged::Unfit(unfit)) => unfit,
        other => panic!("{other:?}"),
    }
}

fn refused(result: Result<impl std::fmt::Debug, Unchanged>) -> Refusal {
    match result {
        Err(Unchanged::TwoPerson(TwoPersonError::Refused(refusal))) => refusal,
        other => panic!("{other:?}"),
    }
}

async fn one_gives_and_takes_the_role_of_a_module_administrator(engine: Engine) {
    let town = Town::on(engine).await;
    let technical = town.given(1, Role::TechnicalAdministrator).await;
    let official = town.person(2, true).await;
    let give = wanted(Step::Grant, official, administrator());
    change(town.platform(), &technical, &give, &words()).await.unwrap();
    assert!(town.has(official, &administrator()).await);
    let grants = town.platform().grants.of(official).await.unwrap();
    assert_eq!(grants[0].by, Some(technical.person));
    assert_eq!(town.notices(official).await, 1);
    assert_eq!(unfit(change(town.platform(), &technical, &give, &words()).await), Unfit::HasIt);
    let take = wanted(Step::Revoke, official, administrator());
    change(town.platform(), &technical, &take, &words()).await.unwrap();
    assert!(!town.has(official, &administrator()).await);
    assert_eq!(town.notices(official).await, 2);
    assert_eq!(unfit(change(town.platform(), &technical, &take, &words()).await), Unfit::HasItNot);
    town.place.verifies().await;
}

async fn attack_nobody_gives_a_role_who_may_not(engine: Engine) {
    let town = Town::on(engine).await;
    let technical = town.given(1, Role::TechnicalAdministrator).await;
    let holder = town.given(2, Role::Holder).await;
    let citizen = town.person(3, true).await;
    let (mine, theirs) = (town.signed_in(citizen).await, town.person(4, true).await);
    let give = |person| wanted(Step::Grant, person, administrator());
    for by in [&mine, &holder] {
        let result = change(town.platform(), by, &give(theirs), &words()).await;
        assert_eq!(refused(result), Refusal::NotEntitled);
    }
    // Not to themselves, not a role that takes two, not one that is not given by decision.
    let own = give(technical.person);
    assert_eq!(unfit(change(town.platform(), &technical, &own, &words()).await), Unfit::Oneself);
    for role in [Role::Holder, Role::TechnicalAdministrator, Role::Auditor, Role::Person] {
        let give = wanted(Step::Grant, theirs, role);
        assert_eq!(unfit(change(town.platform(), &technical, &give, &words()).await), Unfit::NotSo);
    }
    // With rights that were taken meanwhile.
    town.platform().grants.block(technical.person, "basis", None, &unrecorded).await.unwrap();
    let result = change(town.platform(), &technical, &give(theirs), &words()).await;
    assert_eq!(refused(result), Refusal::NotEntitled);
    assert!(!town.has(theirs, &administrator()).await);
}

async fn whoever_is_not_proven_or_is_blocked_gets_no_role(engine: Engine) {
    let town = Town::on(engine).await;
    let technical = town.given(1, Role::TechnicalAdministrator).await;
    let give = |person, role| wanted(Step::Grant, person, role);
    let unproven = town.person(2, false).await;
    let result = change(town.platform(), &technical, &give(unproven, administrator()), &words()).await;
    assert_eq!(unfit(result), Unfit::NotProven);
    let blocked = town.person(3, true).await;
    town.platform().grants.block(blocked, "basis", None, &unrecorded).await.unwrap();
    let result = change(town.platform(), &technical, &give(blocked, administrator()), &words()).await;
    assert_eq!(unfit(result), Unfit::Blocked);
    let nobody = PersonId::parse(&uuid::Uuid::now_v7().to_string()).unwrap();
    let result = change(town.platform(), &technical, &give(nobody, administrator()), &words()).await;
    assert_eq!(unfit(result), Unfit::NoPerson);
    let elsewhere = Role::ModuleAdministrator { body: "nowhere".into(), module: "notes".into() };
    let result =
        change(town.platform(), &technical, &give(town.person(4, true).await, elsewhere), &words()).await;
    assert_eq!(unfit(result), Unfit::NoBody);
}

async fn two_name_a_holder_and_take_the_role_again(engine: Engine) {
    let town = Town::on(engine).await;
    let (technical, holder) =
        (town.given(1, Role::TechnicalAdministrator).await, town.given(2, Role::Holder).await);
    let next = town.person(3, true).await;
    let id = propose(town.platform(), &technical, &wanted(Step::Grant, next, Role::Holder)).await.unwrap();
    assert!(!town.has(next, &Role::Holder).await, "a proposal gives nothing");
    town.approved(&holder, &id).await.unwrap();
    assert!(town.has(next, &Role::Holder).await);
    // Approved once more it is what it was.
    town.approved(&holder, &id).await.unwrap();
    assert_eq!(town.notices(next).await, 1);
    let next = town.signed_in(next).await;
    let id =
        propose(town.platform(), &next, &wanted(Step::Revoke, holder.person, Role::Holder)).await.unwrap();
    town.approved(&technical, &id).await.unwrap();
    assert!(!town.has(holder.person, &Role::Holder).await);
    // Now there is one holder, who stays.
    let last = wanted(Step::Revoke, next.person, Role::Holder);
    assert_eq!(unfit(propose(town.platform(), &technical, &last).await), Unfit::Last);
    town.place.verifies().await;
}

async fn attack_one_person_names_nobody_who_runs_the_platform(engine: Engine) {
    let town = Town::on(engine).await;
    let (technical, holder) =
        (town.given(1, Role::TechnicalAdministrator).await, town.given(2, Role::Holder).await);
    let next = town.person(3, true).await;
    let give = wanted(Step::Grant, next, Role::TechnicalAdministrator);
    let id = propose(town.platform(), &technical, &give).await.unwrap();
    assert_eq!(refused(town.approved(&technical, &id).await), Refusal::SamePerson);
    // Whoever it is about does not help.
    let candidate = town.signed_in(next).await;
    assert_eq!(refused(town.approved(&candidate, &id).await), Refusal::NotEntitled);
    let about_me = wanted(Step::Grant, holder.person, Role::TechnicalAdministrator);
    assert_eq!(unfit(propose(town.platform(), &holder, &about_me).await), Unfit::Oneself);
    let id_of_mine = propose(town.platform(), &technical, &about_me).await.unwrap();
    assert_eq!(unfit(town.approved(&holder, &id_of_mine).await), Unfit::Oneself);
    // What was shown is what is approved.
    let other = approve(town.platform(), &holder, &id, "0000", &|_| words()).await;
    assert_eq!(refused(other), Refusal::Changed);
    // Blocked between proposal and approval: nothing is given.
    town.platform().grants.block(next, "basis", None, &unrecorded).await.unwrap();
    assert_eq!(unfit(town.approved(&holder, &id).await), Unfit::Blocked);
    town.platform().grants.unblock(next, &unrecorded).await.unwrap();
    decline(town.platform(), &holder, &id).await.unwrap();
    assert_eq!(refused(town.approved(&holder, &id).await), Refusal::Declined);
    // After three days it is out of date.
    let late = propose(town.platform(), &technical, &give).await.unwrap();
    town.place.pass(4);
    assert_eq!(refused(town.approved(&holder, &late).await), Refusal::Over);
    assert!(!town.has(next, &Role::TechnicalAdministrator).await);
}

async fn the_first_ones_are_named_once(engine: Engine) {
    let town = Town::on(engine).await;
    let (one, other) = (town.person(1, true).await, town.person(2, true).await);
    for role in [Role::TechnicalAdministrator, Role::Holder] {
        let name = wanted(Step::Grant, one, role.clone());
        first(town.platform(), &name, &words()).await.unwrap();
        assert!(town.has(one, &role).await);
        let again = wanted(Step::Grant, other, role);
        assert_eq!(unfit(first(town.platform(), &again, &words()).await), Unfit::NotFirst);
    }
    // Whoever cannot act does not stand in the way of somebody who can.
    town.platform().grants.block(one, "basis", None, &unrecorded).await.unwrap();
    first(town.platform(), &wanted(Step::Grant, other, Role::Holder), &words()).await.unwrap();
    let auditor = wanted(Step::Grant, other, Role::Auditor);
    assert_eq!(unfit(first(town.platform(), &auditor, &words()).await), Unfit::NotSo);
}

on_both_engines! {
    one_gives_and_takes_the_role_of_a_module_administrator
    attack_nobody_gives_a_role_who_may_not
    whoever_is_not_proven_or_is_blocked_gets_no_role
    two_name_a_holder_and_take_the_role_again
    attack_one_person_names_nobody_who_runs_the_platform
    the_first_ones_are_named_once
}

//! Persons, aliases, roles and sessions over a real database.
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
use vzaemo_identity::dev::DevPersons;
use vzaemo_identity::{
    Attested, Edrpou, IdentityError, Opening, PersonId, Role, Session, Sessions, Token, unrecorded,
};

async fn sign_in(sessions: &Sessions, attested: &Attested) -> (Token, Session) {
    sessions.open(attested, Opening::default(), &|_, _| Box::pin(async { Ok(()) })).await.unwrap()
}

fn administrator() -> Role {
    Role::ModuleAdministrator { body: "ministry-digital".into(), module: "notes".into() }
}

#[tokio::test]
async fn a_person_twice_is_one_record() {
    let house = house().await;
    let sessions = &house.identity.sessions;
    let (_, first) = sign_in(sessions, &attested(1)).await;
    let (_, second) = sign_in(sessions, &attested(1)).await;
    let (_, other) = sign_in(sessions, &attested(2)).await;
    assert_eq!(first.person.id, second.person.id);
    assert_ne!(first.person.id, other.person.id);
    assert!(first.person.proven);
    assert_eq!(first.person.names.len(), 1);
    // At another provider the same key is still the same person.
    let elsewhere = Attested { issuer: "https://id.example".into(), subject: "77".into(), ..attested(1) };
    assert_eq!(sign_in(sessions, &elsewhere).await.1.person.id, first.person.id);
}

#[tokio::test]
async fn many_first_sign_ins_at_once_make_one_record() {
    let house = house().await;
    let tasks = (0..16).map(|_| {
        let sessions = house.identity.sessions.clone();
        tokio::spawn(async move { sign_in(&sessions, &attested(3)).await.1.person.id })
    });
    let mut ids: Vec<PersonId> = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        ids.push(task.await.unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn without_a_proven_key_the_account_is_the_person() {
    let house = house().await;
    let sessions = &house.identity.sessions;
    let unproven = attested(7);
    assert_eq!(unproven.key, None);
    let (_, session) = sign_in(sessions, &unproven).await;
    assert!(!session.principal().proven);
    assert_eq!(sign_in(sessions, &unproven).await.1.person.id, session.person.id);
    let other = Attested { issuer: "https://id.example".into(), ..unproven };
    assert_ne!(sign_in(sessions, &other).await.1.person.id, session.person.id);
}

#[tokio::test]
async fn the_key_is_not_in_the_database() {
    let house = house().await;
    let attested = attested(1);
    let (token, session) = sign_in(&house.identity.sessions, &attested).await;
    let mut unit = house.storage.begin().await.unwrap();
    let id = session.person.id.to_string();
    let person = unit.get("identity", "persons", &id).await.unwrap().unwrap();
    assert!(!person.body.contains(rnokpp(attested.key.as_ref().unwrap())));
    let kept = unit.get("identity", "sessions", session.id.as_str()).await.unwrap().unwrap();
    assert!(!kept.body.contains(token.secret()));
    assert!(unit.get("identity", "sessions", token.secret()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_new_name_does_not_change_what_was_signed_before() {
    let house = house().await;
    let before = attested(1);
    sign_in(&house.identity.sessions, &before).await;
    let wedding = house.legal.now().checked_add(SignedDuration::from_hours(48)).unwrap();
    house.legal.set_at_least(wedding).unwrap();
    let after = Attested { name: name("Гнатюк", "Марія"), ..before.clone() };
    let (_, session) = sign_in(&house.identity.sessions, &after).await;

    for identity in [&house.identity, &open(&house.storage, &house.legal, &house.clock).await] {
        let person = identity.persons.get(session.person.id).await.unwrap().unwrap();
        assert_eq!(person.name(), Some(&after.name));
        assert_eq!(person.name_at(start_of_time()), Some(&before.name));
        assert_eq!(person.name_at(wedding), Some(&after.name));
        assert_eq!(person.name_at("2020-01-01T00:00:00Z".parse().unwrap()), Some(&before.name));
    }
}

#[tokio::test]
async fn aliases_differ_by_module_and_stay() {
    let house = house().await;
    let aliases = &house.identity.aliases;
    let person = sign_in(&house.identity.sessions, &attested(1)).await.1.person.id;
    let other = sign_in(&house.identity.sessions, &attested(2)).await.1.person.id;
    assert_eq!(aliases.find(person, "notes").await.unwrap(), None);

    let notes = aliases.alias(person, "notes").await.unwrap();
    let votes = aliases.alias(person, "votes").await.unwrap();
    assert_ne!(notes, votes);
    assert_ne!(notes, aliases.alias(other, "notes").await.unwrap());
    let restarted = open(&house.storage, &house.legal, &house.clock).await;
    for aliases in [aliases, &restarted.aliases] {
        assert_eq!(aliases.alias(person, "notes").await.unwrap(), notes);
        assert_eq!(aliases.person("notes", notes.as_str()).await.unwrap(), Some(person));
        // What one module knows is of no use in another.
        assert_eq!(aliases.person("votes", notes.as_str()).await.unwrap(), None);
        assert_eq!(aliases.person("notes", "invented").await.unwrap(), None);
    }
    for aliases in [aliases, &open(&house.storage, &house.legal, &house.clock).await.aliases] {
        let mut unit = house.storage.begin().await.unwrap();
        assert_eq!(aliases.person_in(&mut unit, "notes", notes.as_str()).await.unwrap(), Some(person));
        assert_eq!(aliases.person_in(&mut unit, "votes", notes.as_str()).await.unwrap(), None);
        assert_eq!(aliases.person_in(&mut unit, "notes", "invented").await.unwrap(), None);
    }
    assert!(!notes.as_str().contains(&person.to_string()));
}

#[tokio::test]
async fn an_alias_made_in_a_unit_exists_only_if_it_commits() {
    let house = house().await;
    let aliases = &house.identity.aliases;
    let person = sign_in(&house.identity.sessions, &attested(1)).await.1.person.id;
    let mut unit = house.storage.begin().await.unwrap();
    let lost = aliases.alias_in(&mut unit, person, "notes").await.unwrap();
    assert_eq!(aliases.alias_in(&mut unit, person, "notes").await.unwrap(), lost);
    drop(unit);
    assert_eq!(aliases.find(person, "notes").await.unwrap(), None);

    let mut unit = house.storage.begin().await.unwrap();
    let kept = aliases.alias_in(&mut unit, person, "notes").await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(aliases.find(person, "notes").await.unwrap(), Some(kept));
}

#[tokio::test]
async fn a_session_survives_a_restart_and_ends_when_asked() {
    let house = house().await;
    let (token, session) = sign_in(&house.identity.sessions, &attested(1)).await;
    let restarted = open(&house.storage, &house.legal, &house.clock).await;
    for identity in [&house.identity, &restarted] {
        let found = identity.sessions.lookup(token.secret()).await.unwrap().unwrap();
        assert_eq!((found.person.id, found.id.clone()), (session.person.id, session.id.clone()));
    }
    assert!(house.identity.sessions.end(&session.id, &unrecorded).await.unwrap());
    assert!(!house.identity.sessions.end(&session.id, &unrecorded).await.unwrap());
    assert!(house.identity.sessions.lookup(token.secret()).await.unwrap().is_none());
    for nonsense in ["", "nonsense", Token::random().secret()] {
        assert!(house.identity.sessions.lookup(nonsense).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn signing_in_changes_the_token_and_ends_the_old_session() {
    let house = house().await;
    let sessions = &house.identity.sessions;
    let planted = Token::random();
    let opening = Opening { previous: Some(planted.secret()), language: Some("uk"), ..Opening::default() };
    let (first, session) =
        sessions.open(&attested(1), opening, &|_, _| Box::pin(async { Ok(()) })).await.unwrap();
    assert_ne!(first, planted);
    assert_eq!(session.language.as_deref(), Some("uk"));
    assert!(sessions.lookup(planted.secret()).await.unwrap().is_none());

    let opening = Opening { previous: Some(first.secret()), ..Opening::default() };
    let (second, _) = sessions.open(&attested(2), opening, &|_, _| Box::pin(async { Ok(()) })).await.unwrap();
    assert_ne!(first, second);
    assert!(sessions.lookup(first.secret()).await.unwrap().is_none());
    assert!(sessions.lookup(second.secret()).await.unwrap().is_some());
}

#[tokio::test]
async fn an_unused_session_ends() {
    let house = house().await;
    let sessions = &house.identity.sessions;
    let (token, _) = sign_in(sessions, &attested(1)).await;
    (house.hand)(SignedDuration::from_mins(59));
    assert!(sessions.lookup(token.secret()).await.unwrap().is_some());
    (house.hand)(SignedDuration::from_mins(59));
    assert!(sessions.lookup(token.secret()).await.unwrap().is_some());
    (house.hand)(SignedDuration::from_mins(60));
    assert!(sessions.lookup(token.secret()).await.unwrap().is_none());
    // And does not come to life again.
    assert!(sessions.lookup(token.secret()).await.unwrap().is_none());
}

#[tokio::test]
async fn the_legal_clock_ends_no_session() {
    let house = house().await;
    let (token, _) = sign_in(&house.identity.sessions, &attested(1)).await;
    house.legal.advance(SignedDuration::from_hours(24 * 92)).unwrap();
    assert!(house.identity.sessions.lookup(token.secret()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_used_session_ends_too_and_is_swept_away() {
    let house = house().await;
    let sessions = &house.identity.sessions;
    let (token, session) = sign_in(sessions, &attested(1)).await;
    for _ in 0..12 * 2 - 1 {
        (house.hand)(SignedDuration::from_mins(30));
        assert!(sessions.lookup(token.secret()).await.unwrap().is_some());
    }
    assert_eq!(sessions.sweep().await.unwrap(), 0);
    (house.hand)(SignedDuration::from_mins(30));
    assert!(sessions.lookup(token.secret()).await.unwrap().is_none());
    assert!(sessions.of(session.person.id).await.unwrap().is_empty());
    assert_eq!(sessions.sweep().await.unwrap(), 1);
    assert_eq!(sessions.sweep().await.unwrap(), 0);
}

#[tokio::test]
async fn looking_up_needs_no_commit_and_last_use_is_written_now_and_then() {
    let house = house().await;
    let sessions = &house.identity.sessions;
    let (token, session) = sign_in(sessions, &attested(1)).await;
    let revision = async || {
        let mut unit = house.storage.begin().await.unwrap();
        unit.get("identity", "sessions", session.id.as_str()).await.unwrap().unwrap().revision
    };
    for _ in 0..10 {
        (house.hand)(SignedDuration::from_secs(20));
        sessions.lookup(token.secret()).await.unwrap().unwrap();
    }
    assert_eq!(revision().await, 1);

    let mut changes = house.storage.changes();
    (house.hand)(SignedDuration::from_mins(5));
    let (one, two) = tokio::join!(sessions.lookup(token.secret()), sessions.lookup(token.secret()));
    one.unwrap().unwrap();
    two.unwrap().unwrap();
    changes.recv().await.unwrap();
    assert_eq!(revision().await, 2);
    let restarted = open(&house.storage, &house.legal, &house.clock).await;
    let found = restarted.sessions.lookup(token.secret()).await.unwrap().unwrap();
    assert_eq!(found.last_used, house.clock.now());
}

#[tokio::test]
async fn a_person_sees_and_ends_their_sessions() {
    let house = house().await;
    let sessions = &house.identity.sessions;
    let (first, one) = sign_in(sessions, &attested(1)).await;
    (house.hand)(SignedDuration::from_secs(1));
    let (second, two) = sign_in(sessions, &attested(1)).await;
    let (other, _) = sign_in(sessions, &attested(2)).await;
    let listed: Vec<_> =
        sessions.of(one.person.id).await.unwrap().into_iter().map(|session| session.id).collect();
    assert_eq!(listed, [one.id, two.id]);
    assert_eq!(sessions.end_all(one.person.id, &unrecorded).await.unwrap(), 2);
    for token in [first, second] {
        assert!(sessions.lookup(token.secret()).await.unwrap().is_none());
    }
    assert!(sessions.lookup(other.secret()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_change_of_roles_ends_the_sessions() {
    let house = house().await;
    let (sessions, grants) = (&house.identity.sessions, &house.identity.grants);
    let (token, session) = sign_in(sessions, &attested(1)).await;
    let (elsewhere, _) = sign_in(sessions, &attested(1)).await;
    let (others, other) = sign_in(sessions, &attested(11)).await;
    let by = other.person.id;
    assert!(session.roles.is_empty() && session.principal().body.is_none());

    let person = session.person.id;
    assert!(
        grants
            .grant(person, &administrator(), Some(by), &|unit| {
                unit.entry(b"granted".to_vec());
                Box::pin(async { Ok(()) })
            })
            .await
            .unwrap()
    );
    for ended in [token, elsewhere] {
        assert!(sessions.lookup(ended.secret()).await.unwrap().is_none());
    }
    assert!(sessions.of(person).await.unwrap().is_empty());
    assert!(sessions.lookup(others.secret()).await.unwrap().is_some(), "nobody else is disturbed");

    let (token, _) = sign_in(sessions, &attested(1)).await;
    assert!(
        !grants
            .grant(person, &administrator(), Some(by), &|_| Box::pin(async { panic!("nothing changes") }))
            .await
            .unwrap()
    );
    let principal = sessions.lookup(token.secret()).await.unwrap().unwrap().principal();
    assert_eq!(principal.roles.bodies_for("notes"), ["ministry-digital"]);
    assert!(principal.roles.bodies_for("votes").is_empty());
    assert_eq!(principal.body.as_deref(), Some("ministry-digital"));
    let kept = grants.of(person).await.unwrap();
    assert_eq!((kept[0].by, kept[0].since), (Some(by), house.legal.now()));
    assert_eq!(grants.all().await.unwrap().len(), 1);
    // The host is started anew: what has ended stays ended, what has not goes on.
    let restarted = open(&house.storage, &house.legal, &house.clock).await;
    assert!(restarted.sessions.lookup(token.secret()).await.unwrap().is_some());

    assert!(
        grants
            .revoke(person, &administrator(), &|unit| {
                unit.entry(b"revoked".to_vec());
                Box::pin(async { Ok(()) })
            })
            .await
            .unwrap()
    );
    assert!(
        !grants
            .revoke(person, &administrator(), &|_| Box::pin(async { panic!("nothing changes") }))
            .await
            .unwrap()
    );
    assert!(sessions.lookup(token.secret()).await.unwrap().is_none());
    let restarted = open(&house.storage, &house.legal, &house.clock).await;
    assert!(restarted.sessions.lookup(token.secret()).await.unwrap().is_none());
    assert!(sign_in(sessions, &attested(1)).await.1.roles.is_empty());
    assert!(grants.all().await.unwrap().is_empty());
    assert_eq!(house.storage.entry_count().await.unwrap(), 2);

    let nobody = PersonId::parse("0198f000-0000-7000-8000-000000000000").unwrap();
    let refused = grants.grant(nobody, &Role::Holder, None, &unrecorded).await;
    assert!(matches!(refused, Err(IdentityError::NoPerson(_))));
}

#[tokio::test]
async fn a_block_has_its_ground_and_ends_the_sessions() {
    let house = house().await;
    let (sessions, grants) = (&house.identity.sessions, &house.identity.grants);
    let (token, session) = sign_in(sessions, &attested(1)).await;
    let (person, by) = (session.person.id, sign_in(sessions, &attested(11)).await.1.person.id);
    assert!(!session.blocked);

    assert!(grants.block(person, "rules of use, item 5", Some(by), &unrecorded).await.unwrap());
    assert!(sessions.lookup(token.secret()).await.unwrap().is_none());
    assert!(!grants.block(person, "another ground", None, &unrecorded).await.unwrap());
    let kept = grants.blocking(person).await.unwrap().unwrap();
    assert_eq!((&*kept.basis, kept.since, kept.by), ("rules of use, item 5", house.legal.now(), Some(by)));
    let (token, session) = sign_in(sessions, &attested(1)).await;
    assert!(session.blocked && session.principal().blocked, "who is blocked may still come in and read");

    assert!(grants.unblock(person, &unrecorded).await.unwrap());
    assert!(!grants.unblock(person, &unrecorded).await.unwrap());
    assert!(sessions.lookup(token.secret()).await.unwrap().is_none());
    assert!(!sign_in(sessions, &attested(1)).await.1.blocked);
    assert_eq!(grants.blocking(person).await.unwrap(), None);
}

#[tokio::test]
async fn an_act_begun_before_a_revocation_or_block_conflicts_with_it() {
    let house = house().await;
    let grants = &house.identity.grants;
    let person = sign_in(&house.identity.sessions, &attested(1)).await.1.person.id;
    grants.grant(person, &administrator(), None, &unrecorded).await.unwrap();
    let begun = async |module: &str| {
        let standing = grants.standing(person).await.unwrap();
        let mut act = house.storage.begin().await.unwrap();
        assert!(grants.still_stands(&mut act, person, standing.revision).await.unwrap());
        assert!(!grants.still_stands(&mut act, person, standing.revision + 1).await.unwrap());
        house.identity.aliases.alias_in(&mut act, person, module).await.unwrap();
        act
    };
    let act = begun("notes").await;
    grants.revoke(person, &administrator(), &unrecorded).await.unwrap();
    assert!(act.commit().await.unwrap_err().is_retryable());
    let act = begun("votes").await;
    grants.block(person, "rules of use, item 5", None, &unrecorded).await.unwrap();
    assert!(act.commit().await.unwrap_err().is_retryable());
    begun("items").await.commit().await.unwrap();
}

#[tokio::test]
async fn a_person_acts_for_an_organisation_that_is_tied_to_them() {
    let house = house().await;
    let sessions = &house.identity.sessions;
    let (token, session) = sign_in(sessions, &attested(13)).await;
    let attested_by_provider = session.organisation.clone().unwrap();
    assert_eq!(session.principal().organisation, None);

    let code = attested_by_provider.edrpou.clone();
    let session = sessions.act_for(token.secret(), Some(&code)).await.unwrap();
    assert_eq!(session.principal().organisation, Some(attested_by_provider));
    let restarted = open(&house.storage, &house.legal, &house.clock).await;
    let found = restarted.sessions.lookup(token.secret()).await.unwrap().unwrap();
    assert_eq!(found.acting_for.unwrap().edrpou, code);

    let foreign: Edrpou = "00032112".parse().unwrap();
    let refused = sessions.act_for(token.secret(), Some(&foreign)).await;
    assert!(matches!(refused, Err(IdentityError::NotRepresented(_))));
    assert_eq!(sessions.act_for(token.secret(), None).await.unwrap().acting_for, None);
    let ended = sessions.act_for(Token::random().secret(), None).await;
    assert!(matches!(ended, Err(IdentityError::NoSession)));
}

#[tokio::test]
async fn a_revoked_representation_ends_acting_for_it() {
    let house = house().await;
    let (sessions, grants) = (&house.identity.sessions, &house.identity.grants);
    let person = sign_in(sessions, &attested(1)).await.1.person.id;
    let edrpou: Edrpou = "00032112".parse().unwrap();
    let role = Role::OrganisationRepresentative { edrpou: edrpou.clone() };
    grants.grant(person, &role, None, &unrecorded).await.unwrap();
    let (token, _) = sign_in(sessions, &attested(1)).await;
    assert!(sessions.act_for(token.secret(), Some(&edrpou)).await.unwrap().acting_for.is_some());
    grants.revoke(person, &role, &unrecorded).await.unwrap();
    assert!(
        sessions.lookup(token.secret()).await.unwrap().is_none(),
        "nobody acts in another's name unawares"
    );
    assert!(sign_in(sessions, &attested(1)).await.1.acting_for.is_none());
}

#[tokio::test]
async fn the_language_stays_with_the_session() {
    let house = house().await;
    let (token, _) = sign_in(&house.identity.sessions, &attested(1)).await;
    house.identity.sessions.set_language(token.secret(), "en").await.unwrap();
    let restarted = open(&house.storage, &house.legal, &house.clock).await;
    let found = restarted.sessions.lookup(token.secret()).await.unwrap().unwrap();
    assert_eq!(found.language.as_deref(), Some("en"));
}

#[tokio::test]
async fn the_audit_entry_is_part_of_the_sign_in() {
    let house = house().await;
    let record: vzaemo_identity::SignInRecorder<'_> = &|unit, signed_in| {
        unit.entry(format!("{} {}", signed_in.new_person, signed_in.person).into_bytes());
        Box::pin(async { Ok(()) })
    };
    let (_, session) = house.identity.sessions.open(&attested(1), Opening::default(), record).await.unwrap();
    house.identity.sessions.open(&attested(1), Opening::default(), record).await.unwrap();
    let entries = house.storage.entries(0, 10).await.unwrap();
    let texts: Vec<_> = entries.iter().map(|entry| String::from_utf8(entry.bytes.clone()).unwrap()).collect();
    assert_eq!(texts, [format!("true {}", session.person.id), format!("false {}", session.person.id)]);
}

#[tokio::test]
async fn seeding_gives_the_named_their_roles_once() {
    let house = house().await;
    let persons = DevPersons::new(7).unwrap();
    let (issuer, provider) = ("http://localhost:8080/dev/id", "development");
    let seeded = house.identity.seed_dev_persons(&persons, issuer, provider).await.unwrap();
    let id = |number| seeded.iter().find(|(known, _)| *known == number).unwrap().1;

    // Whoever signs in as one of them is that very person.
    let (_, holder) = sign_in(&house.identity.sessions, &attested(10)).await;
    assert_eq!(holder.person.id, id(10));
    assert!(holder.roles.has(&Role::Holder));
    let (_, official) = sign_in(&house.identity.sessions, &attested(9)).await;
    assert_eq!(official.principal().body.as_deref(), Some("ministry-digital"));
    assert_eq!(official.roles.bodies_for("anything"), ["ministry-digital"]);

    house.identity.grants.revoke(id(12), &Role::Auditor, &unrecorded).await.unwrap();
    house.identity.seed_dev_persons(&persons, issuer, provider).await.unwrap();
    assert!(
        house.identity.grants.standing(id(12)).await.unwrap().roles.is_empty(),
        "a seed undoes no revocation"
    );
}

#[test]
fn the_seeded_bodies_exist() {
    let (bodies, _) = vzaemo_registers::Bodies::sample().unwrap();
    let persons = DevPersons::new(7).unwrap();
    for role in persons.named().iter().flat_map(|person| &person.roles) {
        if let Role::ModuleAdministrator { body, module } = role {
            assert!(bodies.get(body).is_some(), "{body}");
            assert_eq!(module, "*", "the host names no module");
        }
    }
}

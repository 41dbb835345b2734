//! Approving and declining on either engine.

use super::record::{Effect, FileChange};
use super::{Change, Proposed, Standing, State, Undecided, Words, applied, failed, lapse, open, propose};
use crate::place::{Engine, Place, on_both_engines, place};
use crate::two_person::{Refusal, TwoPersonError};
use vzaemo_cabinet::Text;
use vzaemo_identity::dev::DevPersons;
use vzaemo_identity::{Attested, Method, Opening, Principal, Role, unrecorded};

/// Proposed when another one is not said.
const TEXT: &str = "[modules.notes]\nenabled = false\n";

fn proposed(text: &str) -> Proposed {
    let effect =
        Effect { module: Some("notes".into()), what: "disabled".into(), names: Vec::new(), grows: false };
    Proposed {
        text: text.to_owned(),
        desired: "{}".to_owned(),
        policies: "[]".to_owned(),
        effects: vec![effect],
        at_next_start: Vec::new(),
        files: vec![FileChange {
            name: "platform.toml".into(),
            before: String::new(),
            after: text.to_owned(),
        }],
    }
}

fn words() -> Words {
    let notice = Text { uk: "Не вдалося".to_owned(), en: "It failed".to_owned() };
    Words { notice, address: "/administration/changes/1".to_owned() }
}

impl Place {
    /// A test person who signs in; with a role.
    async fn with_role(&self, number: u32, role: Option<Role>) -> Principal {
        let person = DevPersons::new(7).unwrap().person(number).unwrap();
        let attested = Attested {
            method: Method::OpenIdConnect { provider: "development".into() },
            issuer: "https://id.example".into(),
            subject: person.subject(),
            assurance: person.assurance,
            key: (number != 7).then_some(person.key),
            name: person.name,
            organisation: None,
        };
        if let Some(role) = role {
            let id = self.identity.persons.ensure(&attested).await.unwrap().id;
            self.identity.grants.grant(id, &role, None, &unrecorded).await.unwrap();
        }
        let sessions = &self.identity.sessions;
        let opened = sessions.open(&attested, Opening::default(), &|_, _| Box::pin(async { Ok(()) })).await;
        opened.unwrap().1.principal()
    }

    async fn holder(&self, number: u32) -> Principal {
        self.with_role(number, Some(Role::Holder)).await
    }

    async fn proposes(&self, text: &str, again: bool) -> Standing {
        let platform = self.service.platform();
        let mut unit = self.storage().begin().await.unwrap();
        let standing = propose(&mut unit, platform, &proposed(text), 2, again).await.unwrap();
        unit.commit().await.unwrap();
        // Each at a moment of its own.
        platform.legal.advance(vzaemo_clock::SignedDuration::from_secs(1)).unwrap();
        standing
    }

    async fn new_change(&self, text: &str) -> Change {
        match self.proposes(text, true).await {
            Standing::New(change) => change,
            other => panic!("{other:?}"),
        }
    }

    async fn approves(&self, by: &Principal, change: &Change) -> Result<Change, Undecided> {
        self.service.approve_change(by, &change.id, &change.digest, &words()).await
    }

    async fn state(&self, change: &Change) -> State {
        self.service.change(&change.id).await.unwrap().unwrap().state
    }

    async fn to_apply(&self) -> Option<String> {
        let mut unit = self.storage().begin().await.unwrap();
        open(&mut unit).await.unwrap().map(|change| change.id)
    }

    async fn told(&self, who: &Principal) -> usize {
        let mut unit = self.storage().begin().await.unwrap();
        let person = who.person.to_string();
        vzaemo_cabinet::my_notices(&mut unit, &person, 10, None).await.unwrap().0.len()
    }
}

fn refusal(result: Result<Change, Undecided>) -> Refusal {
    match result.unwrap_err() {
        Undecided::TwoPerson(TwoPersonError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

async fn two_approve_and_both_are_told_what_failed(engine: Engine) {
    let place = place(engine).await;
    let (one, other) = (place.holder(10).await, place.holder(14).await);
    let change = place.new_change(TEXT).await;
    assert_eq!(place.proposes(TEXT, true).await, Standing::Before(change.clone()), "the same is one change");
    assert_eq!(place.approves(&one, &change).await.unwrap().state, State::Waiting);
    assert_eq!(place.to_apply().await, None);
    assert_eq!(place.approves(&other, &change).await.unwrap().state, State::Approved);
    assert_eq!(place.to_apply().await.as_ref(), Some(&change.id));
    // Sent once more it is the same approval.
    assert_eq!(place.approves(&one, &change).await.unwrap().approvals.len(), 2);
    let mut unit = place.storage().begin().await.unwrap();
    let now = place.service.platform().legal.now();
    assert!(failed(&mut unit, &change.id, vec!["notes is gone".into()], now).await.unwrap());
    unit.commit().await.unwrap();
    assert_eq!((place.state(&change).await, place.to_apply().await), (State::Failed, None));
    assert_eq!((place.told(&one).await, place.told(&other).await), (1, 1));
    // It is settled once: another node that has applied it meanwhile is not believed, nor the other way round.
    let mut unit = place.storage().begin().await.unwrap();
    assert!(!applied(&mut unit, &change.id, 2, now).await.unwrap());
    drop(unit);
    // By itself it is not proposed again; when somebody asks, it is.
    assert!(matches!(place.proposes(TEXT, false).await, Standing::Settled(_)));
    let again = place.new_change(TEXT).await;
    assert!(again.approvals.is_empty() && again.digest == change.digest);
    place.verifies().await;
}

async fn attack_same_holder_or_somebody_else_does_not_approve(engine: Engine) {
    let place = place(engine).await;
    let (one, other) = (place.holder(10).await, place.holder(14).await);
    let change = place.new_change(TEXT).await;
    place.approves(&one, &change).await.unwrap();
    assert_eq!(refusal(place.approves(&one, &change).await), Refusal::SamePerson);
    let second_session = place.with_role(10, None).await;
    assert_eq!(refusal(place.approves(&second_session, &change).await), Refusal::SamePerson);
    let technical = place.with_role(11, Some(Role::TechnicalAdministrator)).await;
    assert_eq!(refusal(place.approves(&technical, &change).await), Refusal::NotEntitled);
    let unproven = place.holder(7).await;
    assert_eq!(refusal(place.approves(&unproven, &change).await), Refusal::NotProven);
    // Whose role was taken since they signed in.
    place.identity.grants.revoke(other.person, &Role::Holder, &unrecorded).await.unwrap();
    assert_eq!(refusal(place.approves(&other, &change).await), Refusal::NotEntitled);
    let blocked = place.holder(100).await;
    place.identity.grants.block(blocked.person, "by decision 1", None, &unrecorded).await.unwrap();
    assert_eq!(refusal(place.approves(&blocked, &change).await), Refusal::NotEntitled);
    let third = place.holder(101).await;
    let shown = Change { digest: "0".repeat(64), ..change.clone() };
    assert_eq!(refusal(place.approves(&third, &shown).await), Refusal::Changed);
    assert_eq!(place.state(&change).await, State::Waiting);
    assert_eq!(place.approves(&third, &change).await.unwrap().state, State::Approved);
}

async fn what_was_replaced_declined_changed_back_or_is_old_cannot_be_approved(engine: Engine) {
    let place = place(engine).await;
    let (one, other) = (place.holder(10).await, place.holder(14).await);
    let older = place.new_change(TEXT).await;
    place.approves(&one, &older).await.unwrap();
    let newer = place.new_change("[modules.votes]\nenabled = false\n").await;
    assert_eq!(place.state(&older).await, State::Replaced);
    assert!(matches!(place.approves(&other, &older).await, Err(Undecided::Replaced)));
    assert!(newer.approvals.is_empty());

    place.approves(&one, &newer).await.unwrap();
    place.service.decline_change(&one, &newer.id, "I was wrong.").await.unwrap();
    assert_eq!(refusal(place.approves(&other, &newer).await), Refusal::Declined);
    assert!(place.service.decline_change(&other, &newer.id, "Again").await.is_err());

    let back = place.new_change(TEXT).await;
    let mut unit = place.storage().begin().await.unwrap();
    assert!(lapse(&mut unit, Some("another")).await.unwrap().is_empty());
    assert_eq!(lapse(&mut unit, None).await.unwrap(), std::slice::from_ref(&back.id));
    unit.commit().await.unwrap();
    assert!(matches!(place.approves(&one, &back).await, Err(Undecided::Lapsed)));

    let old = place.new_change(TEXT).await;
    place.approves(&one, &old).await.unwrap();
    place.pass(15);
    assert!(matches!(place.approves(&other, &old).await, Err(Undecided::Lapsed)));
    let fresh = place.new_change(TEXT).await;
    assert_eq!((place.state(&old).await, fresh.approvals.len()), (State::Lapsed, 0));
    assert_eq!(place.service.changes(10).await.unwrap().len(), 5);
    place.verifies().await;
}

on_both_engines! {
    two_approve_and_both_are_told_what_failed
    attack_same_holder_or_somebody_else_does_not_approve
    what_was_replaced_declined_changed_back_or_is_old_cannot_be_approved
}

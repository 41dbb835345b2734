//! Who, may, did: acts and views of modules that serve.

use crate::house::{House, NO_PROBLEMS, NOTES, package};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use vzaemo_access::Reason;
use vzaemo_contract::call::Request;
use vzaemo_identity::{Grants, PersonId, Role, unrecorded};
use vzaemo_service::{Caller, Error, Health, HealthEvent};

/// An act for every signed-in person, one for officials, and a view for officials.
const ACTS: &str = r#"[[acts]]
name = "press"
path = "/press"
by = ["person"]
[[acts]]
name = "publish"
path = "/publish"
by = ["official"]
[[views]]
name = "desk"
path = "/desk"
by = ["official"]
"#;

fn empty() -> Request {
    Request { params: Vec::new(), query: Vec::new(), input: "{}".to_owned() }
}

fn administrator() -> Role {
    Role::ModuleAdministrator { body: "ministry-digital".into(), module: "notes".into() }
}

async fn house() -> House {
    watched(None).await
}

async fn watched(health: Option<Arc<dyn Health>>) -> House {
    let house = House::watched(NOTES, health).await;
    house.layout.put(&package("notes", "1.0.0", ACTS, NO_PROBLEMS)).unwrap();
    house.lifecycle.start().await.unwrap();
    house
}

fn reason(result: Result<vzaemo_service::Done, Error>) -> Reason {
    match result {
        Err(Error::Denied { reason }) => reason,
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("it was done"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_with_the_roles_of_an_ended_session_is_denied() {
    let house = house().await;
    let (grants, number) = (&house.identity.grants, 0);
    let person = house.sign_in(number).await.1.person.id;
    grants.grant(person, &administrator(), None, &unrecorded).await.unwrap();
    let caller = house.caller(number).await;
    house.service.act(&caller, "notes", "publish", &empty(), None).await.unwrap();

    grants.revoke(person, &administrator(), &unrecorded).await.unwrap();
    let denied = house.service.act(&caller, "notes", "publish", &empty(), None).await;
    assert_eq!(reason(denied), Reason::SignInNeeded);
    let caller = house.caller(number).await;
    let denied = house.service.act(&caller, "notes", "publish", &empty(), None).await;
    assert_eq!(reason(denied), Reason::NotOfficial);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_blocked_does_nothing() {
    let house = house().await;
    let caller = house.caller(0).await;
    house.service.act(&caller, "notes", "press", &empty(), None).await.unwrap();
    let person = caller.principal.as_ref().unwrap().person;
    house.identity.grants.block(person, "rules of use, item 5", None, &unrecorded).await.unwrap();
    let denied = house.service.act(&caller, "notes", "press", &empty(), None).await;
    assert_eq!(reason(denied), Reason::SignInNeeded);
    let caller = house.caller(0).await;
    assert_eq!(reason(house.service.act(&caller, "notes", "press", &empty(), None).await), Reason::Blocked);

    house.identity.grants.unblock(person, &unrecorded).await.unwrap();
    let caller = house.caller(0).await;
    house.service.act(&caller, "notes", "press", &empty(), None).await.unwrap();
}

/// Takes a role away at the very moment at which an act's module has answered, before its commit.
#[derive(Default)]
struct Revoker {
    armed: AtomicBool,
    whom: OnceLock<(Arc<Grants>, PersonId)>,
}

impl Health for Revoker {
    fn ended(&self, _: &str, _: &str, _: HealthEvent) {
        if !self.armed.swap(false, Ordering::SeqCst) {
            return;
        }
        let (grants, person) = self.whom.get().unwrap();
        let revoked = async { grants.revoke(*person, &administrator(), &unrecorded).await.unwrap() };
        assert!(tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(revoked)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_that_is_running_at_the_revocation_does_not_commit() {
    let revoker = Arc::new(Revoker::default());
    let house = watched(Some(Arc::clone(&revoker) as Arc<dyn Health>)).await;
    let grants = &house.identity.grants;
    let person = house.sign_in(0).await.1.person.id;
    grants.grant(person, &administrator(), None, &unrecorded).await.unwrap();
    let caller: Caller = house.caller(0).await;
    revoker.whom.set((Arc::clone(grants), person)).ok().unwrap();
    revoker.armed.store(true, Ordering::SeqCst);

    let denied = house.service.act(&caller, "notes", "publish", &empty(), None).await;
    assert_eq!(reason(denied), Reason::SignInNeeded);
    assert!(!revoker.armed.load(Ordering::SeqCst), "the act had begun before the revocation");
    let audited = house.audited().await;
    let done = |entry: &&String| entry.contains("publish") && entry.contains("\"kind\":\"act\"");
    assert_eq!(audited.iter().filter(done).count(), 0, "{audited:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_at_what_is_not_theirs_is_audited_once_in_ten_minutes() {
    let house = house().await;
    let caller = house.caller(0).await;
    let looks = async || {
        let entries = house.audited().await;
        entries.into_iter().filter(|entry| entry.contains("\"kind\":\"refusal\"")).collect::<Vec<_>>()
    };
    let desk = async |caller: &Caller| match house.service.view(caller, "notes", "desk", &empty()).await {
        Err(Error::Denied { reason }) => reason,
        _ => panic!("it was shown"),
    };
    assert_eq!(desk(&Caller::ANONYMOUS).await, Reason::SignInNeeded);
    assert_eq!(looks().await, [""; 0], "visitors are counted elsewhere");
    for _ in 0..3 {
        assert_eq!(desk(&caller).await, Reason::NotOfficial);
    }
    let audited = looks().await;
    assert_eq!(audited.len(), 1, "{audited:#?}");
    for part in ["\"act\":\"desk\"", "\"decision\":\"deny\"", "denied: NotOfficial", "\"view\""] {
        assert!(audited[0].contains(part), "{part} in {}", audited[0]);
    }

    let version = Arc::clone(house.service.snapshot().modules["notes"].serving().unwrap());
    house.service.may(&caller, &version, "press", &[]).await.unwrap();
    for _ in 0..2 {
        let denied = house.service.may(&caller, &version, "publish", &[]).await;
        assert!(matches!(denied, Err(Error::Denied { reason: Reason::NotOfficial })));
    }
    assert!(matches!(house.service.may(&caller, &version, "nothing", &[]).await, Err(Error::NotFound)));
    let audited = looks().await;
    assert!(audited.len() == 2 && audited[1].contains("\"form\""), "{audited:#?}");

    (house.advance)(10 * 60);
    desk(&caller).await;
    let audited = looks().await;
    assert!(audited.len() == 3 && audited[2].contains("2 more since the last entry"), "{audited:#?}");
}

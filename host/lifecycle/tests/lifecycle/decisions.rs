//! No way to an act or a private view that does not pass a decision: random requests by random people, counted.

use crate::house::{House, NO_PROBLEMS, NOTES, package};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use vzaemo_contract::call::Request;
use vzaemo_identity::{Role, unrecorded};
use vzaemo_service::{Caller, Decisions, Error, Health, HealthEvent};

/// Views and acts of every kind of rule, with and without a document.
const RULES: &str = r#"[[acts]]
name = "press"
path = "/press"
by = ["person"]
[[acts]]
name = "publish"
path = "/publish"
by = ["official"]
[[acts]]
name = "tune"
path = "/tune"
by = ["holder"]
assurance = "high"
[[acts]]
name = "touch"
path = "/{note}/touch"
by = ["person"]
resource = { collection = "notes", param = "note" }
[[views]]
name = "desk"
path = "/desk"
by = ["official"]
[[views]]
name = "settings"
path = "/settings"
by = ["holder"]
[[views]]
name = "own"
path = "/own"
by = ["person"]
[[views]]
name = "note"
path = "/{note}/note"
by = ["person"]
resource = { collection = "notes", param = "note" }
"#;

const ACTS: [&str; 5] = ["press", "publish", "tune", "touch", "no-such-act"];
/// The first is open.
const VIEWS: [&str; 6] = ["all", "desk", "settings", "own", "note", "no-such-view"];

/// Counts the calls into modules.
#[derive(Default)]
struct Calls(AtomicU64);

impl Health for Calls {
    fn ended(&self, _: &str, _: &str, _: HealthEvent) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Chance that comes out the same each time (xorshift64, Marsaglia 2003).
struct Chance(u64);

impl Chance {
    fn below(&mut self, number: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % number as u64).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_module_is_called_for_an_act_or_a_private_view_without_a_decision_that_allows() {
    let calls = Arc::new(Calls::default());
    let house = House::watched(NOTES, Some(Arc::clone(&calls) as Arc<dyn Health>)).await;
    house.layout.put(&package("notes", "1.0.0", RULES, NO_PROBLEMS)).unwrap();
    house.lifecycle.start().await.unwrap();
    let grants = &house.identity.grants;
    for (number, role) in [
        (1, Role::ModuleAdministrator { body: "ministry-digital".into(), module: "notes".into() }),
        (2, Role::ModuleAdministrator { body: "ministry-digital".into(), module: "votes".into() }),
        (3, Role::Holder),
        (4, Role::TechnicalAdministrator),
    ] {
        let person = house.sign_in(number).await.1.person.id;
        grants.grant(person, &role, None, &unrecorded).await.unwrap();
    }
    let mut callers = vec![Caller::ANONYMOUS];
    for number in 0..6 {
        callers.push(house.caller(number).await);
    }
    let version = Arc::clone(house.service.snapshot().modules["notes"].serving().unwrap());
    let counts = || (calls.0.load(Ordering::SeqCst), house.service.decisions());
    let mut chance = Chance(0x5eed_cafe_f00d_beef);
    let (mut called, mut denied) = (0, 0);
    for round in 0..600 {
        let caller = &callers[chance.below(callers.len())];
        let key = ["first", "nothing"][chance.below(2)];
        let (act, view) = (ACTS[chance.below(ACTS.len())], VIEWS[chance.below(VIEWS.len())]);
        let params = vec![("note".to_owned(), key.to_owned())];
        let request = Request { params: params.clone(), query: Vec::new(), input: "{}".to_owned() };
        let submission = format!("s{}", chance.below(40));
        let before = counts();
        let (open, error) = match chance.below(5) {
            0 => (false, house.service.act(caller, "notes", act, &request, None).await.err()),
            1 => (false, house.service.act(caller, "notes", act, &request, Some(&submission)).await.err()),
            2 => (view == "all", house.service.view(caller, "notes", view, &request).await.err()),
            3 => (view == "all", house.service.read("notes", view, &request).await.err()),
            _ => (false, house.service.may(caller, &version, act, &params).await.err()),
        };
        let after = counts();
        let made = after.0 - before.0;
        let Decisions { asked, allowed } =
            Decisions { asked: after.1.asked - before.1.asked, allowed: after.1.allowed - before.1.allowed };
        let told = format!(
            "round {round}: {act} or {view}, {asked} asked, {allowed} allowed, {made} calls: {error:?}"
        );
        assert!(made <= 1, "{told}");
        if open {
            assert_eq!(asked, 0, "{told}");
        } else if made > 0 {
            assert_eq!((asked, allowed), (1, 1), "{told}");
            called += 1;
        }
        if matches!(error, Some(Error::Denied { .. })) {
            assert_eq!((made, allowed), (0, 0), "{told}");
            denied += 1;
        }
    }
    assert!(called > 40 && denied > 40, "{called} called, {denied} denied");
}

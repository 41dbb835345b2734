//! The rules of use: in force by their day, accepted before anybody acts, never changed.

use crate::house::{House, NO_PROBLEMS, NOTES, package};
use std::fs;
use vzaemo_access::Reason;
use vzaemo_clock::SignedDuration;
use vzaemo_contract::call::Request;
use vzaemo_identity::{Edition, unrecorded};
use vzaemo_lifecycle::{Applied, LifecycleError, RulesChange, check_configuration};
use vzaemo_runtime::{Engine, EngineConfig};
use vzaemo_service::{Caller, Error};

const ACTS: &str = r#"[[acts]]
name = "press"
path = "/press"
by = ["person"]
[[acts]]
name = "publish"
path = "/publish"
by = ["official"]
[[views]]
name = "mine"
path = "/mine"
by = ["person"]
"#;

const ONE: &str = "[rules]\nversions = [{ version = \"1.0\", since = \"2026-01-01\" }]\n";
const BOTH: &str = "[rules]\nversions = [{ version = \"1.0\", since = \"2026-01-01\" }, \
                    { version = \"2.0\", since = \"2026-10-01\" }]\n";

fn write(house: &House, version: &str, uk: &str, en: &str) {
    let folder = house.folder.path().join("rules").join(version);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("uk.txt"), uk).unwrap();
    fs::write(folder.join("en.txt"), en).unwrap();
}

async fn house(rules: &str) -> House {
    let house = House::new(&format!("{rules}{NOTES}")).await;
    house.layout.put(&package("notes", "1.0.0", ACTS, NO_PROBLEMS)).unwrap();
    write(&house, "1.0", "Правила.\n\nДруге.\n", "Rules.\r\n\r\nThe second.\r\n");
    write(&house, "2.0", "Нові правила.", "New rules.");
    house
}

fn in_force(house: &House) -> Option<String> {
    house.service.rules_in_force().map(|edition| edition.version.clone())
}

async fn act(house: &House, caller: &Caller, name: &str) -> Result<(), Reason> {
    let empty = Request { params: Vec::new(), query: Vec::new(), input: "{}".to_owned() };
    match house.service.act(caller, "notes", name, &empty, None).await {
        Ok(_) => Ok(()),
        Err(Error::Denied { reason }) => Err(reason),
        Err(error) => panic!("{error:?}"),
    }
}

async fn accept(house: &House, caller: &Caller) {
    let edition = house.service.rules_in_force().unwrap();
    let person = caller.principal.as_ref().unwrap().person;
    assert!(house.identity.rules.accept(person, &edition, &unrecorded).await.unwrap());
}

fn refused(result: Result<Applied, LifecycleError>) -> String {
    result.unwrap_err().problems().iter().map(|problem| format!("{problem}\n")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_nobody_acts_without_having_accepted_the_rules_in_force() {
    let house = house(BOTH).await;
    let applied = house.lifecycle.start().await.unwrap();
    assert!(
        matches!(applied.plan.rules.as_slice(), [RulesChange::Added(one), RulesChange::Added(_)] if one.version == "1.0")
    );
    assert_eq!(in_force(&house).as_deref(), Some("1.0"));
    let caller = house.caller(0).await;
    assert_eq!(act(&house, &caller, "press").await, Err(Reason::RulesPending));
    let empty = Request { params: Vec::new(), query: Vec::new(), input: "{}".to_owned() };
    let seen = house.service.view(&caller, "notes", "mine", &empty).await;
    assert!(matches!(seen, Err(Error::Denied { reason: Reason::RulesPending })), "nor sees what is not open");
    assert_eq!(act(&house, &caller, "publish").await, Err(Reason::NotOfficial), "what is not theirs anyway");
    assert_eq!(act(&house, &Caller::ANONYMOUS, "press").await, Err(Reason::SignInNeeded));
    let audited = house.audited().await;
    assert!(audited.iter().any(|entry| entry.contains("denied: RulesPending")), "{audited:#?}");

    accept(&house, &caller).await;
    act(&house, &caller, "press").await.unwrap();
    let other = house.caller(1).await;
    assert_eq!(act(&house, &other, "press").await, Err(Reason::RulesPending), "one accepts for nobody else");

    // From its day on the other version is in force, in Kyiv.
    let clock = &house.service.platform().legal;
    clock.set_at_least("2026-09-30T20:59:59Z".parse().unwrap()).unwrap();
    assert_eq!(in_force(&house).as_deref(), Some("1.0"));
    act(&house, &caller, "press").await.unwrap();
    clock.advance(SignedDuration::from_secs(1)).unwrap();
    assert_eq!(in_force(&house).as_deref(), Some("2.0"));
    assert_eq!(act(&house, &caller, "press").await, Err(Reason::RulesPending));
    accept(&house, &caller).await;
    act(&house, &caller, "press").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_rules_nobody_is_asked() {
    let house = house("").await;
    house.lifecycle.start().await.unwrap();
    assert_eq!(in_force(&house), None);
    let caller = house.caller(0).await;
    act(&house, &caller, "press").await.unwrap();

    house.configure(&format!("{ONE}{NOTES}"));
    house.lifecycle.reload().await.unwrap();
    assert_eq!(
        act(&house, &caller, "press").await,
        Err(Reason::RulesPending),
        "from the moment they are set"
    );
    house.configure(NOTES);
    let plan = house.lifecycle.reload().await.unwrap().plan;
    assert_eq!(plan.to_string(), "version 1.0 of the rules of use is no longer named\n");
    act(&house, &caller, "press").await.unwrap();
    assert_eq!(house.identity.rules.editions().await.unwrap().len(), 1, "it can be read all the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_a_changed_text_under_the_same_version_is_refused() {
    let house = house(ONE).await;
    house.lifecycle.start().await.unwrap();
    let caller = house.caller(0).await;
    accept(&house, &caller).await;
    for (text, configuration) in
        [("Rules, but others.", ONE.to_owned()), ("Rules.\n\nThe second.", ONE.replace("01-01", "01-02"))]
    {
        write(&house, "1.0", "Правила.\n\nДруге.\n", text);
        house.configure(&format!("{configuration}{NOTES}"));
        let said = refused(house.lifecycle.reload().await);
        assert!(said.contains("version 1.0 of the rules was applied with another text or day"), "{said}");
        assert_eq!(house.service.rules_in_force().unwrap().en, "Rules.\n\nThe second.");
        act(&house, &caller, "press").await.unwrap();
    }
    // Nor after a restart: what was applied last is in force.
    let house = house.again().await;
    refused(house.lifecycle.start().await);
    assert_eq!(house.service.rules_in_force().unwrap().en, "Rules.\n\nThe second.");
    let caller = house.caller(0).await;
    act(&house, &caller, "press").await.unwrap();
    // Another version with that text is taken, and asked for.
    house.configure(&format!("{BOTH}{NOTES}").replace("2026-10-01", "2026-09-01"));
    write(&house, "1.0", "Правила.\n\nДруге.\n", "Rules.\n\nThe second.");
    house.lifecycle.reload().await.unwrap();
    assert_eq!(act(&house, &caller, "press").await, Err(Reason::RulesPending));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_rules_is_said_and_changes_nothing() {
    let house = house(ONE).await;
    house.lifecycle.start().await.unwrap();
    let engine = Engine::new(EngineConfig::default()).unwrap();
    let folder = house.folder.path().join("rules/2.0");
    for (bytes, what) in [
        (&b" \n"[..], "says nothing"),
        (b"\xff\xfe", "is not in UTF-8"),
        (b"a\x07b", "holds control characters"),
        (&vec![b'a'; (256 << 10) + 1], "is larger than 256 KiB"),
    ] {
        fs::write(folder.join("en.txt"), bytes).unwrap();
        house.configure(&format!("{BOTH}{NOTES}"));
        let said = refused(house.lifecycle.reload().await);
        assert!(said.contains("rules.versions") && said.contains(what), "{what}: {said}");
        let checked = check_configuration(&house.path(), &engine).await;
        assert!(checked.problems.iter().any(|problem| problem.what.contains(what)), "{:?}", checked.problems);
    }
    fs::remove_file(folder.join("en.txt")).unwrap();
    assert!(refused(house.lifecycle.reload().await).contains("cannot be read"));
    for (bad, what) in [
        (BOTH.replace("2026-10-01", "2026-01-01"), "two versions are in force from 2026-01-01"),
        (BOTH.replace("2.0", "1.0"), "1.0 is named twice"),
        (BOTH.replace("2.0", "../2"), "is no name of a version"),
        (BOTH.replace("2.0", "acceptance"), "is no name of a version"),
        ("[rules]\nversions = []\n".to_owned(), "there is no version"),
    ] {
        house.configure(&format!("{bad}{NOTES}"));
        let said = refused(house.lifecycle.reload().await);
        assert!(said.contains(what), "{what}: {said}");
    }
    assert_eq!(in_force(&house).as_deref(), Some("1.0"));
    let kept = house.identity.rules.editions().await.unwrap();
    assert_eq!(kept.iter().map(|edition: &Edition| edition.version.as_str()).collect::<Vec<_>>(), ["1.0"]);
}

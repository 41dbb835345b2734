//! Success beside refusal for every rule, and random subjects against an independent reading of the rules.

use crate::{
    Action, Assurance, Decision, ModulePolicies, PolicyText, Reason, ResourceDocument, Subject, Who,
};
use proptest::prelude::*;
use vzaemo_contract::manifest::Manifest;

const MANIFEST: &str = r#"
schema = 1
id = "note-book"
version = "1.0.0"
contract = "0.1"
name = { uk = "Нотатки", en = "Notes" }
about = { uk = "Нотатки", en = "Notes" }
invitation = { uk = "Пишіть", en = "Write" }

[collections.notes]
schema = "schemas/note.json"
[collections.remarks]
schema = "schemas/remark.json"

[[views]]
name = "all"
path = "/"
open = true
[[views]]
name = "mine"
path = "/{note}/mine"
by = ["author"]
resource = { collection = "notes", param = "note" }
[[views]]
name = "desk"
path = "/desk"
by = ["official", "holder"]

[[acts]]
name = "write"
path = "/write"
assurance = "low"
[[acts]]
name = "publish"
path = "/{note}/publish"
resource = { collection = "notes", param = "note" }
[[acts]]
name = "like"
path = "/{note}/like"
resource = { collection = "notes", param = "note" }
[[acts]]
name = "withdraw"
path = "/{note}/withdraw"
resource = { collection = "notes", param = "note" }
[[acts]]
name = "tune"
path = "/tune"
by = ["holder"]
assurance = "high"
[[acts]]
name = "nobody"
path = "/nobody"

[workflow]
collection = "notes"
field = "phase"
states = ["draft", "open", "closed"]
[[workflow.steps]]
act = "write"
to = ["draft"]
by = ["person"]
[[workflow.steps]]
act = "publish"
from = ["draft"]
to = ["open"]
by = ["official"]
[[workflow.steps]]
act = "like"
from = ["open"]
by = ["person"]
[[workflow.steps]]
act = "withdraw"
from = ["draft"]
to = ["closed"]
by = ["author"]
[[workflow.steps]]
act = "withdraw"
from = ["open"]
to = ["closed"]
by = ["official"]
"#;

fn file(path: &str) -> Option<String> {
    match path {
        "schemas/note.json" => Some(
            r#"{ "type": "object", "properties": {
                "phase": { "enum": ["draft", "open", "closed"] },
                "writer": { "type": "string", "x-access": "owner" },
                "office": { "type": ["string", "null"], "x-access": "body" },
                "secret": { "type": "boolean" },
                "weight": { "type": "integer" },
                "tags": { "type": "array", "items": { "type": "string" } },
                "inner": { "type": "object" } } }"#
                .to_owned(),
        ),
        "schemas/remark.json" => Some(r#"{ "type": "object" }"#.to_owned()),
        _ => None,
    }
}

fn manifest() -> Manifest {
    Manifest::from_toml(MANIFEST).unwrap()
}

fn text(file: &str, text: &str) -> PolicyText {
    PolicyText { file: file.to_owned(), text: text.to_owned() }
}

fn compile(module: &str, holder: &str) -> Result<ModulePolicies, crate::PolicyError> {
    let own = [text("policies/own.cedar", module)];
    let holders = [text("holder.cedar", holder)];
    ModulePolicies::compile(&manifest(), &file, &own, &holders)
}

fn plain() -> ModulePolicies {
    compile("", "").unwrap()
}

fn note(state: &str) -> ResourceDocument {
    ResourceDocument {
        collection: "notes".to_owned(),
        key: "n1".to_owned(),
        state: Some(state.to_owned()),
        owner: Some("maria".to_owned()),
        body: Some("office-a".to_owned()),
        ..ResourceDocument::default()
    }
}

fn person(reference: &str) -> Subject {
    Subject::person(reference, Assurance::Substantial)
}

fn official(body: &str) -> Subject {
    Subject { bodies: vec![body.to_owned()], ..person("oksana") }
}

fn act(subject: &Subject, name: &str, resource: Option<&ResourceDocument>) -> Decision {
    plain().decide(subject, Action::Act(name), resource)
}

fn refused(decision: &Decision) -> Reason {
    assert!(!decision.allowed, "{decision:?}");
    assert_eq!(decision.alarm, None);
    decision.reason.clone()
}

#[test]
fn any_signed_in_person_may_do_what_is_for_persons() {
    let decision = act(&person("maria"), "write", None);
    assert!(decision.allowed);
    assert_eq!(decision.reason, Reason::Allowed);
    assert_eq!(decision.capacities, [Who::Person]);
    assert_eq!(decision.policies, ["step.0.person"]);
    assert_eq!(refused(&act(&Subject::visitor(), "write", None)), Reason::SignInNeeded);
}

#[test]
fn roles_of_a_visitor_count_for_nothing() {
    let dressed = Subject {
        holder: true,
        bodies: vec!["office-a".to_owned()],
        assurance: Assurance::High,
        ..Subject::visitor()
    };
    assert_eq!(refused(&act(&dressed, "tune", None)), Reason::SignInNeeded);
    assert_eq!(refused(&act(&dressed, "publish", Some(&note("draft")))), Reason::SignInNeeded);
}

#[test]
fn the_author_may_and_another_person_may_not() {
    let policies = plain();
    let mine = |who: &str| policies.decide(&person(who), Action::View("mine"), Some(&note("open")));
    assert_eq!(mine("maria").capacities, [Who::Author]);
    assert_eq!(refused(&mine("taras")), Reason::NotYours);
    let ownerless = ResourceDocument { owner: None, ..note("open") };
    assert!(!policies.decide(&person("maria"), Action::View("mine"), Some(&ownerless)).allowed);
}

#[test]
fn an_official_acts_within_the_body_only() {
    assert_eq!(act(&official("office-a"), "publish", Some(&note("draft"))).capacities, [Who::Official]);
    assert_eq!(refused(&act(&official("office-b"), "publish", Some(&note("draft")))), Reason::OtherBody);
    assert_eq!(refused(&act(&person("taras"), "publish", Some(&note("draft")))), Reason::NotOfficial);
    let bodiless = ResourceDocument { body: None, ..note("draft") };
    assert_eq!(refused(&act(&official("office-a"), "publish", Some(&bodiless))), Reason::OtherBody);
}

#[test]
fn without_a_document_any_body_will_do() {
    let desk = |subject: &Subject| plain().decide(subject, Action::View("desk"), None);
    assert_eq!(desk(&official("office-b")).capacities, [Who::Official]);
    assert_eq!(refused(&desk(&person("taras"))), Reason::NotOfficial);
}

#[test]
fn the_holder_may_what_is_the_holders() {
    let holder = Subject { holder: true, assurance: Assurance::High, ..person("petro") };
    assert_eq!(act(&holder, "tune", None).capacities, [Who::Holder]);
    let other = Subject { assurance: Assurance::High, ..person("taras") };
    assert_eq!(refused(&act(&other, "tune", None)), Reason::NotHolder);
    let administrator = Subject { technical: true, auditor: true, ..other };
    assert_eq!(refused(&act(&administrator, "tune", None)), Reason::NotHolder);
}

#[test]
fn the_state_decides_too() {
    assert!(act(&person("taras"), "like", Some(&note("open"))).allowed);
    let closed = act(&person("taras"), "like", Some(&note("closed")));
    assert_eq!(refused(&closed), Reason::WrongState { state: "closed".to_owned() });
    let stateless = ResourceDocument { state: None, ..note("open") };
    assert!(!act(&person("taras"), "like", Some(&stateless)).allowed);
}

#[test]
fn two_steps_of_one_act_differ_by_state() {
    assert!(act(&person("maria"), "withdraw", Some(&note("draft"))).allowed);
    assert!(act(&official("office-a"), "withdraw", Some(&note("open"))).allowed);
    assert_eq!(
        refused(&act(&person("maria"), "withdraw", Some(&note("open")))),
        Reason::WrongState { state: "open".to_owned() }
    );
    assert_eq!(
        refused(&act(&official("office-a"), "withdraw", Some(&note("draft")))),
        Reason::WrongState { state: "draft".to_owned() }
    );
}

#[test]
fn nobody_is_asked_to_sign_in_for_what_is_over_nor_told_the_state_of_what_is_not_theirs() {
    let visitor = Subject::visitor();
    assert_eq!(refused(&act(&visitor, "like", Some(&note("open")))), Reason::SignInNeeded);
    assert_eq!(
        refused(&act(&visitor, "like", Some(&note("closed")))),
        Reason::WrongState { state: "closed".to_owned() }
    );
    assert_eq!(refused(&act(&visitor, "publish", Some(&note("open")))), Reason::SignInNeeded);
    assert_eq!(refused(&act(&person("taras"), "publish", Some(&note("open")))), Reason::NotOfficial);
}

#[test]
fn attack_assurance_below_the_acts_is_refused() {
    let unsure = Subject::person("taras", Assurance::Low);
    assert!(act(&unsure, "write", None).allowed);
    assert_eq!(
        refused(&act(&unsure, "like", Some(&note("open")))),
        Reason::AssuranceTooLow { needed: Assurance::Substantial }
    );
    let holder = Subject { holder: true, ..person("petro") };
    assert_eq!(refused(&act(&holder, "tune", None)), Reason::AssuranceTooLow { needed: Assurance::High });
    // Nobody is sent to prove their identity for what is not theirs anyway.
    assert_eq!(refused(&act(&unsure, "tune", None)), Reason::NotHolder);
}

#[test]
fn a_blocked_person_does_nothing() {
    let blocked = Subject { blocked: true, ..person("maria") };
    assert_eq!(refused(&act(&blocked, "write", None)), Reason::Blocked);
    let blocked = Subject { blocked: true, ..official("office-a") };
    assert_eq!(refused(&act(&blocked, "publish", Some(&note("draft")))), Reason::Blocked);
}

#[test]
fn who_has_yet_to_accept_the_rules_does_nothing_and_is_told_what_else_stands_in_the_way_first() {
    let pending = |subject: Subject| Subject { rules_pending: true, ..subject };
    assert_eq!(refused(&act(&pending(person("maria")), "write", None)), Reason::RulesPending);
    let in_office = pending(official("office-a"));
    assert_eq!(refused(&act(&in_office, "publish", Some(&note("draft")))), Reason::RulesPending);
    let unsure = pending(Subject::person("maria", Assurance::Low));
    assert_eq!(
        refused(&act(&unsure, "like", Some(&note("open")))),
        Reason::AssuranceTooLow { needed: Assurance::Substantial }
    );
    assert_eq!(refused(&act(&pending(person("maria")), "tune", None)), Reason::NotHolder);
    let blocked = Subject { blocked: true, ..pending(person("maria")) };
    assert_eq!(refused(&act(&blocked, "write", None)), Reason::Blocked);
    let visitor = pending(Subject::visitor());
    assert_eq!(refused(&act(&visitor, "write", None)), Reason::SignInNeeded);
}

#[test]
fn without_a_permit_nothing_is_allowed() {
    let all = Subject {
        holder: true,
        technical: true,
        auditor: true,
        assurance: Assurance::High,
        ..official("office-a")
    };
    assert_eq!(refused(&act(&all, "nobody", None)), Reason::NotPermitted);
    assert_eq!(refused(&act(&all, "no-such-act", None)), Reason::Unknown);
    assert_eq!(refused(&plain().decide(&all, Action::View("all"), None)), Reason::Unknown);
    assert_eq!(refused(&act(&all, "publish", None)), Reason::Unknown);
    let remark = ResourceDocument { collection: "remarks".to_owned(), ..note("draft") };
    assert_eq!(refused(&act(&all, "publish", Some(&remark))), Reason::Unknown);
}

#[test]
fn a_policy_of_the_module_adds_a_permit_but_not_past_the_guardrails() {
    let policies =
        compile(r#"@id("helpers") permit(principal, action == note_book::Action::"publish", resource);"#, "")
            .unwrap();
    let publish = |subject: &Subject| policies.decide(subject, Action::Act("publish"), Some(&note("open")));
    let decision = publish(&person("taras"));
    assert!(decision.allowed);
    assert_eq!(decision.capacities, [], "no capacity of the manifest");
    assert_eq!(decision.policies, ["module.policies/own.cedar.helpers"]);
    assert_eq!(refused(&publish(&official("office-b"))), Reason::OtherBody);
    assert_eq!(refused(&publish(&Subject::visitor())), Reason::SignInNeeded);
    assert_eq!(refused(&publish(&Subject { blocked: true, ..person("taras") })), Reason::Blocked);
    assert_eq!(
        refused(&publish(&Subject::person("taras", Assurance::Low))),
        Reason::AssuranceTooLow { needed: Assurance::Substantial }
    );
}

#[test]
fn the_holders_policy_forbids_and_says_why() {
    let policies = compile(
        "",
        r#"
        @why("likes-paused")
        forbid(principal, action == note_book::Action::"like", resource)
        when { resource.document has tags && resource.document.tags.contains("paused") };
        forbid(principal, action == elsewhere::Action::"burn", resource);
        "#,
    )
    .unwrap();
    let json = |tags: &str| {
        format!(
            r#"{{"phase":"open","writer":"maria","office":"office-a","tags":{tags},"inner":{{"x":[1]}}}}"#
        )
    };
    let like = |tags: &str| {
        let document = policies.document("notes", "n1", &json(tags)).unwrap();
        policies.decide(&person("taras"), Action::Act("like"), Some(&document))
    };
    assert!(like(r#"["calm"]"#).allowed);
    assert_eq!(refused(&like(r#"["paused"]"#)), Reason::Forbidden { why: Some("likes-paused".to_owned()) });
    assert!(like("null").allowed, "a field of another type is as if it were absent");
}

#[test]
fn an_error_in_a_forbid_denies_and_alarms() {
    let overflow = r"
        forbid(principal, action, resource)
        when { principal.assurance * 9223372036854775807 > 0 && principal.auditor };";
    let policies = compile("", overflow).unwrap();
    let decision = policies.decide(&person("maria"), Action::Act("write"), None);
    assert!(!decision.allowed);
    assert_eq!(decision.reason, Reason::Failed);
    assert!(decision.alarm.as_deref().unwrap().contains("overflow"), "{decision:?}");
    let low = Subject::person("maria", Assurance::Low);
    assert!(policies.decide(&low, Action::Act("write"), None).allowed, "without an error it does not apply");
}

#[test]
fn policies_that_do_not_fit_are_refused_with_their_place() {
    let wrong = |module: &str| compile(module, "").unwrap_err();
    let syntax = wrong("\n\npermit(principal action);");
    assert_eq!((syntax.file.as_str(), syntax.line), ("policies/own.cedar", 3));
    let attribute = wrong(
        "permit(principal, action == note_book::Action::\"write\", resource)\nwhen {\n  principal.age > 18\n};",
    );
    assert_eq!(attribute.line, 3, "{attribute}");
    assert!(attribute.what.contains("age"), "{attribute}");
    let optional = wrong(
        r#"permit(principal, action == note_book::Action::"like", resource) when { resource.owner == "x" };"#,
    );
    assert!(optional.what.contains("owner"), "{optional}");
    let unknown = wrong(r#"permit(principal, action == note_book::Action::"shred", resource);"#);
    assert!(unknown.what.contains("shred"), "{unknown}");
    let template = wrong("permit(principal == ?principal, action, resource);");
    assert!(template.what.contains("template"), "{template}");
    let twice = wrong(
        r#"@id("a") forbid(principal, action, resource) when { principal.blocked };
           @id("a") forbid(principal, action, resource) when { principal.auditor };"#,
    );
    assert_eq!(twice.line, 2, "{twice}");
}

#[test]
fn a_modules_policy_speaks_of_its_own_namespace_only() {
    for foreign in [
        r#"permit(principal, action == other::Action::"burn", resource);"#,
        r"forbid(principal, action, resource) when { resource is other::things };",
        r"forbid(principal, action, resource is other::things);",
        r#"forbid(principal, action, resource) when { principal == Core::Administrator::"x" };"#,
        r#"forbid(principal, action in [other::Action::"burn"], resource);"#,
    ] {
        let error = compile(foreign, "").unwrap_err();
        assert!(error.what.contains("may speak only of note_book::"), "{foreign}: {error}");
    }
    let own = r#"forbid(principal == Core::Person::"x", action, resource is note_book::Module);"#;
    compile(own, "").unwrap();
}

#[test]
fn rules_that_need_what_the_schema_lacks_are_refused() {
    let with = |from: &str, to: &str| {
        let manifest = Manifest::from_toml(&MANIFEST.replace(from, to)).unwrap();
        ModulePolicies::compile(&manifest, &file, &[], &[]).unwrap_err().to_string()
    };
    let remarks = r#"resource = { collection = "remarks", param = "note" }"#;
    let notes = r#"resource = { collection = "notes", param = "note" }"#;
    assert!(
        with(&format!("by = [\"author\"]\n{notes}"), &format!("by = [\"author\"]\n{remarks}"))
            .contains("x-access\": \"owner")
    );
    assert!(
        with(&format!("by = [\"author\"]\n{notes}"), &format!("by = [\"official\"]\n{remarks}"))
            .contains("x-access\": \"body")
    );
    assert!(with(&format!("by = [\"author\"]\n{notes}"), "by = [\"author\"]").contains("needs a document"));
    assert!(
        with(
            "path = \"/{note}/like\"\nresource = { collection = \"notes\", param = \"note\" }",
            "path = \"/like\""
        )
        .contains("depends on the state")
    );
    assert!(with("schemas/remark.json", "schemas/lost.json").contains("there is no file"));
}

#[test]
fn a_document_gives_up_only_what_access_needs() {
    let document = plain()
        .document(
            "notes",
            "n1",
            r#"{"phase":"open","writer":"maria","office":null,"secret":true,"inner":{}}"#,
        )
        .unwrap();
    assert_eq!(document, ResourceDocument { body: None, ..note("open") });
    assert!(plain().document("notes", "n1", "[]").is_err());
    assert!(plain().document("notes", "n1", "{").is_err());
}

#[test]
fn names_are_quoted() {
    let strange = MANIFEST.replace("\"draft\"", r#""dra\"] || true || [\"ft""#);
    let manifest = Manifest::from_toml(&strange).unwrap();
    let policies = ModulePolicies::compile(&manifest, &file, &[], &[]).unwrap();
    assert!(!policies.decide(&official("office-a"), Action::Act("publish"), Some(&note("closed"))).allowed);
}

fn assurance() -> impl Strategy<Value = Assurance> {
    prop_oneof![Just(Assurance::Low), Just(Assurance::Substantial), Just(Assurance::High)]
}

fn subjects() -> impl Strategy<Value = Subject> {
    let person = proptest::option::of(prop_oneof![Just("maria".to_owned()), "[a-zа-я\"'\\\\]{0,6}"]);
    let bodies = proptest::collection::vec(prop_oneof![Just("office-a".to_owned()), "[a-c\"]{0,3}"], 0..3);
    (person, assurance(), any::<[bool; 5]>(), bodies, proptest::option::of("[0-9]{8}")).prop_map(
        |(person, assurance, [holder, technical, auditor, blocked, rules_pending], bodies, organisation)| {
            Subject {
                person,
                assurance,
                holder,
                technical,
                auditor,
                bodies,
                organisation,
                blocked,
                rules_pending,
            }
        },
    )
}

fn notes() -> impl Strategy<Value = ResourceDocument> {
    let some = |values: &'static str| proptest::option::of(values);
    (some("draft|open|closed|other"), some("maria|taras"), some("office-a|office-b"))
        .prop_map(|(state, owner, body)| ResourceDocument { state, owner, body, ..note("") })
}

/// The manifest of these tests, read by a person.
fn permitted(s: &Subject, what: &str, note: &ResourceDocument) -> bool {
    let Some(person) = &s.person else { return false };
    let state = note.state.as_deref().unwrap_or_default();
    let author = note.owner.as_ref() == Some(person);
    let official = note.body.as_ref().is_some_and(|body| s.bodies.contains(body));
    let sure = s.assurance >= Assurance::Substantial;
    !s.blocked
        && !s.rules_pending
        && match what {
            "view:mine" => author,
            "view:desk" => !s.bodies.is_empty() || s.holder,
            "write" => true,
            "publish" => official && state == "draft" && sure,
            "like" => state == "open" && sure,
            "withdraw" => sure && ((author && state == "draft") || (official && state == "open")),
            "tune" => s.holder && s.assurance == Assurance::High,
            _ => false,
        }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_is_allowed_that_no_rule_names(subject in subjects(), note in notes()) {
        let policies = POLICIES.with(std::rc::Rc::clone);
        for (action, named) in [
            (Action::View("mine"), true), (Action::View("desk"), false), (Action::Act("write"), false),
            (Action::Act("publish"), true), (Action::Act("like"), true), (Action::Act("withdraw"), true),
            (Action::Act("tune"), false), (Action::Act("nobody"), false),
        ] {
            let decision = policies.decide(&subject, action, named.then_some(&note));
            let expected = permitted(&subject, &action.to_string(), &note);
            prop_assert_eq!(decision.allowed, expected, "{:?}: {:?}", action, decision);
            prop_assert_eq!(decision.allowed, decision.reason == Reason::Allowed);
            prop_assert_eq!(decision.alarm, None);
            prop_assert!(!decision.allowed || decision.policies.iter().all(|id| !id.starts_with("core.")));
            prop_assert!(!decision.allowed || !decision.capacities.is_empty());
        }
    }
}

thread_local! {
    static POLICIES: std::rc::Rc<ModulePolicies> = std::rc::Rc::new(plain());
}

#[test]
fn an_explanation_names_the_policies_that_decided_and_the_facts_they_had() {
    use crate::{Known, Origin};
    let policies = compile(
        "",
        "@why(\"likes-paused\")\n@id(\"pause\")\nforbid(principal, action == note_book::Action::\"like\", resource)\n\
         when { resource has document && resource.document has weight && resource.document.weight > 3 };",
    )
    .unwrap();
    let json = r#"{"phase":"open","writer":"maria","office":"office-a","weight":5,"secret":true}"#;
    let document = policies.document("notes", "n1", json).unwrap();
    let explained = policies.explain(&person("taras"), Action::Act("like"), Some(&document)).unwrap();
    assert!(!explained.decision.allowed);
    let first = &explained.policies[0];
    assert_eq!(
        (first.id.as_str(), first.origin, first.permits),
        ("holder.holder.cedar.pause", Origin::Holder, false)
    );
    assert_eq!((first.file.as_deref(), first.line, first.decided), (Some("holder.cedar"), Some(1), true));
    assert!(first.text.contains("resource.document.weight > 3"), "{}", first.text);
    let others: Vec<(&str, Origin)> =
        explained.policies[1..].iter().map(|policy| (policy.id.as_str(), policy.origin)).collect();
    assert_eq!(
        others,
        [
            ("core.assurance", Origin::Core),
            ("core.blocked", Origin::Core),
            ("core.rules", Origin::Core),
            ("step.2.person", Origin::Manifest)
        ]
    );
    let fact =
        |name: &str| explained.resource.iter().find(|fact| fact.name == name).map(|fact| fact.value.clone());
    assert_eq!(fact("resource.document.weight"), Some(Known::Value("5".to_owned())));
    assert_eq!(fact("resource.document.secret"), None, "no policy speaks of it");
    assert_eq!(fact("resource.owner"), Some(Known::Person { same: false }), "nobody else is named");
    assert!(explained.principal.iter().any(|fact| fact.name == "principal.assurance"));
    assert_eq!(policies.explain(&person("taras"), Action::View("all"), None), None, "an open view");
}

#[test]
fn an_explanation_hides_personal_data() {
    use crate::Known;
    let with_email = |path: &str| {
        file(path).map(|text| {
            text.replace(
                r#""secret": { "type": "boolean" }"#,
                r#""secret": { "type": "boolean" }, "email": { "type": "string", "x-personal": "person.email" }"#,
            )
        })
    };
    let forbid = text(
        "holder.cedar",
        r#"forbid(principal, action == note_book::Action::"like", resource)
           when { resource.document has email && resource.document.email like "*@spam.example" };"#,
    );
    let policies = ModulePolicies::compile(&manifest(), &with_email, &[], &[forbid]).unwrap();
    let json = r#"{"phase":"open","writer":"maria","office":"office-a","email":"maria@example.org"}"#;
    let document = policies.document("notes", "n1", json).unwrap();
    let explained = policies.explain(&person("taras"), Action::Act("like"), Some(&document)).unwrap();
    let email = explained.resource.iter().find(|fact| fact.name.ends_with("email")).unwrap();
    assert_eq!(email.value, Known::Personal);
    assert!(!format!("{explained:?}").contains("maria"), "{explained:?}");
}

#[test]
fn the_holders_policies_are_about_one_module_that_is_there() {
    use crate::check_holders;
    let check = |source: &str| check_holders(&[text("night.cedar", source)], ["note-book", "votes"]);
    let like = r#"forbid(principal, action == note_book::Action::"like", resource);"#;
    check(like).unwrap();
    check("forbid(principal, action, resource) when { principal.auditor };").unwrap();
    let lost = check("\n@id(\"gone\")\nforbid(principal, action == notebook::Action::\"like\", resource);")
        .unwrap_err();
    assert_eq!((lost.file.as_str(), lost.line), ("night.cedar", 2));
    assert!(lost.what.contains("policy gone") && lost.what.contains("notebook"), "{lost}");
    assert!(lost.what.contains("note_book, votes"), "what there is: {lost}");
    let both =
        r#"forbid(principal, action in [note_book::Action::"like", votes::Action::"like"], resource);"#;
    let both = check(both).unwrap_err();
    assert!(both.what.contains("note_book and votes at once"), "{both}");
    assert!(check("\nforbid(principal action);").unwrap_err().line == 2);
}

#[test]
fn an_error_in_a_holders_policy_names_the_policy() {
    let broken = "@id(\"ages\")\nforbid(principal, action, resource)\nwhen { principal.age > 18 };";
    let error = compile("", broken).unwrap_err();
    assert!(error.to_string().starts_with("holder.cedar:3: policy ages: "), "{error}");
}

#[test]
fn a_call_reaches_what_its_capacities_reach() {
    use crate::Reach;
    let policies = plain();
    let reach = |subject: &Subject, action: Action<'_>, note: Option<&ResourceDocument>| {
        policies.decide(subject, action, note).reach(subject, note)
    };
    let may_read = |reach: &Reach, key: &str, writer: &'static str, office: &'static str| {
        let marks = policies.marks(reach, "notes").unwrap();
        reach.holds(&marks, "notes", key, |field| match field {
            "writer" => Some(writer),
            "office" => Some(office),
            _ => None,
        })
    };
    // As an official: the notes of one's bodies, whoever wrote them.
    let desk = reach(&official("office-a"), Action::View("desk"), None).unwrap();
    assert!(may_read(&desk, "n2", "taras", "office-a"));
    assert!(!may_read(&desk, "n2", "taras", "office-b"));
    assert!(!may_read(&desk, "n2", "taras", ""), "a note of no body");
    assert_eq!(policies.marks(&desk, "remarks"), None, "a collection without marks");
    // As an author: one's own, and what the route names.
    let mine = reach(&person("maria"), Action::View("mine"), Some(&note("open"))).unwrap();
    assert!(may_read(&mine, "n2", "maria", "office-b"));
    assert!(!may_read(&mine, "n2", "taras", "office-a"));
    assert!(may_read(&mine, "n1", "taras", "office-a"), "decided about");
    // As anybody who has signed in, and as the holder: no limit.
    assert_eq!(reach(&person("taras"), Action::Act("write"), None), None);
    let holder = Subject { holder: true, ..person("petro") };
    assert_eq!(reach(&holder, Action::View("desk"), None), None);
}

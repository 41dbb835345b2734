//! Every role × every action of the platform's own pages, and what the holder's policies can do to them.

use crate::{Assurance, Decision, HostAction, HostPolicies, Known, Origin, PolicyText, Reason, Subject};

fn compile(holder: &str) -> Result<HostPolicies, crate::PolicyError> {
    let holder = [PolicyText { file: "holder.cedar".to_owned(), text: holder.to_owned() }];
    HostPolicies::compile(&holder, false)
}

fn person() -> Subject {
    Subject::person("somebody", Assurance::Low)
}

/// Whoever there is, by the columns of the table.
fn everybody() -> Vec<(&'static str, Subject)> {
    vec![
        ("visitor", Subject::visitor()),
        ("person", person()),
        ("official", Subject { bodies: vec!["office-a".to_owned()], ..person() }),
        ("auditor", Subject { auditor: true, ..person() }),
        ("holder", Subject { holder: true, ..person() }),
        ("technical", Subject { technical: true, ..person() }),
        ("blocked person", Subject { blocked: true, ..person() }),
        ("blocked technical", Subject { blocked: true, technical: true, ..person() }),
        ("blocked holder", Subject { blocked: true, holder: true, ..person() }),
        (
            "dressed visitor",
            Subject { holder: true, technical: true, assurance: Assurance::High, ..Subject::visitor() },
        ),
    ]
}

/// What each may: `+` yes, `s` after signing in, `b` not while blocked, `-` no. The columns are those of [`everybody`].
const TABLE: [(&str, &str); 27] = [
    ("cases", "s + + + + + + + + s"),
    ("drafts", "s + + + + + + + + s"),
    ("notices", "s + + + + + + + + s"),
    ("sessions", "s + + + + + + + + s"),
    ("represent", "s + + + + + + + + s"),
    ("record", "s + + + + + + + + s"),
    ("mail", "s + + + + + + + + s"),
    ("accesses", "s + + + + + + + + s"),
    ("documents", "s + + + + + + + + s"),
    ("data", "s + + + + + + + + s"),
    ("export", "s + + + + + + + + s"),
    ("erase", "s + + + + + + + + s"),
    ("correct", "s + + + + + + + + s"),
    ("accept", "s + + + + + + + + s"),
    ("desk", "s + + + + + + + + s"),
    ("answer", "s + + + + + + + + s"),
    ("security", "s - - - + + b b b s"),
    ("explain", "s - - - + + b b b s"),
    ("exclude", "s - - - - + b b b s"),
    ("admit", "s - - - - + b b b s"),
    ("persons", "s - - - - + b b b s"),
    ("block", "s - - - - + b b b s"),
    ("unblock", "s - - - - + b b b s"),
    ("invalidate", "s - - - + + b b b s"),
    ("merge", "s - - - + + b b b s"),
    ("retention", "s - - - + + b b b s"),
    ("clock", "- - - - - - - - - -"),
];

fn word(decision: &Decision) -> &'static str {
    assert_eq!(decision.allowed, decision.reason == Reason::Allowed);
    assert_eq!(decision.alarm, None);
    match decision.reason {
        Reason::Allowed => "+",
        Reason::SignInNeeded => "s",
        Reason::Blocked => "b",
        _ => "-",
    }
}

#[test]
fn every_role_may_what_the_table_says_of_every_action() {
    let policies = compile("").unwrap();
    let named: Vec<_> = TABLE.iter().map(|(action, _)| *action).collect();
    let all: Vec<_> = HostAction::ALL.iter().map(|action| action.name()).collect();
    assert_eq!(named, all, "the table has a line for each action");
    for (action, expected) in TABLE {
        let expected: Vec<_> = expected.split(' ').collect();
        assert_eq!(expected.len(), everybody().len());
        for ((who, subject), expected) in everybody().iter().zip(expected) {
            let decision = policies.decide(subject, HostAction::parse(action).unwrap());
            assert_eq!(word(&decision), expected, "{who}: {action}: {decision:?}");
        }
    }
}

#[test]
fn the_clock_of_a_development_platform_is_everybodys() {
    let policies = HostPolicies::compile(&[], true).unwrap();
    for (who, subject) in everybody() {
        assert!(policies.decide(&subject, HostAction::Clock).allowed, "{who}");
        // Nothing else is other than on a platform in earnest.
        for action in HostAction::ALL.iter().filter(|action| **action != HostAction::Clock) {
            let plain = compile("").unwrap().decide(&subject, *action);
            assert_eq!(policies.decide(&subject, *action), plain, "{who}: {action}");
        }
    }
}

#[test]
fn attack_permit_of_the_holder_does_not_pass_the_guardrails() {
    let policies = compile("permit(principal, action, resource);").unwrap();
    for (action, expected) in TABLE {
        let action = HostAction::parse(action).unwrap();
        for ((who, subject), expected) in everybody().iter().zip(expected.split(' ')) {
            let decision = policies.decide(subject, action);
            // Guardrails leave to a permit only that an auditor looks at what those do who run the platform.
            let looks = matches!(action, HostAction::Security | HostAction::Explain | HostAction::Retention);
            let expected = if *who == "auditor" && looks { "+" } else { expected };
            assert_eq!(word(&decision), expected, "{who}: {action}: {decision:?}");
        }
    }
}

#[test]
fn a_forbid_of_the_holder_holds_and_says_why() {
    let policies = compile(
        r#"@id("no-archive") @why("later") forbid(principal, action == Platform::Action::"export", resource);"#,
    )
    .unwrap();
    let decision = policies.decide(&person(), HostAction::Export);
    assert_eq!(decision.reason, Reason::Forbidden { why: Some("later".to_owned()) });
    assert_eq!(decision.policies, ["holder.holder.cedar.no-archive"]);
    assert!(policies.decide(&person(), HostAction::Data).allowed, "the others are as they were");
    let citizen = policies.decide(&Subject::visitor(), HostAction::Export);
    assert_eq!(citizen.reason, Reason::SignInNeeded);
    // What is about everything is about the platform's own pages too; what is about a module is not.
    let all = compile("forbid(principal, action, resource) when { principal.assurance < 2 };").unwrap();
    assert!(!all.decide(&person(), HostAction::Cases).allowed);
    let surer = Subject { assurance: Assurance::Substantial, ..person() };
    assert!(all.decide(&surer, HostAction::Cases).allowed);
    let elsewhere = compile(r#"forbid(principal, action == notes::Action::"sign", resource);"#).unwrap();
    assert!(elsewhere.decide(&person(), HostAction::Cases).allowed);
}

#[test]
fn attack_forbid_that_errs_denies_and_alarms() {
    let broken = r#"@id("broken") forbid(principal, action == Platform::Action::"security", resource)
        when { principal.assurance * 9223372036854775807 > 9 };"#;
    let policies = compile(broken).unwrap();
    let technical = Subject { assurance: Assurance::High, technical: true, ..person() };
    let decision = policies.decide(&technical, HostAction::Security);
    assert_eq!((decision.allowed, decision.reason.clone()), (false, Reason::Failed));
    assert!(decision.alarm.is_some_and(|alarm| alarm.contains("overflow")));
    assert!(policies.decide(&technical, HostAction::Persons).allowed, "it is about one action");
}

#[test]
fn policies_that_do_not_fit_are_refused_with_their_place() {
    for (source, line, says) in [
        ("\nforbid(principal, action == Platform::Action::\"shred\", resource);", 2, "shred"),
        (
            "@id(\"ages\")\nforbid(principal, action == Platform::Action::\"mail\", resource)\nwhen { principal.age > 18 };",
            3,
            "age",
        ),
        ("forbid(principal action);", 1, "unexpected"),
        ("forbid(principal, action == Platform::Action::\"mail\", resource is Platform::Page);", 1, "Page"),
    ] {
        let error = compile(source).unwrap_err();
        assert_eq!((error.file.as_str(), error.line), ("holder.cedar", line), "{error}");
        assert!(error.what.contains(says), "{error}");
    }
    let check = |source: &str| {
        let text = PolicyText { file: "holder.cedar".to_owned(), text: source.to_owned() };
        crate::check_holders(&[text], ["notes"])
    };
    check(r#"forbid(principal, action == Platform::Action::"mail", resource);"#).unwrap();
    let both = r#"forbid(principal, action in [Platform::Action::"mail", notes::Action::"like"], resource);"#;
    assert!(check(both).unwrap_err().what.contains("at once"));
}

#[test]
fn without_policies_nothing_is_permitted() {
    let none = HostPolicies::default();
    for (who, subject) in everybody() {
        for action in HostAction::ALL {
            assert!(!none.decide(&subject, *action).allowed, "{who}: {action}");
        }
    }
}

#[test]
fn an_explanation_names_policies_and_facts() {
    let holder = "\n@id(\"night\")\nforbid(principal, action == Platform::Action::\"block\", resource) when { principal.auditor };";
    let policies = compile(holder).unwrap();
    let explained = policies.explain(&Subject { technical: true, ..person() }, HostAction::Block);
    assert!(explained.decision.allowed);
    let deciding: Vec<_> =
        explained.policies.iter().filter(|policy| policy.decided).map(|policy| policy.id.as_str()).collect();
    assert_eq!(deciding, ["platform.lawful"]);
    let night = explained.policies.iter().find(|policy| policy.origin == Origin::Holder).unwrap();
    assert_eq!((night.file.as_deref(), night.line), (Some("holder.cedar"), Some(2)));
    let lawful = explained.policies.iter().find(|policy| policy.id == "core.technical").unwrap();
    assert_eq!((lawful.origin, lawful.file.as_deref()), (Origin::Core, Some("platform.cedar")));
    assert!(lawful.line.is_some() && !lawful.permits);
    let fact = |name: &str| explained.principal.iter().find(|fact| fact.name == name).unwrap().value.clone();
    assert_eq!(fact("principal.technical"), Known::Value("true".to_owned()));
    let refused = policies.explain(&person(), HostAction::Block);
    let deciding: Vec<_> = refused.policies.iter().filter(|policy| policy.decided).collect();
    assert_eq!(deciding.len(), 2, "both guardrails: {deciding:?}");
}

/// The files are for people to read: each policy has a name of its own and says why it is there.
#[test]
fn every_policy_of_the_core_has_a_name_and_its_ground() {
    let text = include_str!("../policies/platform.cedar");
    let lines: Vec<&str> = text.lines().collect();
    let mut names = std::collections::BTreeSet::new();
    let mut policies = 0;
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with("permit") || line.starts_with("forbid") {
            policies += 1;
            let name = lines[at - 1].strip_prefix("@id(\"").and_then(|rest| rest.strip_suffix("\")"));
            assert!(
                names.insert(name.unwrap_or_else(|| panic!("line {} has no @id", at + 1))),
                "{name:?} twice"
            );
            assert!(lines[at - 2].starts_with("// "), "{name:?} does not say why");
            let guardrail = name.unwrap().starts_with("core.");
            assert_eq!(line.starts_with("forbid"), guardrail, "{name:?}: what forbids is a guardrail");
        }
    }
    assert_eq!(policies, 15);
}

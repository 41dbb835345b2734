//! `vzaemo access explain`.

use crate::command::Explain;
use crate::wiring;
use anyhow::{Context as _, bail};
use std::fmt::Write as _;
use std::process::ExitCode;
use vzaemo_service::{Assurance, Explained, Explanation, Fact, Known, Origin, PLATFORM, Question, action_of};

/// The word for somebody who has not signed in.
const VISITOR: &str = "visitor";

/// Says whether a person may do something with a document, which policy decided and what it knew, from the platform's
/// data and the configuration that was applied last. Ends with status 0 if it is allowed and with 1 if it is denied.
pub async fn explain(asked: Explain) -> anyhow::Result<ExitCode> {
    let Some((module, action)) = action_of(&asked.action) else {
        bail!(
            "understand {:?}: write an act as notes/sign, a view as notes/view:desk, the platform's own page as \
             platform/security",
            asked.action
        );
    };
    let configuration = wiring::configuration(&asked.config, asked.data.clone(), None)?;
    if configuration.storage.url.is_none() && !configuration.folders.data.join("vzaemo.db").is_file() {
        bail!("find the database in {}: there is none", configuration.folders.data.display());
    }
    let wired = wiring::wire(asked.config.clone(), configuration).await?;
    let rules = wired.lifecycle.rules_applied_last().await?;
    let platform = wired.service.platform();
    let today = platform.zone.date(platform.legal.now());
    let question = Question {
        person: Some(asked.person.as_str()).filter(|person| *person != VISITOR),
        assurance: Assurance::from(asked.assurance),
        organisation: asked.organisation.as_deref(),
        rules: rules.in_force(today).map(AsRef::as_ref),
        action,
        key: asked.resource.as_deref(),
    };
    let explained = if module == PLATFORM {
        vzaemo_service::explain_own(platform, &wired.lifecycle.own_policies().await?, &question).await
    } else {
        let version = wired.lifecycle.applied_last(module).await?;
        vzaemo_service::explain(platform, &version, &question).await
    };
    let explained = explained.with_context(|| format!("explain {}", asked.action))?;
    wired.storage.close().await;
    let (allowed, text) = match &explained {
        Explained::Open => (true, format!("allowed: {} is an open view, no policy is asked\n", asked.action)),
        Explained::Decided(explanation) => (explanation.decision.allowed, said(explanation)),
    };
    print!("{text}");
    Ok(if allowed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn said(explanation: &Explanation) -> String {
    let decision = &explanation.decision;
    let mut text = String::new();
    let word = if decision.allowed { "allowed" } else { "denied" };
    let _infallible = writeln!(text, "{word}: {:?}", decision.reason);
    if let Some(alarm) = &decision.alarm {
        let _infallible = writeln!(text, "a policy could not be evaluated, which denies: {alarm}");
    }
    let (decided, others): (Vec<_>, Vec<_>) = explanation.policies.iter().partition(|policy| policy.decided);
    if decided.is_empty() {
        text.push_str("decided by: no policy permits it, and what nothing permits is denied\n");
    } else {
        text.push_str("decided by:\n");
    }
    for (title, policies) in [("", decided), ("other policies that concern it:\n", others)] {
        if !policies.is_empty() {
            text.push_str(title);
        }
        for policy in policies {
            let effect = if policy.permits { "permit" } else { "forbid" };
            let origin = match policy.origin {
                Origin::Core => "core",
                Origin::Holder => "holder",
                Origin::Module => "module",
                Origin::Manifest => "manifest",
            };
            let place = match (&policy.file, policy.line) {
                (Some(file), Some(line)) => format!(", {file}:{line}"),
                (Some(file), None) => format!(", {file}"),
                (None, _) => String::new(),
            };
            let _infallible = writeln!(text, "  {effect} {} ({origin}{place})", policy.id);
            for line in policy.text.lines() {
                let _infallible = writeln!(text, "      {line}");
            }
        }
    }
    text.push_str("facts:\n");
    for Fact { name, value } in explanation.principal.iter().chain(&explanation.resource) {
        let value = match value {
            Known::Value(value) => value.as_str(),
            Known::Person { same: true } => "this person",
            Known::Person { same: false } => "another person",
            Known::Personal => "(personal data)",
            Known::Absent => "(absent)",
        };
        let _infallible = writeln!(text, "  {name} = {value}");
    }
    text
}

//! Entries of the audit log.

use serde::{Deserialize, Serialize};
use vzaemo_clock::Instant;
use vzaemo_storage::Unit;

use crate::commitment::commit_to;
use crate::{AuditError, Beside, Commitment, journal};

/// What an entry tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An act of a module that was committed.
    Act,
    /// A sign-in, successful or not.
    SignIn,
    /// The end of a session.
    SignOut,
    /// A request of a known principal that was refused.
    Refusal,
    /// A trap, a timeout or another fault of a module, which left nothing else behind.
    Fault,
    /// A change of configuration, applied or refused.
    Configuration,
    /// A change of roles or other rights.
    Rights,
    /// A view of non-public personal data by someone other than their subject.
    Access,
    /// Timed work.
    Job,
    /// An erasure or purge.
    Erasure,
    /// A request to correct data about a person, or the answer to it.
    Correction,
    /// A step of what two persons decide together: proposed, approved or declined.
    TwoPerson,
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A person, by the identifier that the host knows them by; the entry holds a commitment to it.
    Person(String),
    /// A module by itself: its id.
    Module(String),
    /// The host itself.
    Host,
    /// A visitor who is not signed in.
    Anonymous,
}

impl Actor {
    /// Under which name the salt of its entries is kept. Persons' identifiers hold no colon.
    pub(crate) fn subject(&self) -> String {
        match self {
            Self::Person(person) => format!("person:{person}"),
            Self::Module(module) => format!("module:{module}"),
            Self::Host => "host".into(),
            Self::Anonymous => "anonymous".into(),
        }
    }
}

/// Which module, exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The digest of its package.
    pub digest: String,
}

/// What the access policies said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Allowed.
    Allow,
    /// Denied.
    Deny,
}

/// An entry as its author gives it. Only `actor`, `about` and `input` may hold anything personal; the other parts go
/// into the log as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it tells of.
    pub kind: Kind,
    /// What the legal clock said.
    pub legal: Instant,
    /// What the security clock said.
    pub security: Instant,
    /// Who did it.
    pub actor: Actor,
    /// The person whom it concerns, if another than the actor.
    pub about: Option<String>,
    /// The module that ran.
    pub module: Option<Module>,
    /// The act, view, job or operation by its name.
    pub act: Option<String>,
    /// The resource document as `collection/key`; it may hold a number's placeholder.
    pub resource: Option<String>,
    /// What access decided.
    pub decision: Option<Decision>,
    /// What became of it, as a code (`"done"`, `"refused:already-there"`).
    pub result: String,
    /// Lines with more, for instance what a configuration changes.
    pub details: Vec<String>,
    /// The policies that decided.
    pub policies: Vec<String>,
    /// The generation of the configuration under which the module ran.
    pub generation: Option<u64>,
    /// Placeholders of the numbers that were drawn, in their order; the entry bears the numbers.
    pub numbers: Vec<String>,
    /// The input; the entry holds a commitment to its bytes.
    pub input: Option<Vec<u8>>,
    /// What goes into the journal with it; the entry holds a commitment to the transcript.
    pub journal: Option<Beside>,
}

impl Entry {
    /// An entry of the host's own with the result `"done"` and nothing else.
    pub fn new(kind: Kind, legal: Instant, security: Instant) -> Self {
        Self {
            kind,
            legal,
            security,
            actor: Actor::Host,
            about: None,
            module: None,
            act: None,
            resource: None,
            decision: None,
            result: "done".into(),
            details: Vec::new(),
            policies: Vec::new(),
            generation: None,
            numbers: Vec::new(),
            input: None,
            journal: None,
        }
    }
}

/// An entry as it stands in the log: canonical JSON (RFC 8785) without what is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// What it tells of.
    pub kind: Kind,
    /// What the legal clock said.
    pub legal: Instant,
    /// What the security clock said.
    pub security: Instant,
    /// `"person"`, `"module:ID"`, `"host"` or `"anonymous"`.
    pub actor: String,
    /// Commitment to the acting person's identifier, as `actor`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Commitment>,
    /// Commitment to the identifier of the person concerned, as `actor` with that person's salt: it is the same as
    /// `person` in the entries of what that person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Commitment>,
    /// The module that ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<Module>,
    /// The act, view, job or operation by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<String>,
    /// The resource document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// What access decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// What became of it.
    pub result: String,
    /// Lines with more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
    /// The policies that decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<String>,
    /// The generation of the configuration under which the module ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
    /// The numbers that were drawn, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<String>,
    /// Commitment to the input, as `input`: with the salt of the journal's record if there is one (`journal`), in
    /// entries of versions before there was a journal with the actor's salt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Commitment>,
    /// Commitment to the transcript in the journal, as `journal` with the salt of its record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<Commitment>,
}

/// Adds an entry to a unit of work, with which it is committed or lost.
///
/// The first entry about a person makes their salt, which is a write: such a unit is certified as any other.
pub async fn record(unit: &mut Unit, entry: Entry) -> Result<(), AuditError> {
    let subject = entry.actor.subject();
    let person = match &entry.actor {
        Actor::Person(person) => Some(commit_to(unit, &subject, "actor", person.as_bytes()).await?),
        _ => None,
    };
    let about = match &entry.about {
        Some(about) => {
            let subject = Actor::Person(about.clone()).subject();
            Some(commit_to(unit, &subject, "actor", about.as_bytes()).await?)
        }
        None => None,
    };
    let (input, journal) = match (&entry.journal, &entry.input) {
        (Some(beside), _) => {
            let committed = journal::put(unit, &entry, beside).await?;
            (committed.input, Some(committed.journal))
        }
        (None, Some(input)) => (Some(commit_to(unit, &subject, "input", input).await?), None),
        (None, None) => (None, None),
    };
    let record = Record {
        kind: entry.kind,
        legal: entry.legal,
        security: entry.security,
        actor: if person.is_some() { "person".into() } else { subject },
        person,
        about,
        module: entry.module,
        act: entry.act,
        resource: entry.resource,
        decision: entry.decision,
        result: entry.result,
        details: entry.details,
        policies: entry.policies,
        generation: entry.generation,
        numbers: entry.numbers,
        input,
        journal,
    };
    let bytes =
        serde_json_canonicalizer::to_vec(&record).map_err(|error| AuditError::Form(error.to_string()))?;
    unit.entry(bytes);
    Ok(())
}

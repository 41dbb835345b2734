//! The manifest of a module, `module.toml`: what the law, the citizen and the holder need to know of it.
//!
//! Unknown keys are errors. `schemas/module.schema.json` says the same for editors; a test keeps the two equal
//! on a folder of good and bad manifests.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A text in both languages. A missing one is an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// Ukrainian.
    pub uk: String,
    /// English.
    pub en: String,
}

/// The manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Manifest {
    /// The version of this format: 1.
    pub schema: u32,
    /// The module's id: lower-case letters, digits and hyphens; also the first part of its paths.
    pub id: String,
    /// The module's version.
    pub version: semver::Version,
    /// The version of the contract that it is built against, such as `0.1`.
    pub contract: String,
    /// Its name.
    pub name: Bilingual,
    /// What it is for, in a sentence for citizens; shown on the card of the home page.
    pub about: Bilingual,
    /// The verb of the card on the home page, such as "Sign or start a …".
    pub invitation: Bilingual,
    /// The icon of the card, from the host's set.
    #[serde(default)]
    pub icon: Option<String>,
    /// The acts of law that it carries out.
    #[serde(default)]
    pub law: Vec<String>,
    /// Collections by name.
    #[serde(default)]
    pub collections: BTreeMap<String, Collection>,
    /// Reads.
    #[serde(default)]
    pub views: Vec<View>,
    /// Changes.
    #[serde(default)]
    pub acts: Vec<Act>,
    /// Forms by name.
    #[serde(default)]
    pub forms: BTreeMap<String, Form>,
    /// Timed work by name.
    #[serde(default)]
    pub jobs: BTreeMap<String, Job>,
    /// States that documents go through.
    #[serde(default)]
    pub workflow: Option<Workflow>,
    /// What notices are about, by the key of their text; one that is missing is about a case.
    #[serde(default)]
    pub notices: BTreeMap<String, NoticeKind>,
    /// Classes of personal data by name, such as `person.name`.
    #[serde(default)]
    pub data: BTreeMap<String, DataClass>,
    /// Capabilities asked for: the interfaces of `sdk/wit` by package, such as `search`. `store`, `principal`,
    /// `calendar`, `settings` and `log` need no asking.
    #[serde(default)]
    pub capabilities: BTreeMap<String, Capability>,
    /// The module's configuration.
    #[serde(default)]
    pub config: Option<Config>,
    /// Links in the navigation: views without parameters.
    #[serde(default)]
    pub navigation: Vec<Navigation>,
    /// The view whose page is a section of the home page.
    #[serde(default)]
    pub home: Option<String>,
    /// The view that answers the platform's search: it takes the query parameter `q`.
    #[serde(default)]
    pub search: Option<String>,
    /// The view that is the desk of the module's officials.
    #[serde(default)]
    pub desk: Option<String>,
    /// Limits asked for, within the host's.
    #[serde(default)]
    pub limits: Limits,
}

/// A collection of documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Collection {
    /// The JSON Schema, a path within the module.
    pub schema: String,
    /// The version of the documents' shape.
    #[serde(default = "one")]
    pub version: u32,
    /// Indexes: lists of fields, equality first, the order last.
    #[serde(default)]
    pub index: Vec<Vec<String>>,
    /// Unique keys: lists of fields.
    #[serde(default)]
    pub unique: Vec<Vec<String>>,
    /// Counters that the host keeps.
    #[serde(default)]
    pub count: Vec<Counter>,
    /// What its documents say of a person's taking part in something, where that is what they are.
    #[serde(default)]
    pub participation: Option<Participation>,
}

/// How documents of a collection tell that a person takes part in something, such as a vote: by this the host itself can
/// decide, on the order of two persons, that some of them do not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Participation {
    /// The collection of what is taken part in.
    pub collection: String,
    /// The field with the key of the document of that collection.
    pub document: String,
    /// The field with the person's reference.
    pub person: String,
    /// The field with the moment (`date-time`).
    pub at: String,
    /// A boolean field: a participation in which it is true does not count. All counters of the collection have the
    /// same `unless`.
    pub unless: String,
    /// A text field that the host fills in with the number of the decision by which the participation does not count.
    /// Modules read it; only the host writes it.
    pub decision: String,
}

/// A counter: how many documents share the values of some fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Counter {
    /// Its name.
    pub name: String,
    /// The fields whose values make its key, joined by U+001F in this order.
    pub by: Vec<String>,
    /// A boolean field: documents in which it is true are not counted.
    #[serde(default)]
    pub unless: Option<String>,
    /// A bound that holds at commit.
    #[serde(default)]
    pub bound: Option<u64>,
}

/// A read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct View {
    /// Its name.
    pub name: String,
    /// Its path below the module's, such as `/{number}`.
    pub path: String,
    /// For all; it gets no principal and may be remembered.
    #[serde(default)]
    pub open: bool,
    /// Who may see it, when it is not open.
    #[serde(default)]
    pub by: Vec<Who>,
    /// The document that the route names.
    #[serde(default)]
    pub resource: Option<Resource>,
    /// Query parameters that it takes; others are dropped.
    #[serde(default)]
    pub query: Vec<String>,
    /// Keep search engines away.
    #[serde(default)]
    pub noindex: bool,
}

/// The document that a route names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Resource {
    /// The collection.
    pub collection: String,
    /// The path parameter that holds the document's key.
    pub param: String,
}

/// Who may do something. Compiled into the module's access policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// Any identified person (proven key).
    Person,
    /// The person whose reference stands in the resource's owner field (`x-access: owner`).
    Author,
    /// An administrator of this module at the body of the resource (`x-access: body`), or at any body when the
    /// route names no resource.
    Official,
    /// The holder.
    Holder,
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Act {
    /// Its name.
    pub name: String,
    /// Its path below the module's. GET shows its form, POST does it.
    pub path: String,
    /// The form that its input fits; without one it takes no input.
    #[serde(default)]
    pub form: Option<String>,
    /// Who may do it, when no workflow step says so.
    #[serde(default)]
    pub by: Vec<Who>,
    /// The document that the route names.
    #[serde(default)]
    pub resource: Option<Resource>,
    /// How sure the identity must be.
    #[serde(default)]
    pub assurance: Assurance,
    /// Once per person: a collection with a unique key over the resource's key and the person. The fields, in
    /// the order resource, person.
    #[serde(default)]
    pub once: Option<Once>,
}

/// The unique key that makes an act possible once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Once {
    /// The collection.
    pub collection: String,
    /// The unique fields: the resource's key, then the person.
    pub unique: Vec<String>,
    /// A boolean field: a document in which it is true does not stand in the way of doing it again.
    #[serde(default)]
    pub unless: Option<String>,
}

/// How sure an identity must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assurance {
    /// Said by the person.
    Low,
    /// Proven at a distance.
    #[default]
    Substantial,
    /// Proven by a qualified signature or face to face.
    High,
}

/// A form: a JSON Schema and how it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Form {
    /// The JSON Schema of the input, a path within the module.
    pub schema: String,
    /// Pages of the form; without them all fields stand on one.
    #[serde(default)]
    pub steps: Vec<FormStep>,
    /// Show all answers before sending.
    #[serde(default)]
    pub check_answers: bool,
}

/// A page of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FormStep {
    /// Its id, and the message `step-<id>` its heading.
    pub id: String,
    /// The fields asked for.
    #[serde(default)]
    pub fields: Vec<String>,
    /// A view shown on this page, with the answers so far as its query parameters.
    #[serde(default)]
    pub view: Option<String>,
}

/// Timed work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Job {
    /// What it is for.
    pub why: Bilingual,
}

/// The states that documents of a collection go through. From it the host compiles who may do what and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Workflow {
    /// The collection.
    pub collection: String,
    /// The field that holds the state.
    pub field: String,
    /// All states, in their usual order; texts are the messages `state-<name>`.
    pub states: Vec<String>,
    /// Who moves a document from where to where.
    #[serde(default)]
    pub steps: Vec<WorkflowStep>,
}

/// A step of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WorkflowStep {
    /// The act that makes it; either this or `job`.
    #[serde(default)]
    pub act: Option<String>,
    /// The job that makes it.
    #[serde(default)]
    pub job: Option<String>,
    /// States in which it is possible; empty for the act that creates the document.
    #[serde(default)]
    pub from: Vec<String>,
    /// The states that it can lead to; empty when it leaves the state as it is.
    #[serde(default)]
    pub to: Vec<String>,
    /// Who may.
    #[serde(default)]
    pub by: Vec<Who>,
}

/// What a notice is about: by this a person says how often they are written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// Something that the law has the person told of, such as a decision or an answer: it goes at once, always.
    Legal,
    /// Something else that has changed in a case of theirs.
    #[default]
    Case,
    /// News that concern many.
    News,
}

/// A class of personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DataClass {
    /// What it is needed for.
    pub why: Bilingual,
    /// The act of law.
    pub law: String,
    /// How long it is kept, as an ISO 8601 duration from the moment that the schema marks (`x-retention`).
    pub retention: String,
    /// What is done when that time is over.
    #[serde(default)]
    pub then: Then,
}

/// What is done with data of a class when they need not be kept any longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// They are taken out of the document, which stays: a reference to a person becomes one to nobody, a field that may
    /// be missing goes, any other is replaced. Where nothing can stand in its place the document is removed.
    #[default]
    Replace,
    /// The document is removed.
    Remove,
}

/// A capability asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Capability {
    /// What it is needed for.
    pub why: Bilingual,
    /// Whether the module works without it.
    #[serde(default)]
    pub optional: bool,
}

/// The module's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// The JSON Schema, a path within the module; its defaults are the module's.
    pub schema: String,
}

/// A link in the navigation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Navigation {
    /// A view without parameters.
    pub view: String,
    /// What the link says.
    pub label: Bilingual,
}

/// Limits of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Memory of an instance, in MiB.
    #[serde(default)]
    pub memory_mib: Option<u32>,
    /// Wall-clock time of a call, in milliseconds.
    #[serde(default)]
    pub call_ms: Option<u32>,
}

fn one() -> u32 {
    1
}

impl Manifest {
    /// Reads a manifest. The error names the line and, where serde knows it, the key; meaning is checked apart,
    /// by [`Manifest::problems`].
    pub fn from_toml(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// The view with this name.
    pub fn view(&self, name: &str) -> Option<&View> {
        self.views.iter().find(|view| view.name == name)
    }

    /// The act with this name.
    pub fn act(&self, name: &str) -> Option<&Act> {
        self.acts.iter().find(|act| act.name == name)
    }
}

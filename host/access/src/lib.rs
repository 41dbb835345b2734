//! Who may do what. Decided before a module runs, denied unless something permits it.
//!
//! The rules of a module come from its manifest (`by` of views and acts, and who makes the steps of its
//! workflow), from its own `policies/*.cedar` and from the holder's policies. [`ModulePolicies::compile`] turns
//! them into one small [Cedar](https://www.cedarpolicy.com) policy set for each view and act, together with the
//! guardrails of the core, and checks all of it against a schema made from the manifest. A policy that does not
//! fit the schema is refused then, with its file and line.
//!
//! [`ModulePolicies::decide`] answers with the reason in the citizen's terms. Open views need no decision. An
//! error while a policy is evaluated is a denial and an alarm: Cedar itself would pass over a `forbid` that fails.
//! [`ModulePolicies::explain`] tells which policies decided and what facts they had; [`Reach`] which
//! documents a call may read that is made in a certain capacity.
//!
//! The platform's own pages are decided by the same means: [`HostPolicies`] over `policies/platform.cedar`.
//!
//! # What policies can speak of
//! For a module `notes` with a collection `notes`:
//!
//! - the principal `Core::Person`: `reference`, `assurance` (1 low, 2 substantial, 3 high), `holder`, `technical`,
//!   `auditor`, `blocked`, `bodies` (those for which the person administers the module), and `organisation`, if
//!   the person acts for one;
//! - the actions `notes::Action::"sign"` for the act `sign`, and `notes::Action::"view:desk"` for the view `desk`;
//! - the resource `notes::notes`, or `notes::Module` when the route names no document: `owner`, `body` and `state`
//!   where the collection has them, and `document`, with those fields of the document that are texts, whole
//!   numbers, booleans or lists of texts. All are optional: test them with `has`.
//!
//! Of the platform's own pages: the actions `Platform::Action::"security"` and others of
//! `policies/platform.cedarschema`, and the resource `Platform::Host` with `development`.
//!
//! A hyphen of an id or a collection becomes an underscore in Cedar's names.
//!
//! A `forbid` may carry `@why("message-key")`, the message that tells the person why.

mod cedar;
mod compile;
mod decision;
mod error;
mod explain;
mod host;
#[cfg(test)]
mod host_tests;
mod name;
mod own;
mod policies;
mod reach;
mod resource;
mod rule;
mod schema;
mod subject;
#[cfg(test)]
mod tests;

pub use decision::{Action, Decision, Reason};
pub use error::PolicyError;
pub use explain::{Consulted, Explanation, Fact, Known, Origin};
pub use host::{HostAction, HostPolicies};
pub use own::{PolicyText, check_holders};
pub use policies::ModulePolicies;
pub use resource::ResourceDocument;
pub use subject::Subject;
pub use vzaemo_contract::manifest::{Assurance, Who};
pub use vzaemo_contract::reach::{Marks, Reach};

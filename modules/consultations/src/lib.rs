//! Public consultations on draft acts (CMU 996/2010).
//!
//! A body puts up a draft act for a term; the draft is addressable paragraph by paragraph; signed-in persons
//! and organisations comment on a paragraph or propose another wording of it; after the close each proposal
//! gets a response with a reason, and the report is made of these. Who may do what stands in the workflow of
//! `module.toml`, the terms in the configuration.

vzaemo_sdk::module!();

mod clauses;
mod desk;
mod drafting;
mod life;
mod lists;
mod pages;
mod participate;
mod report;
mod respond;
pub mod split;

use vzaemo_sdk::prelude::*;

/// Says what is wrong with the configuration, before it goes into service.
#[check]
fn check(config: Config) -> Vec<String> {
    let nameless = [("discussion", &config.discussion), ("report", &config.report)]
        .into_iter()
        .filter(|(_, term)| term.law.trim().is_empty());
    nameless
        .map(|(name, _)| format!("{name}: name the act of law that sets this term; citizens are shown it"))
        .collect()
}

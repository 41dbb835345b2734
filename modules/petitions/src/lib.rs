//! Electronic petitions to the Cabinet of Ministers (law 393/96-ВР, art. 23-1; CMU 457/2016).
//!
//! A person sends a petition; the body checks it within its term and publishes or refuses it; identified persons
//! sign, once each; with enough signatures the review is announced and the petition answered; without them it is
//! considered as an ordinary appeal. Who may do what stands in the workflow of `module.toml`, all terms and the
//! threshold in the configuration.

vzaemo_sdk::module!();

mod collect;
mod decide;
mod desk;
mod life;
mod lists;
mod pages;
mod terms;

use vzaemo_sdk::prelude::*;
use vzaemo_sdk::{Field, Hit, Rows, Select};

/// Says what is wrong with the configuration, before it goes into service.
#[check]
fn check(config: Config) -> Vec<String> {
    let mut wrong = Vec::new();
    if config.threshold < 1 {
        wrong.push("threshold: at least one signature is needed".to_owned());
    }
    for (name, term) in [
        ("check", &config.check),
        ("collection", &config.collection),
        ("announcement", &config.announcement),
        ("answering", &config.answering),
    ] {
        if term.law.trim().is_empty() {
            wrong.push(format!("{name}: name the act of law that sets this term; citizens are shown it"));
        }
    }
    wrong
}

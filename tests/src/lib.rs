//! Whole-platform tests: the real program, in a process of its own, over HTTP.
//!
//! A [`Platform`] is `vzaemo serve` with a data folder, packages and a `platform.toml` of its own, so tests run side
//! by side. A [`Person`] is a browser without scripts: cookies, an `Origin`, the forms that a page really holds
//! ([`Html`]). Nothing here reaches into the host: what cannot be seen from outside is not tested here.
//!
//! Everything fails by panicking with a sentence, as a test does; a program or a package that is missing is a failure
//! too, never a reason to skip.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::missing_panics_doc)]

pub mod anew;
mod authority;
pub mod backup;
mod balancer;
mod configuration;
mod database;
mod html;
pub mod load;
mod nodes;
mod openid_provider;
mod packages;
mod person;
pub mod petitions;
mod platform;
mod texts;

pub use authority::{Authority, Profile, Signer, openssl_verifies};
pub use balancer::Balancer;
pub use configuration::{Module, Settings};
pub use html::{Form, Html};
pub use nodes::Nodes;
pub use openid_provider::OpenIdProvider;
pub use packages::{Packages, guests};
pub use person::{Answer, Person, encoded, submission};
pub use platform::{Platform, until};
pub use texts::{Language, host_message, module_message};

//! The state register of legal entities.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The ЄДР, the state register of legal entities, by which claims to represent an organisation are looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Edr {
    /// The address of its API, above `/1.0`.
    pub url: url::Url,
    /// The file with the token of the contract, alone on a line; without it the environment's `VZAEMO_EDR_TOKEN`. Secrets do
    /// not stand in `platform.toml`.
    pub token_file: Option<PathBuf>,
    /// Whether whoever bears the name of an organisation's head is taken for the head, without a certificate or provider that
    /// ties them to the organisation. Names are not unique, so it is off unless the holder answers for it.
    #[serde(default)]
    pub heads_by_name: bool,
}

//! Look-ups of legal entities in the ЄДР, the state register of legal entities.
//!
//! [`LegalEntities`] is the face; [`Edr`] asks the register's API. The API (domain reference §4): `GET
//! /1.0/subjects?code=<ЄДРПОУ>` with `Authorization: Token <token>` answers a list of `{id, state, state_text, code, name,
//! url}`; `GET /1.0/subjects/<id>` answers the entity with its `heads`. Nothing else of an answer is read. The address in
//! `url` is never followed: it would get the token.

mod client;
mod entity;

pub use client::{Edr, EdrConfig};
pub use entity::{Head, LegalEntity, State};

use crate::Edrpou;
use async_trait::async_trait;

/// Looks legal entities up.
#[async_trait]
pub trait LegalEntities: Send + Sync {
    /// The legal entity with this code; `None` if the register knows none.
    ///
    /// # Errors
    /// The register did not answer, or not as it should: then nothing is known, not even that there is none.
    async fn find(&self, code: &Edrpou) -> Result<Option<LegalEntity>, EdrError>;
}

/// Why nothing is known of a legal entity.
#[derive(Debug, thiserror::Error)]
pub enum EdrError {
    /// The register could not be reached, or took too long.
    #[error("reach the register of legal entities")]
    Unreachable(#[source] reqwest::Error),
    /// The register refused: no or a wrong token (401), no payment (402), no right (403).
    #[error("ask the register of legal entities: it refused with status {0}")]
    Refused(u16),
    /// The register is in trouble of its own, or asks for patience (429).
    #[error("ask the register of legal entities: it answered with status {0}")]
    Trouble(u16),
    /// More than the register has reason to send.
    #[error("read the answer of the register of legal entities: it is larger than {0} bytes")]
    TooLarge(usize),
    /// The answer is not what the API says.
    #[error("read the answer of the register of legal entities: {0}")]
    Malformed(&'static str),
    /// No client could be made from the configuration.
    #[error("set up the connection to the register of legal entities: {0}")]
    Configuration(&'static str),
}

impl EdrError {
    /// Whether only the holder can mend it: the token or the contract.
    pub fn is_the_holders(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Configuration(_))
    }
}

impl From<reqwest::Error> for EdrError {
    /// Without the address: it holds the code that was asked for, and messages go to the log.
    fn from(error: reqwest::Error) -> Self {
        Self::Unreachable(error.without_url())
    }
}

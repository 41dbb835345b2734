//! The register's API over HTTP.

use super::entity::{Detailed, Listed, heads, text};
use super::{EdrError, LegalEntities, LegalEntity, State};
use crate::Edrpou;
use async_trait::async_trait;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use serde::de::DeserializeOwned;
use std::time::Duration;
use url::Url;

/// The largest answer that is read, in bytes: a bank with all its branches takes a few hundred KiB.
const LARGEST_ANSWER: usize = 2 * 1024 * 1024;
/// How long the register may take to answer one question. Somebody waits for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the register is and what it knows the platform by.
#[derive(Clone)]
pub struct EdrConfig {
    /// The address of the API, above `/1.0`.
    pub url: Url,
    /// The token of the contract with the register's administrator.
    pub token: String,
    /// How long it may take to answer one question.
    pub patience: Duration,
}

impl EdrConfig {
    /// At this address, with this token.
    pub fn new(url: Url, token: &str) -> Self {
        EdrConfig { url, token: token.to_owned(), patience: PATIENCE }
    }
}

impl std::fmt::Debug for EdrConfig {
    /// Without the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EdrConfig").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

/// The register's API. Follows no redirect, waits no longer than its patience, and reads no more than 2 MiB.
#[derive(Clone)]
pub struct Edr {
    subjects: Url,
    client: reqwest::Client,
}

impl Edr {
    /// A client of the register.
    ///
    /// # Errors
    /// An address or token of which no request can be made.
    pub fn new(config: &EdrConfig) -> Result<Self, EdrError> {
        let mut token = HeaderValue::from_str(&format!("Token {}", config.token))
            .map_err(|_| EdrError::Configuration("the token cannot stand in a header"))?;
        token.set_sensitive(true);
        let headers = HeaderMap::from_iter([
            (AUTHORIZATION, token),
            (ACCEPT, HeaderValue::from_static("application/json")),
        ]);
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(config.patience)
            .user_agent("vzaemo")
            .default_headers(headers)
            .build()
            .map_err(|_| EdrError::Configuration("no client can be made"))?;
        let mut subjects = config.url.clone();
        subjects
            .path_segments_mut()
            .map_err(|()| EdrError::Configuration("the address cannot have a path"))?
            .pop_if_empty()
            .extend(["1.0", "subjects"]);
        Ok(Edr { subjects, client })
    }

    async fn ask<T: DeserializeOwned>(&self, url: Url) -> Result<T, EdrError> {
        let mut response = self.client.get(url).send().await?;
        match response.status().as_u16() {
            200 => {}
            status @ (401..=403) => return Err(EdrError::Refused(status)),
            status => return Err(EdrError::Trouble(status)),
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(EdrError::TooLarge(LARGEST_ANSWER));
            }
            body.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&body).map_err(|error| {
            EdrError::Malformed(if error.is_data() { "a field is of another kind" } else { "it is no JSON" })
        })
    }

    async fn detailed(&self, listed: &Listed) -> Result<Detailed, EdrError> {
        let mut url = self.subjects.clone();
        url.path_segments_mut()
            .map_err(|()| EdrError::Configuration("the address cannot have a path"))?
            .push(&listed.id.to_string());
        let detailed: Detailed = self.ask(url).await?;
        if detailed.id != listed.id || detailed.code != listed.code || detailed.state != listed.state {
            return Err(EdrError::Malformed("the record is of another entity than the list"));
        }
        Ok(detailed)
    }
}

#[async_trait]
impl LegalEntities for Edr {
    async fn find(&self, code: &Edrpou) -> Result<Option<LegalEntity>, EdrError> {
        let mut url = self.subjects.clone();
        url.query_pairs_mut().append_pair("code", code.as_str());
        let listed: Vec<Listed> = self.ask(url).await?;
        if listed.iter().any(|one| one.code != code.as_str()) {
            return Err(EdrError::Malformed("it is about another code than was asked for"));
        }
        // Rarely there are two records of one code: an entity that is no more, and the one that is.
        let mut registered = listed.iter().filter(|one| State::of(one.state) == State::Registered);
        let found = match (registered.next(), registered.next()) {
            (Some(_), Some(_)) => {
                return Err(EdrError::Malformed("two registered entities have the code"));
            }
            (Some(one), None) => one,
            (None, _) => match listed.first() {
                Some(first) => first,
                None => return Ok(None),
            },
        };
        let state = State::of(found.state);
        let detailed = match state {
            State::Registered => self.detailed(found).await?.heads,
            State::BeingTerminated | State::Ended | State::Other => None,
        };
        Ok(Some(LegalEntity {
            code: code.clone(),
            name: text(&found.name)?,
            state,
            state_text: text(&found.state_text)?,
            heads: heads(detailed.unwrap_or_default())?,
        }))
    }
}

impl std::fmt::Debug for Edr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Edr").field("subjects", &self.subjects.as_str()).finish_non_exhaustive()
    }
}

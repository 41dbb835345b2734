//! What the host knows of an OpenID Connect provider beforehand.

use std::collections::BTreeMap;

use url::Url;
use vzaemo_clock::SignedDuration;

use crate::Assurance;

/// What the host knows of a provider beforehand.
#[derive(Debug, Clone)]
pub struct ProviderConfig {
    /// Its id in the configuration: small letters, digits and hyphens.
    pub id: String,
    /// Its issuer identifier, under which the discovery document stands.
    pub issuer: Url,
    /// The client id that the provider gave this platform.
    pub client_id: String,
    /// The client secret that goes with it.
    pub client_secret: String,
    /// The address of this platform to which the provider sends people back.
    pub redirect: Url,
    /// Scopes to ask for besides `openid`.
    pub scopes: Vec<String>,
    /// What its button says, in Ukrainian and English.
    pub name: (String, String),
    /// What the provider's `acr` values mean.
    pub assurance: BTreeMap<String, Assurance>,
    /// What a missing or unknown `acr` means.
    pub assurance_otherwise: Assurance,
    /// How the provider names what is beyond OpenID Connect's standard claims.
    pub claims: ClaimNames,
    /// How far its clock may be ahead of or behind this platform's.
    pub clock_skew: SignedDuration,
    /// Whether people may come already signed in from its own pages: by a sign-in without a page of its own
    /// (`prompt=none`), and by [hand-over links](crate::HandOver).
    pub single_sign_on: bool,
}

/// Names of claims that OpenID Connect does not define.
#[derive(Debug, Clone)]
pub struct ClaimNames {
    /// The person's РНОКПП.
    pub rnokpp: String,
    /// The person's УНЗР.
    pub unzr: String,
    /// The ЄДРПОУ of the organisation in whose name the person signs in.
    pub edrpou: String,
    /// That organisation's name.
    pub organisation_name: String,
}

impl Default for ClaimNames {
    fn default() -> Self {
        Self {
            rnokpp: "rnokpp".to_owned(),
            unzr: "unzr".to_owned(),
            edrpou: "edrpou".to_owned(),
            organisation_name: "organisation_name".to_owned(),
        }
    }
}

/// The levels of assurance by the identifiers of Implementing Regulation (EU) 2015/1502.
pub(crate) const LEVELS: [(&str, Assurance); 3] = [
    ("http://eidas.europa.eu/LoA/low", Assurance::Low),
    ("http://eidas.europa.eu/LoA/substantial", Assurance::Substantial),
    ("http://eidas.europa.eu/LoA/high", Assurance::High),
];

impl ProviderConfig {
    /// With the usual names of claims, the European identifiers of assurance, low assurance otherwise, and a minute for
    /// clocks that disagree.
    pub fn new(id: &str, issuer: Url, client_id: &str, client_secret: &str, redirect: Url) -> Self {
        Self {
            id: id.to_owned(),
            issuer,
            client_id: client_id.to_owned(),
            client_secret: client_secret.to_owned(),
            redirect,
            scopes: vec!["profile".to_owned()],
            name: (id.to_owned(), id.to_owned()),
            assurance: LEVELS.iter().map(|&(acr, level)| (acr.to_owned(), level)).collect(),
            assurance_otherwise: Assurance::Low,
            claims: ClaimNames::default(),
            clock_skew: SignedDuration::from_mins(1),
            single_sign_on: false,
        }
    }

    /// The surest that the provider ever attests.
    pub fn surest(&self) -> Assurance {
        self.assurance.values().copied().max().unwrap_or(Assurance::Low).max(self.assurance_otherwise)
    }
}

//! One face for identity providers, whatever they speak.

use crate::{Assurance, IdGovUa, Provider};

/// A way to sign in that the configuration names.
#[derive(Debug)]
pub enum IdentityProvider {
    /// A provider of OpenID Connect.
    OpenIdConnect(Box<Provider>),
    /// id.gov.ua.
    IdGovUa(Box<IdGovUa>),
}

impl IdentityProvider {
    /// Its id in the configuration.
    pub fn id(&self) -> &str {
        match self {
            Self::OpenIdConnect(provider) => &provider.config().id,
            Self::IdGovUa(provider) => &provider.config().id,
        }
    }

    /// What its button says, in Ukrainian and English.
    pub fn name(&self) -> (&str, &str) {
        let (uk, en) = match self {
            Self::OpenIdConnect(provider) => &provider.config().name,
            Self::IdGovUa(provider) => &provider.config().name,
        };
        (uk, en)
    }

    /// The surest that it ever attests.
    pub fn surest(&self) -> Assurance {
        match self {
            Self::OpenIdConnect(provider) => provider.config().surest(),
            Self::IdGovUa(provider) => provider.config().assurance.max(provider.config().assurance_by_device),
        }
    }
}

impl From<Provider> for IdentityProvider {
    fn from(provider: Provider) -> Self {
        Self::OpenIdConnect(Box::new(provider))
    }
}

impl From<IdGovUa> for IdentityProvider {
    fn from(provider: IdGovUa) -> Self {
        Self::IdGovUa(Box::new(provider))
    }
}

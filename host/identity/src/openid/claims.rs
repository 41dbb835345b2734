//! From verified claims to what they attest.

use openidconnect::core::CoreGenderClaim;
use openidconnect::{
    AdditionalClaims, EndUserFamilyName, EndUserGivenName, EndUserMiddleName, LocalizedClaim,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::config::ProviderConfig;
use crate::SignInError;
use crate::attested::{Assurance, Attested, FullName, Method, Organisation, ProvenKey, name_part};

/// Claims beyond OpenID Connect's standard ones, by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ExtraClaims {
    #[serde(flatten)]
    pub(crate) claims: Map<String, Value>,
}

impl AdditionalClaims for ExtraClaims {}

impl ExtraClaims {
    fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }
}

pub(super) type IdClaims = openidconnect::IdTokenClaims<ExtraClaims, CoreGenderClaim>;
pub(super) type UserClaims = openidconnect::UserInfoClaims<ExtraClaims, CoreGenderClaim>;

/// What of a person the ID token and the user information tell.
struct Told<'a> {
    family: Option<&'a LocalizedClaim<EndUserFamilyName>>,
    given: Option<&'a LocalizedClaim<EndUserGivenName>>,
    patronymic: Option<&'a LocalizedClaim<EndUserMiddleName>>,
    extra: &'a ExtraClaims,
}

/// Whether the ID token already carries a name, so that the user information need not be fetched.
pub(super) fn has_name(claims: &IdClaims) -> bool {
    claims.given_name().is_some() && claims.family_name().is_some()
}

/// The provider's own name of the session in which it made this ID token (`sid`, OpenID Connect Back-Channel Logout 1.0).
pub(super) fn provider_session(claims: &IdClaims) -> Option<String> {
    claims.additional_claims().text("sid").map(str::to_owned)
}

/// What a verified ID token, and the user information where it was fetched, attest.
pub(super) fn attested(
    config: &ProviderConfig,
    id: &IdClaims,
    user: Option<&UserClaims>,
) -> Result<Attested, SignInError> {
    let from_id = Told {
        family: id.family_name(),
        given: id.given_name(),
        patronymic: id.middle_name(),
        extra: id.additional_claims(),
    };
    let from_user = user.map(|user| Told {
        family: user.family_name(),
        given: user.given_name(),
        patronymic: user.middle_name(),
        extra: user.additional_claims(),
    });
    let told: Vec<&Told<'_>> = std::iter::once(&from_id).chain(from_user.as_ref()).collect();
    let extra = |name: &str| told.iter().find_map(|told| told.extra.text(name));

    let family = told.iter().find_map(|told| plain(told.family));
    let given = told.iter().find_map(|told| plain(told.given));
    let patronymic = told.iter().find_map(|told| plain(told.patronymic));
    let part = |text| name_part(text).map_err(SignInError::Claims);
    let name = FullName {
        family: part(family)?.ok_or(SignInError::Claims("the family name is missing"))?,
        given: part(given)?.ok_or(SignInError::Claims("the given name is missing"))?,
        patronymic: part(patronymic)?,
    };

    let acr = id.auth_context_ref().map(|acr| acr.as_str());
    let assurance =
        acr.and_then(|acr| config.assurance.get(acr).copied()).unwrap_or(config.assurance_otherwise);

    let organisation = match extra(&config.claims.edrpou) {
        Some(edrpou) => Some(Organisation {
            edrpou: edrpou.parse().map_err(|_| SignInError::Claims("the ЄДРПОУ is malformed"))?,
            name: extra(&config.claims.organisation_name).map(str::to_owned),
        }),
        None => None,
    };

    Ok(Attested {
        method: Method::OpenIdConnect { provider: config.id.clone() },
        issuer: id.issuer().to_string(),
        subject: id.subject().to_string(),
        assurance,
        key: proven_key(assurance, extra(&config.claims.rnokpp), extra(&config.claims.unzr))?,
        name,
        organisation,
    })
}

/// At low assurance a code is what somebody typed, so it proves nothing and must not lead to another's record.
fn proven_key(
    assurance: Assurance,
    rnokpp: Option<&str>,
    unzr: Option<&str>,
) -> Result<Option<ProvenKey>, SignInError> {
    if assurance < Assurance::Substantial {
        return Ok(None);
    }
    if let Some(text) = rnokpp {
        let key = text.parse().map_err(|_| SignInError::Claims("the РНОКПП is malformed"))?;
        return Ok(Some(ProvenKey::Rnokpp(key)));
    }
    if let Some(text) = unzr {
        let key = text.parse().map_err(|_| SignInError::Claims("the УНЗР is malformed"))?;
        return Ok(Some(ProvenKey::Unzr(key)));
    }
    Ok(None)
}

/// A claim without a language tag, else the Ukrainian one, else any.
fn plain<T>(claim: Option<&LocalizedClaim<T>>) -> Option<&str>
where
    T: std::ops::Deref<Target = String>,
{
    let claim = claim?;
    let ukrainian = openidconnect::LanguageTag::new("uk".to_owned());
    claim
        .get(None)
        .or_else(|| claim.get(Some(&ukrainian)))
        .or_else(|| claim.iter().next().map(|(_, value)| value))
        .map(|value| value.as_str())
}

//! What an identity provider attests about a person.

use crate::Unzr;
use serde::{Deserialize, Serialize};
pub use vzaemo_contract::manifest::Assurance;
pub use vzaemo_registers::{Edrpou, Rnokpp};

/// How a person proved who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Method {
    /// OpenID Connect with one of the configured providers.
    OpenIdConnect {
        /// The provider's id in the configuration.
        provider: String,
    },
    /// id.gov.ua.
    IdGovUa {
        /// Its id in the configuration.
        provider: String,
    },
    /// A qualified signature over a challenge.
    QualifiedSignature,
}

/// A key that belongs to one natural person and that a provider has proven.
#[derive(Clone, PartialEq, Eq)]
pub enum ProvenKey {
    /// РНОКПП, the taxpayer's number.
    Rnokpp(Rnokpp),
    /// УНЗР, the number of the record in the Unified State Demographic Register.
    Unzr(Unzr),
}

/// The kind of a proven key. Nobody has two different keys of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyKind {
    /// РНОКПП.
    Rnokpp,
    /// УНЗР.
    Unzr,
}

impl ProvenKey {
    /// Its kind.
    pub fn kind(&self) -> KeyKind {
        match self {
            Self::Rnokpp(_) => KeyKind::Rnokpp,
            Self::Unzr(_) => KeyKind::Unzr,
        }
    }

    /// The kind and the value as one text: what the keyed hash of a person's key is made from.
    pub(crate) fn canonical(&self) -> String {
        match self {
            Self::Rnokpp(value) => format!("rnokpp:{}", value.reveal()),
            Self::Unzr(value) => format!("unzr:{}", value.reveal()),
        }
    }
}

impl std::fmt::Debug for ProvenKey {
    /// Names the kind only: the value is personal data and belongs in no log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Rnokpp(_) => "Rnokpp(…)",
            Self::Unzr(_) => "Unzr(…)",
        })
    }
}

/// The longest accepted part of a name, in characters.
const LONGEST_NAME: usize = 200;

/// A part of a name as a provider attests it, if there is something in it; the error says what is wrong. A name is shown
/// on public pages, so it holds no control characters and has a reasonable length.
pub(crate) fn name_part(text: Option<&str>) -> Result<Option<String>, &'static str> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    if text.chars().count() > LONGEST_NAME || text.chars().any(char::is_control) {
        return Err("a part of the name is malformed");
    }
    Ok(Some(text.to_owned()))
}

/// A person's name in its parts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FullName {
    /// Family name (прізвище).
    pub family: String,
    /// Given name (ім'я).
    pub given: String,
    /// Patronymic (по батькові), if the person has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patronymic: Option<String>,
}

impl FullName {
    /// Given name, patronymic, family name, as a person is addressed on a page: «Марія Іванівна Коваль».
    pub fn in_full(&self) -> String {
        let parts = [Some(self.given.as_str()), self.patronymic.as_deref(), Some(self.family.as_str())];
        parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

impl std::fmt::Display for FullName {
    /// As [`FullName::in_full`].
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.in_full())
    }
}

/// An organisation that an identity provider or a grant ties to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Its ЄДРПОУ.
    pub edrpou: Edrpou,
    /// Its name as attested; a grant knows only the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What a provider attested at one sign-in. Claims about roles are not read: roles are the platform's own data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attested {
    /// How.
    pub method: Method,
    /// The provider's issuer identifier; with `subject` it names the account.
    pub issuer: String,
    /// The account at the provider.
    pub subject: String,
    /// How sure the identity is.
    pub assurance: Assurance,
    /// The person's proven key. `None` if the provider attests none or at low assurance only.
    pub key: Option<ProvenKey>,
    /// The person's name.
    pub name: FullName,
    /// The organisation in whose name the person signed in.
    pub organisation: Option<Organisation>,
}

//! What the host knows of id.gov.ua beforehand.

use url::Url;

use crate::Assurance;

/// How a person may prove who they are at id.gov.ua.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthType {
    /// An electronic signature by a key in a file or on a device.
    DigSign,
    /// The bank where the person has an account.
    BankId,
    /// A key in the person's SIM card.
    MobileId,
    /// The application Diia.
    DiiaId,
}

impl AuthType {
    /// All of them, in the order of the service's guide.
    pub const ALL: [AuthType; 4] = [Self::DigSign, Self::BankId, Self::MobileId, Self::DiiaId];

    /// As the service writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DigSign => "dig_sign",
            Self::BankId => "bank_id",
            Self::MobileId => "mobile_id",
            Self::DiiaId => "diia_id",
        }
    }

    /// Several, as the service wants them listed.
    pub(super) fn list(types: &[AuthType]) -> String {
        types.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(",")
    }
}

/// What the host knows of id.gov.ua beforehand.
#[derive(Clone)]
pub struct IdGovUaConfig {
    /// Its id in the configuration: small letters, digits and hyphens.
    pub id: String,
    /// The address of the service, with a slash at its end.
    pub address: Url,
    /// The client id that the service gave this platform.
    pub client_id: String,
    /// The client secret that goes with it.
    pub client_secret: String,
    /// The address of this platform to which the service sends people back.
    pub redirect: Url,
    /// What its button says, in Ukrainian and English.
    pub name: (String, String),
    /// The ways that people are offered there; at least one.
    pub auth_types: Vec<AuthType>,
    /// How sure an identity from there is.
    pub assurance: Assurance,
    /// How sure it is if the person's key is kept by a qualified device (`isqscd`).
    pub assurance_by_device: Assurance,
}

impl std::fmt::Debug for IdGovUaConfig {
    /// Leaves the secret out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdGovUaConfig").field("id", &self.id).finish_non_exhaustive()
    }
}

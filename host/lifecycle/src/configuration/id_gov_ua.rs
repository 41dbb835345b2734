//! id.gov.ua as a way to sign in.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use vzaemo_contract::manifest::{Assurance, Bilingual};

/// How a person may prove who they are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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

/// id.gov.ua, the state's integrated system of electronic identification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IdGovUa {
    /// What the button says.
    pub name: Bilingual,
    /// The address of the service, if it is not the real one: there is another one for trying out.
    #[serde(default)]
    pub address: Option<url::Url>,
    /// The client id that it gave this platform.
    pub client_id: String,
    /// The file with the client secret, alone on a line. Secrets do not stand in `platform.toml`.
    pub client_secret_file: PathBuf,
    /// The program that opens answers sealed for this platform; without it only TLS protects them.
    #[serde(default)]
    pub decryptor: Option<DecryptProgram>,
    /// The ways that people are offered there.
    #[serde(default = "all")]
    pub auth_types: Vec<AuthType>,
    /// How sure an identity from there is.
    #[serde(default = "substantial")]
    pub assurance: Assurance,
    /// How sure it is if the person's key is kept by a qualified device.
    #[serde(default = "high")]
    pub assurance_by_device: Assurance,
}

/// A program that opens what id.gov.ua seals for a certificate: `EnvelopedData` (DER) at its standard input, the content at
/// its standard output, status 0 if it could.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DecryptProgram {
    /// The certificate to seal for, in DER.
    pub certificate_file: PathBuf,
    /// The program and its arguments.
    pub command: Vec<String>,
}

fn all() -> Vec<AuthType> {
    vec![AuthType::DigSign, AuthType::BankId, AuthType::MobileId, AuthType::DiiaId]
}

fn substantial() -> Assurance {
    Assurance::Substantial
}

fn high() -> Assurance {
    Assurance::High
}

//! What can go wrong in a sign-in by qualified signature.

use vzaemo_signature::Refusal;

use crate::SignInError;

/// Why a sign-in by qualified signature came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum QualifiedError {
    /// The challenge is not one of this platform and browser, or its time is over.
    #[error(transparent)]
    Challenge(#[from] SignInError),
    /// The signature does not count.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The certificate names no key of a person, or one that cannot be.
    #[error("find the person: the certificate has no usable {0}")]
    NoPerson(&'static str),
    /// The certificate is that of a seal: an organisation's, not a person's.
    #[error("find the person: the certificate is that of a seal")]
    Seal,
    /// The certificate is that of a person, where a seal is asked for.
    #[error("find the organisation: the certificate is not that of a seal")]
    NoSeal,
    /// The seal's certificate has no usable code of an organisation.
    #[error("find the organisation: the certificate has no usable ЄДРПОУ")]
    NoOrganisation,
    /// More signatures wait to be verified than may.
    #[error("verify the signature: too many wait already")]
    Busy,
    /// The verification was given up; a defect of the platform.
    #[error("verify the signature")]
    Lost(#[from] tokio::task::JoinError),
}

/// Why sign-in by qualified signature cannot be offered.
#[derive(Debug, thiserror::Error)]
pub enum QualifiedSetupError {
    /// A file or folder cannot be read.
    #[error("read {path}")]
    File {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file holds no certificate that can be read.
    #[error("read the certificates of {path}")]
    Certificates {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: Refusal,
    },
    /// The folders of trusted authorities are empty.
    #[error("find a trusted authority: the folders hold no certificate")]
    Nobody,
    /// The authority of development mode cannot be made.
    #[error("set up the development authority")]
    Development(#[from] vzaemo_signature::development::NoKey),
    /// No HTTP client could be made.
    #[error("set up the connection to certification authorities")]
    Client(#[from] reqwest::Error),
}

impl QualifiedError {
    /// The key of the message for the person, in `locales/*/{identity,qualified}.ftl`.
    pub fn public_message(&self) -> &'static str {
        match self {
            Self::Challenge(error) => error.public_message(),
            Self::Refused(refusal) => refusal.public_code(),
            Self::NoPerson(_) => "signature-no-person",
            Self::Seal => "signature-seal",
            Self::NoSeal => "seal-of-person",
            Self::NoOrganisation => "seal-no-organisation",
            Self::Busy | Self::Lost(_) => "signature-busy",
        }
    }

    /// Whether the same challenge may be tried again with another file, or the same one later.
    pub fn keeps_challenge(&self) -> bool {
        !matches!(self, Self::Challenge(_))
    }

    /// Whether this looks like an attack rather than an accident, for the protection room.
    pub fn is_suspicious(&self) -> bool {
        match self {
            Self::Challenge(error) => error.is_suspicious(),
            Self::Refused(refusal) => {
                matches!(refusal.public_code(), "signature-invalid" | "signature-certificate-revoked")
            }
            Self::NoPerson(_)
            | Self::Seal
            | Self::NoSeal
            | Self::NoOrganisation
            | Self::Busy
            | Self::Lost(_) => false,
        }
    }
}

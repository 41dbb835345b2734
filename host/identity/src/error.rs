//! What can go wrong while signing in.

use crate::{ReturnTo, TransportError};

/// Why a sign-in came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No provider with this id is configured.
    #[error("no identity provider `{0}` is configured")]
    UnknownProvider(String),
    /// The provider's configuration contains an address that is none.
    #[error("the identity provider's configuration is wrong: {0}")]
    Configuration(String),
    /// The provider's discovery document or keys could not be fetched.
    #[error("the identity provider `{provider}` cannot be discovered: {reason}")]
    Unavailable {
        /// Its id.
        provider: String,
        /// The cause, for the log.
        reason: String,
    },
    /// The state is unknown: expired, already used, or never issued by this platform.
    #[error("the state of the sign-in is unknown, used or expired")]
    UnknownState,
    /// The browser is not the one that began.
    #[error("the sign-in was begun in another browser")]
    OtherBrowser,
    /// The answer claims another issuer than the one asked (mix-up attack, RFC 9207).
    #[error("the answer comes from the issuer `{0}`, which was not asked")]
    OtherIssuer(String),
    /// The answer arrived at the address of return of another provider than the one asked (mix-up attack).
    #[error("the answer to a question to `{asked}` came by way of `{answered}`")]
    OtherProvider {
        /// The id of the provider that was asked.
        asked: String,
        /// The id of the one whose address it is.
        answered: String,
    },
    /// A silent sign-in came to nothing: nobody is signed in at the provider, or it would have to show a page.
    #[error("nobody is signed in at the identity provider")]
    NotSilently {
        /// Where the visitor goes on as they are.
        return_to: ReturnTo,
        /// The id of the binding, which is needed no more.
        binding: String,
    },
    /// Another account came back than the one that was handed over.
    #[error("another account came back than the one that was handed over")]
    OtherAccount,
    /// The person declined at the provider.
    #[error("the person declined at the identity provider")]
    Declined,
    /// The provider answered with an error.
    #[error("the identity provider answered `{code}`: {description}")]
    Refused {
        /// The OAuth error code.
        code: String,
        /// The provider's words.
        description: String,
    },
    /// The answer has neither code nor error.
    #[error("the identity provider's answer has no code")]
    NoCode,
    /// The token endpoint refused the code or could not be reached.
    #[error("the code could not be exchanged: {0}")]
    Exchange(String),
    /// A token of the provider is missing, forged, expired or for somebody else.
    #[error("the provider's token is not acceptable: {0}")]
    Token(String),
    /// The claims lack something needed or contain something impossible.
    #[error("the claims are not acceptable: {0}")]
    Claims(&'static str),
    /// What the provider tells of the person could not be read.
    #[error("the user information cannot be read: {0}")]
    UserInfo(String),
    /// No HTTP client could be made.
    #[error("no connection to identity providers can be made")]
    Transport(#[from] TransportError),
}

impl SignInError {
    /// The key of the message for the person, in `locales/*/identity.ftl`.
    pub fn public_message(&self) -> &'static str {
        match self {
            Self::Declined | Self::NotSilently { .. } => "sign-in-declined",
            Self::UnknownState | Self::NoCode => "sign-in-expired",
            Self::OtherBrowser => "sign-in-other-browser",
            Self::OtherAccount => "sign-in-other-account",
            Self::Unavailable { .. } | Self::Transport(_) => "sign-in-unavailable",
            Self::UnknownProvider(_) | Self::Configuration(_) => "sign-in-not-configured",
            Self::OtherIssuer(_)
            | Self::OtherProvider { .. }
            | Self::Refused { .. }
            | Self::Exchange(_)
            | Self::Token(_)
            | Self::Claims(_)
            | Self::UserInfo(_) => "sign-in-refused",
        }
    }

    /// Whether this looks like an attack rather than an accident, for the protection room.
    pub fn is_suspicious(&self) -> bool {
        matches!(
            self,
            Self::OtherBrowser | Self::OtherIssuer(_) | Self::OtherProvider { .. } | Self::Token(_)
        )
    }
}

/// An error and all its causes in one line, for the internal message.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// Texts of a provider that are written to the log are cut to this many characters.
const LONGEST_FOREIGN_TEXT: usize = 300;

/// What a provider wrote, short enough for the log.
pub(crate) fn cut(text: &str) -> String {
    text.chars().take(LONGEST_FOREIGN_TEXT).collect()
}

//! Sign-in by OpenID Connect: authorization code with PKCE, state and nonce, and what goes with it: orders of a provider
//! to end sessions, keys that change, answers that could be another provider's.
//!
//! Sources: OpenID Connect Core 1.0, Discovery 1.0, RP-Initiated Logout 1.0, Back-Channel Logout 1.0, RFC 7636 (PKCE),
//! RFC 9207 (issuer in the answer), RFC 9700 (best practice).

mod claims;
mod config;
mod discovery;
mod hand_over;
mod logout;
mod provider;
mod signed;

pub(crate) use claims::ExtraClaims;
pub(crate) use config::LEVELS;
pub use config::{ClaimNames, ProviderConfig};
pub use hand_over::HandOver;
pub use logout::LogoutOrder;
pub use provider::Provider;

//! Sign-in by OpenID Connect: authorization code with PKCE, state and nonce.
//!
//! [`SignIn::start`] gives the address at the provider and remembers what was asked; [`SignIn::complete`] takes the
//! provider's answer and gives what was attested. What is remembered stays on the server, serves once, expires after
//! ten minutes of the security clock, and is bound to a cookie of the browser that began (against login CSRF).
//!
//! Sources: OpenID Connect Core 1.0, RFC 7636 (PKCE), RFC 9207 (issuer in the answer), RFC 9700 (best practice).

mod claims;
mod error;
mod pending;
mod provider;
mod sign_in;
mod transport;

pub(crate) use claims::ExtraClaims;
pub use error::SignInError;
pub(crate) use provider::LEVELS;
pub use provider::{ClaimNames, Provider, ProviderConfig};
pub use sign_in::{Answer, Completed, SignIn, Start, Started};
pub use transport::{Transport, TransportError};

//! Sign-in by OpenID Connect: authorization code with PKCE, state and nonce.
//!
//! [`SignIn::start`] gives the address at the provider and what the browser keeps of the sign-in; [`SignIn::complete`]
//! takes the provider's answer and gives what was attested. Between the two the server keeps nothing, so any node can
//! end what another one began. It serves once, expires after ten minutes of the security clock, and is bound to a
//! cookie of the browser that began (against login CSRF).
//!
//! Sources: OpenID Connect Core 1.0, RFC 7636 (PKCE), RFC 9207 (issuer in the answer), RFC 9700 (best practice).

mod claims;
mod config;
mod discovery;
mod error;
mod logout;
pub(crate) mod pending;
mod provider;
mod sign_in;
mod signed;
mod transport;

pub(crate) use claims::ExtraClaims;
pub(crate) use config::LEVELS;
pub use config::{ClaimNames, ProviderConfig};
pub use error::SignInError;
pub use logout::LogoutOrder;
pub use pending::{Binding, Once};
pub use provider::Provider;
pub use sign_in::{Answer, Completed, SignIn, Start, Started};
pub use transport::{Transport, TransportError};

//! Sign-in, sessions, persons, roles, and the embedded identity provider of development mode.
//!
//! The way of a sign-in: [`SignIn::start`] sends the visitor to an identity provider, [`SignIn::complete`] gives what
//! the provider [attested](Attested). Roles are the platform's own data and never taken from a provider.

mod attested;
mod codes;
mod cookies;
pub mod dev;
mod openid;
mod principal;
mod return_to;
mod role;
mod token;

pub use attested::{Assurance, Attested, FullName, Method, Organisation, ProvenKey};
pub use cookies::Cookies;
pub use openid::{
    Answer, ClaimNames, Completed, Provider, ProviderConfig, SignIn, SignInError, Start, Started, Transport,
    TransportError,
};
pub use principal::{PersonId, Principal, Visitor};
pub use return_to::ReturnTo;
pub use role::{EVERY_MODULE, Role, Roles};
pub use token::{Token, TokenHash};

//! Sign-in, sessions, persons, roles, and the embedded identity provider of development mode.
//!
//! The way of a sign-in: [`SignIn::start`] sends the visitor to an identity provider, [`SignIn::complete`] gives what
//! the provider [attested](Attested), and [`Sessions::open`] keeps the person and opens a session. Roles are the
//! platform's own data ([`Grants`]) and never taken from a provider. Modules know persons by [`Alias`] only.

/// The texts of this room, in Ukrainian and in English: why a sign-in did not succeed.
pub const LOCALES: [(&str, &str); 4] = [
    ("uk", include_str!("../locales/uk/identity.ftl")),
    ("en", include_str!("../locales/en/identity.ftl")),
    ("uk", include_str!("../locales/uk/qualified.ftl")),
    ("en", include_str!("../locales/en/qualified.ftl")),
];

mod attested;
mod cookies;
pub mod dev;
mod device;
mod error;
mod id_gov_ua;
mod identity;
mod openid;
mod pending;
mod principal;
mod providers;
mod qualified;
mod return_to;
mod role;
mod sign_in;
mod store;
mod token;
mod transport;
mod unzr;

pub use attested::{Assurance, Attested, Edrpou, FullName, KeyKind, Method, Organisation, ProvenKey, Rnokpp};
pub use cookies::Cookies;
pub use device::{Browser, Device, System, network};
pub use error::SignInError;
pub use id_gov_ua::{AuthType, DecryptError, DecryptProgram, Decryptor, IdGovUa, IdGovUaConfig};
pub use identity::Identity;
pub use openid::{ClaimNames, HandOver, LogoutOrder, Provider, ProviderConfig};
pub use pending::{Binding, Once};
pub use principal::{PersonId, Principal, Visitor};
pub use providers::IdentityProvider;
pub use qualified::{
    Challenge, Qualified, QualifiedConfig, QualifiedError, QualifiedSetupError, RevocationConfig,
};
pub use return_to::ReturnTo;
pub use role::{EVERY_MODULE, Role, Roles};
pub use sign_in::{Answer, Completed, SignIn, Start, Started};
pub use store::{
    Acceptance, Alias, Aliases, AttestedName, Blocking, Edition, Editions, Grant, Grants, INVITATIONS,
    IdentityError, LogoutRecorder, NAMESPACE, Opening, Person, PersonKey, Persons, PlatformSecret,
    RecordError, Recorder, Recording, References, RulesOfUse, Session, SessionLimits, Sessions,
    SignInRecorder, SignedIn, Standing, claims, collections, delegations, merging, unrecorded,
};
pub use token::{Token, TokenHash};
pub use transport::{Transport, TransportError};
pub use unzr::{NotUnzr, Unzr};

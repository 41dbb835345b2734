//! Verification of qualified electronic signatures and seals (КЕП) in the form of CMS and CAdES files.
//!
//! A person signs a challenge or a document with a tool of their choice and uploads the result; a [`Verifier`] says
//! who signed what and when, or gives the one [`Refusal`] why the signature does not count. It opens no connection
//! and keeps nothing: trust list, revocation lists and the time are handed to it.
//!
//! ```no_run
//! use vzaemo_signature::{Evidence, Policy, Request, TrustList, Verifier};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut trust = TrustList::new();
//! trust.add_anchors(&std::fs::read("authorities.pem")?)?;
//! let verifier = Verifier::new(trust, Policy::default());
//! let revocation = Evidence { lists: vec![std::fs::read("authority.crl")?], ..Evidence::default() };
//! let signed = verifier.verify(&Request {
//!     signature: &std::fs::read("challenge.p7s")?,
//!     content: Some(b"sign in to example.gov.ua, number 3f1c"),
//!     now: jiff::Timestamp::now(),
//!     revocation: &revocation,
//! })?;
//! println!("signed with {}", signed.sole()?.algorithm);
//! # Ok(())
//! # }
//! ```
//!
//! # What is verified, and by which rule
//!
//! * the shape of the input: one DER structure within [`Limits`], nothing behind it (X.690);
//! * the signed attributes: content type, message digest, signing certificate, signing time, algorithm protection
//!   (RFC 5652, RFC 5035, RFC 6211, ETSI EN 319 122-1);
//! * the signature's value: ECDSA on P-256 and P-384 and RSA (PKCS #1 v1.5 and PSS) with SHA-2; DSTU 4145-2002 on the
//!   curves m = 257 and m = 431 with GOST 34.311-95. SHA-1 and MD5 are refused wherever something is signed with them;
//! * a time-stamp over the signature, if there is one (RFC 3161);
//! * the path to an authority on the trust list (RFC 5280, 6) and revocation (RFC 5280, 5; RFC 6960);
//! * that the certificate is qualified (ETSI EN 319 412-5), and whom it means: РНОКПП, УНЗР, ЄДРПОУ.

mod algorithm;
mod asn1;
mod attributes;
mod certificate;
mod cms;
mod crl;
pub mod development;
mod dstu;
mod encode;
mod input;
mod key;
mod name;
mod ocsp;
mod oid;
mod path;
mod qualified;
mod refusal;
mod revocation;
mod subject;
mod timestamp;
mod trust;
mod verifier;

pub use algorithm::{Algorithm, Digest, Scheme};
pub use certificate::Certificate;
pub use input::Limits;
pub use ocsp::status_request;
pub use qualified::{Kind, Qualification};
pub use refusal::{Refusal, RevocationGap, Role};
pub use revocation::{Evidence, NoInformation, Question, Revocation, Source, Status};
pub use subject::Subject;
pub use trust::TrustList;
pub use verifier::{
    Policy, Request, Signature, Signed, TimeBasis, TimeSource, UnknownRevocation, Verdict, Verifier,
    carried_content,
};

//! The files in `tests/fixtures` and verifiers for them.

use std::path::PathBuf;

use jiff::Timestamp;
use vzaemo_signature::{
    Evidence, NoInformation, Policy, Request, Revocation, TrustList, UnknownRevocation, Verdict, Verifier,
};

/// A file of the fixtures.
pub fn file(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What every fixture signs.
pub fn content() -> Vec<u8> {
    file("openssl/content")
}

/// The instant at which the tests verify: after the fixtures were signed, before their lists run out.
pub fn now() -> Timestamp {
    "2026-12-01T00:00:00Z".parse().unwrap()
}

/// Both roots of the OpenSSL fixtures are trusted, and the authority below one of them known.
pub fn trust() -> TrustList {
    let mut trust = TrustList::new();
    trust.add_anchors(&file("openssl/root.pem")).unwrap();
    trust.add_anchors(&file("openssl/rsa-root.pem")).unwrap();
    trust.add_intermediates(&file("openssl/middle.pem")).unwrap();
    trust
}

/// Asks for everything but knowledge about revocation.
pub fn without_revocation() -> Policy {
    Policy { unknown_revocation: UnknownRevocation::Accept, ..Policy::default() }
}

/// The OpenSSL fixtures' verifier.
pub fn verifier() -> Verifier {
    Verifier::new(trust(), without_revocation())
}

/// Verifies a signature over the fixtures' content.
pub fn verify(verifier: &Verifier, signature: &[u8]) -> Verdict {
    verify_with(verifier, signature, &NoInformation)
}

/// The same, with knowledge about revocation.
pub fn verify_with(verifier: &Verifier, signature: &[u8], revocation: &dyn Revocation) -> Verdict {
    verifier.verify(&Request { signature, content: Some(&content()), now: now(), revocation })
}

/// The stable code of the refusal of an OpenSSL fixture.
pub fn refused(name: &str) -> &'static str {
    verify(&verifier(), &file(&format!("openssl/{name}.p7s"))).unwrap_err().code()
}

/// Revocation lists and answers of the OpenSSL fixtures.
pub fn evidence(lists: &[&str], answers: &[&str]) -> Evidence {
    Evidence {
        lists: lists.iter().map(|name| file(&format!("openssl/{name}.crl"))).collect(),
        answers: answers.iter().map(|name| file(&format!("openssl/{name}.ocsp"))).collect(),
    }
}

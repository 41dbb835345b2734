//! Certificates of Ukrainian authorities and signatures that others have published.

use vzaemo_signature::{Certificate, NoInformation, Refusal, Request, Role, TrustList, Verifier};

use crate::fixtures::{file, without_revocation};

/// Certificate, what it is for, the trusted issuer, and a day on which both were valid. All signatures on them are by
/// DSTU 4145 with m = 431; the keys of `justice-2015` and `czo-2017-ocsp` are of m = 257.
const PATHS: [(&str, Role, &str, &str); 4] = [
    ("czo-2012", Role::Authority, "czo-2012", "2016-01-01"),
    ("justice-2015", Role::Authority, "czo-2012", "2016-01-01"),
    ("czo-2017", Role::Authority, "czo-2017", "2018-01-01"),
    ("czo-2017-ocsp", Role::Responder, "czo-2017", "2018-01-01"),
];

fn path(name: &str, role: Role, trusted: &str, day: &str) -> Result<usize, Refusal> {
    let mut trust = TrustList::new();
    trust.add_anchors(&file(&format!("published/{trusted}.der"))).unwrap();
    let certificate = Certificate::from_der(&file(&format!("published/{name}.der")), role).unwrap();
    let at = format!("{day}T00:00:00Z").parse().unwrap();
    Verifier::new(trust, without_revocation()).path(&certificate, role, at).map(|path| path.len())
}

#[test]
fn certificates_of_ukrainian_authorities_lead_to_the_central_one() {
    for (name, role, trusted, day) in PATHS {
        assert_eq!(path(name, role, trusted, day), Ok(2), "{name}");
    }
}

#[test]
fn attack_one_changed_bit_in_a_certificate_of_an_authority_is_refused() {
    let mut trust = TrustList::new();
    trust.add_anchors(&file("published/czo-2012.der")).unwrap();
    let verifier = Verifier::new(trust, without_revocation());
    let at = "2016-01-01T00:00:00Z".parse().unwrap();
    let good = file("published/justice-2015.der");
    // Here and there: each verification on this curve is slow without optimisation.
    for position in (0..good.len()).step_by(97) {
        let mut bad = good.clone();
        bad[position] ^= 1 << (position % 8);
        let verdict = Certificate::from_der(&bad, Role::Authority)
            .and_then(|certificate| verifier.path(&certificate, Role::Authority, at));
        assert!(verdict.is_err(), "byte {position}");
    }
}

#[test]
fn certificates_of_authorities_lead_to_no_other_authority() {
    assert_eq!(
        path("justice-2015", Role::Authority, "czo-2017", "2018-01-01").unwrap_err().code(),
        "untrusted-issuer"
    );
    assert_eq!(
        path("stamp-2016", Role::Signer, "justice-2015", "2017-01-01").unwrap_err().code(),
        "untrusted-issuer"
    );
    assert_eq!(
        path("justice-2015", Role::Authority, "czo-2012", "2021-01-01").unwrap_err().code(),
        "expired"
    );
}

#[test]
fn signatures_of_another_projects_tests_fail_only_for_lack_of_an_authority() {
    // A self-signed certificate: everything about the signature holds, only nobody stands behind it.
    let mut trust = TrustList::new();
    trust.add_anchors(&file("published/jkurwa-self-signed.der")).unwrap();
    let verifier = Verifier::new(trust, without_revocation());
    let now = "2018-10-23T00:00:00Z".parse().unwrap();
    for name in ["message.p7", "message_detached.p7"] {
        let signature = file(&format!("published/{name}"));
        let request =
            Request { signature: &signature, content: Some(b"123"), now, revocation: &NoInformation };
        assert_eq!(verifier.verify(&request).unwrap_err().code(), "not-an-authority", "{name}");
        let mut bad = signature.clone();
        let last = bad.len() - 1;
        bad[last] ^= 1;
        let request = Request { signature: &bad, ..request };
        assert_eq!(verifier.verify(&request).unwrap_err().code(), "signature-invalid", "{name}");
    }
}

/// As OpenSSL reads them.
#[test]
fn certificates_of_authorities_say_where_revocation_is_known() {
    let full = "http://czo.gov.ua/download/crls/CZO-Full.crl";
    let later = "http://czo.gov.ua/download/crls/CZO-2017-Full.crl";
    let tax = "http://acskidd.gov.ua/download/crls/ACSKIDDDFS-Full.crl";
    for (name, list, responder) in [
        ("czo-2012", full, None),
        ("justice-2015", full, Some("http://czo.gov.ua/services/ocsp/")),
        // Beside the responder it names where its issuer's certificates are, which is no responder.
        ("stamp-2016", tax, Some("http://acskidd.gov.ua/services/ocsp/")),
        ("czo-2017", later, None),
        ("czo-2017-ocsp", later, None),
    ] {
        let read = Certificate::from_der(&file(&format!("published/{name}.der")), Role::Signer).unwrap();
        assert_eq!(read.list_addresses(), [list], "{name}");
        assert_eq!(read.responder_addresses(), responder.as_slice(), "{name}");
    }
}

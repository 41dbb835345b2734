//! Signatures with DSTU 4145-2002 and GOST 34.311 by the npm package jkurwa.

use vzaemo_signature::{Digest, Kind, Scheme, TrustList, Verifier};

use crate::fixtures::{content, file, verify, without_revocation};

fn verifier() -> Verifier {
    let mut trust = TrustList::new();
    trust.add_anchors(&file("jkurwa/authority.der")).unwrap();
    Verifier::new(trust, without_revocation())
}

#[test]
fn twenty_persons_attached_and_detached_are_verified() {
    for index in 0..20 {
        for kind in ["attached", "detached"] {
            let name = format!("jkurwa/person-{index}-{kind}.p7s");
            let signed =
                verify(&verifier(), &file(&name)).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
            assert_eq!(signed.content, content());
            let signature = signed.sole().unwrap();
            assert_eq!(signature.algorithm.scheme, Scheme::Dstu4145);
            assert_eq!(signature.algorithm.digest, Digest::Gost34311);
            assert_eq!(signature.signer.common_name, Some(format!("Особа {index}")));
            assert_eq!(signature.signer.tax_number.as_deref(), Some("3300712340"));
            assert_eq!(signature.signer.unzr.as_deref(), Some("19900515-01234"));
            assert_eq!(signature.time.to_string(), "2026-11-22T00:00:00Z");
            assert!(signature.qualification.qualified);
            assert_eq!(signature.qualification.kind, Kind::Signature);
        }
    }
}

#[test]
fn signatures_and_certificates_on_the_curve_of_the_central_authority_are_verified() {
    let mut trust = TrustList::new();
    trust.add_anchors(&file("jkurwa/central.der")).unwrap();
    let verifier = Verifier::new(trust, without_revocation());
    for (index, bits) in [(0, 257), (1, 431), (2, 431)] {
        let good = file(&format!("jkurwa/central-person-{index}-detached.p7s"));
        let signature = verify(&verifier, &good).unwrap().sole().unwrap();
        assert_eq!((signature.key_bits, signature.path.len()), (bits, 2));
        let mut bad = good;
        let last = bad.len() - 1;
        bad[last] ^= 1;
        assert_eq!(verify(&verifier, &bad).unwrap_err().code(), "signature-invalid");
    }
}

#[test]
fn a_seal_is_known_as_a_seal_of_an_organisation() {
    let signature = verify(&verifier(), &file("jkurwa/seal-detached.p7s")).unwrap().sole().unwrap();
    assert_eq!(signature.qualification.kind, Kind::Seal);
    assert_eq!(signature.signer.organisation_code.as_deref(), Some("00032112"));
    assert_eq!(signature.signer.tax_number, None, "an empty code is none");
}

#[test]
fn attack_dstu_certificate_of_an_impostor_is_refused() {
    let refusal = verify(&verifier(), &file("jkurwa/forged-attached.p7s")).unwrap_err();
    assert_eq!(refusal.code(), "certificate-forged");
}

#[test]
fn attack_dstu_signature_with_a_changed_bit_is_refused() {
    let good = file("jkurwa/person-0-detached.p7s");
    // The signature's value stands at the end.
    for back in [1, 16, 32, 33, 48, 64] {
        for bit in [0, 7] {
            let mut bad = good.clone();
            let at = bad.len() - back;
            bad[at] ^= 1 << bit;
            assert_eq!(verify(&verifier(), &bad).unwrap_err().code(), "signature-invalid", "{back} {bit}");
        }
    }
}

#[test]
fn attack_dstu_signature_under_another_persons_certificate_is_refused() {
    // One person's signature value put into another's file: same content, same time, another key.
    let (one, mut other) = (file("jkurwa/person-0-detached.p7s"), file("jkurwa/person-1-detached.p7s"));
    let at = other.len() - 64;
    other[at..].copy_from_slice(&one[one.len() - 64..]);
    assert_eq!(verify(&verifier(), &other).unwrap_err().code(), "signature-invalid");
}

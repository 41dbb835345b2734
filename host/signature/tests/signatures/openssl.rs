//! Signatures by OpenSSL with ECDSA and RSA that must count.

use vzaemo_signature::{
    Digest, Kind, NoInformation, Policy, Request, Scheme, TimeBasis, TimeSource, Verifier, carried_content,
};

use crate::fixtures::{
    content, evidence, file, now, trust, verifier, verify, verify_with, without_revocation,
};

#[test]
fn every_algorithm_that_openssl_signs_with_is_verified() {
    for (name, scheme, digest, bits) in [
        ("p256-attached", Scheme::Ecdsa, Digest::Sha256, 256),
        ("p256-detached", Scheme::Ecdsa, Digest::Sha256, 256),
        ("p256-with-path", Scheme::Ecdsa, Digest::Sha256, 256),
        ("p256-key-identifier", Scheme::Ecdsa, Digest::Sha256, 256),
        ("p256-sha512", Scheme::Ecdsa, Digest::Sha512, 256),
        ("p256-attached.pem", Scheme::Ecdsa, Digest::Sha256, 256),
        ("p384", Scheme::Ecdsa, Digest::Sha384, 384),
        ("rsa", Scheme::RsaPkcs1, Digest::Sha256, 2048),
        ("rsa-sha512", Scheme::RsaPkcs1, Digest::Sha512, 2048),
        ("rsa-pss", Scheme::RsaPss { salt: 32 }, Digest::Sha256, 2048),
    ] {
        let signed = verify(&verifier(), &file(&format!("openssl/{name}.p7s")));
        let signed = signed.unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        assert_eq!(signed.content, content(), "{name}");
        let signature = signed.sole().unwrap();
        assert_eq!((signature.algorithm.scheme, signature.algorithm.digest), (scheme, digest), "{name}");
        assert_eq!(signature.key_bits, bits, "{name}");
        assert_eq!(signature.time_source, TimeSource::Claimed, "{name}");
        assert_eq!(signature.revocation, None, "{name}");
    }
}

#[test]
fn the_verdict_says_who_signed_and_by_whose_word() {
    let signature = verify(&verifier(), &file("openssl/p256-attached.p7s")).unwrap().sole().unwrap();
    let signer = &signature.signer;
    assert_eq!(signer.common_name.as_deref(), Some("Приклад Олена Іванівна"));
    assert_eq!(signer.surname.as_deref(), Some("Приклад"));
    assert_eq!(signer.given_name.as_deref(), Some("Олена Іванівна"));
    assert_eq!(signer.organisation.as_deref(), Some("Приклад"));
    assert_eq!(signer.tax_number.as_deref(), Some("3300712340"));
    assert_eq!(signer.organisation_code.as_deref(), Some("00032112"));
    assert_eq!((signer.unzr.as_deref(), signer.passport.as_deref()), (None, None));
    assert!(signature.qualification.qualified && signature.qualification.device);
    assert_eq!(signature.qualification.kind, Kind::Signature);
    assert_eq!(signature.certificate.issuer_name().as_deref(), Some("Test authority"));
    assert_eq!(signature.path.len(), 3);
    assert_eq!(signature.path.first(), Some(&signature.certificate));
}

#[test]
fn the_signer_is_not_printed() {
    let signed = verify(&verifier(), &file("openssl/p256-attached.p7s")).unwrap();
    let printed = format!("{:?}", signed.signatures);
    assert!(!printed.contains("3300712340") && !printed.contains("Приклад"), "{printed}");
}

#[test]
fn the_authority_between_may_come_along_with_the_signature() {
    let mut trust = vzaemo_signature::TrustList::new();
    trust.add_anchors(&file("openssl/root.pem")).unwrap();
    let verifier = Verifier::new(trust, without_revocation());
    assert!(verify(&verifier, &file("openssl/p256-with-path.p7s")).is_ok());
    let refusal = verify(&verifier, &file("openssl/p256-attached.p7s")).unwrap_err();
    assert_eq!(refusal.code(), "untrusted-issuer");
}

#[test]
fn a_certificate_that_is_known_need_not_come_along() {
    let alone = file("openssl/without-certificate.p7s");
    assert_eq!(verify(&verifier(), &alone).unwrap_err().code(), "certificate-missing");
    let mut trust = trust();
    trust.add_intermediates(&file("openssl/p256.pem")).unwrap();
    assert!(verify(&Verifier::new(trust, without_revocation()), &alone).is_ok());
}

#[test]
fn of_several_signers_all_must_count_and_each_is_judged_by_itself() {
    let both = file("openssl/two-signers.p7s");
    let signed = verify(&verifier(), &both).unwrap();
    let mut numbers: Vec<_> =
        signed.signatures.iter().filter_map(|found| found.signer.tax_number.clone()).collect();
    numbers.sort();
    assert_eq!(numbers, ["3104743215", "3300712340"]);
    assert_eq!(signed.sole().unwrap_err().code(), "several-signers");

    // A content that neither has signed: one refusal for each.
    let request = Request { signature: &both, content: None, now: now(), revocation: &NoInformation };
    let (carried, each) = verifier().verify_each(&request).unwrap();
    assert_eq!(
        (carried, each.len(), each.iter().filter(|verdict| verdict.is_ok()).count()),
        (content(), 2, 2)
    );
}

#[test]
fn the_carried_content_can_be_looked_at_before() {
    let limits = vzaemo_signature::Limits::default();
    assert_eq!(carried_content(&file("openssl/p256-attached.p7s"), &limits).unwrap(), Some(content()));
    assert_eq!(carried_content(&file("openssl/p256-detached.p7s"), &limits).unwrap(), None);
}

#[test]
fn signing_in_asks_for_a_signature_that_is_fresh() {
    let max_age = jiff::SignedDuration::from_mins(15);
    let verifier = Verifier::new(trust(), Policy { max_age: Some(max_age), ..without_revocation() });
    let signature = file("openssl/p256-attached.p7s");
    let claimed = verify(&self::verifier(), &signature).unwrap().sole().unwrap().time;
    let at = |now| {
        let request = Request { signature: &signature, content: None, now, revocation: &NoInformation };
        verifier.verify(&request).map_err(|refusal| refusal.code())
    };
    assert!(at(claimed + max_age).is_ok());
    assert!(
        at(claimed - jiff::SignedDuration::from_mins(4)).is_ok(),
        "the signer's clock may be ahead a little"
    );
    assert_eq!(
        at(claimed + max_age + jiff::SignedDuration::from_secs(1)).unwrap_err(),
        "signing-time-out-of-range"
    );
    assert_eq!(at(claimed - jiff::SignedDuration::from_mins(6)).unwrap_err(), "signing-time-out-of-range");
}

#[test]
fn an_old_document_is_judged_at_its_claimed_time_where_the_policy_says_so() {
    let signature = file("openssl/p256-attached.p7s");
    let later = "2036-06-01T00:00:00Z".parse().unwrap();
    let request = Request { signature: &signature, content: None, now: later, revocation: &NoInformation };
    assert_eq!(verifier().verify(&request).unwrap_err().code(), "expired");
    let claimed = Verifier::new(trust(), Policy { time: TimeBasis::Claimed, ..without_revocation() });
    assert!(claimed.verify(&request).is_ok());
    // But not if the certificate was revoked at any time: the claim may be false.
    let revoked = file("openssl/revoked.p7s");
    let request =
        Request { signature: &revoked, revocation: &evidence(&["revoked", "root"], &[]), ..request };
    assert_eq!(claimed.verify(&request).unwrap_err().code(), "revoked");
}

#[test]
fn with_lists_and_answers_the_strictest_policy_is_satisfied() {
    let strict = Verifier::new(trust(), Policy::default());
    let signature = file("openssl/p256-attached.p7s");
    for evidence in [evidence(&["revoked", "root"], &[]), evidence(&["root"], &["good"])] {
        let signature = verify_with(&strict, &signature, &evidence).unwrap().sole().unwrap();
        assert!(signature.revocation.is_some());
    }
}

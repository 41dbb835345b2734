//! Attacks on the signature itself, each with the reason for which it is refused.

use sha2::{Digest as _, Sha256};
use vzaemo_signature::{
    Certificate, NoInformation, Policy, Refusal, Request, Role, TimeSource, TrustList, Verifier,
};

use crate::{
    build::{
        ALGORITHM_PROTECTION, Build, CONTENT_TYPE, DATA, DSTU_4145, ECDSA_WITH_SHA256, MD5, MESSAGE_DIGEST,
        SHA1, SHA256, SHA256_WITH_RSA, SHA512, SIGNATURE_TIME_STAMP, SIGNED_DATA, SIGNING_TIME, TST_INFO,
        algorithm, attribute, certificate, certificate_attribute, children, digest_attribute, element,
        issuer_and_serial, oid, signature_value, with_unsigned,
    },
    fixtures::{evidence, file, now, refused, trust, verifier, verify, verify_with, without_revocation},
};

fn code(signature: &[u8]) -> &'static str {
    verify(&verifier(), signature).unwrap_err().code()
}

#[test]
fn what_the_attacks_change_counts_unchanged() {
    assert!(verify(&verifier(), &Build::new().sign()).is_ok());
    let detached = Build { content: None, ..Build::new() }.sign();
    assert!(verify(&verifier(), &detached).is_ok());
}

#[test]
fn attack_changed_content_is_refused() {
    let good = file("openssl/p256-attached.p7s");
    let at = good.windows(7).position(|bytes| bytes == b"sign in").unwrap();
    let mut bad = good.clone();
    bad[at] ^= 1;
    let request = Request { signature: &bad, content: None, now: now(), revocation: &NoInformation };
    assert_eq!(verifier().verify(&request).unwrap_err().code(), "digest-mismatch");
    let detached = file("openssl/p256-detached.p7s");
    let request = Request { signature: &detached, content: Some(b"another challenge"), ..request };
    assert_eq!(verifier().verify(&request).unwrap_err().code(), "digest-mismatch");
}

#[test]
fn attack_signature_of_another_challenge_is_refused() {
    let signature = file("openssl/p256-attached.p7s");
    let request = Request {
        signature: &signature,
        content: Some(b"another challenge"),
        now: now(),
        revocation: &NoInformation,
    };
    assert_eq!(verifier().verify(&request).unwrap_err().code(), "content-differs");
    let detached = file("openssl/p256-detached.p7s");
    let request = Request { signature: &detached, content: None, ..request };
    assert_eq!(verifier().verify(&request).unwrap_err().code(), "content-missing");
}

#[test]
fn attack_changed_signed_attributes_are_refused() {
    let mut bad = file("openssl/p256-attached.p7s");
    // The signing time: a UTCTime, the last digit of its seconds.
    let header = [&[0x06, 0x09][..], &hex::decode(SIGNING_TIME).unwrap(), &[0x31, 0x0f, 0x17, 0x0d]].concat();
    let at = bad.windows(header.len()).position(|bytes| bytes == header).unwrap() + header.len() + 11;
    bad[at] = if bad[at] == b'0' { b'1' } else { b'0' };
    assert_eq!(code(&bad), "signature-invalid");
}

#[test]
fn attack_swapped_certificate_of_the_same_key_is_refused() {
    // The twin's certificate has the signer's key, so the signature's value fits; only the signed attribute tells.
    let twin = certificate("twin");
    let swapped =
        Build { signer: issuer_and_serial(&twin), certificates: vec![twin.clone()], ..Build::new() };
    assert_eq!(code(&swapped.sign()), "signing-certificate-mismatch");
    let both = Build {
        signer: issuer_and_serial(&twin),
        certificates: vec![certificate("p256"), twin],
        ..Build::new()
    };
    assert_eq!(code(&both.sign()), "signing-certificate-mismatch");
}

#[test]
fn attack_swapped_certificate_of_another_key_is_refused() {
    let other = certificate("second");
    let swapped =
        Build { signer: issuer_and_serial(&other), certificates: vec![other.clone()], ..Build::new() };
    assert_eq!(code(&swapped.sign()), "signing-certificate-mismatch");
    let claimed = swapped.without_attribute(2).with_attribute(certificate_attribute(&other));
    assert_eq!(code(&claimed.sign()), "signature-invalid");
}

#[test]
fn attack_changed_certificate_is_refused() {
    let mut changed = certificate("p256");
    let name = "Приклад Олена".as_bytes();
    let at = changed.windows(name.len()).position(|bytes| bytes == name).unwrap();
    changed[at + 1] ^= 1;
    let build = Build { certificates: vec![changed.clone()], ..Build::new() };
    assert_eq!(code(&build.sign()), "signing-certificate-mismatch");
    let claimed = build.without_attribute(2).with_attribute(certificate_attribute(&changed));
    assert_eq!(code(&claimed.sign()), "certificate-forged");
}

#[test]
fn attack_certificate_that_contradicts_itself_is_refused() {
    let good = certificate("p256");
    assert!(Certificate::from_der(&good, Role::Signer).is_ok());
    let outer = children(&good).remove(0).1;
    let code = |parts: &[(u8, Vec<u8>)]| {
        let parts: Vec<_> = parts.iter().map(|(tag, value)| element(*tag, &[value])).collect();
        let whole = element(0x30, &[&parts.concat()]);
        Certificate::from_der(&whole, Role::Signer).map_err(|refusal| refusal.code())
    };
    let parts = children(&outer);
    assert!(code(&parts).is_ok());
    // Another algorithm outside of what is signed than inside.
    let mut other = parts.clone();
    *other[1].1.last_mut().unwrap() = 3;
    assert_eq!(code(&other).unwrap_err(), "certificate-malformed");
    // An extension twice.
    let mut twice = parts;
    let mut fields = children(&twice[0].1);
    let extensions = &mut fields.last_mut().unwrap().1;
    let mut list = children(&children(extensions)[0].1);
    list.push(list[0].clone());
    let list: Vec<_> = list.iter().map(|(tag, value)| element(*tag, &[value])).collect();
    *extensions = element(0x30, &[&list.concat()]);
    let fields: Vec<_> = fields.iter().map(|(tag, value)| element(*tag, &[value])).collect();
    twice[0].1 = fields.concat();
    assert_eq!(code(&twice).unwrap_err(), "certificate-malformed");
}

#[test]
fn attack_expired_certificate_is_refused() {
    assert_eq!(refused("expired"), "expired");
}

#[test]
fn attack_certificate_expired_since_the_claimed_time_is_refused() {
    // The signer claims to have signed in time; nobody but the signer says so.
    assert_eq!(refused("brief"), "expired");
}

#[test]
fn attack_expired_authority_is_refused() {
    assert_eq!(refused("under-lapsed"), "expired");
}

#[test]
fn attack_authority_with_an_unknown_restriction_is_refused() {
    assert_eq!(refused("under-narrow"), "unknown-critical-extension");
}

#[test]
fn attack_authority_whose_key_may_not_issue_is_refused() {
    assert_eq!(refused("under-no-issuer"), "not-an-authority");
    assert_eq!(refused("under-pretender"), "not-an-authority");
}

#[test]
fn attack_claimed_time_before_the_certificate_is_refused() {
    let at =
        |time: &[u8]| Build::new().with_attribute(attribute(SIGNING_TIME, &[element(0x17, &[time])])).sign();
    assert!(verify(&verifier(), &at(b"261122000000Z")).is_ok());
    assert_eq!(code(&at(b"250101000000Z")), "not-yet-valid");
}

#[test]
fn attack_certificate_from_the_future_is_refused() {
    assert_eq!(refused("early"), "not-yet-valid");
}

#[test]
fn attack_forged_authority_of_the_same_name_is_refused() {
    assert_eq!(refused("forged"), "certificate-forged");
}

#[test]
fn attack_self_issued_certificate_is_refused() {
    assert_eq!(refused("alone"), "untrusted-issuer");
}

#[test]
fn attack_certificate_issued_by_a_person_is_refused() {
    assert_eq!(refused("by-person"), "not-an-authority");
}

#[test]
fn attack_person_on_the_trust_list_is_no_authority() {
    let mut trust = TrustList::new();
    trust.add_anchors(&file("openssl/p256.pem")).unwrap();
    let verifier = Verifier::new(trust, without_revocation());
    assert_eq!(verify(&verifier, &file("openssl/by-person.p7s")).unwrap_err().code(), "not-an-authority");
}

#[test]
fn attack_authority_below_one_that_may_have_none_is_refused() {
    assert_eq!(refused("too-long"), "path-too-long");
}

#[test]
fn attack_path_longer_than_the_limit_is_refused() {
    let limits = vzaemo_signature::Limits { path: 2, ..Default::default() };
    let verifier = Verifier::new(trust(), Policy { limits, ..without_revocation() });
    assert_eq!(verify(&verifier, &file("openssl/p256-attached.p7s")).unwrap_err().code(), "path-too-long");
}

#[test]
fn attack_unknown_critical_extension_is_refused() {
    assert_eq!(refused("stranger"), "unknown-critical-extension");
}

#[test]
fn attack_key_for_encryption_is_refused() {
    assert_eq!(refused("encryption"), "wrong-key-usage");
}

#[test]
fn attack_key_of_a_time_stamper_is_refused() {
    assert_eq!(refused("by-stamper"), "wrong-key-usage");
}

#[test]
fn attack_signature_by_an_authority_itself_is_refused() {
    assert_eq!(refused("signing-authority"), "wrong-key-usage");
}

#[test]
fn attack_certificate_of_a_website_is_refused() {
    assert_eq!(refused("website"), "wrong-key-usage");
}

#[test]
fn attack_unqualified_certificate_is_refused() {
    assert_eq!(refused("unqualified"), "not-qualified");
    let lenient = Verifier::new(trust(), Policy { require_qualified: false, ..without_revocation() });
    assert!(verify(&lenient, &file("openssl/unqualified.p7s")).is_ok());
}

#[test]
fn attack_certificate_with_two_tax_numbers_is_refused() {
    assert_eq!(refused("contradicting"), "contradicting-codes");
}

#[test]
fn attack_short_rsa_key_is_refused() {
    assert_eq!(refused("short"), "unusable-key");
}

#[test]
fn attack_described_curve_is_refused() {
    assert_eq!(refused("explicit"), "unusable-key");
}

#[test]
fn attack_certificate_signed_with_sha1_is_refused() {
    assert_eq!(refused("weak"), "weak-algorithm");
}

#[test]
fn attack_weak_digests_are_refused() {
    assert_eq!(refused("sha1"), "weak-algorithm");
    for weak in [SHA1, MD5] {
        assert_eq!(code(&Build { digest: algorithm(weak), ..Build::new() }.sign()), "weak-algorithm");
    }
}

#[test]
fn attack_algorithms_that_contradict_each_other_are_refused() {
    let contradicting = Build { digest: algorithm(SHA512), ..Build::new() };
    assert_eq!(code(&contradicting.sign()), "algorithm-mismatch");
}

#[test]
fn attack_algorithm_of_another_kind_of_key_is_refused() {
    let rsa = Build { signature_algorithm: algorithm(SHA256_WITH_RSA), ..Build::new() };
    assert_eq!(code(&rsa.sign()), "algorithm-mismatch");
    let dstu = Build { signature_algorithm: algorithm(DSTU_4145), ..Build::new() };
    assert_eq!(code(&dstu.sign()), "algorithm-mismatch");
    let nothing = Build { signature_algorithm: algorithm(SHA256), ..Build::new() };
    assert_eq!(code(&nothing.sign()), "unsupported-algorithm");
}

#[test]
fn attack_parameters_where_an_algorithm_has_none_are_refused() {
    let with = |of, parameters: &[u8]| element(0x30, &[&oid(of), parameters]);
    let null = Build { digest: with(SHA256, &[0x05, 0x00]), ..Build::new() };
    assert!(verify(&verifier(), &null.sign()).is_ok(), "absent and NULL are the same");
    let digest = Build { digest: with(SHA256, &[0x04, 0x01, 0x2a]), ..Build::new() };
    assert_eq!(code(&digest.sign()), "malformed");
    let signature =
        Build { signature_algorithm: with(ECDSA_WITH_SHA256, &[0x04, 0x01, 0x2a]), ..Build::new() };
    assert_eq!(code(&signature.sign()), "malformed");
}

#[test]
fn attack_algorithms_other_than_the_signed_ones_are_refused() {
    let protection = |digest, signature| {
        let signature = element(0xa1, &[&oid(signature)]);
        attribute(ALGORITHM_PROTECTION, &[element(0x30, &[&algorithm(digest), &signature])])
    };
    let right = Build::new().with_attribute(protection(SHA256, ECDSA_WITH_SHA256));
    assert!(verify(&verifier(), &right.sign()).is_ok());
    let wrong = Build::new().with_attribute(protection(SHA512, ECDSA_WITH_SHA256));
    assert_eq!(code(&wrong.sign()), "algorithm-mismatch");
    let wrong = Build::new().with_attribute(protection(SHA256, SHA256_WITH_RSA));
    assert_eq!(code(&wrong.sign()), "algorithm-mismatch");
}

#[test]
fn attack_missing_attributes_are_refused() {
    for index in 0..3 {
        assert_eq!(code(&Build::new().without_attribute(index).sign()), "attribute-missing");
    }
    assert_eq!(refused("without-signing-certificate"), "attribute-missing");
}

#[test]
fn attack_signature_over_the_content_alone_is_refused() {
    assert_eq!(refused("without-attributes"), "no-signed-attributes");
    // Nor does a signature over attributes count for a content that is those very attributes.
    assert_eq!(code(&Build { attributes: None, ..Build::new() }.sign()), "no-signed-attributes");
}

#[test]
fn attack_repeated_attributes_are_refused() {
    let twice = Build::new().with_attribute(digest_attribute());
    assert_eq!(code(&twice.sign()), "attribute-repeated");
    let other = attribute(MESSAGE_DIGEST, &[element(0x04, &[&[0; 32]])]);
    assert_eq!(code(&Build::new().with_attribute(other).sign()), "attribute-repeated");
    let unknown = || attribute("2a0304", &[element(0x05, &[])]);
    assert!(verify(&verifier(), &Build::new().with_attribute(unknown()).sign()).is_ok());
    assert_eq!(
        code(&Build::new().with_attribute(unknown()).with_attribute(unknown()).sign()),
        "attribute-repeated"
    );
    let two_values = attribute(CONTENT_TYPE, &[oid(DATA), oid(TST_INFO)]);
    assert_eq!(
        code(&Build::new().without_attribute(0).with_attribute(two_values).sign()),
        "attribute-repeated"
    );
}

#[test]
fn attack_content_of_another_type_is_refused() {
    assert_eq!(code(&Build { content_type: TST_INFO, ..Build::new() }.sign()), "content-type-mismatch");
    let signed_type = attribute(CONTENT_TYPE, &[oid(TST_INFO)]);
    assert_eq!(
        code(&Build::new().without_attribute(0).with_attribute(signed_type).sign()),
        "content-type-mismatch"
    );
}

#[test]
fn attack_signature_without_signers_is_refused() {
    assert_eq!(code(&Build { signers: 0, ..Build::new() }.sign()), "no-signer");
}

#[test]
fn attack_several_signers_where_one_is_asked_for_are_refused() {
    let twice = verify(&verifier(), &Build { signers: 2, ..Build::new() }.sign()).unwrap();
    assert_eq!(twice.sole().unwrap_err().code(), "several-signers");
}

#[test]
fn attack_floods_of_signers_certificates_and_elements_are_refused() {
    assert_eq!(code(&Build { signers: 17, ..Build::new() }.sign()), "too-complex");
    let many = Build { certificates: vec![certificate("p256"); 33], ..Build::new() };
    assert_eq!(code(&many.sign()), "too-complex");
    let zeros = [0x05, 0x00].repeat(600_000);
    assert_eq!(code(&element(0x30, &[&zeros])), "too-complex");
    let mut nested = Vec::new();
    for _ in 0..100 {
        nested = element(0x30, &[&nested]);
    }
    assert_eq!(code(&nested), "too-complex");
}

#[test]
fn attack_wheel_of_authorities_ends() {
    // Twelve certificates that may all have issued each other: thousands of paths, none of which leads anywhere.
    assert_eq!(refused("wheel"), "too-complex");
}

#[test]
fn attack_truncated_signatures_are_refused_at_every_length() {
    let good = file("openssl/p256-attached.p7s");
    for length in 0..good.len() {
        assert!(verify(&verifier(), &good[..length]).is_err(), "{length}");
    }
}

#[test]
fn attack_trailing_bytes_are_refused() {
    let mut bad = file("openssl/p256-attached.p7s");
    bad.push(0);
    assert_eq!(code(&bad), "trailing-bytes");
    let twice = file("openssl/p256-attached.p7s").repeat(2);
    assert_eq!(code(&twice), "trailing-bytes");
}

#[test]
fn attack_giant_and_endless_lengths_are_refused() {
    let good = file("openssl/p256-attached.p7s");
    for header in [
        &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff][..],
        &[0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x30, 0x80],
        &[0x30, 0x84, 0x00, 0x00, 0x00, 0x01],
    ] {
        let bad = [header, &good[4..]].concat();
        assert_eq!(code(&bad), "malformed", "{header:02x?}");
    }
}

#[test]
fn attack_what_is_no_signature_is_refused() {
    assert_eq!(refused("no-signed-data"), "not-signed-data");
    assert_eq!(code(&certificate("p256")), "malformed");
    assert_eq!(code(b""), "malformed");
    assert_eq!(code(b"%PDF-1.7"), "malformed");
    assert_eq!(code(&element(0x30, &[&oid(SIGNED_DATA)])), "malformed");
}

fn stamped(token: &str) -> Vec<u8> {
    let token = file(&format!("openssl/{token}.der"));
    with_unsigned(&file("openssl/p256-attached.p7s"), &attribute(SIGNATURE_TIME_STAMP, &[token]))
}

#[test]
fn a_time_stamp_proves_the_time() {
    let signature = verify(&verifier(), &stamped("time-stamp")).unwrap().sole().unwrap();
    assert_eq!(signature.time_source, TimeSource::TimeStamp);
    // So it holds after the certificate has expired, and after it was revoked for a later time.
    let stamped = stamped("time-stamp");
    let later = "2036-06-01T00:00:00Z".parse().unwrap();
    let request = Request { signature: &stamped, content: None, now: later, revocation: &NoInformation };
    assert!(verifier().verify(&request).is_ok());
    assert!(verify_with(&verifier(), &stamped, &evidence(&["later"], &[])).is_ok());
    let unstamped = file("openssl/p256-attached.p7s");
    assert_eq!(
        verify_with(&verifier(), &unstamped, &evidence(&["later"], &[])).unwrap_err().code(),
        "revoked"
    );
}

#[test]
fn attack_time_stamp_from_the_future_is_refused() {
    let stamped = stamped("time-stamp");
    let time = verify(&verifier(), &stamped).unwrap().sole().unwrap().time;
    let at = |now| {
        let request = Request { signature: &stamped, content: None, now, revocation: &NoInformation };
        verifier().verify(&request).map_err(|refusal| refusal.code())
    };
    assert!(
        at(time - jiff::SignedDuration::from_mins(4)).is_ok(),
        "the authority's clock may be ahead a little"
    );
    assert_eq!(at(time - jiff::SignedDuration::from_mins(6)).unwrap_err(), "time-stamp-invalid");
}

#[test]
fn attack_time_stamp_by_a_revoked_authority_is_refused() {
    let refusal = verify_with(&verifier(), &stamped("time-stamp"), &evidence(&["stamper"], &[])).unwrap_err();
    assert_eq!(refusal.code(), "time-stamp-invalid");
    assert!(refusal.to_string().contains("time-stamper's certificate: revoked"), "{refusal}");
}

#[test]
fn attack_time_stamp_of_other_bytes_is_refused() {
    let refusal = verify(&verifier(), &stamped("time-stamp-of-other-bytes")).unwrap_err();
    assert_eq!(refusal.code(), "time-stamp-invalid");
    assert_eq!(
        refusal.to_string(),
        "verify the time-stamp: compare what was stamped: other bytes than the signature"
    );
}

#[test]
fn attack_time_stamp_by_a_person_is_refused() {
    // A person's own signature in place of a time-stamp token.
    let token = file("openssl/p256-attached.p7s");
    let bad = with_unsigned(&token, &attribute(SIGNATURE_TIME_STAMP, std::slice::from_ref(&token)));
    assert_eq!(code(&bad), "time-stamp-invalid");
    // And a token that is right in everything, but made by a person.
    let imprint =
        element(0x30, &[&algorithm(SHA256), &element(0x04, &[&Sha256::digest(signature_value(&token))])]);
    let time = element(0x18, &[b"20261122000000Z"]);
    let one = element(0x02, &[&[1]]);
    let info = element(0x30, &[&one, &oid("2a0304"), &imprint, &one, &time]);
    let mut build = Build { content_type: TST_INFO, content: Some(info.clone()), ..Build::new() };
    let digest = attribute(MESSAGE_DIGEST, &[element(0x04, &[&Sha256::digest(&info)])]);
    let certificate = certificate_attribute(&certificate("p256"));
    build.attributes = Some(vec![attribute(CONTENT_TYPE, &[oid(TST_INFO)]), digest, certificate]);
    let by_person = with_unsigned(&token, &attribute(SIGNATURE_TIME_STAMP, &[build.sign()]));
    let refusal = verify(&verifier(), &by_person).unwrap_err();
    let expected = Refusal::WrongKeyUsage { role: Role::TimeStamper };
    assert_eq!(refusal, Refusal::TimeStampInvalid(Box::new(expected)));
}

#[test]
fn attack_changed_time_stamp_is_refused() {
    let good = file("openssl/time-stamp.der");
    let at = good.windows(5).position(|bytes| bytes == b"\x18\x0f202").unwrap() + 14;
    let mut bad = good;
    bad[at] ^= 1;
    let bad = with_unsigned(&file("openssl/p256-attached.p7s"), &attribute(SIGNATURE_TIME_STAMP, &[bad]));
    assert_eq!(code(&bad), "time-stamp-invalid");
}

#[test]
fn every_code_is_told_to_the_person_in_words_that_say_no_more_than_needed() {
    let refusal = verify(&verifier(), &file("openssl/forged.p7s")).unwrap_err();
    assert_eq!((refusal.code(), refusal.public_code()), ("certificate-forged", "signature-invalid"));
    assert!(!refusal.to_string().contains("Приклад"));
}

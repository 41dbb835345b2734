//! Revocation lists and answers, good ones and bad ones.

use vzaemo_signature::{Evidence, Policy, RevocationGap, Verifier};

use crate::fixtures::{evidence, file, trust, verifier, verify_with};

/// The outcome with these lists and answers, where everything must be known.
fn strict(signature: &str, lists: &[&str], answers: &[&str]) -> Result<(), String> {
    let verifier = Verifier::new(trust(), Policy::default());
    let signature = file(&format!("openssl/{signature}.p7s"));
    match verify_with(&verifier, &signature, &evidence(lists, answers)) {
        Ok(_) => Ok(()),
        Err(vzaemo_signature::Refusal::RevocationUnknown { gap, .. }) => Err(format!("{gap:?}")),
        Err(refusal) => Err(refusal.code().to_owned()),
    }
}

fn gap(gap: RevocationGap) -> Result<(), String> {
    Err(format!("{gap:?}"))
}

#[test]
fn attack_revoked_certificate_is_refused() {
    assert_eq!(strict("revoked", &["revoked", "root"], &[]), Err("revoked".into()));
    assert_eq!(strict("revoked", &["root"], &["revoked"]), Err("revoked".into()));
    // Also where nothing need be known.
    let signature = file("openssl/revoked.p7s");
    let refusal = verify_with(&verifier(), &signature, &evidence(&["revoked"], &[])).unwrap_err();
    assert_eq!(refusal.code(), "revoked");
}

#[test]
fn a_certificate_not_on_the_list_counts() {
    assert_eq!(strict("p256-attached", &["revoked", "root"], &[]), Ok(()));
    assert_eq!(strict("p256-attached", &["root"], &["good"]), Ok(()));
    assert_eq!(strict("p256-attached", &["root"], &["by-authority"]), Ok(()));
    assert_eq!(strict("rsa", &["rsa-root"], &[]), Ok(()));
}

#[test]
fn attack_withheld_list_is_noticed() {
    assert_eq!(strict("revoked", &[], &[]), gap(RevocationGap::NoInformation));
    assert_eq!(
        strict("p256-attached", &["revoked"], &[]),
        gap(RevocationGap::NoInformation),
        "the authority's own"
    );
    assert_eq!(strict("revoked", &["root", "rsa-root"], &["good"]), gap(RevocationGap::NoInformation));
}

#[test]
fn attack_list_out_of_date_is_refused() {
    assert_eq!(strict("revoked", &["outdated", "root"], &[]), gap(RevocationGap::OutOfDate));
}

#[test]
fn attack_forged_list_is_refused() {
    assert_eq!(strict("revoked", &["impostor", "root"], &[]), gap(RevocationGap::NotVerifiable));
}

#[test]
fn attack_list_by_an_authority_whose_key_may_not_sign_lists_is_refused() {
    let unknown = gap(RevocationGap::NotVerifiable);
    assert_eq!(strict("under-signing-authority", &["without-usage", "root"], &[]), unknown);
}

#[test]
fn attack_list_signed_with_sha1_is_refused() {
    assert_eq!(strict("revoked", &["weak", "root"], &[]), gap(RevocationGap::NotVerifiable));
}

#[test]
fn attack_list_of_another_distribution_point_is_refused() {
    assert_eq!(strict("revoked", &["partition", "root"], &[]), gap(RevocationGap::NoInformation));
}

#[test]
fn attack_answer_by_somebody_not_appointed_is_refused() {
    assert_eq!(strict("p256-attached", &["root"], &["by-person"]), gap(RevocationGap::NotVerifiable));
    // Appointed by an impostor who bears the authority's name.
    assert_eq!(
        strict("p256-attached", &["root"], &["by-false-responder"]),
        gap(RevocationGap::NotVerifiable)
    );
}

#[test]
fn attack_answer_out_of_date_is_refused() {
    assert_eq!(strict("p256-attached", &["root"], &["outdated"]), gap(RevocationGap::OutOfDate));
}

#[test]
fn attack_changed_answer_with_the_true_responders_certificate_is_refused() {
    let verifier = Verifier::new(trust(), Policy::default());
    let signature = file("openssl/p256-attached.p7s");
    let good = file("openssl/good.ocsp");
    for at in (0..good.len()).step_by(3) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        let evidence = Evidence { lists: vec![file("openssl/root.crl")], answers: vec![bad] };
        assert!(verify_with(&verifier, &signature, &evidence).is_err(), "byte {at}");
    }
}

#[test]
fn attack_answer_about_another_certificate_says_nothing() {
    assert_eq!(strict("second", &["root"], &["good"]), gap(RevocationGap::NoInformation));
    assert_eq!(strict("second", &["root"], &["unknown"]), gap(RevocationGap::Undecided));
}

#[test]
fn attack_good_answer_does_not_hide_a_list_that_says_revoked() {
    // The list revokes the certificate about which the answer said "good" before.
    assert_eq!(strict("p256-attached", &["later", "root"], &["good"]), Err("revoked".into()));
}

#[test]
fn attack_changed_lists_and_answers_never_make_a_revoked_certificate_count() {
    let verifier = Verifier::new(trust(), Policy::default());
    let signature = file("openssl/revoked.p7s");
    let (list, answer) = (file("openssl/revoked.crl"), file("openssl/revoked.ocsp"));
    let root = file("openssl/root.crl");
    for at in 0..list.len() {
        let mut bad = list.clone();
        bad[at] ^= 1 << (at % 8);
        let evidence = Evidence { lists: vec![bad, root.clone()], answers: Vec::new() };
        assert!(verify_with(&verifier, &signature, &evidence).is_err(), "list, byte {at}");
    }
    for at in 0..answer.len() {
        let mut bad = answer.clone();
        bad[at] ^= 1 << (at % 8);
        let evidence = Evidence { lists: vec![root.clone()], answers: vec![bad] };
        assert!(verify_with(&verifier, &signature, &evidence).is_err(), "answer, byte {at}");
    }
}

//! Random and systematic damage: nothing panics, and nothing that was changed counts for something else.

use proptest::prelude::*;
use vzaemo_signature::{Certificate, Evidence, Role, Signed, TrustList, Verifier};

use crate::{
    build::{certificate, children, element},
    fixtures::{content, file, trust, verify, verify_with, without_revocation},
};

/// One signature of each kind.
const KINDS: [&str; 8] = [
    "openssl/p256-attached.p7s",
    "openssl/p256-detached.p7s",
    "openssl/p256-with-path.p7s",
    "openssl/p384.p7s",
    "openssl/rsa.p7s",
    "openssl/rsa-pss.p7s",
    "jkurwa/person-0-attached.p7s",
    "jkurwa/person-0-detached.p7s",
];

fn verifier() -> Verifier {
    let mut trust = trust();
    trust.add_anchors(&file("jkurwa/authority.der")).unwrap();
    Verifier::new(trust, without_revocation())
}

/// What must stay the same if a damaged signature still counts.
fn meaning(signed: &Signed) -> Vec<(Vec<u8>, [u8; 32], String, jiff::Timestamp)> {
    let meaning = |signature: &vzaemo_signature::Signature| {
        let algorithm = signature.algorithm.to_string();
        (signed.content.clone(), signature.certificate.fingerprint(), algorithm, signature.time)
    };
    signed.signatures.iter().map(meaning).collect()
}

/// The ranges of a signature that are covered: its content, its signer's certificate, and everything of the signer from
/// the signed attributes on.
fn covered(signature: &[u8]) -> Vec<std::ops::Range<usize>> {
    let find = |part: &[u8]| {
        let start = signature.windows(part.len()).position(|bytes| bytes == part);
        start.map(|start| start..start + part.len())
    };
    let data = &children(&children(&children(signature)[0].1)[1].1)[0].1;
    let parts = children(data);
    let certificates = parts.iter().find(|(tag, _)| *tag == 0xa0).unwrap();
    let (_, set) = parts.last().unwrap();
    let signer = children(&children(set)[0].1);
    let attributes = signer.iter().find(|(tag, _)| *tag == 0xa0).unwrap();
    let attributes = find(&element(0xa0, &[&attributes.1])).unwrap();
    // The authority's certificate may come along too; it is known anyway.
    let own = children(&certificates.1).into_iter().map(|(tag, value)| element(tag, &[&value]));
    let own = { own }.find(|der| *der != certificate("middle")).unwrap();
    let mut ranges = vec![find(&own).unwrap(), attributes.start..signature.len()];
    ranges.extend(find(&content()));
    ranges
}

#[test]
fn attack_one_changed_bit_anywhere_in_what_is_covered_is_refused() {
    let verifier = verifier();
    for kind in KINDS {
        let good = file(kind);
        assert!(verify(&verifier, &good).is_ok(), "{kind}");
        for at in covered(&good).into_iter().flatten() {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            assert!(verify(&verifier, &bad).is_err(), "{kind}: byte {at}");
        }
    }
}

/// One damage to a file.
#[derive(Debug, Clone)]
enum Damage {
    Set(prop::sample::Index, u8),
    Flip(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Remove(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    Swap(prop::sample::Index, prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    use any as of;
    prop_oneof![
        (of::<prop::sample::Index>(), of::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        (of::<prop::sample::Index>(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        (of::<prop::sample::Index>(), prop::collection::vec(of::<u8>(), 1..8))
            .prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (of::<prop::sample::Index>(), 1..64_usize).prop_map(|(at, count)| Damage::Remove(at, count)),
        (of::<prop::sample::Index>(), 1..64_usize).prop_map(|(at, count)| Damage::Repeat(at, count)),
        (of::<prop::sample::Index>(), of::<prop::sample::Index>())
            .prop_map(|(one, two)| Damage::Swap(one, two)),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: &Damage) {
    if bytes.is_empty() {
        return;
    }
    let length = bytes.len();
    match damage {
        Damage::Set(at, byte) => bytes[at.index(length)] = *byte,
        Damage::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
        Damage::Insert(at, new) => {
            let at = at.index(length);
            bytes.splice(at..at, new.iter().copied());
        }
        Damage::Remove(at, count) => {
            let at = at.index(length);
            bytes.drain(at..(at + count).min(length));
        }
        Damage::Repeat(at, count) => {
            let at = at.index(length);
            let part = bytes[at..(at + count).min(length)].to_vec();
            bytes.splice(at..at, part);
        }
        Damage::Swap(one, two) => bytes.swap(one.index(length), two.index(length)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn attack_damaged_signatures_count_for_nothing_else(
        kind in prop::sample::select(KINDS.to_vec()),
        damages in prop::collection::vec(damage(), 1..4),
        aimed in any::<Option<(prop::sample::Index, prop::sample::Index, u8)>>(),
    ) {
        let good = file(kind);
        let mut bad = good.clone();
        // Half of the time one byte of what is covered and nothing else, which damage anywhere seldom is.
        if let Some((range, at, byte)) = aimed {
            let covered = covered(&good);
            let range = covered[range.index(covered.len())].clone();
            bad[range.start + at.index(range.len())] = byte;
        } else {
            for damage in &damages {
                apply(&mut bad, damage);
            }
        }
        let verifier = verifier();
        if let Ok(signed) = verify(&verifier, &bad) {
            prop_assert_eq!(meaning(&signed), meaning(&verify(&verifier, &good).unwrap()));
        }
    }

    #[test]
    fn damaged_certificates_lists_and_answers_never_panic(
        damages in prop::collection::vec(damage(), 1..4),
    ) {
        let damaged = |mut bytes: Vec<u8>| {
            for damage in &damages {
                apply(&mut bytes, damage);
            }
            bytes
        };
        for name in ["p256", "middle", "rsa", "stamper"] {
            let _ = Certificate::from_der(&damaged(certificate(name)), Role::Signer);
        }
        let _ = TrustList::new().add_anchors(&damaged(file("openssl/root.pem")));
        let _ = TrustList::new().add_anchors(&damaged(file("jkurwa/authority.der")));
        let evidence = Evidence {
            lists: vec![damaged(file("openssl/revoked.crl"))],
            answers: vec![damaged(file("openssl/revoked.ocsp"))],
        };
        let _ = verify_with(&verifier(), &file("openssl/revoked.p7s"), &evidence);
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_never_count(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(verify(&verifier(), &bytes).is_err());
        let _ = Certificate::from_der(&bytes, Role::Signer);
        let _ = TrustList::new().add_anchors(&bytes);
    }
}

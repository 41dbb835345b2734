//! Signed documents on either engine: what is found, kept, looked at again and let go.

use super::{Findings, Known, NotAttached, Signatures, Standing, of, release};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use vzaemo_clock::{Instant, LegalClock, SecurityClock, SignedDuration, Zone};
use vzaemo_identity::dev::{DevPerson, DevPersons};
use vzaemo_identity::{
    Attested, Challenge, Finding, Identity, Method, Opening, PersonId, PlatformSecret, ProvenKey, Qualified,
    QualifiedConfig, RevocationConfig, Session, SessionLimits, Verdict,
};
use vzaemo_registers::{Bodies, Holidays};
use vzaemo_signature::development::{Authority, CertifiedPerson};
use vzaemo_storage::files::{self, About, File, Files, FilesConfig, Kind};
use vzaemo_storage::{Config, Postgres, Storage};

const TEXT: &[u8] = b"Protocol No. 5 of the council.\n";
/// What the fixtures of the room `signature` sign.
fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../signature/tests/fixtures");
    std::fs::read(folder.join(name)).unwrap()
}

struct Place {
    signatures: Signatures,
    qualified: Arc<Qualified>,
    identity: Identity,
    files: Files,
    storage: Storage,
    wait: Box<dyn Fn(SignedDuration)>,
    persons: DevPersons,
    security: SecurityClock,
    folder: tempfile::TempDir,
}

async fn place_with(shared: bool, config: impl FnOnce(&Path) -> Option<QualifiedConfig>) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let mut storage = Config::new(folder.path());
    storage.postgres = shared.then(|| Postgres::at(vzaemo_test_postgres::shared().schema()));
    let storage = Storage::open(storage).await.unwrap();
    storage.declare(vzaemo_cabinet::NAMESPACE, &vzaemo_cabinet::collections()).await.unwrap();
    vzaemo_audit::declare(&storage).await.unwrap();
    let at: Instant = "2026-12-01T10:00:00Z".parse().unwrap();
    let (legal, (security, hand)) = (LegalClock::still(at), SecurityClock::still(at));
    let (secret, limits) = (PlatformSecret::new([7; 32]), SessionLimits::default());
    let identity = Identity::open(storage.clone(), secret.clone(), legal.clone(), security.clone(), limits)
        .await
        .unwrap();
    let files = Files::open(FilesConfig::new(folder.path().join("files")), storage.clone()).await.unwrap();
    let base: url::Url = "https://vzaemo.example/".parse().unwrap();
    let config = config(folder.path());
    let checks = config.is_some();
    let config = config.unwrap_or_default();
    let qualified = Arc::new(Qualified::new(config, base, &secret, security.clone()).unwrap());
    let platform = Arc::new(crate::Platform {
        storage: storage.clone(),
        files: files.clone(),
        legal,
        security: security.clone(),
        zone: Zone::named("Europe/Kyiv").unwrap(),
        calendar: Holidays::ukraine().unwrap().calendar(2026..=2027).unwrap(),
        bodies: Bodies::sample().unwrap().0,
        aliases: Arc::clone(&identity.aliases),
        grants: Arc::clone(&identity.grants),
        rules: Arc::clone(&identity.rules),
    });
    let signatures =
        Signatures::new(platform, Arc::clone(&identity.persons), checks.then(|| Arc::clone(&qualified)));
    let wait = Box::new(move |by| {
        hand(by).unwrap();
    });
    let persons = DevPersons::new(7).unwrap();
    Place { signatures, qualified, identity, files, storage, wait, persons, security, folder }
}

async fn places() -> [Place; 2] {
    let development = |_: &Path| Some(QualifiedConfig { development: true, ..QualifiedConfig::default() });
    [place_with(false, development).await, place_with(true, development).await]
}

impl Place {
    async fn sign_in(&self, number: u32) -> Session {
        let person = self.persons.person(number).unwrap();
        let attested = Attested {
            method: Method::QualifiedSignature,
            issuer: "https://id.example".into(),
            subject: person.subject(),
            assurance: person.assurance,
            key: Some(person.key),
            name: person.name,
            organisation: person.organisation,
        };
        let sessions = &self.identity.sessions;
        sessions.open(&attested, Opening::default(), &|_, _| Box::pin(async { Ok(()) })).await.unwrap().1
    }

    async fn file(&self, name: &str, bytes: &[u8], owner: &Session) -> File {
        let kind = name.rsplit('.').next().filter(|ending| *ending != "p7m").unwrap_or("p7s");
        let mut upload = self.files.upload(u64::MAX).await.unwrap();
        upload.write(bytes).await.unwrap();
        let owner = Some(owner.person.id.to_string());
        let about = About { name: name.into(), kind: Kind::named(kind).unwrap(), owner, declared: true };
        self.files
            .keep(upload.finish().await.unwrap(), &about, self.security.now().as_millis())
            .await
            .unwrap()
    }

    fn signed(&self, number: u32, content: &[u8]) -> Vec<u8> {
        let challenge = Challenge { code: String::new(), content: content.to_vec() };
        self.qualified.sign_as(&self.persons.person(number).unwrap(), &challenge).unwrap()
    }

    /// Sends these files together and tells what is known of the first one's signatures.
    async fn sent(&self, owner: &Session, files: &[(&str, &[u8])]) -> (Vec<File>, Vec<Known>) {
        let mut sent = Vec::new();
        for (name, bytes) in files {
            sent.push(self.file(name, bytes, owner).await);
        }
        let ids: Vec<String> = sent.iter().map(|file| file.id.clone()).collect();
        self.signatures.arrived(&ids).await;
        let known = self.known(&sent[0].id).await;
        (sent, known)
    }

    async fn known(&self, file: &str) -> Vec<Known> {
        of(&mut self.storage.begin().await.unwrap(), file).await.unwrap()
    }

    async fn only(&self, file: &str) -> Finding {
        let known = self.known(file).await;
        let [Known { findings: Some(Findings::Signed { signatures, .. }), .. }] = known.as_slice() else {
            panic!("{known:?}")
        };
        signatures[0].clone()
    }
}

#[tokio::test]
async fn a_signature_beside_a_document_is_found_to_be_its_and_tells_no_number() {
    for place in places().await {
        let olena = place.sign_in(1).await;
        let signature = place.signed(1, TEXT);
        let (files, known) = place
            .sent(&olena, &[("protocol.txt", TEXT), ("other.txt", b"x"), ("signature.p7s", &signature)])
            .await;
        assert_eq!(known.len(), 1, "{known:?}");
        assert_eq!((known[0].standing(), known[0].signs.as_ref()), (Standing::Valid, Some(&files[0].id)));
        let finding = place.only(&files[0].id).await;
        let signer = finding.signer.unwrap();
        assert_eq!((signer.sender, signer.qualified, signer.seal), (Some(true), true, false));
        assert!(!signer.name.is_empty() && signer.not_revoked.is_some());
        let document = place.storage.begin().await.unwrap().get("files", "signatures", &files[2].id).await;
        let kept = document.unwrap().unwrap().body;
        let ProvenKey::Rnokpp(number) = place.persons.person(1).unwrap().key else { panic!("no number") };
        assert!(kept.contains(&signer.name) && !kept.contains(number.reveal()), "{kept}");
        assert_eq!(place.known(&files[1].id).await, [], "nothing is said of a document that nobody signed");
    }
}

#[tokio::test]
async fn what_is_signed_may_come_after_its_signature_and_another_may_have_signed() {
    for place in places().await {
        let (olena, signature) = (place.sign_in(1).await, place.signed(2, TEXT));
        let (files, known) = place.sent(&olena, &[("protocol.txt.p7s", &signature)]).await;
        assert!(matches!(known[0].findings, Some(Findings::NoDocument { .. })), "{known:?}");
        let document = place.file("protocol.txt", TEXT, &olena).await;
        place.signatures.arrived(&[files[0].id.clone(), document.id.clone()]).await;
        let finding = place.only(&document.id).await;
        assert_eq!(finding.verdict, Verdict::Valid);
        assert_eq!(finding.signer.unwrap().sender, Some(false), "it is shown as another's");
    }
}

#[tokio::test]
async fn dstu_signatures_and_seals_by_jkurwa_are_shown_with_their_makers() {
    let trusting = |_: &Path| {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../signature/tests/fixtures/jkurwa/authority.der");
        Some(QualifiedConfig {
            trust: vec![path],
            accept_unknown_revocation: true,
            revocation: RevocationConfig { fetch_lists: false, ocsp: false, ..RevocationConfig::default() },
            ..QualifiedConfig::default()
        })
    };
    let place = place_with(false, trusting).await;
    let olena = place.sign_in(1).await;
    let content = fixture("openssl/content");
    let (attached, apart, seal) = (
        fixture("jkurwa/person-3-attached.p7s"),
        fixture("jkurwa/person-4-detached.p7s"),
        fixture("jkurwa/seal-detached.p7s"),
    );
    let (files, _) = place
        .sent(&olena, &[("content.txt", &content), ("a.p7m", &attached), ("b.p7s", &apart), ("c.p7s", &seal)])
        .await;
    let whole = place.only(&files[1].id).await.signer.unwrap();
    assert!(whole.name.contains("Особа Номер 3") && whole.algorithm.contains("DSTU 4145"), "{}", whole.name);
    let on = place.known(&files[0].id).await;
    assert_eq!(on.len(), 2);
    let kept = serde_json::to_string(&on.iter().map(|one| one.findings.clone()).collect::<Vec<_>>()).unwrap();
    assert!(
        kept.contains("Особа Номер 4") && kept.contains("00032112") && !kept.contains("3300712340"),
        "{kept}"
    );
    assert!(on.iter().all(|one| one.standing() == Standing::Valid), "{on:?}");
    // An impostor's certificate bears the authority's name.
    let forged = fixture("jkurwa/forged-attached.p7s");
    let (_, known) = place.sent(&olena, &[("forged.p7s", &forged)]).await;
    assert_eq!(known[0].standing(), Standing::Invalid);
}

/// CMS signed data (1.2.840.113549.1.7.2) whose content is a sequence in a sequence, so many deep.
fn nested(depth: usize) -> Vec<u8> {
    let mut inner = Vec::new();
    let wrap = |tag: u8, inner: &[u8]| {
        let length = u32::try_from(inner.len()).unwrap().to_be_bytes();
        [&[tag, 0x84], length.as_slice(), inner].concat()
    };
    for _ in 0..depth {
        inner = wrap(0x30, &inner);
    }
    let id = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
    wrap(0x30, &[id.as_slice(), &wrap(0xa0, &inner)].concat())
}

#[tokio::test]
async fn attack_hostile_signature_files_are_never_valid_and_say_why() {
    for place in places().await {
        let olena = place.sign_in(1).await;
        let good = place.signed(1, TEXT);
        let stranger = Authority::new([9; 32]).unwrap();
        let person = CertifiedPerson {
            number: 1,
            surname: "Коваль",
            given_name: "Марія",
            tax_number: Some("3300712340"),
            unzr: None,
            organisation: None,
        };
        let untrusted = stranger.sign(&person, TEXT, false, place.security.now().timestamp()).unwrap();
        let (mut bit, mut attribute) = (good.clone(), good.clone());
        *bit.last_mut().unwrap() ^= 1;
        // In the signing time, a signed attribute: id-signingTime.
        let time = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05];
        let at = attribute.windows(time.len()).position(|window| window == time).unwrap();
        attribute[at + time.len() + 4] ^= 1;
        let cut = &good[..good.len() / 2];
        let behind = [good.as_slice(), b"more"].concat();
        for (what, signature, reasons) in [
            ("no CMS", b"0\x82I am no CMS".as_slice(), ["signature-unreadable"; 2]),
            ("cut off", cut, ["signature-unreadable"; 2]),
            ("bytes behind the end", &behind, ["signature-unreadable"; 2]),
            ("deep nesting", &nested(5000), ["signature-too-large", "signature-unreadable"]),
            ("a changed bit", &bit, ["signature-invalid"; 2]),
            ("a changed attribute", &attribute, ["signature-invalid", "signature-time"]),
            ("an untrusted authority", &untrusted, ["signature-untrusted"; 2]),
        ] {
            let (files, _) = place.sent(&olena, &[("a.txt", TEXT), ("a.txt.p7s", signature)]).await;
            let known = place.known(&files[1].id).await;
            let reason = match known[0].findings.as_ref().unwrap() {
                Findings::Unreadable { reason, .. } => reason.clone(),
                Findings::Signed { signatures, .. } => signatures[0].reason.clone().unwrap(),
                Findings::NoDocument { .. } => panic!("{what}: {known:?}"),
            };
            assert!(reasons.contains(&reason.as_str()), "{what}: {reason}");
            assert_eq!(known[0].standing(), Standing::Invalid, "{what}");
        }
    }
}

#[tokio::test]
async fn attack_signature_of_another_document_does_not_pass_by_its_name() {
    for place in places().await {
        let olena = place.sign_in(1).await;
        let (signature, mut changed) = (place.signed(1, TEXT), TEXT.to_vec());
        changed[9] ^= 1;
        let (files, known) = place.sent(&olena, &[("a.txt", &changed), ("a.txt.p7s", &signature)]).await;
        assert_eq!(known[0].standing(), Standing::Invalid);
        assert_eq!(place.only(&files[0].id).await.reason.as_deref(), Some("signature-other-content"));
        // With the right one there, whatever it is called, it is that one's.
        let right = place.file("b.txt", TEXT, &olena).await;
        place.signatures.arrived(&[files[0].id.clone(), files[1].id.clone(), right.id.clone()]).await;
        assert_eq!(place.known(&files[0].id).await, [], "nothing is said of the other any more");
        assert_eq!(place.only(&right.id).await.verdict, Verdict::Valid);
    }
}

#[tokio::test]
async fn what_cannot_be_told_is_looked_at_again_until_it_can() {
    for shared in [false, true] {
        let authority = Authority::new([3; 32]).unwrap();
        let anchor = authority.certificate().to_vec();
        let configured = move |folder: &Path| {
            std::fs::write(folder.join("authority.der"), anchor).unwrap();
            std::fs::create_dir(folder.join("lists")).unwrap();
            let files = vec![folder.join("lists")];
            Some(QualifiedConfig {
                trust: vec![folder.join("authority.der")],
                revocation: RevocationConfig {
                    files,
                    fetch_lists: false,
                    ocsp: false,
                    ..RevocationConfig::default()
                },
                ..QualifiedConfig::default()
            })
        };
        let place = place_with(shared, configured).await;
        let olena = place.sign_in(1).await;
        let dev: DevPerson = place.persons.person(1).unwrap();
        let ProvenKey::Rnokpp(number) = &dev.key else { panic!("no number") };
        let person = CertifiedPerson {
            number: 1,
            surname: "Коваль",
            given_name: "Марія",
            tax_number: Some(number.reveal()),
            unzr: None,
            organisation: Some(("00032112", "Приклад")),
        };
        let now = || place.security.now().timestamp();
        let attached = authority.sign(&person, TEXT, true, now()).unwrap();
        let (files, known) = place.sent(&olena, &[("a.p7s", &attached)]).await;
        let id = &files[0].id;
        assert_eq!(known[0].standing(), Standing::Unknown, "{known:?}");
        let signer = place.only(id).await.signer.unwrap();
        assert_eq!((signer.name.as_str(), signer.edrpou.as_deref()), ("Коваль Марія", Some("00032112")));
        assert_eq!(place.signatures.round().await.unwrap(), 0, "not yet");
        (place.wait)(SignedDuration::from_mins(1));
        assert_eq!(place.signatures.round().await.unwrap(), 1);
        assert_eq!(place.known(id).await[0].standing(), Standing::Unknown);
        (place.wait)(SignedDuration::from_mins(1));
        assert_eq!(place.signatures.round().await.unwrap(), 0, "the waits double");
        (place.wait)(SignedDuration::from_mins(1));
        let list = place.folder.path().join("lists/authority.crl");
        std::fs::write(&list, authority.revocation_list(now())).unwrap();
        assert_eq!(place.signatures.round().await.unwrap(), 1);
        let valid = place.only(id).await;
        assert_eq!((valid.verdict, valid.at), (Verdict::Valid, place.security.now()));
        (place.wait)(SignedDuration::from_hours(25));
        assert_eq!(place.signatures.round().await.unwrap(), 0, "it is settled");
        // The list has run out: what was found holds, and it is said that nobody answered.
        place.signatures.look(id).await.unwrap();
        let again = place.only(id).await;
        assert_eq!((again.verdict, again.at), (Verdict::Valid, valid.at));
        assert_eq!(again.later.unwrap().reason, "signature-revocation-unknown");
        // The certificates hold to the end of 2049.
        (place.wait)(SignedDuration::from_hours(24 * 366 * 24));
        std::fs::write(&list, authority.revocation_list(now())).unwrap();
        place.signatures.look(id).await.unwrap();
        let late = place.only(id).await;
        assert_eq!((late.verdict, late.at), (Verdict::Valid, valid.at));
        assert_eq!(late.later.unwrap().reason, "signature-certificate-expired");
        // Sent only now it proves nothing of the time when it was signed.
        let (files, known) = place.sent(&olena, &[("late.p7s", &attached)]).await;
        assert_eq!(known[0].standing(), Standing::Invalid);
        assert_eq!(place.only(&files[0].id).await.reason.as_deref(), Some("signature-certificate-expired"));
    }
}

#[tokio::test]
async fn without_a_trust_list_nothing_is_looked_at_and_all_of_it_waits_for_one() {
    let place = place_with(false, |_| None).await;
    let olena = place.sign_in(1).await;
    let (files, known) = place.sent(&olena, &[("a.p7s", &fixture("jkurwa/person-3-attached.p7s"))]).await;
    assert!(!place.signatures.checks());
    assert_eq!((known[0].standing(), known[0].findings.as_ref()), (Standing::Unseen, None));
    assert_eq!(place.signatures.round().await.unwrap(), 0);
    let mut unit = place.storage.begin().await.unwrap();
    let due = files::signatures_due(&mut unit, place.security.now().as_millis(), 10).await.unwrap();
    assert_eq!(due, [files[0].id.clone()], "with one it is looked at");
    let refused = place.signatures.attach(&olena, &files[0], vec![0x30]).await;
    assert!(matches!(refused, Err(NotAttached::Off)));
}

#[tokio::test]
async fn a_person_signs_a_document_of_theirs_and_all_of_it_goes_with_them() {
    for place in places().await {
        let olena = place.sign_in(1).await;
        let person = olena.person.id.to_string();
        let pdf = Kind::named("pdf").unwrap();
        let receipt =
            place.signatures.keep_document(&person, "receipt-7.pdf", pdf, b"%PDF-1.7 7").await.unwrap();
        let again =
            place.signatures.keep_document(&person, "receipt-7.pdf", pdf, b"%PDF-1.7 8").await.unwrap();
        assert_eq!(
            (&again.id, &again.digest),
            (&receipt.id, &receipt.digest),
            "the bytes stay what they were"
        );
        let signature = place.signed(1, b"%PDF-1.7 7");
        let known = place.signatures.attach(&olena, &receipt, signature.clone()).await.unwrap();
        assert_eq!(known.standing(), Standing::Valid);
        let same = place.signatures.attach(&olena, &receipt, signature).await.unwrap();
        assert_eq!(same.file, known.file, "it is there once");
        assert_eq!(place.known(&receipt.id).await, std::slice::from_ref(&known));
        // Nothing is swept while the person keeps it, and all of it once they do not.
        (place.wait)(SignedDuration::from_hours(72));
        let now = place.security.now();
        assert_eq!(place.files.sweep(now.as_millis()).await.unwrap().records, 0);
        let mut unit = place.storage.begin().await.unwrap();
        assert_eq!(release(&mut unit, &person, now).await.unwrap(), 2);
        unit.commit().await.unwrap();
        (place.wait)(SignedDuration::from_hours(72));
        assert_eq!(place.files.sweep(place.security.now().as_millis()).await.unwrap().records, 2);
        let mut unit = place.storage.begin().await.unwrap();
        assert_eq!(files::signatures(&mut unit, &known.file).await.unwrap(), None, "what was found goes too");
    }
}

#[tokio::test]
async fn attack_other_bytes_and_other_persons_signatures_are_not_attached() {
    for place in places().await {
        let olena = place.sign_in(1).await;
        let document = place.file("mine.txt", TEXT, &olena).await;
        let attach = async |signature: Vec<u8>| place.signatures.attach(&olena, &document, signature).await;
        let other = attach(place.signed(1, b"pay 1000")).await;
        assert!(matches!(other, Err(NotAttached::OtherDocument)), "{other:?}");
        let other = attach(place.signed(2, TEXT)).await;
        assert!(matches!(other, Err(NotAttached::OtherPerson)), "{other:?}");
        let mut forged = place.signed(1, TEXT);
        *forged.last_mut().unwrap() ^= 1;
        let refused = attach(forged).await;
        assert!(
            matches!(&refused, Err(NotAttached::Refused(why)) if why == "signature-invalid"),
            "{refused:?}"
        );
        let refused = attach(b"no signature".to_vec()).await;
        assert!(
            matches!(&refused, Err(NotAttached::Refused(why)) if why == "signature-unreadable"),
            "{refused:?}"
        );
        assert_eq!(place.known(&document.id).await, [], "nothing is kept");
        assert!(PersonId::parse(document.owner.as_deref().unwrap()).is_some());
    }
}

#[tokio::test]
async fn attack_seal_of_an_organisation_that_one_does_not_act_for_is_not_attached() {
    let trusting = |_: &Path| {
        let path: PathBuf =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../signature/tests/fixtures/jkurwa/authority.der");
        Some(QualifiedConfig {
            trust: vec![path],
            accept_unknown_revocation: true,
            revocation: RevocationConfig { fetch_lists: false, ocsp: false, ..RevocationConfig::default() },
            ..QualifiedConfig::default()
        })
    };
    let place = place_with(false, trusting).await;
    let olena = place.sign_in(1).await;
    let document = place.file("content.txt", &fixture("openssl/content"), &olena).await;
    let seal = fixture("jkurwa/seal-detached.p7s");
    let refused = place.signatures.attach(&olena, &document, seal.clone()).await;
    assert!(matches!(refused, Err(NotAttached::OtherOrganisation)), "{refused:?}");
    let mut representative = olena.clone();
    representative.organisation =
        Some(vzaemo_identity::Organisation { edrpou: "00032112".parse().unwrap(), name: None });
    let known = place.signatures.attach(&representative, &document, seal).await.unwrap();
    assert_eq!(known.standing(), Standing::Valid);
}

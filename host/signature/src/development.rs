//! A certification authority for trying out. It certifies whomever it is told to, so nothing but a platform in
//! development mode may trust it: there it lets a developer sign in with a qualified signature without having one.
//!
//! Keys come from a seed, so that all nodes of a platform have the same authority. What it makes is an ordinary ECDSA
//! P-256 infrastructure and goes through the same verification as everybody's.

use der::asn1::ObjectIdentifier;
use jiff::{SignedDuration, Timestamp};
use p256::ecdsa::{Signature, SigningKey, signature::hazmat::PrehashSigner as _};
use sha2::{Digest as _, Sha256};

use crate::{
    asn1::tag,
    encode::{algorithm, element, oid, sequence},
    oid,
};

/// Whom a certificate is made out to.
#[derive(Clone, Copy)]
pub struct CertifiedPerson<'a> {
    /// Tells certificates apart; each number has a key of its own.
    pub number: u32,
    /// The surname.
    pub surname: &'a str,
    /// Given name and patronymic.
    pub given_name: &'a str,
    /// РНОКПП.
    pub tax_number: Option<&'a str>,
    /// УНЗР.
    pub unzr: Option<&'a str>,
    /// ЄДРПОУ and name of the organisation for which the person signs.
    pub organisation: Option<(&'a str, &'a str)>,
}

/// Whose seal a certificate is for.
#[derive(Clone, Copy)]
pub struct CertifiedOrganisation<'a> {
    /// Tells certificates apart; each number has a key of its own, and none of a person's.
    pub number: u32,
    /// The name.
    pub name: &'a str,
    /// ЄДРПОУ.
    pub code: &'a str,
}

/// No key can be made from this seed; another one will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("make a key of the development authority")]
pub struct NoKey;

/// The authority.
pub struct Authority {
    seed: [u8; 32],
    key: SigningKey,
    certificate: Vec<u8>,
}

/// `UTCTime` up to 2049 (RFC 5280, 4.1.2.5.1). The same for all certificates, so that they do not change by themselves.
const VALID: [&str; 2] = ["200101000000Z", "491231235959Z"];
/// How long a revocation list holds.
const LIST_HOLDS: SignedDuration = SignedDuration::from_hours(24);

impl Authority {
    /// The authority of a seed.
    ///
    /// # Errors
    /// [`NoKey`] for one seed among more than anybody will ever try.
    pub fn new(seed: [u8; 32]) -> Result<Self, NoKey> {
        let key = derived(&seed, 0)?;
        let extensions = [
            extension(oid::BASIC_CONSTRAINTS, true, &sequence(&[&[tag::BOOLEAN, 1, 0xff]])),
            // keyCertSign and cRLSign.
            extension(oid::KEY_USAGE, true, &[tag::BIT_STRING, 2, 1, 0x06]),
            extension(oid::SUBJECT_KEY_IDENTIFIER, false, &element(tag::OCTET_STRING, &[&identifier(&key)])),
        ];
        let certificate = certificate(&key, 1, &authority_name(), &key, &extensions);
        Ok(Self { seed, key, certificate })
    }

    /// Its own certificate in DER: the anchor to trust.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Its list of revoked certificates in DER, which is empty, as of now.
    pub fn revocation_list(&self, now: Timestamp) -> Vec<u8> {
        let next = now.saturating_add(LIST_HOLDS).unwrap_or(Timestamp::MAX);
        let list = sequence(&[
            &element(tag::INTEGER, &[&[1]]),
            &algorithm(oid::ECDSA_WITH_SHA256),
            &authority_name(),
            &generalized_time(now),
            &generalized_time(next),
        ]);
        signed(&self.key, &list)
    }

    /// Certifies a person and signs in their name: a CAdES-BES signature in DER, with the content within it or apart.
    ///
    /// # Errors
    /// [`NoKey`], as for the authority itself.
    pub fn sign(
        &self,
        person: &CertifiedPerson<'_>,
        content: &[u8],
        attached: bool,
        now: Timestamp,
    ) -> Result<Vec<u8>, NoKey> {
        let serial = person.number.saturating_add(1);
        let extensions = person_extensions(&self.key, &[&statement(oid::QC_COMPLIANCE)]);
        self.made(serial, &subject_name(person), &extensions, content, attached, now)
    }

    /// Certifies the seal of an organisation and seals with it, as [`Self::sign`] signs for a person.
    ///
    /// # Errors
    /// [`NoKey`], as for the authority itself.
    pub fn seal(
        &self,
        organisation: &CertifiedOrganisation<'_>,
        content: &[u8],
        attached: bool,
        now: Timestamp,
    ) -> Result<Vec<u8>, NoKey> {
        // Seals count down from the end, persons up from the beginning.
        let serial = u32::MAX - organisation.number;
        let code = format!("NTRUA-{}", organisation.code);
        let subject = name(&[
            (oid::COUNTRY, "UA"),
            (oid::COMMON_NAME, organisation.name),
            (oid::ORGANISATION, organisation.name),
            (oid::ORGANISATION_IDENTIFIER, &code),
        ]);
        let types = sequence(&[&oid(oid::QC_TYPE), &sequence(&[&oid(oid::QC_TYPE_SEAL)])]);
        let extensions = person_extensions(&self.key, &[&statement(oid::QC_COMPLIANCE), &types]);
        self.made(serial, &subject, &extensions, content, attached, now)
    }

    fn made(
        &self,
        serial: u32,
        subject: &[u8],
        extensions: &[Vec<u8>],
        content: &[u8],
        attached: bool,
        now: Timestamp,
    ) -> Result<Vec<u8>, NoKey> {
        let key = derived(&self.seed, serial)?;
        let certificate = certificate(&self.key, serial, subject, &key, extensions);
        let attributes = [
            attribute(oid::CONTENT_TYPE, &oid(DATA)),
            attribute(oid::SIGNING_TIME, &generalized_time(now)),
            attribute(oid::MESSAGE_DIGEST, &element(tag::OCTET_STRING, &[&Sha256::digest(content)])),
            attribute(oid::SIGNING_CERTIFICATE_V2, &certificate_reference(&certificate)),
        ]
        .concat();
        let value = sign(&key, &element(tag::SET, &[&attributes]));
        let signer = sequence(&[
            &element(tag::INTEGER, &[&[1]]),
            &sequence(&[&authority_name(), &number(serial)]),
            &algorithm(oid::SHA256),
            &element(tag::CONTEXT_0, &[&attributes]),
            &algorithm(oid::ECDSA_WITH_SHA256),
            &element(tag::OCTET_STRING, &[&value]),
        ]);
        let carried = attached.then(|| element(tag::CONTEXT_0, &[&element(tag::OCTET_STRING, &[content])]));
        let data = sequence(&[
            &element(tag::INTEGER, &[&[1]]),
            &element(tag::SET, &[&algorithm(oid::SHA256)]),
            &sequence(&[&oid(DATA), &carried.unwrap_or_default()]),
            &element(tag::CONTEXT_0, &[&certificate]),
            &element(tag::SET, &[&signer]),
        ]);
        Ok(sequence(&[&oid(oid::SIGNED_DATA), &element(tag::CONTEXT_0, &[&data])]))
    }
}

/// RFC 5652, 4: content without a type of its own.
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");

fn derived(seed: &[u8; 32], number: u32) -> Result<SigningKey, NoKey> {
    let bytes = Sha256::new()
        .chain_update(b"vzaemo development signature key\n")
        .chain_update(seed)
        .chain_update(number.to_be_bytes())
        .finalize();
    SigningKey::from_slice(&bytes).map_err(|_| NoKey)
}

/// ECDSA with SHA-256. Deterministic (RFC 6979), so it needs no randomness, and for a prehash of the curve's size it
/// does not fail.
fn sign(key: &SigningKey, bytes: &[u8]) -> Vec<u8> {
    let signature: Result<Signature, _> = key.sign_prehash(&Sha256::digest(bytes));
    signature.map(|signature| signature.to_der().as_bytes().to_vec()).unwrap_or_default()
}

/// What was to be signed, with algorithm and signature: a certificate or a list.
fn signed(key: &SigningKey, tbs: &[u8]) -> Vec<u8> {
    let value = element(tag::BIT_STRING, &[&[0], &sign(key, tbs)]);
    sequence(&[tbs, &algorithm(oid::ECDSA_WITH_SHA256), &value])
}

fn public_point(key: &SigningKey) -> Vec<u8> {
    key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
}

/// RFC 7093, 2, method 1: the leftmost 160 bits of SHA-256 over the key.
fn identifier(key: &SigningKey) -> Vec<u8> {
    Sha256::digest(public_point(key)).iter().take(20).copied().collect()
}

fn certificate(
    issuer: &SigningKey,
    serial: u32,
    subject: &[u8],
    key: &SigningKey,
    extensions: &[Vec<u8>],
) -> Vec<u8> {
    let key_info = sequence(&[
        &sequence(&[&oid(oid::EC_PUBLIC_KEY), &oid(oid::P256)]),
        &element(tag::BIT_STRING, &[&[0], &public_point(key)]),
    ]);
    let [from, to] = VALID.map(|time| element(tag::UTC_TIME, &[time.as_bytes()]));
    let tbs = sequence(&[
        &element(tag::CONTEXT_0, &[&element(tag::INTEGER, &[&[2]])]),
        &number(serial),
        &algorithm(oid::ECDSA_WITH_SHA256),
        &authority_name(),
        &sequence(&[&from, &to]),
        subject,
        &key_info,
        &element(0xa3, &[&sequence(&[&extensions.concat()])]),
    ]);
    signed(issuer, &tbs)
}

fn statement(id: ObjectIdentifier) -> Vec<u8> {
    sequence(&[&oid(id)])
}

fn person_extensions(issuer: &SigningKey, statements: &[&[u8]]) -> [Vec<u8>; 4] {
    [
        extension(oid::BASIC_CONSTRAINTS, true, &sequence(&[])),
        // digitalSignature and nonRepudiation.
        extension(oid::KEY_USAGE, true, &[tag::BIT_STRING, 2, 6, 0xc0]),
        extension(oid::AUTHORITY_KEY_IDENTIFIER, false, &sequence(&[&element(0x80, &[&identifier(issuer)])])),
        extension(oid::QC_STATEMENTS, false, &sequence(statements)),
    ]
}

fn extension(id: ObjectIdentifier, critical: bool, value: &[u8]) -> Vec<u8> {
    let flag: &[u8] = if critical { &[tag::BOOLEAN, 1, 0xff] } else { &[] };
    sequence(&[&oid(id), flag, &element(tag::OCTET_STRING, &[value])])
}

fn attribute(id: ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    sequence(&[&oid(id), &element(tag::SET, &[value])])
}

/// `SigningCertificateV2` with SHA-256 (RFC 5035, 3).
fn certificate_reference(certificate: &[u8]) -> Vec<u8> {
    let digest = element(tag::OCTET_STRING, &[&Sha256::digest(certificate)]);
    sequence(&[&sequence(&[&sequence(&[&digest])])])
}

fn number(number: u32) -> Vec<u8> {
    // A leading zero keeps it positive.
    let bytes = [[0].as_slice(), &number.to_be_bytes()].concat();
    let zeros = bytes.windows(2).take_while(|pair| matches!(pair, [0, next] if *next < 0x80)).count();
    element(tag::INTEGER, &[bytes.get(zeros..).unwrap_or_default()])
}

fn name(parts: &[(ObjectIdentifier, &str)]) -> Vec<u8> {
    let parts: Vec<Vec<u8>> = parts
        .iter()
        .map(|(id, text)| {
            let text = element(tag::UTF8_STRING, &[text.as_bytes()]);
            element(tag::SET, &[&sequence(&[&oid(*id), &text])])
        })
        .collect();
    sequence(&[&parts.concat()])
}

fn authority_name() -> Vec<u8> {
    name(&[
        (oid::COUNTRY, "UA"),
        (oid::COMMON_NAME, "Development authority: certifies anybody, trust it nowhere"),
    ])
}

fn subject_name(of: &CertifiedPerson<'_>) -> Vec<u8> {
    let common = format!("{} {}", of.surname, of.given_name);
    let tax_number = of.tax_number.map(|code| format!("TINUA-{code}"));
    let unzr = of.unzr.map(|code| format!("PNOUA-{code}"));
    let organisation = of.organisation.map(|(code, _)| format!("NTRUA-{code}"));
    let mut parts = vec![
        (oid::COUNTRY, "UA"),
        (oid::COMMON_NAME, common.as_str()),
        (oid::SURNAME, of.surname),
        (oid::GIVEN_NAME, of.given_name),
    ];
    parts.extend(tax_number.iter().chain(&unzr).map(|code| (oid::SERIAL_NUMBER, code.as_str())));
    parts.extend(of.organisation.map(|(_, name)| (oid::ORGANISATION, name)));
    parts.extend(organisation.iter().map(|code| (oid::ORGANISATION_IDENTIFIER, code.as_str())));
    name(&parts)
}

fn generalized_time(at: Timestamp) -> Vec<u8> {
    let text = at.strftime("%Y%m%d%H%M%SZ").to_string();
    element(tag::GENERALIZED_TIME, &[text.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Evidence, Policy, Refusal, Request, TrustList, Verifier};

    const PERSON: CertifiedPerson<'_> = CertifiedPerson {
        number: 200,
        surname: "Коваль",
        given_name: "Марія Іванівна",
        tax_number: Some("3300712340"),
        unzr: Some("19900515-01234"),
        organisation: Some(("00032112", "Приклад")),
    };

    fn verified(
        authority: &Authority,
        signature: &[u8],
        now: Timestamp,
    ) -> Result<crate::Signature, Refusal> {
        let mut trust = TrustList::new();
        trust.add_anchors(authority.certificate()).unwrap();
        let lists = vec![authority.revocation_list(now)];
        let request = Request {
            signature,
            content: Some(b"challenge"),
            now,
            revocation: &Evidence { lists, ..Evidence::default() },
        };
        Verifier::new(trust, Policy::default()).verify(&request)?.sole()
    }

    #[test]
    fn what_it_signs_passes_the_strictest_policy() {
        let authority = Authority::new([7; 32]).unwrap();
        let now = "2026-12-01T00:00:00Z".parse().unwrap();
        for attached in [true, false] {
            let signature = authority.sign(&PERSON, b"challenge", attached, now).unwrap();
            let signer = verified(&authority, &signature, now).unwrap().signer;
            assert_eq!(signer.tax_number.as_deref(), Some("3300712340"));
            assert_eq!(signer.unzr.as_deref(), Some("19900515-01234"));
            assert_eq!(signer.organisation_code.as_deref(), Some("00032112"));
            assert_eq!(signer.organisation.as_deref(), Some("Приклад"));
            assert_eq!(signer.given_name.as_deref(), Some("Марія Іванівна"));
        }
    }

    #[test]
    fn a_seal_names_an_organisation_and_nobody() {
        let authority = Authority::new([7; 32]).unwrap();
        let now = "2026-12-01T00:00:00Z".parse().unwrap();
        let organisation = CertifiedOrganisation { number: 3, name: "Приклад", code: "00032112" };
        let seal = authority.seal(&organisation, b"challenge", false, now).unwrap();
        let verified = verified(&authority, &seal, now).unwrap();
        assert_eq!(verified.qualification.kind, crate::Kind::Seal);
        assert_eq!(verified.signer.organisation_code.as_deref(), Some("00032112"));
        assert_eq!((verified.signer.tax_number, verified.signer.surname), (None, None));
    }

    #[test]
    fn another_seed_is_another_authority() {
        let now = "2026-12-01T00:00:00Z".parse().unwrap();
        let signature = Authority::new([8; 32]).unwrap().sign(&PERSON, b"challenge", true, now).unwrap();
        let refusal = verified(&Authority::new([7; 32]).unwrap(), &signature, now).unwrap_err();
        assert!(
            matches!(refusal, Refusal::UntrustedIssuer { .. } | Refusal::CertificateForged { .. }),
            "{refusal:?}"
        );
    }

    #[test]
    fn numbers_are_written_in_the_shortest_form() {
        for (given, bytes) in [
            (0, vec![0]),
            (1, vec![1]),
            (127, vec![127]),
            (128, vec![0, 128]),
            (256, vec![1, 0]),
            (u32::MAX, vec![0, 255, 255, 255, 255]),
        ] {
            let length = u8::try_from(bytes.len()).unwrap();
            assert_eq!(number(given), [vec![tag::INTEGER, length], bytes].concat(), "{given}");
        }
    }
}

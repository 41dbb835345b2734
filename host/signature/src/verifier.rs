//! The verification of a signature from its bytes to a verdict.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::{
    algorithm::Algorithm,
    asn1::{Element, NotDer},
    attributes::SignedAttributes,
    certificate::Certificate,
    cms::{Counts, SignedData, SignerIdentifier, SignerInfo},
    input::{self, Limits},
    oid,
    path::{Builder, Path},
    qualified::Qualification,
    refusal::{Refusal, Role},
    revocation::{Question, Revocation, Source, Status},
    subject::Subject,
    timestamp::TimeStampInfo,
    trust::TrustList,
};

/// At which instant the signer's certificate must have been valid when no time-stamp proves one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TimeBasis {
    /// Now: for signing in, and for documents at the moment they are handed in.
    #[default]
    Now,
    /// When the signer claims to have signed: for looking at old documents. The claim proves nothing, so a certificate
    /// revoked at any time counts as revoked.
    Claimed,
}

/// What happens when nobody can tell whether a certificate was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum UnknownRevocation {
    /// The signature is refused.
    #[default]
    Refuse,
    /// The signature counts, and the verdict says that nobody could tell.
    Accept,
}

/// What is asked of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Size and complexity.
    pub limits: Limits,
    /// The instant at which certificates are judged.
    pub time: TimeBasis,
    /// How far ahead of ours the signer's clock may be.
    pub clock_skew: SignedDuration,
    /// How long ago the signer may claim to have signed; a signature without a claimed time is then refused. For
    /// signing in: about as long as a challenge lives.
    pub max_age: Option<SignedDuration>,
    /// Whether the signed attribute that names the signer's certificate is demanded (CAdES-BES; ETSI EN 319 122-1,
    /// 5.2.2). Without it, another certificate with the same key could be put in place of the signer's.
    pub require_signing_certificate: bool,
    /// Whether the certificate must say that it is qualified.
    pub require_qualified: bool,
    /// What happens when nobody can tell whether a certificate was revoked.
    pub unknown_revocation: UnknownRevocation,
}

impl Default for Policy {
    /// The strictest for documents: qualified, with known revocation status, judged now.
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            time: TimeBasis::Now,
            clock_skew: SignedDuration::from_mins(5),
            max_age: None,
            require_signing_certificate: true,
            require_qualified: true,
            unknown_revocation: UnknownRevocation::Refuse,
        }
    }
}

/// One verification.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The signature: CMS in DER, PEM or base64.
    pub signature: &'a [u8],
    /// What should have been signed. Needed where the signature is detached; where it carries its content, the two
    /// must be the same.
    pub content: Option<&'a [u8]>,
    /// The real time (the security clock, never the legal one).
    pub now: Timestamp,
    /// Who knows about revoked certificates.
    pub revocation: &'a dyn Revocation,
}

/// From what the time of a signature is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeSource {
    /// A trusted authority stamped it: the signature is not younger.
    TimeStamp,
    /// The signer says so; proven is only that the signature existed at verification.
    Claimed,
    /// Nothing is said; the time is that of verification.
    Verification,
}

/// A signature that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Who signed.
    pub signer: Subject,
    /// With which algorithm.
    pub algorithm: Algorithm,
    /// The key's size in bits.
    pub key_bits: usize,
    /// When.
    pub time: Timestamp,
    /// From what that is known.
    pub time_source: TimeSource,
    /// What the certificate says of itself.
    pub qualification: Qualification,
    /// The signer's certificate.
    pub certificate: Arc<Certificate>,
    /// The certificates from the signer's to the trusted one, both included.
    pub path: Vec<Arc<Certificate>>,
    /// From what it is known that the signer's certificate was not revoked, and as of when; `None` if nobody could
    /// tell and the policy accepts that.
    pub revocation: Option<(Source, Timestamp)>,
}

/// What was signed, with the signatures on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The content.
    pub content: Vec<u8>,
    /// The signatures, at least one.
    pub signatures: Vec<Signature>,
}

/// The outcome of a verification: what was signed and by whom, or the one reason why it does not count.
pub type Verdict = Result<Signed, Refusal>;

impl Signed {
    /// The one signature, where one is asked for.
    ///
    /// # Errors
    /// [`Refusal::SeveralSigners`] if there are more.
    pub fn sole(self) -> Result<Signature, Refusal> {
        let mut signatures = self.signatures.into_iter();
        match (signatures.next(), signatures.next()) {
            (Some(signature), None) => Ok(signature),
            (None, _) => Err(Refusal::NoSigner),
            _ => Err(Refusal::SeveralSigners),
        }
    }
}

/// Verifies signatures by a trust list and a policy.
#[derive(Debug, Clone)]
pub struct Verifier {
    trust: TrustList,
    policy: Policy,
}

impl Verifier {
    /// A verifier that trusts these authorities and asks this of signatures.
    pub fn new(trust: TrustList, policy: Policy) -> Self {
        Self { trust, policy }
    }

    /// Verifies every signature; all of them must count.
    ///
    /// # Errors
    /// The [`Refusal`] of the whole, or of the first signature that does not count.
    pub fn verify(&self, request: &Request<'_>) -> Verdict {
        let (content, signatures) = self.verify_each(request)?;
        let signatures = signatures.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(Signed { content, signatures })
    }

    /// Verifies every signature by itself and gives the content with one verdict each, in the order of the file.
    ///
    /// # Errors
    /// The [`Refusal`] of the whole, when there is no signature to judge.
    #[expect(clippy::type_complexity, reason = "a pair of what its two parts are called")]
    pub fn verify_each(
        &self,
        request: &Request<'_>,
    ) -> Result<(Vec<u8>, Vec<Result<Signature, Refusal>>), Refusal> {
        let limits = &self.policy.limits;
        let der = input::der(request.signature, limits)?;
        let data = SignedData::read(&der, self.counts())?;
        let content = match (data.content, request.content) {
            (Some(carried), Some(given)) if carried != given => return Err(Refusal::ContentDiffers),
            (Some(content), _) | (None, Some(content)) => content,
            (None, None) => return Err(Refusal::ContentMissing),
        };
        if data.signers.is_empty() {
            return Err(Refusal::NoSigner);
        }
        let given = certificates(&data);
        let signatures = data
            .signers
            .iter()
            .map(|signer| self.signature(&data, signer, content, &given, request))
            .collect();
        Ok((content.to_vec(), signatures))
    }

    /// The path of a certificate to the trust list at an instant, for itself and without a signature: for checking a
    /// trust list, or a certificate that came by another way.
    ///
    /// # Errors
    /// The [`Refusal`] if there is no valid path. Revocation is not asked about.
    pub fn path(
        &self,
        certificate: &Certificate,
        role: Role,
        at: Timestamp,
    ) -> Result<Vec<Arc<Certificate>>, Refusal> {
        Builder::new(&self.trust, &[], &self.policy.limits, role, at).build(Arc::new(certificate.clone()))
    }

    fn counts(&self) -> Counts {
        Counts { certificates: self.policy.limits.certificates, signers: self.policy.limits.signers }
    }

    /// One signer's signature, from its value to the trust list.
    fn signature(
        &self,
        data: &SignedData<'_>,
        signer: &SignerInfo<'_>,
        content: &[u8],
        given: &[Arc<Certificate>],
        request: &Request<'_>,
    ) -> Result<Signature, Refusal> {
        let proven = self.prove(data, signer, content, given, Role::Signer)?;
        let stamped = self.time_stamp(signer, request)?;
        self.check_claimed(proven.claimed, stamped.unwrap_or(request.now), request.now)?;
        let (time, time_source) = match (stamped, proven.claimed) {
            (Some(time), _) => (time, TimeSource::TimeStamp),
            (None, Some(time)) => (time, TimeSource::Claimed),
            (None, None) => (request.now, TimeSource::Verification),
        };
        let at = match (stamped, self.policy.time) {
            (Some(time), _) => time,
            (None, TimeBasis::Now) => request.now,
            (None, TimeBasis::Claimed) => time,
        };
        let path = Builder::new(&self.trust, given, &self.policy.limits, Role::Signer, at)
            .build(Arc::clone(&proven.certificate))?;
        // Whether a claimed time is one at which the signer could sign.
        if let Some(claimed) = proven.claimed {
            proven.certificate.check_validity(claimed, Role::Signer)?;
        }
        let proven_time = stamped.is_some();
        let revocation = self.check_revocation(&path, Role::Signer, at, proven_time, request)?;
        let qualification = proven.certificate.extensions.qualification;
        let seal = proven.certificate.extensions.extended_key_usage.as_ref();
        let seal = seal.is_some_and(|purposes| purposes.contains(&oid::UKRAINE_SEAL));
        if self.policy.require_qualified && !qualification.qualified {
            return Err(Refusal::NotQualified);
        }
        Ok(Signature {
            signer: Subject::of(&proven.certificate)?,
            algorithm: proven.algorithm,
            key_bits: proven.certificate.key(Role::Signer)?.bits(),
            time,
            time_source,
            qualification: if seal { qualification.as_seal() } else { qualification },
            certificate: proven.certificate,
            path,
            revocation,
        })
    }

    /// That the content and the attributes are what the key of the named certificate has signed (RFC 5652, 5.4 to 5.6;
    /// RFC 5035, 3). Whose key that is, is not known yet.
    fn prove(
        &self,
        data: &SignedData<'_>,
        signer: &SignerInfo<'_>,
        content: &[u8],
        given: &[Arc<Certificate>],
        role: Role,
    ) -> Result<Proven, Refusal> {
        let algorithm = Algorithm::of_signer(&signer.digest, &signer.signature_algorithm)?;
        let attributes = SignedAttributes::read(signer)?;
        if attributes.content_type != data.content_type {
            return Err(Refusal::ContentTypeMismatch);
        }
        if algorithm.digest.digest(&[content]) != attributes.message_digest {
            return Err(Refusal::DigestMismatch);
        }
        let certificate = self.certificate(signer, &attributes, given, role)?;
        let set = signer.signed_attributes.ok_or(Refusal::NoSignedAttributes)?;
        // RFC 5652, 5.4: the attributes are signed with the tag of a SET in place of `[0]`, as the bytes they are.
        let rest = set.whole.get(1..).unwrap_or_default();
        certificate.key(role)?.verify(algorithm, &[&[crate::asn1::tag::SET], rest], signer.signature)?;
        Ok(Proven { certificate, algorithm, claimed: attributes.signing_time })
    }

    /// The signer's certificate: by issuer and serial number or by key identifier, and the one that the signed
    /// attribute means, should several bear them.
    fn certificate(
        &self,
        signer: &SignerInfo<'_>,
        attributes: &SignedAttributes<'_>,
        given: &[Arc<Certificate>],
        role: Role,
    ) -> Result<Arc<Certificate>, Refusal> {
        if attributes.certificates.is_empty() && self.policy.require_signing_certificate {
            return Err(Refusal::AttributeMissing { attribute: "signing-certificate-v2" });
        }
        let named = |certificate: &Certificate| match &signer.certificate {
            SignerIdentifier::IssuerAndSerial(issuer, serial) => {
                certificate.serial() == *serial && certificate.issuer.same(issuer)
            }
            SignerIdentifier::SubjectKey(key) => certificate.extensions.subject_key.as_deref() == Some(key),
        };
        let mut refusal = Refusal::CertificateMissing { role };
        for certificate in given.iter().chain(&self.trust.intermediates) {
            if !named(certificate) {
                continue;
            }
            if attributes.certificates.iter().all(|reference| reference.matches(certificate)) {
                return Ok(Arc::clone(certificate));
            }
            refusal = Refusal::SigningCertificateMismatch;
        }
        Err(refusal)
    }

    fn check_claimed(
        &self,
        claimed: Option<Timestamp>,
        latest: Timestamp,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let too_late = |claimed: Timestamp| claimed.duration_since(latest) > self.policy.clock_skew;
        let too_old =
            |claimed: Timestamp| self.policy.max_age.is_some_and(|age| now.duration_since(claimed) > age);
        match claimed {
            Some(claimed) if too_late(claimed) || too_old(claimed) => {
                Err(Refusal::SigningTimeOutOfRange { claimed })
            }
            None if self.policy.max_age.is_some() => {
                Err(Refusal::AttributeMissing { attribute: "signing-time" })
            }
            _ => Ok(()),
        }
    }

    /// The earliest time-stamp over the signature's value, each of which must hold (CAdES-T; ETSI EN 319 122-1, 5.3).
    fn time_stamp(
        &self,
        signer: &SignerInfo<'_>,
        request: &Request<'_>,
    ) -> Result<Option<Timestamp>, Refusal> {
        let tokens =
            signer.unsigned_attributes.iter().filter(|attribute| attribute.oid == oid::SIGNATURE_TIME_STAMP);
        let mut earliest: Option<Timestamp> = None;
        for token in tokens.flat_map(|attribute| &attribute.values).take(self.policy.limits.signers) {
            let time = self
                .token(token, signer.signature, request)
                .map_err(|refusal| Refusal::TimeStampInvalid(Box::new(refusal)))?;
            earliest = Some(earliest.map_or(time, |known| known.min(time)));
        }
        Ok(earliest)
    }

    fn token(
        &self,
        token: &Element<'_>,
        stamped: &[u8],
        request: &Request<'_>,
    ) -> Result<Timestamp, Refusal> {
        let data = SignedData::read(token.whole, self.counts())?;
        let content = data.content.ok_or(Refusal::ContentMissing)?;
        if data.content_type != oid::TST_INFO {
            return Err(Refusal::ContentTypeMismatch);
        }
        // RFC 3161, 2.4.2: nobody but the authority signs.
        let [signer] = data.signers.as_slice() else { return Err(Refusal::SeveralSigners) };
        let info = TimeStampInfo::read(content)?;
        info.check_imprint(stamped)?;
        if info.time.duration_since(request.now) > self.policy.clock_skew {
            return Err(Refusal::SigningTimeOutOfRange { claimed: info.time });
        }
        let given = certificates(&data);
        let proven = self.prove(&data, signer, content, &given, Role::TimeStamper)?;
        let path = Builder::new(&self.trust, &given, &self.policy.limits, Role::TimeStamper, info.time)
            .build(proven.certificate)?;
        self.check_revocation(&path, Role::TimeStamper, info.time, false, request)?;
        Ok(info.time)
    }

    /// Whether any certificate below the anchor was revoked. A revocation after a proven time does not count; after
    /// a time that is only claimed it does.
    fn check_revocation(
        &self,
        path: &Path,
        role: Role,
        at: Timestamp,
        proven_time: bool,
        request: &Request<'_>,
    ) -> Result<Option<(Source, Timestamp)>, Refusal> {
        let mut of_signer = None;
        for (index, pair) in path.windows(2).enumerate() {
            let [certificate, issuer] = pair else { continue };
            let role = if index == 0 { role } else { Role::Authority };
            let question = Question { certificate, issuer, at, now: request.now };
            match request.revocation.status(&question) {
                Status::Revoked { since, .. } if !proven_time || since <= at => {
                    return Err(Refusal::Revoked { role, since });
                }
                // Revoked later: at the proven time it was not.
                Status::Revoked { source, .. } => {
                    if index == 0 {
                        of_signer = Some((source, at));
                    }
                }
                Status::Good { source, as_of } => {
                    if index == 0 {
                        of_signer = Some((source, as_of));
                    }
                }
                Status::Unknown(gap) => {
                    if self.policy.unknown_revocation == UnknownRevocation::Refuse {
                        return Err(Refusal::RevocationUnknown { role, gap });
                    }
                }
            }
        }
        Ok(of_signer)
    }
}

/// What is proven without trusting anybody: this certificate's key has signed this.
struct Proven {
    certificate: Arc<Certificate>,
    algorithm: Algorithm,
    claimed: Option<Timestamp>,
}

/// The certificates that came along. One that cannot be read is left out: it helps nobody, and if it is the signer's,
/// the signature is refused for lack of it.
fn certificates(data: &SignedData<'_>) -> Vec<Arc<Certificate>> {
    let read = |der: &&[u8]| Certificate::from_der(der, Role::Authority).ok().map(Arc::new);
    data.certificates.iter().filter_map(read).collect()
}

/// The content that a signature carries, unverified: for showing what one is about to verify.
///
/// # Errors
/// A [`Refusal`] if the signature cannot be read.
pub fn carried_content(signature: &[u8], limits: &Limits) -> Result<Option<Vec<u8>>, Refusal> {
    let der = input::der(signature, limits)?;
    let counts = Counts { certificates: limits.certificates, signers: limits.signers };
    Ok(SignedData::read(&der, counts)?.content.map(<[u8]>::to_vec))
}

impl From<NotDer> for Refusal {
    fn from(NotDer: NotDer) -> Self {
        Self::Malformed { what: "the signature" }
    }
}

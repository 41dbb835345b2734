//! Sign-in by a qualified signature (КЕП): the platform gives a challenge, the person signs it with a tool of their
//! choice and sends the signature (CMS, CAdES).
//!
//! [`Qualified::begin`] makes a challenge and what the browser keeps of it, [`Qualified::complete`] takes the signature
//! and gives what its certificate attests. Between the two the server keeps nothing, as with the answer of an identity
//! provider: the challenge is sealed, expires, is bound to a cookie of the browser for which it was made, and opens one
//! session at most. What is signed names the platform's address, so that a signature made for one platform is of no use
//! at another.
//!
//! A signature is verified twice: first all but revocation, so that only authorities of the trust list decide to which
//! addresses the platform connects, then with what these have answered. Verifying is computing, so it runs apart from
//! the threads that serve, in a bounded number at a time.
//!
//! The same authorities judge documents that are signed ([`Qualified::examine`]).

mod attest;
mod documents;
mod error;
mod files;
mod revocation;
mod seal;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Semaphore;
use url::Url;
use vzaemo_clock::SecurityClock;
use vzaemo_signature::development::{Authority, CertifiedOrganisation, CertifiedPerson};
use vzaemo_signature::{
    Evidence, Limits, Policy, Refusal, Request, Revocation, Signature, TrustList, UnknownRevocation, Verifier,
};

use crate::dev::DevPerson;
use crate::pending::{Kept, Seals, State};
use crate::{Assurance, Binding, Completed, Organisation, PlatformSecret, ProvenKey, ReturnTo, SignInError};

pub use documents::{Examined, Finding, Later, NotRevoked, Signer, TimeFrom, Verdict, is_attached};
pub use error::{QualifiedError, QualifiedSetupError};
pub use revocation::RevocationConfig;
pub use seal::Sealed;

/// How signatures are judged.
#[derive(Debug, Clone)]
pub struct QualifiedConfig {
    /// Files, and folders of files, with the certificates of trusted authorities.
    pub trust: Vec<PathBuf>,
    /// The same with certificates that may stand between a signer and a trusted authority.
    pub intermediates: Vec<PathBuf>,
    /// Whether the certificate must say that it is qualified.
    pub require_qualified: bool,
    /// Whether a signature counts though nobody can tell if its certificate was revoked.
    pub accept_unknown_revocation: bool,
    /// How sure the identity is that such a signature proves.
    pub assurance: Assurance,
    /// The most bytes of a signature.
    pub largest: usize,
    /// Where revocation is looked up.
    pub revocation: RevocationConfig,
    /// Whether test persons may sign too, certified by an authority of the platform's own. In development mode only.
    pub development: bool,
}

impl Default for QualifiedConfig {
    /// Trusts nobody, asks for everything.
    fn default() -> Self {
        Self {
            trust: Vec::new(),
            intermediates: Vec::new(),
            require_qualified: true,
            accept_unknown_revocation: false,
            assurance: Assurance::High,
            largest: 1 << 20,
            revocation: RevocationConfig::default(),
            development: false,
        }
    }
}

impl QualifiedConfig {
    /// Whether the files of trusted authorities can be used.
    ///
    /// # Errors
    /// What would keep [`Qualified::new`] from using them.
    pub fn check(&self) -> Result<(), QualifiedSetupError> {
        files::trust_list(&self.trust, &self.intermediates).map(drop)
    }
}

/// Sign-in by qualified signature.
pub struct Qualified {
    seals: Seals,
    /// Of challenges that seals of organisations answer.
    sealing: Seals,
    clock: SecurityClock,
    base: Url,
    assurance: Assurance,
    largest: usize,
    /// Judges all but revocation.
    without_revocation: Arc<Verifier>,
    verifier: Arc<Verifier>,
    sources: Arc<revocation::Sources>,
    /// Verifications at the same time.
    running: Semaphore,
    /// Sign-ins under way, those that wait included.
    waiting: Semaphore,
    documents: documents::Verifiers,
    authority: Option<Authority>,
}

/// A challenge: what the person signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Its code, by which the sign-in is found again.
    pub code: String,
    /// The bytes to sign.
    pub content: Vec<u8>,
}

/// What stands for the provider in the binding of a sign-in.
const PROVIDER: &str = "qualified-signature";
/// So many sign-ins by signature may be under way in one process.
const WAITING: usize = 64;
/// How complex a signature may be; its size is configured.
const LIMITS: Limits =
    Limits { bytes: 0, depth: 32, elements: 100_000, certificates: 16, signers: 4, path: 6, checks: 32 };

impl Qualified {
    /// For the platform at this address. A sign-in may end at any node that has the same secret.
    ///
    /// # Errors
    /// [`QualifiedSetupError`] if a file of the configuration cannot be used.
    pub fn new(
        config: QualifiedConfig,
        base: Url,
        secret: &PlatformSecret,
        clock: SecurityClock,
    ) -> Result<Self, QualifiedSetupError> {
        let mut trust = files::trust_list(&config.trust, &config.intermediates)?;
        let authority = config.development.then(|| development_authority(secret, &mut trust)).transpose()?;
        let policy = |unknown_revocation| Policy {
            limits: Limits { bytes: config.largest, ..LIMITS },
            require_qualified: config.require_qualified,
            // How old a signature may be is said by the challenge, so the claimed time need not say it.
            max_age: None,
            unknown_revocation,
            ..Policy::default()
        };
        let wanted = if config.accept_unknown_revocation {
            UnknownRevocation::Accept
        } else {
            UnknownRevocation::Refuse
        };
        let documents = documents::Verifiers::new(&trust, wanted);
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self {
            seals: Seals::of_challenges(secret),
            sealing: Seals::of_seals(secret),
            clock,
            base,
            assurance: config.assurance,
            largest: config.largest,
            without_revocation: Arc::new(Verifier::new(trust.clone(), policy(UnknownRevocation::Accept))),
            verifier: Arc::new(Verifier::new(trust, policy(wanted))),
            sources: Arc::new(revocation::Sources::new(config.revocation)?),
            running: Semaphore::new(cores),
            waiting: Semaphore::new(WAITING),
            documents,
            authority,
        })
    }

    /// How sure the identity is that a signature proves.
    pub fn assurance(&self) -> Assurance {
        self.assurance
    }

    /// The most bytes of a signature.
    pub fn largest(&self) -> usize {
        self.largest
    }

    /// Makes a challenge, and what the browser keeps of it.
    pub fn begin(&self, return_to: &ReturnTo) -> (Challenge, Binding) {
        let state = self.seals.begin(self.clock.now());
        let kept = Kept { provider: PROVIDER, return_to, silent: false, account: None };
        let binding = self.seals.bind(&state, &kept);
        (self.challenge_of(&state), binding)
    }

    /// The challenge of a code, while it may be answered.
    ///
    /// # Errors
    /// [`SignInError::UnknownState`] if no node of this platform has made it or its time is over.
    pub fn challenge(&self, code: &str) -> Result<Challenge, SignInError> {
        Ok(self.challenge_of(&self.seals.read(code, self.clock.now())?))
    }

    /// Takes the signature of a challenge and gives what it attests.
    ///
    /// `bound` gives the value of the [`Binding`] with this id, if the browser sent it. The caller then opens a session,
    /// which makes sure that the challenge serves once.
    ///
    /// # Errors
    /// [`QualifiedError`]: the reason why nobody is signed in.
    pub async fn complete<'a>(
        &self,
        code: &str,
        bound: impl FnOnce(&str) -> Option<&'a str>,
        signature: Vec<u8>,
    ) -> Result<Completed, QualifiedError> {
        let state = self.seals.read(code, self.clock.now())?;
        let pending = self.seals.pending(&state, bound(state.id()))?;
        let content: Arc<[u8]> = self.challenge_of(&state).content.into();
        let signature = self.verified(signature, content).await?;
        let attested = attest::attested(&signature, self.assurance)?;
        let binding = state.id().to_owned();
        Ok(Completed {
            attested,
            return_to: pending.return_to,
            provider_session: None,
            binding,
            once: pending.once,
        })
    }

    /// The one signature over a challenge, verified twice: with what is known of revocation the second time.
    async fn verified(&self, signature: Vec<u8>, content: Arc<[u8]>) -> Result<Signature, QualifiedError> {
        let _place = self.waiting.try_acquire().map_err(|_| QualifiedError::Busy)?;
        let signature: Arc<[u8]> = signature.into();
        let verifier = &self.without_revocation;
        let wanted = revocation::Wanted::default();
        let (_, wanted) = self.verify(verifier, &signature, &content, wanted).await?;
        let mut evidence = self.sources.about(&wanted.into_inner()).await;
        evidence.extend(self.own_list());
        Ok(self.verify(&self.verifier, &signature, &content, evidence).await?.0)
    }

    /// Verifies apart from the threads that serve; gives the one signature, and the revocation that was asked.
    async fn verify<R: Revocation + Send + 'static>(
        &self,
        verifier: &Arc<Verifier>,
        signature: &Arc<[u8]>,
        content: &Arc<[u8]>,
        revocation: R,
    ) -> Result<(Signature, R), QualifiedError> {
        // Nobody closes it.
        let _slot = self.running.acquire().await.map_err(|_| QualifiedError::Busy)?;
        let (verifier, signature, content) =
            (Arc::clone(verifier), Arc::clone(signature), Arc::clone(content));
        let now = self.clock.now().timestamp();
        let verified = tokio::task::spawn_blocking(move || {
            let request =
                Request { signature: &signature, content: Some(&content), now, revocation: &revocation };
            let verdict = verifier.verify(&request).and_then(vzaemo_signature::Signed::sole);
            verdict.map(|signature| (signature, revocation))
        });
        Ok(verified.await??)
    }

    /// What is signed: lines that a person can compare with the page, and that mean nothing anywhere else.
    fn challenge_of(&self, state: &State) -> Challenge {
        let (base, until, code) = (&self.base, state.until().timestamp(), state.text());
        let content = format!("vzaemo sign-in 1\n{base}\n{until}\n{code}\n");
        Challenge { code: code.to_owned(), content: content.into_bytes() }
    }

    /// The list of the authority of development mode.
    fn own_list(&self) -> Option<Arc<Evidence>> {
        let list = self.authority.as_ref()?.revocation_list(self.clock.now().timestamp());
        Some(Arc::new(Evidence { lists: vec![list], ..Evidence::default() }))
    }

    /// Whether test persons may sign.
    pub fn is_development(&self) -> bool {
        self.authority.is_some()
    }

    /// Signs a challenge as a test person, detached. `None` outside development mode.
    pub fn sign_as(&self, person: &DevPerson, challenge: &Challenge) -> Option<Vec<u8>> {
        let given = match &person.name.patronymic {
            Some(patronymic) => format!("{} {patronymic}", person.name.given),
            None => person.name.given.clone(),
        };
        let (tax_number, unzr) = match &person.key {
            ProvenKey::Rnokpp(code) => (Some(code.reveal()), None),
            ProvenKey::Unzr(code) => (None, Some(code.reveal())),
        };
        let organisation = person.organisation.as_ref();
        let organisation =
            organisation.map(|it| (it.edrpou.as_str(), it.name.as_deref().unwrap_or_default()));
        let person = CertifiedPerson {
            number: person.number,
            surname: &person.name.family,
            given_name: &given,
            tax_number,
            unzr,
            organisation,
        };
        let now = self.clock.now().timestamp();
        self.authority.as_ref()?.sign(&person, &challenge.content, false, now).ok()
    }
}

impl Qualified {
    /// Seals a challenge in the name of an organisation, detached. `None` outside development mode.
    pub fn seal_as(&self, organisation: &Organisation, challenge: &Challenge) -> Option<Vec<u8>> {
        let code = organisation.edrpou.as_str();
        let name = organisation.name.as_deref().unwrap_or(code);
        // Eight digits.
        let sealed = CertifiedOrganisation { number: code.parse().ok()?, name, code };
        let now = self.clock.now().timestamp();
        self.authority.as_ref()?.seal(&sealed, &challenge.content, false, now).ok()
    }
}

/// The authority of development mode, the same at all nodes of a platform, and added to those that are trusted.
fn development_authority(
    secret: &PlatformSecret,
    trust: &mut TrustList,
) -> Result<Authority, QualifiedSetupError> {
    let seed = secret.key("development authority of qualified signatures").mac("seed", &[]);
    let authority = Authority::new(seed)?;
    trust.add_anchors(authority.certificate()).map_err(|source: Refusal| {
        QualifiedSetupError::Certificates { path: "the development authority".to_owned(), source }
    })?;
    Ok(authority)
}

impl std::fmt::Debug for Qualified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Qualified").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

//! Sign-ins that have begun and wait for the provider's answer.
//!
//! The server keeps nothing of them, so the answer may come to another node than the one where the sign-in began, and
//! nobody fills a memory by beginning:
//!
//! - the *state* is a random value with the time of its end, under a code that only the platform's nodes can make;
//! - *nonce* and *PKCE verifier* are made from the state by keys that only the nodes have, so whoever sees the state
//!   cannot make them;
//! - the *binding*, a cookie for each sign-in, holds the rest under a code over both: only the browser that began has
//!   it (against login CSRF), and no other site, the provider included, learns where on the platform it came from.
//!
//! That a sign-in serves once is certified where it opens a session, see [`Once`].

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::{Nonce, PkceCodeVerifier};
use rand::RngCore as _;
use serde::{Deserialize, Serialize};
use vzaemo_clock::{Instant, SignedDuration};

use crate::store::{Key, PlatformSecret};
use crate::token::TokenHash;
use crate::{ReturnTo, SignInError, Token};

/// How long a person may take at the provider.
pub(crate) const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// How long a person may take to sign a challenge: with a device to find, a program to start and a password to remember.
pub(crate) const CHALLENGE_LIFETIME: SignedDuration = SignedDuration::from_mins(30);

/// What the browser keeps of a sign-in that has begun, for [`crate::Cookies::binding`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Tells the sign-ins of one browser apart: two tabs may each have begun one.
    pub id: String,
    /// What is kept; of no use to anybody but this platform.
    pub value: String,
}

/// That a sign-in opens one session at most, on all nodes together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// Under which key it is remembered that it has.
    pub(crate) key: TokenHash,
    /// Until when: later the state is no longer taken.
    pub(crate) until: Instant,
}

/// What was asked of the provider, as the browser keeps it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    provider: String,
    to: String,
    /// Without a page of the provider's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    silent: bool,
    /// The only account that may come back, as a hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<TokenHash>,
}

/// What the browser is to keep of a sign-in beside its state.
pub(crate) struct Kept<'a> {
    pub(crate) provider: &'a str,
    pub(crate) return_to: &'a ReturnTo,
    pub(crate) silent: bool,
    pub(crate) account: Option<&'a str>,
}

/// What was asked of the provider.
pub(crate) struct Pending {
    pub(crate) provider: String,
    pub(crate) nonce: Nonce,
    verifier: PkceCodeVerifier,
    pub(crate) return_to: ReturnTo,
    pub(crate) silent: bool,
    account: Option<TokenHash>,
    pub(crate) once: Once,
}

/// The text of a state, with the time of its end.
pub(crate) struct State {
    text: String,
    until: Instant,
}

/// The keys of sign-ins that have begun.
pub(crate) struct Seals {
    states: Key,
    bindings: Key,
    derived: Key,
    lifetime: SignedDuration,
}

/// The random part of a state, in bytes.
const RANDOM: usize = 24;
/// The time of its end.
const TIME: usize = 8;
/// So many characters of a state name its binding: a part of the random ones.
const NAMING: usize = 16;

impl Seals {
    pub(crate) fn new(secret: &PlatformSecret) -> Self {
        Self {
            states: secret.key("state of a sign-in"),
            bindings: secret.key("binding of a sign-in"),
            derived: secret.key("nonce and verifier of a sign-in"),
            lifetime: LIFETIME,
        }
    }

    /// The same for challenges to be signed. Their keys are others, so that neither passes for the other.
    pub(crate) fn of_challenges(secret: &PlatformSecret) -> Self {
        Self {
            states: secret.key("challenge of a sign-in by signature"),
            bindings: secret.key("binding of a sign-in by signature"),
            derived: secret.key("nonce and verifier of a sign-in by signature"),
            lifetime: CHALLENGE_LIFETIME,
        }
    }

    /// The same for challenges that an organisation's seal answers.
    pub(crate) fn of_seals(secret: &PlatformSecret) -> Self {
        Self {
            states: secret.key("challenge of a seal"),
            bindings: secret.key("binding of a seal"),
            derived: secret.key("session of a seal"),
            lifetime: CHALLENGE_LIFETIME,
        }
    }

    /// A code over the session for which a state was made: its person and when it was opened.
    pub(crate) fn session_code(&self, state: &State, person: &str, opened: Instant) -> String {
        let opened = opened.as_millis().to_be_bytes();
        URL_SAFE_NO_PAD
            .encode(self.derived.mac("session", &[state.text.as_bytes(), person.as_bytes(), &opened]))
    }

    /// A new state.
    pub(crate) fn begin(&self, now: Instant) -> State {
        let until = now.checked_add(self.lifetime).unwrap_or(now);
        let mut bytes = vec![0_u8; RANDOM];
        rand::rng().fill_bytes(&mut bytes);
        bytes.extend_from_slice(&until.as_millis().to_be_bytes());
        let mac = self.states.mac("state", &[&bytes]);
        bytes.extend_from_slice(&mac);
        State { text: URL_SAFE_NO_PAD.encode(bytes), until }
    }

    /// The state of an answer, if one of the platform's nodes has made it and its time is not over.
    pub(crate) fn read(&self, text: &str, now: Instant) -> Result<State, SignInError> {
        self.genuine(text)
            .filter(|until| now < *until)
            .map(|until| State { text: text.to_owned(), until })
            .ok_or(SignInError::UnknownState)
    }

    fn genuine(&self, text: &str) -> Option<Instant> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (signed, mac) = bytes.split_at_checked(RANDOM + TIME)?;
        if !self.states.is_mac("state", &[signed], mac) {
            return None;
        }
        let (_, until) = signed.split_at_checked(RANDOM)?;
        Instant::from_millis(i64::from_be_bytes(until.try_into().ok()?)).ok()
    }

    /// The nonce of a sign-in with this state.
    pub(crate) fn nonce(&self, state: &State) -> Nonce {
        Nonce::new(URL_SAFE_NO_PAD.encode(self.derived.mac("nonce", &[state.text.as_bytes()])))
    }

    /// Its PKCE verifier: 43 characters, as RFC 7636 wants (section 4.1).
    pub(crate) fn verifier(&self, state: &State) -> PkceCodeVerifier {
        PkceCodeVerifier::new(URL_SAFE_NO_PAD.encode(self.derived.mac("verifier", &[state.text.as_bytes()])))
    }

    /// What the browser keeps of it.
    pub(crate) fn bind(&self, state: &State, kept: &Kept<'_>) -> Binding {
        let asked = Asked {
            provider: kept.provider.to_owned(),
            to: kept.return_to.as_str().to_owned(),
            silent: kept.silent,
            account: kept.account.map(Token::hash_of),
        };
        // Two texts always make JSON.
        let asked = serde_json::to_vec(&asked).unwrap_or_default();
        let mac = self.bindings.mac("binding", &[state.text.as_bytes(), &asked]);
        let value = format!("{}.{}", URL_SAFE_NO_PAD.encode(&asked), URL_SAFE_NO_PAD.encode(mac));
        Binding { id: state.id().to_owned(), value }
    }

    /// The sign-in of a state, if this browser began it.
    pub(crate) fn pending(&self, state: &State, binding: Option<&str>) -> Result<Pending, SignInError> {
        let asked = binding.and_then(|value| self.bound(state, value)).ok_or(SignInError::OtherBrowser)?;
        Ok(Pending {
            return_to: ReturnTo::parse(&asked.to).unwrap_or_else(ReturnTo::home),
            provider: asked.provider,
            silent: asked.silent,
            account: asked.account,
            nonce: self.nonce(state),
            verifier: self.verifier(state),
            once: Once { key: Token::hash_of(&state.text), until: state.until },
        })
    }

    fn bound(&self, state: &State, value: &str) -> Option<Asked> {
        let (asked, mac) = value.split_once('.')?;
        let (asked, mac) = (URL_SAFE_NO_PAD.decode(asked).ok()?, URL_SAFE_NO_PAD.decode(mac).ok()?);
        let genuine = self.bindings.is_mac("binding", &[state.text.as_bytes(), &asked], &mac);
        if genuine { serde_json::from_slice(&asked).ok() } else { None }
    }
}

impl Pending {
    /// The PKCE verifier.
    pub(crate) fn verifier(&self) -> PkceCodeVerifier {
        PkceCodeVerifier::new(self.verifier.secret().clone())
    }

    /// Whether this account may come back: any, unless one was handed over.
    pub(crate) fn may_be(&self, subject: &str) -> bool {
        self.account.as_ref().is_none_or(|account| *account == Token::hash_of(subject))
    }
}

impl State {
    /// The state as it goes to the provider.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The time of its end.
    pub(crate) fn until(&self) -> Instant {
        self.until
    }

    /// Which binding belongs to it.
    pub(crate) fn id(&self) -> &str {
        self.text.get(..NAMING).unwrap_or_default()
    }
}

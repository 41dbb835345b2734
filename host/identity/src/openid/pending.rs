//! Sign-ins that have begun and wait for the provider's answer.

use std::sync::Arc;

use moka::sync::Cache;
use openidconnect::{Nonce, PkceCodeVerifier};
use vzaemo_clock::{Instant, SecurityClock, SignedDuration};

use crate::token::TokenHash;
use crate::{ReturnTo, SignInError, Token};

/// How long a person may take at the provider.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// So many may wait at once; beyond that the oldest are forgotten, so that nobody fills the memory.
const MOST: u64 = 100_000;

/// What was asked of the provider.
pub(super) struct Pending {
    pub(super) provider: String,
    pub(super) nonce: Nonce,
    pub(super) verifier: PkceCodeVerifier,
    pub(super) return_to: ReturnTo,
    browser: TokenHash,
    expires: Instant,
}

impl Pending {
    pub(super) fn new(
        provider: &str,
        nonce: Nonce,
        verifier: PkceCodeVerifier,
        return_to: ReturnTo,
        browser: &Token,
        now: Instant,
    ) -> Self {
        let expires = now.checked_add(LIFETIME).unwrap_or(now);
        Self { provider: provider.to_owned(), nonce, verifier, return_to, browser: browser.hash(), expires }
    }
}

/// The pending sign-ins of this node, by their state.
///
/// In memory: a restart makes those under way begin again, and several nodes need the balancer to keep a visitor on
/// one of them for these minutes.
pub(super) struct PendingSignIns {
    by_state: Cache<String, Arc<Pending>>,
    clock: SecurityClock,
}

impl PendingSignIns {
    pub(super) fn new(clock: SecurityClock) -> Self {
        // The cache's own lifetime only frees memory; what decides is the security clock, asked in `take`.
        let real = std::time::Duration::from_mins(20);
        Self { by_state: Cache::builder().max_capacity(MOST).time_to_live(real).build(), clock }
    }

    pub(super) fn put(&self, state: &str, pending: Pending) {
        self.by_state.insert(state.to_owned(), Arc::new(pending));
    }

    /// Takes the sign-in with this state out, so that it serves once.
    ///
    /// The state of another browser is not used up by the attempt: or else anyone who saw a state could end the
    /// sign-in of the person it belongs to.
    pub(super) fn take(&self, state: &str, browser: Option<&Token>) -> Result<Arc<Pending>, SignInError> {
        let found = self.by_state.get(state).ok_or(SignInError::UnknownState)?;
        if self.clock.now() >= found.expires {
            self.by_state.invalidate(state);
            return Err(SignInError::UnknownState);
        }
        if browser.map(Token::hash).as_ref() != Some(&found.browser) {
            return Err(SignInError::OtherBrowser);
        }
        // Of two simultaneous answers with one state only the one that removes it goes on.
        self.by_state.remove(state).ok_or(SignInError::UnknownState)
    }
}

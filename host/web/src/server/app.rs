//! What all handlers share.

use super::clock::Moves;
use super::kept_out::Watchman;
use super::my_data::Forgetful;
use super::paused::Outage;
use super::presentation::Presentation;
use super::remembered::{Remembered, RememberedCounts};
use super::unread::Unread;
use crate::texts::Language;
use arc_swap::ArcSwap;
use std::sync::Arc;
use tokio::sync::Notify;
use url::Url;
use vzaemo_audit::Checkpoints;
use vzaemo_clock::Term;
use vzaemo_contract::manifest::Bilingual;
use vzaemo_identity::dev::DevProvider;
use vzaemo_identity::{Cookies, IdentityError, Persons, Qualified, Session, Sessions, SignIn};
use vzaemo_protection::{Limits, Protection, TrustedProxies};
use vzaemo_service::representation::Representation;
use vzaemo_service::signatures::Signatures;
use vzaemo_service::{Platform, Service};

/// The rooms that the web leans on, as the program has wired them.
pub struct Parts {
    /// The one way into modules.
    pub service: Arc<Service>,
    /// Names of persons.
    pub persons: Arc<Persons>,
    /// Who is signed in.
    pub sessions: Arc<Sessions>,
    /// Who represents organisations.
    pub representation: Arc<Representation>,
    /// Ways to sign in.
    pub sign_in: SignIn,
    /// Sign-in by qualified signature, where it is offered.
    pub qualified: Option<Arc<Qualified>>,
    /// What looks after signatures of documents.
    pub signatures: Arc<Signatures>,
    /// The embedded identity provider, in development mode only.
    pub development: Option<Arc<DevProvider>>,
    /// What the holder calls the platform.
    pub name: Bilingual,
    /// How much anybody may ask for.
    pub limits: Arc<Limits>,
    /// Who is believed about where a visitor comes from.
    pub trusted_proxies: TrustedProxies,
    /// Security events, lock-outs, block lists, alerts.
    pub protection: Arc<Protection>,
    /// Checkpoints of the audit log.
    pub checkpoints: Checkpoints,
    /// Wakes the runner of timed work after the clock has been moved.
    pub wake_jobs: Arc<Notify>,
    /// The public address of the platform.
    pub base: Url,
    /// The most bytes of a request.
    pub largest_body: usize,
    /// How many bytes of pages are remembered.
    pub remember: u64,
    /// Whether notices go by e-mail too.
    pub sends_mail: bool,
    /// Within which term a request to correct data is answered.
    pub correction_term: Term,
}

/// What all handlers share.
pub struct App {
    pub(super) service: Arc<Service>,
    pub(super) persons: Arc<Persons>,
    pub(super) sessions: Arc<Sessions>,
    pub(super) representation: Arc<Representation>,
    pub(super) sign_in: SignIn,
    pub(super) qualified: Option<Arc<Qualified>>,
    pub(super) signatures: Arc<Signatures>,
    pub(super) development: Option<Arc<DevProvider>>,
    pub(super) name: Bilingual,
    pub(super) limits: Arc<Limits>,
    pub(super) trusted_proxies: TrustedProxies,
    pub(super) protection: Arc<Protection>,
    pub(super) checkpoints: Checkpoints,
    pub(super) wake_jobs: Arc<Notify>,
    pub(super) base: Url,
    pub(super) cookies: Cookies,
    pub(super) largest_body: usize,
    pub(super) sends_mail: bool,
    pub(super) correction_term: Term,
    pub(super) remembered: Remembered,
    pub(super) unread: Unread,
    /// What other nodes do to the clock of a development platform.
    pub(super) clock_moves: Option<Moves>,
    /// When the storage could not be reached.
    pub(super) outage: Outage,
    presentation: ArcSwap<Presentation>,
}

impl App {
    /// Handlers over these rooms.
    pub fn new(parts: Parts) -> Self {
        parts.service.report_alarms_to(Arc::new(Watchman(Arc::clone(&parts.protection))));
        let forgetful = Forgetful::new(parts.service.platform(), &parts.persons, &parts.sessions);
        parts.service.forget_by(Arc::new(forgetful));
        let presentation = ArcSwap::from_pointee(Presentation::new(parts.service.snapshot()));
        let platform = parts.service.platform();
        let clock_moves = if platform.legal.is_movable() { Moves::of(&platform.storage) } else { None };
        App {
            service: parts.service,
            persons: parts.persons,
            sessions: parts.sessions,
            representation: parts.representation,
            sign_in: parts.sign_in,
            qualified: parts.qualified,
            signatures: parts.signatures,
            development: parts.development,
            name: parts.name,
            limits: parts.limits,
            trusted_proxies: parts.trusted_proxies,
            protection: parts.protection,
            checkpoints: parts.checkpoints,
            wake_jobs: parts.wake_jobs,
            cookies: Cookies::for_address(&parts.base),
            base: parts.base,
            largest_body: parts.largest_body,
            sends_mail: parts.sends_mail,
            correction_term: parts.correction_term,
            remembered: Remembered::new(parts.remember),
            unread: Unread::new(),
            clock_moves,
            outage: Outage::never(),
            presentation,
        }
    }

    /// How remembering pages goes.
    pub fn remembered(&self) -> RememberedCounts {
        self.remembered.counts()
    }

    /// What every call leans on.
    pub(super) fn platform(&self) -> &Platform {
        self.service.platform()
    }

    /// Whether nothing can be changed at present, nor anything read that is not remembered.
    pub(super) fn is_paused(&self) -> bool {
        let storage = &self.platform().storage;
        storage.is_paused() || storage.is_shared() && self.outage.is_recent()
    }

    /// What the holder calls the platform.
    pub(super) fn name(&self, language: Language) -> &str {
        match language {
            Language::Uk => &self.name.uk,
            Language::En => &self.name.en,
        }
    }

    /// Whether the platform is served with TLS.
    pub(super) fn is_secure(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// The snapshot that serves now, prepared. A new one is prepared by the first request that meets it.
    pub(super) fn presentation(&self) -> Arc<Presentation> {
        let known = self.presentation.load_full();
        let now = self.service.snapshot();
        if Arc::ptr_eq(&known.snapshot, &now) {
            return known;
        }
        let fresh = Arc::new(Presentation::new(now));
        self.presentation.store(Arc::clone(&fresh));
        fresh
    }

    /// The session of a token; as the database has it, if `anew`. A storage that does not answer makes a visitor anonymous to pages rather than these
    /// fail, and unknown to changes; the failure stands in the log.
    pub(super) async fn session(&self, token: &str, anew: bool) -> Result<Option<Session>, IdentityError> {
        let found =
            if anew { self.sessions.lookup_anew(token).await } else { self.sessions.lookup(token).await };
        found.inspect_err(|error| {
            self.outage.saw();
            tracing::error!(error = error as &dyn std::error::Error, "could not look up a session");
        })
    }
}

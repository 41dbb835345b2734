//! Who is kept out, and what the security subsystem is told: where the web meets `protection`.

use super::App;
use super::answer::trouble;
use super::visit::Visit;
use crate::chrome::problem::Problem;
use crate::texts::{Speaker, push_moment};
use axum::response::Response;
use std::net::IpAddr;
use std::sync::Arc;
use vzaemo_access::Reason;
use vzaemo_clock::Instant;
use vzaemo_identity::{QualifiedError, SignInError};
use vzaemo_protection::{Attempt, Block, Event, EventKind, Protection, address_key};
use vzaemo_service::{Alarm, Alarms};

/// Where a request comes from, as the gate found it.
#[derive(Debug, Clone, Copy)]
pub(super) struct ComesFrom(pub IpAddr);

impl ComesFrom {
    /// The key under which what comes from there is counted.
    pub fn key(self) -> String {
        address_key(self.0)
    }

    /// As subjects of events and lock-outs name it.
    pub fn subject(self) -> String {
        format!("address:{}", self.key())
    }
}

/// Hears the service's alarms.
pub(super) struct Watchman(pub Arc<Protection>);

impl Alarms for Watchman {
    fn raised(&self, alarm: Alarm<'_>) {
        self.0.saw(match alarm {
            Alarm::PolicyFailed { module, action, error } => {
                Event::new(EventKind::PolicyFailed, format!("module:{module}"), format!("{action}: {error}"))
            }
            Alarm::ConfigurationRefused { file } => {
                Event::new(EventKind::ConfigurationRefused, "platform", file)
            }
            Alarm::ConfigurationWaits { digest } => {
                Event::new(EventKind::ConfigurationWaits, "platform", digest)
            }
            Alarm::ModuleFailed { module, version } => {
                Event::new(EventKind::ModuleFailed, format!("module:{module}"), version)
            }
        });
    }
}

/// The moment, as the visitor reads it.
fn moment(app: &App, visit: &Visit, at: Instant) -> String {
    let mut words = String::new();
    let (now, zone) = (app.platform().security.now().timestamp(), app.platform().zone.time_zone());
    push_moment(at.timestamp(), now, zone, &Speaker::host(visit.language), &mut words);
    words
}

/// The page for somebody who is kept out: why, until when, and whom to ask.
pub(super) async fn blocked(app: &App, visit: &Visit, block: &Block) -> Response {
    let until = moment(app, visit, block.until);
    let args = [("reason", block.reason.as_str().into()), ("until", until.as_str().into())];
    let why = Speaker::host(visit.language).say_with("protection-blocked", &args).into_owned();
    trouble(app, visit, &Problem::Refused { why }).await
}

/// The page for somebody whose attempts are turned away at present; nothing if they are not. A security store that does
/// not answer keeps nobody out: the provider has its own limits.
pub(super) async fn locked_out(app: &App, visit: &Visit, attempt: Attempt) -> Option<Response> {
    let locked = app.protection.locked_until(attempt, &visit.comes_from().subject()).await;
    let until = locked.unwrap_or_else(|error| {
        tracing::warn!(error = &error as &dyn std::error::Error, "could not read the lock-outs");
        None
    })?;
    let seconds = until.since(app.platform().security.now()).as_secs().max(1);
    let seconds = u64::try_from(seconds).unwrap_or(1);
    Some(trouble(app, visit, &Problem::TooMany { seconds, kept: None }).await)
}

/// A sign-in was refused, or did not succeed. Refused ones lock out in the end: an answer that nobody was asked for, a
/// forged or used one. Who declined, and whose provider was down, has failed at nothing.
pub(super) async fn sign_in_failed(app: &App, from: ComesFrom, error: &SignInError) {
    let accident = matches!(
        error,
        SignInError::Declined
            | SignInError::UnknownProvider(_)
            | SignInError::Configuration(_)
            | SignInError::Unavailable { .. }
            | SignInError::Transport(_)
    );
    failed(app, from, Attempt::SignIn, error.public_message(), accident).await;
}

/// A signature was not accepted as proof of who somebody is. What may be said for certain is only that some cannot be
/// genuine; a wrong file or an unknown authority is a mistake.
pub(super) async fn signature_refused(app: &App, from: ComesFrom, error: &QualifiedError) {
    failed(app, from, Attempt::Signature, error.public_message(), !error.is_suspicious()).await;
}

/// An order to end sessions in a provider's name was refused: it is forged, or came before.
pub(super) fn order_refused(app: &App, provider: &str, what: &str) {
    app.protection.saw(Event::new(EventKind::SignInRefused, format!("provider:{provider}"), what));
}

async fn failed(app: &App, from: ComesFrom, attempt: Attempt, what: &str, accident: bool) {
    let kind = if accident { EventKind::SignInFailed } else { EventKind::SignInRefused };
    app.protection.saw(Event::new(kind, from.subject(), what));
    if accident {
        return;
    }
    if let Err(error) = app.protection.attempt_failed(attempt, &from.subject()).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "could not count a failed sign-in");
    }
}

/// Somebody may not see or do something. Who only has to sign in is nobody's concern.
pub(super) fn denied(app: &App, visit: &Visit, module: &str, reason: &Reason) {
    if *reason == Reason::SignInNeeded {
        return;
    }
    let subject = visit.person().map(|person| format!("person:{person}")).unwrap_or_default();
    app.protection.saw(Event::new(EventKind::Denied, subject, module));
}

/// Why somebody is lawfully blocked, with the grounds and what they can do, where that is the reason of a denial.
pub(super) async fn lawful_block(app: &App, visit: &Visit, reason: &Reason) -> Option<String> {
    let person = visit.session.as_ref().filter(|_| *reason == Reason::Blocked)?.person.id;
    let found = app.platform().grants.blocking(person).await;
    let block = found.unwrap_or_else(|error| {
        tracing::warn!(error = &error as &dyn std::error::Error, "could not read the grounds of a block");
        None
    })?;
    let mut since = String::new();
    let (now, zone) = (app.platform().legal.now().timestamp(), app.platform().zone.time_zone());
    push_moment(block.since.timestamp(), now, zone, &Speaker::host(visit.language), &mut since);
    let args = [("basis", block.basis.as_str().into()), ("since", since.as_str().into())];
    Some(Speaker::host(visit.language).say_with("lawful-why", &args).into_owned())
}

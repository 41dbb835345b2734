//! Protection as the configuration wants it.

use crate::alert_mail::AlertMail;
use anyhow::Context as _;
use std::sync::Arc;
use vzaemo_cabinet::mail::MailConfig;
use vzaemo_clock::{SecurityClock, SignedDuration};
use vzaemo_identity::PlatformSecret;
use vzaemo_lifecycle::Configuration;
use vzaemo_lifecycle::configuration::{self as wanted, RateKind};
use vzaemo_protection::{
    ALERTS, AnomalyRule, BLOCKS, Delivery, EVENTS, Kind, LOCKOUTS, Limits, LockoutRule, NAMESPACE, ORIGINS,
    OriginKey, Protection, Rate, Rates, Rules, Scope, Webhook,
};
use vzaemo_service::{Age, Expiry};
use vzaemo_storage::Storage;

/// The rates of requests.
pub fn limits(configuration: &Configuration) -> anyhow::Result<Limits> {
    let requests = &configuration.requests;
    let kind = |kind: RateKind| match kind {
        RateKind::Page => Kind::Page,
        RateKind::Act => Kind::Act,
        RateKind::SignIn => Kind::SignIn,
    };
    let rate = |rate: &wanted::Rate| Rate { per_minute: rate.per_minute, burst: rate.burst };
    let mut rates = Rates::default();
    for (scope, by_kind) in [
        (Scope::Own, &requests.rates),
        (Scope::Session, &requests.session_rates),
        (Scope::Address, &requests.address_rates),
    ] {
        rates.0.extend(by_kind.iter().map(|(of, wanted)| (scope.clone(), kind(*of), rate(wanted))));
    }
    let acts = requests.act_rates.iter();
    rates.0.extend(acts.map(|(act, wanted)| (Scope::Act(act.clone()), Kind::Act, rate(wanted))));
    Limits::new(&rates).context("set up the limits of requests")
}

/// Lock-outs, block lists, anomalies, and the ways by which the technical administrator is told.
pub fn protection(
    configuration: &Configuration,
    storage: &Storage,
    mail: Option<&MailConfig>,
    secret: &PlatformSecret,
) -> anyhow::Result<Protection> {
    let wanted = &configuration.protection;
    let seconds = |seconds: u32| SignedDuration::from_secs(seconds.into());
    let many = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let rules = Rules {
        lockout: LockoutRule {
            failures: wanted.lockout.failures,
            first: seconds(wanted.lockout.first_seconds),
            longest: seconds(wanted.lockout.longest_seconds),
        },
        anomaly: AnomalyRule {
            window: SignedDuration::from_mins(wanted.anomalies.window_minutes.into()),
            persons_per_address: many(wanted.anomalies.persons_per_address),
            persons_per_device: many(wanted.anomalies.persons_per_device),
            regular_acts: many(wanted.anomalies.regular_acts),
        },
    };
    let clock = SecurityClock::real();
    let mut ways: Vec<Arc<dyn Delivery>> = Vec::new();
    if let Some(webhook) = &wanted.webhook {
        let path = &webhook.secret_file;
        let secret = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
        let webhook = Webhook::new(webhook.url.clone(), secret.trim().as_bytes(), clock.clone());
        ways.push(Arc::new(webhook.context("set up the webhook")?));
    }
    if let Some(mail) = mail
        && !wanted.mail.is_empty()
    {
        let alerts = AlertMail::new(mail, &wanted.mail).context("set up the letters about alerts")?;
        ways.push(Arc::new(alerts));
    }
    let origins = OriginKey::new(secret.signing_seed("origins of participation"));
    Ok(Protection::new(storage.clone(), clock, rules, ways, origins))
}

/// What of the security store has had its time, and when.
pub fn expiries(configuration: &Configuration) -> Vec<Expiry> {
    let days = SignedDuration::from_hours(24 * i64::from(configuration.protection.keep_days));
    let of =
        |collection, field, kept| Expiry { namespace: NAMESPACE, collection, field, age: Age::Real, kept };
    vec![
        of(EVENTS, "last", days),
        of(ALERTS, "at", days),
        of(ORIGINS, "at", days),
        of(BLOCKS, "until", SignedDuration::ZERO),
        // A day after a lock-out has ended nothing depends on it any more.
        of(LOCKOUTS, "last", longest(configuration) + SignedDuration::from_hours(48)),
    ]
}

fn longest(configuration: &Configuration) -> SignedDuration {
    SignedDuration::from_secs(configuration.protection.lockout.longest_seconds.into())
}

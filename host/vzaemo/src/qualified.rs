//! Sign-in by qualified signature, as the configuration wants it.

use anyhow::Context as _;
use std::path::Path;
use std::time::Duration;
use url::Url;
use vzaemo_clock::SecurityClock;
use vzaemo_identity::{PlatformSecret, Qualified, QualifiedConfig, RevocationConfig};
use vzaemo_lifecycle::Configuration;
use vzaemo_lifecycle::configuration::{Mode, QualifiedSignature, WhenUnknown};

/// The sign-in, if the configuration names authorities; with test persons also without any.
pub fn qualified(
    configuration: &Configuration,
    base: &Url,
    secret: &PlatformSecret,
    clock: &SecurityClock,
) -> anyhow::Result<Option<Qualified>> {
    let identity = &configuration.identity;
    let test_persons = configuration.platform.mode == Mode::Development && identity.development.is_some();
    let config = match &identity.qualified_signature {
        Some(wanted) => config(wanted, test_persons),
        None if test_persons => QualifiedConfig { development: true, ..QualifiedConfig::default() },
        None => return Ok(None),
    };
    let qualified = Qualified::new(config, base.clone(), secret, clock.clone());
    qualified.context("set up sign-in by qualified signature").map(Some)
}

/// What is wrong with the files that the configuration names, as a problem of the configuration is written.
pub fn problem(file: &Path, configuration: &Configuration) -> Option<String> {
    let wanted = configuration.identity.qualified_signature.as_ref()?;
    let error = anyhow::Error::from(config(wanted, false).check().err()?);
    let place = format!("{}: identity.qualified-signature", file.display());
    Some(format!("{place}: failed to {error:#}; put certificates in DER, PEM or PKCS #7 there"))
}

fn config(wanted: &QualifiedSignature, development: bool) -> QualifiedConfig {
    let revocation = &wanted.revocation;
    let bytes = |number: u32, shift: u32| usize::try_from(u64::from(number) << shift).unwrap_or(usize::MAX);
    QualifiedConfig {
        trust: wanted.trust.clone(),
        intermediates: wanted.intermediates.clone(),
        require_qualified: wanted.require_qualified,
        accept_unknown_revocation: revocation.when_unknown == WhenUnknown::Accept,
        assurance: wanted.assurance,
        largest: bytes(wanted.largest_kib, 10),
        revocation: RevocationConfig {
            files: revocation.files().collect(),
            addresses: revocation.addresses().collect(),
            fetch_lists: revocation.fetch_lists,
            ocsp: revocation.ocsp,
            timeout: Duration::from_millis(revocation.timeout_ms.into()),
            largest: bytes(revocation.largest_list_mib, 20),
            keep: Duration::from_mins(revocation.keep_minutes.into()),
        },
        development,
    }
}

//! From a certificate to an authority on the trust list (RFC 5280, 6).

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    certificate::Certificate,
    input::Limits,
    oid,
    qualified::Kind,
    refusal::{Refusal, Role},
    trust::TrustList,
};

/// Certificates from the signer's up to the anchor's, both included.
pub(crate) type Path = Vec<Arc<Certificate>>;

/// Looks for a path that is valid at one instant.
pub(crate) struct Builder<'a> {
    trust: &'a TrustList,
    /// Certificates that came along: not trusted, only tried.
    given: &'a [Arc<Certificate>],
    limits: &'a Limits,
    role: Role,
    at: Timestamp,
    checks: usize,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(
        trust: &'a TrustList,
        given: &'a [Arc<Certificate>],
        limits: &'a Limits,
        role: Role,
        at: Timestamp,
    ) -> Self {
        Self { trust, given, limits, role, at, checks: 0 }
    }

    /// The path of a certificate whose own use is checked by [`check_use`].
    pub(crate) fn build(mut self, certificate: Arc<Certificate>) -> Result<Path, Refusal> {
        check_critical(&certificate, self.role)?;
        check_use(&certificate, self.role)?;
        certificate.check_validity(self.at, self.role)?;
        let mut path = vec![certificate];
        self.extend(&mut path, self.role)?;
        Ok(path)
    }

    fn extend(&mut self, path: &mut Path, role: Role) -> Result<(), Refusal> {
        let Some(last) = path.last().cloned() else { return Err(Refusal::UntrustedIssuer { role }) };
        // An anchor must follow within the limit.
        if path.len() >= self.limits.path {
            return Err(Refusal::PathTooLong { role: self.role });
        }
        let mut refusal = Refusal::UntrustedIssuer { role: self.role };
        for anchor in &self.trust.anchors {
            if !last.may_be_issued_by(anchor) {
                continue;
            }
            match self.check_issuer(anchor, path, role) {
                Ok(()) => {
                    path.push(Arc::clone(anchor));
                    return Ok(());
                }
                Err(found) => prefer(&mut refusal, found),
            }
        }
        for candidate in self.trust.intermediates.iter().chain(self.given) {
            if path.contains(candidate) || !last.may_be_issued_by(candidate) {
                continue;
            }
            let tried = self.check_issuer(candidate, path, role).and_then(|()| {
                path.push(Arc::clone(candidate));
                let extended = self.extend(path, Role::Authority);
                if extended.is_err() {
                    path.pop();
                }
                extended
            });
            match tried {
                Ok(()) => return Ok(()),
                Err(found) => prefer(&mut refusal, found),
            }
        }
        Err(refusal)
    }

    /// Whether `issuer` may have issued the last certificate of the path, and has.
    fn check_issuer(&mut self, issuer: &Certificate, path: &Path, role: Role) -> Result<(), Refusal> {
        let Some(last) = path.last() else { return Err(Refusal::UntrustedIssuer { role }) };
        check_critical(issuer, Role::Authority)?;
        let Some((true, below)) = issuer.extensions.authority else {
            return Err(Refusal::NotAnAuthority { role });
        };
        if issuer.extensions.key_usage.is_some_and(|usage| !usage.key_cert_sign()) {
            return Err(Refusal::NotAnAuthority { role });
        }
        // RFC 5280, 4.2.1.9: authorities between this one and the signer, those that issued themselves not counted.
        let between = path.iter().skip(1).filter(|certificate| !certificate.is_self_issued()).count();
        if below.is_some_and(|below| between > usize::from(below)) {
            return Err(Refusal::PathTooLong { role: self.role });
        }
        issuer.check_validity(self.at, Role::Authority)?;
        self.checks += 1;
        if self.checks > self.limits.checks {
            return Err(Refusal::TooComplex { what: "possible paths" });
        }
        last.verify_signature(issuer, role)
    }
}

/// Keeps the reason that says most: that the search was given up, then that somebody was found but did not fit, then
/// that nobody was found.
fn prefer(known: &mut Refusal, found: Refusal) {
    let given_up = matches!(found, Refusal::TooComplex { .. });
    if given_up || matches!(known, Refusal::UntrustedIssuer { .. }) {
        *known = found;
    }
}

fn check_critical(certificate: &Certificate, role: Role) -> Result<(), Refusal> {
    match certificate.extensions.unknown_critical {
        Some(oid) => Err(Refusal::UnknownCriticalExtension { role, oid }),
        None => Ok(()),
    }
}

/// Whether the certificate's key is meant for what it was used for.
pub(crate) fn check_use(certificate: &Certificate, role: Role) -> Result<(), Refusal> {
    let usage = certificate.extensions.key_usage;
    let signs = usage.is_some_and(|usage| usage.digital_signature() || usage.non_repudiation());
    let purposes = certificate.extensions.extended_key_usage.as_deref();
    let fits = match role {
        // A key with a purpose of its own in the infrastructure signs nothing else.
        Role::Signer => {
            let own = |purpose| purpose == &oid::TIME_STAMPING || purpose == &oid::OCSP_SIGNING;
            let authority = certificate.extensions.authority.is_some_and(|(authority, _)| authority);
            let website = certificate.extensions.qualification.kind == Kind::Website;
            signs && !authority && !website && !purposes.is_some_and(|purposes| purposes.iter().any(own))
        }
        // RFC 3161, 2.3: critical, and nothing but time-stamping.
        Role::TimeStamper => {
            let only = purposes == Some(&[oid::TIME_STAMPING][..]);
            signs && only && certificate.extensions.extended_key_usage_critical
        }
        // RFC 6960, 4.2.2.2.
        Role::Responder => purposes.is_some_and(|purposes| purposes.contains(&oid::OCSP_SIGNING)),
        Role::Authority => true,
    };
    if fits { Ok(()) } else { Err(Refusal::WrongKeyUsage { role }) }
}

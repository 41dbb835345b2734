//! Sign-in by qualified signature (КЕП): who is trusted, and how it is known that a certificate was not revoked.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use vzaemo_contract::manifest::Assurance;

/// Sign-in by qualified signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct QualifiedSignature {
    /// Files, or folders of files, with the certificates of trusted authorities: DER, PEM, or a bundle in PKCS #7.
    pub trust: Vec<PathBuf>,
    /// The same with certificates that may stand between a signer and a trusted authority.
    pub intermediates: Vec<PathBuf>,
    /// Whether the certificate must say that it is qualified.
    pub require_qualified: bool,
    /// How sure the identity is that such a signature proves.
    pub assurance: Assurance,
    /// The most KiB of a signature.
    pub largest_kib: u32,
    /// How it is known that a certificate was not revoked.
    pub revocation: Revocation,
}

/// How it is known that a certificate was not revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Revocation {
    /// Lists in DER: files, folders of files, and `http` or `https` addresses.
    pub lists: Vec<String>,
    /// Whether lists are fetched from the addresses that certificates name.
    pub fetch_lists: bool,
    /// Whether the responders that certificates name are asked (OCSP).
    pub ocsp: bool,
    /// What happens when nobody can tell.
    pub when_unknown: WhenUnknown,
    /// How long one address may take, in milliseconds.
    pub timeout_ms: u32,
    /// The most MiB of a list.
    pub largest_list_mib: u32,
    /// For how long a fetched list is used before it is fetched again, in minutes.
    pub keep_minutes: u32,
}

/// What happens when nobody can tell whether a certificate was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhenUnknown {
    /// The signature is refused.
    Refuse,
    /// The signature counts all the same.
    Accept,
}

impl Default for QualifiedSignature {
    fn default() -> Self {
        QualifiedSignature {
            trust: Vec::new(),
            intermediates: Vec::new(),
            require_qualified: true,
            assurance: Assurance::High,
            largest_kib: 1024,
            revocation: Revocation::default(),
        }
    }
}

impl Default for Revocation {
    fn default() -> Self {
        Revocation {
            lists: Vec::new(),
            fetch_lists: true,
            ocsp: true,
            when_unknown: WhenUnknown::Refuse,
            timeout_ms: 5000,
            largest_list_mib: 32,
            keep_minutes: 60,
        }
    }
}

impl QualifiedSignature {
    /// Relative paths become paths from this folder.
    pub(super) fn start_at(&mut self, base: &Path) {
        for path in self.trust.iter_mut().chain(&mut self.intermediates) {
            *path = base.join(&*path);
        }
        for list in &mut self.revocation.lists {
            if web_address(list).is_none() {
                *list = base.join(&*list).display().to_string();
            }
        }
    }
}

impl Revocation {
    /// The lists in files.
    pub fn files(&self) -> impl Iterator<Item = PathBuf> {
        self.lists.iter().filter(|list| web_address(list).is_none()).map(PathBuf::from)
    }

    /// The lists at addresses.
    pub fn addresses(&self) -> impl Iterator<Item = url::Url> {
        self.lists.iter().filter_map(|list| web_address(list))
    }
}

fn web_address(list: &str) -> Option<url::Url> {
    url::Url::parse(list).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

//! The certification authorities that are trusted, and certificates that help to reach them.

use std::sync::Arc;

use crate::{
    asn1::tag,
    certificate::Certificate,
    cms::{Counts, SignedData},
    input::pem_blocks,
    refusal::{Refusal, Role},
};

/// Certificates in one file at most: the national list has a few hundred.
const IN_ONE_FILE: usize = 10_000;

/// Whom the holder trusts to say who somebody is.
#[derive(Debug, Clone, Default)]
pub struct TrustList {
    pub(crate) anchors: Vec<Arc<Certificate>>,
    pub(crate) intermediates: Vec<Arc<Certificate>>,
}

impl TrustList {
    /// Trusts nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts the authorities of a file: one certificate in DER, any number in PEM, or a bundle of certificates in
    /// PKCS #7 as the national trust list is handed out. Returns how many there were.
    ///
    /// # Errors
    /// A [`Refusal`] if the file holds none or one that cannot be read; nothing is then added.
    pub fn add_anchors(&mut self, file: &[u8]) -> Result<usize, Refusal> {
        let certificates = read(file)?;
        let count = certificates.len();
        self.anchors.extend(certificates);
        Ok(count)
    }

    /// Knows the certificates of a file, without trusting them: they may stand between a signer and an anchor.
    ///
    /// # Errors
    /// As [`TrustList::add_anchors`].
    pub fn add_intermediates(&mut self, file: &[u8]) -> Result<usize, Refusal> {
        let certificates = read(file)?;
        let count = certificates.len();
        self.intermediates.extend(certificates);
        Ok(count)
    }

    /// The certificates that are trusted.
    pub fn anchors(&self) -> impl Iterator<Item = &Certificate> {
        self.anchors.iter().map(AsRef::as_ref)
    }
}

fn read(file: &[u8]) -> Result<Vec<Arc<Certificate>>, Refusal> {
    let ders = match pem_blocks(file, "CERTIFICATE") {
        Some(blocks) => blocks?,
        None if file.first() == Some(&tag::SEQUENCE) => {
            match SignedData::read(file, Counts { certificates: IN_ONE_FILE, signers: 1 }) {
                Ok(bundle) => bundle.certificates.iter().map(|der| der.to_vec()).collect(),
                Err(_) => vec![file.to_vec()],
            }
        }
        None => Vec::new(),
    };
    if ders.is_empty() {
        return Err(Refusal::CertificateMissing { role: Role::Authority });
    }
    ders.iter().map(|der| Certificate::from_der(der, Role::Authority).map(Arc::new)).collect()
}

//! Answers that are sealed for this platform.

/// Opens what id.gov.ua seals for this platform: CMS `EnvelopedData` by the national algorithms (DSTU 4145 key agreement,
/// GOST 28147 or Kalyna), for the certificate that the question carries. The key stands with a key-keeping device or
/// library of the holder's, so it is plugged in.
pub trait Decryptor: Send + Sync {
    /// The certificate to seal for: DER in base64, as the parameter `cert` has it.
    fn certificate(&self) -> &str;

    /// Opens an `EnvelopedData` and gives the content.
    ///
    /// # Errors
    /// It is malformed, sealed for somebody else, or was changed.
    fn decrypt(&self, sealed: &[u8]) -> Result<Vec<u8>, DecryptError>;
}

/// Why an answer could not be opened, for the log.
#[derive(Debug, thiserror::Error)]
#[error("open a sealed answer: {0}")]
pub struct DecryptError(pub String);

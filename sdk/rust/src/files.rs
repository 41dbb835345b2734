//! Files beside documents.

use crate::host::*;
use crate::{File, Result};
use vzaemo_contract::call::FileInfo;

impl File {
    /// What is known of the file: name, kind, size, digest. Nothing if it is not there. Pages need not ask: the host
    /// writes it.
    pub fn info(&self) -> Result<Option<FileInfo>> {
        Ok(host(|host| host.file(self.as_str()))?)
    }
}

//! Uploads on their way in: a temporary file of this node.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use super::UploadError;
use super::kind::{self, Kind};

/// How much of the beginning is kept to tell what it is.
const HEAD: usize = 4096;

/// A temporary file that goes when this is dropped.
#[derive(Debug)]
pub(super) struct Temporary(PathBuf);

impl Temporary {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // It may have been moved to its place; what cannot be removed now is swept later.
        let _moved_or_swept = std::fs::remove_file(&self.0);
    }
}

/// An upload in progress. Dropped, it leaves nothing behind.
#[derive(Debug)]
pub struct Upload {
    file: File,
    temporary: Temporary,
    digest: Sha256,
    size: u64,
    most: u64,
    head: Vec<u8>,
}

impl Upload {
    pub(super) async fn begin(folder: &Path, most: u64) -> Result<Self, UploadError> {
        let path = folder.join(Uuid::new_v4().simple().to_string());
        let file = File::create_new(&path).await?;
        let temporary = Temporary(path);
        Ok(Self { file, temporary, digest: Sha256::new(), size: 0, most, head: Vec::new() })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`UploadError::TooLarge`] once there are more than allowed; the upload is then of no more use.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), UploadError> {
        self.size += bytes.len() as u64;
        if self.size > self.most {
            return Err(UploadError::TooLarge { most: self.most });
        }
        let room = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend(bytes.iter().take(room));
        self.digest.update(bytes);
        self.file.write_all(bytes).await?;
        Ok(())
    }

    /// How many bytes have come.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Everything has come: the bytes are on the disk when this answers.
    pub async fn finish(mut self) -> Result<Spooled, UploadError> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        Ok(Spooled {
            temporary: self.temporary,
            digest: hex::encode(self.digest.finalize()),
            size: self.size,
            head: self.head,
        })
    }
}

/// An upload that has arrived and is not kept yet. Dropped, it leaves nothing behind.
#[derive(Debug)]
pub struct Spooled {
    temporary: Temporary,
    digest: String,
    size: u64,
    head: Vec<u8>,
}

impl Spooled {
    pub(super) fn path(&self) -> &Path {
        self.temporary.path()
    }

    /// SHA-256 of the bytes, in hexadecimal digits.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// How many bytes there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// What the bytes are, judged by them alone; nothing if they are none of the [`KINDS`](super::KINDS). Archives
    /// are not unpacked: only their table of contents is read.
    ///
    /// Text is of the kind `txt` until its name says that it is `csv`.
    pub async fn recognise(&self) -> Result<Option<&'static Kind>, UploadError> {
        let (path, head) = (self.path().to_owned(), self.head.clone());
        let recognised = tokio::task::spawn_blocking(move || kind::recognise(&path, &head)).await;
        Ok(recognised.map_err(std::io::Error::other)??)
    }
}

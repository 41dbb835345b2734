//! Where the content of files is.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::TryStreamExt as _;
use futures::stream::{BoxStream, try_unfold};
use object_store::aws::AmazonS3Builder;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload, path::Path as Location};
use tokio::fs::{self, File};
use tokio::io::AsyncReadExt as _;

use super::s3::{Connector, Hashes};
use super::{FilesConfig, FilesError, Spooled, Upload};

/// A value that is in neither logs nor messages.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Where content is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreConfig {
    /// In the folder of the files.
    Local,
    /// In a bucket of a store that speaks S3. A rule of the bucket should end multipart uploads that were begun and
    /// never completed (`AbortIncompleteMultipartUpload`); nothing else of an upload that died stays there.
    S3 {
        /// The bucket.
        bucket: String,
        /// The address of the store, if it is not Amazon's.
        endpoint: Option<String>,
        /// The region.
        region: String,
        /// The access key.
        access_key: Secret,
        /// Its secret.
        secret_key: Secret,
    },
}

/// The part of a multipart upload, and so the memory that one upload takes at most.
const PART: usize = 8 << 20;

/// The pieces in which local content is read.
const PIECE: usize = 64 << 10;

/// The content of files by its digest, whatever the records say.
#[derive(Debug)]
pub struct Store {
    contents: Contents,
    incoming: PathBuf,
}

#[derive(Debug)]
enum Contents {
    /// Beside the temporary files, which are moved here rather than copied.
    Folder(PathBuf),
    Objects(Box<dyn ObjectStore>),
}

/// The content of a file.
pub struct Content {
    /// In bytes.
    pub size: u64,
    /// Piece by piece.
    pub bytes: BoxStream<'static, Result<Bytes, FilesError>>,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("size", &self.size).finish_non_exhaustive()
    }
}

const INCOMING: &str = "incoming";

impl Store {
    /// Opens the store that the configuration names; folders that are missing are made.
    pub async fn open(config: &FilesConfig) -> Result<Self, FilesError> {
        let incoming = config.folder.join(INCOMING);
        fs::create_dir_all(&incoming).await?;
        let contents = match &config.store {
            StoreConfig::Local => Contents::Folder(config.folder.clone()),
            StoreConfig::S3 { bucket, endpoint, region, access_key, secret_key } => {
                let builder = AmazonS3Builder::new()
                    .with_bucket_name(bucket)
                    .with_region(region)
                    .with_access_key_id(&access_key.0)
                    .with_secret_access_key(&secret_key.0)
                    .with_crypto_provider(Arc::new(Hashes))
                    // One by one is all that is asked, and every store that speaks S3 knows it.
                    .with_disable_bulk_delete(true)
                    .with_http_connector(Connector);
                let builder = match endpoint {
                    // Within the holder's own network stores often speak no TLS; the configuration decides that.
                    Some(endpoint) => builder.with_endpoint(endpoint).with_allow_http(true),
                    None => builder,
                };
                Contents::Objects(Box::new(builder.build()?))
            }
        };
        Ok(Self { contents, incoming })
    }

    /// The folder of temporary files.
    pub(super) fn incoming(&self) -> &Path {
        &self.incoming
    }

    /// Makes content durable under its digest. The same content again changes nothing.
    pub(super) async fn publish(&self, spooled: &Spooled) -> Result<(), FilesError> {
        match &self.contents {
            Contents::Folder(folder) => Ok(publish_in(folder, spooled).await?),
            Contents::Objects(objects) => publish_to(&**objects, spooled).await,
        }
    }

    /// Keeps the content of a local file, which must have this digest, durably. Content that is there stays.
    pub async fn put(&self, from: &Path, digest: &str) -> Result<(), FilesError> {
        let mut file = File::open(from).await?;
        let mut upload = Upload::begin(&self.incoming, u64::MAX).await?;
        let mut piece = BytesMut::with_capacity(PIECE);
        while file.read_buf(&mut piece).await? > 0 {
            upload.write(&piece).await?;
            piece.clear();
        }
        let spooled = upload.finish().await?;
        if spooled.digest() != digest {
            return Err(FilesError::Differs(spooled.digest().to_owned()));
        }
        self.publish(&spooled).await
    }

    /// The content with this digest, as a stream.
    pub async fn read(&self, digest: &str) -> Result<Content, FilesError> {
        match &self.contents {
            Contents::Folder(folder) => {
                let file = match File::open(path(folder, digest)).await {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(FilesError::Gone),
                    opened => opened?,
                };
                let size = file.metadata().await?.len();
                let pieces = try_unfold(file, |mut file| async {
                    let mut piece = BytesMut::with_capacity(PIECE);
                    let read = file.read_buf(&mut piece).await?;
                    Ok((read > 0).then(|| (piece.freeze(), file)))
                });
                Ok(Content { size, bytes: Box::pin(pieces) })
            }
            Contents::Objects(objects) => {
                let found = objects.get(&location(digest)).await?;
                let size = found.meta.size;
                Ok(Content { size, bytes: Box::pin(found.into_stream().map_err(FilesError::from)) })
            }
        }
    }

    /// Removes content; it may have gone already.
    pub(super) async fn remove(&self, digest: &str) -> Result<(), FilesError> {
        match &self.contents {
            Contents::Folder(folder) => match fs::remove_file(path(folder, digest)).await {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                removed => Ok(removed?),
            },
            Contents::Objects(objects) => match objects.delete(&location(digest)).await {
                Err(object_store::Error::NotFound { .. }) => Ok(()),
                removed => Ok(removed?),
            },
        }
    }
}

/// Moves a temporary file, which is on the disk already, to its place, and makes the move durable.
async fn publish_in(folder: &Path, spooled: &Spooled) -> io::Result<()> {
    let to = path(folder, spooled.digest());
    let shelf = to.parent().unwrap_or(folder);
    if !fs::try_exists(shelf).await? {
        fs::create_dir_all(shelf).await?;
        for parent in [shelf.parent().unwrap_or(folder), folder] {
            File::open(parent).await?.sync_all().await?;
        }
    }
    fs::rename(spooled.path(), &to).await?;
    File::open(shelf).await?.sync_all().await
}

/// Sends a temporary file to the object store, in parts if it is large.
async fn publish_to(objects: &dyn ObjectStore, spooled: &Spooled) -> Result<(), FilesError> {
    let to = location(spooled.digest());
    let mut file = File::open(spooled.path()).await?;
    if spooled.size() <= PART as u64 {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).await?;
        objects.put(&to, PutPayload::from(bytes)).await?;
        return Ok(());
    }
    let mut parts = objects.put_multipart(&to).await?;
    loop {
        let mut part = Vec::with_capacity(PART);
        let read = (&mut file).take(PART as u64).read_to_end(&mut part).await;
        let sent = match read {
            Ok(0) => break,
            Ok(_) => parts.put_part(PutPayload::from(part)).await.map_err(FilesError::from),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = sent {
            // What cannot be ended now is ended by the bucket's rule.
            let _ended = parts.abort().await;
            return Err(error);
        }
    }
    parts.complete().await?;
    Ok(())
}

/// `sha256/<first two digits>/<all digits>`, so that no folder holds all files.
fn parts(digest: &str) -> [&str; 3] {
    ["sha256", digest.get(..2).unwrap_or_default(), digest]
}

fn path(folder: &Path, digest: &str) -> PathBuf {
    parts(digest).iter().fold(folder.to_owned(), |path, part| path.join(part))
}

fn location(digest: &str) -> Location {
    Location::from_iter(parts(digest))
}

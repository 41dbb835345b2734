//! A ZIP archive that is sent while it is made, in constant memory however large it becomes.
//!
//! Entries are handed over piece by piece to a thread that compresses; what comes out goes to the visitor through a
//! short queue. If whoever makes the archive fails or the visitor goes away, the other side ends too: a broken archive
//! lacks its directory and no program takes it for a whole one.

use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use std::io::{self, Write};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use zip::write::{SimpleFileOptions, ZipWriter};

/// How many pieces wait on either side of the compressing thread.
const WAITING: usize = 8;
/// How many bytes leave the compressing thread at once.
const CHUNK: usize = 64 << 10;

/// Why an archive is not finished: the visitor has gone away, or the making has failed on the other side.
#[derive(Debug, thiserror::Error)]
#[error("send an archive to its end")]
pub(super) struct Broken;

enum Piece {
    Begin(String),
    Bytes(Bytes),
    End,
}

/// Where entries are put.
pub(super) struct Archive(Sender<Piece>);

/// An archive to be filled, and the body in which it is sent.
pub(super) fn archive() -> (Archive, Body) {
    let (pieces, taken) = channel(WAITING);
    let (out, sent) = channel(WAITING);
    tokio::task::spawn_blocking(move || {
        let failed = out.clone();
        if let Err(error) = compress(taken, Chunks { out, chunk: Vec::with_capacity(CHUNK) }) {
            // A body that ends in an error is no whole answer; a visitor who has gone away does not hear of it.
            let _gone = failed.blocking_send(Err(error));
        }
    });
    let body = stream::unfold(sent, |mut sent| async move { sent.recv().await.map(|chunk| (chunk, sent)) });
    (Archive(pieces), Body::from_stream(body))
}

fn compress(mut pieces: Receiver<Piece>, out: Chunks) -> io::Result<()> {
    let mut zip = ZipWriter::new_stream(out);
    let options = SimpleFileOptions::default().unix_permissions(0o644);
    loop {
        match pieces.blocking_recv() {
            Some(Piece::Begin(name)) => zip.start_file(name, options)?,
            Some(Piece::Bytes(bytes)) => zip.write_all(&bytes)?,
            Some(Piece::End) => {
                let mut out = zip.finish()?.into_inner();
                return out.flush();
            }
            None => return Err(io::Error::other("the archive was not made to its end")),
        }
    }
}

/// Gathers small writes and hands them on.
struct Chunks {
    out: Sender<io::Result<Bytes>>,
    chunk: Vec<u8>,
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.chunk.extend_from_slice(bytes);
        if self.chunk.len() >= CHUNK {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.chunk.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK));
        self.out.blocking_send(Ok(chunk.into())).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}

impl Archive {
    async fn put(&self, piece: Piece) -> Result<(), Broken> {
        self.0.send(piece).await.map_err(|_| Broken)
    }

    /// Begins an entry; what is written goes there until the next one begins.
    pub async fn begin(&self, name: &str) -> Result<(), Broken> {
        self.put(Piece::Begin(name.to_owned())).await
    }

    /// Writes to the present entry.
    pub async fn write(&self, bytes: impl Into<Bytes>) -> Result<(), Broken> {
        self.put(Piece::Bytes(bytes.into())).await
    }

    /// Ends the archive: it is whole.
    pub async fn end(self) -> Result<(), Broken> {
        self.put(Piece::End).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;
    use std::io::Read as _;

    #[tokio::test]
    async fn an_archive_holds_what_was_put_in() {
        let (archive, body) = archive();
        let making = tokio::spawn(async move {
            archive.begin("one.txt").await.unwrap();
            archive.write("перше").await.unwrap();
            archive.begin("folder/two.bin").await.unwrap();
            for _ in 0..64 {
                archive.write(vec![7_u8; 65_536]).await.unwrap();
            }
            archive.end().await.unwrap();
        });
        let bytes = body.collect().await.unwrap().to_bytes();
        making.await.unwrap();
        let mut zip = zip::ZipArchive::new(io::Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        zip.by_name("one.txt").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "перше");
        let mut content = Vec::new();
        zip.by_name("folder/two.bin").unwrap().read_to_end(&mut content).unwrap();
        assert_eq!(content, vec![7; 64 << 16]);
    }

    #[tokio::test]
    async fn one_that_is_not_ended_is_no_whole_answer() {
        let (archive, body) = archive();
        archive.begin("one.txt").await.unwrap();
        drop(archive);
        assert!(body.collect().await.is_err());
    }

    #[tokio::test]
    async fn when_the_visitor_goes_away_the_making_ends() {
        let (archive, body) = archive();
        drop(body);
        archive.begin("one.bin").await.unwrap();
        let mut broken = false;
        for number in 0..100_000_u32 {
            // Numbers that compress badly, so that something comes out.
            let noise: Vec<u8> = (0..16_384_u32)
                .flat_map(|at| (at ^ number).wrapping_mul(2_654_435_761).to_le_bytes())
                .collect();
            if archive.write(noise).await.is_err() {
                broken = true;
                break;
            }
        }
        assert!(broken);
    }
}

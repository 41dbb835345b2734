//! Compiled components on disk.
//!
//! Compiled code is machine code that the host will run, so only code that this host wrote may be loaded. Each
//! file has a mark beside it, an HMAC under a key that stands in the same folder, over the component's digest,
//! the engine and the code; the folder and all in it belong to the host alone.

use hmac::{Hmac, Mac};
use rand::RngCore;
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use wasmtime::Engine;
use wasmtime::component::Component;

/// One block of SHA-256, as HMAC takes it.
const KEY_LENGTH: usize = 64;
/// Others may neither write nor, for they hold what modules do, read.
const OTHERS: u32 = 0o077;

/// Compiled components of one engine configuration.
pub(crate) struct Cache {
    dir: PathBuf,
    compatibility: String,
    key: [u8; KEY_LENGTH],
}

impl Cache {
    /// Opens or makes the folder. One that others may enter is refused.
    pub(crate) fn open(dir: &Path, engine: &Engine) -> io::Result<Cache> {
        own_folder(dir)?;
        let key = read_or_make_key(&dir.join("key"))?;
        let compatibility = compatibility(engine);
        let dir = dir.join(&compatibility);
        own_folder(&dir)?;
        Ok(Cache { dir, compatibility, key })
    }

    /// The compiled component with this digest, if it is here and as it was written.
    pub(crate) fn get(&self, engine: &Engine, digest: &str) -> Option<Component> {
        let path = self.path(digest, "cwasm");
        let code = fs::read(&path).ok()?;
        let mark = fs::read(self.path(digest, "mark")).ok()?;
        if self.mac(digest, &code).verify_slice(&mark).is_err() {
            tracing::warn!(digest, "compiled component differs from what was written; compiling again");
            return None;
        }
        drop(code);
        match load(engine, &path) {
            Ok(component) => Some(component),
            Err(error) => {
                tracing::warn!(digest, %error, "compiled component does not load; compiling again");
                None
            }
        }
    }

    /// Keeps a compiled component and loads it from its file, so that its pages are shared with the file.
    pub(crate) fn put(&self, engine: &Engine, digest: &str, code: &[u8]) -> io::Result<Component> {
        let path = self.path(digest, "cwasm");
        write_atomically(&path, code)?;
        let mark = self.mac(digest, code).finalize().into_bytes();
        write_atomically(&self.path(digest, "mark"), &mark)?;
        load(engine, &path).map_err(io::Error::other)
    }

    fn path(&self, digest: &str, extension: &str) -> PathBuf {
        self.dir.join(format!("{digest}.{extension}"))
    }

    fn mac(&self, digest: &str, code: &[u8]) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256> as Mac>::new((&self.key).into());
        for part in [self.compatibility.as_bytes(), digest.as_bytes()] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.update(code);
        mac
    }
}

#[allow(unsafe_code)]
fn load(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: the file is what `Component::precompile` of this engine gave: either it was written a moment ago
    // by `put`, or its mark was verified by `get`. The folder is the host's alone, so nobody changes it under
    // the mapping.
    unsafe { Component::deserialize_file(engine, path) }
}

/// A name for engines that can run each other's code.
fn compatibility(engine: &Engine) -> String {
    struct Sha(Sha256);
    impl Hasher for Sha {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
        fn finish(&self) -> u64 {
            0 // never asked for: the digest is taken whole
        }
    }
    let mut sha = Sha(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut sha);
    let digest = hex::encode(sha.0.finalize());
    digest.chars().take(16).collect()
}

fn own_folder(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    refuse_others(dir, fs::metadata(dir)?.mode())
}

fn refuse_others(path: &Path, mode: u32) -> io::Result<()> {
    if mode & OTHERS == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        format!("{path} is open to others than the host; take their rights away: chmod go= {path}"),
    ))
}

fn read_or_make_key(path: &Path) -> io::Result<[u8; KEY_LENGTH]> {
    let mut key = [0; KEY_LENGTH];
    match File::open(path) {
        Ok(mut file) => {
            refuse_others(path, file.metadata()?.mode())?;
            file.read_exact(&mut key)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            rand::rng().fill_bytes(&mut key);
            write_atomically(path, &key)?;
        }
        Err(error) => return Err(error),
    }
    Ok(key)
}

/// A reader finds the old file or the new one, never half of it.
fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unique = format!("{:016x}.tmp", rand::rng().next_u64());
    let new = path.with_extension(unique);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        // The first error is the one to tell; a left-over file is harmless.
        let _ = fs::remove_file(&new);
    }
    written
}

//! The folder of a backup: files with their digests.

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read as _, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Component, Path, PathBuf};

/// The list of all other files with their digests.
pub(super) const SUMS: &str = "SHA256SUMS";
/// How much of a file is in memory at once.
const PIECE: usize = 256 << 10;

/// A backup on its way: a folder beside its place, which goes unless it is finished.
pub(super) struct Writing {
    place: PathBuf,
    folder: PathBuf,
    sums: BTreeMap<String, String>,
    finished: bool,
}

/// A file of a backup on its way.
pub(super) struct Part<'a> {
    writing: &'a mut Writing,
    name: String,
    file: BufWriter<File>,
    digest: Sha256,
}

impl Writing {
    /// Begins a backup at a place where there is nothing, or an empty folder. Only its owner may enter it.
    pub(super) fn begin(place: &Path) -> anyhow::Result<Self> {
        let taken = fs::read_dir(place).is_ok_and(|mut entries| entries.next().is_some());
        if taken || place.is_file() {
            bail!("make a backup at {}: there is something already", place.display());
        }
        let mut name = place.file_name().context("make a backup: its place has no name")?.to_owned();
        name.push(".partial");
        let folder = place.with_file_name(name);
        let made = DirBuilder::new().mode(0o700).create(&folder);
        made.with_context(|| {
            format!(
                "make {}, where the backup is put together; it is there already if another backup to the same place is \
                 being made, or was broken off: then remove it",
                folder.display()
            )
        })?;
        Ok(Self { place: place.to_owned(), folder, sums: BTreeMap::new(), finished: false })
    }

    /// Where the file of this name lies for now.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A new file.
    pub(super) fn part(&mut self, name: &str) -> anyhow::Result<Part<'_>> {
        let path = self.path(name);
        let made = || format!("make {}", path.display());
        if let Some(folder) = path.parent() {
            DirBuilder::new().mode(0o700).recursive(true).create(folder).with_context(made)?;
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let file = BufWriter::with_capacity(PIECE, file.with_context(made)?);
        Ok(Part { name: name.to_owned(), writing: self, file, digest: Sha256::new() })
    }

    /// A file with this content.
    pub(super) fn put(&mut self, name: &str, content: &[u8]) -> anyhow::Result<()> {
        let mut part = self.part(name)?;
        part.write_all(content).with_context(|| format!("write {name}"))?;
        part.finish().map(|_| ())
    }

    /// Takes a file out again.
    pub(super) fn give_up(&mut self, name: &str) -> anyhow::Result<()> {
        self.sums.remove(name);
        fs::remove_file(self.path(name)).with_context(|| format!("remove {name}"))
    }

    /// Takes up the digests of files that somebody else has written into a folder.
    pub(super) fn sum_all(&mut self, folder: &str) -> anyhow::Result<()> {
        let mut names = Vec::new();
        below(&self.path(folder), folder, &mut names)?;
        for name in names {
            let (digest, _) = digest(&self.path(&name))?;
            self.sums.insert(name, digest);
        }
        Ok(())
    }

    /// The text of the list of digests, written, and its own digest.
    pub(super) fn list(&mut self) -> anyhow::Result<String> {
        let list = text(&self.sums);
        let mut part = self.part(SUMS)?;
        part.write_all(list.as_bytes()).context("write the digests")?;
        part.finish()
    }

    /// Writes the last file and puts the folder in its place, durably.
    pub(super) fn finish(mut self, name: &str, content: &str) -> anyhow::Result<()> {
        self.put(name, content.as_bytes())?;
        sync_folders(&self.folder).context("make the backup durable")?;
        let placed = fs::rename(&self.folder, &self.place);
        placed.with_context(|| format!("put the backup in its place, {}", self.place.display()))?;
        self.finished = true;
        let parent = self.place.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(parent.unwrap_or(Path::new(".")))
            .and_then(|folder| folder.sync_all())
            .context("make it durable")
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if !self.finished {
            // What cannot be removed is named by the next backup to this place.
            let _left_over = fs::remove_dir_all(&self.folder);
        }
    }
}

impl Write for Part<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.digest.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Part<'_> {
    /// Makes the file durable and remembers its digest, which it returns.
    pub(super) fn finish(self) -> anyhow::Result<String> {
        let written = self.file.into_inner().map_err(io::IntoInnerError::into_error);
        let synced = written.and_then(|file| file.sync_all());
        synced.with_context(|| format!("write {}", self.name))?;
        let digest = hex::encode(self.digest.finalize());
        self.writing.sums.insert(self.name, digest.clone());
        Ok(digest)
    }
}

fn sync_folders(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    File::open(folder)?.sync_all()
}

/// The names of all files below a folder, as they stand in the list.
fn below(folder: &Path, name: &str, names: &mut Vec<String>) -> anyhow::Result<()> {
    let wrong = || format!("read {}", folder.display());
    for entry in fs::read_dir(folder).with_context(wrong)? {
        let entry = entry.with_context(wrong)?;
        let own = entry.file_name();
        let own = own.to_str().with_context(|| format!("name a file of {}", folder.display()))?;
        let name = format!("{name}/{own}");
        if entry.file_type().with_context(wrong)?.is_dir() {
            below(&entry.path(), &name, names)?;
        } else {
            names.push(name);
        }
    }
    Ok(())
}

/// Digest and size of a file.
pub(super) fn digest(path: &Path) -> anyhow::Result<(String, u64)> {
    let wrong = || format!("read {}", path.display());
    let mut file = BufReader::with_capacity(PIECE, File::open(path).with_context(wrong)?);
    let (mut sum, mut size, mut piece) = (Sha256::new(), 0, vec![0; PIECE]);
    loop {
        let read = file.read(&mut piece).with_context(wrong)?;
        if read == 0 {
            return Ok((hex::encode(sum.finalize()), size));
        }
        sum.update(piece.get(..read).unwrap_or_default());
        size += read as u64;
    }
}

fn text(sums: &BTreeMap<String, String>) -> String {
    sums.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect()
}

/// The files of a backup with their digests, by its list, which must have the digest that the manifest says.
pub(super) fn read_list(folder: &Path, expected: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let path = folder.join(SUMS);
    let (found, _) = digest(&path)?;
    if found != expected {
        bail!("trust {SUMS}: it has the digest {found}, and {} says {expected}", super::manifest::NAME);
    }
    let list = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let mut sums = BTreeMap::new();
    for (line, at) in list.lines().zip(1..) {
        let (digest, name) =
            line.split_once("  ").with_context(|| format!("understand line {at} of {SUMS}"))?;
        let plain = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        if name.is_empty() || !plain {
            bail!("trust {SUMS}: {name:?} leads out of the backup");
        }
        sums.insert(name.to_owned(), digest.to_owned());
    }
    Ok(sums)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("monday");
        let mut broken_off = Writing::begin(&place).unwrap();
        broken_off.put("a/b", b"one").unwrap();
        drop(broken_off);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

        let mut whole = Writing::begin(&place).unwrap();
        whole.put("a/b", b"one").unwrap();
        let list = whole.list().unwrap();
        whole.finish("backup.json", "{}").unwrap();
        let sums = read_list(&place, &list).unwrap();
        assert_eq!(sums.keys().collect::<Vec<_>>(), ["a/b"]);
        assert_eq!(sums.values().next().unwrap(), &digest(&place.join("a/b")).unwrap().0);
        assert!(Writing::begin(&place).is_err(), "another backup is not written over");
    }

    #[test]
    fn a_list_leads_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["../platform.secret", "/etc/passwd", "a/../../b", ""] {
            fs::write(folder.path().join(SUMS), format!("{}  {name}\n", "0".repeat(64))).unwrap();
            let (list, _) = digest(&folder.path().join(SUMS)).unwrap();
            let refused = read_list(folder.path(), &list).unwrap_err().to_string();
            assert!(refused.contains("leads out of the backup"), "{refused}");
        }
    }
}

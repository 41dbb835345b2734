//! Platters: what a disk would hold.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::system;

/// How much of a file is copied at once.
const PIECE: usize = 64 << 10;

/// The folder whose files are watched, and that of their platters.
static WATCHED: OnceLock<Watched> = OnceLock::new();

struct Watched {
    folder: PathBuf,
    platters: PathBuf,
    unsynced: Mutex<HashMap<PathBuf, Unsynced>>,
}

/// What has happened to a file since it was last synced.
#[derive(Debug, Default)]
struct Unsynced {
    /// Ranges that were written, as beginning and end.
    written: Vec<(u64, u64)>,
    /// The shortest that the file has been.
    shortest: Option<u64>,
}

/// Makes platters of all files below a folder as they are: what is there now is durable. The folder of the platters is
/// emptied; it must lie elsewhere.
pub fn begin(folder: &Path, platters: &Path) -> io::Result<()> {
    match fs::remove_dir_all(platters) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::create_dir_all(platters)?;
    for name in names(folder)? {
        let platter = platters.join(&name);
        fs::create_dir_all(platter.parent().unwrap_or(platters))?;
        fs::copy(folder.join(&name), platter)?;
    }
    Ok(())
}

/// From now on this process writes to files below `folder` as to a disk that can lose power. To be called once, before
/// any of them is opened, after [`begin`] with the same folders.
pub fn arm(folder: &Path, platters: &Path) -> io::Result<()> {
    system::take_place();
    // As the system names them, for names are compared with what it says of open files.
    let (folder, platters) = (folder.canonicalize()?, platters.canonicalize()?);
    let watched = Watched { folder, platters, unsynced: Mutex::default() };
    WATCHED.set(watched).map_err(|_| io::Error::other("this process is armed already"))
}

/// Makes the files below a folder what a disk would hold, when the process that wrote them is gone.
pub fn cut(folder: &Path, platters: &Path) -> io::Result<()> {
    for name in names(folder)? {
        let (file, platter) = (folder.join(&name), platters.join(&name));
        if platter.exists() {
            fs::copy(platter, file)?;
        } else {
            fs::remove_file(file)?;
        }
    }
    Ok(())
}

/// The files below a folder, by their paths from there.
fn names(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fn below(folder: &Path, inner: &Path, names: &mut Vec<PathBuf>) -> io::Result<()> {
        for entry in fs::read_dir(folder.join(inner))? {
            let entry = entry?;
            let name = inner.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                below(folder, &name, names)?;
            } else {
                names.push(name);
            }
        }
        Ok(())
    }
    let mut names = Vec::new();
    below(folder, Path::new(""), &mut names)?;
    Ok(names)
}

/// The open file with this number, if it is one of the watched.
pub(crate) fn watched(descriptor: i32) -> Option<PathBuf> {
    // Before anything else: in a process that is not armed this is all that happens.
    let watched = WATCHED.get()?;
    let path = fs::read_link(format!("/proc/self/fd/{descriptor}")).ok()?;
    Some(path.strip_prefix(&watched.folder).ok()?.to_owned())
}

/// A path, if it leads to one of the watched files.
pub(crate) fn watched_path(path: &Path) -> Option<PathBuf> {
    let watched = WATCHED.get()?;
    let folder = path.parent()?.canonicalize().ok()?;
    Some(folder.join(path.file_name()?).strip_prefix(&watched.folder).ok()?.to_owned())
}

/// Bytes from one place on have been written to a file.
pub(crate) fn wrote(name: PathBuf, begin: u64, length: u64) {
    if let Some(mut unsynced) = unsynced() {
        let ranges = &mut unsynced.entry(name).or_default().written;
        match ranges.last_mut() {
            // One after the other, as logs are written.
            Some((_, end)) if *end == begin => *end = begin + length,
            _ => ranges.push((begin, begin + length)),
        }
    }
}

/// A file has got another length.
pub(crate) fn truncated(name: PathBuf, length: u64) {
    if let Some(mut unsynced) = unsynced() {
        let shortest = &mut unsynced.entry(name).or_default().shortest;
        *shortest = Some(shortest.map_or(length, |known| known.min(length)));
    }
}

/// Brings to the platter what has been written to a file since the last time.
pub(crate) fn sync(name: &Path) -> io::Result<()> {
    let (Some(watched), Some(mut unsynced)) = (WATCHED.get(), unsynced()) else { return Ok(()) };
    let pending = unsynced.remove(name).unwrap_or_default();
    let file = File::open(watched.folder.join(name))?;
    if file.metadata()?.is_dir() {
        // Names are durable at once.
        return Ok(());
    }
    let place = watched.platters.join(name);
    fs::create_dir_all(place.parent().unwrap_or(&watched.platters))?;
    let platter = OpenOptions::new().write(true).create(true).truncate(false).open(place)?;
    if let Some(shortest) = pending.shortest
        && shortest < platter.metadata()?.len()
    {
        platter.set_len(shortest)?;
    }
    let length = file.metadata()?.len();
    platter.set_len(length)?;
    let mut piece = vec![0; PIECE];
    for (begin, end) in pending.written {
        let (mut at, end) = (begin, end.min(length));
        while at < end {
            let most = usize::try_from(end - at).unwrap_or(PIECE).min(PIECE);
            let read = file.read_at(piece.get_mut(..most).unwrap_or_default(), at)?;
            if read == 0 {
                break;
            }
            platter.write_all_at(piece.get(..read).unwrap_or_default(), at)?;
            at += read as u64;
        }
    }
    Ok(())
}

/// A file is gone.
pub(crate) fn removed(name: &Path) {
    if let (Some(watched), Some(mut unsynced)) = (WATCHED.get(), unsynced()) {
        unsynced.remove(name);
        let _was_never_synced = fs::remove_file(watched.platters.join(name));
    }
}

/// A file has another name; what of it is durable stays as it is.
pub(crate) fn renamed(from: &Path, to: &Path) {
    if let (Some(watched), Some(mut unsynced)) = (WATCHED.get(), unsynced()) {
        if let Some(pending) = unsynced.remove(from) {
            unsynced.insert(to.to_owned(), pending);
        } else {
            unsynced.remove(to);
        }
        let (from, to) = (watched.platters.join(from), watched.platters.join(to));
        if let Some(folder) = to.parent() {
            let _is_there = fs::create_dir_all(folder);
        }
        if fs::rename(from, &to).is_err() {
            let _was_never_synced = fs::remove_file(to);
        }
    }
}

fn unsynced() -> Option<MutexGuard<'static, HashMap<PathBuf, Unsynced>>> {
    Some(WATCHED.get()?.unsynced.lock().unwrap_or_else(PoisonError::into_inner))
}

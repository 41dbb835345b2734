//! The tar layer: the module's files other than manifest and component.

use std::collections::BTreeMap;
use std::io::Read;

use crate::error::{Error, Result, malformed};
use crate::{MAX_FILE_BYTES, MAX_FILES};

/// Longest path in bytes, and longest part of one: what common file systems store.
const MAX_PATH_BYTES: usize = 1024;
const MAX_NAME_BYTES: usize = 255;

/// Checks that `path` stays within the package and means the same on every system.
pub fn check_path(path: &str) -> Result<()> {
    let refused = |reason| Err(Error::BadPath { path: path.to_owned(), reason });
    if path.len() > MAX_PATH_BYTES {
        return refused("it is longer than 1024 bytes");
    }
    if path.contains(|c: char| c.is_control() || c == '\\' || c == ':') {
        return refused("it has a control character, a backslash or a colon");
    }
    for part in path.split('/') {
        match part {
            "" => return refused("it is absolute or has an empty part"),
            "." | ".." => return refused("it has a . or .. part"),
            _ if part.len() > MAX_NAME_BYTES => return refused("a part of it is longer than 255 bytes"),
            _ => {}
        }
    }
    Ok(())
}

/// One tar of all files in the order of their paths, with the same owner, mode and time for each:
/// the same files always give the same bytes.
pub fn write(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>> {
    let mut tar = tar::Builder::new(Vec::new());
    tar.mode(tar::HeaderMode::Deterministic);
    for (path, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Regular);
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        tar.append_data(&mut header, path, bytes.as_slice())
            .map_err(|e| malformed(format!("{path}: {e}")))?;
    }
    tar.into_inner().map_err(|e| malformed(e.to_string()))
}

/// The files in a tar that anyone may have made: only plain files within the limits, each path once.
pub fn read(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>> {
    let unreadable = |e: std::io::Error| malformed(format!("the files layer is no readable tar ({e})"));
    let mut files = BTreeMap::new();
    let mut tar = tar::Archive::new(bytes);
    for entry in tar.entries().map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = String::from_utf8(entry.path_bytes().into_owned()).map_err(|e| {
            malformed(format!("the file name {:?} is not UTF-8", e.as_bytes().escape_ascii()))
        })?;
        check_path(&path)?;
        if entry.header().entry_type() != tar::EntryType::Regular {
            return Err(Error::UnexpectedFile {
                path,
                reason: "a package holds plain files only".to_owned(),
            });
        }
        let size = entry.size();
        if size > MAX_FILE_BYTES {
            return Err(Error::TooLarge { what: path, limit: MAX_FILE_BYTES });
        }
        if files.len() == MAX_FILES {
            return Err(malformed(format!("it has more than {MAX_FILES} files")));
        }
        let mut content = Vec::new();
        entry.take(MAX_FILE_BYTES).read_to_end(&mut content).map_err(unreadable)?;
        if content.len() as u64 != size {
            return Err(malformed(format!("the files layer ends within {path}")));
        }
        if files.insert(path.clone(), content).is_some() {
            return Err(malformed(format!("{path} occurs twice")));
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(pairs: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        pairs.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    /// A tar whose single entry has a name that the tar crate itself would refuse to write.
    fn forged(name: &[u8], kind: tar::EntryType) -> Vec<u8> {
        let mut header = tar::Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name);
        header.set_entry_type(kind);
        header.set_size(0);
        header.set_cksum();
        let mut tar = tar::Builder::new(Vec::new());
        tar.append(&header, std::io::empty()).unwrap();
        tar.into_inner().unwrap()
    }

    #[test]
    fn files_come_back_as_they_went_in() {
        let long = format!("content/{}/текст.md", "довга-тека/".repeat(20).trim_end_matches('/'));
        let given = files(&[("locales/uk.ftl", "a = б"), ("content/empty", ""), (&long, "x")]);
        assert_eq!(read(&write(&given).unwrap()).unwrap(), given);
        assert_eq!(read(&write(&BTreeMap::new()).unwrap()).unwrap(), BTreeMap::new());
    }

    #[test]
    fn paths_that_leave_the_package_are_refused() {
        for name in
            [&b"../outside"[..], b"content/../../outside", b"/etc/passwd", b"a//b", b"./a", b"a\\b", b"c:a"]
        {
            let refusal = read(&forged(name, tar::EntryType::Regular)).unwrap_err();
            assert!(matches!(refusal, Error::BadPath { .. }), "{refusal}");
        }
        assert!(read(&forged(b"content/\xff", tar::EntryType::Regular)).is_err());
    }

    #[test]
    fn links_folders_and_devices_are_refused() {
        for kind in
            [tar::EntryType::Symlink, tar::EntryType::Link, tar::EntryType::Directory, tar::EntryType::Char]
        {
            let refusal = read(&forged(b"content/a", kind)).unwrap_err();
            assert!(matches!(refusal, Error::UnexpectedFile { .. }), "{refusal}");
        }
    }

    #[test]
    fn a_path_that_occurs_twice_is_refused() {
        let mut twice = forged(b"content/a", tar::EntryType::Regular);
        twice.truncate(512);
        twice.extend(forged(b"content/a", tar::EntryType::Regular));
        assert!(read(&twice).unwrap_err().to_string().contains("content/a occurs twice"));
    }

    #[test]
    fn a_cut_or_lying_archive_is_refused() {
        let tar = write(&files(&[("content/a", &"x".repeat(2000))])).unwrap();
        assert!(read(&tar[..1024]).is_err());
        let mut header = tar::Header::new_gnu();
        header.set_path("content/a").unwrap();
        header.set_size(MAX_FILE_BYTES + 1);
        header.set_cksum();
        assert!(matches!(read(header.as_bytes()), Err(Error::TooLarge { .. })));
    }
}

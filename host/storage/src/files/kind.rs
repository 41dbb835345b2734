//! What a file is, by its content.
//!
//! Only kinds of this table are taken. Everything that a browser could run is left out on purpose: HTML, SVG, XML,
//! scripts, programs, and office documents with macros.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// A kind of file that the platform takes.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// What schemas call it.
    pub name: &'static str,
    /// Its media type (RFC 6838).
    pub media_type: &'static str,
    /// The endings that names of such files have, in lower case.
    pub endings: &'static [&'static str],
}

macro_rules! kinds {
    ($($constant:ident $name:literal $media:literal [$($ending:literal),+];)*) => {
        $(const $constant: Kind = Kind { name: $name, media_type: $media, endings: &[$($ending),+] };)*
        /// All kinds, in the order in which a form names them.
        pub static KINDS: &[Kind] = &[$($constant),*];
    };
}

kinds! {
    PDF   "pdf"  "application/pdf" ["pdf"];
    DOCX  "docx" "application/vnd.openxmlformats-officedocument.wordprocessingml.document" ["docx"];
    XLSX  "xlsx" "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" ["xlsx"];
    PPTX  "pptx" "application/vnd.openxmlformats-officedocument.presentationml.presentation" ["pptx"];
    ODT   "odt"  "application/vnd.oasis.opendocument.text" ["odt"];
    ODS   "ods"  "application/vnd.oasis.opendocument.spreadsheet" ["ods"];
    ODP   "odp"  "application/vnd.oasis.opendocument.presentation" ["odp"];
    RTF   "rtf"  "application/rtf" ["rtf"];
    TXT   "txt"  "text/plain" ["txt"];
    CSV   "csv"  "text/csv" ["csv"];
    PNG   "png"  "image/png" ["png"];
    JPEG  "jpeg" "image/jpeg" ["jpg", "jpeg"];
    ASICE "asice" "application/vnd.etsi.asic-e+zip" ["asice", "sce"];
    P7S   "p7s"  "application/pkcs7-signature" ["p7s", "p7m"];
}

impl Kind {
    /// The kind with this name.
    pub fn named(name: &str) -> Option<&'static Kind> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// The kind with this media type.
    pub fn of_media_type(media_type: &str) -> Option<&'static Kind> {
        KINDS.iter().find(|kind| kind.media_type == media_type)
    }

    /// The kind that recognised content with this ending of its name is: the same one, or comma-separated values
    /// instead of text. Nothing if the two do not agree.
    pub fn agreeing(&'static self, ending: &str) -> Option<&'static Kind> {
        let candidates = if *self == TXT { [Some(self), Kind::named(CSV.name)] } else { [Some(self), None] };
        candidates.into_iter().flatten().find(|kind| kind.endings.contains(&ending))
    }
}

fn found(kind: &Kind) -> Option<&'static Kind> {
    Kind::named(kind.name)
}

/// What the file at `path` is; `head` is its beginning.
pub(super) fn recognise(path: &Path, head: &[u8]) -> io::Result<Option<&'static Kind>> {
    if is_signed_data(head) {
        return Ok(found(&P7S));
    }
    // Whatever the library takes a ZIP archive for, its own table of contents knows better.
    if head.starts_with(b"PK\x03\x04") {
        return in_archive(path, head);
    }
    match infer::get(head).map(|kind| kind.mime_type()) {
        Some("application/pdf") => Ok(found(&PDF)),
        Some("image/png") => Ok(found(&PNG)),
        Some("image/jpeg") => Ok(found(&JPEG)),
        Some("application/rtf" | "text/rtf") => Ok(found(&RTF)),
        Some(_) => Ok(None),
        None => Ok(if is_text(path)? { found(&TXT) } else { None }),
    }
}

/// PKCS #7 / CMS signed data in DER: a sequence whose first member is the identifier 1.2.840.113549.1.7.2 (RFC 5652).
fn is_signed_data(head: &[u8]) -> bool {
    const IDENTIFIER: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
    let [0x30, length, rest @ ..] = head else { return false };
    // The short form, the indefinite form, or as many bytes of length as the lower bits say.
    let skipped = if *length > 0x80 { usize::from(length & 0x7f) } else { 0 };
    rest.get(skipped..).is_some_and(|content| content.starts_with(IDENTIFIER))
}

/// UTF-8 without control characters, and not markup: a browser could be talked into running that.
fn is_text(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 64 << 10];
    let mut held = 0;
    let mut first = true;
    loop {
        let Some(room) = buffer.get_mut(held..) else { return Ok(false) };
        let read = file.read(room)?;
        let whole = buffer.get(..held + read).unwrap_or_default();
        if whole.is_empty() {
            return Ok(!first);
        }
        let (text, rest) = match std::str::from_utf8(whole) {
            Ok(text) => (text, 0),
            // A letter that goes on in the next part is no error, unless there is none.
            Err(error) if error.error_len().is_none() && read > 0 => {
                let valid = whole.get(..error.valid_up_to()).unwrap_or_default();
                (std::str::from_utf8(valid).unwrap_or_default(), whole.len() - valid.len())
            }
            Err(_) => return Ok(false),
        };
        let odd = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t' | '\u{c}');
        let start = text.trim_start_matches('\u{feff}').trim_start();
        if text.contains(odd) || (first && start.starts_with('<')) {
            return Ok(false);
        }
        first = first && start.is_empty();
        if read == 0 {
            return Ok(true);
        }
        let end = held + read;
        buffer.copy_within(end - rest..end, 0);
        held = rest;
    }
}

/// The most entries, and bytes, of an archive's table of contents that are looked at. Office documents have some dozens.
const MOST_ENTRIES: usize = 4096;
const LARGEST_TABLE: u64 = 1 << 20;

/// Which document a ZIP archive is. Nothing is unpacked, so nothing can blow up.
fn in_archive(path: &Path, head: &[u8]) -> io::Result<Option<&'static Kind>> {
    let Some(names) = entries(path)? else { return Ok(None) };
    let has = |name: &str| names.contains(name);
    if names.iter().any(|name| name.to_ascii_lowercase().ends_with("vbaproject.bin")) {
        return Ok(None);
    }
    // OpenDocument 1.3 part 2, section 3.3, and ETSI EN 319 162-1, annex A: the first entry is stored as it is and
    // holds the media type.
    if has("mimetype") {
        let stored = head.get(30..).and_then(|entry| entry.strip_prefix(b"mimetype")).unwrap_or_default();
        let kinds = [&ODT, &ODS, &ODP, &ASICE];
        let holds = |kind: &&&Kind| {
            let rest = stored.strip_prefix(kind.media_type.as_bytes());
            rest.is_some_and(|rest| rest.starts_with(b"PK"))
        };
        return Ok(kinds.iter().find(holds).and_then(|kind| found(kind)));
    }
    if !has("[Content_Types].xml") {
        return Ok(None);
    }
    let office = [("word/document.xml", &DOCX), ("xl/workbook.xml", &XLSX), ("ppt/presentation.xml", &PPTX)];
    Ok(office.iter().find(|(name, _)| has(name)).and_then(|(_, kind)| found(kind)))
}

/// The names of an archive's entries, from its central directory (PKWARE APPNOTE 6.3.10, sections 4.3.12 and 4.3.16);
/// nothing if it has none or is larger than any document's.
fn entries(path: &Path) -> io::Result<Option<BTreeSet<String>>> {
    const END: usize = 22;
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    // The last record may be followed by a comment of up to 65 535 bytes.
    let tail_length = size.min(END as u64 + 0xffff);
    file.seek(SeekFrom::Start(size - tail_length))?;
    let mut tail = Vec::new();
    file.take(tail_length).read_to_end(&mut tail)?;
    let Some(at) = tail.windows(4).rposition(|bytes| bytes == b"PK\x05\x06") else { return Ok(None) };
    let end = tail.get(at..).unwrap_or_default();
    let (Some(count), Some(length), Some(start)) = (u16_at(end, 10), u32_at(end, 12), u32_at(end, 16)) else {
        return Ok(None);
    };
    if usize::from(count) > MOST_ENTRIES || u64::from(length) > LARGEST_TABLE {
        return Ok(None);
    }
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start.into()))?;
    let mut table = Vec::new();
    file.take(length.into()).read_to_end(&mut table)?;
    let mut names = BTreeSet::new();
    let mut rest = table.as_slice();
    for _ in 0..count {
        let (Some(b"PK\x01\x02"), Some(name), Some(extra), Some(comment)) =
            (rest.get(..4), u16_at(rest, 28), u16_at(rest, 30), u16_at(rest, 32))
        else {
            return Ok(None);
        };
        let name_end = 46 + usize::from(name);
        let Some(name) = rest.get(46..name_end) else { return Ok(None) };
        names.insert(String::from_utf8_lossy(name).into_owned());
        rest = rest.get(name_end + usize::from(extra) + usize::from(comment)..).unwrap_or_default();
    }
    Ok(Some(names))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Option<&'static str> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        let head = &bytes[..bytes.len().min(4096)];
        recognise(&path, head).unwrap().map(|kind| kind.name)
    }

    /// An archive with empty entries of these names, the first one holding `content`.
    pub(crate) fn archive(names: &[&str], content: &[u8]) -> Vec<u8> {
        let (mut bytes, mut table) = (Vec::new(), Vec::new());
        for (place, name) in names.iter().enumerate() {
            let content = if place == 0 { content } else { b"" };
            let length = u16::try_from(name.len()).unwrap().to_le_bytes();
            let size = u32::try_from(content.len()).unwrap().to_le_bytes();
            let at = u32::try_from(bytes.len()).unwrap().to_le_bytes();
            bytes.extend(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0");
            bytes.extend([size, size].concat());
            bytes.extend([length, [0, 0]].concat());
            bytes.extend([name.as_bytes(), content].concat());
            table.extend(b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0\0\0\0\0");
            table.extend([size, size].concat());
            table.extend([length, [0, 0], [0, 0], [0, 0], [0, 0]].concat());
            table.extend([0; 4]);
            table.extend(at);
            table.extend(name.as_bytes());
        }
        let count = u16::try_from(names.len()).unwrap().to_le_bytes();
        let start = u32::try_from(bytes.len()).unwrap().to_le_bytes();
        let length = u32::try_from(table.len()).unwrap().to_le_bytes();
        bytes.extend(table);
        bytes.extend(b"PK\x05\x06\0\0\0\0");
        bytes.extend([count, count].concat());
        bytes.extend([length, start].concat());
        bytes.extend([0, 0]);
        bytes
    }

    #[test]
    fn content_says_what_it_is() {
        assert_eq!(of(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), Some("pdf"));
        assert_eq!(of(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Some("png"));
        assert_eq!(of(b"\xff\xd8\xff\xe0\0\x10JFIF\0"), Some("jpeg"));
        assert_eq!(of(b"{\\rtf1\\ansi }"), Some("rtf"));
        assert_eq!(of("Текст, і більш нічого.\r\n".as_bytes()), Some("txt"));
        assert_eq!(of(b"\x30\x82\x10\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0"), Some("p7s"));
        let office = |name| archive(&["[Content_Types].xml", "_rels/.rels", name], b"");
        assert_eq!(of(&office("word/document.xml")), Some("docx"));
        assert_eq!(of(&office("xl/workbook.xml")), Some("xlsx"));
        assert_eq!(of(&office("ppt/presentation.xml")), Some("pptx"));
        assert_eq!(of(&archive(&["mimetype", "content.xml"], ODT.media_type.as_bytes())), Some("odt"));
        assert_eq!(of(&archive(&["mimetype", "doc.pdf"], ASICE.media_type.as_bytes())), Some("asice"));
    }

    #[test]
    fn what_could_run_or_blow_up_is_none_of_the_kinds() {
        for (what, bytes) in [
            ("html", b"<!DOCTYPE html><script>alert(1)</script>".to_vec()),
            ("html after a mark and spaces", "\u{feff} \n<html>".as_bytes().to_vec()),
            ("svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec()),
            ("xml", b"<?xml version=\"1.0\"?><a/>".to_vec()),
            ("a script", b"#!/bin/sh\nrm -rf /\n".to_vec()),
            ("a program", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0".to_vec()),
            ("a program for Windows", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff".to_vec()),
            ("an archive", archive(&["a.txt"], b"a")),
            ("macros", archive(&["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"], b"")),
            ("a false media type", archive(&["mimetype", "x"], b"text/html")),
            (
                "a media type that goes on",
                archive(&["mimetype", "x"], b"application/vnd.oasis.opendocument.text-x"),
            ),
            ("an archive without an end", b"PK\x03\x04word/document.xml[Content_Types].xml".to_vec()),
            ("not UTF-8", "Привіт".encode_utf16().flat_map(u16::to_le_bytes).collect()),
            ("a letter cut off", "Привіт".as_bytes()[..11].to_vec()),
            ("control characters", b"a\0b".to_vec()),
            ("nothing", Vec::new()),
        ] {
            assert_eq!(of(&bytes), None, "{what}");
        }
    }

    #[test]
    fn long_text_is_read_in_parts() {
        let text = "ї".repeat(200_000);
        assert_eq!(of(text.as_bytes()), Some("txt"));
        let mut broken = text.into_bytes();
        broken[199_999] = 0;
        assert_eq!(of(&broken), None);
    }

    #[test]
    fn a_table_of_contents_larger_than_any_documents_is_refused() {
        let many: Vec<String> = (0..=MOST_ENTRIES).map(|n| format!("word/{n}")).collect();
        let mut names = vec!["[Content_Types].xml", "word/document.xml"];
        names.extend(many.iter().map(String::as_str));
        assert_eq!(of(&archive(&names, b"")), None);
    }

    #[test]
    fn content_and_ending_agree() {
        let txt = Kind::named("txt").unwrap();
        assert_eq!(txt.agreeing("csv").unwrap().name, "csv");
        assert_eq!(txt.agreeing("txt").unwrap().name, "txt");
        assert_eq!(txt.agreeing("pdf"), None);
        assert_eq!(Kind::named("jpeg").unwrap().agreeing("jpg").unwrap().name, "jpeg");
        assert_eq!(Kind::named("pdf").unwrap().agreeing("csv"), None);
    }
}

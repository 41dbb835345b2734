//! What a file is called: a text for people, never a path.

use thiserror::Error;
use unicode_normalization::UnicodeNormalization as _;

use super::Kind;

/// The most characters of a name, its ending included.
const LONGEST: usize = 120;

/// Endings of what an operating system or a browser runs. In the middle of a name they have one purpose only: to be the
/// last one when the true last one is hidden.
const RUNS: [&str; 34] = [
    "apk", "app", "bat", "bin", "chm", "cmd", "com", "cpl", "dll", "exe", "gadget", "hta", "htm", "html",
    "iso", "jar", "js", "jse", "lnk", "mht", "msi", "msp", "php", "pif", "ps1", "reg", "scr", "sh", "svg",
    "vbe", "vbs", "wsf", "xhtml", "xml",
];

/// Why a name is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LabelError {
    /// The ending is not that of the content.
    #[error("name a file: its ending does not agree with its content")]
    Ending,
    /// There is another ending before the last one, of something that runs.
    #[error("name a file: it has two endings, one of them of a program")]
    Double,
}

/// The name to show for a file that was sent under the name `sent` and whose content is of the kind `kind`, with the
/// kind that name and content agree on.
///
/// Path parts are dropped, and with them everything that is not seen: control characters, marks of direction (which
/// could show an ending where there is none) and joiners. The rest is composed (NFC) and cut to 120 characters.
pub fn label(sent: &str, kind: &'static Kind) -> Result<(String, &'static Kind), LabelError> {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen: String = last.nfc().filter(|letter| !is_unseen(*letter)).collect();
    let words = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    let (stem, ending) = words.trim_end_matches(['.', ' ']).rsplit_once('.').ok_or(LabelError::Ending)?;
    let ending = ending.trim().to_lowercase();
    let kind = kind.agreeing(&ending).ok_or(LabelError::Ending)?;
    if stem.split('.').skip(1).any(|part| RUNS.contains(&part.trim().to_lowercase().as_str())) {
        return Err(LabelError::Double);
    }
    let room = LONGEST - 1 - ending.len();
    let stem: String = stem.trim_start_matches(['.', ' ']).chars().take(room).collect();
    let stem = match stem.trim_end_matches(['.', ' ']) {
        "" => "file",
        stem => stem,
    };
    Ok((format!("{stem}.{ending}"), kind))
}

fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(sent: &str, kind: &str) -> Result<String, LabelError> {
        label(sent, Kind::named(kind).unwrap()).map(|(name, _)| name)
    }

    #[test]
    fn a_name_is_for_people_and_never_a_path() {
        for (sent, kept) in [
            ("Наказ № 5 від 01.02.2026.pdf", "Наказ № 5 від 01.02.2026.pdf"),
            ("../../etc/passwd.pdf", "passwd.pdf"),
            ("C:\\fakepath\\звіт.PDF", "звіт.pdf"),
            ("/etc/cron.d/..pdf", "file.pdf"),
            ("a\u{202e}fdp.exe.pdf\u{0}", "afdp.exe.pdf"),
            ("  two   words . pdf ", "two words.pdf"),
            ("и\u{306}.pdf", "й.pdf"),
            ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie: x=1.pdf"),
            ("\u{200b}\u{feff}.pdf", "file.pdf"),
        ] {
            let found = named(sent, "pdf");
            if kept.contains(".exe.") {
                assert_eq!(found, Err(LabelError::Double), "{sent:?}");
            } else {
                assert_eq!(found.as_deref(), Ok(kept), "{sent:?}");
            }
        }
        let long = named(&format!("{}.pdf", "ї".repeat(500)), "pdf").unwrap();
        assert_eq!((long.chars().count(), long.ends_with(".pdf")), (LONGEST, true));
    }

    #[test]
    fn the_ending_agrees_with_the_content_and_is_the_only_one() {
        assert_eq!(named("notes.csv", "txt").as_deref(), Ok("notes.csv"));
        for (sent, kind, error) in [
            ("notes.pdf", "png", LabelError::Ending),
            ("notes", "pdf", LabelError::Ending),
            ("notes.pdf.exe", "pdf", LabelError::Ending),
            ("notes.svg", "txt", LabelError::Ending),
            ("notes.exe.pdf", "pdf", LabelError::Double),
            ("notes.HTML .pdf", "pdf", LabelError::Double),
            ("x.js.1.txt", "txt", LabelError::Double),
            ("", "txt", LabelError::Ending),
            ("..", "txt", LabelError::Ending),
        ] {
            assert_eq!(named(sent, kind), Err(error), "{sent:?}");
        }
    }
}

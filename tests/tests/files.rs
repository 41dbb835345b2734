//! Files in forms and on pages: who gets them, what is refused, and that none is lost or left behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use jiff::ToSpan as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use vzaemo_tests::{Answer, Form, Person, Platform, Settings, until};

/// The test official of a ministry.
const OFFICIAL: u32 = 9;
const NEW: &str = "/consultations/new";
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n";
const OTHER_PDF: &[u8] = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Lang (uk) >>\nendobj\n%%EOF\n";
const DECLARATION: &str = "_no-restricted-information";
/// The EICAR test file, in two parts, so that no scanner reports this source.
const EICAR: [&str; 2] = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"];

/// Sends a form in parts, with files by their field and name.
async fn send(person: &Person, form: &Form, files: &[(&str, &str, &[u8])]) -> Answer {
    person.submit_files(form, files).await
}

fn filled(form: Form) -> Form {
    let closes = Platform::today().checked_add(20.days()).unwrap();
    form.with("title", "Draft resolution on councils of young people")
        .with("summary", "Each ministry gets a council of young people; there are none at present.")
        .with("affected", "People from 14 to 35")
        .with("consequences", "They are heard before decisions.")
        .with("contact", "Bohdan Levchenko, 044 000 00 00")
        .with("submitting", "On this page or by post.")
        .with("draft", "1. A council is formed at each ministry.\n2. It meets once a quarter.")
        .with("closes.day", &closes.day().to_string())
        .with("closes.month", &closes.month().to_string())
        .with("closes.year", &closes.year().to_string())
        .press("submit")
}

async fn new(official: &Person) -> Form {
    filled(official.form(NEW, NEW).await)
}

/// An open consultation with a file, and its page.
async fn published(official: &Person) -> String {
    let form = new(official).await.with(DECLARATION, "true");
    let created = send(official, &form, &[("draft-file", "draft.pdf", PDF)]).await;
    let page = created.led_to().strip_suffix("/preview").unwrap().to_owned();
    let publish = official.form(&format!("{page}/preview"), &format!("{page}/publish")).await;
    official.submit(&publish).await.led_to();
    page
}

async fn file_links(person: &Person, page: &str) -> Vec<String> {
    person.page(page).await.links().into_iter().filter(|link| link.starts_with("/files/")).collect()
}

fn id_of(link: &str) -> &str {
    link.strip_prefix("/files/").unwrap().split('?').next().unwrap()
}

/// The content that is kept on the disk.
fn kept(platform: &Platform) -> Vec<PathBuf> {
    fn below(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
            if entry.path().is_dir() { below(&entry.path(), found) } else { found.push(entry.path()) }
        }
    }
    let mut found = Vec::new();
    below(&platform.folder().join("data/files"), &mut found);
    found.sort();
    found
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_stays_with_its_draft_and_goes_to_whoever_may_see_its_page() {
    let platform = Platform::start(Settings::default()).await;
    let official = platform.person(OFFICIAL).await;
    let visitor = platform.visitor();

    // Something else is wrong: the file need not be sent again.
    let form = new(&official).await.with("title", "Short").with(DECLARATION, "true");
    let wrong = send(&official, &form, &[("draft-file", "Проєкт.pdf", PDF)]).await;
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    assert!(wrong.text().contains("Проєкт.pdf"), "{}", wrong.text());
    let again = filled(wrong.html().form_to(NEW).unwrap());
    let materials: [(&str, &str, &[u8]); 2] = [
        ("materials", "note.pdf", OTHER_PDF),
        ("materials", "table.p7s", b"\x30\x82\x10\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0"),
    ];
    let created = send(&official, &again, &materials).await;
    let preview = created.led_to().to_owned();
    let page = preview.strip_suffix("/preview").unwrap();

    // Before it is published nobody else gets it, by whatever page they name.
    let shown = file_links(&official, &preview).await;
    assert_eq!(shown.len(), 3, "{shown:?}");
    assert_eq!(official.get(&shown[0]).await.status, 200);
    let own = format!("/files/{}", id_of(&shown[0]));
    assert_eq!(official.get(&own).await.status, 200, "it is the official's own");
    let other = platform.person(1).await;
    for somebody in [&visitor, &other] {
        for at in [
            shown[0].clone(),
            own.clone(),
            format!("{own}?at={page}"),
            format!("{own}?at=/"),
            format!("{own}?at=/files/x"),
        ] {
            assert_eq!(somebody.get(&at).await.status, 404, "{at}");
        }
    }

    let publish = official.form(&preview, &format!("{page}/publish")).await;
    official.submit(&publish).await.led_to();
    let links = file_links(&visitor, page).await;
    assert_eq!(links.len(), 3);
    let got = visitor.get(&links[0]).await;
    assert_eq!((got.status, got.body.as_bytes()), (200, PDF));
    assert_eq!(header(&got, "content-type"), "application/pdf");
    assert_eq!(header(&got, "content-length"), PDF.len().to_string());
    assert_eq!(
        header(&got, "content-disposition"),
        "attachment; filename*=UTF-8''%D0%9F%D1%80%D0%BE%D1%94%D0%BA%D1%82.pdf"
    );
    assert_eq!(header(&got, "x-content-type-options"), "nosniff");
    assert_eq!(header(&got, "content-security-policy"), "sandbox; default-src 'none'");
    let tag = header(&got, "etag").to_owned();
    let known = visitor.get_with(&links[0], &[("if-none-match", &tag)]).await;
    assert_eq!((known.status, known.body.as_str()), (304, ""));
    // A page that does not show it does not give it.
    let elsewhere = format!("/files/{}?at=/consultations", id_of(&links[0]));
    assert_eq!(visitor.get(&elsewhere).await.status, 404);
    assert_eq!(visitor.get("/files/no-such-file?at=/consultations").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_taken_is_said_and_not_kept() {
    let settings = Settings { more: "[files]\nlargest-mib = 1\n".to_owned(), ..Settings::default() };
    let platform = Platform::start(settings).await;
    let official = platform.person(OFFICIAL).await;
    let before = kept(&platform);
    let large = [PDF, &vec![b'x'; 3 << 20]].concat();
    let html = b"<!DOCTYPE html><script>alert(1)</script>".as_slice();
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".as_slice();
    for (name, bytes, said) in [
        ("draft.html", html, "must be one of these kinds: PDF, DOCX, ODT"),
        ("draft.pdf", html, "must be one of these kinds"),
        ("draft.svg", svg, "must be one of these kinds"),
        ("draft.txt", b"plain text".as_slice(), "must be one of these kinds"),
        ("draft.docx", PDF, "does not agree with its ending"),
        ("draft.pdf.exe", PDF, "does not agree with its ending"),
        ("draft.exe.pdf", PDF, "two endings"),
        ("draft.pdf", b"".as_slice(), "the file is empty"),
        ("draft.pdf", large.as_slice(), "at most 1 MB"),
    ] {
        let form = new(&official).await.with(DECLARATION, "true");
        let refused = send(&official, &form, &[("draft-file", name, bytes)]).await;
        assert_eq!(refused.status, 422, "{name}: {}", refused.text());
        assert!(refused.text().contains(said), "{name}: {}", refused.text());
        assert_eq!(refused.html().form_to(NEW).unwrap().value("title").map(str::len), Some(44), "{name}");
    }
    let many: Vec<(&str, &str, &[u8])> = (0..6).map(|_| ("materials", "note.pdf", PDF)).collect();
    let refused = send(&official, &new(&official).await.with(DECLARATION, "true"), &many).await;
    assert!(refused.status == 422 && refused.text().contains("at most 5 files"), "{}", refused.text());

    // Without the declaration nothing goes on, and the file waits for it.
    let form = new(&official).await;
    let form =
        Form { fields: form.fields.into_iter().filter(|(name, _)| name != DECLARATION).collect(), ..form };
    let undeclared = send(&official, &form, &[("draft-file", "../../etc/cron.d/draft.pdf", PDF)]).await;
    assert_eq!(undeclared.status, 422);
    assert!(
        undeclared.text().contains("Confirm that the files hold no state secret"),
        "{}",
        undeclared.text()
    );
    assert!(undeclared.text().contains("draft.pdf") && !undeclared.text().contains("cron.d"));
    let declared = filled(undeclared.html().form_to(NEW).unwrap()).with(DECLARATION, "true");
    send(&official, &declared, &[]).await.led_to();

    let now = kept(&platform);
    assert!(now.iter().all(|path| path.components().any(|part| part.as_os_str() == "sha256")), "{now:?}");
    assert_eq!(now.len(), before.len() + 1, "one content was sent, however often: {now:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_somebody_elses_file_cannot_be_had_or_sent() {
    let platform = Platform::start(Settings::default()).await;
    let official = platform.person(OFFICIAL).await;
    let page = published(&official).await;
    let clause = official
        .page(&page)
        .await
        .links()
        .into_iter()
        .find(|link| link.starts_with(&format!("{page}/paragraphs/")))
        .unwrap();
    let clause = clause.split('#').next().unwrap().to_owned();
    let act = format!("{clause}/comment");

    // One person's file waits in a draft, since the comment is too short.
    let (one, other) = (platform.person(1).await, platform.person(2).await);
    let form =
        one.form(&clause, &act).await.with("comment", "short").with(DECLARATION, "true").press("submit");
    let wrong = send(&one, &form, &[("attachment", "private.pdf", OTHER_PDF)]).await;
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    let removal = wrong.body.split("value=\"attachment ").nth(1).unwrap();
    let id = removal.split('"').next().unwrap();
    assert_eq!(one.get(&format!("/files/{id}")).await.status, 200);
    assert_eq!(other.get(&format!("/files/{id}")).await.status, 404);
    assert_eq!(other.get(&format!("/files/{id}?at={clause}")).await.status, 404);

    // Another person names it in their own form, in parts and whole: which files there are is not for a browser to say.
    let own = other
        .form(&clause, &act)
        .await
        .with("comment", "Here is a file of somebody else.")
        .with(DECLARATION, "true");
    for value in [id.to_owned(), format!("{id} 5 private.pdf")] {
        let forged = own.clone().with("attachment", &value).press("submit");
        other.submit(&forged).await.led_to();
        send(
            &other,
            &Form {
                fields: forged.fields.iter().filter(|(name, _)| name != "_submission").cloned().collect(),
                ..forged.clone()
            },
            &[],
        )
        .await;
    }
    assert_eq!(other.get(&format!("/files/{id}?at={clause}")).await.status, 404);
    assert!(!other.page(&clause).await.text().contains("private.pdf"));

    // Its owner sends it after all; now everybody reads it beside the comment.
    let again = wrong.html().form_to(&act).unwrap();
    let again = again.with("comment", "The calculation is in the file.").press("submit");
    send(&one, &again, &[]).await.led_to();
    assert!(other.page(&clause).await.text().contains("private.pdf"));
    let links = file_links(&platform.visitor(), &clause).await;
    assert_eq!(links.len(), 1);
    assert_eq!(other.get(&links[0]).await.body.as_bytes(), OTHER_PDF);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_outlives_the_end_of_the_session() {
    let platform = Platform::start(Settings::default()).await;
    let official = platform.person(OFFICIAL).await;
    let form = new(&official).await.with(DECLARATION, "true");
    // The same form from a browser whose session has ended, and which then signs in.
    let ended = platform.visitor();
    ended.read_english().await;
    let parked = send(&ended, &form, &[("draft-file", "draft.pdf", PDF)]).await;
    assert_ne!(parked.status, 303, "{}", parked.text());
    ended.sign_in(OFFICIAL).await;
    let back = ended.page(NEW).await;
    assert!(back.text().contains("draft.pdf"), "{}", back.text());
    let again = filled(back.form_to(NEW).unwrap());
    let created = send(&ended, &again, &[]).await;
    assert_eq!(file_links(&ended, created.led_to()).await.len(), 1);
}

/// A private daemon of ClamAV, whose database knows the EICAR file and nothing else. It ends with its value.
struct Clamd(Child);

impl Drop for Clamd {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn clamd(folder: &Path) -> Clamd {
    let database = folder.join("signatures");
    std::fs::create_dir_all(&database).unwrap();
    let signature: String = EICAR.concat().bytes().map(|byte| format!("{byte:02x}")).collect();
    std::fs::write(database.join("own.ndb"), format!("Own.Eicar:0:*:{signature}\n")).unwrap();
    let (socket, configuration) = (folder.join("clamd.sock"), folder.join("clamd.conf"));
    let text = format!(
        "Foreground yes\nDatabaseDirectory {}\nLocalSocket {}\nTemporaryDirectory {}\nSelfCheck 0\n",
        database.display(),
        socket.display(),
        folder.display()
    );
    std::fs::write(&configuration, text).unwrap();
    let mut command = Command::new("/usr/sbin/clamd");
    command.arg("--config-file").arg(&configuration).stdin(Stdio::null()).stdout(Stdio::null());
    let child = command.spawn().expect("start clamd, which the package clamav-daemon brings");
    Clamd(child)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_a_file_before_it_has_been_scanned() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("clamd.sock");
    let more = format!("[files]\nscan = {{ clamd = \"unix:{}\" }}\n", socket.display());
    let platform = Platform::start(Settings { more, ..Settings::default() }).await;
    let official = platform.person(OFFICIAL).await;
    let visitor = platform.visitor();
    visitor.read_english().await;

    // The daemon is down: the file waits, and everybody is told.
    let page = published(&official).await;
    assert!(visitor.page(&page).await.text().contains("is being checked"));
    assert!(file_links(&visitor, &page).await.is_empty());

    // It comes up, and a malicious file after it.
    let _clamd = clamd(folder.path());
    until("the file is scanned", async || file_links(&visitor, &page).await.into_iter().next()).await;
    let infected = [PDF, EICAR.concat().as_bytes()].concat();
    let form = new(&official).await.with(DECLARATION, "true");
    let created = send(&official, &form, &[("draft-file", "infected.pdf", &infected)]).await;
    let preview = created.led_to().to_owned();
    until("the finding is shown", async || {
        official.page(&preview).await.text().contains("did not pass the check").then_some(())
    })
    .await;
    assert!(file_links(&official, &preview).await.is_empty());
}

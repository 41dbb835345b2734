//! Documents with qualified signatures that OpenSSL makes: shown to whoever may see them, signed in the cabinet, let out
//! again for anybody to check.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use jiff::ToSpan as _;
use std::io::Read as _;
use vzaemo_tests::{
    Answer, Authority, Form, Language, Person, Platform, Profile, Settings, Signer, host_message,
    openssl_verifies, petitions, until,
};

macro_rules! on_both_engines {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
                async fn $name() { super::$name(super::Settings::default()).await; })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
                async fn $name() { super::$name(super::Settings::default().on_postgres()).await; })*
        }
    };
}

on_both_engines! {
    who_may_see_a_document_sees_who_signed_it_and_can_check_that_elsewhere
    a_person_signs_their_receipt_and_takes_both_with_them
    what_could_not_be_told_when_it_came_is_told_once_the_authority_answers
}

/// The test official of a ministry.
const OFFICIAL: u32 = 9;
const NEW: &str = "/consultations/new";
const SIGN_IN: &str = "/sign-in/signature";
const DOCUMENTS: &str = "/cabinet/documents";
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n";
/// Numbers that fit invented persons.
const OLENA: &str = "3300712340";
const TARAS: &str = "3104743215";
/// Whether a certificate was revoked is nobody's question here.
const UNASKED: &str = "revocation = { fetch-lists = false, ocsp = false, when-unknown = \"accept\" }";

fn olena() -> Profile {
    Profile::person("Приклад", "Олена Іванівна", OLENA)
}

fn taras() -> Profile {
    Profile::person("Зразок", "Тарас Петрович", TARAS).of_organisation("Приклад і партнери", "00032112")
}

async fn trusting(authority: &Authority, more: &str, settings: Settings) -> Platform {
    let trust = authority.certificate().display().to_string();
    let more = format!("\n[identity.qualified-signature]\ntrust = [{trust:?}]\n{more}\n");
    Platform::start(Settings { more, ..settings }).await
}

fn said(key: &str) -> String {
    host_message(Language::En, key)
}

async fn signed_in(platform: &Platform, signer: &Signer) -> Person {
    let person = platform.visitor();
    person.read_english().await;
    let form = person.form(&format!("{SIGN_IN}?to=/cabinet"), SIGN_IN).await;
    let content = person.download(&format!("{SIGN_IN}/code?code={}", form.value("code").unwrap())).await;
    let signature = signer.sign(&content, false);
    person.submit_files(&form, &[("signature", "code.p7s", &signature)]).await.led_to();
    person
}

async fn consultation(official: &Person) -> Form {
    let closes = Platform::today().checked_add(20.days()).unwrap();
    let form = official.form(NEW, NEW).await;
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
        .with("_no-restricted-information", "true")
        .press("submit")
}

/// A public page with these files.
async fn published(official: &Person, files: &[(&str, &str, &[u8])]) -> String {
    let created = official.submit_files(&consultation(official).await, files).await;
    let page = created.led_to().strip_suffix("/preview").unwrap().to_owned();
    let publish = official.form(&format!("{page}/preview"), &format!("{page}/publish")).await;
    official.submit(&publish).await.led_to();
    page
}

/// A receipt that the person keeps: its page, and the bytes.
async fn kept_receipt(person: &Person) -> (String, Vec<u8>) {
    petitions::send(person, "A crossing at the school in Kosmonavtiv street").await;
    let record = person.page("/cabinet/record").await;
    let keep = record.forms().into_iter().find(|form| form.action.ends_with("/document")).unwrap();
    let page = person.submit(&keep).await.led_to().to_owned();
    let id = page.rsplit('/').next().unwrap().to_owned();
    let bytes = person.download(&format!("/files/{id}")).await;
    assert!(bytes.starts_with(b"%PDF"));
    (page, bytes)
}

async fn attach(person: &Person, page: &str, signature: &[u8]) -> Answer {
    let form = person.form(page, &format!("{page}/signature")).await;
    person.submit_files(&form, &[("signature", "receipt.pdf.p7s", signature)]).await
}

async fn who_may_see_a_document_sees_who_signed_it_and_can_check_that_elsewhere(settings: Settings) {
    let authority = Authority::new("Provider");
    let platform = trusting(&authority, UNASKED, settings).await;
    let official = platform.person(OFFICIAL).await;
    let (one, other) = (authority.certify(&olena()), authority.certify(&taras()));
    let both = one.sign_with(&other, PDF);
    let whole = one.sign(b"Minutes of the council.", true);
    let page = published(
        &official,
        &[
            ("draft-file", "draft.pdf", PDF),
            ("materials", "draft.pdf.p7s", &both),
            ("materials", "minutes.p7s", &whole),
        ],
    )
    .await;

    let visitor = platform.visitor();
    visitor.read_english().await;
    let shown = visitor.page(&page).await;
    let text = shown.text();
    assert_eq!(text.matches(&said("signed-tag-valid")).count(), 3, "two persons and one: {text}");
    for fact in
        ["Приклад Олена Іванівна", "Зразок Тарас Петрович", "Приклад і партнери", "00032112", "Provider"]
    {
        assert!(text.contains(fact), "{fact}: {text}");
    }
    assert!(text.contains(&said("signed-sender-other")), "the official has not signed: {text}");
    for number in [OLENA, TARAS] {
        assert!(!shown.text().contains(number) && !platform.log().contains(number), "{number}");
    }
    assert!(!platform.log().contains("Приклад"), "{}", platform.log());
    // Both go out as they came, and another program says the same of them.
    let links = shown.links();
    let link = |at: usize| links.iter().filter(|link| link.starts_with("/files/")).nth(at).unwrap().clone();
    let (document, signature) = (visitor.download(&link(0)).await, visitor.download(&link(1)).await);
    assert_eq!((document.as_slice(), signature.as_slice()), (PDF, both.as_slice()));
    assert!(openssl_verifies(&authority, &document, &signature));
    assert!(!openssl_verifies(&authority, b"%PDF-1.4 another", &signature));

    // The one who sent them finds the same in the cabinet and may have it looked at again.
    official.read_english().await;
    let papers = official.page(DOCUMENTS).await;
    assert!(papers.text().matches(&said("signed-tag-valid")).count() >= 3, "{}", papers.text());
    let own = papers.links().into_iter().find(|link| link.starts_with(&format!("{DOCUMENTS}/"))).unwrap();
    let again = official.form(&own, &format!("{own}/check")).await;
    let looked = official.submit(&again).await;
    assert_eq!(looked.led_to(), format!("{own}?done=checked"));
    assert!(official.follow(&looked).await.text().contains(&said("signed-looked")));
    assert_eq!(visitor.get(&own).await.status, 303, "whoever is not signed in is led to do so");
    let somebody = platform.person(2).await;
    assert_eq!(somebody.get(&own).await.status, 404, "nor is it anybody else's");
    assert_eq!(somebody.post(&format!("{own}/check"), &[]).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_changed_documents_and_hostile_signature_files_are_shown_as_not_valid() {
    let (authority, unknown) = (Authority::new("Provider"), Authority::new("Somebody"));
    let platform = trusting(&authority, UNASKED, Settings::default()).await;
    let official = platform.person(OFFICIAL).await;
    let signer = authority.certify(&olena());
    let expired = authority.certify(&Profile { until: "20210101000000Z", ..olena() });
    let mut changed = PDF.to_vec();
    changed[60] ^= 1;
    let good = signer.sign(PDF, false);
    let nested = {
        let id = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
        // Shorter than 64 KiB each, so that two bytes of length do.
        let wrap = |tag: u8, inner: &[u8]| {
            let length = u16::try_from(inner.len()).unwrap().to_be_bytes();
            [&[tag, 0x82], length.as_slice(), inner].concat()
        };
        let deep = (0..4000).fold(Vec::new(), |inner, _| wrap(0x30, &inner));
        wrap(0x30, &[id.as_slice(), &wrap(0xa0, &deep)].concat())
    };
    for (what, document, signature, reason) in [
        ("a document changed after it was signed", changed.as_slice(), good.clone(), "signed-why-other"),
        ("a signature of another document", PDF, signer.sign(b"pay 1000", false), "signed-why-other"),
        (
            "an authority that nobody trusts",
            PDF,
            unknown.certify(&olena()).sign(PDF, false),
            "signed-why-untrusted",
        ),
        ("a certificate that had expired", PDF, expired.sign(PDF, false), "signed-why-expired"),
        ("a file that is cut off", PDF, good[..good.len() / 2].to_vec(), "signed-why-unreadable"),
        ("giant nesting", PDF, nested, "signed-why-large"),
    ] {
        let files =
            [("draft-file", "draft.pdf", document), ("materials", "draft.pdf.p7s", signature.as_slice())];
        let page = published(&official, &files).await;
        let visitor = platform.visitor();
        visitor.read_english().await;
        let text = visitor.page(&page).await.text();
        assert!(text.contains(&said("signed-tag-invalid")) && text.contains(&said(reason)), "{what}: {text}");
        assert!(!text.contains(&said("signed-tag-valid")), "{what}: {text}");
    }
    let log = platform.log();
    assert!(!log.contains("panicked") && !log.contains(" ERROR "), "{log}");
}

async fn a_person_signs_their_receipt_and_takes_both_with_them(settings: Settings) {
    let authority = Authority::new("Provider");
    let platform = trusting(&authority, UNASKED, settings).await;
    let signer = authority.certify(&olena());
    let person = signed_in(&platform, &signer).await;
    let (page, receipt) = kept_receipt(&person).await;
    assert!(person.page(&page).await.text().contains(&said("signed-none")));

    let signature = signer.sign(&receipt, false);
    let attached = attach(&person, &page, &signature).await;
    assert_eq!(attached.led_to(), format!("{page}?done=attached"));
    let told = person.page(&page).await;
    assert!(told.text().contains(&said("signed-tag-valid")), "{}", told.text());
    assert!(told.text().contains(&said("signed-sender-same")), "{}", told.text());
    let download = said("signed-download-signature");
    assert!(told.text().contains(&download));
    let links: Vec<String> = told.links().into_iter().filter(|link| link.starts_with("/files/")).collect();
    let mut got = Vec::new();
    for link in &links {
        got.push(person.download(link).await);
    }
    assert!(got.contains(&receipt) && got.contains(&signature), "{links:?}");
    assert!(openssl_verifies(&authority, &receipt, &signature));

    // Everything about me holds document, signature, and what was found.
    let archive = person.download("/cabinet/my-data/archive").await;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    for ending in [".pdf", ".pdf.p7s"] {
        assert!(names.iter().any(|name| name.starts_with("files/") && name.ends_with(ending)), "{names:?}");
    }
    let mut files = String::new();
    archive.by_name("files.json").unwrap().read_to_string(&mut files).unwrap();
    assert!(files.contains("\"verdict\":\"valid\"") && !files.contains(OLENA), "{files}");
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_other_bytes_other_persons_and_other_sites_attach_nothing() {
    let authority = Authority::new("Provider");
    let platform = trusting(&authority, UNASKED, Settings::default()).await;
    let (signer, other) = (authority.certify(&olena()), authority.certify(&taras()));
    let (person, stranger) = (signed_in(&platform, &signer).await, signed_in(&platform, &other).await);
    let (page, receipt) = kept_receipt(&person).await;
    let mut forged = signer.sign(&receipt, false);
    *forged.last_mut().unwrap() ^= 1;
    let seal = authority.certify(&Profile::seal("Приклад і партнери", "00032112"));
    for (what, signature, key) in [
        ("other bytes", signer.sign(b"pay 1000", false), "signed-error-other-document"),
        ("other bytes within", signer.sign(b"pay 1000", true), "signed-error-other-document"),
        ("another person", other.sign(&receipt, false), "signed-error-other-person"),
        ("another person beside", signer.sign_with(&other, &receipt), "signed-error-other-person"),
        ("a seal that is not theirs", seal.sign(&receipt, false), "signed-error-other-organisation"),
        ("a changed bit", forged, "signed-why-broken"),
        ("no signature", b"I have signed".to_vec(), "signed-why-unreadable"),
        ("nothing", Vec::new(), "signed-error-choose"),
    ] {
        let refused = attach(&person, &page, &signature).await;
        assert_eq!(refused.status, 422, "{what}: {}", refused.text());
        assert!(refused.text().contains(&said(key)), "{what}: {}", refused.text());
        assert!(refused.text().contains(&said("signed-none")), "{what}");
    }
    let form = person.form(&page, &format!("{page}/signature")).await;
    let good = signer.sign(&receipt, false);
    let foreign = stranger.submit_files(&form, &[("signature", "a.p7s", &good)]).await;
    assert_eq!(foreign.status, 404, "a document of somebody else's");
    let elsewhere = person.post_from(&format!("{page}/check"), Some("https://evil.example"), &[]).await;
    assert_eq!(elsewhere.status, 403);
    assert_eq!(attach(&person, &page, &good).await.led_to(), format!("{page}?done=attached"));
}

async fn what_could_not_be_told_when_it_came_is_told_once_the_authority_answers(settings: Settings) {
    let authority = Authority::new("Provider");
    let lists = tempfile::tempdir().unwrap();
    let more = format!("revocation = {{ lists = [{:?}], fetch-lists = false, ocsp = false }}", lists.path());
    let platform = trusting(&authority, &more, settings).await;
    let official = platform.person(OFFICIAL).await;
    let signer = authority.certify(&olena());
    let signature = signer.sign(PDF, false);
    let files = [("draft-file", "draft.pdf", PDF), ("materials", "draft.pdf.p7s", signature.as_slice())];
    let page = published(&official, &files).await;
    let visitor = platform.visitor();
    visitor.read_english().await;
    let text = visitor.page(&page).await.text();
    assert!(
        text.contains(&said("signed-tag-unknown")) && text.contains(&said("signed-unknown-why")),
        "{text}"
    );
    std::fs::write(lists.path().join("provider.crl"), authority.revocation_list()).unwrap();
    official.read_english().await;
    let papers = official.page(DOCUMENTS).await.links();
    let own: Vec<&String> = papers.iter().filter(|link| link.starts_with(&format!("{DOCUMENTS}/"))).collect();
    for paper in &own {
        official.post(&format!("{paper}/check"), &[]).await.led_to();
    }
    let text = visitor.page(&page).await.text();
    assert!(text.contains(&said("signed-tag-valid")), "a remembered page is made anew: {text}");
    // Revoked after that, it was valid when the platform had it; whoever reads is told both. Lists know whole seconds.
    let checked = jiff::Timestamp::now().as_second();
    until("a second later", async || (jiff::Timestamp::now().as_second() > checked).then_some(())).await;
    authority.revoke(&signer);
    std::fs::write(lists.path().join("provider.crl"), authority.revocation_list()).unwrap();
    for paper in &own {
        official.post(&format!("{paper}/check"), &[]).await.led_to();
    }
    let text = visitor.page(&page).await.text();
    assert!(text.contains(&said("signed-tag-valid")), "{text}");
    assert!(text.contains(&said("signed-later-unstamped")), "{text}");
}

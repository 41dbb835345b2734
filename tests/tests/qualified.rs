//! Signing in by qualified signatures that OpenSSL makes, what is refused, and surer sign-ins on the way to an act.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use vzaemo_tests::{Answer, Authority, Form, Language, Person, Platform, Profile, Settings, host_message};

const SIGNATURE: &str = "/sign-in/signature";
/// A number that fits an invented person.
const TAX_NUMBER: &str = "3300712340";

fn olena() -> Profile {
    Profile::person("Приклад", "Олена Іванівна", TAX_NUMBER)
}

/// A platform that trusts these authorities, with more lines of the section.
async fn trusting(authorities: &[&Authority], more: &str) -> Platform {
    let trust: Vec<String> =
        authorities.iter().map(|it| format!("{:?}", it.certificate().display().to_string())).collect();
    let more = format!("\n[identity.qualified-signature]\ntrust = [{}]\n{more}\n", trust.join(", "));
    Platform::start(Settings { more, ..Settings::default() }).await
}

/// Whether a certificate was revoked is nobody's question here.
const UNASKED: &str = "revocation = { fetch-lists = false, ocsp = false, when-unknown = \"accept\" }";

/// The form that takes the signature, and what is to be signed.
async fn challenge(person: &Person, to: &str) -> (Form, Vec<u8>) {
    let form = person.form(&format!("{SIGNATURE}?to={to}"), SIGNATURE).await;
    let content = content(person, &form).await;
    (form, content)
}

async fn content(person: &Person, form: &Form) -> Vec<u8> {
    person.download(&format!("{SIGNATURE}/code?code={}", form.value("code").unwrap())).await
}

async fn send(person: &Person, form: &Form, signature: &[u8]) -> Answer {
    person.submit_files(form, &[("signature", "vzaemo-sign-in.txt.p7s", signature)]).await
}

async fn visitor(platform: &Platform) -> Person {
    let person = platform.visitor();
    person.read_english().await;
    person
}

fn says(answer: &Answer, key: &str) {
    let sentence = host_message(Language::En, key);
    assert!(answer.text().contains(&sentence), "says {sentence:?}: {} {}", answer.status, answer.text());
}

#[tokio::test]
async fn a_person_signs_in_by_an_attached_or_a_detached_signature() {
    let authority = Authority::new("Provider");
    let platform = trusting(&[&authority], UNASKED).await;
    let signer = authority.certify(&olena());
    for attached in [true, false] {
        let person = visitor(&platform).await;
        let ways = person.page("/sign-in?to=/cabinet").await;
        assert!(ways.links().contains(&format!("{SIGNATURE}?to=%2Fcabinet")), "{:?}", ways.links());
        let (form, content) = challenge(&person, "/cabinet").await;
        let text = String::from_utf8(content.clone()).unwrap();
        assert!(text.contains(platform.base().as_str()), "what is signed names the platform: {text}");
        let signed_in = send(&person, &form, &signer.sign(&content, attached)).await;
        assert_eq!(signed_in.led_to(), "/cabinet");
        let cabinet = person.page("/cabinet/sessions").await.text();
        assert!(cabinet.contains("Олена Іванівна Приклад"), "{cabinet}");
        assert!(cabinet.contains(&host_message(Language::En, "signature-means-title")), "{cabinet}");
    }
    let log = platform.log();
    assert!(!log.contains(TAX_NUMBER) && !log.contains("Приклад"), "personal data stand in no log: {log}");
}

#[tokio::test]
async fn the_certificate_of_an_organisation_lets_act_for_it() {
    let authority = Authority::new("Provider");
    let platform = trusting(&[&authority], UNASKED).await;
    let signer = authority.certify(&olena().of_organisation("Приклад і партнери", "00032112"));
    let person = visitor(&platform).await;
    let (form, content) = challenge(&person, "/cabinet").await;
    let signed_in = send(&person, &form, &signer.sign(&content, false)).await;
    assert_eq!(signed_in.led_to(), "/cabinet/acting-for?to=%2Fcabinet", "they say in whose name");
    person.act_for("00032112").await;
    assert!(person.page("/").await.text().contains("Приклад і партнери"), "it stands in the header");
    // Only in this session: signed in without it, nobody acts for it.
    let other = visitor(&platform).await;
    let (form, content) = challenge(&other, "/cabinet").await;
    let signed_in = send(&other, &form, &authority.certify(&olena()).sign(&content, false)).await;
    assert_eq!(signed_in.led_to(), "/cabinet");
    let refused = other.post("/cabinet/acting-for", &[("acting_for", "00032112"), ("to", "/")]).await;
    assert_eq!(refused.status, 403, "{}", refused.text());
}

/// The same signature with a later claimed time: one signed attribute is changed.
fn with_another_time(mut signature: Vec<u8>) -> Vec<u8> {
    // id-signingTime, SET, UTCTime: the last digit of the seconds is the byte before Z.
    let signing_time = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05, 0x31, 0x0f, 0x17, 0x0d];
    let at = signature.windows(signing_time.len()).position(|window| window == signing_time).unwrap();
    let digit = &mut signature[at + signing_time.len() + 11];
    *digit = if *digit == b'0' { b'1' } else { b'0' };
    signature
}

#[tokio::test]
async fn what_is_no_valid_signature_of_the_challenge_signs_nobody_in() {
    let (authority, unknown, impostor) =
        (Authority::new("Provider"), Authority::new("Somebody"), Authority::new("Provider"));
    let lists = tempfile::tempdir().unwrap();
    let revocation = format!(
        "largest-kib = 64\nrevocation = {{ lists = [{:?}], fetch-lists = false, ocsp = false }}",
        lists.path()
    );
    let revoked = authority.certify(&olena());
    authority.revoke(&revoked);
    std::fs::write(lists.path().join("provider.crl"), authority.revocation_list()).unwrap();
    let platform = trusting(&[&authority], &revocation).await;
    let signer = authority.certify(&olena());
    let with = |change: &dyn Fn(&mut Profile)| {
        let mut profile = olena();
        change(&mut profile);
        authority.certify(&profile)
    };
    let expired = with(&|profile| profile.until = "20210101000000Z");
    let early = with(&|profile| profile.from = "20480101000000Z");
    let unqualified = with(&|profile| profile.qualified = false);
    let without_number = with(&|profile| profile.subject = "/C=UA/CN=Приклад Олена".to_owned());
    let impossible_number = with(&|profile| profile.subject = profile.subject.replace("2340", "2341"));

    let person = visitor(&platform).await;
    let (form, content) = challenge(&person, "/cabinet").await;
    let good = signer.sign(&content, false);
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;
    let attempts: Vec<(&str, Vec<u8>, &str)> = vec![
        ("not a CMS", b"I am Olena, let me in".to_vec(), "signature-unreadable"),
        ("cut off", good[..good.len() / 2].to_vec(), "signature-unreadable"),
        ("bytes behind the end", [good.as_slice(), b"more"].concat(), "signature-unreadable"),
        ("too large", vec![0x30; 200 << 10], "signature-too-large"),
        ("no file", Vec::new(), "signature-choose"),
        ("another content, attached", signer.sign(b"pay 1000", true), "signature-other-content"),
        ("another content, detached", signer.sign(b"pay 1000", false), "signature-other-content"),
        ("a forged value", forged, "signature-invalid"),
        ("changed signed attributes", with_another_time(good.clone()), "signature-invalid"),
        ("an unknown authority", unknown.certify(&olena()).sign(&content, false), "signature-untrusted"),
        ("an authority's name with another key", impostor.certify(&olena()).sign(&content, false), ""),
        ("an expired certificate", expired.sign(&content, false), "signature-certificate-expired"),
        ("a certificate of the future", early.sign(&content, false), "signature-certificate-expired"),
        ("a revoked certificate", revoked.sign(&content, false), "signature-certificate-revoked"),
        ("no qualified certificate", unqualified.sign(&content, false), "signature-not-qualified"),
        ("nobody's number", without_number.sign(&content, false), "signature-no-person"),
        ("an impossible number", impossible_number.sign(&content, false), "signature-no-person"),
    ];
    for (what, signature, key) in attempts {
        let answer = send(&person, &form, &signature).await;
        assert_eq!(answer.status, 422, "{what}: {}", answer.text());
        if key.is_empty() {
            // Whether the forgery is seen at the key identifier or at the signature, it is refused.
            let keys =
                ["signature-untrusted", "signature-invalid"].map(|key| host_message(Language::En, key));
            assert!(
                keys.iter().any(|sentence| answer.text().contains(sentence)),
                "{what}: {}",
                answer.text()
            );
        } else {
            says(&answer, key);
        }
        assert_eq!(person.get("/cabinet").await.status, 303, "{what}: nobody is signed in");
        let kept = answer.html().form_to(SIGNATURE).unwrap();
        assert_eq!(kept.value("code"), form.value("code"), "{what}: the code can be signed again");
    }
    assert_eq!(send(&person, &form, &good).await.led_to(), "/cabinet", "after all of them it still works");
}

#[tokio::test]
async fn a_challenge_is_for_one_browser_and_one_sign_in() {
    let authority = Authority::new("Provider");
    let platform = trusting(&[&authority], UNASKED).await;
    let signer = authority.certify(&olena());
    let person = visitor(&platform).await;
    let (form, content) = challenge(&person, "/cabinet").await;
    let signature = signer.sign(&content, false);

    // Whoever is led to send another's challenge would be signed in as that other.
    let other = visitor(&platform).await;
    let refused = send(&other, &form, &signature).await;
    says(&refused, "sign-in-other-browser");
    assert_eq!(other.get("/cabinet").await.status, 303);
    let fresh = refused.html().form_to(SIGNATURE).unwrap();
    assert_ne!(fresh.value("code"), form.value("code"), "they get a challenge of their own");
    // A signature of one challenge is none of another.
    let (own, _) = challenge(&other, "/cabinet").await;
    says(&send(&other, &own, &signature).await, "signature-other-content");

    // From another site nothing is taken.
    let foreign = person.post_from(SIGNATURE, Some("https://evil.example"), &[("code", "x")]).await;
    assert_eq!(foreign.status, 403);

    let again = person.clone();
    let cookies = person.cookies();
    assert!(cookies.contains("sign-in-"), "the browser is bound: {cookies}");
    assert_eq!(send(&person, &form, &signature).await.led_to(), "/cabinet");
    // The cookie is gone now; whoever kept it does not get a second session.
    says(&send(&again, &form, &signature).await, "sign-in-other-browser");
    let replayed = platform.visitor();
    replayed.read_english().await;
    for cookie in cookies.split("; ").filter(|cookie| cookie.starts_with("sign-in-")) {
        replayed.keep_cookie(cookie);
    }
    let refused = send(&replayed, &form, &signature).await;
    says(&refused, "sign-in-expired");
    assert_eq!(replayed.get("/cabinet").await.status, 303);

    for code in ["", "x", &"A".repeat(86)] {
        says(&send(&other, &own.clone().with("code", code), &signature).await, "sign-in-expired");
        assert_eq!(person.get(&format!("{SIGNATURE}/code?code={code}")).await.status, 403);
    }
}

/// Bytes as they come, from a generator that is the same in every run.
struct Noise(u64);

impl Noise {
    /// A number below this one.
    fn below(&mut self, most: usize) -> usize {
        // xorshift64* (Vigna 2016).
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap() % most
    }
}

#[tokio::test]
async fn attack_damaged_files_and_forms_sign_in_nobody_and_break_nothing() {
    let authority = Authority::new("Provider");
    let platform = trusting(&[&authority], UNASKED).await;
    let person = visitor(&platform).await;
    let (form, content) = challenge(&person, "/cabinet").await;
    let good = authority.certify(&olena()).sign(&content, true);
    let mut noise = Noise(0x5eed);
    for round in 0..300 {
        let mut bad = good.clone();
        match round % 4 {
            // In the signer's attributes and value, which take more than this.
            0 | 1 => {
                let at = bad.len() - 1 - noise.below(150);
                bad[at] ^= 1 << noise.below(8);
            }
            2 => bad.truncate(noise.below(good.len())),
            _ => {
                for _ in 0..40 {
                    let at = noise.below(bad.len());
                    bad[at] = u8::try_from(noise.below(256)).unwrap();
                }
            }
        }
        let answer = send(&person, &form, &bad).await;
        assert_eq!(answer.status, 422, "round {round}: {}", answer.text());
    }
    // The form itself, damaged: a request is refused, never a failure of the platform.
    for round in 0..100 {
        let code = form.value("code").unwrap();
        let part = |name: &str, value: &str| {
            format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let mut body = format!("{}{}--x--\r\n", part("code", code), part("signature", "AAAA")).into_bytes();
        for _ in 0..=noise.below(6) {
            let at = noise.below(body.len());
            body[at] = u8::try_from(noise.below(256)).unwrap();
        }
        let answer = person.post_body(SIGNATURE, "multipart/form-data; boundary=x", body).await.unwrap();
        assert!(matches!(answer.status, 400 | 422), "round {round}: {}", answer.status);
    }
    // Each form without a readable code began a new sign-in, and a browser keeps only some of them.
    let person = visitor(&platform).await;
    let (form, content) = challenge(&person, "/cabinet").await;
    let good = authority.certify(&olena()).sign(&content, true);
    assert_eq!(send(&person, &form, &good).await.led_to(), "/cabinet", "the platform is as it was");
    let log = platform.log();
    assert!(!log.contains("panicked") && !log.contains(" ERROR "), "{log}");
}

/// An authority's list and responder on the network. What they answer can be changed; it is counted who was asked.
struct Services {
    address: String,
    list: Arc<Mutex<Vec<u8>>>,
    asked: Arc<Mutex<HashMap<String, usize>>>,
}

impl Services {
    async fn of(authority: Arc<Authority>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let services = Services {
            address: format!("http://{}", listener.local_addr().unwrap()),
            list: Arc::default(),
            asked: Arc::default(),
        };
        let (list, asked) = (Arc::clone(&services.list), Arc::clone(&services.asked));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (authority, list, asked) =
                    (Arc::clone(&authority), Arc::clone(&list), Arc::clone(&asked));
                tokio::spawn(async move { serve(stream, &authority, &list, &asked).await });
            }
        });
        services
    }

    fn asked(&self, path: &str) -> usize {
        self.asked.lock().unwrap().get(path).copied().unwrap_or(0)
    }
}

async fn serve(
    mut stream: TcpStream,
    authority: &Authority,
    list: &Mutex<Vec<u8>>,
    asked: &Mutex<HashMap<String, usize>>,
) {
    let mut request = Vec::new();
    let (head, body) = loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.unwrap();
        if read == 0 {
            return;
        }
        request.extend_from_slice(&chunk[..read]);
        let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&request[..end]).into_owned();
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if request.len() >= end + 4 + length.unwrap_or(0usize) {
            break (head, request[end + 4..].to_vec());
        }
    };
    let path = head.split(' ').nth(1).unwrap().to_owned();
    *asked.lock().unwrap().entry(path.clone()).or_default() += 1;
    let answer = match path.as_str() {
        "/list" => list.lock().unwrap().clone(),
        "/responder" => authority.answer(&body),
        _ => Vec::new(),
    };
    let status = if answer.is_empty() { "503 Service Unavailable" } else { "200 OK" };
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", answer.len());
    stream.write_all(&[head.as_bytes(), &answer].concat()).await.unwrap();
}

#[tokio::test]
async fn revocation_is_asked_where_trusted_certificates_say() {
    let authority = Arc::new(Authority::new("Provider"));
    let services = Services::of(Arc::clone(&authority)).await;
    let platform = trusting(&[&authority], "revocation = { keep-minutes = 0 }").await;
    let at = |path: &str| Some(format!("{}{path}", services.address));
    let by_list = authority.certify(&Profile { lists: at("/list"), ..olena() });
    let by_answer = authority.certify(&Profile { responder: at("/responder"), ..olena() });
    let nowhere = authority.certify(&olena());
    let stranger = Authority::new("Somebody");
    let strangers = stranger.certify(&Profile { lists: at("/list"), responder: at("/responder"), ..olena() });

    let attempt = async |signer: &vzaemo_tests::Signer| {
        let person = visitor(&platform).await;
        let (form, content) = challenge(&person, "/cabinet").await;
        send(&person, &form, &signer.sign(&content, false)).await
    };
    says(&attempt(&strangers).await, "signature-untrusted");
    assert_eq!(
        services.asked("/list") + services.asked("/responder"),
        0,
        "a stranger's certificate makes us ask nobody"
    );
    says(&attempt(&nowhere).await, "signature-revocation-unknown");
    says(&attempt(&by_list).await, "signature-revocation-unknown");
    assert_eq!(services.asked("/list"), 1, "it was asked and had nothing to say");

    assert_eq!(attempt(&by_answer).await.led_to(), "/cabinet", "the responder says that it is good");
    authority.revoke(&by_answer);
    says(&attempt(&by_answer).await, "signature-certificate-revoked");
    *services.list.lock().unwrap() = authority.revocation_list();
    // An address that failed is left in peace for half a minute; the certificate of another one is asked at once.
    let other = authority.certify(&Profile { lists: at("/list?fresh"), ..olena() });
    says(&attempt(&other).await, "signature-revocation-unknown");
    assert_eq!(services.asked("/list?fresh"), 1);
}

#[tokio::test]
async fn lists_are_fetched_and_read_again_when_files_change() {
    let authority = Arc::new(Authority::new("Provider"));
    let services = Services::of(Arc::clone(&authority)).await;
    *services.list.lock().unwrap() = authority.revocation_list();
    let files = tempfile::tempdir().unwrap();
    let settings = format!("revocation = {{ lists = [{:?}], ocsp = false }}", files.path());
    let platform = trusting(&[&authority], &settings).await;
    let attempt = async |signer: &vzaemo_tests::Signer| {
        let person = visitor(&platform).await;
        let (form, content) = challenge(&person, "/cabinet").await;
        send(&person, &form, &signer.sign(&content, true)).await
    };
    let signer = authority.certify(&Profile { lists: Some(format!("{}/list", services.address)), ..olena() });
    assert_eq!(attempt(&signer).await.led_to(), "/cabinet");
    assert_eq!(attempt(&signer).await.led_to(), "/cabinet");
    assert_eq!(services.asked("/list"), 1, "a list is fetched once in an hour");
    authority.revoke(&signer);
    std::fs::write(files.path().join("provider.crl"), authority.revocation_list()).unwrap();
    says(&attempt(&signer).await, "signature-certificate-revoked");
}

#[tokio::test]
async fn beginning_and_trying_are_limited_like_every_sign_in() {
    let authority = Authority::new("Provider");
    let mut platform = trusting(&[&authority], UNASKED).await;
    let raised = "sign-in = { per-minute = 10000000, burst = 1000000 }";
    let text = platform.configuration();
    assert!(text.contains(raised));
    platform.write(&text.replace(raised, "sign-in = { per-minute = 1, burst = 3 }"));
    platform.stop().await;
    platform.restart().await;
    let person = visitor(&platform).await;
    let (form, content) = challenge(&person, "/cabinet").await;
    let signature = authority.certify(&olena()).sign(&content, false);
    assert_eq!(send(&person, &form, b"nonsense").await.status, 422);
    assert_eq!(send(&person, &form, b"nonsense").await.status, 422);
    assert_eq!(
        send(&person, &form, &signature).await.status,
        429,
        "too many attempts, though this one is good"
    );
    assert_eq!(person.get(SIGNATURE).await.status, 429);
    assert_eq!(person.get("/").await.status, 200, "pages are not concerned");
}

/// Signs the challenge as a test person, with the key of the development authority.
async fn sign_as(person: &Person, number: u32, form: &Form) -> Vec<u8> {
    person
        .download(&format!("/development/signature?code={}&person={number}", form.value("code").unwrap()))
        .await
}

const CLAUSE: &str = "/consultations/vzaemodiia/paragraphs/p-10-3";
const REMARK: &str = "Once a quarter is too rare for a council that should be heard.";

/// The holder asks for a surer identity for comments.
async fn raised(platform: &mut Platform) {
    let text = platform.configuration();
    let section = "[modules.consultations.config]";
    assert!(text.contains(section));
    let asked = format!("[modules.consultations.assurance]\ncomment = \"high\"\n{section}");
    platform.write(&text.replace(section, &asked));
    platform.reload().await;
}

#[tokio::test]
async fn who_is_not_sure_enough_is_led_to_a_surer_sign_in_and_back_with_what_they_typed() {
    let mut platform = Platform::start(Settings::default()).await;
    let person = platform.person(1).await;
    let comment = format!("{CLAUSE}/comment");
    let typed = person.form(CLAUSE, &comment).await.with("comment", REMARK).press("submit");
    raised(&mut platform).await;
    // The page says it and offers the way once the holder's wish is in force.
    let step_up = vzaemo_tests::until("the act asks for more", async || {
        let links = person.page(CLAUSE).await.links();
        links.into_iter().find(|link| link.starts_with("/sign-in/surer?level=high&to="))
    })
    .await;
    let ways = person.page(&step_up).await;
    assert!(
        ways.text().contains("Марія Іванівна Коваль") || ways.text().contains("Коваль"),
        "{}",
        ways.text()
    );
    assert!(ways.links().iter().any(|link| link.starts_with(SIGNATURE)), "{:?}", ways.links());

    // What was typed before that is sent now.
    let led = person.submit(&typed).await;
    let to = url::form_urlencoded::byte_serialize(comment.as_bytes()).collect::<String>();
    assert_eq!(led.led_to(), format!("/sign-in/surer?level=high&to={to}"));
    let page = person.follow(&led).await;
    says(&page, "step-up-kept");
    let way = page.html().links().into_iter().find(|link| link.starts_with(SIGNATURE)).unwrap();

    // Another person's proof changes nothing.
    let form = person.form(&way, SIGNATURE).await;
    let refused = send(&person, &form, &sign_as(&person, 2, &form).await).await;
    assert_eq!(refused.status, 403);
    says(&refused, "step-up-other-person");
    assert!(person.page("/cabinet").await.text().contains("Коваль"), "they are signed in as before");

    let form = person.form(&way, SIGNATURE).await;
    let signed = send(&person, &form, &sign_as(&person, 1, &form).await).await;
    assert_eq!(signed.led_to(), comment, "back at the form");
    let form = person.form(&comment, &comment).await;
    assert_eq!(form.value("comment"), Some(REMARK), "nothing that was typed is lost");
    assert_eq!(person.submit(&form.press("submit")).await.status, 303);
    assert!(person.page(CLAUSE).await.text().contains(REMARK));
    // Who is sure enough is led to nowhere else.
    assert_eq!(person.get(&step_up).await.led_to(), CLAUSE);
}

#[tokio::test]
async fn what_the_holder_gets_wrong_about_signatures_and_assurance_is_said() {
    let platform = Platform::start(Settings::default()).await;
    for (asked, what) in [
        ("comment = \"low\"", "asks for a surer identity"),
        ("coment = \"high\"", "the module has no act"),
        ("comment = \"highest\"", "unknown variant"),
    ] {
        let text = platform.configuration();
        let section = "[modules.consultations.config]";
        let text = text.replace(section, &format!("[modules.consultations.assurance]\n{asked}\n{section}"));
        let path = platform.folder().join("other.toml");
        std::fs::write(&path, text).unwrap();
        let (good, said) = platform.check_file(&path).await;
        assert!(!good && said.contains(what), "{asked}: {said}");
    }
    // And `vzaemo check` looks into the files of the trust list.
    std::fs::write(platform.folder().join("anchor.pem"), "no certificate").unwrap();
    std::fs::create_dir(platform.folder().join("empty")).unwrap();
    for (trust, what) in [
        ("nowhere.pem", "read"),
        ("anchor.pem", "read the certificates of"),
        ("empty", "the folders hold no certificate"),
    ] {
        let section = format!("[identity.qualified-signature]\ntrust = [\"{trust}\"]\n");
        let path = platform.folder().join("other.toml");
        std::fs::write(&path, format!("{}\n{section}", platform.configuration())).unwrap();
        let (good, said) = platform.check_file(&path).await;
        assert!(!good && said.contains(what) && said.contains("qualified-signature"), "{trust}: {said}");
    }
}

//! What no honest browser sends, and what may happen to an honest one: a clear answer, and nothing lost.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use vzaemo_tests::petitions::{self, ESSENCE, OFFICIAL};
use vzaemo_tests::{Html, Language, Person, Platform, Settings, encoded, host_message, submission};

const NEW: &str = "/petitions/new";
const FORM: &str = "application/x-www-form-urlencoded";

async fn published(platform: &Platform, title: &str) -> String {
    let number = petitions::send(&platform.person(1).await, title).await;
    petitions::publish(&platform.person(OFFICIAL).await, &number).await;
    number
}

/// Bytes that are no form, fields that nobody asked for, values of a wrong type, bodies that are too large.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_form_is_answered_clearly() {
    let platform = Platform::start(Settings::default()).await;
    let person = platform.person(1).await;
    let unreadable = host_message(Language::En, "problem-input-title");
    for (what, kind, body) in [
        ("bytes that are no UTF-8", FORM, b"title=%FF%FE&_step=title&_go=next".to_vec()),
        ("raw bytes", FORM, vec![0xff, 0x00, 0xfe]),
        ("a step twice", FORM, b"_step=title&_step=contact&title=A+title+long+enough".to_vec()),
        ("JSON", "application/json", br#"{"title":"A title long enough"}"#.to_vec()),
        (
            "many parts",
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nx\r\n--x--".to_vec(),
        ),
    ] {
        let answer = person.post_body(NEW, kind, body).await.unwrap();
        assert_eq!(answer.status, 400, "{what}: {}", answer.text());
        assert!(answer.text().contains(&unreadable), "{what}: {}", answer.text());
    }
    // What does not fit the form comes back at it, with the answers that do.
    let title = "A title long enough";
    for (what, more, said) in [
        ("an unknown field", ("admin", "1"), host_message(Language::En, "form-error-changed")),
        ("a field twice", ("title", "Another title"), "takes one answer, but several were sent".to_owned()),
    ] {
        let answer = person.post(NEW, &[("_step", "title"), ("_go", "next"), ("title", title), more]).await;
        assert_eq!(answer.status, 422, "{what}: {}", answer.text());
        assert!(answer.text().contains(&said), "{what}: {}", answer.text());
        assert_eq!(answer.html().form_to(NEW).unwrap().value("title"), Some(title), "{what}");
    }
    // A step that is not there (any more) sends nothing off, though all answers were there before.
    let gone = person.post(NEW, &[("_step", "gone"), ("_go", "submit"), ("essence", ESSENCE)]).await;
    assert_eq!(gone.status, 422, "{}", gone.text());
    assert!(gone.text().contains(&host_message(Language::En, "form-error-changed")), "{}", gone.text());
    assert_eq!(person.form("/petitions/new?step=essence", NEW).await.value("essence"), Some(ESSENCE));
    // Far too long for the field, though not for a request: said, and kept to be shortened.
    let overlong = "а".repeat(100_000);
    let long = person.post(NEW, &[("_step", "essence"), ("_go", "next"), ("essence", &overlong)]).await;
    assert_eq!(long.status, 422, "{}", long.status);
    assert_eq!(long.html().form_to(NEW).unwrap().value("essence"), Some(overlong.as_str()));
    // Control characters and those that turn the writing round are dropped, not refused.
    let unseen = person
        .post(
            NEW,
            &[("_step", "title"), ("_go", "next"), ("title", "A\0 title \u{202e}long\u{7} enough\r\n")],
        )
        .await;
    unseen.led_to();
    assert_eq!(person.form(NEW, NEW).await.value("title"), Some("A title long enough"));
    // Of a wrong type, or not of the choices: an error of the field, with the form kept.
    let wrong = person
        .post(NEW, &[("_step", "contact"), ("_go", "next"), ("rules", "perhaps"), ("email", "nobody")])
        .await;
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    assert_eq!(wrong.html().form_to(NEW).unwrap().value("email"), Some("nobody"));

    // Ten megabytes, of one field and of many, to forms, acts, and addresses of the host's own.
    let too_large = host_message(Language::En, "problem-large-title");
    let mut big = b"_step=essence&_go=next&essence=".to_vec();
    big.resize(10 << 20, b'a');
    let many = "a=b&".repeat((10 << 20) / 4).into_bytes();
    for body in [&big, &many] {
        for path in [NEW, "/petitions/2026-1/sign"] {
            let answer =
                person.post_body(path, FORM, body.clone()).await.unwrap_or_else(|e| panic!("{path}: {e:?}"));
            assert_eq!(answer.status, 413, "{path}: {}", answer.text());
            assert!(answer.text().contains(&too_large), "{path}: {}", answer.text());
        }
    }
    for path in ["/preferences", "/development/clock", "/sign-out", "/cabinet/drafts/remove?address=/x"] {
        if let Ok(answer) = person.post_body(path, FORM, big.clone()).await {
            assert!(matches!(answer.status, 303 | 400 | 413), "{path}: {}", answer.status);
        }
    }
    assert_eq!(platform.visitor().get("/").await.status, 200, "the platform goes on");
}

/// Only this platform's own pages change anything.
#[tokio::test(flavor = "multi_thread")]
async fn attack_form_from_elsewhere_changes_nothing() {
    let platform = Platform::start(Settings::default()).await;
    let number = published(&platform, "Benches in the shade").await;
    let person = platform.person(2).await;
    let sign = format!("/petitions/{number}/sign");
    let other_port = format!("http://127.0.0.1:{}", platform.base().port().unwrap() ^ 1);
    for origin in [None, Some("null"), Some("https://evil.example"), Some(other_port.as_str())] {
        for path in [sign.as_str(), "/sign-out", "/development/clock", "/preferences"] {
            let answer = person.post_from(path, origin, &[("_submission", &submission())]).await;
            assert_eq!(answer.status, 403, "{path} from {origin:?}");
            assert!(
                answer.text().contains(&host_message(Language::En, "problem-foreign-title")),
                "{}",
                answer.text()
            );
        }
    }
    assert_eq!(petitions::count(&person, &number).await, 0);
    assert_eq!(person.get("/cabinet").await.status, 200, "still signed in");
}

/// The same form sent again is the same act, also at the same time; another person's id is their own.
#[tokio::test(flavor = "multi_thread")]
async fn attack_replayed_signature_counts_once() {
    let platform = Platform::start(Settings::default()).await;
    let number = published(&platform, "A library open on Sundays").await;
    let page = format!("/petitions/{number}");
    let (one, two) = (platform.person(2).await, platform.person(3).await);
    let form = one.form(&page, &format!("{page}/sign")).await;
    assert!(form.value("_submission").is_some_and(|id| id.len() >= 32), "{form:?}");
    let first = one.submit(&form).await;
    let again = one.submit(&form).await;
    assert_eq!(first.led_to(), again.led_to());
    let at_once = two.form(&page, &format!("{page}/sign")).await;
    let sent = [two.clone(), two.clone(), two.clone(), two.clone()].map(|two| {
        let form = at_once.clone();
        tokio::spawn(async move { two.submit(&form).await })
    });
    for answer in sent {
        assert_eq!(answer.await.unwrap().led_to(), first.led_to());
    }
    // Somebody else's id does not tell what they did, nor stand in the way.
    let three = platform.person(4).await;
    let stolen =
        three.post(&format!("{page}/sign"), &[("_submission", form.value("_submission").unwrap())]).await;
    assert_eq!(stolen.led_to(), first.led_to());
    assert_eq!((petitions::count(&one, &number).await, petitions::listed(&one, &number).await), (3, 3));
}

/// The session ends in the middle of a form: what was typed waits, and the form can be finished.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_survives_the_end_of_its_session() {
    let platform = Platform::start(Settings::default()).await;
    let (writing, elsewhere) = (platform.person(2).await, platform.person(2).await);
    let title = "Clean water in every school";
    let form = writing.form(NEW, NEW).await.with("title", title).press("next");
    let similar = writing.submit(&form).await;
    let form = writing.form(similar.led_to(), NEW).await.press("next");
    let essence = writing.submit(&form).await;
    let form = writing.form(essence.led_to(), NEW).await.with("essence", ESSENCE).press("next");

    let sessions = elsewhere.page("/cabinet/sessions").await;
    let end = sessions.forms().into_iter().find(|form| form.action.starts_with("/cabinet/sessions/end"));
    assert_eq!(
        elsewhere.submit(&end.expect("the other session can be ended")).await.led_to(),
        "/cabinet/sessions"
    );

    let expired = writing.submit(&form).await;
    assert_eq!(expired.status, 401);
    assert!(
        expired.text().contains(&host_message(Language::En, "problem-expired-title")),
        "{}",
        expired.text()
    );
    let back = expired.html().links().into_iter().find(|link| link.starts_with("/sign-in?to=")).unwrap();
    assert_eq!(back, "/sign-in?to=%2Fpetitions%2Fnew");
    writing.sign_in_to(2, NEW).await;
    // What was sent before the end is in the draft, what was sent after it was kept too.
    assert_eq!(writing.form(NEW, NEW).await.value("title"), Some(title));
    let form = writing.form(essence.led_to(), NEW).await;
    assert_eq!(form.value("essence"), Some(ESSENCE));
    let contact = writing.submit(&form.press("next")).await;
    let form =
        writing.form(contact.led_to(), NEW).await.with("email", "taras@example.com").with("rules", "true");
    let check = writing.submit(&form.press("next")).await;
    let form = writing.form(check.led_to(), NEW).await.press("submit");
    let sent = writing.submit(&form).await;
    let own = writing.follow(&sent).await;
    assert!(own.text().contains(title) && own.text().contains(ESSENCE), "{}", own.text());
    // The next petition begins empty.
    assert_eq!(writing.form(NEW, NEW).await.value("title"), Some(""));
}

/// A sign-in that was not begun in this browser, or is answered twice, opens no session.
#[tokio::test(flavor = "multi_thread")]
async fn attack_sign_in_belongs_to_one_browser_and_happens_once() {
    let platform = Platform::start(Settings::default()).await;
    let (victim, attacker) = (platform.visitor(), platform.visitor());
    let begun = attacker.get("/sign-in/begin/development?to=/&login_hint=person:3").await;
    let chosen = attacker.get(begun.to.as_deref().unwrap()).await;
    let back = chosen.to.as_deref().unwrap();
    assert_eq!(victim.get(back).await.status, 403);
    assert_eq!(victim.get("/cabinet").await.status, 303, "not signed in");
    assert_eq!(attacker.get(back).await.led_to(), "/");
    assert_eq!(victim.get(back).await.status, 403);
    for query in ["", "?code=x", "?state=x", "?code=x&state=y", "?error=access_denied", "?code=%FF&code=2"] {
        let answer = victim.get(&format!("/sign-in/return/development{query}")).await;
        assert!(matches!(answer.status, 400 | 403), "{query}: {}", answer.status);
    }
    assert_eq!(victim.get("/sign-in/begin/nobody").await.status / 100, 4);
}

/// Addresses that lead nowhere or out of the platform.
#[tokio::test(flavor = "multi_thread")]
async fn attack_addresses_lead_nowhere_else() {
    let platform = Platform::start(Settings::default()).await;
    let person = platform.person(2).await;
    for path in [
        "/nothing",
        "/petitions/2026-999999",
        "/petitions/%2e%2e%2fdesk",
        "/petitions/%FF",
        "/petitions/a/b/c/d",
        "/nothing/new",
        "/consultations/x/paragraphs/y",
        "/cabinet/cases/petitions/2026-999999",
        "/assets/nothing.css",
        "/petitions/%00",
        "/petitions/new%0d%0aSet-Cookie:x=1",
        "/dev/id/nothing",
        "/language/xx",
    ] {
        let answer = person.get(path).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        assert!(
            answer
                .headers
                .get("set-cookie")
                .is_none_or(|cookie| !cookie.to_str().unwrap_or("").starts_with("x="))
        );
    }
    let long = format!("/petitions/{}", "a".repeat(8000));
    assert!(matches!(person.get(&long).await.status, 404 | 414));
    for (path, allowed) in [("/petitions", "GET"), ("/", "GET")] {
        assert_eq!(person.post(path, &[]).await.status, 405, "{path} takes only {allowed}");
    }
    // A browser would tidy these up; an attacker does not.
    for path in [
        "/assets/../../../../etc/passwd",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
        "/assets/%2e%2e/%2e%2e/platform.toml",
        "/../platform.toml",
        "//etc/passwd",
        "/assets//etc/passwd",
        "/petitions/../../platform.toml",
    ] {
        let answer =
            raw(&platform, &format!("GET {path} HTTP/1.1\r\nHost: platform\r\nConnection: close\r\n\r\n"))
                .await;
        assert!(answer.starts_with("HTTP/1.1 404") || answer.starts_with("HTTP/1.1 400"), "{path}: {answer}");
        assert!(!answer.contains("root:") && !answer.contains("base-url"), "{path}: {answer}");
    }
    for to in [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "/%09/evil.example/..//x",
        "javascript:alert(1)",
        "/\t/evil.example",
        "\\\\evil.example",
    ] {
        let query = encoded(&[("to", to)]);
        let language = person.get(&format!("/language/en?{query}")).await;
        stays(language.led_to(), to);
        let answered = person.get(&format!("/sign-in?{query}")).await;
        stays(answered.led_to(), to);
        let visitor = platform.visitor();
        stays(visitor.try_sign_in(3, to).await.unwrap().led_to(), to);
        let moved = person.post("/development/clock", &[("by", "1d"), ("until", ""), ("to", to)]).await;
        stays(moved.led_to(), to);
    }
}

/// Whoever goes back in their browser after a form was sent, or to a draft that was removed, is told so and not that they
/// have answered wrongly.
#[tokio::test(flavor = "multi_thread")]
async fn going_back_to_a_form_that_was_sent_says_so() {
    let platform = Platform::start(Settings::default()).await;
    let author = platform.person(1).await;
    petitions::send(&author, "Ramps at all post offices").await;
    let answer = author.get("/petitions/new?step=check").await;
    let page = answer.html();
    assert_eq!(answer.status, 200, "{}", page.text());
    assert!(page.text().contains(&host_message(Language::En, "form-gone-lead")), "{}", page.text());
    assert!(page.links().iter().any(|link| link == "/cabinet"), "{:?}", page.links());
    assert!(!page.text().contains(&host_message(Language::En, "form-errors-title")), "{}", page.text());
    // With a draft there the page shows it, and says what is missing.
    let form = author.form(NEW, NEW).await.with("title", "Ramps at all schools").press("next");
    author.submit(&form).await.led_to();
    let answer = author.get("/petitions/new?step=check").await;
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert!(answer.text().contains(&host_message(Language::En, "form-errors-title")), "{}", answer.text());
}

/// The way back through a form keeps what was typed and finds no fault with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_step_back_keeps_what_was_typed() {
    let platform = Platform::start(Settings::default()).await;
    let author = platform.person(1).await;
    let form = author.form(NEW, NEW).await;
    assert!(!form_has(&author, NEW, "back").await, "nothing stands before the first step");
    author.submit(&form.with("title", "Ramps at all post offices").press("next")).await.led_to();
    assert!(form_has(&author, "/petitions/new?step=essence", "back").await);
    let form =
        author.form("/petitions/new?step=essence", NEW).await.with("essence", "Too short").press("back");
    assert_eq!(author.submit(&form).await.led_to(), "/petitions/new?step=similar");
    assert_eq!(author.form("/petitions/new?step=essence", NEW).await.value("essence"), Some("Too short"));
    let form = author.form("/petitions/new?step=similar", NEW).await.press("back");
    assert_eq!(author.submit(&form).await.led_to(), "/petitions/new?step=title");
}

/// Whether the form of a page has a button of this value.
async fn form_has(person: &Person, page: &str, button: &str) -> bool {
    person.form(page, NEW).await.buttons.iter().any(|(name, value)| name == "_go" && value == button)
}

/// Addresses with a page of a list that there never was are not found, and that is nobody's failure: a visitor must not be
/// able to have a module set aside by asking for them.
#[tokio::test(flavor = "multi_thread")]
async fn attack_pages_of_lists_that_are_not_there_set_no_module_aside() {
    for settings in [Settings::default(), Settings::default().on_postgres()] {
        let platform = Platform::start(settings).await;
        let number = published(&platform, "Ramps at all post offices").await;
        let (visitor, author, official) =
            (platform.visitor(), platform.person(1).await, platform.person(OFFICIAL).await);
        let signatories = format!("/petitions/{number}/signatories");
        // The second is a list longer than any order, the third one that holds a character which is stored nowhere.
        let cursors = ["nonsense", "WyJhIiwiYiIsImMiLCJkIiwiZSJd", "WyJcdTAwMDAiLCJhIl0", "%00", "%FF", "-1"];
        for cursor in cursors {
            for _ in 0..4 {
                let answer = visitor.get(&format!("{signatories}?after={cursor}")).await;
                assert_eq!(answer.status, 404, "{cursor}: {}", answer.text());
            }
            let answer = visitor.get(&format!("/petitions?after={cursor}")).await;
            assert_eq!(answer.status, 404, "{cursor}: {}", answer.text());
            let answer = official.get(&format!("/petitions/desk?after={cursor}")).await;
            assert_eq!(answer.status, 404, "{cursor}: {}", answer.text());
            for page in ["documents", "accesses", "record"] {
                let answer = author.get(&format!("/cabinet/{page}?after={cursor}")).await;
                assert_eq!(answer.status, 404, "{page} {cursor}: {}", answer.text());
            }
        }
        for address in ["/petitions/%00", "/cabinet/cases/petitions/%00", "/files/%00", "/petitions/%00/sign"]
        {
            assert_eq!(author.get(address).await.status, 404, "{address}");
        }
        let wrong =
            [("case", format!("petitions/{number}")), ("wrong", "a\0b".into()), ("right", "c\0".into())];
        let wrong: Vec<(&str, &str)> = wrong.iter().map(|(name, value)| (*name, value.as_str())).collect();
        author.post("/cabinet/my-data/corrections", &wrong).await.led_to();
        for address in ["/search?q=%00", "/petitions?q=%00"] {
            assert!(author.get(address).await.status < 500, "{address}");
        }
        assert_eq!(visitor.get(&signatories).await.status, 200, "the module serves on");
    }
}

/// A browser that is sent to `location` stays on the platform.
fn stays(location: &str, asked: &str) {
    let base = url::Url::parse("http://platform.invalid/").unwrap();
    let gone = base.join(location).unwrap();
    assert_eq!(gone.origin(), base.origin(), "{asked} leads to {location}");
    assert!(!gone.path().starts_with("//"), "{asked} leads to {location}");
}

/// Requests that HTTP itself does not allow end with an error and harm nobody.
#[tokio::test(flavor = "multi_thread")]
async fn attack_broken_requests_harm_nobody() {
    let platform = Platform::start(Settings::default()).await;
    for request in [
        "\r\n\r\n".to_owned(),
        "GET\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\nHost: x\r\n\r\n".to_owned(),
        "POST /petitions/new HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n".to_owned(),
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n".to_owned(),
        format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\nConnection: close\r\n\r\n", "a".repeat(1 << 20)),
        format!("GET / HTTP/1.1\r\nHost: x\r\nCookie: session={}\r\nConnection: close\r\n\r\n", "a".repeat(4000)),
        "GET / HTTP/1.1\r\nHost: x\r\nCookie: session=%00; language=<script>; told=e30; parked=..\r\nConnection: close\r\n\r\n".to_owned(),
    ] {
        let answer = raw(&platform, &request).await;
        assert!(!answer.starts_with("HTTP/1.1 5"), "{request:.80}: {answer:.200}");
    }
    assert_eq!(platform.visitor().get("/").await.status, 200);
}

/// Sends bytes and reads what comes until the connection ends.
async fn raw(platform: &Platform, request: &str) -> String {
    let address = ("127.0.0.1", platform.base().port().unwrap());
    let mut stream = TcpStream::connect(address).await.expect("the platform listens");
    let _it_may_have_hung_up = stream.write_all(request.as_bytes()).await;
    let mut answer = Vec::new();
    // A reset counts as an end; a platform that waits for the rest of a request need not be waited for.
    let _ended = tokio::time::timeout(Duration::from_secs(3), stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// Ways in which text has become script elsewhere.
const EVIL: [&str; 5] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</textarea></title><svg onload=alert(1)>",
    "[here](javascript:alert(1)) <javascript:alert(1)>",
    "{{7*7}} ${alert(1)} { $name } \u{2068}<iframe src=//evil.example></iframe>",
];

/// A page on which nothing runs; with what was typed shown as text where it should be.
async fn inert(person: &Person, path: &str) -> Html {
    // `page` has looked for dangers.
    person.page(path).await
}

/// A script in every text field is text on every page that shows it.
#[tokio::test(flavor = "multi_thread")]
async fn attack_script_in_any_field_stays_text() {
    let platform = Platform::start(Settings::default()).await;
    let (author, official, visitor) =
        (platform.person(1).await, platform.person(OFFICIAL).await, platform.visitor());
    for evil in EVIL {
        let title = format!("Title {evil}");
        let essence = format!("{ESSENCE}\n\n{evil}\n\n- {evil}");
        // Kept in a form that is wrong, and on the page with all answers.
        let form = author.form(NEW, NEW).await.with("title", &title).press("next");
        let similar = author.submit(&form).await.led_to().to_owned();
        inert(&author, &similar).await;
        let form = author.form(&similar, NEW).await.press("next");
        let step = author.submit(&form).await.led_to().to_owned();
        let form = author.form(&step, NEW).await;
        let wrong =
            author.submit(&form.clone().with("essence", &evil[..evil.len().min(30)]).press("next")).await;
        assert_eq!((wrong.status, wrong.html().dangers()), (422, vec![]));
        let contact = author.submit(&form.with("essence", &essence).press("next")).await.led_to().to_owned();
        let form = author.form(&contact, NEW).await.with("rules", "true");
        let wrong = author.submit(&form.clone().with("email", evil).press("next")).await;
        assert_eq!((wrong.status, wrong.html().dangers()), (422, vec![]));
        let form = form.with("email", "maria@example.com").press("next");
        let check = author.submit(&form).await.led_to().to_owned();
        let form = inert(&author, &check).await.form_to(NEW).unwrap().press("submit");
        let number = petitions::number(&author.submit(&form).await);
        let page = format!("/petitions/{number}");
        let own = inert(&author, &format!("{page}/checking")).await;
        assert!(own.text().contains("Title"), "{}", own.text());
        for path in ["/cabinet", "/cabinet/drafts", &format!("/cabinet/cases/petitions/{number}")] {
            inert(&author, path).await;
        }
        inert(&official, "/petitions/desk").await;
        petitions::publish(&official, &number).await;
        for path in ["/", "/petitions", "/search?q=Title", &page, &format!("{page}/signatories")] {
            inert(&visitor, path).await;
        }
        // In the query, where it comes back on the page.
        let query = encoded(&[("q", evil), ("stage", evil), ("after", evil), ("to", evil)]);
        for path in ["/search", "/petitions", "/preferences", "/sign-in", "/nothing"] {
            let answer = visitor.get(&format!("{path}?{query}")).await;
            assert_eq!(answer.html().dangers(), Vec::<String>::new(), "{path}: {}", answer.status);
            assert!(answer.status < 500, "{path}: {}", answer.status);
        }
    }
    // What an official writes is shown to everybody.
    let number = petitions::send(&author, "One more to be refused").await;
    let address = format!("/petitions/{number}/refuse");
    let form = official
        .form(&address, &address)
        .await
        .with("reason", "unclear")
        .with("explanation", &EVIL.join("\n"));
    official.submit(&form.press("submit")).await.led_to();
    inert(&visitor, &format!("/petitions/{number}")).await;
    let policy = visitor.get("/").await;
    let policy = policy.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") || policy.contains("default-src 'self'"), "{policy}");
    assert!(!policy.contains("unsafe-inline") && !policy.contains("unsafe-eval"), "{policy}");
}

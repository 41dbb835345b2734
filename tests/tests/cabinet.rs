//! What a person has in the cabinet beside cases: notices by e-mail, who saw their data, an archive, erasure.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use vzaemo_test_smtp::{Server, Taken, Tls};
use vzaemo_tests::petitions::{self, OFFICIAL};
use vzaemo_tests::{Answer, Language, Person, Platform, Settings, host_message, until};

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
    notices_go_by_e_mail_as_the_person_wants_it
    a_person_sees_who_opened_their_record
    an_archive_holds_everything_about_a_person
    an_erasure_takes_what_may_go_and_says_what_stays
}

const MAIL: &str = "/cabinet/mail";
const ACCESSES: &str = "/cabinet/accesses";

fn said(key: &str) -> String {
    host_message(Language::En, key)
}

/// The letters that the server has, once there are so many.
async fn letters(server: &Server, count: usize) -> Vec<Taken> {
    until(&format!("{count} letters arrive"), async || {
        let taken = server.taken();
        (taken.len() >= count).then_some(taken)
    })
    .await
}

/// The path of the first link of a letter that contains this.
fn link(letter: &Taken, part: &str) -> String {
    let plain = letter.plain.as_deref().unwrap();
    let words = plain.split_whitespace().find(|word| word.contains(part));
    let url = words.unwrap_or_else(|| panic!("no link with {part} in {plain}"));
    url.split_once("://").unwrap().1.split_once('/').map(|(_, path)| format!("/{path}")).unwrap()
}

async fn confirm(person: &Person, email: &str, server: &Server) -> Answer {
    let before = server.taken().len();
    let form = person.form(MAIL, "/cabinet/mail/address").await.with("email", email);
    assert_eq!(person.submit(&form).await.led_to(), MAIL);
    let letter = letters(server, before + 1).await.pop().unwrap();
    assert_eq!(letter.to, [email]);
    let path = link(&letter, "/cabinet/mail/confirm");
    let form = person.form(&path, "/cabinet/mail/confirm").await;
    person.submit(&form).await
}

async fn notices_go_by_e_mail_as_the_person_wants_it(settings: Settings) {
    let server = Server::start(Tls::None);
    let platform = Platform::start(Settings { more: server.section(), ..settings }).await;
    let (author, official) = (platform.person(1).await, platform.person(OFFICIAL).await);

    let wrong = author.form(MAIL, "/cabinet/mail/address").await.with("email", "maria");
    let wrong = author.submit(&wrong).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.html().text().contains(&said("mail-malformed")), "{}", wrong.text());
    assert_eq!(confirm(&author, "maria@citizen.example", &server).await.led_to(), MAIL);
    assert!(author.page(MAIL).await.text().contains(&said("mail-confirmed")));

    // Somebody else cannot use the link, nor can it be used twice.
    let path = link(&server.taken()[0], "/cabinet/mail/confirm");
    let other = platform.person(2).await;
    for person in [&other, &author] {
        let form = person.form(&path, "/cabinet/mail/confirm").await;
        assert_eq!(person.submit(&form).await.status, 422);
    }
    assert!(!other.page(MAIL).await.text().contains("maria@"));

    // What the law has her told of comes at once, though she wants all else in the morning.
    let form = author.form(MAIL, "/cabinet/mail/rhythm").await.with("case", "daily").with("language", "uk");
    assert_eq!(author.submit(&form).await.led_to(), MAIL);
    let refused = petitions::send(&author, "Ramps at the entrances of all post offices").await;
    let published = petitions::send(&author, "Timetables of suburban trains as open data").await;
    petitions::publish(&official, &published).await;
    let refuse =
        official.form(&format!("/petitions/{refused}/refuse"), &format!("/petitions/{refused}/refuse")).await;
    let refuse =
        refuse.with("reason", "unclear").with("explanation", "Say what exactly is asked for, and where.");
    official.submit(&refuse.press("submit")).await.led_to();
    let taken = letters(&server, 2).await;
    let legal = &taken[1];
    assert!(legal.plain.as_deref().unwrap().contains(&format!("/petitions/{refused}")), "{legal:?}");
    assert!(!legal.headers.contains_key("list-unsubscribe"));
    assert_eq!(legal.headers["content-language"], "uk");
    until("the page says what was sent", async || {
        author.page(MAIL).await.text().contains(&said("mail-sent")).then_some(())
    })
    .await;

    platform.move_clock("1d").await;
    let taken = letters(&server, 3).await;
    let daily = &taken[2];
    assert!(daily.plain.as_deref().unwrap().contains(&format!("/petitions/{published}")), "{daily:?}");
    assert_eq!(daily.headers["list-unsubscribe-post"], "List-Unsubscribe=One-Click");
    // A mail program, which has neither session nor origin, stops them by one press.
    let stop = link(daily, "/cabinet/mail/stop");
    let program = platform.visitor();
    assert_eq!(program.get(&stop).await.status, 200);
    let pressed = program.post_from(&stop, None, &[("List-Unsubscribe", "One-Click")]).await;
    assert_eq!(pressed.status, 200);
    assert_eq!(program.post_from("/cabinet/mail/stop?by=0", None, &[]).await.status, 404);
    let chosen = author.form(MAIL, "/cabinet/mail/rhythm").await;
    assert_eq!((chosen.value("case"), chosen.value("news")), (Some("never"), Some("never")));

    // Nothing of it stands in the log.
    let log = platform.log();
    assert!(!log.contains("maria@citizen.example") && !log.contains(&published), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_without_a_mail_server_says_so() {
    let platform = Platform::start(Settings::default()).await;
    let person = platform.person(1).await;
    assert!(person.page("/cabinet/notices").await.text().contains(&said("mail-how-none")));
    let page = person.page(MAIL).await;
    assert!(page.text().contains(&said("mail-none")) && page.form_to("/cabinet/mail/address").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_send_each_letter_once_and_go_on_when_one_dies() {
    let server = Server::start(Tls::None);
    let settings = Settings { more: server.section(), ..Settings::default().on_postgres() };
    let mut first = Platform::start(settings.clone()).await;
    let second = first.join(&settings).await;
    let author = first.person(1).await;
    confirm(&author, "maria@citizen.example", &server).await;
    let author = author.at_node(&second);
    let before = petitions::send(&author, "Ramps at the entrances of all post offices").await;
    let official = second.person(OFFICIAL).await;
    petitions::publish(&official, &before).await;
    letters(&server, 2).await;
    first.kill().await;
    let after = petitions::send(&author, "Timetables of suburban trains as open data").await;
    petitions::publish(&official, &after).await;
    // The lease of the dead node has to end.
    let begun = std::time::Instant::now();
    while server.taken().len() < 3 {
        assert!(begun.elapsed().as_secs() < 180, "the second node sends");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let taken = server.taken();
    let ids: std::collections::BTreeSet<_> =
        taken.iter().map(|letter| &letter.headers["message-id"]).collect();
    assert_eq!((taken.len(), ids.len()), (3, 3));
}

async fn a_person_sees_who_opened_their_record(settings: Settings) {
    let platform = Platform::start(settings).await;
    let author = platform.person(1).await;
    let number = petitions::send(&author, "Ramps at the entrances of all post offices").await;
    let checking = format!("/petitions/{number}/checking");
    author.page(&checking).await;
    assert!(
        author.page(ACCESSES).await.text().contains(&said("accesses-none")),
        "her own views are no entries"
    );

    // The queue of the desk shows titles only; the record itself is an entry, once in ten minutes.
    let official = platform.person(OFFICIAL).await;
    official.page("/petitions/desk").await;
    assert!(author.page(ACCESSES).await.text().contains(&said("accesses-none")));
    official.page(&checking).await;
    official.page(&checking).await;
    let page = author.page(ACCESSES).await;
    let text = page.text();
    for words in
        [&said("access-seen"), &said("access-official"), "Бондаренко", "Ramps at the entrances", "393/96-ВР"]
    {
        assert!(text.contains(words), "{words} in {text}");
    }
    assert_eq!(text.matches(&said("access-seen")).count(), 1, "{text}");
    let case = |link: &String| link.starts_with("/cabinet/cases/petitions/");
    assert!(page.links().iter().any(case), "{:?}", page.links());

    // Whoever was not let in is told too: an official of another body, and a citizen without their name.
    let elsewhere = platform.person(9).await;
    assert_eq!(elsewhere.get(&checking).await.status, 403);
    let stranger = platform.person(2).await;
    assert_eq!(stranger.get(&checking).await.status, 403);
    let text = author.page(ACCESSES).await.text();
    assert_eq!(text.matches(&said("access-refused")).count(), 2, "{text}");
    assert!(text.contains(&said("access-person")) && !text.contains("Гнатюк"), "{text}");
    // That is hers alone.
    assert!(stranger.page(ACCESSES).await.text().contains(&said("accesses-none")));
    let mut platform = platform;
    platform.stop().await;
    platform.audit().await;
}

/// The archive as the person downloads it.
async fn archive(person: &Person) -> zip::ZipArchive<std::io::Cursor<Vec<u8>>> {
    let bytes = person.download("/cabinet/my-data/archive").await;
    zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a whole archive")
}

fn text(archive: &mut zip::ZipArchive<std::io::Cursor<Vec<u8>>>, name: &str) -> String {
    let mut text = String::new();
    let mut entry = archive.by_name(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    std::io::Read::read_to_string(&mut entry, &mut text).unwrap();
    text
}

const DRAFT: &str = "Free travel for pupils on buses between towns";

/// A person with a sent record, a draft, a notice and an official who looked.
async fn active(platform: &Platform) -> (Person, String) {
    let author = platform.person(1).await;
    let number = petitions::send(&author, "Ramps at the entrances of all post offices").await;
    let official = platform.person(OFFICIAL).await;
    petitions::publish(&official, &number).await;
    until("she is told", async || {
        let text = author.page("/cabinet/notices").await.text();
        (!text.contains(&said("cabinet-no-notices"))).then_some(())
    })
    .await;
    let form = author.form("/petitions/new", "/petitions/new").await.with("title", DRAFT).press("save");
    assert_eq!(author.submit(&form).await.led_to(), "/cabinet/drafts");
    (author, number)
}

async fn an_archive_holds_everything_about_a_person(settings: Settings) {
    let platform = Platform::start(settings).await;
    let (author, number) = active(&platform).await;
    let other = platform.person(2).await;
    petitions::sign(&other, &number).await;

    let mut mine = archive(&author).await;
    let names: Vec<String> = mine.file_names().map(|name| name.unwrap().into_owned()).collect();
    for name in [
        "index.html",
        "about.json",
        "cases.json",
        "notices.json",
        "drafts.json",
        "accesses.json",
        "sessions.json",
        "letters.json",
        "files.json",
    ] {
        assert!(names.iter().any(|known| known == name), "{name} in {names:?}");
    }
    let title = "Ramps at the entrances of all post offices";
    for (name, words) in [
        ("about.json", "Коваль"),
        ("cases.json", title),
        ("notices.json", number.as_str()),
        ("drafts.json", DRAFT),
        ("accesses.json", "\"official\""),
        // What the module keeps, with what it shows to nobody.
        ("services/petitions/petitions.json", "author@example.com"),
    ] {
        let text = text(&mut mine, name);
        assert!(text.contains(words), "{words} in {name}: {text}");
        let parsed: serde_json::Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(parsed.as_array().is_some_and(|all| !all.is_empty()), "{name}");
    }
    let html = text(&mut mine, "index.html");
    for words in [title, DRAFT, "author@example.com", &said("cabinet-accesses"), "<html lang=\"en\">"] {
        assert!(html.contains(words), "{words} in {html}");
    }
    assert!(!html.contains("<script"));
    // It is read on another day, by somebody who does not know how the platform calls its bodies.
    assert!(!html.contains(&said("date-today")), "{html}");
    let seen = format!("{} · Cabinet of Ministers of Ukraine", said("access-seen"));
    assert!(html.contains(&seen), "{seen} in {html}");

    // Everybody gets their own, in their own language.
    other.read(Language::Uk).await;
    let mut others = archive(&other).await;
    let html = text(&mut others, "index.html");
    assert!(
        html.contains("<html lang=\"uk\">") && html.contains(&host_message(Language::Uk, "cabinet-accesses"))
    );
    assert!(!html.contains("author@example.com") && !html.contains(DRAFT), "{html}");
    assert!(html.contains("<h2>Електронні петиції: підписи</h2>"), "{html}");
    let plan = other.page(ERASURE).await.text();
    assert!(plan.contains("Електронні петиції: підписи (1)"), "{plan}");
    assert!(text(&mut others, "services/petitions/signatures.json").contains(&number));
    let visitor = platform.visitor();
    assert!(visitor.get("/cabinet/my-data/archive").await.led_to().starts_with("/sign-in"));
}

const ERASURE: &str = "/cabinet/my-data/erasure";

async fn an_erasure_takes_what_may_go_and_says_what_stays(settings: Settings) {
    let mut platform = Platform::start(settings).await;
    let (author, number) = active(&platform).await;
    let plan = author.page(ERASURE).await.text();
    for words in ["drafts: 1", "notices: 1", "393/96-ВР", "3 years", &said("erasure-stays")] {
        assert!(plan.contains(words), "{words} in {plan}");
    }
    // Without the tick nothing happens.
    let form = author.form(ERASURE, ERASURE).await;
    let unsure = author.submit(&form).await;
    assert_eq!(unsure.status, 422);
    assert!(unsure.html().text().contains(&said("erasure-unticked")));
    assert!(author.page("/cabinet/drafts").await.links().contains(&"/petitions/new".to_owned()));

    let done = author.submit(&form.with("sure", "yes")).await;
    assert_eq!(done.status, 200);
    assert!(done.html().text().contains(&said("erasure-begun")), "{}", done.text());
    until("what may go is gone", async || {
        let drafts = author.page("/cabinet/drafts").await.text().contains(&said("cabinet-no-drafts"));
        let notices = author.page("/cabinet/notices").await.text().contains(&said("cabinet-no-notices"));
        let accesses = author.page(ACCESSES).await.text().contains(&said("accesses-none"));
        (drafts && notices && accesses).then_some(())
    })
    .await;
    // The record stays, as the law has it, under the name.
    let page = author.page(&format!("/petitions/{number}")).await.text();
    assert!(page.contains("Ramps at the entrances") && page.contains("Коваль"), "{page}");

    // Of somebody of whom nothing has to stay, the name goes too.
    let other = platform.person(3).await;
    let form = other.form("/petitions/new", "/petitions/new").await.with("title", DRAFT).press("save");
    other.submit(&form).await.led_to();
    assert!(other.page(ERASURE).await.text().contains(&said("erasure-whole")));
    let sure = other.form(ERASURE, ERASURE).await.with("sure", "yes");
    assert_eq!(other.submit(&sure).await.led_to(), "/");
    assert!(other.get("/cabinet").await.led_to().starts_with("/sign-in"), "the session has ended");
    // Whoever signs in with the same key is a new person.
    let anew = platform.person(3).await;
    assert!(anew.page("/cabinet/drafts").await.text().contains(&said("cabinet-no-drafts")));
    platform.stop().await;
    platform.audit().await;
}

/// The holder says that signatures need not be kept: they go with the person, and are counted no more.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_holder_does_not_want_kept_goes_from_the_records_too() {
    let mut settings = Settings::default();
    let retention = "\n[modules.petitions.retention.signatures]\nkeep = \"P0D\"\nlaw = \"393/96-ВР\"";
    settings.module("petitions").config = retention.to_owned();
    let mut platform = Platform::start(settings).await;
    let (_, number) = active(&platform).await;
    let other = platform.person(2).await;
    petitions::sign(&other, &number).await;
    assert_eq!(petitions::count(&platform.visitor(), &number).await, 1);
    let sure = other.form(ERASURE, ERASURE).await.with("sure", "yes");
    assert_eq!(other.submit(&sure).await.led_to(), "/", "nothing stays");
    let visitor = platform.visitor();
    until("the signature is gone", async || {
        let (counted, listed) =
            (petitions::count(&visitor, &number).await, petitions::listed(&visitor, &number).await);
        (counted == 0 && listed == 0).then_some(())
    })
    .await;
    // What the journal held of it goes too; a replay of the case says so and finds all else as it was.
    let case = format!("petitions/{number}");
    // The journal follows the documents in a commit of its own, so a platform stopped in between has yet to do it.
    let mut last = (false, String::new());
    for _ in 0..60 {
        platform.stop().await;
        last = platform.run_audit(&["replay", "--case", &case]).await;
        if last.1.contains("0 do not follow, 1 erased by rule") {
            break;
        }
        platform.restart().await;
    }
    let (good, said) = last;
    assert!(good && said.contains("0 do not follow, 1 erased by rule"), "{said}");
    platform.audit().await;
}

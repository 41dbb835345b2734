//! Remembered pages are never stale, never another's, and answered as HTTP has it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use vzaemo_tests::anew::{ORIGIN, compare, content, header, is_remembered};
use vzaemo_tests::petitions::{self, OFFICIAL};
use vzaemo_tests::{Language, Person, Platform, Settings, until};

/// A platform with one module, for it starts sooner.
fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.modules.retain(|id, _| id == "petitions");
    settings
}

/// Random acts and views. The seed is told when it fails; set `SEED` to play it again.
#[tokio::test(flavor = "multi_thread")]
async fn no_page_is_ever_stale() {
    let seed = std::env::var("SEED").map_or_else(|_| rand::random(), |seed| seed.parse().unwrap());
    println!("SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let platform = Platform::start(settings().threshold(3)).await;
    let official = platform.person(OFFICIAL).await;
    let mut people = Vec::new();
    for number in 1..=5 {
        people.push(platform.person(number).await);
    }
    let english = platform.visitor();
    english.read_english().await;
    let readers = [platform.visitor(), english, people[0].clone(), people[1].clone()];
    let mut numbers = Vec::new();
    let mut paths: Vec<String> =
        ["/", "/petitions", "/petitions?stage=review", "/petitions?q=ramps"].map(str::to_owned).into();
    let mut remembered = 0;
    for step in 0..40 {
        let done = if numbers.len() < 2 || random.random_ratio(1, 12) {
            let author = &people[random.random_range(0..people.len())];
            let number = petitions::send(author, &format!("Ramps at post office number {step}")).await;
            petitions::publish(&official, &number).await;
            paths.extend([format!("/petitions/{number}"), format!("/petitions/{number}/signatories")]);
            numbers.push(number.clone());
            format!("step {step}: {number} was published")
        } else if random.random_ratio(1, 12) {
            platform.move_clock("1d").await;
            format!("step {step}: a day passed")
        } else {
            let person = random.random_range(0..people.len());
            let number = &numbers[random.random_range(0..numbers.len())];
            let act = if random.random_ratio(2, 3) { "sign" } else { "withdraw" };
            let sent = people[person].post(&format!("/petitions/{number}/{act}"), &[]).await;
            format!("step {step}: person {person} would {act} {number}: {}", sent.status)
        };
        for path in &paths {
            let reader = &readers[random.random_range(0..readers.len())];
            remembered += u32::from(compare(reader, path, &done).await);
        }
        // What comes next has to meet pages that are remembered.
        for path in &paths {
            for reader in &readers {
                assert_eq!(reader.get(path).await.status, 200, "{path}");
            }
        }
    }
    assert!(remembered > 40, "pages that were not touched came from memory: {remembered}");
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_ask_whether_they_still_have_the_page() {
    let platform = Platform::start(settings()).await;
    let (author, official) = (platform.person(1).await, platform.person(OFFICIAL).await);
    let number = petitions::send(&author, "Ramps at the entrances of all post offices").await;
    petitions::publish(&official, &number).await;
    let path = format!("/petitions/{number}/signatories");
    let visitor = platform.visitor();
    let first = visitor.get(&path).await;
    let tag = header(&first, "etag").to_owned();
    assert!(tag.starts_with('"'), "{:?}", first.headers);
    assert_eq!(header(&first, "cache-control"), "private, no-cache");
    assert!(header(&first, "vary").contains("cookie"), "{:?}", first.headers);
    // The frame shows the minute in development mode, so the page may have become another one meanwhile.
    let again = until("the page is still the same", async || {
        let tag = header(&visitor.get(&path).await, "etag").to_owned();
        let again = visitor.get_with(&path, &[("if-none-match", &tag)]).await;
        (again.status == 304).then_some(again)
    })
    .await;
    assert!(again.body.is_empty() && !header(&again, "content-security-policy").is_empty());
    // Compressed, and another page for its encoding.
    let zipped = visitor.get_with(&path, &[("accept-encoding", "gzip")]).await;
    assert_eq!(header(&zipped, "content-encoding"), "gzip");
    assert_ne!(header(&zipped, "etag"), header(&visitor.get(&path).await, "etag"));
    // An act makes it another page.
    let tag = header(&visitor.get(&path).await, "etag").to_owned();
    petitions::sign(&author, &number).await;
    let changed = visitor.get_with(&path, &[("if-none-match", &tag)]).await;
    assert_eq!(changed.status, 200);
    // What else stands in the link does not matter, and what is declared does.
    visitor.get(&path).await;
    let link = visitor.get(&format!("{path}?utm_source=news&x=1")).await;
    assert!(is_remembered(&link), "undeclared parameters make no other page");
    assert!(!link.body.contains("utm_source"));
    // A visitor with a session gets their own page, which nobody keeps.
    let own = author.get_with(&path, &[("if-none-match", &tag)]).await;
    assert_eq!(
        (own.status, header(&own, "cache-control"), header(&own, "etag")),
        (200, "private, no-store", "")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_what_is_somebodys_own_is_nobody_elses() {
    let platform = Platform::start(settings()).await;
    let (author, official) = (platform.person(1).await, platform.person(OFFICIAL).await);
    let other = platform.person(2).await;
    let number = petitions::send(&author, "Ramps at the entrances of all post offices").await;
    // A view that is not open: the author's and the official's, again and again.
    let checking = format!("/petitions/{number}/checking");
    for _ in 0..2 {
        for who in [&author, &official] {
            let own = who.get(&checking).await;
            assert_eq!((own.status, header(&own, ORIGIN)), (200, ""), "it is made for each");
        }
        assert_eq!(other.get(&checking).await.status, 403);
        assert_eq!(platform.visitor().get(&checking).await.status, 303);
    }
    petitions::publish(&official, &number).await;
    // Slots: who has signed may withdraw, who has not may sign, who has no session may sign in.
    let page = format!("/petitions/{number}");
    let (sign, withdraw) = (format!("{page}/sign"), format!("{page}/withdraw"));
    petitions::sign(&author, &number).await;
    author.get(&page).await;
    let visitor = platform.visitor();
    for _ in 0..2 {
        let own = author.page(&page).await;
        assert!(own.form_to(&withdraw).is_some() && own.form_to(&sign).is_none());
        let others = other.page(&page).await;
        assert!(others.form_to(&sign).is_some() && others.form_to(&withdraw).is_none());
        let nobodys = visitor.page(&page).await;
        assert!(nobodys.form_to(&sign).is_none() && nobodys.form_to("/sign-out").is_none());
        assert!(nobodys.links().iter().any(|link| link.starts_with("/sign-in?")), "{:?}", nobodys.links());
    }
    assert!(is_remembered(&visitor.get(&page).await) && is_remembered(&other.get(&page).await));
    // One-time ids are one's own.
    let id = async |who: &Person, act: &str| {
        who.page(&page).await.form_to(act).unwrap().value("_submission").unwrap().to_owned()
    };
    assert_ne!(id(&other, &sign).await, id(&other, &sign).await);
    // A failure is not remembered.
    assert_eq!(visitor.get("/petitions/0000-9").await.status, 404);
    assert_eq!(header(&visitor.get("/petitions/0000-9").await, ORIGIN), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_configuration_leaves_nothing_of_the_old_one() {
    let mut platform = Platform::start(settings().threshold(25_011)).await;
    let visitor = platform.visitor();
    visitor.read(Language::En).await;
    for path in ["/", "/petitions"] {
        visitor.get(path).await;
        assert!(is_remembered(&visitor.get(path).await), "{path}");
    }
    assert!(visitor.page("/petitions").await.text().contains("25 011"), "the setting stands on the page");
    platform.configure(|settings| settings.module("petitions").config = "threshold = 31017".to_owned());
    until("the new setting stands on the page", async || {
        visitor.page("/petitions").await.text().contains("31 017").then_some(())
    })
    .await;
    platform.configure(|settings| settings.module("petitions").enabled = false);
    until("the service says that it is paused", async || {
        (visitor.get("/petitions").await.status == 503).then_some(())
    })
    .await;
    let first = visitor.page("/").await;
    assert!(!first.links().contains(&"/petitions".to_owned()), "{:?}", first.links());
    platform.configure(|settings| settings.module("petitions").enabled = true);
    until("the service is back", async || (visitor.get("/petitions").await.status == 200).then_some(()))
        .await;
    assert!(visitor.page("/").await.links().contains(&"/petitions".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_ask_at_once_one_has_the_page_made() {
    let platform = Platform::start(settings()).await;
    let visitor = platform.visitor();
    visitor.get("/").await;
    let asked: Vec<_> = (0..60)
        .map(|_| {
            let visitor = platform.visitor();
            tokio::spawn(async move { visitor.get("/petitions").await })
        })
        .collect();
    let (mut made, mut pages) = (0, std::collections::BTreeSet::new());
    for task in asked {
        let answer = task.await.unwrap();
        assert_eq!(answer.status, 200);
        made += u32::from(!is_remembered(&answer));
        pages.insert(content(&answer));
    }
    assert_eq!((made, pages.len()), (1, 1));
}

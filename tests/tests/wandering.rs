//! Nobody has to come back to the same node: each request of a person goes to another one, and is answered as if there
//! were one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use sqlx::{Connection as _, PgConnection};
use vzaemo_tests::anew::{compare, content, is_remembered};
use vzaemo_tests::petitions::{self, OFFICIAL};
use vzaemo_tests::{Language, Nodes, Person, Settings, encoded, host_message, until};

/// The representative of an organisation.
const REPRESENTATIVE: u32 = 13;
const EDRPOU: &str = "44900179";

/// Nodes with one module, for they start sooner.
async fn nodes(count: u8) -> Nodes {
    let mut settings = Settings::default().threshold(25);
    settings.modules.retain(|id, _| id == "petitions");
    Nodes::start(&settings.on_postgres(), count).await
}

/// Has each node remember a page, and what it shows to this person.
async fn remember(nodes: &Nodes, person: &Person, paths: &[&str]) {
    for node in &**nodes {
        for path in paths {
            for _ in 0..2 {
                node.visitor().page(path).await;
                person.at_node(node).page(path).await;
            }
        }
    }
}

/// Whether the first page has an element of this class.
async fn shows(person: &Person, class: &str) -> bool {
    person.get("/").await.body.contains(&format!("\"{class}\""))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_has_done_is_seen_at_the_node_that_they_ask_next() {
    let nodes = nodes(2).await;
    // Written, sent and published step by step at both; the sign-ins too.
    let author = nodes.wandering(1).await;
    let number = petitions::send(&author, "A footbridge over the railway").await;
    assert!(author.page("/cabinet").await.text().contains("A footbridge over the railway"));
    petitions::publish(&nodes.wandering(OFFICIAL).await, &number).await;

    let person = nodes.wandering(2).await;
    let page = format!("/petitions/{number}");
    let signatories = format!("{page}/signatories");
    for round in 0..24 {
        // Nothing waits here: what both nodes remember is wrong from the moment of the act on, and the next request
        // goes to the node that did not do it.
        remember(&nodes, &person, &["/", &page, &signatories]).await;
        let (act, signed) = if round % 2 == 0 { ("sign", true) } else { ("withdraw", false) };
        let done = person.post(&format!("{page}/{act}"), &[]).await;
        assert_eq!(done.status, 303, "round {round}: {}", done.text());
        assert_eq!(petitions::has_signed(&person, &number).await, signed, "round {round}: their own button");
        assert_eq!(petitions::count(&person, &number).await, usize::from(signed), "round {round}: the count");
        // An odd number of requests in each round: the act is done at each of the two in turn.
        person.page(&page).await;
    }

    // Sent again to the other node, as after an answer that was lost: what it reads there it has not heard of yet.
    let [first, second] = [&nodes[0], &nodes[1]].map(|node| person.at_node(node));
    for (act, signed) in [("sign", true), ("withdraw", false)].into_iter().cycle().take(10) {
        remember(&nodes, &person, &[&page]).await;
        let (path, id) = (format!("{page}/{act}"), vzaemo_tests::submission());
        let fields = [("_submission", id.as_str())];
        assert_eq!(first.post(&path, &fields).await.status, 303);
        person.lose_cookie("position");
        let again = second.post(&path, &fields).await;
        assert_eq!(again.status, 303, "the first outcome: {}", again.text());
        assert_eq!(petitions::has_signed(&second, &number).await, signed, "{act}");
    }

    // What they were told is read when it was shown, and so the number in the header is gone at the other node.
    remember(&nodes, &author, &["/"]).await;
    assert!(shows(&author, "v-count").await, "the author was told that it is published");
    author.page("/cabinet/notices").await;
    assert!(!shows(&author, "v-count").await, "and has read it");

    // The name to act in belongs to the session, which both nodes know.
    let representative = nodes.wanderer();
    representative.read_english().await;
    representative.sign_in_for(REPRESENTATIVE, "myself").await;
    for name in [EDRPOU, "myself", EDRPOU, "myself", EDRPOU] {
        remember(&nodes, &representative, &["/"]).await;
        representative.act_for(name).await;
        let in_header = shows(&representative, "v-top__for").await;
        assert_eq!(in_header, name == EDRPOU, "acting for {name}");
    }

    // Who has signed out is out; what was theirs is not shown any more, wherever they look.
    for number_of in 3..9 {
        let person = nodes.wandering(number_of).await;
        remember(&nodes, &person, &[&page]).await;
        let cookies = person.cookies();
        assert_eq!(person.post("/sign-out", &[]).await.status, 303);
        assert_eq!(person.get("/cabinet").await.status, 303, "person {number_of} has signed out");
        // The very session, with the position that the browser was told.
        let session = cookies.split("; ").find(|cookie| cookie.starts_with("session=")).unwrap();
        let kept = format!("{session}; {}", person.cookies());
        let again = person.another().get_with("/cabinet", &[("cookie", &kept)]).await;
        assert_eq!(again.status, 303, "a session that has ended serves nowhere");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_ends_at_another_node_than_it_began_and_serves_once() {
    let nodes = nodes(2).await;
    let [first, second] = [&nodes[0], &nodes[1]];
    let browser = nodes.wanderer();
    browser.read_english().await;
    let (here, there) = (browser.at_node(first), browser.at_node(second));
    let query = encoded(&[("to", "/cabinet"), ("login_hint", "person:5")]);
    // Begun at one, chosen at the other's provider, ended at the first and at the second.
    let begin = async |node: &Person, at_provider: &Person| {
        let begun = node.get(&format!("/sign-in/begin/development?{query}")).await;
        at_provider.get(begun.led_to()).await.led_to().to_owned()
    };
    let answer = begin(&here, &there).await;
    // Another browser cannot end it, nor does it use it up.
    let stranger = there.another();
    stranger.read_english().await;
    let refused = stranger.get(&answer).await;
    assert!(refused.status == 403 && refused.text().contains("another browser"), "{}", refused.text());
    let cookies = browser.cookies();
    assert_eq!(there.get(&answer).await.led_to(), "/cabinet");
    assert_eq!(here.get("/cabinet").await.status, 200);

    // The same answer again, with all that the browser had: no second session, at neither node.
    for node in [&here, &there, &here] {
        let thief = node.another();
        let again = thief.get_with(&answer, &[("cookie", &cookies)]).await;
        assert_eq!(again.status, 403, "{:?}", again.to);
        assert_eq!(thief.get("/cabinet").await.status, 303);
    }
    let sessions = here.page("/cabinet/sessions").await;
    let others =
        sessions.forms().iter().filter(|form| form.action.starts_with("/cabinet/sessions/end")).count();
    assert_eq!(others, 0, "there is but this session: {}", sessions.text());

    // Two tabs, each begun at another node, each ended at the other one.
    let tabs = nodes.wanderer();
    let (here, there) = (tabs.at_node(first), tabs.at_node(second));
    let (one, two) = (begin(&here, &there).await, begin(&there, &here).await);
    assert_eq!(there.get(&one).await.led_to(), "/cabinet");
    assert_eq!(here.get(&two).await.led_to(), "/cabinet");
    // Who begins again and again and never ends fills no header.
    for _ in 0..20 {
        begin(&here, &there).await;
    }
    let begun = tabs.cookies().split("; ").filter(|cookie| cookie.starts_with("sign-in-")).count();
    assert!((1..=3).contains(&begun), "{begun} sign-ins are remembered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_that_nobody_has_reached_is_passed_over() {
    let nodes = nodes(1).await;
    let visitor = nodes[0].visitor();
    visitor.page("/").await;
    let title = host_message(Language::Uk, "search-title");
    for position in ["18446744073709551615", "-1", "x", ""] {
        let cookie = format!("position={position}");
        let page = visitor.get_with("/search", &[("cookie", &cookie)]).await;
        assert!(page.status == 200 && page.text().contains(&title), "{position}");
        let remembered = visitor.get_with("/", &[("cookie", &cookie)]).await;
        assert_eq!(
            remembered.headers["x-remembered"], "remembered",
            "{position} costs nothing that others pay"
        );
    }
}

/// Random acts at random nodes, a clock that is moved among them. Whoever knows of the act sees what the platform would
/// make after it, at each node. The seed is told when it fails; set `SEED` to play it again.
#[tokio::test(flavor = "multi_thread")]
async fn no_page_is_stale_at_any_node() {
    let seed = std::env::var("SEED").map_or_else(|_| rand::random(), |seed| seed.parse().unwrap());
    println!("SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let nodes = nodes(2).await;
    let official = nodes.wandering(OFFICIAL).await;
    let mut people = Vec::new();
    for number in 1..=4 {
        people.push(nodes.wandering(number).await);
    }
    let english = nodes.wanderer();
    english.read_english().await;
    let readers = [nodes.wanderer(), english, people[0].clone(), people[1].clone()];
    let mut numbers = Vec::new();
    let mut paths: Vec<String> = ["/", "/petitions", "/petitions?q=ramps"].map(str::to_owned).into();
    let mut remembered = 0;
    for step in 0..30 {
        let node = &nodes[random.random_range(0..nodes.len())];
        let person = &people[random.random_range(0..people.len())].at_node(node);
        let (who, done) = if numbers.len() < 2 || random.random_ratio(1, 12) {
            let number = petitions::send(person, &format!("Ramps at post office number {step}")).await;
            petitions::publish(&official, &number).await;
            paths.extend([format!("/petitions/{number}"), format!("/petitions/{number}/signatories")]);
            numbers.push(number.clone());
            (&official, format!("step {step}: {number} was published"))
        } else if random.random_ratio(1, 8) {
            let moved = person.post("/development/clock", &[("by", "1d"), ("to", "/")]).await;
            assert_eq!(moved.status, 303, "{}", moved.text());
            (person, format!("step {step}: a day passed"))
        } else {
            let number = &numbers[random.random_range(0..numbers.len())];
            let act = if random.random_ratio(2, 3) { "sign" } else { "withdraw" };
            let sent = person.post(&format!("/petitions/{number}/{act}"), &[]).await;
            (person, format!("step {step}: {act} {number} at {}: {}", node.base(), sent.status))
        };
        for reader in &readers {
            reader.heard_from(who);
        }
        for path in &paths {
            let reader = &readers[random.random_range(0..readers.len())];
            let node = &nodes[random.random_range(0..nodes.len())];
            remembered += u32::from(compare(&reader.at_node(node), path, &done).await);
        }
        // Both nodes show the same, and what comes next has to meet pages that both remember.
        for path in &paths {
            for reader in &readers {
                let [one, other] = [&nodes[0], &nodes[1]].map(|node| reader.at_node(node));
                let same = until("both nodes show the same", async || {
                    let (one, other) = (one.get(path).await, other.get(path).await);
                    assert_eq!((one.status, other.status), (200, 200), "{path}");
                    (content(&one) == content(&other)).then_some(())
                });
                same.await;
            }
        }
    }
    assert!(remembered > 30, "pages that were not touched came from memory: {remembered}");
}

/// The clock of a development platform is one, at whichever node it is moved, and what is due is done.
#[tokio::test(flavor = "multi_thread")]
async fn the_clock_of_all_nodes_is_moved_at_any() {
    let nodes = nodes(2).await;
    let author = nodes.wandering(1).await;
    let number = petitions::send(&author, "Clocks at all bus stops").await;
    petitions::publish(&nodes.wandering(OFFICIAL).await, &number).await;
    let page = format!("/petitions/{number}");
    let sign = format!("{page}/sign");
    author.form(&page, &sign).await;
    let person = nodes.wanderer();
    let day = async |person: &Person| {
        let text = person.page("/").await.text();
        let (_, clock) =
            text.split_once("Юридичний годинник: ").expect("a development platform shows its clock");
        clock.split_once(',').expect("day and time").0.to_owned()
    };
    let mut before = day(&person).await;
    for _ in 0..4 {
        let moved = person.post("/development/clock", &[("by", "1m"), ("to", "/")]).await;
        assert_eq!(moved.status, 303, "{}", moved.text());
        let (one, other) = (day(&person).await, day(&person).await);
        assert!(one != before && other != before, "the clock has been moved at both nodes: {one}, {other}");
        // Midnight may have come between the two.
        assert!(one == other || day(&person).await == day(&person).await, "to the same day: {one}, {other}");
        before = other;
    }
    until("the collection has ended at both nodes", async || {
        for node in &*nodes {
            if author.at_node(node).page(&page).await.form_to(&sign).is_some() {
                return None;
            }
        }
        Some(())
    })
    .await;
}

/// A node that cannot read the log, though the rest of the database answers: whoever knows of a commit that it does not
/// waits a second and gets their page made anew; everybody else is served from memory.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_has_not_heard_makes_the_page_anew_for_whoever_has() {
    let mut settings = Settings::default();
    settings.modules.retain(|id, _| id == "petitions");
    let settings = settings.on_postgres();
    let url = settings.database.clone().unwrap();
    let mut database = PgConnection::connect(&url).await.unwrap();
    let nodes = Nodes::start(&settings, 1).await;
    let person = nodes[0].person(2).await;
    until("the node is slow to hear and not yet paused", async || {
        // It has heard of all that was done so far, and remembers the page.
        until("the page is remembered", async || {
            is_remembered(&person.get("/petitions").await).then_some(())
        })
        .await;
        let deaf = PgConnection::connect(&url).await.unwrap();
        let deaf = lock_the_log(deaf).await;
        // Another node has committed something, for all that this one can see.
        let ahead = "UPDATE head SET position = position + 1 RETURNING position";
        let position: i64 = sqlx::query_scalar(ahead).fetch_one(&mut database).await.unwrap();
        let cookies = format!("{}; position={position}", without_position(&person));
        let others = person.get("/petitions").await;
        let knows = person.another().get_with("/petitions", &[("cookie", &cookies)]).await;
        deaf.close().await.unwrap();
        assert_eq!((others.status, knows.status), (200, 200));
        assert_eq!(content(&others), content(&knows), "it is the same page");
        (is_remembered(&others) && !is_remembered(&knows)).then_some(())
    })
    .await;
}

/// Nobody else reads the commit log until the connection is closed.
async fn lock_the_log(mut connection: PgConnection) -> PgConnection {
    for statement in ["BEGIN", "LOCK TABLE commit_log IN ACCESS EXCLUSIVE MODE"] {
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
    connection
}

/// The cookies of a browser that knows of nothing lately done.
fn without_position(person: &Person) -> String {
    let cookies = person.cookies();
    let kept: Vec<&str> = cookies.split("; ").filter(|cookie| !cookie.starts_with("position=")).collect();
    kept.join("; ")
}

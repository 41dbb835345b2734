//! Nobody has to come back to the same node: each request of a person goes to another one, and is answered as if there
//! were one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use vzaemo_tests::petitions::{self, OFFICIAL};
use vzaemo_tests::{Language, Nodes, Person, Settings, encoded, host_message};

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

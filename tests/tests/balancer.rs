//! Three nodes behind a balancer are one platform, whatever fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::{JoinSet, block_in_place};
use vzaemo_test_postgres::{End, Server};
use vzaemo_tests::petitions::{self, OFFICIAL};
use vzaemo_tests::{Answer, Balancer, Language, Nodes, Person, Settings, host_message, submission, until};

/// The first of those who sign.
const FIRST: u32 = 200;
/// How many sign while something fails.
const EACH: usize = 24;
/// So many have signed before it does.
const BEFORE: usize = 4;
/// How long the database stays away.
const AWAY: Duration = Duration::from_secs(20);

/// Those who sign a petition while something fails.
struct Signing {
    tasks: JoinSet<()>,
    acknowledged: Arc<AtomicUsize>,
}

impl Signing {
    /// Each signs as soon as may be, and again with the same submission id after an answer that leaves open what became
    /// of it, until it is acknowledged.
    fn begin(persons: &[Person], number: &str) -> Self {
        let mut signing = Signing { tasks: JoinSet::new(), acknowledged: Arc::default() };
        for person in persons {
            let (person, number) = (person.clone(), number.to_owned());
            let acknowledged = Arc::clone(&signing.acknowledged);
            signing.tasks.spawn(async move {
                sign_at_last(&person, &number).await;
                acknowledged.fetch_add(1, Ordering::Relaxed);
            });
        }
        signing
    }

    /// Until some have signed, so that what fails then fails in the middle.
    async fn under_way(&self) {
        until("some have signed", async || {
            (self.acknowledged.load(Ordering::Relaxed) >= BEFORE).then_some(())
        })
        .await;
    }

    async fn end(self) {
        self.tasks.join_all().await;
    }
}

async fn sign_at_last(person: &Person, number: &str) {
    let (submission, begun) = (submission(), Instant::now());
    loop {
        match petitions::try_sign_as(person, number, &submission).await {
            Ok(answer) if answer.status == 303 => return,
            // A node that broke off, one that is busy or paused, none in time.
            Ok(answer) => {
                assert!((502..=504).contains(&answer.status), "{} {}", answer.status, answer.text())
            }
            Err(_) => {}
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it is not acknowledged");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Looks at a page again and again. Whatever fails behind the balancer, whoever reads gets the page.
fn reading(reader: Person, path: String) -> (Arc<AtomicUsize>, tokio::task::JoinHandle<()>) {
    let read = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&read);
    let task = tokio::spawn(async move {
        loop {
            // One that broke off in the middle of its answer is the only thing that the balancer cannot mend.
            if let Ok(answer) = reader.try_get(&path).await {
                assert_eq!(answer.status, 200, "{}", answer.text());
                count.fetch_add(1, Ordering::Relaxed);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    (read, task)
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

/// Whether a page says that changes are paused.
fn says_paused(answer: &Answer, language: Language) -> bool {
    answer.text().contains(&host_message(language, "paused-banner"))
}

#[tokio::test(flavor = "multi_thread")]
async fn three_nodes_behind_a_balancer_lose_nothing_whatever_fails() {
    let mut server = Server::start();
    let mut settings = Settings::default();
    settings.modules.retain(|id, _| id == "petitions");
    let mut nodes = Nodes::start(&settings.on_server(&server), 3).await;
    let balancer = Balancer::start(&nodes).await;

    // Sign-in, form, publication: each request at whichever node the balancer takes.
    let author = balancer.person(1).await;
    let number = petitions::send(&author, "Trees along the main street").await;
    petitions::publish(&balancer.person(OFFICIAL).await, &number).await;
    let mut asked = BTreeSet::new();
    for _ in 0..6 {
        asked.insert(header(&author.get("/cabinet").await, "x-node").to_owned());
    }
    assert_eq!(asked.len(), 3, "one session serves at all nodes: {asked:?}");
    petitions::sign(&author, &number).await;
    for _ in 0..6 {
        assert!(petitions::has_signed(&author, &number).await, "seen at once, at every node");
    }
    let mut people = JoinSet::new();
    for person in (FIRST..).take(3 * EACH) {
        let browser = balancer.visitor();
        people.spawn(async move {
            browser.sign_in(person).await;
            browser
        });
    }
    let people = people.join_all().await;
    let mut of_three = people.chunks(EACH);
    let mut next = || of_three.next().unwrap();

    kill_a_node(&mut nodes, &balancer, next(), &number).await;

    // The server crashes and recovers while people sign.
    let signing = Signing::begin(next(), &number);
    signing.under_way().await;
    block_in_place(|| {
        server.stop(End::Crash);
        server.start_again();
    });
    signing.end().await;
    // Some nodes have answered all of them; the others may still be about to find the server again.
    all_serve(&nodes, &balancer).await;

    stop_the_database(&mut server, &nodes, &balancer, next(), &number).await;

    // Each acknowledged signature is there once, and the whole log holds together.
    let visitor = balancer.visitor();
    assert_eq!(petitions::listed(&visitor, &number).await, 1 + 3 * EACH);
    until("the count is right at every node", async || {
        for node in &*nodes {
            if petitions::count(&node.visitor(), &number).await != 1 + 3 * EACH {
                return None;
            }
        }
        Some(())
    })
    .await;
    for node in &mut *nodes {
        node.stop().await;
    }
    nodes[0].audit().await;
}

/// Until each node is ready and the balancer asks each of them.
async fn all_serve(nodes: &Nodes, balancer: &Balancer) {
    until("all nodes are ready", async || {
        for node in &**nodes {
            if node.visitor().get("/health/ready").await.status != 200 {
                return None;
            }
        }
        Some(())
    })
    .await;
    until("the balancer asks every node", async || {
        let mut asked = BTreeSet::new();
        for _ in 0..2 * nodes.len() {
            asked.insert(header(&balancer.visitor().get("/").await, "x-node").to_owned());
        }
        (asked.len() == nodes.len() && !asked.contains("")).then_some(())
    })
    .await;
}

/// A node dies while people sign and read, and comes back.
async fn kill_a_node(nodes: &mut Nodes, balancer: &Balancer, signers: &[Person], number: &str) {
    let (read, reading) = reading(balancer.visitor(), format!("/petitions/{number}/signatories"));
    let signing = Signing::begin(signers, number);
    signing.under_way().await;
    nodes[1].kill().await;
    signing.end().await;
    let before = read.load(Ordering::Relaxed);
    until("pages are read without it", async || (read.load(Ordering::Relaxed) > before + 6).then_some(()))
        .await;
    nodes[1].restart().await;
    reading.abort();
    assert!(reading.await.is_err_and(|ended| ended.is_cancelled()), "whoever read got the page each time");
    all_serve(nodes, balancer).await;
}

/// The database goes away: who reads what is remembered can go on, who would change something is told so and loses
/// nothing. It comes back, and all goes on by itself.
async fn stop_the_database(
    server: &mut Server,
    nodes: &Nodes,
    balancer: &Balancer,
    signers: &[Person],
    number: &str,
) {
    let page = format!("/petitions/{number}");
    let sign = format!("{page}/sign");
    let person = &signers[0];
    for node in &**nodes {
        for path in ["/", &page] {
            node.visitor().page(path).await;
            person.at_node(node).page(path).await;
        }
    }
    // Somebody whom one node alone has seen.
    let newcomer = nodes[0].person(FIRST - 1).await;
    newcomer.page(&page).await;
    let form = person.form(&page, &sign).await;
    let english = balancer.visitor();
    english.read_english().await;
    for _ in 0..6 {
        english.page(&page).await;
    }

    let gone = Instant::now();
    block_in_place(|| server.stop(End::Fast));
    for node in &**nodes {
        until("the node is not ready", async || {
            (node.visitor().get("/health/ready").await.status == 503).then_some(())
        })
        .await;
        assert_eq!(node.visitor().get("/health/live").await.status, 200);
        let at_node = until("the node says that changes are paused", async || {
            let answer = node.visitor().get(&page).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            says_paused(&answer, Language::Uk).then_some(answer)
        })
        .await;
        assert_eq!((header(&at_node, "etag"), header(&at_node, "cache-control")), ("", "private, no-store"));
        let own = person.at_node(node).get(&page).await;
        assert!(own.status == 200 && says_paused(&own, Language::Uk), "{}", own.text());
        assert!(own.html().form_to("/sign-out").is_some(), "they are still signed in");
    }
    until("the balancer has seen that none is ready, and asks those that live", async || {
        (balancer.visitor().get("/health/live").await.status == 200).then_some(())
    })
    .await;
    let mut looks = 0;
    while gone.elapsed() < AWAY {
        let answer = english.get(&page).await;
        assert!(answer.status == 200 && says_paused(&answer, Language::En), "{}", answer.text());
        assert!(answer.html().dangers().is_empty());
        let refused = person.submit(&form).await;
        assert_eq!((refused.status, header(&refused, "retry-after")), (503, "5"), "{}", refused.text());
        assert!(
            refused.text().contains(&host_message(Language::Uk, "problem-paused-title")),
            "{}",
            refused.text()
        );
        let kept = refused.html().form_to(&sign).expect("what was sent can be sent again");
        assert_eq!(kept.value("_submission"), form.value("_submission"));
        // What nobody remembers cannot be shown.
        let unknown = balancer.visitor().get("/petitions?q=trees").await;
        assert_eq!((unknown.status, header(&unknown, "retry-after")), (503, "5"), "{}", unknown.text());
        // Whom a node does not know it does not take for signed out.
        let unseen = newcomer.at_node(&nodes[1]).get(&page).await;
        let text = unseen.text();
        assert!(
            unseen.status == 200 && text.contains(&host_message(Language::En, "paused-banner-unknown")),
            "{text}"
        );
        let at_home = newcomer.get(&page).await.text();
        assert!(!at_home.contains(&host_message(Language::En, "paused-banner-unknown")), "{at_home}");
        looks += 1;
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    assert!(looks > 3);

    // Those who would sign now press again and again; nobody else does anything.
    let signing = Signing::begin(&signers[1..], number);
    block_in_place(|| server.start_again());
    signing.end().await;
    until("what was kept can be sent", async || {
        let answer = person.try_post(&sign, &[("_submission", form.value("_submission").unwrap())]).await;
        answer.is_ok_and(|answer| answer.status == 303).then_some(())
    })
    .await;
    until("all nodes are ready and the notice is gone", async || {
        for node in &**nodes {
            let visitor = node.visitor();
            let ready = visitor.get("/health/ready").await.status == 200;
            if !ready || says_paused(&visitor.get(&page).await, Language::Uk) {
                return None;
            }
        }
        Some(())
    })
    .await;
    assert!(petitions::has_signed(person, number).await);
    assert_eq!(
        newcomer.at_node(&nodes[1]).get("/cabinet").await.status,
        200,
        "they were signed in all the time"
    );
}

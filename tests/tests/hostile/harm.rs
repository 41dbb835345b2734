//! Harm in views, acts and timed work: a plain page, the whole truth in the log, nothing written, nobody else harmed.

use crate::neighbours::Neighbours;
use crate::{apology, harmless, logged, page, platform};
use vzaemo_tests::{Answer, Language, Person, Platform, host_message, until};

/// What can be done in any call, and what the operator's log says of it.
const ANYWHERE: [(&str, &[&str]); 8] = [
    ("panic", &["the module panicked", "boom", "harm.rs"]),
    ("trap", &["the module gave up", "wasm function"]),
    ("endless", &["finish the call within"]),
    ("recursion", &["reached outside its memory", "wasm function"]),
    ("memory", &["ran out of its memory"]),
    ("log", &["bytes written"]),
    ("calls", &["10000 calls to the host"]),
    ("broken", &["reports a mistake of its own", "secret-of-the-operator"]),
];
/// What only a view can do.
const IN_VIEWS: [(&str, &[&str]); 5] = [
    ("page", &["bytes of text in a page"]),
    ("marks", &["marks in a page"]),
    ("result", &["bytes handed over at once"]),
    ("grammar", &["mark 0", "text may not stand in the top of a page"]),
    ("lengths", &["mark 0"]),
];
/// The most that the program may hold after all of it, above what it held before: an instance may take 64 MiB, and
/// what it took is given back.
const KEPT_MIB: usize = 192;

/// What the program holds in memory, in MiB.
fn resident_mib(platform: &Platform) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", platform.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse::<usize>().unwrap() / 1024
}

/// The answer to the same request in both languages is an apology, and the log has the whole chain.
async fn fails(
    platform: &Platform,
    person: &Person,
    ask: impl AsyncFn(&Person) -> Answer,
    clues: &[&str],
) -> String {
    let mut last = String::new();
    for language in Language::BOTH {
        person.read(language).await;
        let reference = apology(&ask(person).await, language);
        last = logged(platform, &reference).await;
        for clue in clues.iter().chain(&["hostile"]) {
            assert!(last.contains(clue), "the log tells of {clue:?}: {last}");
        }
        assert!(last.contains("ERROR"), "{last}");
    }
    last
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_fails_is_an_apology_and_harms_nobody() {
    let platform = platform().await;
    let neighbours = Neighbours::begin(&platform).await;
    let visitor = platform.visitor();
    let before = resident_mib(&platform);
    for (what, clues) in ANYWHERE.iter().chain(&IN_VIEWS) {
        fails(&platform, &visitor, async |visitor| visitor.get(&format!("/hostile/{what}")).await, clues)
            .await;
    }
    // Many at once, the greedy ones above all: what they took is given back.
    let storm =
        (0..6).flat_map(|_| ["hoard", "page", "result", "marks", "recursion", "endless"]).map(|what| {
            let visitor = visitor.another();
            tokio::spawn(async move { visitor.get(&format!("/hostile/{what}")).await.status })
        });
    for answer in storm.collect::<Vec<_>>() {
        let status = answer.await.unwrap();
        assert!(matches!(status, 500 | 503), "an apology, or too many at once: {status}");
    }
    let kept = resident_mib(&platform).saturating_sub(before);
    assert!(kept < KEPT_MIB, "{kept} MiB more than before");

    for (path, says) in
        [("/hostile/write", "denied"), ("/hostile/peek", "nothing"), ("/hostile", "I can behave.")]
    {
        assert!(page(&visitor, path).await.text().contains(says), "{path}");
    }
    let refusal = visitor.get("/hostile/refusal").await;
    assert_eq!(refusal.status, 403, "{}", refusal.text());
    harmless(&refusal.html(), &refusal.body);
    // Its part of pages that are everybody's is left out of them.
    for path in ["/", "/search?q=path", "/cabinet"] {
        let everybodys = platform.person(2).await;
        assert!(!page(&everybodys, path).await.text().contains("xxxx"), "{path}");
    }
    neighbours.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_that_fails_writes_nothing_but_its_audit_entry() {
    let mut platform = platform().await;
    let person = platform.person(2).await;
    let entries = async |platform: &mut Platform| {
        platform.stop().await;
        let entries = platform.audit().await;
        platform.restart().await;
        entries
    };
    entries(&mut platform).await;
    let before = entries(&mut platform).await;
    let idle = entries(&mut platform).await - before;
    let neighbours = Neighbours::begin(&platform).await;
    neighbours.end().await;
    let before = entries(&mut platform).await;

    let more: [(&str, &[&str]); 4] = [
        ("result", &["bytes handed over at once"]),
        ("half", &["the module panicked", "half of it is written"]),
        ("flood", &["finish the call"]),
        ("notices", &["finish the call"]),
    ];
    let mut failed = 0;
    for (what, clues) in ANYWHERE.iter().chain(&more) {
        let path = format!("/hostile/act/{what}");
        fails(&platform, &person, async |person| person.post(&path, &[]).await, clues).await;
        failed += Language::BOTH.len();
    }
    // Nothing of it is written: neither documents nor what the host keeps of them, nor numbers, nor cases.
    let loot = page(&person, "/hostile/loot").await.text();
    for nothing in
        ["act: 0 stored, 0 counted", "job: 0 stored", "flood: 0 stored, 0 counted", "search: 0 found"]
    {
        assert!(loot.contains(nothing), "{nothing}: {loot}");
    }
    for path in ["/cabinet", "/cabinet/notices"] {
        assert!(!page(&person, path).await.text().contains("Loot"), "{path}");
    }
    let after = entries(&mut platform).await;
    assert_eq!(after - before - idle, failed, "each failed act is an entry of its own, and nothing else is");

    // What belongs to others is out of an act's reach too; this one does nothing, so it succeeds.
    person.post("/hostile/act/peek", &[]).await.led_to();
    // The very same without the panic: everything is there, with the first number and one piece of timed work done.
    person.post("/hostile/act/whole", &[]).await.led_to();
    until("the timed work is done", async || {
        page(&person, "/hostile/loot").await.text().contains("job: 1 stored, 1 counted").then_some(())
    })
    .await;
    let loot = page(&person, "/hostile/loot").await.text();
    assert!(loot.contains("act: 1 stored, 1 counted") && loot.contains("search: 2 found"), "{loot}");
    let cabinet = page(&person, "/cabinet").await.text();
    assert!(cabinet.contains("Loot No 1"), "no number was used up: {cabinet}");
}

#[tokio::test(flavor = "multi_thread")]
async fn timed_work_that_fails_writes_nothing_and_is_tried_again() {
    let platform = platform().await;
    let person = platform.person(2).await;
    let neighbours = Neighbours::begin(&platform).await;
    let mut clues: Vec<&str> = Vec::new();
    for (what, says) in ANYWHERE {
        person.post(&format!("/hostile/act/job-{what}"), &[]).await.led_to();
        clues.extend(says);
    }
    for what in ["half", "result"] {
        person.post(&format!("/hostile/act/job-{what}"), &[]).await.led_to();
    }
    clues.extend(["half of the job is done", "bytes handed over at once"]);
    for clue in clues {
        until(&format!("the log tells of {clue:?}"), async || {
            let log = platform.log();
            let told = log.lines().any(|line| line.contains("timed work failed") && line.contains(clue));
            told.then_some(())
        })
        .await;
    }
    until("it is tried again", async || {
        let log = platform.log();
        let tries = log.lines().filter(|line| line.contains("timed work failed") && line.contains("boom"));
        (tries.count() > 1).then_some(())
    })
    .await;
    let loot = page(&person, "/hostile/loot").await.text();
    assert!(loot.contains("job: 0 stored, 0 counted"), "{loot}");
    person.post("/hostile/act/job-whole", &[]).await.led_to();
    until("what does not fail is done", async || {
        page(&person, "/hostile/loot").await.text().contains("job: 1 stored, 1 counted").then_some(())
    })
    .await;
    neighbours.end().await;
}

/// A module that sets the same work again and again, always long overdue, does not keep others from theirs.
#[tokio::test(flavor = "multi_thread")]
async fn timed_work_without_end_does_not_hold_up_that_of_others() {
    let mut platform = platform().await;
    let person = platform.person(2).await;
    person.post("/hostile/act/again", &[]).await.led_to();
    // Notices of a petition are timed work.
    let neighbours = Neighbours::begin(&platform).await;
    let author = platform.person(1).await;
    until("the author is told", async || {
        page(&author, "/cabinet/notices").await.text().contains("is published").then_some(())
    })
    .await;
    // The holder ends it.
    platform.configure(|settings| settings.module("hostile").enabled = false);
    let says = host_message(Language::En, "problem-disabled-title");
    until("the module is disabled", async || {
        person.get("/hostile").await.text().contains(&says).then_some(())
    })
    .await;
    neighbours.end().await;
}

/// What a module says for the log cannot pass for a line of the platform's own, and is not told without end.
#[tokio::test(flavor = "multi_thread")]
async fn attack_module_cannot_forge_or_flood_the_log() {
    let platform = platform().await;
    let visitor = platform.visitor();
    let forged =
        fails(&platform, &visitor, async |visitor| visitor.get("/hostile/forge").await, &["quiet"]).await;
    assert!(forged.contains("everything is well"), "{forged}");
    let log = platform.log();
    assert!(log.lines().any(|line| line.contains("INFO") && line.contains("quiet")), "it is told: {log}");
    assert!(
        !log.lines().any(|line| line.starts_with("2026-01-01")),
        "no line begins as the module wants: {log}"
    );
    assert!(!log.contains(['\u{1b}', '\r', '\u{202e}']), "nothing that a terminal would obey");

    let before = platform.log().len();
    for _ in 0..4 {
        visitor.get("/hostile/log").await;
    }
    let told = platform.log().len() - before;
    assert!(platform.log().contains("again again"), "what it says first is told");
    assert!(told < 4 * (160 << 10), "{told} bytes of log for four requests");
}

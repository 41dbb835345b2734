//! What is not taken into service: said with what it is and what to do, and nobody else notices.

use crate::components::{foreign, hostile, importing, manifest, of_contract, package, package_with};
use crate::page;
use vzaemo_registry::Package;
use vzaemo_tests::{Platform, Settings, until};

const REFUSED: &str = "the configuration was refused";

/// Each package that must be refused, and what is said of it.
fn refused() -> Vec<(Package, Vec<&'static str>)> {
    let nothing = "(i32.const 512)";
    let endless = "(loop $again (br $again)) (unreachable)";
    let deep = "(func $deeper (param i32) (result i32) (i32.add (i32.const 1) (call $deeper (local.get 0))))";
    let asking = |id: &str| {
        let why = "why = { uk = \"Н\", en = \"N\" }";
        let capabilities = ["cabinet", "notify", "search", "schedule", "registers"];
        let asked: Vec<String> =
            capabilities.iter().map(|name| format!("[capabilities.{name}]\n{why}\n")).collect();
        manifest(id, &asked.concat())
    };
    // A list of one sentence: where it stands, then how long it is.
    let sentence = r#"(data (i32.const 512) "\08\02\00\00\01\00\00\00\10\02\00\00\2b\00\00\00")
        (data (i32.const 528) "<script>alert(1)</script>\0a2026 INFO forged\1b[0")"#;
    vec![
        (
            package("wasi", importing("wasi:cli", "environment", "0.2.0")),
            vec!["wasi:cli/environment@0.2.0", "gives modules no such interface", "wasm32-unknown-unknown"],
        ),
        (
            package("sockets", importing("wasi:sockets", "tcp", "0.2.0")),
            vec!["wasi:sockets/tcp@0.2.0", "gives modules no such interface"],
        ),
        (
            package("ballots", importing("vzaemo:ballots", "box", "0.1.0")),
            vec!["vzaemo:ballots/box@0.1.0", "this host speaks contract 0.1", "upgrade the host"],
        ),
        (
            package("later", importing("vzaemo:cabinet", "cabinet", "0.2.0")),
            vec!["vzaemo:cabinet/cabinet@0.2.0", "this host speaks contract 0.1"],
        ),
        (
            package("undeclared", hostile()),
            vec!["vzaemo:cabinet/cabinet@0.1.0", "the manifest does not ask for", "[capabilities.cabinet]"],
        ),
        (
            package_with(&asking("ungranted"), hostile()),
            vec!["modules.ungranted.grants", "requires", "add \"cabinet\" to grants, or disable the module"],
        ),
        (
            package(
                "bare",
                foreign(
                    r#"(module (memory (export "memory") 1) (func (export "run")))"#,
                    "package bare:module; world bare { export run: func(); }",
                ),
            ),
            vec!["it does not export `vzaemo:module/guest@0.1.0`", "build it with the SDK"],
        ),
        (
            package(
                "otherwise",
                foreign(
                    r#"(module (memory (export "memory") 1) (func (export "vzaemo:module/guest@0.1.0#view")))"#,
                    "package vzaemo:module@0.1.0; interface guest { view: func(); } world module { export guest; }",
                ),
            ),
            vec!["#view` has another type", "build it with the SDK"],
        ),
        (
            package("damaged", [&b"\0asm\x0d\0\x01\0"[..], b"no section begins like this"].concat()),
            vec!["compile the component", "pack it as a component"],
        ),
        // Its own code runs for the first time when it is asked about its configuration.
        (package("stuck", of_contract(1, "", endless)), vec!["stuck", "finish the call within"]),
        (
            package("beginner", of_contract(1, &format!("(func $begin {endless}) (start $begin)"), nothing)),
            vec!["beginner", "finish the call within"],
        ),
        (
            package("deep", of_contract(1, deep, "(call $deeper (i32.const 1))")),
            vec!["deep", "nested calls too deeply"],
        ),
        (package("gives-up", of_contract(1, "", "(unreachable)")), vec!["gives-up", "the module gave up"]),
        (package("greedy", of_contract(60_000, "", nothing)), vec!["greedy", "memory"]),
        (
            package("elsewhere", of_contract(1, "", "(i32.const 0x7ffffff0)")),
            vec!["elsewhere", "broke the contract"],
        ),
        (package("talkative", of_contract(1, sentence, nothing)), vec!["talkative", "<script>", "forged"]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_told_with_what_to_do_and_the_others_serve_on() {
    let mut platform = Platform::start(Settings::default()).await;
    let visitor = platform.visitor();
    let lock = platform.lock();
    for (package, clues) in refused() {
        let id = package.id.clone();
        platform.packages().add(&package);
        let before = platform.log().len();
        platform.configure(|settings| *settings = Settings::default().with_module(&id));
        if id == "ungranted" {
            platform.write(&platform.configuration().replace("\"cabinet\", ", ""));
        }
        let refusal = until(&format!("{id} is refused"), async || {
            let log = platform.log();
            let end = log[before..].find(REFUSED).map(|at| before + at)?;
            // The reasons follow in lines of their own; the last is there when the log stands still.
            let told = log[end..].to_owned();
            clues.iter().all(|clue| told.contains(clue)).then_some(told)
        })
        .await;
        assert!(!refusal.contains(['\u{1b}', '\r']), "{id}: nothing that a terminal would obey: {refusal}");
        assert!(!refusal.lines().any(|line| line.starts_with("2026 INFO")), "{id}: {refusal}");
        // What only shows when the module runs, the check before it does not know.
        if !clues.contains(&id.as_str()) {
            let (good, said) = platform.check().await;
            assert!(!good, "{id}: `vzaemo check` refuses it too");
            for clue in &clues {
                assert!(said.contains(clue), "{id}: `vzaemo check` tells of {clue:?}: {said}");
            }
        }
        assert_eq!(visitor.get(&format!("/{id}")).await.status, 404, "{id}");
        for path in ["/", "/petitions", "/consultations", "/health/ready"] {
            assert_eq!(visitor.get(path).await.status, 200, "{id}: {path}");
        }
        assert_eq!(platform.lock(), lock, "{id}: nothing was resolved anew");
    }
    // A hand-made module that does nothing wrong is taken: what was refused was refused for what it does.
    platform.packages().add(&package("harmless", of_contract(1, "", "(i32.const 512)")));
    platform.configure(|settings| *settings = Settings::default().with_module("harmless"));
    until("it is taken", async || platform.lock().contains("harmless").then_some(())).await;
    page(&visitor, "/petitions").await;
}

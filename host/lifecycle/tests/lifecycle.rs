//! A configuration is applied whole or not at all, with real packages of a small guest, a real engine and storage.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // tests

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use vzaemo_clock::{Instant, LegalClock, SecurityClock, SignedDuration, Zone};
use vzaemo_identity::{Identity, PlatformSecret, SessionLimits};
use vzaemo_lifecycle::{
    Change, Configuration, Lifecycle, LifecycleError, check_configuration, own_collections,
};
use vzaemo_registers::{Bodies, Holidays};
use vzaemo_registry::{Layout, Package};
use vzaemo_runtime::{Engine, EngineConfig};
use vzaemo_service::{Health, HealthEvent, ModuleState, Platform, Service};
use vzaemo_storage::{Config, Storage};
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

/// A guest that answers zeros to everything: no problems in its check.
const GUEST: &str = r#"(module
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "vzaemo:module/guest@0.1.0#view") (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.const 512))
  (func (export "vzaemo:module/guest@0.1.0#act") (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.const 512))
  (func (export "vzaemo:module/guest@0.1.0#job") (param i32 i32 i32 i32) (result i32) (i32.const 512))
  (func (export "vzaemo:module/guest@0.1.0#migrate") (param i32 i32 i32 i32 i32) (result i32) (i32.const 512))
  (func (export "vzaemo:module/guest@0.1.0#check") (result i32) CHECK)
)"#;

fn component(check: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../../sdk/wit")).unwrap();
    let world = resolve.select_world(&[package], Some("module")).unwrap();
    let mut wasm = wat::parse_str(GUEST.replace("CHECK", check)).unwrap();
    wit_component::embed_component_metadata(&mut wasm, &resolve, world, StringEncoding::UTF8, false).unwrap();
    ComponentEncoder::default().validate(true).module(&wasm).unwrap().encode().unwrap()
}

fn manifest(id: &str, version: &str, more: &str) -> String {
    let (head, tail) = if more.starts_with('[') { ("", more) } else { (more, "") };
    format!(
        r#"
{head}
schema = 1
id = "{id}"
version = "{version}"
contract = "0.1"
name = {{ uk = "Нотатки", en = "Notes" }}
about = {{ uk = "Нотатки", en = "Notes" }}
invitation = {{ uk = "Написати", en = "Write" }}
[collections.notes]
schema = "schemas/note.json"
[[views]]
name = "all"
path = "/"
open = true
[config]
schema = "schemas/config.json"
{tail}"#
    )
}

fn package(id: &str, version: &str, more: &str, check: &str) -> Package {
    let file = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
    let files = BTreeMap::from([
        file("locales/uk.ftl", "hello = Вітаємо\n"),
        file("locales/en.ftl", "hello = Welcome\n"),
        file(
            "schemas/note.json",
            r#"{"type":"object","required":["title"],"properties":{"title":{"type":"string","x-search":true}}}"#,
        ),
        file(
            "schemas/config.json",
            r#"{"type":"object","additionalProperties":false,"properties":{"limit":{"type":"integer","minimum":1,"default":7}}}"#,
        ),
        file("content/notes.json", r#"[{"collection":"notes","key":"first","document":{"title":"Sample"}}]"#),
    ]);
    Package::from_parts(manifest(id, version, more), files, component(check)).unwrap()
}

const NO_PROBLEMS: &str = "(i32.const 512)";

struct House {
    folder: tempfile::TempDir,
    storage: Storage,
    service: Arc<Service>,
    lifecycle: Lifecycle,
    layout: Layout,
    advance: Box<dyn Fn(i64)>,
}

fn configuration(modules: &str) -> String {
    format!(
        r#"
[platform]
name = {{ uk = "Платформа", en = "Platform" }}
base-url = "http://localhost:8080"
mode = "development"
[folders]
packages = "packages"
[identity.development]
seed = "tests"
[quarantine]
failures = 3
{modules}"#
    )
}

const NOTES: &str = "[modules.notes]\nversion = \"^1.0\"\n";
const BOTH: &str = "[modules.notes]\nversion = \"^1.0\"\n[modules.votes]\nversion = \"^1.0\"\n";

impl House {
    async fn new(modules: &str) -> House {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("platform.toml"), configuration(modules)).unwrap();
        fs::create_dir(folder.path().join("data")).unwrap();
        let layout = Layout::create(folder.path().join("packages")).unwrap();
        House::open(folder, layout).await
    }

    async fn open(folder: tempfile::TempDir, layout: Layout) -> House {
        let storage = Storage::open(Config::new(folder.path().join("data"))).await.unwrap();
        vzaemo_audit::declare(&storage).await.unwrap();
        storage.declare("lifecycle", &own_collections()).await.unwrap();
        storage.declare(vzaemo_search::NAMESPACE, &vzaemo_search::collections()).await.unwrap();
        let at: Instant = "2026-09-03T10:00:00Z".parse().unwrap();
        let (security, advance) = SecurityClock::still(at);
        let legal = LegalClock::still(at);
        let secret = PlatformSecret::new([7; 32]);
        let identity = Identity::open(
            storage.clone(),
            secret,
            legal.clone(),
            security.clone(),
            SessionLimits::default(),
        )
        .await
        .unwrap();
        let platform = Platform {
            storage: storage.clone(),
            legal,
            security,
            zone: Zone::named("Europe/Kyiv").unwrap(),
            calendar: Holidays::ukraine().unwrap().calendar(2026..=2027).unwrap(),
            bodies: Bodies::sample().unwrap().0,
            aliases: Arc::clone(&identity.aliases),
        };
        let service = Arc::new(Service::new(Arc::new(platform)));
        let engine = Engine::new(EngineConfig { concurrency: 2, ..EngineConfig::default() }).unwrap();
        let path = folder.path().join("platform.toml");
        // The program starts with a configuration that can be read; what comes later may be broken.
        let started = Configuration::read(&path).unwrap();
        let lifecycle = Lifecycle::new(path, started, Arc::clone(&service), engine);
        let advance = Box::new(move |seconds| {
            advance(SignedDuration::from_secs(seconds)).unwrap();
        });
        House { folder, storage, service, lifecycle, layout, advance }
    }

    /// The same after a stop of the program.
    async fn again(self) -> House {
        let House { folder, storage, service, lifecycle, layout, .. } = self;
        drop((service, lifecycle));
        storage.close().await;
        House::open(folder, layout).await
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("platform.toml")
    }

    fn configure(&self, modules: &str) {
        fs::write(self.path(), configuration(modules)).unwrap();
    }

    fn put(&self, id: &str, version: &str) {
        self.layout.put(&package(id, version, "", NO_PROBLEMS)).unwrap();
    }

    /// Each module with its version, or what else it is.
    fn serving(&self) -> Vec<String> {
        let snapshot = self.service.snapshot();
        let one = |(id, state): (&String, &Arc<ModuleState>)| match &**state {
            ModuleState::Serving(version) => format!("{id} {}", version.manifest.version),
            ModuleState::Disabled(manifest) => format!("{id} disabled {}", manifest.name.en),
            ModuleState::SetAside(version) => format!("{id} resting {}", version.manifest.version),
        };
        snapshot.modules.iter().map(one).collect()
    }

    async fn audited(&self) -> Vec<String> {
        let entries = self.storage.entries(0, 100).await.unwrap();
        entries.iter().map(|entry| String::from_utf8(entry.bytes.clone()).unwrap()).collect()
    }
}

fn refused(result: Result<vzaemo_lifecycle::Applied, LifecycleError>) -> String {
    result.unwrap_err().problems().iter().map(|problem| format!("{problem}\n")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn modules_come_go_up_and_down_while_the_platform_runs() {
    let house = House::new(BOTH).await;
    house.put("notes", "1.0.0");
    house.put("votes", "1.0.0");
    let applied = house.lifecycle.start().await.unwrap();
    assert_eq!(applied.generation, 1);
    assert_eq!(house.serving(), ["notes 1.0.0", "votes 1.0.0"]);
    let before = house.service.snapshot();

    house.put("notes", "1.1.0");
    let plan = house.lifecycle.plan().await.unwrap();
    assert!(matches!(plan.modules["notes"][0], Change::Version { .. }), "{plan}");
    assert_eq!(house.serving(), ["notes 1.0.0", "votes 1.0.0"], "a plan changes nothing");
    assert_eq!(house.lifecycle.reload().await.unwrap().generation, 2);
    assert_eq!(house.serving(), ["notes 1.1.0", "votes 1.0.0"]);
    let votes =
        |snapshot: &vzaemo_service::Snapshot| Arc::clone(snapshot.modules["votes"].serving().unwrap());
    assert!(Arc::ptr_eq(&votes(&before), &votes(&house.service.snapshot())), "what stays is not made anew");
    assert_eq!(
        before.modules["notes"].serving().unwrap().manifest.version.to_string(),
        "1.0.0",
        "for who has it"
    );

    assert_eq!(house.lifecycle.reload().await.unwrap().generation, 2, "nothing to do");
    house.configure(
        "[modules.notes]\nversion = \"=1.0.0\"\n[modules.votes]\nversion = \"^1.0\"\nenabled = false\n",
    );
    house.lifecycle.reload().await.unwrap();
    assert_eq!(house.serving(), ["notes 1.0.0", "votes disabled Notes"]);
    house.configure(NOTES);
    house.lifecycle.reload().await.unwrap();
    assert_eq!(house.serving(), ["notes 1.1.0", "votes disabled Notes"], "a removed module keeps its name");
    let lock = fs::read_to_string(house.folder.path().join("platform.lock")).unwrap();
    assert!(lock.contains("version = \"1.1.0\"") && lock.contains("sha256:"), "{lock}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_configuration_leaves_everything_as_it_is() {
    let house = House::new(BOTH).await;
    house.put("notes", "1.0.0");
    house.put("votes", "1.0.0");
    house.lifecycle.start().await.unwrap();

    // One good upgrade and one bad: neither is taken.
    house.put("notes", "1.1.0");
    house.layout.put(&package("votes", "1.1.0", "home = \"nowhere\"", NO_PROBLEMS)).unwrap();
    let said = refused(house.lifecycle.reload().await);
    assert!(said.contains("votes 1.1.0 module.toml"), "{said}");
    assert_eq!(house.serving(), ["notes 1.0.0", "votes 1.0.0"]);
    assert!(house.audited().await.last().unwrap().contains("\"result\":\"refused\""));

    house.configure("[modules.notes]\nversion = \"=1.1.0\"\n[modules.notes.config]\nlimit = 0\ncolour = 1\n");
    let said = refused(house.lifecycle.reload().await);
    assert!(said.contains("modules.notes.config.limit") && said.contains("colour"), "{said}");
    assert_eq!(house.serving(), ["notes 1.0.0", "votes 1.0.0"]);

    fs::write(house.path(), "[platform\n").unwrap();
    let said = refused(house.lifecycle.reload().await);
    assert!(said.contains("platform.toml:1"), "{said}");
    assert_eq!(house.serving(), ["notes 1.0.0", "votes 1.0.0"]);

    house.configure("[modules.notes]\nversion = \"=1.1.0\"\n[modules.notes.config]\nlimit = 9\n");
    house.lifecycle.reload().await.unwrap();
    assert_eq!(house.serving(), ["notes 1.1.0", "votes disabled Notes"]);
    let snapshot = house.service.snapshot();
    assert_eq!(snapshot.modules["notes"].serving().unwrap().settings, r#"{"limit":9}"#);
    assert_eq!(snapshot.generation, 2, "refused ones do not count");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_whose_own_check_fails_is_refused() {
    let house = House::new(NOTES).await;
    house.layout.put(&package("notes", "1.0.0", "", "unreachable")).unwrap();
    let said = refused(house.lifecycle.start().await);
    assert!(said.contains("its own check failed"), "{said}");
    assert_eq!(house.serving(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tampered_package_is_refused() {
    let house = House::new(NOTES).await;
    house.put("notes", "1.0.0");
    let blobs = house.folder.path().join("packages/blobs/sha256");
    for entry in fs::read_dir(blobs).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        if bytes.starts_with(b"\0asm") {
            *bytes.last_mut().unwrap() ^= 1;
            fs::write(path, bytes).unwrap();
        }
    }
    let said = refused(house.lifecycle.start().await);
    assert!(said.contains("verify the component"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_good_configuration_serves_after_a_start_with_a_broken_one() {
    let house = House::new(NOTES).await;
    house.put("notes", "1.0.0");
    house.lifecycle.start().await.unwrap();
    house.configure("[modules.notes]\nversion = \"^2.0\"\n");
    let house = house.again().await;
    let said = refused(house.lifecycle.start().await);
    assert!(said.contains("no version of module notes fits ^2.0; there are 1.0.0"), "{said}");
    assert_eq!(house.serving(), ["notes 1.0.0"]);
    assert_eq!(house.service.snapshot().generation, 1);

    // With the packages gone too, the names stay.
    fs::remove_dir_all(house.folder.path().join("packages")).unwrap();
    let house = house.again().await;
    refused(house.lifecycle.start().await);
    assert_eq!(house.serving(), ["notes disabled Notes"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn sample_content_comes_once() {
    let house = House::new(NOTES).await;
    house.put("notes", "1.0.0");
    house.lifecycle.start().await.unwrap();
    let mut unit = house.storage.begin().await.unwrap();
    let sample = unit.get("notes", "notes", "first").await.unwrap().unwrap();
    unit.remove("notes", "notes", "first", sample.revision).await.unwrap();
    unit.commit().await.unwrap();
    house.put("notes", "1.1.0");
    house.lifecycle.reload().await.unwrap();
    let mut unit = house.storage.begin().await.unwrap();
    assert!(
        unit.get("notes", "notes", "first").await.unwrap().is_none(),
        "what was deleted does not come back"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_module_rests_and_is_tried_again_and_the_others_serve() {
    let house = House::new(BOTH).await;
    house.put("notes", "1.0.0");
    house.put("votes", "1.0.0");
    house.lifecycle.start().await.unwrap();
    let digest = house.service.snapshot().modules["notes"].serving().unwrap().digest.clone();
    let health = Arc::clone(house.lifecycle.quarantine());
    (0..3).for_each(|_| health.ended("notes", &digest, HealthEvent::Failed));
    house.lifecycle.attend().await;
    assert_eq!(house.serving(), ["notes resting 1.0.0", "votes 1.0.0"]);
    (house.advance)(30);
    house.lifecycle.attend().await;
    assert_eq!(house.serving(), ["notes 1.0.0", "votes 1.0.0"]);
    let audited = house.audited().await.join("\n");
    assert!(audited.contains("set-aside") && audited.contains("try-again"), "{audited}");
    // A new version does not inherit the rest of the old one.
    (0..3).for_each(|_| health.ended("notes", &digest, HealthEvent::Failed));
    house.lifecycle.attend().await;
    house.put("notes", "1.0.1");
    house.lifecycle.reload().await.unwrap();
    assert_eq!(house.serving(), ["notes 1.0.1", "votes 1.0.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_is_taken_up() {
    let house = House::new(NOTES).await;
    house.put("notes", "1.0.0");
    house.lifecycle.start().await.unwrap();
    let _watching = vzaemo_lifecycle::watch(&house.lifecycle).unwrap();
    house.put("notes", "1.1.0");
    let changed = async {
        while house.serving() != ["notes 1.1.0"] {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), changed)
        .await
        .expect("the new package is taken up");
}

#[tokio::test(flavor = "multi_thread")]
async fn checking_changes_nothing_and_says_everything() {
    let house = House::new(BOTH).await;
    house.put("notes", "1.0.0");
    house
        .layout
        .put(&package(
            "votes",
            "1.0.0",
            "[capabilities.search]\nwhy = { uk = \"Т\", en = \"To find\" }\n",
            NO_PROBLEMS,
        ))
        .unwrap();
    let engine = Engine::new(EngineConfig { concurrency: 1, ..EngineConfig::default() }).unwrap();
    let checked = check_configuration(&house.path(), &engine).await;
    let said: String = checked.problems.iter().map(|problem| format!("{problem}\n")).collect();
    assert!(
        said.contains(
            "modules.votes.grants: the module requires \"search\": To find; add \"search\" to grants"
        ),
        "{said}"
    );
    assert_eq!(checked.problems.len(), 1, "{said}");
    house.configure(&format!("{BOTH}grants = [\"search\"]\n"));
    assert!(check_configuration(&house.path(), &engine).await.problems.is_empty());
    assert_eq!(house.serving(), [""; 0]);
}

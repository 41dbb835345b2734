//! A platform without a web: storage, identity, service and lifecycle over a folder of packages.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use vzaemo_clock::{Instant, LegalClock, SecurityClock, SignedDuration, Zone};
use vzaemo_identity::dev::DevPersons;
use vzaemo_identity::{Attested, Identity, Method, Opening, PlatformSecret, Session, SessionLimits, Token};
use vzaemo_lifecycle::{Configuration, Lifecycle, own_collections};
use vzaemo_registers::{Bodies, Holidays};
use vzaemo_registry::{Layout, Package};
use vzaemo_runtime::{Engine, EngineConfig};
use vzaemo_service::{Caller, Health, ModuleState, Platform, Service, work};
use vzaemo_storage::files::{Files, FilesConfig};
use vzaemo_storage::{Config, Storage};
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

/// A guest that answers zeros to everything: no problems in its check. 512 is a place of zeros in its memory.
const GUEST: &str = r#"(module
  IMPORTS
  (memory (export "memory") 2)
  (global $heap (mut i32) (i32.const 65536))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.get $heap)
    (global.set $heap (i32.and (i32.add (global.get $heap) (i32.add (local.get 3) (i32.const 7))) (i32.const -8))))
  MORE
  (func (export "vzaemo:module/guest@0.1.0#view") (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32) VIEW)
  (func (export "vzaemo:module/guest@0.1.0#act") (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.const 512))
  (func (export "vzaemo:module/guest@0.1.0#job") (param i32 i32 i32 i32) (result i32) (i32.const 512))
  (func (export "vzaemo:module/guest@0.1.0#migrate") (param i32 i32 i32 i32 i32) (result i32) MIGRATE)
  (func (export "vzaemo:module/guest@0.1.0#check") (result i32) CHECK)
)"#;

/// A package in the making.
pub struct Making<'a> {
    pub id: &'a str,
    pub version: &'a str,
    /// More of the manifest: what begins with a table stands at its end, else at its beginning.
    pub more: &'a str,
    /// More of the manifest's table of its collection.
    pub collection: &'a str,
    /// The schema of the collection's documents.
    pub note: &'a str,
    /// Imports, functions and data of the guest.
    pub imports: &'a str,
    pub functions: &'a str,
    /// Bodies of its exports.
    pub view: &'a str,
    pub migrate: &'a str,
    pub check: &'a str,
}

impl Default for Making<'_> {
    fn default() -> Self {
        Making {
            id: "notes",
            version: "1.0.0",
            more: "",
            collection: "",
            note: r#"{"type":"object","required":["title"],"properties":{"title":{"type":"string","x-search":true}}}"#,
            imports: "",
            functions: "",
            view: NO_PROBLEMS,
            migrate: NO_PROBLEMS,
            check: NO_PROBLEMS,
        }
    }
}

impl Making<'_> {
    fn component(&self) -> Vec<u8> {
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../../sdk/wit")).unwrap();
        let world = resolve.select_world(&[package], Some("module")).unwrap();
        let text = GUEST
            .replace("IMPORTS", self.imports)
            .replace("MORE", self.functions)
            .replace("VIEW", self.view)
            .replace("MIGRATE", self.migrate)
            .replace("CHECK", self.check);
        let mut wasm = wat::parse_str(text).unwrap();
        wit_component::embed_component_metadata(&mut wasm, &resolve, world, StringEncoding::UTF8).unwrap();
        ComponentEncoder::default().validate(true).module(&wasm).unwrap().encode().unwrap()
    }

    fn manifest(&self) -> String {
        let Making { id, version, more, collection, .. } = self;
        let (head, tail) = if more.starts_with('[') { ("", *more) } else { (*more, "") };
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
{collection}
[[views]]
name = "all"
path = "/"
open = true
[config]
schema = "schemas/config.json"
{tail}"#
        )
    }

    pub fn package(&self) -> Package {
        let file = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
        let files = BTreeMap::from([
            file(
                "locales/uk.ftl",
                "hello = Вітаємо\nact-press = Натиснути\nact-publish = Оприлюднити\nact-tune = Налаштувати\nact-touch = Торкнутися\n",
            ),
            file(
                "locales/en.ftl",
                "hello = Welcome\nact-press = Press\nact-publish = Publish\nact-tune = Tune\nact-touch = Touch\n",
            ),
            file("schemas/note.json", self.note),
            file(
                "schemas/config.json",
                r#"{"type":"object","additionalProperties":false,"properties":{"limit":{"type":"integer","minimum":1,"default":7}}}"#,
            ),
            file(
                "content/notes.json",
                r#"[{"collection":"notes","key":"first","document":{"title":"Sample"}}]"#,
            ),
        ]);
        Package::from_parts(self.manifest(), files, self.component()).unwrap()
    }
}

pub fn package(id: &str, version: &str, more: &str, check: &str) -> Package {
    Making { id, version, more, check, ..Making::default() }.package()
}

pub const NO_PROBLEMS: &str = "(i32.const 512)";

pub struct House {
    pub folder: tempfile::TempDir,
    pub storage: Storage,
    pub identity: Identity,
    pub service: Arc<Service>,
    pub lifecycle: Lifecycle,
    pub layout: Layout,
    /// Moves the security clock by so many seconds.
    pub advance: Box<dyn Fn(i64)>,
}

pub fn configuration(modules: &str) -> String {
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

pub const NOTES: &str = "[modules.notes]\nversion = \"^1.0\"\n";
pub const BOTH: &str = "[modules.notes]\nversion = \"^1.0\"\n[modules.votes]\nversion = \"^1.0\"\n";

impl House {
    pub async fn new(modules: &str) -> House {
        House::watched(modules, None).await
    }

    /// The same, with somebody who is told how each call into a module ends, before what it wrote is committed.
    pub async fn watched(modules: &str, health: Option<Arc<dyn Health>>) -> House {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("platform.toml"), configuration(modules)).unwrap();
        fs::create_dir(folder.path().join("data")).unwrap();
        let layout = Layout::create(folder.path().join("packages")).unwrap();
        House::open(folder, layout, health).await
    }

    async fn open(folder: tempfile::TempDir, layout: Layout, health: Option<Arc<dyn Health>>) -> House {
        let storage = Storage::open(Config::new(folder.path().join("data"))).await.unwrap();
        vzaemo_audit::declare(&storage).await.unwrap();
        storage.declare("lifecycle", &own_collections()).await.unwrap();
        storage.declare(vzaemo_search::NAMESPACE, &vzaemo_search::collections()).await.unwrap();
        storage.declare(work::NAMESPACE, &work::collections()).await.unwrap();
        storage.declare(vzaemo_cabinet::NAMESPACE, &vzaemo_cabinet::collections()).await.unwrap();
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
        let kept = FilesConfig::new(folder.path().join("data/files"));
        let files = Files::open(kept, storage.clone()).await.unwrap();
        let platform = Platform {
            storage: storage.clone(),
            files,
            legal,
            security,
            zone: Zone::named("Europe/Kyiv").unwrap(),
            calendar: Holidays::ukraine().unwrap().calendar(2026..=2027).unwrap(),
            bodies: Bodies::sample().unwrap().0,
            aliases: Arc::clone(&identity.aliases),
            grants: Arc::clone(&identity.grants),
            rules: Arc::clone(&identity.rules),
        };
        let service = Arc::new(Service::new(Arc::new(platform)));
        if let Some(health) = health {
            service.report_health_to(health);
        }
        let engine = Engine::new(EngineConfig { concurrency: 2, ..EngineConfig::default() }).unwrap();
        let path = folder.path().join("platform.toml");
        // The program starts with a configuration that can be read; what comes later may be broken.
        let mut started = Configuration::read(&path).unwrap();
        // As with another port on the command line than the file names.
        started.platform.base_url.set_port(Some(8099)).unwrap();
        let lifecycle = Lifecycle::new(path, started, Arc::clone(&service), engine);
        let advance = Box::new(move |seconds| {
            advance(SignedDuration::from_secs(seconds)).unwrap();
        });
        House { folder, storage, identity, service, lifecycle, layout, advance }
    }

    /// The same after a stop of the program.
    pub async fn again(self) -> House {
        let House { folder, storage, service, lifecycle, layout, .. } = self;
        drop((service, lifecycle));
        storage.close().await;
        House::open(folder, layout, None).await
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("platform.toml")
    }

    pub fn configure(&self, modules: &str) {
        fs::write(self.path(), configuration(modules)).unwrap();
    }

    pub fn put(&self, id: &str, version: &str) {
        self.layout.put(&package(id, version, "", NO_PROBLEMS)).unwrap();
    }

    /// Each module with its version, or what else it is.
    pub fn serving(&self) -> Vec<String> {
        let snapshot = self.service.snapshot();
        let one = |(id, state): (&String, &Arc<ModuleState>)| match &**state {
            ModuleState::Serving(version) => format!("{id} {}", version.manifest.version),
            ModuleState::Disabled(manifest) => format!("{id} disabled {}", manifest.name.en),
            ModuleState::SetAside(version) => format!("{id} resting {}", version.manifest.version),
        };
        snapshot.modules.iter().map(one).collect()
    }

    pub async fn audited(&self) -> Vec<String> {
        let entries = self.storage.entries(0, 100).await.unwrap();
        entries.iter().map(|entry| String::from_utf8(entry.bytes.clone()).unwrap()).collect()
    }

    /// Signs in one of the named test persons.
    pub async fn sign_in(&self, number: usize) -> (Token, Session) {
        let persons = DevPersons::new(7).unwrap();
        let person = &persons.named()[number];
        let attested = Attested {
            method: Method::OpenIdConnect { provider: "development".to_owned() },
            issuer: "http://localhost:8080/dev/id".to_owned(),
            subject: person.subject(),
            assurance: person.assurance,
            key: Some(person.key.clone()),
            name: person.name.clone(),
            organisation: None,
        };
        let unrecorded: vzaemo_identity::SignInRecorder<'_> = &|_, _| Box::pin(async { Ok(()) });
        self.identity.sessions.open(&attested, Opening::default(), unrecorded).await.unwrap()
    }

    pub async fn caller(&self, number: usize) -> Caller {
        Caller { principal: Some(self.sign_in(number).await.1.principal()), origin: None }
    }
}

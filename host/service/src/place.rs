//! A platform with one module, for the tests of this room: over a storage of either engine, with a legal clock that moves.

use crate::imports::CallHost;
use crate::retention::prepare_retention;
use crate::work::{NAMESPACE, WORK, Work};
use crate::{
    Keeping, ModuleState, ModuleVersion, PersonalFields, Platform, Retention, Service, Snapshot, Worked,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;
use vzaemo_access::ModulePolicies;
use vzaemo_audit::{Actor, Beside, Entry, Kind, Module, Subject};
use vzaemo_cabinet::{CaseUpdate, Text};
use vzaemo_clock::{LegalClock, SecurityClock, SignedDuration, Zone};
use vzaemo_contract::manifest::Manifest;
use vzaemo_identity::{Editions, Identity, PersonId, PlatformSecret, SessionLimits};
use vzaemo_language::texts::Texts;
use vzaemo_registers::{Bodies, Holidays};
use vzaemo_runtime::{Engine as Runtime, EngineConfig, Grants, Imports as _};
use vzaemo_search::SearchFields;
use vzaemo_storage::files::{Files, FilesConfig};
use vzaemo_storage::{Collection, Config, Counter, Postgres, Storage};
use wit_component::{ComponentEncoder, StringEncoding};

const MANIFEST: &str = r#"
schema = 1
id = "notes"
version = "1.0.0"
contract = "0.1"
name = { uk = "Нотатки", en = "Notes" }
about = { uk = "Нотатки", en = "Notes" }
invitation = { uk = "Писати", en = "Write" }
[collections.notes]
schema = "note.json"
[collections.votes]
schema = "vote.json"
unique = [["note", "person"]]
count = [{ name = "of-note", by = ["note"] }]
[data."person.name"]
why = { uk = "Ім’я", en = "Name" }
law = "L-1"
retention = "P3Y"
[data."person.email"]
why = { uk = "Адреса", en = "Address" }
law = "L-2"
retention = "P1M"
"#;

pub(crate) fn note_schema() -> Value {
    json!({"type": "object", "required": ["title", "writer"], "properties": {
        "title": {"type": "string", "x-search": true},
        "writer": {"type": "string", "x-access": "owner", "x-personal": "person.name"},
        "contact": {"type": "string", "x-personal": "person.email", "x-search": true},
        "office": {"type": "string", "x-access": "body"},
        "closed": {"type": "string", "format": "date-time", "x-retention": "from"}}})
}

fn vote_schema() -> Value {
    json!({"type": "object", "required": ["note", "person"], "properties": {
        "note": {"type": "string", "format": "key", "x-retention": "of:notes"},
        "person": {"type": "string", "format": "person", "x-personal": "person.name"}}})
}

/// A guest that is never called here.
const GUEST: &str = r#"(module
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
  (func (export "vzaemo:module/guest@0.1.0#view") (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.const 0))
  (func (export "vzaemo:module/guest@0.1.0#act") (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.const 0))
  (func (export "vzaemo:module/guest@0.1.0#job") (param i32 i32 i32 i32) (result i32) (i32.const 0))
  (func (export "vzaemo:module/guest@0.1.0#migrate") (param i32 i32 i32 i32 i32) (result i32) (i32.const 0))
  (func (export "vzaemo:module/guest@0.1.0#check") (result i32) (i32.const 0))
)"#;

/// The component of a guest that is never called.
pub(crate) fn component() -> Vec<u8> {
    let mut resolve = wit_parser::Resolve::default();
    let (package, _) = resolve.push_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../../sdk/wit")).unwrap();
    let world = resolve.select_world(&[package], Some("module")).unwrap();
    let mut wasm = wat::parse_str(GUEST).unwrap();
    wit_component::embed_component_metadata(&mut wasm, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().validate(true).module(&wasm).unwrap().encode().unwrap()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

macro_rules! on_both_engines {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")] async fn $name() { super::$name($crate::place::Engine::Sqlite).await; })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")] async fn $name() { super::$name($crate::place::Engine::Postgres).await; })*
        }
    };
}

pub(crate) use on_both_engines;

pub(crate) struct Place {
    _folder: tempfile::TempDir,
    pub(crate) service: Service,
    pub(crate) version: Arc<ModuleVersion>,
    pub(crate) identity: Identity,
}

pub(crate) async fn version(retention: HashMap<String, Retention>) -> ModuleVersion {
    let manifest = Manifest::from_toml(MANIFEST).unwrap();
    let schemas = [("notes", note_schema()), ("votes", vote_schema())];
    let file = |path: &str| match path {
        "note.json" => Some(note_schema().to_string()),
        "vote.json" => Some(vote_schema().to_string()),
        _ => None,
    };
    let policies = ModulePolicies::compile(&manifest, &file, &[], &[]).unwrap();
    let engine = Runtime::new(EngineConfig { concurrency: 1, ..EngineConfig::default() }).unwrap();
    let bytes = component();
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let digest = format!("sha256:{digest}");
    let grants = Grants::new(&manifest, Vec::<String>::new());
    let component = engine.load(bytes, &digest, &grants).await.unwrap();
    let of = |name: &str, schema: &Value| Keeping::of(&manifest, schema, retention.get(name));
    let keeping = schemas.iter().map(|(name, schema)| ((*name).to_owned(), of(name, schema))).collect();
    let personal =
        schemas.iter().map(|(name, schema)| ((*name).to_owned(), PersonalFields::of(schema))).collect();
    ModuleVersion {
        manifest: Arc::new(manifest),
        digest,
        component,
        grants: Vec::new(),
        settings: "{}".to_owned(),
        policies,
        texts: Arc::new(Texts::empty()),
        forms: HashMap::new(),
        search: HashMap::from([("notes".to_owned(), SearchFields::of(&note_schema()).unwrap())]),
        files: HashMap::new(),
        personal,
        retention,
        keeping,
        generation: 1,
    }
}

pub(crate) async fn place(engine: Engine) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path());
    if engine == Engine::Postgres {
        config.postgres = Some(Postgres::at(vzaemo_test_postgres::shared().schema()));
    }
    let storage = Storage::open(config).await.unwrap();
    vzaemo_audit::declare(&storage).await.unwrap();
    for (namespace, collections) in [
        (vzaemo_search::NAMESPACE, vzaemo_search::collections()),
        (vzaemo_cabinet::NAMESPACE, vzaemo_cabinet::collections()),
        (NAMESPACE, crate::work::collections()),
    ] {
        storage.declare(namespace, &collections).await.unwrap();
    }
    let notes = Collection::new("notes", note_schema()).index(&["writer"]);
    let votes = Collection::new("votes", vote_schema())
        .index(&["person"])
        .unique(&["note", "person"])
        .counter(Counter::by("of-note", &["note"]));
    storage.declare("notes", &[notes, votes]).await.unwrap();
    let (legal, security) = (LegalClock::development(SignedDuration::ZERO), SecurityClock::real());
    let secret = PlatformSecret::new([7; 32]);
    let limits = SessionLimits::default();
    let identity =
        Identity::open(storage.clone(), secret, legal.clone(), security.clone(), limits).await.unwrap();
    let files = Files::open(FilesConfig::new(folder.path().join("files")), storage.clone()).await.unwrap();
    let platform = Platform {
        storage,
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
    let version = Arc::new(version(HashMap::new()).await);
    let service = Service::new(Arc::new(platform));
    let modules =
        BTreeMap::from([("notes".to_owned(), Arc::new(ModuleState::Serving(Arc::clone(&version))))]);
    service.swap(Arc::new(Snapshot {
        generation: 1,
        host: Arc::default(),
        modules,
        rules: Editions::default(),
    }));
    let place = Place { _folder: folder, service, version, identity };
    let mut unit = place.storage().begin().await.unwrap();
    prepare_retention(&mut unit, &place.version, place.service.platform().legal.now()).await.unwrap();
    unit.commit().await.unwrap();
    place
}

pub(crate) fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

impl Place {
    pub(crate) fn storage(&self) -> &Storage {
        &self.service.platform().storage
    }

    pub(crate) fn pass(&self, by: i64) {
        self.service.platform().legal.advance(days(by)).unwrap();
    }

    pub(crate) async fn host(&self) -> CallHost {
        let unit = self.storage().begin().await.unwrap();
        let platform = self.service.platform();
        CallHost::new(unit, &self.version, platform, None, platform.legal.now())
    }

    /// A unit of work; asked for again while the database of a busy machine is out of reach.
    async fn unit(&self) -> vzaemo_storage::Unit {
        for _ in 0..60 {
            match self.storage().begin().await {
                Ok(unit) => return unit,
                Err(_) => tokio::time::sleep(std::time::Duration::from_secs(1)).await,
            }
        }
        self.storage().begin().await.unwrap()
    }

    /// Does all work that is due; what failed is tried again when it may be.
    pub(crate) async fn work(&self) {
        for _ in 0..100 {
            let platform = self.service.platform();
            let now = platform.legal.now().to_string();
            let query = vzaemo_storage::Query::of(WORK)
                .when("due", vzaemo_storage::Op::Le, now)
                .ascending("due")
                .fields(&[vzaemo_storage::BODY]);
            let rows = self.unit().await.select(NAMESPACE, &query).await.unwrap();
            let bodies = rows.columns.iter().map(|body| serde_json::from_str::<Work>(body).unwrap());
            let due: Vec<_> = rows.keys.iter().zip(bodies).filter(|(_, work)| !waits(work)).collect();
            if due.is_empty() {
                return;
            }
            let mut done = false;
            for (key, _) in due {
                done |= matches!(self.service.work(key).await, Ok(Worked::Done));
            }
            if !done {
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            }
        }
        panic!("the work does not end");
    }

    /// A person with their reference in the module.
    pub(crate) async fn person(&self) -> (PersonId, String) {
        let person = PersonId::parse(&uuid::Uuid::now_v7().to_string()).unwrap();
        let alias = self.service.platform().aliases.alias(person, "notes").await.unwrap();
        (person, alias.as_str().to_owned())
    }

    /// An act: what it writes, its record in the journal, the person's part in the case.
    pub(crate) async fn write(
        &self,
        person: PersonId,
        collection: &str,
        key: &str,
        case: &str,
        body: &Value,
    ) {
        let now = self.service.platform().legal.now();
        let unit = self.storage().begin_at(now.as_millis(), rand_seed()).await.unwrap();
        let mut host = CallHost::new(unit, &self.version, self.service.platform(), None, now);
        let found = host.unit.get("notes", collection, key).await.unwrap();
        match found {
            Some(found) => host.replace(collection, key, found.revision, &body.to_string()).await.unwrap(),
            None => host.insert(collection, Some(key), &body.to_string()).await.map(|_| ()).unwrap(),
        }
        let mut unit = host.unit;
        let update = CaseUpdate {
            title: "A note".to_owned(),
            status: Text { uk: "є".to_owned(), en: "is".to_owned() },
            address: format!("/notes/{case}"),
            term: None,
        };
        vzaemo_cabinet::put(&mut unit, "notes", case, update, now).await.unwrap();
        let role = Text { uk: "автор".to_owned(), en: "author".to_owned() };
        vzaemo_cabinet::join(&mut unit, "notes", case, &person.to_string(), role, now).await.unwrap();
        let entry = Entry {
            actor: Actor::Person(person.to_string()),
            module: Some(Module { id: "notes".into(), version: "1.0.0".into(), digest: "sha256:00".into() }),
            act: Some("write".into()),
            input: Some(body.to_string().into_bytes()),
            journal: Some(Beside {
                case: Some(format!("notes/{case}")),
                wrote: vec![format!("{collection}/{key}")],
                transcript: body.to_string().into_bytes(),
            }),
            ..Entry::new(Kind::Act, now, now)
        };
        vzaemo_audit::record(&mut unit, entry).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub(crate) async fn document(&self, collection: &str, key: &str) -> Option<Value> {
        let mut unit = self.storage().begin().await.unwrap();
        let found = unit.get("notes", collection, key).await.unwrap();
        found.map(|found| found.parse().unwrap())
    }

    /// Everything that the storage holds, as text.
    pub(crate) async fn everything(&self) -> String {
        let mut all = String::new();
        for (namespace, collections) in [
            ("notes", vec!["notes", "votes"]),
            ("audit", vec!["journal", "revisions"]),
            ("search", vec!["postings", "documents"]),
            ("cabinet", vec!["participations", "drafts", "notices"]),
        ] {
            for collection in collections {
                let mut export = self.storage().export(namespace, collection).await.unwrap();
                while let Some(document) = export.next().await.unwrap() {
                    writeln!(all, "{namespace}/{collection}/{}: {}", document.key, document.body).unwrap();
                }
                export.end().await.unwrap();
            }
        }
        all
    }

    pub(crate) async fn journal(&self, subject: Subject) -> usize {
        let mut unit = self.storage().begin().await.unwrap();
        vzaemo_audit::journal(&mut unit, &subject, 1000, None).await.unwrap().0.len()
    }

    pub(crate) async fn cases(&self, person: PersonId) -> usize {
        let mut unit = self.storage().begin().await.unwrap();
        vzaemo_cabinet::my_cases(&mut unit, &person.to_string(), 10, None).await.unwrap().0.len()
    }

    pub(crate) async fn verifies(&self) {
        let report = vzaemo_audit::verify(self.storage(), &[]).await.unwrap();
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    }
}

/// A request that waits for what goes at this moment is looked at later.
fn waits(work: &Work) -> bool {
    matches!(work.task, crate::work::Task::Erase { waits: true, .. }) && !work.not_before.is_empty()
}

fn rand_seed() -> u128 {
    uuid::Uuid::new_v4().as_u128()
}

pub(crate) fn note(writer: &str, contact: &str, closed: Option<String>) -> Value {
    let mut note = json!({"title": "Ramps", "writer": writer, "contact": contact});
    if let Some(closed) = closed {
        note["closed"] = closed.into();
    }
    note
}

/// Who was forgotten.
#[derive(Default)]
pub(crate) struct Forgotten(pub(crate) std::sync::Mutex<Vec<PersonId>>);

#[async_trait::async_trait]
impl crate::Forgets for Forgotten {
    async fn forget(&self, person: PersonId) -> Result<(), crate::Error> {
        self.0.lock().unwrap().push(person);
        Ok(())
    }
}

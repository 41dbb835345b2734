//! Every way by which a module comes to a document, under a limit and beside it without one.

use crate::imports::{Acting, CallHost};
use crate::place::component;
use crate::{ModuleVersion, Platform};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::Arc;
use vzaemo_access::{Action, ModulePolicies, Reach, ResourceDocument, Subject};
use vzaemo_clock::{Instant, LegalClock, SecurityClock, Zone};
use vzaemo_contract::call::{Comparison, Condition, Conflict, Denied, Order, Principal, Query};
use vzaemo_contract::manifest::{Assurance, Manifest};
use vzaemo_identity::{Identity, PersonId, PlatformSecret, SessionLimits};
use vzaemo_language::texts::Texts;
use vzaemo_registers::{Bodies, Holidays};
use vzaemo_runtime::{Engine, EngineConfig, Grants, Imports};
use vzaemo_search::SearchFields;
use vzaemo_storage::files::{Files, FilesConfig};
use vzaemo_storage::{Collection, Config, Counter, Storage};

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
index = [["office", "title"]]
unique = [["title"]]
count = [{ name = "all", by = [] }, { name = "of-office", by = ["office"] }]
[[views]]
name = "desk"
path = "/desk"
by = ["official"]
[[views]]
name = "mine"
path = "/{note}/mine"
by = ["author"]
resource = { collection = "notes", param = "note" }
[[views]]
name = "everybody"
path = "/everybody"
by = ["person"]
"#;

const SCHEMA: &str = r#"{"type":"object","required":["title"],"properties":{
    "title":{"type":"string","x-search":true},
    "writer":{"type":"string","x-access":"owner"},
    "office":{"type":"string","x-access":"body"}}}"#;

struct Place {
    _folder: tempfile::TempDir,
    platform: Arc<Platform>,
    version: Arc<ModuleVersion>,
}

/// Notes of two offices and two writers: `a-maria`, `a-taras`, `b-maria`, `b-taras`, and `none` of nobody.
async fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let storage = Storage::open(Config::new(folder.path())).await.unwrap();
    storage.declare(vzaemo_search::NAMESPACE, &vzaemo_search::collections()).await.unwrap();
    vzaemo_audit::declare(&storage).await.unwrap();
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    let notes = Collection::new("notes", schema.clone())
        .index(&["office", "title"])
        .unique(&["title"])
        .counter(Counter::by("all", &[]))
        .counter(Counter::by("of-office", &["office"]));
    storage.declare("notes", &[notes]).await.unwrap();
    let at: Instant = "2026-09-03T10:00:00Z".parse().unwrap();
    let (legal, (security, _)) = (LegalClock::still(at), SecurityClock::still(at));
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
    let manifest = Manifest::from_toml(MANIFEST).unwrap();
    let file = |path: &str| (path == "note.json").then(|| SCHEMA.to_owned());
    let policies = ModulePolicies::compile(&manifest, &file, &[], &[]).unwrap();
    let engine = Engine::new(EngineConfig { concurrency: 1, ..EngineConfig::default() }).unwrap();
    let grants = Grants::new(&manifest, Vec::<String>::new());
    let bytes = component();
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let digest = format!("sha256:{digest}");
    let component = engine.load(bytes, &digest, &grants).await.unwrap();
    let version = ModuleVersion {
        manifest: Arc::new(manifest),
        digest,
        component,
        grants: Vec::new(),
        settings: "{}".to_owned(),
        policies,
        texts: Arc::new(Texts::empty()),
        forms: HashMap::new(),
        search: HashMap::from([("notes".to_owned(), SearchFields::of(&schema).unwrap())]),
        files: HashMap::new(),
        personal: HashMap::new(),
        retention: HashMap::new(),
        keeping: HashMap::new(),
        generation: 1,
    };
    let place = Place { _folder: folder, platform: Arc::new(platform), version: Arc::new(version) };
    let mut host = place.call(None).await;
    for (key, writer, office) in [
        ("a-maria", "maria", "office-a"),
        ("a-taras", "taras", "office-a"),
        ("b-maria", "maria", "office-b"),
        ("b-taras", "taras", "office-b"),
    ] {
        let body = format!(r#"{{"title":"Parrot of {key}","writer":"{writer}","office":"{office}"}}"#);
        host.insert("notes", Some(key), &body).await.unwrap();
    }
    host.insert("notes", Some("none"), r#"{"title":"Parrot of none"}"#).await.unwrap();
    host.unit.commit().await.unwrap();
    place
}

fn subject(reference: &str, bodies: &[&str]) -> Subject {
    let bodies = bodies.iter().map(ToString::to_string).collect();
    Subject { bodies, ..Subject::person(reference, Assurance::Substantial) }
}

impl Place {
    async fn call(&self, reach: Option<Reach>) -> CallHost {
        let unit = self.platform.storage.begin().await.unwrap();
        let seen = Principal { person: "somebody".to_owned(), organisation: None, body: None };
        let person = PersonId::parse(PERSON).unwrap();
        let acting = Acting { person, seen, bodies: Vec::new(), rules_pending: false, reach };
        CallHost::new(unit, &self.version, &self.platform, Some(acting), self.platform.legal.now())
    }

    /// A call as it is made when this view was allowed.
    async fn view(&self, subject: &Subject, view: &str, note: Option<&ResourceDocument>) -> CallHost {
        let decision = self.version.policies.decide(subject, Action::View(view), note);
        assert!(decision.allowed, "{decision:?}");
        self.call(decision.reach(subject, note)).await
    }
}

const PERSON: &str = "0198f000-0000-7000-8000-000000000001";
const ALL: [&str; 5] = ["a-maria", "a-taras", "b-maria", "b-taras", "none"];

/// All notes by key, or those of an office by title, at most so many.
fn notes(office: Option<&str>, limit: u32) -> Query {
    let equal = |value: &str| Condition {
        field: "office".to_owned(),
        comparison: Comparison::Equal,
        value: value.to_owned(),
    };
    let order = |field: &str| vec![Order { field: field.to_owned(), descending: false }];
    Query {
        collection: "notes".to_owned(),
        conditions: office.map(equal).into_iter().collect(),
        order: if office.is_some() { order("title") } else { Vec::new() },
        fields: vec!["title".to_owned()],
        limit,
        after: None,
    }
}

/// What is found by every way there is.
async fn found(host: &mut CallHost) -> HashMap<&'static str, Vec<String>> {
    let mut all: HashMap<&'static str, Vec<String>> = HashMap::new();
    for key in ALL {
        if host.get("notes", key).await.unwrap().is_some() {
            all.entry("get").or_default().push(key.to_owned());
        }
        let (fields, values) = (["title".to_owned()], [format!("Parrot of {key}")]);
        if let Some(found) = host.find("notes", &fields, &values).await.unwrap() {
            all.entry("find").or_default().push(found.key);
        }
    }
    let rows = host.select(&notes(None, 100)).await.unwrap();
    assert_eq!(rows.values, rows.keys.iter().map(|key| format!("Parrot of {key}")).collect::<Vec<_>>());
    all.insert("select", rows.keys);
    let mut by_office = Vec::new();
    for office in ["office-a", "office-b"] {
        by_office.extend(host.select(&notes(Some(office), 100)).await.unwrap().keys);
    }
    all.insert("index", by_office);
    for (way, hits) in [
        ("search", host.search("notes", "parrot", 100).await.unwrap()),
        ("similar", host.similar("notes", "parrot of", 100).await.unwrap()),
    ] {
        let mut keys: Vec<String> = hits.into_iter().map(|hit| hit.key).collect();
        keys.sort();
        all.insert(way, keys);
    }
    all
}

fn each_way(keys: &[&str], none_too: bool) -> HashMap<&'static str, Vec<String>> {
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    let ways = ["get", "find", "select", "search", "similar", "index"];
    // A note of no office stands in no office's index.
    let of =
        |way| keys.iter().filter(|key| !(none_too && way == "index" && *key == "none")).cloned().collect();
    ways.into_iter().map(|way| (way, of(way))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_limit_everything_is_found_by_every_way() {
    let place = place().await;
    let mut host = place.view(&subject("taras", &[]), "everybody", None).await;
    assert_eq!(found(&mut host).await, each_way(&ALL, true));
    assert_eq!(host.count("notes", "all", "").await.unwrap(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_official_finds_what_is_of_their_bodies_by_every_way_and_nothing_else() {
    let place = place().await;
    let official = subject("oksana", &["office-a"]);
    let mut host = place.view(&official, "desk", None).await;
    assert_eq!(found(&mut host).await, each_way(&["a-maria", "a-taras"], false));
    let mut host = place.view(&subject("oksana", &["office-a", "office-b"]), "desk", None).await;
    assert_eq!(found(&mut host).await, each_way(&ALL[..4], false));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_author_finds_their_own_and_what_the_route_names() {
    let place = place().await;
    let mut host = place.call(None).await;
    let body = host.get("notes", "a-maria").await.unwrap().unwrap().body;
    let note = place.version.policies.document("notes", "a-maria", &body).unwrap();
    let mut host = place.view(&subject("maria", &[]), "mine", Some(&note)).await;
    assert_eq!(found(&mut host).await, each_way(&["a-maria", "b-maria"], false));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_rows_are_full_and_go_on_behind_what_is_out_of_reach() {
    let place = place().await;
    let mut host = place.view(&subject("oksana", &["office-b"]), "desk", None).await;
    let first = host.select(&notes(None, 1)).await.unwrap();
    assert_eq!(first.keys, ["b-maria"], "the first two are out of reach");
    let next = Query { after: first.next.clone(), ..notes(None, 1) };
    let second = host.select(&next).await.unwrap();
    assert_eq!(second.keys, ["b-taras"]);
    let next = Query { after: second.next.clone(), ..notes(None, 1) };
    let last = host.select(&next).await.unwrap();
    assert_eq!((last.keys.len(), last.next), (0, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_tell_nothing_of_what_is_out_of_reach() {
    let place = place().await;
    let mut host = place.view(&subject("oksana", &["office-a"]), "desk", None).await;
    assert_eq!(host.count("notes", "of-office", "office-a").await.unwrap(), 2);
    for (counter, key) in [("of-office", "office-b"), ("of-office", ""), ("all", "")] {
        let denied = host.count("notes", counter, key).await;
        assert!(matches!(denied, Err(Denied::Misuse(_))), "{counter} {key}: {denied:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_what_is_out_of_reach_cannot_be_written_either() {
    let place = place().await;
    let mut host = place.view(&subject("oksana", &["office-a"]), "desk", None).await;
    let mine = r#"{"title":"Parrot of b-taras","writer":"taras","office":"office-a"}"#;
    let taken = host.replace("notes", "b-taras", 1, mine).await;
    assert!(matches!(taken, Err(Conflict::Changed)), "{taken:?}");
    let removed = host.remove("notes", "b-taras", 1).await;
    assert!(matches!(removed, Err(Conflict::Changed)), "{removed:?}");
    let own = host.get("notes", "a-taras").await.unwrap().unwrap();
    host.replace("notes", "a-taras", own.revision, &own.body).await.unwrap();
    host.remove("notes", "a-maria", 1).await.unwrap();
}

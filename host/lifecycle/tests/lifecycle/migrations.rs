//! A new version with another shape of its documents.

use crate::house::{House, Making, NOTES};
use vzaemo_access::Reason;
use vzaemo_contract::call::Request;
use vzaemo_identity::{Role, unrecorded};
use vzaemo_jobs::Jobs;
use vzaemo_runtime::{CallError, TrapKind};
use vzaemo_search::Scope;
use vzaemo_service::{Caller, Error};
use vzaemo_storage::{Query, Unit};

/// What every document is migrated to, in 54 bytes.
const MIGRATED: &str = r#"{"body":"ministry-digital","kind":"memo","title":"Oak"}"#;

/// Functions of a guest whose `migrate` answers [`MIGRATED`], and which looks at one field of the first note.
fn functions() -> String {
    let bytes = |text: &str| text.bytes().map(|byte| format!("\\{byte:02x}")).collect::<String>();
    let length = u8::try_from(MIGRATED.len()).unwrap();
    format!(
        r#"
  (data (i32.const 1024) "{}")
  (data (i32.const 2048) "\00\00\00\00\00\04\00\00\{length:02x}\00\00\00")
  (data (i32.const 3072) "notesfirstkind")
  ;; The list of one field: `kind`.
  (data (i32.const 3100) "\0a\0c\00\00\04\00\00\00")
  ;; Traps unless the document with the key `first` is as long as what it is migrated to.
  (func $read
    (call $get (i32.const 3072) (i32.const 5) (i32.const 3077) (i32.const 5) (i32.const 4096))
    (if (i32.ne (i32.load (i32.const 4132)) (i32.const {})) (then unreachable)))
  ;; Traps unless the kind of the first row has four letters.
  (func $list
    (call $select (i32.const 3072) (i32.const 5) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
      (i32.const 3100) (i32.const 1) (i32.const 10) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4096))
    (if (i32.ne (i32.load offset=4 (i32.load (i32.const 4108))) (i32.const 4)) (then unreachable)))
"#,
        bytes(MIGRATED),
        MIGRATED.len()
    )
}

const IMPORTS: &str = r#"
  (import "vzaemo:store/read@0.1.0" "get" (func $get (param i32 i32 i32 i32 i32)))
  (import "vzaemo:store/read@0.1.0" "select"
    (func $select (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
"#;

const COLLECTION: &str = r#"version = 2
index = [["kind"]]
count = [{ name = "kinds", by = ["kind"] }]
"#;

const NOTE: &str = r#"{"type":"object","required":["title","kind"],"additionalProperties":false,"properties":{
    "title":{"type":"string"},
    "kind":{"type":"string","x-search":true},
    "body":{"type":"string","x-access":"body"}}}"#;

/// An act of officials on a note of their body.
const ACTS: &str = r#"[[acts]]
name = "publish"
path = "/{note}/publish"
resource = { collection = "notes", param = "note" }
by = ["official"]
"#;

/// The version with the new shape. `view` is what its view does.
fn second(house: &House, version: &str, view: &str) {
    let functions = functions();
    let making = Making {
        version,
        more: ACTS,
        collection: COLLECTION,
        note: NOTE,
        imports: IMPORTS,
        functions: &functions,
        view,
        migrate: "(i32.const 2048)",
        ..Making::default()
    };
    house.layout.put(&making.package()).unwrap();
}

const READS: &str = "(call $read) (call $list) (i32.const 512)";

/// A house with 450 documents of the first version beside the sample.
async fn house() -> House {
    let house = House::new(NOTES).await;
    house.layout.put(&Making::default().package()).unwrap();
    house.lifecycle.start().await.unwrap();
    let mut unit = house.storage.begin().await.unwrap();
    for number in 0..450 {
        let body = format!(r#"{{"title":"Note {number}"}}"#);
        unit.insert("notes", "notes", Some(format!("n{number}")), &body).await.unwrap();
    }
    unit.commit().await.unwrap();
    house
}

async fn versions(unit: &mut Unit) -> (usize, usize) {
    let mut counts = (0, 0);
    let mut after = None;
    loop {
        let query = Query::of("notes").fields(&[vzaemo_storage::VERSION]).limit(1000).after(after);
        let rows = unit.select("notes", &query).await.unwrap();
        counts.0 += rows.columns.iter().filter(|version| *version == "1").count();
        counts.1 += rows.columns.iter().filter(|version| *version == "2").count();
        after = rows.next;
        if after.is_none() {
            return counts;
        }
    }
}

fn request(params: &[(&str, &str)]) -> Request {
    let params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Request { params, query: Vec::new(), input: "{}".to_owned() }
}

/// The guest's page is of zeros, so a view that has found what it looks for ends with a broken page, and with a trap else.
async fn view(house: &House) -> Result<(), TrapKind> {
    match house.service.view(&Caller::ANONYMOUS, "notes", "all", &request(&[])).await {
        Err(Error::Module { source: CallError::BrokenPage(_), .. }) => Ok(()),
        Err(Error::Module { source: CallError::Trap { kind, .. }, .. }) => Err(kind),
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("a page of zeros is no page"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn old_documents_are_read_as_the_new_version_knows_them_and_then_stored_so() {
    let house = house().await;
    second(&house, "1.1.0", READS);
    let plan = house.lifecycle.plan().await.unwrap();
    assert!(plan.to_string().contains("brings its documents to another version: notes"), "{plan}");
    house.lifecycle.reload().await.unwrap();
    let mut unit = house.storage.begin().await.unwrap();
    assert_eq!(versions(&mut unit).await, (451, 0), "the swap waits for no document");
    drop(unit);

    // Before any of them is stored anew, views read them as the new version knows them, whole and by field.
    assert_eq!(view(&house).await, Ok(()));
    // And access is decided by what they are migrated to: the old ones named no body.
    let person = house.sign_in(1).await.1.person.id;
    let role = Role::ModuleAdministrator { body: "ministry-digital".into(), module: "notes".into() };
    house.identity.grants.grant(person, &role, None, &unrecorded).await.unwrap();
    let official = house.caller(1).await;
    let publish = request(&[("note", "n7")]);
    house.service.act(&official, "notes", "publish", &publish, None).await.unwrap();
    let citizen = house.caller(0).await;
    let denied = house.service.act(&citizen, "notes", "publish", &publish, None).await;
    assert!(matches!(denied, Err(Error::Denied { reason: Reason::NotOfficial })));

    let jobs = Jobs::new(house.service.clone());
    while jobs.round().await.unwrap().done > 0 {}
    let mut unit = house.storage.begin().await.unwrap();
    assert_eq!(versions(&mut unit).await, (0, 451));
    assert_eq!(unit.get("notes", "notes", "n7").await.unwrap().unwrap().body, MIGRATED);
    assert_eq!(unit.count("notes", "notes", "kinds", "memo").await.unwrap(), 451);
    assert_eq!(
        unit.select("notes", &Query::of("notes").equal("kind", "memo").limit(1000)).await.unwrap().keys.len(),
        451
    );
    // What is searched has changed from the title to the kind.
    let scope = Scope { namespace: "notes", collection: "notes" };
    assert!(vzaemo_search::find(&mut unit, scope, "sample", 5).await.unwrap().is_empty());
    assert_eq!(vzaemo_search::find(&mut unit, scope, "memo", 5).await.unwrap().len(), 5);
    drop(unit);
    assert!(house.storage.verify().await.unwrap().is_empty(), "counters are what a recount gives");
    assert_eq!(view(&house).await, Ok(()));
    let audited = house.audited().await;
    let entry = audited.iter().find(|entry| entry.contains("\"migrate\"")).unwrap();
    assert!(entry.contains("451 documents, 0 failed"), "{entry}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_documents_have_become_is_not_taken_back() {
    let house = house().await;
    second(&house, "1.1.0", READS);
    house.lifecycle.reload().await.unwrap();
    house.configure("[modules.notes]\nversion = \"=1.0.0\"\n");
    let refused = house.lifecycle.reload().await.unwrap_err().problems();
    let said = refused[0].to_string();
    assert!(said.contains("notes 1.0.0") && said.contains("brought to version 2"), "{said}");
    assert_eq!(house.serving(), ["notes 1.1.0"]);
    // Another version of the module that knows them may serve.
    second(&house, "1.2.0", READS);
    house.configure("[modules.notes]\nversion = \"=1.2.0\"\n");
    house.lifecycle.reload().await.unwrap();
    house.configure("[modules.notes]\nversion = \"=1.1.0\"\n");
    house.lifecycle.reload().await.unwrap();
    assert_eq!(house.serving(), ["notes 1.1.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_collection_stands_in_nobodys_way() {
    let house = House::new(NOTES).await;
    house.layout.put(&Making::default().package()).unwrap();
    house.lifecycle.start().await.unwrap();
    let mut unit = house.storage.begin().await.unwrap();
    let sample = unit.get("notes", "notes", "first").await.unwrap().unwrap();
    unit.remove("notes", "notes", "first", sample.revision).await.unwrap();
    unit.commit().await.unwrap();
    second(&house, "1.1.0", READS);
    house.lifecycle.reload().await.unwrap();
    house.configure("[modules.notes]\nversion = \"=1.0.0\"\n");
    house.lifecycle.reload().await.unwrap();
    assert_eq!(house.serving(), ["notes 1.0.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_cannot_be_migrated_stays_and_holds_up_nobody() {
    let house = house().await;
    let functions = functions();
    // A migration that traps.
    let making = Making {
        version: "1.1.0",
        collection: COLLECTION,
        note: NOTE,
        imports: IMPORTS,
        functions: &functions,
        view: READS,
        migrate: "unreachable",
        ..Making::default()
    };
    house.layout.put(&making.package()).unwrap();
    house.lifecycle.reload().await.unwrap();
    assert!(
        matches!(
            house.service.view(&Caller::ANONYMOUS, "notes", "all", &request(&[])).await,
            Err(Error::Module { source: CallError::Trap { kind: TrapKind::Unreachable, .. }, .. })
        ),
        "nobody is shown a document in a shape that the version does not know"
    );
    let jobs = Jobs::new(house.service.clone());
    while jobs.round().await.unwrap().done > 0 {}
    let mut unit = house.storage.begin().await.unwrap();
    assert_eq!(versions(&mut unit).await, (451, 0));
    let audited = house.audited().await;
    assert!(audited.iter().any(|entry| entry.contains("451 documents, 451 failed")), "{audited:#?}");
    // The mended version is another package: it begins anew.
    drop(unit);
    second(&house, "1.2.0", READS);
    house.lifecycle.reload().await.unwrap();
    assert_eq!(view(&house).await, Ok(()));
    while jobs.round().await.unwrap().done > 0 {}
    let mut unit = house.storage.begin().await.unwrap();
    assert_eq!(versions(&mut unit).await, (0, 451));
}

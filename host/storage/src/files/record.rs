//! The records of files: documents of the storage like any other.

use serde::{Deserialize, Serialize};
use serde_json::json;
use thiserror::Error;
use uuid::Uuid;

use super::{About, Spooled};
use crate::{BODY, Collection, Cursor, Op, Query, StorageError, Unit, WriteError};

/// The namespace of the records.
pub const NAMESPACE: &str = "files";
/// Files by their id.
const FILES: &str = "files";
/// Files that no document names, by their id.
const LOOSE: &str = "loose";
/// The files that a document names, by its place.
const NAMED: &str = "named";
/// Digests whose content is being removed.
const DOOMED: &str = "doomed";

/// Whether a collection is that of the records of files.
pub(crate) fn is_record(namespace: &str, collection: &str) -> bool {
    (namespace, collection) == (NAMESPACE, FILES)
}

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Its content is not published yet; no document may name it.
    Arriving,
    /// Nobody has scanned it.
    Pending,
    /// It was scanned, and nothing was found.
    Clean,
    /// It was scanned, and malicious content was found.
    Infected,
    /// It could not be scanned.
    Failed,
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            State::Arriving => "arriving",
            State::Pending => "pending",
            State::Clean => "clean",
            State::Infected => "infected",
            State::Failed => "failed",
        }
    }
}

/// A document that names files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The namespace: a module's id, or a room of the host.
    pub namespace: String,
    /// The collection.
    pub collection: String,
    /// The document's key.
    pub key: String,
}

impl Place {
    /// The document with this key.
    pub fn new(namespace: &str, collection: &str, key: &str) -> Self {
        Self { namespace: namespace.to_owned(), collection: collection.to_owned(), key: key.to_owned() }
    }

    /// The key of its record. The document's key stands in it as it is, for it may hold a number that is not given yet.
    fn record(&self) -> String {
        format!("{}/{}/{}", self.namespace, self.collection, self.key)
    }
}

/// The record of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Random; it names the file in documents and addresses.
    pub id: String,
    /// SHA-256 of the content, in hexadecimal digits.
    pub digest: String,
    /// What it is called.
    pub name: String,
    /// The media type, by the content.
    pub media_type: String,
    /// In bytes.
    pub size: u64,
    /// The person who sent it, by the platform's id. Nobody: sent when the session had ended, or sample content.
    pub owner: Option<String>,
    /// Where it stands.
    pub state: State,
    /// When it arrived, in milliseconds since 1970.
    pub at: i64,
    /// The person has declared that it holds no secret or service information.
    pub declared: bool,
    /// The documents that name it.
    pub named: Vec<Place>,
}

impl File {
    pub(super) fn arriving(spooled: &Spooled, about: &About, now_ms: i64) -> Self {
        Self {
            id: Uuid::new_v4().simple().to_string(),
            digest: spooled.digest().to_owned(),
            name: about.name.clone(),
            media_type: about.kind.media_type.to_owned(),
            size: spooled.size(),
            owner: about.owner.clone(),
            state: State::Arriving,
            at: now_ms,
            declared: about.declared,
            named: Vec::new(),
        }
    }

    /// Whether a document of this namespace names it.
    pub fn is_named_in(&self, namespace: &str) -> bool {
        self.named.iter().any(|place| place.namespace == namespace)
    }

    fn body(&self) -> String {
        // A derived implementation over texts and numbers cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[derive(Serialize, Deserialize)]
struct Loose {
    since: i64,
    /// Whether nobody owns it.
    unowned: bool,
    size: u64,
}

#[derive(Serialize, Deserialize)]
struct Named {
    files: Vec<String>,
}

/// A removal in progress.
#[derive(Serialize, Deserialize)]
pub(super) struct Doomed {
    /// Until then whoever has begun it has the sole right to go on with it; in milliseconds since 1970.
    pub until: i64,
}

/// The collections of the records.
pub fn collections() -> Vec<Collection> {
    let text = || json!({"type": "string"});
    let whole = || json!({"type": "integer"});
    let truth = || json!({"type": "boolean"});
    let texts = |names: &[&str]| {
        let properties: serde_json::Map<_, _> =
            names.iter().map(|name| ((*name).to_owned(), text())).collect();
        json!({"type": "object", "additionalProperties": false, "required": names, "properties": properties})
    };
    let file = json!({
        "type": "object", "additionalProperties": false,
        "required": ["id", "digest", "name", "media_type", "size", "owner", "state", "at", "declared", "named"],
        "properties": {
            "id": text(), "digest": text(), "name": text(), "media_type": text(), "size": whole(),
            "owner": {"type": ["string", "null"]},
            "state": {"type": "string", "enum": ["arriving", "pending", "clean", "infected", "failed"]},
            "at": whole(), "declared": truth(),
            "named": {"type": "array", "items": texts(&["namespace", "collection", "key"])}
        }
    });
    let loose = json!({"type": "object", "additionalProperties": false, "required": ["since", "unowned", "size"],
        "properties": {"since": whole(), "unowned": truth(), "size": whole()}});
    let named = json!({"type": "object", "additionalProperties": false, "required": ["files"],
        "properties": {"files": {"type": "array", "items": text()}}});
    let doomed = json!({"type": "object", "additionalProperties": false, "required": ["until"],
        "properties": {"until": whole()}});
    vec![
        Collection::new(FILES, file).index(&["digest"]).index(&["state", "at"]).index(&["owner", "at"]),
        Collection::new(LOOSE, loose).index(&["since"]).index(&["unowned", "since"]),
        Collection::new(NAMED, named),
        Collection::new(DOOMED, doomed).index(&["until"]),
    ]
}

/// The record of a file that may be named; one whose content is still arriving is not there yet.
pub async fn get(unit: &mut Unit, id: &str) -> Result<Option<File>, StorageError> {
    let found = read(unit, id).await?.map(|(file, _)| file);
    Ok(found.filter(|file| file.state != State::Arriving))
}

pub(super) async fn read(unit: &mut Unit, id: &str) -> Result<Option<(File, u64)>, StorageError> {
    let Some(document) = unit.get(NAMESPACE, FILES, id).await? else { return Ok(None) };
    Ok(Some((document.parse()?, document.revision)))
}

pub(super) async fn insert(unit: &mut Unit, file: &File) -> Result<(), WriteError> {
    unit.insert(NAMESPACE, FILES, Some(file.id.clone()), &file.body()).await?;
    loosen(unit, file, file.at).await
}

pub(super) async fn replace(unit: &mut Unit, file: &File, revision: u64) -> Result<(), WriteError> {
    unit.replace(NAMESPACE, FILES, &file.id, revision, &file.body()).await
}

/// Nobody names the file from now on.
async fn loosen(unit: &mut Unit, file: &File, now_ms: i64) -> Result<(), WriteError> {
    let loose = Loose { since: now_ms, unowned: file.owner.is_none(), size: file.size };
    let body = serde_json::to_string(&loose).unwrap_or_default();
    unit.insert(NAMESPACE, LOOSE, Some(file.id.clone()), &body).await.map(|_| ())
}

async fn fasten(unit: &mut Unit, id: &str) -> Result<(), WriteError> {
    if let Some(loose) = unit.get(NAMESPACE, LOOSE, id).await? {
        unit.remove(NAMESPACE, LOOSE, id, loose.revision).await?;
    }
    Ok(())
}

/// Gives a file of nobody's to a person.
pub(super) async fn claim(unit: &mut Unit, id: &str, owner: &str) -> Result<(), WriteError> {
    let Some((mut file, revision)) = read(unit, id).await?.filter(|(file, _)| file.owner.is_none()) else {
        return Ok(());
    };
    file.owner = Some(owner.to_owned());
    replace(unit, &file, revision).await?;
    if let Some(document) = unit.get(NAMESPACE, LOOSE, id).await? {
        let loose = Loose { unowned: false, ..document.parse()? };
        let body = serde_json::to_string(&loose).unwrap_or_default();
        unit.replace(NAMESPACE, LOOSE, id, document.revision, &body).await?;
    }
    Ok(())
}

/// Why files could not be named.
#[derive(Debug, Clone, Error)]
pub enum Unnameable {
    /// There is no such file, or not any more.
    #[error("name a file: there is none with the id {0:?}")]
    Missing(String),
    /// Its record could not be read or written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Says which files a document names from now on, in the unit of work that writes the document; none for a document
/// that is removed. Answers those that it did not name before, as they were.
///
/// A file that it named before and does not name any more is loose, if no other document names it.
pub async fn name(
    unit: &mut Unit,
    place: &Place,
    files: &[String],
    now_ms: i64,
) -> Result<Vec<File>, Unnameable> {
    let key = place.record();
    let kept = unit.get(NAMESPACE, NAMED, &key).await.map_err(WriteError::from)?;
    let before: Vec<String> = match &kept {
        Some(document) => document.parse::<Named>().map_err(WriteError::from)?.files,
        None => Vec::new(),
    };
    let mut after: Vec<String> = Vec::new();
    for id in files {
        if !after.contains(id) {
            after.push(id.clone());
        }
    }
    let mut fresh = Vec::new();
    for id in after.iter().filter(|id| !before.contains(id)) {
        let found = read(unit, id).await.map_err(WriteError::from)?;
        let Some((mut file, revision)) = found.filter(|(file, _)| file.state != State::Arriving) else {
            return Err(Unnameable::Missing(id.clone()));
        };
        fresh.push(file.clone());
        if file.named.is_empty() {
            fasten(unit, id).await?;
        }
        file.named.push(place.clone());
        replace(unit, &file, revision).await?;
    }
    for id in before.iter().filter(|id| !after.contains(id)) {
        let Some((mut file, revision)) = read(unit, id).await.map_err(WriteError::from)? else { continue };
        file.named.retain(|named| named != place);
        if file.named.is_empty() {
            loosen(unit, &file, now_ms).await?;
        }
        replace(unit, &file, revision).await?;
    }
    if before != after {
        let body = serde_json::to_string(&Named { files: after.clone() }).unwrap_or_default();
        match kept {
            Some(kept) if after.is_empty() => unit.remove(NAMESPACE, NAMED, &key, kept.revision).await?,
            Some(kept) => unit.replace(NAMESPACE, NAMED, &key, kept.revision, &body).await?,
            None => unit.insert(NAMESPACE, NAMED, Some(key), &body).await.map(|_| ())?,
        }
    }
    Ok(fresh)
}

/// The files that a person has sent, the latest first, a page at a time; with where the next page starts.
pub async fn owned(
    unit: &mut Unit,
    owner: &str,
    limit: u32,
    after: Option<Cursor>,
) -> Result<(Vec<File>, Option<Cursor>), StorageError> {
    let query = Query::of(FILES).equal("owner", owner).descending("at").fields(&[BODY]);
    let rows = unit.select(NAMESPACE, &query.limit(limit).after(after)).await?;
    let files = rows.columns.iter().filter_map(|body| serde_json::from_str::<File>(body).ok());
    Ok((files.filter(|file| file.state != State::Arriving).collect(), rows.next))
}

/// The files that a document names, in its order.
pub async fn named_by(unit: &mut Unit, place: &Place) -> Result<Vec<File>, StorageError> {
    let Some(kept) = unit.get(NAMESPACE, NAMED, &place.record()).await? else { return Ok(Vec::new()) };
    let mut files = Vec::new();
    for id in kept.parse::<Named>()?.files {
        files.extend(get(unit, &id).await?);
    }
    Ok(files)
}

/// Has a file that a person has sent be another record's of the same person.
pub async fn hand_over(unit: &mut Unit, id: &str, to: &str) -> Result<(), WriteError> {
    let Some((mut file, revision)) = read(unit, id).await? else { return Ok(()) };
    file.owner = Some(to.to_owned());
    replace(unit, &file, revision).await
}

/// Has a file belong to nobody from now on. One that no document names is swept in time.
pub async fn disown(unit: &mut Unit, id: &str) -> Result<(), WriteError> {
    let Some((mut file, revision)) = read(unit, id).await? else { return Ok(()) };
    file.owner = None;
    replace(unit, &file, revision).await?;
    if let Some(document) = unit.get(NAMESPACE, LOOSE, id).await? {
        let loose = Loose { unowned: true, ..document.parse()? };
        let body = serde_json::to_string(&loose).unwrap_or_default();
        unit.replace(NAMESPACE, LOOSE, id, document.revision, &body).await?;
    }
    Ok(())
}

/// The files in a state, the oldest first.
pub(super) async fn in_state(unit: &mut Unit, state: State, limit: u32) -> Result<Vec<File>, StorageError> {
    let query = Query::of(FILES).equal("state", state.name()).ascending("at").fields(&[BODY]).limit(limit);
    let rows = unit.select(NAMESPACE, &query).await?;
    Ok(rows.columns.iter().filter_map(|body| serde_json::from_str(body).ok()).collect())
}

/// The most loose files of nobody that are counted; as many as there ever should be.
const MOST_UNOWNED: u32 = 1000;

pub(super) async fn unowned_bytes(unit: &mut Unit) -> Result<u64, StorageError> {
    let query = Query::of(LOOSE).equal("unowned", "true").fields(&[BODY]).limit(MOST_UNOWNED);
    let rows = unit.select(NAMESPACE, &query).await?;
    if rows.next.is_some() {
        return Ok(u64::MAX);
    }
    let sizes = rows.columns.iter().filter_map(|body| serde_json::from_str::<Loose>(body).ok());
    Ok(sizes.fold(0, |sum, loose| sum.saturating_add(loose.size)))
}

/// The ids of files that have been loose since this moment or longer.
pub(super) async fn loose_since(
    unit: &mut Unit,
    moment: i64,
    limit: u32,
) -> Result<Vec<String>, StorageError> {
    let query = Query::of(LOOSE).when("since", Op::Le, moment.to_string()).ascending("since").limit(limit);
    Ok(unit.select(NAMESPACE, &query).await?.keys)
}

/// Removes the record of a loose file; its digest, unless a document names it by now.
pub(super) async fn drop_loose(unit: &mut Unit, id: &str) -> Result<Option<String>, WriteError> {
    fasten(unit, id).await?;
    let Some((file, revision)) = read(unit, id).await? else { return Ok(None) };
    if !file.named.is_empty() {
        return Ok(None);
    }
    unit.remove(NAMESPACE, FILES, id, revision).await?;
    Ok(Some(file.digest))
}

/// Whether any file but this one has the digest. Certified at commit: one that comes meanwhile is a conflict.
pub(super) async fn shares(unit: &mut Unit, digest: &str, but: &str) -> Result<bool, StorageError> {
    let query = Query::of(FILES).equal("digest", digest).limit(2);
    Ok(unit.select(NAMESPACE, &query).await?.keys.iter().any(|id| id != but))
}

/// Whether content with this digest is being removed.
pub(super) async fn is_doomed(unit: &mut Unit, digest: &str) -> Result<bool, StorageError> {
    Ok(unit.get(NAMESPACE, DOOMED, digest).await?.is_some())
}

/// Begins a removal, or takes over one whose time is over.
pub(super) async fn doom(unit: &mut Unit, digest: &str, until: i64) -> Result<(), WriteError> {
    let body = serde_json::to_string(&Doomed { until }).unwrap_or_default();
    match unit.get(NAMESPACE, DOOMED, digest).await? {
        Some(old) => unit.replace(NAMESPACE, DOOMED, digest, old.revision, &body).await,
        None => unit.insert(NAMESPACE, DOOMED, Some(digest.to_owned()), &body).await.map(|_| ()),
    }
}

/// Ends a removal.
pub(super) async fn undoom(unit: &mut Unit, digest: &str) -> Result<(), WriteError> {
    if let Some(old) = unit.get(NAMESPACE, DOOMED, digest).await? {
        unit.remove(NAMESPACE, DOOMED, digest, old.revision).await?;
    }
    Ok(())
}

/// Digests whose removal nobody has gone on with since this moment.
pub(super) async fn doomed_until(
    unit: &mut Unit,
    moment: i64,
    limit: u32,
) -> Result<Vec<String>, StorageError> {
    let query = Query::of(DOOMED).when("until", Op::Le, moment.to_string()).ascending("until").limit(limit);
    Ok(unit.select(NAMESPACE, &query).await?.keys)
}

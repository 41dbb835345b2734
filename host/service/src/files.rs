//! Files in forms and documents: which fields hold them, what each takes, and that a document names only such as it may.
//!
//! In a schema a file is a string with `"format": "file"`: the id of its record. It comes with the input of an act, as a
//! file that the person has sent; the module writes it into documents like any other value, and the host keeps count of
//! which documents name it. `"x-file": { "types": ["pdf", "docx"], "max-mib": 10 }` beside it, in a form, says what is
//! taken; on a list it holds for each of its items.

use crate::Error;
use crate::imports::CallHost;
use crate::version::InputForm;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use vzaemo_contract::call::Denied;
use vzaemo_storage::Unit;
use vzaemo_storage::files::{self, File, KINDS, Kind, Place, State, Unnameable};

/// The `format` of a string that is the id of a file.
const FORMAT: &str = "file";
/// The most bytes of a file where a form does not say.
const LARGEST: u64 = 10 << 20;
/// The most files of a field where a form does not say.
const MOST: usize = 10;
/// Deeper schemas are not walked; it also ends references that lead in a circle.
const DEEPEST: usize = 12;

/// What a field of a form takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRule {
    /// Of these kinds.
    pub kinds: Vec<&'static Kind>,
    /// Of at most so many bytes each.
    pub largest: u64,
    /// At most so many.
    pub most: usize,
}

impl FileRule {
    /// The rule of a property of a form, if it takes files.
    pub fn of(property: &Value) -> Option<Self> {
        let many = property.get("items").filter(|items| is_file(items));
        if many.is_none() && !is_file(property) {
            return None;
        }
        let hint = property.get("x-file").or_else(|| many?.get("x-file")).unwrap_or(&Value::Null);
        let named = hint.get("types").and_then(Value::as_array);
        let kinds = match named {
            Some(named) => named.iter().filter_map(|name| Kind::named(name.as_str()?)).collect(),
            None => KINDS.iter().collect(),
        };
        let largest = hint.get("max-mib").and_then(Value::as_u64).map_or(LARGEST, |mib| mib << 20);
        let most = property.get("maxItems").and_then(Value::as_u64);
        let most = most.map_or(MOST, |most| usize::try_from(most).unwrap_or(MOST));
        Some(FileRule { kinds, largest, most: if many.is_some() { most } else { 1 } })
    }

    fn takes(&self, file: &File) -> bool {
        file.size <= self.largest && self.kinds.iter().any(|kind| kind.media_type == file.media_type)
    }
}

fn is_file(schema: &Value) -> bool {
    schema.get("format").and_then(Value::as_str) == Some(FORMAT)
}

/// The fields of a schema that hold files, at any depth.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileFields(Vec<Vec<Step>>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Property(String),
    EachItem,
}

impl FileFields {
    /// Those of a JSON Schema.
    pub fn of(schema: &Value) -> Self {
        let mut found = FileFields::default();
        found.walk(schema, schema, &mut Vec::new(), 0);
        found
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The files that a document names, in the order of its fields.
    pub fn ids(&self, document: &Value) -> Vec<String> {
        let mut ids = Vec::new();
        for path in &self.0 {
            take(document, path, &mut ids);
        }
        ids
    }

    fn walk(&mut self, root: &Value, place: &Value, path: &mut Vec<Step>, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        let reference = place.get("$ref").and_then(Value::as_str).and_then(|at| at.strip_prefix('#'));
        if let Some(target) = reference.and_then(|pointer| root.pointer(pointer)) {
            self.walk(root, target, path, depth + 1);
        }
        if is_file(place) {
            self.0.push(path.clone());
        }
        for (name, property) in place.get("properties").and_then(Value::as_object).into_iter().flatten() {
            path.push(Step::Property(name.clone()));
            self.walk(root, property, path, depth + 1);
            path.pop();
        }
        if let Some(items) = place.get("items") {
            path.push(Step::EachItem);
            self.walk(root, items, path, depth + 1);
            path.pop();
        }
    }
}

fn take(value: &Value, path: &[Step], into: &mut Vec<String>) {
    match path.split_first() {
        None => into.extend(value.as_str().filter(|id| !id.is_empty()).map(str::to_owned)),
        Some((Step::Property(name), rest)) => {
            if let Some(value) = value.get(name) {
                take(value, rest, into);
            }
        }
        Some((Step::EachItem, rest)) => {
            value.as_array().into_iter().flatten().for_each(|item| take(item, rest, into));
        }
    }
}

/// The files that came with an act's input. Each must be one that this person has sent and that its field takes: an id
/// that was seen elsewhere brings nothing in, whatever way the input came.
pub(crate) async fn brought(
    unit: &mut Unit,
    form: Option<&InputForm>,
    input: &str,
    person: Option<&str>,
) -> Result<BTreeSet<String>, Error> {
    let Some(form) = form.filter(|form| !form.files.is_empty()) else { return Ok(BTreeSet::new()) };
    let input: Value = serde_json::from_str(input).map_err(|error| Error::Input(vec![error.to_string()]))?;
    let mut brought = BTreeSet::new();
    let properties = form.schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    for (name, property) in properties {
        let (Some(rule), Some(value)) = (FileRule::of(property), input.get(name)) else { continue };
        let ids = value.as_array().map_or_else(|| vec![value], |items| items.iter().collect());
        for id in ids.into_iter().filter_map(Value::as_str) {
            let file = files::get(unit, id).await.map_err(Error::storage)?;
            let own = file.filter(|file| file.owner.is_some() && file.owner.as_deref() == person);
            let taken = own.filter(|file| rule.takes(file) && file.declared && file.state != State::Infected);
            let Some(file) = taken else {
                return Err(Error::Input(vec![format!("{name}: there is no such file of this person")]));
            };
            brought.insert(file.id);
        }
    }
    // A form asks for files at its root; one that hides elsewhere has passed no rule.
    if form.files.ids(&input).iter().any(|id| !brought.contains(id)) {
        return Err(Error::Input(vec!["a file stands where the form asks for none".to_owned()]));
    }
    Ok(brought)
}

impl CallHost {
    /// Keeps count of the files that a document names, in the unit that writes it. New ones must have come with this
    /// act's input, or be named by a document of this module already.
    pub(crate) async fn name_files(
        &mut self,
        collection: &str,
        key: &str,
        body: Option<&str>,
    ) -> Result<(), Denied> {
        let version = Arc::clone(&self.version);
        let Some(fields) = version.files.get(collection).filter(|fields| !fields.is_empty()) else {
            return Ok(());
        };
        let ids = match body {
            None => Vec::new(),
            Some(body) => {
                let document =
                    serde_json::from_str(body).map_err(|error| Denied::Misuse(error.to_string()))?;
                fields.ids(&document)
            }
        };
        let module = version.manifest.id.as_str();
        let now = self.platform.security.now().as_millis();
        let place = Place::new(module, collection, key);
        match files::name(&mut self.unit, &place, &ids, now).await {
            Ok(fresh) => {
                let foreign =
                    fresh.iter().find(|file| !self.brought.contains(&file.id) && !file.is_named_in(module));
                match foreign {
                    None => Ok(()),
                    Some(file) => Err(Denied::Misuse(format!(
                        "the file {} neither came with the input nor stands in a document of this module",
                        file.id
                    ))),
                }
            }
            Err(Unnameable::Missing(id)) => Err(Denied::Misuse(format!("there is no file {id}"))),
            Err(Unnameable::Write(error)) => Err(self.fail(Error::storage(error))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn files_are_found_at_any_depth() {
        let schema = json!({
            "properties": {
                "title": { "type": "string" },
                "file": { "$ref": "#/$defs/file" },
                "more": { "type": "array", "items": { "type": "string", "format": "file" } },
                "parts": { "type": "array", "items": { "properties": { "scan": { "type": "string", "format": "file" } } } }
            },
            "$defs": { "file": { "type": "string", "format": "file" } }
        });
        let fields = FileFields::of(&schema);
        let document = json!({"title": "a", "file": "1", "more": ["2", "3"], "parts": [{"scan": "4"}, {}, {"scan": ""}]});
        assert_eq!(fields.ids(&document), ["1", "2", "3", "4"]);
        assert_eq!(fields.ids(&json!({"file": null, "more": "x"})), [""; 0]);
        assert!(FileFields::of(&json!({"properties": {"a": {"type": "string"}}})).is_empty());
        let circle = json!({"properties": {"a": {"$ref": "#"}}});
        assert!(FileFields::of(&circle).is_empty());
    }

    #[test]
    fn the_contract_names_the_kinds_that_there_are() {
        let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        assert_eq!(names, vzaemo_contract::FILE_KINDS);
    }

    #[test]
    fn a_rule_says_what_a_field_takes() {
        let one =
            json!({"type": "string", "format": "file", "x-file": {"types": ["pdf", "txt"], "max-mib": 2}});
        let rule = FileRule::of(&one).unwrap();
        assert_eq!(rule.kinds.iter().map(|kind| kind.name).collect::<Vec<_>>(), ["pdf", "txt"]);
        assert_eq!((rule.largest, rule.most), (2 << 20, 1));
        let many = json!({"type": "array", "maxItems": 3, "items": {"type": "string", "format": "file"}});
        let rule = FileRule::of(&many).unwrap();
        assert_eq!((rule.kinds.len(), rule.largest, rule.most), (KINDS.len(), 10 << 20, 3));
        assert_eq!(FileRule::of(&json!({"type": "string"})), None);
    }
}

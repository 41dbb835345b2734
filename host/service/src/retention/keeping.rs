//! For how long the documents of a collection are kept, and what is done with them afterwards.
//!
//! Everything here is derived once, when a module is loaded: from the classes of data in its manifest, from the
//! annotations of its schemas (`x-personal`, `x-retention`), and from what the holder says instead (`[modules.*.retention]`).

use crate::Retention;
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use vzaemo_clock::{Date, Event, Instant, Zone};
use vzaemo_contract::manifest::{Manifest, Then};
use vzaemo_contract::problems::{RETENTION, RETENTION_FROM, RETENTION_OF};

/// What a reference to a person becomes when the person is taken out of a document; random digits follow, so that two
/// documents of one person are not seen to be theirs, and unique keys hold.
pub(crate) const NOBODY: &str = "erased-";
/// What stands in place of a text that a schema wants to be there; it means the same in every language.
const BLANK: &str = "—";
/// What stands in place of an address of e-mail; nobody can have one in this domain (RFC 2606).
const NO_ADDRESS: &str = "erased@erased.invalid";

/// From when the terms of a collection run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Start {
    /// The day or moment in a field of the document; while it is empty, the matter has not ended.
    Field(String),
    /// When that of another document runs.
    Of {
        /// The field with its key.
        field: String,
        /// Its collection.
        collection: String,
    },
}

/// What stands in the place of a field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Instead {
    /// A reference to nobody.
    Nobody,
    /// Nothing: the field goes.
    Nothing,
    /// This.
    Value(Value),
    /// Nothing that its schema allows: the document has to go.
    NoDocument,
}

/// What is done with data of one class in the documents of a collection.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rule {
    /// The class.
    pub class: String,
    /// How long it is kept.
    pub term: Retention,
    /// Whether the document goes, rather than the fields.
    pub removes: bool,
    /// The fields with data of the class, at the document's root, with what stands in their place.
    pub fields: BTreeMap<String, Instead>,
}

/// For how long the documents of a collection are kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Keeping {
    pub(crate) start: Option<Start>,
    pub(crate) rules: Vec<Rule>,
}

/// A document without the data whose time is over.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Erased {
    /// There is nothing to take out any more.
    Already,
    /// What stays of it.
    Without(Value),
    /// Nothing.
    Gone,
}

impl Keeping {
    /// Of a collection with this schema. `instead` is the holder's word, which holds for all classes of it; a term of none
    /// says that nothing has to be kept, so it sets no date: such documents go when their person asks.
    pub fn of(manifest: &Manifest, schema: &Value, instead: Option<&Retention>) -> Self {
        let mut rules: BTreeMap<&str, Rule> = BTreeMap::new();
        for (field, class, property) in personal(schema) {
            let Some(declared) = manifest.data.get(class) else { continue };
            let said = || Retention { keep: declared.retention.clone(), law: declared.law.clone() };
            let term = instead.cloned().unwrap_or_else(said);
            if term.is_none() {
                continue;
            }
            let removes = declared.then == Then::Remove;
            let rule = Rule { class: class.to_owned(), term, removes, fields: BTreeMap::new() };
            let rule = rules.entry(class).or_insert(rule);
            rule.fields.insert(field.to_owned(), in_place(schema, field, property));
        }
        Keeping { start: start(schema), rules: rules.into_values().collect() }
    }

    /// Whether nothing of the collection is ever erased for its time, and no other collection depends on it.
    pub fn is_empty(&self) -> bool {
        self.start.is_none() && self.rules.is_empty()
    }

    /// Whether there is something to do at a time.
    pub(crate) fn ends(&self) -> bool {
        self.start.is_some() && !self.rules.is_empty()
    }

    /// The document without what these rules take out of it.
    pub(crate) fn without<'a>(rules: impl IntoIterator<Item = &'a Rule>, document: &Value) -> Erased {
        let Value::Object(fields) = document else { return Erased::Already };
        let mut left = fields.clone();
        for rule in rules {
            if rule.removes {
                return Erased::Gone;
            }
            for (field, instead) in &rule.fields {
                match (left.get(field), instead) {
                    (None, _) => {}
                    (Some(_), Instead::NoDocument) => return Erased::Gone,
                    (Some(Value::String(text)), Instead::Nobody) if text.starts_with(NOBODY) => {}
                    (Some(_), Instead::Nobody) => {
                        left.insert(field.clone(), nobody().into());
                    }
                    (Some(_), Instead::Nothing) => {
                        left.remove(field);
                    }
                    (Some(_), Instead::Value(value)) => {
                        left.insert(field.clone(), value.clone());
                    }
                }
            }
        }
        if left == *fields { Erased::Already } else { Erased::Without(Value::Object(left)) }
    }
}

impl Rule {
    /// The rule in words, as the audit log and a replay name it.
    pub fn name(&self, module: &str, collection: &str) -> String {
        let Retention { keep, law } = &self.term;
        format!("{module}/{collection} {}: kept for {keep} ({law})", self.class)
    }

    /// From when on what it is about is not kept any longer, if its matter ended then: the end of the local day on which
    /// the term ends. `None` if no calendar reaches so far.
    pub fn ends(&self, from: Event, zone: &Zone) -> Option<Instant> {
        end(&self.term.keep, from, zone)
    }
}

/// The end of a term, an ISO 8601 duration, from the local day of an event; the day on which it ends still counts.
pub(crate) fn end(keep: &str, from: Event, zone: &Zone) -> Option<Instant> {
    let day: Date = from.date(zone);
    zone.end_of(day.checked_add(keep.parse::<jiff::Span>().ok()?).ok()?).ok()
}

/// A reference to nobody.
fn nobody() -> String {
    format!("{NOBODY}{}", uuid::Uuid::new_v4().simple())
}

/// Whether a reference is one to nobody.
pub fn is_nobody(reference: &str) -> bool {
    reference.starts_with(NOBODY)
}

fn start(schema: &Value) -> Option<Start> {
    let properties = schema.get("properties").and_then(Value::as_object)?;
    properties.iter().find_map(|(field, property)| {
        let said = property.get(RETENTION).and_then(Value::as_str)?;
        if said == RETENTION_FROM {
            return Some(Start::Field(field.clone()));
        }
        let collection = said.strip_prefix(RETENTION_OF)?.to_owned();
        Some(Start::Of { field: field.clone(), collection })
    })
}

/// The fields at the root that hold personal data, themselves or further in, once for each class.
fn personal(schema: &Value) -> Vec<(&str, &str, &Value)> {
    let mut found = Vec::new();
    for (field, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let mut classes = BTreeSet::new();
        collect(schema, property, &mut classes, 0);
        found.extend(classes.into_iter().map(|class| (field.as_str(), class, property)));
    }
    found
}

/// How deep schemas are followed.
const DEEPEST: usize = 16;

fn collect<'v>(root: &'v Value, place: &'v Value, classes: &mut BTreeSet<&'v str>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    classes.extend(place.get("x-personal").and_then(Value::as_str));
    let reference = place.get("$ref").and_then(Value::as_str).and_then(|at| at.strip_prefix('#'));
    if let Some(target) = reference.and_then(|pointer| root.pointer(pointer)) {
        collect(root, target, classes, depth + 1);
    }
    for property in place.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::values) {
        collect(root, property, classes, depth + 1);
    }
    if let Some(items) = place.get("items") {
        collect(root, items, classes, depth + 1);
    }
}

/// What can stand in the place of a field: checked against its schema, so that no module meets what it does not expect.
fn in_place(schema: &Value, field: &str, property: &Value) -> Instead {
    let text = |annotation: &str| property.get(annotation).and_then(Value::as_str);
    if text("x-access") == Some("owner") || text("format") == Some("person") {
        return Instead::Nobody;
    }
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    if !required.into_iter().any(|name| name.as_str() == Some(field)) {
        return Instead::Nothing;
    }
    let Some(validator) = of_field(schema, property) else { return Instead::NoDocument };
    let least = property.get("minLength").and_then(Value::as_u64).unwrap_or(1).clamp(1, 100);
    let blank = BLANK.repeat(usize::try_from(least).unwrap_or(1));
    let values = [Value::Null, json!(""), json!(blank), json!(NO_ADDRESS), json!([]), json!({})];
    let fitting = values.into_iter().find(|value| validator.is_valid(value));
    fitting.map_or(Instead::NoDocument, Instead::Value)
}

/// The check of one field alone, with what its schema refers to.
fn of_field(schema: &Value, property: &Value) -> Option<Validator> {
    let mut alone = property.as_object()?.clone();
    if let Some(definitions) = schema.get("$defs") {
        alone.insert("$defs".to_owned(), definitions.clone());
    }
    jsonschema::options().should_validate_formats(true).build(&Value::Object(alone)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"
schema = 1
id = "notes"
version = "1.0.0"
contract = "0.1"
name = { uk = "Нотатки", en = "Notes" }
about = { uk = "Нотатки", en = "Notes" }
invitation = { uk = "Писати", en = "Write" }
[data."person.name"]
why = { uk = "Ім’я", en = "Name" }
law = "L-1"
retention = "P3Y"
[data."person.email"]
why = { uk = "Адреса", en = "Address" }
law = "L-2"
retention = "P1M"
[data."person.secret"]
why = { uk = "Т", en = "S" }
law = "L-3"
retention = "P1D"
then = "remove"
"#;

    fn schema() -> Value {
        json!({"type": "object", "required": ["writer", "email", "kind", "title"], "properties": {
            "title": {"type": "string"},
            "writer": {"type": "string", "x-access": "owner", "x-personal": "person.name"},
            "phone": {"type": "string", "x-personal": "person.email"},
            "email": {"type": "string", "format": "email", "x-personal": "person.email"},
            "kind": {"type": "string", "minLength": 3, "x-personal": "person.email"},
            "place": {"type": "object", "properties": {"street": {"type": "string", "x-personal": "person.email"}}},
            "closed": {"type": "string", "format": "date-time", "x-retention": "from"}}})
    }

    fn keeping(schema: &Value, instead: Option<&Retention>) -> Keeping {
        Keeping::of(&Manifest::from_toml(MANIFEST).unwrap(), schema, instead)
    }

    fn document() -> Value {
        json!({"title": "Лавка", "writer": "a-1", "phone": "1", "email": "o@example.com", "kind": "green",
            "place": {"street": "Садова"}, "closed": "2026-09-03T10:00:00Z"})
    }

    #[test]
    fn what_is_taken_out_leaves_a_document_that_its_schema_allows() {
        let keeping = keeping(&schema(), None);
        assert_eq!(keeping.start, Some(Start::Field("closed".to_owned())));
        let Erased::Without(left) = Keeping::without(&keeping.rules, &document()) else {
            panic!("something is left")
        };
        let writer = left["writer"].as_str().unwrap();
        assert!(is_nobody(writer), "{writer}");
        assert_eq!(left["title"], "Лавка");
        assert_eq!(left["email"], NO_ADDRESS);
        assert_eq!(left["kind"], "———");
        assert!(left.get("phone").is_none() && left.get("place").is_none(), "{left}");
        assert!(jsonschema::validator_for(&schema()).unwrap().is_valid(&left), "{left}");
        assert_eq!(Keeping::without(&keeping.rules, &left), Erased::Already, "it is done once");
        // Another document of the same person gets another reference.
        let Erased::Without(other) = Keeping::without(&keeping.rules, &document()) else {
            panic!("something is left")
        };
        assert_ne!(other["writer"], left["writer"]);
    }

    #[test]
    fn each_class_has_its_time() {
        let keeping = keeping(&schema(), None);
        let zone = Zone::named("Europe/Kyiv").unwrap();
        let from: Event = "2024-01-31T10:00:00Z".parse().unwrap();
        let ends: Vec<_> =
            keeping.rules.iter().map(|rule| (rule.class.as_str(), rule.ends(from, &zone).unwrap())).collect();
        // A month that is too short ends on its last day; the day itself still counts.
        let at = |text: &str| text.parse::<Instant>().unwrap();
        assert_eq!(
            ends,
            [("person.email", at("2024-02-29T22:00:00Z")), ("person.name", at("2027-01-31T22:00:00Z"))]
        );
        let email = keeping.rules.iter().filter(|rule| rule.class == "person.email");
        let Erased::Without(left) = Keeping::without(email, &document()) else { panic!("something is left") };
        assert_eq!(left["writer"], "a-1", "the name is kept longer");
        assert_eq!(keeping.rules[0].name("notes", "notes"), "notes/notes person.email: kept for P1M (L-2)");
    }

    #[test]
    fn the_holder_says_otherwise_and_none_is_no_date() {
        let said = |keep: &str| Retention { keep: keep.to_owned(), law: "L-9".to_owned() };
        let longer = keeping(&schema(), Some(&said("P5Y")));
        assert!(longer.ends() && longer.rules.iter().all(|rule| rule.term == said("P5Y")));
        let none = keeping(&schema(), Some(&said("P0D")));
        assert!(!none.ends() && !none.is_empty(), "other collections may hang on it");
    }

    #[test]
    fn a_document_goes_where_the_class_says_so_or_nothing_can_stand_in_the_place() {
        let mut secret = schema();
        secret["properties"]["title"]["x-personal"] = json!("person.secret");
        assert_eq!(Keeping::without(&keeping(&secret, None).rules, &document()), Erased::Gone);
        let mut strict = schema();
        strict["properties"]["kind"]["pattern"] = json!("^[a-z]+$");
        let rules = keeping(&strict, None).rules;
        assert_eq!(
            rules.iter().find(|rule| rule.class == "person.email").unwrap().fields["kind"],
            Instead::NoDocument
        );
        assert_eq!(Keeping::without(&rules, &document()), Erased::Gone);
    }

    #[test]
    fn a_document_may_belong_to_the_matter_of_another() {
        let vote = json!({"type": "object", "properties": {
            "note": {"type": "string", "format": "key", "x-retention": "of:notes"},
            "person": {"type": "string", "format": "person", "x-personal": "person.name"}}});
        let of = Start::Of { field: "note".to_owned(), collection: "notes".to_owned() };
        assert_eq!(keeping(&vote, None).start, Some(of));
        assert!(keeping(&json!({"properties": {"title": {"type": "string"}}}), None).is_empty());
    }
}

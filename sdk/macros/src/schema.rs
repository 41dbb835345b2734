//! From JSON Schemas to Rust types.

use crate::names::{pascal, pascal_text, snake, upper};
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The Rust type of a schema.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// A text.
    Text,
    /// One of the SDK's types, by name.
    Sdk(&'static str),
    /// `i64`.
    Integer,
    /// `f64`.
    Number,
    /// `bool`.
    Boolean,
    /// Any JSON.
    Json,
    /// A generated enum.
    Choice(String),
    /// A generated struct.
    Object(String),
    /// A list.
    List(Box<Type>),
    /// An object with keys of the author's choice.
    Table(Box<Type>),
}

impl Type {
    /// The type in code.
    pub fn tokens(&self) -> TokenStream {
        match self {
            Type::Text => quote!(::std::string::String),
            Type::Sdk(name) => {
                let name = pascal(name);
                quote!(::vzaemo_sdk::#name)
            }
            Type::Integer => quote!(i64),
            Type::Number => quote!(f64),
            Type::Boolean => quote!(bool),
            Type::Json => quote!(::vzaemo_sdk::serde_json::Value),
            Type::Choice(name) | Type::Object(name) => {
                let name = quote::format_ident!("{name}");
                quote!(#name)
            }
            Type::List(of) => {
                let of = of.tokens();
                quote!(::std::vec::Vec<#of>)
            }
            Type::Table(of) => {
                let of = of.tokens();
                quote!(::std::collections::BTreeMap<::std::string::String, #of>)
            }
        }
    }

    /// Whether it has one text form, so that indexes, rows and counters can name it.
    pub fn is_value(&self) -> bool {
        match self {
            Type::Sdk(name) => *name != "Term",
            Type::Text | Type::Integer | Type::Number | Type::Boolean | Type::Choice(_) => true,
            _ => false,
        }
    }
}

/// A field of a struct.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Its name in JSON.
    pub name: String,
    /// Its type, without `Option`.
    pub of: Type,
    /// Whether it may be absent.
    pub optional: bool,
    doc: Option<String>,
}

impl Member {
    fn tokens(&self) -> TokenStream {
        let of = self.of.tokens();
        if self.is_option() { quote!(::core::option::Option<#of>) } else { of }
    }

    /// Whether its Rust type is an `Option`: absent lists and tables are empty, absent booleans false.
    pub fn is_option(&self) -> bool {
        self.optional && !matches!(self.of, Type::List(_) | Type::Table(_) | Type::Boolean)
    }
}

/// What the schemas of a module define together. The same name may be met again, with the same meaning.
#[derive(Default)]
pub struct Types {
    /// Structs by name.
    pub objects: BTreeMap<String, Vec<Member>>,
    /// Enums by name.
    pub choices: BTreeMap<String, Vec<String>>,
    /// The enum whose values are states of the workflow.
    pub state: Option<(String, Vec<String>)>,
}

/// Where defaults count as present: the host fills them in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Defaults {
    /// In the configuration.
    Filled,
    /// In documents and forms.
    Absent,
}

struct Walk<'a> {
    root: &'a Value,
    path: &'a str,
    defaults: Defaults,
}

impl Types {
    /// Adds the struct of a schema file. `state` is the property that holds the workflow's state.
    pub fn add(
        &mut self,
        name: &str,
        path: &str,
        schema: &Value,
        defaults: Defaults,
        state: Option<&str>,
    ) -> Result<(), String> {
        let walk = Walk { root: schema, path, defaults };
        let members = self.members(&walk, name, schema, state)?;
        self.define(path, name, &members)
    }

    fn define(&mut self, path: &str, name: &str, members: &[Member]) -> Result<(), String> {
        match self.objects.insert(name.to_owned(), members.to_vec()) {
            Some(former) if former != members => Err(format!(
                "{path}: two schemas make a type `{name}` of different shape; give one another `title`"
            )),
            _ => Ok(()),
        }
    }

    fn choice(&mut self, path: &str, name: &str, values: &[String]) -> Result<Type, String> {
        match self.choices.insert(name.to_owned(), values.to_vec()) {
            Some(former) if former != values => Err(format!(
                "{path}: two schemas make an enum `{name}` of different values; give one another `title`"
            )),
            _ => Ok(Type::Choice(name.to_owned())),
        }
    }

    fn members(
        &mut self,
        walk: &Walk<'_>,
        name: &str,
        schema: &Value,
        state: Option<&str>,
    ) -> Result<Vec<Member>, String> {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            return Err(format!("{}: an object needs `properties`", walk.path));
        };
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let mut members = Vec::new();
        for (property, schema) in properties {
            let schema = Self::resolve(walk, schema)?;
            let (of, nullable) = if state == Some(property.as_str()) {
                (self.state_type(walk, property, schema)?, false)
            } else {
                self.of(walk, name, property, schema)?
            };
            let filled = walk.defaults == Defaults::Filled && schema.get("default").is_some();
            members.push(Member {
                name: property.clone(),
                of,
                optional: nullable || !(filled || required.contains(&property.as_str())),
                doc: schema.get("description").and_then(Value::as_str).map(str::to_owned),
            });
        }
        Ok(members)
    }

    fn state_type(&mut self, walk: &Walk<'_>, property: &str, schema: &Value) -> Result<Type, String> {
        let Some((name, states)) = self.state.clone() else { return Ok(Type::Text) };
        if let Some(values) = values(schema) {
            let unlike: Vec<&String> = values
                .iter()
                .filter(|value| !states.contains(value))
                .chain(states.iter().filter(|state| !values.contains(state)))
                .collect();
            if !unlike.is_empty() {
                return Err(format!(
                    "{}: `{property}` and the workflow in module.toml name different states: {unlike:?}",
                    walk.path
                ));
            }
        }
        Ok(Type::Choice(name))
    }

    fn resolve<'a>(walk: &Walk<'a>, schema: &'a Value) -> Result<&'a Value, String> {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return Ok(schema) };
        reference
            .strip_prefix('#')
            .and_then(|pointer| walk.root.pointer(pointer))
            .ok_or_else(|| format!("{}: `$ref` {reference} leads nowhere within the file", walk.path))
    }

    fn of(
        &mut self,
        walk: &Walk<'_>,
        owner: &str,
        property: &str,
        schema: &Value,
    ) -> Result<(Type, bool), String> {
        let named = |schema: &Value| {
            let title = schema.get("title").and_then(Value::as_str).filter(|title| {
                title.chars().next().is_some_and(char::is_uppercase)
                    && title.chars().all(char::is_alphanumeric)
            });
            title.map_or_else(|| format!("{owner}{}", pascal_text(property)), str::to_owned)
        };
        let mut nullable = false;
        let mut kind = None;
        match schema.get("type") {
            Some(Value::String(one)) => kind = Some(one.as_str()),
            Some(Value::Array(many)) => {
                for one in many.iter().filter_map(Value::as_str) {
                    if one == "null" {
                        nullable = true;
                    } else if kind.replace(one).is_some() {
                        return Ok((Type::Json, nullable));
                    }
                }
            }
            _ => {}
        }
        if let Some(values) = values(schema) {
            return Ok((self.choice(walk.path, &named(schema), &values)?, nullable));
        }
        let of = match kind {
            Some("string") => text(schema),
            Some("integer") => Type::Integer,
            Some("number") => Type::Number,
            Some("boolean") => Type::Boolean,
            Some("array") => match schema.get("items") {
                Some(items) => {
                    let items = Self::resolve(walk, items)?;
                    Type::List(Box::new(self.of(walk, owner, property, items)?.0))
                }
                None => Type::List(Box::new(Type::Json)),
            },
            Some("object") => match (
                schema.get("properties").and_then(Value::as_object),
                schema.get("additionalProperties"),
            ) {
                (Some(properties), _) if is_term(properties) => Type::Sdk("Term"),
                (Some(_), _) => {
                    let name = named(schema);
                    let members = self.members(walk, &name, schema, None)?;
                    self.define(walk.path, &name, &members)?;
                    Type::Object(name)
                }
                (None, Some(of @ Value::Object(_))) => {
                    let of = Self::resolve(walk, of)?;
                    Type::Table(Box::new(self.of(walk, owner, property, of)?.0))
                }
                (None, _) => Type::Json,
            },
            _ => Type::Json,
        };
        Ok((of, nullable))
    }

    /// All types in code.
    pub fn tokens(&self) -> TokenStream {
        let choices = self.choices.iter().map(|(name, values)| choice_tokens(name, values));
        let objects = self.objects.iter().map(|(name, members)| object_tokens(name, members));
        quote!(#(#choices)* #(#objects)*)
    }
}

fn text(schema: &Value) -> Type {
    let word = |key: &str| schema.get(key).and_then(Value::as_str);
    match (word("x-access"), word("format")) {
        (Some("owner"), _) | (_, Some("person")) => Type::Sdk("Person"),
        (Some("body"), _) | (_, Some("body")) => Type::Sdk("BodyId"),
        (_, Some("file")) => Type::Sdk("File"),
        (_, Some("key")) => Type::Sdk("Key"),
        (_, Some("date")) => Type::Sdk("Day"),
        (_, Some("date-time")) => Type::Sdk("Moment"),
        _ => Type::Text,
    }
}

fn is_term(properties: &Map<String, Value>) -> bool {
    ["value", "unit", "law"].iter().all(|name| properties.contains_key(*name))
}

/// The texts that a schema allows, if it lists them: `enum`, or `oneOf` with `const`.
fn values(schema: &Value) -> Option<Vec<String>> {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
    }
    let choices = schema.get("oneOf").and_then(Value::as_array)?;
    choices.iter().map(|choice| choice.get("const").and_then(Value::as_str).map(str::to_owned)).collect()
}

fn choice_tokens(name: &str, values: &[String]) -> TokenStream {
    let ident = quote::format_ident!("{name}");
    let variants: Vec<_> = values.iter().map(|value| pascal(value)).collect();
    let doc = format!("One of: {}.", values.join(", "));
    let docs = values.iter().map(|value| format!("`{value}`"));
    quote! {
        #[doc = #doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ::vzaemo_sdk::serde::Serialize, ::vzaemo_sdk::serde::Deserialize)]
        #[serde(crate = "::vzaemo_sdk::serde")]
        pub enum #ident { #( #[doc = #docs] #[serde(rename = #values)] #variants, )* }

        impl #ident {
            /// All values, in the order of the schema.
            pub const ALL: &'static [#ident] = &[#(#ident::#variants),*];
            /// The name in documents, addresses and messages.
            pub const fn name(self) -> &'static str {
                match self { #(#ident::#variants => #values,)* }
            }
        }
        impl ::core::convert::AsRef<str> for #ident {
            fn as_ref(&self) -> &str { self.name() }
        }
        impl ::vzaemo_sdk::Param for #ident {
            fn to_param(&self) -> ::std::string::String { ::std::borrow::ToOwned::to_owned(self.name()) }
        }
        impl ::vzaemo_sdk::Value for #ident {
            fn to_text(&self) -> ::std::borrow::Cow<'_, str> { ::std::borrow::Cow::Borrowed(self.name()) }
            fn from_text(text: &str) -> ::core::option::Option<Self> {
                match text { #(#values => ::core::option::Option::Some(#ident::#variants),)* _ => ::core::option::Option::None }
            }
        }
    }
}

fn object_tokens(name: &str, members: &[Member]) -> TokenStream {
    let ident = quote::format_ident!("{name}");
    let fields = members.iter().map(|member| {
        let (field, of, json) = (snake(&member.name), member.tokens(), &member.name);
        let doc = member.doc.clone().unwrap_or_else(|| format!("`{json}`"));
        let absent = match &member.of {
            _ if !member.optional => quote!(),
            Type::List(_) => quote!(, default, skip_serializing_if = "::std::vec::Vec::is_empty"),
            Type::Table(_) => {
                quote!(, default, skip_serializing_if = "::std::collections::BTreeMap::is_empty")
            }
            Type::Boolean => quote!(, default),
            _ => quote!(, default, skip_serializing_if = "::core::option::Option::is_none"),
        };
        quote!(#[doc = #doc] #[serde(rename = #json #absent)] pub #field: #of)
    });
    let doc = format!("`{name}`, as its JSON Schema says.");
    quote! {
        #[doc = #doc]
        #[derive(Debug, Clone, PartialEq, ::vzaemo_sdk::serde::Serialize, ::vzaemo_sdk::serde::Deserialize)]
        #[serde(crate = "::vzaemo_sdk::serde")]
        pub struct #ident { #(#fields,)* }
    }
}

/// The constants that name a document's fields in selects.
pub fn field_constants(name: &str, members: &[Member]) -> TokenStream {
    let ident = quote::format_ident!("{name}");
    let constants = members.iter().filter(|member| member.of.is_value()).map(|member| {
        let (constant, of, json) = (upper(&member.name), member.tokens(), &member.name);
        let doc = format!("The field `{json}`.");
        quote! {
            #[doc = #doc]
            pub const #constant: ::vzaemo_sdk::Field<#ident, #of> = ::vzaemo_sdk::Field::new(#json);
        }
    });
    quote!(impl #ident { #(#constants)* })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn members(schema: &Value, defaults: Defaults) -> Result<(Vec<Member>, Types), String> {
        let mut types = Types::default();
        types.add("Note", "schemas/note.json", schema, defaults, None)?;
        let members = types.objects.get("Note").cloned().unwrap_or_default();
        Ok((members, types))
    }

    #[test]
    fn each_schema_becomes_its_type() {
        let schema = json!({
            "required": ["author", "kind", "written"],
            "properties": {
                "author": { "type": "string", "x-access": "owner" },
                "kind": { "type": "string", "enum": ["a", "b-c"] },
                "written": { "$ref": "#/$defs/moment" },
                "days": { "type": "integer" },
                "hidden": { "type": "boolean" },
                "tags": { "type": "array", "items": { "type": "string" } },
                "place": { "type": "object", "title": "Place", "properties": { "on": { "type": ["string", "null"], "format": "date" } } },
                "term": { "type": "object", "properties": { "value": {}, "unit": {}, "law": {} } }
            },
            "$defs": { "moment": { "type": "string", "format": "date-time" } }
        });
        let (members, types) = members(&schema, Defaults::Absent).unwrap();
        let of = |name: &str| {
            let member = members.iter().find(|member| member.name == name).unwrap();
            (member.tokens().to_string().replace(' ', "").replace("::vzaemo_sdk::", ""), member.is_option())
        };
        assert_eq!(of("author"), ("Person".to_owned(), false));
        assert_eq!(of("kind"), ("NoteKind".to_owned(), false));
        assert_eq!(of("written"), ("Moment".to_owned(), false));
        assert_eq!(of("days"), ("::core::option::Option<i64>".to_owned(), true));
        assert_eq!(of("hidden"), ("bool".to_owned(), false));
        assert_eq!(of("tags"), ("::std::vec::Vec<::std::string::String>".to_owned(), false));
        assert_eq!(of("term"), ("::core::option::Option<Term>".to_owned(), true));
        assert_eq!(types.choices.get("NoteKind").unwrap(), &["a", "b-c"]);
        assert!(types.objects.get("Place").unwrap().iter().all(Member::is_option));
    }

    #[test]
    fn defaults_fill_configurations_and_nothing_else() {
        let schema = json!({ "properties": { "threshold": { "type": "integer", "default": 5 } } });
        assert!(!members(&schema, Defaults::Filled).unwrap().0[0].is_option());
        assert!(members(&schema, Defaults::Absent).unwrap().0[0].is_option());
    }

    #[test]
    fn what_does_not_fit_together_is_said() {
        let lost = json!({ "properties": { "a": { "$ref": "other.json" } } });
        assert!(members(&lost, Defaults::Absent).err().unwrap().contains("leads nowhere"));

        let mut types =
            Types { state: Some(("State".to_owned(), vec!["open".to_owned()])), ..Types::default() };
        let schema = json!({ "properties": { "state": { "type": "string", "enum": ["shut"] } } });
        let error =
            types.add("Note", "schemas/note.json", &schema, Defaults::Absent, Some("state")).unwrap_err();
        assert!(error.contains("different states"), "{error}");

        let one = json!({ "properties": { "a": { "type": "string", "title": "Kind", "enum": ["x"] } } });
        let two = json!({ "properties": { "b": { "type": "string", "title": "Kind", "enum": ["y"] } } });
        let mut types = Types::default();
        types.add("One", "one.json", &one, Defaults::Absent, None).unwrap();
        assert!(
            types
                .add("Two", "two.json", &two, Defaults::Absent, None)
                .unwrap_err()
                .contains("another `title`")
        );
    }
}

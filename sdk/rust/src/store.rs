//! Documents: typed collections, rows and counters over the host's store.

use crate::host::*;
use crate::{After, Error, JobCall, Key, Result, Value, not_found};
use serde::{Serialize, de::DeserializeOwned};
use std::borrow::Borrow;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use vzaemo_contract::call::{self, Comparison, Condition, Conflict, Hit, Order, Query};

/// A document of a collection. Generated from the collection's JSON Schema.
pub trait Document: Serialize + DeserializeOwned {
    /// The name of the collection in the manifest.
    const COLLECTION: &'static str;
}

/// A stored document with its key and revision. Derefs to the document.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<D> {
    key: Key,
    revision: u64,
    document: D,
}

impl<D> Stored<D> {
    /// Its key.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Grows with each change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The document alone.
    pub fn into_inner(self) -> D {
        self.document
    }
}

impl<D> Deref for Stored<D> {
    type Target = D;
    fn deref(&self) -> &D {
        &self.document
    }
}

impl<D> DerefMut for Stored<D> {
    fn deref_mut(&mut self) -> &mut D {
        &mut self.document
    }
}

/// A collection. `module!` gives each its own function, such as `petitions()`.
#[derive(Debug, Clone, Copy)]
pub struct Collection<D>(PhantomData<fn() -> D>);

impl<D: Document> Collection<D> {
    #[doc(hidden)]
    pub const NEW: Self = Collection(PhantomData);

    fn read(document: call::Document) -> Result<Stored<D>> {
        match serde_json::from_str(&document.body) {
            Ok(body) => Ok(Stored { key: document.key.into(), revision: document.revision, document: body }),
            Err(error) => Err(Error::broken(&[
                D::COLLECTION,
                " ",
                &document.key,
                " does not read: ",
                &error.to_string(),
            ])),
        }
    }

    /// The document with this key; "not found" without one.
    pub fn get(&self, key: &Key) -> Result<Stored<D>> {
        self.try_get(key)?.ok_or_else(not_found)
    }

    /// The document with this key, if there is one.
    pub fn try_get(&self, key: &Key) -> Result<Option<Stored<D>>> {
        host(|host| host.get(D::COLLECTION, key.as_str()))?.map(Self::read).transpose()
    }

    #[doc(hidden)]
    pub fn find(&self, fields: &[&str], values: &[&str]) -> Result<Option<Stored<D>>> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let (fields, values) = (owned(fields), owned(values));
        host(|host| host.find(D::COLLECTION, &fields, &values))?.map(Self::read).transpose()
    }

    /// Adds a document under a key that the host makes and that grows with time.
    pub fn insert(&self, document: &D) -> Result<Key, Conflict> {
        Self::insert_under(None, document)
    }

    /// Adds a document under this key.
    pub fn insert_as(&self, key: &Key, document: &D) -> Result<Key, Conflict> {
        Self::insert_under(Some(key.as_str()), document)
    }

    fn insert_under(key: Option<&str>, document: &D) -> Result<Key, Conflict> {
        let body = write(document)?;
        host(|host| host.insert(D::COLLECTION, key, &body)).map(Key::from)
    }

    /// Writes back a document that was read and changed.
    pub fn replace(&self, stored: impl Borrow<Stored<D>>) -> Result<(), Conflict> {
        let stored = stored.borrow();
        let body = write(&stored.document)?;
        host(|host| host.replace(D::COLLECTION, stored.key.as_str(), stored.revision, &body))
    }

    /// Removes a document that was read.
    pub fn remove(&self, stored: impl Borrow<Stored<D>>) -> Result<(), Conflict> {
        let stored = stored.borrow();
        host(|host| host.remove(D::COLLECTION, stored.key.as_str(), stored.revision))
    }

    /// Rows by a declared index.
    pub fn select(&self) -> Select<D> {
        Select {
            query: Query { collection: D::COLLECTION.to_owned(), limit: 1000, ..Query::default() },
            types: PhantomData,
        }
    }

    /// Documents whose text is close to this one, the closest first (capability `search`).
    pub fn similar(&self, text: &str, limit: u32) -> Result<Vec<Hit>> {
        Ok(host(|host| host.similar(D::COLLECTION, text, limit))?)
    }

    /// Documents that hold all words of the query in any of their forms (capability `search`).
    pub fn search(&self, query: &str, limit: u32) -> Result<Vec<Hit>> {
        Ok(host(|host| host.search(D::COLLECTION, query, limit))?)
    }
}

fn write(document: &impl Serialize) -> Result<String, Conflict> {
    serde_json::to_string(document).map_err(|error| Conflict::Invalid(vec![error.to_string()]))
}

/// A field of a document that indexes and rows can name: `Petition::TITLE`.
#[derive(Debug)]
pub struct Field<D, T> {
    name: &'static str,
    types: PhantomData<fn() -> (D, T)>,
}

impl<D, T> Clone for Field<D, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<D, T> Copy for Field<D, T> {}

impl<D, T> Field<D, T> {
    #[doc(hidden)]
    pub const fn new(name: &'static str) -> Self {
        Field { name, types: PhantomData }
    }

    /// Its name in the JSON document.
    pub const fn name(self) -> &'static str {
        self.name
    }
}

/// The fields that rows bring: a field, or a tuple of fields.
pub trait Fields<D> {
    /// What a row holds.
    type Values;
    /// Their names.
    fn names(&self, into: &mut Vec<String>);
    /// Takes the values of one row.
    fn take(&self, values: &mut dyn Iterator<Item = String>) -> Option<Self::Values>;
}

impl<D> Fields<D> for () {
    type Values = ();
    fn names(&self, _into: &mut Vec<String>) {}
    fn take(&self, _values: &mut dyn Iterator<Item = String>) -> Option<()> {
        Some(())
    }
}

impl<D, T: Value> Fields<D> for Field<D, T> {
    type Values = T;
    fn names(&self, into: &mut Vec<String>) {
        into.push(self.name.to_owned());
    }
    fn take(&self, values: &mut dyn Iterator<Item = String>) -> Option<T> {
        T::from_owned(values.next()?)
    }
}

macro_rules! tuples {
    ($($($name:ident)+;)+) => { $(
        impl<Doc, $($name: Value),+> Fields<Doc> for ($(Field<Doc, $name>,)+) {
            type Values = ($($name,)+);
            #[allow(non_snake_case)]
            fn names(&self, into: &mut Vec<String>) {
                let ($($name,)+) = self;
                $(into.push($name.name.to_owned());)+
            }
            #[allow(non_snake_case)]
            fn take(&self, values: &mut dyn Iterator<Item = String>) -> Option<Self::Values> {
                $(let $name = $name::from_owned(values.next()?)?;)+
                Some(($($name,)+))
            }
        }
    )+ };
}
tuples! {
    A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H;
    A B C D E F G H I; A B C D E F G H I J;
}

/// A question to a collection, by one of its declared indexes: leading fields compared, the rest in order.
#[derive(Debug, Clone)]
#[must_use = "ends with `page`, `first`, `keys` or `documents`"]
pub struct Select<D> {
    query: Query,
    types: PhantomData<fn() -> D>,
}

impl<D: Document> Select<D> {
    fn whose<T: Value>(mut self, field: Field<D, T>, comparison: Comparison, value: impl Into<T>) -> Self {
        let value = value.into().to_text().into_owned();
        self.query.conditions.push(Condition { field: field.name.to_owned(), comparison, value });
        self
    }

    /// The field equals the value.
    pub fn eq<T: Value>(self, field: Field<D, T>, value: impl Into<T>) -> Self {
        self.whose(field, Comparison::Equal, value)
    }

    /// The field is less than the value.
    pub fn less<T: Value>(self, field: Field<D, T>, value: impl Into<T>) -> Self {
        self.whose(field, Comparison::Less, value)
    }

    /// The field is at most the value.
    pub fn at_most<T: Value>(self, field: Field<D, T>, value: impl Into<T>) -> Self {
        self.whose(field, Comparison::AtMost, value)
    }

    /// The field is greater than the value.
    pub fn greater<T: Value>(self, field: Field<D, T>, value: impl Into<T>) -> Self {
        self.whose(field, Comparison::Greater, value)
    }

    /// The field is at least the value.
    pub fn at_least<T: Value>(self, field: Field<D, T>, value: impl Into<T>) -> Self {
        self.whose(field, Comparison::AtLeast, value)
    }

    /// The text of the field begins with the value.
    pub fn begins_with<T: Value>(self, field: Field<D, T>, value: impl Into<T>) -> Self {
        self.whose(field, Comparison::BeginsWith, value)
    }

    /// From the least up.
    pub fn ascending<T>(mut self, field: Field<D, T>) -> Self {
        self.query.order.push(Order { field: field.name.to_owned(), descending: false });
        self
    }

    /// From the greatest down: the newest first, where the field is a date.
    pub fn descending<T>(mut self, field: Field<D, T>) -> Self {
        self.query.order.push(Order { field: field.name.to_owned(), descending: true });
        self
    }

    /// A page of at most `limit` rows (at most 1 000) with these fields.
    pub fn page<F: Fields<D>>(mut self, fields: F, limit: u32, after: &After) -> Result<Rows<F::Values>> {
        self.query.limit = limit;
        self.query.after = after.as_str().map(str::to_owned);
        fields.names(&mut self.query.fields);
        let found = host(|host| host.select(&self.query))?;
        let mut values = found.values.into_iter();
        let mut rows = Vec::with_capacity(found.keys.len());
        for key in found.keys {
            let Some(row) = fields.take(&mut values) else {
                return Err(Error::broken(&[
                    D::COLLECTION,
                    " ",
                    &key,
                    ": a field is missing or does not read",
                ]));
            };
            rows.push((Key::from(key), row));
        }
        Ok(Rows { rows, next: found.next })
    }

    /// The first rows with these fields.
    pub fn first<F: Fields<D>>(self, fields: F, limit: u32) -> Result<Rows<F::Values>> {
        self.page(fields, limit, &After::default())
    }

    /// The keys of the first documents.
    pub fn keys(self, limit: u32) -> Result<Vec<Key>> {
        Ok(self.first((), limit)?.rows.into_iter().map(|(key, ())| key).collect())
    }

    /// The first documents whole. Rows with the fields needed are cheaper.
    pub fn documents(self, limit: u32) -> Result<Vec<Stored<D>>> {
        let collection = Collection::<D>::NEW;
        self.keys(limit)?.iter().filter_map(|key| collection.try_get(key).transpose()).collect()
    }
}

/// Rows of a select: the key of each document and the fields asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows<T> {
    rows: Vec<(Key, T)>,
    next: Option<String>,
}

impl<T> Rows<T> {
    /// Where the next page starts; nothing when this is the last. For [`crate::Blocks::next_page`].
    pub fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }
}

impl<T> Deref for Rows<T> {
    type Target = [(Key, T)];
    fn deref(&self) -> &[(Key, T)] {
        &self.rows
    }
}

impl<T> IntoIterator for Rows<T> {
    type Item = (Key, T);
    type IntoIter = std::vec::IntoIter<(Key, T)>;
    fn into_iter(self) -> Self::IntoIter {
        self.rows.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Rows<T> {
    type Item = &'a (Key, T);
    type IntoIter = std::slice::Iter<'a, (Key, T)>;
    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter()
    }
}

/// The next number of a gapless sequence, as a placeholder that keys, documents, messages and outcomes may
/// contain; the host puts the number in at commit.
pub fn number(sequence: &str) -> Result<Key> {
    Ok(Key::new(host(|host| host.number(sequence))?))
}

#[doc(hidden)]
pub fn count(collection: &str, counter: &str, key: &str) -> Result<u64> {
    Ok(host(|host| host.count(collection, counter, key))?)
}

#[doc(hidden)]
pub fn when_count_reaches(
    collection: &str,
    counter: &str,
    key: &str,
    value: u64,
    job: &JobCall,
) -> Result<()> {
    let (job, args) = job.parts()?;
    Ok(host(|host| host.when_count_reaches(collection, counter, key, value, job, args))?)
}

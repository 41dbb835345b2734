//! Counting what an invalidation would touch. Nothing is changed.

use super::Selection;
use crate::{Error, Service};
use std::collections::{BTreeMap, BTreeSet};
use vzaemo_contract::manifest::{Collection, Participation};
use vzaemo_storage::{Cursor, Op, Query, Rows, Unit, counter_key};

/// So many keys of counters are told; those with the most participations.
const TOLD: usize = 20;

/// What a dry run has counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// Participations that are meant and count: so many would be touched.
    pub counting: u64,
    /// Participations that are meant and do not count, because their persons took them back.
    pub taken_back: u64,
    /// Participations that are meant and were invalidated before.
    pub invalidated: u64,
    /// What would become of counters.
    pub counters: Vec<CounterChange>,
}

/// What would become of a counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterChange {
    /// Its name in the manifest.
    pub counter: String,
    /// What it counts by, the values in the manifest's order.
    pub by: Vec<String>,
    /// What it says.
    pub now: u64,
    /// What it would say.
    pub then: u64,
}

/// A page of the participations in the document and the time that are meant, in the order of their time.
pub(super) async fn page(
    unit: &mut Unit,
    participation: &Participation,
    selection: &Selection,
    fields: &[&str],
    limit: u32,
    after: Option<Cursor>,
) -> Result<Rows, Error> {
    let at = &participation.at;
    let mut query = Query::of(&selection.collection)
        .equal(&participation.document, &selection.document)
        .ascending(at)
        .fields(fields)
        .limit(limit)
        .after(after);
    if let Some(from) = selection.from {
        query = query.when(at, Op::Ge, from.to_string());
    }
    if let Some(to) = selection.to {
        query = query.when(at, Op::Le, to.to_string());
    }
    unit.select(&selection.module, &query).await.map_err(Error::storage)
}

impl Service {
    /// Counts what an invalidation would touch, and what that would do to counters.
    ///
    /// # Errors
    /// `NotFound` if the module declares no such participation or there is no such document; the storage's.
    pub async fn dry_run(&self, selection: &Selection) -> Result<Counted, Error> {
        let (version, participation) = self.declared(selection)?;
        let collection = version.manifest.collections.get(&selection.collection).ok_or(Error::NotFound)?;
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        let found = unit.get(&selection.module, &participation.collection, &selection.document).await;
        found.map_err(Error::storage)?.ok_or(Error::NotFound)?;
        let from_there = from_there(&mut unit, selection).await?;
        let fields = Fields::of(&participation, collection);
        let mut counted = Counted::default();
        let mut keys: BTreeMap<(&str, Vec<String>), u64> = BTreeMap::new();
        let mut after = None;
        loop {
            let rows =
                page(&mut unit, &participation, selection, &fields.asked(), Query::MOST, after).await?;
            for (key, row) in rows.iter() {
                let [person, taken_back, decision, by @ ..] = row else { continue };
                let meant = (selection.persons.is_empty() || selection.persons.contains(person))
                    && from_there.as_ref().is_none_or(|known| known.contains(key));
                if !meant {
                    continue;
                }
                if !decision.is_empty() {
                    counted.invalidated += 1;
                } else if taken_back == "true" {
                    counted.taken_back += 1;
                } else {
                    counted.counting += 1;
                    for counter in &collection.count {
                        if let Some(values) = fields.values(&counter.by, by) {
                            *keys.entry((&counter.name, values)).or_default() += 1;
                        }
                    }
                }
            }
            match rows.next {
                Some(cursor) => after = Some(cursor),
                None => break,
            }
        }
        let mut keys: Vec<_> = keys.into_iter().collect();
        keys.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
        for ((counter, by), number) in keys.into_iter().take(TOLD) {
            let values: Vec<&str> = by.iter().map(String::as_str).collect();
            let now = unit
                .count(&selection.module, &selection.collection, counter, &counter_key(&values))
                .await
                .map_err(Error::storage)?;
            let then = now.saturating_sub(number);
            counted.counters.push(CounterChange { counter: counter.to_owned(), by, now, then });
        }
        Ok(counted)
    }
}

/// The keys of participations that came from where it is asked for; nothing if that is not asked for.
async fn from_there(unit: &mut Unit, selection: &Selection) -> Result<Option<BTreeSet<String>>, Error> {
    if selection.origin.is_empty() {
        return Ok(None);
    }
    let mut found = BTreeSet::new();
    let mut after = None;
    loop {
        let (origins, next) = selection.taken_part().origins(unit, after).await.map_err(Error::storage)?;
        let such = origins.into_iter().filter(|(_, origin)| origin.is_such(&selection.origin));
        found.extend(such.map(|(key, _)| key));
        match next {
            Some(cursor) => after = Some(cursor),
            None => return Ok(Some(found)),
        }
    }
}

/// The fields that are read: of the participation, then those that counters count by.
struct Fields<'a> {
    own: [&'a str; 3],
    by: Vec<&'a str>,
}

impl<'a> Fields<'a> {
    fn of(participation: &'a Participation, collection: &'a Collection) -> Self {
        let mut by: Vec<&str> = Vec::new();
        for field in collection.count.iter().flat_map(|counter| &counter.by) {
            if !by.contains(&field.as_str()) {
                by.push(field);
            }
        }
        Fields { own: [&participation.person, &participation.unless, &participation.decision], by }
    }

    fn asked(&self) -> Vec<&'a str> {
        self.own.iter().chain(&self.by).copied().collect()
    }

    /// The values of these fields in a row; nothing if one is missing, for then the document is not counted.
    fn values(&self, wanted: &[String], row: &[String]) -> Option<Vec<String>> {
        let value = |name: &String| {
            let place = self.by.iter().position(|field| field == name)?;
            row.get(place).filter(|value| !value.is_empty()).cloned()
        };
        wanted.iter().map(value).collect()
    }
}

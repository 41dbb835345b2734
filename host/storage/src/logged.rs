//! What a batch touched, as the other nodes read it in the commit log.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Projection};
use crate::recent::Touch;
use crate::transaction::{Statement, Transaction};
use crate::{Change, StorageError, Touched};

/// The touches of a batch.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Wire<'w> {
    collections: Vec<Collection<'w>>,
    touches: Vec<Wired<'w>>,
}

/// Number, namespace, name and declaration.
#[derive(Debug, Serialize, Deserialize)]
struct Collection<'w>(i64, Cow<'w, str>, Cow<'w, str>, u64);

/// Position, place among the collections, key, comparable fields before and after.
#[derive(Debug, Serialize, Deserialize)]
struct Wired<'w>(u64, usize, Cow<'w, str>, Option<Cow<'w, [String]>>, Option<Cow<'w, [String]>>);

/// The text that stands in the log.
pub(crate) fn encode<'t>(touches: impl Iterator<Item = &'t Arc<Touch>>) -> String {
    let mut wire = Wire::default();
    let mut places = HashMap::new();
    let fields = |fields: &'t Option<Projection>| fields.as_deref().map(Cow::Borrowed);
    for touch in touches {
        let collection = &touch.collection;
        let place = *places.entry(collection.id).or_insert_with(|| {
            wire.collections.push(Collection(
                collection.id,
                Cow::Borrowed(&collection.namespace),
                Cow::Borrowed(&collection.name),
                collection.epoch,
            ));
            wire.collections.len() - 1
        });
        let (before, after) = (fields(&touch.before), fields(&touch.after));
        wire.touches.push(Wired(touch.position, place, Cow::Borrowed(&touch.key), before, after));
    }
    serde_json::to_string(&wire).unwrap_or_default()
}

/// What other nodes have committed.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// In the order of the log; of collections that are declared here.
    pub touches: Vec<Arc<Touch>>,
    pub changes: Vec<Change>,
    /// Whether something is missing in the log, or cannot be understood: then everything may have been touched.
    pub incomplete: bool,
}

impl News {
    fn take(&mut self, text: &str, catalog: &Catalog) -> Result<(), serde_json::Error> {
        let wire: Wire<'_> = serde_json::from_str(text)?;
        let names: Vec<(Arc<str>, Arc<str>)> = wire
            .collections
            .iter()
            .map(|Collection(_, space, name, _)| ((&**space).into(), (&**name).into()))
            .collect();
        for Wired(position, place, key, before, after) in wire.touches {
            let (Some(Collection(id, _, _, epoch)), Some((namespace, collection))) =
                (wire.collections.get(place), names.get(place))
            else {
                self.incomplete = true;
                continue;
            };
            let key: Arc<str> = (&*key).into();
            match self.changes.last_mut() {
                Some(change) if change.position == position => {}
                _ => self.changes.push(Change {
                    position,
                    touched: Vec::new(),
                    elsewhere: true,
                    everything: false,
                }),
            }
            if let Some(change) = self.changes.last_mut() {
                change.touched.push(Touched {
                    namespace: namespace.clone(),
                    collection: collection.clone(),
                    key: key.clone(),
                });
            }
            match catalog.by_id(*id) {
                // Nobody here has read of it.
                None => {}
                // The fields are those of another declaration.
                Some(known) if known.epoch != *epoch => self.incomplete = true,
                Some(known) => self.touches.push(Arc::new(Touch {
                    position,
                    collection: known.clone(),
                    key,
                    before: before.map(|fields| fields.into_owned().into()),
                    after: after.map(|fields| fields.into_owned().into()),
                })),
            }
        }
        Ok(())
    }
}

/// Reads what was committed after `known`, up to `head`.
pub(crate) async fn read(
    transaction: &mut Transaction<'_>,
    catalog: &Catalog,
    known: u64,
    head: u64,
) -> Result<News, StorageError> {
    let statement = Statement::new(
        "SELECT position, previous, touched FROM commit_log WHERE position > $1 AND position <= $2 ORDER BY position",
    );
    let rows = transaction.rows(statement.bind(known).bind(head)).await?;
    let mut news = News::default();
    let mut reached = known;
    for row in &rows {
        news.incomplete |= row.unsigned(1)? != reached || news.take(row.text(2)?, catalog).is_err();
        reached = row.unsigned(0)?;
    }
    news.incomplete |= reached != head;
    Ok(news)
}

/// Enters a batch, and tells the other nodes of it once it is committed.
pub(crate) async fn enter(
    transaction: &mut Transaction<'_>,
    channel: &str,
    previous: u64,
    position: u64,
    batch: &str,
    touched: &str,
) -> Result<(), StorageError> {
    let statement = Statement::new(
        "WITH entered AS (INSERT INTO commit_log (position, previous, batch, touched) VALUES ($1, $2, $3, $4)) \
         SELECT pg_notify($5, $6)",
    );
    let statement = statement.bind(position).bind(previous).bind(batch).bind(touched);
    transaction.rows(statement.bind(channel).bind(position.to_string())).await?;
    Ok(())
}

/// Whether the log has this batch.
pub(crate) async fn has(
    transaction: &mut Transaction<'_>,
    position: u64,
    batch: &str,
) -> Result<bool, StorageError> {
    let statement = Statement::new("SELECT position FROM commit_log WHERE position = $1 AND batch = $2");
    Ok(transaction.row(statement.bind(position).bind(batch)).await?.is_some())
}

/// Removes what is older than the other nodes can still want.
pub(crate) async fn trim(transaction: &mut Transaction<'_>) -> Result<u64, StorageError> {
    transaction
        .run(Statement::new("DELETE FROM commit_log WHERE committed < now() - interval '10 minutes'"))
        .await
}

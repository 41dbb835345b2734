//! What modules keep about a person: their documents, by the annotations of their schemas.
//!
//! The lifecycle has every collection indexed by the field with its person's reference, so this costs what is found. A
//! module that does not serve has no schemas at hand; its documents are left out, and said to be.

use crate::{Error, PersonalFields, Service};
use vzaemo_identity::PersonId;
use vzaemo_storage::{BODY, Cursor, Query, Unit};

/// How many documents are read at once.
const PORTION: u32 = 200;

/// The documents about a person in one collection of a module that serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The module.
    pub module: String,
    /// The collection.
    pub collection: String,
    /// The field with the person's reference.
    pub field: String,
    /// The references: several of a person whose records were merged.
    pub references: Vec<String>,
}

impl Service {
    /// Where documents about a person may be.
    pub async fn holdings(&self, unit: &mut Unit, person: PersonId) -> Result<Vec<Holding>, Error> {
        let mut found = Vec::new();
        for (module, state) in &self.snapshot().modules {
            let Some(version) = state.serving() else { continue };
            let aliases = self.platform.aliases.all_in(unit, person, module).await.map_err(Error::storage)?;
            if aliases.is_empty() {
                continue;
            }
            for collection in version.manifest.collections.keys() {
                let Some(field) = version.personal.get(collection).and_then(PersonalFields::subject) else {
                    continue;
                };
                found.push(Holding {
                    module: module.clone(),
                    collection: collection.clone(),
                    field: field.to_owned(),
                    references: aliases.iter().map(|alias| alias.as_str().to_owned()).collect(),
                });
            }
        }
        Ok(found)
    }
}

impl Holding {
    /// A portion of the documents, each as key and canonical JSON; with where the next portion starts.
    pub async fn documents(
        &self,
        unit: &mut Unit,
        after: Option<Cursor>,
    ) -> Result<(Vec<(String, String)>, Option<Cursor>), Error> {
        let by = |reference: &String| {
            let query = Query::of(&self.collection).equal(&self.field, reference).fields(&[BODY]);
            query.limit(PORTION).after(after.clone())
        };
        let queries: Vec<Query> = self.references.iter().map(by).collect();
        let rows = unit.select_any(&self.module, &queries).await.map_err(Error::storage)?;
        Ok((rows.keys.into_iter().zip(rows.columns).collect(), rows.next))
    }

    /// How many there are, up to one portion.
    pub async fn count(&self, unit: &mut Unit) -> Result<usize, Error> {
        Ok(self.documents(unit, None).await?.0.len())
    }
}

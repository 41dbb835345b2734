//! What the storage keeps of the configuration.

use crate::Desired;
use crate::apply::kept;
use serde::{Deserialize, Serialize};
use serde_json::json;
use vzaemo_access::PolicyText;
use vzaemo_storage::{Collection, StorageError, Unit, WriteError};

/// The namespace of this room.
pub const NAMESPACE: &str = "lifecycle";
/// The configuration that was applied last, under the key [`CURRENT`].
pub(crate) const CONFIGURATION: &str = "configuration";
/// The one document of [`CONFIGURATION`].
pub(crate) const CURRENT: &str = "current";
/// Modules that have ever been configured, by id.
pub(crate) const MODULES: &str = "modules";

/// The collections of this room, to be declared when the host starts.
pub fn collections() -> Vec<Collection> {
    let text = || json!({ "type": "string" });
    vec![
        Collection::new(
            CONFIGURATION,
            json!({ "type": "object", "additionalProperties": false, "required": ["generation", "desired"],
                "properties": { "generation": { "type": "integer" }, "desired": text(), "policies": text(),
                    "policies_digest": text(), "text": text(), "approvals": { "type": "integer" } } }),
        ),
        Collection::new(
            MODULES,
            json!({ "type": "object", "additionalProperties": false, "required": ["id", "manifest", "content"],
                "properties": { "id": text(), "manifest": text(), "content": { "type": "boolean" } } }),
        ),
    ]
}

/// The configuration that was applied last.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Current {
    /// Counts the configurations that have been applied.
    pub(crate) generation: u64,
    /// A [`Desired`] as JSON: its numbers need not follow the rules for documents.
    desired: String,
    /// The holder's policies that were in force with it, see [`crate::apply::kept`]; none if a program kept it that knew
    /// nothing of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) policies: Option<String>,
    /// Their digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) policies_digest: Option<String>,
    /// The text of `platform.toml` that was applied with it; none if a program kept it that knew nothing of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    /// How many different holders approve a change of it.
    #[serde(default = "one")]
    pub(crate) approvals: u8,
}

const fn one() -> u8 {
    1
}

impl Current {
    pub(crate) fn new(
        generation: u64,
        desired: &Desired,
        policies: &[PolicyText],
        text: Option<String>,
        approvals: u8,
    ) -> Result<Self, serde_json::Error> {
        let (policies, digest) = kept::written(policies)?;
        Ok(Current {
            generation,
            desired: serde_json::to_string(desired)?,
            policies: Some(policies),
            policies_digest: Some(digest),
            text,
            approvals,
        })
    }

    /// The holder's policies that were in force; none if they were not kept.
    ///
    /// # Errors
    /// In words, when they are not what was kept.
    pub(crate) fn policies(&self) -> Result<Option<Vec<PolicyText>>, String> {
        let kept = self.policies.as_deref().zip(self.policies_digest.as_deref());
        kept.map(|(text, digest)| kept::read(text, digest)).transpose()
    }

    pub(crate) fn desired(&self) -> Result<Desired, serde_json::Error> {
        serde_json::from_str(&self.desired)
    }
}

/// What is kept of a module, so that its name and its people's cases read when its package is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) id: String,
    /// The text of its last manifest.
    pub(crate) manifest: String,
    /// Whether its sample content has been brought in.
    pub(crate) content: bool,
}

/// A document of this room with its revision.
pub(crate) async fn read<T: serde::de::DeserializeOwned>(
    unit: &mut Unit,
    collection: &str,
    key: &str,
) -> Result<Option<(T, u64)>, StorageError> {
    match unit.get(NAMESPACE, collection, key).await? {
        Some(document) => Ok(Some((document.parse()?, document.revision))),
        None => Ok(None),
    }
}

/// Writes a document of this room over the revision that was read.
pub(crate) async fn write<T: Serialize>(
    unit: &mut Unit,
    collection: &str,
    key: &str,
    value: &T,
    revision: Option<u64>,
) -> Result<(), WriteError> {
    let body = serde_json::to_string(value)
        .map_err(|source| StorageError::Body { key: key.to_owned(), source: std::sync::Arc::new(source) })?;
    match revision {
        Some(revision) => unit.replace(NAMESPACE, collection, key, revision, &body).await,
        None => unit.insert(NAMESPACE, collection, Some(key.to_owned()), &body).await.map(|_| ()),
    }
}

//! What modules may not do: change what a decision says, or make one.

use crate::imports::CallHost;
use serde_json::Value;
use std::sync::Arc;
use vzaemo_contract::call::{Conflict, Denied};
use vzaemo_contract::manifest::Participation;
use vzaemo_protection::{KeepError, TakenPart};

/// Whether a decision says that this participation does not count.
pub(crate) fn is_invalidated(participation: &Participation, document: &Value) -> bool {
    decision(participation, document).is_some()
}

fn decision<'v>(participation: &Participation, document: &'v Value) -> Option<&'v str> {
    document.get(&participation.decision).and_then(Value::as_str).filter(|number| !number.is_empty())
}

impl CallHost {
    fn participation(&self, collection: &str) -> Option<Participation> {
        self.version.manifest.collections.get(collection)?.participation.clone()
    }

    /// Refuses what a module writes over a decision: a participation that does not count by one stays as it is in that, and
    /// no module makes a decision. What the host itself writes passes.
    pub(crate) async fn may_take_part(
        &mut self,
        collection: &str,
        key: Option<&str>,
        body: Option<&str>,
    ) -> Result<(), Conflict> {
        // Only modules' calls are recorded.
        let Some(participation) = self.participation(collection).filter(|_| self.notes.recording) else {
            return Ok(());
        };
        let mut before = None;
        if let Some(key) = key {
            let version = Arc::clone(&self.version);
            let found = self.unit.get(&version.manifest.id, collection, key).await;
            let found = found.map_err(|error| Conflict::Denied(self.storage(error)))?;
            before = found.and_then(|found| serde_json::from_str::<Value>(&found.body).ok());
        }
        // What is no JSON the storage refuses.
        let after = body.and_then(|body| serde_json::from_str::<Value>(body).ok());
        let said = |document: &Option<Value>| {
            let decided = document.as_ref().and_then(|document| decision(&participation, document));
            decided.map(str::to_owned)
        };
        let (was, is) = (said(&before), said(&after));
        if was.is_none() && is.is_none() {
            return Ok(());
        }
        let counts = |document: &Option<Value>| {
            document.as_ref().and_then(|document| document.get(&participation.unless)).cloned()
        };
        if was == is && counts(&before) == counts(&after) {
            return Ok(());
        }
        Err(Conflict::Denied(Denied::Misuse(format!(
            "whether {collection}/{} counts has been decided by the platform, or would be by the module",
            key.unwrap_or("new")
        ))))
    }

    /// Keeps from where a participation comes that a person's act has written. One that is taken back comes from nowhere.
    pub(crate) async fn keep_origin(
        &mut self,
        collection: &str,
        key: &str,
        body: &str,
    ) -> Result<(), Denied> {
        let Some(origin) = self.origin.clone() else { return Ok(()) };
        let Some(participation) = self.participation(collection) else { return Ok(()) };
        let document: Value = serde_json::from_str(body).unwrap_or_default();
        if document.get(&participation.unless).and_then(Value::as_bool) == Some(true) {
            return Ok(());
        }
        let Some(into) = document.get(&participation.document).and_then(Value::as_str) else { return Ok(()) };
        let version = Arc::clone(&self.version);
        let taken_part = TakenPart { module: &version.manifest.id, collection, document: into };
        let now = self.platform.security.now();
        match taken_part.keep(&mut self.unit, key, &origin, now).await {
            Ok(()) => Ok(()),
            Err(KeepError::Write(error)) => Err(self.write(error)),
            Err(KeepError::Read(error)) => Err(self.storage(error)),
            Err(error) => Err(self.fail(crate::Error::storage(error))),
        }
    }
}

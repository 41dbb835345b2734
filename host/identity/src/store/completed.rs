//! What has had its effect and must not have it again: sign-ins that have opened a session, tokens of providers that
//! were followed, as long as they would be taken.

use vzaemo_clock::Instant;
use vzaemo_storage::{Storage, Unit};

use super::schema::{COMPLETED, NAMESPACE};
use super::sessions::expired;
use super::{IdentityError, again};
use crate::Once;

/// Remembers that a sign-in opens a session. That it has not done so before is certified with the unit.
pub(super) async fn complete(unit: &mut Unit, once: &Once) -> Result<(), IdentityError> {
    remember(unit, once).await.map_err(|error| match error {
        IdentityError::Replayed => IdentityError::SignInUsed,
        other => other,
    })
}

/// Remembers what has an effect now. That it has not had it before is certified with the unit.
pub(super) async fn remember(unit: &mut Unit, once: &Once) -> Result<(), IdentityError> {
    let key = once.key.as_str();
    if unit.get(NAMESPACE, COMPLETED, key).await?.is_some() {
        return Err(IdentityError::Replayed);
    }
    let body = serde_json::json!({ "expires": once.until }).to_string();
    unit.insert(NAMESPACE, COMPLETED, Some(key.to_owned()), &body).await?;
    Ok(())
}

/// Forgets what would not be taken any more, some hundred at a time, and tells how many.
pub(super) async fn sweep(storage: &Storage, now: Instant) -> Result<usize, IdentityError> {
    let mut unit = storage.begin().await?;
    let mut removed = 0;
    for key in expired(storage, COMPLETED, now).await? {
        // Another node may have been quicker.
        if let Some(document) = unit.get(NAMESPACE, COMPLETED, &key).await? {
            unit.remove(NAMESPACE, COMPLETED, &key, document.revision).await?;
            removed += 1;
        }
    }
    if removed > 0
        && let Err(error) = unit.commit().await
    {
        // Another node has removed some of them meanwhile: the rest goes the next time.
        again(error)?;
    }
    Ok(removed)
}

//! From where participation came: for each document that is a person's taking part in something, the address and the
//! browser of the act, as keyed hashes.
//!
//! This is all that links what somebody did to a device. It is kept in the security store as long as security events are,
//! in the commit of the act itself, for one purpose: to find participation that was bought or made by a machine once that
//! has been noticed. From the hashes alone nobody learns an address; whoever has one can be answered whether it is the one.

use crate::store::{KeepError, NAMESPACE, ORIGINS};
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt::Write as _;
use vzaemo_clock::Instant;
use vzaemo_storage::{Cursor, KEY, Op, Query, StorageError, Unit};

/// How much of a hash is kept: half of it, enough that no two addresses share one.
const KEPT: usize = 16;

/// The key of the hashes. All nodes of a platform have the same.
#[derive(Clone, Copy)]
pub struct OriginKey([u8; 32]);

impl OriginKey {
    /// From 256 bits that nobody knows who has only the database.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    fn hash(self, what: &str, value: &str) -> String {
        let mut block = [0; 64];
        // HMAC fills a short key up with zeros to the hash's block (RFC 2104); done here, it cannot fail later.
        for (slot, byte) in block.iter_mut().zip(self.0) {
            *slot = byte;
        }
        let mut mac = Hmac::<Sha256>::new((&block).into());
        mac.update(what.as_bytes());
        mac.update(b":");
        mac.update(value.as_bytes());
        let mut text = String::with_capacity(2 * KEPT);
        for byte in mac.finalize().into_bytes().iter().take(KEPT) {
            let _infallible = write!(text, "{byte:02x}");
        }
        text
    }

    /// The hash of an address, by the key under which it is counted (see [`crate::address_key`]).
    pub fn address(self, key: &str) -> String {
        self.hash("address", key)
    }

    /// The hash of a browser, by what stands for it in events (`device:…`).
    pub fn device(self, device: &str) -> String {
        self.hash("device", device)
    }
}

impl std::fmt::Debug for OriginKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OriginKey(…)")
    }
}

/// Where an act came from, or of what origin participation is looked for: hashes by [`OriginKey`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The browser, if it had a mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

impl Origin {
    /// Whether nothing is said of it.
    pub fn is_empty(&self) -> bool {
        self.address.is_none() && self.device.is_none()
    }

    /// Whether this is an origin such as the one looked for: what is said of that holds for this.
    pub fn is_such(&self, wanted: &Origin) -> bool {
        let fits = |is: &Option<String>, wanted: &Option<String>| wanted.is_none() || is == wanted;
        fits(&self.address, &wanted.address) && fits(&self.device, &wanted.device)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    at: Instant,
}

/// What a participation is a participation in: all of one share the beginning of their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenPart<'a> {
    /// The module.
    pub module: &'a str,
    /// The collection of participations.
    pub collection: &'a str,
    /// The key of the document that is taken part in.
    pub document: &'a str,
}

impl TakenPart<'_> {
    fn prefix(&self) -> String {
        format!("{}/{}/{}/", self.module, self.collection, self.document)
    }

    fn key(&self, participation: &str) -> String {
        format!("{}{participation}", self.prefix())
    }

    /// Keeps from where a participation came, in the unit of work that makes it; `at` is real time. Somebody who takes part
    /// again after they took it back has come from where they came last.
    ///
    /// # Errors
    /// The storage's.
    pub async fn keep(
        &self,
        unit: &mut Unit,
        participation: &str,
        origin: &Origin,
        at: Instant,
    ) -> Result<(), KeepError> {
        let Origin { address, device } = origin.clone();
        let record = Record { address, device, at };
        let body = serde_json::to_string(&record)?;
        let key = self.key(participation);
        match unit.get(NAMESPACE, ORIGINS, &key).await? {
            Some(old) => unit.replace(NAMESPACE, ORIGINS, &key, old.revision, &body).await?,
            None => {
                unit.insert(NAMESPACE, ORIGINS, Some(key), &body).await?;
            }
        }
        Ok(())
    }

    /// From where a participation came; nothing if that is not kept (any more).
    ///
    /// # Errors
    /// The storage's.
    pub async fn origin(&self, unit: &mut Unit, participation: &str) -> Result<Option<Origin>, StorageError> {
        let Some(found) = unit.get(NAMESPACE, ORIGINS, &self.key(participation)).await? else {
            return Ok(None);
        };
        let Record { address, device, .. } = found.parse()?;
        Ok(Some(Origin { address, device }))
    }

    /// The origins of participations in the document, a portion at a time: each with the participation's key, and where the
    /// next portion starts.
    ///
    /// # Errors
    /// The storage's.
    pub async fn origins(
        &self,
        unit: &mut Unit,
        after: Option<Cursor>,
    ) -> Result<(Vec<(String, Origin)>, Option<Cursor>), StorageError> {
        let prefix = self.prefix();
        let query = Query::of(ORIGINS)
            .when(KEY, Op::Prefix, &prefix)
            .ascending(KEY)
            .fields(&["address", "device"])
            .limit(Query::MOST)
            .after(after);
        let rows = unit.select(NAMESPACE, &query).await?;
        let said = |value: &String| (!value.is_empty()).then(|| value.clone());
        let found = rows.iter().filter_map(|(key, row)| match row {
            [address, device] => {
                let origin = Origin { address: said(address), device: said(device) };
                Some((key.strip_prefix(&prefix)?.to_owned(), origin))
            }
            _ => None,
        });
        let found = found.collect();
        Ok((found, rows.next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_says_nothing_and_is_the_same_at_all_nodes() {
        let (one, other) = (OriginKey::new([1; 32]), OriginKey::new([2; 32]));
        let hash = one.address("198.51.100.7");
        assert_eq!(hash.len(), 32);
        assert!(!hash.contains("198"));
        assert_eq!(hash, OriginKey::new([1; 32]).address("198.51.100.7"));
        assert_ne!(hash, other.address("198.51.100.7"), "another platform's is another");
        assert_ne!(hash, one.address("198.51.100.8"));
        assert_ne!(one.address("x"), one.device("x"), "a device is no address");
        assert_eq!(format!("{one:?}"), "OriginKey(…)");
    }

    #[test]
    fn an_origin_is_such_if_all_that_is_asked_holds() {
        let origin = |address: Option<&str>, device: Option<&str>| Origin {
            address: address.map(Into::into),
            device: device.map(Into::into),
        };
        let here = origin(Some("a"), Some("d"));
        for wanted in [origin(Some("a"), None), origin(None, Some("d")), origin(Some("a"), Some("d"))] {
            assert!(here.is_such(&wanted));
        }
        for wanted in [origin(Some("b"), None), origin(None, Some("e")), origin(Some("a"), Some("e"))] {
            assert!(!here.is_such(&wanted));
        }
        assert!(
            !origin(Some("a"), None).is_such(&origin(None, Some("d"))),
            "a browser without a mark is not such"
        );
    }
}

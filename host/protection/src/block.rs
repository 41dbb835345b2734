//! Block lists: addresses, networks and persons that are kept out, with a reason and an end. Shared by all nodes.
//!
//! This protects the platform from attacks. A lawful block of a person's participation is another thing, with another
//! procedure: see `identity`'s grants.

use crate::store::{BLOCKS, KeepError, NAMESPACE, Store};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use vzaemo_clock::Instant;
use vzaemo_storage::{BODY, Op, Query, StorageError, Unit};

/// Who is kept out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// An address, or all of a network.
    Network(IpNet),
    /// A person, by the platform's id.
    Person(String),
}

/// A text that names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("read it as an address, a network such as 198.51.100.0/24, or a person's id")]
pub struct TargetError;

impl std::str::FromStr for Target {
    type Err = TargetError;

    /// An address, a network in CIDR notation, or `person:<id>`.
    fn from_str(text: &str) -> Result<Self, TargetError> {
        let text = text.trim();
        if let Some(person) = text.strip_prefix("person:") {
            let good = person.len() == 36 && person.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
            return if good { Ok(Target::Person(person.to_owned())) } else { Err(TargetError) };
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Target::Network(address.to_canonical().into()));
        }
        text.parse::<IpNet>().map(|network| Target::Network(network.trunc())).map_err(|_| TargetError)
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Target::Network(network) if network.prefix_len() == network.max_prefix_len() => {
                write!(f, "{}", network.addr())
            }
            Target::Network(network) => write!(f, "{network}"),
            Target::Person(person) => write!(f, "person:{person}"),
        }
    }
}

/// An entry of the block list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Who.
    pub target: Target,
    /// Why, in the words of whoever blocked; shown to those who are kept out.
    pub reason: String,
    /// Since when.
    pub since: Instant,
    /// Until when.
    pub until: Instant,
    /// Who blocked: a person's id.
    pub by: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    target: String,
    reason: String,
    since: Instant,
    until: Instant,
    by: String,
}

/// The list as it is in memory.
#[derive(Debug, Default)]
pub(crate) struct BlockList(Vec<Block>);

impl BlockList {
    /// The block that keeps somebody out now.
    pub(crate) fn find(&self, address: IpAddr, person: Option<&str>, now: Instant) -> Option<&Block> {
        self.0.iter().find(|block| {
            let meant = match &block.target {
                Target::Network(network) => network.contains(&address),
                Target::Person(blocked) => person == Some(blocked.as_str()),
            };
            meant && block.since <= now && now < block.until
        })
    }

    /// All that hold at a moment.
    pub(crate) fn at(&self, now: Instant) -> Vec<Block> {
        self.0.iter().filter(|block| now < block.until).cloned().collect()
    }
}

/// Whether a person is kept out at a moment, as a unit of work sees it.
///
/// # Errors
/// The storage's.
pub async fn is_kept_out(unit: &mut Unit, person: &str, now: Instant) -> Result<bool, StorageError> {
    let key = Target::Person(person.to_owned()).to_string();
    let Some(found) = unit.get(NAMESPACE, BLOCKS, &key).await? else { return Ok(false) };
    let record: Record = found.parse()?;
    Ok(record.since <= now && now < record.until)
}

impl Store {
    /// Keeps a block; an earlier one of the same target is replaced.
    pub(crate) async fn block(&self, block: &Block) -> Result<(), KeepError> {
        let target = block.target.to_string();
        let record = Record {
            target: target.clone(),
            reason: block.reason.clone(),
            since: block.since,
            until: block.until,
            by: block.by.clone(),
        };
        self.change::<Record>(BLOCKS, &target, |_| Some(record.clone())).await.map(|_| ())
    }

    /// Ends a block before its time. `false` if there is none.
    pub(crate) async fn unblock(&self, target: &Target) -> Result<bool, KeepError> {
        let key = target.to_string();
        let there = self.get::<Record>(BLOCKS, &key).await?.is_some();
        self.change::<Record>(BLOCKS, &key, |_| None).await?;
        Ok(there)
    }

    /// All blocks that have not ended.
    pub(crate) async fn blocks(&self, now: Instant) -> Result<BlockList, KeepError> {
        let mut unit = self.storage.begin().await?;
        let mut list = Vec::new();
        let mut after = None;
        loop {
            let query = Query::of(BLOCKS)
                .when("until", Op::Gt, now.to_string())
                .ascending("until")
                .fields(&[BODY])
                .limit(Query::MOST)
                .after(after);
            let rows = unit.select(NAMESPACE, &query).await?;
            for body in &rows.columns {
                let Record { target, reason, since, until, by } = serde_json::from_str(body)?;
                let Ok(target) = target.parse() else { continue };
                list.push(Block { target, reason, since, until, by });
            }
            match rows.next {
                Some(cursor) => after = Some(cursor),
                None => return Ok(BlockList(list)),
            }
        }
    }
}

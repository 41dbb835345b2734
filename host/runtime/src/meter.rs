//! What one call has used up.

use crate::{CallLimits, Quota};
use vzaemo_contract::call::{
    Address, Body, CaseTerm, Document, FileInfo, Hit, Message, Pair, Principal, Query, Rows,
};

/// Stops the guest from inside a host function or at the end of a time slice.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("{quota} used up")]
pub(crate) struct UsedUp {
    pub(crate) quota: Quota,
    pub(crate) limit: u64,
}

/// What one call has used up of its limits.
pub(crate) struct Meter {
    limits: CallLimits,
    host_calls: u64,
    read: u64,
    written: u64,
}

impl Meter {
    pub(crate) fn new(limits: CallLimits) -> Meter {
        Meter { limits, host_calls: 0, read: 0, written: 0 }
    }

    /// A host function is called with so many bytes of arguments.
    pub(crate) fn asked(&mut self, bytes: usize) -> Result<(), UsedUp> {
        self.host_calls += 1;
        self.written = self.written.saturating_add(bytes as u64);
        let limits = &self.limits;
        within(self.host_calls, limits.host_calls, Quota::HostCalls)?;
        within(self.written, limits.bytes_written, Quota::BytesWritten)
    }

    /// A host function answers with so many bytes.
    pub(crate) fn answered(&mut self, bytes: usize) -> Result<(), UsedUp> {
        self.read = self.read.saturating_add(bytes as u64);
        within(self.read, self.limits.bytes_read, Quota::BytesRead)
    }
}

fn within(used: u64, limit: u64, quota: Quota) -> Result<(), UsedUp> {
    if used > limit { Err(UsedUp { quota, limit }) } else { Ok(()) }
}

/// How many bytes something takes in the guest's memory, roughly: texts in full, and 8 for each list entry.
pub(crate) trait Size {
    fn size(&self) -> usize;
}

impl Size for str {
    fn size(&self) -> usize {
        self.len()
    }
}

impl Size for String {
    fn size(&self) -> usize {
        self.len()
    }
}

impl Size for () {
    fn size(&self) -> usize {
        0
    }
}

macro_rules! plain {
    ($($t:ty),*) => { $(impl Size for $t { fn size(&self) -> usize { 8 } })* };
}
plain!(bool, u64, i64);

impl<T: Size> Size for Option<T> {
    fn size(&self) -> usize {
        self.as_ref().map_or(0, Size::size)
    }
}

impl<T: Size> Size for Vec<T> {
    fn size(&self) -> usize {
        self.iter().map(|entry| 8 + entry.size()).sum()
    }
}

impl Size for Pair {
    fn size(&self) -> usize {
        self.0.len() + self.1.len()
    }
}

impl Size for Message {
    fn size(&self) -> usize {
        self.key.len() + self.args.size()
    }
}

impl Size for Address {
    fn size(&self) -> usize {
        self.view.len() + self.params.size()
    }
}

impl Size for CaseTerm {
    fn size(&self) -> usize {
        self.label.size() + self.due.len() + self.rule.len()
    }
}

impl Size for Query {
    fn size(&self) -> usize {
        let conditions: usize = self.conditions.iter().map(|c| 16 + c.field.len() + c.value.len()).sum();
        let order: usize = self.order.iter().map(|o| 16 + o.field.len()).sum();
        self.collection.len() + conditions + order + self.fields.size() + self.after.size()
    }
}

impl Size for Document {
    fn size(&self) -> usize {
        self.key.len() + 8 + self.body.len()
    }
}

impl Size for Rows {
    fn size(&self) -> usize {
        self.keys.size() + self.values.size() + self.next.size()
    }
}

impl Size for Principal {
    fn size(&self) -> usize {
        self.person.len() + self.organisation.size() + self.body.size()
    }
}

impl Size for Body {
    fn size(&self) -> usize {
        self.id.len() + self.name_uk.len() + self.name_en.len() + self.edrpou.len()
    }
}

impl Size for FileInfo {
    fn size(&self) -> usize {
        self.name.len() + self.media_type.len() + 8 + self.digest.len()
    }
}

impl Size for Hit {
    fn size(&self) -> usize {
        self.key.len() + 8
    }
}

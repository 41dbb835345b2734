//! The border between a guest and the host: what a store carries, and who may pass.

use crate::capability::CapabilitySet;
use crate::config::TICK_MS;
use crate::meter::{Meter, UsedUp};
use crate::slow::Pace;
use crate::words;
use crate::{CallKind, Capability, Imports, Quota};
use std::sync::Arc;
use std::time::{Duration, Instant};
use vzaemo_contract::call::{Denied, Level};
use wasmtime::{ResourceLimiter, UpdateDeadline};

/// What the lines of one call may come to, in bytes; what a guest logs beyond that is left out.
const LOGGED: usize = 64 << 10;
/// A call that has computed this many slices goes on in the slow lane, so that the quick ones stay quick.
const QUICK_SLICES: u32 = 4;

/// What a function of the host does, as far as the kind of call matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Reads what stays the same within the call.
    Read,
    /// Changes something at commit.
    Write,
    /// Reads what merges only at commit.
    Count,
    /// Tells the moment.
    Now,
}

/// What a store carries.
pub(crate) struct Border {
    pub(crate) imports: Box<dyn Imports>,
    pub(crate) meter: Meter,
    pub(crate) memory: MemoryLimit,
    kind: CallKind,
    held: CapabilitySet,
    pub(crate) time: Time,
    /// What the guest logged as an error, if that was the last it did.
    last_words: Option<String>,
    /// How much more it may log, in bytes.
    log_left: usize,
}

/// The time of a call.
pub(crate) struct Time {
    pub(crate) deadline: Instant,
    pub(crate) wall: Duration,
    pub(crate) computing: Duration,
    /// Time slices that the call may use, of one tick each.
    pub(crate) slices: u32,
    /// Those that it has used.
    pub(crate) used: u32,
    pub(crate) pace: Arc<Pace>,
}

impl Time {
    /// What ran out at the end of the call's time: a call that computed for half of it has itself to blame.
    pub(crate) fn out(&self) -> UsedUp {
        let computed = Duration::from_millis(u64::from(self.used) * u64::from(TICK_MS));
        let quota = if computed >= self.wall / 2 { Quota::Computing } else { Quota::Time };
        UsedUp { quota, limit: millis(self.wall) }
    }
}

impl Border {
    pub(crate) fn new(
        imports: Box<dyn Imports>,
        kind: CallKind,
        held: CapabilitySet,
        meter: Meter,
        memory: usize,
        time: Time,
    ) -> Border {
        let memory = MemoryLimit { left: memory, refused: false };
        Border { imports, meter, memory, kind, held, time, last_words: None, log_left: LOGGED }
    }

    /// Whether the guest may do this now. Everything that a guest asks for passes here.
    pub(crate) fn admit(&mut self, capability: Capability, effect: Effect) -> Result<(), Denied> {
        self.last_words = None;
        if !self.held.contains(capability) {
            return Err(Denied::NotGranted);
        }
        self.kind.refusal(effect).map_or(Ok(()), Err)
    }

    /// A line of the guest for operators.
    pub(crate) fn log(&mut self, level: Level, text: &str) {
        // What a panic says last is kept even when nothing more is logged.
        if self.log_left == 0 && level != Level::Error {
            self.last_words = None;
            return;
        }
        let line = words::line(text);
        match self.log_left.checked_sub(line.len()) {
            Some(left) => {
                self.log_left = left;
                self.imports.log(level, &line);
            }
            None if self.log_left > 0 => {
                self.log_left = 0;
                self.imports.log(Level::Warning, "the rest of what this call logs is left out");
            }
            None => {}
        }
        self.last_words = (level == Level::Error).then(|| line.into_owned());
    }

    /// What the guest said last, if it logged an error and did nothing else after it.
    pub(crate) fn last_words(&mut self) -> Option<String> {
        self.last_words.take()
    }

    /// The end of a time slice: stop, or let others go first.
    pub(crate) fn slice_ended(&mut self) -> wasmtime::Result<UpdateDeadline> {
        let time = &mut self.time;
        time.used += 1;
        if Instant::now() >= time.deadline {
            return Err(time.out().into());
        }
        if time.used > time.slices {
            return Err(UsedUp { quota: Quota::Computing, limit: millis(time.computing) }.into());
        }
        if time.used > QUICK_SLICES {
            time.pace.slow_down();
        }
        Ok(UpdateDeadline::Yield(1))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The memory of one instance: linear memories and tables together.
pub(crate) struct MemoryLimit {
    left: usize,
    refused: bool,
}

impl MemoryLimit {
    /// Whether the guest was refused memory.
    pub(crate) fn was_reached(&self) -> bool {
        self.refused
    }

    fn grow(&mut self, by: usize) -> bool {
        let Some(left) = self.left.checked_sub(by) else {
            self.refused = true;
            return false;
        };
        self.left = left;
        true
    }
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(self.grow(desired.saturating_sub(current)))
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let entries = desired.saturating_sub(current);
        Ok(self.grow(entries.saturating_mul(size_of::<usize>())))
    }
}

impl CallKind {
    /// Why a call of this kind may not do this, if it may not.
    fn refusal(self, effect: Effect) -> Option<Denied> {
        match (self, effect) {
            (CallKind::View | CallKind::Check | CallKind::Migrate, Effect::Write) => Some(Denied::ReadOnly),
            (CallKind::Migrate, _) => {
                Some(Denied::Misuse("a migration sees its document only, nothing else".to_owned()))
            }
            (CallKind::Act, Effect::Count) => Some(Denied::NotInAnAct),
            (CallKind::View, Effect::Now) => Some(Denied::Misuse(
                "a view has no moment; ask for today, is-past or days-left, whose answers tell when they change"
                    .to_owned(),
            )),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_computed_for_half_of_its_time_is_to_blame_for_the_end_of_it() {
        let quota = |used| {
            let wall = Duration::from_millis(100);
            let deadline = Instant::now() + wall;
            Time { deadline, wall, computing: wall, slices: 1_000, used, pace: Arc::default() }.out().quota
        };
        assert_eq!(quota(10), Quota::Time);
        assert_eq!(quota(50), Quota::Computing);
    }

    #[test]
    fn memory_and_tables_share_one_limit() {
        let mut memory = MemoryLimit { left: 100_000, refused: false };
        assert!(memory.memory_growing(0, 65_536, None).unwrap());
        assert!(memory.table_growing(0, 1_000, None).unwrap());
        assert!(!memory.was_reached());
        assert!(!memory.memory_growing(65_536, 131_072, None).unwrap());
        assert!(memory.was_reached());
    }
}

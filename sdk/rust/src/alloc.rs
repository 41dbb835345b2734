//! The allocator of guests: never frees.
//!
//! Every call gets a fresh instance, so what a call allocates is thrown away with its memory. Handing out room
//! from a region that the module's memory holds from the start also means that the memory of an ordinary call
//! does not grow: growing is a system call that stops all threads of the host for a moment.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::{Cell, UnsafeCell};
use core::ptr::null_mut;

/// Room without growth. Enough for a page of 50 blocks several times over.
const RESERVE: usize = 192 * 1024;
/// A page of wasm memory.
const WASM_PAGE: usize = 64 * 1024;
/// Grow by at least this much, so that a large call grows seldom.
const GROW: usize = 512 * 1024;

#[repr(align(16))]
struct Reserve(UnsafeCell<[u8; RESERVE]>);

struct Bump {
    reserve: Reserve,
    /// The first free address; 0 before the first use.
    next: Cell<usize>,
    /// The end of the room at hand.
    end: Cell<usize>,
}

// SAFETY: this module is compiled only for wasm32 without atomics, where there is one thread.
unsafe impl Sync for Bump {}

#[global_allocator]
static BUMP: Bump =
    Bump { reserve: Reserve(UnsafeCell::new([0; RESERVE])), next: Cell::new(0), end: Cell::new(0) };

impl Bump {
    /// Grows the memory so that a range of this size fits; answers whether it did.
    fn grow_for(&self, align: usize, size: usize) -> bool {
        let Some(wanted) = size.checked_add(align) else { return false };
        let wanted = wanted.max(GROW).div_ceil(WASM_PAGE);
        let before = core::arch::wasm32::memory_grow::<0>(wanted);
        if before == usize::MAX {
            return false;
        }
        // Below 4 GiB, as the memory could hold it. A saturated end only wastes a byte.
        let from = before.saturating_mul(WASM_PAGE);
        if from != self.end.get() {
            self.next.set(from);
        }
        self.end.set(from.saturating_add(wanted.saturating_mul(WASM_PAGE)));
        true
    }
}

// SAFETY: every answer is a range within the reserve or within memory grown here, which nothing else uses.
// Ranges never overlap, because `next` only moves up past each, except where `realloc` extends the last range in
// place. `dealloc` does nothing, so a range stays valid for ever. Alignment is computed on the address itself.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if self.next.get() == 0 {
            let start = self.reserve.0.get() as usize;
            self.next.set(start);
            self.end.set(start + RESERVE);
        }
        let (align, size) = (layout.align(), layout.size());
        let place = || {
            let start = self.next.get().checked_next_multiple_of(align)?;
            let end = start.checked_add(size)?;
            (end <= self.end.get()).then_some((start, end))
        };
        let Some((start, end)) = place().or_else(|| if self.grow_for(align, size) { place() } else { None })
        else {
            return null_mut();
        };
        self.next.set(end);
        start as *mut u8
    }

    unsafe fn dealloc(&self, _range: *mut u8, _layout: Layout) {}

    unsafe fn realloc(&self, range: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let start = range as usize;
        // The last range grows or shrinks in place: the usual case of a text that is being written.
        if start + layout.size() == self.next.get()
            && start.checked_add(size).is_some_and(|end| end <= self.end.get())
        {
            self.next.set(start + size);
            return range;
        }
        if size <= layout.size() {
            return range;
        }
        // SAFETY: `size` is not zero and, by the contract of `realloc`, does not overflow with the alignment.
        let new = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !new.is_null() {
            // SAFETY: the old range has `layout.size()` bytes, the new one more, and they do not overlap.
            unsafe { core::ptr::copy_nonoverlapping(range, new, layout.size()) };
        }
        new
    }
}

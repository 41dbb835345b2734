//! Does all that a module should not, one view each, and behaves well on `good`.
//!
//! The runtime's own tests have the same and more as WebAssembly text; this one is for tests of the whole
//! platform, where the rest must not notice.

vzaemo_sdk::module!();

use std::hint::black_box;
use vzaemo_sdk::prelude::*;

fn page_with(text: &str) -> Result<Page> {
    Page::titled(msg!("title")).paragraph(text).done()
}

/// Behaves.
#[view]
fn good() -> Result<Page> {
    page_with("I can behave.")
}

/// Panics.
#[view]
fn panic() -> Result<Page> {
    panic!("boom")
}

/// Never ends.
#[view]
fn endless() -> Result<Page> {
    loop {
        black_box(());
    }
}

/// Nests calls until the stack is full.
#[view]
fn recursion() -> Result<Page> {
    #[inline(never)]
    #[expect(unconditional_recursion, reason = "that is the point")]
    fn deeper(depth: u64) -> u64 {
        black_box([depth; 16]);
        deeper(depth + 1).wrapping_add(black_box(depth))
    }
    page_with(if deeper(0) == 0 { "even" } else { "odd" })
}

/// Takes memory without end.
#[view]
fn memory() -> Result<Page> {
    let mut hoard = Vec::new();
    loop {
        hoard.push(black_box(vec![1_u8; 1 << 20]));
    }
}

/// A page of three million bytes.
#[view]
fn page() -> Result<Page> {
    page_with(&"x".repeat(3_000_000))
}

/// Logs without end.
#[view]
fn log() -> Result<Page> {
    loop {
        vzaemo_sdk::log(vzaemo_sdk::Level::Info, "again");
    }
}

/// Text that would be markup if the host did not escape it.
#[view]
fn injection() -> Result<Page> {
    page_with("</p><script>alert(1)</script><img src=x onerror=alert(1)>\u{202e}")
}

//! A page as indented lines, for authors and tests.

use crate::{Event, Page, Reader};
use core::fmt::Write as _;

/// Writes the page as one line a mark, indented by nesting. A broken page ends with what is wrong.
pub fn dump(page: &Page) -> String {
    let mut out = String::new();
    let mut depth = 0usize;
    for event in Reader::new(page) {
        let (name, text, opens) = match event {
            Ok(Event::Open(kind, text)) => (kind.name(), text, true),
            Ok(Event::Leaf(kind, text)) => (kind.name(), text, false),
            Ok(Event::Close) => {
                depth = depth.saturating_sub(1);
                continue;
            }
            Err(broken) => {
                let _ = writeln!(out, "! {broken}");
                break;
            }
        };
        out.push_str(&"  ".repeat(depth));
        out.push_str(name);
        if !text.is_empty() {
            let _ = write!(out, " {text:?}");
        }
        out.push('\n');
        depth += usize::from(opens);
    }
    out
}

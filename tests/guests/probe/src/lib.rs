//! Pages on which the cost of a call is measured: nothing but a title, and fifty blocks written one by one.

vzaemo_sdk::module!();

use vzaemo_sdk::prelude::*;

/// Nothing but a title.
#[view]
fn empty() -> Result<Page> {
    Page::titled(msg!("empty-title")).done()
}

/// Fifty blocks of the usual kinds.
#[view]
fn blocks() -> Result<Page> {
    let mut page = Page::titled(msg!("blocks-title"));
    for number in 0..10_i64 {
        page.paragraph((
            "The quick brown fox jumps over the lazy dog and reads note ",
            number,
            strong(", which matters"),
        ));
        page.prose("Somebody wrote this.\n\nIn two paragraphs, the second one longer than the first.");
        page.summary(|s| s.row("Number", number).row("Half of it", number / 2));
        page.list(|l| l.item("first").item("second").item("third"));
        page.table("Four cells", |t| {
            t.columns(("Left", "Right")).row(("one", number)).row(("two", number + 1))
        });
    }
    page.done()
}

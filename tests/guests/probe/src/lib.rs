//! Pages on which the cost of a call is measured: nothing but a title, fifty blocks written one by one, and a board
//! of notes with what such pages usually read: a document, rows of an index, a counter.
//!
//! What draws them is public, so that a native handler can draw the very same pages.

vzaemo_sdk::module!();

use vzaemo_sdk::prelude::*;

/// How many notes stand on a board's page.
pub const LATEST: u32 = 20;

/// Nothing but a title.
#[view]
fn empty() -> Result<Page> {
    Page::titled(msg!("empty-title")).done()
}

/// Fifty blocks of the usual kinds.
#[view]
fn blocks() -> Result<Page> {
    draw_blocks().done()
}

/// A board with its latest notes.
#[view]
fn board(board: Key) -> Result<Page> {
    let found = boards().get(&board)?;
    let count = notes().count_all(&board)?;
    let latest = notes()
        .select()
        .eq(Note::BOARD, &board)
        .descending(Note::WRITTEN)
        .first((Note::TEXT, Note::LIKES, Note::WRITTEN), LATEST)?;
    draw_board(&found, count, &latest).done()
}

/// The page of fifty blocks.
pub fn draw_blocks() -> Page {
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
    page
}

/// The page of a board: text, likes and time of its latest notes.
pub fn draw_board(board: &Board, count: u64, latest: &[(Key, (String, i64, Moment))]) -> Page {
    let goal = board.goal.unsigned_abs();
    let mut page = Page::titled(&board.title);
    page.lead(msg!("board-count", count = count, goal = goal));
    page.aside(|b| {
        b.progress(count.min(goal), goal, msg!("board-missing", count = goal.saturating_sub(count)))
    });
    page.prose(&board.about);
    page.table(msg!("board-caption"), |t| {
        t.columns((msg!("column-text"), msg!("column-likes"), msg!("column-written")))
            .rows(latest, |(_, (text, likes, written))| (text, *likes, written))
    });
    page
}

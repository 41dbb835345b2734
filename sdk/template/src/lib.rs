//! Notes: a board on which everyone may leave one note a day.

vzaemo_sdk::module!();

use vzaemo_sdk::prelude::*;

/// All notes on the board, the newest first.
#[view]
fn board(after: After) -> Result<Page> {
    let shown = notes().select().eq(Note::STATE, State::Shown).descending(Note::WRITTEN).page(
        (Note::TEXT, Note::AUTHOR, Note::WRITTEN),
        20,
        &after,
    )?;
    let today = notes().count_shown(&calendar::today()?)?;

    let mut page = Page::titled(msg!("board-title"));
    page.lead(msg!("board-lead"));
    if today >= config().busy.unsigned_abs() {
        page.paragraph(msg!("board-busy", count = today));
    }
    if shown.is_empty() {
        page.empty(msg!("board-empty"), |b| b.paragraph(msg!("board-empty-hint")));
    } else {
        page.table(msg!("board-caption"), |t| {
            t.columns((msg!("column-text"), msg!("column-author"), msg!("column-written")))
                .rows(&shown, |(note, (text, author, written))| {
                    (link(view::note(note), text), author, written)
                })
        });
    }
    page.next_page(shown.next()).go_primary(act::write(), msg!("board-write")).done()
}

/// One note with its terms.
#[view]
fn note(note: Key) -> Result<Page> {
    let n = notes().get(&note)?;
    let due = config().display.due(&n.written)?;
    Page::titled(msg!("note-title"))
        .lead(msg!("note-by", author = &n.author, written = &n.written))
        .tag(tone(n.state), n.state)
        .crumb(view::board(), msg!("board-title"))
        .with(n.reason, |page, reason| {
            page.notice(Tone::Caution, msg!("note-hidden"), |b| b.paragraph(msg!("reason-{}", reason)))
        })
        .when(!n.hidden, |page| page.prose(&n.text))
        .summary(|s| s.row(msg!("note-mood"), msg!("mood-{}", n.mood)))
        .when(n.state == State::Shown, |page| {
            page.aside(|b| {
                b.clock(msg!("note-terms"), |c| c.now(msg!("step-shown"), &due))
                    .action(act::hide(&note), msg!("note-hide"))
            })
        })
        .done()
}

fn tone(state: State) -> Tone {
    match state {
        State::Shown => Tone::Good,
        State::Hidden => Tone::Bad,
        State::Archived => Tone::Neutral,
    }
}

/// A person writes a note; it comes off the board when its term is over.
#[act]
fn write(input: NoteForm, who: Person) -> Result<Outcome> {
    let written = calendar::now()?;
    let note = notes()
        .insert(&Note {
            author: who.clone(),
            body: config().body,
            text: input.text.clone(),
            mood: input.mood,
            day: calendar::today()?,
            written: written.clone(),
            state: State::Shown,
            hidden: false,
            reason: None,
        })
        .or_refuse(msg!("one-a-day"))?;
    let due = config().display.due(&written)?;
    Jobs::archive(&note).at(&due)?;
    cabinet::case(&note)
        .put_with_term(&input.text, State::Shown, view::note(&note), msg!("step-shown"), &due)?
        .join(&who, msg!("role-author"))?;
    Ok(done(msg!("written")).back_to(view::note(&note)))
}

/// An official hides a note, and its author is told why.
#[act]
fn hide(note: Key, input: HideForm) -> Result<Outcome> {
    let mut n = notes().get(&note)?;
    n.state = State::Hidden;
    n.hidden = true;
    n.reason = Some(input.reason);
    notes().replace(&n)?;
    cabinet::case(&note).put(&n.text, State::Hidden, view::note(&note))?;
    notify::person(&n.author, msg!("told-{}", input.reason), view::note(&note))?;
    Jobs::archive(&note).cancel()?;
    Ok(done(msg!("hidden-done")).back_to(view::note(&note)))
}

/// The term of a note is over.
#[job]
fn archive(note: Key) -> Result<()> {
    let mut n = notes().get(&note)?;
    n.state = State::Archived;
    notes().replace(&n)?;
    cabinet::case(&note).put(&n.text, State::Archived, view::note(&note))?;
    Ok(())
}

//! The officials' desk: what is due, the earliest first.

use crate::*;

const PAGE: u32 = 25;

/// What the body has to do: to check, to announce, to answer. The due dates say what is late.
#[view]
fn desk(stage: Option<Desk>, after: After, who: Principal) -> Result<Page> {
    let shown = stage.filter(|stage| *stage != Desk::None).unwrap_or(Desk::Check);
    let body = who.body.or_refuse(msg!("desk-no-body"))?;
    let mut page = Page::titled(msg!("desk-title"));
    page.lead(&body);
    page.filters(msg!("desk-filters"), |f| {
        for stage in [Desk::Check, Desk::Announce, Desk::Answer] {
            f.option(view::desk().query("stage", stage.name()), msg!("desk-{}", stage), stage == shown);
        }
        f
    });
    let rows = petitions()
        .select()
        .eq(Petition::BODY, &body)
        .eq(Petition::DESK, shown)
        .ascending(Petition::DUE)
        .page((Petition::TITLE, Petition::AUTHOR, Petition::SUBMITTED, Petition::DUE), PAGE, &after)?;
    if rows.is_empty() {
        page.empty(msg!("desk-empty"), |b| b.paragraph(msg!("desk-empty-next")));
        return page.done();
    }
    let mut lines = Vec::new();
    for (number, (title, author, submitted, due)) in rows.iter() {
        let tone = match due {
            Some(due) if calendar::is_past(due)? => Tone::Bad,
            Some(due) if calendar::days_left(due)? <= 1 => Tone::Caution,
            _ => Tone::Neutral,
        };
        lines.push((number, title, author.at(submitted), due, tone));
    }
    page.table(msg!("desk-caption"), |t| {
        t.columns((
            msg!("column-number"),
            msg!("column-title"),
            msg!("column-author"),
            msg!("column-due"),
            msg!("column-left"),
        ));
        for (number, title, author, due, tone) in &lines {
            let left = due.as_ref().map(|due| tag(*tone, days_left(due)));
            t.row((*number, link(view::checking(number), title.as_str()), author, *due, left));
        }
        t
    });
    page.next_page(rows.next()).done()
}

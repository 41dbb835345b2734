//! The pages of one petition.

use crate::life::tone;
use crate::*;

/// How many signatures stand on the petition's own page.
const LATEST: u32 = 5;
/// How many stand on a page of the list.
const PAGE: u32 = 50;

/// A petition, as everybody sees it.
#[view]
fn petition(number: Key) -> Result<Page> {
    let p = petitions().get(&number)?;
    if !p.is_public() {
        return Err(not_found());
    }
    let count = p.count(&number)?;
    let mut page = Page::titled(&p.title);
    page.crumb(view::list(), msg!("list-title")).tag(tone(p.state), p.state);
    match &p.published {
        Some(published) => page.lead(msg!(
            "by-published",
            number = &number,
            author = p.author_named(),
            published = published,
            body = &p.body
        )),
        None => page.lead(msg!("by", number = &number, author = p.author_named(), body = &p.body)),
    };
    let open = p.is_open()?;
    standing(&mut page, &number, &p, count, open);
    clock(&mut page, &p)?;
    ending(&mut page, &p);
    page.prose(&p.essence);
    if p.rules.is_some() {
        let latest = signatures().of(&number).first(
            (Signature::PERSON, Signature::AT, Signature::WITHDRAWN, Signature::INVALIDATED),
            LATEST,
        )?;
        page.section(msg!("signatures-title"), |b| {
            if latest.is_empty() {
                return b.paragraph(if open { msg!("signatures-none") } else { msg!("signatures-nobody") });
            }
            signature_table(b, &latest);
            b.paragraph(link(view::signatories(&number), msg!("signatures-all")))
        });
    }
    page.done()
}

/// The main card: what can be done now, and how far it has come.
fn standing(page: &mut Page, number: &Key, p: &Petition, count: u64, open: bool) {
    // A refused petition never collected.
    let Some(rules) = &p.rules else { return };
    let goal = rules.threshold.unsigned_abs();
    page.aside(|b| {
        if let (true, Some(until)) = (open, &p.until) {
            b.paragraph(tag(Tone::Brand, days_left(until)));
        }
        let missing = goal.saturating_sub(count);
        let label = if missing > 0 { msg!("missing", count = missing) } else { msg!("enough") };
        b.progress(count.min(goal), goal, label);
        if open {
            b.action_with(act::sign(number), msg!("sign"), |a| {
                a.primary().taken(|b| {
                    b.paragraph(strong(msg!("thanks")))
                        .paragraph(msg!("thanks-next"))
                        .action(act::withdraw(number), msg!("withdraw"))
                })
            });
            b.paragraph(msg!("sign-note"));
        }
        desk_actions(b, number, p);
        b
    });
}

/// The legal clock in a card of its own.
fn clock(page: &mut Page, p: &Petition) -> Result<()> {
    let mut drawn = Ok(());
    page.aside(|b| {
        drawn = crate::terms::clock(b, p);
        b
    });
    drawn
}

/// What the body does next; the host shows it to those who may.
fn desk_actions(b: &mut impl Blocks, number: &Key, p: &Petition) {
    match p.state {
        State::PendingCheck => {
            b.action_with(act::publish(number), msg!("publish"), |a| a.primary())
                .action_with(act::refuse(number), msg!("refuse"), |a| a.tone(Tone::Bad))
                .action(act::recall(number), msg!("recall"));
        }
        State::ThresholdReached => {
            b.action_with(act::announce(number), msg!("announce"), |a| a.primary());
        }
        State::UnderReview => {
            b.action_with(act::answer(number), msg!("answer"), |a| a.primary());
        }
        _ => {}
    }
}

/// How it ended, before the text: refused, answered, or short of signatures.
fn ending(page: &mut Page, p: &Petition) {
    if let Some(reason) = p.reason {
        page.notice(Tone::Bad, msg!("refused-title"), |b| {
            b.paragraph(msg!("reason-{}", reason));
            if let Some(explanation) = &p.explanation {
                b.prose(explanation);
            }
            b.paragraph(msg!("refused-next"))
        });
    }
    if let Some(answer) = &p.answer {
        page.notice(Tone::Good, msg!("answer-title"), |b| b.prose(answer));
    }
    if p.state == State::ConvertedToAppeal {
        page.notice(Tone::Neutral, msg!("short-title"), |b| b.paragraph(msg!("short-text")));
    }
}

impl Signatures {
    /// The signatures of a petition, the newest first.
    fn of(&self, number: &Key) -> Select<Signature> {
        self.select().eq(Signature::PETITION, number).descending(Signature::AT)
    }
}

fn signature_table(b: &mut impl Blocks, rows: &Rows<(Person, Moment, bool, Option<String>)>) {
    b.table(msg!("signatures-caption"), |t| {
        t.columns((msg!("column-name"), msg!("column-when"))).rows(
            rows,
            |(_, (person, at, withdrawn, invalidated))| {
                let mark = match invalidated {
                    Some(_) => Some((" ", tag(Tone::Bad, msg!("invalidated")))),
                    None => withdrawn.then(|| (" ", tag(Tone::Neutral, msg!("withdrawn")))),
                };
                ((person.at(at), mark), at)
            },
        )
    });
}

/// All signatures, the newest first. Names are public, search engines are kept away.
#[view]
fn signatories(number: Key, after: After) -> Result<Page> {
    let p = petitions().get(&number)?;
    if p.rules.is_none() {
        return Err(not_found());
    }
    let rows = signatures().of(&number).page(
        (Signature::PERSON, Signature::AT, Signature::WITHDRAWN, Signature::INVALIDATED),
        PAGE,
        &after,
    )?;
    let mut page = Page::titled(msg!("signatures-title"));
    page.crumb(view::list(), msg!("list-title")).crumb(view::petition(&number), &p.title);
    page.lead(msg!("signatures-count", count = p.count(&number)?));
    if p.imported && p.r#final.is_some() {
        page.paragraph(msg!("signatures-elsewhere"));
    }
    signature_table(&mut page, &rows);
    page.next_page(rows.next()).done()
}

/// What author and officials see: before publication the petition itself, and always where to send the answer.
#[view]
fn checking(number: Key) -> Result<Page> {
    let p = petitions().get(&number)?;
    let count = p.count(&number)?;
    let mut page = Page::titled(&p.title);
    page.tag(tone(p.state), p.state).lead(msg!(
        "by",
        number = &number,
        author = p.author_named(),
        body = &p.body
    ));
    page.aside(|b| {
        b.paragraph(msg!("checking-note"));
        b.summary(|s| {
            if let Some(email) = &p.email {
                s.row(msg!("row-email"), email);
            }
            if let Some(goal) = p.goal {
                s.row(msg!("row-signatures"), msg!("card-count", count = count, goal = goal));
            }
            s
        });
        desk_actions(b, &number, &p);
        if p.is_public() {
            b.go(view::petition(&number), msg!("open-public"));
        }
        b
    });
    clock(&mut page, &p)?;
    ending(&mut page, &p);
    page.prose(&p.essence).done()
}

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
    let count = signatures().count_valid(&number)?;
    let mut page = Page::titled(&p.title);
    page.crumb(view::list(), msg!("list-title")).tag(tone(p.state), p.state);
    match &p.published {
        Some(published) => page.lead(msg!("by-published", number = &number, author = &p.author, published = published, body = &p.body)),
        None => page.lead(msg!("by", number = &number, author = &p.author, body = &p.body)),
    };
    standing(&mut page, &number, &p, count);
    page.aside(|b| {
        terms(b, &p);
        b
    });
    answered(&mut page, &p);
    page.prose(&p.essence);
    if p.rules.is_some() {
        let latest = signatures().of(&number).first((Signature::PERSON, Signature::AT, Signature::WITHDRAWN), LATEST)?;
        page.section(msg!("signatures-title"), |b| {
            if latest.is_empty() {
                return b.paragraph(msg!("signatures-none"));
            }
            signature_table(b, &latest);
            b.paragraph(link(view::signatories(&number), msg!("signatures-all")))
        });
    }
    page.done()
}

/// The main card: what can be done now, and how far it has come.
fn standing(page: &mut Page, number: &Key, p: &Petition, count: u64) {
    let Some(rules) = &p.rules else {
        page.aside(|b| {
            desk_actions(b, number, p);
            b
        });
        return;
    };
    let goal = rules.threshold.unsigned_abs();
    page.aside(|b| {
        if let (State::Collecting, Some(until)) = (p.state, &p.until) {
            b.paragraph(tag(Tone::Brand, days_left(until)));
        }
        b.statistics(|s| s.statistic(count, msg!("of-threshold", goal = goal)));
        let missing = goal.saturating_sub(count);
        let label = if missing > 0 { msg!("missing", count = missing) } else { msg!("enough") };
        b.progress(count.min(goal), goal, label);
        if p.state == State::Collecting {
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

/// The legal clock: each date with its law and its arithmetic.
fn terms(b: &mut impl Blocks, p: &Petition) {
    let check = config().check;
    b.clock(msg!("terms"), |c| {
        c.done(msg!("step-submitted"), &p.submitted);
        let Some(rules) = &p.rules else {
            match p.state {
                State::PendingCheck => {
                    if let Ok(due) = check.due(&p.submitted) {
                        c.now(msg!("step-check"), &due);
                    }
                }
                State::Refused => {
                    c.done(msg!("step-refused"), &p.changed);
                }
                _ => {
                    c.done(msg!("step-recalled"), &p.changed);
                }
            }
            return c;
        };
        let Some(published) = &p.published else { return c };
        c.done(msg!("step-published"), published);
        if let Ok(until) = rules.collection.due(published) {
            match p.state {
                State::Collecting => c.now(msg!("step-collection"), &until),
                State::ConvertedToAppeal => c.missed(msg!("step-collection"), &until),
                _ => c.done(msg!("step-reached"), p.reached.as_ref().unwrap_or(&p.changed)),
            };
        }
        match (&p.reached, p.state) {
            (Some(reached), State::ThresholdReached) => {
                if let Ok(due) = rules.announcement.due(reached) {
                    c.now(msg!("step-announce"), &due);
                }
            }
            (None, State::Collecting) => {
                c.next(msg!("step-announce"), msg!("within", term = rules.announcement.value, unit = rules.announcement.unit.name()));
            }
            _ => {}
        }
        match (&p.announced, p.state) {
            (Some(announced), State::UnderReview) => {
                c.done(msg!("step-announced"), announced);
                if let Ok(due) = rules.answering.due(announced) {
                    c.now(msg!("step-answer"), &due);
                }
            }
            (Some(announced), _) => {
                c.done(msg!("step-announced"), announced).done(msg!("step-answered"), &p.changed);
            }
            (None, State::ConvertedToAppeal) => {
                c.now(msg!("step-appeal"), ());
            }
            (None, _) => {
                c.next(msg!("step-answer"), msg!("within", term = rules.answering.value, unit = rules.answering.unit.name()));
            }
        }
        c
    });
}

/// How it ended, before the text.
fn answered(page: &mut Page, p: &Petition) {
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

fn signature_table(b: &mut impl Blocks, rows: &Rows<(Person, Moment, bool)>) {
    b.table(msg!("signatures-caption"), |t| {
        t.columns((msg!("column-name"), msg!("column-when"))).rows(rows, |(_, (person, at, withdrawn))| {
            let mark = withdrawn.then(|| (" ", tag(Tone::Neutral, msg!("withdrawn"))));
            ((person, mark), at)
        })
    });
}

/// All signatures, the newest first. Names are public, search engines are kept away.
#[view]
fn signatories(number: Key, after: After) -> Result<Page> {
    let p = petitions().get(&number)?;
    if p.rules.is_none() {
        return Err(not_found());
    }
    let rows = signatures().of(&number).page((Signature::PERSON, Signature::AT, Signature::WITHDRAWN), PAGE, &after)?;
    let mut page = Page::titled(msg!("signatures-title"));
    page.crumb(view::list(), msg!("list-title")).crumb(view::petition(&number), &p.title);
    page.lead(msg!("signatures-count", count = signatures().count_valid(&number)?));
    signature_table(&mut page, &rows);
    page.next_page(rows.next()).done()
}

/// A petition before publication, for its author and the officials of its body.
#[view]
fn checking(number: Key) -> Result<Page> {
    let p = petitions().get(&number)?;
    let mut page = Page::titled(&p.title);
    page.tag(tone(p.state), p.state).lead(msg!("by", number = &number, author = &p.author, body = &p.body));
    page.aside(|b| {
        b.paragraph(msg!("checking-note"));
        desk_actions(b, &number, &p);
        if p.is_public() {
            b.go(view::petition(&number), msg!("open-public"));
        }
        b
    });
    page.aside(|b| {
        terms(b, &p);
        b
    });
    answered(&mut page, &p);
    page.prose(&p.essence).done()
}

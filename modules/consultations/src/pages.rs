//! The pages of one consultation: the whole draft, and one of its paragraphs.

use crate::life::{public, response_tone, tone};
use crate::*;

/// How many proposals stand on a page.
const PAGE: u32 = 50;

/// A consultation with its draft, as everybody sees it.
#[view]
fn consultation(number: Key) -> Result<Page> {
    let c = public(&number)?;
    let state = c.shown()?;
    let count = proposals().count_of_consultation(&number)?;
    let text = text(&number, true)?;
    let mut page = Page::titled(&c.title);
    page.crumb(view::list(), msg!("list-title")).tag(tone(state), state).lead(&c.body);
    page.aside(|b| {
        b.when(state == State::Open, |b| b.paragraph(tag(Tone::Brand, days_left(&c.closes))))
            .statistics(|s| s.statistic(count, msg!("count-label", count = count)))
            .when(state == State::Open, |b| b.paragraph(msg!("how-to-take-part")))
            .when(state == State::Reported, |b| b.go_primary(view::report(&number), msg!("open-report")))
    });
    let due = c.report_due()?;
    page.aside(|b| terms(b, &c, state, due.as_ref()));
    notice(&mut page, &c);
    if let (Some(decision), Some(decided)) = (&c.decision, &c.decided) {
        page.notice(Tone::Good, msg!("decision-title", decided = decided), |b| b.prose(decision));
    }
    document(&mut page, &number, &text);
    page.done()
}

/// What the notice of a consultation has to say (CMU 996/2010).
pub fn notice(page: &mut Page, c: &Consultation) {
    page.summary(|s| {
        s.row_of(msg!("notice-summary"), |b| b.prose(&c.summary))
            .row_of(msg!("notice-affected"), |b| b.prose(&c.affected))
            .row_of(msg!("notice-consequences"), |b| b.prose(&c.consequences))
            .row_of(msg!("notice-submitting"), |b| b.prose(&c.submitting))
            .row(msg!("notice-closes"), &c.closes)
            .row(msg!("notice-contact"), &c.contact)
    });
    if c.draft_file.is_some() || !c.materials.is_empty() {
        page.files(msg!("files-title"), |f| {
            f.with(c.draft_file.as_ref(), |f, file| f.file_as(file, msg!("file-draft")))
                .each(&c.materials, |f, file| f.file(file))
        });
    }
}

/// The legal clock.
pub fn terms<'a, B: Blocks>(b: &'a mut B, c: &Consultation, state: State, due: Option<&Due>) -> &'a mut B {
    let rules = c.rules();
    let earliest = c.opened.as_ref().and_then(|opened| rules.discussion.due(opened).ok());
    b.clock(msg!("terms"), |k| {
        let Some(opened) = &c.opened else {
            return k
                .now(msg!("step-publish"), ())
                .next(msg!("step-closes"), &c.closes)
                .next(msg!("to-come-report"), within(&rules.report));
        };
        k.done(msg!("step-opened"), opened);
        if state == State::Open {
            k.with(earliest.as_ref(), |k, earliest| k.next(msg!("step-earliest"), earliest));
            k.now(msg!("step-closes"), &c.closes).next(msg!("step-decision"), ());
        } else {
            k.done(msg!("step-closed"), &c.closes);
        }
        match (state, &c.decided, due) {
            (State::Reported, Some(decided), _) => {
                k.done(msg!("step-decided"), decided).done(msg!("step-reported"), c.reported.as_ref())
            }
            (_, Some(decided), Some(due)) => {
                k.done(msg!("step-decided"), decided).now(msg!("step-report"), due)
            }
            (State::Closed, ..) => {
                k.now(msg!("step-decision"), ()).next(msg!("to-come-report"), within(&rules.report))
            }
            _ => k.next(msg!("to-come-report"), within(&rules.report)),
        }
    })
}

fn within(term: &Term) -> Msg {
    msg!("within", term = term.value, unit = term.unit.name())
}

/// A paragraph as the document block shows it.
pub struct Line {
    anchor: String,
    mark: Option<String>,
    heading: bool,
    text: String,
    count: Option<u64>,
}

impl Line {
    /// Its mark and its words.
    pub fn parts(&self) -> (Option<&str>, &str) {
        (self.mark.as_deref(), &self.text)
    }
}

/// The paragraphs of a draft in their order, with the number of proposals on each when it is wanted.
pub fn text(number: &Key, counted: bool) -> Result<Vec<Line>> {
    let rows = clauses()
        .select()
        .eq(Clause::CONSULTATION, number)
        .ascending(Clause::ORDER)
        .first((Clause::ANCHOR, Clause::MARK, Clause::HEADING, Clause::TEXT), clauses::MOST)?;
    let line = |(_, (anchor, mark, heading, text)): (Key, (String, Option<String>, bool, String))| {
        let count =
            (counted && !heading).then(|| proposals().count_of_clause(number, &anchor)).transpose()?;
        Ok(Line { anchor, mark, heading, text, count })
    };
    rows.into_iter().map(line).collect()
}

/// The draft; where proposals are counted each paragraph leads to its discussion.
pub fn document(page: &mut Page, number: &Key, lines: &[Line]) {
    page.document(msg!("draft-title"), |d| {
        d.each(lines, |d, line| {
            d.clause(&line.anchor, |c| {
                if line.heading {
                    return c.label(&line.text);
                }
                c.text((line.mark.as_ref().map(|mark| (strong(mark.as_str()), " ")), line.text.as_str()));
                match line.count {
                    Some(count) => {
                        c.label(msg!("discuss", count = count)).discussion(view::clause(number, &line.anchor))
                    }
                    None => c,
                }
            })
        })
    });
}

/// A paragraph with what has been said about it.
#[view]
fn clause(number: Key, clause: String, after: After) -> Result<Page> {
    let c = public(&number)?;
    let state = c.shown()?;
    let clause = clauses().of(&number, &clause)?;
    let said = proposals()
        .select()
        .eq(Proposal::CONSULTATION, &number)
        .eq(Proposal::CLAUSE, clause.anchor.as_str())
        .ascending(Proposal::AT)
        .page((), PAGE, &after)?;
    let said_whole: Vec<Stored<Proposal>> =
        said.iter().filter_map(|(key, ())| proposals().try_get(key).transpose()).collect::<Result<_>>()?;

    let mut page = Page::titled(clause.name());
    page.crumb(view::list(), msg!("list-title")).crumb(view::consultation(&number), &c.title);
    page.tag(tone(state), state).lead((&c.title, " · ", &c.body));
    page.document(msg!("clause-text"), |d| {
        d.clause(&clause.anchor, |k| {
            k.text((clause.mark.as_ref().map(|mark| (strong(mark.as_str()), " ")), clause.text.as_str()))
        })
    });
    let (before, next) = neighbours(&number, &clause)?;
    page.actions(|a| {
        // The first is the main one: who reads on goes forward.
        a.with(next, |a, anchor| a.go(view::clause(&number, anchor), msg!("clause-next")))
            .with(before, |a, anchor| a.go(view::clause(&number, anchor), msg!("clause-before")))
            .go(view::consultation(&number).at(clause.anchor.as_str()), msg!("clause-whole"))
    });
    if said_whole.is_empty() && after.as_str().is_none() {
        page.section(msg!("proposals-title"), |b| b.paragraph(msg!("proposals-none")));
    } else {
        page.comments(msg!("proposals-title"), |all| {
            all.each(&said_whole, |all, proposal| {
                all.comment(&proposal.at, whose(proposal), |k| {
                    k.anchor(&anchor(proposal.key())).tag(Tone::Neutral, msg!("kind-{}", proposal.kind));
                    content(k, proposal, &clause.text);
                    answered(k, proposal)
                })
            })
        });
        page.next_page(said.next());
    }
    match state {
        State::Open if !clause.heading => {
            page.section_at("propose", msg!("propose-title"), |b| {
                b.form(act::propose(&number, &clause.anchor), |f| f.prefill("wording", &clause.text))
            });
            page.section_at("comment", msg!("comment-title"), |b| {
                b.form(act::comment(&number, &clause.anchor), |f| f)
            });
        }
        State::Open => {}
        _ => {
            page.paragraph(msg!("proposals-over"));
        }
    }
    page.done()
}

/// The anchors of the paragraphs before and after, headings left out.
fn neighbours(number: &Key, clause: &Clause) -> Result<(Option<String>, Option<String>)> {
    // Headings follow one another rarely; a few rows reach past them.
    const FEW: u32 = 4;
    let fields = (Clause::ANCHOR, Clause::HEADING);
    let of = || clauses().select().eq(Clause::CONSULTATION, number);
    let before = of().less(Clause::ORDER, clause.order).descending(Clause::ORDER).first(fields, FEW)?;
    let next = of().greater(Clause::ORDER, clause.order).ascending(Clause::ORDER).first(fields, FEW)?;
    let first = |rows: vzaemo_sdk::Rows<(String, bool)>| {
        rows.into_iter().find(|(_, (_, heading))| !heading).map(|(_, (anchor, _))| anchor)
    };
    Ok((first(before), first(next)))
}

/// The anchor of a proposal on the page of its paragraph.
fn anchor(proposal: &Key) -> String {
    ["r-", proposal.as_str()].concat()
}

/// Who made a proposal: an organisation by its name or number, a person by the name they had then.
pub fn whose(proposal: &Proposal) -> (Option<Msg>, Option<Named>) {
    let named = |name: &str| msg!("organisation-named", name = name);
    match (proposal.participant, &proposal.organisation_name, &proposal.organisation, &proposal.person) {
        (Participant::Organisation, Some(name), ..) => (Some(named(name)), None),
        (Participant::Organisation, None, Some(code), _) => {
            (Some(msg!("organisation-code", code = code)), None)
        }
        (_, _, _, Some(person)) => (None, Some(person.at(&proposal.at))),
        _ => (Some(msg!("no-name")), None),
    }
}

/// What a proposal says.
pub fn content<'a, B: Blocks>(b: &'a mut B, proposal: &Proposal, present: &str) -> &'a mut B {
    if let Some(wording) = &proposal.wording {
        b.difference(present, wording);
    }
    b.prose(&proposal.text);
    b.with(proposal.attachment.as_ref(), |b, file| b.files(msg!("proposal-file"), |f| f.file(file)))
}

/// What the body responded.
fn answered<'a, B: Blocks>(b: &'a mut B, proposal: &Proposal) -> &'a mut B {
    match (proposal.response, &proposal.reason) {
        (Response::Awaiting, _) => b,
        (response, reason) => b.notice(response_tone(response), msg!("response-{}", response), |n| {
            n.with(reason.as_ref(), |n, reason| n.prose(reason))
        }),
    }
}

/// A consultation before its publication, for the officials of its body.
#[view]
fn preview(number: Key) -> Result<Page> {
    let c = consultations().get(&number)?;
    let lines = text(&number, false)?;
    let mut page = Page::titled(&c.title);
    page.crumb(view::desk(), msg!("desk-title")).tag(tone(c.state), c.state).lead(&c.body);
    let due = c.report_due()?;
    if c.state != State::Draft {
        page.aside(|b| b.go(view::consultation(&number), msg!("open-public")));
    } else {
        page.aside(|b| {
            b.paragraph(msg!("preview-note"))
                .action_with(act::publish(&number), msg!("act-publish"), |a| a.primary())
        });
    }
    page.aside(|b| terms(b, &c, c.state, due.as_ref()));
    notice(&mut page, &c);
    document(&mut page, &number, &lines);
    if c.state == State::Draft {
        let draft = split::join(lines.iter().map(Line::parts));
        page.details(msg!("act-revise"), |b| {
            b.form(act::revise(&number), |f| {
                f.prefill("title", &c.title)
                    .prefill("summary", &c.summary)
                    .prefill("affected", &c.affected)
                    .prefill("consequences", &c.consequences)
                    .prefill("contact", &c.contact)
                    .prefill("submitting", &c.submitting)
                    .prefill("closes", &c.closes)
                    .prefill("draft", &draft)
            })
        });
    }
    page.done()
}

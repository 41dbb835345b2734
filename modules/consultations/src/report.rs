//! The report: every proposal with its response and reason.

use crate::life::{public, response_tone, tone};
use crate::pages::whose;
use crate::*;

const PAGE: u32 = 100;

/// The responses that a report counts, in its order.
const COUNTED: [Response; 3] = [Response::Accepted, Response::Partly, Response::Rejected];

/// The report of a consultation.
#[view]
fn report(number: Key, after: After) -> Result<Page> {
    let c = public(&number)?;
    if c.state != State::Reported {
        return Err(not_found());
    }
    let count = |response| -> Result<(Response, u64, u64)> {
        Ok((
            response,
            proposals().count_responses(&number, &response, &Participant::Person)?,
            proposals().count_responses(&number, &response, &Participant::Organisation)?,
        ))
    };
    let counts: Vec<(Response, u64, u64)> = COUNTED.into_iter().map(count).collect::<Result<_>>()?;
    let rows = proposals().select().eq(Proposal::CONSULTATION, &number).ascending(Proposal::ORDER).page(
        (),
        PAGE,
        &after,
    )?;
    let all: Vec<Stored<Proposal>> =
        rows.iter().filter_map(|(key, ())| proposals().try_get(key).transpose()).collect::<Result<_>>()?;

    let mut page = Page::titled(msg!("report-title"));
    page.crumb(view::list(), msg!("list-title")).crumb(view::consultation(&number), &c.title);
    page.tag(tone(c.state), c.state).lead((&c.title, " · ", &c.body));
    let due = c.report_due()?;
    page.aside(|b| pages::terms(b, &c, c.state, due.as_ref()));
    if let (Some(decision), Some(decided)) = (&c.decision, &c.decided) {
        page.notice(Tone::Good, msg!("decision-title", decided = decided), |b| b.prose(decision));
    }
    page.statistics(|s| {
        s.each(&counts, |s, (response, persons, organisations)| {
            s.statistic(persons + organisations, msg!("response-{}", response))
        })
    });
    let (persons, organisations) =
        counts.iter().fold((0, 0), |(p, o), (_, persons, organisations)| (p + persons, o + organisations));
    page.table(msg!("report-counts"), |t| {
        t.columns((msg!("column-response"),))
            .numeric_column(msg!("column-persons"))
            .numeric_column(msg!("column-organisations"))
            .numeric_column(msg!("column-all"))
            .each(&counts, |t, (response, persons, organisations)| {
                t.row_of(|r| {
                    r.cell(msg!("response-{}", response))
                        .number(*persons)
                        .number(*organisations)
                        .number(persons + organisations)
                })
            })
            .row_of(|r| {
                r.cell(strong(msg!("column-all")))
                    .number(persons)
                    .number(organisations)
                    .number(persons + organisations)
            })
    });
    if all.is_empty() {
        page.empty(msg!("report-none"), |b| b.paragraph(msg!("report-none-next")));
        return page.done();
    }
    page.table(msg!("report-caption"), |t| {
        t.columns((
            msg!("column-clause"),
            msg!("column-who"),
            msg!("column-proposal"),
            msg!("column-response"),
            msg!("column-reason"),
        ))
        .each(&all, |t, proposal| {
            t.row_of(|r| {
                r.cell(link(view::clause(&number, &proposal.clause), proposal.clause_name()))
                    .cell(whose(proposal))
                    .cell_of(|b| {
                        b.with(proposal.wording.as_ref(), |b, wording| {
                            b.paragraph(emphasis(msg!("kind-wording"))).prose(wording)
                        })
                        .prose(&proposal.text)
                    })
                    .cell(tag(response_tone(proposal.response), msg!("response-{}", proposal.response)))
                    .cell_of(|b| b.with(proposal.reason.as_ref(), |b, reason| b.prose(reason)))
            })
        })
    });
    page.next_page(rows.next()).done()
}

impl Proposal {
    /// How its paragraph is named.
    pub fn clause_name(&self) -> Msg {
        clauses::name(self.number.as_deref(), self.place, false)
    }
}

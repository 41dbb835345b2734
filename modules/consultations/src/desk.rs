//! The officials' desk: the consultations of their body, and the proposals that await a response.

use crate::life::{response_tone, tone};
use crate::pages::{content, whose};
use crate::*;

const PAGE: u32 = 25;

/// The consultations of the body, by state.
#[view]
fn desk(state: Option<State>, after: After, who: Principal) -> Result<Page> {
    let body = who.body.or_refuse(msg!("no-body"))?;
    let shown = state.unwrap_or(State::Closed);
    let rows = consultations()
        .select()
        .eq(Consultation::BODY, &body)
        .eq(Consultation::STATE, shown)
        .descending(Consultation::CHANGED)
        .page((Consultation::TITLE, Consultation::CLOSES), PAGE, &after)?;
    let mut lines = Vec::new();
    for (number, (title, closes)) in rows.iter() {
        let due = consultations().get(number)?.report_due()?.filter(|_| shown == State::Reporting);
        let late = due.as_ref().map(Due::is_past).transpose()?.unwrap_or(false);
        lines.push((number, title, closes, awaiting(number)?, due, late));
    }

    let mut page = Page::titled(msg!("desk-title"));
    page.lead(&body).go_primary(act::create(), msg!("act-create"));
    page.filters(msg!("desk-filters"), |f| {
        f.each(State::ALL, |f, state| {
            f.option(view::desk().query("state", state.name()), msg!("stage-{}", state), *state == shown)
        })
    });
    if lines.is_empty() {
        page.empty(msg!("desk-empty"), |b| b.paragraph(msg!("desk-empty-next")));
        return page.done();
    }
    page.table(msg!("desk-caption"), |t| {
        t.columns((msg!("column-title"), msg!("column-closes"), msg!("column-report-due")))
            .numeric_column(msg!("column-awaiting"))
            .each(&lines, |t, (number, title, closes, awaiting, due, late)| {
                let to = if shown == State::Draft { view::preview(number) } else { view::responses(number) };
                let late = if *late { Tone::Bad } else { Tone::Neutral };
                t.row_of(|r| {
                    r.cell(link(to, title.as_str()))
                        .cell(*closes)
                        .cell(due.as_ref().map(|due| (due, " ", tag(late, days_left(due)))))
                        .number(*awaiting)
                })
            })
    });
    page.next_page(rows.next()).done()
}

fn awaiting(number: &Key) -> Result<u64> {
    let of = |participant| proposals().count_responses(number, &Response::Awaiting, &participant);
    Ok(of(Participant::Person)? + of(Participant::Organisation)?)
}

/// The proposals of a consultation with what the body has to do: those without a response first.
#[view]
fn responses(number: Key, response: Option<Response>, after: After) -> Result<Page> {
    let c = consultations().get(&number)?;
    let state = c.shown()?;
    let shown = response.unwrap_or(Response::Awaiting);
    let rows = proposals()
        .select()
        .eq(Proposal::CONSULTATION, &number)
        .eq(Proposal::RESPONSE, shown)
        .ascending(Proposal::AT)
        .page((), PAGE, &after)?;
    let mut all = Vec::new();
    for (key, ()) in rows.iter() {
        let proposal = proposals().get(key)?;
        let present = clauses().of(&number, &proposal.clause)?.into_inner().text;
        all.push((proposal, present));
    }
    let (left, due) = (awaiting(&number)?, c.report_due()?);

    let mut page = Page::titled(&c.title);
    page.crumb(view::desk(), msg!("desk-title")).tag(tone(state), state).lead(msg!("left", count = left));
    page.aside(|b| {
        match state {
            State::Closed => b.go_primary(act::decide(&number), msg!("act-decide")),
            State::Reporting if left == 0 => {
                b.action_with(act::publish_report(&number), msg!("act-publish-report"), |a| a.primary())
            }
            State::Reporting => b.paragraph(msg!("unanswered")),
            State::Reported => b.go(view::report(&number), msg!("open-report")),
            State::Open => b.paragraph(msg!("still-open")),
            State::Draft => b.go(view::preview(&number), msg!("preview")),
        }
        .when(c.state != State::Draft, |b| b.go(view::consultation(&number), msg!("open-public")))
    });
    page.aside(|b| pages::terms(b, &c, state, due.as_ref()));
    page.filters(msg!("responses-filters"), |f| {
        f.each(Response::ALL, |f, response| {
            let to = view::responses(&number).query("response", response.name());
            f.option(to, msg!("response-{}", response), *response == shown)
        })
    });
    if all.is_empty() {
        page.empty(msg!("responses-none"), |b| b.paragraph(msg!("responses-none-next")));
        return page.done();
    }
    let may_respond = matches!(state, State::Closed | State::Reporting);
    page.comments(msg!("responses-title"), |list| {
        list.each(&all, |list, (proposal, present)| {
            list.comment(&proposal.at, whose(proposal), |k| {
                k.tag(response_tone(proposal.response), msg!("response-{}", proposal.response))
                    .paragraph(link(view::clause(&number, &proposal.clause), proposal.clause_name()));
                content(k, proposal, present);
                k.with(proposal.reason.as_ref(), |k, reason| k.prose(reason));
                k.when(may_respond, |k| k.go(act::respond(&number, proposal.key()), msg!("act-respond")))
            })
        })
    });
    page.next_page(rows.next()).done()
}

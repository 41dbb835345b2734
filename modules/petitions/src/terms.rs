//! The legal clock of a petition: each date with its law and its arithmetic.

use crate::*;

/// A step of the procedure.
enum Step {
    /// Made at this moment.
    Made(Msg, Moment),
    /// Under way until its term ends; overdue after it.
    Running(Msg, Due),
    /// Under way without a term in these rules.
    Elsewhere(Msg),
    /// To come, within this.
    ToCome(Msg, Msg),
}

/// The clock, and under it where the threshold comes from.
pub fn clock(b: &mut impl Blocks, p: &Petition) -> Result<()> {
    let mut steps = Vec::new();
    for step in steps_of(p)? {
        let overdue = match &step {
            Step::Running(_, due) => due.is_past()?,
            _ => false,
        };
        steps.push((step, overdue));
    }
    b.clock(msg!("terms"), |c| {
        for (step, overdue) in &steps {
            match step {
                Step::Made(label, at) => c.done(label, at),
                Step::Running(label, due) if *overdue => c.missed(label, due),
                Step::Running(label, due) => c.now(label, due),
                Step::Elsewhere(label) => c.now(label, ()),
                Step::ToCome(label, within) => c.next(label, within),
            };
        }
        c
    });
    if let Some(Rules { threshold, threshold_law: Some(law), valid_from: Some(since), .. }) = &p.rules {
        b.paragraph(msg!("rules-note", goal = *threshold, law = law, since = since));
    }
    Ok(())
}

fn steps_of(p: &Petition) -> Result<Vec<Step>> {
    let mut steps = vec![Step::Made(msg!("step-submitted"), p.submitted.clone())];
    let (Some(rules), Some(published)) = (&p.rules, &p.published) else {
        match (p.state, &p.check) {
            (State::PendingCheck, Some(check)) => {
                steps.push(Step::Running(msg!("step-check"), check.due(&p.submitted)?))
            }
            (State::Refused, _) => steps.push(Step::Made(msg!("step-refused"), p.changed.clone())),
            _ => steps.push(Step::Made(msg!("step-recalled"), p.changed.clone())),
        }
        return Ok(steps);
    };
    steps.push(Step::Made(msg!("step-published"), published.clone()));
    let Some(reached) = &p.reached else {
        steps.push(Step::Running(msg!("step-collection"), rules.collection.due(published)?));
        if p.state == State::ConvertedToAppeal {
            steps.push(Step::Elsewhere(msg!("step-appeal")));
        } else {
            steps.push(Step::ToCome(msg!("to-come-announce"), within(&rules.announcement)));
            steps.push(Step::ToCome(msg!("to-come-answer"), within(&rules.answering)));
        }
        return Ok(steps);
    };
    steps.push(Step::Made(msg!("step-reached"), reached.clone()));
    let Some(announced) = &p.announced else {
        steps.push(Step::Running(msg!("step-announce"), rules.announcement.due(reached)?));
        steps.push(Step::ToCome(msg!("to-come-answer"), within(&rules.answering)));
        return Ok(steps);
    };
    steps.push(Step::Made(msg!("step-announced"), announced.clone()));
    steps.push(if p.state == State::Answered {
        Step::Made(msg!("step-answered"), p.changed.clone())
    } else {
        Step::Running(msg!("step-answer"), rules.answering.due(announced)?)
    });
    Ok(steps)
}

fn within(term: &Term) -> Msg {
    msg!("within", term = term.value, unit = term.unit.name())
}

//! What the body does after the close: respond to each proposal, decide on the draft, publish the report.

use crate::*;

/// An official responds to a proposal. Until the report is published a response can be corrected.
#[act]
fn respond(number: Key, proposal: Key, input: ResponseForm) -> Result<Outcome> {
    let consultation = consultations().get(&number)?;
    require(consultation.is_over()?, msg!("still-open"))?;
    let mut found = proposals().get(&proposal)?;
    if found.consultation != number {
        return Err(not_found());
    }
    found.response = match input.response {
        Verdict::Accepted => Response::Accepted,
        Verdict::Partly => Response::Partly,
        Verdict::Rejected => Response::Rejected,
    };
    found.reason = Some(input.reason);
    found.responded = Some(calendar::now()?);
    proposals().replace(&found)?;
    if let Some(person) = &found.person {
        cabinet::case(&proposal)
            .put(&consultation.title, msg!("case-{}", found.response), found.address())?
            .event(msg!("event-responded"))?;
        notify::person(person, msg!("told-{}", found.response), found.address())?;
    }
    Ok(done(msg!("done-responded")).back_to(view::responses(&number)))
}

/// The body has decided on the draft: the term of the report begins.
#[act]
fn decide(number: Key, input: DecisionForm) -> Result<Outcome> {
    let mut consultation = consultations().get(&number)?;
    require(consultation.is_over()?, msg!("still-open"))?;
    let within = input.decided > consultation.closes && input.decided <= calendar::today()?;
    if !within {
        return Err(refuse(msg!("decided-when", closes = &consultation.closes)).at_field("decided"));
    }
    consultation.decided = Some(input.decided);
    consultation.decision = Some(input.decision);
    consultation.enter(State::Reporting)?;
    consultations().replace(&consultation)?;
    Ok(done(msg!("done-decided")).back_to(view::responses(&number)))
}

/// The report is published, once every proposal has its response.
#[act]
fn publish_report(number: Key) -> Result<Outcome> {
    let mut consultation = consultations().get(&number)?;
    let awaiting = proposals()
        .select()
        .eq(Proposal::CONSULTATION, &number)
        .eq(Proposal::RESPONSE, Response::Awaiting)
        .keys(1)?;
    require(awaiting.is_empty(), msg!("unanswered"))?;
    consultation.reported = Some(calendar::now()?);
    consultation.enter(State::Reported)?;
    consultations().replace(&consultation)?;
    Ok(done(msg!("done-reported")).back_to(view::report(&number)))
}

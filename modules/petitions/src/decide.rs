//! What author and officials do with a petition.

use crate::life::tell_all;
use crate::*;

/// A person sends a petition to be checked.
#[act]
fn submit(input: PetitionForm, who: Person) -> Result<Outcome> {
    let now = calendar::now()?;
    let check = config().check;
    let due = check.due(&now)?;
    let today = calendar::today()?;
    let year = today.year();
    let number = Key::new(format!("{year}-{}", number(&format!("petitions-{year}"))?));
    let mut petition = Petition {
        title: input.title,
        essence: input.essence,
        author: who.clone(),
        email: Some(input.email),
        body: config().body,
        state: State::PendingCheck,
        stage: Stage::Hidden,
        desk: Desk::Check,
        submitted: now.clone(),
        changed: now,
        due: None,
        published: None,
        until: None,
        reached: None,
        announced: None,
        closed: None,
        reason: None,
        explanation: None,
        answer: None,
        r#final: None,
        goal: None,
        check: Some(check),
        rules: None,
        imported: false,
    };
    petition.enter(State::PendingCheck, Some(due.moment.clone()))?;
    petitions().insert_as(&number, &petition)?;
    cabinet::case(&number)
        .put_with_term(&petition.title, petition.state, view::checking(&number), msg!("term-check"), &due)?
        .event(msg!("event-submitted"))?
        .join(&who, msg!("role-author"))?;
    Ok(done(msg!("done-submitted", number = &number)).back_to(view::checking(&number)))
}

/// The author takes a petition back before it is published.
#[act]
fn recall(number: Key) -> Result<Outcome> {
    let mut petition = petitions().get(&number)?;
    petition.closed = Some(calendar::now()?);
    petition.enter(State::Recalled, None)?;
    petitions().replace(&petition)?;
    cabinet::case(&number)
        .put(&petition.title, petition.state, view::checking(&number))?
        .event(msg!("event-recalled"))?;
    Ok(done(msg!("done-recalled")).back_to(view::checking(&number)))
}

/// An official publishes a petition: the collection begins, under the rules of this day.
#[act]
fn publish(number: Key) -> Result<Outcome> {
    let now = calendar::now()?;
    let mut petition = petitions().get(&number)?;
    let config = config();
    let until = config.collection.due(&now)?;
    let rules = Rules {
        threshold: config.threshold,
        threshold_law: Some(config.threshold_law),
        valid_from: Some(config.valid_from),
        collection: config.collection,
        announcement: config.announcement,
        answering: config.answering,
    };
    petition.watch(&number, &rules, &until)?;
    petition.goal = Some(rules.threshold);
    petition.rules = Some(rules);
    petition.published = Some(now);
    petition.until = Some(until.moment.clone());
    petition.enter(State::Collecting, None)?;
    petitions().replace(&petition)?;
    let term = Some((msg!("term-collection"), until));
    tell_all(&number, &petition, term, msg!("event-published"), msg!("notice-published", number = &number))?;
    Ok(done(msg!("done-published")).back_to(view::petition(&number)))
}

/// An official refuses a petition; it stays public with the reason.
#[act]
fn refuse(number: Key, input: RefuseForm) -> Result<Outcome> {
    let mut petition = petitions().get(&number)?;
    petition.reason = Some(input.reason);
    petition.explanation = Some(input.explanation);
    petition.closed = Some(calendar::now()?);
    petition.enter(State::Refused, None)?;
    petitions().replace(&petition)?;
    tell_all(&number, &petition, None, msg!("event-refused"), msg!("notice-refused", number = &number))?;
    Ok(done(msg!("done-refused")).back_to(view::petition(&number)))
}

/// An official announces the review: the term of the answer begins.
#[act]
fn announce(number: Key) -> Result<Outcome> {
    let now = calendar::now()?;
    let mut petition = petitions().get(&number)?;
    let rules = petition.rules.clone().or_refuse(msg!("not-published"))?;
    let due = rules.answering.due(&now)?;
    petition.announced = Some(now);
    petition.enter(State::UnderReview, Some(due.moment.clone()))?;
    petitions().replace(&petition)?;
    let term = Some((msg!("term-answer"), due));
    tell_all(&number, &petition, term, msg!("event-announced"), msg!("notice-announced", number = &number))?;
    Ok(done(msg!("done-announced")).back_to(view::petition(&number)))
}

/// An official answers.
#[act]
fn answer(number: Key, input: AnswerForm) -> Result<Outcome> {
    let mut petition = petitions().get(&number)?;
    petition.answer = Some(input.answer);
    petition.closed = Some(calendar::now()?);
    petition.enter(State::Answered, None)?;
    petitions().replace(&petition)?;
    tell_all(&number, &petition, None, msg!("event-answered"), msg!("notice-answered", number = &number))?;
    Ok(done(msg!("done-answered")).back_to(view::petition(&number)))
}

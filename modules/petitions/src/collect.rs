//! Collecting signatures: signing, taking back, and the two ways in which it ends.

use crate::life::tell_all;
use crate::*;

/// A person signs, once. Somebody who took a signature back may give it again.
#[act]
fn sign(number: Key, who: Person) -> Result<Outcome> {
    let petition = petitions().get(&number)?;
    open(&petition)?;
    let now = calendar::now()?;
    match signatures().find_by_petition_and_person(&number, &who)? {
        Some(signature) if !signature.withdrawn => return Err(super::refuse(msg!("already-signed"))),
        Some(mut signature) => {
            signature.withdrawn = false;
            signature.withdrawn_at = None;
            signature.at = now;
            signatures().replace(&signature)?;
        }
        None => {
            let signature = Signature {
                petition: number.clone(),
                person: who.clone(),
                at: now,
                withdrawn: false,
                withdrawn_at: None,
            };
            signatures().insert(&signature).or_refuse(msg!("already-signed"))?;
        }
    }
    cabinet::case(&number).join(&who, msg!("role-signatory"))?;
    Ok(done(msg!("done-signed")).back_to(view::petition(&number)))
}

/// A person takes their signature back while signatures are collected. It is not counted; the mark stays public.
#[act]
fn withdraw(number: Key, who: Person) -> Result<Outcome> {
    let petition = petitions().get(&number)?;
    open(&petition)?;
    let found = signatures().find_by_petition_and_person(&number, &who)?;
    let mut signature = found.filter(|signature| !signature.withdrawn).or_refuse(msg!("not-signed"))?;
    signature.withdrawn = true;
    signature.withdrawn_at = Some(calendar::now()?);
    signatures().replace(&signature)?;
    cabinet::case(&number).leave(&who, msg!("event-withdrawn"))?;
    Ok(done(msg!("done-withdrawn")).back_to(view::petition(&number)))
}

/// The collection ends with its term, even if the job that closes it has yet to run.
fn open(petition: &Petition) -> Result<()> {
    let over = petition.until.as_ref().map(calendar::is_past).transpose()?.unwrap_or(true);
    require(!over, msg!("collection-over"))
}

/// Enough persons have signed. Runs once ever, with the exact count.
#[job]
fn threshold_reached(number: Key) -> Result<()> {
    let mut petition = petitions().get(&number)?;
    if petition.state != State::Collecting {
        return Ok(());
    }
    let Some(rules) = petition.rules.clone() else { return Ok(()) };
    let now = calendar::now()?;
    let due = rules.announcement.due(&now)?;
    petition.reached = Some(now);
    petition.r#final = i64::try_from(signatures().count_valid(&number)?).ok();
    petition.enter(State::ThresholdReached, Some(due.moment.clone()))?;
    petitions().replace(&petition)?;
    Jobs::close(&number).cancel()?;
    let term = Some((msg!("term-announcement"), due));
    tell_all(&number, &petition, term, msg!("event-reached"), msg!("notice-reached", number = &number))
}

/// The term of the collection is over without the threshold: it is considered as an ordinary appeal.
#[job]
fn close(number: Key) -> Result<()> {
    let mut petition = petitions().get(&number)?;
    if petition.state != State::Collecting {
        return Ok(());
    }
    petition.r#final = i64::try_from(signatures().count_valid(&number)?).ok();
    petition.closed = Some(calendar::now()?);
    petition.enter(State::ConvertedToAppeal, None)?;
    petitions().replace(&petition)?;
    tell_all(&number, &petition, None, msg!("event-short"), msg!("notice-short", number = &number))
}

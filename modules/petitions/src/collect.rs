//! Collecting signatures: signing, taking back, and the two ways in which it ends.

use crate::life::tell_all;
use crate::*;

/// A person signs, once. Somebody who took a signature back may give it again.
#[act]
fn sign(number: Key, who: Person) -> Result<Outcome> {
    let petition = petitions().get(&number)?;
    require(petition.is_open()?, msg!("collection-over"))?;
    let now = calendar::now()?;
    let author = petition.author == who;
    if petition.imported {
        take_in(&number, petition)?;
    }
    match signatures().find_by_petition_and_person(&number, &who)? {
        Some(signature) if signature.invalidated.is_some() => {
            return Err(super::refuse(msg!("invalidated-signature")));
        }
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
                invalidated: None,
            };
            signatures().insert(&signature).or_refuse(msg!("already-signed"))?;
        }
    }
    // The author takes part already, and stays the author.
    if !author {
        cabinet::case(&number).join(&who, msg!("role-signatory"))?;
    }
    Ok(done(msg!("done-signed")).back_to(view::petition(&number)))
}

/// A person takes their signature back while signatures are collected. It is not counted; the mark stays public.
#[act]
fn withdraw(number: Key, who: Person) -> Result<Outcome> {
    let petition = petitions().get(&number)?;
    require(petition.is_open()?, msg!("collection-over"))?;
    let found = signatures().find_by_petition_and_person(&number, &who)?;
    let mut signature = found.filter(|signature| !signature.withdrawn).or_refuse(msg!("not-signed"))?;
    signature.withdrawn = true;
    signature.withdrawn_at = Some(calendar::now()?);
    signatures().replace(&signature)?;
    if petition.author != who {
        cabinet::case(&number).leave(&who, msg!("event-withdrawn"))?;
    }
    Ok(done(msg!("done-withdrawn")).back_to(view::petition(&number)))
}

/// Gives a petition that was brought in from elsewhere what the others got when they were sent and published.
fn take_in(number: &Key, mut petition: Stored<Petition>) -> Result<()> {
    let (rules, published) = (petition.rules.clone(), petition.published.clone());
    let (rules, published) = rules.zip(published).or_refuse(msg!("not-published"))?;
    let until = rules.collection.due(&published)?;
    petition.watch(number, &rules, &until)?;
    petition.imported = false;
    petitions().replace(&petition)?;
    let (label, to) = (msg!("term-collection"), view::petition(number));
    cabinet::case(number).put_with_term(&petition.title, petition.state, to, label, &until)?;
    Ok(())
}

/// Enough persons have signed. Runs once ever, with the exact count.
#[job]
fn threshold_reached(number: Key) -> Result<()> {
    let petition = petitions().get(&number)?;
    if petition.state != State::Collecting {
        return Ok(());
    }
    let count = signatures().count_valid(&number)?;
    Jobs::close(&number).cancel()?;
    reach(&number, petition, count)
}

/// The term of the collection is over: without the threshold the petition is considered as an ordinary appeal.
#[job]
fn close(number: Key) -> Result<()> {
    let mut petition = petitions().get(&number)?;
    if petition.state != State::Collecting {
        return Ok(());
    }
    let count = signatures().count_valid(&number)?;
    // The last signatures may have come so late that the other job has yet to run.
    if petition.rules.as_ref().is_some_and(|rules| count >= rules.threshold.unsigned_abs()) {
        return reach(&number, petition, count);
    }
    petition.r#final = i64::try_from(count).ok();
    petition.closed = Some(calendar::now()?);
    petition.enter(State::ConvertedToAppeal, None)?;
    petitions().replace(&petition)?;
    tell_all(&number, &petition, None, msg!("event-short"), msg!("notice-short", number = &number))
}

/// The collection ends with enough signatures: now the body announces the review.
fn reach(number: &Key, mut petition: Stored<Petition>, count: u64) -> Result<()> {
    let Some(rules) = petition.rules.clone() else { return Ok(()) };
    let now = calendar::now()?;
    let due = rules.announcement.due(&now)?;
    petition.reached = Some(now);
    petition.r#final = i64::try_from(count).ok();
    petition.enter(State::ThresholdReached, Some(due.moment.clone()))?;
    petitions().replace(&petition)?;
    let term = Some((msg!("term-announcement"), due));
    tell_all(number, &petition, term, msg!("event-reached"), msg!("notice-reached", number = number))
}

//! What persons and organisations say about a paragraph.

use crate::*;

/// A remark on a paragraph.
#[act]
fn comment(number: Key, clause: String, input: CommentForm, who: Principal) -> Result<Outcome> {
    let (consultation, clause) = open(&number, &clause)?;
    let words = Words { text: input.comment, wording: None, attachment: input.attachment };
    take(&number, &consultation, &clause, who, Kind::Comment, words)
}

/// Another wording of a paragraph, with its grounds.
#[act]
fn propose(number: Key, clause: String, input: WordingForm, who: Principal) -> Result<Outcome> {
    let (consultation, clause) = open(&number, &clause)?;
    if same_words(&input.wording, &clause.text) {
        return Err(refuse(msg!("same-wording")).at_field("wording"));
    }
    let words = Words { text: input.grounds, wording: Some(input.wording), attachment: None };
    take(&number, &consultation, &clause, who, Kind::Wording, words)
}

/// A consultation that takes proposals, and one of its paragraphs.
fn open(number: &Key, anchor: &str) -> Result<(Stored<Consultation>, Stored<Clause>)> {
    let consultation = consultations().get(number)?;
    require(!consultation.is_over()?, msg!("proposals-over"))?;
    let clause = clauses().of(number, anchor)?;
    require(!clause.heading, msg!("heading-closed"))?;
    Ok((consultation, clause))
}

fn same_words(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

/// What somebody says of a paragraph.
struct Words {
    text: String,
    wording: Option<String>,
    attachment: Option<File>,
}

fn take(
    number: &Key,
    consultation: &Consultation,
    clause: &Clause,
    who: Principal,
    kind: Kind,
    words: Words,
) -> Result<Outcome> {
    let participant = match who.organisation {
        Some(_) => Participant::Organisation,
        None => Participant::Person,
    };
    let proposal = Proposal {
        consultation: number.clone(),
        clause: clause.anchor.clone(),
        order: clause.order,
        number: clause.number.clone(),
        place: clause.place,
        kind,
        text: words.text,
        wording: words.wording,
        attachment: words.attachment,
        participant,
        person: Some(who.person.clone()),
        organisation: who.organisation,
        organisation_name: None,
        at: calendar::now()?,
        response: Response::Awaiting,
        reason: None,
        responded: None,
    };
    let key = proposals().insert(&proposal)?;
    // A case for each proposal, not one for all: a consultation may have thousands, each with its response.
    cabinet::case(&key)
        .put(&consultation.title, msg!("case-awaiting"), proposal.address())?
        .event(msg!("event-submitted"))?
        .join(&who.person, msg!("role-author"))?;
    Ok(done(msg!("done-submitted")).back_to(proposal.address()))
}

impl Proposal {
    /// The page of its paragraph, where it is discussed.
    pub fn address(&self) -> vzaemo_sdk::Address {
        view::clause(&self.consultation, &self.clause)
    }
}

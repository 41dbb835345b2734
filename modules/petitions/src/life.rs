//! What follows from the state of a petition, said once for pages, desk and cabinet.

use crate::*;

impl Petition {
    /// The author under the name they sent it with.
    pub fn author_named(&self) -> Named {
        self.author.at(&self.submitted)
    }

    /// Moves to a state, and sets what follows from it: where lists show it, what the body does next and by when.
    pub fn enter(&mut self, state: State, due: Option<Moment>) -> Result<()> {
        let (stage, desk) = match state {
            State::PendingCheck => (Stage::Hidden, Desk::Check),
            State::Recalled => (Stage::Hidden, Desk::None),
            State::Refused => (Stage::Refused, Desk::None),
            State::Collecting => (Stage::Collecting, Desk::None),
            State::ThresholdReached => (Stage::Review, Desk::Announce),
            State::UnderReview => (Stage::Review, Desk::Answer),
            State::Answered => (Stage::Answered, Desk::None),
            State::ConvertedToAppeal => (Stage::Short, Desk::None),
        };
        self.state = state;
        self.stage = stage;
        self.desk = desk;
        self.due = due;
        self.changed = calendar::now()?;
        Ok(())
    }

    /// Whether it can be signed now. The collection ends with its term, even if the job that closes it has yet to run.
    pub fn is_open(&self) -> Result<bool> {
        match (self.state, &self.until) {
            (State::Collecting, Some(until)) => Ok(!calendar::is_past(until)?),
            _ => Ok(false),
        }
    }

    /// The valid signatures: while they are collected those of this moment, then those that the collection ended with.
    pub fn count(&self, number: &Key) -> Result<u64> {
        count(number, self.state, self.r#final)
    }

    /// Sets what ends the collection: the threshold, once ever, or the end of the term.
    pub fn watch(&self, number: &Key, rules: &Rules, until: &Due) -> Result<()> {
        signatures().when_valid_reaches(
            number,
            rules.threshold.unsigned_abs(),
            Jobs::threshold_reached(number),
        )?;
        Jobs::close(number).at(until)
    }

    /// Whether everybody may see it: from publication on, and when it was refused.
    pub fn is_public(&self) -> bool {
        !matches!(self.state, State::PendingCheck | State::Recalled)
    }

    /// Whether it is worth pointing out to somebody who wants the same: it can be signed, or has come further.
    pub fn is_supported(&self) -> bool {
        use State::{Answered, Collecting, ThresholdReached, UnderReview};
        matches!(self.state, Collecting | ThresholdReached | UnderReview | Answered)
    }
}

/// The valid signatures of a petition in this state, which may have ended its collection with a count.
pub fn count(number: &Key, state: State, last: Option<i64>) -> Result<u64> {
    match (state, last) {
        (State::Collecting, _) | (_, None) => signatures().count_valid(number),
        (_, Some(last)) => Ok(last.unsigned_abs()),
    }
}

/// How a state is coloured.
pub fn tone(state: State) -> Tone {
    match state {
        State::PendingCheck | State::Collecting => Tone::Brand,
        State::ThresholdReached | State::UnderReview => Tone::Caution,
        State::Answered => Tone::Good,
        State::Refused => Tone::Bad,
        State::Recalled | State::ConvertedToAppeal => Tone::Neutral,
    }
}

/// Brings the case of all who take part up to date, and tells them.
pub fn tell_all(
    number: &Key,
    petition: &Petition,
    due: Option<(Msg, Due)>,
    event: Msg,
    notice: Msg,
) -> Result<()> {
    let case = cabinet::case(number);
    match due {
        Some((label, due)) => {
            case.put_with_term(&petition.title, petition.state, view::petition(number), label, &due)?
        }
        None => case.put(&petition.title, petition.state, view::petition(number))?,
    }
    .event(event)?;
    notify::participants(number, notice)
}

//! What follows from the state of a consultation.

use crate::*;

impl Consultation {
    /// Moves to a state.
    pub fn enter(&mut self, state: State) -> Result<()> {
        self.state = state;
        self.changed = calendar::now()?;
        Ok(())
    }

    /// Whether its last day is over. Proposals end with it, even if the job that closes it has yet to run.
    pub fn is_over(&self) -> Result<bool> {
        calendar::is_past(&self.closes)
    }

    /// The state as people are shown it: closed when the last day is over.
    pub fn shown(&self) -> Result<State> {
        Ok(if self.state == State::Open && self.is_over()? { State::Closed } else { self.state })
    }

    /// The terms that hold for it: those of its opening, before it the present ones.
    pub fn rules(&self) -> Rules {
        self.rules.clone().unwrap_or_else(|| {
            let config = config();
            Rules { discussion: config.discussion, report: config.report }
        })
    }

    /// When the report is due, once the draft is decided on.
    pub fn report_due(&self) -> Result<Option<Due>> {
        self.decided.as_ref().map(|decided| self.rules().report.due(decided)).transpose()
    }
}

/// A consultation that everybody may see; a draft is as good as not there.
pub fn public(number: &Key) -> Result<Stored<Consultation>> {
    let consultation = consultations().get(number)?;
    if consultation.state == State::Draft { Err(not_found()) } else { Ok(consultation) }
}

/// How a state is coloured.
pub fn tone(state: State) -> Tone {
    match state {
        State::Draft => Tone::Neutral,
        State::Open => Tone::Brand,
        State::Closed | State::Reporting => Tone::Caution,
        State::Reported => Tone::Good,
    }
}

/// How a response is coloured.
pub fn response_tone(response: Response) -> Tone {
    match response {
        Response::Awaiting => Tone::Neutral,
        Response::Accepted => Tone::Good,
        Response::Partly => Tone::Caution,
        Response::Rejected => Tone::Bad,
    }
}

/// The first day on which a consultation may close that opens today.
pub fn earliest_close() -> Result<Due> {
    config().discussion.due(&calendar::today()?)
}

/// Refuses a last day that leaves less than the term of the law, and names the earliest.
pub fn long_enough(closes: &Day) -> Result<()> {
    let (earliest, term) = (earliest_close()?, config().discussion);
    if calendar::days_left(closes)? >= calendar::days_left(&earliest)? {
        return Ok(());
    }
    let why = msg!(
        "too-soon",
        earliest = day_of(&earliest),
        term = term.value,
        unit = term.unit.name(),
        law = term.law
    );
    Err(refuse(why))
}

/// The day with which a term ends. Kyiv is ahead of UTC, so the end of its day lies on the same day there.
fn day_of(due: &Due) -> Day {
    Day::new(due.moment.as_str().split('T').next().unwrap_or_default())
}

//! What an official does before the opening: create, revise, publish.

use crate::life::long_enough;
use crate::*;

/// An official prepares a consultation; nobody else sees it yet.
#[act]
fn create(input: DraftForm, who: Principal) -> Result<Outcome> {
    let body = who.body.or_refuse(msg!("no-body"))?;
    long_enough(&input.closes).map_err(|error| error.at_field("closes"))?;
    let year = calendar::today()?.year().to_owned();
    let number = Key::new(format!("{year}-{}", number(&format!("consultations-{year}"))?));
    let mut consultation = Consultation {
        title: String::new(),
        summary: String::new(),
        affected: String::new(),
        consequences: String::new(),
        contact: String::new(),
        submitting: String::new(),
        body,
        state: State::Draft,
        changed: calendar::now()?,
        closes: input.closes.clone(),
        opened: None,
        decided: None,
        decision: None,
        reported: None,
        rules: None,
        draft_file: None,
        materials: Vec::new(),
    };
    let draft = consultation.fill(input);
    consultations().insert_as(&number, &consultation)?;
    clauses::put(&number, &draft, true)?;
    Ok(done(msg!("done-created")).back_to(view::preview(&number)))
}

/// An official corrects a consultation before it is published.
#[act]
fn revise(number: Key, input: DraftForm) -> Result<Outcome> {
    let mut consultation = consultations().get(&number)?;
    long_enough(&input.closes).map_err(|error| error.at_field("closes"))?;
    let draft = consultation.fill(input);
    consultation.changed = calendar::now()?;
    consultations().replace(&consultation)?;
    clauses::put(&number, &draft, false)?;
    Ok(done(msg!("done-revised")).back_to(view::preview(&number)))
}

/// An official publishes a consultation: from now on, and to its last day, it takes proposals.
#[act]
fn publish(number: Key) -> Result<Outcome> {
    let mut consultation = consultations().get(&number)?;
    // Time has passed since the day was chosen.
    long_enough(&consultation.closes)?;
    consultation.rules = Some(consultation.rules());
    consultation.opened = Some(calendar::now()?);
    consultation.enter(State::Open)?;
    consultations().replace(&consultation)?;
    // The host takes a day for its end.
    Jobs::close(&number).at(consultation.closes.as_str())?;
    Ok(done(msg!("done-published")).back_to(view::consultation(&number)))
}

/// The last day is over.
#[job]
fn close(number: Key) -> Result<()> {
    let mut consultation = consultations().get(&number)?;
    if consultation.state != State::Open {
        return Ok(());
    }
    consultation.enter(State::Closed)?;
    Ok(consultations().replace(&consultation)?)
}

impl Consultation {
    /// Takes over what the form says, and gives the text of the draft back.
    fn fill(&mut self, input: DraftForm) -> String {
        self.title = input.title;
        self.summary = input.summary;
        self.affected = input.affected;
        self.consequences = input.consequences;
        self.contact = input.contact;
        self.submitting = input.submitting;
        self.closes = input.closes;
        // Files stay until others take their place.
        self.draft_file = input.draft_file.or(self.draft_file.take());
        if !input.materials.is_empty() {
            self.materials = input.materials;
        }
        input.draft
    }
}

//! The paragraphs of a draft act in the store, and how they are named.

use crate::split::{Paragraph, split};
use crate::*;

/// The most paragraphs of a draft: what one select brings.
pub const MOST: u32 = 1000;

/// How a paragraph is named in texts.
pub fn name(number: Option<&str>, place: i64, heading: bool) -> Msg {
    match number {
        _ if heading => msg!("clause-heading"),
        Some(number) if place == 1 => msg!("clause-point", number = number),
        Some(number) => msg!("clause-paragraph", number = number, place = place),
        None => msg!("clause-loose", place = place),
    }
}

impl Clause {
    /// How it is named in texts.
    pub fn name(&self) -> Msg {
        name(self.number.as_deref(), self.place, self.heading)
    }

    fn of(consultation: &Key, order: usize, paragraph: &Paragraph) -> Self {
        Clause {
            consultation: consultation.clone(),
            anchor: paragraph.anchor.clone(),
            order: i64::try_from(order).unwrap_or(i64::MAX),
            number: paragraph.number.clone(),
            mark: paragraph.mark.clone(),
            level: paragraph.level.into(),
            place: paragraph.place.into(),
            heading: paragraph.heading,
            text: paragraph.text.clone(),
        }
    }
}

impl Clauses {
    /// The paragraph of a consultation with this anchor.
    pub fn of(&self, consultation: &Key, anchor: &str) -> Result<Stored<Clause>> {
        self.find_by_consultation_and_anchor(consultation, anchor)?.ok_or_else(not_found)
    }
}

/// Makes these the paragraphs of a consultation. Those that stay as they were keep their documents.
pub fn put(consultation: &Key, draft: &str, is_new: bool) -> Result<()> {
    let paragraphs = split(draft);
    if paragraphs.len() > MOST as usize {
        return Err(refuse(msg!("draft-too-long", most = MOST, count = paragraphs.len())).at_field("draft"));
    }
    if !paragraphs.iter().any(|paragraph| paragraph.mark.is_some()) {
        return Err(refuse(msg!("draft-no-points")).at_field("draft"));
    }
    let former = if is_new {
        Vec::new()
    } else {
        clauses().select().eq(Clause::CONSULTATION, consultation).ascending(Clause::ORDER).documents(MOST)?
    };
    for (at, paragraph) in paragraphs.iter().enumerate() {
        let clause = Clause::of(consultation, at + 1, paragraph);
        match former.iter().find(|former| former.anchor == clause.anchor) {
            Some(former) if **former == clause => {}
            Some(former) => {
                let mut changed = former.clone();
                *changed = clause;
                clauses().replace(&changed)?;
            }
            None => {
                clauses().insert(&clause)?;
            }
        }
    }
    for gone in former.iter().filter(|former| !paragraphs.iter().any(|kept| kept.anchor == former.anchor)) {
        clauses().remove(gone)?;
    }
    Ok(())
}

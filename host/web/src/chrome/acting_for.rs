//! In whose name a person acts: their own, or that of an organisation which they may represent.

use maud::{Markup, html};

use super::document::headed;
use super::paths;
use crate::texts::Speaker;

/// One of those in whose name a person may act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capacity {
    /// The organisation's code; `None` for the person themselves.
    pub edrpou: Option<String>,
    /// The name.
    pub name: String,
    /// It is the present one.
    pub chosen: bool,
}

/// The value of the radio for the person themselves.
pub const MYSELF: &str = "myself";
/// The name of the radios.
pub const CHOICE: &str = "acting_for";

/// The page on which a person chooses. `to` is where to go on afterwards.
pub fn acting_for(say: &Speaker<'_>, capacities: &[Capacity], to: &str) -> Markup {
    html! {
        (headed(say, &[], &say.say("acting-for-title"), Some(&say.say("acting-for-lead"))))
        form.v-form.v-card method="post" action=(paths::ACTING_FOR) {
            input type="hidden" name="to" value=(to);
            div.govuk-form-group {
                fieldset.govuk-fieldset {
                    legend.govuk-fieldset__legend { (say.say("acting-for-legend")) }
                    div.govuk-radios {
                        @for (at, capacity) in capacities.iter().enumerate() {
                            (radio(say, at, capacity))
                        }
                    }
                }
            }
            div.v-actions { button.v-button { (say.say("acting-for-go")) } }
        }
        p { a href=(paths::ORGANISATIONS) { (say.say("organisations-title")) } }
    }
}

fn radio(say: &Speaker<'_>, at: usize, capacity: &Capacity) -> Markup {
    let id = format!("acting_for_{at}");
    let hint = match &capacity.edrpou {
        None => say.say("acting-for-myself-hint").into_owned(),
        Some(edrpou) => say.say_with("acting-for-code", &[("code", edrpou.as_str().into())]).into_owned(),
    };
    html! {
        div.govuk-radios__item {
            input.govuk-radios__input id=(id) name=(CHOICE) type="radio"
                value=(capacity.edrpou.as_deref().unwrap_or(MYSELF)) checked[capacity.chosen] aria-describedby={ (id) "_hint" };
            label.govuk-label.govuk-radios__label for=(id) {
                @if capacity.edrpou.is_none() { (say.say("acting-for-myself")) ": " }
                (capacity.name)
            }
            div.govuk-hint.govuk-radios__hint id={ (id) "_hint" } { (hint) }
        }
    }
}

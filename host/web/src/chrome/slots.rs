//! What stands in an action slot for one visitor.

use maud::{Markup, html};
use vzaemo_marks::Tone;

use crate::forms;
use crate::render::Slot;
use crate::texts::Speaker;

fn class(slot: &Slot) -> &'static str {
    match (slot.primary, slot.tone) {
        (_, Tone::Bad) => "v-button v-button--bad",
        (true, _) => "v-button",
        (false, _) => "v-button v-button--quiet",
    }
}

fn push(markup: &Markup, out: &mut String) {
    out.push_str(&markup.0);
}

/// A button that carries the act out, with its one-time submission id.
pub fn fill_button(slot: &Slot, action: &str, submission: &str, out: &mut String) {
    push(
        &html! {
            form.v-slot method="post" action=(action) {
                input type="hidden" name=(forms::SUBMISSION) value=(submission);
                button class=(class(slot)) data-module="govuk-button" data-prevent-double-click="true" {
                    (maud::PreEscaped(&slot.label))
                }
            }
        },
        out,
    );
}

/// A link to the page with the act's form.
pub fn fill_link(slot: &Slot, href: &str, out: &mut String) {
    push(
        &html! { div.v-slot { a class=(class(slot)) href=(href) { (maud::PreEscaped(&slot.label)) } } },
        out,
    );
}

/// A button that leads to sign-in and back.
pub fn fill_sign_in(slot: &Slot, say: &Speaker<'_>, href: &str, out: &mut String) {
    push(
        &html! {
            div.v-slot {
                a class=(class(slot)) href=(href) { (maud::PreEscaped(&slot.label)) }
                p.v-small.v-muted { (say.say("slot-sign-in")) }
            }
        },
        out,
    );
}

/// A button that leads to a surer sign-in and back; `why` says what is needed.
pub fn fill_step_up(slot: &Slot, why: &str, href: &str, out: &mut String) {
    push(
        &html! {
            div.v-slot {
                a class=(class(slot)) href=(href) { (maud::PreEscaped(&slot.label)) }
                p.v-small.v-muted { (why) }
            }
        },
        out,
    );
}

/// What a visitor sees who has done it already; `fill` fills the slots within.
pub fn fill_done(slot: &Slot, fill: &mut dyn FnMut(&Slot, &mut String), out: &mut String) {
    if let Some(taken) = &slot.taken {
        out.push_str("<div class=\"v-slot v-slot--done\">");
        taken.splice(out, fill);
        out.push_str("</div>");
    }
}

/// Why this visitor cannot do it, in words.
pub fn fill_refused(why: &str, out: &mut String) {
    push(&html! { p.v-slot.v-small.v-muted { (why) } }, out);
}

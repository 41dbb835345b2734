//! What stands in the action slots of a page for one visitor.

use super::acting::choices;
use super::{App, visit::Visit};
use crate::chrome::{paths, slots as chrome};
use crate::forms::{Drawing, draw};
use crate::render::{Fragment, Slot, SlotKind};
use crate::texts::Speaker;
use vzaemo_access::{Assurance, Reason};
use vzaemo_contract::call::Pair;
use vzaemo_service::{Error, ModuleVersion, Slot as Answer, route};

/// The fragment with all its slots filled, those within slots too.
pub(super) async fn fill(
    app: &App,
    visit: &Visit,
    version: &ModuleVersion,
    fragment: &Fragment,
) -> Result<String, Error> {
    let mut asked = Vec::new();
    collect(fragment, &mut asked);
    let answers = if asked.is_empty() {
        Vec::new()
    } else {
        let acts: Vec<(String, Vec<Pair>)> =
            asked.iter().map(|slot| (slot.act.clone(), slot.params.clone())).collect();
        app.service.slots(&visit.caller, version, &acts).await?
    };
    let filler = Filler { app, visit, version, asked: &asked, answers: &answers };
    let mut out = String::new();
    fragment.splice(&mut out, &mut |slot, out| filler.fill(slot, out));
    Ok(out)
}

fn collect<'a>(fragment: &'a Fragment, asked: &mut Vec<&'a Slot>) {
    for (_, slot) in &fragment.slots {
        asked.push(slot);
        if let Some(taken) = &slot.taken {
            collect(taken, asked);
        }
    }
}

struct Filler<'a> {
    app: &'a App,
    visit: &'a Visit,
    version: &'a ModuleVersion,
    asked: &'a [&'a Slot],
    answers: &'a [Answer],
}

impl Filler<'_> {
    fn fill(&self, slot: &Slot, out: &mut String) {
        let same = |asked: &&Slot| asked.act == slot.act && asked.params == slot.params;
        let answer = self.asked.iter().position(same).and_then(|at| self.answers.get(at));
        let Some(answer) = answer else { return };
        let say = Speaker::host(self.visit.language);
        if answer.taken {
            chrome::fill_done(slot, &mut |inner, out| self.fill(inner, out), out);
            return;
        }
        let Some(path) = route::act_path(&self.version.manifest, &slot.act, &slot.params) else { return };
        match &answer.decision.reason {
            Reason::Allowed if slot.kind == SlotKind::Form => self.form(slot, &path, out),
            Reason::Allowed => {
                let form = self.version.manifest.act(&slot.act).and_then(|act| act.form.as_deref());
                if form.is_some() {
                    chrome::fill_link(slot, &path, out);
                } else {
                    chrome::fill_button(slot, &path, &super::acting::fresh_submission(), out);
                }
            }
            // Back to this page, not to the act: nobody signs by signing in.
            Reason::SignInNeeded => {
                let href = paths::returning(paths::SIGN_IN, &self.visit.path);
                chrome::fill_sign_in(slot, &say, &href, out);
            }
            // What can never be this visitor's is not shown; what they could change is explained.
            reason @ (Reason::AssuranceTooLow { .. } | Reason::Blocked | Reason::Forbidden { .. }) => {
                chrome::fill_refused(&why(reason, Some(self.version), &say), out);
            }
            _ => {}
        }
    }

    fn form(&self, slot: &Slot, path: &str, out: &mut String) {
        let module = &self.version.manifest.id;
        let name = self.version.manifest.act(&slot.act).and_then(|act| act.form.as_deref());
        let presentation = self.app.presentation();
        let Some(form) = name.and_then(|name| presentation.form(module, name)) else { return };
        let values = form.start(&slot.prefill, |_| None);
        let speaker = Speaker::of(&self.version.texts, self.visit.language);
        let choices = |list: &str| choices(self.app, self.visit, list);
        let acting_for = super::acting_for::of(self.visit);
        let markup = draw(
            &form,
            0,
            &Drawing {
                speaker,
                action: path,
                submission: &super::acting::fresh_submission(),
                draft: None,
                values: &values,
                errors: &[],
                choices: &choices,
                submit: None,
                can_save: false,
                acting_for: acting_for.as_ref(),
            },
        );
        out.push_str(&markup.0);
    }
}

/// Why something is not allowed, in plain words.
pub(super) fn why(reason: &Reason, version: Option<&ModuleVersion>, say: &Speaker<'_>) -> String {
    let key = match reason {
        Reason::Allowed => return String::new(),
        Reason::SignInNeeded => "why-sign-in",
        Reason::AssuranceTooLow { needed: Assurance::High } => "why-assurance-high",
        Reason::AssuranceTooLow { .. } => "why-assurance",
        Reason::Blocked => "why-blocked",
        Reason::WrongState { .. } => "why-state",
        Reason::NotYours => "why-not-yours",
        Reason::NotOfficial => "why-not-official",
        Reason::OtherBody => "why-other-body",
        Reason::NotHolder => "why-not-holder",
        Reason::Forbidden { why: Some(key) } => {
            let module = version.map(|version| Speaker::of(&version.texts, say.language()));
            let said = module.and_then(|module| module.module(key, None).map(std::borrow::Cow::into_owned));
            return said.unwrap_or_else(|| say.say("why-not-permitted").into_owned());
        }
        _ => "why-not-permitted",
    };
    say.say(key).into_owned()
}

//! What stands in the action slots of a page for one visitor.

use super::acting::choices;
use super::remembered::{Answers, AnswersKey, Fresh};
use super::{App, visit::Visit};
use crate::chrome::{paths, slots as chrome};
use crate::forms::{Drawing, draw};
use crate::render::{Fragment, Slot, SlotKind};
use crate::texts::Speaker;
use std::cell::Cell;
use std::sync::Arc;
use vzaemo_access::{Assurance, Reason};
use vzaemo_contract::call::Pair;
use vzaemo_service::{Error, ModuleVersion, Slot as Answer, route};

/// A fragment with its slots filled for one visitor.
pub(super) struct Filled {
    /// The HTML.
    pub html: String,
    /// How long it is what would be made now; only for visitors without a session, and none where something stands in
    /// it that must not be given to two.
    pub fresh: Option<Fresh>,
}

/// The fragment with all its slots filled, those within slots too.
pub(super) async fn fill(
    app: &App,
    visit: &Visit,
    version: &Arc<ModuleVersion>,
    fragment: &Fragment,
) -> Result<Filled, Error> {
    let at = app.platform().legal.now();
    let mut asked = Vec::new();
    collect(fragment, &mut asked);
    let acts: Vec<(String, Vec<Pair>)> =
        asked.iter().map(|slot| (slot.act.clone(), slot.params.clone())).collect();
    let Answered { answers, fresh } = match answered(app, visit, version, acts, Fresh::since(at)).await {
        Ok(answered) => answered,
        // The storage could not be read. The page says that changes are paused, and is worth more without its buttons
        // than not at all.
        Err(Error::Busy) => {
            app.outage.saw();
            if !app.is_paused() {
                return Err(Error::Busy);
            }
            return Ok(unfilled(fragment));
        }
        Err(error) => return Err(error),
    };
    let for_one = Cell::new(false);
    let filler = Filler { app, visit, version, asked: &asked, answers: &answers.slots, for_one: &for_one };
    let mut html = String::new();
    fragment.splice(&mut html, &mut |slot, out| filler.fill(slot, out));
    Ok(Filled { html, fresh: fresh.filter(|_| !for_one.get()) })
}

/// The fragment with nothing in its slots.
fn unfilled(fragment: &Fragment) -> Filled {
    let mut html = String::new();
    fragment.splice(&mut html, &mut |_, _| {});
    Filled { html, fresh: None }
}

/// Answers, and how long they hold for visitors without a session.
struct Answered {
    answers: Arc<Answers>,
    fresh: Option<Fresh>,
}

async fn answered(
    app: &App,
    visit: &Visit,
    version: &Arc<ModuleVersion>,
    acts: Vec<(String, Vec<Pair>)>,
    asked: Fresh,
) -> Result<Answered, Error> {
    if acts.is_empty() {
        let answers = Arc::new(Answers::new(Vec::new(), version, asked.clone()));
        return Ok(Answered { answers, fresh: Some(asked) });
    }
    let storage = &app.platform().storage;
    let Some(session) = &visit.session else {
        let (slots, unit) = app.service.read_slots(&visit.caller, version, &acts).await?;
        let watch = storage.watch(unit.dependencies().await.map_err(Error::storage)?);
        let fresh = watch.map(|watch| asked.clone().watched(watch));
        return Ok(Answered { answers: Arc::new(Answers::new(slots, version, asked)), fresh });
    };
    let rules_pending = super::rules::pending(app, visit).await?.is_some();
    let key = AnswersKey::new(session, rules_pending, &version.manifest.id, acts);
    if !visit.anew
        && let Some(answers) = app.remembered.answers(&key, version, app.platform().legal.now())
    {
        return Ok(Answered { answers, fresh: None });
    }
    let (slots, unit) = app.service.read_slots(&visit.caller, version, key.acts()).await?;
    let watch = storage.watch(unit.dependencies().await.map_err(Error::storage)?);
    let answers = match watch {
        Some(watch) => {
            let answers = Arc::new(Answers::new(slots, version, asked.watched(watch)));
            app.remembered.keep_answers(key, Arc::clone(&answers));
            answers
        }
        None => Arc::new(Answers::new(slots, version, asked)),
    };
    Ok(Answered { answers, fresh: None })
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
    /// Something was drawn that only one visitor may get: a one-time submission id.
    for_one: &'a Cell<bool>,
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
                    self.for_one.set(true);
                    chrome::fill_button(slot, &path, &super::acting::fresh_submission(), out);
                }
            }
            // Back to this page, not to the act: nobody signs by signing in.
            Reason::SignInNeeded => {
                let href = paths::returning(paths::SIGN_IN, &self.visit.path);
                chrome::fill_sign_in(slot, &say, &href, out);
            }
            // What can never be this visitor's is not shown; what they could change is explained.
            reason @ Reason::AssuranceTooLow { needed } => {
                let href = super::step_up::address(*needed, &self.visit.path);
                chrome::fill_step_up(slot, &why(reason, Some(self.version), &say), &href, out);
            }
            reason @ Reason::RulesPending => {
                let href = super::rules::address(&self.visit.path);
                chrome::fill_step_up(slot, &why(reason, Some(self.version), &say), &href, out);
            }
            reason @ (Reason::Blocked | Reason::Forbidden { .. }) => {
                chrome::fill_refused(&why(reason, Some(self.version), &say), out);
            }
            _ => {}
        }
    }

    fn form(&self, slot: &Slot, path: &str, out: &mut String) {
        self.for_one.set(true);
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
        Reason::RulesPending => "why-rules",
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

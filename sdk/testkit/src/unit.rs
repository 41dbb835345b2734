//! A unit of work: what one call changes, committed together or not at all.

use crate::world::{Case, Kept, Notice, Place, Scheduled, Threshold, World};
use serde_json::Value;
use std::collections::BTreeMap;
use vzaemo_clock::Instant;
use vzaemo_contract::call::{Address, CaseTerm, Message, Outcome, Pair};

/// Something besides documents that a commit does.
pub(crate) enum Effect {
    Threshold(Threshold),
    Schedule { job: String, key: String, args: String, due: Instant },
    Cancel { job: String, key: String },
    CasePut { key: String, title: String, status: Message, at: Address, term: Option<CaseTerm> },
    CaseEvent { key: String, text: Message },
    CaseJoin { key: String, person: String, role: Message },
    CaseLeave { key: String, person: String, text: Message },
    Notify { person: String, text: Message, at: Address },
    NotifyParticipants { key: String, text: Message },
}

#[derive(Default)]
pub(crate) struct Unit {
    pub writes: BTreeMap<Place, Option<Kept>>,
    pub effects: Vec<Effect>,
    /// Placeholders with their sequences, in the order of asking.
    pub numbers: Vec<(String, String)>,
    /// Keys that were inserted, in order.
    pub inserted: Vec<Place>,
}

/// Placeholders with the numbers that they stand for.
struct Numbers(Vec<(String, String)>);

impl Numbers {
    fn put(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (placeholder, number)| text.replace(placeholder, number))
    }
    fn pairs(&self, pairs: &[Pair]) -> Vec<Pair> {
        pairs.iter().map(|(name, value)| (name.clone(), self.put(value))).collect()
    }
    fn message(&self, message: &Message) -> Message {
        Message { key: message.key.clone(), args: self.pairs(&message.args) }
    }
    fn address(&self, address: &Address) -> Address {
        Address { view: address.view.clone(), params: self.pairs(&address.params) }
    }
    fn kept(&self, kept: &Kept) -> Kept {
        if self.0.is_empty() {
            return kept.clone();
        }
        let body = serde_json::from_str(&self.put(&kept.body.to_string())).unwrap_or(Value::Null);
        Kept { revision: kept.revision, body }
    }
}

/// What a commit answers.
pub(crate) struct Committed {
    pub outcome: Outcome,
    pub inserted: Vec<Place>,
}

impl Unit {
    /// Puts everything in place. `Err` names the counter whose bound would not hold; then nothing has changed.
    pub fn commit(self, world: &mut World, at: Instant, outcome: Outcome) -> Result<Committed, String> {
        let mut sequences = world.sequences.clone();
        let numbers = self.numbers.iter().map(|(placeholder, sequence)| {
            let last = sequences.entry(sequence.clone()).or_default();
            *last += 1;
            (placeholder.clone(), last.to_string())
        });
        let numbers = Numbers(numbers.collect());

        let mut undo: Vec<(Place, Option<Kept>)> = Vec::new();
        for ((collection, key), kept) in &self.writes {
            let place = (collection.clone(), numbers.put(key));
            undo.push((place.clone(), world.document(&place.0, &place.1).cloned()));
            world.put(&place, kept.as_ref().map(|kept| numbers.kept(kept)));
        }
        if let Some(counter) = passed_bound(world) {
            for (place, kept) in undo.into_iter().rev() {
                world.put(&place, kept);
            }
            return Err(counter);
        }
        world.sequences = sequences;
        for effect in &self.effects {
            apply(world, at, &numbers, effect);
        }
        reach_thresholds(world, at);
        let inserted =
            self.inserted.iter().map(|(collection, key)| (collection.clone(), numbers.put(key))).collect();
        let outcome = Outcome {
            message: outcome.message.as_ref().map(|message| numbers.message(message)),
            to: outcome.to.as_ref().map(|to| numbers.address(to)),
        };
        Ok(Committed { outcome, inserted })
    }
}

fn passed_bound(world: &World) -> Option<String> {
    world.counters.iter().find_map(|((collection, name, _), value)| {
        let counter =
            world.project.collection(collection)?.count.iter().find(|counter| counter.name == *name)?;
        (*value > counter.bound?).then(|| name.clone())
    })
}

/// Thresholds whose counters have reached their value set off their jobs, once ever.
fn reach_thresholds(world: &mut World, at: Instant) {
    for threshold in world.thresholds.clone() {
        let once = (threshold.job.clone(), threshold.counter.clone(), threshold.key.clone());
        if world.count(&threshold.collection, &threshold.counter, &threshold.key) < threshold.value
            || !world.reached.insert(once)
        {
            continue;
        }
        let order = world.made();
        let key = format!("{}/{}", threshold.counter, threshold.key);
        world
            .jobs
            .insert((threshold.job.clone(), key), Scheduled { due: at, args: threshold.args.clone(), order });
    }
}

fn apply(world: &mut World, at: Instant, numbers: &Numbers, effect: &Effect) {
    match effect {
        Effect::Threshold(threshold) => {
            let (key, args) = (numbers.put(&threshold.key), numbers.put(&threshold.args));
            let same = |other: &Threshold| {
                (&other.job, &other.counter, &other.key) == (&threshold.job, &threshold.counter, &key)
            };
            world.thresholds.retain(|other| !same(other));
            world.thresholds.push(Threshold { key, args, ..threshold.clone() });
        }
        Effect::Schedule { job, key, args, due } => {
            let order = world.made();
            let scheduled = Scheduled { due: *due, args: numbers.put(args), order };
            world.jobs.insert((job.clone(), numbers.put(key)), scheduled);
        }
        Effect::Cancel { job, key } => {
            world.jobs.remove(&(job.clone(), numbers.put(key)));
        }
        Effect::CasePut { key, title, status, at, term } => {
            let case = world.cases.entry(numbers.put(key)).or_default();
            case.title = numbers.put(title);
            case.status = Some(numbers.message(status));
            case.at = Some(numbers.address(at));
            case.term.clone_from(term);
        }
        Effect::CaseEvent { key, text } => {
            let text = numbers.message(text);
            world.cases.entry(numbers.put(key)).or_default().events.push((at, text));
        }
        Effect::CaseJoin { key, person, role } => {
            let role = numbers.message(role);
            let case = world.cases.entry(numbers.put(key)).or_default();
            case.left.remove(person);
            case.people.entry(person.clone()).or_insert(role);
        }
        Effect::CaseLeave { key, person, text } => {
            let text = numbers.message(text);
            leave(world.cases.entry(numbers.put(key)).or_default(), person, text);
        }
        Effect::Notify { person, text, at } => {
            let notice =
                Notice { person: person.clone(), text: numbers.message(text), at: numbers.address(at) };
            world.notices.push(notice);
        }
        Effect::NotifyParticipants { key, text } => {
            let text = numbers.message(text);
            let Some(case) = world.cases.get(&numbers.put(key)) else { return };
            let at = case.at.clone().unwrap_or_default();
            let people: Vec<String> = case.people.keys().cloned().collect();
            let told = people.into_iter().map(|person| Notice { person, text: text.clone(), at: at.clone() });
            world.notices.extend(told);
        }
    }
}

fn leave(case: &mut Case, person: &str, text: Message) {
    case.people.remove(person);
    case.left.insert(person.to_owned(), text);
}

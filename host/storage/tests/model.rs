//! Random interleavings of units against a model in memory: results and refusals agree, what is committed could have
//! run alone in the order of the commit log, and counters equal a recount.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::Engine;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::json;
use vzaemo_storage::{Collection, CommitError, Counter, Query, Storage, StorageError, Unit, WriteError};

#[derive(Debug, Clone, PartialEq, Eq)]
struct Item {
    group: u8,
    /// A unique key, if there.
    slot: Option<u8>,
    out: bool,
}

/// Key to revision and document.
type State = BTreeMap<u8, (u64, Item)>;

#[derive(Debug, Clone)]
enum Step {
    Get(u8),
    Find(u8),
    Select(u8),
    Insert(u8, Item),
    Replace(u8, Item),
    Remove(u8),
}

/// What a step gave, in a form that model and storage share.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Gave {
    Document(Option<(u8, u64)>),
    Keys(Vec<u8>),
    Written,
    Exists,
    Missing,
    Taken,
}

#[derive(Debug, Clone)]
enum Action {
    Begin(usize),
    Do(usize, Step),
    Commit(usize),
    CommitAll,
}

const UNITS: usize = 4;

fn collection() -> Collection {
    let schema = json!({
        "type": "object",
        "properties": {
            "group": {"type": "integer"},
            "slot": {"type": ["string", "null"]},
            "out": {"type": "boolean"}
        },
        "required": ["group", "slot", "out"]
    });
    Collection::new("items", schema)
        .index(&["group"])
        .unique(&["slot"])
        .counter(Counter::by("in", &["group"]).unless("out"))
}

fn key(number: u8) -> String {
    format!("k{number}")
}

fn number(key: &str) -> u8 {
    key[1..].parse().unwrap()
}

fn body(item: &Item) -> String {
    let slot = item.slot.map(|slot| slot.to_string());
    json!({"group": item.group, "slot": slot, "out": item.out}).to_string()
}

/// What one commit did.
#[derive(Debug)]
struct Commit {
    before: State,
    after: State,
    written: BTreeSet<u8>,
}

/// A unit as the model sees it.
#[derive(Debug, Clone)]
struct Model {
    /// How many commits of the history it has seen.
    begun: usize,
    snapshot: State,
    /// The snapshot with the unit's own writes.
    own: State,
    steps: Vec<(Step, Gave)>,
}

impl Model {
    fn new(begun: usize, state: &State) -> Self {
        Self { begun, snapshot: state.clone(), own: state.clone(), steps: Vec::new() }
    }

    fn holder(&self, slot: Option<u8>) -> Option<u8> {
        let slot = slot?;
        self.own.iter().find(|(_, (_, item))| item.slot == Some(slot)).map(|(key, _)| *key)
    }

    fn run(&mut self, step: &Step) -> Gave {
        let gave = match step {
            Step::Get(key) => Gave::Document(self.own.get(key).map(|(revision, _)| (*key, *revision))),
            Step::Find(slot) => Gave::Document(self.holder(Some(*slot)).map(|key| (key, self.own[&key].0))),
            Step::Select(group) => {
                let in_group = self.snapshot.iter().filter(|(_, (_, item))| item.group == *group);
                Gave::Keys(in_group.map(|(key, _)| *key).collect())
            }
            Step::Insert(key, _) if self.own.contains_key(key) => Gave::Exists,
            Step::Insert(_, item) if self.holder(item.slot).is_some() => Gave::Taken,
            Step::Insert(key, item) => {
                self.own.insert(*key, (1, item.clone()));
                Gave::Written
            }
            Step::Replace(key, _) | Step::Remove(key) if !self.own.contains_key(key) => Gave::Missing,
            Step::Replace(key, item) if self.holder(item.slot).is_some_and(|holder| holder != *key) => {
                Gave::Taken
            }
            Step::Replace(key, item) => {
                let revision = self.own[key].0 + 1;
                self.own.insert(*key, (revision, item.clone()));
                Gave::Written
            }
            Step::Remove(key) => {
                self.own.remove(key);
                Gave::Written
            }
        };
        self.steps.push((step.clone(), gave.clone()));
        gave
    }

    /// The keys written, also those put back as they were.
    fn written(&self) -> BTreeSet<u8> {
        let written = self.steps.iter().filter(|(_, gave)| *gave == Gave::Written);
        written
            .filter_map(|(step, _)| match step {
                Step::Insert(key, _) | Step::Replace(key, _) | Step::Remove(key) => Some(*key),
                _ => None,
            })
            .collect()
    }

    /// The unit run alone on another state, if each step gives the same there.
    fn again(&self, state: &State) -> Option<State> {
        let mut again = Self::new(0, state);
        self.steps.iter().all(|(step, gave)| again.run(step) == *gave).then_some(again.own)
    }

    /// Whether the unit had to do with anything that a commit touched.
    fn concerns(&self, commit: &Commit) -> bool {
        let changed = &commit.written;
        let sides = |key| [commit.before.get(key), commit.after.get(key)];
        let items = || changed.iter().flat_map(sides).flatten().map(|(_, item)| item);
        self.steps.iter().any(|(step, _)| match step {
            Step::Get(key) | Step::Remove(key) => changed.contains(key),
            Step::Find(slot) => items().any(|item| item.slot == Some(*slot)),
            Step::Select(group) => items().any(|item| item.group == *group),
            Step::Insert(key, own) | Step::Replace(key, own) => {
                changed.contains(key) || own.slot.is_some() && items().any(|item| item.slot == own.slot)
            }
        })
    }
}

async fn run(unit: &mut Unit, step: &Step) -> Result<Gave, StorageError> {
    let found = |document: Option<vzaemo_storage::Document>| {
        Gave::Document(document.map(|document| (number(&document.key), document.revision)))
    };
    let written = match step {
        Step::Get(number) => return unit.get("test", "items", &key(*number)).await.map(found),
        Step::Find(slot) => {
            return unit.find_unique("test", "items", &["slot"], &[&slot.to_string()]).await.map(found);
        }
        Step::Select(group) => {
            let rows = unit.select("test", &Query::of("items").equal("group", group.to_string())).await?;
            return Ok(Gave::Keys(rows.keys.iter().map(|key| number(key)).collect()));
        }
        Step::Insert(number, item) => {
            unit.insert("test", "items", Some(key(*number)), &body(item)).await.map(|_| ())
        }
        Step::Replace(number, item) => {
            let revision =
                unit.get("test", "items", &key(*number)).await?.map_or(1, |document| document.revision);
            unit.replace("test", "items", &key(*number), revision, &body(item)).await
        }
        Step::Remove(number) => {
            let revision =
                unit.get("test", "items", &key(*number)).await?.map_or(1, |document| document.revision);
            unit.remove("test", "items", &key(*number), revision).await
        }
    };
    match written {
        Ok(()) => Ok(Gave::Written),
        Err(WriteError::Exists) => Ok(Gave::Exists),
        Err(WriteError::Missing) => Ok(Gave::Missing),
        Err(WriteError::Unique { .. }) => Ok(Gave::Taken),
        Err(WriteError::Storage(error)) => Err(error),
        Err(other) => panic!("{other}"),
    }
}

/// Model and storage side by side.
struct Pair {
    /// The nodes on one database, by turns for units.
    nodes: Vec<Storage>,
    state: State,
    history: Vec<Commit>,
    units: BTreeMap<usize, (Unit, Model)>,
}

impl Pair {
    async fn take(&mut self, action: &Action) -> Result<(), TestCaseError> {
        match action {
            Action::Begin(place) => self.begin(*place).await,
            Action::Do(place, step) => {
                if !self.units.contains_key(place) {
                    self.begin(*place).await?;
                }
                let (unit, model) = self.units.get_mut(place).unwrap();
                prop_assert_eq!(run(unit, step).await.unwrap(), model.run(step), "{:?}", step);
                Ok(())
            }
            Action::Commit(place) => {
                let units = self.units.remove(place).into_iter().collect();
                self.commit(units).await
            }
            Action::CommitAll => {
                let units = std::mem::take(&mut self.units).into_values().collect();
                self.commit(units).await
            }
        }
    }

    async fn begin(&mut self, place: usize) -> Result<(), TestCaseError> {
        let mut unit = self.nodes[place % self.nodes.len()].begin().await.unwrap();
        for group in 0..2 {
            let counted =
                self.state.values().filter(|(_, item)| item.group == group && !item.out).count() as u64;
            let count = unit.count("test", "items", "in", &group.to_string()).await.unwrap();
            prop_assert_eq!(count, counted);
        }
        self.units.insert(place, (unit, Model::new(self.history.len(), &self.state)));
        Ok(())
    }

    /// Commits units at once; they may fall into one batch, in any order.
    async fn commit(&mut self, units: Vec<(Unit, Model)>) -> Result<(), TestCaseError> {
        let (units, models): (Vec<_>, Vec<_>) = units.into_iter().unzip();
        let snapshots: Vec<_> = units.iter().map(Unit::position).collect();
        let outcomes = futures::future::join_all(units.into_iter().map(Unit::commit)).await;
        let mut committed = Vec::new();
        let mut refused = Vec::new();
        for ((outcome, model), snapshot) in outcomes.into_iter().zip(models).zip(snapshots) {
            match outcome {
                Ok(done) if done.position > snapshot => committed.push((done.position, model)),
                Ok(_) => prop_assert!(model.snapshot == model.own, "written, but not committed: {:?}", model),
                Err(CommitError::Conflict | CommitError::Unique { .. }) => refused.push(model),
                Err(other) => return Err(TestCaseError::fail(format!("{other:?}"))),
            }
        }
        committed.sort_by_key(|(position, _)| *position);
        for (position, model) in committed {
            let after = model.again(&self.state);
            prop_assert!(after.is_some(), "the unit at {} saw what was no longer so: {:?}", position, model);
            let before = std::mem::replace(&mut self.state, after.unwrap());
            self.history.push(Commit { before, after: self.state.clone(), written: model.written() });
        }
        for model in refused {
            let concerned = self.history[model.begun..].iter().any(|commit| model.concerns(commit));
            prop_assert!(concerned, "refused without a reason: {:?}", model);
        }
        Ok(())
    }
}

fn item() -> impl Strategy<Value = Item> {
    (0..2_u8, prop::option::of(0..3_u8), any::<bool>()).prop_map(|(group, slot, out)| Item {
        group,
        slot,
        out,
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => (0..6_u8).prop_map(Step::Get),
        1 => (0..3_u8).prop_map(Step::Find),
        1 => (0..2_u8).prop_map(Step::Select),
        4 => (0..6_u8, item()).prop_map(|(key, item)| Step::Insert(key, item)),
        3 => (0..6_u8, item()).prop_map(|(key, item)| Step::Replace(key, item)),
        2 => (0..6_u8).prop_map(Step::Remove),
    ]
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        1 => (0..UNITS).prop_map(Action::Begin),
        8 => (0..UNITS, step()).prop_map(|(unit, step)| Action::Do(unit, step)),
        3 => (0..UNITS).prop_map(Action::Commit),
        1 => Just(Action::CommitAll),
    ]
}

async fn behave(engine: Engine, actions: &[Action]) -> Result<(), TestCaseError> {
    let (config, _directory) = engine.place();
    let mut nodes = Vec::new();
    for _ in 0..if engine == Engine::Postgres { 2 } else { 1 } {
        let node = Storage::open(config.clone()).await.unwrap();
        node.declare("test", &[collection()]).await.unwrap();
        nodes.push(node);
    }
    let mut pair = Pair { nodes, state: State::new(), history: Vec::new(), units: BTreeMap::new() };
    for action in actions {
        pair.take(action).await?;
    }
    pair.units.clear();
    for node in &pair.nodes {
        prop_assert_eq!(node.verify().await.unwrap(), vec![]);
        let mut unit = node.begin().await.unwrap();
        for key in 0..6 {
            let stored = run(&mut unit, &Step::Get(key)).await.unwrap();
            prop_assert_eq!(
                stored,
                Gave::Document(pair.state.get(&key).map(|(revision, _)| (key, *revision)))
            );
        }
    }
    Ok(())
}

fn units_behave_as_if_each_ran_alone(engine: Engine, actions: &[Action]) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(behave(engine, actions))
}

mod sqlite {
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn units_behave_as_if_each_ran_alone(actions in prop::collection::vec(action(), 1..80)) {
            super::units_behave_as_if_each_ran_alone(Engine::Sqlite, &actions)?;
        }
    }
}

/// On two nodes.
mod postgres {
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn units_behave_as_if_each_ran_alone(actions in prop::collection::vec(action(), 1..80)) {
            super::units_behave_as_if_each_ran_alone(Engine::Postgres, &actions)?;
        }
    }
}

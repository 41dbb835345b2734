//! The test host.

use crate::access::Allowed;
use crate::cabinet::{CabinetView, NoticeView};
use crate::component::{Component, SWITCH};
use crate::guest::{Guest, Native};
use crate::host::Kind;
use crate::people::{ANDRII, HOLDER, MARIA, OFFICIAL, OKSANA, TARAS, Who};
use crate::project::Project;
use crate::response::{Ended, Given};
use crate::world::{Kept, SentFile, World};
use crate::{PageView, Session, time};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use vzaemo_clock::{Calendar, Zone};
use vzaemo_contract::call::FileInfo;
use vzaemo_registers::{Bodies, Holidays};
use vzaemo_sdk::Key;

/// Years of which the built-in holidays tell enough for tests.
const YEARS: std::ops::RangeInclusive<i16> = 2023..=2045;

/// A module on an in-memory host.
pub struct TestHost {
    pub(crate) world: Rc<RefCell<World>>,
    pub(crate) guest: Box<dyn Guest>,
}

impl TestHost {
    /// A host with this module, compiled natively, and nothing else; where [`SWITCH`] is set, with the module's built
    /// component. The clock stands at 1 September 2026, 9:00.
    pub fn of<M: vzaemo_sdk::Guest + 'static>(module: M) -> Self {
        if std::env::var_os(SWITCH).is_some() {
            return TestHost::with(Component::of(module.folder().as_ref()));
        }
        TestHost::with(Native(module))
    }

    /// A host with a guest of another kind, such as the built component.
    pub fn with(guest: impl Guest + 'static) -> Self {
        let zone = time::kyiv();
        let now = time::local(&zone, "2026-09-01T09:00");
        let (bodies, _) =
            Bodies::sample().unwrap_or_else(|error| panic!("the sample register of bodies: {error}"));
        let world = World {
            project: Project::load(&guest.folder()),
            calendar: calendar(),
            bodies,
            zone,
            now,
            config: Map::new(),
            without: BTreeSet::new(),
            names: BTreeMap::new(),
            documents: BTreeMap::new(),
            counters: BTreeMap::new(),
            thresholds: Vec::new(),
            reached: BTreeSet::new(),
            sequences: BTreeMap::new(),
            jobs: BTreeMap::new(),
            cases: BTreeMap::new(),
            notices: Vec::new(),
            log: Vec::new(),
            files: BTreeMap::new(),
            made: 0,
        };
        let host = TestHost { world: Rc::new(RefCell::new(world)), guest: Box::new(guest) };
        for who in [&MARIA, &TARAS, &OKSANA, &ANDRII, &OFFICIAL, &HOLDER] {
            host.know(who);
        }
        host
    }

    /// The same with the clock at this local time of Kyiv, such as `2026-09-03T10:00`.
    #[must_use]
    pub fn at(self, local: &str) -> Self {
        {
            let mut world = self.world.borrow_mut();
            world.now = time::local(&world.zone, local);
        }
        self
    }

    /// The same with a value of the configuration; the others keep their defaults.
    #[must_use]
    pub fn config(self, name: &str, value: impl Into<Value>) -> Self {
        {
            let mut world = self.world.borrow_mut();
            world.config.insert(name.to_owned(), value.into());
            let settings = world.project.settings(&world.config);
            let schema = world.project.manifest.config.as_ref().map(|config| config.schema.clone());
            let schema = schema.unwrap_or_else(|| panic!("module.toml declares no configuration"));
            let problems = world.project.problems(&schema, &settings);
            assert!(problems.is_empty(), "the configuration does not fit its schema: {problems:?}");
        }
        self
    }

    /// The same where the holder did not grant a capability.
    #[must_use]
    pub fn without(self, capability: &str) -> Self {
        self.world.borrow_mut().without.insert(capability.to_owned());
        self
    }

    pub(crate) fn know(&self, who: &Who) {
        self.world.borrow_mut().names.insert(who.reference().to_owned(), who.name().to_owned());
    }

    /// Somebody who is signed in. Whoever else the module mentions must have signed in before, as on the platform.
    pub fn sign_in(&mut self, who: Who) -> Session<'_> {
        self.know(&who);
        Session { host: self, who }
    }

    /// A file that somebody has sent, to be named in the input of their act. Its kind is that of the name's ending.
    pub fn file(&mut self, who: Who, name: &str) -> String {
        self.know(&who);
        let mut world = self.world.borrow_mut();
        let made = world.made();
        let id = format!("{made:032x}");
        let media_type = match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("pdf") => "application/pdf",
            Some("png") => "image/png",
            Some("jpg" | "jpeg") => "image/jpeg",
            _ => "text/plain",
        };
        let info = FileInfo {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            size: 1024,
            digest: format!("{made:064x}"),
        };
        world.files.insert(id.clone(), SentFile { owner: who.reference().to_owned(), info });
        id
    }

    /// Looks at a view without being signed in; a failure fails the test.
    #[track_caller]
    pub fn view(&mut self, name: &str, given: impl Into<Given>) -> PageView {
        match self.try_view(name, given) {
            Ok(page) => page,
            Err(ended) => panic!("the view `{name}` should have answered, but: {ended:?}"),
        }
    }

    /// Looks at a view that may answer with a failure.
    #[track_caller]
    pub fn try_view(&mut self, name: &str, given: impl Into<Given>) -> Result<PageView, Ended> {
        self.call_view(None, name, given.into())
    }

    /// Tries an act without being signed in.
    #[track_caller]
    pub fn act(&mut self, name: &str, given: impl Into<Given>) -> crate::Response {
        self.call_act(None, name, given.into())
    }

    /// Moves the clock forward to a local time of Kyiv. Jobs that become due run in the order in which they are due,
    /// each with that time as its clock. A job that fails fails the test.
    #[track_caller]
    pub fn travel_to(&mut self, local: &str) {
        let until = {
            let world = self.world.borrow();
            let until = time::local(&world.zone, local);
            assert!(until >= world.now, "the clock moves forward only: it is {} already", world.now);
            until
        };
        self.run_until(until);
        self.world.borrow_mut().now = until;
    }

    /// Jobs that are due now, such as those that a threshold sets off.
    #[track_caller]
    pub(crate) fn run_due(&mut self) {
        let now = self.world.borrow().now;
        self.run_until(now);
    }

    #[track_caller]
    fn run_until(&mut self, until: vzaemo_clock::Instant) {
        loop {
            let (name, args, due) = {
                let mut world = self.world.borrow_mut();
                let next = world
                    .jobs
                    .iter()
                    .filter(|(_, job)| job.due <= until)
                    .min_by_key(|(_, job)| (job.due, job.order))
                    .map(|(name, _)| name.clone());
                let Some((name, job)) = next.and_then(|next| world.jobs.remove_entry(&next)) else { return };
                // What was due in the past when it was set runs at once.
                let due = job.due.max(world.now);
                world.now = due;
                (name.0, job.args, job.due)
            };
            if let Err(ended) = self.call_job(&name, &args, due) {
                panic!("the job `{name}` with {args} failed: {ended:?}");
            }
        }
    }

    /// A document as the module wrote it.
    pub fn document(&self, collection: &str, key: impl AsRef<str>) -> Option<Value> {
        self.world.borrow().document(collection, key.as_ref()).map(|kept| kept.body.clone())
    }

    /// All documents of a collection by key.
    pub fn documents(&self, collection: &str) -> Vec<(Key, Value)> {
        let world = self.world.borrow();
        let all = world.documents.get(collection).into_iter().flatten();
        all.map(|(key, kept)| (Key::new(key.as_str()), kept.body.clone())).collect()
    }

    /// Puts a document in place, as if it had been there always. It must fit its schema.
    #[track_caller]
    pub fn given(&mut self, collection: &str, key: &str, body: Value) {
        let mut world = self.world.borrow_mut();
        let schema = world.project.collection(collection).map(|found| found.schema.clone());
        let schema = schema.unwrap_or_else(|| panic!("module.toml has no collection `{collection}`"));
        let problems = world.project.problems(&schema, &body);
        assert!(problems.is_empty(), "the document does not fit {schema}: {problems:?}");
        world.put(&(collection.to_owned(), key.to_owned()), Some(Kept { revision: 1, body }));
    }

    /// The value of a counter; the values of several fields are joined by `/`.
    pub fn count(&self, collection: &str, counter: &str, key: impl AsRef<str>) -> u64 {
        self.world.borrow().count(collection, counter, key.as_ref())
    }

    /// Jobs that wait: name, arguments, and the local time at which each is due.
    pub fn jobs(&self) -> Vec<(String, Value, String)> {
        let world = self.world.borrow();
        let mut waiting: Vec<_> = world.jobs.iter().collect();
        waiting.sort_by_key(|(_, job)| (job.due, job.order));
        let told = waiting.into_iter().map(|((name, _), job)| {
            let args = serde_json::from_str(&job.args).unwrap_or(Value::Null);
            (name.clone(), args, world.zone.local(job.due).to_string())
        });
        told.collect()
    }

    /// The cabinet of a person.
    pub fn cabinet(&self, who: Who) -> CabinetView {
        CabinetView::new(&self.world.borrow(), &who)
    }

    /// The notices that a person got, the oldest first.
    pub fn notices(&self, who: Who) -> Vec<NoticeView> {
        NoticeView::all(&self.world.borrow(), &who)
    }

    /// What the module's `#[check]` says of the configuration.
    pub fn check(&mut self) -> Vec<String> {
        let now = self.world.borrow().now;
        let host = self.host(Kind::Pure, Allowed::default(), now);
        self.guest.check(Box::new(host))
    }

    /// What the module's `#[migrate]` makes of a document of an older version. The result must fit the schema.
    #[track_caller]
    pub fn migrate(&mut self, collection: &str, version: u32, document: &Value) -> Value {
        let now = self.world.borrow().now;
        let host = self.host(Kind::Pure, Allowed::default(), now);
        let text = match self.guest.migrate(Box::new(host), collection, version, &document.to_string()) {
            Ok(text) => text,
            Err(failure) => panic!("a document of {collection} could not be migrated: {failure:?}"),
        };
        let document: Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text} is not JSON: {error}"));
        let world = self.world.borrow();
        let schema =
            world.project.collection(collection).map(|found| found.schema.clone()).unwrap_or_default();
        let problems = world.project.problems(&schema, &document);
        assert!(problems.is_empty(), "the migrated document does not fit {schema}: {problems:?}");
        document
    }

    /// What the module wrote for operators.
    pub fn log(&self) -> Vec<String> {
        self.world.borrow().log.clone()
    }

    /// The zone of the test's local times.
    pub fn zone(&self) -> Zone {
        self.world.borrow().zone.clone()
    }
}

fn calendar() -> Calendar {
    Holidays::ukraine()
        .and_then(|holidays| holidays.calendar(YEARS))
        .unwrap_or_else(|error| panic!("the built-in holidays: {error}"))
}

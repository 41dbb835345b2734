//! The host of one call.

use crate::unit::{Effect, Unit};
use crate::world::{Kept, Threshold, World, text_of};
use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;
use vzaemo_clock::Instant;
use vzaemo_contract::call::{
    Address, Body, CaseTerm, Conflict, Denied, Document, FileInfo, Hit, Host, Level, Message, Principal,
    Query, Rows, Unit as TermUnit,
};
use vzaemo_contract::reach::Reach;

/// What is being called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    View,
    Act,
    Job,
    /// Migrations and checks: neither read time nor write.
    Pure,
}

/// Shared with the test host, which commits the unit after the call.
#[derive(Clone)]
pub(crate) struct CallHost {
    pub world: Rc<RefCell<World>>,
    pub unit: Rc<RefCell<Unit>>,
    pub kind: Kind,
    pub principal: Option<Principal>,
    /// What limits the documents that may be read; none if nothing does.
    pub reach: Option<Reach>,
    pub at: Instant,
}

impl CallHost {
    fn writes(&self) -> Result<(), Denied> {
        if matches!(self.kind, Kind::Act | Kind::Job) { Ok(()) } else { Err(Denied::ReadOnly) }
    }

    /// A capability must stand in the manifest, and the holder must have granted it.
    fn granted(&self, capability: &str) -> Result<(), Denied> {
        let world = self.world.borrow();
        if !world.project.manifest.capabilities.contains_key(capability) {
            return Err(Denied::Misuse(format!(
                "module.toml does not ask for the capability `{capability}`"
            )));
        }
        if world.without.contains(capability) { Err(Denied::NotGranted) } else { Ok(()) }
    }

    fn effect(&self, capability: Option<&str>, effect: Effect) -> Result<(), Denied> {
        if let Some(capability) = capability {
            self.granted(capability)?;
        }
        self.writes()?;
        self.unit.borrow_mut().effects.push(effect);
        Ok(())
    }

    fn declared(&self, collection: &str) -> Result<(), Denied> {
        if self.world.borrow().project.collection(collection).is_some() {
            return Ok(());
        }
        Err(Denied::Misuse(format!("no collection `{collection}` is declared")))
    }

    fn declared_job(&self, job: &str) -> Result<(), Denied> {
        if self.world.borrow().project.manifest.jobs.contains_key(job) {
            return Ok(());
        }
        Err(Denied::Misuse(format!("the manifest declares no job `{job}`")))
    }

    fn known(&self, person: &str) -> Result<(), Denied> {
        if self.world.borrow().names.contains_key(person) {
            return Ok(());
        }
        Err(Denied::Misuse(format!("no person reference `{person}` is known in this module")))
    }

    fn case_is_there(&self, key: &str) -> Result<(), Denied> {
        let put = |effect: &Effect| matches!(effect, Effect::CasePut { key: put, .. } if put == key);
        if self.world.borrow().cases.contains_key(key) || self.unit.borrow().effects.iter().any(put) {
            return Ok(());
        }
        Err(Denied::Misuse(format!("there is no case `{key}`; `put` opens one")))
    }

    fn view_is_there(&self, address: &Address) -> Result<(), Denied> {
        if self.world.borrow().project.manifest.view(&address.view).is_some() {
            return Ok(());
        }
        Err(Denied::Misuse(format!("no view `{}` is declared", address.view)))
    }

    /// Both languages must have the message; panics where the texts do not fit.
    fn text_is_there(&self, message: &Message) {
        self.world.borrow().project.texts.message(message);
    }

    /// The document as this unit sees it.
    fn current(&self, collection: &str, key: &str) -> Option<Kept> {
        let place = (collection.to_owned(), key.to_owned());
        match self.unit.borrow().writes.get(&place) {
            Some(own) => own.clone(),
            None => self.world.borrow().document(collection, key).cloned(),
        }
    }

    /// Whether a document is within reach; what is not is as if it were not there.
    fn reaches(&self, collection: &str, key: &str, body: &Value) -> bool {
        self.world.borrow().reaches(self.reach.as_ref(), collection, key, body)
    }

    /// All documents of a collection, as this unit sees them.
    fn holder(&self, collection: &str, holds: impl Fn(&Value) -> bool) -> Option<(String, Kept)> {
        let unit = self.unit.borrow();
        let own = unit.writes.iter().filter(|((of, _), _)| of == collection);
        for ((_, key), kept) in own {
            if let Some(kept) = kept.as_ref().filter(|kept| holds(&kept.body)) {
                return Some((key.clone(), kept.clone()));
            }
        }
        let world = self.world.borrow();
        let mut there = world.documents.get(collection)?.iter();
        let changed = |key: &String| unit.writes.contains_key(&(collection.to_owned(), key.clone()));
        there
            .find(|(key, kept)| !changed(key) && holds(&kept.body))
            .map(|(key, kept)| (key.clone(), kept.clone()))
    }

    fn accept(&self, collection: &str, key: Option<&str>, body: &str) -> Result<Value, Conflict> {
        self.writes().map_err(Conflict::Denied)?;
        self.declared(collection).map_err(Conflict::Denied)?;
        let body: Value =
            serde_json::from_str(body).map_err(|error| Conflict::Invalid(vec![error.to_string()]))?;
        let world = self.world.borrow();
        let Some(declared) = world.project.collection(collection) else { return Ok(body) };
        for id in
            world.project.schema(&declared.schema).map(|schema| file_ids(schema, &body)).unwrap_or_default()
        {
            if !world.files.contains_key(&id) {
                let why = format!("there is no file `{id}`; a test makes one with `host.file(who, name)`");
                return Err(Conflict::Denied(Denied::Misuse(why)));
            }
        }
        let problems = world.project.problems(&declared.schema, &body);
        if !problems.is_empty() {
            return Err(Conflict::Invalid(
                problems.into_iter().map(|(at, why)| format!("{at}: {why}")).collect(),
            ));
        }
        for unique in &declared.unique {
            let values: Vec<String> = unique.iter().map(|field| text_of(&body, field)).collect();
            // As in SQL, a missing value equals no other.
            if values.iter().any(String::is_empty) {
                continue;
            }
            let same = |other: &Value| {
                unique.iter().zip(&values).all(|(field, value)| text_of(other, field) == *value)
            };
            if self.holder(collection, same).is_some_and(|(holder, _)| Some(holder.as_str()) != key) {
                return Err(Conflict::Taken(unique.clone()));
            }
        }
        Ok(body)
    }

    fn expect(&self, collection: &str, key: &str, revision: u64) -> Result<Kept, Conflict> {
        let within = |kept: &Kept| kept.revision == revision && self.reaches(collection, key, &kept.body);
        self.current(collection, key).filter(within).ok_or(Conflict::Changed)
    }

    fn write(&self, collection: &str, key: &str, kept: Option<Kept>) {
        self.unit.borrow_mut().writes.insert((collection.to_owned(), key.to_owned()), kept);
    }

    /// Documents that share words with a text, most of them first. The platform knows the forms of words; here a
    /// word is compared by its beginning.
    fn hits(&self, collection: &str, text: &str, limit: u32, all: bool) -> Result<Vec<Hit>, Denied> {
        self.granted("search")?;
        self.declared(collection)?;
        let world = self.world.borrow();
        let schema =
            world.project.collection(collection).and_then(|found| world.project.schema(&found.schema));
        let properties = schema.and_then(|schema| schema.get("properties")).and_then(Value::as_object);
        let marked =
            |property: &Value| property.get("x-search").is_some_and(|mark| *mark != Value::Bool(false));
        let fields: Vec<&String> = properties
            .into_iter()
            .flatten()
            .filter(|(_, property)| marked(property))
            .map(|(name, _)| name)
            .collect();
        if fields.is_empty() {
            return Err(Denied::Misuse(format!("no field of {collection} is marked `x-search`")));
        }
        let asked = stems(text);
        let mut hits: Vec<Hit> = Vec::new();
        for (key, kept) in world.documents.get(collection).into_iter().flatten() {
            let held: Vec<String> =
                fields.iter().flat_map(|field| stems(&text_of(&kept.body, field))).collect();
            let shared =
                asked.iter().filter(|stem| held.iter().any(|other| other.starts_with(stem.as_str()))).count();
            if shared == 0 || (all && shared < asked.len()) {
                continue;
            }
            let (shared, most) =
                (u16::try_from(shared).unwrap_or(u16::MAX), u16::try_from(asked.len()).unwrap_or(u16::MAX));
            hits.push(Hit { key: key.clone(), score: f32::from(shared) / f32::from(most) });
        }
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.key.cmp(&b.key)));
        hits.truncate(limit as usize);
        let document = |hit: &Hit| world.document(collection, &hit.key);
        hits.retain(|hit| {
            let within = |kept: &Kept| world.reaches(self.reach.as_ref(), collection, &hit.key, &kept.body);
            document(hit).is_none_or(within)
        });
        Ok(hits)
    }
}

/// The files that a document, or a form's input, names: strings with the format `file`, at any depth.
pub(crate) fn file_ids(schema: &Value, value: &Value) -> Vec<String> {
    if schema.get("format").and_then(Value::as_str) == Some("file") {
        return value.as_str().map(str::to_owned).into_iter().collect();
    }
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let mut ids: Vec<String> =
        properties.filter_map(|(name, schema)| Some(file_ids(schema, value.get(name)?))).flatten().collect();
    if let Some(schema) = schema.get("items") {
        ids.extend(value.as_array().into_iter().flatten().flat_map(|item| file_ids(schema, item)));
    }
    ids
}

/// The beginnings of the words of a text.
fn stems(text: &str) -> Vec<String> {
    let words = text
        .split(|letter: char| !letter.is_alphanumeric() && letter != '\'' && letter != 'ʼ' && letter != '’');
    words
        .filter(|word| word.chars().count() > 2)
        .map(|word| word.to_lowercase().chars().take(5).collect())
        .collect()
}

fn document(key: &str, kept: &Kept) -> Document {
    Document { key: key.to_owned(), revision: kept.revision, body: kept.body.to_string() }
}

fn contract_body(body: &vzaemo_registers::Body) -> Body {
    Body {
        id: body.id.clone(),
        name_uk: body.name.uk.clone(),
        name_en: body.name.en.clone(),
        edrpou: body.edrpou.as_ref().map(ToString::to_string).unwrap_or_default(),
    }
}

impl Host for CallHost {
    fn get(&mut self, collection: &str, key: &str) -> Result<Option<Document>, Denied> {
        self.declared(collection)?;
        let found = self.current(collection, key).filter(|kept| self.reaches(collection, key, &kept.body));
        Ok(found.map(|kept| document(key, &kept)))
    }

    fn find(
        &mut self,
        collection: &str,
        fields: &[String],
        values: &[String],
    ) -> Result<Option<Document>, Denied> {
        self.declared(collection)?;
        let unique = self.world.borrow().project.collection(collection).map(|found| found.unique.clone());
        if !unique.unwrap_or_default().iter().any(|unique| unique == fields) {
            return Err(Denied::Misuse(format!("{collection} declares no unique key over {fields:?}")));
        }
        let same =
            |body: &Value| fields.iter().zip(values).all(|(field, value)| text_of(body, field) == *value);
        let found = self.holder(collection, same);
        let found = found.filter(|(key, kept)| self.reaches(collection, key, &kept.body));
        Ok(found.map(|(key, kept)| document(&key, &kept)))
    }

    fn select(&mut self, query: &Query) -> Result<Rows, Denied> {
        self.world.borrow().select(query, self.reach.as_ref())
    }

    fn count(&mut self, collection: &str, counter: &str, key: &str) -> Result<u64, Denied> {
        self.declared(collection)?;
        if self.kind == Kind::Act {
            return Err(Denied::NotInAnAct);
        }
        let world = self.world.borrow();
        if let Some(reach) = &self.reach
            && let Some(marks) = world.marks(reach, collection)
        {
            let declared = world.project.collection(collection);
            let counters = declared.map(|declared| declared.count.as_slice()).unwrap_or_default();
            let by = counters.iter().find(|known| known.name == counter).map(|known| known.by.as_slice());
            reach.counts(&marks, collection, by.unwrap_or_default(), key)?;
        }
        Ok(world.count(collection, counter, key))
    }

    fn insert(&mut self, collection: &str, key: Option<&str>, body: &str) -> Result<String, Conflict> {
        let body = self.accept(collection, key, body)?;
        let key = match key {
            Some(key) if self.current(collection, key).is_some() => return Err(Conflict::Changed),
            Some(key) => key.to_owned(),
            None => format!("{}-{:06}", self.at.as_millis(), self.world.borrow_mut().made()),
        };
        self.write(collection, &key, Some(Kept { revision: 1, body }));
        self.unit.borrow_mut().inserted.push((collection.to_owned(), key.clone()));
        Ok(key)
    }

    fn replace(&mut self, collection: &str, key: &str, revision: u64, body: &str) -> Result<(), Conflict> {
        let body = self.accept(collection, Some(key), body)?;
        let before = self.expect(collection, key, revision)?;
        self.write(collection, key, Some(Kept { revision: before.revision + 1, body }));
        Ok(())
    }

    fn remove(&mut self, collection: &str, key: &str, revision: u64) -> Result<(), Conflict> {
        self.writes().map_err(Conflict::Denied)?;
        self.declared(collection).map_err(Conflict::Denied)?;
        self.expect(collection, key, revision)?;
        self.write(collection, key, None);
        Ok(())
    }

    fn number(&mut self, sequence: &str) -> Result<String, Denied> {
        self.writes()?;
        // As long as the platform's, so that a schema without room for it shows here already.
        let placeholder = format!("9{:038}", self.world.borrow_mut().made());
        self.unit.borrow_mut().numbers.push((placeholder.clone(), sequence.to_owned()));
        Ok(placeholder)
    }

    fn when_count_reaches(
        &mut self,
        collection: &str,
        counter: &str,
        key: &str,
        value: u64,
        job: &str,
        args: &str,
    ) -> Result<(), Denied> {
        self.declared(collection)?;
        self.declared_job(job)?;
        let threshold = Threshold {
            collection: collection.to_owned(),
            counter: counter.to_owned(),
            key: key.to_owned(),
            value,
            job: job.to_owned(),
            args: args.to_owned(),
        };
        self.effect(None, Effect::Threshold(threshold))
    }

    fn principal(&mut self) -> Result<Option<Principal>, Denied> {
        Ok(self.principal.clone())
    }

    fn case_put(
        &mut self,
        key: &str,
        title: &str,
        status: &Message,
        at: &Address,
        term: Option<&CaseTerm>,
    ) -> Result<(), Denied> {
        self.text_is_there(status);
        if let Some(term) = term {
            self.text_is_there(&term.label);
        }
        self.view_is_there(at)?;
        let (key, title) = (key.to_owned(), title.to_owned());
        let effect =
            Effect::CasePut { key, title, status: status.clone(), at: at.clone(), term: term.cloned() };
        self.effect(Some("cabinet"), effect)
    }

    fn case_event(&mut self, key: &str, text: &Message) -> Result<(), Denied> {
        self.text_is_there(text);
        self.case_is_there(key)?;
        self.effect(Some("cabinet"), Effect::CaseEvent { key: key.to_owned(), text: text.clone() })
    }

    fn case_join(&mut self, key: &str, person: &str, role: &Message) -> Result<(), Denied> {
        self.text_is_there(role);
        self.known(person)?;
        self.case_is_there(key)?;
        let (key, person) = (key.to_owned(), person.to_owned());
        self.effect(Some("cabinet"), Effect::CaseJoin { key, person, role: role.clone() })
    }

    fn case_leave(&mut self, key: &str, person: &str, text: &Message) -> Result<(), Denied> {
        self.text_is_there(text);
        self.known(person)?;
        self.case_is_there(key)?;
        let (key, person) = (key.to_owned(), person.to_owned());
        self.effect(Some("cabinet"), Effect::CaseLeave { key, person, text: text.clone() })
    }

    fn body(&mut self, id: &str) -> Result<Option<Body>, Denied> {
        self.granted("registers")?;
        Ok(self.world.borrow().bodies.get(id).map(contract_body))
    }

    fn file(&mut self, id: &str) -> Result<Option<FileInfo>, Denied> {
        self.granted("files")?;
        Ok(self.world.borrow().files.get(id).map(|file| file.info.clone()))
    }

    fn bodies(&mut self) -> Result<Vec<Body>, Denied> {
        self.granted("registers")?;
        let world = self.world.borrow();
        let today = world.zone.date(self.at);
        Ok(world.bodies.valid_on(today).map(contract_body).collect())
    }

    fn now(&mut self) -> Result<String, Denied> {
        match self.kind {
            Kind::Act | Kind::Job => Ok(self.at.to_string()),
            Kind::View | Kind::Pure => Err(Denied::Misuse(
                "a view may not ask for the moment: ask `today`, `is_past` or `days_left`".to_owned(),
            )),
        }
    }

    fn today(&mut self) -> Result<String, Denied> {
        Ok(self.world.borrow().zone.date(self.at).to_string())
    }

    fn is_past(&mut self, when: &str) -> Result<bool, Denied> {
        Ok(vzaemo_clock::is_past(self.world.borrow().moment(when)?, self.at).value)
    }

    fn days_left(&mut self, when: &str) -> Result<i64, Denied> {
        self.world.borrow().days_left(when, self.at)
    }

    fn due(&mut self, start: &str, value: u32, unit: TermUnit) -> Result<String, Denied> {
        Ok(self.world.borrow().due(start, value, unit)?.to_string())
    }

    fn similar(&mut self, collection: &str, text: &str, limit: u32) -> Result<Vec<Hit>, Denied> {
        self.hits(collection, text, limit, false)
    }

    fn search(&mut self, collection: &str, query: &str, limit: u32) -> Result<Vec<Hit>, Denied> {
        self.hits(collection, query, limit, true)
    }

    fn schedule(&mut self, job: &str, key: &str, args: &str, when: &str) -> Result<(), Denied> {
        self.declared_job(job)?;
        let due = self.world.borrow().moment(when)?;
        let (job, key, args) = (job.to_owned(), key.to_owned(), args.to_owned());
        self.effect(Some("schedule"), Effect::Schedule { job, key, args, due })
    }

    fn cancel(&mut self, job: &str, key: &str) -> Result<(), Denied> {
        self.effect(Some("schedule"), Effect::Cancel { job: job.to_owned(), key: key.to_owned() })
    }

    fn notify_person(&mut self, person: &str, text: &Message, at: &Address) -> Result<(), Denied> {
        self.text_is_there(text);
        self.known(person)?;
        self.view_is_there(at)?;
        let effect = Effect::Notify { person: person.to_owned(), text: text.clone(), at: at.clone() };
        self.effect(Some("notify"), effect)
    }

    fn notify_participants(&mut self, key: &str, text: &Message) -> Result<(), Denied> {
        self.text_is_there(text);
        self.case_is_there(key)?;
        self.effect(Some("notify"), Effect::NotifyParticipants { key: key.to_owned(), text: text.clone() })
    }

    fn settings(&mut self) -> String {
        let world = self.world.borrow();
        world.project.settings(&world.config).to_string()
    }

    fn log(&mut self, level: Level, text: &str) {
        self.world.borrow_mut().log.push(format!("{level:?}: {text}"));
    }
}

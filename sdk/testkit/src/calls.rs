//! One call: access, form, module, commit.

use crate::access::{Allowed, Named};
use crate::host::{CallHost, Kind, file_ids};
use crate::people::Who;
use crate::response::{Ended, Given, Response};
use crate::unit::Unit;
use crate::world::Place;
use crate::{PageView, TestHost};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;
use vzaemo_clock::Instant;
use vzaemo_contract::call::{Failure, Outcome, Request};
use vzaemo_contract::manifest::Resource;

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotFound => Ended::NotFound,
            Failure::Refused(refusal) => Ended::Refused(refusal),
            Failure::Broken(what) => Ended::Broken(what),
        }
    }
}

/// The request of a route with what a test gives it.
fn request(path: &str, query: &[String], given: &Given, what: &str) -> Request {
    let names: Vec<&str> = path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
    assert_eq!(
        names.len(),
        given.params.len(),
        "{what} has the path {path}; the test gives it {:?}",
        given.params
    );
    for (name, _) in &given.query {
        assert!(query.contains(name), "{what} declares no query parameter `{name}`");
    }
    Request {
        params: names.iter().map(ToString::to_string).zip(given.params.iter().cloned()).collect(),
        query: given.query.clone(),
        input: given.input.as_ref().map_or_else(|| "{}".to_owned(), Value::to_string),
    }
}

impl TestHost {
    pub(crate) fn host(&self, kind: Kind, allowed: Allowed, at: Instant) -> CallHost {
        let unit = Rc::new(RefCell::new(Unit::default()));
        let Allowed { principal, reach } = allowed;
        CallHost { world: Rc::clone(&self.world), unit, kind, principal, reach, at }
    }

    /// The document that a route names.
    fn resource(
        &self,
        resource: Option<&Resource>,
        request: &Request,
    ) -> Result<Option<(String, Value)>, Ended> {
        let Some(resource) = resource else { return Ok(None) };
        let key = request.param(&resource.param).unwrap_or_default();
        let world = self.world.borrow();
        let kept = world.document(&resource.collection, key).ok_or(Ended::NotFound)?;
        Ok(Some((key.to_owned(), kept.body.clone())))
    }

    #[track_caller]
    pub(crate) fn call_view(
        &mut self,
        who: Option<&Who>,
        name: &str,
        given: Given,
    ) -> Result<PageView, Ended> {
        if let Some(who) = who {
            self.know(who);
        }
        let view = self.world.borrow().project.manifest.view(name).cloned();
        let view = view.unwrap_or_else(|| panic!("module.toml has no view `{name}`"));
        let request = request(&view.path, &view.query, &given, &format!("the view `{name}`"));
        let resource = self.resource(view.resource.as_ref(), &request)?;
        let named = resource.as_ref().map(|(key, body)| Named { key, body });
        let allowed = if view.open {
            Allowed::default()
        } else {
            self.world.borrow().may_view(&view, named.as_ref(), who).map_err(Ended::Denied)?
        };
        let now = self.world.borrow().now;
        let host = self.host(Kind::View, allowed, now);
        let page = self.guest.view(Box::new(host), name, &request)?;
        Ok(PageView::new(name, page, &self.world.borrow()))
    }

    #[track_caller]
    pub(crate) fn call_act(&mut self, who: Option<&Who>, name: &str, given: Given) -> Response {
        if let Some(who) = who {
            self.know(who);
        }
        let result = self.attempt(who, name, &given);
        Response::new(name, result, &self.world.borrow().project.texts)
    }

    #[track_caller]
    fn attempt(
        &mut self,
        who: Option<&Who>,
        name: &str,
        given: &Given,
    ) -> Result<(Outcome, Vec<Place>), Ended> {
        let act = self.world.borrow().project.manifest.act(name).cloned();
        let act = act.unwrap_or_else(|| panic!("module.toml has no act `{name}`"));
        let request = request(&act.path, &[], given, &format!("the act `{name}`"));
        let resource = self.resource(act.resource.as_ref(), &request)?;
        let named = resource.as_ref().map(|(key, body)| Named { key, body });
        let allowed = self.world.borrow().may_act(&act, named.as_ref(), who).map_err(Ended::Denied)?;
        let input = given.input.clone().unwrap_or_else(|| json!({}));
        {
            let world = self.world.borrow();
            let problems = match &act.form {
                Some(form) => {
                    let schema = world.project.manifest.forms.get(form).map(|form| form.schema.clone());
                    world.project.problems(&schema.unwrap_or_default(), &input)
                }
                None if input == json!({}) => Vec::new(),
                None => vec![(String::new(), "the act takes no input".to_owned())],
            };
            let mut problems = problems;
            let form = act.form.as_ref().and_then(|form| world.project.manifest.forms.get(form));
            let schema = form.and_then(|form| world.project.schema(&form.schema));
            let sender = who.map(Who::reference);
            let properties = schema.and_then(|schema| schema.get("properties")).and_then(Value::as_object);
            for (name, property) in properties.into_iter().flatten() {
                for id in input.get(name).map(|value| file_ids(property, value)).unwrap_or_default() {
                    if world.files.get(&id).map(|file| file.owner.as_str()) != sender {
                        problems
                            .push((format!("/{name}"), format!("there is no file `{id}` of this person")));
                    }
                }
            }
            if !problems.is_empty() {
                return Err(Ended::Invalid(problems));
            }
        }
        let now = self.world.borrow().now;
        let host = self.host(Kind::Act, allowed, now);
        let outcome = self.guest.act(Box::new(host.clone()), name, &request)?;
        self.commit(&host, outcome)
    }

    /// Runs a job with its due time as clock.
    pub(crate) fn call_job(&mut self, name: &str, args: &str, due: Instant) -> Result<(), Ended> {
        let host = self.host(Kind::Job, Allowed::default(), due);
        self.guest.job(Box::new(host.clone()), name, args)?;
        self.commit(&host, Outcome::default()).map(|_| ())
    }

    fn commit(&self, host: &CallHost, outcome: Outcome) -> Result<(Outcome, Vec<Place>), Ended> {
        let unit = host.unit.take();
        let committed = unit.commit(&mut self.world.borrow_mut(), host.at, outcome).map_err(Ended::Bound)?;
        Ok((committed.outcome, committed.inserted))
    }
}

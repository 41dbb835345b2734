//! The workflow can be walked: what it names exists, and every state can be reached.

use super::Check;
use super::schemas::{options, property, type_of};
use crate::manifest::{Workflow, WorkflowStep};

impl Check<'_> {
    pub(super) fn workflow(&mut self) {
        let Some(workflow) = &self.manifest.workflow else { return };
        self.state_field(workflow);
        self.unique("workflow.states", "states", workflow.states.iter().map(String::as_str));
        for state in &workflow.states {
            self.name(&format!("workflow.states.{state}"), state);
        }
        if workflow.states.is_empty() {
            self.problem("workflow.states", "there are no states", "list them in their usual order");
        }
        for (position, step) in workflow.steps.iter().enumerate() {
            self.step(workflow, &format!("workflow.steps.{}", step_name(position, step)), step);
        }
        self.reachable(workflow);
    }

    fn state_field(&mut self, workflow: &Workflow) {
        let Some(collection) = self.manifest.collections.get(&workflow.collection) else {
            return self.no_collection("workflow.collection", &workflow.collection);
        };
        let schema = self.schemas.get(&collection.schema);
        let Ok(schema) = &*schema else { return };
        let Some(field) = property(schema, &workflow.field).filter(|_| !workflow.field.contains('.')) else {
            return self.no_field("workflow.field", &collection.schema, &workflow.field);
        };
        if type_of(field) != Some("string") {
            self.problem(
                "workflow.field",
                format!("{} is not a text", workflow.field),
                "name a field of type string",
            );
        }
        let listed = options(field);
        let same = listed.len() == workflow.states.len()
            && listed.iter().all(|state| workflow.states.iter().any(|known| known == state));
        if !listed.is_empty() && !same {
            self.problem(
                "workflow.states",
                format!("{} lists other states for {}", collection.schema, workflow.field),
                "make the two equal, or leave enum out of the schema",
            );
        }
    }

    fn step(&mut self, workflow: &Workflow, place: &str, step: &WorkflowStep) {
        let manifest = self.manifest;
        match (&step.act, &step.job) {
            (Some(act), None) => match manifest.act(act) {
                None => self.problem(
                    format!("{place}.act"),
                    format!("there is no act {act}"),
                    "declare it in [[acts]], or correct the name",
                ),
                Some(act) => {
                    let names_it = act.resource.as_ref().is_some_and(|r| r.collection == workflow.collection);
                    if !step.from.is_empty() && !names_it {
                        self.problem(
                            format!("{place}.from"),
                            format!("the route of {} names no document of {}", act.name, workflow.collection),
                            format!(
                                "give the act resource = {{ collection = \"{}\", param = \"…\" }}",
                                workflow.collection
                            ),
                        );
                    }
                    self.who(&format!("{place}.by"), &step.by, act.resource.as_ref());
                }
            },
            (None, Some(job)) => {
                if !manifest.jobs.contains_key(job) {
                    self.problem(
                        format!("{place}.job"),
                        format!("there is no job {job}"),
                        format!("declare [jobs.{job}], or correct the name"),
                    );
                }
                if !step.by.is_empty() {
                    self.problem(format!("{place}.by"), "a job is done by the host", "leave it out");
                }
            }
            (Some(_), Some(_)) => self.problem(place, "it has both an act and a job", "make two steps of it"),
            (None, None) => {
                self.problem(place, "it has neither an act nor a job", "name the one that makes the step");
            }
        }
        for (list, states) in [("from", &step.from), ("to", &step.to)] {
            for state in states.iter().filter(|state| !workflow.states.contains(state)) {
                self.problem(
                    format!("{place}.{list}"),
                    format!("there is no state {state}"),
                    "add it to states, or correct the name",
                );
            }
        }
    }

    /// Documents begin in the states that steps without `from` lead to.
    fn reachable(&mut self, workflow: &Workflow) {
        if workflow.steps.is_empty() || workflow.states.is_empty() {
            return;
        }
        let mut reached: Vec<&String> = Vec::new();
        loop {
            let before = reached.len();
            for step in &workflow.steps {
                if step.from.is_empty() || step.from.iter().any(|state| reached.contains(&state)) {
                    let fresh: Vec<_> = step.to.iter().filter(|state| !reached.contains(state)).collect();
                    reached.extend(fresh);
                }
            }
            if reached.len() == before {
                break;
            }
        }
        if reached.is_empty() {
            return self.problem(
                "workflow.steps",
                "no step begins a document",
                "leave from out of the step of the act that creates it, and say to which state it leads",
            );
        }
        for state in workflow.states.iter().filter(|state| !reached.contains(state)) {
            self.problem(
                format!("workflow.states.{state}"),
                "no chain of steps leads to it",
                "add a step that does, or remove the state",
            );
        }
    }
}

/// The name of the act or job, or the position of a step that has neither.
fn step_name(position: usize, step: &WorkflowStep) -> String {
    step.act.clone().or_else(|| step.job.clone()).unwrap_or_else(|| position.to_string())
}

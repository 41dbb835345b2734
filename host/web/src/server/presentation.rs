//! What the web makes of a snapshot once, when it comes into service: addresses, forms, navigation.

use super::frames::Frames;
use super::routes::Routes;
use crate::forms::{Form, Step};
use std::collections::HashMap;
use std::sync::Arc;
use vzaemo_service::{ModuleState, Snapshot};

/// A snapshot with what the web has made of it.
pub(super) struct Presentation {
    /// The snapshot.
    pub snapshot: Arc<Snapshot>,
    /// Its addresses.
    pub routes: Routes,
    /// What stands around its pages.
    pub frames: Frames,
    /// Forms by module and name.
    forms: HashMap<(String, String), Arc<Form>>,
}

impl Presentation {
    /// Prepares a snapshot. A form that cannot be drawn is logged, and its act has no page.
    pub fn new(snapshot: Arc<Snapshot>) -> Self {
        let mut forms = HashMap::new();
        for (id, state) in &snapshot.modules {
            let ModuleState::Serving(version) = &**state else { continue };
            for (name, input) in &version.forms {
                let declared = version.manifest.forms.get(name);
                let steps = declared.map(|form| form.steps.iter().map(step).collect()).unwrap_or_default();
                let check_answers = declared.is_some_and(|form| form.check_answers);
                match Form::new(&input.schema, steps, check_answers) {
                    Ok(form) => {
                        forms.insert((id.clone(), name.clone()), Arc::new(form));
                    }
                    Err(error) => tracing::error!(module = id, form = name, %error, "a form cannot be drawn"),
                }
            }
        }
        Presentation { routes: Routes::new(&snapshot), frames: Frames::new(&snapshot), snapshot, forms }
    }

    /// The form with this name.
    pub fn form(&self, module: &str, name: &str) -> Option<Arc<Form>> {
        self.forms.get(&(module.to_owned(), name.to_owned())).map(Arc::clone)
    }
}

fn step(step: &vzaemo_contract::manifest::FormStep) -> Step {
    Step { id: step.id.clone(), fields: step.fields.clone(), then: step.view.clone() }
}

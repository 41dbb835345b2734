//! Views and acts: their paths, the documents that they name, and who may.

use super::Check;
use super::names::well_formed;
use super::schemas::annotations;
use crate::manifest::{Act, Resource, Who};

/// The names of a path's parameters.
pub(super) fn params(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

/// A path with its parameters' names left out: two paths of one shape clash.
fn shape(path: &str) -> String {
    path.split('/')
        .map(|segment| if segment.starts_with('{') { "{}" } else { segment })
        .collect::<Vec<_>>()
        .join("/")
}

/// Whether a path is `/`, or segments that are words or whole parameters.
fn path_well_formed(path: &str) -> bool {
    let word = |segment: &str| {
        let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(segment);
        well_formed(name)
    };
    path == "/" || path.strip_prefix('/').is_some_and(|rest| rest.split('/').all(word))
}

impl Check<'_> {
    /// Paths of views and acts together: the form of an act is shown at its path.
    pub(super) fn routes(&mut self) {
        let manifest = self.manifest;
        let views = manifest.views.iter().map(|view| (format!("views.{}", view.name), view.path.as_str()));
        let acts = manifest.acts.iter().map(|act| (format!("acts.{}", act.name), act.path.as_str()));
        let mut seen: Vec<(String, String)> = Vec::new();
        for (place, path) in views.chain(acts) {
            let at = format!("{place}.path");
            if !path_well_formed(path) {
                self.problem(
                    &at,
                    format!("{path:?} is not a well-formed path"),
                    "begin with /, use lower-case words and {parameters} between slashes, and no slash at the end",
                );
                continue;
            }
            let mut names: Vec<&str> = Vec::new();
            for name in params(path) {
                if names.contains(&name) {
                    self.problem(&at, format!("the parameter {name} stands twice"), "give each its own name");
                }
                names.push(name);
            }
            let shape = shape(path);
            if let Some((other, _)) = seen.iter().find(|(_, known)| *known == shape) {
                let other = other.clone();
                self.problem(
                    &at,
                    format!("{path} cannot be told from the path of {other}"),
                    "change one of them",
                );
            }
            seen.push((place, shape));
        }
    }

    pub(super) fn views(&mut self) {
        let manifest = self.manifest;
        self.unique("views", "views", manifest.views.iter().map(|view| view.name.as_str()));
        for view in &manifest.views {
            let place = format!("views.{}", view.name);
            self.name(&place, &view.name);
            self.resource(&place, &view.path, view.resource.as_ref());
            if view.open && !view.by.is_empty() {
                self.problem(
                    format!("{place}.by"),
                    "an open view is for all",
                    "leave out by, or do not make the view open",
                );
            }
            if !view.open && view.by.is_empty() {
                self.problem(&place, "nobody may see it", "make it open, or say by whom");
            }
            self.who(&format!("{place}.by"), &view.by, view.resource.as_ref());
            self.unique(&format!("{place}.query"), "query parameters", view.query.iter().map(String::as_str));
            for name in &view.query {
                self.name(&format!("{place}.query"), name);
                if params(&view.path).any(|param| param == name) {
                    self.problem(
                        format!("{place}.query.{name}"),
                        "the path has a parameter of this name",
                        "give one of them another name",
                    );
                }
            }
        }
        self.special_views();
    }

    fn special_views(&mut self) {
        let manifest = self.manifest;
        let mut leads: Vec<(String, &str)> = Vec::new();
        for link in &manifest.navigation {
            leads.push((format!("navigation.{}", link.view), link.view.as_str()));
            self.bilingual(&format!("navigation.{}.label", link.view), &link.label);
        }
        leads.extend(manifest.home.iter().map(|view| ("home".to_owned(), view.as_str())));
        leads.extend(manifest.search.iter().map(|view| ("search".to_owned(), view.as_str())));
        leads.extend(manifest.desk.iter().map(|view| ("desk".to_owned(), view.as_str())));
        for (place, name) in leads {
            let Some(view) = manifest.view(name) else {
                self.no_view(&place, name);
                continue;
            };
            if params(&view.path).next().is_some() {
                self.problem(&place, format!("the path of {name} has parameters"), "name a view without");
            }
            if place == "home" && !view.open {
                self.problem(
                    &place,
                    format!("{name} is not open, but everybody sees the home page"),
                    "name an open view",
                );
            }
            if place == "search" && !(view.open && view.query.iter().any(|name| name == "q")) {
                self.problem(
                    &place,
                    format!("{name} does not answer a search"),
                    "name an open view with query = [\"q\"]",
                );
            }
            if place == "desk" && view.open {
                self.problem(
                    &place,
                    format!("{name} is open to all"),
                    "say by = [\"official\"] instead of open = true",
                );
            }
        }
    }

    pub(super) fn no_view(&mut self, place: &str, name: &str) {
        self.problem(
            place,
            format!("there is no view {name}"),
            "declare it in [[views]], or correct the name",
        );
    }

    fn resource(&mut self, place: &str, path: &str, resource: Option<&Resource>) {
        let Some(resource) = resource else { return };
        if !self.manifest.collections.contains_key(&resource.collection) {
            self.no_collection(&format!("{place}.resource.collection"), &resource.collection);
        }
        if !params(path).any(|param| param == resource.param) {
            self.problem(
                format!("{place}.resource.param"),
                format!("{path} has no parameter {}", resource.param),
                format!("write {{{}}} into the path, or correct the name", resource.param),
            );
        }
    }

    pub(super) fn no_collection(&mut self, place: &str, name: &str) {
        self.problem(
            place,
            format!("there is no collection {name}"),
            format!("declare [collections.{name}], or correct the name"),
        );
    }

    /// Whether the rules can know whose a document is.
    pub(super) fn who(&mut self, place: &str, by: &[Who], resource: Option<&Resource>) {
        for (position, who) in by.iter().enumerate() {
            if by.iter().take(position).any(|earlier| earlier == who) {
                self.problem(place, "somebody stands twice", "name each once");
            }
            let (who, annotation) = match (who, resource) {
                (Who::Author, None) => {
                    self.problem(
                        place,
                        "without a document there is no author",
                        "name the document with resource = { collection = \"…\", param = \"…\" }",
                    );
                    continue;
                }
                (Who::Author, Some(_)) => ("author", "owner"),
                (Who::Official, Some(_)) => ("official", "body"),
                _ => continue,
            };
            let Some(collection) = resource.and_then(|r| self.manifest.collections.get(&r.collection)) else {
                continue;
            };
            let schema = self.schemas.get(&collection.schema);
            let Ok(schema) = &*schema else { continue };
            let marked = annotations(schema, "x-access").iter().any(|(_, v)| v.as_str() == Some(annotation));
            if !marked {
                self.problem(
                    place,
                    format!("{who} needs a field that says whose the document is"),
                    format!("mark one in {} with \"x-access\": \"{annotation}\"", collection.schema),
                );
            }
        }
    }

    pub(super) fn acts(&mut self) {
        let manifest = self.manifest;
        self.unique("acts", "acts", manifest.acts.iter().map(|act| act.name.as_str()));
        for act in &manifest.acts {
            let place = format!("acts.{}", act.name);
            self.name(&place, &act.name);
            self.resource(&place, &act.path, act.resource.as_ref());
            if let Some(form) = act.form.as_ref().filter(|form| !manifest.forms.contains_key(*form)) {
                self.problem(
                    format!("{place}.form"),
                    format!("there is no form {form}"),
                    format!("declare [forms.{form}], or correct the name"),
                );
            }
            self.who(&format!("{place}.by"), &act.by, act.resource.as_ref());
            let steps = || {
                manifest.workflow.iter().flat_map(|w| &w.steps).filter(|s| s.act.as_ref() == Some(&act.name))
            };
            if act.by.is_empty() && steps().all(|step| step.by.is_empty()) {
                self.problem(&place, "nobody may do it", "say by whom, here or in a step of the workflow");
            }
            self.once(&place, act);
        }
    }

    fn once(&mut self, place: &str, act: &Act) {
        let Some(once) = &act.once else { return };
        let place = format!("{place}.once");
        if act.resource.is_none() {
            self.problem(
                &place,
                "without a document it cannot be known what was done once",
                "name it with resource = { collection = \"…\", param = \"…\" }",
            );
        }
        let Some(collection) = self.manifest.collections.get(&once.collection) else {
            self.no_collection(&format!("{place}.collection"), &once.collection);
            return;
        };
        if once.unique.len() != 2 {
            self.problem(
                format!("{place}.unique"),
                format!("it has {} fields", once.unique.len()),
                "name two: the one with the document's key, then the one with the person",
            );
        }
        if !collection.unique.contains(&once.unique) {
            let key = once.unique.iter().map(|field| format!("{field:?}")).collect::<Vec<_>>().join(", ");
            self.problem(
                format!("{place}.unique"),
                format!("{} has no such unique key", once.collection),
                format!("add [{key}] to unique of [collections.{}], in this order", once.collection),
            );
        }
        let schema = self.schemas.get(&collection.schema);
        if let (Ok(schema), Some(field)) = (&*schema, &once.unless) {
            self.boolean_field(&format!("{place}.unless"), schema, &collection.schema, field);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{path_well_formed, shape};

    #[test]
    fn paths() {
        for good in ["/", "/new", "/{note}", "/{note}/like", "/desk/late-ones"] {
            assert!(path_well_formed(good), "{good}");
        }
        for bad in
            ["", "new", "/new/", "//", "/New", "/{}", "/{note", "/a{b}", "/{*rest}", "/a b", "/../x", "/{A}"]
        {
            assert!(!path_well_formed(bad), "{bad}");
        }
        assert_eq!(shape("/{a}/like"), shape("/{b}/like"));
        assert_ne!(shape("/{a}/like"), shape("/{a}"));
    }
}

//! The head of a manifest, its data classes and capabilities.

use super::Check;
use super::duration::is_retention;
use super::schemas::annotations;
use crate::manifest::Bilingual;
use crate::{CAPABILITIES, CONTRACT_VERSION};
use serde_json::Value;
use std::collections::BTreeMap;

/// Ids that no module may have: rooms of the host keep their own documents under these names, and the host's own
/// pages stand at these addresses.
const RESERVED: [&str; 46] = [
    "access",
    "accessibility",
    "about",
    "admin",
    "administration",
    "api",
    "assets",
    "audit",
    "cabinet",
    "clock",
    "core",
    "desk",
    "development",
    "feed",
    "feeds",
    "files",
    "healthz",
    "health",
    "help",
    "holder",
    "host",
    "identity",
    "invalidations",
    "jobs",
    "language",
    "lifecycle",
    "live",
    "manifest",
    "metrics",
    "platform",
    "preferences",
    "privacy",
    "protection",
    "ready",
    "registers",
    "rules",
    "runtime",
    "search",
    "service",
    "sign-in",
    "sign-out",
    "static",
    "status",
    "storage",
    "vzaemo",
    "web",
];

impl Check<'_> {
    pub(super) fn head(&mut self) {
        let manifest = self.manifest;
        if manifest.schema != 1 {
            self.problem("schema", format!("format {} is not known", manifest.schema), "write schema = 1");
        }
        self.name("id", &manifest.id);
        if RESERVED.contains(&manifest.id.as_str()) {
            self.problem("id", format!("{:?} is the host's own name", manifest.id), "choose another id");
        }
        if manifest.version == semver::Version::new(0, 0, 0) || !manifest.version.build.is_empty() {
            self.problem(
                "version",
                format!("{} cannot be published", manifest.version),
                "use a version from 0.0.1 on, without build metadata",
            );
        }
        if manifest.contract != CONTRACT_VERSION {
            self.problem(
                "contract",
                format!("contract {:?} is not supported", manifest.contract),
                format!("build the module against contract {CONTRACT_VERSION}, or upgrade the host"),
            );
        }
        self.bilingual("name", &manifest.name);
        self.bilingual("about", &manifest.about);
        self.bilingual("invitation", &manifest.invitation);
        for (position, law) in manifest.law.iter().enumerate() {
            if law.trim().is_empty() {
                self.problem(
                    format!("law.{position}"),
                    "the reference is empty",
                    "name the act of law, or leave it out",
                );
            }
        }
        self.data();
        self.capabilities();
        self.configuration();
        self.limits();
    }

    pub(super) fn bilingual(&mut self, place: &str, text: &Bilingual) {
        for (language, text) in [("uk", &text.uk), ("en", &text.en)] {
            if text.trim().is_empty() {
                self.problem(
                    format!("{place}.{language}"),
                    "the text is empty",
                    "write it in both languages",
                );
            }
        }
    }

    fn data(&mut self) {
        let manifest = self.manifest;
        for (name, class) in &manifest.data {
            let place = format!("data.{name}");
            self.bilingual(&format!("{place}.why"), &class.why);
            if class.law.trim().is_empty() {
                self.problem(
                    format!("{place}.law"),
                    "no act of law is named",
                    "name the one that allows the data to be processed",
                );
            }
            if !is_retention(&class.retention) {
                self.problem(
                    format!("{place}.retention"),
                    format!("{:?} is no length of time", class.retention),
                    "write an ISO 8601 duration, such as \"P3Y\"",
                );
            }
        }
        for (name, collection) in &manifest.collections {
            let schema = self.schemas.get(&collection.schema);
            let Ok(schema) = &*schema else { continue };
            for (field, class) in annotations(schema, "x-personal") {
                let known = class.as_str().is_some_and(|class| manifest.data.contains_key(class));
                if !known {
                    let class = class.as_str().map_or_else(|| class.to_string(), str::to_owned);
                    self.problem(
                        format!("collections.{name}.schema"),
                        format!("{field} holds personal data of class {class:?}, which the manifest does not declare"),
                        format!("add [data.\"{class}\"] with why, law and retention"),
                    );
                }
            }
        }
    }

    fn capabilities(&mut self) {
        let manifest = self.manifest;
        for (name, capability) in &manifest.capabilities {
            let place = format!("capabilities.{name}");
            if !CAPABILITIES.contains(&name.as_str()) {
                self.problem(
                    &place,
                    "there is no such capability to ask for",
                    format!(
                        "choose from {}; what else the contract offers needs no asking",
                        CAPABILITIES.join(", ")
                    ),
                );
            }
            self.bilingual(&format!("{place}.why"), &capability.why);
            if name == "schedule" && manifest.jobs.is_empty() {
                self.problem(
                    &place,
                    "there is no job that could be scheduled",
                    "declare one in [jobs], or do not ask",
                );
            }
        }
        for (name, job) in &manifest.jobs {
            self.name(&format!("jobs.{name}"), name);
            self.bilingual(&format!("jobs.{name}.why"), &job.why);
        }
    }

    fn configuration(&mut self) {
        let Some(config) = &self.manifest.config else { return };
        let schema = self.schema("config.schema", &config.schema);
        let Ok(schema) = &*schema else { return };
        if let Some(default) = schema.get("default").filter(|default| !default.is_object()) {
            let found = kind(default);
            self.problem(
                "config.schema",
                format!("its default is {found}"),
                "give an object, or defaults of its properties",
            );
        }
    }

    fn limits(&mut self) {
        let asked = BTreeMap::from([
            ("memory-mib", self.manifest.limits.memory_mib),
            ("call-ms", self.manifest.limits.call_ms),
        ]);
        for (name, value) in asked {
            if value == Some(0) {
                self.problem(
                    format!("limits.{name}"),
                    "nothing can run within 0",
                    "ask for more, or leave it out",
                );
            }
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

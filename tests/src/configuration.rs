//! The `platform.toml` of a platform under test.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A module's section.
#[derive(Debug, Clone)]
pub struct Module {
    /// The requirement on its version.
    pub version: String,
    /// Whether it serves.
    pub enabled: bool,
    /// Lines of its configuration, as TOML.
    pub config: String,
}

/// What differs from test to test.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The largest body of a request, in KiB.
    pub body_kib: u32,
    /// Units of work that one transaction commits at most; as the program has it unless set.
    pub batch: Option<usize>,
    /// The address of a PostgreSQL database; SQLite without one.
    pub database: Option<String>,
    /// Modules by id.
    pub modules: BTreeMap<String, Module>,
    /// The sections about protection, as TOML. Like the rates they are wide unless a test is about them, for all test
    /// persons come from one address.
    pub protection: String,
    /// Further sections of the file, as TOML.
    pub more: String,
}

impl Default for Module {
    /// Any version from 0 on serves, with the defaults of its configuration.
    fn default() -> Self {
        Module { version: ">=0".to_owned(), enabled: true, config: String::new() }
    }
}

impl Default for Settings {
    /// Both modules, as in the repository's own `platform.toml`.
    fn default() -> Self {
        let module = || Module { version: "^1.0".to_owned(), enabled: true, config: String::new() };
        let modules = ["petitions", "consultations"].map(|id| (id.to_owned(), module()));
        Settings {
            body_kib: 1024,
            batch: None,
            database: None,
            modules: modules.into(),
            protection: "lockout = { failures = 1000000 }\nanomalies = { persons-per-address = 1000000, \
                         persons-per-device = 1000000, regular-acts = 1000000 }\n"
                .to_owned(),
            more: String::new(),
        }
    }
}

impl Settings {
    /// The same with this number of signatures that a petition needs.
    #[must_use]
    pub fn threshold(mut self, signatures: u32) -> Self {
        self.module("petitions").config = format!("threshold = {signatures}");
        self
    }

    /// The same with one more module, in any version.
    #[must_use]
    pub fn with_module(mut self, id: &str) -> Self {
        self.modules.insert(id.to_owned(), Module::default());
        self
    }

    /// The section of a module.
    pub fn module(&mut self, id: &str) -> &mut Module {
        self.modules.get_mut(id).unwrap_or_else(|| panic!("the test configures no module {id}"))
    }

    /// The text of the file for a platform at this port of the machine.
    pub fn text(&self, port: u16) -> String {
        self.text_at(&format!("http://127.0.0.1:{port}"))
    }

    /// The text of the file for a platform that is known at this address. Limits of requests are raised, for all test
    /// persons come from one address; nothing else is made easier than it is.
    pub fn text_at(&self, base: &str) -> String {
        let mut text = format!(
            r#"[platform]
name = {{ uk = "Взаємодія", en = "Vzaiemodiia" }}
base-url = "{}"
mode = "development"

[folders]
data = "data"
packages = "packages"
policies = "policies"

[requests]
body-kib = {}
[requests.rates]
page = {{ per-minute = 10000000, burst = 1000000 }}
act = {{ per-minute = 10000000, burst = 1000000 }}
sign-in = {{ per-minute = 10000000, burst = 1000000 }}

[identity.development]
seed = "vzaemodiia"
"#,
            base, self.body_kib
        );
        text.push_str("\n[protection]\n");
        text.push_str(&self.protection);
        text.push_str("\n[storage]\n");
        if let Some(batch) = self.batch {
            let _infallible = writeln!(text, "batch = {batch}");
        }
        if let Some(database) = &self.database {
            let _infallible = writeln!(text, "url = \"{database}\"");
        }
        text.push_str(&self.more);
        for (id, module) in &self.modules {
            let _infallible = write!(
                text,
                r#"
[modules.{id}]
version = "{}"
enabled = {}
grants = ["cabinet", "files", "notify", "registers", "schedule", "search"]
[modules.{id}.config]
{}
"#,
                module.version, module.enabled, module.config
            );
        }
        text
    }
}

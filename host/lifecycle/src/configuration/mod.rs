//! `platform.toml`: the holder's configuration.
//!
//! Unknown keys are errors. `schemas/platform.schema.json` says the same for editors.

mod approval;
mod audit;
mod edr;
mod files;
mod id_gov_ua;
mod lines;
mod mail;
mod meaning;
mod network;
mod personal_data;
mod protection;
mod qualified;
mod rules;
mod secrets;
mod sessions;

use crate::Problem;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use approval::Approval;
pub use audit::Audit;
pub use edr::Edr;
pub use files::{FileStore, Files, Scan};
pub use id_gov_ua::{AuthType, DecryptProgram, IdGovUa};
pub(crate) use lines::line_of;
pub use mail::{Mail, MailTls};
pub use network::{Network, NetworkError};
pub use personal_data::PersonalData;
pub use protection::{Anomalies, Lockout, Protection, Webhook};
pub use qualified::{QualifiedSignature, Revocation, WhenUnknown};
pub use rules::{Rules, RulesVersion};
pub(crate) use secrets::masked;
pub use sessions::Sessions;

/// The configuration of the platform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Configuration {
    /// The platform itself.
    pub platform: Platform,
    /// How many holders have to approve what.
    #[serde(default)]
    pub approval: Approval,
    /// Where files lie. Relative paths start at the folder of `platform.toml`.
    #[serde(default)]
    pub folders: Folders,
    /// The storage.
    #[serde(default)]
    pub storage: Storage,
    /// Files beside documents.
    #[serde(default)]
    pub files: Files,
    /// The audit log.
    #[serde(default)]
    pub audit: Audit,
    /// What the law says of requests about personal data.
    #[serde(default)]
    pub personal_data: PersonalData,
    /// The limits of modules' calls.
    #[serde(default)]
    pub runtime: Runtime,
    /// How the platform is reached.
    #[serde(default)]
    pub server: Server,
    /// The limits of requests.
    #[serde(default)]
    pub requests: Requests,
    /// Lock-outs, what is unusual, and who is told.
    #[serde(default)]
    pub protection: Protection,
    /// Pages that are remembered.
    #[serde(default)]
    pub pages: Pages,
    /// The mail server; without one notices stand in the cabinet only.
    #[serde(default)]
    pub mail: Option<Mail>,
    /// Ways to sign in.
    #[serde(default)]
    pub identity: Identity,
    /// How long people stay signed in.
    #[serde(default)]
    pub sessions: Sessions,
    /// The rules of use; without them nobody is asked to accept any.
    #[serde(default)]
    pub rules: Option<Rules>,
    /// Reference data.
    #[serde(default)]
    pub registers: Registers,
    /// When a failing module is set aside.
    #[serde(default)]
    pub quarantine: Quarantine,
    /// Modules by id.
    #[serde(default)]
    pub modules: BTreeMap<String, Module>,
}

/// The platform itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Platform {
    /// What it is called, in both languages.
    pub name: vzaemo_contract::manifest::Bilingual,
    /// The public address, without a path.
    pub base_url: url::Url,
    /// What it is run for.
    pub mode: Mode,
    /// The time zone in which citizens read times, by the IANA database.
    #[serde(default = "kyiv")]
    pub time_zone: String,
}

/// What the platform is run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Trying out: test persons, sample content and a movable clock; says so on every page.
    Development,
    /// Serving citizens.
    Production,
}

/// Where files lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Folders {
    /// The database, files, keys and compiled modules.
    pub data: PathBuf,
    /// Packages of modules: an OCI image layout.
    pub packages: PathBuf,
    /// The holder's own access policies, `*.cedar`. It need not exist.
    pub policies: PathBuf,
}

/// The storage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Storage {
    /// The PostgreSQL database, as libpq takes its address; without one everything is in a file of the data folder.
    pub url: Option<String>,
    /// The file with the database's password, alone on a line. Secrets do not stand in `platform.toml`.
    pub password_file: Option<PathBuf>,
    /// Connections that read.
    pub readers: u32,
    /// Units of work that may wait for their commit.
    pub queue: usize,
    /// Units of work that one transaction commits at most.
    pub batch: usize,
}

/// The limits of modules' calls; a manifest may ask for less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Runtime {
    /// Calls that run at the same time.
    pub concurrency: u32,
    /// Memory of an instance, in MiB.
    pub memory_mib: u32,
    /// Time of a call, in milliseconds, waiting for the host included.
    pub call_ms: u32,
    /// Computing of a call, in milliseconds.
    pub cpu_ms: u32,
    /// How long a call waits for a free slot, in milliseconds.
    pub wait_ms: u32,
}

/// How the platform is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Server {
    /// Proxies of the holder's own that stand in front of the platform: who connects from there is believed about the
    /// visitor's address (`X-Forwarded-For`). Nobody else is.
    pub trusted_proxies: Vec<Network>,
}

/// The limits of requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Requests {
    /// The most bytes of a request, in KiB.
    pub body_kib: u32,
    /// How often one person, and for visitors one address, may ask for something.
    pub rates: BTreeMap<RateKind, Rate>,
    /// How often one session may, besides.
    pub session_rates: BTreeMap<RateKind, Rate>,
    /// How often all from one address may, besides. Offices, libraries and mobile operators share addresses.
    pub address_rates: BTreeMap<RateKind, Rate>,
    /// How often one person may do an act, besides: by module and act, as `notes/sign`.
    pub act_rates: BTreeMap<String, Rate>,
}

/// Pages that are remembered until something that they were made from changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Pages {
    /// How much memory they may take, in MiB; with 0 each page is made anew.
    pub remember_mib: u32,
}

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RateKind {
    /// Pages.
    Page,
    /// Changes.
    Act,
    /// Starts of sign-ins.
    SignIn,
}

impl RateKind {
    /// The word in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            RateKind::Page => "page",
            RateKind::Act => "act",
            RateKind::SignIn => "sign-in",
        }
    }
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rate {
    /// Sustained.
    pub per_minute: u32,
    /// At once, after a rest.
    pub burst: u32,
}

/// Ways to sign in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Identity {
    /// The embedded identity provider of test persons; in development mode only.
    pub development: Option<DevelopmentProvider>,
    /// Providers of OpenID Connect by id.
    pub providers: BTreeMap<String, Provider>,
    /// id.gov.ua, the state's integrated system of electronic identification.
    pub id_gov_ua: Option<IdGovUa>,
    /// Sign-in by qualified signature (КЕП).
    pub qualified_signature: Option<QualifiedSignature>,
}

/// The embedded identity provider of test persons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DevelopmentProvider {
    /// What test persons are derived from.
    pub seed: String,
}

/// A provider of OpenID Connect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Provider {
    /// What the button says.
    pub name: vzaemo_contract::manifest::Bilingual,
    /// Its issuer identifier.
    pub issuer: url::Url,
    /// The client id that it gave this platform.
    pub client_id: String,
    /// The file with the client secret, alone on a line. Secrets do not stand in `platform.toml`.
    pub client_secret_file: PathBuf,
    /// Scopes to ask for besides `openid`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// What its `acr` values mean.
    #[serde(default)]
    pub assurance: BTreeMap<String, vzaemo_contract::manifest::Assurance>,
    /// What a missing or unknown `acr` means.
    #[serde(default = "low")]
    pub assurance_otherwise: vzaemo_contract::manifest::Assurance,
    /// How far its clock may be ahead of or behind this platform's, in seconds.
    #[serde(default = "minute")]
    pub clock_skew_seconds: u16,
    /// Whether people may come already signed in from its own pages.
    #[serde(default)]
    pub single_sign_on: bool,
}

/// Reference data. Without a file the sample that is built in is used, and the platform says so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Registers {
    /// Executive bodies.
    pub bodies: Option<PathBuf>,
    /// Holidays and days off.
    pub holidays: Option<PathBuf>,
    /// The state register of legal entities; without it nobody can claim to represent an organisation.
    pub edr: Option<Edr>,
}

/// When a failing module is set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Quarantine {
    /// So many failures …
    pub failures: u32,
    /// … within so many seconds.
    pub within_seconds: u32,
    /// The first rest, in seconds; each further one is twice as long.
    pub rest_seconds: u32,
    /// The longest rest, in seconds.
    pub longest_rest_seconds: u32,
}

/// A module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Module {
    /// Which versions may serve: a requirement as in Cargo, such as `^1.0`. The highest one there is is taken.
    pub version: semver::VersionReq,
    /// Whether it serves. Disabled, it keeps its data and its people's cases.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Capabilities granted to it, of those that it asks for.
    #[serde(default)]
    pub grants: Vec<String>,
    /// How sure the identity must be for some of its acts, by their names: surer than the module itself asks for.
    #[serde(default)]
    pub assurance: BTreeMap<String, vzaemo_contract::manifest::Assurance>,
    /// Its configuration; what is not said here is the module's default.
    #[serde(default)]
    pub config: toml::Table,
    /// For how long its documents about a person are kept, by collection; what is not said here is what its manifest
    /// says of the classes of data in them.
    #[serde(default)]
    pub retention: BTreeMap<String, Retention>,
}

/// For how long documents about a person are kept when they ask for erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Retention {
    /// An ISO 8601 duration such as `P3Y`, from the end of the matter; `P0D` has them erased at once.
    pub keep: String,
    /// The act of law that says so.
    pub law: String,
}

fn kyiv() -> String {
    vzaemo_clock::DEFAULT_ZONE.to_owned()
}

fn low() -> vzaemo_contract::manifest::Assurance {
    vzaemo_contract::manifest::Assurance::Low
}

fn minute() -> u16 {
    60
}

fn yes() -> bool {
    true
}

impl Default for Folders {
    fn default() -> Self {
        Folders { data: "data".into(), packages: "packages".into(), policies: "policies".into() }
    }
}

impl Default for Storage {
    fn default() -> Self {
        let config = vzaemo_storage::Config::new("");
        Storage {
            url: None,
            password_file: None,
            readers: config.readers,
            queue: config.queue_len,
            batch: config.batch_max,
        }
    }
}

impl Default for Runtime {
    fn default() -> Self {
        let config = vzaemo_runtime::EngineConfig::default();
        Runtime {
            concurrency: config.concurrency,
            memory_mib: config.memory_mib,
            call_ms: config.call_ms,
            cpu_ms: config.cpu_ms,
            wait_ms: config.wait_ms,
        }
    }
}

impl Default for Requests {
    fn default() -> Self {
        let rate = |per_minute, burst| Rate { per_minute, burst };
        Requests {
            body_kib: 1024,
            rates: BTreeMap::from([
                (RateKind::Page, rate(600, 120)),
                (RateKind::Act, rate(60, 20)),
                (RateKind::SignIn, rate(20, 10)),
            ]),
            session_rates: BTreeMap::new(),
            address_rates: BTreeMap::new(),
            act_rates: BTreeMap::new(),
        }
    }
}

impl Default for Pages {
    fn default() -> Self {
        Pages { remember_mib: 64 }
    }
}

impl Default for Quarantine {
    fn default() -> Self {
        Quarantine { failures: 20, within_seconds: 60, rest_seconds: 30, longest_rest_seconds: 3600 }
    }
}

impl Configuration {
    /// Reads `platform.toml`. Relative paths become paths from its folder.
    ///
    /// # Errors
    /// Everything that is wrong with it by itself, each with its line and how to mend it.
    pub fn read(path: &Path) -> Result<Self, Vec<Problem>> {
        Self::of_text(path, &Self::text(path)?)
    }

    /// The text of `platform.toml`.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn text(path: &Path) -> Result<String, Vec<Problem>> {
        std::fs::read_to_string(path).map_err(|error| {
            vec![
                Problem::new(path.display().to_string(), format!("cannot be read: {error}"))
                    .mend("give the path of the configuration with --config"),
            ]
        })
    }

    /// The same from a text; `file` is its name in messages. Paths stay as written.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, Vec<Problem>> {
        let configuration: Configuration = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| lines::line_at(text, span.start));
            vec![Problem::new(file, lines::in_one_line(error.message())).line(line)]
        })?;
        let problems = configuration.problems(file, text);
        if problems.is_empty() { Ok(configuration) } else { Err(problems) }
    }

    fn start_at(&mut self, base: &Path) {
        let folders = &mut self.folders;
        for path in [&mut folders.data, &mut folders.packages, &mut folders.policies] {
            *path = base.join(&*path);
        }
        for path in [&mut self.registers.bodies, &mut self.registers.holidays].into_iter().flatten() {
            *path = base.join(&*path);
        }
        if let Some(rules) = &mut self.rules {
            rules.folder = base.join(&rules.folder);
        }
        if let Some(path) = self.registers.edr.as_mut().and_then(|edr| edr.token_file.as_mut()) {
            *path = base.join(&*path);
        }
        if let Some(path) = &mut self.storage.password_file {
            *path = base.join(&*path);
        }
        for path in [&mut self.files.access_key_file, &mut self.files.secret_key_file].into_iter().flatten() {
            *path = base.join(&*path);
        }
        if let Some(webhook) = &mut self.protection.webhook {
            webhook.secret_file = base.join(&webhook.secret_file);
        }
        if let Some(mail) = &mut self.mail {
            for path in [&mut mail.authority_file, &mut mail.password_file].into_iter().flatten() {
                *path = base.join(&*path);
            }
        }
        for provider in self.identity.providers.values_mut() {
            provider.client_secret_file = base.join(&provider.client_secret_file);
        }
        if let Some(service) = &mut self.identity.id_gov_ua {
            service.client_secret_file = base.join(&service.client_secret_file);
            if let Some(decryptor) = &mut service.decryptor {
                decryptor.certificate_file = base.join(&decryptor.certificate_file);
            }
        }
        if let Some(qualified) = &mut self.identity.qualified_signature {
            qualified.start_at(base);
        }
    }

    /// Sections other than modules that differ: their change takes effect at the next start.
    pub fn differs_beyond_modules(&self, other: &Configuration) -> Vec<&'static str> {
        let mut differ = Vec::new();
        let mut compare = |name, same: bool| {
            if !same {
                differ.push(name);
            }
        };
        compare("platform", self.platform == other.platform);
        compare("folders", self.folders == other.folders);
        compare("storage", self.storage == other.storage);
        compare("files", self.files == other.files);
        compare("audit", self.audit == other.audit);
        compare("personal-data", self.personal_data == other.personal_data);
        compare("runtime", self.runtime == other.runtime);
        compare("server", self.server == other.server);
        compare("requests", self.requests == other.requests);
        compare("protection", self.protection == other.protection);
        compare("pages", self.pages == other.pages);
        compare("mail", self.mail == other.mail);
        compare("identity", self.identity == other.identity);
        compare("sessions", self.sessions == other.sessions);
        compare("registers", self.registers == other.registers);
        compare("quarantine", self.quarantine == other.quarantine);
        differ
    }
}

#[cfg(test)]
mod tests;

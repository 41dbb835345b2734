//! What is wrong with a configuration that has the right shape.

use super::{Approval, Configuration, FileStore, MailTls, Mode, line_of};
use crate::Problem;
use vzaemo_clock::Zone;
use vzaemo_contract::problems::is_retention;

/// A length of time that is none.
const NONE: &str = "P0D";

/// The most seconds by which the clock of an identity provider may differ.
const LARGEST_SKEW: u16 = 300;

/// Ids of ways to sign in that have sections of their own.
const TAKEN: [&str; 2] = ["development", "id-gov-ua"];

struct Check<'a> {
    file: &'a str,
    text: &'a str,
    found: Vec<Problem>,
}

impl Check<'_> {
    fn problem(&mut self, place: &[&str], what: impl Into<String>, mend: impl Into<String>) {
        let line = line_of(self.text, place);
        self.found.push(Problem::new(self.file, what).at(place.join(".")).line(line).mend(mend));
    }

    fn positive(&mut self, section: &str, values: &[(&str, u64)]) {
        for (name, value) in values {
            if *value == 0 {
                self.problem(&[section, name], "0 lets nothing through", "write 1 or more");
            }
        }
    }
}

impl Configuration {
    pub(super) fn problems(&self, file: &str, text: &str) -> Vec<Problem> {
        let mut check = Check { file, text, found: Vec::new() };
        self.check_platform(&mut check);
        self.check_approval(&mut check);
        self.check_storage(&mut check);
        self.check_limits(&mut check);
        self.check_files(&mut check);
        self.check_mail(&mut check);
        self.check_audit(&mut check);
        self.check_registers(&mut check);
        self.check_personal_data(&mut check);
        self.check_identity(&mut check);
        for (what, mend) in self.rules.iter().flat_map(super::Rules::problems) {
            check.problem(&["rules", "versions"], what, mend);
        }
        self.check_modules(&mut check);
        check.found
    }

    fn check_registers(&self, check: &mut Check<'_>) {
        let Some(edr) = &self.registers.edr else { return };
        let place = ["registers", "edr", "url"];
        let local = matches!(edr.url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if !matches!(edr.url.scheme(), "http" | "https") {
            let what = format!("{}: is no web address", edr.url.scheme());
            check.problem(&place, what, "write one that begins with https://");
        } else if edr.url.scheme() == "http" && !local {
            check.problem(&place, "the token would cross the network in the open", "write https");
        }
    }

    fn check_platform(&self, check: &mut Check<'_>) {
        let platform = &self.platform;
        for (language, text) in [("uk", &platform.name.uk), ("en", &platform.name.en)] {
            if text.trim().is_empty() {
                check.problem(
                    &["platform", "name", language],
                    "the name is empty",
                    "write it in both languages",
                );
            }
        }
        let url = &platform.base_url;
        let place = ["platform", "base-url"];
        let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            check.problem(
                &place,
                format!("{url} is no web address"),
                "write one such as \"https://example.org\"",
            );
        } else if url.scheme() == "http" && !local && platform.mode == Mode::Production {
            check.problem(&place, "citizens' data would cross the network in the open", "write https");
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            check.problem(
                &place,
                "the platform stands at the root of its address",
                "leave out path, query and fragment",
            );
        }
        if Zone::named(&platform.time_zone).is_err() {
            check.problem(
                &["platform", "time-zone"],
                format!("{:?} is no time zone", platform.time_zone),
                "write a name of the IANA database, such as \"Europe/Kyiv\"",
            );
        }
    }

    fn check_approval(&self, check: &mut Check<'_>) {
        let Some(changes) = self.approval.changes else { return };
        if changes == 0 || changes > Approval::MOST {
            check.problem(
                &["approval", "changes"],
                format!("{changes} is no number of holders"),
                format!("write a number from 1 to {}", Approval::MOST),
            );
        }
    }

    fn check_personal_data(&self, check: &mut Check<'_>) {
        let term = &self.personal_data.correction;
        let place = ["personal-data", "correction"];
        if term.value == 0 || term.value > term.unit.longest() {
            check.problem(
                &place,
                format!("{} is no length of a term", term.value),
                format!("write a number from 1 to {}", term.unit.longest()),
            );
        }
        if term.law.trim().is_empty() || term.law.contains(';') {
            check.problem(
                &place,
                "no act of law sets the term",
                "name it in law, without semicolons; people are shown it",
            );
        }
    }

    fn check_audit(&self, check: &mut Check<'_>) {
        let journal_days = self.audit.journal_days.unwrap_or(1);
        check.positive(
            "audit",
            &[
                ("checkpoint-minutes", self.audit.checkpoint_minutes.into()),
                ("journal-days", journal_days.into()),
            ],
        );
        if let Some(origin) = &self.audit.origin
            && !super::Audit::is_origin(origin)
        {
            check.problem(
                &["audit", "origin"],
                format!("{origin:?} cannot name a log"),
                "write an address without scheme, white space and plus signs, such as \"example.org/audit\"",
            );
        }
    }

    fn check_storage(&self, check: &mut Check<'_>) {
        let storage = &self.storage;
        let Some(url) = &storage.url else {
            if storage.password_file.is_some() {
                check.problem(
                    &["storage", "password-file"],
                    "there is no database that it is the password of",
                    "give its address in url, or leave the password out",
                );
            }
            return;
        };
        let place = ["storage", "url"];
        match url::Url::parse(url) {
            Ok(url) if matches!(url.scheme(), "postgres" | "postgresql") => {
                if url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password") {
                    check.problem(
                        &place,
                        "the address holds a password",
                        "write it into a file of its own and name that in password-file",
                    );
                }
            }
            // Not repeated: it may hold a password too.
            _ => check.problem(
                &place,
                "this is no address of a PostgreSQL database",
                "write one such as \"postgres://vzaemo@db.example.org/vzaemo\"",
            ),
        }
    }

    fn check_limits(&self, check: &mut Check<'_>) {
        let (storage, runtime, rest) = (&self.storage, &self.runtime, &self.quarantine);
        let wide = |value: usize| u64::try_from(value).unwrap_or(u64::MAX);
        check.positive(
            "storage",
            &[
                ("readers", storage.readers.into()),
                ("queue", wide(storage.queue)),
                ("batch", wide(storage.batch)),
            ],
        );
        check.positive(
            "runtime",
            &[
                ("concurrency", runtime.concurrency.into()),
                ("memory-mib", runtime.memory_mib.into()),
                ("call-ms", runtime.call_ms.into()),
                ("cpu-ms", runtime.cpu_ms.into()),
            ],
        );
        let sessions = &self.sessions;
        let (idle, absolute) = (sessions.idle_minutes, sessions.absolute_minutes);
        check.positive("sessions", &[("idle-minutes", idle.into()), ("absolute-minutes", absolute.into())]);
        if idle > absolute {
            check.problem(
                &["sessions", "idle-minutes"],
                "a session ends before it could be unused for so long",
                "write at most absolute-minutes",
            );
        }
        check.positive("requests", &[("body-kib", self.requests.body_kib.into())]);
        check.positive(
            "quarantine",
            &[
                ("failures", rest.failures.into()),
                ("within-seconds", rest.within_seconds.into()),
                ("rest-seconds", rest.rest_seconds.into()),
            ],
        );
        if rest.longest_rest_seconds < rest.rest_seconds {
            check.problem(
                &["quarantine", "longest-rest-seconds"],
                "the longest rest is shorter than the first",
                "write at least rest-seconds",
            );
        }
        let requests = &self.requests;
        let by_kind = [
            ("rates", &requests.rates),
            ("session-rates", &requests.session_rates),
            ("address-rates", &requests.address_rates),
        ];
        let named = by_kind
            .into_iter()
            .flat_map(|(section, rates)| rates.iter().map(move |(kind, rate)| (section, kind.name(), rate)))
            .chain(requests.act_rates.iter().map(|(act, rate)| ("act-rates", act.as_str(), rate)));
        for (section, name, rate) in named {
            if rate.per_minute == 0 || rate.burst == 0 {
                check.problem(&["requests", section, name], "0 lets nothing through", "write 1 or more");
            }
        }
        for act in requests
            .act_rates
            .keys()
            .filter(|act| act.split('/').filter(|part| !part.is_empty()).count() != 2)
        {
            check.problem(
                &["requests", "act-rates", act],
                "it names no act",
                "write the module and the act, such as \"notes/sign\"",
            );
        }
        self.check_protection(check);
    }

    fn check_protection(&self, check: &mut Check<'_>) {
        let protection = &self.protection;
        check.positive("protection", &[("keep-days", protection.keep_days.into())]);
        let (lockout, anomalies) = (&protection.lockout, &protection.anomalies);
        for (section, name, value, least) in [
            ("lockout", "failures", lockout.failures, 1),
            ("lockout", "first-seconds", lockout.first_seconds, 1),
            ("lockout", "longest-seconds", lockout.longest_seconds, lockout.first_seconds),
            ("anomalies", "window-minutes", anomalies.window_minutes, 1),
            ("anomalies", "persons-per-address", anomalies.persons_per_address, 2),
            ("anomalies", "persons-per-device", anomalies.persons_per_device, 2),
            ("anomalies", "regular-acts", anomalies.regular_acts, 3),
        ] {
            if value < least {
                let what = format!("{value} is too little");
                check.problem(&["protection", section, name], what, format!("write {least} or more"));
            }
        }
        if let Some(webhook) = &protection.webhook
            && !matches!(webhook.url.scheme(), "http" | "https")
        {
            let what = format!("{}: is no web address", webhook.url.scheme());
            check.problem(&["protection", "webhook", "url"], what, "write one that begins with https://");
        }
        if !protection.mail.is_empty() && self.mail.is_none() {
            let what = "there is no mail server to send them by".to_owned();
            check.problem(&["protection", "mail"], what, "say in [mail] which server takes letters");
        }
    }

    fn check_files(&self, check: &mut Check<'_>) {
        let files = &self.files;
        check.positive(
            "files",
            &[("largest-mib", files.largest_mib.into()), ("grace-hours", files.grace_hours.into())],
        );
        let bucket = files.bucket.as_deref().unwrap_or_default();
        if files.store == FileStore::S3 && bucket.is_empty() {
            check.problem(&["files", "store"], "no bucket is named to keep files in", "add bucket = \"…\"");
        }
        if let Some(scan) = &files.scan {
            let unix = scan.clamd.strip_prefix("unix:").is_some_and(|path| path.starts_with('/'));
            let tcp = scan.clamd.strip_prefix("tcp:").and_then(|address| address.rsplit_once(':'));
            if !unix && !tcp.is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok()) {
                check.problem(
                    &["files", "scan", "clamd"],
                    format!("{:?} is no address of clamd", scan.clamd),
                    "write \"unix:/path/to/socket\" or \"tcp:host:port\"",
                );
            }
        }
    }

    fn check_mail(&self, check: &mut Check<'_>) {
        let Some(mail) = &self.mail else { return };
        if mail.server.trim().is_empty() || mail.server.contains(['/', ':', ' ']) {
            let what = format!("{:?} is no name of a server", mail.server);
            check.problem(
                &["mail", "server"],
                what,
                "write one such as \"mail.example.org\"; the port stands in port",
            );
        }
        let address = mail.sender.rsplit_once('<').map_or(mail.sender.as_str(), |(_, rest)| rest);
        let address = address.trim().trim_end_matches('>');
        let whole =
            address.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
        if !whole || address.contains(' ') {
            let what = format!("{:?} is no sender", mail.sender);
            check.problem(
                &["mail", "sender"],
                what,
                "write an address, or a name with one: \"Name <no-reply@example.org>\"",
            );
        }
        let local = matches!(mail.server.as_str(), "localhost" | "127.0.0.1" | "::1");
        if mail.tls == MailTls::None && !local && self.platform.mode == Mode::Production {
            check.problem(
                &["mail", "tls"],
                "citizens' notices would cross the network in the open",
                "write \"implicit\" or \"starttls\"",
            );
        }
        if mail.user.is_none() && mail.password_file.is_some() {
            let what = "there is no user whose password it is";
            check.problem(
                &["mail", "password-file"],
                what,
                "name the user in user, or leave the password out",
            );
        }
    }

    fn check_identity(&self, check: &mut Check<'_>) {
        let identity = &self.identity;
        let production = self.platform.mode == Mode::Production;
        if production && identity.development.is_some() {
            check.problem(
                &["identity", "development"],
                "anybody could sign in as anybody",
                "remove it, or set platform.mode to \"development\"",
            );
        }
        if let Some(qualified) = &identity.qualified_signature {
            const PLACE: [&str; 2] = ["identity", "qualified-signature"];
            let [section, table] = PLACE;
            if qualified.trust.is_empty() {
                check.problem(
                    &[section, table, "trust"],
                    "no authority is trusted, so that no signature counts",
                    "name the files with the certificates of the authorities",
                );
            }
            let revocation = &qualified.revocation;
            let limits = [
                ("largest-kib", qualified.largest_kib, &PLACE[..]),
                ("timeout-ms", revocation.timeout_ms, &[section, table, "revocation"]),
                ("largest-list-mib", revocation.largest_list_mib, &[section, table, "revocation"]),
            ];
            for (name, value, place) in limits {
                if value == 0 {
                    let place: Vec<&str> = place.iter().copied().chain([name]).collect();
                    check.problem(&place, "0 lets nothing through", "write 1 or more");
                }
            }
        }
        let no_provider = identity.providers.is_empty() && identity.id_gov_ua.is_none();
        if no_provider && identity.development.is_none() && identity.qualified_signature.is_none() {
            check.problem(
                &["identity"],
                "nobody can sign in",
                if production {
                    "add [identity.providers.…]"
                } else {
                    "add [identity.development] with a seed"
                },
            );
        }
        if let Some(service) = &identity.id_gov_ua {
            let address = service.address.as_ref();
            if production && address.is_some_and(|address| address.scheme() != "https") {
                check.problem(
                    &["identity", "id-gov-ua", "address"],
                    "who signs in could be forged on the way",
                    "write https",
                );
            }
            if service.decryptor.as_ref().is_some_and(|decryptor| decryptor.command.is_empty()) {
                check.problem(
                    &["identity", "id-gov-ua", "decryptor", "command"],
                    "it names no program",
                    "write the program and its arguments",
                );
            }
            if address.is_some_and(|address| !address.path().ends_with('/')) {
                check.problem(
                    &["identity", "id-gov-ua", "address"],
                    "the service's addresses stand beneath it",
                    "write a slash at its end",
                );
            }
            if service.auth_types.is_empty() {
                check.problem(
                    &["identity", "id-gov-ua", "auth-types"],
                    "nobody could sign in there",
                    "name at least one, or leave it out for all",
                );
            }
        }
        for (id, provider) in &identity.providers {
            if TAKEN.contains(&id.as_str()) {
                check.problem(
                    &["identity", "providers", id],
                    "the platform itself calls a way to sign in by this id",
                    "choose another one",
                );
            }
            if !well_formed(id) {
                check.problem(
                    &["identity", "providers", id],
                    "it is not a well-formed id",
                    "use lower-case letters, digits and hyphens",
                );
            }
            if provider.clock_skew_seconds > LARGEST_SKEW {
                check.problem(
                    &["identity", "providers", id, "clock-skew-seconds"],
                    "tokens that have expired long ago would be taken",
                    format!("write at most {LARGEST_SKEW}, and set the clocks right"),
                );
            }
            if production && provider.issuer.scheme() != "https" {
                check.problem(
                    &["identity", "providers", id, "issuer"],
                    "who signs in could be forged on the way",
                    "write https",
                );
            }
        }
    }

    fn check_modules(&self, check: &mut Check<'_>) {
        for (id, module) in &self.modules {
            if !well_formed(id) {
                check.problem(
                    &["modules", id],
                    "it is not a well-formed id",
                    "use lower-case letters, digits and hyphens",
                );
            }
            for (position, grant) in module.grants.iter().enumerate() {
                let place = ["modules", id, "grants"];
                if !vzaemo_contract::CAPABILITIES.contains(&grant.as_str()) {
                    check.problem(
                        &place,
                        format!("there is no capability {grant:?} to grant"),
                        format!("choose from {}", vzaemo_contract::CAPABILITIES.join(", ")),
                    );
                }
                if module.grants.iter().take(position).any(|earlier| earlier == grant) {
                    check.problem(&place, format!("{grant:?} is granted twice"), "name it once");
                }
            }
            for (collection, retention) in &module.retention {
                let place = ["modules", id, "retention", collection];
                if retention.keep != NONE && !is_retention(&retention.keep) {
                    let what = format!("{:?} is no length of time", retention.keep);
                    check.problem(
                        &place,
                        what,
                        "write an ISO 8601 duration such as \"P3Y\", or \"P0D\" for none",
                    );
                }
                if retention.law.trim().is_empty() {
                    check.problem(&place, "no act of law says so", "name it in law; people are shown it");
                }
            }
            if let Some(key) = datetime_in(&module.config) {
                check.problem(
                    &["modules", id, "config", key],
                    "a date of TOML cannot become JSON",
                    "write it as a string in quotes",
                );
            }
        }
    }
}

fn well_formed(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// The key at the root beneath which a date stands.
fn datetime_in(table: &toml::Table) -> Option<&str> {
    table.iter().find(|(_, value)| holds_datetime(value)).map(|(key, _)| key.as_str())
}

fn holds_datetime(value: &toml::Value) -> bool {
    match value {
        toml::Value::Datetime(_) => true,
        toml::Value::Array(items) => items.iter().any(holds_datetime),
        toml::Value::Table(table) => table.values().any(holds_datetime),
        _ => false,
    }
}

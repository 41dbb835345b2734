use super::{Configuration, FileStore, Mode, Rate, RateKind};

const GOOD: &str = r#"
[platform]
name = { uk = "Взаємодія", en = "Interaction" }
base-url = "http://localhost:8080"
mode = "development"

[identity.development]
seed = "tests"

[modules.notes]
version = "^1.0"
grants = ["schedule", "search"]
[modules.notes.config]
threshold = 25
[modules.votes]
version = "^0.1"
enabled = false
"#;

fn problems(text: &str) -> Vec<String> {
    Configuration::from_toml("platform.toml", text).unwrap_err().iter().map(ToString::to_string).collect()
}

fn with(from: &str, to: &str) -> Vec<String> {
    assert!(GOOD.contains(from), "{from}");
    problems(&GOOD.replacen(from, to, 1))
}

#[test]
fn a_short_configuration_has_defaults() {
    let read = Configuration::from_toml("platform.toml", GOOD).unwrap();
    assert_eq!(read.platform.mode, Mode::Development);
    assert_eq!(read.platform.time_zone, "Europe/Kyiv");
    assert_eq!(read.pages.remember_mib, 64);
    assert_eq!(read.requests.rates.get(&RateKind::SignIn), Some(&Rate { per_minute: 20, burst: 10 }));
    let notes = &read.modules["notes"];
    assert!(notes.enabled);
    assert_eq!(notes.config["threshold"].as_integer(), Some(25));
    assert!(!read.modules["votes"].enabled);
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let unknown = with("enabled = false", "enabeld = false");
    assert!(unknown[0].starts_with("platform.toml:17: unknown field `enabeld`"), "{unknown:?}");
    let requirement = with("\"^1.0\"", "\"newest\"");
    assert!(requirement[0].starts_with("platform.toml:11: "), "{requirement:?}");
    let syntax = with("[modules.votes]", "[modules.votes");
    assert!(syntax[0].starts_with("platform.toml:15: "), "{syntax:?}");
    assert_eq!(
        with("\"search\"]", "\"internet\"]"),
        [
            "platform.toml:12: modules.notes.grants: there is no capability \"internet\" to grant; choose from cabinet, files, \
             notify, registers, schedule, search"
        ]
    );
}

#[test]
fn all_problems_are_said_at_once() {
    let found = problems(
        &(GOOD
            .replace("localhost:8080", "example.org/path")
            .replace("\"development\"", "\"production\"\ntime-zone = \"Mars\"")
            .replace("threshold = 25", "since = 2026-01-01")
            + "[quarantine]\nfailures = 0\n[requests.rates.act]\nper-minute = 0\nburst = 1\n"),
    );
    let said = found.join("\n");
    for expected in [
        "platform.base-url: citizens' data",
        "platform.base-url: the platform stands at the root",
        "platform.time-zone: \"Mars\" is no time zone",
        "identity.development: anybody could sign in as anybody",
        "quarantine.failures: 0 lets nothing through",
        "requests.rates.act: 0 lets nothing through",
        "modules.notes.config.since: a date of TOML",
    ] {
        assert!(said.contains(expected), "{expected} in\n{said}");
    }
    assert_eq!(found.len(), 7, "{said}");
}

#[test]
fn a_change_beyond_modules_is_noticed() {
    let one = Configuration::from_toml("", GOOD).unwrap();
    let other =
        Configuration::from_toml("", &GOOD.replace("8080", "8081").replace("threshold = 25", "")).unwrap();
    assert_eq!(one.differs_beyond_modules(&other), ["platform"]);
}

#[test]
fn proxies_are_networks_or_addresses() {
    let proxies = |list: &str| format!("{GOOD}[server]\ntrusted-proxies = [{list}]\n");
    let read =
        Configuration::from_toml("", &proxies(r#""10.0.0.0/8", "192.0.2.7", "fd00::1:2/64""#)).unwrap();
    let nets: Vec<String> =
        read.server.trusted_proxies.iter().map(|network| network.net().to_string()).collect();
    assert_eq!(nets, ["10.0.0.0/8", "192.0.2.7/32", "fd00::/64"]);
    assert_eq!(Configuration::from_toml("", GOOD).unwrap().server.trusted_proxies, []);
    assert_eq!(Configuration::from_toml("", GOOD).unwrap().differs_beyond_modules(&read), ["server"]);
    for (list, expected) in [
        (r#""balancer.internal""#, "\"balancer.internal\" is no network; write one such as"),
        (r#""10.0.0.0/40""#, "\"10.0.0.0/40\" is no network"),
        (r#""0.0.0.0/0""#, "\"0.0.0.0/0\" are all addresses there are"),
        (r#""::/0""#, "\"::/0\" are all addresses"),
    ] {
        let said = problems(&proxies(list)).join("\n");
        assert!(said.starts_with("platform.toml:19: ") && said.contains(expected), "{said}");
    }
}

#[test]
fn the_database_is_postgresql_and_its_password_stands_elsewhere() {
    let storage = |text: &str| format!("{GOOD}[storage]\n{text}\n");
    let good = storage("url = \"postgres://vzaemo@db.example.org/vzaemo\"\npassword-file = \"secret\"");
    let read = Configuration::from_toml("", &good).unwrap();
    assert_eq!(read.storage.password_file.unwrap(), std::path::Path::new("secret"));
    for (text, expected) in [
        ("url = \"mysql://db/vzaemo\"", "no address of a PostgreSQL database"),
        ("url = \"postgres://vzaemo:hidden@db/vzaemo\"", "holds a password"),
        ("url = \"postgres://vzaemo@db/vzaemo?password=hidden\"", "holds a password"),
        ("password-file = \"secret\"", "no database that it is the password of"),
    ] {
        let said = problems(&storage(text)).join("\n");
        assert!(said.contains(expected) && !said.contains("hidden"), "{said}");
    }
}

#[test]
fn nobody_can_sign_in_without_a_way() {
    assert_eq!(
        with("[identity.development]\nseed = \"tests\"", ""),
        ["platform.toml: identity: nobody can sign in; add [identity.development] with a seed"]
    );
}

const ID_GOV_UA: &str = r#"
[identity.id-gov-ua]
name = { uk = "id.gov.ua", en = "id.gov.ua" }
client-id = "0123"
client-secret-file = "id.secret"
decryptor = { certificate-file = "id.cer", command = ["open", "--slot", "1"] }
"#;

#[test]
fn ways_to_sign_in_are_told_apart_and_safe() {
    let more = r#"
[identity.providers.portal]
name = { uk = "Портал", en = "Portal" }
issuer = "https://portal.example.org"
client-id = "vzaemo"
client-secret-file = "portal.secret"
"#;
    let good = format!("{GOOD}{ID_GOV_UA}{more}");
    let read = Configuration::from_toml("", &good).unwrap();
    assert_eq!(read.identity.id_gov_ua.unwrap().auth_types.len(), 4);
    assert_eq!(read.identity.providers["portal"].clock_skew_seconds, 60);
    for (from, to, expected) in [
        ("client-id = \"0123\"", "client-id = \"0\"\nauth-types = []", "nobody could sign in there"),
        (
            "client-id = \"0123\"",
            "client-id = \"0\"\naddress = \"https://id.example/x\"",
            "a slash at its end",
        ),
        ("client-id = \"0123\"", "client-id = \"0\"\nauth-types = [\"guess\"]", "unknown variant `guess`"),
        ("[\"open\", \"--slot\", \"1\"]", "[]", "it names no program"),
        ("providers.portal", "providers.id-gov-ua", "calls a way to sign in by this id"),
        ("client-id = \"vzaemo\"", "client-id = \"vzaemo\"\nclock-skew-seconds = 301", "expired long ago"),
    ] {
        let said = problems(&good.replacen(from, to, 1)).join("\n");
        assert!(said.contains(expected), "{expected} in {said}");
    }
}

#[test]
fn sessions_end_in_time() {
    let sessions = |text: &str| format!("{GOOD}[sessions]\n{text}\n");
    let read = Configuration::from_toml("", &sessions("idle-minutes = 15\nabsolute-minutes = 480")).unwrap();
    assert_eq!((read.sessions.idle_minutes, read.sessions.absolute_minutes), (15, 480));
    assert_eq!(Configuration::from_toml("", GOOD).unwrap().differs_beyond_modules(&read), ["sessions"]);
    for (text, expected) in [
        ("idle-minutes = 0", "sessions.idle-minutes: 0 lets nothing through"),
        ("idle-minutes = 30\nabsolute-minutes = 20", "sessions.idle-minutes: a session ends before"),
        ("idle-seconds = 30", "unknown field `idle-seconds`"),
    ] {
        let said = problems(&sessions(text)).join("\n");
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn files_are_kept_somewhere_and_scanned_by_somebody() {
    let good = format!(
        "{GOOD}[files]\nstore = \"s3\"\nbucket = \"files\"\nendpoint = \"http://store.local:9000\"\nscan = {{ clamd = \"tcp:av.local:3310\" }}\n"
    );
    assert_eq!(Configuration::from_toml("", &good).unwrap().files.store, FileStore::S3);
    for (text, place) in [
        ("store = \"s3\"", "files.store"),
        ("largest-mib = 0", "files.largest-mib"),
        ("grace-hours = 0", "files.grace-hours"),
        ("scan = { clamd = \"clamav\" }", "files.scan.clamd"),
        ("scan = { clamd = \"tcp:clamav\" }", "files.scan.clamd"),
        ("secret-key = \"x\"", "secret-key"),
    ] {
        let problems = Configuration::from_toml("", &format!("{GOOD}[files]\n{text}\n")).unwrap_err();
        assert!(problems.iter().any(|problem| problem.to_string().contains(place)), "{text}: {problems:?}");
    }
}

/// Sign-in by qualified signature, with all that can be said of it, and an act that asks for it.
const QUALIFIED: &str = r#"
[modules.votes.assurance]
cast = "high"
[identity.qualified-signature]
trust = ["trust/authorities", "trust/more.p7b"]
intermediates = ["trust/intermediates"]
require-qualified = false
assurance = "substantial"
largest-kib = 64
[identity.qualified-signature.revocation]
lists = ["trust/lists", "https://ca.example/all.crl"]
fetch-lists = false
ocsp = false
when-unknown = "accept"
timeout-ms = 1000
largest-list-mib = 8
keep-minutes = 0
"#;

#[test]
fn sign_in_by_signature_is_read_with_its_files_and_addresses() {
    let text = format!("{GOOD}{QUALIFIED}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("platform.toml");
    std::fs::write(&path, &text).unwrap();
    let read = Configuration::read(&path).unwrap();
    let qualified = read.identity.qualified_signature.unwrap();
    assert_eq!(qualified.trust, ["trust/authorities", "trust/more.p7b"].map(|at| folder.path().join(at)));
    let files: Vec<_> = qualified.revocation.files().collect();
    assert_eq!(files, [folder.path().join("trust/lists")]);
    let addresses: Vec<_> = qualified.revocation.addresses().map(String::from).collect();
    assert_eq!(addresses, ["https://ca.example/all.crl"]);
    for (from, to, place) in [
        ("largest-kib = 64", "largest-kib = 0", "identity.qualified-signature.largest-kib"),
        ("timeout-ms = 1000", "timeout-ms = 0", "identity.qualified-signature.revocation.timeout-ms"),
        ("[\"trust/authorities\", \"trust/more.p7b\"]", "[]", "identity.qualified-signature.trust"),
        ("\"accept\"", "\"hope\"", "unknown variant"),
        ("cast = \"high\"", "cast = \"highest\"", "unknown variant"),
    ] {
        assert!(text.contains(from), "{from}");
        let found = problems(&text.replacen(from, to, 1));
        assert!(found.iter().any(|problem| problem.contains(place)), "{to}: {found:?}");
    }
    let only =
        text.replace("[identity.development]\nseed = \"tests\"\n", "").replace("development", "production");
    Configuration::from_toml("platform.toml", &only).expect("it is a way to sign in by itself");
}

const ALERTS: &str = "[protection]\nmail = [\"security@example.org\"]\n";

#[test]
fn alerts_by_mail_need_a_mail_server() {
    let said = problems(&format!("{GOOD}{ALERTS}")).join("\n");
    assert!(said.contains("protection.mail: there is no mail server"), "{said}");
}

const EDR: &str = "[registers.edr]\nurl = \"https://edr.example.org/\"\n";

#[test]
fn the_token_of_the_register_never_crosses_the_network_in_the_open() {
    let good = format!("{GOOD}{EDR}");
    let read = Configuration::from_toml("platform.toml", &good).unwrap().registers.edr.unwrap();
    assert!(!read.heads_by_name && read.token_file.is_none());
    let said = problems(&good.replacen("https://edr", "http://edr", 1)).join("\n");
    assert!(said.contains("registers.edr.url: the token would cross"), "{said}");
    let said = problems(&good.replacen("https://edr", "ftp://edr", 1)).join("\n");
    assert!(said.contains("is no web address"), "{said}");
    let beside = good.replacen("https://edr.example.org/", "http://127.0.0.1:8081/", 1);
    assert!(Configuration::from_toml("platform.toml", &beside).is_ok());
}

#[test]
fn the_schema_for_editors_agrees() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let schema = std::fs::read_to_string(folder.join("schemas/platform.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let accepts = |text: &str| {
        let table: toml::Table = text.parse().unwrap();
        validator.is_valid(&serde_json::to_value(table).unwrap())
    };
    let real = std::fs::read_to_string(folder.join("platform.toml")).unwrap();
    let behind_a_balancer = format!("{GOOD}[server]\ntrusted-proxies = [\"10.0.0.0/8\", \"::1\"]\n");
    let on_postgres =
        format!("{GOOD}[storage]\nurl = \"postgres://vzaemo@db/vzaemo\"\npassword-file = \"secret\"\n");
    let qualified = format!("{GOOD}{QUALIFIED}");
    let alerts = format!("{GOOD}{ALERTS}[mail]\nserver = \"mail\"\nsender = \"platform@example.org\"\n");
    let rules = format!("{GOOD}[rules]\nversions = [{{ version = \"1.0\", since = \"2026-01-01\" }}]\n");
    let edr = format!("{GOOD}{EDR}token-file = \"token\"\nheads-by-name = true\n");
    let id_gov_ua = format!("{GOOD}{ID_GOV_UA}");
    let approval = format!("{GOOD}[approval]\nchanges = 2\n");
    for good in [
        GOOD,
        &approval,
        &id_gov_ua,
        &real,
        &behind_a_balancer,
        &on_postgres,
        &qualified,
        &alerts,
        &rules,
        &edr,
    ] {
        Configuration::from_toml("platform.toml", good).unwrap();
        assert!(accepts(good), "{good}");
    }
    for (from, to) in [
        ("enabled = false", "enabeld = false"),
        ("\"search\"]", "\"internet\"]"),
        ("\"development\"\n", "\"testing\"\n"),
        ("http://localhost:8080", "http://localhost:8080/path"),
        ("version = \"^1.0\"", "enabled = true"),
        ("en = \"Interaction\"", "en = \" \""),
        ("seed = \"tests\"", "seeds = \"tests\""),
    ] {
        let bad = GOOD.replacen(from, to, 1);
        assert_ne!(bad, GOOD, "{from}");
        assert!(Configuration::from_toml("platform.toml", &bad).is_err(), "{bad}");
        assert!(!accepts(&bad), "{bad}");
    }
}

#[test]
fn a_mail_server_has_a_name_and_a_sender_and_is_reached_safely() {
    let mail = "\n[mail]\nserver = \"mail.example.org\"\nsender = \"Interaction <no-reply@example.org>\"\n";
    let good = format!("{GOOD}{mail}");
    let read = Configuration::from_toml("platform.toml", &good).unwrap().mail.unwrap();
    assert_eq!(read.port(), 465);
    let wrong = |from: &str, to: &str| problems(&good.replacen(from, to, 1));
    assert!(wrong("\"mail.example.org\"", "\"mail.example.org:25\"")[0].contains("no name of a server"));
    assert!(wrong("no-reply@example.org", "no-reply")[0].contains("no sender"));
    let unprotected = good.replacen("[mail]", "[mail]\ntls = \"none\"", 1);
    assert_eq!(Configuration::from_toml("platform.toml", &unprotected).unwrap().mail.unwrap().port(), 25);
    let serving = unprotected.replacen("\"development\"", "\"production\"", 1);
    assert!(problems(&serving).iter().any(|problem| problem.contains("in the open")), "{serving}");
    assert!(wrong("[mail]", "[mail]\npassword-file = \"p\"")[0].contains("no user"));
}

#[test]
fn a_term_of_retention_is_a_duration_with_its_law() {
    let with = |keep: &str, law: &str| {
        format!("{GOOD}\n[modules.votes.retention.items]\nkeep = \"{keep}\"\nlaw = \"{law}\"\n")
    };
    for keep in ["P3Y", "P1Y6M", "P0D"] {
        let read = Configuration::from_toml("platform.toml", &with(keep, "Law 1")).unwrap();
        assert_eq!(read.modules["votes"].retention["items"].keep, keep);
    }
    for keep in ["3 years", "P", "PT5M", ""] {
        assert!(problems(&with(keep, "Law 1"))[0].contains("no length of time"), "{keep}");
    }
    assert!(problems(&with("P3Y", " "))[0].contains("no act of law"));
}

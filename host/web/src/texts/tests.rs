use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;

fn kyiv() -> TimeZone {
    TimeZone::get("Europe/Kyiv").unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn both(uk: &str, en: &str) -> Result<Texts, TextsError> {
    Texts::from_sources(&[
        Source { language: Language::Uk, name: "uk/test.ftl", text: uk },
        Source { language: Language::En, name: "en/test.ftl", text: en },
    ])
}

#[test]
fn the_hosts_own_texts_are_whole() {
    load_host().unwrap();
}

/// Every key that stands in the host's files.
fn keys() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales/uk");
    let files = fs::read_dir(folder).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let is_key = |line: &str| line.starts_with(|first: char| first.is_ascii_lowercase());
    files
        .flat_map(|text| text.lines().filter(|line| is_key(line)).map(str::to_owned).collect::<Vec<_>>())
        .filter_map(|line| line.split_once(" =").map(|(key, _)| key.to_owned()))
        .collect()
}

/// The program's sources, tests left out.
fn sources(folder: &Path, out: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
            out.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_key_in_the_code_is_a_message() {
    let mut code = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut code);
    let keys = keys();
    for call in ["say(\"", "say_with(\"", "say_with(\n            \""] {
        for rest in code.split(call).skip(1) {
            let key = rest.split('"').next().unwrap();
            assert!(keys.contains(key), "{key:?} is said but no message");
        }
    }
    for ending in crate::forms::ENDINGS {
        assert!(keys.contains(&format!("form-error-{ending}")), "form-error-{ending}");
    }
}

#[test]
fn every_message_is_used() {
    let mut code = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut code);
    for key in keys() {
        let made = key.starts_with("form-error-");
        assert!(made || code.contains(&format!("\"{key}\"")), "nothing says {key:?}");
    }
}

#[test]
fn a_module_whose_languages_differ_is_refused() {
    assert!(both("a = так", "a = yes").is_ok());
    let missing = both("a = так\nb = ні", "a = yes").unwrap_err();
    assert_eq!(missing.to_string(), "find the message \"b\" in en");
    let other = both("a = так", "a = yes\nc = see").unwrap_err();
    assert_eq!(other.to_string(), "find the message \"c\" in uk");
    assert!(matches!(both("a = { $n }", "a = { $m }"), Err(TextsError::Arguments { .. })));
    assert!(matches!(
        both("a = { $n ->\n *[other] { $x }\n }", "a = { $n }"),
        Err(TextsError::Arguments { .. })
    ));
    match both("a = так\n\nщось не те", "a = yes") {
        Err(TextsError::Syntax { file, line, .. }) => assert_eq!((file.as_str(), line), ("uk/test.ftl", 3)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_module_speaks_its_own_words_and_a_missing_one_is_its_key() {
    let texts = both("sent = Подано { $n }", "sent = Sent { $n }").unwrap();
    let speaker = Speaker::of(&texts, Language::Uk);
    let mut args = Args::new();
    args.set("n", 25_000);
    assert_eq!(speaker.module_or_key("sent", Some(&args)), "Подано 25\u{a0}000");
    args.set("n", 1_250.5);
    assert_eq!(speaker.module_or_key("sent", Some(&args)), "Подано 1\u{a0}250,5");
    let english = Speaker::of(&texts, Language::En);
    assert_eq!(english.module_or_key("sent", Some(&args)), "Sent 1\u{a0}250.5");
    assert_eq!(speaker.module_or_key("gone", None), "gone");
    assert_eq!(speaker.module("menu", None), None, "a module does not say the host's words");
}

#[test]
fn numbers_stand_in_groups() {
    assert_eq!(grouped(0), "0");
    assert_eq!(grouped(999), "999");
    assert_eq!(grouped(25_000), "25\u{a0}000");
    assert_eq!(grouped(-1_234_567), "\u{2212}1\u{a0}234\u{a0}567");
}

#[test]
fn days_are_written_in_both_languages() {
    for (language, expected) in
        [(Language::Uk, "3\u{a0}вересня\u{a0}2026"), (Language::En, "3\u{a0}September\u{a0}2026")]
    {
        let mut out = String::new();
        push_day("2026-09-03".parse().unwrap(), &Speaker::host(language), &mut out);
        assert_eq!(out, expected);
    }
}

#[test]
fn a_moment_of_today_says_so_until_midnight_in_kyiv() {
    let now = at("2026-09-03T11:30:00Z");
    let mut out = String::new();
    let until = push_moment(at("2026-09-03T11:02:00Z"), now, &kyiv(), &Speaker::host(Language::Uk), &mut out);
    assert_eq!(out, "сьогодні,\u{a0}14:02");
    assert_eq!(until, Some(at("2026-09-03T21:00:00Z")));
    out.clear();
    let until = push_moment(at("2026-09-02T20:59:00Z"), now, &kyiv(), &Speaker::host(Language::En), &mut out);
    assert_eq!((out.as_str(), until), ("2\u{a0}September\u{a0}2026,\u{a0}23:59", None));
}

#[test]
fn what_remains_is_told_with_the_moment_it_changes() {
    let now = at("2026-11-21T12:00:00Z");
    let left = |target: &str| remaining(target, now, &kyiv()).unwrap();
    let midnight = Some(at("2026-11-21T22:00:00Z"));
    assert_eq!(left("2026-12-03"), (Remaining::Days(12), midnight));
    assert_eq!(left("2026-11-21"), (Remaining::LastDay, midnight));
    assert_eq!(left("2026-11-20"), (Remaining::Past, None));
    assert_eq!(left("2026-11-21T14:30:00Z"), (Remaining::Hours(2), Some(at("2026-11-21T12:30:01Z"))));
    assert_eq!(left("2026-11-21T12:30:00Z"), (Remaining::Minutes, Some(at("2026-11-21T12:30:00Z"))));
    assert_eq!(left("2026-11-21T11:59:59Z"), (Remaining::Past, None));
    assert_eq!(remaining("soon", now, &kyiv()), None);
}

#[test]
fn ukrainian_plurals_agree() {
    let say = |days| {
        let mut out = String::new();
        push_remaining(Remaining::Days(days), &Speaker::host(Language::Uk), &mut out);
        out
    };
    assert_eq!(
        [1, 3, 12, 41].map(say),
        ["ще 1 день", "ще 3 дні", "ще 12 днів", "ще 41 день"].map(|said| said.replace(' ', "\u{a0}"))
    );
}

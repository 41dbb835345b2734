//! Secrets do not stand in `platform.toml`. What may be one all the same is not shown to those who look at a change.

use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// What stands in place of a secret.
const MASK: &str = "•••";
/// The same where the secret is another one than before.
const OTHER: &str = "••• ≠";

/// A text of TOML without its secrets. One that is another than in `before` is marked as that.
pub(crate) fn masked(text: &str, before: &str) -> String {
    let known: Vec<(String, String)> =
        secrets(before).into_iter().map(|secret| (secret.place, secret.value)).collect();
    let mut found = secrets(text);
    found.sort_by_key(|secret| secret.span.start);
    let (mut shown, mut rest) = (String::with_capacity(text.len()), 0);
    for Secret { place, value, span } in found {
        let Some(between) = text.get(rest..span.start) else { continue };
        shown.push_str(between);
        let same = text == before || known.contains(&(place, value));
        shown.push('"');
        shown.push_str(if same { MASK } else { OTHER });
        shown.push('"');
        rest = span.end;
    }
    shown.push_str(text.get(rest..).unwrap_or_default());
    shown.lines().map(commented).collect::<Vec<_>>().join("\n") + if text.ends_with('\n') { "\n" } else { "" }
}

/// A line, without the secrets of one that is commented out.
fn commented(line: &str) -> String {
    let inside = line.trim_start().trim_start_matches('#').trim();
    let secret = line.trim_start().starts_with('#') && !secrets(inside).is_empty();
    match line.split_once('=').filter(|_| secret) {
        Some((begin, _)) => format!("{begin}= \"{MASK}\""),
        None => line.to_owned(),
    }
}

struct Secret {
    place: String,
    value: String,
    span: Range<usize>,
}

fn secrets(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    if let Ok(root) = DeTable::parse(text) {
        in_table(root.get_ref(), "", false, &mut found);
    }
    found
}

fn in_table(table: &DeTable<'_>, place: &str, secret: bool, found: &mut Vec<Secret>) {
    for (key, value) in table {
        let place = format!("{place}.{}", key.get_ref());
        in_value(value.get_ref(), value.span(), &place, secret || names_secret(key.get_ref()), found);
    }
}

fn in_value(value: &DeValue<'_>, span: Range<usize>, place: &str, secret: bool, found: &mut Vec<Secret>) {
    match value {
        DeValue::String(text) if secret || holds_password(text) => {
            found.push(Secret { place: place.to_owned(), value: text.clone().into_owned(), span });
        }
        DeValue::Table(table) => in_table(table, place, secret, found),
        DeValue::Array(values) => {
            for (number, value) in values.iter().enumerate() {
                in_value(value.get_ref(), value.span(), &format!("{place}.{number}"), secret, found);
            }
        }
        _ => {}
    }
}

/// Whether a key is called like a secret; one of a file that holds it is none.
fn names_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    let called =
        ["password", "passphrase", "secret", "token", "credential", "private", "api-key", "access-key"];
    let is = ["key", "pin", "seed"];
    !key.ends_with("file") && (called.iter().any(|word| key.contains(word)) || is.contains(&key.as_str()))
}

/// Whether an address has a password in it.
fn holds_password(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| url.password().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[storage]\nurl = \"postgres://vzaemo:hunter2@db/vzaemo\" # here\npassword-file = \"p\"\n\
                        [identity.development]\nseed = \"tests\"\n# token = \"old\"\n\
                        [modules.notes.config]\nkeys = { api-key = 'abc', name = \"x\" }\nsecrets = [\"one\", \"two\"]\n";

    #[test]
    fn secrets_are_not_shown_and_the_rest_is_as_it_was() {
        let shown = masked(TEXT, TEXT);
        for secret in ["hunter2", "tests", "old", "abc", "one", "two"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        assert_eq!(shown.lines().count(), TEXT.lines().count());
        for rest in
            ["password-file = \"p\"", "name = \"x\"", "\"•••\" # here", "# token = \"•••\"", "seed = \"•••\""]
        {
            assert!(shown.contains(rest), "{rest} in {shown}");
        }
    }

    #[test]
    fn another_secret_is_seen_to_be_another() {
        let after = TEXT.replace("'abc'", "'abd'");
        let (before, shown) = (masked(TEXT, TEXT), masked(&after, TEXT));
        let differ: Vec<_> = before.lines().zip(shown.lines()).filter(|(one, other)| one != other).collect();
        assert_eq!(differ.len(), 1, "{differ:?}");
        assert!(differ[0].1.contains("api-key = \"••• ≠\""), "{differ:?}");
    }
}

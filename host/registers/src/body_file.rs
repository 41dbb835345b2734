//! The register of bodies as it is written, and its checks.

use std::collections::HashMap;

use serde::Deserialize;
use vzaemo_clock::{Date, Name};

use crate::holiday_file::check_order;
use crate::{Body, RegisterError, Warning};

/// The version of the format that this program reads.
const SCHEMA: u32 = 1;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BodyFile {
    schema: u32,
    #[serde(default)]
    body: Vec<Body>,
}

impl BodyFile {
    /// Reads and checks a register; returns its records in order, and what looks wrong in them.
    pub(crate) fn read(text: &str) -> Result<(Vec<Body>, Vec<Warning>), RegisterError> {
        let file: Self = toml::from_str(text)?;
        if file.schema != SCHEMA {
            return Err(RegisterError::UnknownSchema { found: file.schema, known: SCHEMA });
        }
        for body in &file.body {
            check_record(body)?;
        }
        check_versions(&file.body)?;
        check_parents(&file.body)?;
        let warnings = file.body.iter().flat_map(warnings_of).collect();
        Ok((file.body, warnings))
    }
}

fn check_record(body: &Body) -> Result<(), RegisterError> {
    let refuse = |fault: &str| Err(RegisterError::record(&body.id, fault));
    if !is_id(&body.id) {
        return refuse("the id may have lower-case Latin letters, digits and hyphens only");
    }
    let names = [Some(&body.name), body.short_name.as_ref(), body.contacts.address.as_ref()];
    let units = body.units.iter().map(|unit| &unit.name);
    if names.into_iter().flatten().chain(units).any(is_incomplete) {
        return refuse("a text is empty: write it in both languages, `uk` and `en`");
    }
    if body.contacts.site.as_ref().is_some_and(|site| !site.starts_with("https://")) {
        return refuse("`site` must begin with https://");
    }
    for (index, unit) in body.units.iter().enumerate() {
        if !is_id(&unit.id) {
            return refuse("the id of a unit may have lower-case Latin letters, digits and hyphens only");
        }
        if body.units.iter().skip(index + 1).any(|other| other.id == unit.id) {
            return refuse("two units have the same id: give each its own");
        }
    }
    check_order(&body.id, body.valid_from, body.valid_to)
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_incomplete(name: &Name) -> bool {
    name.uk.trim().is_empty() || name.en.trim().is_empty()
}

/// The days of a record with open ends closed, so that they can be compared.
fn days(body: &Body) -> (Date, Date) {
    (body.valid_from.unwrap_or(Date::MIN), body.valid_to.unwrap_or(Date::MAX))
}

fn check_versions(records: &[Body]) -> Result<(), RegisterError> {
    let mut seen: HashMap<&str, Vec<(Date, Date)>> = HashMap::new();
    for body in records {
        let (from, to) = days(body);
        let earlier = seen.entry(&body.id).or_default();
        if earlier.iter().any(|(other_from, other_to)| from <= *other_to && *other_from <= to) {
            let fault = "two records of it hold on the same day: end the older with `valid_to`";
            return Err(RegisterError::record(&body.id, fault));
        }
        earlier.push((from, to));
    }
    Ok(())
}

fn check_parents(records: &[Body]) -> Result<(), RegisterError> {
    let mut parents: HashMap<&str, Vec<&str>> = HashMap::new();
    for body in records {
        parents.entry(&body.id).or_default().extend(body.parent.as_deref());
    }
    for body in records {
        if let Some(parent) = body.parent.as_deref().filter(|parent| !parents.contains_key(parent)) {
            return Err(RegisterError::record(
                &body.id,
                format!("its parent `{parent}` is not in the register"),
            ));
        }
        // Upwards through every record's parent; who comes back to the start is above himself.
        let mut above: Vec<&str> = parents.get(body.id.as_str()).cloned().unwrap_or_default();
        let mut visited = std::collections::HashSet::new();
        while let Some(id) = above.pop() {
            if id == body.id {
                return Err(RegisterError::record(
                    &body.id,
                    "it is its own parent, directly or through others",
                ));
            }
            if visited.insert(id) {
                above.extend(parents.get(id).into_iter().flatten());
            }
        }
    }
    Ok(())
}

fn warnings_of(body: &Body) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |text: String| warnings.push(Warning { record: body.id.clone(), text });
    if let Some(code) = body.edrpou.as_ref().filter(|code| !code.check_digit_holds()) {
        warn(format!(
            "the check digit of its ЄДРПОУ {code} is not the usual one: probably a digit is mistyped"
        ));
    }
    if let Some(code) = body.katottg.as_ref().filter(|code| !is_katottg(code)) {
        warn(format!("`{code}` does not look like a code of KATOTTG, which is UA and 17 digits"));
    }
    warnings
}

fn is_katottg(code: &str) -> bool {
    code.strip_prefix("UA").is_some_and(|rest| rest.len() == 17 && rest.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(id: &str, more: &str) -> String {
        format!("[[body]]\nid = \"{id}\"\nname = {{ uk = \"а\", en = \"a\" }}\n{more}\n")
    }

    fn error(records: &[String]) -> String {
        BodyFile::read(&format!("schema = 1\n{}", records.concat())).unwrap_err().to_string()
    }

    #[test]
    fn slips_are_refused_with_their_place() {
        for (records, part) in [
            (vec![body("Office", "")], "lower-case"),
            (vec![body("a", ""), body("a", "")], "two records"),
            (
                vec![body("a", "valid_to = \"2026-01-01\""), body("a", "valid_from = \"2026-01-01\"")],
                "two records",
            ),
            (vec![body("a", "parent = \"b\"")], "not in the register"),
            (vec![body("a", "parent = \"a\"")], "its own parent"),
            (vec![body("a", "parent = \"b\""), body("b", "parent = \"a\"")], "its own parent"),
            (vec![body("a", "short_name = { uk = \"\", en = \"x\" }")], "both languages"),
            (vec![body("a", "contacts = { site = \"javascript:alert(1)\" }")], "https://"),
            (vec![body("a", "valid_from = \"2026-01-02\"\nvalid_to = \"2026-01-01\"")], "before it begins"),
            (vec![body("a", "edrpou = \"123\"")], "read the register"),
            (vec![body("a", "color = \"red\"")], "read the register"),
        ] {
            let message = error(&records);
            assert!(message.contains(part), "{message}");
        }
        assert!(BodyFile::read("schema = 7").unwrap_err().to_string().contains("schema 7"));
    }

    #[test]
    fn doubtful_codes_are_only_warned_about() {
        let text = body("a", "edrpou = \"00032113\"\nkatottg = \"UA1\"");
        let (records, warnings) = BodyFile::read(&format!("schema = 1\n{text}")).unwrap();
        assert_eq!((records.len(), warnings.len()), (1, 2));
        assert!(warnings[0].to_string().contains("00032113"));
    }
}

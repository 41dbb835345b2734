//! Which references of a module are one person's.
//!
//! A module knows a person by one random reference ([`Alias`](super::Alias)). When two records of one person are merged and
//! a module knows both, its documents keep the reference under which they were written; here stands which one *stays*: the
//! one under which the person goes on, and under which the module is shown all of their documents.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vzaemo_storage::Unit;

use super::IdentityError;
use super::schema::{NAMESPACE, REFERENCES};

/// The references of one module that are another reference's person's. Mostly there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct References {
    stays: BTreeMap<String, String>,
    others: BTreeMap<String, Vec<String>>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    stays: BTreeMap<String, String>,
}

/// How long a reference is: a UUID with its four hyphens.
const LENGTH: usize = 36;
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

impl References {
    /// From pairs of a reference and the one that stays.
    pub fn new(stays: BTreeMap<String, String>) -> Self {
        let mut others: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (reference, stay) in &stays {
            others.entry(stay.clone()).or_default().push(reference.clone());
        }
        Self { stays, others }
    }

    /// Those of a module, as a unit of work sees them.
    ///
    /// # Errors
    /// The storage does not answer.
    pub async fn of(unit: &mut Unit, module: &str) -> Result<Self, IdentityError> {
        Ok(match unit.get(NAMESPACE, REFERENCES, module).await? {
            Some(document) => Self::new(document.parse::<Body>()?.stays),
            None => Self::default(),
        })
    }

    /// Has these references of a module be one person's, of which the first stays.
    pub(super) async fn join(
        unit: &mut Unit,
        module: &str,
        references: &[String],
    ) -> Result<(), IdentityError> {
        let Some((stay, others)) = references.split_first().filter(|(_, others)| !others.is_empty()) else {
            return Ok(());
        };
        let found = unit.get(NAMESPACE, REFERENCES, module).await?;
        let mut body: Body =
            found.as_ref().map(vzaemo_storage::Document::parse).transpose()?.unwrap_or_default();
        body.stays.remove(stay);
        body.stays.extend(others.iter().map(|other| (other.clone(), stay.clone())));
        let text = serde_json::to_string(&body)?;
        match found {
            Some(found) => unit.replace(NAMESPACE, REFERENCES, module, found.revision, &text).await?,
            None => unit.insert(NAMESPACE, REFERENCES, Some(module.to_owned()), &text).await.map(|_| ())?,
        }
        Ok(())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.stays.is_empty()
    }

    /// Each reference with the one that stays for it.
    pub fn pairs(&self) -> &BTreeMap<String, String> {
        &self.stays
    }

    /// The reference that stays for this one: mostly itself.
    pub fn staying<'a>(&'a self, reference: &'a str) -> &'a str {
        self.stays.get(reference).map_or(reference, String::as_str)
    }

    /// The other references of the person for whom this one stays.
    pub fn others(&self, reference: &str) -> &[String] {
        self.others.get(reference).map(Vec::as_slice).unwrap_or_default()
    }

    /// The text with the staying reference in the place of every other one. References are random, so nothing else in a text
    /// is ever taken for one.
    pub fn put_in<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.is_empty() {
            return Cow::Borrowed(text);
        }
        changed(text, |reference| self.stays.get(reference).map(String::as_str))
            .map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// The texts that say the same of the same person by their other references: this one first.
    pub fn variants(&self, text: &str) -> Vec<String> {
        let mut all = vec![text.to_owned()];
        let mut at = 0;
        while let Some(place) = next(text, at) {
            let reference = text.get(place..place + LENGTH).unwrap_or_default();
            for other in self.others(reference) {
                let more: Vec<String> = all.iter().map(|one| one.replace(reference, other)).collect();
                all.extend(more.into_iter().filter(|one| !all.contains(one)).collect::<Vec<_>>());
            }
            at = place + LENGTH;
        }
        all
    }
}

/// The text with something else in the place of the references for which there is; nothing if there are none.
fn changed<'a>(text: &str, instead: impl Fn(&str) -> Option<&'a str>) -> Option<String> {
    let mut changed: Option<String> = None;
    let (mut at, mut copied) = (0, 0);
    while let Some(place) = next(text, at) {
        if let Some(other) = text.get(place..place + LENGTH).and_then(&instead) {
            let into = changed.get_or_insert_with(|| String::with_capacity(text.len()));
            into.push_str(text.get(copied..place).unwrap_or_default());
            into.push_str(other);
            copied = place + LENGTH;
        }
        at = place + LENGTH;
    }
    if let Some(into) = &mut changed {
        into.push_str(text.get(copied..).unwrap_or_default());
    }
    changed
}

/// Where the next text that looks like a reference begins.
fn next(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let last = bytes.len().checked_sub(LENGTH)?;
    (from..=last).find(|start| {
        let candidate = bytes.get(*start..start + LENGTH).unwrap_or_default();
        candidate.iter().enumerate().all(|(place, byte)| {
            if HYPHENS.contains(&place) { *byte == b'-' } else { matches!(byte, b'0'..=b'9' | b'a'..=b'f') }
        })
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaa-0000-4000-8000-000000000001";
    const B: &str = "bbbbbbbb-0000-4000-8000-000000000002";
    const C: &str = "cccccccc-0000-4000-8000-000000000003";

    fn references() -> References {
        References::new([(B.to_owned(), A.to_owned()), (C.to_owned(), A.to_owned())].into())
    }

    #[test]
    fn the_staying_reference_takes_the_place_of_the_others() {
        let text = format!(r#"{{"owner":"{B}","with":["{A}","{C}"],"note":"ґ {B}@2026"}}"#);
        let expected = format!(r#"{{"owner":"{A}","with":["{A}","{A}"],"note":"ґ {A}@2026"}}"#);
        assert_eq!(references().put_in(&text), expected);
        for untouched in [
            "",
            "short",
            "ґґґґґґґґґґґґґґґґґґґґґґґґґґґґґґґґґґґґґґґ",
            A,
            "00000000-0000-4000-8000-000000000009",
        ] {
            assert!(matches!(references().put_in(untouched), Cow::Borrowed(same) if same == untouched));
        }
        assert!(matches!(References::default().put_in(B), Cow::Borrowed(_)));
        assert_eq!(references().staying(B), A);
        assert_eq!(references().staying(A), A);
    }

    #[test]
    fn variants_say_it_by_every_reference() {
        let variants = references().variants(&format!("2026-1/{A}"));
        assert_eq!(variants, [format!("2026-1/{A}"), format!("2026-1/{B}"), format!("2026-1/{C}")]);
        assert_eq!(references().variants("2026-1"), ["2026-1"]);
        assert_eq!(references().variants(B), [B], "only by the one that stays all are found");
    }
}

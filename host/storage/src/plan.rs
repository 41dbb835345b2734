//! From a query to the index that serves it, and the range that its answer depends on.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::catalog::{Compiled, Index};
use crate::field::{self, Kind};
use crate::query::{BODY, KEY, REVISION, VERSION};
use crate::{Cursor, Op, Query, StorageError};

/// A query with its index chosen and its values made comparable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    pub collection: i64,
    /// None for the primary key.
    pub index: Option<u32>,
    pub bounds: Vec<Bound>,
    /// The fields after those fixed by equality, in the index's order; the key follows them.
    pub order: Vec<u32>,
    pub descending: bool,
    /// Values of `order` and the key after which rows begin.
    pub after: Option<Vec<String>>,
    pub asked: Vec<Asked>,
    pub limit: u32,
}

/// One comparison of a field, or the key, with a comparable text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bound {
    /// None for the key.
    pub field: Option<u32>,
    pub comparison: Comparison,
    pub value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// What a row gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    Key,
    Body,
    Revision,
    Version,
    Path(String),
}

impl Comparison {
    pub(crate) fn sql(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

impl Plan {
    pub(crate) fn new(collection: &Compiled, query: &Query) -> Result<Self, StorageError> {
        let refuse = |reason: String| StorageError::Query { collection: collection.name.to_string(), reason };
        if query.limit == 0 || query.limit > Query::MOST {
            return Err(refuse(format!("the limit must lie between 1 and {}", Query::MOST)));
        }
        let place = |name: &str| -> Result<Option<usize>, StorageError> {
            if name == KEY {
                return Ok(None);
            }
            collection
                .place(name)
                .map(Some)
                .ok_or_else(|| refuse(format!("no index over the field {name:?} is declared")))
        };
        let (mut bounds, mut equal, mut ranged) = (Vec::new(), Vec::new(), Vec::new());
        for condition in &query.conditions {
            let field = place(&condition.field)?;
            match (field, condition.op) {
                (Some(field), Op::Eq) if !equal.contains(&field) => equal.push(field),
                (Some(_), Op::Eq) => {}
                _ if !ranged.contains(&field) => ranged.push(field),
                _ => {}
            }
            bounds.extend(bounds_of(collection, field, condition.op, &condition.value).map_err(&refuse)?);
        }
        let descending = query.order.first().is_some_and(|order| order.descending);
        if query.order.iter().any(|order| order.descending != descending) {
            return Err(refuse("all fields must be ordered in one direction".into()));
        }
        let mut tail = query.order.iter().map(|order| place(&order.field)).collect::<Result<Vec<_>, _>>()?;
        tail.retain(|field| field.is_none_or(|field| !equal.contains(&field)));
        match ranged.as_slice() {
            [] => {}
            [field] if tail.is_empty() => tail.push(*field),
            [field] if tail.first() == Some(field) => {}
            [_] => return Err(refuse("the order must begin with the field of the range".into())),
            _ => return Err(refuse("only one field may have a range".into())),
        }
        let by_key = tail.last() == Some(&None);
        let ordered: Vec<usize> =
            tail.iter().take(tail.len() - usize::from(by_key)).copied().flatten().collect();
        if ordered.len() + usize::from(by_key) != tail.len() {
            return Err(refuse("the key must come last in the order".into()));
        }
        let (index, rest) = if equal.is_empty() && ordered.is_empty() {
            (None, Vec::new())
        } else {
            let (index, rest) = collection
                .indexes
                .iter()
                .filter_map(|index| Some((index, rest_of(index, &equal, &ordered, by_key)?)))
                .min_by_key(|(index, _)| index.fields.len())
                .ok_or_else(|| refuse(missing_index(collection, &equal, &ordered)))?;
            (Some(index.id), rest)
        };
        let order: Vec<u32> =
            rest.iter().filter_map(|place| collection.fields.get(*place)).map(|field| field.id).collect();
        let after = query
            .after
            .as_ref()
            .map(|cursor| {
                decode(cursor)
                    .filter(|values| values.len() == order.len() + 1)
                    .ok_or_else(|| StorageError::Cursor { collection: query.collection.clone() })
            })
            .transpose()?;
        let asked = query
            .fields
            .iter()
            .map(|name| match name.as_str() {
                KEY => Ok(Asked::Key),
                BODY => Ok(Asked::Body),
                REVISION => Ok(Asked::Revision),
                VERSION => Ok(Asked::Version),
                path if field::is_path(path) => Ok(Asked::Path(path.to_owned())),
                other => Err(refuse(format!("{other:?} is no field path"))),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            collection: collection.id,
            index,
            bounds,
            order,
            descending,
            after,
            asked,
            limit: query.limit,
        })
    }

    /// The bounds that a statement has to say. Where the range begins is left out if the cursor stands within it: told
    /// both, an engine may go through all that lies between.
    pub(crate) fn stated(&self) -> impl Iterator<Item = &Bound> {
        let cursor =
            self.after.as_ref().and_then(|values| Some((self.order.first().copied(), values.first()?)));
        self.bounds.iter().filter(move |bound| {
            let begins = match bound.comparison {
                Comparison::Equal => false,
                Comparison::Greater | Comparison::AtLeast => !self.descending,
                Comparison::Less | Comparison::AtMost => self.descending,
            };
            let within = cursor.is_some_and(|(field, value)| {
                bound.field == field && bound.comparison.holds(value.as_str().cmp(&bound.value))
            });
            !(begins && within)
        })
    }

    /// The range on which the answer depends: to the end, or up to the last row if the limit cut it off.
    pub(crate) fn range(self, cut: Option<Cut>) -> Range {
        Range {
            collection: self.collection,
            bounds: self.bounds,
            order: self.order,
            descending: self.descending,
            after: self.after,
            cut,
        }
    }
}

/// The part of an index that a select has seen.
#[derive(Debug, Clone)]
pub(crate) struct Range {
    pub collection: i64,
    bounds: Vec<Bound>,
    order: Vec<u32>,
    descending: bool,
    after: Option<Vec<String>>,
    cut: Option<Cut>,
}

/// Where the limit cut an answer off.
#[derive(Debug, Clone)]
pub(crate) struct Cut {
    /// The place of the last row in the order.
    pub last: Vec<String>,
    /// The key of the row after it: that there is one is part of the answer.
    pub next: String,
}

impl Range {
    /// The fields, ascending by number, that a document must have these values in to lie in the range.
    pub(crate) fn fixed(&self) -> (Box<[u32]>, Box<[String]>) {
        let equal = self.bounds.iter().filter(|bound| bound.comparison == Comparison::Equal);
        let fixed: BTreeMap<u32, &String> =
            equal.filter_map(|bound| Some((bound.field?, &bound.value))).collect();
        (fixed.keys().copied().collect(), fixed.into_values().cloned().collect())
    }

    /// About how many bytes its values take.
    pub(crate) fn bytes(&self) -> usize {
        let cut = self.cut.iter().flat_map(|cut| cut.last.iter().chain([&cut.next]));
        let ends = self.after.iter().flatten().chain(cut).map(String::len);
        self.bounds.iter().map(|bound| bound.value.len()).chain(ends).sum()
    }

    /// Whether a document with these fields lies in the range, or is the one by which there are more rows. A field that
    /// is not known counts as lying in it.
    pub(crate) fn holds<'a>(&self, key: &'a str, field: impl Fn(u32) -> Option<&'a str>) -> bool {
        let bounded = self.bounds.iter().all(|bound| {
            let value = match bound.field {
                None => Some(key),
                Some(id) => field(id),
            };
            value.is_none_or(|value| bound.comparison.holds(value.cmp(&bound.value)))
        });
        bounded
            && self
                .after
                .as_ref()
                .is_none_or(|end| self.compare(key, &field, end).is_none_or(Ordering::is_gt))
            && self.cut.as_ref().is_none_or(|cut| {
                cut.next == key || self.compare(key, &field, &cut.last).is_none_or(Ordering::is_le)
            })
    }

    /// How the document's place in the order compares with `end`, or `None` if it is not known.
    fn compare<'a>(
        &self,
        key: &'a str,
        field: &impl Fn(u32) -> Option<&'a str>,
        end: &[String],
    ) -> Option<Ordering> {
        let mut values = self.order.iter().map(|id| field(*id)).chain([Some(key)]);
        for limit in end {
            let order = values.next()??.cmp(limit.as_str());
            if order.is_ne() {
                return Some(if self.descending { order.reverse() } else { order });
            }
        }
        Some(Ordering::Equal)
    }
}

/// Cursors are JSON lists in URL-safe base64.
pub(crate) fn encode(values: &[String]) -> Cursor {
    Cursor(URL_SAFE_NO_PAD.encode(serde_json::to_vec(values).unwrap_or_default()))
}

fn decode(cursor: &Cursor) -> Option<Vec<String>> {
    let values: Vec<String> = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&cursor.0).ok()?).ok()?;
    // Nothing that is stored holds one, and PostgreSQL does not even compare with it.
    values.iter().all(|value| !value.contains('\0')).then_some(values)
}

fn bounds_of(collection: &Compiled, place: Option<usize>, op: Op, plain: &str) -> Result<Vec<Bound>, String> {
    let field = place.and_then(|place| collection.fields.get(place));
    let kind = field.map_or(Kind::Text, |field| field.kind);
    let value = kind.parse_plain(plain).ok_or_else(|| {
        format!("{plain:?} is no value of the field {:?}", field.map_or(KEY, |field| &field.path))
    })?;
    let bound = |comparison, value| Bound { field: field.map(|field| field.id), comparison, value };
    Ok(match op {
        Op::Eq => vec![bound(Comparison::Equal, value)],
        Op::Lt => vec![bound(Comparison::Less, value)],
        Op::Le => vec![bound(Comparison::AtMost, value)],
        Op::Gt => vec![bound(Comparison::Greater, value)],
        Op::Ge => vec![bound(Comparison::AtLeast, value)],
        Op::Prefix if kind != Kind::Text => return Err("only texts have prefixes".into()),
        Op::Prefix => {
            let end = after_prefix(&value).map(|end| bound(Comparison::Less, end));
            [bound(Comparison::AtLeast, value)].into_iter().chain(end).collect()
        }
    })
}

/// The least text greater than all that begin with `prefix`; `None` if there is none.
fn after_prefix(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = match last {
            '\u{10ffff}' => continue,
            '\u{d7ff}' => '\u{e000}',
            last => char::from_u32(u32::from(last) + 1)?,
        };
        chars.push(next);
        return Some(chars.into_iter().collect());
    }
    None
}

/// What follows in an index after the fields fixed by equality, if it serves the query.
fn rest_of(index: &Index, equal: &[usize], ordered: &[usize], by_key: bool) -> Option<Vec<usize>> {
    let (fixed, rest) = index.fields.split_at_checked(equal.len())?;
    let serves = fixed.iter().all(|place| equal.contains(place))
        && rest.starts_with(ordered)
        && (!by_key || rest.len() == ordered.len());
    serves.then(|| rest.to_vec())
}

fn missing_index(collection: &Compiled, equal: &[usize], ordered: &[usize]) -> String {
    let paths: Vec<_> = equal
        .iter()
        .chain(ordered)
        .filter_map(|place| collection.fields.get(*place))
        .map(|field| field.path.as_str())
        .collect();
    format!("no declared index serves it; declare one over {paths:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_prefix_lies_after_all_that_begin_with_it() {
        assert_eq!(after_prefix("ab").as_deref(), Some("ac"));
        assert_eq!(after_prefix("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(after_prefix("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(after_prefix("\u{10ffff}"), None);
        assert_eq!(after_prefix(""), None);
    }
}

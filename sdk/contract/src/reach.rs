//! Which documents a call may read: one rule for the platform and for the test kit.
//!
//! A view or act that is decided is made in capacities: as anybody who has signed in, as the author of something, as an
//! official of a body, as the holder. One that is made only as an author or as an official reads the collections
//! whose documents have an owner or a body (`x-access`) only as far as they are that person's or that official's: the
//! module need not remember to ask for them, and cannot forget it. What every person may do, and what the holder
//! does, is not limited, nor what a hand-written policy permits beside the manifest; open views, timed work and
//! migrations are made in nobody's name.

use crate::call::Denied;
use crate::manifest::Who;

/// What stands between the values of a counter's key.
const BETWEEN: char = '\u{1f}';

/// The limit of what a call may read, from the capacities in which it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Made as an author: the person reference.
    author: Option<String>,
    /// Made as an official: the bodies for which the person administers the module.
    official: Option<Vec<String>>,
    /// The collection and key of the document that the route names, about which it was decided.
    named: Option<(String, String)>,
}

/// The fields of a collection that a limit looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks<'a> {
    owner: Option<&'a str>,
    body: Option<&'a str>,
}

impl<'a> Marks<'a> {
    /// The fields.
    pub fn fields(&self) -> impl Iterator<Item = &'a str> {
        self.owner.into_iter().chain(self.body)
    }
}

impl Reach {
    /// The limit of a call that was allowed in these capacities to somebody who is known by the reference `person` and
    /// administers the module for `bodies`; none if nothing limits it. `named` is the collection and key of the
    /// document that the route names.
    pub fn of(
        capacities: &[Who],
        person: Option<&str>,
        bodies: &[String],
        named: Option<(&str, &str)>,
    ) -> Option<Self> {
        let is_made_as = |who: Who| capacities.contains(&who);
        if capacities.is_empty() || is_made_as(Who::Person) || is_made_as(Who::Holder) {
            return None;
        }
        Some(Reach {
            author: person.filter(|_| is_made_as(Who::Author)).map(str::to_owned),
            official: is_made_as(Who::Official).then(|| bodies.to_vec()),
            named: named.map(|(collection, key)| (collection.to_owned(), key.to_owned())),
        })
    }

    /// The fields by which the documents of a collection are limited whose fields with the marks `owner` and `body` are
    /// these; none if all of them may be read. A capacity that the collection has no mark for says nothing about it.
    pub fn marks<'a>(&self, owner: Option<&'a str>, body: Option<&'a str>) -> Option<Marks<'a>> {
        let limited =
            (self.author.is_none() || owner.is_some()) && (self.official.is_none() || body.is_some());
        limited.then_some(Marks {
            owner: owner.filter(|_| self.author.is_some()),
            body: body.filter(|_| self.official.is_some()),
        })
    }

    /// Whether a document may be read, from the value of a field. `marks` are those of its collection.
    pub fn holds<'v>(
        &self,
        marks: &Marks<'_>,
        collection: &str,
        key: &str,
        value: impl Fn(&str) -> Option<&'v str>,
    ) -> bool {
        let of = |field: Option<&str>| field.and_then(&value).filter(|text| !text.is_empty());
        let is_named = self.named.as_ref().is_some_and(|named| named.0 == collection && named.1 == key);
        let is_own = of(marks.owner).is_some_and(|owner| self.author.as_deref() == Some(owner));
        let bodies = self.official.as_deref().unwrap_or_default();
        let is_of_body = of(marks.body).is_some_and(|body| bodies.iter().any(|known| known == body));
        is_named || is_own || is_of_body
    }

    /// Whether the value of a counter over the fields `by` may be read at `key`. One that is not by the fields that limit
    /// the call, or is by other values of them, would tell of documents out of reach.
    ///
    /// # Errors
    /// What the module did wrong, if it may not.
    pub fn counts(
        &self,
        marks: &Marks<'_>,
        collection: &str,
        by: &[String],
        key: &str,
    ) -> Result<(), Denied> {
        let values: Vec<&str> = key.split(BETWEEN).collect();
        let value = |field: &str| {
            let at = by.iter().position(|name| name == field)?;
            values.get(at).copied()
        };
        // No document has an empty key, so that none is the named one.
        if self.holds(marks, collection, "", value) {
            return Ok(());
        }
        Err(Denied::Misuse(format!(
            "in this capacity counts of `{collection}` are given only by {} and for what is within its reach",
            marks.fields().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(" or ")
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(capacities: &[Who]) -> Option<Reach> {
        Reach::of(capacities, Some("maria"), &["office-a".to_owned()], Some(("notes", "n1")))
    }

    fn may_read(reach: &Reach, key: &str, owner: &'static str, body: &'static str) -> bool {
        let marks = reach.marks(Some("writer"), Some("office")).unwrap();
        reach.holds(&marks, "notes", key, |field| Some(if field == "writer" { owner } else { body }))
    }

    #[test]
    fn a_call_reaches_what_its_capacities_reach() {
        let official = reach(&[Who::Official]).unwrap();
        assert!(may_read(&official, "n2", "taras", "office-a"));
        assert!(!may_read(&official, "n2", "maria", "office-b"), "as an official, not as the author");
        assert!(!may_read(&official, "n2", "taras", ""), "of no body");
        let author = reach(&[Who::Author]).unwrap();
        assert!(may_read(&author, "n2", "maria", "office-b"));
        assert!(!may_read(&author, "n2", "taras", "office-a"));
        assert!(may_read(&author, "n1", "taras", "office-b"), "the named one was decided about");
        let both = reach(&[Who::Author, Who::Official]).unwrap();
        assert!(may_read(&both, "n2", "maria", "office-b") && may_read(&both, "n2", "taras", "office-a"));
        assert!(!may_read(&both, "n2", "taras", "office-b"));
    }

    #[test]
    fn what_everybody_does_and_the_holder_is_not_limited() {
        for capacities in [&[][..], &[Who::Person], &[Who::Holder], &[Who::Author, Who::Person]] {
            assert_eq!(reach(capacities), None, "{capacities:?}");
        }
    }

    #[test]
    fn a_capacity_without_a_mark_says_nothing() {
        let official = reach(&[Who::Official]).unwrap();
        assert_eq!(official.marks(Some("writer"), None), None);
        let both = reach(&[Who::Author, Who::Official]).unwrap();
        assert_eq!(both.marks(Some("writer"), None), None);
        assert_eq!(official.marks(None, Some("office")).unwrap().fields().collect::<Vec<_>>(), ["office"]);
    }

    #[test]
    fn counts_are_those_of_what_is_within_reach() {
        let official = reach(&[Who::Official]).unwrap();
        let marks = official.marks(Some("writer"), Some("office")).unwrap();
        let by = ["state".to_owned(), "office".to_owned()];
        assert_eq!(official.counts(&marks, "notes", &by, "open\u{1f}office-a"), Ok(()));
        for (by, key) in
            [(&by[..], "open\u{1f}office-b"), (&by[..], "open"), (&by[..1], "office-a"), (&[][..], "")]
        {
            let refused = official.counts(&marks, "notes", by, key);
            assert!(matches!(&refused, Err(Denied::Misuse(why)) if why.contains("`office`")), "{refused:?}");
        }
    }
}

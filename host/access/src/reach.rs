//! Which documents a call may read.
//!
//! A view or act that is decided is made in capacities: as anybody who has signed in, as the author of something, as an
//! official of a body, as the holder. One that is made only as an author or as an official reads the collections
//! whose documents have an owner or a body (`x-access`) only as far as they are that person's or that official's: the
//! module need not remember to ask for them, and cannot forget it. What every person may do, and what the holder
//! does, is not limited, nor what a hand-written policy permits beside the manifest; open views, timed work and
//! migrations are made in nobody's name.

use crate::decision::Decision;
use crate::policies::ModulePolicies;
use crate::resource::ResourceDocument;
use crate::subject::Subject;
use vzaemo_contract::manifest::Who;

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
    /// The limit of a call that was allowed; none if nothing limits it.
    pub fn of(decision: &Decision, subject: &Subject, resource: Option<&ResourceDocument>) -> Option<Self> {
        let in_capacity = |who: Who| decision.capacities.contains(&who);
        if decision.capacities.is_empty() || in_capacity(Who::Person) || in_capacity(Who::Holder) {
            return None;
        }
        Some(Reach {
            author: in_capacity(Who::Author).then(|| subject.person.clone()).flatten(),
            official: in_capacity(Who::Official).then(|| subject.bodies.clone()),
            named: resource.map(|resource| (resource.collection.clone(), resource.key.clone())),
        })
    }

    /// The fields by which documents of a collection are limited; none if all of them may be read. A capacity that the
    /// collection has no mark for says nothing about it.
    pub fn marks<'a>(&self, policies: &'a ModulePolicies, collection: &str) -> Option<Marks<'a>> {
        let layout = policies.layout(collection)?;
        let (owner, body) = (layout.owner.as_deref(), layout.body.as_deref());
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
}

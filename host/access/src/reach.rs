//! Which documents a call may read: the rule is the contract's ([`Reach`]), the capacities are those of a decision.

use crate::decision::Decision;
use crate::policies::ModulePolicies;
use crate::resource::ResourceDocument;
use crate::subject::Subject;
use vzaemo_contract::reach::{Marks, Reach};

impl Decision {
    /// The limit of what a call may read that was allowed by this; none if nothing limits it.
    pub fn reach(&self, subject: &Subject, resource: Option<&ResourceDocument>) -> Option<Reach> {
        let named = resource.map(|resource| (resource.collection.as_str(), resource.key.as_str()));
        Reach::of(&self.capacities, subject.person.as_deref(), &subject.bodies, named)
    }
}

impl ModulePolicies {
    /// The fields by which a limit holds for the documents of a collection; none if all of them may be read.
    pub fn marks(&self, reach: &Reach, collection: &str) -> Option<Marks<'_>> {
        let layout = self.layout(collection)?;
        reach.marks(layout.owner.as_deref(), layout.body.as_deref())
    }
}

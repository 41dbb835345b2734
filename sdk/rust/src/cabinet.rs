//! Cases: what a person finds in the cabinet. A case belongs to a document; the host keeps its texts in both
//! languages, so that it reads even when the module is gone.

use crate::host::*;
use crate::{Address, Due, Key, Msg, Person, Result};
use vzaemo_contract::call::{self, CaseTerm};

/// The case of a document.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    key: &'a Key,
}

/// The case of the document with this key.
pub fn case(key: &Key) -> Case<'_> {
    Case { key }
}

impl Case<'_> {
    /// Opens the case or brings title and status up to date. Any term it had is over.
    pub fn put(&self, title: &str, status: impl Into<Msg>, at: Address) -> Result<&Self> {
        self.put_term(title, status.into(), at, None)
    }

    /// The same, with the next date of the case.
    pub fn put_with_term(
        &self,
        title: &str,
        status: impl Into<Msg>,
        at: Address,
        label: Msg,
        due: &Due,
    ) -> Result<&Self> {
        let term =
            CaseTerm { label: label.into(), due: due.moment.as_str().to_owned(), rule: due.rule.clone() };
        self.put_term(title, status.into(), at, Some(&term))
    }

    fn put_term(&self, title: &str, status: Msg, at: Address, term: Option<&CaseTerm>) -> Result<&Self> {
        let (status, at): (call::Message, call::Address) = (status.into(), at.into());
        host(|host| host.case_put(self.key.as_str(), title, &status, &at, term))?;
        Ok(self)
    }

    /// Adds an event to the timeline that all participants see.
    pub fn event(&self, text: Msg) -> Result<&Self> {
        host(|host| host.case_event(self.key.as_str(), &text.into()))?;
        Ok(self)
    }

    /// A person takes part; `role` is a message such as `role-author`. Once per person and case.
    pub fn join(&self, person: &Person, role: Msg) -> Result<&Self> {
        host(|host| host.case_join(self.key.as_str(), person.as_str(), &role.into()))?;
        Ok(self)
    }

    /// A person no longer takes part; the timeline stays readable for them.
    pub fn leave(&self, person: &Person, text: Msg) -> Result<&Self> {
        host(|host| host.case_leave(self.key.as_str(), person.as_str(), &text.into()))?;
        Ok(self)
    }
}

//! Who acts in a test.

use std::borrow::Cow;
use vzaemo_contract::manifest::Assurance;

/// Somebody who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    pub(crate) reference: Cow<'static, str>,
    pub(crate) name: Cow<'static, str>,
    pub(crate) assurance: Assurance,
    pub(crate) organisation: Option<Cow<'static, str>>,
    pub(crate) body: Option<Cow<'static, str>>,
    pub(crate) holder: bool,
}

const fn known(reference: &'static str, name: &'static str, body: Option<&'static str>, holder: bool) -> Who {
    let body = match body {
        Some(body) => Some(Cow::Borrowed(body)),
        None => None,
    };
    Who {
        reference: Cow::Borrowed(reference),
        name: Cow::Borrowed(name),
        assurance: Assurance::High,
        organisation: None,
        body,
        holder,
    }
}

const fn citizen(reference: &'static str, name: &'static str) -> Who {
    known(reference, name, None, false)
}

/// The body that [`OFFICIAL`] administers the module for; it stands in the register of bodies.
pub const BODY: &str = "cabinet-secretariat";

/// A citizen.
pub const MARIA: Who = citizen("person-maria", "Марія Коваленко");
/// A citizen.
pub const TARAS: Who = citizen("person-taras", "Тарас Мельник");
/// A citizen.
pub const OKSANA: Who = citizen("person-oksana", "Оксана Шевченко");
/// A citizen.
pub const ANDRII: Who = citizen("person-andrii", "Андрій Бондаренко");
/// An administrator of the module at [`BODY`].
pub const OFFICIAL: Who = known("person-iryna", "Ірина Ткаченко", Some(BODY), false);
/// The holder of the platform.
pub const HOLDER: Who = known("person-holder", "Володимир Кравчук", None, true);

/// Any number of citizens.
pub fn person(number: usize) -> Who {
    Who {
        reference: Cow::Owned(format!("person-{number}")),
        name: Cow::Owned(format!("Особа {number}")),
        ..citizen("", "")
    }
}

impl Who {
    /// The person reference that the module sees.
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// The name that pages show.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same person acting for the organisation with this ЄДРПОУ.
    #[must_use]
    pub fn for_organisation(mut self, edrpou: &str) -> Self {
        self.organisation = Some(Cow::Owned(edrpou.to_owned()));
        self
    }

    /// The same person as an administrator of the module at this body.
    #[must_use]
    pub fn official_of(mut self, body: &str) -> Self {
        self.body = Some(Cow::Owned(body.to_owned()));
        self
    }

    /// The same person, identified less surely.
    #[must_use]
    pub fn with_assurance(mut self, assurance: Assurance) -> Self {
        self.assurance = assurance;
        self
    }
}

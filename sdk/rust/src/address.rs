//! Addresses of views and acts. `module!` generates a function for each: `view::petition(&number)`.

use crate::{BodyId, Day, Key, Moment, Person};
use vzaemo_contract::call;
use vzaemo_marks::{Kind, Writer};

/// What can stand for a parameter of an address.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in an address",
    note = "parameters of views and acts are keys, references, days, texts, whole numbers, or enums of the module"
)]
pub trait Param {
    /// As it stands in the path.
    fn to_param(&self) -> String;
}

impl<T: Param + ?Sized> Param for &T {
    fn to_param(&self) -> String {
        (**self).to_param()
    }
}

impl Param for str {
    fn to_param(&self) -> String {
        self.to_owned()
    }
}

macro_rules! params {
    (texts: $($text:ty),*; numbers: $($number:ty),*) => {
        $(impl Param for $text {
            fn to_param(&self) -> String {
                self.as_str().to_owned()
            }
        })*
        $(impl Param for $number {
            fn to_param(&self) -> String {
                self.to_string()
            }
        })*
    };
}
params! { texts: String, Key, Person, BodyId, Day, Moment; numbers: i32, i64, u32, u64, usize }

/// A view of this module with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    view: &'static str,
    params: Vec<(&'static str, String)>,
    query: Vec<(String, String)>,
    fragment: Option<String>,
}

impl Address {
    #[doc(hidden)]
    pub fn new(view: &'static str, params: Vec<(&'static str, String)>) -> Self {
        Address { view, params, query: Vec::new(), fragment: None }
    }

    /// With a query parameter that the manifest declares.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }

    /// At an anchor of the page.
    #[must_use]
    pub fn at(mut self, anchor: impl Into<String>) -> Self {
        self.fragment = Some(anchor.into());
        self
    }
}

/// An act of this module with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActRef {
    act: &'static str,
    params: Vec<(&'static str, String)>,
}

impl ActRef {
    #[doc(hidden)]
    pub fn new(act: &'static str, params: Vec<(&'static str, String)>) -> Self {
        ActRef { act, params }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.act
    }

    pub(crate) fn write_params(&self, writer: &mut Writer) {
        for (name, value) in &self.params {
            writer.pair(Kind::Param, name, value);
        }
    }
}

/// Where a link leads: a view, or the page with an act's form.
pub trait Target {
    /// Appends the address.
    fn write_address(&self, writer: &mut Writer);
}

impl Target for Address {
    fn write_address(&self, writer: &mut Writer) {
        writer.open(Kind::View, self.view);
        for (name, value) in &self.params {
            writer.pair(Kind::Param, name, value);
        }
        for (name, value) in &self.query {
            writer.pair(Kind::Query, name, value);
        }
        if let Some(fragment) = &self.fragment {
            writer.leaf(Kind::Fragment, fragment);
        }
        writer.close();
    }
}

impl Target for ActRef {
    fn write_address(&self, writer: &mut Writer) {
        writer.open(Kind::ActForm, self.act);
        self.write_params(writer);
        writer.close();
    }
}

impl<T: Target> Target for &T {
    fn write_address(&self, writer: &mut Writer) {
        (*self).write_address(writer);
    }
}

impl From<Address> for call::Address {
    fn from(address: Address) -> Self {
        let params = address.params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        call::Address { view: address.view.to_owned(), params }
    }
}

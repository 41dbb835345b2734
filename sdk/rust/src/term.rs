//! Terms: so many days from an event, with the law that says so.

use crate::{Moment, Result, calendar};
use serde::{Deserialize, Serialize};
use vzaemo_contract::call::Unit;

/// A term as the configuration holds it. An object of the configuration schema with the properties `value`,
/// `unit` and `law` becomes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// How many.
    pub value: u32,
    /// Of what.
    pub unit: Unit,
    /// The act of law that sets it.
    pub law: String,
}

impl Term {
    /// When the term ends that starts at a day or moment.
    pub fn due(&self, from: impl AsRef<str>) -> Result<Due> {
        let from = from.as_ref();
        let moment = calendar::due(from, self.value, self.unit)?;
        Ok(Due { moment, rule: self.rule(from) })
    }

    fn rule(&self, from: &str) -> String {
        [from, ";", &self.value.to_string(), ";", self.unit.name(), ";", &self.law].concat()
    }
}

/// The end of a term, with how it was computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The last moment.
    pub moment: Moment,
    /// `from;value;unit;law`, for the host to show the arithmetic.
    pub(crate) rule: String,
}

impl Due {
    /// Whether it has passed.
    pub fn is_past(&self) -> Result<bool> {
        calendar::is_past(&self.moment)
    }
}

impl AsRef<str> for Due {
    fn as_ref(&self) -> &str {
        self.moment.as_str()
    }
}

impl From<&Due> for Moment {
    fn from(due: &Due) -> Self {
        due.moment.clone()
    }
}

impl From<Due> for Moment {
    fn from(due: Due) -> Self {
        due.moment
    }
}

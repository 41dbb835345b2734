//! What can be wrong with a register.

use std::fmt;

use vzaemo_clock::Date;

/// Why a register cannot be used. Every variant says where and how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// Not the TOML that the register expects.
    #[error("read the register")]
    Unreadable(#[from] toml::de::Error),
    /// Written for another version of this program.
    #[error("read a register of schema {found}: this program reads schema {known}")]
    UnknownSchema {
        /// What the register says.
        found: u32,
        /// What can be read.
        known: u32,
    },
    /// A record breaks a rule of its register.
    #[error("accept record `{record}`: {fault}")]
    Record {
        /// The record's id, or its dates where it has none.
        record: String,
        /// What is wrong and how to mend it.
        fault: String,
    },
    /// Years for which the register is not complete.
    #[error(
        "make a calendar that covers {asked}: the register of holidays is complete from {known_from} to the year 9998"
    )]
    OutsideKnownYears {
        /// The first day for which it is complete.
        known_from: Date,
        /// The day that was asked for.
        asked: Date,
    },
}

impl RegisterError {
    pub(crate) fn record(record: impl Into<String>, fault: impl Into<String>) -> Self {
        Self::Record { record: record.into(), fault: fault.into() }
    }
}

/// Something in a register that is probably a slip, and does not keep it from being used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The id of the record.
    pub record: String,
    /// What looks wrong.
    pub text: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record `{}`: {}", self.record, self.text)
    }
}

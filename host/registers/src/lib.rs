//! Reference data that the holder keeps, each record with the dates from and to which it holds, and the
//! checks of state codes, and look-ups in outside registers.
//!
//! * [`Holidays`]: rules for days off, from which comes the [`vzaemo_clock::Calendar`] of any years.
//! * [`Bodies`]: executive bodies with their structural units.
//! * [`LegalEntities`]: look-ups in the ЄДР, the state register of legal entities, by [`Edr`].
//! * [`Rnokpp`] and [`Edrpou`]: the numbers of persons and organisations with their check digits.
//!
//! Registers are read from texts (TOML); where the texts lie is the caller's affair. The defaults built
//! into the program are samples that the holder checks and replaces.

mod bodies;
mod body_file;
mod edr;
mod edrpou;
mod error;
mod holiday_file;
mod holidays;
mod orthodox_easter;
mod rnokpp;

pub use bodies::{Bodies, Body, Contacts, StructuralUnit};
pub use edr::{Edr, EdrConfig, EdrError, Head, LegalEntities, LegalEntity, State};
pub use edrpou::{Edrpou, NotEdrpou};
pub use error::{RegisterError, Warning};
pub use holidays::{Holidays, MartialLaw};
pub use orthodox_easter::orthodox_easter;
pub use rnokpp::{NoSuchRnokpp, NotRnokpp, Rnokpp, Sex};

//! The register of holidays as it is written.

use serde::Deserialize;
use vzaemo_clock::{Date, Name};

use crate::RegisterError;

/// The version of the format that this program reads.
pub(crate) const SCHEMA: u32 = 1;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HolidayFile {
    pub schema: u32,
    pub known_from: Date,
    #[serde(default)]
    pub weekend_transfer: Vec<WeekendTransfer>,
    #[serde(default)]
    pub martial_law: Vec<MartialLawEntry>,
    #[serde(default)]
    pub holiday: Vec<HolidayRule>,
    #[serde(default)]
    pub moved: Vec<Moved>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WeekendTransfer {
    pub valid_from: Option<Date>,
    pub valid_to: Option<Date>,
    pub law: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MartialLawEntry {
    pub from: Date,
    pub to: Option<Date>,
    pub law: String,
    pub holidays_not_observed_from: Option<Date>,
    pub holidays_not_observed_law: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HolidayRule {
    pub id: String,
    pub name: Name,
    pub day: DayRule,
    pub valid_from: Option<Date>,
    pub valid_to: Option<Date>,
    pub law: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
pub(crate) enum DayRule {
    Fixed(Fixed),
    Easter(Easter),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fixed {
    pub month: i8,
    pub day: i8,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Easter {
    pub days_after_orthodox_easter: i16,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Moved {
    pub rest: Date,
    pub worked: Date,
    pub law: String,
}

/// Whether a day lies from one day to another, both included; a missing one is no bound.
pub(crate) fn within(day: Date, from: Option<Date>, to: Option<Date>) -> bool {
    from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to)
}

impl HolidayFile {
    /// Reads and checks a register.
    pub(crate) fn read(text: &str) -> Result<Self, RegisterError> {
        let file: Self = toml::from_str(text)?;
        if file.schema != SCHEMA {
            return Err(RegisterError::UnknownSchema { found: file.schema, known: SCHEMA });
        }
        let mut ids = std::collections::HashSet::new();
        for rule in &file.holiday {
            if !ids.insert(rule.id.as_str()) {
                return Err(RegisterError::record(&rule.id, "the id occurs twice: give each rule its own"));
            }
            // 2000 is a leap year, so that a holiday on 29 February is possible.
            if let DayRule::Fixed(Fixed { month, day }) = rule.day
                && Date::new(2000, month, day).is_err()
            {
                return Err(RegisterError::record(&rule.id, "no year has this day: mend month and day"));
            }
            check_order(&rule.id, rule.valid_from, rule.valid_to)?;
        }
        for entry in &file.martial_law {
            let record = format!("martial_law from {}", entry.from);
            check_order(&record, Some(entry.from), entry.to)?;
            if let Some(suspended) = entry.holidays_not_observed_from
                && !within(suspended, Some(entry.from), entry.to)
            {
                let fault = "holidays_not_observed_from must lie from `from` to `to`";
                return Err(RegisterError::record(record, fault));
            }
        }
        for moved in &file.moved {
            let record = format!("moved rest {}", moved.rest);
            let weekend = |day: Date| day.weekday().to_monday_zero_offset() >= 5;
            if weekend(moved.rest) || !weekend(moved.worked) {
                let fault = "`rest` must be Monday to Friday, `worked` Saturday or Sunday";
                return Err(RegisterError::record(record, fault));
            }
        }
        Ok(file)
    }
}

pub(crate) fn check_order(record: &str, from: Option<Date>, to: Option<Date>) -> Result<(), RegisterError> {
    match (from, to) {
        (Some(from), Some(to)) if to < from => {
            Err(RegisterError::record(record, format!("it ends on {to}, before it begins on {from}")))
        }
        _ => Ok(()),
    }
}

//! Time, by the legal clock. Days are those of Kyiv.

use crate::host::*;
use crate::{Day, Moment, Result};
use vzaemo_contract::call::Unit;

/// The moment of the act or job. Not in views: ask [`today`], [`is_past`] or [`days_left`] there, which tell the
/// host when the answer changes.
pub fn now() -> Result<Moment> {
    Ok(Moment::new(host(|host| host.now())?))
}

/// Today.
pub fn today() -> Result<Day> {
    Ok(Day::new(host(|host| host.today())?))
}

/// Whether a day (its end) or a moment has passed.
pub fn is_past(when: impl AsRef<str>) -> Result<bool> {
    Ok(host(|host| host.is_past(when.as_ref()))?)
}

/// Whole days that remain until a day or moment, negative when it is past.
pub fn days_left(until: impl AsRef<str>) -> Result<i64> {
    Ok(host(|host| host.days_left(until.as_ref()))?)
}

/// The last moment of a term that starts at a day or moment. Prefer [`crate::Term::due`], which keeps the rule.
pub fn due(start: &str, value: u32, unit: Unit) -> Result<Moment> {
    Ok(Moment::new(host(|host| host.due(start, value, unit))?))
}

//! Terms of the contract as terms of the clock.

use vzaemo_contract::call;

/// The clock's unit for the contract's.
pub(crate) const fn unit(unit: call::Unit) -> vzaemo_clock::Unit {
    match unit {
        call::Unit::Hours => vzaemo_clock::Unit::Hours,
        call::Unit::WorkingDays => vzaemo_clock::Unit::WorkingDays,
        call::Unit::CalendarDays => vzaemo_clock::Unit::CalendarDays,
        call::Unit::Months => vzaemo_clock::Unit::Months,
    }
}

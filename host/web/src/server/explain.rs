//! How a term was computed, in words: from the explanation of the clock, never recomputed here.

use crate::render::Rule;
use crate::texts::{Language, Speaker, push_day};
use vzaemo_clock::{Date, Event, Explanation, RestReason, Term, Unit, WorkReason, Working};
use vzaemo_service::Platform;

/// The lines that explain a term; none if its rule makes no sense.
pub(super) fn explain(rule: &Rule<'_>, platform: &Platform, say: &Speaker<'_>) -> Vec<String> {
    let unit = match rule.unit {
        "working-days" => Unit::WorkingDays,
        "calendar-days" => Unit::CalendarDays,
        "months" => Unit::Months,
        _ => Unit::Hours,
    };
    let Ok(start) = rule.from.parse::<Event>() else { return Vec::new() };
    let term = Term { value: rule.value, unit, law: rule.law.to_owned() };
    match term.due(start, &platform.calendar, &platform.zone) {
        Ok(due) => lines(&due.explanation, say),
        Err(_) => Vec::new(),
    }
}

fn day(date: Date, say: &Speaker<'_>) -> String {
    let mut words = String::new();
    push_day(date, say, &mut words);
    words
}

fn lines(explanation: &Explanation, say: &Speaker<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let unit = match explanation.term.unit {
        Unit::Hours => "term-hours",
        Unit::WorkingDays => "term-working-days",
        Unit::CalendarDays => "term-calendar-days",
        Unit::Months => "term-months",
    };
    let length = say.say_with(unit, &[("count", explanation.term.value.into())]);
    lines.push(
        say.say_with(
            "term-sum",
            &[
                ("from", day(explanation.from, say).into()),
                ("length", length.into()),
                ("to", day(explanation.counted_to, say).into()),
                ("weekday", say.say(weekday(explanation.counted_to)).into()),
            ],
        )
        .into_owned(),
    );
    if explanation.clamped_from.is_some() {
        lines.push(say.say("term-clamped").into_owned());
    }
    let skipped = explanation.skipped.iter().filter(|skipped| !matches!(skipped.why, RestReason::Weekend));
    for skipped in skipped {
        lines.push(rested("term-skipped", skipped.date, &skipped.why, say));
    }
    for moved in &explanation.moved_over {
        lines.push(rested("term-moved", moved.date, &moved.why, say));
    }
    if explanation.was_moved() {
        let due =
            [("to", day(explanation.due, say).into()), ("weekday", say.say(weekday(explanation.due)).into())];
        lines.push(say.say_with("term-due", &due).into_owned());
    }
    if let Working::Yes { why: WorkReason::HolidaysNotObserved { law } } = &explanation.due_day {
        lines.push(say.say_with("term-not-observed", &[("law", law.as_str().into())]).into_owned());
    }
    lines
}

fn rested(key: &str, date: Date, why: &RestReason, say: &Speaker<'_>) -> String {
    let name = |name: &vzaemo_clock::Name| match say.language() {
        Language::Uk => name.uk.clone(),
        Language::En => name.en.clone(),
    };
    let why = match why {
        RestReason::Weekend => say.say(weekday(date)).into_owned(),
        RestReason::Holiday { name: holiday, .. } | RestReason::InsteadOf { name: holiday, .. } => {
            name(holiday)
        }
        RestReason::MovedHere { .. } => say.say("term-transferred").into_owned(),
    };
    say.say_with(key, &[("day", day(date, say).into()), ("why", why.into())]).into_owned()
}

fn weekday(date: Date) -> &'static str {
    use jiff::civil::Weekday;
    match date.weekday() {
        Weekday::Monday => "weekday-1",
        Weekday::Tuesday => "weekday-2",
        Weekday::Wednesday => "weekday-3",
        Weekday::Thursday => "weekday-4",
        Weekday::Friday => "weekday-5",
        Weekday::Saturday => "weekday-6",
        Weekday::Sunday => "weekday-7",
    }
}

//! Numbers in running text.

use fluent_bundle::FluentValue;
use intl_memoizer::concurrent::IntlLangMemoizer;

use super::NO_BREAK;

/// Appends decimal digits in groups of three, parted by no-break spaces. A leading minus becomes a minus sign.
/// The text must be digits: see [`is_whole`].
pub fn push_grouped(number: &str, out: &mut String) {
    let digits = number.strip_prefix('-').unwrap_or(number);
    if digits.len() < number.len() {
        out.push('\u{2212}');
    }
    let length = digits.len();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (length - at).is_multiple_of(3) {
            out.push(NO_BREAK);
        }
        out.push(digit);
    }
}

/// A whole number in groups of three.
pub fn grouped(number: i64) -> String {
    let mut out = String::new();
    push_grouped(&number.to_string(), &mut out);
    out
}

/// Whether the text is a whole number in decimal digits.
pub fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// How Fluent writes a number that stands in a Ukrainian message: with a decimal comma.
pub(super) fn format_uk(value: &FluentValue<'_>, _: &IntlLangMemoizer) -> Option<String> {
    format(value, ',')
}

/// How Fluent writes a number that stands in an English message.
pub(super) fn format_en(value: &FluentValue<'_>, _: &IntlLangMemoizer) -> Option<String> {
    format(value, '.')
}

fn format(value: &FluentValue<'_>, point: char) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    let plain = number.as_string();
    let (whole, fraction) =
        plain.split_once('.').map_or((&*plain, None), |(whole, rest)| (whole, Some(rest)));
    if !is_whole(whole) {
        return None;
    }
    let mut out = String::new();
    push_grouped(whole, &mut out);
    if let Some(fraction) = fraction {
        out.push(point);
        out.push_str(fraction);
    }
    Some(out)
}

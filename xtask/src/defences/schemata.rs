//! All mutants in one program: where a defence stands, both it and what is there without it are compiled, and the
//! environment says which of the two runs. So one build serves for removing each defence by itself (R. H. Untch, A. J.
//! Offutt, M. J. Harrold, "Mutation analysis using mutant schemata", ISSTA 1993).

use std::fmt::Write as _;
use std::ops::Range;

use anyhow::{Context as _, Result, bail};

use super::catalogue::Removal;

/// The environment variable that names the defence to do without.
pub const VARIABLE: &str = "VZAEMO_WITHOUT_DEFENCE";

/// A place in a file, and what stands there without each of the defences that it belongs to.
type Place<'a> = (Range<usize>, Vec<(&'a str, &'a Removal)>);

/// Where in a file the defences stand, in order. Fails if a text is not there exactly once, or overlaps another.
pub fn places<'a>(file: &str, removals: &[(&'a str, &'a Removal)]) -> Result<Vec<Place<'a>>> {
    let mut places: Vec<Place<'a>> = Vec::new();
    for &(name, removal) in removals {
        let start = match &removal.after {
            None => only(file, &removal.text, name)?,
            Some(after) => {
                let from = only(file, after, name)? + after.len();
                let text = file.get(from..).and_then(|rest| rest.find(&removal.text));
                from + text.with_context(|| format!("the text of “{name}” does not stand there"))?
            }
        };
        let range = start..start + removal.text.len();
        match places.iter_mut().find(|(other, _)| *other == range) {
            Some((_, here)) => here.push((name, removal)),
            None => places.push((range, vec![(name, removal)])),
        }
    }
    places.sort_by_key(|(range, _)| range.start);
    for ((before, of_before), (after, of_after)) in places.iter().zip(places.iter().skip(1)) {
        if let (true, [(one, _), ..], [(other, _), ..]) =
            (before.end > after.start, of_before.as_slice(), of_after.as_slice())
        {
            bail!("the texts of “{one}” and “{other}” overlap");
        }
    }
    Ok(places)
}

/// Where this stands, if it does once.
fn only(file: &str, text: &str, name: &str) -> Result<usize> {
    let found: Vec<usize> = file.match_indices(text).map(|(at, _)| at).collect();
    match found.as_slice() {
        &[at] => Ok(at),
        _ => bail!("the text of “{name}” stands there {} times, not once", found.len()),
    }
}

/// The file with every defence that stands in it made removable.
pub fn removable(file: &str, removals: &[(&str, &Removal)]) -> Result<String> {
    let mut text = String::with_capacity(file.len() * 2);
    let mut end = 0;
    for (range, here) in places(file, removals)? {
        text.push_str(file.get(end..range.start).unwrap_or_default());
        let original = file.get(range.clone()).unwrap_or_default();
        // A statement must not become an expression: two of those do not follow one another. Of an expression the
        // compiler shall not say that it stands in parentheses for nothing.
        let statements = original.ends_with([';', '}']);
        text.push_str(if statements { "" } else { "::std::convert::identity(" });
        for (name, removal) in here {
            let with = &removal.with;
            let _infallible = write!(
                text,
                "if ::std::env::var_os({VARIABLE:?}).is_some_and(|name| name == {name:?}) {{ {with} }} else "
            );
        }
        let _infallible = write!(text, "{{ {original} }}");
        text.push_str(if statements { "" } else { ")" });
        end = range.end;
    }
    text.push_str(file.get(end..).unwrap_or_default());
    Ok(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const FILE: &str = "fn may(a: u8) -> bool {\n    if a == 0 { return false; }\n    a < 5 && odd(a)\n}\n";

    fn removal(text: &str, with: &str) -> Removal {
        Removal { file: "a.rs".to_owned(), after: None, text: text.to_owned(), with: with.to_owned() }
    }

    #[test]
    fn both_what_stands_there_and_what_replaces_it_are_compiled() {
        let (limit, zero, both) =
            (removal("a < 5", "true"), removal("if a == 0 { return false; }", ""), removal("a < 5", "a < 9"));
        let named = [("limit", &limit), ("zero", &zero), ("both", &both)];
        let without =
            |name| format!("if ::std::env::var_os({VARIABLE:?}).is_some_and(|name| name == {name:?})");
        let expected = format!(
            "fn may(a: u8) -> bool {{\n    {} {{  }} else {{ if a == 0 {{ return false; }} }}\n    \
             ::std::convert::identity({} {{ true }} else {} {{ a < 9 }} else {{ a < 5 }}) && odd(a)\n}}\n",
            without("zero"),
            without("limit"),
            without("both"),
        );
        assert_eq!(removable(FILE, &named).unwrap(), expected);
    }

    #[test]
    fn a_text_stands_there_once_and_apart_from_others() {
        let fails = |removals: &[Removal]| {
            let named: Vec<_> = removals.iter().map(|removal| ("x", removal)).collect();
            places(FILE, &named).unwrap_err().to_string()
        };
        assert_eq!(fails(&[removal("a > 5", "")]), "the text of “x” stands there 0 times, not once");
        assert_eq!(
            fails(&[removal("bool", ""), removal("a", "")]),
            "the text of “x” stands there 6 times, not once"
        );
        let second = Removal { after: Some("== 0".to_owned()), ..removal("a", "b") };
        let (range, _) = places(FILE, &[("x", &second)]).unwrap().remove(0);
        assert_eq!(FILE.get(..range.start).unwrap().matches('a').count(), 3, "the one in `false`");
        assert_eq!(
            fails(&[Removal { after: Some("odd".to_owned()), ..removal("< 5", "") }]),
            "the text of “x” does not stand there"
        );
        let overlapping = [removal("a < 5", ""), removal("5 && odd", "")];
        assert_eq!(fails(&overlapping), "the texts of “x” and “x” overlap");
    }
}

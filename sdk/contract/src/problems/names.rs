//! Well-formed names.

use super::Check;

/// The longest name; a storage's limit, with room for prefixes.
const LONGEST: usize = 48;

/// Whether a name is lower-case words of letters and digits joined by single hyphens.
pub(super) fn well_formed(name: &str) -> bool {
    name.len() <= LONGEST
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.split('-').all(|word| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
}

impl Check<'_> {
    pub(super) fn name(&mut self, place: &str, name: &str) {
        if !well_formed(name) {
            self.problem(
                place,
                format!("{name:?} is not a well-formed name"),
                format!("use up to {LONGEST} lower-case Latin letters and digits, words joined by hyphens"),
            );
        }
    }

    /// Each name once; `what` says of what they are the names.
    pub(super) fn unique<'n>(&mut self, place: &str, what: &str, names: impl Iterator<Item = &'n str>) {
        let mut seen: Vec<&str> = Vec::new();
        for name in names {
            if seen.contains(&name) {
                self.problem(
                    format!("{place}.{name}"),
                    format!("two {what} have this name"),
                    "give each its own",
                );
            }
            seen.push(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::well_formed;

    #[test]
    fn names() {
        for good in ["a", "notes", "note-2", "public-notes", "x2"] {
            assert!(well_formed(good), "{good}");
        }
        let long = "a".repeat(49);
        for bad in ["", "Notes", "2x", "-a", "a-", "a--b", "a_b", "нота", "a b", "a/b", long.as_str()] {
            assert!(!well_formed(bad), "{bad}");
        }
    }
}

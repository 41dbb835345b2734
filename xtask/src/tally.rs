//! Counting tests from what test programs print.

use std::ops::AddAssign;

/// How many checks passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

impl Tally {
    /// A check that is no test program: it counts as one.
    pub const PASSED: Self = Self { passed: 1, failed: 0 };
    /// A check that failed as a whole.
    pub const FAILED: Self = Self { passed: 0, failed: 1 };

    /// Adds what a line of a test program's output says, if it is a line of summary. Understood are
    /// cargo test, cargo nextest, Node's test runner and Playwright.
    pub fn read_line(&mut self, line: &str) {
        let line = without_colours(line);
        let line = line.trim();
        if let Some(counts) = line.strip_prefix("test result: ") {
            self.add_counts(counts.split(['.', ';']));
        } else if let Some((_, counts)) = line.split_once(" run: ").filter(|_| line.starts_with("Summary ["))
        {
            self.add_counts(counts.split([',', '(']));
        } else if let Some(count) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")) {
            match count.split_once(' ') {
                Some(("pass", n)) => self.passed += n.parse().unwrap_or(0),
                Some(("fail", n)) => self.failed += n.parse().unwrap_or(0),
                _ => {}
            }
        } else {
            // Playwright: "5 passed (3.1s)" or "1 failed" on a line of its own.
            self.add_counts(line.split(" (").take(1));
        }
    }

    fn add_counts<'a>(&mut self, counts: impl Iterator<Item = &'a str>) {
        for count in counts {
            match count.trim().split_once(' ') {
                Some((n, "passed")) => self.passed += n.parse().unwrap_or(0),
                Some((n, "failed" | "timed out" | "exec failed")) => self.failed += n.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// The text without ANSI escape sequences.
fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        plain.push_str(before);
        rest = after.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
        let mut chars = rest.chars();
        chars.next();
        rest = chars.as_str();
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(output: &str) -> (u64, u64) {
        let mut tally = Tally::default();
        output.lines().for_each(|line| tally.read_line(line));
        (tally.passed, tally.failed)
    }

    #[test]
    fn each_test_program_is_counted() {
        let cargo = "test result: ok. 13 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.06s\n\
                     test result: FAILED. 7 passed; 2 failed; 0 ignored; 0 measured";
        assert_eq!(tally(cargo), (20, 2));
        let nextest =
            "     Summary [   0.063s] 14 tests run: 11 passed (1 slow), 2 failed, 1 timed out, 3 skipped";
        assert_eq!(tally(nextest), (11, 3));
        assert_eq!(
            tally(
                "\x1b[32;1m     Summary\x1b[0m [ 1s] \x1b[1m1\x1b[0m test run: \x1b[1m1\x1b[0m \x1b[32;1mpassed\x1b[0m, 0 skipped"
            ),
            (1, 0)
        );
        assert_eq!(tally("# tests 6\n# pass 5\n# fail 1\n"), (5, 1));
        assert_eq!(tally("\u{1b}[34mℹ pass 5\u{1b}[39m\nℹ fail 0"), (5, 0));
        assert_eq!(tally("  1 failed\n    [chromium] › a.spec.ts\n  5 passed (3.1s)"), (5, 1));
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(tally("10 passed through the gate\nit failed\n12 people (3 failed)\n"), (0, 0));
    }
}

//! From the text of a draft act to its addressable paragraphs.
//!
//! Normative acts of Ukraine number their points `1.`, sub-points `1)` and letters `а)`; what stands
//! unnumbered below is a further paragraph (абзац) of the point, counted from two, since the numbered line is
//! the first. Headings stand unnumbered and end without a stop. No word is lost or changed: only runs of white
//! space become one space.

use std::collections::BTreeSet;

/// A paragraph of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph {
    /// Its address within the draft, such as `p-10-3`; each is there once.
    pub anchor: String,
    /// The number of the point that it is or belongs to, such as `10.3`.
    pub number: Option<String>,
    /// How the draft writes the number, such as `3)`.
    pub mark: Option<String>,
    /// 1 for points, 2 and more below them, 0 outside of points.
    pub level: u32,
    /// Which paragraph of its point it is, from 1.
    pub place: u32,
    /// Whether it is a heading.
    pub heading: bool,
    /// Its words, without the mark.
    pub text: String,
}

/// Splits a draft into its paragraphs.
pub fn split(draft: &str) -> Vec<Paragraph> {
    let mut splitter = Splitter::default();
    for text in unbroken(draft) {
        splitter.take(&text);
    }
    splitter.done
}

/// The draft that splits into these marks and texts again.
pub fn join<'a>(paragraphs: impl Iterator<Item = (Option<&'a str>, &'a str)>) -> String {
    let lines: Vec<String> = paragraphs
        .map(|(mark, text)| match mark {
            Some(mark) => [mark, " ", text].concat(),
            None => text.to_owned(),
        })
        .collect();
    // Blank lines, so that nothing that ends without a stop runs into what follows.
    lines.join("\n\n")
}

/// The paragraphs of a text whose lines may have been broken in passing through an editor: a line that ends
/// without a stop goes on in the next when that begins with a small letter.
fn unbroken(draft: &str) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in draft.lines() {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.is_empty() {
            goes_on = false;
            continue;
        }
        let small = line.starts_with(char::is_lowercase) && Mark::of(&line).is_none();
        match texts.last_mut().filter(|_| goes_on && small) {
            Some(last) => {
                last.push(' ');
                last.push_str(&line);
            }
            None => texts.push(line.clone()),
        }
        goes_on = !stops(&line);
    }
    texts
}

fn stops(text: &str) -> bool {
    text.ends_with(['.', ';', ':', ',', '!', '?'])
}

/// A number at the beginning of a line.
enum Mark {
    /// `10.` or `10.3.`: its parts.
    Point(Vec<String>),
    /// `3)`
    Sub(String),
    /// `а)`
    Letter(char),
}

impl Mark {
    /// The mark of a line with its length in bytes.
    fn of(line: &str) -> Option<(Mark, usize)> {
        let end = line.find(' ').unwrap_or(line.len());
        let word = line.get(..end)?;
        if let Some(inner) = word.strip_suffix(')') {
            let mut letters = inner.chars();
            return match (letters.next(), letters.next()) {
                (Some(letter), None) if letter.is_lowercase() => Some((Mark::Letter(letter), end)),
                _ if is_number(inner) => Some((Mark::Sub(inner.to_owned()), end)),
                _ => None,
            };
        }
        let parts: Vec<String> = word.strip_suffix('.')?.split('.').map(str::to_owned).collect();
        parts.iter().all(|part| is_number(part)).then_some((Mark::Point(parts), end))
    }
}

/// Points of acts have up to three digits; four are a year.
fn is_number(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What a paragraph can stand under.
struct Point {
    number: String,
    anchor: String,
    level: u32,
    /// Paragraphs so far.
    places: u32,
    /// Lettered ones so far.
    letters: u32,
    /// Whether it ended a list: what follows unnumbered belongs to the point above.
    full_stop: bool,
    lettered: bool,
    sub: bool,
}

#[derive(Default)]
struct Splitter {
    above: Vec<Point>,
    sections: u32,
    loose: u32,
    anchors: BTreeSet<String>,
    done: Vec<Paragraph>,
}

impl Splitter {
    fn take(&mut self, line: &str) {
        let Some((mark, end)) = Mark::of(line) else { return self.unnumbered(line) };
        let written = line.get(..end).unwrap_or_default();
        let text = line.get(end..).unwrap_or_default().trim();
        if text.is_empty() {
            return self.unnumbered(line);
        }
        let (number, anchor, level, lettered, sub) = match &mark {
            Mark::Point(parts) => {
                self.above.clear();
                let level = u32::try_from(parts.len()).unwrap_or(1);
                (parts.join("."), ["p-", &parts.join("-")].concat(), level, false, false)
            }
            Mark::Sub(number) => {
                while self.above.last().is_some_and(|point| point.sub) {
                    self.above.pop();
                }
                match self.above.last() {
                    Some(point) => {
                        let anchor = [point.anchor.as_str(), "-", number].concat();
                        ([point.number.as_str(), ".", number].concat(), anchor, point.level + 1, false, true)
                    }
                    None => (number.clone(), ["i-", number].concat(), 1, false, true),
                }
            }
            Mark::Letter(letter) => {
                while self.above.last().is_some_and(|point| point.lettered) {
                    self.above.pop();
                }
                let letter = letter.to_string();
                match self.above.last_mut() {
                    Some(point) => {
                        point.letters += 1;
                        let anchor = [point.anchor.as_str(), "-l", &point.letters.to_string()].concat();
                        ([point.number.as_str(), ".", &letter].concat(), anchor, point.level + 1, true, true)
                    }
                    None => {
                        self.loose += 1;
                        (letter, ["l-", &self.loose.to_string()].concat(), 1, true, true)
                    }
                }
            }
        };
        let anchor = self.free(anchor);
        self.above.push(Point {
            number: number.clone(),
            anchor: anchor.clone(),
            level,
            places: 1,
            letters: 0,
            full_stop: text.ends_with('.'),
            lettered,
            sub,
        });
        self.done.push(Paragraph {
            anchor,
            number: Some(number),
            mark: Some(written.to_owned()),
            level,
            place: 1,
            heading: false,
            text: text.to_owned(),
        });
    }

    fn unnumbered(&mut self, text: &str) {
        // The stamp of approval above a title ends without a stop too.
        if !stops(text) && !text.starts_with("ЗАТВЕРДЖЕНО") {
            self.above.clear();
            self.sections += 1;
            let anchor = self.free(format!("s-{}", self.sections));
            return self.outside(anchor, true, text);
        }
        while self.above.last().is_some_and(|point| point.sub && point.full_stop) {
            self.above.pop();
        }
        let Some(point) = self.above.last_mut() else {
            self.loose += 1;
            let anchor = self.free(format!("a-{}", self.loose));
            return self.outside(anchor, false, text);
        };
        point.places += 1;
        point.full_stop = text.ends_with('.');
        let (number, level, place) = (point.number.clone(), point.level, point.places);
        let anchor = [point.anchor.as_str(), "-a", &place.to_string()].concat();
        let anchor = self.free(anchor);
        let (number, mark, text) = (Some(number), None, text.to_owned());
        self.done.push(Paragraph { anchor, number, mark, level, place, heading: false, text });
    }

    fn outside(&mut self, anchor: String, heading: bool, text: &str) {
        let place = if heading { 1 } else { self.loose.max(1) };
        let text = text.to_owned();
        self.done.push(Paragraph { anchor, number: None, mark: None, level: 0, place, heading, text });
    }

    /// The anchor, or one like it when an act counts its points anew in each section.
    fn free(&mut self, anchor: String) -> String {
        let mut free = anchor.clone();
        let mut copy = 1;
        while !self.anchors.insert(free.clone()) {
            copy += 1;
            free = format!("{anchor}-n{copy}");
        }
        free
    }
}

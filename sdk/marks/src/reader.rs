//! Reading a page without trusting it.

use crate::{CLOSE, GROUP, Kind, MAX_LENGTH, Page};

/// One step through a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// A group opens; its own text.
    Open(Kind, &'a str),
    /// A leaf with its text.
    Leaf(Kind, &'a str),
    /// The innermost group closes.
    Close,
}

/// A page whose marks do not fit its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The index of the mark.
    pub mark: usize,
    /// What is wrong, after "mark N".
    pub what: &'static str,
}

impl core::fmt::Display for Broken {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "mark {} {}", self.mark, self.what)
    }
}

impl core::error::Error for Broken {}

/// Steps through a page. Kinds that this version of the grammar does not know are skipped, groups with all
/// that they hold. It never panics, whatever the marks say.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    text: &'a str,
    marks: &'a [u32],
    at: usize,
    offset: usize,
}

impl<'a> Reader<'a> {
    /// A reader at the start of the page.
    pub fn new(page: &'a Page) -> Self {
        Reader { text: &page.text, marks: &page.marks, at: 0, offset: 0 }
    }

    /// The index of the mark that the next event comes from.
    pub fn position(&self) -> usize {
        self.at
    }

    /// How many bytes of the text have been consumed.
    pub fn consumed(&self) -> usize {
        self.offset
    }

    fn step(&mut self) -> Option<Result<(u32, &'a str), Broken>> {
        let mark = *self.marks.get(self.at)?;
        let index = self.at;
        self.at += 1;
        let length = (mark as usize) & MAX_LENGTH;
        let end = self.offset.saturating_add(length);
        let Some(text) = self.text.get(self.offset..end) else {
            self.at = self.marks.len();
            let what = if end > self.text.len() {
                "runs past the end of the text"
            } else {
                "cuts a character in two"
            };
            return Some(Err(Broken { mark: index, what }));
        };
        self.offset = end;
        Some(Ok((mark, text)))
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Result<Event<'a>, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut skipping = 0usize;
        loop {
            let index = self.at;
            let (mark, text) = match self.step()? {
                Ok(step) => step,
                Err(broken) => return Some(Err(broken)),
            };
            let code = mark.to_be_bytes()[0];
            if code == 0 {
                if mark != CLOSE {
                    return Some(Err(Broken { mark: index, what: "is a close that carries text" }));
                }
                if skipping > 0 {
                    skipping -= 1;
                    continue;
                }
                return Some(Ok(Event::Close));
            }
            let group = code & GROUP != 0;
            if skipping > 0 {
                skipping += usize::from(group);
                continue;
            }
            match Kind::from_code(code) {
                Some(kind) if group => return Some(Ok(Event::Open(kind, text))),
                Some(kind) => return Some(Ok(Event::Leaf(kind, text))),
                None => skipping += usize::from(group),
            }
        }
    }
}

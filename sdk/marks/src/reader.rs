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

    #[inline]
    fn step(&mut self) -> Option<Result<(u32, &'a str), Broken>> {
        let mark = *self.marks.get(self.at)?;
        let end = self.offset.saturating_add((mark as usize) & MAX_LENGTH);
        let Some(text) = self.text.get(self.offset..end) else { return Some(Err(self.broken(end))) };
        self.at += 1;
        self.offset = end;
        Some(Ok((mark, text)))
    }

    /// What is wrong with the present mark, whose text would end at `end`. Nothing is read after it.
    #[cold]
    fn broken(&mut self, end: usize) -> Broken {
        let mark = core::mem::replace(&mut self.at, self.marks.len());
        let what =
            if end > self.text.len() { "runs past the end of the text" } else { "cuts a character in two" };
        Broken { mark, what }
    }

    /// Passes over the rest of a group that has just been opened.
    #[cold]
    fn pass_over(&mut self) -> Result<(), Broken> {
        let mut open = 1usize;
        while open > 0 {
            let index = self.at;
            let Some(step) = self.step() else { break };
            let (mark, _) = step?;
            let code = mark.to_be_bytes()[0];
            if code == 0 && mark != CLOSE {
                return Err(Broken { mark: index, what: CLOSE_WITH_TEXT });
            }
            open = if code == 0 { open - 1 } else { open + usize::from(code & GROUP != 0) };
        }
        Ok(())
    }
}

const CLOSE_WITH_TEXT: &str = "is a close that carries text";

impl<'a> Iterator for Reader<'a> {
    type Item = Result<Event<'a>, Broken>;

    // Every page is read twice, mark by mark.
    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let index = self.at;
            let (mark, text) = match self.step()? {
                Ok(step) => step,
                Err(broken) => return Some(Err(broken)),
            };
            if mark == CLOSE {
                return Some(Ok(Event::Close));
            }
            let code = mark.to_be_bytes()[0];
            let group = code & GROUP != 0;
            match Kind::from_code(code) {
                Some(kind) if group => return Some(Ok(Event::Open(kind, text))),
                Some(kind) => return Some(Ok(Event::Leaf(kind, text))),
                None if code == 0 => return Some(Err(Broken { mark: index, what: CLOSE_WITH_TEXT })),
                None if group => {
                    if let Err(broken) = self.pass_over() {
                        return Some(Err(broken));
                    }
                }
                None => {}
            }
        }
    }
}

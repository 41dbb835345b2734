//! Writing a page. No `core::fmt`: building text is the most costly part of a page in a guest.

use crate::{CLOSE, Kind, MAX_LENGTH, Page};

/// Appends marks and their text. It does not check the grammar; [`crate::check`] does, in the host and in the
/// test kit.
#[derive(Debug, Default)]
pub struct Writer {
    page: Page,
    open: usize,
}

impl Writer {
    /// A writer with room for an ordinary page, so that a guest's memory need not grow.
    pub fn new() -> Self {
        Writer {
            page: Page { text: String::with_capacity(8 * 1024), marks: Vec::with_capacity(1024) },
            open: 0,
        }
    }

    fn mark(&mut self, kind: Kind, length: usize) {
        // A text beyond the limit of one mark is cut at the limit by `text`; here the length always fits.
        let length = u32::try_from(length.min(MAX_LENGTH)).unwrap_or(0);
        self.page.marks.push((u32::from(kind as u8) << 24) | length);
    }

    fn append(&mut self, kind: Kind, text: &str) {
        let mut end = text.len().min(MAX_LENGTH);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = text.get(..end).unwrap_or_default();
        self.page.text.push_str(text);
        self.mark(kind, text.len());
    }

    /// Adds a leaf with its text. Text beyond [`MAX_LENGTH`] bytes is cut.
    pub fn leaf(&mut self, kind: Kind, text: &str) {
        self.append(kind, text);
    }

    /// Adds a leaf whose text is `name=value`.
    pub fn pair(&mut self, kind: Kind, name: &str, value: &str) {
        self.page.text.push_str(name);
        self.page.text.push('=');
        self.page.text.push_str(value);
        self.mark(kind, name.len() + 1 + value.len());
    }

    /// Adds a whole number as a leaf.
    pub fn number(&mut self, kind: Kind, number: i64) {
        let before = self.page.text.len();
        self.push_digits(number);
        let length = self.page.text.len() - before;
        self.mark(kind, length);
    }

    fn push_digits(&mut self, number: i64) {
        let mut digits = [0u8; 20];
        let mut at = digits.len();
        let mut rest = number.unsigned_abs();
        loop {
            at -= 1;
            if let Some(digit) = digits.get_mut(at) {
                *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            }
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if number < 0 {
            self.page.text.push('-');
        }
        for digit in digits.iter().skip(at) {
            self.page.text.push(char::from(*digit));
        }
    }

    /// Opens a group; `payload` is its own text. Every group must be closed.
    pub fn open(&mut self, kind: Kind, payload: &str) {
        self.append(kind, payload);
        self.open += 1;
    }

    /// Opens a group whose payload is `value/goal`.
    pub fn open_ratio(&mut self, kind: Kind, value: u64, goal: u64) {
        let before = self.page.text.len();
        self.push_digits(i64::try_from(value).unwrap_or(i64::MAX));
        self.page.text.push('/');
        self.push_digits(i64::try_from(goal).unwrap_or(i64::MAX));
        let length = self.page.text.len() - before;
        self.mark(kind, length);
        self.open += 1;
    }

    /// Closes the innermost open group.
    pub fn close(&mut self) {
        self.open = self.open.saturating_sub(1);
        self.page.marks.push(CLOSE);
    }

    /// Opens a group, lets `fill` write what it holds, and closes it.
    pub fn group(&mut self, kind: Kind, payload: &str, fill: impl FnOnce(&mut Self)) {
        self.open(kind, payload);
        fill(self);
        self.close();
    }

    /// The finished page; groups left open are closed.
    pub fn finish(mut self) -> Page {
        while self.open > 0 {
            self.close();
        }
        self.page
    }
}

//! The host's check of a page: nesting, content model and completeness.

use crate::{Event, Kind, MAX_DEPTH, Page, Reader, table::classes};

/// Why a page was refused. Names the mark, so that a module's author can find it in a [`crate::dump`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The index of the mark at fault.
    pub mark: usize,
    /// What is wrong, in a sentence fragment.
    pub what: String,
}

impl core::fmt::Display for Problem {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "mark {}: {}", self.mark, self.what)
    }
}

impl core::error::Error for Problem {}

/// Checks that the page is one `page` group with a title, that groups nest and hold only what the grammar
/// allows, and that the marks use up the whole text.
pub fn check(page: &Page) -> Result<(), Problem> {
    let mut reader = Reader::new(page);
    let mut path: Vec<Kind> = Vec::with_capacity(MAX_DEPTH);
    let (mut begun, mut titled) = (false, false);
    loop {
        let mark = reader.position();
        let Some(event) = reader.next() else { break };
        let event = event.map_err(|broken| Problem { mark: broken.mark, what: broken.what.to_owned() })?;
        let (kind, group) = match event {
            Event::Close => {
                if path.pop().is_none() {
                    return Err(Problem { mark, what: "closes a group that is not open".to_owned() });
                }
                continue;
            }
            Event::Open(kind, _) => (kind, true),
            Event::Leaf(kind, _) => (kind, false),
        };
        let allowed = match path.last() {
            Some(parent) => parent.holds(),
            None if begun => 0,
            None => classes::ROOT,
        };
        if kind.class() & allowed == 0 {
            let place = path.last().map_or("the top of a page", |parent| parent.name());
            return Err(Problem { mark, what: format!("{} may not stand in {place}", kind.name()) });
        }
        begun = true;
        titled |= kind == Kind::Title;
        if group {
            if path.len() == MAX_DEPTH {
                return Err(Problem { mark, what: format!("groups nest deeper than {MAX_DEPTH}") });
            }
            path.push(kind);
        }
    }
    let end = page.marks.len();
    if let Some(open) = path.last() {
        return Err(Problem { mark: end, what: format!("{} is not closed", open.name()) });
    }
    if !titled {
        return Err(Problem { mark: end, what: "the page has no title".to_owned() });
    }
    if reader.consumed() != page.text.len() {
        let rest = page.text.len().saturating_sub(reader.consumed());
        return Err(Problem { mark: end, what: format!("{rest} bytes of the text belong to no mark") });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CLOSE, Writer};
    use proptest::prelude::*;

    fn small() -> Page {
        let mut w = Writer::new();
        w.open(Kind::Page, "");
        w.group(Kind::Title, "", |w| w.leaf(Kind::Text, "Привіт"));
        w.group(Kind::Paragraph, "", |w| w.number(Kind::Number, -120));
        w.finish()
    }

    #[test]
    fn a_written_page_passes() {
        let page = small();
        assert_eq!(check(&page), Ok(()));
        assert_eq!(page.text, "Привіт-120");
    }

    #[test]
    fn an_unknown_group_is_skipped_with_what_it_holds() {
        let mut page = small();
        page.text.push_str("new");
        let end = page.marks.pop().unwrap();
        page.marks.extend([0xff00_0000, 0x7f00_0003, CLOSE, end]);
        assert_eq!(check(&page), Ok(()));
    }

    #[test]
    fn misplaced_unclosed_and_untitled_pages_are_refused() {
        let mut w = Writer::new();
        w.open(Kind::Page, "");
        w.leaf(Kind::Text, "loose");
        assert_eq!(check(&w.finish()).unwrap_err().what, "text may not stand in page");

        let mut page = small();
        page.marks.pop();
        assert_eq!(check(&page).unwrap_err().what, "page is not closed");

        let mut w = Writer::new();
        w.open(Kind::Page, "");
        assert_eq!(check(&w.finish()).unwrap_err().what, "the page has no title");

        let mut page = small();
        page.text.push('x');
        assert!(check(&page).unwrap_err().what.contains("belong to no mark"));
    }

    proptest! {
        #[test]
        fn nothing_a_guest_sends_panics(text in ".{0,60}", marks in prop::collection::vec(any::<u32>(), 0..40), small_marks in prop::collection::vec((0u8..=255, 0u32..9), 0..40)) {
            let _ = check(&Page { text: text.clone(), marks });
            let marks = small_marks.into_iter().map(|(kind, length)| (u32::from(kind) << 24) | length).collect();
            let page = Page { text, marks };
            let _ = check(&page);
            let _ = crate::dump(&page);
        }
    }
}

//! What pages have in common, made once: the frame as text, with places left open for what one page says.

use std::sync::LazyLock;

use html_escape::encode_double_quoted_attribute_to_string;

use super::document::{self, Filling, Frame};
use super::{is_orderly, orderly};
use crate::texts::{Language, Speaker};

/// A place left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hole {
    /// The address of the page, as the value of an attribute.
    Path,
    /// The address, as a parameter of another one: where to return to.
    Return,
    /// The title of the page, with what parts it from the platform's name.
    Title,
    /// What everyone should know now.
    Banners,
    /// Who is signed in.
    Person,
    /// The content.
    Main,
}

impl Hole {
    const ALL: [Hole; 6] = [Hole::Path, Hole::Return, Hole::Title, Hole::Banners, Hole::Person, Hole::Main];

    /// What stands for the hole while the frame is written: private use characters, which pass every escaping as they
    /// are. In a text of the holder's they would open one more hole, and a hole is filled with what is safe anywhere.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Hole::Path => "\u{f8e0}",
            Hole::Return => RETURN.as_str(),
            Hole::Title => "\u{f8e1}",
            Hole::Banners => "\u{f8e2}",
            Hole::Person => "\u{f8e3}",
            Hole::Main => "\u{f8e4}",
        }
    }
}

/// What the sign of the address becomes in a query.
static RETURN: LazyLock<String> = LazyLock::new(|| encoded(Hole::Path.sign()));

fn encoded(path: &str) -> String {
    url::form_urlencoded::byte_serialize(path.as_bytes()).collect()
}

/// A frame ready to be filled, for all pages that differ only in what is filled in.
#[derive(Debug, Clone)]
pub struct Skeleton {
    language: Language,
    /// The text before each hole.
    pieces: Vec<(String, Hole)>,
    end: String,
}

impl Skeleton {
    /// Writes the frame.
    pub fn new(frame: &Frame<'_>) -> Self {
        let html = orderly(document::skeleton(frame));
        let mut pieces = Vec::new();
        let mut rest = html.as_str();
        let next = |rest: &str| {
            let found = Hole::ALL.into_iter().filter_map(|hole| Some((rest.find(hole.sign())?, hole)));
            found.min_by_key(|(at, _)| *at)
        };
        while let Some((at, hole)) = next(rest) {
            let (before, after) = rest.split_at(at);
            pieces.push((before.to_owned(), hole));
            rest = after.strip_prefix(hole.sign()).unwrap_or_default();
        }
        Skeleton { language: frame.language, pieces, end: rest.to_owned() }
    }

    /// The whole page, [`orderly`]: the frame is so since it was made, what is filled in is looked at here.
    pub fn fill(&self, filling: &Filling<'_>) -> String {
        let say = Speaker::host(self.language);
        let fixed: usize = self.pieces.iter().map(|(piece, _)| piece.len()).sum();
        let mut out = String::with_capacity(fixed + filling.main.len() + 1024);
        let mut to = None;
        let mut in_order = true;
        for (piece, hole) in &self.pieces {
            out.push_str(piece);
            let from = out.len();
            match hole {
                Hole::Path => drop(encode_double_quoted_attribute_to_string(filling.path, &mut out)),
                Hole::Return => out.push_str(to.get_or_insert_with(|| encoded(filling.path))),
                Hole::Title if filling.title.is_empty() => {}
                Hole::Title => {
                    out.push_str(filling.title);
                    out.push_str(" · ");
                }
                Hole::Banners => {
                    for banner in filling.banners {
                        out.push_str(&document::drawn(banner).0);
                    }
                }
                Hole::Person => {
                    if let Some(visitor) = &filling.visitor {
                        out.push_str(&document::person(visitor, filling.path, &say).0);
                    }
                }
                Hole::Main => out.push_str(filling.main),
            }
            in_order &= is_orderly(out.get(from..).unwrap_or_default());
        }
        out.push_str(&self.end);
        if in_order { out } else { orderly(out) }
    }
}

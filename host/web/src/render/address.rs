//! Attributes, addresses and other small pieces of HTML.

use html_escape::encode_double_quoted_attribute_to_string;
use pulldown_cmark_escape::escape_html_body_text;
use vzaemo_marks::{Event, Kind, Tone};

use super::Renderer;
use super::slot::Fragment;

/// Appends text, escaped. Pages are mostly text, so it is looked through many bytes at once.
pub(super) fn text(value: &str, out: &mut String) {
    // A `String` takes everything.
    let _never_fails = escape_html_body_text(out, value);
}

/// Appends the value of an attribute in double quotes, escaped.
pub(super) fn attribute(value: &str, out: &mut String) {
    encode_double_quoted_attribute_to_string(value, out);
}

/// The text of finished HTML: still escaped, and fit for an attribute too.
pub(super) fn without_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut inside = false;
    for symbol in html.chars() {
        match symbol {
            '<' => inside = true,
            '>' => inside = false,
            '"' if !inside => out.push_str("&quot;"),
            _ if inside => {}
            _ => out.push(symbol),
        }
    }
    out
}

/// Whether the text may be an anchor: letters, digits, hyphen and full stop.
pub(super) fn is_anchor(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|symbol| symbol.is_alphanumeric() || symbol == '-' || symbol == '.')
}

/// Appends ` id="…"` if the name may be an anchor.
pub(super) fn id(name: &str, out: &mut String) {
    if is_anchor(name) {
        out.push_str(" id=\"");
        out.push_str(name);
        out.push('"');
    }
}

/// Appends a link, or the label alone if there is no address.
pub(super) fn link(address: Option<&str>, attributes: &str, label: &str, out: &mut String) {
    let Some(address) = address else {
        out.push_str(label);
        return;
    };
    out.push_str("<a href=\"");
    attribute(address, out);
    out.push('"');
    out.push_str(attributes);
    out.push('>');
    out.push_str(label);
    out.push_str("</a>");
}

/// Splits `name=value`.
pub(super) fn pair(text: &str) -> (&str, &str) {
    text.split_once('=').unwrap_or((text, ""))
}

/// Makes pairs the reader's own.
pub(super) fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The attributes that stand in a group.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools)] // each is a flag of the grammar
pub(super) struct Attributes<'a> {
    pub tone: Option<Tone>,
    pub anchor: Option<&'a str>,
    pub fragment: Option<&'a str>,
    pub rule: Option<&'a str>,
    pub before: &'a str,
    pub after: &'a str,
    pub params: Vec<(&'a str, &'a str)>,
    pub query: Vec<(&'a str, &'a str)>,
    pub prefill: Vec<(&'a str, &'a str)>,
    pub numeric: bool,
    pub ordered: bool,
    pub primary: bool,
    pub current: bool,
    pub open: bool,
    pub narrow: bool,
    pub noindex: bool,
}

impl<'a> Attributes<'a> {
    /// Takes one attribute in.
    pub fn take(&mut self, kind: Kind, text: &'a str) {
        match kind {
            Kind::Tone => self.tone = Some(Tone::from_name(text)),
            Kind::Anchor => self.anchor = Some(text),
            Kind::Fragment => self.fragment = Some(text),
            Kind::Rule => self.rule = Some(text),
            Kind::Before => self.before = text,
            Kind::After => self.after = text,
            Kind::Param => self.params.push(pair(text)),
            Kind::Query => self.query.push(pair(text)),
            Kind::Prefill => self.prefill.push(pair(text)),
            Kind::Flag => match text {
                "numeric" => self.numeric = true,
                "ordered" => self.ordered = true,
                "primary" => self.primary = true,
                "current" => self.current = true,
                "open" => self.open = true,
                "narrow" => self.narrow = true,
                "noindex" => self.noindex = true,
                _ => {}
            },
            _ => {}
        }
    }
}

impl<'a> Renderer<'a> {
    /// The attributes of the group that has just been opened, wherever before its first member or block they
    /// stand. Nothing is consumed.
    pub(super) fn attributes(&mut self) -> Attributes<'a> {
        use vzaemo_marks::classes::{BLOCK, CELL, COLUMN, MEMBER, ROW};
        let mut found = Attributes::default();
        let mut depth = 0usize;
        for event in self.reader.clone() {
            match event {
                Ok(Event::Open(kind, _)) => {
                    if depth == 0 && kind.class() & (BLOCK | CELL | COLUMN | MEMBER | ROW) != 0 {
                        break;
                    }
                    depth += 1;
                }
                Ok(Event::Leaf(kind, text)) if depth == 0 => found.take(kind, text),
                Ok(Event::Leaf(..)) => {}
                Ok(Event::Close) if depth == 0 => break,
                Ok(Event::Close) => depth -= 1,
                Err(_) => break,
            }
        }
        self.noindex |= found.noindex;
        found
    }

    /// Reads the rest of a group of running text with an address in it: the text goes to `label`, the
    /// address is returned.
    pub(super) fn addressed(&mut self, label: &mut Fragment) -> Option<String> {
        let mut address = None;
        while let Some(event) = self.child() {
            match event {
                Event::Open(kind @ (Kind::View | Kind::ActForm), name) => address = self.address(kind, name),
                Event::Open(Kind::Label, _) => self.inlines(label),
                Event::Open(kind, payload) => self.inline(kind, payload, label),
                Event::Leaf(kind, payload) => self.inline_leaf(kind, payload, label),
                Event::Close => {}
            }
        }
        address
    }

    /// Reads the rest of an address and asks for its path.
    pub(super) fn address(&mut self, kind: Kind, name: &str) -> Option<String> {
        let mut attributes = Attributes::default();
        while let Some(event) = self.child() {
            match event {
                Event::Leaf(kind, text) => attributes.take(kind, text),
                Event::Open(..) => self.skip(),
                Event::Close => {}
            }
        }
        let mut path = if kind == Kind::View {
            self.resolver.view(name, &attributes.params, &attributes.query)
        } else {
            self.resolver.act_form(name, &attributes.params, &attributes.prefill)
        }?;
        // Whatever answers, a page never leads away from the platform.
        if !path.starts_with('/') || path.starts_with("//") {
            return None;
        }
        if let Some(fragment) = attributes.fragment.filter(|fragment| is_anchor(fragment)) {
            path.push('#');
            path.push_str(fragment);
        }
        Some(path)
    }
}

//! Running text.

use vzaemo_marks::{Event, Kind, Tone};

use super::Renderer;
use super::address::{self, attribute, text};
use super::slot::Fragment;
use crate::texts::{self, Args, Language, Value};

/// Stand for an argument's HTML while Fluent puts a message together: private use characters, which no
/// message has a use for.
const MARK_START: char = '\u{e000}';
const MARK_END: char = '\u{e001}';

impl<'a> Renderer<'a> {
    /// Writes the rest of a group of running text.
    pub(super) fn inlines(&mut self, out: &mut Fragment) {
        while let Some(event) = self.child() {
            match event {
                Event::Open(kind, payload) => self.inline(kind, payload, out),
                Event::Leaf(kind, payload) => self.inline_leaf(kind, payload, out),
                Event::Close => {}
            }
        }
    }

    /// Writes a group of running text that has just been opened.
    pub(super) fn inline(&mut self, kind: Kind, payload: &'a str, out: &mut Fragment) {
        match kind {
            Kind::Message => self.message(payload, out),
            Kind::Link => {
                let mut label = Fragment::short();
                let address = self.addressed(&mut label);
                address::link(address.as_deref(), "", &label.html, &mut out.html);
            }
            Kind::Strong => self.wrapped("strong", out),
            Kind::Emphasis => self.wrapped("em", out),
            Kind::Tag => self.tag(out),
            _ => self.skip(),
        }
    }

    fn wrapped(&mut self, tag: &str, out: &mut Fragment) {
        out.push("<");
        out.push(tag);
        out.push(">");
        self.inlines(out);
        out.push("</");
        out.push(tag);
        out.push(">");
    }

    /// Writes a tag that has just been opened.
    pub(super) fn tag(&mut self, out: &mut Fragment) {
        let tone = self.attributes().tone.unwrap_or(Tone::Neutral);
        out.push("<span class=\"v-tag v-tag--");
        out.push(tone.name());
        out.push("\">");
        self.inlines(out);
        out.push("</span>");
    }

    /// Writes a leaf of running text; attributes are passed over.
    pub(super) fn inline_leaf(&mut self, kind: Kind, payload: &'a str, out: &mut Fragment) {
        let html = &mut out.html;
        match kind {
            Kind::Text => self.literal(payload, html),
            Kind::Number => number(payload, html),
            Kind::Date => self.date(payload, html),
            Kind::Instant => self.instant(payload, html),
            Kind::Person => self.person(payload, html),
            Kind::Body => text(self.resolver.body(payload).unwrap_or(payload), html),
            Kind::State => {
                let key = ["state-", payload].concat();
                text(&self.say.module_or_key(&key, None), html);
            }
            Kind::DaysLeft => self.days_left(payload, html),
            _ => {}
        }
    }

    /// Somebody's words: in a page in another language they are marked as Ukrainian if they look so.
    fn literal(&self, payload: &str, html: &mut String) {
        if self.foreign(payload) {
            html.push_str("<span lang=\"uk\">");
            text(payload, html);
            html.push_str("</span>");
        } else {
            text(payload, html);
        }
    }

    /// Whether literal text is in Cyrillic while the reader reads English.
    pub(super) fn foreign(&self, payload: &str) -> bool {
        self.say.language() != Language::Uk
            && payload.chars().any(|symbol| ('\u{400}'..='\u{52f}').contains(&symbol))
    }

    fn date(&self, payload: &str, html: &mut String) {
        match payload.parse() {
            Ok(day) => {
                time_open(payload, html);
                texts::push_day(day, &self.say, html);
                html.push_str("</time>");
            }
            Err(_) => text(payload, html),
        }
    }

    pub(super) fn instant(&mut self, payload: &str, html: &mut String) {
        match payload.parse() {
            Ok(moment) => {
                time_open(payload, html);
                let until =
                    texts::push_moment(moment, self.resolver.now(), self.resolver.zone(), &self.say, html);
                html.push_str("</time>");
                self.changes_at(until);
            }
            Err(_) => text(payload, html),
        }
    }

    fn person(&mut self, payload: &'a str, html: &mut String) {
        self.people.push(payload);
        match self.resolver.person(payload) {
            Some(name) => self.literal(name, html),
            None => text(&self.say.say("person-not-shown"), html),
        }
    }

    fn days_left(&mut self, payload: &str, html: &mut String) {
        match texts::remaining(payload, self.resolver.now(), self.resolver.zone()) {
            Some((left, until)) => {
                let mut words = String::new();
                texts::push_remaining(left, &self.say, &mut words);
                text(&words, html);
                self.changes_at(until);
            }
            None => text(payload, html),
        }
    }

    /// Writes a message of the module. Arguments that are one number or one text go to Fluent as such, so
    /// that plurals work; all others are rendered and put into its result.
    fn message(&mut self, key: &str, out: &mut Fragment) {
        let mut args = Args::new();
        let mut rendered: Vec<String> = Vec::new();
        let mut any = false;
        while let Some(event) = self.child() {
            match event {
                Event::Open(Kind::Arg, name) => {
                    any = true;
                    match self.plain_argument() {
                        Some(value) => {
                            self.skip();
                            args.set(name, value);
                        }
                        None => {
                            let mut html = Fragment::default();
                            self.inlines(&mut html);
                            args.set(name, format!("{MARK_START}{}{MARK_END}", rendered.len()));
                            rendered.push(html.html);
                        }
                    }
                }
                Event::Open(..) => self.skip(),
                Event::Leaf(..) | Event::Close => {}
            }
        }
        let said = self.say.module_or_key(key, any.then_some(&args));
        fill(&said, &rendered, &mut out.html);
    }

    /// The value of the argument that has just been opened, if it is a single number or text.
    fn plain_argument(&self) -> Option<Value<'a>> {
        let mut ahead = self.reader.clone();
        let value = match ahead.next()?.ok()? {
            Event::Leaf(Kind::Number, digits) => Value::from(digits.parse::<i64>().ok()?),
            Event::Leaf(Kind::Text, words) if !self.foreign(words) => Value::from(words),
            _ => return None,
        };
        matches!(ahead.next()?.ok()?, Event::Close).then_some(value)
    }
}

/// Appends a message, escaped, with rendered arguments in their places.
fn fill(said: &str, rendered: &[String], out: &mut String) {
    let mut rest = said;
    while let Some((before, from)) = rest.split_once(MARK_START) {
        text(before, out);
        let Some((index, after)) = from.split_once(MARK_END) else {
            rest = from;
            continue;
        };
        if let Some(html) = index.parse::<usize>().ok().and_then(|index| rendered.get(index)) {
            out.push_str(html);
        }
        rest = after;
    }
    text(rest, out);
}

/// Appends a whole number in groups; anything else as text.
pub(super) fn number(payload: &str, html: &mut String) {
    if texts::is_whole(payload) {
        texts::push_grouped(payload, html);
    } else {
        text(payload, html);
    }
}

fn time_open(payload: &str, html: &mut String) {
    html.push_str("<time datetime=\"");
    attribute(payload, html);
    html.push_str("\">");
}

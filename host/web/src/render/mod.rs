//! A module's page → HTML.
//!
//! The page's marks are read once and written straight into strings: the path is hot. Only the four parts of
//! the layout (way here, head, card aside, body) are gathered apart, for a page may give them in any order.
//! What depends on the visitor stays open as a [`Slot`], so that a body can be remembered and filled later.

mod address;
mod block;
mod difference;
mod files;
mod inline;
mod member;
mod slot;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use vzaemo_marks::{Event, Kind, MAX_DEPTH, Page, Reader};

use crate::texts::Speaker;

pub use files::{FileAt, FileLine};
pub use slot::{Fragment, Slot, SlotKind};

/// Pairs of names and values: parameters, query parameters, prefilled fields.
pub type Pairs<'a> = [(&'a str, &'a str)];

/// How a term was computed, as the module gave it: where it starts, how long it is, by which law.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule<'a> {
    /// The day or moment from which the term runs.
    pub from: &'a str,
    /// How many units.
    pub value: u32,
    /// `working-days`, `calendar-days`, `months` or `hours`.
    pub unit: &'a str,
    /// The law or the setting that gives the term.
    pub law: &'a str,
}

impl<'a> Rule<'a> {
    /// Reads `from;value;unit;law`.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(4, ';');
        let (from, value, unit) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
        matches!(unit, "working-days" | "calendar-days" | "months" | "hours").then(|| Rule {
            from,
            value,
            unit,
            law: parts.next().unwrap_or_default(),
        })
    }
}

/// What the renderer asks while it writes. Answers come from maps filled beforehand: nothing here waits.
pub trait Resolver {
    /// The module's texts in the reader's language.
    fn speaker(&self) -> Speaker<'_>;
    /// The name of a person as attested; `None` if it may not be shown or is not known.
    fn person(&self, reference: &str) -> Option<&str>;
    /// The name of an executive body in the reader's language.
    fn body(&self, id: &str) -> Option<&str>;
    /// What is written of a file; `None` if there is none that this module may show.
    fn file(&self, _id: &str) -> Option<FileLine<'_>> {
        None
    }
    /// The path and query of a view of this module; `None` if there is no such view or parameter.
    fn view(&self, name: &str, params: &Pairs<'_>, query: &Pairs<'_>) -> Option<String>;
    /// The path and query of the page with the form of an act.
    fn act_form(&self, act: &str, params: &Pairs<'_>, prefill: &Pairs<'_>) -> Option<String>;
    /// The query parameters with which this page was asked for, those of the view only.
    fn query(&self) -> &[(String, String)];
    /// The explanation of a term, a line each; empty if the rule makes no sense.
    fn explain(&self, rule: &Rule<'_>) -> Vec<String>;
    /// The moment of the legal clock.
    fn now(&self) -> Timestamp;
    /// The zone that days and moments are shown in.
    fn zone(&self) -> &TimeZone;
}

/// A page as HTML, without what surrounds it and with its slots open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The title as escaped HTML text, without markup: fit for `<title>`.
    pub title: String,
    /// What goes into `<main>`.
    pub body: Fragment,
    /// The person references whose names stand in the page: it changes when their names do.
    pub people: Vec<String>,
    /// The page must not be indexed by search engines.
    pub noindex: bool,
    /// From this moment on the page reads otherwise (a day has passed); `None` if time does not change it.
    pub until: Option<Timestamp>,
}

/// The person references of a page, each once, so that their names can be fetched in one query before it is
/// rendered.
pub fn references(page: &Page) -> Vec<&str> {
    leaves(page, Kind::Person)
}

/// The ids of the executive bodies that a page names, each once.
pub fn bodies(page: &Page) -> Vec<&str> {
    leaves(page, Kind::Body)
}

/// The files that a page shows, each once.
pub fn files(page: &Page) -> Vec<&str> {
    if !mentions(page, Kind::File) {
        return Vec::new();
    }
    let opened = Reader::new(page).filter_map(|event| match event {
        Ok(Event::Open(Kind::File, id)) => Some(id),
        _ => None,
    });
    let mut found: Vec<&str> = opened.collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether a kind stands among the marks at all. Most pages are done with this look, which is much cheaper than reading.
fn mentions(page: &Page, wanted: Kind) -> bool {
    page.marks.iter().any(|mark| mark.to_be_bytes()[0] == wanted as u8)
}

fn leaves(page: &Page, wanted: Kind) -> Vec<&str> {
    if !mentions(page, wanted) {
        return Vec::new();
    }
    let mut found: Vec<&str> = Reader::new(page)
        .filter_map(|event| match event {
            Ok(Event::Leaf(kind, text)) if kind == wanted => Some(text),
            _ => None,
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Renders a page that [`vzaemo_marks::check`] has accepted. One that it would refuse renders as far as it
/// makes sense, and is inert all the same.
pub fn render(page: &Page, resolver: &dyn Resolver) -> Rendered {
    render_as(page, resolver, Parts::join)
}

/// Renders a page to stand within another under a heading of that page's own: without its title and the way to it.
pub fn render_section(page: &Page, resolver: &dyn Resolver) -> Rendered {
    render_as(page, resolver, Parts::join_section)
}

/// Room for the tags around the parts of a page, in bytes.
const AROUND: usize = 1024;

type Join = fn(Parts, &Speaker<'_>) -> (String, Fragment);

fn render_as(page: &Page, resolver: &dyn Resolver, join: Join) -> Rendered {
    let mut renderer = Renderer {
        reader: Reader::new(page),
        resolver,
        say: resolver.speaker(),
        depth: 0,
        level: 1,
        people: Vec::new(),
        noindex: false,
        until: None,
    };
    // Tags are most of a page; as a rule three bytes of HTML for one of text.
    let mut parts = Parts { body: Fragment::with_capacity(page.text.len() * 3), ..Parts::default() };
    while let Some(event) = renderer.next() {
        if let Event::Open(Kind::Page, _) = event {
            renderer.page(&mut parts);
        }
    }
    renderer.people.sort_unstable();
    renderer.people.dedup();
    let Renderer { people, noindex, until, .. } = renderer;
    let (title, body) = join(parts, &resolver.speaker());
    Rendered { title, body, people: people.into_iter().map(str::to_owned).collect(), noindex, until }
}

/// The parts of the layout while a page is read.
#[derive(Default)]
struct Parts {
    title: String,
    crumbs: String,
    head: Fragment,
    lead: Fragment,
    /// The first card aside, which on a phone comes right after the title.
    aside: Fragment,
    /// Further cards aside.
    more: Fragment,
    body: Fragment,
}

impl Parts {
    fn join_section(self, _: &Speaker<'_>) -> (String, Fragment) {
        let title = address::without_tags(&self.title);
        let mut out = self.body;
        out.append(self.aside);
        out.append(self.more);
        (title, out)
    }

    fn join(self, say: &Speaker<'_>) -> (String, Fragment) {
        let title = address::without_tags(&self.title);
        let parts = [&self.head, &self.lead, &self.aside, &self.body, &self.more];
        let content: usize = parts.into_iter().map(|part| part.html.len()).sum();
        let mut out = Fragment::with_capacity(content + self.crumbs.len() + self.title.len() + AROUND);
        if !self.crumbs.is_empty() {
            out.push("<nav class=\"v-crumbs\" aria-label=\"");
            address::attribute(&say.say("crumbs-label"), &mut out.html);
            out.push("\"><ol>");
            out.push(&self.crumbs);
            out.push("</ol></nav>");
        }
        let with_aside = !self.aside.html.is_empty();
        out.push(if with_aside { "<div class=\"v-page v-page--aside\">" } else { "<div class=\"v-page\">" });
        out.push("<header class=\"v-page__head\">");
        out.append(self.head);
        if !self.title.is_empty() {
            out.push("<h1>");
            out.push(&self.title);
            out.push("</h1>");
        }
        out.append(self.lead);
        out.push("</header>");
        for (class, part) in
            [("v-page__aside", self.aside), ("v-page__body", self.body), ("v-page__more", self.more)]
        {
            if part.html.is_empty() {
                continue;
            }
            let tag = if class == "v-page__body" { "div" } else { "aside" };
            out.push("<");
            out.push(tag);
            out.push(" class=\"");
            out.push(class);
            if tag == "aside" {
                out.push("\" aria-label=\"");
                let key = if class == "v-page__aside" { "aside-label" } else { "aside-more-label" };
                address::attribute(&say.say(key), &mut out.html);
            }
            out.push("\">");
            out.append(part);
            out.push("</");
            out.push(tag);
            out.push(">");
        }
        out.push("</div>");
        (title, out)
    }
}

struct Renderer<'a> {
    reader: Reader<'a>,
    resolver: &'a dyn Resolver,
    say: Speaker<'a>,
    depth: usize,
    /// The level of the heading that the present blocks stand under.
    level: u8,
    people: Vec<&'a str>,
    noindex: bool,
    until: Option<Timestamp>,
}

impl<'a> Renderer<'a> {
    /// The next event. Groups beyond the depth that the grammar allows are skipped whole.
    fn next(&mut self) -> Option<Event<'a>> {
        loop {
            let event = self.reader.next()?.ok()?;
            match event {
                Event::Open(..) => {
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        self.skip();
                        continue;
                    }
                }
                Event::Close => self.depth = self.depth.saturating_sub(1),
                Event::Leaf(..) => {}
            }
            return Some(event);
        }
    }

    /// The next event of the present group; `None` at its end.
    fn child(&mut self) -> Option<Event<'a>> {
        match self.next()? {
            Event::Close => None,
            event => Some(event),
        }
    }

    /// Passes over the rest of the group that has just been opened.
    fn skip(&mut self) {
        let mut open = 1usize;
        while open > 0 {
            match self.reader.next() {
                Some(Ok(Event::Open(..))) => open += 1,
                Some(Ok(Event::Close)) => open -= 1,
                Some(Ok(Event::Leaf(..))) => {}
                Some(Err(_)) | None => break,
            }
        }
        self.depth = self.depth.saturating_sub(1);
    }

    /// Notes that the page reads otherwise from this moment on.
    fn changes_at(&mut self, moment: Option<Timestamp>) {
        self.until = match (self.until, moment) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }

    fn page(&mut self, parts: &mut Parts) {
        while let Some(event) = self.child() {
            match event {
                Event::Open(Kind::Title, _) => {
                    let mut title = Fragment::default();
                    self.inlines(&mut title);
                    parts.title = title.html;
                }
                Event::Open(Kind::Lead, _) => {
                    parts.lead.push("<p class=\"v-lead\">");
                    self.inlines(&mut parts.lead);
                    parts.lead.push("</p>");
                }
                Event::Open(Kind::Crumb, _) => self.crumb(&mut parts.crumbs),
                Event::Open(Kind::Tag, _) => self.tag(&mut parts.head),
                Event::Open(Kind::Aside, _) => {
                    let out = if parts.aside.html.is_empty() { &mut parts.aside } else { &mut parts.more };
                    out.push("<div class=\"v-card\">");
                    self.blocks(out);
                    out.push("</div>");
                }
                Event::Open(kind, payload) => self.open(kind, payload, &mut parts.body),
                Event::Leaf(kind, payload) => self.leaf(kind, payload, &mut parts.body),
                Event::Close => {}
            }
        }
    }

    fn crumb(&mut self, out: &mut String) {
        let mut label = Fragment::short();
        let address = self.addressed(&mut label);
        out.push_str("<li>");
        address::link(address.as_deref(), "", &label.html, out);
        out.push_str("</li>");
    }
}

#[cfg(test)]
mod tests;

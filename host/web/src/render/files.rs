//! Files to download.

use vzaemo_marks::{Event, Kind};

use super::Renderer;
use super::address::{attribute, text};
use super::slot::Fragment;
use crate::forms::size_words;

/// What is written of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileLine<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its kind, as people call it: the ending.
    pub kind: &'a str,
    /// In bytes.
    pub size: u64,
    /// Where it is to be had.
    pub at: FileAt<'a>,
    /// What is known of its signatures, as HTML of the host's own; empty where there are none.
    pub signatures: &'a str,
}

/// Where a file is to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileAt<'a> {
    /// At this local address.
    Address(&'a str),
    /// Nowhere yet: it is being scanned.
    Checked,
    /// Nowhere: it did not pass.
    Blocked,
}

impl<'a> Renderer<'a> {
    pub(super) fn files(&mut self, out: &mut Fragment) {
        out.push("<div class=\"v-files\">");
        self.titled("v-block-title", out);
        out.push("<ul>");
        self.members(Kind::File, out, Self::file);
        out.push("</ul></div>");
    }

    /// What the file is, as the module says it, with its name, kind and size.
    fn file(&mut self, id: &'a str, out: &mut Fragment) {
        let mut about = Fragment::default();
        while let Some(event) = self.child() {
            match event {
                Event::Open(kind, payload) => self.open(kind, payload, &mut about),
                Event::Leaf(kind, payload) => self.leaf(kind, payload, &mut about),
                Event::Close => {}
            }
        }
        let say = self.say;
        let html = &mut out.html;
        html.push_str("<li>");
        match self.resolver.file(id) {
            None => {
                html.push_str(&about.html);
                html.push_str("<span class=\"v-muted\">");
                text(&say.say("file-gone"), html);
                html.push_str("</span>");
            }
            Some(file) => {
                let words = if about.html.is_empty() { None } else { Some(about.html.as_str()) };
                if let FileAt::Address(address) = file.at {
                    html.push_str("<a download href=\"");
                    attribute(address, html);
                    html.push_str("\">");
                }
                match words {
                    Some(words) => html.push_str(words),
                    None => text(file.name, html),
                }
                if matches!(file.at, FileAt::Address(_)) {
                    html.push_str("</a>");
                }
                html.push_str(" <span class=\"v-muted\">");
                let size = size_words(file.size, &say);
                let meta = [("kind", file.kind.to_owned().into()), ("size", size.into())];
                text(&say.say_with("file-meta", &meta), html);
                html.push_str("</span>");
                let why = match file.at {
                    FileAt::Address(_) => None,
                    FileAt::Checked => Some(say.say("file-checked")),
                    FileAt::Blocked => Some(say.say("file-blocked")),
                };
                html.push_str(file.signatures);
                if let Some(why) = why {
                    html.push_str("<br><span class=\"v-muted\">");
                    text(&why, html);
                    html.push_str("</span>");
                }
            }
        }
        html.push_str("</li>");
    }
}

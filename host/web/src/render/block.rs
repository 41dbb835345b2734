//! Blocks that stand below one another.

use vzaemo_marks::{Event, Kind, Tone};

use super::Renderer;
use super::address::{self, Attributes, attribute, id, text};
use super::slot::{Fragment, Slot, SlotKind};
use super::{difference, inline};
use crate::texts::is_whole;

impl<'a> Renderer<'a> {
    /// Writes the rest of a group of blocks and running text.
    pub(super) fn blocks(&mut self, out: &mut Fragment) {
        while let Some(event) = self.child() {
            match event {
                Event::Open(kind, payload) => self.open(kind, payload, out),
                Event::Leaf(kind, payload) => self.leaf(kind, payload, out),
                Event::Close => {}
            }
        }
    }

    /// Writes a leaf that is a block, or running text.
    pub(super) fn leaf(&mut self, kind: Kind, payload: &'a str, out: &mut Fragment) {
        match kind {
            Kind::Prose => self.prose(payload, &mut out.html),
            Kind::Search => self.search(payload, &mut out.html),
            Kind::NextPage => self.next_page(payload, &mut out.html),
            _ => self.inline_leaf(kind, payload, out),
        }
    }

    /// Writes a group that has just been opened: a block, or running text.
    pub(super) fn open(&mut self, kind: Kind, payload: &'a str, out: &mut Fragment) {
        match kind {
            Kind::Section => self.section(out),
            Kind::Paragraph => {
                out.push("<p>");
                self.inlines(out);
                out.push("</p>");
            }
            Kind::List => self.list(out),
            Kind::Notice => self.notice(out),
            Kind::Summary => self.summary(out),
            Kind::Table => self.table(out),
            Kind::Cards => {
                out.push("<ul class=\"v-cards\">");
                self.members(Kind::Card, out, |renderer, _, out| renderer.card("li", out));
                out.push("</ul>");
            }
            Kind::Card => self.card("div", out),
            Kind::Progress => self.progress(payload, out),
            Kind::Statistics => self.statistics(out),
            Kind::Form => self.form(payload, out),
            Kind::Actions => self.actions(out),
            Kind::Action => self.action(payload, true, out),
            Kind::Go => self.go(false, out),
            Kind::Clock => self.clock(out),
            Kind::Timeline => self.timeline(out),
            Kind::Filters => self.filters(out),
            Kind::Document => self.document(out),
            Kind::Difference => {
                let attributes = self.attributes();
                difference::write(attributes.before, attributes.after, &self.say, &mut out.html);
                self.skip();
            }
            Kind::Comments => self.comments(out),
            Kind::Empty => self.empty(out),
            Kind::Details => self.details(out),
            Kind::Files => self.files(out),
            _ => self.inline(kind, payload, out),
        }
    }

    /// Writes a heading of the level below the present one.
    pub(super) fn heading(&self, class: &str, html: &str, out: &mut String) {
        let level = char::from(b'0' + (self.level + 1).min(6));
        out.push_str("<h");
        out.push(level);
        if !class.is_empty() {
            out.push_str(" class=\"");
            out.push_str(class);
            out.push('"');
        }
        out.push('>');
        out.push_str(html);
        out.push_str("</h");
        out.push(level);
        out.push('>');
    }

    /// Runs `write` one heading level deeper.
    pub(super) fn deeper(&mut self, write: impl FnOnce(&mut Self)) {
        self.level += 1;
        write(self);
        self.level -= 1;
    }

    /// Hands each direct child of the kind `wanted` to `write`; a label becomes a heading, all else is
    /// passed over.
    pub(super) fn members(
        &mut self,
        wanted: Kind,
        out: &mut Fragment,
        mut write: impl FnMut(&mut Self, &'a str, &mut Fragment),
    ) {
        while let Some(event) = self.child() {
            match event {
                Event::Open(kind, payload) if kind == wanted => write(self, payload, out),
                Event::Open(..) => self.skip(),
                Event::Leaf(..) | Event::Close => {}
            }
        }
    }

    /// Writes the label of the group that has just been opened as a heading, if it comes before all blocks
    /// and members, and says whether there was one. The group is then read on after it.
    pub(super) fn leading_label(&mut self, out: &mut Fragment) -> bool {
        loop {
            let mut ahead = self.reader.clone();
            match ahead.next() {
                Some(Ok(Event::Open(Kind::Label, _))) => {
                    self.next();
                    self.inlines(out);
                    return true;
                }
                // Attributes have been read ahead.
                Some(Ok(Event::Leaf(kind, _))) if kind.class() & vzaemo_marks::classes::ATTR != 0 => {
                    self.next();
                }
                _ => return false,
            }
        }
    }

    pub(super) fn titled(&mut self, class: &str, out: &mut Fragment) -> bool {
        let mut label = Fragment::short();
        let found = self.leading_label(&mut label);
        if found {
            self.heading(class, &label.html, &mut out.html);
        }
        found
    }

    fn section(&mut self, out: &mut Fragment) {
        let attributes = self.attributes();
        out.push("<section class=\"v-section");
        if attributes.narrow {
            out.push(" v-section--narrow");
        }
        out.push("\"");
        attributes.anchor.inspect(|name| id(name, &mut out.html));
        out.push(">");
        let titled = self.titled("", out);
        self.level += u8::from(titled);
        self.blocks(out);
        self.level -= u8::from(titled);
        out.push("</section>");
    }

    /// Somebody's own text: blank lines part paragraphs, line ends stay.
    fn prose(&self, payload: &str, html: &mut String) {
        html.push_str(if self.foreign(payload) {
            "<div class=\"v-prose\" lang=\"uk\">"
        } else {
            "<div class=\"v-prose\">"
        });
        let mut open = false;
        for line in payload.lines() {
            let line = line.trim_end();
            match (line.is_empty(), open) {
                (true, true) => {
                    html.push_str("</p>");
                    open = false;
                }
                (true, false) => {}
                (false, _) => {
                    html.push_str(if open { "<br>" } else { "<p>" });
                    text(line, html);
                    open = true;
                }
            }
        }
        html.push_str(if open { "</p></div>" } else { "</div>" });
    }

    fn list(&mut self, out: &mut Fragment) {
        let tag = if self.attributes().ordered { "ol" } else { "ul" };
        out.push("<");
        out.push(tag);
        out.push(" class=\"v-list\">");
        self.members(Kind::Item, out, |renderer, _, out| {
            out.push("<li>");
            renderer.blocks(out);
            out.push("</li>");
        });
        out.push("</");
        out.push(tag);
        out.push(">");
    }

    fn notice(&mut self, out: &mut Fragment) {
        let attributes = self.attributes();
        out.push("<div class=\"v-notice v-notice--");
        out.push(attributes.tone.unwrap_or(Tone::Brand).name());
        out.push("\"");
        attributes.anchor.inspect(|name| id(name, &mut out.html));
        out.push(">");
        let mut label = Fragment::short();
        if self.leading_label(&mut label) {
            out.push("<p class=\"v-notice__title\">");
            out.append(label);
            out.push("</p>");
        }
        self.blocks(out);
        out.push("</div>");
    }

    fn progress(&mut self, payload: &str, out: &mut Fragment) {
        let (value, goal) = payload.split_once('/').unwrap_or((payload, ""));
        out.push("<div class=\"v-progress\">");
        let shown = is_whole(value) && is_whole(goal);
        if shown {
            out.push("<p class=\"v-progress__value\"><strong class=\"v-figure\">");
            inline::number(value, &mut out.html);
            out.push("</strong> ");
            let goal = goal.parse::<i64>().unwrap_or_default();
            text(&self.say.say_with("progress-goal", &[("goal", goal.into())]), &mut out.html);
            out.push("</p>");
        }
        let mut label = Fragment::short();
        self.blocks_of_label(&mut label);
        if shown {
            out.push("<progress max=\"");
            out.push(goal);
            out.push("\" value=\"");
            out.push(value);
            out.push("\" aria-label=\"");
            let words = address::without_tags(&label.html);
            if words.is_empty() {
                attribute(&self.say.say("progress-label"), &mut out.html);
            } else {
                out.push(&words);
            }
            out.push("\"></progress>");
        }
        if !label.html.is_empty() {
            out.push("<p class=\"v-small v-muted\">");
            out.append(label);
            out.push("</p>");
        }
        out.push("</div>");
    }

    /// Reads the rest of a group and writes its labels' text.
    pub(super) fn blocks_of_label(&mut self, out: &mut Fragment) {
        while let Some(event) = self.child() {
            match event {
                Event::Open(Kind::Label, _) => self.inlines(out),
                Event::Open(..) => self.skip(),
                Event::Leaf(..) | Event::Close => {}
            }
        }
    }

    fn form(&mut self, act: &str, out: &mut Fragment) {
        let attributes = self.attributes();
        let mut label = Fragment::short();
        self.blocks_of_label(&mut label);
        out.leave(slot(SlotKind::Form, act, &attributes, true, label.html, None));
    }

    fn actions(&mut self, out: &mut Fragment) {
        out.push("<div class=\"v-actions\">");
        let mut first = true;
        while let Some(event) = self.child() {
            match event {
                Event::Open(Kind::Action, act) => self.action(act, first, out),
                Event::Open(Kind::Go, _) => self.go(first, out),
                Event::Open(..) => self.skip(),
                Event::Leaf(..) | Event::Close => continue,
            }
            first = false;
        }
        out.push("</div>");
    }

    /// Leaves the slot of an act open.
    pub(super) fn action(&mut self, act: &str, main: bool, out: &mut Fragment) {
        let attributes = self.attributes();
        let mut label = Fragment::short();
        let mut taken = None;
        while let Some(event) = self.child() {
            match event {
                Event::Open(Kind::Label, _) => self.inlines(&mut label),
                Event::Open(Kind::Taken, _) => {
                    let mut fragment = Fragment::default();
                    self.taken(&mut fragment);
                    taken = Some(fragment);
                }
                Event::Open(..) => self.skip(),
                Event::Leaf(..) | Event::Close => {}
            }
        }
        let primary = main || attributes.primary;
        out.leave(slot(SlotKind::Action, act, &attributes, primary, label.html, taken));
    }

    fn taken(&mut self, out: &mut Fragment) {
        while let Some(event) = self.child() {
            match event {
                // What may be done after it is never the main action.
                Event::Open(Kind::Action, act) => self.action(act, false, out),
                Event::Open(kind, payload) => self.open(kind, payload, out),
                Event::Leaf(kind, payload) => self.leaf(kind, payload, out),
                Event::Close => {}
            }
        }
    }

    /// Writes a link that looks like a button.
    pub(super) fn go(&mut self, main: bool, out: &mut Fragment) {
        let primary = main || self.attributes().primary;
        let mut label = Fragment::short();
        let address = self.addressed(&mut label);
        if address.is_some() {
            let class = if primary { " class=\"v-button\"" } else { " class=\"v-button v-button--quiet\"" };
            address::link(address.as_deref(), class, &label.html, &mut out.html);
        }
    }

    fn empty(&mut self, out: &mut Fragment) {
        out.push("<div class=\"v-empty\">");
        let mut label = Fragment::short();
        if self.leading_label(&mut label) {
            out.push("<p class=\"v-empty__title\">");
            out.append(label);
            out.push("</p>");
        }
        self.blocks(out);
        out.push("</div>");
    }

    fn details(&mut self, out: &mut Fragment) {
        out.push("<details class=\"v-details\"><summary>");
        if !self.leading_label(out) {
            text(&self.say.say("details-label"), &mut out.html);
        }
        out.push("</summary><div class=\"v-details__body\">");
        self.blocks(out);
        out.push("</div></details>");
    }

    fn search(&self, parameter: &str, html: &mut String) {
        let query = self.resolver.query();
        html.push_str("<form class=\"v-search\" role=\"search\" method=\"get\">");
        for (name, value) in query.iter().filter(|(name, _)| name != parameter && name != "after") {
            hidden(name, value, html);
        }
        let label = self.say.say("search-label");
        html.push_str("<input type=\"search\" name=\"");
        attribute(parameter, html);
        html.push_str("\" value=\"");
        if let Some((_, value)) = query.iter().find(|(name, _)| name == parameter) {
            attribute(value, html);
        }
        html.push_str("\" aria-label=\"");
        attribute(&label, html);
        html.push_str("\" maxlength=\"200\"><button class=\"v-button\">");
        text(&self.say.say("search-button"), html);
        html.push_str("</button></form>");
    }

    fn next_page(&self, cursor: &str, html: &mut String) {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.resolver.query().iter().filter(|(name, _)| name != "after") {
            query.append_pair(name, value);
        }
        query.append_pair("after", cursor);
        html.push_str("<nav class=\"v-next\" aria-label=\"");
        attribute(&self.say.say("pages-label"), html);
        html.push_str("\"><a class=\"v-button v-button--quiet\" rel=\"next\" href=\"?");
        attribute(&query.finish(), html);
        html.push_str("\">");
        text(&self.say.say("pages-next"), html);
        html.push_str("</a></nav>");
    }
}

fn hidden(name: &str, value: &str, html: &mut String) {
    html.push_str("<input type=\"hidden\" name=\"");
    attribute(name, html);
    html.push_str("\" value=\"");
    attribute(value, html);
    html.push_str("\">");
}

fn slot(
    kind: SlotKind,
    act: &str,
    attributes: &Attributes<'_>,
    primary: bool,
    label: String,
    taken: Option<Fragment>,
) -> Slot {
    Slot {
        kind,
        act: act.to_owned(),
        params: address::owned(&attributes.params),
        prefill: address::owned(&attributes.prefill),
        tone: attributes.tone.unwrap_or_default(),
        primary,
        label,
        taken,
    }
}

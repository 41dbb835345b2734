//! Blocks made of members: tables, cards, clocks, timelines, documents, comments.

use vzaemo_marks::{Event, Kind};

use super::address::{self, attribute, id, text};
use super::slot::Fragment;
use super::{Renderer, Rule};

/// A column while its table is written.
struct Column {
    /// Its heading as escaped text, for the stacked rows of a narrow screen.
    label: String,
    numeric: bool,
}

impl Renderer<'_> {
    /// Writes the label, if one leads, as a heading with this class.
    fn group_label(&mut self, class: &str, out: &mut Fragment) {
        let mut label = Fragment::short();
        if self.leading_label(&mut label) {
            self.heading(class, &label.html, &mut out.html);
        }
    }

    pub(super) fn summary(&mut self, out: &mut Fragment) {
        self.group_label("v-block-title", out);
        out.push("<dl class=\"v-summary\">");
        self.members(Kind::Row, out, |renderer, _, out| {
            out.push("<div class=\"v-summary__row\">");
            while let Some(event) = renderer.child() {
                match event {
                    Event::Open(Kind::Label, _) => {
                        out.push("<dt>");
                        renderer.inlines(out);
                        out.push("</dt>");
                    }
                    Event::Open(Kind::Cell, _) => {
                        out.push("<dd>");
                        renderer.blocks(out);
                        out.push("</dd>");
                    }
                    Event::Open(..) => renderer.skip(),
                    Event::Leaf(..) | Event::Close => {}
                }
            }
            out.push("</div>");
        });
        out.push("</dl>");
    }

    pub(super) fn table(&mut self, out: &mut Fragment) {
        // Roles are spelled out because the stacked layout of narrow screens would hide them.
        out.push("<div class=\"v-table\"><table role=\"table\">");
        let mut label = Fragment::short();
        if self.leading_label(&mut label) {
            out.push("<caption>");
            out.append(label);
            out.push("</caption>");
        }
        let mut columns: Vec<Column> = Vec::new();
        let mut in_body = false;
        while let Some(event) = self.child() {
            match event {
                Event::Open(Kind::Column, _) if !in_body => {
                    if columns.is_empty() {
                        out.push("<thead role=\"rowgroup\"><tr role=\"row\">");
                    }
                    self.column(&mut columns, out);
                }
                Event::Open(Kind::Row, _) => {
                    if !in_body {
                        out.push(if columns.is_empty() {
                            "<tbody role=\"rowgroup\">"
                        } else {
                            "</tr></thead><tbody role=\"rowgroup\">"
                        });
                        in_body = true;
                    }
                    self.table_row(&columns, out);
                }
                Event::Open(..) => self.skip(),
                Event::Leaf(..) | Event::Close => {}
            }
        }
        out.push(match (in_body, columns.is_empty()) {
            (true, _) => "</tbody></table></div>",
            (false, false) => "</tr></thead></table></div>",
            (false, true) => "</table></div>",
        });
    }

    fn column(&mut self, columns: &mut Vec<Column>, out: &mut Fragment) {
        let numeric = self.attributes().numeric;
        let mut heading = Fragment::default();
        self.inlines(&mut heading);
        out.push(if numeric {
            "<th scope=\"col\" role=\"columnheader\" class=\"v-numeric\">"
        } else {
            "<th scope=\"col\" role=\"columnheader\">"
        });
        columns.push(Column { label: address::without_tags(&heading.html), numeric });
        out.append(heading);
        out.push("</th>");
    }

    fn table_row(&mut self, columns: &[Column], out: &mut Fragment) {
        let attributes = self.attributes();
        out.push("<tr role=\"row\"");
        attributes.anchor.inspect(|name| id(name, &mut out.html));
        if let Some(tone) = attributes.tone {
            out.push(" class=\"v-row--");
            out.push(tone.name());
            out.push("\"");
        }
        out.push(">");
        let mut at = 0;
        self.members(Kind::Cell, out, |renderer, _, out| {
            let column = columns.get(at);
            at += 1;
            let numeric = renderer.attributes().numeric || column.is_some_and(|column| column.numeric);
            out.push(if numeric { "<td role=\"cell\" class=\"v-numeric\"" } else { "<td role=\"cell\"" });
            if let Some(column) = column.filter(|column| !column.label.is_empty()) {
                out.push(" data-label=\"");
                out.push(&column.label);
                out.push("\"");
            }
            // The wrapper keeps mixed content together beside its label.
            out.push("><div>");
            renderer.blocks(out);
            out.push("</div></td>");
        });
        out.push("</tr>");
    }

    /// Writes a card; its label leads to its address.
    pub(super) fn card(&mut self, tag: &str, out: &mut Fragment) {
        let attributes = self.attributes();
        out.push("<");
        out.push(tag);
        out.push(" class=\"v-card\"");
        attributes.anchor.inspect(|name| id(name, &mut out.html));
        out.push(">");
        let (mut tags, mut label, mut body) = (Fragment::default(), Fragment::default(), Fragment::default());
        let mut address = None;
        while let Some(event) = self.child() {
            match event {
                Event::Open(Kind::Tag, _) => self.tag(&mut tags),
                Event::Open(Kind::Label, _) => self.inlines(&mut label),
                Event::Open(kind @ (Kind::View | Kind::ActForm), name) => address = self.address(kind, name),
                Event::Open(kind, payload) => self.deeper(|renderer| renderer.open(kind, payload, &mut body)),
                Event::Leaf(kind, payload) => self.leaf(kind, payload, &mut body),
                Event::Close => {}
            }
        }
        if !tags.html.is_empty() {
            out.push("<p class=\"v-tags\">");
            out.append(tags);
            out.push("</p>");
        }
        if !label.html.is_empty() {
            let mut heading = String::new();
            address::link(address.as_deref(), "", &label.html, &mut heading);
            self.heading("v-card__title", &heading, &mut out.html);
        }
        out.append(body);
        out.push("</");
        out.push(tag);
        out.push(">");
    }

    pub(super) fn statistics(&mut self, out: &mut Fragment) {
        out.push("<dl class=\"v-statistics\">");
        self.members(Kind::Statistic, out, |renderer, _, out| {
            let (mut label, mut value) = (Fragment::default(), Fragment::default());
            while let Some(event) = renderer.child() {
                match event {
                    Event::Open(Kind::Label, _) => renderer.inlines(&mut label),
                    Event::Open(kind, payload) => renderer.inline(kind, payload, &mut value),
                    Event::Leaf(kind, payload) => renderer.inline_leaf(kind, payload, &mut value),
                    Event::Close => {}
                }
            }
            out.push("<div class=\"v-statistic\"><dt>");
            out.append(label);
            out.push("</dt><dd class=\"v-figure\">");
            out.append(value);
            out.push("</dd></div>");
        });
        out.push("</dl>");
    }

    pub(super) fn clock(&mut self, out: &mut Fragment) {
        out.push("<div class=\"v-clock\">");
        self.group_label("v-block-title", out);
        out.push("<ol>");
        self.members(Kind::Step, out, Self::step);
        out.push("</ol></div>");
    }

    fn step(&mut self, state: &str, out: &mut Fragment) {
        let (class, key) = match state {
            "done" => ("done", "clock-done"),
            "now" => ("now", "clock-now"),
            "missed" => ("missed", "clock-missed"),
            _ => ("next", "clock-next"),
        };
        let attributes = self.attributes();
        out.push("<li class=\"v-step v-step--");
        out.push(class);
        out.push(if class == "now" { "\" aria-current=\"step\">" } else { "\">" });
        let (mut label, mut rest) = (Fragment::default(), Fragment::default());
        while let Some(event) = self.child() {
            match event {
                Event::Open(Kind::Label, _) => self.inlines(&mut label),
                Event::Open(kind, payload) => self.inline(kind, payload, &mut rest),
                Event::Leaf(kind, payload) => {
                    if kind == Kind::DaysLeft && !rest.html.is_empty() {
                        rest.push(" · ");
                    }
                    self.inline_leaf(kind, payload, &mut rest);
                }
                Event::Close => {}
            }
        }
        out.push("<span class=\"govuk-visually-hidden\">");
        text(&self.say.say(key), &mut out.html);
        out.push(" </span><strong class=\"v-step__label\">");
        out.append(label);
        out.push("</strong>");
        if !rest.html.is_empty() {
            out.push(" <span class=\"v-step__term\">");
            out.append(rest);
            out.push("</span>");
        }
        if let Some(rule) = attributes.rule.and_then(Rule::parse) {
            self.explanation(&rule, &mut out.html);
        }
        out.push("</li>");
    }

    fn explanation(&self, rule: &Rule<'_>, html: &mut String) {
        let lines = self.resolver.explain(rule);
        if lines.is_empty() && rule.law.is_empty() {
            return;
        }
        html.push_str("<details class=\"v-how\"><summary>");
        text(&self.say.say("clock-how"), html);
        html.push_str("</summary>");
        for line in &lines {
            html.push_str("<p>");
            text(line, html);
            html.push_str("</p>");
        }
        if !rule.law.is_empty() {
            html.push_str("<p class=\"v-how__law\">");
            text(rule.law, html);
            html.push_str("</p>");
        }
        html.push_str("</details>");
    }

    pub(super) fn timeline(&mut self, out: &mut Fragment) {
        out.push("<ol class=\"v-timeline\">");
        self.members(Kind::Happening, out, |renderer, moment, out| {
            out.push("<li>");
            let mut rest = Fragment::default();
            renderer.headed("v-timeline__label", out, &mut rest);
            out.push(" <span class=\"v-timeline__when\">");
            renderer.instant(moment, &mut out.html);
            out.push("</span>");
            if !rest.html.is_empty() {
                out.push("<div class=\"v-timeline__body\">");
                out.append(rest);
                out.push("</div>");
            }
            out.push("</li>");
        });
        out.push("</ol>");
    }

    /// Reads the rest of a group: its label goes to `out` in a `strong`, all else to `rest`.
    fn headed(&mut self, class: &str, out: &mut Fragment, rest: &mut Fragment) {
        while let Some(event) = self.child() {
            match event {
                Event::Open(Kind::Label, _) => {
                    out.push("<strong class=\"");
                    out.push(class);
                    out.push("\">");
                    self.inlines(out);
                    out.push("</strong>");
                }
                Event::Open(kind, payload) => self.open(kind, payload, rest),
                Event::Leaf(kind, payload) => self.leaf(kind, payload, rest),
                Event::Close => {}
            }
        }
    }

    pub(super) fn filters(&mut self, out: &mut Fragment) {
        let mut label = Fragment::short();
        let named = self.leading_label(&mut label);
        out.push("<nav class=\"v-filters\" aria-label=\"");
        if named {
            out.push(&address::without_tags(&label.html));
        } else {
            attribute(&self.say.say("filters-label"), &mut out.html);
        }
        out.push("\">");
        if named {
            out.push("<span class=\"v-filters__label\" aria-hidden=\"true\">");
            out.append(label);
            out.push("</span>");
        }
        out.push("<ul>");
        self.members(Kind::Option, out, |renderer, _, out| {
            let current = renderer.attributes().current;
            let mut label = Fragment::short();
            let address = renderer.addressed(&mut label);
            out.push("<li>");
            let mark = if current { " aria-current=\"true\"" } else { "" };
            address::link(address.as_deref(), mark, &label.html, &mut out.html);
            out.push("</li>");
        });
        out.push("</ul></nav>");
    }

    pub(super) fn document(&mut self, out: &mut Fragment) {
        self.group_label("", out);
        out.push("<div class=\"v-document\">");
        self.deeper(|renderer| renderer.members(Kind::Clause, out, Self::clause));
        out.push("</div>");
    }

    /// Writes an addressable paragraph. With an address, the label names the link to its discussion; without
    /// one it is the paragraph's own heading.
    fn clause(&mut self, anchor: &str, out: &mut Fragment) {
        let current = self.attributes().current;
        out.push(if current {
            "<div class=\"v-clause v-clause--current\""
        } else {
            "<div class=\"v-clause\""
        });
        id(anchor, &mut out.html);
        out.push(">");
        let (mut label, mut body) = (Fragment::default(), Fragment::default());
        let mut address = None;
        while let Some(event) = self.child() {
            match event {
                Event::Open(Kind::Label, _) => self.inlines(&mut label),
                Event::Open(kind @ (Kind::View | Kind::ActForm), name) => address = self.address(kind, name),
                Event::Open(kind, payload) => self.open(kind, payload, &mut body),
                Event::Leaf(kind, payload) => self.leaf(kind, payload, &mut body),
                Event::Close => {}
            }
        }
        if address.is_none() && !label.html.is_empty() {
            self.heading("v-clause__title", &label.html, &mut out.html);
            label.html.clear();
        }
        out.push("<div class=\"v-clause__text\">");
        out.append(body);
        out.push("</div><p class=\"v-clause__foot\">");
        if address.is_some() {
            if label.html.is_empty() {
                text(&self.say.say("clause-discuss"), &mut label.html);
            }
            address::link(address.as_deref(), " class=\"v-clause__discuss\"", &label.html, &mut out.html);
        }
        if address::is_anchor(anchor) {
            out.push(" <a class=\"v-clause__anchor\" href=\"#");
            out.push(anchor);
            out.push("\" aria-label=\"");
            let words = self.say.say_with("clause-link", &[("anchor", anchor.into())]);
            attribute(&words, &mut out.html);
            out.push("\">#</a>");
        }
        out.push("</p></div>");
    }

    pub(super) fn comments(&mut self, out: &mut Fragment) {
        out.push("<section class=\"v-comments\">");
        self.group_label("", out);
        self.deeper(|renderer| renderer.members(Kind::Comment, out, Self::comment));
        out.push("</section>");
    }

    fn comment(&mut self, moment: &str, out: &mut Fragment) {
        let attributes = self.attributes();
        out.push("<article class=\"v-comment\"");
        attributes.anchor.inspect(|name| id(name, &mut out.html));
        out.push(">");
        let (mut whose, mut tags, mut rest) = (Fragment::default(), Fragment::default(), Fragment::default());
        while let Some(event) = self.child() {
            match event {
                Event::Open(Kind::Label, _) => self.inlines(&mut whose),
                Event::Open(Kind::Tag, _) => self.tag(&mut tags),
                Event::Open(kind, payload) => self.open(kind, payload, &mut rest),
                Event::Leaf(kind, payload) => self.leaf(kind, payload, &mut rest),
                Event::Close => {}
            }
        }
        out.push("<header class=\"v-comment__head\"><strong>");
        out.append(whose);
        out.push("</strong> <span class=\"v-small v-muted\">");
        self.instant(moment, &mut out.html);
        out.push("</span> ");
        out.append(tags);
        out.push("</header>");
        out.append(rest);
        out.push("</article>");
    }
}

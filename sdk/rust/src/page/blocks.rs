//! Blocks: what stands below one another on a page and within its groups.

use super::members::{
    Actions, Button, Cards, Clock, Comments, DocumentText, Files, Filters, FormBlock, List, Nest, Statistics,
    Summary, Table, Timeline, group, label,
};
use crate::{ActRef, Inline, Target};
use vzaemo_marks::{Kind, Tone, Writer};

/// The blocks of the page grammar. A page and everything that holds blocks has these.
pub trait Blocks: Sized {
    #[doc(hidden)]
    fn writer(&mut self) -> &mut Writer;

    /// Blocks under a heading of their own.
    fn section(&mut self, heading: impl Inline, fill: impl FnOnce(&mut Nest) -> &mut Nest) -> &mut Self {
        label_then(self.writer(), Kind::Section, "", heading, fill);
        self
    }

    /// The same, at an anchor that addresses can name.
    fn section_at(
        &mut self,
        anchor: &str,
        heading: impl Inline,
        fill: impl FnOnce(&mut Nest) -> &mut Nest,
    ) -> &mut Self {
        group(self.writer(), Kind::Section, "", |nest: &mut Nest| {
            nest.writer().leaf(Kind::Anchor, anchor);
            label(nest.writer(), heading);
            fill(nest)
        });
        self
    }

    /// Running text.
    fn paragraph(&mut self, text: impl Inline) -> &mut Self {
        self.writer().group(Kind::Paragraph, "", |w| text.write(w));
        self
    }

    /// Somebody's own text; blank lines part paragraphs.
    fn prose(&mut self, text: &str) -> &mut Self {
        self.writer().leaf(Kind::Prose, text);
        self
    }

    /// A list with bullets.
    fn list(&mut self, fill: impl FnOnce(&mut List) -> &mut List) -> &mut Self {
        group(self.writer(), Kind::List, "", fill);
        self
    }

    /// A numbered list.
    fn ordered_list(&mut self, fill: impl FnOnce(&mut List) -> &mut List) -> &mut Self {
        group(self.writer(), Kind::List, "", |list: &mut List| {
            list.flag("ordered");
            fill(list)
        });
        self
    }

    /// Something to know before going on.
    fn notice(
        &mut self,
        tone: Tone,
        heading: impl Inline,
        fill: impl FnOnce(&mut Nest) -> &mut Nest,
    ) -> &mut Self {
        group(self.writer(), Kind::Notice, "", |nest: &mut Nest| {
            nest.writer().leaf(Kind::Tone, tone.name());
            label(nest.writer(), heading);
            fill(nest)
        });
        self
    }

    /// A summary list: what, and its value.
    fn summary(&mut self, fill: impl FnOnce(&mut Summary) -> &mut Summary) -> &mut Self {
        group(self.writer(), Kind::Summary, "", fill);
        self
    }

    /// A table with a caption.
    fn table(&mut self, caption: impl Inline, fill: impl FnOnce(&mut Table) -> &mut Table) -> &mut Self {
        label_then(self.writer(), Kind::Table, "", caption, fill);
        self
    }

    /// Cards beside one another.
    fn cards(&mut self, fill: impl FnOnce(&mut Cards) -> &mut Cards) -> &mut Self {
        group(self.writer(), Kind::Cards, "", fill);
        self
    }

    /// How far something is; the label says it in words.
    fn progress(&mut self, value: u64, goal: u64, text: impl Inline) -> &mut Self {
        let writer = self.writer();
        writer.open_ratio(Kind::Progress, value, goal);
        label(writer, text);
        writer.close();
        self
    }

    /// Large numbers with labels.
    fn statistics(&mut self, fill: impl FnOnce(&mut Statistics) -> &mut Statistics) -> &mut Self {
        group(self.writer(), Kind::Statistics, "", fill);
        self
    }

    /// The form of an act, in place, for those who may do it.
    fn form(&mut self, act: ActRef, fill: impl FnOnce(&mut FormBlock) -> &mut FormBlock) -> &mut Self {
        group(self.writer(), Kind::Form, act.name(), |form: &mut FormBlock| {
            act.write_params(form.writer());
            fill(form)
        });
        self
    }

    /// Things to press, the main one first.
    fn actions(&mut self, fill: impl FnOnce(&mut Actions) -> &mut Actions) -> &mut Self {
        group(self.writer(), Kind::Actions, "", fill);
        self
    }

    /// An act: its button, or the way to its form. The host decides by the visitor what stands there: whoever may not
    /// do it is shown how to sign in, what is missing, or nothing.
    fn action(&mut self, act: ActRef, text: impl Inline) -> &mut Self {
        self.action_with(act, text, |button| button)
    }

    /// The same with its looks, and what stands there for whoever has done it already.
    fn action_with(
        &mut self,
        act: ActRef,
        text: impl Inline,
        fill: impl FnOnce(&mut Button) -> &mut Button,
    ) -> &mut Self {
        group(self.writer(), Kind::Action, act.name(), |button: &mut Button| {
            act.write_params(button.writer());
            label(button.writer(), text);
            fill(button)
        });
        self
    }

    /// A link that looks like a button: to a view, or to the page with an act's form. It stands there for everybody;
    /// where only some may do the act, [`Blocks::action`] is for them alone.
    fn go(&mut self, to: impl Target, text: impl Inline) -> &mut Self {
        go(self.writer(), to, text, false);
        self
    }

    /// The same as the main thing to do.
    fn go_primary(&mut self, to: impl Target, text: impl Inline) -> &mut Self {
        go(self.writer(), to, text, true);
        self
    }

    /// The legal clock: steps with their terms.
    fn clock(&mut self, heading: impl Inline, fill: impl FnOnce(&mut Clock) -> &mut Clock) -> &mut Self {
        label_then(self.writer(), Kind::Clock, "", heading, fill);
        self
    }

    /// What happened, the newest first.
    fn timeline(&mut self, fill: impl FnOnce(&mut Timeline) -> &mut Timeline) -> &mut Self {
        group(self.writer(), Kind::Timeline, "", fill);
        self
    }

    /// Choices that narrow a list.
    fn filters(
        &mut self,
        heading: impl Inline,
        fill: impl FnOnce(&mut Filters) -> &mut Filters,
    ) -> &mut Self {
        label_then(self.writer(), Kind::Filters, "", heading, fill);
        self
    }

    /// A search field of this view; `query` is the query parameter that it sets.
    fn search_field(&mut self, query: &str) -> &mut Self {
        self.writer().leaf(Kind::Search, query);
        self
    }

    /// A link to the next page of rows, if there is one: `.next_page(rows.next())`.
    fn next_page(&mut self, after: Option<&str>) -> &mut Self {
        if let Some(after) = after {
            self.writer().leaf(Kind::NextPage, after);
        }
        self
    }

    /// A text whose paragraphs can be addressed.
    fn document(
        &mut self,
        heading: impl Inline,
        fill: impl FnOnce(&mut DocumentText) -> &mut DocumentText,
    ) -> &mut Self {
        label_then(self.writer(), Kind::Document, "", heading, fill);
        self
    }

    /// What changes from one text to another.
    fn difference(&mut self, before: &str, after: &str) -> &mut Self {
        self.writer().group(Kind::Difference, "", |w| {
            w.leaf(Kind::Before, before);
            w.leaf(Kind::After, after);
        });
        self
    }

    /// Remarks of persons and organisations.
    fn comments(
        &mut self,
        heading: impl Inline,
        fill: impl FnOnce(&mut Comments) -> &mut Comments,
    ) -> &mut Self {
        label_then(self.writer(), Kind::Comments, "", heading, fill);
        self
    }

    /// Files to download.
    fn files(&mut self, heading: impl Inline, fill: impl FnOnce(&mut Files) -> &mut Files) -> &mut Self {
        label_then(self.writer(), Kind::Files, "", heading, fill);
        self
    }

    /// Nothing here yet: what it means and what to do.
    fn empty(&mut self, heading: impl Inline, fill: impl FnOnce(&mut Nest) -> &mut Nest) -> &mut Self {
        label_then(self.writer(), Kind::Empty, "", heading, fill);
        self
    }

    /// More on demand.
    fn details(&mut self, heading: impl Inline, fill: impl FnOnce(&mut Nest) -> &mut Nest) -> &mut Self {
        label_then(self.writer(), Kind::Details, "", heading, fill);
        self
    }

    /// Goes on only when the condition holds.
    fn when(&mut self, condition: bool, fill: impl FnOnce(&mut Self) -> &mut Self) -> &mut Self {
        if condition { fill(self) } else { self }
    }

    /// Goes on only with a value.
    fn with<T>(&mut self, value: Option<T>, fill: impl FnOnce(&mut Self, T) -> &mut Self) -> &mut Self {
        match value {
            Some(value) => fill(self, value),
            None => self,
        }
    }

    /// The same for each of many.
    fn each<I: IntoIterator>(
        &mut self,
        items: I,
        mut fill: impl FnMut(&mut Self, I::Item) -> &mut Self,
    ) -> &mut Self {
        for item in items {
            fill(self, item);
        }
        self
    }
}

/// A group that begins with its label.
fn label_then<G: super::members::Within>(
    writer: &mut Writer,
    kind: Kind,
    payload: &str,
    text: impl Inline,
    fill: impl FnOnce(&mut G) -> &mut G,
) {
    group(writer, kind, payload, |within: &mut G| {
        label(within.marks(), text);
        fill(within)
    });
}

pub(super) fn go(writer: &mut Writer, to: impl Target, text: impl Inline, primary: bool) {
    writer.group(Kind::Go, "", |w| {
        if primary {
            w.leaf(Kind::Flag, "primary");
        }
        to.write_address(w);
        label(w, text);
    });
}

/// The cells of a row: a tuple of inlines.
pub trait Cells {
    /// Appends each as a group of this kind.
    fn write_cells(&self, kind: Kind, writer: &mut Writer);
}

macro_rules! cells {
    ($($($name:ident)+;)+) => { $(
        impl<$($name: Inline),+> Cells for ($($name,)+) {
            #[allow(non_snake_case)]
            fn write_cells(&self, kind: Kind, writer: &mut Writer) {
                let ($($name,)+) = self;
                $(writer.group(kind, "", |w| $name.write(w));)+
            }
        }
    )+ };
}
cells! { A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H; }

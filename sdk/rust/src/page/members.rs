//! What stands within blocks: rows, cards, steps, clauses and the like.
//!
//! Each group has a type of its own that offers just what the grammar lets it hold. While its closure runs it
//! owns the writer, so no lifetimes show in authors' code.

use super::blocks::{Blocks, Cells, go};
use crate::{ActRef, Day, Due, File, Inline, Moment, Msg, Target, days_left};
use vzaemo_marks::{Kind, Tone, Writer};

/// A type that stands for the inside of a group.
pub trait Within {
    #[doc(hidden)]
    fn enter(writer: Writer) -> Self;
    #[doc(hidden)]
    fn leave(self) -> Writer;
    #[doc(hidden)]
    fn marks(&mut self) -> &mut Writer;
}

/// Opens a group, lets `fill` write what it holds, and closes it.
pub(super) fn group<G: Within>(
    writer: &mut Writer,
    kind: Kind,
    payload: &str,
    fill: impl FnOnce(&mut G) -> &mut G,
) {
    writer.open(kind, payload);
    let mut within = G::enter(std::mem::take(writer));
    fill(&mut within);
    *writer = within.leave();
    writer.close();
}

pub(super) fn label(writer: &mut Writer, text: impl Inline) {
    writer.group(Kind::Label, "", |w| text.write(w));
}

macro_rules! within {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name(Writer);

        impl Within for $name {
            fn enter(writer: Writer) -> Self {
                $name(writer)
            }
            fn leave(self) -> Writer {
                self.0
            }
            fn marks(&mut self) -> &mut Writer {
                &mut self.0
            }
        }
    )* };
}

macro_rules! holds_blocks {
    ($($name:ident),*) => { $(
        impl Blocks for $name {
            fn writer(&mut self) -> &mut Writer {
                &mut self.0
            }
        }
    )* };
}

within! {
    /// Blocks within a group.
    Nest,
    /// The items of a list.
    List,
    /// The rows of a summary list.
    Summary,
    /// A row of a summary list.
    Row,
    /// Columns and rows of a table.
    Table,
    /// A row whose cells are written one by one.
    TableRow,
    /// Cards.
    Cards,
    /// A card.
    Card,
    /// Statistics.
    Statistics,
    /// A form in place.
    FormBlock,
    /// Things to press.
    Actions,
    /// A button.
    Button,
    /// The steps of a clock.
    Clock,
    /// The events of a timeline.
    Timeline,
    /// The choices of a filter bar.
    Filters,
    /// The clauses of a document.
    DocumentText,
    /// Files to download.
    Files,
    /// A clause of a document.
    Clause,
    /// Comments.
    Comments,
    /// A comment.
    Comment,
}
holds_blocks!(Nest, Card, Clause, Comment);

macro_rules! each {
    ($($name:ident),*) => { $(
        impl $name {
            /// The same for each of many.
            pub fn each<I: IntoIterator>(
                &mut self,
                items: I,
                mut fill: impl FnMut(&mut Self, I::Item) -> &mut Self,
            ) -> &mut Self {
                for item in items {
                    fill(self, item);
                }
                self
            }

            /// Goes on only when the condition holds.
            pub fn when(&mut self, condition: bool, fill: impl FnOnce(&mut Self) -> &mut Self) -> &mut Self {
                if condition { fill(self) } else { self }
            }

            /// Goes on only with a value.
            pub fn with<T>(&mut self, value: Option<T>, fill: impl FnOnce(&mut Self, T) -> &mut Self) -> &mut Self {
                match value {
                    Some(value) => fill(self, value),
                    None => self,
                }
            }
        }
    )* };
}
each!(
    List,
    Summary,
    Table,
    TableRow,
    Cards,
    Statistics,
    FormBlock,
    Actions,
    Clock,
    Timeline,
    Filters,
    DocumentText,
    Files,
    Comments
);

impl List {
    pub(super) fn flag(&mut self, name: &str) {
        self.0.leaf(Kind::Flag, name);
    }

    /// An item of running text.
    pub fn item(&mut self, text: impl Inline) -> &mut Self {
        self.0.group(Kind::Item, "", |w| text.write(w));
        self
    }

    /// An item of blocks.
    pub fn item_of(&mut self, fill: impl FnOnce(&mut Nest) -> &mut Nest) -> &mut Self {
        group(&mut self.0, Kind::Item, "", fill);
        self
    }
}

impl Summary {
    /// A row: what, and its value.
    pub fn row(&mut self, what: impl Inline, value: impl Inline) -> &mut Self {
        self.0.group(Kind::Row, "", |w| {
            label(w, what);
            w.group(Kind::Cell, "", |w| value.write(w));
        });
        self
    }

    /// A row whose value is made of blocks.
    pub fn row_of(&mut self, what: impl Inline, fill: impl FnOnce(&mut Nest) -> &mut Nest) -> &mut Self {
        group(&mut self.0, Kind::Row, "", |row: &mut Row| {
            label(&mut row.0, what);
            group(&mut row.0, Kind::Cell, "", fill);
            row
        });
        self
    }
}

impl Table {
    /// The headings of columns.
    pub fn columns(&mut self, headings: impl Cells) -> &mut Self {
        headings.write_cells(Kind::Column, &mut self.0);
        self
    }

    /// The heading of one more column, of numbers.
    pub fn numeric_column(&mut self, heading: impl Inline) -> &mut Self {
        self.0.group(Kind::Column, "", |w| {
            w.leaf(Kind::Flag, "numeric");
            heading.write(w);
        });
        self
    }

    /// A row of cells.
    pub fn row(&mut self, cells: impl Cells) -> &mut Self {
        self.0.open(Kind::Row, "");
        cells.write_cells(Kind::Cell, &mut self.0);
        self.0.close();
        self
    }

    /// A row for each of many.
    pub fn rows<I: IntoIterator, C: Cells>(
        &mut self,
        items: I,
        mut cells: impl FnMut(I::Item) -> C,
    ) -> &mut Self {
        for item in items {
            self.row(cells(item));
        }
        self
    }

    /// A row whose cells are written one by one.
    pub fn row_of(&mut self, fill: impl FnOnce(&mut TableRow) -> &mut TableRow) -> &mut Self {
        group(&mut self.0, Kind::Row, "", fill);
        self
    }
}

impl TableRow {
    /// An anchor that addresses can name. Comes before the cells.
    pub fn anchor(&mut self, anchor: &str) -> &mut Self {
        self.0.leaf(Kind::Anchor, anchor);
        self
    }

    /// A cell of running text.
    pub fn cell(&mut self, text: impl Inline) -> &mut Self {
        self.0.group(Kind::Cell, "", |w| text.write(w));
        self
    }

    /// A cell with a number.
    pub fn number(&mut self, number: impl Inline) -> &mut Self {
        self.0.group(Kind::Cell, "", |w| {
            w.leaf(Kind::Flag, "numeric");
            number.write(w);
        });
        self
    }

    /// A cell of blocks.
    pub fn cell_of(&mut self, fill: impl FnOnce(&mut Nest) -> &mut Nest) -> &mut Self {
        group(&mut self.0, Kind::Cell, "", fill);
        self
    }
}

impl Cards {
    /// A card whose heading leads to an address.
    pub fn card(
        &mut self,
        to: impl Target,
        heading: impl Inline,
        fill: impl FnOnce(&mut Card) -> &mut Card,
    ) -> &mut Self {
        group(&mut self.0, Kind::Card, "", |card: &mut Card| {
            to.write_address(&mut card.0);
            label(&mut card.0, heading);
            fill(card)
        });
        self
    }
}

impl Card {
    /// A small status.
    pub fn tag(&mut self, tone: Tone, text: impl Inline) -> &mut Self {
        crate::tag(tone, text).write(&mut self.0);
        self
    }
}

impl Statistics {
    /// One number with its label.
    pub fn statistic(&mut self, number: impl Inline, text: impl Inline) -> &mut Self {
        self.0.group(Kind::Statistic, "", |w| {
            number.write(w);
            label(w, text);
        });
        self
    }
}

impl FormBlock {
    pub(super) fn writer(&mut self) -> &mut Writer {
        &mut self.0
    }

    /// The heading of the form.
    pub fn label(&mut self, text: impl Inline) -> &mut Self {
        label(&mut self.0, text);
        self
    }

    /// A value that a field starts with.
    pub fn prefill(&mut self, field: &str, value: impl AsRef<str>) -> &mut Self {
        self.0.pair(Kind::Prefill, field, value.as_ref());
        self
    }
}

impl Actions {
    /// An act: its button, or the way to its form. The host decides by the visitor what stands there.
    pub fn action(&mut self, act: ActRef, text: impl Inline) -> &mut Self {
        self.action_with(act, text, |button| button)
    }

    /// The same with its looks, and what stands there for whoever has done it already.
    pub fn action_with(
        &mut self,
        act: ActRef,
        text: impl Inline,
        fill: impl FnOnce(&mut Button) -> &mut Button,
    ) -> &mut Self {
        group(&mut self.0, Kind::Action, act.name(), |button: &mut Button| {
            act.write_params(&mut button.0);
            label(&mut button.0, text);
            fill(button)
        });
        self
    }

    /// A link that looks like a button.
    pub fn go(&mut self, to: impl Target, text: impl Inline) -> &mut Self {
        go(&mut self.0, to, text, false);
        self
    }

    /// The same as the main thing to do.
    pub fn go_primary(&mut self, to: impl Target, text: impl Inline) -> &mut Self {
        go(&mut self.0, to, text, true);
        self
    }
}

impl Button {
    pub(super) fn writer(&mut self) -> &mut Writer {
        &mut self.0
    }

    /// The main thing to do.
    pub fn primary(&mut self) -> &mut Self {
        self.0.leaf(Kind::Flag, "primary");
        self
    }

    /// Its colour.
    pub fn tone(&mut self, tone: Tone) -> &mut Self {
        self.0.leaf(Kind::Tone, tone.name());
        self
    }

    /// What stands there for a visitor who has done it already.
    pub fn taken(&mut self, fill: impl FnOnce(&mut Nest) -> &mut Nest) -> &mut Self {
        group(&mut self.0, Kind::Taken, "", fill);
        self
    }
}

/// When a step of a clock is: a [`Day`], a [`Moment`], the end of a term ([`Due`], with its rule), or a message
/// where no date is known yet.
pub trait Timed {
    /// Appends the date, and with `left` how long remains.
    fn write_time(&self, writer: &mut Writer, left: bool);
}

impl Timed for Day {
    fn write_time(&self, writer: &mut Writer, left: bool) {
        self.write(writer);
        if left {
            days_left(self).write(writer);
        }
    }
}

impl Timed for Moment {
    fn write_time(&self, writer: &mut Writer, left: bool) {
        self.write(writer);
        if left {
            days_left(self).write(writer);
        }
    }
}

impl Timed for Due {
    fn write_time(&self, writer: &mut Writer, left: bool) {
        writer.leaf(Kind::Rule, &self.rule);
        self.moment.write_time(writer, left);
    }
}

impl Timed for Msg {
    fn write_time(&self, writer: &mut Writer, _left: bool) {
        Inline::write(self, writer);
    }
}

impl<T: Timed> Timed for Option<T> {
    fn write_time(&self, writer: &mut Writer, left: bool) {
        if let Some(time) = self {
            time.write_time(writer, left);
        }
    }
}

impl<T: Timed> Timed for &T {
    fn write_time(&self, writer: &mut Writer, left: bool) {
        (*self).write_time(writer, left);
    }
}

impl Timed for () {
    fn write_time(&self, _writer: &mut Writer, _left: bool) {}
}

impl Clock {
    fn step(&mut self, state: &str, text: impl Inline, when: impl Timed, left: bool) -> &mut Self {
        self.0.group(Kind::Step, state, |w| {
            label(w, text);
            when.write_time(w, left);
        });
        self
    }

    /// A step that has been made.
    pub fn done(&mut self, text: impl Inline, when: impl Timed) -> &mut Self {
        self.step("done", text, when, false)
    }

    /// The step under way, with how long remains.
    pub fn now(&mut self, text: impl Inline, until: impl Timed) -> &mut Self {
        self.step("now", text, until, true)
    }

    /// A step to come.
    pub fn next(&mut self, text: impl Inline, until: impl Timed) -> &mut Self {
        self.step("next", text, until, false)
    }

    /// A step whose term has passed without it.
    pub fn missed(&mut self, text: impl Inline, until: impl Timed) -> &mut Self {
        self.step("missed", text, until, false)
    }
}

impl Timeline {
    /// An event.
    pub fn happening(&mut self, at: &Moment, what: impl Inline) -> &mut Self {
        self.0.group(Kind::Happening, at.as_str(), |w| label(w, what));
        self
    }

    /// An event with more about it.
    pub fn happening_of(
        &mut self,
        at: &Moment,
        what: impl Inline,
        fill: impl FnOnce(&mut Nest) -> &mut Nest,
    ) -> &mut Self {
        group(&mut self.0, Kind::Happening, at.as_str(), |nest: &mut Nest| {
            label(&mut nest.0, what);
            fill(nest)
        });
        self
    }
}

impl Filters {
    /// A choice.
    pub fn option(&mut self, to: impl Target, text: impl Inline, current: bool) -> &mut Self {
        self.0.group(Kind::Option, "", |w| {
            if current {
                w.leaf(Kind::Flag, "current");
            }
            to.write_address(w);
            text.write(w);
        });
        self
    }
}

impl DocumentText {
    /// A paragraph of the document, with its anchor.
    pub fn clause(&mut self, anchor: &str, fill: impl FnOnce(&mut Clause) -> &mut Clause) -> &mut Self {
        group(&mut self.0, Kind::Clause, anchor, fill);
        self
    }
}

impl Files {
    /// A file, by its name.
    pub fn file(&mut self, file: &File) -> &mut Self {
        self.0.group(Kind::File, file.as_str(), |_| {});
        self
    }

    /// A file, by what it is. The host writes its kind and size beside it.
    pub fn file_as(&mut self, file: &File, what: impl Inline) -> &mut Self {
        self.0.group(Kind::File, file.as_str(), |w| what.write(w));
        self
    }
}

impl Clause {
    /// Its number or heading.
    pub fn label(&mut self, text: impl Inline) -> &mut Self {
        label(&mut self.0, text);
        self
    }

    /// Its text.
    pub fn text(&mut self, text: impl Inline) -> &mut Self {
        text.write(&mut self.0);
        self
    }

    /// Where its discussion is.
    pub fn discussion(&mut self, at: impl Target) -> &mut Self {
        at.write_address(&mut self.0);
        self
    }

    /// Its colour.
    pub fn tone(&mut self, tone: Tone) -> &mut Self {
        self.0.leaf(Kind::Tone, tone.name());
        self
    }
}

impl Comments {
    /// A remark: when, whose, and what.
    pub fn comment(
        &mut self,
        at: &Moment,
        whose: impl Inline,
        fill: impl FnOnce(&mut Comment) -> &mut Comment,
    ) -> &mut Self {
        group(&mut self.0, Kind::Comment, at.as_str(), |comment: &mut Comment| {
            label(&mut comment.0, whose);
            fill(comment)
        });
        self
    }
}

impl Comment {
    /// An anchor that addresses can name.
    pub fn anchor(&mut self, anchor: &str) -> &mut Self {
        self.0.leaf(Kind::Anchor, anchor);
        self
    }

    /// A small status.
    pub fn tag(&mut self, tone: Tone, text: impl Inline) -> &mut Self {
        crate::tag(tone, text).write(&mut self.0);
        self
    }

    /// Running text.
    pub fn text(&mut self, text: impl Inline) -> &mut Self {
        text.write(&mut self.0);
        self
    }
}

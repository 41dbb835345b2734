//! Pages: what a view returns. The methods write marks straight away; nothing is built in between.

mod blocks;
mod members;
#[cfg(test)]
mod tests;

pub use blocks::{Blocks, Cells};
pub use members::{
    Actions, Button, Card, Cards, Clause, Clock, Comment, Comments, DocumentText, Filters, FormBlock, List,
    Nest, Row, Statistics, Summary, Table, TableRow, Timed, Timeline,
};

use crate::{Inline, Result, Target};
use vzaemo_marks::{Kind, Tone, Writer};

/// A page. Begins with its title; blocks follow one another; ends with [`Page::done`].
#[derive(Debug, Default)]
pub struct Page {
    writer: Writer,
}

impl Page {
    /// A page with this title.
    pub fn titled(title: impl Inline) -> Self {
        let mut writer = Writer::new();
        writer.open(Kind::Page, "");
        writer.group(Kind::Title, "", |w| title.write(w));
        Page { writer }
    }

    /// A line below the title: who, when, to whom.
    pub fn lead(&mut self, text: impl Inline) -> &mut Self {
        self.writer.group(Kind::Lead, "", |w| text.write(w));
        self
    }

    /// One step on the way to this page.
    pub fn crumb(&mut self, to: impl Target, text: impl Inline) -> &mut Self {
        self.writer.group(Kind::Crumb, "", |w| {
            to.write_address(w);
            text.write(w);
        });
        self
    }

    /// A small status beside the title.
    pub fn tag(&mut self, tone: Tone, text: impl Inline) -> &mut Self {
        crate::tag(tone, text).write(&mut self.writer);
        self
    }

    /// The card beside the text; on a phone right after the title.
    pub fn aside(&mut self, fill: impl FnOnce(&mut Nest) -> &mut Nest) -> &mut Self {
        members::group(&mut self.writer, Kind::Aside, "", fill);
        self
    }

    /// The finished page. Leaves an empty one behind.
    pub fn done(&mut self) -> Result<Page> {
        Ok(std::mem::take(self))
    }

    /// What crosses to the host.
    pub fn into_marks(self) -> vzaemo_marks::Page {
        self.writer.finish()
    }
}

impl Blocks for Page {
    fn writer(&mut self) -> &mut Writer {
        &mut self.writer
    }
}

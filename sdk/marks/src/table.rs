//! The one table of the grammar.
//!
//! A line reads: code, kind, name in dumps and messages, the class it belongs to, and for groups the classes
//! it may hold. Codes are never reused or renumbered; additions raise [`GRAMMAR_VERSION`].

/// Raised with every addition to the table. A module may ask the host for it.
pub const GRAMMAR_VERSION: u32 = 2;

/// A set of content classes.
pub type Class = u32;

/// Content classes: where a kind may stand.
pub mod classes {
    use super::Class;
    /// The page itself.
    pub const ROOT: Class = 1;
    /// What only a page holds: title, lead, crumbs, aside.
    pub const HEAD: Class = 1 << 1;
    /// Blocks that stand below one another.
    pub const BLOCK: Class = 1 << 2;
    /// Running text.
    pub const INLINE: Class = 1 << 3;
    /// Attributes of the group that they stand in.
    pub const ATTR: Class = 1 << 4;
    /// A view or act with its parameters.
    pub const ADDRESS: Class = 1 << 5;
    /// A label of the group that it stands in.
    pub const LABEL: Class = 1 << 6;
    /// Rows of tables and summary lists.
    pub const ROW: Class = 1 << 7;
    /// Cells of a row.
    pub const CELL: Class = 1 << 8;
    /// Columns of a table.
    pub const COLUMN: Class = 1 << 9;
    /// Members of lists, cards, clocks, timelines, filters, documents, comments, statistics.
    pub const MEMBER: Class = 1 << 10;
    /// Things to press.
    pub const ACTION: Class = 1 << 11;
    /// A named argument of a message.
    pub const ARG: Class = 1 << 12;
    /// A small status in words.
    pub const TAG: Class = 1 << 13;
}

macro_rules! grammar {
    ($( $code:literal $kind:ident $name:literal : $class:expr $(=> $holds:expr)? ; $doc:literal )*) => {
        /// What a mark is. Generated from the grammar table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Kind { $( #[doc = $doc] $kind = $code, )* }

        impl Kind {
            /// All kinds of this version of the grammar, in the order of the table.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind),*];

            /// The kind with this code, unless the code is unknown to this version.
            pub const fn from_code(code: u8) -> Option<Kind> {
                match code { $( $code => Some(Kind::$kind), )* _ => None }
            }
            /// The name used in dumps and messages.
            pub const fn name(self) -> &'static str {
                match self { $( Kind::$kind => $name, )* }
            }
            /// The class that this kind belongs to.
            pub const fn class(self) -> Class {
                #[allow(unused_imports)] use classes::*;
                match self { $( Kind::$kind => $class, )* }
            }
            /// The classes that a group of this kind may hold; nothing for leaves.
            pub const fn holds(self) -> Class {
                #[allow(unused_imports)] use classes::*;
                match self { $( Kind::$kind => 0 $( | ($holds) )?, )* }
            }
            /// The meaning of the kind, as in the table.
            pub const fn meaning(self) -> &'static str {
                match self { $( Kind::$kind => $doc, )* }
            }
        }
    };
}

grammar! {
    // Running text. Leaves carry their value as text.
    0x01 Text     "text"     : INLINE; "Literal text in the language it was written in."
    0x02 Number   "number"   : INLINE; "A whole number in decimal digits; the host groups the digits."
    0x03 Date     "date"     : INLINE; "A day, `YYYY-MM-DD`; the host writes it in the reader's language."
    0x04 Instant  "instant"  : INLINE; "A moment, RFC 3339 in UTC; shown in Kyiv time."
    0x05 Person   "person"   : INLINE; "A person reference; the host writes the present name, and with `@` and a moment after it the one attested then."
    0x06 Body     "body"     : INLINE; "The id of an executive body in the register; the host writes its name."
    0x07 State    "state"    : INLINE; "A state of the module's workflow, shown by the message `state-<name>`."
    0x08 DaysLeft "days-left": INLINE; "A day or moment; the host writes how long remains in words."
    0x81 Message  "message"  : INLINE => ARG; "A message of the module's Fluent files, payload = its key."
    0x82 Arg      "arg"      : ARG => INLINE; "A named argument of a message, payload = its name."
    0x83 Link     "link"     : INLINE => ADDRESS | INLINE; "Running text that leads to an address."
    0x84 Strong   "strong"   : INLINE => INLINE; "Important text."
    0x85 Emphasis "emphasis" : INLINE => INLINE; "Stressed text."
    // Addresses and attributes.
    0x86 View     "view"     : ADDRESS => ATTR; "The address of a view, payload = its name; `param` gives parameters."
    0x87 ActForm  "act-form" : ADDRESS => ATTR; "The address of the page with an act's form, payload = the act."
    0x10 Param    "param"    : ATTR; "A parameter of an address, form or action: `name=value`."
    0x11 Query    "query"    : ATTR; "A query parameter of an address: `name=value`."
    0x12 Tone     "tone"     : ATTR; "neutral, brand, good, caution or bad."
    0x13 Anchor   "anchor"   : ATTR; "A fragment id that links can name: letters, digits, hyphen and full stop."
    0x14 Flag     "flag"     : ATTR; "A property that is on: `numeric`, `ordered`, `primary`, `current`, `open`, `narrow`, `noindex`."
    0x15 Fragment "fragment" : ATTR; "The anchor on the page that the address leads to."
    0x16 Prefill  "prefill"  : ATTR; "A value that a form starts with: `field=value`."
    0x17 Rule     "rule"     : ATTR; "How a term is computed: `from;value;unit;law`; the host shows the arithmetic."
    // The page.
    0x88 Page     "page"     : ROOT => HEAD | BLOCK | TAG; "The root."
    0x89 Title    "title"    : HEAD => INLINE; "The heading of the page, also its title."
    0x8a Lead     "lead"     : HEAD => INLINE; "A line below the title: who, when, to whom."
    0x8b Crumb    "crumb"    : HEAD => ADDRESS | INLINE; "One step on the way to this page."
    0x8c Aside    "aside"    : HEAD => BLOCK; "The card beside the text; on a phone right after the title."
    0x8d Tag      "tag"      : TAG | INLINE => INLINE | ATTR; "A small status, always in words."
    // Blocks.
    0x8e Section  "section"  : BLOCK => ATTR | LABEL | BLOCK; "Blocks under a heading of their own."
    0x8f Label    "label"    : LABEL => INLINE; "The heading or label of the group that it stands in."
    0x90 Paragraph "paragraph": BLOCK => INLINE; "Running text."
    0x20 Prose    "prose"    : BLOCK; "Somebody's own text; blank lines part paragraphs."
    0x91 List     "list"     : BLOCK => ATTR | MEMBER; "A list of items."
    0x92 Item     "item"     : MEMBER => INLINE | BLOCK; "An item of a list."
    0x93 Notice   "notice"   : BLOCK => ATTR | LABEL | BLOCK; "Something to know before going on."
    0x94 Summary  "summary"  : BLOCK => LABEL | ROW; "A summary list: what and its value."
    0x95 Row      "row"      : ROW => LABEL | CELL | ATTR; "A row of a table (cells) or of a summary list (label and a cell)."
    0x96 Cell     "cell"     : CELL => INLINE | BLOCK | ATTR; "A cell of a row."
    0x97 Table    "table"    : BLOCK => LABEL | COLUMN | ROW | ATTR; "A table; its label is the caption."
    0x98 Column   "column"   : COLUMN => INLINE | ATTR; "The heading of a column."
    0x99 Cards    "cards"    : BLOCK => MEMBER; "Cards beside one another."
    0x9a Card     "card"     : MEMBER | BLOCK => TAG | LABEL | ADDRESS | BLOCK | ATTR; "A card; its label leads to its address."
    0x9b Progress "progress" : BLOCK => LABEL; "How far: payload `value/goal`; the label says it in words."
    0x9c Statistics "statistics": BLOCK => MEMBER; "Large numbers with labels."
    0x9d Statistic "statistic": MEMBER => INLINE | LABEL; "One number with its label."
    0x9e Form     "form"     : BLOCK => ATTR | LABEL; "The form of an act in place, payload = the act."
    0x9f Actions  "actions"  : BLOCK => ACTION; "Things to press, the main one first."
    0xa0 Action   "action"   : ACTION | BLOCK => ATTR | LABEL | MEMBER; "An action slot: an act without fields, payload = the act. The host decides by the visitor what stands there."
    0xa1 Taken    "taken"    : MEMBER => INLINE | BLOCK | ACTION; "What an action slot shows when the visitor has done it already."
    0xa2 Go       "go"       : ACTION | BLOCK => ADDRESS | LABEL | ATTR; "A link that looks like a button."
    0xa3 Clock    "clock"    : BLOCK => LABEL | MEMBER; "The legal clock: steps with their terms."
    0xa4 Step     "step"     : MEMBER => LABEL | INLINE | ATTR; "A step of a clock, payload done, now, next or missed."
    0xa5 Timeline "timeline" : BLOCK => MEMBER; "What happened, the newest first."
    0xa6 Happening "happening": MEMBER => LABEL | INLINE | BLOCK; "An event of a timeline, payload = its moment."
    0xa7 Filters  "filters"  : BLOCK => LABEL | MEMBER; "Choices that narrow a list."
    0xa8 Option   "option"   : MEMBER => ADDRESS | INLINE | ATTR; "A choice: an address and its label."
    0x21 Search   "search"   : BLOCK; "A search field of this view, payload = the query parameter."
    0x22 NextPage "next-page": BLOCK; "There is more: payload = the cursor, given back as `after`."
    0xa9 Document "document" : BLOCK => LABEL | MEMBER; "A text whose paragraphs can be addressed."
    0xaa Clause   "clause"   : MEMBER => ATTR | LABEL | BLOCK | INLINE | ADDRESS; "A paragraph of a document, payload = its anchor; the address leads to its discussion."
    0xab Difference "difference": BLOCK => ATTR; "What changes from one text to another."
    0x18 Before   "before"   : ATTR; "The text as it was."
    0x19 After    "after"    : ATTR; "The text as proposed."
    0xac Comments "comments" : BLOCK => LABEL | MEMBER; "Remarks of persons and organisations."
    0xad Comment  "comment"  : MEMBER => ATTR | LABEL | TAG | BLOCK | INLINE; "A remark, payload = its moment; the label says whose."
    0xae Empty    "empty"    : BLOCK => LABEL | BLOCK | ACTION; "Nothing here yet: what it means and what to do."
    0xaf Details  "details"  : BLOCK => LABEL | BLOCK; "More on demand."
    0xb0 Files    "files"    : BLOCK => LABEL | MEMBER; "Files to download."
    0xb1 File     "file"     : MEMBER => INLINE; "A file, payload = its id; the host writes its name, kind and size. What it holds says what it is."
}

/// How a thing is coloured; never without words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// No colour.
    #[default]
    Neutral,
    /// The platform's own colour: under way.
    Brand,
    /// Succeeded.
    Good,
    /// Needs attention.
    Caution,
    /// Failed or refused.
    Bad,
}

impl Tone {
    /// The word that the mark carries.
    pub const fn name(self) -> &'static str {
        match self {
            Tone::Neutral => "neutral",
            Tone::Brand => "brand",
            Tone::Good => "good",
            Tone::Caution => "caution",
            Tone::Bad => "bad",
        }
    }

    /// Reads the word; anything unknown is neutral.
    pub fn from_name(name: &str) -> Self {
        match name {
            "brand" => Tone::Brand,
            "good" => Tone::Good,
            "caution" => Tone::Caution,
            "bad" => Tone::Bad,
            _ => Tone::Neutral,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GROUP;

    #[test]
    fn a_kind_holds_something_exactly_if_it_is_a_group() {
        for kind in Kind::ALL {
            assert_eq!(kind.holds() != 0, (*kind as u8) & GROUP != 0, "{}", kind.name());
            assert_eq!(Kind::from_code(*kind as u8), Some(*kind));
        }
    }
}

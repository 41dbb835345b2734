//! Running text: what stands in headings, paragraphs, cells and labels.

use crate::{BodyId, Day, Due, Key, Moment, Msg, Person, Target};
use vzaemo_marks::{Kind, Tone, Writer};

/// Something that can stand in running text. Tuples stand one after another.
pub trait Inline {
    /// Appends the text.
    fn write(&self, writer: &mut Writer);
}

impl<T: Inline + ?Sized> Inline for &T {
    fn write(&self, writer: &mut Writer) {
        (**self).write(writer);
    }
}

impl Inline for str {
    fn write(&self, writer: &mut Writer) {
        writer.leaf(Kind::Text, self);
    }
}

impl Inline for String {
    fn write(&self, writer: &mut Writer) {
        writer.leaf(Kind::Text, self);
    }
}

impl Inline for Msg {
    fn write(&self, writer: &mut Writer) {
        Msg::write(self, writer);
    }
}

macro_rules! leaves {
    ($($name:ty => $kind:ident),* $(,)?) => { $(
        impl Inline for $name {
            fn write(&self, writer: &mut Writer) {
                writer.leaf(Kind::$kind, self.as_str());
            }
        }
    )* };
}
leaves! {
    Key => Text, Person => Person, Named => Person, BodyId => Body, Day => Date, Moment => Instant, DaysLeft => DaysLeft,
}

impl Inline for Due {
    fn write(&self, writer: &mut Writer) {
        self.moment.write(writer);
    }
}

macro_rules! numbers {
    ($($name:ty),*) => { $(
        impl Inline for $name {
            fn write(&self, writer: &mut Writer) {
                writer.number(Kind::Number, i64::try_from(*self).unwrap_or(i64::MAX));
            }
        }
    )* };
}
numbers!(i32, i64, u32, u64, usize);

impl<T: Inline> Inline for Option<T> {
    fn write(&self, writer: &mut Writer) {
        if let Some(inline) = self {
            inline.write(writer);
        }
    }
}

impl<T: Inline> Inline for Vec<T> {
    fn write(&self, writer: &mut Writer) {
        for inline in self {
            inline.write(writer);
        }
    }
}

impl Inline for () {
    fn write(&self, _writer: &mut Writer) {}
}

macro_rules! tuples {
    ($($($name:ident)+;)+) => { $(
        impl<$($name: Inline),+> Inline for ($($name,)+) {
            #[allow(non_snake_case)]
            fn write(&self, writer: &mut Writer) {
                let ($($name,)+) = self;
                $($name.write(writer);)+
            }
        }
    )+ };
}
tuples! { A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H; }

/// A person under the name that was theirs at a moment. See [`Person::at`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named(String);

impl Person {
    /// The person under the name that held at this moment: for what they signed, wrote or decided then. Written alone, a
    /// person bears their present name.
    pub fn at(&self, moment: &Moment) -> Named {
        Named([self.as_str(), "@", moment.as_str()].concat())
    }
}

impl Named {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How long remains until a day or moment, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaysLeft(String);

impl DaysLeft {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for DaysLeft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How long remains until a day, a moment or the end of a term.
pub fn days_left(until: impl AsRef<str>) -> DaysLeft {
    DaysLeft(until.as_ref().to_owned())
}

/// See [`strong`].
#[derive(Debug, Clone)]
pub struct Strong<T>(T);

/// Important text.
pub fn strong<T: Inline>(text: T) -> Strong<T> {
    Strong(text)
}

impl<T: Inline> Inline for Strong<T> {
    fn write(&self, writer: &mut Writer) {
        writer.group(Kind::Strong, "", |w| self.0.write(w));
    }
}

/// See [`emphasis`].
#[derive(Debug, Clone)]
pub struct Emphasis<T>(T);

/// Stressed text.
pub fn emphasis<T: Inline>(text: T) -> Emphasis<T> {
    Emphasis(text)
}

impl<T: Inline> Inline for Emphasis<T> {
    fn write(&self, writer: &mut Writer) {
        writer.group(Kind::Emphasis, "", |w| self.0.write(w));
    }
}

/// See [`link`].
#[derive(Debug, Clone)]
pub struct Link<A, T>(A, T);

/// Text that leads to a view or to the form of an act.
pub fn link<A: Target, T: Inline>(to: A, text: T) -> Link<A, T> {
    Link(to, text)
}

impl<A: Target, T: Inline> Inline for Link<A, T> {
    fn write(&self, writer: &mut Writer) {
        writer.group(Kind::Link, "", |w| {
            self.0.write_address(w);
            self.1.write(w);
        });
    }
}

/// See [`tag`].
#[derive(Debug, Clone)]
pub struct Tagged<T>(Tone, T);

/// A small status, coloured and always in words.
pub fn tag<T: Inline>(tone: Tone, text: T) -> Tagged<T> {
    Tagged(tone, text)
}

impl<T: Inline> Inline for Tagged<T> {
    fn write(&self, writer: &mut Writer) {
        writer.group(Kind::Tag, "", |w| {
            w.leaf(Kind::Tone, self.0.name());
            self.1.write(w);
        });
    }
}

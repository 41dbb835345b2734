//! Texts of the module's Fluent files. Made by `msg!`, which checks key and arguments at compile time.

use crate::{BodyId, Day, DaysLeft, Due, Key, Moment, Named, Person};
use std::borrow::Cow;
use vzaemo_contract::call::Message;
use vzaemo_marks::{Kind, Writer};

/// A message with its typed arguments. The host puts it into the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Msg {
    key: Cow<'static, str>,
    args: Vec<(&'static str, Arg)>,
}

/// An argument of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arg {
    kind: Kind,
    text: String,
}

impl Msg {
    #[doc(hidden)]
    pub const fn key(key: &'static str) -> Self {
        Msg { key: Cow::Borrowed(key), args: Vec::new() }
    }

    #[doc(hidden)]
    pub fn prefixed(prefix: &str, name: &str) -> Self {
        Msg { key: Cow::Owned([prefix, name].concat()), args: Vec::new() }
    }

    #[doc(hidden)]
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.push((name, value.into()));
        self
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.open(Kind::Message, &self.key);
        for (name, arg) in &self.args {
            writer.open(Kind::Arg, name);
            writer.leaf(arg.kind, &arg.text);
            writer.close();
        }
        writer.close();
    }
}

impl From<Msg> for Message {
    fn from(msg: Msg) -> Self {
        let args = msg.args.into_iter().map(|(name, arg)| (name.to_owned(), arg.text)).collect();
        Message { key: msg.key.into_owned(), args }
    }
}

impl Arg {
    #[doc(hidden)]
    pub fn new(kind: Kind, text: impl Into<String>) -> Self {
        Arg { kind, text: text.into() }
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Arg::new(Kind::Text, text)
    }
}

macro_rules! args {
    ($($name:ty => $kind:ident),* $(,)?) => { $(
        impl From<$name> for Arg {
            fn from(value: $name) -> Self {
                Arg::new(Kind::$kind, value.to_string())
            }
        }
        impl From<&$name> for Arg {
            fn from(value: &$name) -> Self {
                Arg::new(Kind::$kind, value.to_string())
            }
        }
    )* };
}
args! {
    String => Text, Key => Text, Person => Person, BodyId => Body, Day => Date, Moment => Instant,
    Named => Person, DaysLeft => DaysLeft, i32 => Number, i64 => Number, u32 => Number, u64 => Number, usize => Number,
}

impl From<&Due> for Arg {
    fn from(due: &Due) -> Self {
        (&due.moment).into()
    }
}

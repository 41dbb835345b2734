//! Values that cross as text: keys, references, days, moments.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A value with one text form: in addresses, index conditions, columns and counter keys. `""` stands for none.
pub trait Value: Sized {
    /// The text form.
    fn to_text(&self) -> Cow<'_, str>;
    /// Reads the text form.
    fn from_text(text: &str) -> Option<Self>;
    /// Reads the text form from a text that is no longer needed.
    fn from_owned(text: String) -> Option<Self> {
        Self::from_text(&text)
    }
}

macro_rules! texts {
    ($( $(#[$doc:meta])* $name:ident ),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is; the host checks it where it matters.
            pub fn new(text: impl Into<String>) -> Self {
                $name(text.into())
            }
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl From<&$name> for $name {
            fn from(value: &$name) -> Self {
                value.clone()
            }
        }
        impl From<String> for $name {
            fn from(text: String) -> Self {
                $name(text)
            }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $name(text.to_owned())
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }
        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }
        impl Value for $name {
            fn to_text(&self) -> Cow<'_, str> {
                Cow::Borrowed(&self.0)
            }
            fn from_text(text: &str) -> Option<Self> {
                (!text.is_empty()).then(|| $name(text.to_owned()))
            }
            fn from_owned(text: String) -> Option<Self> {
                (!text.is_empty()).then_some($name(text))
            }
        }
    )* };
}

texts! {
    /// The key of a document within its collection.
    Key,
    /// A person reference: stable within this module, meaningless outside it. The host writes the name.
    Person,
    /// The id of an executive body in the holder's register. The host writes the name.
    BodyId,
    /// A file beside documents, by its id. It comes with an act's input; the host keeps it as long as a document of the
    /// module holds it, and writes its name, kind and size.
    File,
    /// A day, `YYYY-MM-DD`, in Kyiv.
    Day,
    /// A moment, RFC 3339 in UTC.
    Moment,
}

impl Day {
    /// The year, such as `2026`.
    pub fn year(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }
}

impl Value for String {
    fn to_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
    fn from_owned(text: String) -> Option<Self> {
        Some(text)
    }
}

impl Value for bool {
    fn to_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(if *self { "true" } else { "false" })
    }
    fn from_text(text: &str) -> Option<Self> {
        match text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }
}

macro_rules! numbers {
    ($($name:ty),*) => { $(
        impl Value for $name {
            fn to_text(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }
            fn from_text(text: &str) -> Option<Self> {
                text.parse().ok()
            }
        }
    )* };
}
numbers!(i32, i64, u32, u64, usize, f64);

impl<T: Value> Value for Option<T> {
    fn to_text(&self) -> Cow<'_, str> {
        self.as_ref().map_or(Cow::Borrowed(""), T::to_text)
    }
    fn from_text(text: &str) -> Option<Self> {
        if text.is_empty() { Some(None) } else { T::from_text(text).map(Some) }
    }
    fn from_owned(text: String) -> Option<Self> {
        if text.is_empty() { Some(None) } else { T::from_owned(text).map(Some) }
    }
}

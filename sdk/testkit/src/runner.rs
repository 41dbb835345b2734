//! What the test kit and the runner, in which a built component runs, say to each other: JSON, a line each.
//!
//! The test kit sends a [`Call`]. Until the call has ended the runner asks what the module asks of its host, and the
//! test kit answers each [`Said::Ask`] with one line; [`Said::End`] has the result.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use vzaemo_contract::call::{
    Address, Body, CaseTerm, Conflict, Denied, Document, FileInfo, Hit, Host, Level, Message, Principal,
    Query, Request, Rows, Unit,
};

/// A call of the component.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Call {
    /// A read. It ends with `Result<(String, Vec<u32>), Failure>`: the text and the marks of the page.
    View(String, Request),
    /// A change. It ends with `Result<Outcome, Failure>`.
    Act(String, Request),
    /// Timed work, with its arguments as JSON. It ends with `Result<(), Failure>`.
    Job(String, String),
    /// A document of an older version of a collection. It ends with `Result<String, Failure>`.
    Migrate(String, u32, String),
    /// What is wrong with the configuration. It ends with `Result<Vec<String>, Failure>`.
    Check,
}

/// What the runner says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Said {
    /// The module asks this of its host: the name of the import and its arguments, an array.
    Ask(String, Value),
    /// The call has ended with this.
    End(Value),
}

/// What stands in a message for an argument that is lent.
trait Lent<'a> {
    type Owned: DeserializeOwned;
    fn lend(owned: &'a Self::Owned) -> Self;
}

macro_rules! lent {
    ($($of:ty, $owned:ty, $given:ident => $lend:expr;)*) => { $(
        impl<'a> Lent<'a> for $of {
            type Owned = $owned;
            fn lend($given: &'a $owned) -> Self {
                $lend
            }
        }
    )* };
}
lent! {
    &'a str, String, text => text;
    Option<&'a str>, Option<String>, text => text.as_deref();
    &'a [String], Vec<String>, texts => texts;
    &'a Query, Query, query => query;
    &'a Message, Message, message => message;
    &'a Address, Address, address => address;
    Option<&'a CaseTerm>, Option<CaseTerm>, term => term.as_ref();
    u64, u64, number => *number;
    u32, u32, number => *number;
    Unit, Unit, unit => *unit;
    Level, Level, level => *level;
}

macro_rules! answer {
    ($($name:ident($($arg:ident: $of:ty),*) -> $out:ty;)*) => {
        /// Has the host answer what the module asks.
        pub(crate) fn answer(host: &mut dyn Host, import: &str, args: Value) -> Result<Value, serde_json::Error> {
            match import {
                $(stringify!($name) => {
                    #[allow(clippy::let_unit_value)] // those without arguments
                    let ($($arg,)*): ($(<$of as Lent<'_>>::Owned,)*) = serde_json::from_value(args)?;
                    let answer: $out = host.$name($(Lent::lend(&$arg)),*);
                    serde_json::to_value(answer)
                })*
                "settings" => serde_json::to_value(host.settings()),
                "log" => {
                    let (level, text): (Level, String) = serde_json::from_value(args)?;
                    host.log(level, &text);
                    Ok(Value::Null)
                }
                other => panic!("the runner asks `{other}`, which this test kit does not know: build both anew"),
            }
        }
    };
}
vzaemo_contract::imports!(answer);

//! What can go wrong at the register, on request.

/// What the double does otherwise than it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Misbehaviour {
    /// Nothing.
    #[default]
    None,
    /// An answer that never comes.
    NoAnswer,
    /// This status in place of an answer, with the errors of the API.
    Status(u16),
    /// JSON that breaks off.
    BrokenJson,
    /// A page of HTML, with status 200.
    Html,
    /// The state as a text in place of a number.
    StateAsText,
    /// An object in place of a list.
    ObjectForList,
    /// An entity with another code than was asked for.
    OtherCode,
    /// The record of another entity under the number that the list gave.
    OtherRecord,
    /// A list with two registered entities of the same code.
    TwoRegistered,
    /// A list with a terminated entity before the registered one of the same code.
    TerminatedBefore,
    /// An answer of many megabytes.
    Huge,
    /// A redirect to somewhere else.
    Redirects,
    /// A name with control characters.
    ControlCharacters,
    /// A list without the field of the name.
    NoName,
    /// A record whose heads are null.
    NullHeads,
}

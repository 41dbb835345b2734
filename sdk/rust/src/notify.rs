//! Telling persons.

use crate::host::*;
use crate::{Address, Key, Msg, Person, Result};

/// A notice in the person's cabinet, and by the ways they chose.
pub fn person(person: &Person, text: Msg, at: Address) -> Result<()> {
    Ok(host(|host| host.notify_person(person.as_str(), &text.into(), &at.into()))?)
}

/// The same for all who take part in the case of a document; the host sends it in portions.
pub fn participants(key: &Key, text: Msg) -> Result<()> {
    Ok(host(|host| host.notify_participants(key.as_str(), &text.into()))?)
}

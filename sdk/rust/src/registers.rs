//! Reference data that the holder keeps.

use crate::host::*;
use crate::{Body, BodyId, Result};

/// The executive body with this id.
pub fn body(id: &BodyId) -> Result<Option<Body>> {
    Ok(host(|host| host.body(id.as_str()))?)
}

/// Bodies valid today, in the register's order.
pub fn bodies() -> Result<Vec<Body>> {
    Ok(host(|host| host.bodies())?)
}

//! Pages of the holder and the technical administrator.

pub mod access;
pub mod security;

//! The program's parts: its command line, what each command does, and the wiring of the rooms.
//!
//! A library so that the benchmarks can put the very same platform together; nothing else uses it.

mod alert_mail;
pub mod appoint;
pub mod audit;
pub mod backup;
pub mod check;
pub mod command;
pub mod copy;
pub mod explain;
pub mod plan;
mod protection;
mod qualified;
mod secret;
pub mod serve;
pub mod wiring;

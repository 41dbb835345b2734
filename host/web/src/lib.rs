//! The room that serves HTTP.
//!
//! Its presentation half: [`render`] turns a module's page into HTML, [`forms`] draws and reads forms made of
//! JSON Schemas, [`chrome`] is everything around a page, [`texts`] speaks Ukrainian and English, [`assets`]
//! carries style sheet, script and fonts.

pub mod assets;
pub mod chrome;
pub mod forms;
pub mod pdf;
pub mod render;
pub mod server;
pub mod texts;

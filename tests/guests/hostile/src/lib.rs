//! Does all that a module should not, and behaves well on its first page.
//!
//! The runtime's own tests do the same call by call as WebAssembly text; this module is for tests of the whole
//! platform: what a citizen and an operator see of it, and that nobody else notices. It does without most of the SDK,
//! whose types would keep it from handing over what the contract does not foresee.
//!
//! Natively there is nothing to test.
#![cfg(target_arch = "wasm32")]

mod blocks;
mod harm;
mod writes;

use vzaemo_contract::call::{Address, Failure, Message, Outcome, Request};
use vzaemo_marks::{Kind, Page, Writer};
use vzaemo_sdk::Guest;

/// This module.
pub struct Villain;

/// A page with a title of its own and this paragraph.
fn page_with(text: &str) -> Page {
    let mut writer = Writer::new();
    writer.open(Kind::Page, "");
    writer.group(Kind::Title, "", |w| w.group(Kind::Message, "title", |_| ()));
    writer.group(Kind::Paragraph, "", |w| w.leaf(Kind::Text, text));
    writer.finish()
}

fn what(request: &Request) -> &str {
    request.param("what").unwrap_or_default()
}

impl Guest for Villain {
    fn view(&self, name: &str, request: &Request) -> Result<Page, Failure> {
        match name {
            "good" => Ok(page_with("I can behave.")),
            "home" => panic!("the first page is called"),
            "found" | "desk" => Ok(page_with(&"x".repeat(3_000_000))),
            "loot" => writes::shown(),
            "block" => blocks::page(request.param("kind").unwrap_or_default()),
            "official" => panic!("an official's view is called"),
            "harm" => match what(request) {
                "page" => Ok(page_with(&"x".repeat(3_000_000))),
                "marks" => Ok(blocks::of_marks(300_000)),
                "result" => Ok(page_with(&"x".repeat(6_000_000))),
                "grammar" => Ok(Page { text: "loose".to_owned(), marks: vec![0x0100_0005] }),
                "lengths" => Ok(Page { text: "short".to_owned(), marks: vec![0x01ff_ffff] }),
                "write" => writes::must_be_denied().map(|()| page_with("denied")),
                "peek" => writes::peek().map(|()| page_with("nothing")),
                "refusal" => Err(harm::refusal()),
                other => harm::harm(other).map(|()| page_with("unharmed")),
            },
            other => Err(Failure::Broken(["no view ", other].concat())),
        }
    }

    fn act(&self, name: &str, request: &Request) -> Result<Outcome, Failure> {
        let told = |text: String| Message::new("markup").with("value", text);
        match (name, what(request)) {
            ("official", _) => panic!("an official's act is called"),
            ("say", _) => Ok(Outcome { message: Some(told(request.input.clone())), to: None }),
            // What leads nowhere, and what is told in no message.
            (_, "nowhere") => Ok(Outcome {
                message: Some(Message::new("no-such-message").with("<script>", "<script>alert(1)</script>")),
                to: Some(Address { view: "https://evil.example/".to_owned(), params: Vec::new() }),
            }),
            (_, "elsewhere") => Ok(Outcome {
                message: Some(told("<script>alert(1)</script>\u{202e}".to_owned())),
                to: Some(Address {
                    view: "harm".to_owned(),
                    params: vec![("what".to_owned(), "//evil.example/\r\nset-cookie: x=1".to_owned())],
                }),
            }),
            (_, "unnamed") => Ok(Outcome {
                message: None,
                to: Some(Address {
                    view: "harm".to_owned(),
                    params: vec![("who".to_owned(), "x".to_owned())],
                }),
            }),
            (_, "chatter") => Ok(Outcome { message: Some(told("x".repeat(200_000))), to: None }),
            (_, "result") => Ok(Outcome { message: Some(told("x".repeat(6_000_000))), to: None }),
            (_, "refusal") => Err(harm::refusal()),
            (_, "peek") => writes::peek().map(|()| Outcome::default()),
            (_, "half") => {
                writes::everything()?;
                panic!("half of it is written")
            }
            (_, "whole") => writes::everything().map(|()| Outcome::default()),
            (_, "case") => writes::hostile_case().map(|()| Outcome::default()),
            (_, "flood") => writes::flood().map(|()| Outcome::default()),
            (_, "again") => writes::schedule_at("again", "1970-01-01T00:00:00Z").map(|()| Outcome::default()),
            (_, "notices") => writes::notices().map(|()| Outcome::default()),
            (_, other) => match other.strip_prefix("job-") {
                Some(job) => writes::schedule(job).map(|()| Outcome::default()),
                None => harm::harm(other).map(|()| Outcome::default()),
            },
        }
    }

    fn job(&self, name: &str, args: &str) -> Result<(), Failure> {
        match (name, args) {
            ("harm", "whole") => writes::take("job"),
            // Always more of it, and always overdue: an hour after the last, from long ago.
            ("harm", "again") => writes::again(),
            ("harm", "half") => {
                writes::take("job")?;
                panic!("half of the job is done")
            }
            ("harm", "result") => Err(Failure::Broken("x".repeat(6_000_000))),
            (_, other) => harm::harm(other),
        }
    }

    fn migrate(&self, _collection: &str, _version: u32, _document: &str) -> Result<String, Failure> {
        harm::harm("endless").map(|()| String::new())
    }

    fn check(&self) -> Vec<String> {
        Vec::new()
    }
}

const _: () = {
    use vzaemo_sdk::bindings::{Exports, exported, vzaemo::types::types};
    impl exported::Guest for Villain {
        fn view(name: String, request: types::Request) -> Result<types::Page, types::Failure> {
            Exports::view(&Villain, &name, request)
        }
        fn act(name: String, request: types::Request) -> Result<types::Outcome, types::Failure> {
            Exports::act(&Villain, &name, request)
        }
        fn job(name: String, args: String) -> Result<(), types::Failure> {
            Exports::job(&Villain, &name, &args)
        }
        fn migrate(collection: String, version: u32, document: String) -> Result<String, types::Failure> {
            Exports::migrate(&Villain, &collection, version, &document)
        }
        fn check() -> Vec<String> {
            Exports::check(&Villain)
        }
    }
    vzaemo_sdk::bindings::export_guest!(Villain with_types_in vzaemo_sdk::bindings);
};

//! Harm that can be done in any call.

use std::hint::black_box;
use vzaemo_contract::call::{Failure, Host as _, Level, Message, Refusal};
use vzaemo_sdk::bindings::Bindings;

/// What would forge a line of the operator's log, were it written as it is.
const FORGED: &str = "quiet\n2026-01-01T00:00:00.000000Z  INFO vzaemo: everything is well\u{1b}[2K\r\u{202e}";

/// Does it. Answers only where the host has put up with it.
pub fn harm(what: &str) -> Result<(), Failure> {
    match what {
        "panic" => panic!("boom <script>alert(1)</script>"),
        "trap" => core::arch::wasm32::unreachable(),
        "endless" => loop {
            black_box(());
        },
        "recursion" => {
            black_box(deeper(0));
        }
        // Asks for memory and writes next to nothing into it: how soon the limit is reached does not depend on how
        // fast the machine hands out pages.
        "memory" => {
            let mut hoard = Vec::new();
            loop {
                hoard.push(black_box(Vec::<u8>::with_capacity(1 << 20)));
            }
        }
        // The same, and each page of it is written: ends at the limit of memory or, on a slow machine, of time.
        "hoard" => {
            let mut hoard = Vec::new();
            loop {
                hoard.push(black_box(vec![1_u8; 1 << 20]));
            }
        }
        "log" => {
            let line = "again ".repeat(700);
            loop {
                Bindings.log(Level::Warning, &line);
            }
        }
        "forge" => {
            for level in [Level::Debug, Level::Info, Level::Warning, Level::Error] {
                Bindings.log(level, FORGED);
            }
            return Err(Failure::Broken(FORGED.to_owned()));
        }
        "calls" => loop {
            let _today = Bindings.today();
        },
        "broken" => {
            return Err(Failure::Broken("<script>alert(1)</script> secret-of-the-operator".to_owned()));
        }
        other => return Err(Failure::Broken(["no harm ", other].concat())),
    }
    Ok(())
}

#[inline(never)]
#[expect(unconditional_recursion, reason = "that is the point")]
fn deeper(depth: u64) -> u64 {
    black_box([depth; 16]);
    deeper(depth + 1).wrapping_add(black_box(depth))
}

/// A refusal that is told in markup, at a field that no form has.
pub fn refusal() -> Failure {
    let message = Message::new("markup").with("value", "</p><script>alert(1)</script>\u{202e}");
    Failure::Refused(Refusal { message, field: Some("\"><script>".to_owned()) })
}

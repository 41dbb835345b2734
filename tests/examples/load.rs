//! The load that the platform must bear: `cargo run -p vzaemo-tests --example load -- [persons] [at once] [upgrades] [kill]`.
//!
//! It runs the program that `VZAEMO_BIN` names, so that a release build can be measured.

use vzaemo_tests::load::{Load, run};

#[tokio::main]
async fn main() {
    let usual = Load::default();
    let (words, figures): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument == "kill");
    let mut given = figures.into_iter().map(|text| match text.parse::<u32>() {
        Ok(number) if number > 0 => number,
        _ => {
            eprintln!("{text} is no positive number; usage: load [persons] [at once] [upgrades] [kill]");
            std::process::exit(2);
        }
    });
    let persons = given.next().unwrap_or(usual.persons);
    let at_once = given.next().and_then(|number| usize::try_from(number).ok()).unwrap_or(usual.at_once);
    let upgrades = given.next().unwrap_or(usual.upgrades);
    println!("{}", run(Load { persons, at_once, upgrades, kill: !words.is_empty() }).await);
}

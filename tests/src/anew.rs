//! Pages compared with the same made anew.

use crate::{Answer, Person};
use std::time::Duration;

/// Has a page made anew whatever is remembered; in development mode only.
const ANEW: (&str, &str) = ("x-remembered", "no");
/// Says of an answer whether it came from memory.
pub const ORIGIN: &str = "x-remembered";

/// A header of an answer; empty if it has none.
pub fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().expect("a header is text"))
}

/// Whether a page came from memory.
pub fn is_remembered(answer: &Answer) -> bool {
    header(answer, ORIGIN) == "remembered"
}

/// A page without what differs from one request to the next: one-time ids, and the clock of development mode, which
/// shows the minute.
pub fn content(answer: &Answer) -> String {
    let body = &answer.body;
    let title = body.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
    let main = body.split_once("<header class=\"v-top\">").map_or(body.as_str(), |(_, rest)| rest);
    let mut parts = main.split("name=\"_submission\" value=\"");
    let first = parts.next().unwrap_or_default();
    let mut plain = format!("{} {} {first}", answer.status, title.map_or("", |(title, _)| title));
    for part in parts {
        plain.push_str(part.split_once('"').map_or("", |(_, rest)| rest));
    }
    plain
}

/// Compares what a visitor gets with the same made anew. Work in the background may change a page between the two;
/// a page that stays other than the one made anew is stale. Tells whether it came from memory.
pub async fn compare(who: &Person, path: &str, after: &str) -> bool {
    let mut last = (String::new(), String::new());
    for _ in 0..20 {
        let got = who.get(path).await;
        let anew = who.get_with(path, &[ANEW]).await;
        assert!(!is_remembered(&anew), "{path} was to be made anew");
        last = (content(&got), content(&anew));
        if last.0 == last.1 {
            return is_remembered(&got);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let at = last.0.bytes().zip(last.1.bytes()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| {
        let bytes = &text.as_bytes()[at.saturating_sub(200).min(text.len())..(at + 200).min(text.len())];
        String::from_utf8_lossy(bytes).into_owned()
    };
    panic!("{path} is stale after {after}:\n{}\n—— made anew:\n{}", around(&last.0), around(&last.1));
}

//! What these tests are made of.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use vzaemo_tests::{Html, Language, host_message, module_message};

const PAGE: &str = r#"<!DOCTYPE html><html lang="en"><head><title>A &amp; b</title><script src="/assets/a.js"></script>
    </head><body><p>Tom &lt;b&gt;<b>x</b>y</p><a href="/n?a=1&amp;b=2">to</a>
    <form method="post" action="/notes/7?x=1"><input type="hidden" name="_s" value="7">
    <textarea name="t">
&lt;script&gt;
</textarea><input type="checkbox" name="c" value="true"><select name="s"><option value="">…<option value="2" selected>b</select>
    <button name="_go" value="next">Go</button></form><table><thead><tr><th>h</table></body></html>"#;

#[test]
fn a_page_is_read_as_a_browser_reads_it() {
    let page = Html::read(PAGE);
    assert_eq!((page.title().as_str(), page.language()), ("A & b", Some("en")));
    assert!(page.text().contains("Tom <b>xy"), "{}", page.text());
    assert_eq!(page.links(), ["/n?a=1&b=2"]);
    let form = page.form_to("/notes/7").unwrap();
    assert_eq!(form.value("t"), Some("<script>\n"));
    assert_eq!(form.value("s"), Some("2"));
    assert_eq!(form.value("c"), None);
    let sent = form.with("c", "true").press("next");
    assert_eq!((sent.value("c"), sent.value("_go")), (Some("true"), Some("next")));
    assert!(page.dangers().is_empty());
}

#[test]
fn dangers_are_seen() {
    for bad in [
        "<script>alert(1)</script>",
        "<script src=//evil.example/x.js></script>",
        "<img src=x onerror=alert(1)>",
        "<a href=' javascript:alert(1)'>x</a>",
        "<iframe></iframe>",
        "<button formaction=javascript:alert(1)>x</button>",
        "<p style='position:fixed'>x</p>",
    ] {
        assert_eq!(Html::read(bad).dangers().len(), 1, "{bad}");
    }
    for good in ["&lt;script&gt;alert(1)&lt;/script&gt;", "<input value=javascript:alert(1)>"] {
        assert!(Html::read(good).dangers().is_empty(), "{good}");
    }
}

#[test]
fn messages_are_read_from_the_files_that_the_pages_are_made_of() {
    assert_eq!(host_message(Language::En, "home-no-tasks"), "There are no services yet");
    let [uk, en] = Language::BOTH.map(|language| module_message("petitions", language, "act-sign"));
    assert!(!uk.is_empty() && !en.is_empty() && uk != en, "{uk} {en}");
}

#[test]
#[should_panic(expected = "have no plain message")]
fn a_message_that_is_not_there_is_a_failure() {
    host_message(Language::En, "nothing-of-this-name");
}

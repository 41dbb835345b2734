//! Pages that mean harm: whatever stands in them, nothing runs.

use super::*;

/// Every kind of block once; `words` stand wherever a module can put text.
fn everything(words: &str) -> Page {
    let mut w = Writer::new();
    w.open(Kind::Page, "");
    w.group(Kind::Title, "", |w| text(w, words));
    w.group(Kind::Lead, "", |w| text(w, words));
    w.group(Kind::Crumb, "", |w| crumb(w, words));
    for kind in Kind::ALL {
        let blockish = kind.class() & vzaemo_marks::classes::BLOCK != 0;
        if blockish && (*kind as u8) & vzaemo_marks::GROUP != 0 {
            w.group(*kind, if *kind == Kind::Progress { "3/5" } else { words }, |w| {
                within(w, *kind, words, 0)
            });
        } else if blockish {
            w.leaf(*kind, words);
        }
    }
    let page = w.finish();
    check(&page).unwrap();
    page
}

fn crumb(w: &mut Writer, words: &str) {
    w.group(Kind::View, words, |w| attributes(w, Kind::View, words));
    text(w, words);
}

fn attributes(w: &mut Writer, kind: Kind, words: &str) {
    if kind.holds() & vzaemo_marks::classes::ATTR == 0 {
        return;
    }
    for attribute in [Kind::Anchor, Kind::Tone, Kind::Flag, Kind::Fragment, Kind::Before, Kind::After] {
        w.leaf(attribute, words);
    }
    for attribute in [Kind::Param, Kind::Query, Kind::Prefill] {
        w.pair(attribute, words, words);
    }
    w.leaf(Kind::Rule, &format!("2026-09-03;3;months;{words}"));
}

/// Fills a group with every kind it may hold, a few levels deep, whatever the kind.
fn within(w: &mut Writer, kind: Kind, words: &str, depth: usize) {
    use vzaemo_marks::classes::{BLOCK, INLINE};
    attributes(w, kind, words);
    let allowed = kind.holds();
    let order = |kind: &Kind| u8::from(*kind != Kind::Label);
    let mut children: Vec<Kind> =
        Kind::ALL.iter().copied().filter(|child| child.class() & allowed != 0).collect();
    children.sort_by_key(order);
    for child in children {
        if child.class() == vzaemo_marks::classes::ATTR {
            continue;
        }
        let group = (child as u8) & vzaemo_marks::GROUP != 0;
        if !group {
            w.leaf(child, words);
        } else if depth < 3 && (child.class() & BLOCK == 0 || child == Kind::Paragraph) {
            let payload = if child == Kind::Message { "by" } else { words };
            w.group(child, payload, |w| within(w, child, words, depth + 1));
        } else if child.class() & INLINE != 0 && child != Kind::Message && depth < 4 {
            w.group(child, words, |w| w.leaf(Kind::Text, words));
        }
    }
}

#[test]
fn script_in_every_text_is_inert() {
    for evil in [
        "<script>alert(1)</script>",
        "\" onload=\"alert(1)",
        "'><img src=x onerror=alert(1)>",
        "javascript:alert(1)",
    ] {
        let page = everything(evil);
        for language in Language::ALL {
            let rendered = render(&page, &answers(language));
            let mut html = String::new();
            fill_all(&rendered.body, &mut html);
            inert(&html);
            inert(&rendered.title);
        }
    }
}

fn fill_all(fragment: &Fragment, out: &mut String) {
    fragment.splice(out, &mut |slot, out| {
        crate::chrome::fill_button(slot, "/items", "s", out);
        crate::chrome::fill_done(slot, &mut |slot, out| crate::chrome::fill_refused(&slot.label, out), out);
    });
}

/// Walks the HTML as a browser does and looks at tags and attributes only.
fn inert(html: &str) {
    let mut rest = html;
    while let Some((_, tag)) = rest.split_once('<') {
        let mut quoted = false;
        let end = tag
            .char_indices()
            .find(|(_, symbol)| {
                quoted ^= *symbol == '"';
                *symbol == '>' && !quoted
            })
            .map_or(tag.len(), |(at, _)| at);
        let inside = &tag[..end];
        let bare: String = inside.split('"').step_by(2).collect::<Vec<_>>().join("\"");
        assert!(
            !bare.starts_with("script") && !bare.starts_with("img") && !bare.starts_with("iframe"),
            "{inside}"
        );
        assert!(
            !bare.contains("onload") && !bare.contains("onerror") && !bare.contains("style="),
            "{inside}"
        );
        for address in inside.split("href=\"").skip(1) {
            assert!(address.starts_with(['/', '#', '?']) && !address.starts_with("//"), "{inside}");
        }
        rest = &tag[end..];
    }
}

#[test]
fn the_inertness_check_sees_what_it_looks_for() {
    for bad in [
        "<script>",
        "<p onload=\"x\">",
        "<a href=\"javascript:x\">",
        "<a href=\"//evil\">",
        "<p style=\"x\">",
    ] {
        assert!(std::panic::catch_unwind(|| inert(bad)).is_err(), "{bad}");
    }
    inert("<p title=\"a onload=b > c\">onload= &lt;script&gt;</p>");
}

#[test]
fn a_page_that_was_not_checked_is_inert_too_and_does_not_overflow() {
    let mut w = Writer::new();
    w.open(Kind::Page, "");
    for _ in 0..100_000 {
        w.open(Kind::Section, "");
        w.leaf(Kind::Text, "<script>");
    }
    inert(&render(&w.finish(), &answers(Language::Uk)).body.html);
}

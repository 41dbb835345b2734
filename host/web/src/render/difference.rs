//! What changes from one text to another, word by word.

use similar::{Algorithm, ChangeTag, TextDiff};

use super::address::text;
use crate::texts::Speaker;

/// Two texts whose sizes in bytes multiply to more are shown one after the other: comparing them could take
/// long, and so different a text reads better so.
const MOST: usize = 64 * 1024 * 1024;

/// Appends both texts as one, with what goes and what comes marked in words too.
pub(super) fn write(before: &str, after: &str, say: &Speaker<'_>, html: &mut String) {
    html.push_str("<div class=\"v-difference\"><p>");
    if before.len().saturating_mul(after.len()) > MOST {
        run(ChangeTag::Delete, before, say, html);
        run(ChangeTag::Insert, after, say, html);
    } else {
        let diff = TextDiff::configure().algorithm(Algorithm::Myers).diff_unicode_words(before, after);
        let mut pending = (ChangeTag::Equal, String::new());
        let mut changes: Vec<(ChangeTag, &str)> =
            diff.iter_all_changes().map(|change| (change.tag(), change.value())).collect();
        smooth(&mut changes);
        for (tag, words) in changes {
            if tag != pending.0 {
                run(pending.0, &pending.1, say, html);
                pending = (tag, String::new());
            }
            pending.1.push_str(words);
        }
        run(pending.0, &pending.1, say, html);
    }
    html.push_str("</p></div>");
}

/// Between two replaced words the space is equal, but a reader sees one replaced phrase: such spaces join the
/// change, and within a change everything that goes stands before everything that comes.
fn smooth(changes: &mut Vec<(ChangeTag, &str)>) {
    let mut out: Vec<(ChangeTag, &str)> = Vec::with_capacity(changes.len());
    let mut rest = changes.iter().copied().peekable();
    while let Some((tag, words)) = rest.next() {
        if tag == ChangeTag::Equal {
            out.push((tag, words));
            continue;
        }
        let (mut gone, mut come) = (Vec::new(), Vec::new());
        let mut next = Some((tag, words));
        let mut trailing = None;
        while let Some((tag, words)) = next.take() {
            match tag {
                ChangeTag::Delete => gone.push(words),
                ChangeTag::Insert => come.push(words),
                ChangeTag::Equal => {
                    gone.push(words);
                    come.push(words);
                }
            }
            let follows = rest.peek().copied();
            next = match follows {
                Some((ChangeTag::Equal, space)) if space.trim().is_empty() => {
                    rest.next();
                    if rest.peek().is_some_and(|(tag, _)| *tag != ChangeTag::Equal) {
                        Some((ChangeTag::Equal, space))
                    } else {
                        trailing = Some((ChangeTag::Equal, space));
                        None
                    }
                }
                Some((ChangeTag::Delete | ChangeTag::Insert, _)) => rest.next(),
                _ => None,
            };
        }
        out.extend(gone.into_iter().map(|words| (ChangeTag::Delete, words)));
        out.extend(come.into_iter().map(|words| (ChangeTag::Insert, words)));
        out.extend(trailing);
    }
    *changes = out;
}

fn run(tag: ChangeTag, words: &str, say: &Speaker<'_>, html: &mut String) {
    if words.is_empty() {
        return;
    }
    let (open, key, close) = match tag {
        ChangeTag::Equal => return lines(words, html),
        ChangeTag::Delete => ("<del>", "difference-removed", "</del>"),
        ChangeTag::Insert => ("<ins>", "difference-added", "</ins>"),
    };
    html.push_str(open);
    html.push_str("<span class=\"govuk-visually-hidden\">");
    text(&say.say(key), html);
    html.push_str(" </span>");
    lines(words, html);
    html.push_str(close);
}

fn lines(words: &str, html: &mut String) {
    for (at, line) in words.split('\n').enumerate() {
        if at > 0 {
            html.push_str("<br>");
        }
        text(line, html);
    }
}

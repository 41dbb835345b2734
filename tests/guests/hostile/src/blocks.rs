//! Pages in which every text is hostile: each kind of block with all that it may hold, down to running text.

use std::cell::Cell;
use vzaemo_contract::call::Failure;
use vzaemo_marks::{Class, GROUP, Kind, Page, Writer, classes};

/// How deep blocks stand in one another.
const DEPTH: usize = 5;

/// Texts that have become scripts, addresses or disorder elsewhere. `EVIL` below is sought by the tests.
const TEXTS: [&str; 17] = [
    "EVIL<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "data:text/html,<script>alert(1)</script>",
    "</textarea></title></style></script><svg onload=alert(1)>",
    "{{7*7}} ${alert(1)} { $name } &lt;script&gt;",
    "\0\u{1}\u{8}\u{b}\u{1b}[31m\u{7f}\u{85}\u{9b}",
    "\u{202e}gnp.exe\u{202d}\u{2066}\u{2067}\u{202a}\u{202b}",
    "\u{e000}0\u{e001}\u{e000}999\u{e001}\u{e001}\u{e000}",
    "--><!-- ]]> <![CDATA[ <?php \u{2028}\u{2029}\u{feff}",
    "99999999999999999999999999/-1",
    "2026-13-45T99:99:99Z",
    "harm",
];

/// For marks of the form `name=value`.
const PAIRS: [&str; 6] = [
    "what=//evil.example/",
    "what=../../cabinet\r\nset-cookie: x=1",
    "=<script>alert(1)</script>",
    "no equals sign",
    "after=\" onclick=\"alert(1)",
    "text=\"><script>alert(1)</script>",
];

thread_local! {
    static NEXT: Cell<usize> = const { Cell::new(0) };
}

/// The texts one after another, so that a page holds all of them in many places.
fn text(kind: Kind) -> &'static str {
    let next = NEXT.with(|next| next.replace(next.get() + 1));
    match kind {
        Kind::Param | Kind::Query | Kind::Prefill => PAIRS[next % PAIRS.len()],
        _ => TEXTS[next % TEXTS.len()],
    }
}

fn is_group(kind: Kind) -> bool {
    kind as u8 & GROUP != 0
}

/// Writes a mark of this kind with each text that it may carry, and in it each kind that may stand there.
fn write(writer: &mut Writer, kind: Kind, above: &mut Vec<Kind>) {
    if !is_group(kind) {
        for _ in 0..2 {
            writer.leaf(kind, text(kind));
        }
        return;
    }
    // Addresses that exist are as interesting as those that do not.
    let payload = match kind {
        Kind::View if above.len() % 2 == 0 => "harm",
        Kind::ActForm if above.len() % 2 == 0 => "say",
        Kind::Action if above.len() % 2 == 0 => "harm",
        Kind::Form if above.len() % 2 == 0 => "say",
        Kind::Message if above.len() % 2 == 0 => "markup",
        Kind::Arg if above.len() % 2 == 0 => "value",
        _ => text(kind),
    };
    writer.open(kind, payload);
    above.push(kind);
    for child in inside(kind, above) {
        write(writer, child, above);
    }
    above.pop();
    writer.close();
}

/// What is written into a group: all that it may hold but what would repeat itself, and no blocks far down.
fn inside(kind: Kind, above: &[Kind]) -> Vec<Kind> {
    let deep = above.len() >= DEPTH;
    let wanted = |child: &Kind| {
        let class: Class = child.class();
        class & kind.holds() != 0
            && !above.contains(child)
            && !(deep && is_group(*child))
            && !(above.len() > 3 && class & classes::BLOCK != 0 && is_group(*child))
    };
    Kind::ALL.iter().copied().filter(wanted).collect()
}

/// A page about the kind with this name: a block of it, or whatever on a page may hold it.
pub fn page(name: &str) -> Result<Page, Failure> {
    let Some(kind) = Kind::ALL.iter().copied().find(|kind| kind.name() == name) else {
        return Err(Failure::NotFound);
    };
    let mut writer = Writer::new();
    writer.open(Kind::Page, "");
    let mut above = vec![Kind::Page];
    write(&mut writer, Kind::Title, &mut above);
    if kind.class() & Kind::Page.holds() != 0 {
        write(&mut writer, kind, &mut above);
    } else if kind.class() & classes::INLINE != 0 {
        writer.open(Kind::Paragraph, "");
        above.push(Kind::Paragraph);
        write(&mut writer, kind, &mut above);
        writer.close();
    }
    Ok(writer.finish())
}

/// A page of so many marks and hardly any text.
pub fn of_marks(marks: usize) -> Page {
    let mut writer = Writer::new();
    writer.open(Kind::Page, "");
    writer.group(Kind::Title, "", |w| w.leaf(Kind::Text, "t"));
    for _ in 0..marks / 2 {
        writer.group(Kind::Paragraph, "", |_| ());
    }
    writer.finish()
}

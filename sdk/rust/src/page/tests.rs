//! Every kind of the grammar can be written, and what is written passes the host's check.

use super::*;
use crate::{
    ActRef, Address, BodyId, Day, Due, File, Key, Moment, Msg, Person, days_left, emphasis, link, strong,
};
use std::collections::BTreeSet;
use vzaemo_marks::{Event, Reader, check, dump};

fn view() -> Address {
    Address::new("note", vec![("note", "7".to_owned())]).query("tab", "all").at("p-1")
}

fn act() -> ActRef {
    ActRef::new("hide", vec![("note", "7".to_owned())])
}

/// The state of a workflow, as `module!` generates it.
struct Shown;

impl Inline for Shown {
    fn write(&self, writer: &mut Writer) {
        writer.leaf(Kind::State, "shown");
    }
}

fn due() -> Due {
    Due {
        moment: Moment::new("2026-09-17T21:00:00Z"),
        rule: "2026-09-03;10;working-days;393/96-ВР".to_owned(),
    }
}

fn full() -> vzaemo_marks::Page {
    let (day, moment) = (Day::new("2026-09-03"), Moment::new("2026-09-03T07:00:00Z"));
    let message =
        || Msg::key("greeting").with("who", Person::new("p")).with("count", 3u64).with("until", &due());
    let mut page = Page::titled("Title");
    page.lead((
        message(),
        " ",
        &day,
        &moment,
        (&Person::new("p"), Person::new("p").at(&moment)),
        &BodyId::new("b"),
        (&Key::new("k"), 5),
        days_left(due()),
    ))
    .crumb(view(), "Home")
    .tag(Tone::Good, Shown)
    .aside(|b| {
        b.progress(3, 10, "3 of 10")
            .action_with(act(), "Hide", |a| a.primary().tone(Tone::Bad).taken(|t| t.paragraph("Hidden")))
    })
    .section("Heading", |b| {
        b.paragraph((strong("so"), emphasis("or so"), link(view(), "there"), Some("x"), vec![1, 2]))
    })
    .section_at("more", "More", |b| b.prose("One.\n\nTwo."))
    .list(|l| l.item("a").item_of(|b| b.paragraph("b")))
    .ordered_list(|l| l.each(0..2, |l, n| l.item(n)))
    .notice(Tone::Caution, "Mind", |b| b.paragraph("this"))
    .summary(|s| s.row("What", "value").row_of("More", |b| b.paragraph("x")))
    .table("Caption", |t| {
        t.columns(("A",))
            .numeric_column("B")
            .row(("a", 1))
            .rows([1, 2], |n| ("row", n))
            .row_of(|r| r.anchor("row-3").cell("c").number(3))
    })
    .table("Other", |t| t.row_of(|r| r.cell_of(|b| b.paragraph("x"))))
    .cards(|c| c.card(view(), "Card", |k| k.tag(Tone::Brand, "new").paragraph("x")))
    .statistics(|s| s.statistic(5, "notes"))
    .form(act(), |f| f.label("Hide").prefill("reason", "offence"))
    .actions(|a| a.action(act(), "Hide").go(act(), "Form").go_primary(view(), "See"))
    .action(act(), "Hide")
    .go(view(), "See")
    .go_primary(act(), "Write")
    .clock("Clock", |c| {
        c.done("a", &day).now("b", due()).next("c", Msg::key("later")).missed("d", &moment).next("e", ())
    })
    .timeline(|t| t.happening(&moment, "It").happening_of(&moment, "It", |b| b.paragraph("more")))
    .filters("Show", |f| f.option(view(), "all", true).option(view(), "some", false))
    .search_field("q")
    .next_page(Some("cursor"))
    .next_page(None)
    .document("Text", |d| {
        d.clause("p-1", |c| c.label("1").text("Text").prose("more").discussion(view()).tone(Tone::Brand))
    })
    .difference("before", "after")
    .comments("Remarks", |c| {
        c.comment(&moment, Person::new("p"), |c| c.anchor("c-1").tag(Tone::Good, "yes").text("x"))
    })
    .files("Files", |f| f.file(&File::new("f")).file_as(&File::new("g"), "Draft"))
    .empty("Nothing", |b| b.go(view(), "there"))
    .details("More", |b| b.paragraph("x"))
    .when(false, |p| p.paragraph("never"))
    .with(Some(1), |p, n| p.paragraph(n))
    .each(["a", "b"], |p, text| p.paragraph(text));
    page.into_marks()
}

#[test]
fn all_that_can_be_written_passes_the_check() {
    let page = full();
    assert_eq!(check(&page), Ok(()), "{}", dump(&page));
}

#[test]
fn every_kind_of_the_grammar_can_be_written() {
    let page = full();
    let written: BTreeSet<Kind> = Reader::new(&page)
        .map(|event| event.expect("a sound page"))
        .filter_map(|event| match event {
            Event::Open(kind, _) | Event::Leaf(kind, _) => Some(kind),
            Event::Close => None,
        })
        .collect();
    let missing: Vec<&str> =
        Kind::ALL.iter().filter(|kind| !written.contains(kind)).map(|kind| kind.name()).collect();
    assert!(missing.is_empty(), "nothing in the SDK writes {missing:?}");
}

#[test]
fn a_page_is_written_in_the_order_of_its_blocks() {
    let mut page = Page::titled("T");
    page.section("S", |b| b.paragraph(("a", 1)));
    let expected = "page\n  title\n    text \"T\"\n  section\n    label\n      text \"S\"\n    paragraph\n      text \"a\"\n      number \"1\"\n";
    assert_eq!(dump(&page.into_marks()), expected);
}

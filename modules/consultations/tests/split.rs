//! How drafts are divided. The fixture is a real draft regulation, its words as received.

use consultations::split::{Paragraph, join, split};

const REGULATION: &str = include_str!("fixtures/regulation.txt");

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

fn joined(paragraphs: &[Paragraph]) -> String {
    join(paragraphs.iter().map(|p| (p.mark.as_deref(), p.text.as_str())))
}

fn anchors(draft: &str) -> Vec<String> {
    split(draft).into_iter().map(|paragraph| paragraph.anchor).collect()
}

#[test]
fn a_regulation_is_addressable_point_by_point() {
    let all = split(REGULATION);
    let points = all.iter().filter(|p| p.level == 1 && p.place == 1).count();
    let under = |prefix: &str| {
        let below =
            |p: &&Paragraph| p.anchor.strip_prefix(prefix).is_some_and(|rest| rest.parse::<u32>().is_ok());
        all.iter().filter(below).count()
    };
    assert_eq!(points, 23);
    assert_eq!((under("p-9-"), under("p-10-"), under("p-16-"), under("p-19-")), (14, 17, 7, 5));
    assert_eq!(under("p-16-2-a"), 15, "the modules");
    let headings: Vec<&str> = all.iter().filter(|p| p.heading).map(|p| p.text.as_str()).collect();
    assert_eq!(headings.len(), 7, "{headings:?}");
    let title = "ПОЛОЖЕННЯ про онлайн-платформу взаємодії органів виконавчої влади \
                 з громадянами та інститутами громадянського суспільства";
    assert_eq!(headings.first().copied(), Some(title));
    assert!(headings.contains(&"Функціональні можливості Платформи ВзаємоДія"));

    let find = |anchor: &str| all.iter().find(|p| p.anchor == anchor).unwrap();
    let search = find("p-10-10");
    assert_eq!((search.number.as_deref(), search.mark.as_deref()), (Some("10.10"), Some("10)")));
    assert_eq!(
        search.text,
        "можливість морфологічного пошуку, пошуку за частиною слова та без врахування регістру введення;"
    );
    let petitions = find("p-16-2-a4");
    assert_eq!((petitions.text.as_str(), petitions.place), ("“Електронні петиції” (“Е-петиції”);", 4));
    // Its line is broken in the source.
    assert_eq!(find("p-19-4").text, "відомості інформаційної бази заінтересованих сторін;");
}

#[test]
fn no_word_is_lost_or_changed() {
    let all = split(REGULATION);
    assert_eq!(words(&joined(&all)), words(REGULATION));
    let mut anchors: Vec<&str> = all.iter().map(|p| p.anchor.as_str()).collect();
    anchors.sort_unstable();
    anchors.dedup();
    assert_eq!(anchors.len(), all.len(), "each address is there once");
}

#[test]
fn a_joined_draft_splits_into_the_same_paragraphs() {
    let all = split(REGULATION);
    assert_eq!(split(&joined(&all)), all);
}

#[test]
fn letters_and_numbers_of_several_parts_stand_under_one_another() {
    let draft = "1. Загальне:\n1) перше:\nа) одне;\nб) друге.\n2) останнє.\n\
                 Підсумок пункту.\n1.1. Далі.\n2. Кінець.";
    let expected = ["p-1", "p-1-1", "p-1-1-l1", "p-1-1-l2", "p-1-2", "p-1-a2", "p-1-1-n2", "p-2"];
    assert_eq!(anchors(draft), expected);
    assert_eq!(split(draft)[3].number.as_deref(), Some("1.1.б"));
}

#[test]
fn points_that_are_counted_anew_keep_addresses_of_their_own() {
    assert_eq!(anchors("Розділ I\n1. Одне.\nРозділ II\n1. Друге."), ["s-1", "p-1", "s-2", "p-1-n2"]);
}

#[test]
fn a_year_or_a_quantity_is_no_number_of_a_point() {
    assert_eq!(anchors("1. Одне.\n2021 рік.\n10 травня.\n2021. Так."), ["p-1", "p-1-a2", "p-1-a3", "p-1-a4"]);
}

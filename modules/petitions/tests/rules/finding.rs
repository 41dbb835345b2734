//! Lists, search and similar petitions.

use super::*;

#[test]
fn similar_petitions_are_found_while_one_is_written() {
    let mut host = host();
    let alike = Given::default().query("title", "Безбар’єрні входи у відділення пошти");
    assert!(host.view("similar", alike.clone()).has_message("similar-none"));
    let number = submitted(&mut host);
    assert!(host.view("similar", alike.clone()).has_message("similar-none"), "not before publication");
    host.sign_in(OFFICIAL).act("publish", &number).done();
    let page = host.view("similar", alike.clone());
    assert!(page.says("Зробити безбар’єрними входи") && page.leads_to("petition"));
    let other = Given::default().query("title", "Тарифи на електроенергію");
    assert!(host.view("similar", other).has_message("similar-none"));

    host.travel_to("2026-12-08T00:00");
    assert!(
        host.view("similar", alike).has_message("similar-none"),
        "what cannot be signed is no shorter way"
    );
}

#[test]
fn words_find_petitions_that_are_public() {
    let mut host = host();
    let words = Given::default().query("q", "пошти");
    let number = submitted(&mut host);
    assert!(host.view("list", words.clone()).has_message("found-none"));
    host.sign_in(OFFICIAL).act("refuse", (&number, refusal())).done();
    for view in ["list", "found"] {
        assert!(host.view(view, words.clone()).says("Зробити безбар’єрними входи"), "{view}");
    }
}

#[test]
fn the_list_goes_by_stage_and_the_front_page_shows_the_latest() {
    let mut host = host();
    assert!(host.view("home", ()).has_message("list-empty"));
    announced(&mut host);
    assert!(host.view("list", ()).has_message("list-empty"));
    let review = Given::default().query("stage", "review");
    assert!(host.view("list", review).says("There are enough signatures."));
    assert!(host.view("list", Given::default().query("stage", "hidden")).has_message("list-empty"));

    for minute in 0..14 {
        let number = submitted(&mut host);
        host.travel_to(&format!("2026-09-16T12:{minute:02}"));
        host.sign_in(OFFICIAL).act("publish", &number).done();
    }
    let list = host.view("list", ());
    let titles = |page: &PageView| page.text_uk().matches("Зробити безбар’єрними").count();
    assert_eq!(titles(&list), 12);
    let next = list.next().expect("a second page").to_owned();
    assert_eq!(titles(&host.view("list", Given::default().query("after", &next))), 2);
    assert_eq!(titles(&host.view("home", ())), 3);
}

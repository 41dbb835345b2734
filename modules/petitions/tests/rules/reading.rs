//! What everybody reads: in both languages, and never the author's address.

use super::*;

/// Every page for everybody on which this petition may stand.
fn public_pages(host: &mut TestHost, number: &str) -> Vec<PageView> {
    let mut pages = vec![host.view("list", ()), host.view("home", ())];
    for stage in ["collecting", "review", "answered", "short", "refused"] {
        pages.push(host.view("list", Given::default().query("stage", stage)));
    }
    for words in ["пошти", EMAIL] {
        pages.push(host.view("found", Given::default().query("q", words)));
        pages.push(host.view("similar", Given::default().query("title", words)));
    }
    for view in ["petition", "signatories"] {
        pages.extend(host.try_view(view, number).ok());
    }
    pages
}

#[test]
fn the_address_for_the_answer_stands_on_no_page_for_everybody() {
    let silent = |host: &mut TestHost, number: &str| {
        for page in public_pages(host, number) {
            assert!(!page.dump().contains(EMAIL) && page.is_silent_about(EMAIL));
        }
    };
    for upto in [submitted, published, reached, announced] {
        let mut host = host();
        let number = upto(&mut host);
        silent(&mut host, &number);
    }
    let mut host = host();
    let number = announced(&mut host);
    host.sign_in(OFFICIAL).act("answer", (&number, answer())).done();
    silent(&mut host, &number);
    assert!(host.sign_in(OFFICIAL).view("checking", &number).says(EMAIL), "who answers needs it");
    for who in [TARAS, OKSANA] {
        assert!(host.sign_in(who.clone()).try_view("checking", &number).is_err());
        assert!(!host.cabinet(who).case(&number).says(EMAIL));
    }
    let number = submitted(&mut host);
    host.sign_in(OFFICIAL).act("refuse", (&number, refusal())).done();
    silent(&mut host, &number);
}

#[test]
fn pages_read_in_both_languages() {
    let mut host = host();
    let number = announced(&mut host);
    let pages = [
        (host.view("list", ()), "за 3 місяці", "within 3 months"),
        (host.view("home", ()), "Збирають підписи зараз", "Collecting signatures now"),
        (host.view("found", Given::default().query("q", "немає")), "Нічого не знайдено", "Nothing found"),
        (host.view("similar", ()), "Схожі петиції", "Similar petitions"),
        (host.view("petition", &number), "На розгляді", "Under review"),
        (host.view("signatories", &number), "Дійсних підписів: 3", "Valid signatures: 3"),
        (host.sign_in(OFFICIAL).view("desk", ()), "робочий стіл", "desk"),
        (host.sign_in(MARIA).view("checking", &number), "лише автор", "Only the author"),
    ];
    for (page, uk, en) in pages {
        assert!(page.text_uk().contains(uk), "{uk}\n{}", page.text_uk());
        assert!(page.text_en().contains(en), "{en}\n{}", page.text_en());
    }
}

#[test]
fn notices_and_cases_read_in_both_languages() {
    let mut host = host();
    let number = announced(&mut host);
    let told = host.notices(TARAS);
    let last = told.last().unwrap();
    assert!(
        last.says("Оголошено розгляд петиції № 2026-1.") && last.says("The review of petition No 2026-1")
    );
    let cabinet = host.cabinet(TARAS);
    let case = cabinet.case(&number);
    for said in [
        "Оголошено розгляд",
        "The review was announced",
        "Ви підписали цю петицію",
        "You signed this petition",
    ] {
        assert!(case.says(said));
    }
    assert_eq!(case.title, "Зробити безбар’єрними входи до всіх відділень пошти");
}

#[test]
fn the_clock_names_each_step_and_the_source_of_the_threshold() {
    let mut host = host();
    let number = published(&mut host);
    let page = host.view("petition", &number);
    for step in [
        "step-submitted",
        "step-published",
        "step-collection",
        "to-come-announce",
        "to-come-answer",
        "rules-note",
    ] {
        assert!(page.has_message(step));
    }
    assert!(page.says("упродовж 3 робочих днів") && page.says("within 10 working days"));
    assert!(page.says("КМУ 457/2016"));
}

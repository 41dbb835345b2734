use jiff::tz::TimeZone;
use vzaemo_marks::Tone;

use super::*;
use crate::assets;
use crate::texts::{Language, Speaker};

const EVIL: &str = "\"><script>alert(1)</script><b onload=\"x";

fn frame<'a>(navigation: &'a [Nav], banners: &'a [Banner]) -> Frame<'a> {
    Frame {
        language: Language::Uk,
        preferences: Preferences::from_cookie("large.high.dark.wide"),
        path: EVIL,
        visitor: Some(Visitor { name: EVIL, unread: 2 }),
        navigation,
        development: Some(Development {
            now: "2026-11-21T12:00:00Z".parse().unwrap(),
            zone: TimeZone::get("Europe/Kyiv").unwrap(),
        }),
        banners,
        dense: true,
        noindex: true,
    }
}

fn inert(html: &str) {
    assert!(!html.contains("<script>") && !html.contains("<b onload"), "{html}");
    assert!(!html.contains(" style=") && !html.contains(" onclick="), "nothing inline");
}

#[test]
fn the_skeleton_keeps_the_policy_and_whatever_it_is_given_inert() {
    let navigation = [Nav { label: EVIL.into(), href: EVIL.into(), current: true }];
    let banners = [Banner { tone: Tone::Caution, text: EVIL.into() }];
    let page = document(&frame(&navigation, &banners), "Назва", |out| out.push_str("<p>вміст</p>"));
    inert(&page);
    assert!(page.starts_with(
        "<!DOCTYPE html><html lang=\"uk\" data-text=\"large\" data-contrast=\"high\" data-theme=\"dark\" data-spacing=\"wide\">"
    ));
    assert!(page.contains("<title>Назва · Взаємодія</title>"));
    assert!(page.contains("<meta name=\"robots\" content=\"noindex\">"));
    assert!(page.contains("<body class=\"v-dense\">"));
    assert!(page.contains("<main id=\"main_\" class=\"v-wrap\" tabindex=\"-1\"><p>вміст</p></main>"));
    assert!(page.contains("21\u{a0}листопада\u{a0}2026,\u{a0}14:00"), "the legal clock is told in full");
    assert!(page.contains(assets::url("app.css")) && page.ends_with("</body></html>"));
    for tag in ["<script", "<link"] {
        for rest in page.split(tag).skip(1) {
            assert!(rest.split('>').next().unwrap().contains(assets::BASE), "{tag} loads our own only");
        }
    }
}

#[test]
fn signed_out_offers_sign_in_and_comes_back() {
    let mut frame = frame(&[], &[]);
    frame.visitor = None;
    frame.path = "/items/187?page=2";
    let page = document(&frame, "", |_| {});
    assert!(page.contains("href=\"/sign-in?to=%2Fitems%2F187%3Fpage%3D2\""));
    assert!(page.contains("href=\"/language/en?to=%2Fitems%2F187%3Fpage%3D2\""));
    assert!(!page.contains(SIGN_OUT) && page.contains("<title>Взаємодія</title>"));
}

#[test]
fn preferences_survive_cookie_and_form() {
    for cookie in ["usual.usual.auto.usual", "largest.high.light.wide"] {
        assert_eq!(Preferences::from_cookie(cookie).to_cookie(), cookie);
    }
    assert_eq!(Preferences::from_cookie("x\"><script>"), Preferences::default());
    let form = [("text", "large"), ("theme", "dark"), ("evil", "1"), ("spacing", "???")];
    assert_eq!(Preferences::from_form(form.into_iter()).to_cookie(), "large.usual.dark.usual");
}

#[test]
fn every_problem_says_what_to_do_next_in_both_languages() {
    let kept = Kept { action: "/items".into(), fields: vec![("title".into(), EVIL.into())] };
    let problems = [
        Problem::NotFound,
        Problem::Refused { why: EVIL.into() },
        Problem::Failed { reference: EVIL.into() },
        Problem::SetAside { service: EVIL.into() },
        Problem::Disabled { service: EVIL.into() },
        Problem::Paused,
        Problem::Busy { kept: Some(kept) },
        Problem::Busy { kept: None },
        Problem::TooLarge { limit: 10 },
        Problem::BadInput,
        Problem::Foreign,
        Problem::Expired,
    ];
    for language in Language::ALL {
        let say = Speaker::host(language);
        for one in &problems {
            let page = problem(&say, one, "/items").0;
            inert(&page);
            assert!(!page.contains("problem-"), "no key is left in the page: {page}");
            assert!((400..600).contains(&one.status()));
            assert!(page.contains("<h1>") && page.contains(&*one.title(&say)));
        }
        let busy = problem(&say, &problems[6], "/").0;
        assert!(
            busy.contains("name=\"title\" value=\"&quot;&gt;&lt;script&gt;"),
            "what was typed goes along"
        );
    }
}

#[test]
fn the_cabinet_shows_state_next_date_and_empty_states() {
    let say = Speaker::host(Language::Uk);
    let now = "2026-11-21T12:00:00Z".parse().unwrap();
    let zone = TimeZone::get("Europe/Kyiv").unwrap();
    let case_line = Case {
        title: EVIL.into(),
        href: "/cabinet/cases/1".into(),
        service: EVIL.into(),
        status: "Відкрито".into(),
        tone: Tone::Brand,
        next: Some(Next { label: "Відповідь".into(), by: "2026-12-03".parse().unwrap() }),
        changed: now,
    };
    let list = cases(&say, std::slice::from_ref(&case_line), now, &zone).0;
    inert(&list);
    assert!(list.contains("Ще 12 днів") && list.contains("3\u{a0}грудня\u{a0}2026"));
    let mut late = case_line.clone();
    late.next = Some(Next { label: "Відповідь".into(), by: "2026-11-20".parse().unwrap() });
    assert!(cases(&say, &[late], now, &zone).0.contains("<span class=\"v-small v-bad\">Строк минув</span>"));
    let events = vec![CaseEvent { at: now, html: "Подано".into() }];
    let page = case(&say, &CasePage { case: case_line, page: None, events }, now, &zone).0;
    inert(&page);
    assert!(page.contains("Послуга зараз вимкнена") && page.contains("Подано"));
    assert!(cases(&say, &[], now, &zone).0.contains("Справ поки немає"));
    assert!(drafts(&say, &[], now, &zone).0.contains("Чернеток немає"));
    assert!(notices(&say, &[], now, &zone).0.contains("Повідомлень немає"));
}

#[test]
fn the_first_page_without_services_says_what_will_be() {
    let page = home(&Speaker::host(Language::Uk), &[], &[]).0;
    assert!(page.contains("Послуг ще немає"));
    let task = Task { title: EVIL.into(), description: EVIL.into(), icon: EVIL.into(), href: EVIL.into() };
    inert(&home(&Speaker::host(Language::Uk), &[task], &[]).0);
}

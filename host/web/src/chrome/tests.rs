use jiff::tz::TimeZone;
use vzaemo_marks::Tone;

use super::*;
use crate::assets;
use crate::texts::{Language, Speaker};

const EVIL: &str = "\"><script>alert(1)</script><b onload=\"x";

fn frame(navigation: &[Nav]) -> Frame<'_> {
    Frame {
        platform: "Спільна дія",
        language: Language::Uk,
        preferences: Preferences::from_cookie("large.high.dark.wide"),
        signed_in: true,
        navigation,
        development: Some(Development {
            now: "2026-11-21T12:00:00Z".parse().unwrap(),
            zone: TimeZone::get("Europe/Kyiv").unwrap(),
        }),
        dense: true,
        noindex: true,
    }
}

fn filling(banners: &[Banner]) -> Filling<'_> {
    let visitor = Some(Visitor { name: EVIL, organisation: Some(EVIL), unread: 2 });
    Filling { path: EVIL, visitor, banners, title: "Назва", main: "<p>вміст</p>" }
}

fn inert(html: &str) {
    assert!(!html.contains("<script>") && !html.contains("<b onload"), "{html}");
    assert!(!html.contains(" style=") && !html.contains(" onclick="), "nothing inline");
}

#[test]
fn the_skeleton_keeps_the_policy_and_whatever_it_is_given_inert() {
    let navigation = [Nav { label: EVIL.into(), href: EVIL.into(), current: true }];
    let banners = [Banner { tone: Tone::Caution, text: EVIL.into() }];
    let page = document(&frame(&navigation), &filling(&banners));
    inert(&page);
    assert!(page.starts_with(
        "<!DOCTYPE html><html lang=\"uk\" data-text=\"large\" data-contrast=\"high\" data-theme=\"dark\" data-spacing=\"wide\">"
    ));
    assert!(page.contains("<title>Назва · Спільна дія</title>"));
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
    let frame = Frame { signed_in: false, ..frame(&[]) };
    let filling = Filling { path: "/items/187?page=2", visitor: None, banners: &[], title: "", main: "" };
    let page = document(&frame, &filling);
    assert!(page.contains("href=\"/sign-in?to=%2Fitems%2F187%3Fpage%3D2\""));
    assert!(page.contains("href=\"/language/en?to=%2Fitems%2F187%3Fpage%3D2\""));
    assert!(!page.contains(SIGN_OUT) && page.contains("<title>Спільна дія</title>"));
}

#[test]
fn a_frame_made_once_serves_many_pages() {
    let skeleton = Skeleton::new(&frame(&[]));
    let banners = [Banner { tone: Tone::Caution, text: EVIL.into() }];
    for path in ["/a?x=1&y=\"2\"", EVIL, "/"] {
        let filling = Filling { path, ..filling(&banners) };
        let page = skeleton.fill(&filling);
        inert(&page);
        assert_eq!(page, document(&frame(&[]), &filling));
        assert!(
            !page.chars().any(|symbol| ('\u{e000}'..='\u{f8ff}').contains(&symbol)),
            "nothing is left open"
        );
        assert!(!page.contains("%EF%A3%A0"), "nor in an address");
    }
    // What stands in a page's own texts stays text, though it looks like the sign of a hole.
    let filling = Filling { path: "/\u{f8e0}\u{f8e4}", main: "\u{f8e0}\u{f8e4}", ..filling(&[]) };
    let page = skeleton.fill(&filling);
    assert_eq!(page.matches("\u{f8e0}\u{f8e4}").count(), 2, "the content and the value of one field");
}

#[test]
fn attack_unruly_characters_are_in_no_part_of_a_page() {
    const UNRULY: &str = "a\u{202e}b\u{0}c";
    let navigation = [Nav { label: UNRULY.into(), href: "/".into(), current: false }];
    let banners = [Banner { tone: Tone::Good, text: UNRULY.into() }];
    let visitor = Visitor { name: UNRULY, organisation: Some(UNRULY), unread: 0 };
    let page = Skeleton::new(&frame(&navigation)).fill(&Filling {
        path: UNRULY,
        visitor: Some(visitor),
        banners: &banners,
        title: UNRULY,
        main: UNRULY,
    });
    assert!(!page.contains(['\u{202e}', '\0']), "{page}");
    // Navigation, title, banner, name, organisation, content and two addresses at the least.
    assert!(page.matches("abc").count() >= 8, "{page}");
}

#[test]
fn a_banner_comes_before_the_content_of_a_page_that_was_written_before() {
    let navigation = [Nav { label: EVIL.into(), href: EVIL.into(), current: true }];
    let banners = [Banner { tone: Tone::Caution, text: EVIL.into() }];
    let page = |banners: &[Banner]| document(&frame(&navigation), &filling(banners));
    let with = with_banner(&page(&[]), &banners[0]);
    inert(&with);
    assert_eq!(with, page(&banners), "as if it had been there from the start");
    assert_ne!(with, page(&[]));
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
    let fields = vec![("title".into(), EVIL.into())];
    let files = vec![KeptFile { field: "plan".into(), name: EVIL.into() }];
    let kept = Kept { action: "/items".into(), fields, in_parts: true, files };
    let problems = [
        Problem::NotFound,
        Problem::Refused { why: EVIL.into() },
        Problem::Failed { reference: EVIL.into() },
        Problem::SetAside { service: EVIL.into() },
        Problem::Disabled { service: EVIL.into() },
        Problem::Paused { kept: None },
        Problem::Busy { kept: Some(kept.clone()) },
        Problem::Busy { kept: None },
        Problem::TooMany { seconds: 22, kept: Some(kept.clone()) },
        Problem::TooMany { seconds: 1, kept: None },
        Problem::TooLarge { limit: 10 },
        Problem::BadInput,
        Problem::Foreign,
        Problem::Expired,
        Problem::Paused { kept: Some(kept) },
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
        for again in [&problems[6], &problems[8], &problems[14]] {
            assert!(
                problem(&say, again, "/").0.contains("name=\"title\" value=\"&quot;&gt;&lt;script&gt;"),
                "what was typed goes along"
            );
            assert!(
                problem(&say, again, "/").0.contains("<input type=\"file\" name=\"plan\">"),
                "what the browser alone has can be chosen again"
            );
        }
        assert_eq!((problems[8].status(), problems[8].retry_after()), (429, Some(22)));
    }
}

#[test]
fn the_cabinet_shows_state_next_date_and_empty_states() {
    let now = "2026-11-21T12:00:00Z".parse().unwrap();
    let zone = TimeZone::get("Europe/Kyiv").unwrap();
    let cabinet = Cabinet { say: Speaker::host(Language::Uk), now, zone: &zone, acting_for: Some(EVIL) };
    let case_line = Case {
        title: EVIL.into(),
        href: "/cabinet/cases/1".into(),
        service: EVIL.into(),
        status: "Відкрито".into(),
        tone: Tone::Brand,
        next: Some(Next {
            label: "Відповідь".into(), by: "2026-12-03".parse().unwrap(), how: Vec::new()
        }),
        changed: now,
    };
    let list = cases(&cabinet, std::slice::from_ref(&case_line)).0;
    inert(&list);
    assert!(list.contains("Ви дієте від імені") && list.contains("/cabinet/acting-for?to="));
    let alone = Cabinet { acting_for: None, ..cabinet };
    assert!(!cases(&alone, &[]).0.contains("acting-for"), "nothing to choose, nothing to say");
    assert!(list.contains("ще\u{a0}12\u{a0}днів") && list.contains("3\u{a0}грудня\u{a0}2026"));
    let mut late = case_line.clone();
    late.next =
        Some(Next { label: "Відповідь".into(), by: "2026-11-20".parse().unwrap(), how: Vec::new() });
    assert!(cases(&cabinet, &[late]).0.contains("<span class=\"v-small v-bad\">строк минув</span>"));
    let events = vec![CaseEvent { at: now, html: "Подано".into() }];
    let page = case(&cabinet, &CasePage { case: case_line, page: None, events }).0;
    inert(&page);
    assert!(page.contains("Послуга зараз вимкнена") && page.contains("Подано"));
    assert!(cases(&cabinet, &[]).0.contains("Справ поки немає"));
    assert!(drafts(&cabinet, &[]).0.contains("Чернеток немає"));
    assert!(notices(&cabinet, &[], true).0.contains("Повідомлень немає"));
}

#[test]
fn who_may_represent_others_chooses_in_whose_name() {
    let say = Speaker::host(Language::Uk);
    let capacities = [
        Capacity { edrpou: None, name: EVIL.into(), chosen: false },
        Capacity { edrpou: Some("44900179".into()), name: EVIL.into(), chosen: true },
    ];
    let page = acting_for(&say, &capacities, EVIL).0;
    inert(&page);
    assert!(page.contains("value=\"myself\" aria-describedby") && page.contains("Від свого імені: "));
    assert!(page.contains("value=\"44900179\" checked") && page.contains("Код ЄДРПОУ 44900179"));
}

#[test]
fn the_first_page_without_services_says_what_will_be() {
    let page = home(&Speaker::host(Language::Uk), &[], &[]).0;
    assert!(page.contains("Послуг ще немає"));
    let task = Task { title: EVIL.into(), description: EVIL.into(), icon: EVIL.into(), href: EVIL.into() };
    inert(&home(&Speaker::host(Language::Uk), &[task], &[]).0);
}

#[test]
fn signing_in_by_signature_keeps_whatever_it_is_given_inert() {
    for language in Language::ALL {
        let say = Speaker::host(language);
        let persons = [(1, EVIL.to_owned())];
        let mut with = Signing {
            code: EVIL,
            content: EVIL,
            to: EVIL,
            largest_kib: 1024,
            error: Some(EVIL),
            test_persons: &persons,
        };
        let page = signing(&say, &with).0;
        inert(&page);
        assert!(page.contains("aria-invalid=\"true\"") && page.contains(TEST_SIGNATURE), "{page}");
        assert!(page.contains("aria-describedby=\"signature_hint signature_error\""), "{page}");
        (with.error, with.test_persons) = (None, &[]);
        let page = signing(&say, &with).0;
        assert!(!page.contains("error") && !page.contains(TEST_SIGNATURE), "{page}");
        assert!(page.contains("aria-describedby=\"signature_hint\""), "{page}");
        let step_up = |means: &[Means]| step_up(&say, &StepUp { name: EVIL, why: EVIL, means }).0;
        inert(&step_up(&[]));
        assert!(step_up(&[]).contains(&*say.say("step-up-none")));
        let means = Means {
            title: EVIL.into(),
            description: EVIL.into(),
            icon: "person".into(),
            href: EVIL.into(),
            development: false,
        };
        inert(&step_up(&[means]));
    }
}

#[test]
fn pages_of_organisations_keep_whatever_they_are_given_inert() {
    use super::organisations::{
        ClaimLine, DelegateLine, InvitationLine, OfferPage, OrganisationLine, OrganisationsPage, StaffPage,
        TypedInvitation, WrongCode, WrongInvitation, invited, offer, organisations, staff,
    };
    let zone = TimeZone::UTC;
    let now = jiff::Timestamp::UNIX_EPOCH;
    let day = jiff::civil::date(2026, 12, 31);
    let evil = || EVIL.to_owned();
    for language in Language::ALL {
        let cabinet = Cabinet { say: Speaker::host(language), now, zone: &zone, acting_for: None };
        let line = OrganisationLine {
            name: evil(),
            code: "44900179".into(),
            ground: "organisation-delegated",
            until: Some(day),
            head: true,
            delegation: Some(evil()),
        };
        let claim = ClaimLine {
            name: evil(),
            code: "44900179".into(),
            state: ("claim-refused", "bad"),
            next: "claim-nothing-ties",
            answer: Some((evil(), now)),
        };
        for wrong in [None, Some((evil(), WrongCode::Malformed)), Some((evil(), WrongCode::CheckDigit))] {
            let (organisations_, claims) = (vec![line.clone()], vec![claim.clone()]);
            let page = OrganisationsPage {
                organisations: organisations_,
                claims,
                claims_taken: true,
                seals_taken: true,
                wrong,
            };
            inert(&organisations(&cabinet, &page).0);
        }
        let delegate =
            |ended| DelegateLine { key: evil(), person: evil(), note: evil(), by: evil(), until: day, ended };
        let invitation = InvitationLine { key: evil(), note: evil(), bound: true, until: day, expires: now };
        let page = StaffPage {
            name: evil(),
            code: "44900179".into(),
            delegates: vec![delegate(None), delegate(Some(("staff-ended-term", now)))],
            invitations: vec![invitation.clone()],
            typed: TypedInvitation { note: evil(), day: [evil(), evil(), evil()], number: evil() },
            wrong: Some(WrongInvitation::Day),
        };
        inert(&staff(&cabinet, &page).0);
        inert(&invited(&cabinet, &page, &invitation, EVIL).0);
        let shown =
            OfferPage { name: evil(), code: "44900179".into(), by: evil(), until: day, secret: evil() };
        inert(&offer(&cabinet, &shown).0);
    }
}

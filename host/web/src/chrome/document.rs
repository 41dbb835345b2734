//! The skeleton of every page: head, banners, header, footer.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use vzaemo_marks::Tone;

use super::preferences::Preferences;
use super::skeleton::{Hole, Skeleton};
use super::{icons, paths};
use crate::assets;
use crate::texts::{Language, Speaker, push_moment};

/// What surrounds pages, the same for many of them.
#[derive(Debug, Clone)]
pub struct Frame<'a> {
    /// What the holder calls the platform, in the reader's language.
    pub platform: &'a str,
    /// The reader's language.
    pub language: Language,
    /// How the visitor wants pages to look.
    pub preferences: Preferences,
    /// Whether it is for visitors who have signed in.
    pub signed_in: bool,
    /// The main navigation.
    pub navigation: &'a [Nav],
    /// The legal clock's control, in development mode only.
    pub development: Option<Development>,
    /// The officials' desk: the same language, denser.
    pub dense: bool,
    /// Keep search engines away.
    pub noindex: bool,
}

/// What one page puts into its frame.
#[derive(Debug, Clone, Copy)]
pub struct Filling<'a> {
    /// Path and query of the page: where sign-in and switches return to.
    pub path: &'a str,
    /// Who is signed in, if the frame is for those who are.
    pub visitor: Option<Visitor<'a>>,
    /// What everyone should know now: paused, a phase.
    pub banners: &'a [Banner],
    /// The title as escaped HTML text.
    pub title: &'a str,
    /// What goes into `<main>`, as HTML.
    pub main: &'a str,
}

/// Who is signed in.
#[derive(Debug, Clone, Copy)]
pub struct Visitor<'a> {
    /// The name to greet with.
    pub name: &'a str,
    /// The organisation that they act for at present.
    pub organisation: Option<&'a str>,
    /// Notices not read yet.
    pub unread: u32,
}

/// An entry of the main navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nav {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// The visitor is in this part now.
    pub current: bool,
}

/// What development mode shows on every page.
#[derive(Debug, Clone)]
pub struct Development {
    /// The moment of the legal clock.
    pub now: Timestamp,
    /// The zone it is shown in.
    pub zone: TimeZone,
}

/// Something that everyone should know now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Banner {
    /// How it is coloured.
    pub tone: Tone,
    /// What it says.
    pub text: String,
}

/// One step on the way to a page of the host's.
#[derive(Debug, Clone, Copy)]
pub struct Crumb<'a> {
    /// What it says.
    pub label: &'a str,
    /// Where it leads.
    pub href: &'a str,
}

/// A whole page, in a frame made for it alone.
pub fn document(frame: &Frame<'_>, filling: &Filling<'_>) -> String {
    Skeleton::new(frame).fill(filling)
}

/// The frame with a sign for each place that is left open.
pub(super) fn skeleton(frame: &Frame<'_>) -> String {
    let say = Speaker::host(frame.language);
    let looks = frame.preferences;
    html! {
        (DOCTYPE)
        (PreEscaped(format!("<html lang=\"{}\" data-text=\"{}\" data-contrast=\"{}\" data-theme=\"{}\" data-spacing=\"{}\">",
            frame.language.code(), looks.text.name(), looks.contrast.name(), looks.theme.name(), looks.spacing.name())))
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            title { (Hole::Title.sign()) (frame.platform) }
            @if frame.noindex { meta name="robots" content="noindex"; }
            link rel="icon" type="image/svg+xml" href=(assets::url("mark.svg"));
            link rel="stylesheet" href=(assets::url("app.css"));
            script type="module" src=(assets::url("app.js")) {}
        }
        (PreEscaped(if frame.dense { "<body class=\"v-dense\">" } else { "<body>" }))
        a.v-skip href="#main_" { (say.say("skip-link")) }
        @if let Some(development) = &frame.development { (development_bar(development, &say)) }
        (header(frame, &say))
        (Hole::Banners.sign())
        (PreEscaped(MAIN))
        (Hole::Main.sign())
        (PreEscaped("</main>"))
        (footer(frame, &say))
        (PreEscaped("</body></html>"))
    }
    .0
}

/// Where the content of a page begins.
const MAIN: &str = "<main id=\"main_\" class=\"v-wrap\" tabindex=\"-1\">";

pub(super) fn drawn(banner: &Banner) -> Markup {
    html! {
        div class={ "v-banner v-banner--" (banner.tone.name()) } role="status" { div.v-wrap { (banner.text) } }
    }
}

/// A page that was written before, with one more banner.
pub fn with_banner(page: &str, banner: &Banner) -> String {
    // The first one is the frame's: all texts before it are escaped.
    let (before, after) = page.split_at(page.find(MAIN).unwrap_or(page.len()));
    [before, &drawn(banner).0, after].concat()
}

/// The head of a page of the host's: the way here, its heading, a line below it.
pub fn headed(say: &Speaker<'_>, crumbs: &[Crumb<'_>], heading: &str, lead: Option<&str>) -> Markup {
    html! {
        @if !crumbs.is_empty() {
            nav.v-crumbs aria-label=(say.say("crumbs-label")) {
                ol { @for crumb in crumbs { li { a href=(crumb.href) { (crumb.label) } } } }
            }
        }
        header.v-page__head {
            h1 { (heading) }
            @if let Some(lead) = lead { p.v-lead { (lead) } }
        }
    }
}

fn header(frame: &Frame<'_>, say: &Speaker<'_>) -> Markup {
    html! {
        header.v-top {
            div.v-wrap.v-top__row {
                a.v-mark href=(paths::HOME) { (icons::mark()) span { (frame.platform) } }
                nav.v-nav aria-label=(say.say("navigation-label")) { (links(frame)) }
                div.v-top__tools {
                    (tools(frame, say))
                }
                // On a phone navigation and tools fold into this; without scripts too.
                details.v-menu {
                    summary { (say.say("menu")) }
                    div.v-menu__panel {
                        nav aria-label=(say.say("navigation-label")) { (links(frame)) }
                        div.v-menu__tools { (tools(frame, say)) @if frame.signed_in { (sign_out(say)) } }
                    }
                }
                div.v-top__person {
                    @if frame.signed_in {
                        (Hole::Person.sign())
                    } @else {
                        a.v-button.v-button--small href=(returning(paths::SIGN_IN)) { (say.say("sign-in")) }
                    }
                }
            }
        }
    }
}

fn links(frame: &Frame<'_>) -> Markup {
    html! {
        @if !frame.navigation.is_empty() {
            ul {
                @for entry in frame.navigation {
                    li { a href=(entry.href) aria-current=[entry.current.then_some("true")] { (entry.label) } }
                }
            }
        }
    }
}

/// An address that leads back to the page.
fn returning(base: &str) -> String {
    paths::returning(base, Hole::Path.sign())
}

fn tools(frame: &Frame<'_>, say: &Speaker<'_>) -> Markup {
    let other = frame.language.other();
    html! {
        a href=(returning(paths::PREFERENCES)) { (say.say("preferences-title")) }
        a href=(returning(&format!("{}/{}", paths::LANGUAGE, other.code()))) lang=(other.code())
            hreflang=(other.code()) { (other.own_name()) }
    }
}

/// Who is signed in to the page at `path`.
pub(super) fn person(visitor: &Visitor<'_>, path: &str, say: &Speaker<'_>) -> Markup {
    html! {
        a.v-top__cabinet href=(paths::CABINET) {
            span.v-top__name { (visitor.name) }
            span { span.v-top__word { (say.say("cabinet-title")) } @if visitor.unread > 0 {
                " " span.v-count { (visitor.unread) span.govuk-visually-hidden {
                    " " (say.say_with("cabinet-unread", &[("count", visitor.unread.into())]))
                } }
            } }
        }
        @if let Some(organisation) = visitor.organisation {
            a.v-top__for href=(paths::returning(paths::ACTING_FOR, path)) {
                (say.say("acting-for-short")) " " span { (organisation) }
            }
        }
        div.v-top__out { (sign_out(say)) }
    }
}

fn sign_out(say: &Speaker<'_>) -> Markup {
    html! { form method="post" action=(paths::SIGN_OUT) { button.v-link { (say.say("sign-out")) } } }
}

fn footer(frame: &Frame<'_>, say: &Speaker<'_>) -> Markup {
    html! {
        footer.v-foot {
            div.v-wrap.v-foot__row {
                p { (frame.platform) " · " (say.say("footer-source")) }
                nav aria-label=(say.say("footer-label")) {
                    ul {
                        li { a href=(paths::RULES) { (say.say("rules-title")) } }
                        li { a href=(paths::ACCESSIBILITY) { (say.say("footer-accessibility")) } }
                        li { a href=(paths::PRIVACY) { (say.say("footer-privacy")) } }
                        li { a href=(paths::AUDIT) { (say.say("footer-audit")) } }
                    }
                }
            }
        }
    }
}

/// The bar of development mode: says so on every page and moves the legal clock forward.
fn development_bar(development: &Development, say: &Speaker<'_>) -> Markup {
    let local = development.now.to_zoned(development.zone.clone());
    // The date is written out even if it is "today": the clock may have been moved.
    let mut now = String::new();
    push_moment(development.now, Timestamp::MIN, &development.zone, say, &mut now);
    html! {
        div.v-development role="region" aria-label=(say.say("development-label")) {
            div.v-wrap.v-development__row {
                p { strong { (say.say("development-title")) } " " (say.say("development-text")) }
                details.v-development__clock {
                    summary { (say.say("development-clock")) " " strong { (now) } }
                    form method="post" action=(paths::CLOCK) {
                        input type="hidden" name="to" value=(Hole::Path.sign());
                        @for (value, key) in [("1d", "development-day"), ("7d", "development-week"), ("1m", "development-month")] {
                            button name="by" value=(value) { (say.say(key)) }
                        }
                        label for="clock_" { (say.say("development-date")) }
                        input id="clock_" type="date" name="until" min=(local.date());
                        button name="by" value="date" { (say.say("development-go")) }
                    }
                }
            }
        }
    }
}

//! Writes a static gallery of everything that this room draws, to be looked at:
//! `cargo run -p vzaemo-web --example gallery -- FOLDER`.
#![allow(clippy::unwrap_used)]

mod host_pages;
mod pages;
mod speaking;

use std::fs;
use std::path::Path;

use host_pages::{write_forms, write_host_pages};
use jiff::tz::TimeZone;
use maud::Markup;
use pages::{blocks, desk, matter};
use speaking::{EN, Gallery, UK};
use vzaemo_marks::{Page, Tone};
use vzaemo_web::assets;
use vzaemo_web::chrome::{self, Banner, Development, Filling, Frame, Nav, Preferences, Visitor};
use vzaemo_web::render::{self, Resolver as _, Slot};
use vzaemo_web::texts::{Language, Source, Texts};

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "gallery".to_owned());
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("assets")).unwrap();
    for name in ["app.css", "app.js", "mark.svg"] {
        let url = assets::url(name);
        let bytes = assets::get(url.strip_prefix(assets::BASE).unwrap()).unwrap().bytes;
        fs::write(folder.join(url.trim_start_matches('/')), bytes).unwrap();
    }
    let css = assets::get(assets::url("app.css").strip_prefix(assets::BASE).unwrap()).unwrap().bytes;
    for font in
        std::str::from_utf8(css).unwrap().split("url(").skip(1).filter_map(|rest| rest.split(')').next())
    {
        let name = font.trim_matches('"').trim_start_matches("./");
        if let Some(asset) = assets::get(name) {
            fs::write(folder.join("assets").join(name), asset.bytes).unwrap();
        }
    }
    for language in Language::ALL {
        write(folder, language);
    }
}

fn write(folder: &Path, language: Language) {
    let sources = [
        Source { language: Language::Uk, name: "uk", text: UK },
        Source { language: Language::En, name: "en", text: EN },
    ];
    let texts = Texts::from_sources(&sources).unwrap();
    let gallery = Gallery { texts, language, zone: TimeZone::get("Europe/Kyiv").unwrap(), query: Vec::new() };
    let say = gallery.speaker();
    let nav = ["Послуги", "Органи влади", "Відкриті дані", "Статистика"].map(|label| Nav {
        label: label.to_owned(),
        href: "/".to_owned(),
        current: label == "Послуги",
    });
    let banners = [Banner {
        tone: Tone::Caution,
        text: "Платформу оновлюють: до 14:30 записи лише для читання.".to_owned(),
    }];
    let save_with = |name: &str, frame: &Frame<'_>, title: &str, main: &str, banners: &[Banner]| {
        let visitor =
            frame.signed_in.then_some(Visitor { name: "Олена К.", organisation: None, unread: 2 });
        let filling = Filling { path: "/items/187", visitor, banners, title, main };
        let page = chrome::document(frame, &filling);
        let page = page.replace("\"/assets/", "\"assets/");
        fs::write(folder.join(format!("{name}-{}.html", language.code())), page).unwrap();
    };
    let save =
        |name: &str, frame: &Frame<'_>, title: &str, main: &str| save_with(name, frame, title, main, &[]);
    let signed_out = Frame {
        platform: "Взаємодія",
        language,
        preferences: Preferences::default(),
        signed_in: false,
        navigation: &nav,
        development: Some(Development { now: gallery.now(), zone: gallery.zone.clone() }),
        dense: false,
        noindex: false,
    };
    let signed_in = Frame { signed_in: true, development: None, ..signed_out.clone() };
    let fill = |slot: &Slot, out: &mut String| chrome::fill_button(slot, "/items/187/support", "s-1", out);
    let whole = |page: &Page| {
        vzaemo_marks::check(page).unwrap();
        let rendered = render::render(page, &gallery);
        let mut body = String::new();
        rendered.body.splice(&mut body, &mut |slot, out| fill(slot, out));
        (rendered, body)
    };
    let (matter_page, body) = whole(&matter());
    save("matter", &signed_in, &matter_page.title, &body);
    let mut done = String::new();
    matter_page
        .body
        .splice(&mut done, &mut |slot, out| chrome::fill_done(slot, &mut |slot, out| fill(slot, out), out));
    save("matter-done", &signed_in, &matter_page.title, &done);
    let (page, body) = whole(&blocks());
    save_with("blocks", &signed_out, &page.title, &body, &banners);
    let dark = Preferences::from_cookie("large.high.dark.usual");
    save("blocks-dark", &Frame { preferences: dark, ..signed_in.clone() }, &page.title, &body);
    let (page, body) = whole(&desk());
    save("desk", &Frame { dense: true, ..signed_in.clone() }, &page.title, &body);
    let save_markup = |name: &str, frame: &Frame<'_>, body: &Markup| save(name, frame, name, &body.0);
    write_forms(&say, &|name, body| save_markup(name, &signed_in, body));
    write_host_pages(&say, &gallery, &|name, body| save_markup(name, &signed_out, body));
}

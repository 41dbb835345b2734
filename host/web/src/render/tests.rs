use jiff::Timestamp;
use jiff::tz::TimeZone;
use vzaemo_marks::{Kind, Page, Writer, check};

use super::*;
use crate::texts::{Language, Source, Texts};

mod hostile;

const MESSAGES: &str = "
state-open = Відкрито
by = { $who } · { $when }
votes = { $count ->
    [one] { $count } голос
    [few] { $count } голоси
   *[many] { $count } голосів
}
plain = Просто & ясно
";

struct Answers {
    texts: Texts,
    language: Language,
    zone: TimeZone,
    query: Vec<(String, String)>,
}

fn answers(language: Language) -> Answers {
    let source = |language, name| Source { language, name, text: MESSAGES };
    Answers {
        texts: Texts::from_sources(&[source(Language::Uk, "uk"), source(Language::En, "en")]).unwrap(),
        language,
        zone: TimeZone::get("Europe/Kyiv").unwrap(),
        query: vec![
            ("sort".into(), "new".into()),
            ("q".into(), "a\"b".into()),
            ("after".into(), "old".into()),
        ],
    }
}

impl Resolver for Answers {
    fn speaker(&self) -> Speaker<'_> {
        Speaker::of(&self.texts, self.language)
    }
    fn person(&self, reference: &str) -> Option<&str> {
        (reference == "p1").then_some("Олена <Коваль>")
    }
    fn body(&self, id: &str) -> Option<&str> {
        (id == "b1").then_some("Міністерство")
    }
    fn view(&self, name: &str, params: &Pairs<'_>, query: &Pairs<'_>) -> Option<String> {
        match name {
            "gone" => None,
            "foreign" => Some("//evil.example".into()),
            _ => Some(format!("/items/{name}?{params:?}{query:?}")),
        }
    }
    fn act_form(&self, act: &str, _: &Pairs<'_>, _: &Pairs<'_>) -> Option<String> {
        Some(format!("/items/{act}"))
    }
    fn query(&self) -> &[(String, String)] {
        &self.query
    }
    fn explain(&self, rule: &Rule<'_>) -> Vec<String> {
        vec![format!("{} + {} {}", rule.from, rule.value, rule.unit)]
    }
    fn now(&self) -> Timestamp {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }
    fn zone(&self) -> &TimeZone {
        &self.zone
    }
}

/// A page with one title and what `fill` writes.
fn page(fill: impl FnOnce(&mut Writer)) -> Page {
    let mut w = Writer::new();
    w.open(Kind::Page, "");
    w.group(Kind::Title, "", |w| w.leaf(Kind::Text, "Назва"));
    fill(&mut w);
    let page = w.finish();
    check(&page).unwrap();
    page
}

/// What a page holds below its head.
fn body(fill: impl FnOnce(&mut Writer)) -> String {
    let html = render(&page(fill), &answers(Language::Uk)).body.html;
    let start = "<div class=\"v-page__body\">";
    let from = html.find(start).map_or(0, |at| at + start.len());
    html[from..].strip_suffix("</div></div>").unwrap_or(&html[from..]).to_owned()
}

fn paragraph(fill: impl FnOnce(&mut Writer)) -> String {
    let html = body(|w| w.group(Kind::Paragraph, "", fill));
    html.strip_prefix("<p>").unwrap().strip_suffix("</p>").unwrap().to_owned()
}

fn text(w: &mut Writer, words: &str) {
    w.leaf(Kind::Text, words);
}

fn label(w: &mut Writer, words: &str) {
    w.group(Kind::Label, "", |w| text(w, words));
}

#[test]
fn running_text() {
    assert_eq!(paragraph(|w| text(w, "a < b & c")), "a &lt; b &amp; c");
    assert_eq!(paragraph(|w| w.number(Kind::Number, 25_000)), "25\u{a0}000");
    assert_eq!(paragraph(|w| w.leaf(Kind::Number, "<b>")), "&lt;b&gt;");
    assert_eq!(
        paragraph(|w| w.leaf(Kind::Date, "2026-09-03")),
        "<time datetime=\"2026-09-03\">3\u{a0}вересня\u{a0}2026</time>"
    );
    assert_eq!(
        paragraph(|w| w.leaf(Kind::Instant, "2026-11-21T11:02:00Z")),
        "<time datetime=\"2026-11-21T11:02:00Z\">сьогодні,\u{a0}13:02</time>"
    );
    assert_eq!(paragraph(|w| w.leaf(Kind::Person, "p1")), "Олена &lt;Коваль&gt;");
    assert_eq!(paragraph(|w| w.leaf(Kind::Person, "p9")), "Ім’я не показується");
    assert_eq!(paragraph(|w| w.leaf(Kind::Body, "b1")), "Міністерство");
    assert_eq!(paragraph(|w| w.leaf(Kind::State, "open")), "Відкрито");
    assert_eq!(paragraph(|w| w.leaf(Kind::DaysLeft, "2026-12-03")), "ще\u{a0}12\u{a0}днів");
    assert_eq!(paragraph(|w| w.group(Kind::Strong, "", |w| text(w, "a"))), "<strong>a</strong>");
    assert_eq!(paragraph(|w| w.group(Kind::Emphasis, "", |w| text(w, "a"))), "<em>a</em>");
}

#[test]
fn messages_take_numbers_for_plurals_and_anything_else_as_html() {
    let votes = |count| {
        paragraph(|w| {
            w.group(Kind::Message, "votes", |w| {
                w.group(Kind::Arg, "count", |w| w.number(Kind::Number, count))
            })
        })
    };
    assert_eq!([1, 3, 25_000].map(votes), ["1 голос", "3 голоси", "25\u{a0}000 голосів"]);
    assert_eq!(paragraph(|w| w.group(Kind::Message, "plain", |_| {})), "Просто &amp; ясно");
    let html = paragraph(|w| {
        w.group(Kind::Message, "by", |w| {
            w.group(Kind::Arg, "who", |w| w.group(Kind::Strong, "", |w| w.leaf(Kind::Person, "p1")));
            w.group(Kind::Arg, "when", |w| w.leaf(Kind::Date, "2026-09-03"));
        });
    });
    assert_eq!(
        html,
        "<strong>Олена &lt;Коваль&gt;</strong> · <time datetime=\"2026-09-03\">3\u{a0}вересня\u{a0}2026</time>"
    );
    assert_eq!(paragraph(|w| w.group(Kind::Message, "gone", |_| {})), "gone", "a missing message is its key");
}

#[test]
fn a_text_that_imitates_a_place_for_html_gets_at_nothing_new() {
    let html = paragraph(|w| {
        w.group(Kind::Message, "by", |w| {
            w.group(Kind::Arg, "who", |w| text(w, "\u{e000}7\u{e001}<b>\u{e000}"));
            w.group(Kind::Arg, "when", |w| w.leaf(Kind::Date, "2026-09-03"));
        });
    });
    assert!(html.starts_with("&lt;b&gt;") && !html.contains("<b>"), "{html}");
}

#[test]
fn links_lead_to_views_and_never_away() {
    let link = |view: &str| {
        paragraph(|w| {
            w.group(Kind::Link, "", |w| {
                w.group(Kind::View, view, |w| w.leaf(Kind::Fragment, "n-1"));
                text(w, "далі");
            });
        })
    };
    assert_eq!(link("item"), "<a href=\"/items/item?[][]#n-1\">далі</a>");
    assert_eq!(link("gone"), "далі");
    assert_eq!(link("foreign"), "далі");
}

#[test]
fn literal_ukrainian_is_marked_in_an_english_page() {
    let page = page(|w| {
        w.leaf(Kind::Prose, "Перший.\nрядок\n\n<другий>");
        w.group(Kind::Paragraph, "", |w| text(w, "latin"));
    });
    let html = render(&page, &answers(Language::En)).body.html;
    assert!(
        html.contains(
            "<div class=\"v-prose\" lang=\"uk\"><p>Перший.<br>рядок</p><p>&lt;другий&gt;</p></div>"
        )
    );
    assert!(html.contains("<h1><span lang=\"uk\">Назва</span></h1>") && html.contains("<p>latin</p>"));
    let rendered = render(&page, &answers(Language::Uk));
    assert!(!rendered.body.html.contains("lang="));
    assert_eq!(rendered.title, "Назва");
}

#[test]
fn the_parts_of_a_page_come_in_the_order_of_a_phone() {
    let page = page(|w| {
        w.group(Kind::Paragraph, "", |w| text(w, "тіло"));
        w.group(Kind::Aside, "", |w| w.group(Kind::Paragraph, "", |w| text(w, "картка")));
        w.group(Kind::Aside, "", |w| w.group(Kind::Paragraph, "", |w| text(w, "строки")));
        w.group(Kind::Crumb, "", |w| text(w, "шлях"));
        w.group(Kind::Lead, "", |w| text(w, "рядок"));
    });
    let html = render(&page, &answers(Language::Uk)).body.html;
    let places =
        ["шлях", "Назва", "рядок", "картка", "тіло", "строки"].map(|words| html.find(words).unwrap());
    assert!(places.is_sorted(), "{html}");
}

fn action(w: &mut Writer) {
    w.group(Kind::Action, "support", |w| {
        w.pair(Kind::Param, "number", "187");
        w.leaf(Kind::Tone, "good");
        label(w, "Підтримати <");
        w.group(Kind::Taken, "", |w| {
            text(w, "Готово");
            w.group(Kind::Action, "withdraw", |w| label(w, "Відкликати"));
        });
    });
}

#[test]
fn slots_stay_open_and_keep_their_places() {
    let page = page(|w| {
        w.group(Kind::Paragraph, "", |w| text(w, "перед"));
        w.group(Kind::Aside, "", action);
        w.group(Kind::Form, "note", |w| {
            w.pair(Kind::Prefill, "text", "a=b");
            label(w, "Додати");
        });
    });
    let rendered = render(&page, &answers(Language::Uk));
    assert!(!rendered.body.html.contains("support"), "a slot leaves nothing behind");
    let (acts, kinds): (Vec<_>, Vec<_>) =
        rendered.body.slots.iter().map(|(_, slot)| (slot.act.as_str(), slot.kind)).unzip();
    assert_eq!((acts, kinds), (vec!["support", "note"], vec![SlotKind::Action, SlotKind::Form]));
    let slot = &rendered.body.slots[0].1;
    assert_eq!(slot.params, [("number".to_owned(), "187".to_owned())]);
    assert_eq!((slot.label.as_str(), slot.primary), ("Підтримати &lt;", true));
    let taken = slot.taken.as_ref().unwrap();
    assert_eq!((taken.html.as_str(), taken.slots[0].1.act.as_str()), ("Готово", "withdraw"));
    assert!(!taken.slots[0].1.primary);
    assert_eq!(rendered.body.slots[1].1.prefill, [("text".to_owned(), "a=b".to_owned())]);
    let mut out = String::new();
    rendered.body.splice(&mut out, &mut |slot, out| {
        out.push('[');
        out.push_str(&slot.act);
        out.push(']');
    });
    assert!(
        out.contains("<div class=\"v-card\">[support]</div>") && out.contains("</p>[note]</div>"),
        "{out}"
    );
}

#[test]
fn a_page_tells_its_people_when_it_changes_and_that_it_is_not_for_search() {
    let page = page(|w| {
        w.group(Kind::Paragraph, "", |w| {
            for person in ["p2", "p1", "p2"] {
                w.leaf(Kind::Person, person);
            }
            w.leaf(Kind::Body, "b1");
            w.leaf(Kind::DaysLeft, "2026-12-03");
            w.leaf(Kind::DaysLeft, "2026-11-21T14:30:00Z");
        });
        w.group(Kind::Section, "", |w| w.leaf(Kind::Flag, "noindex"));
    });
    assert_eq!(references(&page), ["p1", "p2"]);
    assert_eq!(bodies(&page), ["b1"]);
    let rendered = render(&page, &answers(Language::Uk));
    assert_eq!(rendered.people, ["p1", "p2"]);
    assert_eq!(rendered.until, Some("2026-11-21T12:30:01Z".parse().unwrap()));
    assert!(rendered.noindex);
}

#[test]
fn headings_go_down_step_by_step() {
    let html = body(|w| {
        w.group(Kind::Section, "", |w| {
            label(w, "два");
            w.group(Kind::Section, "", |w| {
                label(w, "три");
                w.group(Kind::Cards, "", |w| w.group(Kind::Card, "", |w| label(w, "чотири")));
            });
        });
        w.group(Kind::Clock, "", |w| label(w, "знов два"));
    });
    for heading in [
        "<h2>два</h2>",
        "<h3>три</h3>",
        "<h4 class=\"v-card__title\">чотири</h4>",
        "<h2 class=\"v-block-title\">знов два</h2>",
    ] {
        assert!(html.contains(heading), "{heading} in {html}");
    }
}

#[test]
fn every_block_is_drawn_as_before() {
    let blocks: [(&str, &dyn Fn(&mut Writer)); 14] = [
        ("section", &|w| {
            w.group(Kind::Section, "", |w| {
                w.leaf(Kind::Anchor, "a-1");
                label(w, "Розділ");
            })
        }),
        ("notice", &|w| {
            w.group(Kind::Notice, "", |w| {
                w.leaf(Kind::Tone, "caution");
                label(w, "Увага");
                w.group(Kind::Paragraph, "", |w| text(w, "так"));
            })
        }),
        ("list", &|w| {
            w.group(Kind::List, "", |w| {
                w.leaf(Kind::Flag, "ordered");
                w.group(Kind::Item, "", |w| text(w, "перше"));
            })
        }),
        ("summary", &|w| {
            w.group(Kind::Summary, "", |w| {
                label(w, "Підсумок");
                w.group(Kind::Row, "", |w| {
                    label(w, "Номер");
                    w.group(Kind::Cell, "", |w| text(w, "187"));
                });
            })
        }),
        ("table", &|w| table(w)),
        ("cards", &|w| {
            w.group(Kind::Cards, "", |w| {
                w.group(Kind::Card, "", |w| {
                    w.group(Kind::Tag, "", |w| {
                        w.leaf(Kind::Tone, "good");
                        text(w, "стан");
                    });
                    label(w, "Картка");
                    w.group(Kind::View, "item", |w| w.pair(Kind::Param, "number", "1"));
                    w.open_ratio(Kind::Progress, 21_038, 25_000);
                    label(w, "бракує");
                    w.close();
                })
            })
        }),
        ("statistics", &|w| {
            w.group(Kind::Statistics, "", |w| {
                w.group(Kind::Statistic, "", |w| {
                    w.number(Kind::Number, 1_200);
                    label(w, "подано");
                })
            })
        }),
        ("clock", &|w| {
            w.group(Kind::Clock, "", |w| {
                label(w, "Строки");
                for state in ["done", "now", "next", "missed"] {
                    w.group(Kind::Step, state, |w| {
                        label(w, state);
                        w.leaf(Kind::Rule, "2026-09-03;3;months;ст. 1");
                        w.leaf(Kind::Date, "2026-12-03");
                    });
                }
            })
        }),
        ("timeline", &|w| {
            w.group(Kind::Timeline, "", |w| {
                w.group(Kind::Happening, "2026-09-03T07:10:00Z", |w| {
                    label(w, "Подано");
                    text(w, "деталі");
                })
            })
        }),
        ("filters-search-pages", &|w| {
            w.group(Kind::Filters, "", |w| {
                label(w, "Показати");
                w.group(Kind::Option, "", |w| {
                    w.leaf(Kind::Flag, "current");
                    w.group(Kind::View, "list", |_| {});
                    text(w, "Усі");
                });
            });
            w.leaf(Kind::Search, "q");
            w.leaf(Kind::NextPage, "c&1");
        }),
        ("document", &|w| {
            w.group(Kind::Document, "", |w| {
                label(w, "Проєкт");
                w.group(Kind::Clause, "1.1", |w| {
                    w.group(Kind::View, "clause", |_| {});
                    label(w, "Зауваження: 3");
                    text(w, "1.1. Текст");
                });
                w.group(Kind::Clause, "1.2", |w| {
                    label(w, "Пункт");
                    text(w, "1.2. Текст");
                });
            })
        }),
        ("difference", &|w| {
            w.group(Kind::Difference, "", |w| {
                w.leaf(Kind::Before, "відповідь за тридцять календарних днів");
                w.leaf(Kind::After, "відповідь за десять робочих днів <");
            })
        }),
        ("comments", &|w| {
            w.group(Kind::Comments, "", |w| {
                label(w, "Зауваження");
                w.group(Kind::Comment, "2026-09-03T07:10:00Z", |w| {
                    w.leaf(Kind::Anchor, "c-1");
                    w.group(Kind::Label, "", |w| w.leaf(Kind::Person, "p1"));
                    w.leaf(Kind::Prose, "Так.");
                });
            })
        }),
        ("empty-details-actions", &|w| {
            w.group(Kind::Empty, "", |w| {
                label(w, "Порожньо");
                w.group(Kind::Go, "", |w| {
                    w.group(Kind::ActForm, "note", |_| {});
                    label(w, "Додати");
                });
            });
            w.group(Kind::Details, "", |w| {
                label(w, "Ще");
                w.group(Kind::Paragraph, "", |w| text(w, "так"));
            });
            w.group(Kind::Actions, "", |w| {
                for _ in 0..2 {
                    w.group(Kind::Go, "", |w| {
                        w.group(Kind::View, "item", |_| {});
                        label(w, "Далі");
                    });
                }
            });
        }),
    ];
    for (name, fill) in blocks {
        insta::assert_snapshot!(name, body(|w| fill(w)).replace("><", ">\n<"));
    }
}

fn table(w: &mut Writer) {
    w.group(Kind::Table, "", |w| {
        label(w, "Голоси");
        w.group(Kind::Column, "", |w| {
            w.leaf(Kind::Flag, "numeric");
            text(w, "№ \"<");
        });
        w.group(Kind::Column, "", |w| text(w, "Ім’я"));
        w.group(Kind::Row, "", |w| {
            w.leaf(Kind::Tone, "bad");
            w.group(Kind::Cell, "", |w| w.number(Kind::Number, 21_038));
            w.group(Kind::Cell, "", |w| w.leaf(Kind::Person, "p1"));
        });
    });
}

#[test]
fn rules_are_read_and_wrong_ones_are_not() {
    let rule = Rule::parse("2026-09-03;3;months;Закон; ст. 1").unwrap();
    assert_eq!((rule.from, rule.value, rule.unit, rule.law), ("2026-09-03", 3, "months", "Закон; ст. 1"));
    for bad in ["", "2026-09-03", "2026-09-03;x;months;l", "2026-09-03;3;years;l"] {
        assert_eq!(Rule::parse(bad), None, "{bad}");
    }
}

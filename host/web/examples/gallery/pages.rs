//! Pages as a module makes them: every block.

use vzaemo_marks::{Kind, Page, Tone, Writer};

fn text(w: &mut Writer, words: &str) {
    w.leaf(Kind::Text, words);
}

fn label(w: &mut Writer, words: &str) {
    w.group(Kind::Label, "", |w| text(w, words));
}

fn paragraph(w: &mut Writer, words: &str) {
    w.group(Kind::Paragraph, "", |w| text(w, words));
}

fn view(w: &mut Writer, name: &str) {
    w.group(Kind::View, name, |w| w.pair(Kind::Param, "number", "187"));
}

fn tag(w: &mut Writer, tone: Tone, words: &str) {
    w.group(Kind::Tag, "", |w| {
        w.leaf(Kind::Tone, tone.name());
        text(w, words);
    });
}

fn cell(w: &mut Writer, kind: Kind, value: &str) {
    w.group(Kind::Cell, "", |w| w.leaf(kind, value));
}

fn step(w: &mut Writer, state: &str, name: &str, rule: Option<&str>, term: impl FnOnce(&mut Writer)) {
    w.group(Kind::Step, state, |w| {
        rule.inspect(|rule| w.leaf(Kind::Rule, rule));
        label(w, name);
        term(w);
    });
}

fn clock(w: &mut Writer) {
    w.group(Kind::Clock, "", |w| {
        label(w, "Строки");
        step(w, "done", "Оприлюднено", None, |w| w.leaf(Kind::Date, "2026-09-03"));
        step(
            w,
            "now",
            "Збір голосів",
            Some("2026-09-03;3;months;Закон 393/96-ВР, ст. 23-1"),
            |w| {
                text(w, "до ");
                w.leaf(Kind::Date, "2026-12-03");
            },
        );
        step(w, "next", "Оголошення розгляду", None, |w| text(w, "до 3 робочих днів"));
        step(w, "missed", "Відповідь", None, |w| text(w, "до 10 робочих днів"));
    });
}

fn votes(w: &mut Writer) {
    w.group(Kind::Section, "", |w| {
        w.leaf(Kind::Anchor, "votes");
        label(w, "Голоси");
        w.group(Kind::Table, "", |w| {
            label(w, "Останні голоси");
            for (name, numeric) in [("№", true), ("Ім’я", false), ("Коли", false)] {
                w.group(Kind::Column, "", |w| {
                    if numeric {
                        w.leaf(Kind::Flag, "numeric");
                    }
                    text(w, name);
                });
            }
            for (number, person, when) in [
                ("21038", "p2", "2026-11-21T11:02:00Z"),
                ("21037", "p3", "2026-11-21T11:01:00Z"),
                ("21036", "p1", "2026-11-20T07:58:00Z"),
            ] {
                w.group(Kind::Row, "", |w| {
                    cell(w, Kind::Number, number);
                    cell(w, Kind::Person, person);
                    cell(w, Kind::Instant, when);
                });
            }
        });
        w.leaf(Kind::NextPage, "abc");
    });
}

fn aside(w: &mut Writer) {
    w.group(Kind::Aside, "", |w| {
        w.group(Kind::Tag, "", |w| {
            w.leaf(Kind::Tone, "brand");
            w.leaf(Kind::State, "open");
        });
        w.open_ratio(Kind::Progress, 21_038, 25_000);
        w.group(Kind::Label, "", |w| {
            w.group(Kind::Message, "missing", |w| {
                w.group(Kind::Arg, "count", |w| w.number(Kind::Number, 3962));
            });
            text(w, " ");
            w.leaf(Kind::DaysLeft, "2026-12-03");
        });
        w.close();
        w.group(Kind::Action, "support", |w| {
            w.pair(Kind::Param, "number", "187");
            label(w, "Підтримати");
            w.group(Kind::Taken, "", |w| {
                tag(w, Tone::Good, "Ви підтримали");
                w.group(Kind::Action, "withdraw", |w| label(w, "Відкликати голос"));
            });
        });
    });
    w.group(Kind::Aside, "", clock);
}

pub fn matter() -> Page {
    let mut w = Writer::new();
    w.open(Kind::Page, "");
    w.group(Kind::Crumb, "", |w| {
        view(w, "list");
        text(w, "Записи");
    });
    w.group(Kind::Crumb, "", |w| text(w, "№ 41/0187"));
    w.group(Kind::Title, "", |w| text(w, "Безбар’єрні входи до всіх відділень пошти"));
    w.group(Kind::Lead, "", |w| {
        w.group(Kind::Message, "lead", |w| {
            w.group(Kind::Arg, "who", |w| w.leaf(Kind::Person, "p1"));
            w.group(Kind::Arg, "when", |w| w.leaf(Kind::Date, "2026-09-03"));
            w.group(Kind::Arg, "body", |w| w.leaf(Kind::Body, "b1"));
        });
    });
    aside(&mut w);
    w.leaf(
        Kind::Prose,
        "У моєму місті чотири відділення пошти, і до жодного не можна потрапити на кріслі колісному. Пандус на фото не відповідає нормам: ухил удвічі більший за дозволений, поручнів немає.\n\nПрошу скласти перелік відділень без безбар’єрного входу, оприлюднити його та забезпечити вхід за ДБН В.2.2-40 до кінця наступного року.",
    );
    votes(&mut w);
    w.group(Kind::Section, "", |w| {
        label(w, "Що відбувалося");
        w.group(Kind::Timeline, "", |w| {
            w.group(Kind::Happening, "2026-09-03T07:10:00Z", |w| {
                label(w, "Оприлюднено");
                paragraph(w, "Перевірка тривала один робочий день.");
            });
            w.group(Kind::Happening, "2026-09-02T07:10:00Z", |w| label(w, "Подано"));
        });
    });
    w.finish()
}

pub fn blocks() -> Page {
    let mut w = Writer::new();
    w.open(Kind::Page, "");
    w.group(Kind::Title, "", |w| text(w, "Усі блоки"));
    w.group(Kind::Lead, "", |w| text(w, "Кожен блок намальовано один раз."));
    for tone in [Tone::Neutral, Tone::Brand, Tone::Good, Tone::Caution, Tone::Bad] {
        tag(&mut w, tone, "Стан словами");
    }
    for (tone, title) in [
        (Tone::Brand, "До відома"),
        (Tone::Good, "Зараховано"),
        (Tone::Caution, "Зверніть увагу"),
        (Tone::Bad, "Відмовлено"),
    ] {
        w.group(Kind::Notice, "", |w| {
            w.leaf(Kind::Tone, tone.name());
            label(w, title);
            paragraph(w, "Пояснення одним реченням і те, що робити далі.");
        });
    }
    w.group(Kind::Section, "", |w| {
        label(w, "Фільтри, пошук, картки");
        w.leaf(Kind::Search, "q");
        w.group(Kind::Filters, "", |w| {
            label(w, "Показати");
            for (at, name) in ["Усі", "Відкриті", "На розгляді", "Завершені"].into_iter().enumerate()
            {
                w.group(Kind::Option, "", |w| {
                    if at == 1 {
                        w.leaf(Kind::Flag, "current");
                    }
                    view(w, "list");
                    text(w, name);
                });
            }
        });
        w.group(Kind::Cards, "", |w| {
            for (title, value) in [
                ("Безбар’єрні входи до всіх відділень пошти", 21_038),
                ("Відкрити розклад приміських потягів у машиночитному вигляді", 9_214),
                ("Шкільні їдальні: меню з позначками алергенів", 25_000),
            ] {
                w.group(Kind::Card, "", |w| {
                    tag(w, Tone::Brand, "Ще 12 днів");
                    view(w, "item");
                    label(w, title);
                    w.open_ratio(Kind::Progress, value, 25_000);
                    w.close();
                });
            }
        });
    });
    w.group(Kind::Section, "", |w| {
        label(w, "Підсумок і числа");
        w.group(Kind::Summary, "", |w| {
            for (what, value) in [("Номер", "41/0187"), ("Строк", "три місяці"), ("Орган", "Міністерство")]
            {
                w.group(Kind::Row, "", |w| {
                    label(w, what);
                    cell(w, Kind::Text, value);
                });
            }
        });
        w.group(Kind::Statistics, "", |w| {
            for (what, number) in [("подано", 1_284), ("розглянуто вчасно", 1_207), ("прострочено", 12)]
            {
                w.group(Kind::Statistic, "", |w| {
                    label(w, what);
                    w.number(Kind::Number, number);
                });
            }
        });
        w.group(Kind::List, "", |w| {
            w.leaf(Kind::Flag, "ordered");
            for words in ["перше", "друге", "третє"] {
                w.group(Kind::Item, "", |w| text(w, words));
            }
        });
        w.group(Kind::Paragraph, "", |w| {
            text(w, "Текст із ");
            w.group(Kind::Strong, "", |w| text(w, "важливим"));
            text(w, ", ");
            w.group(Kind::Emphasis, "", |w| text(w, "наголошеним"));
            text(w, " і ");
            w.group(Kind::Link, "", |w| {
                view(w, "item");
                text(w, "посиланням");
            });
            text(w, ".");
        });
        w.group(Kind::Details, "", |w| {
            label(w, "Докладніше про строки");
            paragraph(w, "Вони рахуються в робочих днях.");
        });
        w.group(Kind::Actions, "", |w| {
            w.group(Kind::Go, "", |w| {
                view(w, "item");
                label(w, "Головна дія");
            });
            w.group(Kind::Go, "", |w| {
                view(w, "item");
                label(w, "Інша дія");
            });
        });
        clock(w);
    });
    document(&mut w);
    w.group(Kind::Empty, "", |w| {
        label(w, "Тут поки порожньо");
        paragraph(w, "Записи з’являться після оприлюднення.");
        w.group(Kind::Go, "", |w| {
            view(w, "list");
            label(w, "До всіх записів");
        });
    });
    w.finish()
}

fn document(w: &mut Writer) {
    w.group(Kind::Document, "", |w| {
        label(w, "Проєкт положення");
        for (anchor, words, remarks) in [
            (
                "1",
                "1. Це Положення визначає порядок роботи платформи та взаємодії її користувачів.",
                "Обговорення: 3",
            ),
            ("1.1", "1.1. Дія Положення поширюється на всі органи виконавчої влади.", "Обговорити пункт"),
        ] {
            w.group(Kind::Clause, anchor, |w| {
                view(w, "clause");
                label(w, remarks);
                paragraph(w, words);
            });
        }
    });
    w.group(Kind::Difference, "", |w| {
        w.leaf(Kind::Before, "Відповідь надається протягом тридцяти календарних днів з дня надходження.");
        w.leaf(Kind::After, "Відповідь надається протягом десяти робочих днів з дня реєстрації.");
    });
    w.group(Kind::Comments, "", |w| {
        label(w, "Зауваження");
        w.group(Kind::Comment, "2026-11-20T07:58:00Z", |w| {
            w.group(Kind::Label, "", |w| w.leaf(Kind::Person, "p3"));
            tag(w, Tone::Good, "Враховано");
            w.leaf(Kind::Prose, "Пропоную скоротити строк: тридцяти днів забагато.");
        });
        w.group(Kind::Comment, "2026-11-19T07:58:00Z", |w| {
            w.group(Kind::Label, "", |w| w.leaf(Kind::Person, "p2"));
            w.leaf(Kind::Prose, "Підтримую.");
        });
    });
}

pub fn desk() -> Page {
    let mut w = Writer::new();
    w.open(Kind::Page, "");
    w.group(Kind::Title, "", |w| text(w, "Робочий стіл"));
    w.group(Kind::Table, "", |w| {
        label(w, "Черга за строком");
        for name in ["№", "Що", "Стан", "Строк", "Залишилося"] {
            w.group(Kind::Column, "", |w| text(w, name));
        }
        for (number, what, tone, day) in [
            ("41/0191", "Освітлення переходів", "bad", "2026-11-20"),
            ("41/0190", "Дитячі майданчики біля шкіл", "caution", "2026-11-21"),
            ("41/0188", "Розклад приміських потягів", "neutral", "2026-12-03"),
        ] {
            w.group(Kind::Row, "", |w| {
                w.leaf(Kind::Tone, tone);
                cell(w, Kind::Text, number);
                w.group(Kind::Cell, "", |w| {
                    w.group(Kind::Link, "", |w| {
                        view(w, "item");
                        text(w, what);
                    });
                });
                w.group(Kind::Cell, "", |w| tag(w, Tone::Brand, "На перевірці"));
                cell(w, Kind::Date, day);
                cell(w, Kind::DaysLeft, day);
            });
        }
    });
    w.finish()
}

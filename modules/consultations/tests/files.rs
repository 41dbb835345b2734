//! Documents beside a draft act and beside a comment.

use consultations::Module;
use vzaemo_testkit::*;

fn a_draft(more: &Json) -> Json {
    let mut draft = json!({
        "title": "Проєкт положення про порядок",
        "summary": "Порядок користування платформою стає єдиним для всіх.",
        "affected": "Усі користувачі",
        "consequences": "Правила стануть однаковими.",
        "contact": "Ірина Ткаченко, відділ комунікацій",
        "submitting": "На цій сторінці або листом.",
        "closes": "2026-09-20",
        "draft": "1. Це Положення визначає порядок.\n2. Воно набирає чинності з дня опублікування.",
    });
    for (name, value) in more.as_object().unwrap() {
        draft[name] = value.clone();
    }
    draft
}

#[test]
fn the_draft_and_its_materials_are_to_be_had_as_files() {
    let mut host = TestHost::of(Module).at("2026-09-01T10:00");
    let act = host.file(OFFICIAL, "проєкт.pdf");
    let note = host.file(OFFICIAL, "записка.pdf");
    let given = json!({ "draft-file": act, "materials": [note] });
    let number = host.sign_in(OFFICIAL).act("create", a_draft(&given)).done().key();
    let preview = host.sign_in(OFFICIAL).view("preview", &number);
    assert!(preview.says("проєкт.pdf") && preview.says("записка.pdf") && preview.says("Draft act"));

    // Files stay when the text is revised, until others take their place.
    host.sign_in(OFFICIAL).act("revise", (&number, a_draft(&json!({})))).done();
    let other = host.file(OFFICIAL, "друга-редакція.pdf");
    host.sign_in(OFFICIAL).act("revise", (&number, a_draft(&json!({ "draft-file": other })))).done();
    host.sign_in(OFFICIAL).act("publish", &number).done();
    let page = host.view("consultation", &number);
    assert!(
        page.says("друга-редакція.pdf") && page.says("записка.pdf") && page.is_silent_about("проєкт.pdf")
    );
}

#[test]
fn a_comment_may_carry_a_document_of_its_author_and_of_nobody_else() {
    let mut host = TestHost::of(Module).at("2026-09-01T10:00");
    let number = host.sign_in(OFFICIAL).act("create", a_draft(&json!({}))).done().key().to_string();
    host.sign_in(OFFICIAL).act("publish", &number).done();
    let file = host.file(MARIA, "розрахунок.pdf");
    let remark = |file: &str| json!({ "comment": "Ось розрахунок до цього пункту.", "attachment": file });
    host.sign_in(TARAS).act("comment", ([number.as_str(), "p-1"], remark(&file))).invalid("attachment");
    host.sign_in(MARIA)
        .act("comment", ([number.as_str(), "p-1"], remark("nobody-has-sent-it")))
        .invalid("attachment");
    host.sign_in(MARIA).act("comment", ([number.as_str(), "p-1"], remark(&file))).done();
    assert!(host.view("clause", [number.as_str(), "p-1"]).says("розрахунок.pdf"));
}

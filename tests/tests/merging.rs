//! Two records of one person are merged by two officials: counted first, approved by somebody else, carried out once, and
//! from then on one person for everybody and everything.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::Read as _;
use vzaemo_tests::petitions::{self, OFFICIAL};
use vzaemo_tests::{Answer, Form, Language, Person, Platform, Settings, host_message, until};

const DESK: &str = "/administration/merges";
const COUNT: &str = "/administration/merges/count";
const MY_DATA: &str = "/cabinet/my-data";
const ERASURE: &str = "/cabinet/my-data/erasure";
const HOLDER: u32 = 10;
const OTHER_HOLDER: u32 = 14;
const ADMINISTRATOR: u32 = 11;
/// Known by the taxpayer's number; here they also have the record of [`OTHER`].
const TARAS: u32 = 2;
/// Known by УНЗР.
const OTHER: u32 = 6;
/// Nothing proves who they are.
const UNPROVEN: u32 = 7;
const GROUNDS: &str = "One person by passport and extract, as the check has shown.";
const DOCUMENT: &str = "2026/17-B";

fn says(key: &str) -> String {
    host_message(Language::En, key)
}

/// How the notice about a participation that does not count begins.
const VOID: &str = "You took part in this twice";

/// The number of a person's record, as they find it in the cabinet.
async fn record(person: &Person) -> String {
    let text = person.page(MY_DATA).await.text();
    let is_number = |word: &&str| word.len() == 36 && word.matches('-').count() == 4;
    text.split_whitespace()
        .find(is_number)
        .unwrap_or_else(|| panic!("no number of a record: {text}"))
        .to_owned()
}

async fn counted(official: &Person, staying: &str, merged: &str) -> Answer {
    let form = official.form(DESK, COUNT).await.with("staying", staying).with("merged", merged);
    official.submit(&form.with("grounds", GROUNDS).with("document", DOCUMENT)).await
}

async fn proposed(official: &Person, staying: &str, merged: &str) -> String {
    let counted = counted(official, staying, merged).await;
    assert_eq!(counted.status, 200, "{}", counted.text());
    let form = counted.html().form_to(DESK).expect("what was counted can be proposed");
    official.submit(&form).await.led_to().to_owned()
}

async fn approval(official: &Person, proposal: &str) -> Form {
    official.form(proposal, &format!("{proposal}/approve")).await
}

/// Merges two records, from the proposal to its end.
async fn merged(platform: &Platform, staying: &str, merged: &str) {
    let (administrator, holder) = (platform.person(ADMINISTRATOR).await, platform.person(HOLDER).await);
    let proposal = proposed(&administrator, staying, merged).await;
    let form = approval(&holder, &proposal).await;
    assert_eq!(holder.submit(&form).await.led_to(), proposal);
    carried_out(&holder, &proposal).await;
}

async fn carried_out(official: &Person, proposal: &str) {
    until("everything is handed over", async || {
        official.page(proposal).await.text().contains(&says("merge-done")).then_some(())
    })
    .await;
}

async fn refused(official: &Person, staying: &str, merged: &str, why: &str) {
    let answer = counted(official, staying, merged).await;
    assert_eq!(answer.status, 422, "{why}: {}", answer.text());
    assert!(answer.text().contains(&says(why)), "{why}: {}", answer.text());
    assert!(answer.html().form_to(DESK).is_none(), "{why}: nothing to propose");
    let fields = [("staying", staying), ("merged", merged), ("grounds", GROUNDS), ("document", DOCUMENT)];
    assert_eq!(official.post(DESK, &fields).await.status, 422, "{why}: nor past the page");
}

async fn archive(person: &Person) -> zip::ZipArchive<std::io::Cursor<Vec<u8>>> {
    let bytes = person.download("/cabinet/my-data/archive").await;
    zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a whole archive")
}

async fn archived(person: &Person, name: &str) -> String {
    let mut text = String::new();
    let mut archive = archive(person).await;
    archive
        .by_name(name)
        .unwrap_or_else(|error| panic!("{name}: {error}"))
        .read_to_string(&mut text)
        .unwrap();
    text
}

async fn two_records_become_one_person(settings: Settings) {
    let mut platform = Platform::start(settings.threshold(1000)).await;
    let (author, taras, other) =
        (platform.person(1).await, platform.person(TARAS).await, platform.person(OTHER).await);
    // Both have signed the bridge, the other record first; it alone has signed the stars, and written of the ramps.
    let bridge = petitions::send(&author, "A bridge over the ravine").await;
    let stars = petitions::send(&author, "Stars over the city").await;
    for number in [&bridge, &stars] {
        petitions::publish(&platform.person(OFFICIAL).await, number).await;
    }
    petitions::sign(&other, &bridge).await;
    petitions::sign(&taras, &bridge).await;
    let ramps = petitions::send(&other, "Ramps at all post offices").await;
    let draft =
        other.form("/petitions/new", "/petitions/new").await.with("title", "Free buses").press("save");
    other.submit(&draft).await.led_to();
    let (staying, gone) = (record(&taras).await, record(&other).await);
    let visitor = platform.visitor();
    visitor.read_english().await;
    assert_eq!(petitions::count(&visitor, &bridge).await, 2);

    // A dry run counts and tells no name; it changes nothing, and neither does a proposal.
    let administrator = platform.person(ADMINISTRATOR).await;
    let dry = counted(&administrator, &staying, &gone).await;
    let text = dry.text();
    for part in ["twice in 1 matter", &bridge, &says("merge-drafts")] {
        assert!(text.contains(part), "{part} in {text}");
    }
    for name in ["Гнатюк", "Олійник", "Соломія"] {
        assert!(!text.contains(name), "{name} in {text}");
    }
    let proposal = administrator.submit(&dry.html().form_to(DESK).unwrap()).await.led_to().to_owned();
    assert!(taras.get("/cabinet").await.status == 200 && other.get("/cabinet").await.status == 200);

    // Something changes before the second person decides: they are shown it and decide again.
    let holder = platform.person(HOLDER).await;
    let stale = approval(&holder, &proposal).await;
    petitions::sign(&other, &stars).await;
    let late = holder.submit(&stale).await;
    assert_eq!(late.status, 409, "{}", late.text());
    assert!(late.text().contains(&says("merge-look-again")), "{}", late.text());
    assert_eq!(other.get("/cabinet").await.status, 200, "nothing was decided");
    let form = late.html().form_to(&format!("{proposal}/approve")).unwrap();
    assert_eq!(holder.submit(&form).await.led_to(), proposal);
    assert_eq!(holder.submit(&form).await.led_to(), proposal, "approved once more it is the same decision");
    // All sessions of both have ended, at once.
    for ended in [&taras, &other] {
        assert!(ended.get("/cabinet").await.led_to().starts_with("/sign-in"));
    }
    carried_out(&holder, &proposal).await;

    // Both ways of signing in lead to one cabinet.
    for way in [TARAS, OTHER] {
        let person = platform.person(way).await;
        assert_eq!(record(&person).await, staying);
        let cases = person.page("/cabinet").await.text();
        for title in ["A bridge over the ravine", "Stars over the city", "Ramps at all post offices"] {
            assert!(cases.contains(title), "{title} in {cases}");
        }
        assert!(person.page("/cabinet/drafts").await.links().contains(&"/petitions/new".to_owned()));
        assert!(archived(&person, "drafts.json").await.contains("Free buses"));
        let told = person.page("/cabinet/notices").await.text();
        assert!(told.contains(&says("merge-notice")), "{told}");
        assert!(
            petitions::has_signed(&person, &bridge).await && petitions::has_signed(&person, &stars).await
        );
    }

    // One voice: the later signature does not count, by a public decision; the earlier one does.
    until("the later participation is invalidated", async || {
        (petitions::count(&visitor, &bridge).await == 1).then_some(())
    })
    .await;
    let decision = visitor.page("/invalidations/1").await.text();
    let grounds = host_message(Language::En, "merge-void-grounds");
    assert!(decision.contains(&grounds) && decision.contains(&bridge), "{decision}");
    assert!(!decision.contains("Гнатюк") && !decision.contains(&gone), "{decision}");
    assert_eq!(petitions::count(&visitor, &stars).await, 1);
    let person = platform.person(OTHER).await;
    until("the person is told", async || {
        person.page("/cabinet/notices").await.text().contains(VOID).then_some(())
    })
    .await;
    let case = person.page(&format!("/cabinet/cases/petitions/{bridge}")).await.text();
    assert!(case.contains("A bridge over the ravine"), "{case}");

    // Nobody signs again under the other reference, by whichever way they came; what was signed can be taken back.
    for way in [TARAS, OTHER] {
        let person = platform.person(way).await;
        for number in [&bridge, &stars] {
            let again = petitions::try_sign(&person, number).await.unwrap();
            assert_ne!(again.status, 303, "{number}: {}", again.text());
        }
    }
    assert_eq!(petitions::count(&visitor, &bridge).await, 1);
    let person = platform.person(TARAS).await;
    let page = format!("/petitions/{stars}");
    petitions::press(&person, &page, &format!("{page}/withdraw")).await;
    assert_eq!(petitions::count(&visitor, &stars).await, 0);
    petitions::sign(&person, &stars).await;
    assert_eq!(petitions::count(&visitor, &stars).await, 1);
    assert_eq!(petitions::listed(&visitor, &stars).await, 1, "the signature is the one that there was");
    // What the other record wrote is theirs: the page for its author, and what only its author may do.
    let checking = format!("/petitions/{ramps}/checking");
    assert_eq!(person.get(&checking).await.status, 200);
    assert_eq!(platform.person(3).await.get(&checking).await.status, 403);
    petitions::press(&person, &checking, &format!("/petitions/{ramps}/recall")).await;

    // What the log holds of their acts is of both records, each with its receipt.
    let acts = person.page("/cabinet/record").await;
    let receipts = acts.links().into_iter().filter(|link| link.ends_with(".json")).collect::<Vec<_>>();
    assert!(receipts.len() >= 6, "the acts of both: {}", acts.text());
    for receipt in receipts {
        assert_eq!(person.get(&receipt).await.status, 200, "{receipt}");
        assert_eq!(platform.person(3).await.get(&receipt).await.status, 404, "{receipt}");
    }

    // Everything about the person is in one archive.
    let signed = archived(&person, "services/petitions/signatures.json").await;
    let of_bridge = format!("\"petition\":\"{bridge}\"");
    assert_eq!(signed.matches(&of_bridge).count(), 2, "both signatures: {signed}");
    assert!(
        archived(&person, "services/petitions/petitions.json").await.contains("Ramps at all post offices")
    );

    // The log tells of it, and all acts before and after follow from what was recorded.
    platform.stop().await;
    platform.audit().await;
    for number in [&bridge, &stars, &ramps] {
        let (good, said) = platform.run_audit(&["replay", "--case", &format!("petitions/{number}")]).await;
        assert!(good && said.contains("0 do not follow"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_records_become_one_person_on_sqlite() {
    two_records_become_one_person(Settings::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_records_become_one_person_on_postgres() {
    two_records_become_one_person(Settings::default().on_postgres()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merging_is_carried_out_once_although_the_process_is_killed() {
    let mut platform = Platform::start(Settings::default().threshold(1000)).await;
    let (author, taras, other) =
        (platform.person(1).await, platform.person(TARAS).await, platform.person(OTHER).await);
    let mut numbers = Vec::new();
    for title in ["One bridge over the ravine", "Lamps in the old park", "Benches along the river"] {
        let number = petitions::send(&author, title).await;
        petitions::publish(&platform.person(OFFICIAL).await, &number).await;
        petitions::sign(&taras, &number).await;
        petitions::sign(&other, &number).await;
        numbers.push(number);
    }
    let (staying, gone) = (record(&taras).await, record(&other).await);
    let (administrator, holder) = (platform.person(ADMINISTRATOR).await, platform.person(HOLDER).await);
    let proposal = proposed(&administrator, &staying, &gone).await;
    let form = approval(&holder, &proposal).await;
    assert_eq!(holder.submit(&form).await.led_to(), proposal);
    // What is decided is durable; wherever the work stands, it goes on there.
    platform.kill().await;
    platform.restart().await;
    let holder = platform.person(HOLDER).await;
    carried_out(&holder, &proposal).await;
    let visitor = platform.visitor();
    visitor.read_english().await;
    for number in &numbers {
        until("the later participation is invalidated", async || {
            (petitions::count(&visitor, number).await == 1).then_some(())
        })
        .await;
    }
    let person = platform.person(OTHER).await;
    assert_eq!(record(&person).await, staying);
    until("the person is told of each", async || {
        let told = person.page("/cabinet/notices").await.text();
        (told.matches(VOID).count() == 3).then_some(())
    })
    .await;
    let told = person.page("/cabinet/notices").await.text();
    assert_eq!(told.matches(&says("merge-notice")).count(), 1, "told once: {told}");
    assert_eq!(visitor.get("/invalidations/3").await.status, 200);
    assert_eq!(visitor.get("/invalidations/4").await.status, 404, "each is decided once");
    platform.stop().await;
    platform.audit().await;
}

/// Whoever is erased is erased under both records.
async fn an_erasure_takes_both_records(settings: Settings) {
    let mut platform = Platform::start(settings).await;
    let (taras, other) = (platform.person(TARAS).await, platform.person(OTHER).await);
    for (person, title) in [(&taras, "Free buses"), (&other, "Free trains")] {
        let form = person.form("/petitions/new", "/petitions/new").await.with("title", title).press("save");
        person.submit(&form).await.led_to();
    }
    let (staying, gone) = (record(&taras).await, record(&other).await);
    merged(&platform, &staying, &gone).await;
    let person = platform.person(OTHER).await;
    assert!(person.page(ERASURE).await.text().contains(&says("erasure-whole")));
    let sure = person.form(ERASURE, ERASURE).await.with("sure", "yes");
    assert_eq!(person.submit(&sure).await.led_to(), "/");
    // Whoever signs in with either key is a new person, with nothing of before.
    let mut known = vec![staying, gone];
    for way in [TARAS, OTHER] {
        let anew = platform.person(way).await;
        let number = record(&anew).await;
        assert!(!known.contains(&number), "a new record by each key");
        known.push(number);
        assert!(anew.page("/cabinet/drafts").await.text().contains(&says("cabinet-no-drafts")));
        assert!(anew.page("/cabinet/notices").await.text().contains(&says("cabinet-no-notices")));
    }
    platform.stop().await;
    platform.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_takes_both_records_on_sqlite() {
    an_erasure_takes_both_records(Settings::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_takes_both_records_on_postgres() {
    an_erasure_takes_both_records(Settings::default().on_postgres()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_records_that_may_not_be_merged_are_refused() {
    let platform = Platform::start(Settings::default()).await;
    let administrator = platform.person(ADMINISTRATOR).await;
    let taras = record(&platform.person(TARAS).await).await;
    let other = record(&platform.person(OTHER).await).await;
    let unproven = record(&platform.person(UNPROVEN).await).await;
    let maria = record(&platform.person(1).await).await;
    let holder = record(&platform.person(HOLDER).await).await;
    let official = record(&platform.person(OFFICIAL).await).await;
    let own = record(&administrator).await;
    let nobody = "0198f000-0000-7000-8000-000000000001";
    for (staying, merged, why) in [
        // Two taxpayer's numbers are two persons.
        (&taras, &maria, "merge-error-two-persons"),
        (&taras, &taras, "merge-error-same"),
        // Nobody decides about their own record.
        (&own, &unproven, "merge-error-own"),
        (&taras, &own, "merge-error-own"),
        // Nothing proven becomes less so, and no role comes by a merging.
        (&unproven, &other, "merge-error-proven-stays"),
        (&other, &holder, "merge-error-role"),
        (&other, &official, "merge-error-role"),
    ] {
        refused(&administrator, staying, merged, why).await;
    }
    refused(&administrator, &taras, nobody, "merge-error-unknown").await;
    for fields in [
        [("staying", taras.as_str()), ("merged", "7"), ("grounds", GROUNDS), ("document", DOCUMENT)],
        [("staying", &taras), ("merged", &other), ("grounds", ""), ("document", DOCUMENT)],
        [("staying", &taras), ("merged", &other), ("grounds", GROUNDS), ("document", " ")],
    ] {
        assert_eq!(administrator.post(DESK, &fields).await.status, 422);
    }

    // Who asked to be erased is not merged meanwhile.
    let author = platform.person(OTHER).await;
    petitions::send(&author, "A well in every yard").await;
    let sure = author.form(ERASURE, ERASURE).await.with("sure", "yes");
    author.submit(&sure).await;
    refused(&administrator, &taras, &other, "merge-error-erasure").await;
    until("the request waits and is taken back", async || {
        let withdraw = author.page(ERASURE).await.form_to("/cabinet/my-data/erasure/withdraw")?;
        author.submit(&withdraw).await.led_to();
        Some(())
    })
    .await;

    // What is merged is not merged again, in no direction, and not by way of a third record.
    merged(&platform, &taras, &other).await;
    refused(&administrator, &taras, &other, "merge-error-same").await;
    refused(&administrator, &other, &taras, "merge-error-same").await;
    refused(&administrator, &maria, &other, "merge-error-before").await;
    refused(&administrator, &maria, &taras, "merge-error-two-persons").await;
    // The one that stays takes another one in.
    merged(&platform, &taras, &unproven).await;
    for way in [TARAS, OTHER, UNPROVEN] {
        assert_eq!(record(&platform.person(way).await).await, taras);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_one_official_alone_merges_nothing() {
    let platform = Platform::start(Settings::default()).await;
    let (taras, other) = (platform.person(TARAS).await, platform.person(OTHER).await);
    let (staying, gone) = (record(&taras).await, record(&other).await);
    let administrator = platform.person(ADMINISTRATOR).await;
    let proposal = proposed(&administrator, &staying, &gone).await;
    let approve = format!("{proposal}/approve");
    let holder = platform.person(HOLDER).await;
    let form = approval(&holder, &proposal).await;
    let (digest, mark) = (form.value("digest").unwrap(), form.value("mark").unwrap());
    let fields = [("digest", digest), ("mark", mark)];

    // Whoever proposed: not on the page, not by a request of their own, not by a second session.
    assert!(administrator.page(&proposal).await.form_to(&approve).is_none());
    for session in [administrator, platform.person(ADMINISTRATOR).await] {
        let refused = session.post(&approve, &fields).await;
        assert_eq!(refused.status, 403);
        assert!(refused.text().contains(&says("two-person-same")), "{}", refused.text());
    }
    // Nor who does not run the platform, the person themselves among them.
    let mine =
        [("staying", staying.as_str()), ("merged", &gone), ("grounds", GROUNDS), ("document", DOCUMENT)];
    for person in [TARAS, OTHER, OFFICIAL, 12] {
        let person = platform.person(person).await;
        for (path, fields) in [(DESK, &mine[..]), (COUNT, &mine[..]), (&approve, &fields[..])] {
            assert_eq!(person.post(path, fields).await.status, 403, "{path}");
        }
        assert_eq!(person.get(&proposal).await.status, 403);
    }
    // Nothing but what was shown, and nobody else's site presses the button.
    assert_eq!(holder.post_from(&approve, Some("https://example.org"), &fields).await.status, 403);
    assert_eq!(holder.post(&approve, &[("digest", &"0".repeat(64)), ("mark", mark)]).await.status, 403);
    assert_eq!(holder.post(&approve, &[("digest", digest), ("mark", &"0".repeat(64))]).await.status, 409);
    for person in [&taras, &other] {
        assert_eq!(person.get("/cabinet").await.status, 200, "nothing of that did anything");
    }
    // What was declined or is out of date is not approved.
    let decline = holder.form(&proposal, &format!("{proposal}/decline")).await;
    assert_eq!(holder.submit(&decline).await.led_to(), proposal);
    assert_eq!(holder.submit(&form).await.status, 403);
    let proposal = proposed(&platform.person(ADMINISTRATOR).await, &staying, &gone).await;
    let form = approval(&holder, &proposal).await;
    platform.move_clock("7d").await;
    let late = platform.person(HOLDER).await.submit(&form).await;
    assert_eq!(late.status, 403);
    assert!(late.text().contains(&says("two-person-over")), "{}", late.text());
    assert_ne!(record(&platform.person(OTHER).await).await, staying);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_a_block_is_not_escaped_by_merging() {
    let platform = Platform::start(Settings::default().threshold(1000)).await;
    let (taras, other) = (platform.person(TARAS).await, platform.person(OTHER).await);
    let number = petitions::send(&platform.person(1).await, "A bridge over the ravine").await;
    petitions::publish(&platform.person(OFFICIAL).await, &number).await;
    let (staying, gone) = (record(&taras).await, record(&other).await);
    // The record that ends is lawfully blocked; the person is, then.
    let administrator = platform.person(ADMINISTRATOR).await;
    let fields = [("person", gone.as_str()), ("basis", "Rules of use, item 5")];
    administrator.post("/administration/persons/block", &fields).await.led_to();
    merged(&platform, &staying, &gone).await;
    for way in [TARAS, OTHER] {
        let person = platform.person(way).await;
        let signed = petitions::try_sign(&person, &number).await.unwrap();
        assert_eq!(signed.status, 403, "{}", signed.text());
    }
    let page = administrator.page(&format!("/administration/persons?person={staying}")).await.text();
    assert!(page.contains("Rules of use, item 5"), "{page}");
    assert_eq!(petitions::count(&platform.visitor(), &number).await, 0);

    // Whom the block list keeps out is not merged at all.
    let unproven = record(&platform.person(UNPROVEN).await).await;
    let fields =
        [("target", format!("person:{unproven}")), ("reason", "A machine".into()), ("hours", "24".into())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    administrator.post("/administration/security/block", &fields).await.led_to();
    let maria = record(&platform.person(1).await).await;
    refused(&administrator, &maria, &unproven, "merge-error-kept-out").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_an_unproven_way_in_is_no_second_person_and_proves_nothing() {
    let platform = Platform::start(Settings::default().threshold(1000)).await;
    let number = petitions::send(&platform.person(1).await, "A bridge over the ravine").await;
    petitions::publish(&platform.person(OFFICIAL).await, &number).await;
    // An account that proves nothing is merged into the record of the technical administrator, by two others.
    let administrator = record(&platform.person(ADMINISTRATOR).await).await;
    let unproven = record(&platform.person(UNPROVEN).await).await;
    let holder = platform.person(HOLDER).await;
    refused(&platform.person(ADMINISTRATOR).await, &administrator, &unproven, "merge-error-own").await;
    let proposal = proposed(&holder, &administrator, &unproven).await;
    // Another holder can approve it; whose record it is cannot, not even with what the other one was shown.
    let form = approval(&platform.person(OTHER_HOLDER).await, &proposal).await;
    let own = platform.person(ADMINISTRATOR).await;
    assert!(own.page(&proposal).await.form_to(&format!("{proposal}/approve")).is_none());
    let fields = [("digest", form.value("digest").unwrap()), ("mark", form.value("mark").unwrap())];
    assert_eq!(own.post(&format!("{proposal}/approve"), &fields).await.status, 403);

    // Merged into a citizen's record, it leads there and signs nothing that asks for more.
    let taras = platform.person(TARAS).await;
    let staying = record(&taras).await;
    merged(&platform, &staying, &unproven).await;
    let weak = platform.person(UNPROVEN).await;
    assert_eq!(record(&weak).await, staying);
    let signed = petitions::try_sign(&weak, &number).await.unwrap();
    assert_ne!(signed.to.as_deref(), Some(format!("/petitions/{number}").as_str()), "led to a surer way");
    assert_eq!(petitions::count(&platform.visitor(), &number).await, 0);
    // Nor does it rename a person whom something proves.
    let page = weak.page("/cabinet").await.text();
    assert!(page.contains("Гнатюк") && !page.contains("Ткаченко"), "{page}");
}

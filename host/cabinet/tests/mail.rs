//! Notices by e-mail against a real mail server, on either engine of the storage. Both clocks stand still and are moved.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

use std::path::Path;
use tempfile::TempDir;
use vzaemo_cabinet::mail::{
    AddressError, Kind, MailConfig, Mailer, Rhythm, Round, State, Tls, ask, confirm, deliveries, mailbox,
    set_language, set_rhythm, stop_all_by,
};
use vzaemo_cabinet::{Notice, Text, merging, my_notices, notify};
use vzaemo_clock::{Instant, LegalClock, SecurityClock, SignedDuration, Zone};
use vzaemo_storage::{Config, Postgres, Storage, Unit};
use vzaemo_test_smtp::{Server, Taken, Tls as ServerTls, USER};

const MARIA: &str = "0198f000-0000-7000-8000-000000000001";
const TARAS: &str = "0198f000-0000-7000-8000-000000000002";
/// A Tuesday, 13:00 in Kyiv.
const START: &str = "2026-09-01T10:00:00.000Z";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

struct Place {
    storage: Storage,
    legal: LegalClock,
    security: SecurityClock,
    wait: Box<dyn Fn(SignedDuration)>,
    server: Server,
    mailer: Mailer,
    _folder: TempDir,
}

fn config(server: &Server, tls: Tls) -> MailConfig {
    let secured = tls != Tls::None;
    MailConfig {
        server: if secured { "localhost" } else { "127.0.0.1" }.to_owned(),
        port: server.port(),
        tls,
        authority: secured.then(|| std::fs::read(server.authority()).unwrap()),
        credentials: (tls == Tls::StartTls).then(|| (USER.0.to_owned(), USER.1.to_owned())),
        sender: "Взаємодія <no-reply@platform.example>".to_owned(),
        platform: Text { uk: "Взаємодія".to_owned(), en: "Vzaiemodiia".to_owned() },
        base: "https://platform.example/".parse().unwrap(),
    }
}

impl Place {
    async fn new(engine: Engine) -> Self {
        Self::over(engine, ServerTls::None, Tls::None).await
    }

    async fn over(engine: Engine, offered: ServerTls, tls: Tls) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(engine, folder.path()).await;
        storage.declare(vzaemo_cabinet::NAMESPACE, &vzaemo_cabinet::collections()).await.unwrap();
        let start: Instant = START.parse().unwrap();
        let legal = LegalClock::still(start);
        let (security, hand) = SecurityClock::still(start);
        let server = Server::start(offered);
        let mailer = Mailer::new(
            &config(&server, tls),
            storage.clone(),
            legal.clone(),
            security.clone(),
            Zone::named("Europe/Kyiv").unwrap(),
        )
        .unwrap();
        let wait = Box::new(move |by| {
            hand(by).unwrap();
        });
        Place { storage, legal, security, wait, server, mailer, _folder: folder }
    }

    /// A second mailer, as another node has it.
    fn other(&self) -> Mailer {
        let zone = Zone::named("Europe/Kyiv").unwrap();
        let config = config(&self.server, Tls::None);
        Mailer::new(&config, self.storage.clone(), self.legal.clone(), self.security.clone(), zone).unwrap()
    }

    async fn unit(&self) -> Unit {
        self.storage.begin().await.unwrap()
    }

    async fn ask(&self, person: &str, email: &str) -> Result<(), AddressError> {
        let mut unit = self.unit().await;
        ask(&mut unit, person, email, "uk", self.legal.now(), self.security.now()).await?;
        unit.commit().await.unwrap();
        Ok(())
    }

    /// Whether the link in the last letter confirms.
    async fn follow_link(&self, person: &str) -> bool {
        let letter = self.server.taken().pop().unwrap();
        let code = letter.plain.unwrap().split("code=").nth(1).unwrap()[..64].to_owned();
        self.confirm(person, &code).await
    }

    async fn confirm(&self, person: &str, code: &str) -> bool {
        let mut unit = self.unit().await;
        let confirmed = confirm(&mut unit, person, code, self.security.now()).await.unwrap();
        unit.commit().await.unwrap();
        confirmed
    }

    async fn reachable(&self, person: &str, email: &str) {
        self.ask(person, email).await.unwrap();
        assert_eq!(self.round().await.sent, 1);
        assert!(self.follow_link(person).await);
    }

    async fn round(&self) -> Round {
        self.mailer.round().await.unwrap()
    }

    async fn tell(&self, person: &str, kind: Kind, uk: &str) {
        let mut unit = self.unit().await;
        self.tell_in(&mut unit, person, kind, uk).await;
        unit.commit().await.unwrap();
    }

    async fn tell_in(&self, unit: &mut Unit, person: &str, kind: Kind, uk: &str) {
        let notice = Notice {
            module: "notes".to_owned(),
            kind,
            text: Text { uk: uk.to_owned(), en: format!("{uk} in English") },
            address: "/notes/7".to_owned(),
        };
        notify(unit, person, notice, self.legal.now()).await.unwrap();
    }

    async fn states(&self, person: &str) -> Vec<(State, Option<u16>)> {
        let found = deliveries(&mut self.unit().await, person, 100).await.unwrap();
        found.into_iter().map(|delivery| (delivery.state, delivery.status)).collect()
    }

    async fn rhythm(&self, person: &str, kind: Kind, rhythm: Rhythm) {
        let mut unit = self.unit().await;
        set_rhythm(&mut unit, person, kind, rhythm).await.unwrap();
        unit.commit().await.unwrap();
    }

    fn to(&self, at: &str) {
        self.legal.set_at_least(at.parse().unwrap()).unwrap();
    }
}

async fn storage(engine: Engine, folder: &Path) -> Storage {
    let mut config = Config::new(folder);
    if engine == Engine::Postgres {
        config.postgres = Some(Postgres::at(vzaemo_test_postgres::shared().schema()));
    }
    Storage::open(config).await.unwrap()
}

fn subject(letter: &Taken) -> &str {
    &letter.headers["subject"]
}

macro_rules! on_both_engines {
    ($($name:ident)*) => {
        mod sqlite { $(#[tokio::test] async fn $name() { super::$name(super::Engine::Sqlite).await; })* }
        mod postgres { $(#[tokio::test] async fn $name() { super::$name(super::Engine::Postgres).await; })* }
    };
}
on_both_engines! {
    an_address_is_used_once_it_is_confirmed
    only_the_link_that_was_sent_confirms_and_only_in_time
    a_notice_goes_in_the_commit_of_its_cause_or_not_at_all
    a_letter_says_the_same_twice_in_the_persons_language
    digests_go_in_the_morning_and_legal_notices_at_once
    a_lasting_refusal_is_kept_and_ends_the_use_of_the_address
    what_is_put_off_is_tried_again_after_longer_and_longer_waits
    while_the_server_is_away_letters_wait
    two_nodes_send_a_letter_once
    one_press_stops_all_but_legal_letters
    a_person_whose_records_are_merged_is_written_to_at_both_addresses
}

async fn an_address_is_used_once_it_is_confirmed(engine: Engine) {
    let place = Place::new(engine).await;
    place.tell(MARIA, Kind::Legal, "До адреси").await;
    place.ask(MARIA, " maria@citizen.example ").await.unwrap();
    place.tell(MARIA, Kind::Legal, "До підтвердження").await;
    assert_eq!(place.round().await, Round { sent: 1, ..Round::default() });
    let letter = place.server.taken().pop().unwrap();
    assert_eq!(letter.to, ["maria@citizen.example"]);
    assert_eq!(letter.from, "no-reply@platform.example");
    assert_eq!(subject(&letter), "Підтвердьте адресу для повідомлень");

    assert!(place.follow_link(MARIA).await);
    place.tell(MARIA, Kind::Legal, "Після").await;
    assert_eq!(place.round().await.sent, 1);
    assert_eq!(place.round().await, Round::default(), "once");
    let told: Vec<String> = place.server.taken().iter().map(|letter| subject(letter).to_owned()).collect();
    assert_eq!(told, ["Підтвердьте адресу для повідомлень", "Після"]);
    assert_eq!(place.states(MARIA).await, [(State::Sent, None), (State::Sent, None)]);
}

async fn only_the_link_that_was_sent_confirms_and_only_in_time(engine: Engine) {
    let place = Place::new(engine).await;
    for broken in [
        "",
        "maria",
        "maria@",
        "@citizen.example",
        "a b@citizen.example",
        "maria@localhost",
        "a@b.example, c@d.example",
        "\"a b\"@citizen.example",
        "a@[127.0.0.1]",
    ] {
        assert!(matches!(place.ask(MARIA, broken).await, Err(AddressError::Malformed)), "{broken}");
    }
    place.ask(MARIA, "maria@citizen.example").await.unwrap();
    place.round().await;
    assert!(!place.confirm(MARIA, "").await);
    assert!(!place.confirm(MARIA, &"0".repeat(64)).await);
    assert_eq!(mailbox(&mut place.unit().await, MARIA).await.unwrap().unwrap().email, None);
    // Somebody else's link is nobody's.
    place.ask(MARIA, "maria@citizen.example").await.unwrap();
    place.ask(TARAS, "taras@citizen.example").await.unwrap();
    place.round().await;
    assert!(!place.follow_link(MARIA).await, "the last link is not hers");
    // In time only.
    place.ask(MARIA, "maria@citizen.example").await.unwrap();
    place.round().await;
    (place.wait)(SignedDuration::from_hours(48));
    assert!(!place.follow_link(MARIA).await);
    assert_eq!(mailbox(&mut place.unit().await, MARIA).await.unwrap().unwrap().email, None);
    // And not without end.
    for _ in 0..5 {
        place.ask(MARIA, "maria@citizen.example").await.unwrap();
    }
    assert!(matches!(place.ask(MARIA, "maria@citizen.example").await, Err(AddressError::TooMany)));
}

async fn a_notice_goes_in_the_commit_of_its_cause_or_not_at_all(engine: Engine) {
    let place = Place::new(engine).await;
    place.reachable(MARIA, "maria@citizen.example").await;
    let mut lost = place.unit().await;
    place.tell_in(&mut lost, MARIA, Kind::Legal, "Чого не сталося").await;
    drop(lost);
    assert_eq!(place.round().await, Round::default());
    assert_eq!(place.server.taken().len(), 1);
}

async fn a_letter_says_the_same_twice_in_the_persons_language(engine: Engine) {
    let place = Place::new(engine).await;
    place.reachable(MARIA, "maria@citizen.example").await;
    let mut unit = place.unit().await;
    set_language(&mut unit, MARIA, "en").await.unwrap();
    unit.commit().await.unwrap();
    place.tell(MARIA, Kind::Case, "Запис <b>7</b>\r\nBcc: x@evil.example").await;
    assert_eq!(place.round().await.sent, 1);
    let letter = place.server.taken().pop().unwrap();
    assert_eq!(letter.to, ["maria@citizen.example"]);
    assert_eq!(subject(&letter), "Запис <b>7</b> Bcc: x@evil.example in English");
    assert!(!letter.headers.contains_key("bcc"));
    assert_eq!(letter.headers["auto-submitted"], "auto-generated");
    assert_eq!(letter.headers["content-language"], "en");
    assert!(letter.headers["content-type"].starts_with("multipart/alternative"));
    let (plain, html) = (letter.plain.unwrap(), letter.html.unwrap());
    for link in [
        "https://platform.example/notes/7",
        "https://platform.example/cabinet/mail",
        "https://platform.example/cabinet/mail/stop?by=",
    ] {
        assert!(plain.contains(link) && html.contains(link), "{link}\n{plain}\n{html}");
    }
    assert!(plain.contains("You got this letter because") && html.contains("You got this letter because"));
    assert!(
        html.contains("<html lang=\"en\">")
            && html.contains("&lt;b&gt;7&lt;/b&gt;")
            && !html.contains("<b>7")
    );
    assert!(!html.contains("<img") && !html.contains("<style") && !html.contains("<script"));
}

async fn digests_go_in_the_morning_and_legal_notices_at_once(engine: Engine) {
    let place = Place::new(engine).await;
    place.reachable(MARIA, "maria@citizen.example").await;
    place.rhythm(MARIA, Kind::Case, Rhythm::Daily).await;
    place.rhythm(MARIA, Kind::News, Rhythm::Weekly).await;
    place.rhythm(MARIA, Kind::Legal, Rhythm::Never).await;
    place.tell(MARIA, Kind::Case, "Справа один").await;
    place.tell(MARIA, Kind::News, "Новина").await;
    place.tell(MARIA, Kind::Legal, "Рішення").await;
    let sent = |place: &Place| {
        place.server.taken().iter().skip(1).map(|letter| subject(letter).to_owned()).collect::<Vec<_>>()
    };
    place.round().await;
    assert_eq!(sent(&place), ["Рішення"]);
    let legal = place.server.taken().pop().unwrap();
    assert!(
        !legal.headers.contains_key("list-unsubscribe"),
        "of what is legal nobody is offered to know nothing"
    );

    // 7:59:59 in Kyiv on Wednesday is not yet the morning; what comes in the meantime goes along.
    place.to("2026-09-02T04:59:59.999Z");
    place.tell(MARIA, Kind::Case, "Справа два").await;
    assert_eq!(place.round().await, Round::default());
    place.to("2026-09-02T05:00:00.000Z");
    place.tell(MARIA, Kind::Case, "Справа три").await;
    assert_eq!(place.round().await, Round { sent: 2, ..Round::default() });
    assert_eq!(sent(&place), ["Рішення", "2 нові повідомлення"]);
    let plain = place.server.taken().pop().unwrap().plain.unwrap();
    assert!(
        plain.contains("Справа один") && plain.contains("Справа два") && !plain.contains("Справа три"),
        "{plain}"
    );

    // The weekly one goes on Monday.
    place.to("2026-09-06T20:00:00.000Z");
    place.round().await;
    assert_eq!(sent(&place).len(), 3, "the daily one of Thursday");
    place.to("2026-09-07T05:00:00.000Z");
    assert_eq!(place.round().await.sent, 1);
    assert_eq!(sent(&place).last().unwrap(), "Новина");
    let digest = place.server.taken().pop().unwrap();
    assert_eq!(digest.headers["list-unsubscribe-post"], "List-Unsubscribe=One-Click");
}

async fn a_lasting_refusal_is_kept_and_ends_the_use_of_the_address(engine: Engine) {
    let place = Place::new(engine).await;
    // The letter with the link itself is refused.
    place.ask(MARIA, "refused@citizen.example").await.unwrap();
    assert_eq!(place.round().await, Round { refused: 1, ..Round::default() });
    let pending = mailbox(&mut place.unit().await, MARIA).await.unwrap().unwrap().pending.unwrap();
    assert_eq!(pending.failure.unwrap().status, 550);
    assert_eq!(place.states(MARIA).await, [(State::Refused, Some(550))]);

    // An address that was good once: the server has nothing for it any more. It is put in by the back door, as the
    // server refuses its link too.
    place.reachable(TARAS, "full@citizen.example".replace("full", "taras").as_str()).await;
    let mut unit = place.unit().await;
    let document = unit.get("cabinet", "addresses", TARAS).await.unwrap().unwrap();
    let body = document.body.replace("taras@", "refused@");
    unit.replace("cabinet", "addresses", TARAS, document.revision, &body).await.unwrap();
    unit.commit().await.unwrap();
    place.tell(TARAS, Kind::Legal, "Рішення").await;
    assert_eq!(place.round().await, Round { refused: 1, ..Round::default() });
    let kept = mailbox(&mut place.unit().await, TARAS).await.unwrap().unwrap();
    assert_eq!(kept.failure.as_ref().unwrap().status, 550);
    assert_eq!(kept.reachable(), None);
    place.tell(TARAS, Kind::Legal, "Друге рішення").await;
    assert_eq!(place.round().await, Round::default(), "nothing is sent there any more");
    // Confirmed anew, another address is used.
    place.reachable(TARAS, "taras@citizen.example").await;
    place.tell(TARAS, Kind::Legal, "Третє рішення").await;
    assert_eq!(place.round().await.sent, 1);
}

async fn what_is_put_off_is_tried_again_after_longer_and_longer_waits(engine: Engine) {
    let place = Place::new(engine).await;
    place.reachable(MARIA, "later@citizen.example").await;
    place.server.puts_off(true);
    place.tell(MARIA, Kind::Legal, "Рішення").await;
    let (later, nothing) = (Round { later: 1, ..Round::default() }, Round::default());
    let minutes = SignedDuration::from_mins;
    assert_eq!(place.round().await, later);
    for wait in [1, 2, 4] {
        (place.wait)(minutes(wait) - SignedDuration::from_millis(1));
        assert_eq!(place.round().await, nothing, "not before {wait} min");
        (place.wait)(SignedDuration::from_millis(1));
        assert_eq!(place.round().await, later);
    }
    assert_eq!(place.states(MARIA).await[0], (State::Waiting, Some(451)));
    place.server.puts_off(false);
    (place.wait)(minutes(8));
    assert_eq!(place.round().await.sent, 1);
    assert_eq!(place.server.taken().len(), 2);

    place.server.puts_off(true);
    place.tell(MARIA, Kind::Legal, "Ще рішення").await;
    for _ in 0..14 {
        assert_eq!(place.round().await, later);
        (place.wait)(SignedDuration::from_hours(6));
    }
    assert_eq!(place.round().await, Round { ended: 1, ..Round::default() });
    assert_eq!(place.states(MARIA).await[0], (State::GivenUp, Some(451)));
}

async fn while_the_server_is_away_letters_wait(engine: Engine) {
    let mut place = Place::new(engine).await;
    place.reachable(MARIA, "maria@citizen.example").await;
    place.server.stop();
    place.tell(MARIA, Kind::Legal, "Рішення").await;
    let away = Round { away: true, ..Round::default() };
    assert_eq!(place.round().await, away);
    assert_eq!(place.round().await, away, "and it is not asked again at once");
    place.server.start_again();
    assert_eq!(place.round().await, away);
    (place.wait)(SignedDuration::from_secs(60));
    assert_eq!(place.round().await.sent, 1);
    assert_eq!(place.states(MARIA).await[0], (State::Sent, None));
}

async fn two_nodes_send_a_letter_once(engine: Engine) {
    let place = Place::new(engine).await;
    place.reachable(MARIA, "maria@citizen.example").await;
    let other = place.other();
    for letter in 0..8 {
        place.tell(MARIA, Kind::Legal, &format!("Рішення {letter}")).await;
    }
    // As if both thought that they had the lease.
    let (one, two) = tokio::join!(place.mailer.round(), other.round());
    let (one, two) = (one.unwrap(), two.unwrap());
    // What they met each other at waits for nobody: it is claimed by one of them.
    assert_eq!(one.sent + two.sent, 8, "{one:?} {two:?}");
    let letters = place.server.taken();
    assert_eq!(letters.len(), 9);
    let ids: std::collections::BTreeSet<_> =
        letters.iter().map(|letter| &letter.headers["message-id"]).collect();
    assert_eq!(ids.len(), 9);
}

async fn one_press_stops_all_but_legal_letters(engine: Engine) {
    let place = Place::new(engine).await;
    place.reachable(MARIA, "maria@citizen.example").await;
    place.tell(MARIA, Kind::News, "Новина").await;
    place.round().await;
    let letter = place.server.taken().pop().unwrap();
    let header = letter.headers["list-unsubscribe"].clone();
    let stop = header
        .trim_matches(['<', '>'])
        .strip_prefix("https://platform.example/cabinet/mail/stop?by=")
        .unwrap()
        .to_owned();
    let mut unit = place.unit().await;
    assert!(!stop_all_by(&mut unit, "").await.unwrap());
    assert!(!stop_all_by(&mut unit, &"0".repeat(64)).await.unwrap());
    assert!(stop_all_by(&mut unit, &stop).await.unwrap());
    unit.commit().await.unwrap();
    place.tell(MARIA, Kind::News, "Ще новина").await;
    place.tell(MARIA, Kind::Case, "Справа").await;
    place.tell(MARIA, Kind::Legal, "Рішення").await;
    assert_eq!(place.round().await.sent, 1);
    assert_eq!(subject(&place.server.taken().pop().unwrap()), "Рішення");
}

#[tokio::test]
async fn attack_mail_server_with_a_certificate_of_another_authority_or_name_gets_nothing() {
    let stranger = Server::start(ServerTls::Implicit);
    for (offered, tls) in [(ServerTls::StartTls, Tls::StartTls), (ServerTls::Implicit, Tls::Implicit)] {
        let place = Place::over(Engine::Sqlite, offered, tls).await;
        place.ask(MARIA, "maria@citizen.example").await.unwrap();
        let good = config(&place.server, tls);
        let foreign =
            MailConfig { authority: Some(std::fs::read(stranger.authority()).unwrap()), ..good.clone() };
        let unknown = MailConfig { authority: None, ..good.clone() };
        // The certificate is for `localhost` only.
        let renamed = MailConfig { server: "127.0.0.1".to_owned(), ..good };
        for (why, wrong) in [("foreign", foreign), ("unknown", unknown), ("renamed", renamed)] {
            let zone = Zone::named("Europe/Kyiv").unwrap();
            let (legal, security) = (place.legal.clone(), place.security.clone());
            let mailer = Mailer::new(&wrong, place.storage.clone(), legal, security, zone).unwrap();
            assert!(mailer.round().await.unwrap().away, "{tls:?} {why}");
        }
        assert!(place.server.taken().is_empty(), "{tls:?}");
    }
}

#[tokio::test]
async fn letters_go_over_tls_where_it_is_wanted_or_not_at_all() {
    for (offered, tls) in [(ServerTls::StartTls, Tls::StartTls), (ServerTls::Implicit, Tls::Implicit)] {
        let place = Place::over(Engine::Sqlite, offered, tls).await;
        place.ask(MARIA, "maria@citizen.example").await.unwrap();
        assert_eq!(place.round().await.sent, 1, "{tls:?}");
        let letter = place.server.taken().pop().unwrap();
        assert!(letter.tls, "{tls:?}");
        assert_eq!(letter.user.as_deref(), (tls == Tls::StartTls).then_some(USER.0));
    }
    // A server without TLS gets nothing from a platform that wants it.
    let place = Place::over(Engine::Sqlite, ServerTls::None, Tls::None).await;
    let strict = MailConfig { tls: Tls::StartTls, ..config(&place.server, Tls::None) };
    let zone = Zone::named("Europe/Kyiv").unwrap();
    let mailer =
        Mailer::new(&strict, place.storage.clone(), place.legal.clone(), place.security.clone(), zone)
            .unwrap();
    place.ask(MARIA, "maria@citizen.example").await.unwrap();
    assert!(mailer.round().await.unwrap().away);
    assert!(place.server.taken().is_empty());
}

async fn a_person_whose_records_are_merged_is_written_to_at_both_addresses(engine: Engine) {
    let place = Place::new(engine).await;
    place.reachable(MARIA, "maria@citizen.example").await;
    place.reachable(TARAS, "other@citizen.example").await;
    let text = Text { uk: "Об’єднано".to_owned(), en: "Merged".to_owned() };
    let (module, address) = (String::new(), "/cabinet".to_owned());
    let notice = Notice { module, kind: Kind::Legal, text, address };
    let mut unit = place.unit().await;
    merging::write_to(&mut unit, TARAS, &notice, place.legal.now()).await.unwrap();
    notify(&mut unit, MARIA, notice, place.legal.now()).await.unwrap();
    unit.commit().await.unwrap();
    let mut unit = place.unit().await;
    assert!(merging::has_waiting_letters(&mut unit, TARAS).await.unwrap());
    assert!(my_notices(&mut unit, TARAS, 10, None).await.unwrap().0.is_empty(), "one notice, in one cabinet");
    drop(unit);
    assert_eq!(place.round().await.sent, 2);
    let mut told: Vec<Vec<String>> =
        place.server.taken().iter().rev().take(2).map(|letter| letter.to.clone()).collect();
    told.sort();
    assert_eq!(told, [["maria@citizen.example"], ["other@citizen.example"]]);

    // Then letters and address change hands; whoever has an address keeps it.
    let mut unit = place.unit().await;
    assert!(!merging::has_waiting_letters(&mut unit, TARAS).await.unwrap());
    drop(unit);
    for left in [true, true, false] {
        let mut unit = place.unit().await;
        assert_eq!(merging::hand_letters_over(&mut unit, TARAS, MARIA).await.unwrap() > 0, left);
        unit.commit().await.unwrap();
    }
    let mut unit = place.unit().await;
    assert!(mailbox(&mut unit, TARAS).await.unwrap().is_none());
    assert_eq!(
        mailbox(&mut unit, MARIA).await.unwrap().unwrap().email.as_deref(),
        Some("maria@citizen.example")
    );
    drop(unit);
    assert_eq!(place.states(MARIA).await.len(), 4, "the letters of both");
    assert!(place.states(TARAS).await.is_empty());
    // Who has none gets the one that there is.
    for left in [true, true, false] {
        let mut unit = place.unit().await;
        assert_eq!(merging::hand_letters_over(&mut unit, MARIA, TARAS).await.unwrap() > 0, left);
        unit.commit().await.unwrap();
    }
    let found = mailbox(&mut place.unit().await, TARAS).await.unwrap();
    assert_eq!(found.unwrap().email.as_deref(), Some("maria@citizen.example"));
}

//! The security subsystem over a storage, on SQLite and on PostgreSQL, with a clock that tests move.

use crate::{
    Alert, AnomalyRule, Attempt, Delivery, DeliveryError, Event, EventKind, LockoutRule, Protection, Rules,
    Target, Telling, Webhook, collections,
};
use async_trait::async_trait;
use std::sync::{Arc, Mutex};
use vzaemo_clock::{Instant, SecurityClock, SignedDuration};
use vzaemo_storage::{Config, Postgres, Storage};

type Hand = Box<dyn Fn(i64)>;

struct Place {
    _folder: tempfile::TempDir,
    storage: Storage,
    clock: SecurityClock,
    /// Moves the clock by so many seconds.
    advance: Hand,
}

async fn places() -> Vec<Place> {
    let mut places = Vec::new();
    for shared in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new(folder.path());
        config.postgres = shared.then(|| Postgres::at(vzaemo_test_postgres::shared().schema()));
        let storage = Storage::open(config).await.unwrap();
        storage.declare(crate::NAMESPACE, &collections()).await.unwrap();
        let (clock, hand) = SecurityClock::still("2026-09-03T10:00:00Z".parse().unwrap());
        let advance: Hand = Box::new(move |seconds| {
            hand(SignedDuration::from_secs(seconds)).unwrap();
        });
        places.push(Place { _folder: folder, storage, clock, advance });
    }
    places
}

const RULES: Rules = Rules {
    lockout: LockoutRule {
        failures: 3,
        first: SignedDuration::from_secs(60),
        longest: SignedDuration::from_secs(600),
    },
    anomaly: AnomalyRule {
        window: SignedDuration::from_secs(3600),
        persons_per_address: 3,
        persons_per_device: 2,
        regular_acts: 5,
    },
};

impl Place {
    fn protection(&self) -> Protection {
        self.told_by(Vec::new())
    }

    fn told_by(&self, ways: Vec<Arc<dyn Delivery>>) -> Protection {
        Protection::new(self.storage.clone(), self.clock.clone(), RULES, ways, crate::OriginKey::new([7; 32]))
    }

    fn in_seconds(&self, seconds: i64) -> Instant {
        self.clock.now().checked_add(SignedDuration::from_secs(seconds)).unwrap()
    }
}

const ADDRESS: &str = "address:198.51.100.7";

#[tokio::test(flavor = "multi_thread")]
async fn who_fails_again_and_again_waits_twice_as_long_each_time_at_every_node() {
    for place in places().await {
        let (one, other) = (place.protection(), place.protection());
        for wait in [60, 120, 240, 480, 600, 600] {
            for _ in 0..2 {
                assert_eq!(one.attempt_failed(Attempt::SignIn, ADDRESS).await.unwrap(), None);
                assert_eq!(other.locked_until(Attempt::SignIn, ADDRESS).await.unwrap(), None);
            }
            let until = one.attempt_failed(Attempt::SignIn, ADDRESS).await.unwrap();
            assert_eq!(until, Some(place.in_seconds(wait)));
            assert_eq!(other.locked_until(Attempt::SignIn, ADDRESS).await.unwrap(), until, "another node");
            assert_eq!(other.locked_until(Attempt::Signature, ADDRESS).await.unwrap(), None);
            assert_eq!(other.locked_until(Attempt::SignIn, "address:198.51.100.8").await.unwrap(), None);
            assert_eq!(other.locked_out(10).await.unwrap().len(), 1);
            (place.advance)(wait);
            assert_eq!(
                one.locked_until(Attempt::SignIn, ADDRESS).await.unwrap(),
                None,
                "over after {wait} s"
            );
        }
        // A day later the next one is short again. Failures far apart, and those before a success, are not counted.
        (place.advance)(24 * 3600);
        for _ in 0..4 {
            assert_eq!(one.attempt_failed(Attempt::SignIn, ADDRESS).await.unwrap(), None);
            (place.advance)(15 * 60);
        }
        for _ in 0..2 {
            assert_eq!(one.attempt_failed(Attempt::SignIn, ADDRESS).await.unwrap(), None);
        }
        one.attempt_succeeded(Attempt::SignIn, ADDRESS).await.unwrap();
        for _ in 0..2 {
            assert_eq!(one.attempt_failed(Attempt::SignIn, ADDRESS).await.unwrap(), None);
        }
        let until = one.attempt_failed(Attempt::SignIn, ADDRESS).await.unwrap();
        assert_eq!(until, Some(place.in_seconds(60)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_blocked_is_kept_out_until_the_end() {
    let person = "0198f000-0000-7000-8000-000000000001";
    for place in places().await {
        let (one, other) = (place.protection(), place.protection());
        let until = place.in_seconds(3600);
        for target in ["198.51.100.0/24", "2001:db8::7", &format!("person:{person}")] {
            one.block(target.parse().unwrap(), "an attack", until, "admin").await.unwrap();
        }
        other.read_blocks().await.unwrap();
        let blocked = |address: &str, person| other.blocked(address.parse().unwrap(), person);
        let block = blocked("198.51.100.7", None).unwrap();
        assert_eq!((block.reason.as_str(), block.until), ("an attack", until));
        assert!(blocked("2001:db8::7", None).is_some() && blocked("203.0.113.1", Some(person)).is_some());
        assert_eq!(blocked("198.51.101.7", Some("somebody")), None);
        assert_eq!(other.blocks().len(), 3);
        assert!(one.unblock(&"2001:db8::7".parse().unwrap()).await.unwrap());
        assert!(!one.unblock(&"2001:db8::7".parse().unwrap()).await.unwrap(), "there is none any more");
        assert_eq!(one.blocked("2001:db8::7".parse().unwrap(), None), None);
        (place.advance)(3600);
        assert_eq!(blocked("198.51.100.7", Some(person)), None, "it has ended");
        assert_eq!(other.blocks().len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_node_hears_of_a_block() {
    for place in places().await {
        let (one, other) = (place.protection(), Arc::new(place.protection()));
        let following = tokio::spawn({
            let other = Arc::clone(&other);
            async move { other.follow().await }
        });
        one.block("203.0.113.9".parse().unwrap(), "an attack", place.in_seconds(60), "admin").await.unwrap();
        let begun = std::time::Instant::now();
        while other.blocked("203.0.113.9".parse().unwrap(), None).is_none() {
            assert!(begun.elapsed().as_secs() < 60, "it is never heard of");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        following.abort();
    }
}

#[test]
fn targets_read_as_they_are_written() {
    for (text, same) in [
        ("198.51.100.7", "198.51.100.7"),
        (" 198.51.100.7/24 ", "198.51.100.0/24"),
        ("2001:db8::1/64", "2001:db8::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
    ] {
        let target: Target = text.parse().unwrap();
        assert_eq!(target.to_string(), same);
        assert_eq!(same.parse::<Target>().unwrap(), target);
    }
    for wrong in ["", "example.org", "198.51.100.7/33", "person:", "person:maria", "1.2.3"] {
        assert!(wrong.parse::<Target>().is_err(), "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_counted_together_and_are_bounded() {
    for place in places().await {
        let (one, other) = (place.protection(), place.protection());
        for node in [&one, &other] {
            for _ in 0..3 {
                node.saw(Event::new(EventKind::LimitHit, ADDRESS, "act"));
            }
            node.saw(Event::new(EventKind::LimitHit, ADDRESS, "page"));
            node.keep().await.unwrap();
        }
        let kept = one.events(10).await.unwrap();
        let mut counts: Vec<(String, u64)> =
            kept.iter().map(|counted| (counted.detail.clone(), counted.number)).collect();
        counts.sort();
        assert_eq!(counts, [("act".to_owned(), 6), ("page".to_owned(), 2)], "of both nodes");
        // In another hour they are counted apart; and who makes up subjects does not fill the memory.
        (place.advance)(3600);
        one.saw(Event::new(EventKind::LimitHit, ADDRESS, "act"));
        assert_eq!(one.events(10).await.unwrap().len(), 3);
    }
    let place = places().await.remove(0);
    let protection = place.protection();
    for number in 0..crate::event::MOST {
        protection.saw(Event::new(EventKind::LimitHit, format!("address:{number}"), "page"));
    }
    (place.advance)(1);
    for number in 0..700 {
        protection.saw(Event::new(EventKind::LimitHit, format!("another:{number}"), "page"));
    }
    let last = protection.events(2).await.unwrap();
    assert_eq!((last[0].subject.as_str(), last[0].number), ("", 700), "what is too much is counted together");
    assert!(last[1].subject.starts_with("address:"), "{last:?}");
}

/// Takes alerts, or refuses them.
#[derive(Default)]
struct Mailbox {
    refuses: Mutex<bool>,
    got: Mutex<Vec<Alert>>,
}

#[async_trait]
impl Delivery for Mailbox {
    fn name(&self) -> &'static str {
        "mailbox"
    }

    async fn deliver(&self, alert: &Alert) -> Result<(), DeliveryError> {
        if *self.refuses.lock().unwrap() {
            return Err(DeliveryError("full".to_owned()));
        }
        self.got.lock().unwrap().push(alert.clone());
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_delivered_once_and_tried_again_with_waits_that_double() {
    for place in places().await {
        let mailbox = Arc::new(Mailbox::default());
        let protection = place.told_by(vec![Arc::clone(&mailbox) as Arc<dyn Delivery>]);
        *mailbox.refuses.lock().unwrap() = true;
        let broken = || Event::new(EventKind::PolicyFailed, "module:notes", "sign: overflow");
        protection.saw(broken());
        protection.saw(broken());
        protection.saw(Event::new(EventKind::LimitHit, ADDRESS, "page"));
        assert_eq!(protection.deliver().await.unwrap(), 0);
        assert_eq!(protection.alerts(10).await.unwrap()[0].telling, Telling::Waiting);
        *mailbox.refuses.lock().unwrap() = false;
        (place.advance)(1);
        assert_eq!(protection.deliver().await.unwrap(), 0, "not before two seconds are over");
        (place.advance)(1);
        assert_eq!(protection.deliver().await.unwrap(), 1);
        assert_eq!(protection.deliver().await.unwrap(), 0, "once");
        let got = mailbox.got.lock().unwrap().clone();
        assert_eq!(
            got.len(),
            1,
            "the same within an hour is one alert, and a limit that was hit is none: {got:?}"
        );
        assert_eq!((got[0].kind, got[0].subject.as_str()), (EventKind::PolicyFailed, "module:notes"));
        assert_eq!(protection.alerts(10).await.unwrap()[0].telling, Telling::Told);
        (place.advance)(3600);
        protection.saw(broken());
        assert_eq!(protection.deliver().await.unwrap(), 1, "an hour later it is told again");

        // A way that never takes it is given up in the end, and so it says; and nobody is told where there is no way.
        *mailbox.refuses.lock().unwrap() = true;
        protection.saw(Event::new(EventKind::ModuleFailed, "module:votes", "2.0.0"));
        for _ in 0..20 {
            assert_eq!(protection.deliver().await.unwrap(), 0);
            (place.advance)(3600);
        }
        let latest = || async { protection.alerts(1).await.unwrap().remove(0) };
        assert_eq!(
            (latest().await.subject.as_str(), latest().await.telling),
            ("module:votes", Telling::NotTold)
        );
        *mailbox.refuses.lock().unwrap() = false;
        assert_eq!(protection.deliver().await.unwrap(), 0, "it is not tried any more");
        let nobody = place.protection();
        nobody.saw(Event::new(EventKind::ModuleFailed, "module:items", "3.0.0"));
        assert_eq!(nobody.deliver().await.unwrap(), 0);
        assert_eq!(
            (latest().await.subject.as_str(), latest().await.telling),
            ("module:items", Telling::NotTold)
        );
    }
}

/// An HTTP server that answers the first request with 503 and takes the next; gives what it was sent.
async fn listener() -> (url::Url, tokio::sync::mpsc::UnboundedReceiver<String>) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook?token=hidden", server.local_addr().unwrap()).parse().unwrap();
    let (tell, told) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        for status in ["503 Service Unavailable", "204 No Content"] {
            let (mut stream, _) = server.accept().await.unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            let whole = |request: &[u8]| {
                let text = String::from_utf8_lossy(request).to_lowercase();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                length
                    .and_then(|length| length.parse().ok())
                    .is_some_and(|length: usize| body.len() >= length)
            };
            while !whole(&request) {
                let read = stream.read(&mut buffer).await.unwrap();
                assert!(read > 0, "the request ends early");
                request.extend_from_slice(&buffer[..read]);
            }
            let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
            tell.send(String::from_utf8(request).unwrap()).unwrap();
        }
    });
    (url, told)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_signed_and_tried_again() {
    const SECRET: &[u8] = b"a secret of the two sides";
    let place = places().await.remove(0);
    let (url, mut told) = listener().await;
    assert!(Webhook::new(url.clone(), b"short", place.clock.clone()).is_err());
    let webhook = Webhook::new(url, SECRET, place.clock.clone()).unwrap();
    let protection = place.told_by(vec![Arc::new(webhook)]);
    protection.saw(Event::new(EventKind::ModuleFailed, "module:notes", "1.0.0"));
    assert_eq!(protection.deliver().await.unwrap(), 0, "the other side is down");
    let first = told.recv().await.unwrap();
    (place.advance)(2);
    assert_eq!(protection.deliver().await.unwrap(), 1);
    let second = told.recv().await.unwrap();
    let id = |request: &str| {
        let body: serde_json::Value =
            serde_json::from_str(request.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        assert_eq!((&body["kind"], &body["subject"]), (&"module-failed".into(), &"module:notes".into()));
        body["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(id(&first), id(&second), "the same alert, known by its id");
    for request in [first, second] {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let header = |name: &str| {
            let line = head.lines().find(|line| line.to_lowercase().starts_with(name)).unwrap();
            line.split_once(": ").unwrap().1.to_owned()
        };
        let timestamp: i64 = header("x-vzaemo-timestamp").parse().unwrap();
        let expected = crate::webhook::signature(SECRET, timestamp, body).unwrap();
        assert_eq!(header("x-vzaemo-signature"), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unusual_is_seen_and_what_is_usual_is_not() {
    let place = places().await.remove(0);
    let protection = place.protection();
    let kinds = async || {
        let mut kinds: Vec<_> = protection
            .alerts(50)
            .await
            .unwrap()
            .into_iter()
            .map(|alert| (alert.kind, alert.subject))
            .collect();
        kinds.sort();
        kinds
    };
    // The same persons again and again, and others when the window is over.
    for person in ["maria", "taras", "maria", "taras"] {
        protection.signed_in(person, "198.51.100.7", person);
    }
    (place.advance)(3600);
    protection.signed_in("olena", "198.51.100.7", "olena");
    assert_eq!(kinds().await, []);
    for person in ["maria", "taras"] {
        protection.signed_in(person, "198.51.100.7", person);
    }
    protection.signed_in("ivan", "198.51.100.8", "maria");
    let address = (EventKind::ManyFromAddress, "address:198.51.100.7".to_owned());
    let device = (EventKind::ManyFromDevice, "device:maria".to_owned());
    assert_eq!(kinds().await, [address.clone(), device.clone()]);

    // People act as people do, programs by the second.
    for wait in [3, 11, 2, 40, 7, 9, 1, 25] {
        (place.advance)(wait);
        protection.acted("maria");
    }
    assert_eq!(kinds().await.len(), 2);
    for _ in 0..5 {
        (place.advance)(10);
        protection.acted("robot");
    }
    assert_eq!(kinds().await, [address, device, (EventKind::Regular, "person:robot".to_owned())]);
}

#[tokio::test]
async fn an_origin_is_kept_with_the_participation_and_goes_with_its_unit() {
    for place in places().await {
        let protection = place.protection();
        let here = protection.origin(Some("198.51.100.7"), Some("0123456789abcdef"));
        let there = protection.origin(Some("198.51.100.8"), None);
        let note = crate::TakenPart { module: "notes", collection: "votes", document: "1" };
        let other = crate::TakenPart { document: "10", ..note };
        let now = place.clock.now();
        let mut unit = place.storage.begin().await.unwrap();
        note.keep(&mut unit, "a", &here, now).await.unwrap();
        note.keep(&mut unit, "b", &there, now).await.unwrap();
        other.keep(&mut unit, "c", &here, now).await.unwrap();
        unit.commit().await.unwrap();
        let mut unit = place.storage.begin().await.unwrap();
        // Not committed: not kept.
        note.keep(&mut unit, "d", &here, now).await.unwrap();
        drop(unit);
        let mut unit = place.storage.begin().await.unwrap();
        // Somebody takes part again from elsewhere.
        note.keep(&mut unit, "b", &here, now).await.unwrap();
        unit.commit().await.unwrap();

        let mut unit = place.storage.begin().await.unwrap();
        let (found, next) = note.origins(&mut unit, None).await.unwrap();
        assert_eq!(found, [("a".to_owned(), here.clone()), ("b".to_owned(), here.clone())]);
        assert_eq!(next, None);
        assert_eq!(other.origin(&mut unit, "c").await.unwrap(), Some(here));
        assert_eq!(note.origin(&mut unit, "d").await.unwrap(), None);
    }
}

#[test]
fn a_kind_has_one_name() {
    let mut names = std::collections::BTreeSet::new();
    for kind in EventKind::ALL {
        assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.name()));
        assert!(names.insert(kind.name()), "{} twice", kind.name());
    }
}

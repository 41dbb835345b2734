//! A platform and a provider on a loopback address, and a browser.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Query, Request};
use axum::response::Response;
use tempfile::TempDir;
use url::Url;
use vzaemo_clock::{Instant, LegalClock, SecurityClock, SignedDuration};
use vzaemo_identity::dev::{DevClient, DevPersons, DevProvider};
use vzaemo_identity::{
    Answer, Assurance, Attested, FullName, Identity, Method, PlatformSecret, ProvenKey, Provider,
    ProviderConfig, SessionLimits, SignIn, Start, Started, Transport,
};
use vzaemo_storage::{Config, Storage};

pub const CLIENT: &str = "vzaemo";
pub const SECRET: &str = "a secret: with &= signs";
pub const CALLBACK: &str = "http://localhost:8080/sign-in/callback";
pub const AFTER: &str = "http://localhost:8080/";

pub fn start_of_time() -> Instant {
    "2026-09-03T07:00:00Z".parse().unwrap()
}

/// Moves the security clock.
pub type Hand = Box<dyn Fn(SignedDuration) + Send + Sync>;

pub fn clock() -> (SecurityClock, Hand) {
    let (clock, hand) = SecurityClock::still(start_of_time());
    let hand = move |by| {
        hand(by).unwrap();
    };
    (clock, Box::new(hand))
}

/// The secret of the platform, which all its nodes have.
pub fn secret() -> PlatformSecret {
    PlatformSecret::new([7; 32])
}

/// The browser's cookies after a sign-in has begun: the value of its binding, by its id.
pub fn kept<'a>(started: &'a Started) -> impl FnOnce(&str) -> Option<&'a str> {
    |id| (id == started.binding.id).then_some(started.binding.value.as_str())
}

/// Serves a router on a free loopback port.
pub async fn serve(make: impl FnOnce(&Url) -> Router) -> Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let router = make(&address);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// The development provider behind real HTTP, and a sign-in that uses it over the network.
pub struct World {
    pub sign_in: SignIn,
    pub provider: Arc<DevProvider>,
    pub issuer: Url,
    pub clock: SecurityClock,
    pub hand: Hand,
    pub browser: reqwest::Client,
}

pub fn dev_client() -> DevClient {
    DevClient {
        id: CLIENT.into(),
        secret: SECRET.into(),
        redirects: vec![CALLBACK.parse().unwrap()],
        after_sign_out: vec![AFTER.parse().unwrap()],
        name: "Взаємодія".into(),
    }
}

pub fn config(issuer: &Url) -> ProviderConfig {
    ProviderConfig::new("development", issuer.clone(), CLIENT, SECRET, CALLBACK.parse().unwrap())
}

pub async fn world() -> World {
    let (clock, hand) = clock();
    let mut made = None;
    let address = serve(|address| {
        let issuer = address.join("/dev/id").unwrap();
        let provider =
            Arc::new(DevProvider::new(&issuer, 7, dev_client(), &secret(), clock.clone()).unwrap());
        made = Some(provider.clone());
        Router::new().fallback(move |request: Request| {
            let provider = provider.clone();
            async move {
                let (parts, body) = request.into_parts();
                let body = to_bytes(body, 1 << 20).await.unwrap();
                let answer: Response =
                    provider.handle(Request::from_parts(parts, body)).await.map(Into::into);
                answer
            }
        })
    })
    .await;
    let issuer = address.join("/dev/id").unwrap();
    let provider = Provider::new(config(&issuer), Transport::network().unwrap(), clock.clone());
    World {
        sign_in: SignIn::new(vec![provider], &secret(), clock.clone()),
        provider: made.unwrap(),
        issuer,
        clock,
        hand,
        browser: browser(),
    }
}

/// Follows no redirect, so that the test sees each.
pub fn browser() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

pub fn hint(number: u32) -> Start<'static> {
    let hint: &'static str = Box::leak(format!("person:{number}").into_boxed_str());
    Start { login_hint: Some(hint), ..Start::default() }
}

/// Where an answer sends the browser.
pub fn location(answer: &reqwest::Response) -> Url {
    answer.headers()["location"].to_str().unwrap().parse().unwrap()
}

/// What the platform reads from the address to which the provider sent the browser.
pub fn answer(location: &Url) -> Answer {
    assert!(location.as_str().starts_with(CALLBACK), "{location}");
    let uri = location.as_str().parse().unwrap();
    Query::<Answer>::try_from_uri(&uri).unwrap().0
}

/// The value of one parameter of an address.
pub fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

/// The address with another value of one parameter.
pub fn with_parameter(url: &Url, name: &str, value: &str) -> Url {
    let pairs: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(known, _)| known != name)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let mut changed = url.clone();
    changed.query_pairs_mut().clear().extend_pairs(pairs).append_pair(name, value);
    changed
}

/// Persons, roles and sessions over a database of their own.
pub struct House {
    pub identity: Identity,
    pub storage: Storage,
    pub legal: LegalClock,
    pub clock: SecurityClock,
    pub hand: Hand,
    _directory: TempDir,
}

pub async fn house() -> House {
    let directory = tempfile::tempdir().unwrap();
    let storage = Storage::open(Config::new(directory.path())).await.unwrap();
    house_over(storage, directory).await
}

/// The same over another storage.
pub async fn house_over(storage: Storage, directory: TempDir) -> House {
    let (clock, hand) = clock();
    let legal = LegalClock::still(start_of_time());
    let identity = open(&storage, &legal, &clock).await;
    House { identity, storage, legal, clock, hand, _directory: directory }
}

/// As after a restart: nothing is remembered.
pub async fn open(storage: &Storage, legal: &LegalClock, clock: &SecurityClock) -> Identity {
    Identity::open(storage.clone(), secret(), legal.clone(), clock.clone(), SessionLimits::default())
        .await
        .unwrap()
}

/// What the development provider would attest of a person.
pub fn attested(number: u32) -> Attested {
    let person = DevPersons::new(7).unwrap().person(number).unwrap();
    Attested {
        method: Method::OpenIdConnect { provider: "development".into() },
        issuer: "http://localhost:8080/dev/id".into(),
        subject: person.subject(),
        assurance: person.assurance,
        key: (person.assurance > Assurance::Low).then_some(person.key),
        name: person.name,
        organisation: person.organisation,
    }
}

pub fn name(family: &str, given: &str) -> FullName {
    FullName { family: family.into(), given: given.into(), patronymic: None }
}

pub fn rnokpp(key: &ProvenKey) -> &str {
    match key {
        ProvenKey::Rnokpp(code) => code.reveal(),
        ProvenKey::Unzr(_) => panic!("a УНЗР"),
    }
}

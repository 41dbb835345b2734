//! The service: its four addresses, and a page on which one chooses who one is.

use crate::misbehaviour::Misbehaviour;
use crate::person::person;
use crate::seal::seal;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use url::Url;

/// The client id of the platform.
pub const CLIENT: &str = "0123456789abcdef";
/// Its client secret.
pub const SECRET: &str = "a secret of tests: with &= signs";

const AUTH_TYPES: [&str; 4] = ["dig_sign", "bank_id", "mobile_id", "diia_id"];
const PERSONS: [&str; 4] = ["maria", "taras", "olena", "yurii"];
/// How much a huge answer holds, in bytes.
const HUGE: usize = 32 << 20;

/// The double, at a free port of this machine until its runtime ends.
#[derive(Clone)]
pub struct Double {
    /// Its address, with a slash at its end.
    pub address: Url,
    state: Arc<Mutex<Known>>,
}

/// Seals an answer for a certificate, which is DER in base64.
type Sealer = Arc<dyn Fn(&str, &[u8]) -> Vec<u8> + Send + Sync>;

/// What it knows at present.
#[derive(Default)]
struct Known {
    /// In place of the cipher of [`crate::seal`].
    sealer: Option<Sealer>,
    redirects: BTreeSet<String>,
    misbehaviour: Misbehaviour,
    made: u64,
    /// Questions that wait for a person: state and address of return.
    waiting: BTreeMap<String, (String, String)>,
    /// Codes, and whom they are for.
    codes: BTreeMap<String, String>,
    /// Access tokens, and whom they are for.
    tokens: BTreeMap<String, String>,
    /// What was asked of it, the names of the addresses.
    asked: Vec<&'static str>,
}

type Parameters = BTreeMap<String, String>;

impl Double {
    /// Starts one that sends people back to these addresses only.
    pub async fn start(redirects: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("find a free port");
        let address = format!("http://{}/", listener.local_addr().expect("it is bound"));
        let known = Known {
            redirects: redirects.iter().map(|&redirect| redirect.to_owned()).collect(),
            ..Known::default()
        };
        let double =
            Double { address: Url::parse(&address).expect("an address"), state: Arc::new(Mutex::new(known)) };
        let router = Router::new()
            .route("/", get(ask))
            .route("/choose", get(choose))
            .route("/get-access-token", get(access))
            .route("/get-user-info", get(info))
            .route("/get-user-logout", get(leave))
            .with_state(double.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.expect("serve") });
        double
    }

    /// Sends people back to this address too.
    pub fn may_return_to(&self, address: &str) {
        self.known().redirects.insert(address.to_owned());
    }

    /// From now on it does this.
    pub fn misbehave(&self, how: Misbehaviour) {
        self.known().misbehaviour = how;
    }

    /// From now on it seals answers so: it is given the certificate, DER in base64, and the content.
    pub fn seal_by(&self, sealer: impl Fn(&str, &[u8]) -> Vec<u8> + Send + Sync + 'static) {
        self.known().sealer = Some(Arc::new(sealer));
    }

    /// What it was asked so far: `authorize`, `access`, `info`, `leave`.
    pub fn asked(&self) -> Vec<&'static str> {
        self.known().asked.clone()
    }

    /// How many access tokens were not given back.
    pub fn tokens(&self) -> usize {
        self.known().tokens.len()
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.state.lock().expect("nobody panics with it")
    }

    fn misbehaviour(&self) -> Misbehaviour {
        self.known().misbehaviour
    }
}

impl Known {
    fn new_name(&mut self, what: &str) -> String {
        self.made += 1;
        format!("{what}-{:08x}", self.made.wrapping_mul(0x9e37_79b9))
    }
}

/// The parameters, if there are just these and none twice.
fn parameters(query: Option<&str>, needed: &[&str], allowed: &[&str]) -> Result<Parameters, String> {
    let mut found = Parameters::new();
    for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned() {
        if !needed.contains(&name.as_str()) && !allowed.contains(&name.as_str()) {
            return Err(format!("{name} is unknown"));
        }
        if found.insert(name.clone(), value).is_some() {
            return Err(format!("{name} is repeated"));
        }
    }
    match needed.iter().find(|name| found.get(**name).is_none_or(String::is_empty)) {
        Some(missing) => Err(format!("{missing} is missing")),
        None => Ok(found),
    }
}

fn bad(why: &str) -> Response {
    (StatusCode::BAD_REQUEST, why.to_owned()).into_response()
}

fn refused(why: &str) -> Response {
    json_answer(&json!({ "error": "invalid_request", "error_description": why }))
}

fn json_answer(body: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// The question for a person. The page offers everybody whom the service knows.
async fn ask(State(double): State<Double>, RawQuery(query): RawQuery) -> Response {
    let needed = ["response_type", "client_id", "auth_type", "state", "redirect_uri"];
    let asked = match parameters(query.as_deref(), &needed, &[]) {
        Ok(asked) => asked,
        Err(why) => return bad(&why),
    };
    let mut known = double.known();
    known.asked.push("authorize");
    let state = asked["state"].clone();
    let types: Vec<&str> = asked["auth_type"].split(',').collect();
    if asked["response_type"] != "code" || asked["client_id"] != CLIENT {
        return bad("the client or what it wants is unknown");
    }
    if !(10..=512).contains(&state.len()) {
        return bad("the state has 10 to 512 characters");
    }
    if types.iter().any(|one| !AUTH_TYPES.contains(one)) {
        return bad("auth_type lists what there is");
    }
    if !known.redirects.contains(&asked["redirect_uri"]) {
        return bad("the client does not return to that address");
    }
    let waiting = known.new_name("w");
    known.waiting.insert(waiting.clone(), (state, asked["redirect_uri"].clone()));
    let mut page =
        String::from("<!doctype html><html lang=\"uk\"><title>id.gov.ua (тест)</title><h1>Хто ви?</h1>");
    for id in PERSONS {
        let _infallible = write!(page, "<p><a href=\"/choose?waiting={waiting}&person={id}\">{id}</a></p>");
    }
    Html(page).into_response()
}

/// A person has proven who they are, and goes back.
async fn choose(State(double): State<Double>, RawQuery(query): RawQuery) -> Response {
    let asked = match parameters(query.as_deref(), &["waiting", "person"], &[]) {
        Ok(asked) => asked,
        Err(why) => return bad(&why),
    };
    let mut known = double.known();
    let Some((state, redirect)) = known.waiting.remove(&asked["waiting"]) else { return bad("too late") };
    let code = match known.misbehaviour {
        Misbehaviour::ReusesCodes => "the-same-code".to_owned(),
        _ => known.new_name("code"),
    };
    known.codes.insert(code.clone(), asked["person"].clone());
    let mut back = Url::parse(&redirect).expect("it is registered");
    match known.misbehaviour {
        Misbehaviour::OtherState => {
            back.query_pairs_mut().append_pair("code", &code).append_pair("state", "another-state");
        }
        Misbehaviour::NoState => {
            back.query_pairs_mut().append_pair("code", &code);
        }
        Misbehaviour::RefusesPerson(form) => {
            let error = form.body();
            for (name, value) in error.as_object().expect("an object") {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                back.query_pairs_mut().append_pair(name, &text);
            }
            back.query_pairs_mut().append_pair("state", &state);
        }
        _ => {
            back.query_pairs_mut().append_pair("code", &code).append_pair("state", &state);
        }
    }
    Redirect::to(back.as_str()).into_response()
}

/// What answers in place of everything else, if that is asked for.
async fn in_place(double: &Double) -> Option<Response> {
    match double.misbehaviour() {
        Misbehaviour::HugeAnswer => Some("x".repeat(HUGE).into_response()),
        Misbehaviour::NoAnswer => std::future::pending().await,
        Misbehaviour::NoJson => Some(Html("<h1>Технічні роботи</h1>").into_response()),
        Misbehaviour::Redirects => Some(Redirect::to("http://127.0.0.1:1/").into_response()),
        _ => None,
    }
}

/// A code for an access token.
async fn access(State(double): State<Double>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    double.known().asked.push("access");
    if let Some(answer) = in_place(&double).await {
        return answer;
    }
    let needed = ["grant_type", "client_id", "client_secret", "code"];
    let asked = match parameters(query.as_deref(), &needed, &[]) {
        Ok(asked) => asked,
        Err(why) => return refused(&why),
    };
    if headers.contains_key(header::COOKIE) {
        return refused("a server has no cookies");
    }
    if asked["grant_type"] != "authorization_code"
        || asked["client_id"] != CLIENT
        || asked["client_secret"] != SECRET
    {
        return refused("invalid client");
    }
    let mut known = double.known();
    let misbehaviour = known.misbehaviour;
    if let Misbehaviour::RefusesCode(form) = misbehaviour {
        return json_answer(&form.body());
    }
    let user = match misbehaviour {
        Misbehaviour::ReusesCodes => known.codes.get(&asked["code"]).cloned(),
        _ => known.codes.remove(&asked["code"]),
    };
    let Some(user) = user else { return refused("invalid code") };
    let token = known.new_name("access");
    known.tokens.insert(token.clone(), user.clone());
    let mut answer = json!({
        "access_token": token, "token_type": "bearer", "expires_in": "3600", "refresh_token": "refresh-1", "user_id": user,
    });
    match misbehaviour {
        Misbehaviour::OtherTokenType => answer["token_type"] = json!("mac"),
        Misbehaviour::NoExpiry => {
            answer.as_object_mut().expect("an object").remove("expires_in");
        }
        Misbehaviour::ExpiryAsNumber => answer["expires_in"] = json!(3600),
        Misbehaviour::ExpiryAsWords => answer["expires_in"] = json!("an hour"),
        Misbehaviour::NoUser => answer["user_id"] = json!(""),
        Misbehaviour::WrongToken => answer["access_token"] = json!("access-of-nobody"),
        _ => {}
    }
    json_answer(&answer)
}

/// Who the person is.
async fn info(State(double): State<Double>, RawQuery(query): RawQuery) -> Response {
    double.known().asked.push("info");
    let asked = match parameters(query.as_deref(), &["access_token", "user_id", "fields"], &["cert"]) {
        Ok(asked) => asked,
        Err(why) => return refused(&why),
    };
    let misbehaviour = double.misbehaviour();
    if let Misbehaviour::RefusesToken(form) = misbehaviour {
        return json_answer(&form.body());
    }
    let known = double.known();
    if known.tokens.get(&asked["access_token"]) != Some(&asked["user_id"]) {
        return refused("invalid access_token");
    }
    let other = if asked["user_id"] == "maria" { "taras" } else { "maria" };
    let told = match misbehaviour {
        Misbehaviour::OtherPerson => other,
        _ => asked["user_id"].as_str(),
    };
    let Some(person) = person(told) else { return refused("no such person") };
    let all = person.fields.as_object().expect("an object");
    let mut fields = serde_json::Map::new();
    for name in asked["fields"].split(',') {
        let Some(value) = all.get(name) else { return refused("no such field") };
        fields.insert(name.to_owned(), value.clone());
    }
    match misbehaviour {
        Misbehaviour::OtherPerson => {
            fields.insert("user_id".to_owned(), json!(person.id));
        }
        Misbehaviour::Without(name) => {
            fields.remove(name).expect("it was asked for");
        }
        _ => {}
    }
    let Some(certificate) = asked.get("cert").filter(|_| misbehaviour != Misbehaviour::NotSealed) else {
        return json_answer(&Value::Object(fields));
    };
    let sealer = known.sealer.clone();
    drop(known);
    let content = Value::Object(fields).to_string();
    let mut sealed = match sealer {
        Some(sealer) => sealer(certificate, content.as_bytes()),
        None => seal(certificate, content.as_bytes()),
    };
    if misbehaviour == Misbehaviour::SealedAndChanged {
        *sealed.last_mut().expect("it holds something") ^= 1;
    }
    json_answer(&json!({ "encryptedUserInfo": STANDARD.encode(sealed) }))
}

/// The access is given back.
async fn leave(State(double): State<Double>, RawQuery(query): RawQuery) -> Response {
    let mut known = double.known();
    known.asked.push("leave");
    match parameters(query.as_deref(), &["access_token", "user_id"], &[]) {
        Ok(asked) if known.tokens.remove(&asked["access_token"]).is_some() => json_answer(&json!({})),
        Ok(_) => refused("invalid access_token"),
        Err(why) => refused(&why),
    }
}

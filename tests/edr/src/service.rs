//! The register: the list of subjects, and the record of one.

use crate::misbehaviour::Misbehaviour;
use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use url::Url;

/// The token of the platform.
pub const TOKEN: &str = "0123456789abcdef-token-of-tests";
/// How much a huge answer holds, in bytes.
const HUGE: usize = 16 << 20;

/// A legal entity that the double knows.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: i64,
    /// Its heads and signatories: family name, given name with patronymic.
    pub heads: Vec<(String, String)>,
}

impl Subject {
    /// A registered one.
    pub fn registered(code: &str, name: &str, heads: &[(&str, &str)]) -> Self {
        let heads = heads.iter().map(|(family, names)| ((*family).to_owned(), (*names).to_owned()));
        Subject { code: code.to_owned(), name: name.to_owned(), state: 1, heads: heads.collect() }
    }

    /// The same in another state.
    pub fn in_state(mut self, state: i64) -> Self {
        self.state = state;
        self
    }

    fn state_text(&self) -> &'static str {
        match self.state {
            1 => "зареєстровано",
            2 => "в стані припинення",
            3 => "припинено",
            _ => "інший стан",
        }
    }
}

/// The double, at a free port of this machine until its runtime ends.
#[derive(Clone)]
pub struct Double {
    /// Its address, with a slash at its end.
    pub address: Url,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    subjects: Vec<Subject>,
    misbehaviour: Misbehaviour,
    asked: Vec<String>,
}

impl Double {
    /// Starts one that knows these.
    pub async fn start(subjects: Vec<Subject>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("find a free port");
        let address = format!("http://{}/", listener.local_addr().expect("it is bound"));
        let known = Arc::new(Mutex::new(Known { subjects, ..Known::default() }));
        let double = Double { address: Url::parse(&address).expect("an address"), known };
        let router = Router::new()
            .route("/1.0/subjects", get(list))
            .route("/1.0/subjects/{id}", get(record))
            .fallback(async || errors(404, 4, "Sorry, that page does not exist."))
            .with_state(double.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.expect("serve") });
        double
    }

    /// From now on it does this.
    pub fn misbehave(&self, how: Misbehaviour) {
        self.known().misbehaviour = how;
    }

    /// From now on it knows these.
    pub fn know(&self, subjects: Vec<Subject>) {
        self.known().subjects = subjects;
    }

    /// What it was asked so far, with a right token or a wrong one: path and query.
    pub fn asked(&self) -> Vec<String> {
        self.known().asked.clone()
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().expect("nobody panics with it")
    }
}

fn errors(status: u16, code: u32, message: &str) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    (status, as_json(&json!({ "errors": [{ "code": code, "message": message }] }))).into_response()
}

fn as_json(value: &Value) -> Response {
    text("application/json", value.to_string())
}

fn text(kind: &'static str, text: impl Into<String>) -> Response {
    ([(header::CONTENT_TYPE, kind)], text.into()).into_response()
}

/// What comes in place of an answer, whatever was asked; nothing if an answer comes.
async fn instead(double: &Double, headers: &HeaderMap) -> Option<Response> {
    match headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()) {
        None => return Some(errors(401, 1, "Authentication credentials were not provided.")),
        Some(value) if value != format!("Token {TOKEN}") => {
            return Some(errors(401, 2, "Invalid or expired token."));
        }
        Some(_) => {}
    }
    let misbehaviour = double.known().misbehaviour;
    match misbehaviour {
        Misbehaviour::NoAnswer => std::future::pending().await,
        Misbehaviour::Status(status) => Some(errors(status, 20, "Something is wrong.")),
        Misbehaviour::BrokenJson => Some(text("application/json", "[{\"id\": 1, \"state\":")),
        Misbehaviour::Html => Some(text("text/html", "<html><title>Технічні роботи</title></html>")),
        Misbehaviour::Huge => Some(text("application/json", format!("[\"{}\"]", "a".repeat(HUGE)))),
        Misbehaviour::Redirects => Some(Redirect::temporary("/elsewhere").into_response()),
        _ => None,
    }
}

fn listed(double: &Double, at: usize, subject: &Subject) -> Value {
    json!({
        "id": at + 1, "state": subject.state, "state_text": subject.state_text(), "code": subject.code,
        "name": subject.name, "url": format!("{}1.0/subjects/{}", double.address, at + 1),
    })
}

async fn list(State(double): State<Double>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    double.known().asked.push(format!("/1.0/subjects?{}", query.clone().unwrap_or_default()));
    if let Some(response) = instead(&double, &headers).await {
        return response;
    }
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    let [(name, value)] = query.as_slice() else {
        return errors(400, 10, "Exactly one of `code`, `passport` and `name` is needed.");
    };
    let all = double.known().subjects.clone();
    let found = all.iter().enumerate().filter(|(_, subject)| match name.as_str() {
        "code" => subject.code == *value,
        "name" => subject.name.contains(value.as_str()),
        _ => false,
    });
    let mut found: Vec<Value> = match name.as_str() {
        "code" if !matches!(value.len(), 8 | 10) || !value.bytes().all(|b| b.is_ascii_digit()) => {
            return errors(400, 11, "`code` parameter has wrong value.");
        }
        "code" | "name" | "passport" => found.map(|(at, subject)| listed(&double, at, subject)).collect(),
        _ => return errors(400, 10, "An unknown parameter."),
    };
    let misbehaviour = double.known().misbehaviour;
    match misbehaviour {
        Misbehaviour::StateAsText => found.iter_mut().for_each(|one| one["state"] = "1".into()),
        Misbehaviour::OtherCode => found.iter_mut().for_each(|one| one["code"] = "14360570".into()),
        Misbehaviour::ControlCharacters => {
            found.iter_mut().for_each(|one| one["name"] = "a\u{1b}[2Jb".into())
        }
        Misbehaviour::NoName => found.iter_mut().for_each(|one| {
            one.as_object_mut().expect("an object").remove("name");
        }),
        Misbehaviour::TwoRegistered => found.extend(found.clone()),
        Misbehaviour::TerminatedBefore => {
            if let Some(mut first) = found.first().cloned() {
                first["state"] = 3.into();
                first["id"] = 999.into();
                found.insert(0, first);
            }
        }
        Misbehaviour::ObjectForList => {
            return as_json(&json!({ "data": found }));
        }
        _ => {}
    }
    as_json(&found.into())
}

async fn record(State(double): State<Double>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    double.known().asked.push(format!("/1.0/subjects/{id}"));
    if let Some(response) = instead(&double, &headers).await {
        return response;
    }
    let at = id.parse::<usize>().ok().and_then(|id| id.checked_sub(1));
    let found = at.and_then(|at| double.known().subjects.get(at).cloned());
    let (Some(at), Some(subject)) = (at, found) else {
        return errors(404, 4, "Sorry, that page does not exist.");
    };
    let misbehaviour = double.known().misbehaviour;
    let heads = subject.heads.iter().map(|(family, names)| {
        json!({ "appointment_date": null, "role": 3, "role_text": "керівник", "last_name": family,
            "first_middle_name": names, "restriction": null })
    });
    let heads = match misbehaviour {
        Misbehaviour::NullHeads => Value::Null,
        _ => heads.collect(),
    };
    let code = if misbehaviour == Misbehaviour::OtherRecord { "14360570" } else { &subject.code };
    as_json(&json!({
        "id": at + 1, "state": subject.state, "state_text": subject.state_text(), "code": code,
        "names": { "display": subject.name, "name": subject.name, "short": "" },
        "heads": heads, "founders": [], "termination": null,
    }))
}

//! The authorization endpoint, and the end of a session.

use bytes::Bytes;
use http::{Response, StatusCode};
use url::Url;

use super::token::Grant;
use super::{DevPerson, DevProvider, page, response};

/// An authorization request that is in order.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) redirect: Url,
    pub(super) state: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) challenge: String,
    pub(super) language: page::Language,
    /// What the page's forms send again.
    pub(super) parameters: Vec<(String, String)>,
}

/// What the parameters make of a request.
enum Read {
    /// It may be answered.
    Right(Request),
    /// Client or redirection address are wrong, so that nothing may be sent there.
    Untrusted(&'static str),
    /// To be told to the client.
    Wrong { redirect: Url, state: Option<String>, code: &'static str, what: &'static str },
}

/// The parameters of an authorization request that the page carries through its forms.
const CARRIED: [&str; 9] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "ui_locales",
];

/// The `login_hint` that chooses a person without the page is this followed by the person's number.
const HINT: &str = "person:";

impl DevProvider {
    /// `chosen` is whether the parameters come from the page's forms, which say what the visitor chose.
    pub(super) fn authorize(&self, parameters: &[u8], chosen: bool) -> Response<Bytes> {
        let parameters: Vec<(String, String)> = url::form_urlencoded::parse(parameters)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let value =
            |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let request = match self.read(&parameters) {
            Read::Right(request) => request,
            Read::Untrusted(what) => {
                let language = page::Language::of(value("ui_locales"));
                let html = page::wrong_request(self, language, what);
                return response::page(StatusCode::BAD_REQUEST, html, None);
            }
            Read::Wrong { redirect, state, code, what } => {
                return self.refuse(&redirect, state.as_deref(), code, what);
            }
        };

        if let Some(number) = value("login_hint").and_then(|hint| hint.strip_prefix(HINT)) {
            return match self.person(number) {
                Some(person) => self.grant(&request, &person),
                None => self.refuse(
                    &request.redirect,
                    request.state.as_deref(),
                    "invalid_request",
                    "no such person",
                ),
            };
        }
        if value("prompt") == Some("none") {
            let what = "the development provider keeps no sessions";
            return self.refuse(&request.redirect, request.state.as_deref(), "login_required", what);
        }
        if chosen && value("cancel").is_some() {
            let what = "the visitor declined";
            return self.refuse(&request.redirect, request.state.as_deref(), "access_denied", what);
        }
        if chosen && let Some(number) = value("person") {
            if let Some(person) = self.person(number) {
                return self.grant(&request, &person);
            }
            let html = page::choose(self, &request, Some(number));
            return response::page(StatusCode::UNPROCESSABLE_ENTITY, html, Some(&request.redirect));
        }
        response::page(StatusCode::OK, page::choose(self, &request, None), Some(&request.redirect))
    }

    fn read(&self, parameters: &[(String, String)]) -> Read {
        let value = |name: &str| {
            parameters
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.as_str())
                .filter(|v| !v.is_empty())
        };
        if value("client_id") != Some(self.client.id.as_str()) {
            return Read::Untrusted("client_id");
        }
        let redirect = value("redirect_uri").and_then(|text| Url::parse(text).ok());
        let Some(redirect) = redirect.filter(|url| self.client.redirects.contains(url)) else {
            return Read::Untrusted("redirect_uri");
        };
        let state = value("state").map(str::to_owned);
        let repeated = CARRIED
            .iter()
            .find(|name| parameters.iter().filter(|(known, _)| known == *name).count() > 1)
            .copied();
        let problem = if repeated.is_some() {
            Some(("invalid_request", "a parameter is repeated"))
        } else if value("response_type") != Some("code") {
            Some(("unsupported_response_type", "response_type must be code"))
        } else if !value("scope").unwrap_or_default().split(' ').any(|scope| scope == "openid") {
            Some(("invalid_scope", "scope must contain openid"))
        } else if value("code_challenge_method") != Some("S256") {
            Some(("invalid_request", "code_challenge_method must be S256"))
        } else {
            None
        };
        let challenge =
            value("code_challenge").filter(|text| (43..=128).contains(&text.len())).map(str::to_owned);
        match (problem, challenge) {
            (Some((code, what)), _) => Read::Wrong { redirect, state, code, what },
            (None, None) => {
                Read::Wrong { redirect, state, code: "invalid_request", what: "code_challenge is missing" }
            }
            (None, Some(challenge)) => Read::Right(Request {
                redirect,
                state,
                nonce: value("nonce").map(str::to_owned),
                challenge,
                language: page::Language::of(value("ui_locales")),
                parameters: parameters
                    .iter()
                    .filter(|(name, _)| CARRIED.contains(&name.as_str()))
                    .cloned()
                    .collect(),
            }),
        }
    }

    fn person(&self, number: &str) -> Option<DevPerson> {
        number.trim().parse().ok().and_then(|number| self.persons.person(number))
    }

    /// Sends the browser back with a code for this person.
    fn grant(&self, request: &Request, person: &DevPerson) -> Response<Bytes> {
        let code = self.codes.issue(&Grant {
            person: person.number,
            redirect: request.redirect.clone(),
            nonce: request.nonce.clone(),
            challenge: request.challenge.clone(),
            at: self.clock.now(),
        });
        let Some(code) = code else {
            let what = "no code could be made";
            return self.refuse(&request.redirect, request.state.as_deref(), "server_error", what);
        };
        let mut to = request.redirect.clone();
        to.query_pairs_mut().append_pair("code", &code).append_pair("iss", self.issuer_url.as_str());
        if let Some(state) = &request.state {
            to.query_pairs_mut().append_pair("state", state);
        }
        response::redirect(&to)
    }

    fn refuse(&self, redirect: &Url, state: Option<&str>, code: &str, what: &str) -> Response<Bytes> {
        let mut to = redirect.clone();
        to.query_pairs_mut()
            .append_pair("error", code)
            .append_pair("error_description", what)
            .append_pair("iss", self.issuer_url.as_str());
        if let Some(state) = state {
            to.query_pairs_mut().append_pair("state", state);
        }
        response::redirect(&to)
    }

    /// There is no session to end, so this only sends the visitor on, to an address that the client registered.
    pub(super) fn end_session(&self, parameters: &[u8]) -> Response<Bytes> {
        let parameters: Vec<(String, String)> = url::form_urlencoded::parse(parameters)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let value =
            |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let back = value("post_logout_redirect_uri").and_then(|text| Url::parse(text).ok());
        if let Some(mut back) = back.filter(|url| self.client.after_sign_out.contains(url)) {
            if let Some(state) = value("state") {
                back.query_pairs_mut().append_pair("state", state);
            }
            return response::redirect(&back);
        }
        let language = page::Language::of(value("ui_locales"));
        response::page(StatusCode::OK, page::signed_out(self, language), None)
    }
}

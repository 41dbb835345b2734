//! The gate that all requests pass: changes come from this platform's own pages only, and nobody asks for too much.

use super::answer::trouble;
use super::app::App;
use super::kept::kept;
use super::kept_out::{self, ComesFrom};
use super::routes::Target;
use super::visit::{Visit, cookie};
use super::{paused, position, single_sign_on};
use crate::assets;
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use std::hash::{BuildHasher as _, RandomState};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::LazyLock;
use vzaemo_protection::{Asking, Block, Event, EventKind, Kind, Scope, address_key};

/// Headers of every answer.
const HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", assets::CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()"),
];

/// Lets a request in or turns it away, and puts the headers of every answer on what comes out.
pub(super) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let from = ComesFrom(address(&app, request.headers(), request.extensions()));
    let mut response = match refusal(&app, &request, from) {
        None if names_nothing(request.uri()) => {
            let (mut parts, _) = request.into_parts();
            let Ok(visit) = Visit::from_request_parts(&mut parts, &app).await;
            trouble(&app, &visit, &Problem::NotFound).await
        }
        None if changes(&request) && app.is_paused() => {
            let (mut parts, body) = request.into_parts();
            let Ok(visit) = Visit::from_request_parts(&mut parts, &app).await;
            turned_away(&app, &visit, &parts, body).await
        }
        None if changes(&request) => {
            let mut response = next.run(request).await;
            position::tell(&app, &mut response);
            response
        }
        None => next.run(request).await,
        Some(what) => {
            app.protection.saw(what.event(from));
            let (mut parts, body) = request.into_parts();
            let Ok(visit) = Visit::from_request_parts(&mut parts, &app).await;
            match what {
                Refusal::Foreign => trouble(&app, &visit, &Problem::Foreign).await,
                Refusal::Blocked(block) => kept_out::blocked(&app, &visit, &block).await,
                Refusal::TooMany { seconds, .. } => {
                    let kept = kept(&app, &parts, body).await;
                    trouble(&app, &visit, &Problem::TooMany { seconds, kept }).await
                }
            }
        }
    };
    for (name, value) in HEADERS {
        let name = HeaderName::from_static(name);
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    if app.is_secure() {
        let value = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    response
}

/// Whether an address holds the character that nothing stored holds, and that PostgreSQL does not even compare with.
fn names_nothing(address: &Uri) -> bool {
    const NUL: &str = "%00";
    address.path().contains(NUL) || address.query().is_some_and(|query| query.contains(NUL))
}

/// Whether a request may change something.
fn changes(request: &Request) -> bool {
    !request.method().is_safe()
}

/// The database is out of reach: nothing can be changed, nor asked who the visitor is. What was typed can be sent again
/// by one press.
pub(super) async fn turned_away(app: &App, visit: &Visit, parts: &Parts, body: Body) -> Response {
    let kept = kept(app, parts, body).await;
    trouble(app, visit, &paused::problem(app, kept)).await
}

/// Why a request is turned away at the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Refusal {
    /// A change that another site asked for.
    Foreign,
    /// The address or the person is on the block list.
    Blocked(Box<Block>),
    /// More than the rate allows.
    TooMany {
        /// Until the next one is possible.
        seconds: u64,
        /// Of what.
        kind: Kind,
        /// Whose: the person's, if there is one.
        person: Option<String>,
        /// Which limit.
        scope: Scope,
    },
}

impl Refusal {
    fn event(&self, from: ComesFrom) -> Event {
        match self {
            Refusal::Foreign => Event::new(EventKind::ForeignChange, from.subject(), ""),
            Refusal::Blocked(block) => {
                Event::new(EventKind::Blocked, from.subject(), block.target.to_string())
            }
            Refusal::TooMany { kind, person, scope, .. } => {
                let subject = match (person, scope) {
                    (Some(person), Scope::Own | Scope::Session | Scope::Act(_)) => format!("person:{person}"),
                    _ => from.subject(),
                };
                Event::new(EventKind::LimitHit, subject, format!("{} {}", kind.name(), scope.name()))
            }
        }
    }
}

fn refusal(app: &App, request: &Request, from: ComesFrom) -> Option<Refusal> {
    let (headers, path) = (request.headers(), request.uri().path());
    let token = cookie(headers, app.cookies.session_name());
    let person =
        token.and_then(|token| app.sessions.person_in_memory(token)).map(|person| person.to_string());
    let is_asset = path.starts_with(assets::BASE) || path.starts_with("/health/");
    if !is_asset && let Some(block) = app.protection.blocked(from.0, person.as_deref()) {
        return Some(Refusal::Blocked(Box::new(block)));
    }
    let change = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // The development provider is another party that happens to live at the same address.
    let own = !path.starts_with("/dev/id/");
    // An identity provider's order to end sessions comes from no browser and proves itself by its signature.
    let order = path.starts_with(paths::BACK_CHANNEL_LOGOUT);
    // A mail program stops letters from nowhere (RFC 8058); what stands in its link is the right to do so.
    let stop = path == paths::MAIL_STOP;
    if change && own && !order && !stop && !is_same_origin(headers, &app.base) {
        return Some(Refusal::Foreign);
    }
    let begins = begins_sign_in(path) || path == paths::SIGNATURE;
    let kind = match (change && !order, begins) {
        (_, true) => Kind::SignIn,
        (true, false) => Kind::Act,
        (false, false) => Kind::Page,
    };
    if !own || is_asset {
        return None;
    }
    // A token that is no session's is as good as none, or everybody could have as many keys as they invent.
    let session = person.is_some().then_some(token).flatten().map(|token| HASHER.hash_one(token).to_string());
    let address = address_key(from.0);
    let asking =
        Asking { kind, person: person.as_deref(), session: session.as_deref(), address: &address, act: None };
    let act = if change && app.limits.limits_acts() { act(app, path) } else { None };
    let asked = match act {
        Some(act) => app.limits.check(&Asking { act: Some(&act), ..asking }),
        None => app.limits.check(&asking),
    };
    let too_many = asked.err()?;
    let seconds = too_many.retry_after.as_secs().max(1);
    Some(Refusal::TooMany { seconds, kind, person, scope: too_many.scope })
}

/// Whether a sign-in begins here, which asks something of an identity provider.
fn begins_sign_in(path: &str) -> bool {
    ["/sign-in/begin", single_sign_on::SILENTLY, single_sign_on::HAND_OVER]
        .iter()
        .any(|begin| path.starts_with(begin))
}

/// Makes of a session's token what may stand in memory.
static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// The act that an address leads to: `notes/sign`.
fn act(app: &App, path: &str) -> Option<String> {
    match app.presentation().routes.find(path)? {
        (Target::Act { module, act }, _) => Some(format!("{module}/{act}")),
        _ => None,
    }
}

/// The visitor's address: the other end of the connection, or what a trusted proxy says.
pub(super) fn address(app: &App, headers: &HeaderMap, extensions: &Extensions) -> IpAddr {
    let connection = extensions.get::<ConnectInfo<SocketAddr>>();
    // A connection that is none of the network's has no address; all of these are counted as one.
    let peer = connection.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
    // Header values that are no text are kept as hops that cannot be read, so that what stands further left of them
    // is not taken for what a trusted proxy said.
    let lines: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().map(|value| value.to_str().unwrap_or_default()).collect();
    app.trusted_proxies.visitor(peer, lines.into_iter())
}

/// Whether a browser sent this from one of the platform's own pages: by `Sec-Fetch-Site` where it is sent, else by
/// `Origin`. Neither means that no current browser's form sent it.
fn is_same_origin(headers: &HeaderMap, base: &url::Url) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site")
        && site != "same-origin"
    {
        return false;
    }
    match text("origin") {
        Some(origin) => url::Url::parse(origin).is_ok_and(|origin| origin.origin() == base.origin()),
        None => text("sec-fetch-site") == Some("same-origin"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_the_platforms_own_pages_may_change_things() {
        let base: url::Url = "https://platform.example/".parse().unwrap();
        for (headers, allowed) in [
            (vec![("origin", "https://platform.example"), ("sec-fetch-site", "same-origin")], true),
            (vec![("origin", "https://platform.example")], true),
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![], false),
            (vec![("origin", "null")], false),
            (vec![("origin", "https://evil.example")], false),
            (vec![("origin", "http://platform.example")], false),
            (vec![("origin", "https://platform.example.evil.example")], false),
            (vec![("origin", "https://platform.example"), ("sec-fetch-site", "cross-site")], false),
            (vec![("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")], false),
            (vec![("sec-fetch-site", "same-site")], false),
            (vec![("sec-fetch-site", "none")], false),
        ] {
            assert_eq!(is_same_origin(&sent(&headers), &base), allowed, "{headers:?}");
        }
    }
}

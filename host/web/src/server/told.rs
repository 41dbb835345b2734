//! What an act has to tell, carried over the redirect that follows it: a cookie that is read once.
//!
//! It holds a message's key and arguments, never HTML. A visitor who forges it tells something to nobody but
//! themselves, in words of the module, escaped like every text.

use super::visit::cookie;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cookie::{Cookie, SameSite, time::Duration};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use vzaemo_contract::call::Message;

const NAME: &str = "told";

/// A message of a module.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Told {
    /// The module.
    pub module: String,
    /// Its message.
    pub message: Message,
}

/// The longest value of the cookie, in bytes: browsers keep 4096 with name and attributes (RFC 6265, 6.1).
const LONGEST: usize = 3584;

/// The cookie that carries a message over a redirect; nothing for one that is too long to be carried. The act is done
/// all the same, and the page that follows shows what has become of it.
pub(super) fn carry(told: &Told, secure: bool) -> Option<Cookie<'static>> {
    let value = URL_SAFE_NO_PAD.encode(serde_json::to_vec(told).ok()?);
    if value.len() > LONGEST {
        tracing::warn!(
            module = told.module,
            bytes = value.len(),
            "a message after an act is too long to be shown"
        );
        return None;
    }
    let cookie =
        Cookie::build((NAME, value)).path("/").http_only(true).secure(secure).same_site(SameSite::Lax);
    Some(cookie.max_age(Duration::minutes(1)).build())
}

/// What was carried here.
pub(super) fn carried(headers: &HeaderMap) -> Option<Told> {
    let bytes = URL_SAFE_NO_PAD.decode(cookie(headers, NAME)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Removes the cookie.
pub(super) fn forget(secure: bool) -> Cookie<'static> {
    let mut cookie = Cookie::build((NAME, "")).path("/").http_only(true).secure(secure).build();
    cookie.make_removal();
    cookie
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_survives_the_redirect_and_rubbish_tells_nothing() {
        let told = Told { module: "notes".into(), message: Message::new("kept").with("n", "7; path=/evil") };
        let cookie = carry(&told, false).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(http::header::COOKIE, format!("a=b; told={}", cookie.value()).parse().unwrap());
        assert_eq!(carried(&headers).unwrap().message, told.message);
        let long =
            Told { module: "notes".into(), message: Message::new("kept").with("n", "n".repeat(LONGEST)) };
        assert!(carry(&long, false).is_none());
        headers.insert(http::header::COOKIE, "told=%%%".parse().unwrap());
        assert!(carried(&headers).is_none());
    }
}

//! The cookies of this room.

use cookie::{Cookie, SameSite};
use vzaemo_clock::SignedDuration;

use crate::pending::{CHALLENGE_LIFETIME, LIFETIME};
use crate::{Binding, Token};

/// How cookies are named and marked, by how the platform is served.
///
/// `SameSite=Lax`: a sign-in ends in a navigation from the provider's site, which `Strict` would leave without
/// the cookie that proves who began it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cookies {
    secure: bool,
}

impl Cookies {
    /// For a platform at this address. Without TLS (development on `http://localhost`) browsers take neither
    /// `Secure` nor the `__Host-` prefix, so both are left out.
    pub fn for_address(public: &url::Url) -> Self {
        Self { secure: public.scheme() == "https" }
    }

    /// The name of the session cookie.
    pub fn session_name(self) -> &'static str {
        if self.secure { "__Host-session" } else { "session" }
    }

    /// The name of the cookie that binds a sign-in to the browser which began it, by the id of its [`Binding`].
    pub fn binding_name(self, id: &str) -> String {
        format!("{}{id}", self.bindings())
    }

    /// What the names of all such cookies begin with.
    pub fn bindings(self) -> &'static str {
        if self.secure { "__Host-sign-in-" } else { "sign-in-" }
    }

    /// Sets the session. It ends with the browser, or earlier by the limits of [`crate::SessionLimits`].
    pub fn session(self, token: &Token) -> Cookie<'static> {
        self.cookie(self.session_name(), token.secret().to_owned())
    }

    /// Sets the binding of a sign-in, for as long as it may take.
    pub fn binding(self, binding: &Binding) -> Cookie<'static> {
        self.lasting(binding, LIFETIME)
    }

    /// Sets the binding of a sign-in by signature, for as long as signing may take.
    pub fn challenge(self, binding: &Binding) -> Cookie<'static> {
        self.lasting(binding, CHALLENGE_LIFETIME)
    }

    fn lasting(self, binding: &Binding, lifetime: SignedDuration) -> Cookie<'static> {
        let mut cookie = self.cookie(self.binding_name(&binding.id), binding.value.clone());
        cookie.set_max_age(cookie::time::Duration::seconds(lifetime.as_secs()));
        cookie
    }

    /// Removes the session cookie.
    pub fn no_session(self) -> Cookie<'static> {
        self.removal(self.session_name())
    }

    /// Removes the binding of a sign-in by its cookie's name.
    pub fn no_binding(self, name: &str) -> Cookie<'static> {
        self.removal(name.to_owned())
    }

    fn cookie(self, name: impl Into<std::borrow::Cow<'static, str>>, value: String) -> Cookie<'static> {
        Cookie::build((name.into(), value))
            .path("/")
            .http_only(true)
            .secure(self.secure)
            .same_site(SameSite::Lax)
            .build()
    }

    fn removal(self, name: impl Into<std::borrow::Cow<'static, str>>) -> Cookie<'static> {
        let mut cookie = self.cookie(name, String::new());
        cookie.make_removal();
        cookie
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_tls_the_cookie_is_bound_to_the_host() {
        let cookies = Cookies::for_address(&"https://vzaemo.example/".parse().unwrap());
        let text = cookies.session(&Token::random()).to_string();
        assert!(text.starts_with("__Host-session="), "{text}");
        for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
            assert!(text.contains(part), "{text}");
        }
        assert!(!text.contains("Domain"), "{text}");
        let binding = cookies.binding(&Binding { id: "a".into(), value: "b".into() }).to_string();
        assert!(
            binding.starts_with("__Host-sign-in-a=b;") && binding.contains("Max-Age=600"),
            "as long as the sign-in: {binding}"
        );
    }

    #[test]
    fn on_localhost_it_is_plain() {
        let cookies = Cookies::for_address(&"http://localhost:8080/".parse().unwrap());
        let text = cookies.session(&Token::random()).to_string();
        assert!(
            text.starts_with("session=") && text.contains("HttpOnly") && !text.contains("Secure"),
            "{text}"
        );
        assert!(cookies.no_session().to_string().contains("Max-Age=0"));
    }
}

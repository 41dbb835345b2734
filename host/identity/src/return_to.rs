//! Where a person comes back to after signing in.

use url::Url;

/// A path within this platform, with its query and fragment; never another site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnTo(String);

/// The longest accepted address, in bytes.
const LONGEST: usize = 2048;

impl ReturnTo {
    /// The home page.
    pub fn home() -> Self {
        Self("/".to_owned())
    }

    /// Takes a local path such as `/notes/7?page=2`. Anything that some browser could read as another site is
    /// `None`: an address with scheme or host, `//host`, `/\host`, control characters, dot segments that leave `//`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST || !text.starts_with('/') {
            return None;
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
            return None;
        }
        // A host under .invalid never exists (RFC 2606), so staying on it means staying local.
        let base = Url::parse("https://platform.invalid/").ok()?;
        let joined = base.join(text).ok()?;
        let local = joined.origin() == base.origin() && !joined.path().starts_with("//");
        (local && !text.starts_with("//")).then(|| Self(text.to_owned()))
    }

    /// The path as text, for the `Location` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_paths_are_kept_as_they_are() {
        for path in [
            "/",
            "/notes",
            "/notes/7?page=2&q=%D0%B0#top",
            "/?next=https://example.org/",
            "/a//b",
            "/@evil.example",
        ] {
            assert_eq!(ReturnTo::parse(path).expect(path).as_str(), path);
        }
    }

    #[test]
    fn attack_other_sites_are_refused() {
        let long = format!("/{}", "a".repeat(LONGEST));
        for path in [
            "",
            "notes",
            "https://evil.example/",
            "//evil.example/",
            "///evil.example/",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            " //evil.example",
            "/..//evil.example",
            "/.//evil.example",
            "/%2e%2e//evil.example",
            "javascript:alert(1)",
            "/a b",
            long.as_str(),
        ] {
            assert_eq!(ReturnTo::parse(path), None, "{path:?}");
        }
    }
}

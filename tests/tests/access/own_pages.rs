//! The platform's own pages: every address that the router binds, found in its source. What is not named here as open is
//! private: a new page is held to that by itself.

use std::path::Path;
use vzaemo_tests::{Platform, Settings};

/// Pages that everybody may see, and what carries no page.
const OPEN: [&str; 32] = [
    "HOME",
    "SEARCH",
    "SIGN_IN",
    "/sign-in/begin/{provider}",
    "/sign-in/return/{provider}",
    "SIGN_OUT",
    "SIGNED_OUT",
    "SIGNATURE",
    "SIGNATURE_CODE",
    "TEST_SIGNATURE",
    "SILENTLY{provider}",
    "HAND_OVER{provider}",
    // Whoever sends these shows by a token that they may.
    "BACK_CHANNEL_LOGOUT{provider}",
    "MAIL_STOP",
    // The log is everybody's.
    "AUDIT",
    "CHECKPOINT",
    "/audit/key",
    "/audit/consistency",
    // What was decided about participation is everybody's too.
    "INVALIDATIONS",
    "/invalidations/{number}",
    "PREFERENCES",
    "/language/{code}",
    "RULES",
    "ACCESSIBILITY",
    "PRIVACY",
    "CLOCK",
    "/robots.txt",
    "/health/live",
    "/health/ready",
    "/dev/id/{*path}",
    // Files have rules of their own, assets are the platform's.
    "FILES{id}",
    "BASE{*path}",
];

/// The first argument of every `.route(` in a source.
fn bound(text: &str) -> Vec<String> {
    text.split(".route(")
        .skip(1)
        .map(|rest| {
            let rest = rest.trim_start().trim_start_matches('&');
            if let Some(made) = rest.strip_prefix("format!(\"") {
                return joined(made);
            }
            let first = match rest.strip_prefix('"') {
                Some(text) => text.split('"').next(),
                None => rest.split([',', ')']).next(),
            };
            first.unwrap_or_default().trim_start_matches("paths::").to_owned()
        })
        .collect()
}

/// An address put together of a constant and a parameter: `{}{{id}}", paths::FILES)` is `FILES{id}`.
fn joined(made: &str) -> String {
    let (text, rest) = made.split_once('"').unwrap_or_default();
    let argument = rest.trim_start_matches([',', ' ']).split(')').next().unwrap_or_default();
    let name = argument.rsplit("::").next().unwrap_or_default();
    let (open, close) = ("\u{1}", "\u{2}");
    let text = text.replace("{{", open).replace("}}", close).replace("{}", name);
    text.replace(['{', '}'], "").replace(open, "{").replace(close, "}")
}

/// The values of the constants that addresses are made of.
fn constants(text: &str) -> Vec<(String, String)> {
    text.lines()
        .filter_map(|line| {
            let (name, rest) = line.strip_prefix("pub const ")?.split_once(": &str = \"")?;
            Some((name.to_owned(), rest.split('"').next()?.to_owned()))
        })
        .collect()
}

fn sources(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            sources(&entry.path(), into);
        } else if entry.path().extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&std::fs::read_to_string(entry.path()).unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_that_is_not_open_asks_who_is_there() {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("host/web/src");
    let mut text = String::new();
    sources(&web.join("server"), &mut text);
    let constants = constants(&std::fs::read_to_string(web.join("chrome/paths.rs")).unwrap());
    let addresses = bound(&text);
    assert!(addresses.len() > 25, "the routes are found: {addresses:?}");
    let platform = Platform::start(Settings::default()).await;
    let visitor = platform.visitor();
    let citizen = platform.person(4).await;
    let mut tried = 0;
    for address in addresses.iter().filter(|address| !OPEN.contains(&address.as_str())) {
        let path = match address.strip_prefix('/') {
            Some(_) => address.clone(),
            None => {
                let found = constants.iter().find(|(name, _)| name == address);
                found.unwrap_or_else(|| panic!("{address} is no constant of paths.rs")).1.clone()
            }
        };
        let filled = path.split('/').map(|step| if step.starts_with('{') { "x" } else { step });
        let path = filled.collect::<Vec<_>>().join("/");
        tried += 1;
        let got = visitor.get(&path).await;
        let to_sign_in = got.to.as_deref().is_some_and(|to| to.starts_with("/sign-in"));
        assert!(
            to_sign_in || matches!(got.status, 401 | 403 | 404 | 405),
            "GET {path}: {} {:?}",
            got.status,
            got.to
        );
        let posted = visitor.post(&path, &[]).await;
        let to_sign_in = posted.to.as_deref().is_some_and(|to| to.starts_with("/sign-in"));
        assert!(
            to_sign_in || matches!(posted.status, 400 | 401 | 403..=405 | 413 | 415 | 422),
            "POST {path}: {} {:?}",
            posted.status,
            posted.to
        );
        // Pages of those who run the platform are nobody else's.
        if path.starts_with("/administration") {
            for response in [citizen.get(&path).await, citizen.post(&path, &[]).await] {
                assert!(
                    matches!(response.status, 403..=405),
                    "{path}: {} {:?}",
                    response.status,
                    response.to
                );
            }
        }
    }
    assert!(tried >= 10, "{tried} private addresses");
    println!("{tried} private addresses of the platform's own");
}

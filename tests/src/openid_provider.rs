//! A certified OpenID Connect provider in a process of its own: npm's `oidc-provider`, see `openid-provider/provider.js`.

use crate::person::{Answer, Person, connections};
use crate::texts::repository;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Stdio;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use url::Url;

/// The client id and secret that it knows the platform by.
const CLIENT: (&str, &str) = ("vzaemo", "a secret of tests");
/// So many redirects lead from its sign-in back to the platform at most.
const HOPS: usize = 8;

/// The provider's process. It ends when this is dropped.
#[derive(Debug)]
pub struct OpenIdProvider {
    /// Its id in the platform's configuration.
    pub id: &'static str,
    /// Its issuer.
    pub issuer: Url,
    control: Url,
    client: reqwest::Client,
    folder: TempDir,
    _child: Child,
    _stdin: ChildStdin,
}

impl OpenIdProvider {
    /// Starts one; it knows no client yet.
    pub async fn start(id: &'static str) -> Self {
        let place = match std::env::var_os("VZAEMO_OPENID_PROVIDER") {
            Some(place) => PathBuf::from(place),
            None => repository().join("tests/openid-provider"),
        };
        assert!(
            place.join("node_modules/oidc-provider").is_dir(),
            "npm's oidc-provider is not installed; ./test installs it, or `npm ci` in {}",
            place.display()
        );
        let mut child = Command::new("node")
            .arg("provider.js")
            .current_dir(&place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("start node");
        let stdin = child.stdin.take().expect("it is piped");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let line = lines.next_line().await.expect("read from node").expect("the provider says where it is");
        let said: Value = serde_json::from_str(&line).expect("a line of JSON");
        let address = |name: &str| Url::parse(said[name].as_str().expect(name)).expect(name);
        OpenIdProvider {
            id,
            issuer: address("issuer"),
            control: address("control"),
            client: connections(),
            folder: tempfile::tempdir().expect("make a folder"),
            _child: child,
            _stdin: stdin,
        }
    }

    /// Its section of `platform.toml`. Whoever signs in there is taken to be surely known.
    pub fn section(&self) -> String {
        self.section_with("")
    }

    /// The same with more lines.
    pub fn section_with(&self, more: &str) -> String {
        let secret = self.folder.path().join("client.secret");
        std::fs::write(&secret, CLIENT.1).expect("write the client secret");
        let mut text = String::new();
        let _infallible = write!(
            text,
            r#"
[identity.providers.{id}]
name = {{ uk = "Служба {id}", en = "Service {id}" }}
issuer = "{issuer}"
client-id = "{client}"
client-secret-file = {secret:?}
assurance-otherwise = "substantial"
{more}
"#,
            id = self.id,
            issuer = self.issuer,
            client = CLIENT.0,
            secret = secret.display().to_string(),
        );
        text
    }

    /// Has it know the platform at this address as its client.
    pub async fn serves(&self, platform: &Url) {
        let base = platform.as_str().trim_end_matches('/');
        self.command("/client", &json!({ "base": base, "id": self.id })).await;
    }

    /// Has it sign with new keys from now on, and publish only these.
    pub async fn rotate_keys(&self) {
        self.command("/rotate", &json!({})).await;
    }

    /// A token of these claims, signed as `how` says (`provider.js`); the header's members go over the usual ones.
    pub async fn sign(&self, how: &str, header: Value, claims: Value) -> String {
        let said = self.command("/sign", &json!({ "how": how, "header": header, "claims": claims })).await;
        said["token"].as_str().expect("a token").to_owned()
    }

    /// What happened at it since the start.
    pub async fn events(&self) -> Vec<Value> {
        let said = self.command("/events", &json!({})).await;
        said["events"].as_array().expect("a list").clone()
    }

    async fn command(&self, path: &str, what: &Value) -> Value {
        let url = self.control.join(path).expect("an address");
        let answer = self.client.post(url).body(what.to_string()).send().await.expect("ask the provider");
        let (status, text) = (answer.status(), answer.text().await.expect("read its answer"));
        assert!(status.is_success(), "{path}: {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    /// Goes to the provider and through its pages, giving this login where one is asked for, until it sends the browser
    /// back; gives the address to which it does.
    pub async fn visit(&self, person: &Person, address: &str, login: &str) -> Url {
        let mut at = Url::parse(address).expect("an address");
        let mut answer = person.get(at.as_str()).await;
        for _ in 0..HOPS {
            if let Some(to) = &answer.to {
                at = self.next(person, &at, to);
                if !self.is_here(&at) {
                    return at;
                }
                answer = person.get(at.as_str()).await;
                continue;
            }
            answer = self.fill_in(person, &at, &answer, login).await;
        }
        panic!("the provider does not send {login} back; at last {at}: {}", answer.text());
    }

    fn is_here(&self, url: &Url) -> bool {
        url.origin() == self.issuer.origin()
    }

    /// Where a redirect leads: of the platform's own addresses a [`Person`] tells the path only.
    fn next(&self, person: &Person, at: &Url, to: &str) -> Url {
        if to.starts_with("/sign-in/") || to.starts_with("/signed-out") {
            return person.base().join(to).expect("an address");
        }
        at.join(to).expect("an address")
    }

    async fn fill_in(&self, person: &Person, at: &Url, page: &Answer, login: &str) -> Answer {
        assert_eq!(page.status, 200, "{at}: {}", page.text());
        let form = page.html().forms().into_iter().next().unwrap_or_else(|| panic!("{at}: {}", page.text()));
        let mut fields = form.fields.clone();
        if form.controls.iter().any(|name| name == "login") {
            fields.retain(|(name, _)| name != "login" && name != "password");
            fields.push(("login".to_owned(), login.to_owned()));
            fields.push(("password".to_owned(), "any".to_owned()));
        }
        // Its page for signing out has its buttons outside of the form.
        if form.action.ends_with("/session/end/confirm") {
            fields.push(("logout".to_owned(), "yes".to_owned()));
        }
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let action = at.join(&form.action).expect("an address");
        person.post(action.as_str(), &fields).await
    }

    /// Signs a person out at the provider, who comes from nowhere.
    pub async fn sign_out(&self, person: &Person) {
        let end = self.issuer.join("/session/end").expect("an address");
        let page = person.get(end.as_str()).await;
        let done = self.fill_in(person, &end, &page, "").await;
        assert_eq!(done.status, 303, "they are signed out: {}", done.text());
    }

    /// Signs a person in at the platform through this provider, and gives the platform's answer.
    pub async fn sign_in(&self, person: &Person, login: &str, to: &str) -> Answer {
        let query = crate::encoded(&[("to", to)]);
        let begun = person.get(&format!("/sign-in/begin/{}?{query}", self.id)).await;
        let back = self.visit(person, begun.led_to(), login).await;
        person.get(back.as_str()).await
    }
}

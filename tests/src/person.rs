//! A browser without scripts, and the person at it.

use crate::{Form, Html, Language};
use reqwest::cookie::{CookieStore as _, Jar};
use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, ClientBuilder, RequestBuilder, redirect};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use url::Url;

/// Nothing that a browser asks for takes longer, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// What forms are sent as.
const FORM: &str = "application/x-www-form-urlencoded";
/// The most redirects to follow.
const HOPS: usize = 6;

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Where it leads, within the platform; foreign addresses whole.
    pub to: Option<String>,
    /// All headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The page.
    pub fn html(&self) -> Html {
        Html::read(&self.body)
    }

    /// What is read on the page.
    pub fn text(&self) -> String {
        self.html().text()
    }

    /// Where a change led to; panics when it was not done.
    pub fn led_to(&self) -> &str {
        assert_eq!(self.status, 303, "it is done: {}", self.text());
        self.to.as_deref().expect("a redirect leads somewhere")
    }
}

/// A browser with its cookies. It follows no redirect unless asked, and sends an `Origin` with every change. All
/// browsers of a platform share their connections, as behind a balancer.
#[derive(Debug, Clone)]
pub struct Person {
    /// Each request takes the next of these.
    clients: Arc<[Client]>,
    sent: Arc<AtomicUsize>,
    base: Url,
    cookies: Arc<Jar>,
}

/// Connections for the browsers of one platform.
pub(crate) fn connections() -> Client {
    builder().build().expect("make a client")
}

/// Connections that find this name at this address, whatever the network says.
pub(crate) fn connections_to(name: &str, address: SocketAddr) -> Client {
    builder().resolve(name, address).build().expect("make a client")
}

fn builder() -> ClientBuilder {
    Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(PATIENCE)
        .tls_built_in_root_certs(false)
        .no_proxy()
}

impl Person {
    /// A browser that was never here.
    pub(crate) fn new(client: &Client, base: &Url) -> Self {
        Person {
            clients: [client.clone()].into(),
            sent: Arc::default(),
            base: base.clone(),
            cookies: Arc::default(),
        }
    }

    /// The same browser by other connections: each request goes by the next of them.
    pub(crate) fn by(&self, clients: impl Iterator<Item = Client>) -> Self {
        Person { clients: clients.collect(), ..self.clone() }
    }

    /// The connections that the next request goes by.
    fn next_client(&self) -> &Client {
        let next = self.sent.fetch_add(1, Ordering::Relaxed);
        &self.clients[next % self.clients.len()]
    }

    /// The same browser at another address.
    pub(crate) fn with_base(&self, base: &Url) -> Self {
        Person { base: base.clone(), ..self.clone() }
    }

    /// A browser at a platform that runs at this address.
    pub fn at(base: &Url) -> Self {
        Person::new(&connections(), base)
    }

    /// The cookies that this browser sends with every request, as the header's value.
    pub fn cookies(&self) -> String {
        let cookies = self.cookies.cookies(&self.base);
        cookies.and_then(|value| value.to_str().map(str::to_owned).ok()).unwrap_or_default()
    }

    /// Loses a cookie, as when it has run out.
    pub fn lose_cookie(&self, name: &str) {
        self.cookies.add_cookie_str(&format!("{name}=; Path=/; Max-Age=0"), &self.base);
    }

    /// Has a cookie, `name=value`, that somebody copied from another browser.
    pub fn keep_cookie(&self, cookie: &str) {
        self.cookies.add_cookie_str(&format!("{cookie}; Path=/"), &self.base);
    }

    /// Knows of what another browser has done: both are, say, of one household.
    pub fn heard_from(&self, other: &Person) {
        let cookies = other.cookies();
        let position = cookies.split("; ").find(|cookie| cookie.starts_with("position="));
        if let Some(position) = position {
            self.cookies.add_cookie_str(&format!("{position}; Path=/"), &self.base);
        }
    }

    /// Another browser at the same platform.
    #[must_use]
    pub fn another(&self) -> Self {
        Person { cookies: Arc::default(), ..self.clone() }
    }

    /// The address of the platform that this browser is at.
    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    fn address(&self, path: &str) -> Url {
        self.base.join(path).unwrap_or_else(|error| panic!("{path} is no address: {error}"))
    }

    fn origin(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    /// Sends a request with its cookies, and takes the answer apart.
    async fn send(&self, request: RequestBuilder) -> Result<Answer, reqwest::Error> {
        let mut request = request.build()?;
        let url = request.url().clone();
        if let Some(cookies) = self.cookies.cookies(&url) {
            request.headers_mut().insert(COOKIE, cookies);
        }
        let response = self.next_client().execute(request).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        self.cookies.set_cookies(&mut headers.get_all(SET_COOKIE).iter(), &url);
        let to = headers.get(LOCATION).and_then(|to| to.to_str().ok()).map(|to| self.local(to));
        Ok(Answer { status, to, headers, body: response.text().await? })
    }

    /// A path where the address is the platform's own.
    fn local(&self, to: &str) -> String {
        match Url::parse(to) {
            Ok(url) if url.origin() == self.base.origin() => url[url::Position::BeforePath..].to_owned(),
            _ => to.to_owned(),
        }
    }

    /// GET, if the platform answers at all.
    pub async fn try_get(&self, path: &str) -> Result<Answer, reqwest::Error> {
        self.send(self.clients[0].get(self.address(path))).await
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.try_get(path).await.unwrap_or_else(|error| panic!("GET {path}: {error:?}"))
    }

    /// The bytes of a file that is downloaded to its end.
    pub async fn download(&self, path: &str) -> Vec<u8> {
        let mut request = self.clients[0].get(self.address(path)).build().expect("a request");
        let url = request.url().clone();
        if let Some(cookies) = self.cookies.cookies(&url) {
            request.headers_mut().insert(COOKIE, cookies);
        }
        let response = self.next_client().execute(request).await;
        let response = response.unwrap_or_else(|error| panic!("GET {path}: {error:?}"));
        assert_eq!(response.status().as_u16(), 200, "GET {path}");
        response.bytes().await.unwrap_or_else(|error| panic!("GET {path}: {error:?}")).to_vec()
    }

    /// GET with headers beside the cookies.
    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request =
            headers.iter().fold(self.clients[0].get(self.address(path)), |request, (name, value)| {
                request.header(*name, *value)
            });
        self.send(request).await.unwrap_or_else(|error| panic!("GET {path}: {error:?}"))
    }

    /// GET of a page that must be there.
    pub async fn page(&self, path: &str) -> Html {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "GET {path}: {} {:?}", answer.text(), answer.to);
        let html = answer.html();
        assert!(html.dangers().is_empty(), "GET {path}: {:?}", html.dangers());
        html
    }

    /// POST of a form, if the platform answers at all.
    pub async fn try_post(&self, path: &str, fields: &[(&str, &str)]) -> Result<Answer, reqwest::Error> {
        self.post_body(path, FORM, encoded(fields).into_bytes()).await
    }

    /// POST of any body with this platform's `Origin`.
    pub async fn post_body(&self, path: &str, kind: &str, body: Vec<u8>) -> Result<Answer, reqwest::Error> {
        let request = self.clients[0].post(self.address(path)).header(ORIGIN, self.origin());
        self.send(request.header(CONTENT_TYPE, kind).body(body)).await
    }

    /// POST of a form.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.try_post(path, fields).await.unwrap_or_else(|error| panic!("POST {path}: {error:?}"))
    }

    /// POST as a page of another site would send it; none for a request without the header.
    pub async fn post_from(&self, path: &str, origin: Option<&str>, fields: &[(&str, &str)]) -> Answer {
        let mut request = self.clients[0].post(self.address(path));
        if let Some(origin) = origin {
            request = request.header(ORIGIN, origin);
        }
        let request = request.header(CONTENT_TYPE, FORM).body(encoded(fields));
        self.send(request).await.unwrap_or_else(|error| panic!("POST {path}: {error:?}"))
    }

    /// Sends a form as it was filled in.
    pub async fn submit(&self, form: &Form) -> Answer {
        let fields: Vec<(&str, &str)> =
            form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(&form.action, &fields).await
    }

    /// Sends a form in parts, with files by their field and name.
    pub async fn submit_files(&self, form: &Form, files: &[(&str, &str, &[u8])]) -> Answer {
        const BOUNDARY: &str = "----a-boundary-of-the-test";
        let mut body = Vec::new();
        let is_file = |name: &str| files.iter().any(|(field, ..)| *field == name);
        for (name, value) in form.fields.iter().filter(|(name, _)| !is_file(name)) {
            body.extend(
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .bytes(),
            );
        }
        for (field, name, bytes) in files {
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            );
            body.extend(head.bytes());
            body.extend(*bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{BOUNDARY}--\r\n").bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let sent = self.post_body(&form.action, &kind, body).await;
        sent.unwrap_or_else(|error| panic!("POST {}: {error:?}", form.action))
    }

    /// The form on a page that is sent to `action`; panics when the page has none.
    pub async fn form(&self, path: &str, action: &str) -> Form {
        let page = self.page(path).await;
        let form = page.form_to(action);
        form.unwrap_or_else(|| panic!("{path} has no form to {action}: {}", page.text()))
    }

    /// Goes where an answer leads, to the page at the end.
    pub async fn follow(&self, answer: &Answer) -> Answer {
        let mut answer = answer.clone();
        for _ in 0..HOPS {
            let Some(to) = answer.to.clone() else { return answer };
            answer = self.get(&to).await;
        }
        panic!("redirected again and again, at last to {:?}", answer.to);
    }

    /// Chooses the language for all further pages.
    pub async fn read(&self, language: Language) {
        let answer = self.get(&format!("/language/{}?to=/", language.code())).await;
        assert_eq!(answer.status, 303, "the language changes");
    }

    /// Chooses English.
    pub async fn read_english(&self) {
        self.read(Language::En).await;
    }

    /// Signs in as a test person, through the identity provider.
    pub async fn sign_in(&self, number: u32) {
        self.sign_in_to(number, "/cabinet").await;
    }

    /// Signs in and comes back to a path.
    pub async fn sign_in_to(&self, number: u32, to: &str) {
        let arrived = self.try_sign_in(number, to).await;
        let arrived = arrived.unwrap_or_else(|error| panic!("sign in person {number}: {error:?}"));
        assert_eq!(arrived.led_to(), to, "person {number} comes back to where they were");
    }

    /// Signs in as somebody who may act for an organisation, and chooses in whose name: the organisation's code, or
    /// `myself`.
    pub async fn sign_in_for(&self, number: u32, name: &str) {
        let arrived = self.try_sign_in(number, "/cabinet").await;
        let arrived = arrived.unwrap_or_else(|error| panic!("sign in person {number}: {error:?}"));
        assert_eq!(
            arrived.led_to(),
            "/cabinet/acting-for?to=%2Fcabinet",
            "person {number} is asked in whose name"
        );
        self.act_for(name).await;
    }

    /// Chooses in whose name to act from now on: an organisation's code, or `myself`.
    pub async fn act_for(&self, name: &str) {
        let page = "/cabinet/acting-for";
        let chosen = self.submit(&self.form(page, page).await.with("acting_for", name)).await;
        assert_eq!(chosen.led_to(), "/cabinet", "acting for {name}");
    }

    /// Signs in; gives the last redirect of the way.
    pub async fn try_sign_in(&self, number: u32, to: &str) -> Result<Answer, reqwest::Error> {
        let query = encoded(&[("to", to), ("login_hint", &format!("person:{number}"))]);
        let begun = self.try_get(&format!("/sign-in/begin/development?{query}")).await?;
        let at_provider = begun.to.as_deref().unwrap_or_else(|| panic!("sign-in begins: {}", begun.text()));
        let chosen = self.try_get(at_provider).await?;
        let back = chosen.to.as_deref().unwrap_or_else(|| panic!("the provider chooses: {}", chosen.text()));
        self.try_get(back).await
    }
}

/// Names and values as a form sends them, and as they stand in a query.
pub fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// A one-time submission id as the platform makes them.
pub fn submission() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{:016x}{:016x}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

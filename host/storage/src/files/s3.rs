//! What the object store leans on: HTTP by the client, and hashes by the crates, that the rest of the platform uses.

use async_trait::async_trait;
use hmac::{Hmac, Mac as _};
use http_body_util::BodyExt as _;
use object_store::ClientOptions;
use object_store::client::{
    CryptoProvider, DigestAlgorithm, DigestContext, HmacContext, HttpClient, HttpConnector, HttpError,
    HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody, HttpService, Signer, SigningAlgorithm,
};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// How long a connection may take, and how long a store may say nothing.
const CONNECT: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_secs(30);

/// Makes connections to the store.
#[derive(Debug)]
pub(super) struct Connector;

#[derive(Debug)]
struct Client(reqwest::Client);

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build();
        let client =
            client.map_err(|error| object_store::Error::Generic { store: "S3", source: Box::new(error) })?;
        Ok(HttpClient::new(Client(client)))
    }
}

#[async_trait]
impl HttpService for Client {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let body =
            body.collect().await.map_err(|error| HttpError::new(HttpErrorKind::Request, error))?.to_bytes();
        let mut asked = self.0.request(parts.method, parts.uri.to_string()).headers(parts.headers);
        if !body.is_empty() {
            asked = asked.body(body);
        }
        let answer = asked.send().await.map_err(failed)?;
        let (parts, body) = http::Response::<reqwest::Body>::from(answer).into_parts();
        Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(body.map_err(failed))))
    }
}

/// The kind tells whether a request is sent again.
fn failed(error: reqwest::Error) -> HttpError {
    let kind = if error.is_timeout() {
        HttpErrorKind::Timeout
    } else if error.is_connect() {
        HttpErrorKind::Connect
    } else if error.is_decode() {
        HttpErrorKind::Decode
    } else {
        HttpErrorKind::Interrupted
    };
    // The address may hold a signature.
    HttpError::new(kind, error.without_url())
}

/// SHA-256 and its HMAC, which are all that requests to S3 are signed with.
#[derive(Debug)]
pub(super) struct Hashes;

/// A hash in progress, and its value once it is finished.
struct Hash<H>(Option<H>, Vec<u8>);

fn not_supported(what: String) -> object_store::Error {
    object_store::Error::NotSupported { source: what.into() }
}

impl CryptoProvider for Hashes {
    fn digest(&self, algorithm: DigestAlgorithm) -> object_store::Result<Box<dyn DigestContext>> {
        match algorithm {
            DigestAlgorithm::Sha256 => Ok(Box::new(Hash(Some(Sha256::new()), Vec::new()))),
            other => Err(not_supported(format!("{other:?}"))),
        }
    }

    fn hmac(&self, algorithm: DigestAlgorithm, secret: &[u8]) -> object_store::Result<Box<dyn HmacContext>> {
        match (algorithm, Hmac::<Sha256>::new_from_slice(secret)) {
            (DigestAlgorithm::Sha256, Ok(hmac)) => Ok(Box::new(Hash(Some(hmac), Vec::new()))),
            (other, _) => Err(not_supported(format!("HMAC with {other:?}"))),
        }
    }

    fn sign(&self, algorithm: SigningAlgorithm, _: &[u8]) -> object_store::Result<Box<dyn Signer>> {
        Err(not_supported(format!("{algorithm:?}")))
    }
}

impl DigestContext for Hash<Sha256> {
    fn update(&mut self, data: &[u8]) {
        self.0.iter_mut().for_each(|hash| hash.update(data));
    }

    fn finish(&mut self) -> object_store::Result<&[u8]> {
        if let Some(hash) = self.0.take() {
            self.1 = hash.finalize().to_vec();
        }
        Ok(&self.1)
    }
}

impl HmacContext for Hash<Hmac<Sha256>> {
    fn update(&mut self, data: &[u8]) {
        self.0.iter_mut().for_each(|hash| hash.update(data));
    }

    fn finish(&mut self) -> object_store::Result<&[u8]> {
        if let Some(hash) = self.0.take() {
            self.1 = hash.finalize().into_bytes().to_vec();
        }
        Ok(&self.1)
    }
}

//! How the host reaches a provider's back channel.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

use crate::dev::DevProvider;

/// The largest answer that is read from a provider, in bytes.
const LARGEST_ANSWER: usize = 1024 * 1024;
/// How long a provider may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a provider's back channel did not answer.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The request failed.
    #[error("the request failed")]
    Request(#[source] reqwest::Error),
    /// More than a provider has reason to send.
    #[error("the answer is larger than {LARGEST_ANSWER} bytes")]
    TooLarge,
    /// The answer is not HTTP as known here.
    #[error("the answer is malformed")]
    Malformed(#[from] http::Error),
}

impl From<reqwest::Error> for TransportError {
    /// Without the address: it may hold secrets, and messages go to the log.
    fn from(error: reqwest::Error) -> Self {
        Self::Request(error.without_url())
    }
}

/// How the host reaches a provider's discovery document, keys, token and user information.
#[derive(Clone)]
pub enum Transport {
    /// Over the network.
    Network(reqwest::Client),
    /// The embedded development provider, within this process: the same requests and answers without a socket, so
    /// that it works whatever address browsers reach the platform by.
    Embedded(Arc<DevProvider>),
}

impl Transport {
    /// Over the network, following no redirect (a provider could point it at an inner address), ten seconds at most.
    pub fn network() -> Result<Self, TransportError> {
        Self::network_within(PATIENCE)
    }

    /// The same with another patience.
    pub fn network_within(patience: Duration) -> Result<Self, TransportError> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(patience)
            .user_agent("vzaemo")
            .build()?;
        Ok(Self::Network(client))
    }

    pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        match self {
            Self::Network(client) => {
                let mut response = client.execute(request.try_into()?).await?;
                let mut body = Vec::new();
                while let Some(chunk) = response.chunk().await? {
                    if body.len() + chunk.len() > LARGEST_ANSWER {
                        return Err(TransportError::TooLarge);
                    }
                    body.extend_from_slice(&chunk);
                }
                let mut answer = http::Response::builder().status(response.status());
                for (name, value) in response.headers() {
                    answer = answer.header(name, value);
                }
                Ok(answer.body(body)?)
            }
            Self::Embedded(provider) => {
                let answer = provider.handle(request.map(bytes::Bytes::from)).await;
                Ok(answer.map(|body| body.to_vec()))
            }
        }
    }
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Network(_) => "Network",
            Self::Embedded(_) => "Embedded",
        })
    }
}

impl<'c> AsyncHttpClient<'c> for Transport {
    type Error = TransportError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, TransportError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

//! Sign-in by id.gov.ua, the state's integrated system of electronic identification: OAuth 2.0's code flow in a dialect
//! of its own, not OpenID Connect. There is no ID token, nonce or PKCE; who the person is, is asked by a third request,
//! and the answer may be sealed for this platform (see [`Decryptor`]).
//!
//! Source: the protocol of the service's connection guide: `GET /`, `/get-access-token`, `/get-user-info`,
//! `/get-user-logout`.

mod answer;
mod config;
mod decryptor;
mod person;

pub use config::{AuthType, IdGovUaConfig};
pub use decryptor::{DecryptError, DecryptProgram, Decryptor};

use std::sync::Arc;

use url::Url;

use crate::error::chain;
use crate::{Attested, SignInError, Transport};
use answer::{Access, Sealed, read};
use person::Told;

/// The service, as one of the platform's ways to sign in.
pub struct IdGovUa {
    config: IdGovUaConfig,
    transport: Transport,
    decryptor: Option<Arc<dyn Decryptor>>,
}

/// What is asked about a person: as much as the platform keeps or decides by, and no more.
const FIELDS: &str = "issuercn,serial,lastname,givenname,middlename,o,edrpoucode,drfocode,unzr,isqscd";

impl IdGovUa {
    /// With answers that only TLS protects.
    pub fn new(config: IdGovUaConfig, transport: Transport) -> Self {
        Self { config, transport, decryptor: None }
    }

    /// With answers sealed for this platform. One that is not sealed is refused then.
    #[must_use]
    pub fn sealed_for(self, decryptor: Arc<dyn Decryptor>) -> Self {
        Self { decryptor: Some(decryptor), ..self }
    }

    /// Its configuration.
    pub fn config(&self) -> &IdGovUaConfig {
        &self.config
    }

    /// Where to send the browser.
    pub(crate) fn authorize(&self, state: &str) -> Url {
        let mut url = self.config.address.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.config.client_id)
            .append_pair("auth_type", &AuthType::list(&self.config.auth_types))
            .append_pair("state", state)
            .append_pair("redirect_uri", self.config.redirect.as_str());
        url
    }

    /// Exchanges a code and asks who the person is.
    pub(crate) async fn exchange(&self, code: &str) -> Result<Attested, SignInError> {
        let access: Access = read(
            &self
                .ask(
                    "get-access-token",
                    &[
                        ("grant_type", "authorization_code"),
                        ("client_id", &self.config.client_id),
                        ("client_secret", &self.config.client_secret),
                        ("code", code),
                    ],
                )
                .await
                .map_err(SignInError::Exchange)?,
        )?;
        access.check()?;

        let mut question = vec![
            ("access_token", access.access_token.as_str()),
            ("user_id", access.user_id.as_str()),
            ("fields", FIELDS),
        ];
        if let Some(decryptor) = &self.decryptor {
            question.push(("cert", decryptor.certificate()));
        }
        let answer = self.ask("get-user-info", &question).await.map_err(SignInError::UserInfo)?;
        let told: Told = match &self.decryptor {
            None => read(&answer)?,
            Some(decryptor) => read(&read::<Sealed>(&answer)?.open(decryptor.as_ref()).await?)?,
        };
        self.leave(&access).await;
        told.attested(&self.config, &access.user_id)
    }

    /// Gives the access back, which is needed no more. In vain, it runs out by itself.
    async fn leave(&self, access: &Access) {
        let question = [("access_token", access.access_token.as_str()), ("user_id", access.user_id.as_str())];
        if let Err(reason) = self.ask("get-user-logout", &question).await {
            tracing::info!(provider = self.config.id, reason, "an access was not given back");
        }
    }

    /// The body of an answer, whatever its status: errors are told in it.
    async fn ask(&self, path: &str, question: &[(&str, &str)]) -> Result<Vec<u8>, String> {
        let mut url = self.config.address.join(path).map_err(|error| error.to_string())?;
        url.query_pairs_mut().extend_pairs(question);
        let request = http::Request::get(url.as_str()).header(http::header::ACCEPT, "application/json");
        let request = request.body(Vec::new()).map_err(|error| error.to_string())?;
        let answer = self.transport.send(request).await.map_err(|error| chain(&error))?;
        if answer.status().is_redirection() || answer.status().is_server_error() {
            return Err(format!("{path} answered {}", answer.status()));
        }
        Ok(answer.into_body())
    }
}

impl std::fmt::Debug for IdGovUa {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdGovUa").field("id", &self.config.id).finish_non_exhaustive()
    }
}

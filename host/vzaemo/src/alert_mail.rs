//! Alerts by e-mail, to addresses of the holder's.

use async_trait::async_trait;
use vzaemo_cabinet::mail::{Direct, MailConfig, MailError, Words};
use vzaemo_language::texts::Language;
use vzaemo_protection::{Alert, Delivery, DeliveryError};
use vzaemo_web::chrome::administration::security::letter;
use vzaemo_web::chrome::paths;
use vzaemo_web::texts::Speaker;

/// Letters about alerts.
pub struct AlertMail {
    direct: Direct,
}

impl AlertMail {
    /// Letters to these addresses.
    pub fn new(config: &MailConfig, to: &[String]) -> Result<Self, MailError> {
        Ok(AlertMail { direct: Direct::new(config, to)? })
    }
}

#[async_trait]
impl Delivery for AlertMail {
    fn name(&self) -> &'static str {
        "mail"
    }

    async fn deliver(&self, alert: &Alert) -> Result<(), DeliveryError> {
        let language = Language::default();
        let letter = letter(&Speaker::host(language), alert);
        let words = Words {
            id: &alert.id,
            language,
            subject: &letter.subject,
            paragraphs: &letter.paragraphs,
            link: (&letter.link, paths::ADMIN_SECURITY),
        };
        // What the server said stands in no message: it may hold the address.
        self.direct.send(&words).await.map_err(|error| DeliveryError(error.to_string()))
    }
}

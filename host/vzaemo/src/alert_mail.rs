//! Alerts by e-mail, to addresses of the holder's.

use async_trait::async_trait;
use vzaemo_cabinet::mail::{Direct, MailConfig, MailError, Words};
use vzaemo_language::texts::Language;
use vzaemo_protection::{Alert, Delivery, DeliveryError};
use vzaemo_web::chrome::administration::security::name_of;
use vzaemo_web::chrome::paths;
use vzaemo_web::texts::{Speaker, Value};

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
        let say = Speaker::host(language);
        let kind = say.say(name_of(alert.kind));
        let at = alert.at.to_string();
        let with = |key: &str, args: &[(&str, &str)]| {
            let args: Vec<(&str, Value<'_>)> =
                args.iter().map(|(name, value)| (*name, Value::from(*value))).collect();
            say.say_with(key, &args).into_owned()
        };
        let words = Words {
            id: &alert.id,
            language,
            subject: &with("security-mail-subject", &[("kind", &kind)]),
            paragraphs: &[
                with("security-mail-lead", &[("kind", &kind), ("at", &at)]),
                with("security-mail-about", &[("subject", &alert.subject)]),
                with("security-mail-detail", &[("detail", &alert.detail)]),
            ],
            link: (&say.say("security-mail-link"), paths::ADMIN_SECURITY),
        };
        // What the server said stands in no message: it may hold the address.
        self.direct.send(&words).await.map_err(|error| DeliveryError(error.to_string()))
    }
}

//! From what id.gov.ua tells to what it attests.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::IdGovUaConfig;
use crate::SignInError;
use crate::attested::{Assurance, Attested, FullName, Method, Organisation, ProvenKey, name_part};

/// What is told about a person. What there is nothing to tell about is missing or empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Told {
    /// Not among the fields; where it is told all the same, it must be the person that was asked about.
    #[serde(deserialize_with = "text")]
    user_id: Option<String>,
    #[serde(deserialize_with = "text")]
    issuercn: Option<String>,
    #[serde(deserialize_with = "text")]
    serial: Option<String>,
    #[serde(deserialize_with = "text")]
    lastname: Option<String>,
    #[serde(deserialize_with = "text")]
    givenname: Option<String>,
    #[serde(deserialize_with = "text")]
    middlename: Option<String>,
    #[serde(deserialize_with = "text")]
    o: Option<String>,
    #[serde(deserialize_with = "text")]
    edrpoucode: Option<String>,
    #[serde(deserialize_with = "text")]
    drfocode: Option<String>,
    #[serde(deserialize_with = "text")]
    unzr: Option<String>,
    #[serde(deserialize_with = "flag")]
    isqscd: bool,
}

/// A text, if there is something in it.
fn text<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(value)?;
    Ok(text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// Yes or no, which may be written as a number or a text.
fn flag<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    Ok(match Value::deserialize(value)? {
        Value::Bool(yes) => yes,
        Value::Number(number) => number.as_i64() == Some(1),
        Value::String(text) => matches!(text.trim(), "1" | "true"),
        _ => false,
    })
}

/// A taxpayer's number has so many digits; what is shorter or has letters is a passport's number, which those have in its
/// place who refused the former for religious reasons.
const RNOKPP_DIGITS: usize = 10;
/// ЄДРПОУ has so many; sole traders have their own number in its place, and are no organisation.
const EDRPOU_DIGITS: usize = 8;

impl Told {
    pub(super) fn attested(self, config: &IdGovUaConfig, user: &str) -> Result<Attested, SignInError> {
        if self.user_id.as_deref().is_some_and(|told| told != user) {
            return Err(SignInError::UserInfo("it is about somebody else".to_owned()));
        }
        let part = |text: Option<&String>| name_part(text.map(String::as_str)).map_err(SignInError::Claims);
        let name = FullName {
            family: part(self.lastname.as_ref())?.ok_or(SignInError::Claims("the family name is missing"))?,
            given: part(self.givenname.as_ref())?.ok_or(SignInError::Claims("the given name is missing"))?,
            patronymic: part(self.middlename.as_ref())?,
        };
        // That a device keeps the key says something only of a certificate.
        let by_device = self.isqscd && self.serial.is_some() && self.issuercn.is_some();
        let assurance = if by_device { config.assurance_by_device } else { config.assurance };
        Ok(Attested {
            method: Method::IdGovUa { provider: config.id.clone() },
            issuer: config.address.to_string(),
            subject: user.to_owned(),
            assurance,
            key: if assurance < Assurance::Substantial { None } else { self.key()? },
            name,
            organisation: self.organisation()?,
        })
    }

    fn key(&self) -> Result<Option<ProvenKey>, SignInError> {
        let digits = |code: &&String| code.len() == RNOKPP_DIGITS && code.bytes().all(|b| b.is_ascii_digit());
        if let Some(code) = self.drfocode.as_ref().filter(digits) {
            let key = code.parse().map_err(|_| SignInError::Claims("the РНОКПП is malformed"))?;
            return Ok(Some(ProvenKey::Rnokpp(key)));
        }
        let Some(number) = &self.unzr else { return Ok(None) };
        let key = number.parse().map_err(|_| SignInError::Claims("the УНЗР is malformed"))?;
        Ok(Some(ProvenKey::Unzr(key)))
    }

    fn organisation(&self) -> Result<Option<Organisation>, SignInError> {
        let Some(code) = self.edrpoucode.as_ref().filter(|code| code.len() == EDRPOU_DIGITS) else {
            return Ok(None);
        };
        let edrpou = code.parse().map_err(|_| SignInError::Claims("the ЄДРПОУ is malformed"))?;
        Ok(Some(Organisation { edrpou, name: self.o.clone() }))
    }
}

//! Who signed, as the certificate says it.

use std::fmt;

use crate::{
    asn1::{Element, NotDer, tag},
    certificate::Certificate,
    name::text,
    oid,
    refusal::{Refusal, Role},
};

/// The subject of a certificate. All of it is personal data: it is shown to nobody but the person and those they act
/// before, and never printed by `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// The name in full, as the authority writes it.
    pub common_name: Option<String>,
    /// The surname.
    pub surname: Option<String>,
    /// Given name and patronymic.
    pub given_name: Option<String>,
    /// The organisation for which the person signs, or that seals.
    pub organisation: Option<String>,
    /// Its unit.
    pub unit: Option<String>,
    /// The person's post.
    pub title: Option<String>,
    /// The place.
    pub locality: Option<String>,
    /// The country, two letters.
    pub country: Option<String>,
    /// РНОКПП, the ten-digit number of the taxpayers' register.
    pub tax_number: Option<String>,
    /// УНЗР, the number in the demographic register: birth date, hyphen, five digits.
    pub unzr: Option<String>,
    /// A passport in place of РНОКПП, of those who refused the number for their faith.
    pub passport: Option<String>,
    /// ЄДРПОУ, the eight-digit code of an organisation.
    pub organisation_code: Option<String>,
}

impl fmt::Debug for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Subject")
            .field("tax_number", &self.tax_number.is_some())
            .field("unzr", &self.unzr.is_some())
            .field("passport", &self.passport.is_some())
            .field("organisation_code", &self.organisation_code.is_some())
            .finish_non_exhaustive()
    }
}

impl Subject {
    /// Reads the subject.
    ///
    /// The codes stand in up to three places: the subject directory attributes of Ukrainian certificates, the
    /// `serialNumber` of the name (`TINUA-…`, `PNOUA-…`, `PASUA-…`; ETSI EN 319 412-1, 5.1.3) and its
    /// `organizationIdentifier` (`NTRUA-…`; 5.1.4).
    ///
    /// # Errors
    /// [`Refusal::ContradictingCodes`] if they disagree: whom the certificate means must not depend on where one looks.
    pub(crate) fn of(certificate: &Certificate) -> Result<Self, Refusal> {
        let name = &certificate.subject;
        let mut subject = Self {
            common_name: name.text(oid::COMMON_NAME),
            surname: name.text(oid::SURNAME),
            given_name: name.text(oid::GIVEN_NAME),
            organisation: name.text(oid::ORGANISATION),
            unit: name.text(oid::ORGANISATIONAL_UNIT),
            title: name.text(oid::TITLE),
            locality: name.text(oid::LOCALITY),
            country: name.text(oid::COUNTRY),
            ..Self::default()
        };
        if let Some(attributes) = &certificate.extensions.directory_attributes {
            let codes = directory_codes(attributes).map_err(|NotDer| Refusal::CertificateMalformed {
                role: Role::Signer,
                what: "its subject directory attributes are not well-formed",
            })?;
            for (kind, code) in codes {
                subject.add(kind, &code)?;
            }
        }
        for number in name.texts(oid::SERIAL_NUMBER) {
            for (prefix, kind) in [("TINUA-", Code::Person), ("PNOUA-", Code::Unzr), ("PASUA-", Code::Person)]
            {
                if let Some(code) = number.trim().strip_prefix(prefix) {
                    subject.add(kind, code)?;
                }
            }
        }
        for identifier in name.texts(oid::ORGANISATION_IDENTIFIER) {
            if let Some(code) = identifier.trim().strip_prefix("NTRUA-") {
                subject.add(Code::Organisation, code)?;
            }
        }
        Ok(subject)
    }

    fn add(&mut self, kind: Code, code: &str) -> Result<(), Refusal> {
        let code = code.trim().to_owned();
        let digits = |count| code.len() == count && code.bytes().all(|byte| byte.is_ascii_digit());
        let place = match kind {
            _ if code.is_empty() => return Ok(()),
            Code::Person if digits(10) => &mut self.tax_number,
            Code::Person => &mut self.passport,
            Code::Unzr => &mut self.unzr,
            Code::Organisation if digits(8) => &mut self.organisation_code,
            // An entrepreneur's own number stands where an organisation has its code: no organisation.
            Code::Organisation => return Ok(()),
        };
        match place {
            Some(known) if *known != code => Err(Refusal::ContradictingCodes),
            _ => {
                *place = Some(code);
                Ok(())
            }
        }
    }
}

/// Which register a code is of.
#[derive(Debug, Clone, Copy)]
enum Code {
    Person,
    Unzr,
    Organisation,
}

/// `SubjectDirectoryAttributes ::= SEQUENCE OF SEQUENCE { type OBJECT IDENTIFIER, values SET OF ANY }`
/// (RFC 5280, 4.2.1.8).
fn directory_codes(value: &[u8]) -> Result<Vec<(Code, String)>, NotDer> {
    let mut attributes = Element::only_with(value, tag::SEQUENCE)?.contents();
    let mut codes = Vec::new();
    while !attributes.is_empty() {
        let mut attribute = attributes.next(tag::SEQUENCE)?.contents();
        let oid = attribute.oid()?;
        let mut values = attribute.next(tag::SET)?.contents();
        attribute.finish()?;
        let kind = match oid {
            oid::UKRAINE_TAX_NUMBER | oid::UKRAINE_TAX_NUMBER_OF_SIGNER => Code::Person,
            oid::UKRAINE_UNZR => Code::Unzr,
            oid::UKRAINE_ORGANISATION_CODE => Code::Organisation,
            _ => continue,
        };
        while !values.is_empty() {
            codes.push((kind, text(&values.any()?).ok_or(NotDer)?));
        }
    }
    Ok(codes)
}

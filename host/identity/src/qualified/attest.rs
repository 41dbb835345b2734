//! From a verified signature to what it attests.

use vzaemo_signature::{Kind, Signature, Subject};

use super::QualifiedError;
use crate::attested::{Assurance, Attested, FullName, Method, Organisation, ProvenKey};

/// The longest accepted part of a name, in characters.
const LONGEST_NAME: usize = 200;

/// What a signature attests: the person of its certificate and, where the certificate was issued to somebody of an
/// organisation, that organisation.
pub(super) fn attested(signature: &Signature, assurance: Assurance) -> Result<Attested, QualifiedError> {
    if signature.qualification.kind == Kind::Seal {
        return Err(QualifiedError::Seal);
    }
    let signer = &signature.signer;
    let organisation = signer.organisation_code.as_deref().and_then(|code| {
        let name = signer.organisation.clone().filter(|name| is_plain(name));
        Some(Organisation { edrpou: code.parse().ok()?, name })
    });
    Ok(Attested {
        method: Method::QualifiedSignature,
        issuer: signature.certificate.issuer_name().unwrap_or_default(),
        subject: signature.certificate.serial_number(),
        assurance,
        key: Some(proven_key(signer)?),
        name: name(signer)?,
        organisation,
    })
}

pub(super) fn proven_key(signer: &Subject) -> Result<ProvenKey, QualifiedError> {
    if let Some(code) = &signer.tax_number {
        return code.parse().map(ProvenKey::Rnokpp).map_err(|_| QualifiedError::NoPerson("РНОКПП"));
    }
    let Some(code) = &signer.unzr else { return Err(QualifiedError::NoPerson("РНОКПП or УНЗР")) };
    code.parse().map(ProvenKey::Unzr).map_err(|_| QualifiedError::NoPerson("УНЗР"))
}

/// The name in its parts. Authorities write given name and patronymic as one; a certificate without the parts has all
/// of them in the common name, family name first.
fn name(signer: &Subject) -> Result<FullName, QualifiedError> {
    let (family, rest) = match (&signer.surname, &signer.given_name, &signer.common_name) {
        (Some(family), Some(given), _) => (family.trim(), given.as_str()),
        (_, _, Some(common)) => common.trim().split_once(' ').ok_or(QualifiedError::NoPerson("name"))?,
        _ => return Err(QualifiedError::NoPerson("name")),
    };
    let rest = rest.trim();
    let (given, patronymic) = match rest.split_once(char::is_whitespace) {
        Some((given, patronymic)) => (given, Some(patronymic.trim())),
        None => (rest, None),
    };
    let part = |text: &str| {
        let fits = !text.is_empty() && is_plain(text);
        fits.then(|| as_written(text)).ok_or(QualifiedError::NoPerson("name"))
    };
    Ok(FullName { family: part(family)?, given: part(given)?, patronymic: patronymic.map(part).transpose()? })
}

/// A name is shown on public pages, so it holds no control characters and has a reasonable length.
pub(super) fn is_plain(text: &str) -> bool {
    text.chars().count() <= LONGEST_NAME && !text.chars().any(char::is_control)
}

/// Some authorities write names in capitals; pages show them as the person writes them, so that signing in by another
/// way does not look like a change of name. «КОВАЛЬ-МЕЛЬНИК» is «Коваль-Мельник».
fn as_written(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphabetic());
    if letters.clone().count() < 2 || letters.clone().any(char::is_lowercase) {
        return text.to_owned();
    }
    let mut begins = true;
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        if begins {
            written.push(letter);
        } else {
            written.extend(letter.to_lowercase());
        }
        begins = letter == '-' || letter.is_whitespace();
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(surname: Option<&str>, given: Option<&str>, common: Option<&str>) -> Subject {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Subject {
            surname: owned(surname),
            given_name: owned(given),
            common_name: owned(common),
            ..Subject::default()
        }
    }

    #[test]
    fn names_come_in_parts_or_as_one() {
        for (signer, full) in [
            (subject(Some("Коваль"), Some("Марія Іванівна"), None), "Марія Іванівна Коваль"),
            (subject(Some("Коваль"), Some("Марія"), None), "Марія Коваль"),
            (subject(None, None, Some("Коваль Марія  Іванівна")), "Марія Іванівна Коваль"),
            (subject(Some("КОВАЛЬ-МЕЛЬНИК"), Some("МАРІЯ ІВАНІВНА"), None), "Марія Іванівна Коваль-Мельник"),
            (subject(Some("Д’Артаньян"), Some("Ш."), None), "Ш. Д’Артаньян"),
            (subject(Some("О"), Some("Лі"), None), "Лі О"),
        ] {
            assert_eq!(name(&signer).unwrap().in_full(), full);
        }
        let long = "а".repeat(LONGEST_NAME + 1);
        for signer in [
            subject(None, None, None),
            subject(None, None, Some("Коваль")),
            subject(Some("Коваль"), Some("  "), None),
            subject(Some(" "), Some("Марія"), None),
            subject(Some(&long), Some("Марія"), None),
            subject(Some("Ко\u{7}валь"), Some("Марія"), None),
        ] {
            assert!(matches!(name(&signer), Err(QualifiedError::NoPerson("name"))), "{signer:?}");
        }
    }

    #[test]
    fn the_taxpayers_number_comes_first_and_must_be_possible() {
        let with = |tax: Option<&str>, unzr: Option<&str>| Subject {
            tax_number: tax.map(str::to_owned),
            unzr: unzr.map(str::to_owned),
            ..Subject::default()
        };
        let (tax, unzr) = (Some("3300712340"), Some("19900515-01234"));
        assert!(matches!(proven_key(&with(tax, unzr)), Ok(ProvenKey::Rnokpp(_))));
        assert!(matches!(proven_key(&with(None, unzr)), Ok(ProvenKey::Unzr(_))));
        for nobody in [with(None, None), with(Some("3300712341"), unzr), with(None, Some("19901315-01234"))] {
            assert!(matches!(proven_key(&nobody), Err(QualifiedError::NoPerson(_))), "{nobody:?}");
        }
    }
}

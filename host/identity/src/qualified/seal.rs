//! Proving by an organisation's seal that one represents it.
//!
//! An electronic seal names an organisation and no person (Law 2155-VIII, article 1), so it signs in nobody: what is done
//! here is done by persons, who answer for it. But whoever can seal in an organisation's name has been let to its key by
//! the organisation. So a person who is signed in seals a challenge with it, and that proves as much as a certificate that
//! was issued to staff of the organisation.
//!
//! The challenge is one of that session and says in words what is confirmed: its content holds a code over who is signed
//! in and since when, so that what was sealed for one session is, for any other, a seal of something else.

use std::sync::Arc;

use vzaemo_signature::Kind;

use super::{Challenge, Qualified, QualifiedError};
use crate::attested::Organisation;
use crate::{Once, Session, SignInError};

/// An organisation whose seal was put under a challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Which, as its certificate names it.
    pub organisation: Organisation,
    /// The certificate's serial number, in hexadecimal digits.
    pub serial: String,
    /// That the challenge serves once: for [`crate::Sessions::take_in`].
    pub once: Once,
}

impl Qualified {
    /// Makes a challenge to be sealed in the name of an organisation for the person of this session.
    pub fn begin_seal(&self, session: &Session) -> Challenge {
        let state = self.sealing.begin(self.clock.now());
        self.seal_of(&state, session)
    }

    /// The challenge of a code, while it may be answered, as it is for this session.
    ///
    /// # Errors
    /// [`SignInError::UnknownState`] if no node of this platform has made it or its time is over.
    pub fn seal_challenge(&self, code: &str, session: &Session) -> Result<Challenge, SignInError> {
        Ok(self.seal_of(&self.sealing.read(code, self.clock.now())?, session))
    }

    /// Takes the seal under a challenge of this session and gives the organisation that it proves.
    ///
    /// # Errors
    /// [`QualifiedError`]: why it proves none.
    pub async fn complete_seal(
        &self,
        session: &Session,
        code: &str,
        seal: Vec<u8>,
    ) -> Result<Sealed, QualifiedError> {
        let state = self.sealing.read(code, self.clock.now())?;
        let content: Arc<[u8]> = self.seal_of(&state, session).content.into();
        let signature = self.verified(seal, content).await?;
        let signer = &signature.signer;
        // What names a person is a person's, whatever else it says.
        let of_person = signer.tax_number.is_some() || signer.unzr.is_some() || signer.passport.is_some();
        if signature.qualification.kind != Kind::Seal || of_person {
            return Err(QualifiedError::NoSeal);
        }
        let code = signer.organisation_code.as_deref().and_then(|code| code.parse().ok());
        let edrpou = code.ok_or(QualifiedError::NoOrganisation)?;
        let name = signer.organisation.clone().filter(|name| super::attest::is_plain(name));
        Ok(Sealed {
            organisation: Organisation { edrpou, name },
            serial: signature.certificate.serial_number(),
            once: Once { key: crate::Token::hash_of(state.text()), until: state.until() },
        })
    }

    fn seal_of(&self, state: &crate::pending::State, session: &Session) -> Challenge {
        let (base, until, code) = (&self.base, state.until().timestamp(), state.text());
        let whose = self.sealing.session_code(state, &session.person.id.to_string(), session.opened);
        let content = format!(
            "vzaemo representation 1\n{base}\n{until}\n{code}\n{whose}\n\
             Організація, чия це печатка, підтверджує: особа, яка увійшла, діє від її імені.\n"
        );
        Challenge { code: code.to_owned(), content: content.into_bytes() }
    }
}

//! What a certificate states about being qualified (ETSI EN 319 412-5; for Ukraine Law 2155-VIII, article 23).

use crate::{
    asn1::{Element, NotDer, tag},
    oid,
};

/// What the certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Kind {
    /// An electronic signature of a natural person, or nothing is said.
    #[default]
    Signature,
    /// An electronic seal of an organisation.
    Seal,
    /// Proving whose a website is: no signature of such a certificate counts.
    Website,
}

/// The statements of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Qualification {
    /// The certificate says that it is qualified.
    pub qualified: bool,
    /// The private key lies in a qualified device, so that nobody else can have it.
    pub device: bool,
    /// What the certificate is for.
    pub kind: Kind,
}

impl Qualification {
    /// The same, of a seal: Ukrainian certificates also say so by their extended key usage.
    pub(crate) fn as_seal(self) -> Self {
        Self { kind: Kind::Seal, ..self }
    }

    /// `QCStatements ::= SEQUENCE OF SEQUENCE { statementId OBJECT IDENTIFIER, statementInfo ANY OPTIONAL }`
    /// (RFC 3739, 3.2.6).
    pub(crate) fn read(value: &[u8]) -> Result<Self, NotDer> {
        let mut statements = Element::only_with(value, tag::SEQUENCE)?.contents();
        let mut found = Self::default();
        while !statements.is_empty() {
            let mut statement = statements.next(tag::SEQUENCE)?.contents();
            let id = statement.oid()?;
            let info = if statement.is_empty() { None } else { Some(statement.any()?) };
            statement.finish()?;
            match (id, info) {
                (oid::QC_COMPLIANCE | oid::QC_UKRAINE, _) => found.qualified = true,
                (oid::QC_DEVICE, _) => found.device = true,
                (oid::QC_TYPE, Some(types)) if types.tag == tag::SEQUENCE => {
                    let mut types = types.contents();
                    let mut kinds = Vec::new();
                    while !types.is_empty() {
                        kinds.push(types.oid()?);
                    }
                    found.kind = if kinds.contains(&oid::QC_TYPE_SIGNATURE) {
                        Kind::Signature
                    } else if kinds.contains(&oid::QC_TYPE_SEAL) {
                        Kind::Seal
                    } else {
                        Kind::Website
                    };
                }
                _ => {}
            }
        }
        Ok(found)
    }
}

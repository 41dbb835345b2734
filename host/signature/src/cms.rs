//! CMS signed data (RFC 5652, 5), as slices of the input.

use der::asn1::ObjectIdentifier;

use crate::{
    asn1::{AlgorithmIdentifier, Element, NotDer, tag},
    name::Name,
    oid,
    refusal::Refusal,
};

/// `SignedData`.
#[derive(Debug)]
pub(crate) struct SignedData<'a> {
    pub content_type: ObjectIdentifier,
    /// The content, unless the signature is detached.
    pub content: Option<&'a [u8]>,
    /// The certificates that came along, each in DER; attribute certificates and other formats are left out.
    pub certificates: Vec<&'a [u8]>,
    pub signers: Vec<SignerInfo<'a>>,
}

/// `SignerInfo`.
#[derive(Debug)]
pub(crate) struct SignerInfo<'a> {
    pub certificate: SignerIdentifier<'a>,
    pub digest: AlgorithmIdentifier<'a>,
    /// The whole element of the signed attributes, with its tag `[0]`.
    pub signed_attributes: Option<Element<'a>>,
    pub signature_algorithm: AlgorithmIdentifier<'a>,
    pub signature: &'a [u8],
    pub unsigned_attributes: Vec<Attribute<'a>>,
}

/// By what the signer's certificate is named.
#[derive(Debug)]
pub(crate) enum SignerIdentifier<'a> {
    IssuerAndSerial(Name, &'a [u8]),
    SubjectKey(&'a [u8]),
}

/// An attribute and its values.
#[derive(Debug, Clone)]
pub(crate) struct Attribute<'a> {
    pub oid: ObjectIdentifier,
    pub values: Vec<Element<'a>>,
}

/// How many certificates and signers are read at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counts {
    pub certificates: usize,
    pub signers: usize,
}

impl<'a> SignedData<'a> {
    /// Reads a `ContentInfo` that holds signed data.
    pub(crate) fn read(input: &'a [u8], counts: Counts) -> Result<Self, Refusal> {
        const SHAPE: Refusal = Refusal::Malformed { what: "the signature" };
        let info = Element::only_with(input, tag::SEQUENCE).map_err(|_| SHAPE)?;
        let mut contents = info.contents();
        let content_type = contents.oid().map_err(|_| SHAPE)?;
        if content_type != oid::SIGNED_DATA {
            return Err(Refusal::NotSignedData);
        }
        let explicit = contents.next(tag::CONTEXT_0).map_err(|_| SHAPE)?;
        contents.finish().map_err(|_| SHAPE)?;
        let data = Element::only_with(explicit.value, tag::SEQUENCE).map_err(|_| SHAPE)?;
        Self::fields(&data, counts).map_err(|stop| match stop {
            Stop::NotDer => SHAPE,
            Stop::TooMany(what) => Refusal::TooComplex { what },
        })
    }

    fn fields(data: &Element<'a>, counts: Counts) -> Result<Self, Stop> {
        let mut fields = data.contents();
        let version = fields.next(tag::INTEGER)?;
        if !matches!(version.value, [1 | 3 | 4 | 5]) {
            return Err(Stop::NotDer);
        }
        let mut digests = fields.next(tag::SET)?.contents();
        while !digests.is_empty() {
            digests.algorithm()?;
        }
        let mut encapsulated = fields.next(tag::SEQUENCE)?.contents();
        let content_type = encapsulated.oid()?;
        let content = match encapsulated.optional(tag::CONTEXT_0)? {
            Some(explicit) => Some(Element::only_with(explicit.value, tag::OCTET_STRING)?.value),
            None => None,
        };
        encapsulated.finish()?;

        let mut certificates = Vec::new();
        if let Some(set) = fields.optional(tag::CONTEXT_0)? {
            let mut set = set.contents();
            while !set.is_empty() {
                let choice = set.any()?;
                if choice.tag == tag::SEQUENCE {
                    certificates.push(choice.whole);
                }
                if certificates.len() > counts.certificates {
                    return Err(Stop::TooMany("certificates"));
                }
            }
        }
        fields.optional(tag::CONTEXT_1)?;
        let mut set = fields.next(tag::SET)?.contents();
        fields.finish()?;
        let mut signers = Vec::new();
        while !set.is_empty() {
            signers.push(SignerInfo::read(&set.next(tag::SEQUENCE)?)?);
            if signers.len() > counts.signers {
                return Err(Stop::TooMany("signers"));
            }
        }
        Ok(Self { content_type, content, certificates, signers })
    }
}

/// Why reading stopped.
enum Stop {
    NotDer,
    TooMany(&'static str),
}

impl From<NotDer> for Stop {
    fn from(NotDer: NotDer) -> Self {
        Self::NotDer
    }
}

impl<'a> SignerInfo<'a> {
    fn read(sequence: &Element<'a>) -> Result<Self, NotDer> {
        let mut fields = sequence.contents();
        let version = fields.next(tag::INTEGER)?;
        let identifier = fields.any()?;
        // RFC 5652, 5.3: version 1 names issuer and serial number, version 3 the key identifier.
        let certificate = match (version.value, identifier.tag) {
            ([1], tag::SEQUENCE) => {
                let mut contents = identifier.contents();
                let issuer = contents.next(tag::SEQUENCE)?;
                let serial = contents.next(tag::INTEGER)?;
                contents.finish()?;
                SignerIdentifier::IssuerAndSerial(Name::new(&issuer)?, serial.value)
            }
            ([3], tag::CONTEXT_0_PRIMITIVE) => SignerIdentifier::SubjectKey(identifier.value),
            _ => return Err(NotDer),
        };
        let digest = fields.algorithm()?;
        let signed_attributes = fields.optional(tag::CONTEXT_0)?;
        let signature_algorithm = fields.algorithm()?;
        let signature = fields.next(tag::OCTET_STRING)?.value;
        let unsigned_attributes = match fields.optional(tag::CONTEXT_1)? {
            Some(set) => attributes(&set)?,
            None => Vec::new(),
        };
        fields.finish()?;
        Ok(Self {
            certificate,
            digest,
            signed_attributes,
            signature_algorithm,
            signature,
            unsigned_attributes,
        })
    }
}

/// The attributes of a set.
pub(crate) fn attributes<'a>(set: &Element<'a>) -> Result<Vec<Attribute<'a>>, NotDer> {
    let mut contents = set.contents();
    let mut found = Vec::new();
    while !contents.is_empty() {
        let mut attribute = contents.next(tag::SEQUENCE)?.contents();
        let oid = attribute.oid()?;
        let mut set = attribute.next(tag::SET)?.contents();
        attribute.finish()?;
        let mut values = Vec::new();
        while !set.is_empty() {
            values.push(set.any()?);
        }
        found.push(Attribute { oid, values });
    }
    Ok(found)
}

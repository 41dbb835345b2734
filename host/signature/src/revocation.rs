//! Whether a certificate was revoked: the question, who can answer it, and answers from bytes at hand.
//!
//! This crate opens no connection. Who calls it fetches revocation lists and answers where the holder has configured
//! it, and hands over the bytes, or answers itself through the trait [`Revocation`].

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::{certificate::Certificate, crl, ocsp, refusal::RevocationGap};

/// Clocks of authorities may be ahead of ours by this much.
pub(crate) const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// The question whether a certificate was revoked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The certificate.
    pub certificate: &'a Certificate,
    /// Its issuer, found on the way to the trust list: only who it lets may answer.
    pub issuer: &'a Certificate,
    /// The instant in question.
    pub at: Timestamp,
    /// The real time.
    pub now: Timestamp,
}

/// From what an answer is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// A revocation list (RFC 5280, 5).
    List,
    /// An OCSP answer (RFC 6960).
    Answer,
}

/// Whether a certificate was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Not revoked.
    Good {
        /// From what it is known.
        source: Source,
        /// The instant up to which the source looked.
        as_of: Timestamp,
    },
    /// Revoked, or suspended, which counts alike.
    Revoked {
        /// From what it is known.
        source: Source,
        /// Since when.
        since: Timestamp,
    },
    /// Nobody can tell.
    Unknown(RevocationGap),
}

/// Answers whether a certificate was revoked.
pub trait Revocation {
    /// The status; an implementation must have verified what it says it from.
    fn status(&self, question: &Question<'_>) -> Status;
}

/// Knows nothing: what happens then is the policy's decision.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoInformation;

impl Revocation for NoInformation {
    fn status(&self, _: &Question<'_>) -> Status {
        Status::Unknown(RevocationGap::NoInformation)
    }
}

/// Lists and answers as bytes, from wherever they come; each is verified before it is believed.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Revocation lists in DER.
    pub lists: Vec<Vec<u8>>,
    /// OCSP responses in DER.
    pub answers: Vec<Vec<u8>>,
}

impl Revocation for Evidence {
    /// A verified revocation wins over everything, a verified "good" over what says nothing.
    fn status(&self, question: &Question<'_>) -> Status {
        let answers = self.answers.iter().map(|answer| ocsp::status(answer, question));
        let lists = self.lists.iter().map(|list| crl::status(list, question));
        answers.chain(lists).fold(Status::Unknown(RevocationGap::NoInformation), better)
    }
}

impl<R: Revocation> Revocation for [Arc<R>] {
    /// Several sources together, weighed as the parts of one are.
    fn status(&self, question: &Question<'_>) -> Status {
        let each = self.iter().map(|source| source.status(question));
        each.fold(Status::Unknown(RevocationGap::NoInformation), better)
    }
}

impl<R: Revocation> Revocation for Vec<Arc<R>> {
    fn status(&self, question: &Question<'_>) -> Status {
        self.as_slice().status(question)
    }
}

fn better(known: Status, found: Status) -> Status {
    match (known, found) {
        (Status::Revoked { source, since }, Status::Revoked { since: other, .. }) => {
            Status::Revoked { source, since: since.min(other) }
        }
        (revoked @ Status::Revoked { .. }, _) | (_, revoked @ Status::Revoked { .. }) => revoked,
        (good @ Status::Good { .. }, _) | (_, good @ Status::Good { .. }) => good,
        (Status::Unknown(RevocationGap::NoInformation), found) => found,
        (known, _) => known,
    }
}

/// Whether what was issued at `this` and holds until `next` can answer the question.
pub(crate) fn is_fresh(this: Timestamp, next: Timestamp, question: &Question<'_>) -> bool {
    this <= question.now.saturating_add(CLOCK_SKEW).unwrap_or(Timestamp::MAX) && question.at <= next
}

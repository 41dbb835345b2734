//! Time-stamp tokens (RFC 3161): what they stamp and when.

use jiff::Timestamp;

use crate::{
    algorithm::Digest,
    asn1::{AlgorithmIdentifier, Element, NotDer, tag},
    refusal::Refusal,
};

/// `TSTInfo`, as far as it says what was stamped and when.
#[derive(Debug)]
pub(crate) struct TimeStampInfo<'a> {
    imprint_algorithm: AlgorithmIdentifier<'a>,
    imprint: &'a [u8],
    /// When the authority saw the imprint.
    pub time: Timestamp,
}

impl<'a> TimeStampInfo<'a> {
    pub(crate) fn read(content: &'a [u8]) -> Result<Self, Refusal> {
        Self::fields(content).map_err(|NotDer| Refusal::Malformed { what: "the time-stamp" })
    }

    fn fields(content: &'a [u8]) -> Result<Self, NotDer> {
        let mut fields = Element::only_with(content, tag::SEQUENCE)?.contents();
        if fields.next(tag::INTEGER)?.value != [1] {
            return Err(NotDer);
        }
        fields.oid()?;
        let mut imprint = fields.next(tag::SEQUENCE)?.contents();
        let imprint_algorithm = imprint.algorithm()?;
        let value = imprint.next(tag::OCTET_STRING)?.value;
        imprint.finish()?;
        fields.next(tag::INTEGER)?;
        let time = generalized_time(fields.next(tag::GENERALIZED_TIME)?.value)?;
        // Accuracy, ordering, nonce and the authority's name follow and change nothing here.
        while !fields.is_empty() {
            fields.any()?;
        }
        Ok(Self { imprint_algorithm, imprint: value, time })
    }

    /// Whether these bytes were stamped.
    pub(crate) fn check_imprint(&self, bytes: &[u8]) -> Result<(), Refusal> {
        let digest = Digest::new(&self.imprint_algorithm)?;
        if digest.digest(&[bytes]) == self.imprint { Ok(()) } else { Err(Refusal::TimeStampForOtherBytes) }
    }
}

/// `YYYYMMDDhhmmss[.f]Z`: unlike certificates, time-stamps may have fractions of a second (RFC 3161, 2.4.2).
fn generalized_time(bytes: &[u8]) -> Result<Timestamp, NotDer> {
    let text = std::str::from_utf8(bytes).map_err(|_| NotDer)?;
    let (whole, rest) = text.split_at_checked(14).ok_or(NotDer)?;
    let fraction = rest.strip_suffix('Z').ok_or(NotDer)?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let fraction_is_fine = match fraction.strip_prefix('.') {
        Some(decimals) => digits(decimals) && decimals.len() <= 9,
        None => fraction.is_empty(),
    };
    if !digits(whole) || !fraction_is_fine {
        return Err(NotDer);
    }
    let part = |from: usize, to: usize| whole.get(from..to).unwrap_or_default();
    let (year, month, day) = (part(0, 4), part(4, 6), part(6, 8));
    let (hour, minute, second) = (part(8, 10), part(10, 12), part(12, 14));
    format!("{year}-{month}-{day}T{hour}:{minute}:{second}{fraction}Z").parse().map_err(|_| NotDer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_may_have_fractions_but_no_zone() {
        let time = |text: &str| generalized_time(text.as_bytes()).ok().map(|time| time.to_string());
        assert_eq!(time("20261122021500Z").as_deref(), Some("2026-11-22T02:15:00Z"));
        assert_eq!(time("20261122021500.25Z").as_deref(), Some("2026-11-22T02:15:00.25Z"));
        for wrong in
            ["20261122021500", "20261122021500+0200", "20261122021500.Z", "20261322021500Z", "2026112202150Z"]
        {
            assert_eq!(time(wrong), None, "{wrong}");
        }
    }
}

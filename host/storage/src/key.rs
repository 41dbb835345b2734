//! Keys that the host makes for documents.

use sha2::{Digest, Sha256};
use uuid::Builder;

/// Makes the same keys again from the same time and seed, so that a unit that is run again gives its documents the
/// keys they had. Keys are UUIDs version 7 (RFC 9562): they sort by time and, within a unit, by the order of making.
#[derive(Debug, Clone)]
pub(crate) struct KeyMaker {
    now_ms: u64,
    seed: u128,
    made: u64,
}

/// How many keys fit into the twelve bits that follow the time.
const IN_ONE_MILLISECOND: u64 = 4096;

impl KeyMaker {
    pub(crate) fn new(now_ms: i64, seed: u128) -> Self {
        Self { now_ms: u64::try_from(now_ms).unwrap_or(0), seed, made: 0 }
    }

    pub(crate) fn make(&mut self) -> String {
        let mut tail = [0; 10];
        // The random part first, then over its beginning the twelve bits that keep the order.
        tail.iter_mut().zip(self.digest(b"key")).for_each(|(byte, random)| *byte = random);
        let order = u16::try_from(self.made % IN_ONE_MILLISECOND).unwrap_or(0).to_be_bytes();
        tail.iter_mut().zip(order).for_each(|(byte, order)| *byte = order);
        let millis = self.now_ms + self.made / IN_ONE_MILLISECOND;
        self.made += 1;
        Builder::from_unix_timestamp_millis(millis, &tail).into_uuid().hyphenated().to_string()
    }

    /// A placeholder for a number: all digits, so that it passes where digits are asked, and so long and random
    /// that it does not occur by chance.
    pub(crate) fn placeholder(&mut self) -> String {
        let digest = self.digest(b"number");
        self.made += 1;
        let (random, _) = digest.split_at(16);
        let random = random.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
        // The first digit is set, so that none is lost where the text is taken for a number.
        format!("9{:038}", random % 10_u128.pow(38))
    }

    fn digest(&self, purpose: &[u8]) -> sha2::digest::Output<Sha256> {
        Sha256::new()
            .chain_update(purpose)
            .chain_update(self.seed.to_be_bytes())
            .chain_update(self.now_ms.to_be_bytes())
            .chain_update(self.made.to_be_bytes())
            .finalize()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_by_time_and_making_and_come_again() {
        let make = |now, seed| {
            let mut maker = KeyMaker::new(now, seed);
            (0..5000).map(|_| maker.make()).collect::<Vec<_>>()
        };
        let keys = make(1_700_000_000_000, 7);
        assert!(keys.is_sorted());
        assert_eq!(keys, make(1_700_000_000_000, 7));
        assert_ne!(keys, make(1_700_000_000_000, 8));
        assert!(keys.first() < make(1_700_000_001_000, 1).first());
    }

    #[test]
    fn placeholders_are_39_digits() {
        let mut maker = KeyMaker::new(0, 1);
        let (one, two) = (maker.placeholder(), maker.placeholder());
        assert_ne!(one, two);
        assert_eq!(one.len(), 39);
        assert!(one.bytes().all(|b| b.is_ascii_digit()));
    }
}

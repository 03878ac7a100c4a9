//! The card's random numbers: a stream that its seed decides, so that runs repeat. NOT random to anybody
//! who knows the seed: a virtual card guards no secret.

use sha2::{Digest, Sha256};

/// A stream of bytes: SHA-256 over the seed and the number of the block.
#[derive(Clone, Debug)]
pub(super) struct Random {
    seed: u64,
    block: u64,
}

/// Blocks that a card counts as one: a card that keeps its place writes it down once in so many blocks.
const STRETCH: u64 = 1024;

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, block: 0 }
    }

    /// The stream behind so many stretches; `None` when it is not that long.
    pub(super) fn after(seed: u64, stretches: u64) -> Option<Self> {
        Some(Self { seed, block: stretches.checked_mul(STRETCH)? })
    }

    /// How many stretches have been begun.
    pub(super) fn stretches(&self) -> u64 {
        self.block.div_ceil(STRETCH)
    }

    /// Fills the whole of `out`, beginning a new block.
    pub(super) fn fill(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let mut hash = Sha256::new();
            hash.update(self.seed.to_be_bytes());
            hash.update(self.block.to_be_bytes());
            chunk.copy_from_slice(&hash.finalize()[..chunk.len()]);
            self.block = self.block.wrapping_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_seed_makes_another_stream() {
        let stream = |seed| {
            let mut out = [0; 64];
            Random::new(seed).fill(&mut out);
            out
        };
        assert_ne!(stream(1), stream(2));
        assert_eq!(stream(1), stream(1));
    }

    #[test]
    fn every_filling_begins_a_new_block() {
        let mut random = Random::new(1);
        let (mut first, mut second) = ([0; 8], [0; 8]);
        random.fill(&mut first);
        random.fill(&mut second);
        assert_ne!(first, second);
    }
}

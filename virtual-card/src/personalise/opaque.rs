//! Bytes that stand where a real card has something whose meaning nobody knows.

use sha2::{Digest, Sha256};

/// So many bytes that look random and are always the same for a label.
pub(super) fn bytes<const N: usize>(label: &str) -> [u8; N] {
    let mut bytes = [0; N];
    for (counter, chunk) in bytes.chunks_mut(32).enumerate() {
        let hash = Sha256::new().chain_update(label).chain_update([counter as u8]).finalize();
        chunk.copy_from_slice(&hash[..chunk.len()]);
    }
    bytes
}

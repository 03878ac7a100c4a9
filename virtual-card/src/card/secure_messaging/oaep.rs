//! EME-OAEP of PKCS #1 with SHA-256 and an empty label: takes the message out of a decrypted block.

use crate::pss::mask;
use crate::signer::SIGNATURE_LEN;
use sha2::{Digest, Sha256};

/// Bytes of SHA-256.
const HASH_LEN: usize = 32;

/// The message in a block; `None` when it was not put there by this encoding. Virtual cards guard no
/// secrets, so no care is taken to hide by timing which part was wrong.
pub(super) fn decode(mut block: [u8; SIGNATURE_LEN]) -> Option<Vec<u8>> {
    let (first, rest) = block.split_first_mut()?;
    let (seed, data) = rest.split_at_mut(HASH_LEN);
    mask(seed, data);
    mask(data, seed);
    let message = data.strip_prefix(Sha256::digest([]).as_slice())?;
    let zeros = message.iter().take_while(|&&byte| byte == 0).count();
    match (*first, message.get(zeros..)?) {
        (0, [0x01, message @ ..]) => Some(message.to_vec()),
        _ => None,
    }
}

/// The encoding, written from its definition; the seed is always the same.
#[cfg(test)]
pub(super) fn encode(message: &[u8]) -> [u8; SIGNATURE_LEN] {
    let mut block = [0; SIGNATURE_LEN];
    let (seed, data) = block[1..].split_at_mut(HASH_LEN);
    seed.fill(0x5A);
    data[..HASH_LEN].copy_from_slice(&Sha256::digest([]));
    let start = data.len() - message.len();
    data[start - 1] = 0x01;
    data[start..].copy_from_slice(message);
    mask(data, seed);
    mask(seed, data);
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_out_of_its_block() {
        for message in [&b""[..], b"\x00zero first", &[1; 190]] {
            assert_eq!(decode(encode(message)).as_deref(), Some(message));
        }
    }

    #[test]
    fn a_block_changed_in_one_bit_holds_no_message() {
        let block = encode(b"message");
        for at in [0, 1, 40, SIGNATURE_LEN - 1] {
            let mut changed = block;
            changed[at] ^= 0x80;
            assert_ne!(decode(changed).as_deref(), Some(&b"message"[..]));
        }
        assert_eq!(decode([0; SIGNATURE_LEN]), None);
    }
}

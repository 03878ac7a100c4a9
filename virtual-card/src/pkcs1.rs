//! PKCS #1 v1.5 for RSA-2048: what stands in a block before the private key is applied to it.

use crate::signer::SIGNATURE_LEN;

/// Most bytes that a type 1 block carries: 256 less `00 01`, eight `FF` and `00`.
pub const MAX_INPUT: usize = SIGNATURE_LEN - 11;

/// DER of a `DigestInfo` for SHA-256, without the 32 bytes of the hash.
const SHA256_PREFIX: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0x04, 0x20,
];

/// The block `00 01 FF … FF 00 input`, or nothing when the input is longer than [`MAX_INPUT`].
///
/// The input is not looked at: the card pads whatever it is given. An empty input makes a block too;
/// whether a card signs it is the card's rule.
#[must_use]
pub fn pad_type1(input: &[u8]) -> Option<[u8; SIGNATURE_LEN]> {
    if input.len() > MAX_INPUT {
        return None;
    }
    let mut block = [0xFF; SIGNATURE_LEN];
    let separator = SIGNATURE_LEN - input.len() - 1;
    block[0] = 0x00;
    block[1] = 0x01;
    block[separator] = 0x00;
    block[separator + 1..].copy_from_slice(input);
    Some(block)
}

/// DER of the `DigestInfo` of a SHA-256 hash.
#[must_use]
pub fn digest_info_sha256(hash: &[u8; 32]) -> [u8; 51] {
    let mut info = [0; 51];
    info[..19].copy_from_slice(&SHA256_PREFIX);
    info[19..].copy_from_slice(hash);
    info
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_a_header_at_least_eight_fillers_and_the_input() {
        let block = pad_type1(b"abc").expect("three bytes fit");
        assert_eq!(block[..2], [0x00, 0x01]);
        assert!(block[2..252].iter().all(|&byte| byte == 0xFF));
        assert_eq!(block[252..], [0x00, b'a', b'b', b'c']);

        let fullest = pad_type1(&[7; MAX_INPUT]).expect("245 bytes fit");
        assert_eq!(fullest[..11], [0x00, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00]);
    }

    #[test]
    fn an_input_of_246_bytes_does_not_fit() {
        assert_eq!(pad_type1(&[0; MAX_INPUT + 1]), None);
    }

    #[test]
    fn an_empty_input_makes_a_block_of_fillers() {
        let block = pad_type1(&[]).expect("nothing fits");
        assert!(block[2..255].iter().all(|&byte| byte == 0xFF));
        assert_eq!(block[255], 0x00);
    }
}

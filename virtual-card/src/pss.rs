//! EMSA-PSS of PKCS #1 for RSA-2048 with SHA-256: what stands in a block before the private key is applied.

use crate::signer::SIGNATURE_LEN;
use sha2::{Digest, Sha256};

/// Bytes of the salt: as many as the hash has.
pub const SALT_LEN: usize = 32;

/// Bytes of SHA-256.
const HASH_LEN: usize = 32;

/// Bytes of the masked data block: all but the hash and the trailer.
const DATA_BLOCK_LEN: usize = SIGNATURE_LEN - HASH_LEN - 1;

/// The block for a message's SHA-256 and a salt. It is always less than a modulus of 2048 bits.
#[must_use]
pub fn encode(message_hash: &[u8; HASH_LEN], salt: &[u8; SALT_LEN]) -> [u8; SIGNATURE_LEN] {
    let hash = Sha256::new().chain_update([0; 8]).chain_update(message_hash).chain_update(salt).finalize();
    let mut block = [0; SIGNATURE_LEN];
    let (data_block, tail) = block.split_at_mut(DATA_BLOCK_LEN);
    data_block[DATA_BLOCK_LEN - SALT_LEN - 1] = 0x01;
    data_block[DATA_BLOCK_LEN - SALT_LEN..].copy_from_slice(salt);
    mask(data_block, &hash);
    data_block[0] &= 0x7F;
    tail[..HASH_LEN].copy_from_slice(&hash);
    tail[HASH_LEN] = 0xBC;
    block
}

/// MGF1 with SHA-256: adds the mask that this seed generates.
pub(crate) fn mask(data: &mut [u8], seed: &[u8]) {
    for (counter, chunk) in (0_u32..).zip(data.chunks_mut(HASH_LEN)) {
        let mask = Sha256::new().chain_update(seed).chain_update(counter.to_be_bytes()).finalize();
        chunk.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signer::Signer;
    use rsa::pss::{Signature, VerifyingKey};
    use rsa::signature::hazmat::PrehashVerifier;
    use rsa::{BigUint, RsaPublicKey};
    use rstest::rstest;

    #[rstest]
    #[case::a_salt_of_zeros([0; SALT_LEN])]
    #[case::a_salt_of_ones([0xFF; SALT_LEN])]
    fn another_library_accepts_a_signature_and_refuses_it_for_another_hash(#[case] salt: [u8; SALT_LEN]) {
        let signer = Signer::from_pem(include_str!("../../vectors/keys/auth.pem")).expect("a test key");
        let modulus = BigUint::from_bytes_be(&signer.modulus());
        let public = RsaPublicKey::new(modulus, BigUint::from(65_537_u32)).expect("a modulus of 2048 bits");
        let verifier = VerifyingKey::<Sha256>::new(public);
        let hash: [u8; 32] = Sha256::digest(b"message").into();
        let signed = signer.private(&encode(&hash, &salt)).expect("below the modulus");
        let signature = Signature::try_from(&signed[..]).expect("256 bytes are a signature");
        assert!(verifier.verify_prehash(&hash, &signature).is_ok());
        assert!(verifier.verify_prehash(&[0; 32], &signature).is_err());
    }

    #[test]
    fn a_block_has_a_clear_top_bit_and_the_trailer() {
        for salt in 0..32 {
            let block = encode(&[7; HASH_LEN], &[salt; SALT_LEN]);
            assert!(block[0] < 0x80);
            assert_eq!(block[SIGNATURE_LEN - 1], 0xBC);
        }
    }
}

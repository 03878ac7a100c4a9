//! What signs: on the card, for the test authority, and (a stand-in) for fuzzing.

mod rsa_key;

pub use rsa_key::{KeyError, RsaKey};

use crate::pkcs1;
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;

/// Bytes of a signature and of a modulus: RSA-2048.
pub const SIGNATURE_LEN: usize = 256;

/// A private key, or a stand-in for fuzzing that costs nothing. Cheap to clone, shared by all clones of a card.
#[derive(Clone)]
pub enum Signer {
    /// A stand-in: the padded block itself is the signature. For fuzzing only; no certificate has such a key.
    Stub,
    /// An RSA-2048 key with e = 65537.
    Rsa(Arc<RsaKey>),
}

impl Signer {
    /// Reads an RSA-2048 key from a PKCS #8 PEM file.
    ///
    /// # Errors
    ///
    /// The text is no PEM of a private key, or the key is not RSA-2048 with e = 65537.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let (label, der) = der::pem::decode_vec(pem.as_bytes()).map_err(|_| KeyError::NotPem)?;
        if label != "PRIVATE KEY" {
            return Err(KeyError::NotPem);
        }
        RsaKey::from_pkcs8(&der).map(|key| Self::Rsa(Arc::new(key)))
    }

    /// Applies the private key to a block, without any padding.
    ///
    /// `None` when the block, as a number, is 0, 1, or above modulus - 2: no padding makes such a block, a stranger's
    /// cryptogram may be one.
    #[must_use]
    pub fn private(&self, block: &[u8; SIGNATURE_LEN]) -> Option<[u8; SIGNATURE_LEN]> {
        match self {
            Self::Stub => Some(*block),
            Self::Rsa(key) => key.private(block),
        }
    }

    /// The modulus, big-endian. The stand-in has none and answers 256 bytes `FF`.
    #[must_use]
    pub fn modulus(&self) -> [u8; SIGNATURE_LEN] {
        match self {
            Self::Stub => [0xFF; SIGNATURE_LEN],
            Self::Rsa(key) => *key.modulus(),
        }
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256 over a message: how the authority signs certificates and records.
    #[must_use]
    pub fn sign_sha256(&self, message: &[u8]) -> [u8; SIGNATURE_LEN] {
        self.sign_padded(&pkcs1::digest_info_sha256(&Sha256::digest(message).into()))
    }

    /// The signature of the card face: three SHA-256 hashes in one `DigestInfo` that says SHA-256, so that its octet
    /// string has 96 bytes.
    #[must_use]
    pub fn sign_triple_digest(&self, digests: &[[u8; 32]; 3]) -> [u8; SIGNATURE_LEN] {
        let mut info = pkcs1::digest_info_sha256(&digests[0]).to_vec();
        info[1] += 64; // the sequence
        info[18] += 64; // the octet string at its end
        info.extend_from_slice(&digests[1..].concat());
        self.sign_padded(&info)
    }

    fn sign_padded(&self, info: &[u8]) -> [u8; SIGNATURE_LEN] {
        let block = pkcs1::pad_type1(info).expect("a DigestInfo is far below 245 bytes");
        self.private(&block).expect("a padded block is above 1 and far below the modulus")
    }
}

impl fmt::Debug for Signer {
    /// Never shows the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stub => "Signer::Stub",
            Self::Rsa(_) => "Signer::Rsa(masked)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsa::pkcs1v15::{Signature, VerifyingKey};
    use rsa::signature::Verifier;
    use rsa::{BigUint, RsaPublicKey};

    const KEY: &str = include_str!("../../vectors/keys/auth.pem");

    fn signer() -> Signer {
        Signer::from_pem(KEY).expect("the committed test key is RSA-2048")
    }

    fn public(signer: &Signer) -> RsaPublicKey {
        RsaPublicKey::new(BigUint::from_bytes_be(&signer.modulus()), BigUint::from(65_537_u32))
            .expect("a modulus of 2048 bits")
    }

    #[test]
    fn another_library_accepts_a_signature_and_refuses_it_for_another_message() {
        let signer = signer();
        let verifier = VerifyingKey::<Sha256>::new(public(&signer));
        let signature =
            Signature::try_from(&signer.sign_sha256(b"message")[..]).expect("256 bytes are a signature");
        assert!(verifier.verify(b"message", &signature).is_ok());
        assert!(verifier.verify(b"messagf", &signature).is_err());
    }

    #[test]
    fn the_same_block_gives_the_same_signature_on_every_thread() {
        let signer = signer();
        let block = pkcs1::pad_type1(b"shared").expect("six bytes fit");
        let expected = signer.private(&block);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..8).for_each(|_| assert_eq!(signer.private(&block), expected)));
            }
        });
    }

    #[test]
    fn a_block_that_no_padding_makes_is_refused() {
        let signer = signer();
        let number = |low: u8| std::array::from_fn(|i| if i == SIGNATURE_LEN - 1 { low } else { 0 });
        let below_modulus = |by: u8| {
            let mut block = signer.modulus();
            block[SIGNATURE_LEN - 1] -= by; // the modulus is odd and this test key's ends well above 2
            block
        };
        for refused in [number(0), number(1), below_modulus(1), below_modulus(0), [0xFF; SIGNATURE_LEN]] {
            assert_eq!(signer.private(&refused), None);
        }
        for signed in [number(2), below_modulus(2)] {
            assert!(signer.private(&signed).is_some());
        }
    }

    #[test]
    fn a_damaged_key_file_is_an_error_that_says_why() {
        let words = |pem: &str| Signer::from_pem(pem).expect_err("damaged").to_string();
        assert_eq!(words(""), "not a PEM file with the label PRIVATE KEY");
        assert_eq!(words(&KEY.replace("PRIVATE", "PUBLIC")), "not a PEM file with the label PRIVATE KEY");
        let truncated = "-----BEGIN PRIVATE KEY-----\nMIIEvAIBADANBgkqhkiG9w0B\n-----END PRIVATE KEY-----\n";
        assert_eq!(words(truncated), "not a PKCS #8 private key");
    }

    #[test]
    fn the_key_never_shows_in_debug_output() {
        assert_eq!(format!("{:?}", signer()), "Signer::Rsa(masked)");
    }
}

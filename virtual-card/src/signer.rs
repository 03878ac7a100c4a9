//! RSA-2048 with a private key: what signs on the card and for the test authority.

use std::fmt;
use std::sync::Arc;

/// Bytes of a signature and of a modulus.
pub const SIGNATURE_LEN: usize = 256;

/// A private key, or a stand-in for fuzzing that costs nothing.
#[derive(Clone)]
pub enum Signer {
    /// A stand-in: the padded block itself is the signature. For fuzzing only; no certificate has such a key.
    Stub,
    /// An RSA-2048 key.
    Rsa(Arc<dyn RawRsa>),
}

/// The private operation of RSA-2048 on one block.
pub trait RawRsa: Send + Sync {
    /// Applies the private key to a 256-byte block that is less than the modulus.
    fn private(&self, block: &[u8; SIGNATURE_LEN]) -> [u8; SIGNATURE_LEN];
    /// The modulus, big-endian.
    fn modulus(&self) -> [u8; SIGNATURE_LEN];
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stub => "Signer::Stub",
            Self::Rsa(_) => "Signer::Rsa(masked)",
        })
    }
}

//! An RSA-2048 private key held by AWS-LC: the only unsafe code of the workspace.
//!
//! A card pads bytes that its reader chose and applies the key to them. No safe Rust interface offers that at the
//! speed of OpenSSL, they all hash for themselves. So this module calls C, through three small functions.

#![allow(unsafe_code, reason = "the raw private operation exists only in the C interface")]

use super::SIGNATURE_LEN;
use aws_lc_sys as lc;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

/// Why a key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The file is no PEM, or holds something else.
    #[error("not a PEM file with the label PRIVATE KEY")]
    NotPem,
    /// The PEM holds no PKCS #8 structure, or bytes follow it.
    #[error("not a PKCS #8 private key")]
    NotPkcs8,
    /// A key of another kind or size: every key of the card is RSA-2048 with e = 65537.
    #[error("not an RSA key of 2048 bits with e = 65537")]
    NotRsa2048,
}

/// An RSA-2048 private key with e = 65537; immutable.
pub struct RsaKey {
    /// Owned reference to a key that nothing mutates after [`RsaKey::from_pkcs8`] returned it.
    rsa: NonNull<lc::RSA>,
    modulus: [u8; SIGNATURE_LEN],
}

// SAFETY: The reference is owned, so it may be dropped on any thread: reference counts of AWS-LC are atomic.
unsafe impl Send for RsaKey {}
// SAFETY: AWS-LC allows non-mutating functions on one key from several threads, and calls RSA_sign_raw
// non-mutating (rsa.h). Nothing mutates the key after `from_pkcs8`.
unsafe impl Sync for RsaKey {}

impl RsaKey {
    /// Reads a DER PKCS #8 structure.
    ///
    /// # Errors
    ///
    /// See [`KeyError`].
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let mut input = MaybeUninit::<lc::CBS>::uninit();
        // SAFETY: CBS_init fills the whole structure with a pointer into `der`, which outlives it, and its length.
        // EVP_parse_private_key reads within these bounds and returns null or an owned key, which is freed once
        // get1_RSA has taken a reference of its own (null for another kind of key).
        let (rsa, rest) = unsafe {
            lc::CBS_init(input.as_mut_ptr(), der.as_ptr(), der.len());
            let mut input = input.assume_init();
            let key = lc::EVP_parse_private_key(&raw mut input);
            let key = NonNull::new(key).ok_or(KeyError::NotPkcs8)?;
            let rsa = lc::EVP_PKEY_get1_RSA(key.as_ptr());
            lc::EVP_PKEY_free(key.as_ptr());
            (NonNull::new(rsa).ok_or(KeyError::NotRsa2048)?, lc::CBS_len(&raw const input))
        };
        // From here on dropping `key` frees the reference.
        let mut key = Self { rsa, modulus: [0; SIGNATURE_LEN] };
        if rest != 0 {
            return Err(KeyError::NotPkcs8);
        }
        // SAFETY: The key is alive; n and e are never null in a parsed RSA key and live as long as it does.
        // BN_bn2bin_padded writes exactly the given number of bytes, and fails when n needs more.
        let fits = unsafe {
            let rsa = key.rsa.as_ptr();
            lc::RSA_bits(rsa) == 2048
                && lc::BN_is_word(lc::RSA_get0_e(rsa), 65_537) == 1
                && lc::BN_bn2bin_padded(key.modulus.as_mut_ptr(), SIGNATURE_LEN, lc::RSA_get0_n(rsa)) == 1
        };
        if !fits {
            return Err(KeyError::NotRsa2048);
        }
        // Blinding hides a key from whoever measures how long it works. These keys are public, and the random numbers
        // that it needs cost every process 30 to 60 ms before its first signature.
        // SAFETY: The key is alive and nobody else has it yet.
        unsafe { lc::RSA_set_flags(key.rsa.as_ptr(), lc::RSA_FLAG_NO_BLINDING) };
        Ok(key)
    }

    /// The modulus, big-endian.
    #[must_use]
    pub fn modulus(&self) -> &[u8; SIGNATURE_LEN] {
        &self.modulus
    }

    /// Applies the key to a block; `None` for a block that AWS-LC refuses: 0, 1, and modulus - 1 upwards.
    #[must_use]
    pub fn private(&self, block: &[u8; SIGNATURE_LEN]) -> Option<[u8; SIGNATURE_LEN]> {
        let mut signature = [0; SIGNATURE_LEN];
        let mut written = 0;
        // SAFETY: The key is alive, and RSA_sign_raw does not mutate it although its parameter is not const.
        // Both buffers are 256 bytes, the size of the key, as the lengths say, and do not overlap.
        let done = unsafe {
            lc::RSA_sign_raw(
                self.rsa.as_ptr(),
                &raw mut written,
                signature.as_mut_ptr(),
                SIGNATURE_LEN,
                block.as_ptr(),
                SIGNATURE_LEN,
                lc::RSA_NO_PADDING,
            )
        };
        (done == 1 && written == SIGNATURE_LEN).then_some(signature)
    }
}

impl Drop for RsaKey {
    fn drop(&mut self) {
        // SAFETY: The reference is owned and dropped once.
        unsafe { lc::RSA_free(self.rsa.as_ptr()) }
    }
}

//! Who answers OCSP requests for a root.

use super::time::{end_of_day, utc_time};
use super::{Authority, Body, IssueError, Purpose, ROOT_VALIDITY, extension, key_identifier, name};
use crate::signer::Signer;
use der::Decode;
use x509_cert::certificate::Certificate;
use x509_cert::serial_number::SerialNumber;

/// The key to which a root leaves the answering of OCSP requests (RFC 6960, 4.2.2.2): a root's own key signs
/// certificates and lists, and nothing else (WIRE-CERT-023).
pub(super) struct Delegate {
    pub(super) signer: Signer,
    pub(super) certificate: Certificate,
    /// SHA-1 of the public key: how answers name who signed them.
    pub(super) key_hash: [u8; 20],
}

impl Delegate {
    /// The delegate of a root, with a certificate of the same life.
    pub(super) fn of(authority: &Authority, signer: Signer) -> Result<Self, IssueError> {
        let modulus = signer.modulus();
        let certificate = authority.sign(Body {
            serial: SerialNumber::new(serial(authority.purpose))?,
            subject: name::delegate(authority.purpose)?,
            not_before: utc_time(ROOT_VALIDITY.0, [2, 5, 2])?,
            not_after: end_of_day(ROOT_VALIDITY.1)?,
            modulus,
            extensions: extension::of_delegate(authority, &modulus)?,
        })?;
        let certificate = Certificate::from_der(&certificate)?;
        Ok(Self { signer, certificate, key_hash: key_identifier(&modulus)? })
    }
}

fn serial(purpose: Purpose) -> &'static [u8] {
    match purpose {
        Purpose::UserAuthentication => &[0x21, 0x7E, 0x58],
        Purpose::DigitalSignature => &[0x1E, 0x7E, 0x58],
    }
}

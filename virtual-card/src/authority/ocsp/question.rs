//! What an OCSP request asks, and the requests that are refused.

use crate::authority::{Authority, IssueError, name, public_key};
use der::asn1::OctetString;
use der::oid::ObjectIdentifier;
use der::{Decode, Encode};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use x509_cert::ext::{Extension, Extensions};
use x509_ocsp::{CertId, OcspRequest};

const NONCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.2");
const SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// Longest nonce, in bytes, that a responder may repeat (RFC 9654, 2.1).
const LONGEST_NONCE: usize = 128;

/// What an OCSP request asks. A signature on it says nothing here and is not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    /// One certificate or more, in the order of the request.
    pub(super) certificates: Vec<CertId>,
    /// What the answer has to repeat, so that its reader knows that it is no older than the request.
    pub(super) nonce: Option<Extension>,
}

/// Why a request gets no answer but `malformedRequest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    #[error("the bytes are no OCSPRequest: {0}")]
    Structure(der::Error),
    #[error("the request asks about no certificate")]
    Empty,
    #[error("the critical extension {0} is not known here")]
    UnknownCritical(ObjectIdentifier),
    #[error("the extension {0} comes twice")]
    Twice(ObjectIdentifier),
    #[error("the nonce is no octet string of 1 to {LONGEST_NONCE} bytes")]
    Nonce,
}

impl Question {
    pub(super) fn parse(request: &[u8]) -> Result<Self, Malformed> {
        let request = OcspRequest::from_der(request).map_err(Malformed::Structure)?.tbs_request;
        if request.request_list.is_empty() {
            return Err(Malformed::Empty);
        }
        for single in &request.request_list {
            known(single.single_request_extensions.as_ref(), None)?;
        }
        known(request.request_extensions.as_ref(), Some(NONCE))?;
        let nonce = request.request_extensions.into_iter().flatten().find(|one| one.extn_id == NONCE);
        if let Some(nonce) = &nonce {
            let value = OctetString::from_der(nonce.extn_value.as_bytes()).map_err(|_| Malformed::Nonce)?;
            if !(1..=LONGEST_NONCE).contains(&value.as_bytes().len()) {
                return Err(Malformed::Nonce);
            }
        }
        let certificates = request.request_list.into_iter().map(|single| single.req_cert).collect();
        Ok(Self { certificates, nonce })
    }
}

/// Critical extensions have to be understood, and none comes twice.
fn known(extensions: Option<&Extensions>, understood: Option<ObjectIdentifier>) -> Result<(), Malformed> {
    let extensions = extensions.map(Vec::as_slice).unwrap_or_default();
    for (index, Extension { extn_id, critical, .. }) in extensions.iter().enumerate() {
        if *critical && understood != Some(*extn_id) {
            return Err(Malformed::UnknownCritical(*extn_id));
        }
        if extensions[..index].iter().any(|earlier| earlier.extn_id == *extn_id) {
            return Err(Malformed::Twice(*extn_id));
        }
    }
    Ok(())
}

impl Authority {
    /// Whether a request means a certificate of this issuer: hashes of its name and its key, by SHA-1 or SHA-256.
    pub(super) fn issued(&self, certificate: &CertId) -> bool {
        let hash: fn(&[u8]) -> Vec<u8> = match certificate.hash_algorithm.oid {
            SHA_1 => |bytes| Sha1::digest(bytes).to_vec(),
            SHA_256 => |bytes| Sha256::digest(bytes).to_vec(),
            _ => return false,
        };
        self.identity().is_ok_and(|(name, key)| {
            certificate.issuer_name_hash.as_bytes() == hash(&name)
                && certificate.issuer_key_hash.as_bytes() == hash(&key)
        })
    }

    /// Name and public key, as they are hashed.
    fn identity(&self) -> Result<(Vec<u8>, Vec<u8>), IssueError> {
        Ok((name::root(self.purpose)?.to_der()?, public_key(&self.signer.modulus())?))
    }
}

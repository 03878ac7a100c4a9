//! The test authority: two self-signed roots and the certificates that they issue, with the profile of the ones on
//! a JPKI test card; and what it says about them when it is asked: revocation lists and OCSP answers.
//!
//! Deterministic: the moment is always given. Marked TEST ONLY in the roots' names, which every certificate and every
//! list carries as its issuer.

mod authorities;
mod clock;
mod delegate;
mod extension;
mod leaf;
mod list;
mod name;
mod ocsp;
mod purpose;
mod register;

mod responder;
mod time;

pub use authorities::Authorities;
pub use clock::Clock;
pub use leaf::Request;
pub use list::LIST_LASTS;
pub use ocsp::ANSWER_LASTS;
pub use purpose::{Purpose, UnknownPurpose};
pub use register::{Entry, Register, RegisterError, Standing};
pub use responder::{Reach, Responder, ResponderError};

use crate::signer::{SIGNATURE_LEN, Signer};
use der::asn1::BitString;
use der::oid::ObjectIdentifier;
use der::{Any, Encode};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use sha1::{Digest, Sha1};
use time::{end_of_day, utc_time};
use x509_cert::certificate::{Certificate, TbsCertificate, Version};
use x509_cert::ext::Extension;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity};

const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const SHA256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");

/// The roots outlive every as-of date that UTCTime can write; the real ones live ten years.
const ROOT_VALIDITY: (Date, Date) = (date(2015, 10, 20), date(2049, 12, 31));

/// Why a certificate cannot be issued.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// UTCTime ends with the year 2049.
    #[error("a certificate cannot name {0}: UTCTime has only the years 1950 to 2049")]
    OutsideUtcTime(Date),
    /// X.509 has the years up to 9999, and nothing here the ones before 1970.
    #[error("no list or answer can name {0}: only the years 1970 to 9999")]
    OutsideTime(Timestamp),
    /// The validity would end before it begins.
    #[error("the last day {expires} is before the day of issue {issued}")]
    Backwards {
        /// Day of issue.
        issued: Date,
        /// Last day.
        expires: Date,
    },
    /// A field that DER cannot hold.
    #[error("a field of the certificate cannot be encoded: {0}")]
    Encoding(der::Error),
}

impl From<der::Error> for IssueError {
    fn from(error: der::Error) -> Self {
        Self::Encoding(error)
    }
}

/// A root of the test authority.
pub struct Authority {
    purpose: Purpose,
    signer: Signer,
    serial: SerialNumber,
    certificate: Vec<u8>,
}

impl Authority {
    /// The root for a purpose, with a certificate that it signs for itself.
    ///
    /// # Errors
    ///
    /// None with the values of this crate; see [`IssueError::Encoding`].
    pub fn new(purpose: Purpose, signer: Signer) -> Result<Self, IssueError> {
        let serial = SerialNumber::new(match purpose {
            Purpose::UserAuthentication => &[0x21, 0x7E, 0x57],
            Purpose::DigitalSignature => &[0x1E, 0x7E, 0x57],
        })?;
        let mut authority = Self { purpose, signer, serial, certificate: Vec::new() };
        let modulus = authority.signer.modulus();
        let extensions = extension::of_root(purpose, &key_identifier(&modulus)?)?;
        authority.certificate = authority.sign(Body {
            serial: authority.serial.clone(),
            subject: name::root(purpose)?,
            not_before: utc_time(ROOT_VALIDITY.0, [2, 5, 2])?,
            not_after: end_of_day(ROOT_VALIDITY.1)?,
            modulus,
            extensions,
        })?;
        Ok(authority)
    }

    /// The root's own certificate, DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Issues the certificate of a card holder, DER.
    ///
    /// # Errors
    ///
    /// See [`IssueError`].
    pub fn issue(&self, request: &Request<'_>) -> Result<Vec<u8>, IssueError> {
        self.sign(leaf::body(self, request)?)
    }

    fn sign(&self, body: Body) -> Result<Vec<u8>, IssueError> {
        let tbs_certificate = TbsCertificate {
            version: Version::V3,
            serial_number: body.serial,
            signature: sha256_with_rsa(),
            issuer: name::root(self.purpose)?,
            validity: Validity { not_before: body.not_before, not_after: body.not_after },
            subject: body.subject,
            subject_public_key_info: SubjectPublicKeyInfoOwned {
                algorithm: AlgorithmIdentifierOwned { oid: RSA_ENCRYPTION, parameters: Some(Any::null()) },
                subject_public_key: BitString::from_bytes(&public_key(&body.modulus)?)?,
            },
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: Some(body.extensions),
        };
        let signature = BitString::from_bytes(&self.signer.sign_sha256(&tbs_certificate.to_der()?))?;
        Ok(Certificate { tbs_certificate, signature_algorithm: sha256_with_rsa(), signature }.to_der()?)
    }
}

fn sha256_with_rsa() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid: SHA256_WITH_RSA, parameters: Some(Any::null()) }
}

/// What differs from certificate to certificate.
struct Body {
    serial: SerialNumber,
    subject: Name,
    not_before: Time,
    not_after: Time,
    modulus: [u8; SIGNATURE_LEN],
    extensions: Vec<Extension>,
}

/// The RSAPublicKey structure of PKCS #1 for a modulus and e = 65537, DER.
fn public_key(modulus: &[u8; SIGNATURE_LEN]) -> Result<Vec<u8>, IssueError> {
    #[derive(der::Sequence)]
    struct RsaPublicKey<'a> {
        modulus: der::asn1::UintRef<'a>,
        exponent: u32,
    }
    let modulus = der::asn1::UintRef::new(modulus)?;
    Ok(RsaPublicKey { modulus, exponent: 65_537 }.to_der()?)
}

/// SHA-1 of the public key, as RFC 5280 4.2.1.2 proposes and as every observed certificate has it.
fn key_identifier(modulus: &[u8; SIGNATURE_LEN]) -> Result<[u8; 20], IssueError> {
    Ok(Sha1::digest(public_key(modulus)?).into())
}

//! The test authority: two self-signed roots and the certificates that they issue, with the profile of the ones on
//! a JPKI test card. Deterministic, and marked TEST ONLY in the roots' names, which every leaf carries as its issuer.

mod extension;
mod leaf;
mod name;
mod purpose;
mod register;

pub use leaf::Request;
pub use purpose::{Purpose, UnknownPurpose};
pub use register::{Entry, Register, RegisterError, Standing};

use crate::signer::{SIGNATURE_LEN, Signer};
use der::asn1::{BitString, UtcTime};
use der::oid::ObjectIdentifier;
use der::{Any, DateTime, Encode};
use jiff::civil::{Date, date};
use sha1::{Digest, Sha1};
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
        let algorithm = AlgorithmIdentifierOwned { oid: SHA256_WITH_RSA, parameters: Some(Any::null()) };
        let tbs_certificate = TbsCertificate {
            version: Version::V3,
            serial_number: body.serial,
            signature: algorithm.clone(),
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
        Ok(Certificate { tbs_certificate, signature_algorithm: algorithm, signature }.to_der()?)
    }
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

/// A moment in UTC: the day, and hours, minutes and seconds.
fn utc_time(day: Date, [hours, minutes, seconds]: [u8; 3]) -> Result<Time, IssueError> {
    let outside = |_| IssueError::OutsideUtcTime(day);
    let year = u16::try_from(day.year()).map_err(|_| IssueError::OutsideUtcTime(day))?;
    let moment = DateTime::new(year, day.month() as u8, day.day() as u8, hours, minutes, seconds);
    let moment = moment.map_err(outside)?;
    UtcTime::from_date_time(moment).map(Time::UtcTime).map_err(outside)
}

/// 23:59:59 in Japan.
fn end_of_day(day: Date) -> Result<Time, IssueError> {
    utc_time(day, [14, 59, 59])
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

//! Facts about an X.509 certificate that was read from the card.

mod extension;
mod name;
mod time;

use super::session::Session;
use super::signature;
use super::stop::{Difference, Stop};
use super::tlv;
use crate::scenario::{CertificateFacts, Step};
use rsa::traits::PublicKeyParts as _;
use x509_cert::der::Decode as _;
use x509_cert::{Certificate, Version};

/// A fact that does not hold, or a step that cannot be judged.
type Fact = Result<(), Wrong>;

/// Why a fact was not found to hold.
enum Wrong {
    /// It does not hold.
    Differs(Difference),
    /// It cannot be judged: another certificate is missing, a profile does not say.
    Stop(Stop),
}

impl From<Stop> for Wrong {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<Difference> for Wrong {
    fn from(difference: Difference) -> Self {
        Self::Differs(difference)
    }
}

fn differs(expected: impl Into<String>, seen: impl Into<String>) -> Fact {
    Err(Difference::new(expected, seen).into())
}

/// The fact as expected equals the fact as seen, or is not asked for.
fn same<T: PartialEq + std::fmt::Display>(what: &str, expected: Option<T>, seen: T) -> Fact {
    match expected {
        Some(expected) if expected != seen => differs(format!("{what} {expected}"), format!("{what} {seen}")),
        _ => Ok(()),
    }
}

/// A certificate as it was saved.
struct Subject {
    der: Vec<u8>,
    certificate: Certificate,
}

fn saved(name: &str, session: &Session<'_>) -> Result<Subject, Stop> {
    let bytes = session.saved_as(name)?.bytes;
    let der = tlv::without_filler(&bytes).to_vec();
    match Certificate::from_der(&der) {
        Ok(certificate) => Ok(Subject { der, certificate }),
        Err(error) => {
            let seen = format!("{} bytes that are none: {error}", bytes.len());
            Err(session.fail(Difference::new(format!("{name} to be an X.509 certificate in DER"), seen)))
        }
    }
}

/// Holds a saved certificate against the facts that the step names.
pub(crate) fn check(name: &str, step: &Step, session: &Session<'_>) -> Result<(), Stop> {
    let subject = saved(name, session)?;
    let Some(facts) = &step.has else { return Ok(()) };
    let result = form(facts, &subject)
        .and_then(|()| name::check(facts, &subject))
        .and_then(|()| time::check(facts, &subject, session))
        .and_then(|()| extension::check(facts, &subject))
        .and_then(|()| kinship(facts, &subject, session));
    result.map_err(|wrong| match wrong {
        Wrong::Differs(difference) => session.fail(difference),
        Wrong::Stop(stop) => stop,
    })
}

/// Version, algorithms, key and serial number.
fn form(facts: &CertificateFacts, subject: &Subject) -> Fact {
    let tbs = &subject.certificate.tbs_certificate;
    let version = match tbs.version {
        Version::V1 => 1,
        Version::V2 => 2,
        Version::V3 => 3,
    };
    same("version", facts.version, version)?;
    for algorithm in [&subject.certificate.signature_algorithm, &tbs.signature] {
        let seen = algorithm_name(&algorithm.oid.to_string());
        same("the signature algorithm", facts.signature_algorithm.clone(), seen)?;
    }
    if facts.key_bits.is_some() || facts.exponent.is_some() {
        let key = match signature::key_of(&subject.certificate) {
            Ok(key) => key,
            Err(seen) => return differs("an RSA public key", seen),
        };
        same("an RSA modulus of bits:", facts.key_bits, key.n().bits() as u32)?;
        same("the public exponent", facts.exponent.map(|e| e.to_string()), key.e().to_string())?;
    }
    if let Some((least, greatest)) = facts.serial_bytes {
        let serial = tbs.serial_number.as_bytes();
        let digits = serial.strip_prefix(&[0]).unwrap_or(serial);
        let negative = serial.first().is_some_and(|first| first & 0x80 != 0);
        if negative
            || digits.is_empty()
            || !(usize::from(least)..=usize::from(greatest)).contains(&digits.len())
        {
            let seen = if negative { "a negative one".to_owned() } else { format!("{} bytes", digits.len()) };
            return differs(format!("a positive serial number of {least} to {greatest} bytes"), seen);
        }
    }
    Ok(())
}

fn algorithm_name(oid: &str) -> String {
    match oid {
        "1.2.840.113549.1.1.5" => "sha1WithRSAEncryption",
        "1.2.840.113549.1.1.10" => "id-RSASSA-PSS",
        "1.2.840.113549.1.1.11" => "sha256WithRSAEncryption",
        "1.2.840.113549.1.1.12" => "sha384WithRSAEncryption",
        "1.2.840.113549.1.1.13" => "sha512WithRSAEncryption",
        other => other,
    }
    .to_owned()
}

/// How the certificate stands to others.
fn kinship(facts: &CertificateFacts, subject: &Subject, session: &Session<'_>) -> Fact {
    let certificate = &subject.certificate;
    if let Some(name) = &facts.issued_by {
        issued_by(subject, name, &saved(name, session)?)?;
    }
    if let Some(name) = &facts.serial_differs_from {
        let other = saved(name, session)?.certificate;
        if other.tbs_certificate.serial_number == certificate.tbs_certificate.serial_number {
            return differs(format!("another serial number than {name}"), "the same");
        }
    }
    if let Some(name) = &facts.same_key_as
        && !signature::same_key(certificate, &saved(name, session)?.certificate)
    {
        return differs(format!("the public key of {name}"), "another key");
    }
    if let Some(name) = &facts.ends_after {
        let other = saved(name, session)?.certificate;
        time::ends_after(certificate, &other, name)?;
    }
    Ok(())
}

fn issued_by(subject: &Subject, name: &str, issuer: &Subject) -> Fact {
    let expected = format!("a certificate issued by {name}");
    if subject.certificate.tbs_certificate.issuer != issuer.certificate.tbs_certificate.subject {
        return differs(expected, "another issuer name than its subject");
    }
    let named = extension::authority_key(&subject.certificate);
    let own = extension::subject_key(&issuer.certificate);
    if let (Some(named), Some(own)) = (named, own)
        && named != own
    {
        return differs(expected, "another authority key identifier than its own");
    }
    let key = match signature::key_of(&issuer.certificate) {
        Ok(key) => key,
        Err(seen) => return differs(expected, format!("{seen} in {name}")),
    };
    match signature::issued_with(&subject.der, &subject.certificate, &key) {
        Ok(()) => Ok(()),
        Err(seen) => differs(expected, seen),
    }
}

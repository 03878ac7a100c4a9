//! Certificate extensions: which, in which order, and which of them are critical, as observed on a test card.

use super::{Authority, Purpose, Request, key_identifier, name};
use crate::profile::{EraDay, Holder};
use der::asn1::{Ia5String, Null, OctetString, Utf8StringRef};
use der::flagset::FlagSet;
use der::oid::{AssociatedOid, ObjectIdentifier};
use der::{Any, Encode, Result};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::certpolicy::{PolicyInformation, PolicyQualifierInfo};
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName, OtherName};
use x509_cert::ext::pkix::{
    AccessDescription, AuthorityInfoAccessSyntax, AuthorityKeyIdentifier, BasicConstraints,
    CertificatePolicies, CrlDistributionPoints, ExtendedKeyUsage, IssuerAltName, KeyUsage, KeyUsages,
    SubjectAltName, SubjectKeyIdentifier,
};
use x509_cert::name::Name;

const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
const CPS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.2.1");
const OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");
const OCSP_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.9");
const OCSP_NO_CHECK: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.5");
/// The test branch of the JPKI policies.
const AUTH_POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.1.0.30");
const SIGN_POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.1.0.20");
/// The holder's data in a signature certificate.
const NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.5.1");
const NAME_SUBSTITUTES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.5.2");
const SEX: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.5.3");
const BIRTH_DATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.5.4");
const ADDRESS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.5.5");
const ADDRESS_SUBSTITUTES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.5.6");

const CPS_URI: &str = "http://www.jpki.go.jp/cps.html";
const OCSP_URI: &str = "http://test-ocspauthnorm.jpki.go.jp";

/// Extensions of a root.
pub(super) fn of_root(purpose: Purpose, key_identifier: &[u8; 20]) -> Result<Vec<Extension>> {
    Ok(vec![
        critical(&KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign))?,
        plain(&SubjectAltName(vec![directory(name::root_in_japanese(purpose)?)]))?,
        critical(&BasicConstraints { ca: true, path_len_constraint: None })?,
        plain(&distribution_points(name::root(purpose)?))?,
        plain(&SubjectKeyIdentifier(OctetString::new(key_identifier)?))?,
    ])
}

/// Extensions of a holder's certificate.
pub(super) fn of_leaf(authority: &Authority, request: &Request<'_>) -> Result<Vec<Extension>> {
    let purpose = authority.purpose;
    let alternative = plain(&IssuerAltName(vec![directory(name::root_in_japanese(purpose)?)]))?;
    let revocation = plain(&distribution_points(name::distribution_point(purpose, request.holder)?))?;
    let issuer = plain(&key_of(authority)?)?;
    let subject = plain(&SubjectKeyIdentifier(octets(&request.modulus)?))?;
    Ok(match purpose {
        Purpose::UserAuthentication => vec![
            critical(&KeyUsage(KeyUsages::DigitalSignature.into()))?,
            plain(&ExtendedKeyUsage(vec![CLIENT_AUTH]))?,
            critical(&policies(AUTH_POLICY)?)?,
            alternative,
            revocation,
            plain(&AuthorityInfoAccessSyntax(vec![AccessDescription {
                access_method: OCSP,
                access_location: GeneralName::UniformResourceIdentifier(Ia5String::new(OCSP_URI)?),
            }]))?,
            issuer,
            subject,
        ],
        Purpose::DigitalSignature => vec![
            critical(&KeyUsage(signing()))?,
            plain(&SubjectAltName(holder_data(request.holder)?))?,
            critical(&policies(SIGN_POLICY)?)?,
            alternative,
            revocation,
            issuer,
            subject,
        ],
    })
}

/// Extensions of the certificate of whoever answers OCSP requests for a root (RFC 6960, 4.2.2.2). Nobody need ask
/// whether it is revoked: it could only say so itself.
pub(super) fn of_delegate(authority: &Authority, modulus: &[u8; 256]) -> Result<Vec<Extension>> {
    Ok(vec![
        critical(&KeyUsage(KeyUsages::DigitalSignature.into()))?,
        plain(&ExtendedKeyUsage(vec![OCSP_SIGNING]))?,
        Extension { extn_id: OCSP_NO_CHECK, critical: false, extn_value: OctetString::new(Null.to_der()?)? },
        plain(&key_of(authority)?)?,
        plain(&SubjectKeyIdentifier(octets(modulus)?))?,
    ])
}

/// Names the key of a root, in each of the ways that there are.
pub(super) fn key_of(authority: &Authority) -> Result<AuthorityKeyIdentifier> {
    Ok(AuthorityKeyIdentifier {
        key_identifier: Some(octets(&authority.signer.modulus())?),
        authority_cert_issuer: Some(vec![directory(name::root(authority.purpose)?)]),
        authority_cert_serial_number: Some(authority.serial.clone()),
    })
}

fn signing() -> FlagSet<KeyUsages> {
    KeyUsages::DigitalSignature | KeyUsages::NonRepudiation
}

fn octets(modulus: &[u8; 256]) -> Result<OctetString> {
    let identifier = key_identifier(modulus).map_err(|_| der::Tag::Sequence.value_error())?;
    OctetString::new(&identifier[..])
}

fn policies(policy: ObjectIdentifier) -> Result<CertificatePolicies> {
    let qualifier = PolicyQualifierInfo {
        policy_qualifier_id: CPS,
        qualifier: Some(Any::encode_from(&Ia5String::new(CPS_URI)?)?),
    };
    Ok(CertificatePolicies(vec![PolicyInformation {
        policy_identifier: policy,
        policy_qualifiers: Some(vec![qualifier]),
    }]))
}

fn distribution_points(point: Name) -> CrlDistributionPoints {
    CrlDistributionPoints(vec![DistributionPoint {
        distribution_point: Some(DistributionPointName::FullName(vec![directory(point)])),
        reasons: None,
        crl_issuer: None,
    }])
}

/// 基本4情報, and for name and address one digit a character: 0 where the character is the registered one.
fn holder_data(holder: &Holder) -> Result<Vec<GeneralName>> {
    let born = holder.birth_date;
    let era = EraDay::of(born).era;
    let born = format!("{era}{:04}{:02}{:02}", born.year(), born.month(), born.day());
    let no_substitutes = |text: &str| "0".repeat(text.chars().count());
    let other = |type_id, text: &str| {
        let value = Any::encode_from(&Utf8StringRef::new(text)?)?;
        Ok(GeneralName::OtherName(OtherName { type_id, value }))
    };
    [
        (NAME, holder.name.as_str()),
        (BIRTH_DATE, &born),
        (SEX, &holder.sex),
        (ADDRESS, &holder.address),
        (NAME_SUBSTITUTES, &no_substitutes(&holder.name)),
        (ADDRESS_SUBSTITUTES, &no_substitutes(&holder.address)),
    ]
    .into_iter()
    .map(|(oid, text)| other(oid, text))
    .collect()
}

fn directory(name: Name) -> GeneralName {
    GeneralName::DirectoryName(name)
}

fn critical<T: AssociatedOid + Encode>(value: &T) -> Result<Extension> {
    Ok(Extension { critical: true, ..plain(value)? })
}

pub(super) fn plain<T: AssociatedOid + Encode>(value: &T) -> Result<Extension> {
    Ok(Extension { extn_id: T::OID, critical: false, extn_value: OctetString::new(value.to_der()?)? })
}

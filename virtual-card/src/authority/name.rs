//! Distinguished names, in the order and with the string types of the observed certificates.

use super::Purpose;
use crate::profile::Holder;
use der::asn1::{PrintableStringRef, SetOfVec, Utf8StringRef};
use der::oid::ObjectIdentifier;
use der::{Any, Result};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
const LOCALITY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.7");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");

impl Purpose {
    fn unit(self) -> &'static str {
        match self {
            Self::UserAuthentication => "JPKI for user authentication",
            Self::DigitalSignature => "JPKI for digital signature",
        }
    }

    fn unit_in_japanese(self) -> &'static str {
        match self {
            Self::UserAuthentication => "公的個人認証サービス利用者証明用",
            Self::DigitalSignature => "公的個人認証サービス署名用",
        }
    }
}

/// Subject of a root and issuer of its certificates. The last unit says that this is no authority of anybody's; the
/// roots of real test cards have the same name without it.
pub(super) fn root(purpose: Purpose) -> Result<Name> {
    japan(&[
        (ORGANIZATION, "JPKI-TEST"),
        (UNIT, purpose.unit()),
        (UNIT, "Japan Agency for Local Authority Information Systems"),
        (UNIT, "TEST ONLY"),
    ])
}

/// The same in Japanese: the alternative name.
pub(super) fn root_in_japanese(purpose: Purpose) -> Result<Name> {
    japan(&[
        (ORGANIZATION, "公的個人認証サービス"),
        (UNIT, purpose.unit_in_japanese()),
        (UNIT, "地方公共団体情報システム機構"),
    ])
}

/// Subject of whoever answers OCSP requests for a root: a name below the root's own.
pub(super) fn delegate(purpose: Purpose) -> Result<Name> {
    let mut name = root(purpose)?;
    name.0.push(set(COMMON_NAME, Any::encode_from(&Utf8StringRef::new("TEST ONLY OCSP responder")?)?)?);
    Ok(name)
}

/// Where the revocation list for a holder's municipality would be found.
pub(super) fn distribution_point(purpose: Purpose, holder: &Holder) -> Result<Name> {
    japan(&[
        (ORGANIZATION, "JPKI-TEST"),
        (UNIT, purpose.unit()),
        (UNIT, "CRL Distribution Points"),
        (UNIT, &holder.prefecture),
        (COMMON_NAME, &format!("{} CRLDP", holder.municipality)),
    ])
}

/// Subject of a holder's certificate; the place is named in signature certificates only.
pub(super) fn holder(purpose: Purpose, holder: &Holder, common_name: &str) -> Result<Name> {
    match purpose {
        Purpose::UserAuthentication => japan(&[(COMMON_NAME, common_name)]),
        Purpose::DigitalSignature => japan(&[
            (LOCALITY, &holder.prefecture),
            (LOCALITY, &holder.municipality),
            (COMMON_NAME, common_name),
        ]),
    }
}

/// C=JP as a PrintableString, then the attributes as UTF8Strings, each in a set of its own.
fn japan(attributes: &[(ObjectIdentifier, &str)]) -> Result<Name> {
    let country = Any::encode_from(&PrintableStringRef::new("JP")?)?;
    let mut sets = vec![set(COUNTRY, country)?];
    for (oid, value) in attributes {
        sets.push(set(*oid, Any::encode_from(&Utf8StringRef::new(*value)?)?)?);
    }
    Ok(RdnSequence(sets))
}

fn set(oid: ObjectIdentifier, value: Any) -> Result<RelativeDistinguishedName> {
    let attribute = AttributeTypeAndValue { oid, value };
    Ok(RelativeDistinguishedName(SetOfVec::try_from(vec![attribute])?))
}

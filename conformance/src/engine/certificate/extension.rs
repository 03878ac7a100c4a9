//! Extensions of a certificate, by their names.

use super::{Fact, Subject, differs};
use crate::engine::stop::Stop;
use crate::engine::tlv;
use crate::scenario::CertificateFacts;
use regex::Regex;
use x509_cert::Certificate;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::certpolicy::CertificatePolicies;
use x509_cert::ext::pkix::name::{GeneralName, OtherName};
use x509_cert::ext::pkix::{
    AuthorityInfoAccessSyntax, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAltName,
};

/// OCSP responder, RFC 6960.
const OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");

/// Names of the extensions that these certificates carry.
const NAMES: [(&str, &str); 9] = [
    ("2.5.29.14", "subjectKeyIdentifier"),
    ("2.5.29.15", "keyUsage"),
    ("2.5.29.17", "subjectAltName"),
    ("2.5.29.18", "issuerAltName"),
    ("2.5.29.19", "basicConstraints"),
    ("2.5.29.31", "cRLDistributionPoints"),
    ("2.5.29.32", "certificatePolicies"),
    ("2.5.29.35", "authorityKeyIdentifier"),
    ("2.5.29.37", "extendedKeyUsage"),
];

pub(super) fn check(facts: &CertificateFacts, subject: &Subject) -> Fact {
    let certificate = &subject.certificate;
    if let Some(expected) = &facts.extensions {
        let seen: Vec<String> = all(certificate).iter().map(shown).collect();
        list("the extensions", expected, &seen)?;
    }
    if let Some(expected) = &facts.key_usage {
        let seen = match decoded::<KeyUsage>(certificate, "keyUsage")? {
            Some(usage) => usage.0.into_iter().map(|flag| camel_case(&format!("{flag:?}"))).collect(),
            None => Vec::new(),
        };
        list("the key usages", expected, &seen)?;
    }
    if let Some(expected) = &facts.extended_key_usage {
        let seen: Vec<String> = decoded::<ExtendedKeyUsage>(certificate, "extendedKeyUsage")?
            .map_or_else(Vec::new, |usage| usage.0.iter().map(purpose).collect());
        list("the extended key usages", expected, &seen)?;
    }
    if let Some(expected) = &facts.policy {
        let policies = decoded::<CertificatePolicies>(certificate, "certificatePolicies")?;
        let seen: Vec<String> =
            policies.iter().flat_map(|p| &p.0).map(|p| p.policy_identifier.to_string()).collect();
        if !seen.iter().any(|policy| expected.contains(policy)) {
            return differs(format!("the policy {}", expected.join(" or ")), words(&seen));
        }
    }
    if let Some(expected) = &facts.basic_constraints {
        let seen = match decoded::<BasicConstraints>(certificate, "basicConstraints")? {
            None => "absent",
            Some(BasicConstraints { ca: true, .. }) => "ca",
            Some(BasicConstraints { ca: false, .. }) => "no ca",
        };
        if expected != seen {
            return differs(format!("basicConstraints: {expected}"), seen);
        }
    }
    if let Some(expected) = facts.ocsp {
        let access = decoded::<AuthorityInfoAccessSyntax>(certificate, "authorityInfoAccess")?;
        let seen = access.iter().flat_map(|a| &a.0).any(|entry| {
            let address = matches!(entry.access_location, GeneralName::UniformResourceIdentifier(_));
            entry.access_method == OCSP && address
        });
        if seen != expected {
            let word = |there| if there { "an OCSP address" } else { "no OCSP address" };
            return differs(word(expected), word(seen));
        }
    }
    other_names(facts, certificate)
}

fn other_names(facts: &CertificateFacts, certificate: &Certificate) -> Fact {
    if facts.other_names.is_none() && facts.other_name_values.is_none() {
        return Ok(());
    }
    let names: Vec<OtherName> = decoded::<SubjectAltName>(certificate, "subjectAltName")?
        .into_iter()
        .flat_map(|names| names.0)
        .filter_map(|name| if let GeneralName::OtherName(other) = name { Some(other) } else { None })
        .collect();
    if let Some(expected) = &facts.other_names {
        let seen: Vec<String> = names.iter().map(|name| name.type_id.to_string()).collect();
        list("the otherNames", expected, &seen)?;
    }
    for pattern in facts.other_name_values.iter().flatten() {
        let wrong = || Stop::suite(format!("\"{pattern}\" is no otherName with a regular expression"));
        let (oid, value) = pattern.split_once('~').ok_or_else(wrong)?;
        let value = Regex::new(&format!("^(?:{value})$")).map_err(|_| wrong())?;
        let Some(name) = names.iter().find(|name| name.type_id.to_string() == oid) else {
            return differs(format!("an otherName {oid}"), "none");
        };
        let text = std::str::from_utf8(name.value.value()).unwrap_or_default();
        if !value.is_match(text) {
            // Names and addresses are a person's.
            let seen = format!("{} characters, masked", text.chars().count());
            return differs(format!("otherName {oid} to match {value}"), seen);
        }
    }
    Ok(())
}

fn all(certificate: &Certificate) -> &[Extension] {
    certificate.tbs_certificate.extensions.as_deref().unwrap_or_default()
}

fn name_of(extension: &Extension) -> String {
    let oid = extension.extn_id.to_string();
    if oid == "1.3.6.1.5.5.7.1.1" {
        return "authorityInfoAccess".to_owned();
    }
    NAMES.iter().find(|(known, _)| *known == oid).map_or(oid, |(_, name)| (*name).to_owned())
}

fn shown(extension: &Extension) -> String {
    format!("{}{}", name_of(extension), if extension.critical { "!" } else { "" })
}

fn value<'c>(certificate: &'c Certificate, name: &str) -> Option<&'c [u8]> {
    all(certificate).iter().find(|e| name_of(e) == name).map(|e| e.extn_value.as_bytes())
}

fn decoded<'c, T: x509_cert::der::Decode<'c>>(
    certificate: &'c Certificate,
    name: &str,
) -> Result<Option<T>, super::Wrong> {
    let Some(der) = value(certificate, name) else { return Ok(None) };
    match T::from_der(der) {
        Ok(value) => Ok(Some(value)),
        Err(error) => differs(format!("a {name} in DER"), error.to_string()).map(|()| None),
    }
}

/// The subject key identifier.
pub(super) fn subject_key(certificate: &Certificate) -> Option<&[u8]> {
    tlv::read(value(certificate, "subjectKeyIdentifier")?).map(|octets| octets.value)
}

/// The key identifier in authorityKeyIdentifier.
pub(super) fn authority_key(certificate: &Certificate) -> Option<&[u8]> {
    tlv::find(value(certificate, "authorityKeyIdentifier")?, &[0x30, 0x80]).map(|id| id.value)
}

fn purpose(oid: &ObjectIdentifier) -> String {
    match oid.to_string().as_str() {
        "1.3.6.1.5.5.7.3.1" => "serverAuth",
        "1.3.6.1.5.5.7.3.2" => "clientAuth",
        "1.3.6.1.5.5.7.3.4" => "emailProtection",
        other => return other.to_owned(),
    }
    .to_owned()
}

/// `DigitalSignature` as RFC 5280 spells it, `digitalSignature`; `CRLSign` is `cRLSign` there.
fn camel_case(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + chars.as_str())
}

fn list(what: &str, expected: &[String], seen: &[String]) -> Fact {
    if expected == seen { Ok(()) } else { differs(format!("{what} {}", words(expected)), words(seen)) }
}

fn words(list: &[String]) -> String {
    if list.is_empty() { "none".to_owned() } else { list.join(", ") }
}

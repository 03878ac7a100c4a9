//! The shape of a certificate: names without their values, extensions without what differs from person to person.

use der::{Decode, Tagged};
use x509_cert::Certificate;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, CrlDistributionPoints, IssuerAltName, SubjectAltName, SubjectKeyIdentifier,
};
use x509_cert::name::Name;

/// One line for each thing in a certificate that must not differ.
pub(crate) fn shape(certificate: &[u8]) -> Vec<String> {
    let certificate = Certificate::from_der(certificate).expect("a certificate");
    let body = &certificate.tbs_certificate;
    let mut lines = vec![
        format!("version {:?}", body.version),
        format!("signature {:?} {:?}", body.signature, certificate.signature_algorithm),
        format!("issuer {}", name(&body.issuer)),
        format!("validity {}", time(&body.validity.not_before)),
        format!("until {}", end(&body.validity.not_after)),
        format!("subject {}", name(&body.subject)),
        format!("key {:?}", body.subject_public_key_info.algorithm),
        format!("{} bytes of key", body.subject_public_key_info.subject_public_key.raw_bytes().len()),
        format!("{} bytes of signature", certificate.signature.raw_bytes().len()),
        format!("unique ids {:?} {:?}", body.issuer_unique_id, body.subject_unique_id),
    ];
    for extension in body.extensions.iter().flatten() {
        let oid = extension.extn_id;
        let value = extension.extn_value.as_bytes();
        let content = match oid.to_string().as_str() {
            "2.5.29.14" => {
                let id = SubjectKeyIdentifier::from_der(value).expect("subjectKeyIdentifier");
                format!("{} bytes", id.0.as_bytes().len())
            }
            "2.5.29.17" => names(&SubjectAltName::from_der(value).expect("subjectAltName").0),
            "2.5.29.18" => names(&IssuerAltName::from_der(value).expect("issuerAltName").0),
            "2.5.29.31" => {
                let points = CrlDistributionPoints::from_der(value).expect("cRLDistributionPoints").0;
                let point = |point: &x509_cert::ext::pkix::crl::dp::DistributionPoint| {
                    let Some(DistributionPointName::FullName(full)) = &point.distribution_point else {
                        panic!("{point:?}")
                    };
                    format!("{} {:?} {:?}", names(full), point.reasons, point.crl_issuer)
                };
                points.iter().map(point).collect::<Vec<_>>().join("; ")
            }
            "2.5.29.35" => {
                let id = AuthorityKeyIdentifier::from_der(value).expect("authorityKeyIdentifier");
                let bytes = id.key_identifier.map(|id| id.as_bytes().len());
                let issuer = id.authority_cert_issuer.map(|issuer| names(&issuer));
                let serial = id.authority_cert_serial_number.map(|serial| serial.as_bytes().len());
                format!("{bytes:?} {issuer:?} {serial:?}")
            }
            // Everything else is the same in all certificates of a kind.
            _ => hex::encode(value),
        };
        lines.push(format!("{oid} critical {}: {content}", extension.critical));
    }
    lines
}

/// Attribute types and string types in order; values too where they are the authority's, not the holder's.
fn name(name: &Name) -> String {
    let set = |set: &x509_cert::name::RelativeDistinguishedName| {
        assert_eq!(set.0.len(), 1, "one attribute in a set");
        let attribute = set.0.get(0).expect("an attribute");
        let value = std::str::from_utf8(attribute.value.value()).expect("text");
        let value = match attribute.oid.to_string().as_str() {
            // The country, the organisation, and the authority's units.
            "2.5.4.6" | "2.5.4.10" => value.to_owned(),
            "2.5.4.11" if !value.ends_with("-to") => value.to_owned(),
            "2.5.4.3" if value.ends_with(" CRLDP") => "… CRLDP".to_owned(),
            "2.5.4.3" => format!("{} characters, …{}", value.len(), &value[value.len() - 4..]),
            _ => "…".to_owned(),
        };
        format!("{}={value} ({})", attribute.oid, attribute.value.tag())
    };
    let sets: Vec<_> = name.0.iter().map(set).collect();
    sets.join(", ")
}

fn names(names: &[GeneralName]) -> String {
    let general = |general: &GeneralName| match general {
        GeneralName::DirectoryName(directory) => format!("directory {}", name(directory)),
        GeneralName::OtherName(other) => format!("other {} ({})", other.type_id, other.value.tag()),
        other => panic!("{other:?}"),
    };
    names.iter().map(general).collect::<Vec<_>>().join("; ")
}

fn time(time: &x509_cert::time::Time) -> &'static str {
    match time {
        x509_cert::time::Time::UtcTime(_) => "UTCTime",
        x509_cert::time::Time::GeneralTime(_) => "GeneralizedTime",
    }
}

/// Certificates end at 23:59:59 in Japan.
fn end(end: &x509_cert::time::Time) -> String {
    let moment = end.to_date_time();
    format!("{} {:02}{:02}{:02}Z", time(end), moment.hour(), moment.minutes(), moment.seconds())
}

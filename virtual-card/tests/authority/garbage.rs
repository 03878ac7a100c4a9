//! Whatever is sent, it is answered.

use crate::{noon, register, root};
use der::asn1::{BitString, Ia5String, OctetString};
use der::oid::ObjectIdentifier;
use der::{Any, Decode, Encode};
use jpki_virtual_card::authority::{Authorities, Purpose};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use rstest::rstest;
use sha1::{Digest, Sha1};
use x509_cert::Certificate;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::AlgorithmIdentifierOwned;
use x509_ocsp::{
    BasicOcspResponse, CertId, CertStatus, OcspRequest, OcspResponse, OcspResponseStatus, Request, Signature,
    TbsRequest,
};

const NONCE: &str = "1.3.6.1.5.5.7.48.1.2";
const SERVICE_LOCATOR: &str = "1.3.6.1.5.5.7.48.1.7";
const SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");

fn answer(request: &[u8]) -> OcspResponse {
    let answer = Authorities::embedded().ocsp(request, &register("revoked"), noon());
    OcspResponse::from_der(&answer).expect("an answer is DER")
}

fn extension(oid: &str, critical: bool, value: &[u8]) -> Extension {
    let extn_value = OctetString::new(value).expect("an octet string");
    Extension { extn_id: ObjectIdentifier::new_unwrap(oid), critical, extn_value }
}

/// A nonce of so many bytes.
fn nonce(length: usize) -> Extension {
    let value = OctetString::new(vec![0xA5; length]).expect("an octet string");
    extension(NONCE, false, &value.to_der().expect("DER"))
}

/// A request about a serial number of the authentication root.
fn request(serial: &[u8]) -> OcspRequest {
    let root = Certificate::from_der(root(Purpose::UserAuthentication)).expect("a root").tbs_certificate;
    let hash = |bytes: &[u8]| OctetString::new(Sha1::digest(bytes).to_vec()).expect("a hash");
    let req_cert = CertId {
        hash_algorithm: AlgorithmIdentifierOwned { oid: SHA_1, parameters: Some(Any::null()) },
        issuer_name_hash: hash(&root.subject.to_der().expect("DER")),
        issuer_key_hash: hash(root.subject_public_key_info.subject_public_key.raw_bytes()),
        serial_number: SerialNumber::new(serial).expect("a serial number"),
    };
    let request_list = vec![Request { req_cert, single_request_extensions: None }];
    OcspRequest {
        tbs_request: TbsRequest { request_list, ..TbsRequest::default() },
        optional_signature: None,
    }
}

/// The request of the card's certificate, with these extensions.
fn with(extensions: Vec<Extension>) -> Vec<u8> {
    let mut request = request(&[0x2A, 0x7E, 0x06]);
    request.tbs_request.request_extensions = Some(extensions);
    request.to_der().expect("DER")
}

#[rstest]
#[case::nothing(Vec::new())]
#[case::words(b"hello".to_vec())]
#[case::something_behind_it([request(&[1]).to_der().expect("DER"), vec![0]].concat())]
#[case::no_certificate(OcspRequest { tbs_request: TbsRequest::default(), optional_signature: None }.to_der().expect("DER"))]
#[case::empty_nonce(with(vec![nonce(0)]))]
#[case::nonce_too_long(with(vec![nonce(129)]))]
#[case::bare_nonce(with(vec![extension(NONCE, false, &[0xA5; 16])]))]
#[case::two_nonces(with(vec![nonce(16), nonce(16)]))]
#[case::unknown_and_critical(with(vec![extension(SERVICE_LOCATOR, true, &[0x30, 0x00])]))]
fn a_request_that_no_client_may_send_is_malformed(#[case] request: Vec<u8>) {
    let answer = answer(&request);
    assert_eq!(answer.response_status, OcspResponseStatus::MalformedRequest);
    assert_eq!(answer.response_bytes, None);
}

#[test]
fn a_critical_extension_of_a_single_certificate_is_malformed_unless_known() {
    let mut request = request(&[0x2A, 0x7E, 0x06]);
    let unknown = extension(SERVICE_LOCATOR, true, &[0x30, 0x00]);
    request.tbs_request.request_list[0].single_request_extensions = Some(vec![unknown]);
    let answer = answer(&request.to_der().expect("DER"));
    assert_eq!(answer.response_status, OcspResponseStatus::MalformedRequest);
}

/// The signed part of an answer.
fn signed(request: &[u8]) -> BasicOcspResponse {
    let answer = answer(request);
    assert_eq!(answer.response_status, OcspResponseStatus::Successful);
    let bytes = answer.response_bytes.expect("an answer").response;
    BasicOcspResponse::from_der(bytes.as_bytes()).expect("a basic answer")
}

#[rstest]
#[case::shortest(1)]
#[case::longest(128)]
fn a_nonce_comes_back_as_it_was(#[case] length: usize) {
    let extensions = signed(&with(vec![nonce(length)])).tbs_response_data.response_extensions;
    assert_eq!(extensions, Some(vec![nonce(length)]));
}

#[test]
fn an_unknown_extension_changes_nothing() {
    let unknown = extension(SERVICE_LOCATOR, false, &[0x30, 0x00]);
    let data = signed(&with(vec![unknown])).tbs_response_data;
    assert!(matches!(data.responses[0].cert_status, CertStatus::Revoked(_)));
    assert_eq!(data.response_extensions, None);
}

#[test]
fn a_name_and_a_signature_on_the_request_change_nothing() {
    let mut request = request(&[0x2A, 0x7E, 0x06]);
    let plain = signed(&request.to_der().expect("DER"));
    let uri = Ia5String::new("http://client.example").expect("a string");
    request.tbs_request.requestor_name = Some(GeneralName::UniformResourceIdentifier(uri));
    request.optional_signature = Some(Signature {
        signature_algorithm: AlgorithmIdentifierOwned { oid: SHA_1, parameters: None },
        signature: BitString::from_bytes(&[0; 256]).expect("a bit string"),
        certs: None,
    });
    assert_eq!(signed(&request.to_der().expect("DER")), plain);
}

proptest! {
    #[test]
    fn a_request_that_was_changed_anywhere_is_answered(
        changes in vec((any::<Index>(), any::<u8>()), 1..4),
        cut in proptest::option::of(any::<Index>()),
    ) {
        let mut request = with(vec![nonce(16)]);
        for (place, byte) in changes {
            *place.get_mut(&mut request) = byte;
        }
        if let Some(cut) = cut {
            request.truncate(cut.index(request.len()));
        }
        let status = answer(&request).response_status;
        prop_assert!(!matches!(status, OcspResponseStatus::InternalError | OcspResponseStatus::TryLater));
    }

    #[test]
    fn any_bytes_are_answered(request in vec(any::<u8>(), 0..512)) {
        prop_assert_ne!(answer(&request).response_status, OcspResponseStatus::InternalError);
    }

    #[test]
    fn every_other_serial_number_is_unknown(serial in vec(any::<u8>(), 1..=19)) {
        prop_assume!(![[0x2A, 0x7E, 0x06], [0x21, 0x7E, 0x57], [0x21, 0x7E, 0x58]].contains(
            &serial.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<_>>().try_into().unwrap_or_default()
        ));
        let data = signed(&request(&serial).to_der().expect("DER")).tbs_response_data;
        prop_assert_eq!(data.responses[0].cert_status, CertStatus::unknown());
    }
}

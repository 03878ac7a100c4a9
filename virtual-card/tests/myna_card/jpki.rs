use crate::{AS_OF, client, digits, holder, myna_date, password, status};
use myna_card::Certificate;
use myna_card::ap::jpki::SignatureScheme::{
    PreHashedDigestInfo, PreHashedPss, Sha256Bare, Sha256DigestInfo, Sha256Pss, Verbatim,
};
use myna_card::ap::jpki::{JpkiAp, SignatureScheme, TokenType};
use myna_card::certificate::roots::Accept;
use rstest::rstest;

#[test]
fn the_token_is_a_card() {
    let mut card = client("standard");
    let mut jpki = JpkiAp::select(&mut card).expect("the JPKI application");
    assert!(jpki.read_token_type().expect("EF 0006").is_physical_card());
    let token = jpki.read_token_info().expect("EF 0006");
    assert_eq!(token.token_type, TokenType::Card);
    assert_eq!((token.min_pin_len, token.max_pin_len), (6, 16));
    assert_eq!(token.serial_number, format!("0{}", holder("standard").card_serial));
    let availability = jpki.read_certificate_availability().expect("EF 0008");
    assert!(availability.has_sign_certificate() && availability.has_auth_certificate());
}

#[rstest]
#[case::standard("standard", "2030-04-01")]
#[case::near_expiry("near-expiry", "2026-11-27")]
#[case::renewed("renewed", "2031-04-01")]
#[case::reissued("reissued", "2030-04-01")]
fn both_certificates_chain_to_our_roots_and_to_no_other(#[case] name: &str, #[case] last_day: &str) {
    let mut card = client(name);
    let mut jpki = JpkiAp::select(&mut card).expect("the JPKI application");
    let auth = [jpki.read_auth_certificate(), jpki.read_auth_ca_certificate()].map(|read| read.expect("DER"));
    jpki.verify_sign_pin(&password()).expect("the right password");
    let sign = [jpki.read_sign_certificate(), jpki.read_sign_ca_certificate()].map(|read| read.expect("DER"));
    let last_day = last_day.parse().expect("a date");
    for [leaf, root] in [&auth, &sign] {
        let chain = [leaf.clone(), root.clone()];
        Certificate::verify_chain(&chain, myna_date(AS_OF)).expect("a good chain today");
        Certificate::verify_chain(&chain, myna_date(last_day)).expect("a good chain on its last day");
        let tomorrow = last_day.tomorrow().expect("a day");
        assert!(Certificate::verify_chain(&chain, myna_date(tomorrow)).is_err());
        root.verify_signature(root).expect("a self-signed root");
        assert!(leaf.verify_signature(leaf).is_err());
        assert!(leaf.verify_to_root(myna_date(AS_OF), Accept::ProductionAndTest).is_err());
    }
    let swapped = [auth[0].clone(), sign[1].clone()];
    assert!(Certificate::verify_chain(&swapped, myna_date(AS_OF)).is_err());
}

#[test]
fn an_expired_certificate_is_genuine_and_too_old() {
    let mut card = client("expired");
    let mut jpki = JpkiAp::select(&mut card).expect("the JPKI application");
    let [leaf, root] =
        [jpki.read_auth_certificate(), jpki.read_auth_ca_certificate()].map(|read| read.expect("DER"));
    leaf.verify_signature(&root).expect("a good signature");
    assert!(!leaf.is_valid_on(myna_date(AS_OF)));
}

#[rstest]
fn every_scheme_signs_with_the_authentication_key(
    #[values(Verbatim, Sha256Bare, PreHashedDigestInfo, Sha256DigestInfo, PreHashedPss, Sha256Pss)]
    scheme: SignatureScheme,
    #[values("standard", "renewed", "reissued")] name: &str,
) {
    let mut card = client(name);
    let mut jpki = JpkiAp::select(&mut card).expect("the JPKI application");
    jpki.verify_auth_pin(&digits("1234")).expect("the right PIN");
    let key = jpki.read_auth_certificate().expect("DER").public_key().expect("an RSA key");
    let data = [0x5A; 32];
    let signature = jpki.sign_with_auth_key(scheme, &data).expect("a signature");
    scheme.verify(&key, &data, &signature).expect("a good signature");
    assert!(scheme.verify(&key, &[0x5B; 32], &signature).is_err());
}

#[rstest]
fn every_scheme_signs_with_the_signature_key(
    #[values(Verbatim, Sha256Bare, PreHashedDigestInfo, Sha256DigestInfo, PreHashedPss, Sha256Pss)]
    scheme: SignatureScheme,
) {
    let mut card = client("standard");
    let mut jpki = JpkiAp::select(&mut card).expect("the JPKI application");
    jpki.verify_sign_pin(&password()).expect("the right password");
    let key = jpki.read_sign_certificate().expect("DER").public_key().expect("an RSA key");
    let signature = jpki.sign_with_sign_key(scheme, &[0x5A; 32]).expect("a signature");
    scheme.verify(&key, &[0x5A; 32], &signature).expect("a good signature");
    assert!(scheme.verify(&key, &[0x5B; 32], &signature).is_err());
}

#[test]
fn a_key_signs_nothing_before_its_own_pin() {
    let mut card = client("standard");
    let mut jpki = JpkiAp::select(&mut card).expect("the JPKI application");
    assert_eq!(status(jpki.sign_with_auth_key(Sha256DigestInfo, b"x")), 0x6982);
    jpki.verify_auth_pin(&digits("1234")).expect("the right PIN");
    assert_eq!(status(jpki.sign_with_sign_key(Sha256DigestInfo, b"x")), 0x6982);
    assert_eq!(status(jpki.read_sign_certificate_der()), 0x6982);
}

#[test]
fn a_card_of_another_kind_has_no_application_of_ours() {
    let mut card = client("not-a-my-number-card");
    assert_eq!(status(JpkiAp::select(&mut card).map(|_| ())), 0x6A82);
}

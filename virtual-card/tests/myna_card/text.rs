use crate::{client, digits, holder, issuer_key, myna_date, status};
use myna_card::Error;
use myna_card::ap::jpki::SignatureScheme;
use myna_card::ap::text::{TextAp, ef};
use myna_card::card::Retries;
use rstest::rstest;

#[rstest]
fn the_pin_opens_the_number_and_the_attributes(#[values("standard", "minor")] name: &str) {
    let (mut card, holder) = (client(name), holder(name));
    let mut text = TextAp::select(&mut card).expect("the text application");
    text.verify_pin(&digits("1234")).expect("the right PIN");
    assert_eq!(text.read_my_number().expect("EF 0001").as_str(), &*holder.number);
    let attributes = text.read_attributes().expect("EF 0002");
    assert_eq!((attributes.name, attributes.address), (holder.name, holder.address));
    assert_eq!(attributes.birth_date, myna_date(holder.birth_date));
    let sex = if holder.sex == "1" { myna_card::data::Sex::Male } else { myna_card::data::Sex::Female };
    assert_eq!(attributes.sex, sex);
}

#[test]
fn the_records_are_signed_by_the_key_that_the_card_s_certificate_names() {
    let mut card = client("standard");
    let mut text = TextAp::select(&mut card).expect("the text application");
    let certificate = text.read_certificate().expect("EF 0004");
    certificate.verify_with(&issuer_key("text-issuer")).expect("our issuer signed it");
    assert!(matches!(certificate.verify(), Err(Error::UnknownCertificateAuthority(_))));
    text.verify_pin(&digits("1234")).expect("the right PIN");

    let integrity = text.read_integrity_record().expect("EF 0003");
    integrity.verify(&certificate.public_key).expect("a good signature");
    let number = text.read_my_number_file().expect("EF 0001");
    assert_eq!(number.len(), 17);
    assert!(integrity.matches_my_number_file(&number));
    let attributes = text.read_ef(ef::ATTRIBUTES).expect("EF 0002");
    assert!(integrity.matches_attributes_file(&attributes).expect("the shape of EF 0002"));

    let signed = text.read_signed_public_key().expect("EF 0007");
    signed.verify(&certificate.public_key).expect("a good signature");
    let session = text.read_session_key_public_key().expect("EF 0006").public_key;
    assert_eq!((session.bits(), signed.public_key.bits()), (2048, 2048));
    assert_ne!(session, signed.public_key);
}

#[test]
fn the_card_proves_that_it_is_there_with_the_key_that_its_record_names() {
    let mut card = client("standard");
    let mut text = TextAp::select(&mut card).expect("the text application");
    text.verify_pin(&digits("1234")).expect("the right PIN");
    let key = text.read_signed_public_key().expect("EF 0007").public_key;
    let signature = text.sign(b"challenge").expect("a signature without a credential");
    SignatureScheme::Sha256DigestInfo.verify(&key, b"challenge", &signature).expect("a good signature");
    assert!(SignatureScheme::Sha256DigestInfo.verify(&key, b"challengf", &signature).is_err());
}

#[test]
fn number_a_opens_the_number_and_number_b_the_attributes() {
    let holder = holder("standard");
    let mut card = client("standard");
    let mut text = TextAp::select(&mut card).expect("the text application");
    assert_eq!(status(text.read_ef(ef::MY_NUMBER)), 0x6982);
    text.verify_code_a(&digits(&holder.number_a())).expect("the right 照合番号A");
    assert!(text.read_my_number().is_ok());
    assert_eq!(status(text.read_ef(ef::ATTRIBUTES)), 0x6982);

    let mut card = client("standard");
    let mut text = TextAp::select(&mut card).expect("the text application");
    text.verify_code_b(&digits(&holder.number_b())).expect("the right 照合番号B");
    assert!(text.read_attributes().is_ok());
    assert_eq!(status(text.read_ef(ef::MY_NUMBER)), 0x6982);
}

#[test]
fn the_free_information_names_another_key_and_32_unknown_bytes() {
    let mut card = client("standard");
    let mut text = TextAp::select(&mut card).expect("the text application");
    let basic = text.read_ap_basic_data().expect("EF 0005");
    assert_eq!(basic.identification.to_bytes(), [0x01, 0x03, 0x0E, 0x01]);
    assert_eq!(basic.public_key_id.number(), "9000034");
    assert_eq!(basic.digest().map(<[u8]>::len), Some(32));
}

#[rstest]
#[case::pin(ef::PIN, Retries::Remaining(3))]
#[case::blocked(ef::BLOCKED_0012, Retries::Blocked)]
#[case::number_a(ef::CODE_A, Retries::Remaining(10))]
#[case::number_b(ef::CODE_B, Retries::Remaining(10))]
fn a_query_tells_the_tries_left(#[case] key: u16, #[case] retries: Retries) {
    let mut card = client("standard");
    let mut text = TextAp::select(&mut card).expect("the text application");
    assert_eq!(text.retries(key).expect("a query"), retries);
}

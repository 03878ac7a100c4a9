use crate::{client, holder, issuer_key};
use myna_card::Error;
use myna_card::mf::{MasterFile, tag};
use rstest::rstest;

#[rstest]
fn the_objects_at_mf_level_say_whose_card_it_is(#[values("standard", "reissued", "minor")] name: &str) {
    let (mut card, holder) = (client(name), holder(name));
    let mut level = MasterFile::select(&mut card).expect("the issuer security domain");
    assert_eq!(level.data_object(tag::CARD_IDENTIFICATION).expect("0045"), holder.card_serial.as_bytes());
    assert_eq!(level.data_object(tag::MUNICIPALITY_CODE).expect("00F0"), holder.municipality_code.as_bytes());
    let expiry = level.data_object(tag::EXPIRY).expect("00F2");
    assert_eq!(myna_card::data::Date::parse(&expiry).expect("a date"), crate::myna_date(holder.card_expires));
    assert_eq!(level.data_object(tag::ISSUER_IDENTIFICATION).expect("0042").len(), 16);
}

#[test]
fn the_chain_at_mf_level_leads_from_our_root_to_the_last_key() {
    let mut card = client("standard");
    let mut level = MasterFile::new(&mut card);
    let chain = level.certificate_chain().expect("two certificates");
    let [upper, lower] = &chain[..] else { panic!("{chain:?}") };
    upper.verify_with(&issuer_key("cv-root")).expect("signed by our root");
    lower.verify_with(&upper.public_key).expect("signed by the intermediate");
    assert_eq!(lower.issuer_key_id, upper.subject_key_id);
    let intermediate = level.data_object(tag::INTERMEDIATE_KEY_ID).expect("00F7");
    assert_eq!(intermediate, upper.subject_key_id.as_bytes());
    // The other way round nothing verifies.
    assert!(upper.verify_with(&lower.public_key).is_err());
    assert!(lower.verify_with(&issuer_key("cv-root")).is_err());
}

#[test]
fn no_known_authority_has_issued_the_chain() {
    let mut card = client("standard");
    let chain = MasterFile::new(&mut card).certificate_chain().expect("two certificates");
    assert!(matches!(chain[0].verify(), Err(Error::UnknownCertificateAuthority(_))));
}

#[test]
fn the_contact_answer_to_reset_can_be_asked_for_at_mf_level() {
    let atr = client("standard").contact_atr().expect("5F51");
    assert_eq!(hex::encode_upper(atr), "3BE000FF8131FE4514");
}

use crate::{client, digits, holder, issuer_key, myna_date};
use myna_card::Error;
use myna_card::ap::common::{CommonAp, ef};
use myna_card::ap::juki::JukiAp;
use myna_card::card::Retries;

#[test]
fn the_common_application_says_which_card_it_is() {
    let (mut card, holder) = (client("standard"), holder("standard"));
    let mut common = CommonAp::select(&mut card).expect("the common application");
    let info = common.read_card_info().expect("the record");
    assert_eq!(info.prefecture_code(), "13");
    assert_eq!(info.expiry, myna_date(holder.card_expires));
    assert_eq!((info.serial, info.municipality_code), (holder.card_serial, holder.municipality_code));
}

#[test]
fn both_applications_hold_the_same_key_reference() {
    let mut card = client("standard");
    let common =
        CommonAp::select(&mut card).expect("the common application").read_record(ef::KEY_REFERENCE, 1);
    let juki = JukiAp::select(&mut card).expect("the juki application").read_record(ef::KEY_REFERENCE, 1);
    assert_eq!(common.expect("a record"), juki.expect("a record"));
}

#[test]
fn the_common_key_answers_a_challenge_without_a_credential() {
    let mut card = client("standard");
    let mut common = CommonAp::select(&mut card).expect("the common application");
    let signature = common.internal_authenticate(b"challenge").expect("a signature");
    let key = issuer_key("common-authentication");
    key.verify_pkcs1_sha256(b"challenge", &signature).expect("a good signature");
    assert!(key.verify_pkcs1_sha256(b"challengf", &signature).is_err());
}

#[test]
fn each_application_counts_the_tries_of_its_own_pin() {
    let mut card = client("standard");
    let mut common = CommonAp::select(&mut card).expect("the common application");
    let refused = common.verify_pin(&digits("9999")).expect_err("a wrong PIN");
    assert!(matches!(refused, Error::PinIncorrect { retries: Some(2) }), "{refused}");
    assert_eq!(common.pin_retries().expect("a query"), Retries::Remaining(2));
    let mut juki = JukiAp::select(&mut card).expect("the juki application");
    assert_eq!(juki.pin_retries().expect("a query"), Retries::Remaining(3));
}

#[test]
fn the_contact_answer_to_reset_can_be_asked_for_in_an_application() {
    let mut card = client("contactless");
    let mut common = CommonAp::select(&mut card).expect("the common application");
    let atr = common.card().contact_atr().expect("5F51");
    assert_eq!(atr, [0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14]);
}

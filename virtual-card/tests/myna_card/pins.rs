use crate::{client, digits, password};
use myna_card::ap::common::CommonAp;
use myna_card::ap::jpki::JpkiAp;
use myna_card::ap::juki::JukiAp;
use myna_card::ap::text::TextAp;
use myna_card::card::Retries;
use myna_card::{Error, Pin};
use rstest::rstest;

#[test]
fn each_pin_is_changed_with_its_own_command_and_stays_so_without_power() {
    let mut card = client("standard");
    let (old, new) = (digits("1234"), digits("9876"));
    let new_password = Pin::new("NEWPASSWORD12345").expect("a password");
    JpkiAp::select(&mut card).and_then(|mut jpki| jpki.change_auth_pin(&old, &new)).expect("00 24");
    JpkiAp::select(&mut card)
        .and_then(|mut jpki| jpki.change_sign_pin(&password(), &new_password))
        .expect("00 24");
    TextAp::select(&mut card).and_then(|mut text| text.change_pin(&old, &new)).expect("00 24");
    CommonAp::select(&mut card).and_then(|mut common| common.change_pin(&old, &new)).expect("80 32");
    // A key of its own, although people call both the PIN of the card.
    JukiAp::select(&mut card).and_then(|mut juki| juki.verify_pin(&old)).expect("the old PIN");
    JukiAp::select(&mut card).and_then(|mut juki| juki.change_pin(&old, &new)).expect("80 32");

    card.transport_mut().card.power_cycle();
    let mut jpki = JpkiAp::select(&mut card).expect("the JPKI application");
    let refused = jpki.verify_auth_pin(&old).expect_err("the old PIN");
    assert!(matches!(refused, Error::PinIncorrect { retries: Some(2) }), "{refused}");
    jpki.verify_auth_pin(&new).expect("the new PIN");
    jpki.verify_sign_pin(&new_password).expect("the new password");
    TextAp::select(&mut card).and_then(|mut text| text.verify_pin(&new)).expect("the new PIN");
    CommonAp::select(&mut card).and_then(|mut common| common.verify_pin(&new)).expect("the new PIN");
    JukiAp::select(&mut card).and_then(|mut juki| juki.verify_pin(&new)).expect("the new PIN");
}

#[test]
fn wrong_values_count_down_and_the_right_one_restores() {
    let mut card = client("standard");
    let mut jpki = JpkiAp::select(&mut card).expect("the JPKI application");
    assert_eq!(jpki.auth_pin_retries().expect("a query"), Retries::Remaining(3));
    assert_eq!(jpki.sign_pin_retries().expect("a query"), Retries::Remaining(5));
    let refused = jpki.verify_auth_pin(&digits("9999")).expect_err("a wrong PIN");
    assert!(matches!(refused, Error::PinIncorrect { retries: Some(2) }), "{refused}");
    assert_eq!(jpki.auth_pin_retries().expect("a query"), Retries::Remaining(2));
    jpki.verify_auth_pin(&digits("1234")).expect("the right PIN");
    assert_eq!(jpki.auth_pin_retries().expect("a query"), Retries::Remaining(3));
}

#[test]
fn the_last_wrong_value_locks_one_key_and_leaves_the_other() {
    let mut card = client("one-try-left");
    let mut jpki = JpkiAp::select(&mut card).expect("the JPKI application");
    assert_eq!(jpki.auth_pin_retries().expect("a query"), Retries::Remaining(1));
    // The client says "blocked" for 63C0 and for 6984 alike.
    for value in ["9999", "1234"] {
        assert!(matches!(jpki.verify_auth_pin(&digits(value)), Err(Error::PinBlocked)));
    }
    assert_eq!(jpki.auth_pin_retries().expect("a query"), Retries::Blocked);
    jpki.verify_sign_pin(&password()).expect("the right password");
}

#[rstest]
#[case::locked("auth-locked")]
#[case::no_certificate("no-auth-certificate")]
fn a_locked_pin_stays_locked_for_the_right_value(#[case] name: &str) {
    let mut card = client(name);
    let mut jpki = JpkiAp::select(&mut card).expect("the JPKI application");
    assert_eq!(jpki.auth_pin_retries().expect("a query"), Retries::Blocked);
    assert!(matches!(jpki.verify_auth_pin(&digits("1234")), Err(Error::PinBlocked)));
    assert_eq!(jpki.sign_pin_retries().expect("a query"), Retries::Remaining(5));
}

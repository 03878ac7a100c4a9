//! Wrong PINs, locks, and what programs are told of them.

use crate::lane::{Reader, Scene, Slot, Test, VirtualCard, tests, tool};
use crate::no_pins::{WRONG_PASSWORD, WRONG_PIN};
use crate::opensc::{AUTHENTICATION, Key, SIGNATURE, sign};

pub(crate) const TESTS: &[Test] = tests![
    the_third_wrong_pin_locks_and_the_right_one_is_refused_then,
    the_fifth_wrong_password_locks_and_the_right_one_is_refused_then,
    a_right_pin_gives_all_tries_back,
    a_token_tells_its_last_try,
    a_card_with_a_locked_pin_still_binds,
    a_locked_pin_is_called_so_when_the_card_answers_as_iso_7816_wants,
];

fn the_third_wrong_pin_locks_and_the_right_one_is_refused_then(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    for _ in 0..3 {
        let said = sign(scene, AUTHENTICATION, WRONG_PIN).fails();
        assert!(said.contains("CKR_PIN_INCORRECT"), "{said}");
    }
    insta::assert_snapshot!("pkcs11_tool_locks_the_authentication_pin", card.transcript());
    is_locked(scene, AUTHENTICATION);
    // The other key is as it was.
    sign(scene, SIGNATURE, SIGNATURE.pin).succeeds();
}

fn the_fifth_wrong_password_locks_and_the_right_one_is_refused_then(scene: &Scene) {
    let reader = Reader::start(scene);
    let _card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    for _ in 0..5 {
        let said = sign(scene, SIGNATURE, WRONG_PASSWORD).fails();
        assert!(said.contains("CKR_PIN_INCORRECT"), "{said}");
    }
    is_locked(scene, SIGNATURE);
    // The other key is as it was.
    sign(scene, AUTHENTICATION, AUTHENTICATION.pin).succeeds();
}

fn a_right_pin_gives_all_tries_back(scene: &Scene) {
    let reader = Reader::start(scene);
    let _card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    // Four wrong ones in all, never three in a row.
    for _ in 0..2 {
        sign(scene, AUTHENTICATION, WRONG_PIN).fails();
        sign(scene, AUTHENTICATION, WRONG_PIN).fails();
        sign(scene, AUTHENTICATION, AUTHENTICATION.pin).succeeds();
    }
}

fn a_card_with_a_locked_pin_still_binds(scene: &Scene) {
    let reader = Reader::start(scene);
    let _card = VirtualCard::of(scene, "auth-locked");
    reader.wait_until(Slot::Present);
    assert_eq!(tool(scene, "opensc-tool", &["--name"]).succeeds(), "jpki\n");
    let listed = tool(scene, "pkcs15-tool", &["--list-pins"]).succeeds();
    insta::assert_snapshot!("pkcs15_tool_lists_a_locked_pin", listed);
    is_locked(scene, AUTHENTICATION);
    sign(scene, SIGNATURE, SIGNATURE.pin).succeeds();
}

/// The right PIN is refused, and the token calls it locked. OpenSC has no word for the 6984 that this card answers
/// to a VERIFY then; the next test has a card that answers 6983.
fn is_locked(scene: &Scene, key: Key) {
    let refused = sign(scene, key, key.pin).fails();
    assert!(refused.contains("C_Login failed: rv = CKR_GENERAL_ERROR"), "{refused}");
    assert!(token(scene, key).contains("user PIN locked"));
}

/// What PKCS#11 tells of the token of a key.
fn token(scene: &Scene, key: Key) -> String {
    let tokens =
        tool(scene, "pkcs11-tool", &["--module", "opensc-pkcs11.so", "--list-token-slots"]).succeeds();
    let index = key.slot_index.parse::<usize>().expect("a number");
    tokens.split("Slot ").nth(index + 1).expect("a token for each PIN").to_owned()
}

fn a_token_tells_its_last_try(scene: &Scene) {
    let reader = Reader::start(scene);
    let _card = VirtualCard::of(scene, "one-try-left");
    reader.wait_until(Slot::Present);
    for key in [AUTHENTICATION, SIGNATURE] {
        assert!(token(scene, key).contains("final user PIN try"), "{key:?}");
    }
}

fn a_locked_pin_is_called_so_when_the_card_answers_as_iso_7816_wants(scene: &Scene) {
    let reader = Reader::start(scene);
    let _card = VirtualCard::of(scene, "iso-strict");
    reader.wait_until(Slot::Present);
    for _ in 0..3 {
        sign(scene, AUTHENTICATION, WRONG_PIN).fails();
    }
    let refused = sign(scene, AUTHENTICATION, AUTHENTICATION.pin).fails();
    assert!(refused.contains("CKR_PIN_LOCKED"), "{refused}");
}

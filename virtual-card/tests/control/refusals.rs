//! What cannot be done is refused in words, and changes nothing.

use crate::server::*;
use rstest::rstest;

#[rstest]
#[case::an_unknown_key("lock auth-pni", "no key is called \"auth-pni\"; is auth-pin meant?")]
#[case::a_key_like_no_other("lock door", "no key is called \"door\"")]
#[case::a_key_of_another_card("lock licence-pin", "this card has no key \"licence-pin\"")]
#[case::a_try_more_than_there_are("tries auth-pin 4", "the key auth-pin has at most 3 tries")]
#[case::a_try_of_a_key_delivered_blocked(
    "tries text-blocked-key 1",
    "the key text-blocked-key has at most 0 tries"
)]
#[case::a_pin_of_three_digits("unlock auth-pin 393939", "the value is none that the key auth-pin can have")]
#[case::a_pin_of_letters("unlock auth-pin 41424344", "the value is none that the key auth-pin can have")]
#[case::a_password_in_small_letters(
    "unlock sign-pin 616263313233",
    "the value is none that the key sign-pin can have"
)]
#[case::a_card_on_top_of_another("insert expired", "a card is in the slot: remove it first, or replace it")]
#[case::a_card_that_nobody_knows(
    "replace nobodys",
    "no card is called \"nobodys\"; there are auth-locked, contactless, expired, iso-strict, minor, near-expiry, \
     no-auth-certificate, no-sign-certificate, not-a-my-number-card, one-try-left, reissued, renewed, revoked, \
     sign-locked, standard, suspended, and card files by their path"
)]
#[case::a_card_file_that_is_not_there(
    "fresh /nowhere/card.toml",
    "cannot read the card file /nowhere/card.toml: entity not found"
)]
#[case::a_suspension_of_nothing("reinstate auth", "the auth certificate is not suspended")]
fn what_cannot_be_done_is_refused_and_changes_nothing(#[case] request: &str, #[case] words: &str) {
    let server = TestServer::new("standard");
    server.expect(&[(SELECT_JPKI, "9000"), (WRONG_AUTH_PIN, "63C2")]);
    let before = server.ask("status");
    assert_eq!(server.refused(request), words);
    assert_eq!(server.ask("status"), before);
    server.expect(&[(QUERY_AUTH_PIN, "63C2")]);
}

#[rstest]
#[case::nothing_to_remove("standard", "remove", "remove", "there is no card in the slot")]
#[case::destroyed_twice(
    "standard",
    "destroy",
    "destroy",
    "the card is destroyed: replace it, or have a fresh one made"
)]
#[case::a_destroyed_card_put_back(
    "standard",
    "destroy",
    "insert",
    "the card is destroyed: replace it, or have a fresh one made"
)]
#[case::a_key_of_a_destroyed_card(
    "standard",
    "destroy",
    "unlock auth-pin 39393939",
    "the card is destroyed: replace it, or have a fresh one made"
)]
#[case::expired_twice(
    "standard",
    "expire auth",
    "expire both",
    "the auth certificate has expired already, its last day was 2026-11-21"
)]
#[case::expired_on_its_own(
    "expired",
    "status",
    "expire sign",
    "the sign certificate has expired already, its last day was 2026-11-12"
)]
#[case::a_certificate_that_is_not_there(
    "minor",
    "status",
    "expire sign",
    "this card has no sign certificate"
)]
#[case::a_standing_of_what_is_not_there("minor", "status", "revoke both", "the card has no sign certificate")]
fn what_makes_no_sense_now_is_refused(
    #[case] card: &str,
    #[case] first: &str,
    #[case] then: &str,
    #[case] words: &str,
) {
    let server = TestServer::new(card);
    server.ask(first);
    let before = server.ask("status");
    assert_eq!(server.refused(then), words);
    assert_eq!(server.ask("status"), before);
}

#[rstest]
#[case::lifted("reinstate auth")]
#[case::suspended("suspend auth")]
#[case::revoked_again("revoke auth superseded")]
fn a_revocation_is_for_good(#[case] request: &str) {
    let server = TestServer::new("standard");
    server.ask("revoke auth key-compromise");
    let before = server.ask("status");
    let words = server.refused(request);
    assert!(words.ends_with("(key-compromise), and that is for good"), "{words}");
    assert_eq!(server.ask("status"), before);
}

#[test]
fn a_card_file_with_a_mistake_is_refused_with_its_place_and_the_old_card_stays() {
    let server = TestServer::new("standard");
    let file =
        server.file("mine.toml", "format = 1\nname = \"mine\"\ntitle = \"Mine\"\nextends = \"nobodys\"\n");
    let words = server.refused(&format!("replace {file}"));
    let place =
        format!("the card \"{file}\" cannot be made: {file}:4:11: there is no card \"nobodys\" to extend");
    assert_eq!(words, place);
    server.expect(&[(SELECT_JPKI, "9000")]);
}

#[test]
fn a_refusal_never_repeats_the_value_of_a_key() {
    let server = TestServer::new("standard");
    for request in ["unlock auth-pin 3937353", "unlock auth-pin 39373531 3937", "unlock auth-pin 393735"] {
        let mut replies = String::new();
        crate::clients::talk(&server.socket, format!("{request}\n").as_bytes(), &mut replies);
        assert!(replies.starts_with("error ") && !replies.contains("3937"), "{replies}");
    }
}

//! What the transcript says of single commands.

use crate::desk::Desk;
use jpki_virtual_card::Card;
use jpki_virtual_card::personalise::{Keys, embedded_profile, personalise};
use jpki_virtual_card::profile::KeepsOrClears;
use jpki_virtual_card::transcript::Event;
use rstest::rstest;
use std::sync::Arc;

const JPKI: &str = "00A4040C 0A D392F000260100000001";
const TEXT: &str = "00A4040C 0A D3921000310001010408";
const TEXT_PIN: &str = "00200091 04 31323334";

/// The standard card with stand-ins for its private keys.
pub(crate) fn standard() -> Card {
    standard_with(|_| {})
}

fn standard_with(turn: impl FnOnce(&mut jpki_virtual_card::profile::Knobs)) -> Card {
    let profile = embedded_profile("standard").expect("the standard card");
    let mut image = personalise(&profile, &Keys::Stubs, jiff::civil::date(2026, 11, 22)).expect("a card");
    turn(&mut image.knobs);
    Card::new(Arc::new(image)).expect("the standard card is possible")
}

/// Bytes of the my number file of the standard card, as they must never be written.
const MY_NUMBER: &str = "FF 10 0C";

#[rstest]
#[case::by_name("00A4040C 0A D3921000310001010402", "SELECT surface ")]
#[case::with_file_control_information("00A40400 0A D3921000310001010402 00", "SELECT surface, with FCI ")]
#[case::a_foreign_name("00A4040C 05 D276000124", "SELECT application D2 76 00 01 24 ")]
#[case::a_name_of_seventeen_bytes(
    "00A4040C 11 D276000124010203040506070809101112",
    "SELECT application of 17 bytes "
)]
#[case::no_name("00A40400", "SELECT without a name, with FCI ")]
#[case::a_file("00A4020C 02 000A", "SELECT auth-certificate ")]
#[case::a_file_without_a_name("00A4020C 02 2F10", "SELECT file 2F 10 ")]
#[case::the_master_file("00A40000 02 3F00", "SELECT master file 3F 00 ")]
#[case::another_p1("00A4090C 02 000A", "SELECT with P1 09, 2 bytes ")]
#[case::a_read("00B00100 00", "READ BINARY no file, 256 bytes from 256 ")]
#[case::a_read_by_short_identifier("00B08A05 01", "READ BINARY auth-certificate, 1 byte from 5 ")]
#[case::a_read_of_everything("00B08A00 000000", "READ BINARY auth-certificate, 65536 bytes from 0 ")]
#[case::a_read_without_le("00B08A00", "READ BINARY auth-certificate, no Le from 0 ")]
#[case::a_record("00B2020C 00", "READ RECORD sign-certificate, record 2 ")]
#[case::a_key_by_short_identifier("0020009B 06 5A5A5A5A5A5A", "VERIFY sign-pin, 6 bytes ")]
#[case::a_query("0020009B", "VERIFY sign-pin, query ")]
#[case::a_query_with_a_fifth_byte("0020009B 00", "VERIFY sign-pin, query with Le ")]
#[case::a_short_identifier_of_no_file("0020009D", "VERIFY file by short identifier 1D, query ")]
#[case::no_reference("00200000 01 AA", "VERIFY with P2 00, 1 byte ")]
#[case::another_p1_of_verify("00200198 01 AA", "VERIFY auth-pin, with P1 01, 1 byte ")]
#[case::a_change("00240198 04 39393939", "CHANGE REFERENCE DATA auth-pin, 4 bytes ")]
#[case::a_change_of_the_old_form("80320098 04 39393939", "CHANGE KEY auth-pin, 4 bytes ")]
#[case::a_signature("802A0297 01 AA 00", "COMPUTE DIGITAL SIGNATURE auth-key, 1 byte, SHA-256 ")]
#[case::a_signature_in_the_other_class(
    "002A0097 01 AA 00",
    "COMPUTE DIGITAL SIGNATURE auth-key, 1 byte, padded as it is "
)]
#[case::without_a_default_key(
    "802A0000 01 AA 00",
    "COMPUTE DIGITAL SIGNATURE default key, 1 byte, padded as it is "
)]
#[case::random_numbers("00840000 08", "GET CHALLENGE, 8 bytes ")]
#[case::a_data_object("00CA00F2 00", "GET DATA expiry of the card ")]
#[case::an_unknown_data_object("00CADF30 05", "GET DATA DF 30 ")]
#[case::a_terminal_certificate("80A206C1 01 AA", "TERMINAL CERTIFICATE, 1 byte ")]
#[case::an_unknown_command("80F20000 02 4F00 00", "unknown command 80 F2, 2 bytes ")]
#[case::a_known_one_in_the_other_plain_class("80B00000 00", "unknown command 80 B0 ")]
#[case::chained("10200098 04 39393939", "VERIFY in class 10, command chaining, 4 bytes ")]
#[case::on_a_channel("01200098 04 39393939", "VERIFY in class 01, logical channel, 4 bytes ")]
#[case::secured("08200098 04 39393939", "secured VERIFY, 4 bytes ")]
#[case::malformed("00200098 05 39393939", "VERIFY, malformed ")]
#[case::unknown_and_malformed("80F20000 02 4F", "unknown command 80 F2, malformed ")]
#[case::half_a_header("00A404", "no command, 3 bytes ")]
#[case::nothing("", "no command, 0 bytes ")]
fn a_command_is_told_in_words(#[case] command: &str, #[case] words: &str) {
    let mut desk = Desk::new(standard());
    desk.send_all(&[JPKI, command]);
    assert!(desk.last().starts_with(words), "{}", desk.last());
}

#[rstest]
#[case::verify("00200098 04 39393939", "00 20 00 98 04 ····")]
#[case::verify_with_le("00200098 04 39393939 00", "00 20 00 98 04 ····")]
#[case::verify_short_by_one_with_the_rest_as_le("00200098 03 393939 39", "00 20 00 98 03 ····")]
#[case::extended_verify("00200098 000004 39393939", "00 20 00 98 00 00 04 ····")]
#[case::malformed_verify("00200098 05 39393939", "00 20 00 98 ····")]
#[case::verify_without_lc("00200098 39393939", "00 20 00 98 ····")]
#[case::a_digit_as_le("00200098 39", "00 20 00 98 ····")]
#[case::change("00240198 04 39393939", "00 24 01 98 04 ····")]
#[case::change_key("8032009C 04 39393939", "80 32 00 9C 04 ····")]
#[case::verify_in_another_class("84200098 04 39393939", "84 20 00 98 04 ····")]
#[case::an_unknown_command("80F20000 02 4F00 00", "80 F2 00 00 02 ···· 00")]
#[case::unblock_of_another_card("002C0098 04 39393939", "00 2C 00 98 04 ····")]
#[case::query("00200098", "00 20 00 98")]
#[case::session_key("80AE0000 02 AABB", "80 AE 00 00 02 ····")]
#[case::a_message_that_the_card_hashes("802A0397 05 48656C6C6F 00", "80 2A 03 97 05 ···· 00")]
#[case::a_hash("802A0097 03 AABBCC 00", "80 2A 00 97 03 AA BB CC 00")]
#[case::a_long_input(
    "802A0097 14 000102030405060708090A0B0C0D0E0F10111213 00",
    "80 2A 00 97 14 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F … (20 bytes) 00"
)]
fn a_command_is_shown_without_its_secrets(#[case] command: &str, #[case] shown: &str) {
    let mut desk = Desk::new(standard());
    desk.send_all(&[JPKI, command]);
    let last = desk.last();
    assert!(last.contains(&format!("  {shown} ")), "{last}");
}

#[test]
fn a_command_with_the_value_of_a_key_where_none_belongs_is_hidden_altogether() {
    let mut desk = Desk::new(standard());
    for strange in
        ["31323334", "00A4040C 05 3132333435", "80F20000 04 31323334", "00313233 34", "00203132 3334"]
    {
        desk.send_all(&[JPKI, strange]);
        let last = desk.last();
        let hidden_data = strange.starts_with("80F2");
        assert!(last.starts_with("hidden: ") != hidden_data, "{last}");
        assert!(!last.contains("31 32"), "{last}");
    }
}

#[rstest]
#[case::a_free_file("00B08800 00", "->  8F 8F 00 90 00  success")]
#[case::a_certificate_is_shortened("00B08A00 00", "… (256 bytes) 90 00  success")]
#[case::a_file_that_needs_a_pin("00B08100 04", "->  (4 bytes) 90 00  success")]
#[case::a_refusal("00B09700 04", "->  69 81  command conflicts with the file structure")]
#[case::tries_left("0020009B 06 5A5A5A5A5A5A", "->  63 C4  4 tries left")]
#[case::a_signature("802A009A 01 AA 00", "… (256 bytes) 90 00  success")]
fn an_answer_is_shown_when_anybody_may_have_it(#[case] command: &str, #[case] shown: &str) {
    let mut desk = Desk::new(standard());
    desk.send_all(&[JPKI, "0020009B 06 414243313233", command]);
    assert!(desk.last().ends_with(shown), "{}", desk.last());
}

#[test]
fn one_try_is_told_in_the_singular() {
    let mut desk = Desk::new(standard());
    desk.send_all(&[JPKI, "00200098 04 39393939", "00200098 04 39393939"]);
    assert!(desk.last().ends_with("63 C1  1 try left"), "{}", desk.last());
    desk.send_all(&["00200098 04 39393939"]);
    assert!(desk.last().ends_with("63 C0  no tries left"), "{}", desk.last());
}

#[test]
fn the_key_that_signs_by_default_is_named() {
    let mut desk = Desk::new(standard());
    desk.send_all(&[TEXT, "802A0000 01 AA 00"]);
    assert!(
        desk.last().starts_with("COMPUTE DIGITAL SIGNATURE text-signing-key (default), 1 byte"),
        "{}",
        desk.last()
    );
}

/// What happened between SELECT and READ, and what the reading is called afterwards.
#[rstest]
#[case::nothing(&[], "READ BINARY certificate-availability,")]
#[case::a_refused_select(&["00A4020C 02 001D", "00A4040C 05 A000000001"], "READ BINARY certificate-availability,")]
#[case::another_file(&["00A4020C 02 000A"], "READ BINARY auth-certificate,")]
#[case::a_read_by_short_identifier(&["00B08A00 01"], "READ BINARY auth-certificate,")]
#[case::a_read_of_no_file_by_short_identifier(&["00B09D00 01"], "READ BINARY certificate-availability,")]
#[case::a_refused_read_by_short_identifier(&["00B08100 01"], "READ BINARY unknown file,")]
#[case::a_key_by_short_identifier(&["00200098"], "READ BINARY certificate-availability,")]
#[case::the_application_again(&[JPKI], "READ BINARY no file,")]
#[case::a_malformed_command(&["00A4020C 03 000A"], "READ BINARY certificate-availability,")]
fn reading_the_current_file_is_told_by_its_name(#[case] between: &[&str], #[case] words: &str) {
    let mut desk = Desk::new(standard());
    desk.send_all(&[JPKI, "00A4020C 02 0008"]).send_all(between).send_all(&["00B00000 01"]);
    assert!(desk.last().starts_with(words), "{}", desk.last());
}

/// An event between SELECT and READ, and what the reading is called afterwards.
#[rstest]
#[case::power(Event::PowerOn, "READ BINARY no file,")]
#[case::reset(Event::Reset, "READ BINARY no file,")]
#[case::no_power(Event::PowerOff, "READ BINARY unknown file,")]
#[case::another_card(Event::Inserted("locked"), "READ BINARY unknown file,")]
#[case::a_removal(Event::Removed, "READ BINARY unknown file,")]
#[case::a_tear(Event::Torn, "READ BINARY unknown file,")]
#[case::a_lost_answer(Event::Exchange { command: &[0, 0xA4, 2, 0x0C, 2, 0, 0x0A], answer: None }, "READ BINARY unknown file,")]
#[case::half_an_answer(Event::Exchange { command: &[0, 0xA4, 2, 0x0C, 2, 0, 0x0A], answer: Some(&[0x90]) }, "READ BINARY unknown file,")]
#[case::a_query_of_the_control_socket(Event::Control("status"), "READ BINARY certificate-availability,")]
#[case::a_refused_request(
    Event::Control("refused: no key is called so"),
    "READ BINARY certificate-availability,"
)]
#[case::a_fresh_card(Event::Control("fresh"), "READ BINARY unknown file,")]
#[case::a_request_that_is_not_known(Event::Control("shake"), "READ BINARY unknown file,")]
fn an_event_between_select_and_read_is_taken_in(#[case] event: Event<'_>, #[case] words: &str) {
    let mut desk = Desk::new(standard());
    desk.send_all(&[JPKI, "00A4020C 02 0008"]);
    desk.happens(event);
    desk.send_all(&["00B00000 01"]);
    assert!(desk.last().starts_with(words), "{}", desk.last());
}

#[test]
fn a_card_whose_warm_reset_keeps_everything_is_followed_over_it() {
    let mut desk = Desk::new(standard_with(|knobs| knobs.warm_reset = KeepsOrClears::Keeps));
    desk.send_all(&[JPKI, "00A4020C 02 0008"]);
    desk.reset(jpki_apdu::Reset::Warm);
    desk.send_all(&["00B00000 01"]);
    assert!(desk.last().starts_with("READ BINARY certificate-availability,"), "{}", desk.last());
}

/// Ways to the 個人番号 after which the onlooker cannot know, or must know well, what is read.
#[rstest]
#[case::in_plain_sight(&[TEXT, TEXT_PIN, "00A4020C 02 0001", "00B00000 00"])]
#[case::by_short_identifier(&[TEXT, TEXT_PIN, "00B08100 00"])]
#[case::by_a_name_that_several_share(&["00A4040C 05 D392100031", TEXT_PIN, "00A4020C 02 0001", "00B00000 00"])]
#[case::by_a_shared_name_and_short_identifier(&["00A4040C 08 D392100031000101", TEXT_PIN, "00B08100 00"])]
fn the_number_of_the_holder_is_never_written(#[case] way: &[&str]) {
    let mut desk = Desk::new(standard());
    desk.send_all(way);
    assert!(desk.last().ends_with("(17 bytes) 90 00  success"), "{}", desk.last());
    assert!(!desk.written().contains(MY_NUMBER), "{}", desk.written());
}

#[test]
fn a_name_that_several_share_names_no_file() {
    let mut desk = Desk::new(standard());
    desk.send_all(&["00A4040C 05 D392100031", "00A4020C 02 0001"]);
    assert!(desk.last().starts_with("SELECT file 00 01 "), "{}", desk.last());
}

#[test]
fn a_shared_name_is_settled_by_the_file_control_information() {
    let mut desk = Desk::new(standard());
    desk.send_all(&["00A40400 05 D392100031 00", "00A4020C 02 0001"]);
    assert!(desk.last().starts_with("SELECT my-number "), "{}", desk.last());
}

#[test]
fn a_line_stays_one_line_whatever_a_card_is_called() {
    let mut desk = Desk::new(standard());
    desk.happens(Event::Inserted("a\nb\u{1b}[2J"));
    assert_eq!(desk.last(), "card a\u{FFFD}b\u{FFFD}[2J inserted");
}

//! One whole session with the standard card, as bytes: whatever changes in them shows here.

use jpki_virtual_card::personalise::embedded;
use jpki_virtual_card::{Card, ResponseBuffer};
use std::fmt::Write;
use std::sync::Arc;

/// What is done, and the command that does it.
const SESSION: &[(&str, &str)] = &[
    ("the first thing clients send", "00A40000"),
    ("a foreign application", "00A40400 06 A00000000101"),
    ("municipality code, at MF level", "00CA00F0 00"),
    ("a large object with a short Le", "00CA00F8 00"),
    ("the answer to reset", "00CA5F51 00"),
    ("SELECT the JPKI application, with a template", "00A40400 0A D392F000260100000001 00"),
    ("which kind of card", "00B08600 20"),
    ("which certificates", "00B08800 00"),
    ("an object of the MF level", "00CA00F0 00"),
    ("header of the authentication certificate", "00B08A00 04"),
    ("the signature certificate, too early", "00B08100 04"),
    ("the file of the authentication PIN", "00A4020C 02 0018"),
    ("the query", "00200080"),
    ("a query with a fifth byte", "00200080 00"),
    ("a wrong PIN", "00200080 04 39393939"),
    ("a signature, too early", "802A0097 01 AA 00"),
    ("the right PIN", "00200080 04 31323334"),
    ("the query afterwards", "00200080"),
    ("the same application again", "00A4040C 0A D392F000260100000001"),
    ("its private key", "00A4020C 02 0017"),
    ("reading the key", "00B00000 00"),
    ("a signature", "802A0080 01 AA 00"),
    ("a signature of the bare hash", "802A0180 01 AA 00"),
    ("the signature password by short identifier", "0020009B 06 414243313233"),
    ("the signature certificate", "00B08100 04"),
    ("a new PIN of three digits", "00240198 03 393939"),
    ("a new PIN", "00240198 04 39393939"),
    ("the old PIN", "00200098 04 31323334"),
    ("a terminal certificate", "80A20000"),
    ("the text application", "00A4040C 0A D3921000310001010408"),
    ("its key that was delivered blocked", "00200092 04 30303030"),
    ("a session key without the PIN", "80AE0000"),
    ("its basic information", "00B08500 09"),
    ("its own signing key", "802A0000 01 AA 00"),
    ("the common application", "00A4040C 0A D3921000310001010100"),
    ("the card record", "00B2010C 00"),
    ("a second record", "00B2020C 00"),
    ("the card authenticates", "00880099 08 0102030405060708 00"),
    ("a session key where there is none", "80AE0000"),
    ("random numbers", "00840000 08"),
    ("random numbers, extended", "00840000 000008"),
    ("the issuer security domain", "00A4040C 07 A0000001510000"),
    ("another logical channel", "01A4040C"),
    ("command chaining", "10A4040C"),
    ("secure messaging without a session", "08A4040C"),
    ("an unknown instruction", "00CB3FFF 03 5C017E 08"),
    ("half a command", "00A404"),
];

/// Bytes of an answer that are shown before it is cut off.
const SHOWN: usize = 24;

#[test]
fn one_whole_session_with_the_standard_card() {
    let image = embedded("standard", jiff::civil::date(2026, 11, 22)).expect("the standard card");
    let mut card = Card::new(Arc::new(image)).expect("the standard card is possible");
    let mut buffer = ResponseBuffer::new();
    let mut transcript = String::new();
    for (what, command) in SESSION {
        let bytes = hex::decode(command.replace(' ', "")).expect("hex");
        let answer = card.exchange(&bytes, &mut buffer).expect("nobody destroys it");
        let (data, word) = answer.split_at(answer.len() - 2);
        writeln!(transcript, "# {what}\n> {}\n< {}{}", masked(command), shown(data), hex::encode_upper(word))
            .expect("a string takes everything");
    }
    insta::assert_snapshot!(transcript);
}

/// The command, without the value that VERIFY or CHANGE carries.
fn masked(command: &str) -> String {
    match command.split_once(' ') {
        Some((header, _)) if header.starts_with("0020") || header.starts_with("0024") => {
            format!("{header} ····")
        }
        _ => command.to_string(),
    }
}

/// The data and a space, the long ones cut off.
fn shown(data: &[u8]) -> String {
    match data.get(..SHOWN) {
        _ if data.is_empty() => String::new(),
        Some(start) if data.len() > SHOWN => format!("{}… ({} bytes) ", hex::encode_upper(start), data.len()),
        _ => hex::encode_upper(data) + " ",
    }
}

//! READ BINARY (`00 B0`), notes on the card's interface, 2.2.

use super::chip::File;
use super::response::Reply;
use super::{Card, Outcome};
use jpki_apdu::{Command, StatusWord};

impl Card {
    #[inline]
    pub(super) fn read_binary(&mut self, command: &Command<'_>, reply: &mut Reply<'_>) -> Outcome {
        let (Some(le), []) = (command.le, command.data) else {
            return Err(StatusWord::WRONG_LENGTH);
        };
        let (chip, session) = (&*self.chip, &mut self.session);
        let (file, offset) = if command.p1 & 0x80 == 0 {
            let offset = usize::from(u16::from_be_bytes([command.p1, command.p2]));
            (session.current_file(chip).ok_or(StatusWord::NO_CURRENT_FILE)?, offset)
        } else {
            let sfi = short_identifier(command.p1)?;
            let file = session.file_at(chip, sfi).ok_or(StatusWord::NOT_FOUND)?;
            session.enter_file(sfi);
            (file, usize::from(command.p2))
        };
        let (bytes, read) = match file {
            File::Transparent { bytes, read } => (bytes, *read),
            File::Opaque { internal: false } => return Err(StatusWord::SECURITY_NOT_SATISFIED),
            _ => return Err(StatusWord::CONFLICTS_WITH_FILE),
        };
        if !read.is_met_by(session.verified) {
            return Err(StatusWord::SECURITY_NOT_SATISFIED);
        }
        let rest = match bytes.get(offset..) {
            Some(rest) if !rest.is_empty() => rest,
            _ => return Ok(chip.answers.read_past_end),
        };
        match rest.get(..le as usize) {
            Some(asked) => {
                reply.push(asked);
                Ok(StatusWord::SUCCESS)
            }
            None => {
                reply.push(rest);
                Ok(chip.answers.short_read)
            }
        }
    }
}

/// P1 = 80 + short identifier; 0 names no file.
fn short_identifier(p1: u8) -> Result<u8, StatusWord> {
    match p1 {
        0x81..=0x9F => Ok(p1 & 0x1F),
        _ => Err(StatusWord::INCORRECT_P1P2),
    }
}

#[cfg(test)]
mod tests {
    use crate::card::testing::*;
    use rstest::rstest;

    #[rstest]
    #[case::from_the_beginning("00B00000 03", "000102 9000")]
    #[case::from_an_offset("00B000FF 02", "0405 9000")]
    #[case::le_00_is_256("00B00000 00", "(256)9000")]
    #[case::a_block_that_runs_past_the_end("00B00100 00", "(44)9000")]
    #[case::the_last_byte("00B0012B 01", "30 9000")]
    #[case::the_end("00B0012C 01", "6B00")]
    #[case::the_last_offset("00B07FFF 00", "6B00")]
    #[case::an_extended_le_brings_the_whole_file("00B00000 000000", "(300)9000")]
    #[case::an_extended_le_is_kept("00B00000 000101", "(257)9000")]
    #[case::without_le("00B00000", "6700")]
    #[case::with_data("00B00000 01 AA 00", "6700")]
    #[case::by_short_identifier("00B08801 00", "0102 9000")]
    #[case::short_identifier_0("00B08000 00", "6A86")]
    #[case::short_identifier_0_with_a_bit_that_means_nothing("00B0A000 00", "6A86")]
    #[case::a_short_identifier_with_a_bit_that_means_nothing("00B0C800 00", "6A86")]
    #[case::short_identifier_1f("00B09F00 00", "6A82")]
    #[case::a_short_identifier_of_no_file("00B09D00 00", "6A82")]
    #[case::a_protected_file("00B08100 01", "6982")]
    #[case::a_protected_file_past_its_end("00B081FF 01", "6982")]
    #[case::a_file_that_nothing_opens("00B08900 01", "6982")]
    #[case::a_pin("00B09800 01", "6981")]
    #[case::a_private_key("00B09700 01", "6981")]
    #[case::another_key("00B09600 01", "6981")]
    fn read_binary_answers_in_file_000a(#[case] command: &str, #[case] answer: &str) {
        Conversation::new().expect(&[(SELECT_JPKI, "9000"), ("00A4020C02 000A", "9000"), (command, answer)]);
    }

    #[rstest]
    #[case::outside_the_applications(&[("00B00000 00", "6986"), ("00B08A00 00", "6A82")])]
    #[case::before_a_file_is_selected(&[(SELECT_JPKI, "9000"), ("00B00000 00", "6986")])]
    #[case::a_record_file(&[(SELECT_COMMON, "9000"), ("00B08100 00", "6981")])]
    #[case::a_short_identifier_selects(&[(SELECT_JPKI, "9000"), ("00B08800 00", "000102 9000"),
        ("00B00001 00", "0102 9000")])]
    #[case::a_short_identifier_selects_even_when_the_read_is_refused(&[(SELECT_JPKI, "9000"),
        ("00B08800 00", "000102 9000"), ("00B08100 01", "6982"), ("00B00000 01", "6982")])]
    #[case::a_verified_key_opens(&[(SELECT_JPKI, "9000"), (VERIFY_SIGN_PIN, "9000"), ("00B08100 03", "000102 9000")])]
    #[case::another_verified_key_does_not(&[(SELECT_JPKI, "9000"), (VERIFY_AUTH_PIN, "9000"), ("00B08100 03", "6982")])]
    #[case::either_of_two_keys_opens(&[(SELECT_TEXT, "9000"), ("002000940C 313233343536373839303138", "9000"),
        ("00B08100 11", "(17)9000"), ("00B08200 00", "6982")])]
    fn read_binary_answers(#[case] script: &[(&str, &str)]) {
        Conversation::new().expect(script);
    }

    #[rstest]
    #[case("6282", "6282")]
    #[case("9000", "9000")]
    fn the_word_past_the_end_is_a_matter_of_the_profile(#[case] word: &str, #[case] answer: &str) {
        Conversation::with(|knobs| knobs.read_past_end = word.into()).expect(&[
            (SELECT_JPKI, "9000"),
            ("00B08803 00", answer),
            ("00B08802 00", "02 9000"),
        ]);
    }

    #[test]
    fn the_word_of_a_short_read_is_a_matter_of_the_profile() {
        Conversation::with(|knobs| knobs.short_read = "6282".into()).expect(&[
            (SELECT_JPKI, "9000"),
            ("00B08800 04", "000102 6282"),
            ("00B08800 03", "000102 9000"),
        ]);
    }
}

//! READ RECORD (`00 B2`), notes on the card's interface, 2.3.

use super::chip::File;
use super::response::Reply;
use super::{Card, Outcome};
use jpki_apdu::{Command, StatusWord};

/// Low bits of P2: the record that P1 numbers.
const THIS_RECORD: u8 = 4;

/// Low bits of P2: that record and all that follow.
const FROM_THIS_RECORD: u8 = 5;

impl Card {
    pub(super) fn read_record(&mut self, command: &Command<'_>, reply: &mut Reply<'_>) -> Outcome {
        let (Some(le), []) = (command.le, command.data) else {
            return Err(StatusWord::WRONG_LENGTH);
        };
        match command.p2 & 0x07 {
            THIS_RECORD => {}
            FROM_THIS_RECORD => return Err(StatusWord::FUNCTION_NOT_SUPPORTED),
            _ => return Err(StatusWord::INCORRECT_P1P2),
        }
        let (chip, session) = (&*self.chip, &mut self.session);
        let file = match command.p2 >> 3 {
            0 => session.current_file(chip).ok_or(StatusWord::NO_CURRENT_FILE)?,
            sfi => {
                let file = session.file_at(chip, sfi).ok_or(StatusWord::NOT_FOUND)?;
                session.enter_file(sfi);
                file
            }
        };
        let (records, read) = match file {
            File::Records { records, read } => (records, *read),
            File::Opaque { internal: false } => return Err(StatusWord::SECURITY_NOT_SATISFIED),
            _ => return Err(StatusWord::CONFLICTS_WITH_FILE),
        };
        // Record 0 is the one read last.
        let number = if command.p1 == 0 { session.record } else { command.p1 };
        let index = usize::from(number).checked_sub(1).ok_or(StatusWord::RECORD_NOT_FOUND)?;
        let record = records.get(index).ok_or(StatusWord::RECORD_NOT_FOUND)?;
        if !read.is_met_by(session.verified) {
            return Err(StatusWord::SECURITY_NOT_SATISFIED);
        }
        session.record = number;
        reply.push(&record[..record.len().min(le as usize)]);
        Ok(StatusWord::SUCCESS)
    }
}

#[cfg(test)]
mod tests {
    use crate::card::testing::*;
    use rstest::rstest;

    #[rstest]
    #[case::by_short_identifier(&[("00B2010C 00", "(30)9000")])]
    #[case::of_the_current_file(&[("00A4020C02 0001", "9000"), ("00B20204 00", "0200 9000")])]
    #[case::no_current_file(&[("00B20104 00", "6986")])]
    #[case::a_short_identifier_of_no_file(&[("00B20114 00", "6A82")])]
    #[case::short_identifier_1f(&[("00B201FC 00", "6A82")])]
    #[case::past_the_last_record(&[("00B2030C 00", "6A83")])]
    #[case::the_record_of_highest_number(&[("00B2FF0C 00", "6A83")])]
    #[case::record_0_needs_a_pointer(&[("00A4020C02 0001", "9000"), ("00B20004 00", "6A83"),
        ("00B20204 00", "0200 9000"), ("00B20004 00", "0200 9000")])]
    #[case::a_short_identifier_forgets_the_pointer(&[("00B2020C 00", "0200 9000"), ("00B2000C 00", "6A83")])]
    #[case::selecting_forgets_the_pointer(&[("00B2020C 00", "0200 9000"), ("00A4020C02 0001", "9000"),
        ("00B20004 00", "6A83")])]
    #[case::a_record_that_is_not_there_keeps_the_pointer(&[("00B2020C 00", "0200 9000"), ("00B20904 00", "6A83"),
        ("00B20004 00", "0200 9000")])]
    #[case::several_records_at_once(&[("00B2010D 00", "6A81")])]
    #[case::another_mode(&[("00B2010A 00", "6A86")])]
    #[case::a_short_le_cuts_the_record_off(&[("00B2010C 03", "011C34 9000")])]
    #[case::without_le(&[("00B2010C", "6700")])]
    #[case::a_key_file(&[("00B201E4 00", "6981")])]
    fn read_record_answers(#[case] script: &[(&str, &str)]) {
        Conversation::new().expect(&[(SELECT_COMMON, "9000")]).expect(script);
    }

    #[test]
    fn a_transparent_file_has_no_records() {
        Conversation::new().expect(&[
            (SELECT_JPKI, "9000"),
            ("00B20144 00", "6981"),
            ("00B2014C 00", "6982"),
        ]);
    }
}

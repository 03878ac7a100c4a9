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

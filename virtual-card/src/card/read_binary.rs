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

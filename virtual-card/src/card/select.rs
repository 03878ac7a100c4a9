//! SELECT (`00 A4`), notes on the card's interface, 2.1.

use super::chip::short_identifier;
use super::response::Reply;
use super::security::Verified;
use super::{Card, Outcome};
use jpki_apdu::{Command, StatusWord};

/// Name of the GlobalPlatform issuer security domain.
const ISSUER: &[u8] = &[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];

/// Identifier of the master file that ISO/IEC 7816-4 knows and this card does not.
const SHORTEST_NAME: usize = 5;

/// P2: the card answers its file control information.
const WITH_FCI: u8 = 0x00;

/// P2: the card answers a status word only.
const WITHOUT_FCI: u8 = 0x0C;

impl Card {
    pub(super) fn select(&mut self, command: &Command<'_>, reply: &mut Reply<'_>) -> Outcome {
        match (command.p1, command.p2) {
            (0x00, WITH_FCI | WITHOUT_FCI) => self.select_master_file(command.data),
            (0x02, WITHOUT_FCI) => self.select_file(command.data),
            (0x04, WITH_FCI | WITHOUT_FCI) => self.select_application(command, reply),
            _ => Err(StatusWord::INCORRECT_P1P2),
        }
    }

    /// There is no master file: by id it is not found; without one, `6A86` while the issuer security domain
    /// is current, and `9000` without any effect inside an application.
    fn select_master_file(&self, id: &[u8]) -> Outcome {
        match (id, self.session.application) {
            ([], None) => Err(StatusWord::INCORRECT_P1P2),
            ([], Some(_)) => Ok(StatusWord::SUCCESS),
            ([_, _], _) => Err(StatusWord::NOT_FOUND),
            _ => Err(StatusWord::WRONG_LENGTH),
        }
    }

    /// Any file that is there can be selected: access is checked when it is used.
    fn select_file(&mut self, id: &[u8]) -> Outcome {
        let &[hi, lo] = id else {
            return Err(StatusWord::WRONG_LENGTH);
        };
        let sfi = short_identifier(u16::from_be_bytes([hi, lo])).ok_or(StatusWord::NOT_FOUND)?;
        self.session.file_at(&self.chip, sfi).ok_or(StatusWord::NOT_FOUND)?;
        self.session.enter_file(sfi);
        Ok(StatusWord::SUCCESS)
    }

    fn select_application(&mut self, command: &Command<'_>, reply: &mut Reply<'_>) -> Outcome {
        let chosen = self.find_application(command.data)?;
        let same = chosen.is_some() && chosen == self.session.application;
        if !(same && self.chip.answers.same_application_select_keeps) {
            self.session.verified = Verified::NOBODY;
        }
        self.session.application = chosen;
        self.session.leave_file();
        if command.p2 == WITH_FCI
            && self.chip.answers.fci
            && let Some(le) = command.le
        {
            let name = self.session.application(&self.chip).map_or(ISSUER, |application| &application.name);
            write_fci(reply, name);
            reply.truncate(le as usize);
        }
        Ok(StatusWord::SUCCESS)
    }

    /// The first application whose name starts so, the issuer security domain (`None`) before all others;
    /// no name at all also stands for the issuer security domain.
    fn find_application(&self, name: &[u8]) -> Result<Option<u8>, StatusWord> {
        if name.is_empty() {
            return Ok(None);
        }
        if name.len() < SHORTEST_NAME {
            return Err(StatusWord::NOT_FOUND);
        }
        if ISSUER.starts_with(name) {
            return Ok(None);
        }
        let found = self.chip.applications.iter().position(|application| application.name.starts_with(name));
        found.map(|index| Some(index as u8)).ok_or(StatusWord::NOT_FOUND)
    }
}

/// `6F { 84 name, A5 }`: the least that ISO/IEC 7816-4 allows.
fn write_fci(reply: &mut Reply<'_>, name: &[u8]) {
    let len = name.len() as u8;
    reply.push(&[0x6F, len + 4, 0x84, len]);
    reply.push(name);
    reply.push(&[0xA5, 0x00]);
}

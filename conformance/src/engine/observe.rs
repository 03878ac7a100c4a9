//! What the harness learns from a command and its answer: what is selected now, how many tries are left,
//! whether the answer is personal.

use super::session::Session;
use super::transcript::Privacy;
use crate::scenario::{FileKind, FileName};
use jpki_apdu::{Command, StatusWord};

impl<'a> Session<'a> {
    /// Whether anybody may read what this command answers; personal until shown otherwise.
    pub(super) fn privacy(&self, bytes: &[u8]) -> Privacy {
        /// Card recognition data, key identifiers, card-verifiable certificates and the answer to reset.
        const PUBLIC_OBJECTS: [u16; 5] = [0x0066, 0x00F7, 0x00F8, 0x7F21, 0x5F51];
        let Ok(command) = Command::parse(bytes) else { return Privacy::Personal };
        let public = match command.ins {
            0xA4 | 0x84 | 0x2A | 0x88 => true,
            0xCA => PUBLIC_OBJECTS.contains(&u16::from_be_bytes([command.p1, command.p2])),
            0xB0 => {
                let number =
                    if command.p1 & 0x80 == 0 { self.file } else { Some(u16::from(command.p1 & 0x1F)) };
                number
                    .and_then(|number| self.by_number(number))
                    .is_some_and(|file| file.kind == FileKind::Transparent && file.opens_with.is_empty())
            }
            _ => false,
        };
        if public { Privacy::Public } else { Privacy::Personal }
    }

    /// The file of the current application with this identifier; short identifiers are their low five bits,
    /// and every identifier of this card is one.
    fn by_number(&self, number: u16) -> Option<&'a FileName> {
        let application = self.names().application(self.application.as_deref()?)?;
        application.files.iter().find(|file| file.id == number)
    }

    /// The key that P2 of VERIFY or CHANGE names.
    fn key_named_by(&self, p2: u8) -> Option<&'a FileName> {
        let number = if p2 & 0x1F == 0 { self.file? } else { u16::from(p2 & 0x1F) };
        self.by_number(number).filter(|file| file.kind == FileKind::Pin)
    }

    /// Learns what a command did.
    pub(super) fn observe(&mut self, command: &Command<'_>, status: StatusWord) {
        let done = status == StatusWord::SUCCESS;
        match (command.cla, command.ins, command.p1) {
            (0x00, 0xA4, 0x04) if done => {
                let named = |aid: &[u8]| !command.data.is_empty() && aid.starts_with(command.data);
                let found = self.names().applications.iter().find(|a| named(&a.aid));
                self.application = found.map(|a| a.name.clone());
                self.file = None;
                let here = |key: &String| found.is_some_and(|a| a.files.iter().any(|f| f.name == *key));
                self.key = self.key.take().filter(here);
            }
            (0x00, 0xA4, 0x02) if done => {
                if let &[hi, lo] = command.data {
                    let number = u16::from_be_bytes([hi, lo]);
                    self.file = Some(number);
                    if let Some(file) = self.by_number(number).filter(|f| f.kind == FileKind::Pin) {
                        self.key = Some(file.name.clone());
                    }
                }
            }
            // Whether a refused read by short identifier selects the file is not settled.
            (0x00, 0xB0, p1) if p1 & 0x80 != 0 => self.file = done.then_some(u16::from(p1 & 0x1F)),
            (0x00, 0xB2, _) if command.p2 >> 3 != 0 => self.file = done.then_some(u16::from(command.p2 >> 3)),
            (0x00, 0x20, 0x00) => {
                let Some(key) = self.key_named_by(command.p2) else { return };
                if done && !command.data.is_empty() {
                    self.set_full(&key.name);
                } else if let Some(tries) = status.tries() {
                    self.tries.insert(key.name.clone(), tries);
                } else if matches!(status, StatusWord::KEY_BLOCKED | StatusWord::METHOD_BLOCKED) {
                    self.tries.insert(key.name.clone(), 0);
                }
            }
            (0x00, 0x24, 0x01) | (0x80, 0x32, 0x00) if done => {
                if let Some(key) = self.key_named_by(command.p2) {
                    self.set_pin(&key.name, command.data.to_vec());
                }
            }
            _ => {}
        }
    }
}

//! Instructions: which of them the card knows, each in its own class only.

use super::chip::Answers;
use jpki_apdu::StatusWord;

/// An instruction of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Instruction {
    /// `00 20`.
    Verify,
    /// `00 A4`.
    Select,
    /// `00 B0`.
    ReadBinary,
    /// `00 B2`.
    ReadRecord,
}

impl Instruction {
    /// The instruction of a class (`00` or `80`) and an instruction byte; any other is refused with `6D00`.
    #[inline]
    pub(super) fn of(cla: u8, ins: u8, _answers: &Answers) -> Result<Self, StatusWord> {
        match (cla, ins) {
            (0x00, 0xB0) => Ok(Self::ReadBinary),
            (0x00, 0x20) => Ok(Self::Verify),
            (0x00, 0xA4) => Ok(Self::Select),
            (0x00, 0xB2) => Ok(Self::ReadRecord),
            _ => Err(StatusWord::INS_NOT_SUPPORTED),
        }
    }
}

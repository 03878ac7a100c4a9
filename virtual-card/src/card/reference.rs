//! How P2 names a key file: the current one, or one by its short identifier.

use super::chip::{Chip, File};
use super::session::Session;
use jpki_apdu::StatusWord;

/// The file that a command is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// P2 = 80.
    Current,
    /// P2 = 80 + short identifier. The current file stays what it is.
    Short(u8),
}

impl Reference {
    /// Reads P2 = 80 to 9F; any other is refused with `6A86`.
    pub(super) fn read(p2: u8) -> Result<Self, StatusWord> {
        match p2 {
            0x80 => Ok(Self::Current),
            0x81..=0x9F => Ok(Self::Short(p2 & 0x1F)),
            _ => Err(StatusWord::INCORRECT_P1P2),
        }
    }

    /// The file itself: `6986` when no file is current, `6A82` when the named one is not there.
    pub(super) fn find<'c>(self, chip: &'c Chip, session: &Session) -> Result<&'c File, StatusWord> {
        match self {
            Self::Current => session.current_file(chip).ok_or(StatusWord::NO_CURRENT_FILE),
            Self::Short(sfi) => session.file_at(chip, sfi).ok_or(StatusWord::NOT_FOUND),
        }
    }
}

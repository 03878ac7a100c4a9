//! Status words: the two bytes that end every response.

use std::fmt;

/// SW1 and SW2 as one number, `0x9000` for success.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatusWord(pub u16);

impl StatusWord {
    /// Success.
    pub const SUCCESS: Self = Self(0x9000);
    /// Security environment faulty (SET SESSION KEY in the common and surface applications).
    pub const SECURITY_ENVIRONMENT: Self = Self(0x66F1);
    /// Wrong length.
    pub const WRONG_LENGTH: Self = Self(0x6700);
    /// Logical channel not provided.
    pub const CHANNEL_NOT_SUPPORTED: Self = Self(0x6881);
    /// Secure messaging not provided.
    pub const SECURE_MESSAGING_NOT_SUPPORTED: Self = Self(0x6882);
    /// Command chaining not supported.
    pub const CHAINING_NOT_SUPPORTED: Self = Self(0x6884);
    /// Command conflicts with the file structure.
    pub const CONFLICTS_WITH_FILE: Self = Self(0x6981);
    /// Security status not satisfied.
    pub const SECURITY_NOT_SATISFIED: Self = Self(0x6982);
    /// Authentication method blocked (the ISO word for a locked PIN).
    pub const METHOD_BLOCKED: Self = Self(0x6983);
    /// Referenced key blocked (the JICSAP word for a locked PIN).
    pub const KEY_BLOCKED: Self = Self(0x6984);
    /// Conditions of use not satisfied.
    pub const CONDITIONS_NOT_SATISFIED: Self = Self(0x6985);
    /// No current elementary file.
    pub const NO_CURRENT_FILE: Self = Self(0x6986);
    /// Secure-messaging objects missing.
    pub const SM_OBJECTS_MISSING: Self = Self(0x6987);
    /// Secure-messaging objects wrong.
    pub const SM_OBJECTS_WRONG: Self = Self(0x6988);
    /// No secure-messaging session.
    pub const NO_SM_SESSION: Self = Self(0x69FC);
    /// Incorrect data.
    pub const INCORRECT_DATA: Self = Self(0x6A80);
    /// Function not provided.
    pub const FUNCTION_NOT_SUPPORTED: Self = Self(0x6A81);
    /// File or application not found.
    pub const NOT_FOUND: Self = Self(0x6A82);
    /// Record not found.
    pub const RECORD_NOT_FOUND: Self = Self(0x6A83);
    /// Incorrect P1-P2.
    pub const INCORRECT_P1P2: Self = Self(0x6A86);
    /// Referenced data not found.
    pub const DATA_NOT_FOUND: Self = Self(0x6A88);
    /// Offset outside the file.
    pub const OFFSET_OUTSIDE: Self = Self(0x6B00);
    /// Instruction not supported.
    pub const INS_NOT_SUPPORTED: Self = Self(0x6D00);
    /// Class not supported.
    pub const CLA_NOT_SUPPORTED: Self = Self(0x6E00);
    /// No diagnosis.
    pub const NO_DIAGNOSIS: Self = Self(0x6F00);

    /// `63Cx`: verification failed or a query, `tries` left (15 at most).
    #[must_use]
    pub const fn tries_left(tries: u8) -> Self {
        let shown = if tries > 15 { 15 } else { tries };
        Self(0x63C0 | shown as u16)
    }

    /// The tries that a `63Cx` reports; `None` for every other word.
    #[must_use]
    pub const fn tries(self) -> Option<u8> {
        if self.0 & 0xFFF0 == 0x63C0 { Some((self.0 & 0x0F) as u8) } else { None }
    }

    /// The word as it stands on the wire.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }

    /// What it means, the tries left counted: `2 tries left`.
    #[must_use]
    pub fn in_words(self) -> String {
        match self.tries() {
            Some(0) | None => self.meaning().to_owned(),
            Some(1) => "1 try left".to_owned(),
            Some(tries) => format!("{tries} tries left"),
        }
    }

    /// What the word means on this card, for people.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self.0 {
            0x9000 => "success",
            0x6281 => "part of the data may be corrupted",
            0x6282 => "end of file reached before Le bytes",
            0x6300 => "verification failed, key without a retry limit",
            0x63C0 => "no tries left",
            sw if sw & 0xFFF0 == 0x63C0 => "tries left",
            0x6400 => "execution error",
            0x6581 => "memory failure",
            0x66F1 => "security environment faulty",
            0x6700 => "wrong length",
            0x6881 => "logical channel not provided",
            0x6882 => "secure messaging not provided",
            0x6884 => "command chaining not supported",
            0x6981 => "command conflicts with the file structure",
            0x6982 => "security status not satisfied",
            0x6983 => "authentication method blocked",
            0x6984 => "referenced key blocked",
            0x6985 => "conditions of use not satisfied",
            0x6986 => "no current elementary file",
            0x6987 => "secure-messaging objects missing",
            0x6988 => "secure-messaging objects wrong",
            0x69FC => "no secure-messaging session",
            0x6A80 => "incorrect data",
            0x6A81 => "function not provided",
            0x6A82 => "file or application not found",
            0x6A83 => "record not found",
            0x6A86 => "incorrect P1-P2",
            0x6A88 => "referenced data not found",
            0x6B00 => "offset outside the file",
            0x6D00 => "instruction not supported",
            0x6E00 => "class not supported",
            0x6F00 => "no diagnosis",
            _ => "not a word of this card",
        }
    }
}

impl From<[u8; 2]> for StatusWord {
    fn from(bytes: [u8; 2]) -> Self {
        Self(u16::from_be_bytes(bytes))
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatusWord({self})")
    }
}

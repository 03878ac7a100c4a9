//! Instructions of the card and the classes that they come in, as far as an onlooker names them.

/// An instruction that the transcript knows by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Instruction {
    ChangeKey,
    ChangeReferenceData,
    ComputeDigitalSignature,
    GetChallenge,
    GetData,
    InternalAuthenticate,
    ReadBinary,
    ReadRecord,
    Select,
    SetSessionKey,
    TerminalCertificate,
    Verify,
}

/// How a class byte goes with an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// The instruction's own class.
    Plain,
    /// Under secure messaging: nobody but the card reads the data.
    Secured,
    /// Another class; what its bits mean.
    Other(&'static str),
}

impl Instruction {
    /// The instruction of this byte, in its own class or in a variant of it: chained, secured, on a channel. The
    /// other of the two plain classes makes it another command.
    pub(super) fn of(cla: u8, ins: u8) -> Option<(Self, Class)> {
        let instruction = match ins {
            0x20 => Self::Verify,
            0x24 => Self::ChangeReferenceData,
            0x2A => Self::ComputeDigitalSignature,
            0x32 => Self::ChangeKey,
            0x84 => Self::GetChallenge,
            0x88 => Self::InternalAuthenticate,
            0xA2 => Self::TerminalCertificate,
            0xA4 => Self::Select,
            0xAE => Self::SetSessionKey,
            0xB0 => Self::ReadBinary,
            0xB2 => Self::ReadRecord,
            0xCA => Self::GetData,
            _ => return None,
        };
        instruction.class(cla).map(|class| (instruction, class))
    }

    fn class(self, cla: u8) -> Option<Class> {
        match cla {
            // Some cards sign in either class.
            0x00 | 0x80 if self == Self::ComputeDigitalSignature => Some(Class::Plain),
            0x00 => (!self.is_proprietary()).then_some(Class::Plain),
            0x80 => self.is_proprietary().then_some(Class::Plain),
            0x01..=0x03 | 0x40..=0x7F | 0x81..=0x83 => Some(Class::Other("logical channel")),
            0x04..=0x0F => Some(Class::Secured),
            0x10..=0x1F | 0x90..=0x9F => Some(Class::Other("command chaining")),
            _ => Some(Class::Other("foreign class")),
        }
    }

    /// The commands of JICSAP come in class 80.
    fn is_proprietary(self) -> bool {
        matches!(
            self,
            Self::ChangeKey | Self::ComputeDigitalSignature | Self::SetSessionKey | Self::TerminalCertificate
        )
    }

    /// It carries the value of a key, or something that might be one.
    pub(super) fn carries_a_value(self) -> bool {
        matches!(self, Self::Verify | Self::ChangeReferenceData | Self::ChangeKey)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ChangeKey => "CHANGE KEY",
            Self::ChangeReferenceData => "CHANGE REFERENCE DATA",
            Self::ComputeDigitalSignature => "COMPUTE DIGITAL SIGNATURE",
            Self::GetChallenge => "GET CHALLENGE",
            Self::GetData => "GET DATA",
            Self::InternalAuthenticate => "INTERNAL AUTHENTICATE",
            Self::ReadBinary => "READ BINARY",
            Self::ReadRecord => "READ RECORD",
            Self::Select => "SELECT",
            Self::SetSessionKey => "SET SESSION KEY",
            Self::TerminalCertificate => "TERMINAL CERTIFICATE",
            Self::Verify => "VERIFY",
        }
    }
}

//! Instructions: which of them the card knows, each in its own class only.

use super::chip::Chip;
use super::class::Class;
use super::session::Session;
use crate::image::ApplicationKind;
use jpki_apdu::StatusWord;

/// An instruction of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Instruction {
    /// `00 24`.
    ChangeReferenceData,
    /// `80 32`, the CHANGE KEY of JICSAP.
    ChangeKey,
    /// `80 2A`, and `00 2A` where the profile says so.
    ComputeDigitalSignature,
    /// `00 84`.
    GetChallenge,
    /// `00 CA`.
    GetData,
    /// `00 88`.
    InternalAuthenticate,
    /// `00 B0`.
    ReadBinary,
    /// `00 B2`.
    ReadRecord,
    /// `00 A4`.
    Select,
    /// `80 AE`.
    SetSessionKey,
    /// `80 FC`, which only a telephone understands.
    TelephoneOnly,
    /// `80 A2`, in the JPKI application only.
    TerminalCertificate,
    /// `00 20`.
    Verify,
}

impl Instruction {
    /// The instruction of a class and an instruction byte; any other is refused with `6D00`.
    #[inline]
    pub(super) fn of(class: Class, ins: u8, chip: &Chip, session: &Session) -> Result<Self, StatusWord> {
        match (class, ins) {
            (Class::Interindustry, 0xB0) => Ok(Self::ReadBinary),
            (Class::Interindustry, 0xA4) => Ok(Self::Select),
            (Class::Interindustry, 0x20) => Ok(Self::Verify),
            (Class::Interindustry, 0x24) => Ok(Self::ChangeReferenceData),
            (Class::Interindustry, 0x84) => Ok(Self::GetChallenge),
            (Class::Interindustry, 0x88) => Ok(Self::InternalAuthenticate),
            (Class::Interindustry, 0xB2) => Ok(Self::ReadRecord),
            (Class::Interindustry, 0xCA) => Ok(Self::GetData),
            (Class::Interindustry, 0x2A) if chip.answers.interindustry_sign => {
                Ok(Self::ComputeDigitalSignature)
            }
            (Class::Proprietary, 0x2A) => Ok(Self::ComputeDigitalSignature),
            (Class::Proprietary, 0x32) => Ok(Self::ChangeKey),
            (Class::Proprietary, 0xAE) if chip.answers.secure_messaging => Ok(Self::SetSessionKey),
            (Class::Proprietary, 0xA2)
                if chip.answers.terminal_certificate && session.is_in(chip, ApplicationKind::Jpki) =>
            {
                Ok(Self::TerminalCertificate)
            }
            (Class::Proprietary, 0xFC) => Ok(Self::TelephoneOnly),
            _ => Err(StatusWord::INS_NOT_SUPPORTED),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::card::testing::{Conversation, SELECT_JPKI, SELECT_TEXT};
    use rstest::rstest;

    #[rstest]
    #[case::get_data_of_odd_instruction("00CB3FFF 03 5C017E 08")]
    #[case::reset_retry_counter("002C0080")]
    #[case::manage_security_environment("00220000")]
    #[case::external_authenticate("00820000")]
    #[case::get_response("00C00000 00")]
    #[case::manage_attributes("808A0000")]
    #[case::select_in_the_proprietary_class("80A4040C")]
    #[case::read_in_the_proprietary_class("80B00000 00")]
    #[case::change_key_in_the_interindustry_class("00320080 04 31323334")]
    #[case::session_key_in_the_interindustry_class("00AE0000")]
    #[case::signature_in_the_interindustry_class("002A0080 01 AA 00")]
    #[case::whatever_the_length_fields_say("00CB0000 05 01")]
    fn an_instruction_that_the_card_does_not_know_is_refused(#[case] command: &str) {
        Conversation::new().expect(&[(command, "6D00"), (SELECT_JPKI, "9000"), (command, "6D00")]);
    }

    #[test]
    fn a_signature_in_the_interindustry_class_is_a_matter_of_the_profile() {
        Conversation::with(|knobs| knobs.interindustry_sign = true)
            .expect(&[(SELECT_TEXT, "9000"), ("002A0000 01 AA 00", "(256)9000")]);
    }

    #[test]
    fn secure_messaging_and_terminal_certificates_can_be_missing() {
        Conversation::with(|knobs| (knobs.secure_messaging, knobs.terminal_certificate) = (false, false))
            .expect(&[
                (SELECT_JPKI, "9000"),
                ("80AE0000", "6D00"),
                ("80A206C1", "6D00"),
                ("08200098", "6882"),
            ]);
    }
}

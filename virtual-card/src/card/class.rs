//! Class bytes: which of them this card speaks.

use super::answers::Answers;
use jpki_apdu::StatusWord;

/// A class that the card speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// `00`: the commands of ISO/IEC 7816-4.
    Interindustry,
    /// `80`: the commands of JICSAP.
    Proprietary,
    /// `08`: an interindustry command under secure messaging.
    Secured,
}

impl Class {
    /// Reads a class byte.
    ///
    /// Refusals, the first that applies: a logical channel other than 0 (`6881`), command chaining (`6884`),
    /// secure messaging in a form that the card does not provide (`6882`), or without the objects that it
    /// asks for (0C, `6987`); every other class `6E00`.
    #[inline]
    pub(super) fn of(cla: u8, answers: &Answers) -> Result<Self, StatusWord> {
        match cla {
            0x00 => Ok(Self::Interindustry),
            0x80 => Ok(Self::Proprietary),
            0x08 if answers.secure_messaging => Ok(Self::Secured),
            0x0C if answers.secure_messaging => Err(StatusWord::SM_OBJECTS_MISSING),
            _ => Err(Self::refusal(cla)),
        }
    }

    #[cold]
    fn refusal(cla: u8) -> StatusWord {
        match cla {
            0x40..=0x7F | 0x81..=0x83 => StatusWord::CHANNEL_NOT_SUPPORTED,
            0x00..=0x1F if cla & 0x03 != 0 => StatusWord::CHANNEL_NOT_SUPPORTED,
            0x10..=0x1F => StatusWord::CHAINING_NOT_SUPPORTED,
            0x04..=0x0F => StatusWord::SECURE_MESSAGING_NOT_SUPPORTED,
            _ => StatusWord::CLA_NOT_SUPPORTED,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Knobs;
    use rstest::rstest;

    fn answers(secure_messaging: bool) -> Answers {
        Answers::read(&Knobs { secure_messaging, ..Knobs::default() }).expect("these knobs are a card's")
    }

    #[rstest]
    #[case::the_first_logical_channel(0x01, 0x6881)]
    #[case::a_channel_is_refused_before_chaining(0x11, 0x6881)]
    #[case::a_channel_is_refused_before_secure_messaging(0x0D, 0x6881)]
    #[case::a_further_interindustry_channel(0x40, 0x6881)]
    #[case::a_proprietary_channel(0x83, 0x6881)]
    #[case::chaining(0x10, 0x6884)]
    #[case::chaining_under_secure_messaging(0x1C, 0x6884)]
    #[case::proprietary_secure_messaging(0x04, 0x6882)]
    #[case::secure_messaging_without_objects(0x0C, 0x6987)]
    #[case::proprietary_chaining(0x90, 0x6E00)]
    #[case::proprietary_secure_messaging_of_class_84(0x84, 0x6E00)]
    #[case::a_reserved_class(0x20, 0x6E00)]
    #[case::the_invalid_class(0xFF, 0x6E00)]
    fn a_class_that_the_card_does_not_speak_is_refused(#[case] cla: u8, #[case] sw: u16) {
        assert_eq!(Class::of(cla, &answers(true)), Err(StatusWord(sw)));
    }

    #[rstest]
    #[case(0x08)]
    #[case(0x0C)]
    fn a_card_without_secure_messaging_provides_none_of_its_classes(#[case] cla: u8) {
        assert_eq!(Class::of(cla, &answers(false)), Err(StatusWord::SECURE_MESSAGING_NOT_SUPPORTED));
    }

    #[test]
    fn only_three_classes_are_spoken() {
        let spoken: Vec<u8> = (0..=0xFF).filter(|&cla| Class::of(cla, &answers(true)).is_ok()).collect();
        assert_eq!(spoken, [0x00, 0x08, 0x80]);
    }
}

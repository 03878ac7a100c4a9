//! CHANGE REFERENCE DATA (`00 24 01`) and CHANGE KEY (`80 32 00`): the holder gives a key a new value.
//! Notes on the card's interface, 2.5.

use super::chip::File;
use super::reference::Reference;
use super::security::{LONGEST_VALUE, Value};
use super::{Card, Outcome};
use crate::image::Change;
use jpki_apdu::{Command, StatusWord};

/// One of the two commands that change a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ChangeCommand {
    ReferenceData,
    Key,
}

impl ChangeCommand {
    /// P1: the data field holds the new value only.
    fn p1(self) -> u8 {
        match self {
            Self::ReferenceData => 0x01,
            Self::Key => 0x00,
        }
    }

    /// Whether this is the command that changes such a key.
    fn serves(self, change: Change) -> bool {
        match change {
            Change::ReferenceDataDigits | Change::ReferenceDataPassword => self == Self::ReferenceData,
            Change::ChangeKeyDigits => self == Self::Key,
            Change::Never => false,
        }
    }
}

impl Card {
    /// The key must have been verified in this session; it stays so, and its counter is not touched.
    pub(super) fn change(&mut self, which: ChangeCommand, command: &Command<'_>) -> Outcome {
        if command.data.is_empty() || command.data.len() > LONGEST_VALUE || command.le.is_some() {
            return Err(StatusWord::WRONG_LENGTH);
        }
        if command.p1 != which.p1() {
            return Err(StatusWord::INCORRECT_P1P2);
        }
        let File::Key(key) = *Reference::read(command.p2)?.find(&self.chip, &self.session)? else {
            return Err(StatusWord::CONFLICTS_WITH_FILE);
        };
        if !self.session.verified.contains(key) {
            return Err(StatusWord::SECURITY_NOT_SATISFIED);
        }
        let change = self.chip.key(key).change;
        if !which.serves(change) {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        if !change.admits(command.data) {
            return Err(StatusWord::INCORRECT_DATA);
        }
        self.keys.get_mut(key).value = Value::new(command.data).ok_or(StatusWord::WRONG_LENGTH)?;
        Ok(StatusWord::SUCCESS)
    }
}

impl Change {
    /// Whether a value has the form that the key asks for. The rule "a letter and a digit" for the signature
    /// password is the issuer's, not the card's.
    pub(super) fn admits(self, value: &[u8]) -> bool {
        match self {
            Self::ReferenceDataDigits | Self::ChangeKeyDigits => {
                value.len() == 4 && value.iter().all(u8::is_ascii_digit)
            }
            Self::ReferenceDataPassword => {
                (6..=16).contains(&value.len())
                    && value.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            }
            Self::Never => (1..=LONGEST_VALUE).contains(&value.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::card::testing::*;
    use rstest::rstest;

    #[rstest]
    #[case::a_verified_pin(&[(SELECT_JPKI, "9000"), (VERIFY_AUTH_PIN, "9000"), ("0024019804 39393939", "9000"),
        (VERIFY_AUTH_PIN, "63C2"), ("0020009804 39393939", "9000")])]
    #[case::it_stays_verified(&[(SELECT_JPKI, "9000"), (VERIFY_AUTH_PIN, "9000"), ("0024019804 39393939", "9000"),
        ("802A0097 01 AA 00", "(256)9000")])]
    #[case::the_current_file(&[(SELECT_TEXT, "9000"), (VERIFY_TEXT_PIN, "9000"), ("00A4020C02 0011", "9000"),
        ("0024018004 39393939", "9000"), ("0020008004 39393939", "9000")])]
    #[case::the_signature_password_becomes_longer(&[(SELECT_JPKI, "9000"), (VERIFY_SIGN_PIN, "9000"),
        ("0024019B10 41424344454647484950515253545556", "9000"),
        ("0020009B10 41424344454647484950515253545556", "9000"), (VERIFY_SIGN_PIN, "63C4")])]
    #[case::letters_alone_are_the_issuers_business(&[(SELECT_JPKI, "9000"), (VERIFY_SIGN_PIN, "9000"),
        ("0024019B06 414141414141", "9000")])]
    #[case::change_key(&[(SELECT_COMMON, "9000"), ("0020009C04 31323334", "9000"), ("8032009C04 39393939", "9000"),
        ("0020009C04 39393939", "9000")])]
    #[case::without_the_old_value(&[(SELECT_JPKI, "9000"), ("0024019804 39393939", "6982")])]
    #[case::after_another_pin_only(&[(SELECT_JPKI, "9000"), (VERIFY_SIGN_PIN, "9000"), ("0024019804 39393939", "6982")])]
    #[case::old_and_new_value_in_one(&[(SELECT_JPKI, "9000"), ("0024009808 3132333439393939", "6A86")])]
    #[case::no_value(&[(SELECT_JPKI, "9000"), ("00240198", "6700")])]
    #[case::seventeen_bytes(&[(SELECT_JPKI, "9000"), ("0024019B11 4142434445464748495051525354555657", "6700")])]
    #[case::with_le(&[(SELECT_JPKI, "9000"), (VERIFY_AUTH_PIN, "9000"), ("0024019804 39393939 00", "6700")])]
    #[case::a_file_that_is_no_key(&[(SELECT_JPKI, "9000"), ("0024018804 39393939", "6981")])]
    #[case::a_key_that_is_not_there(&[(SELECT_JPKI, "9000"), ("0024019D04 39393939", "6A82")])]
    #[case::no_current_file(&[(SELECT_JPKI, "9000"), ("0024018004 39393939", "6986")])]
    #[case::a_number_that_its_holder_cannot_change(&[(SELECT_TEXT, "9000"), ("002401940C 313233343536373839303138", "6982"),
        ("002000940C 313233343536373839303138", "9000"), ("002401940C 313233343536373839303138", "6985")])]
    #[case::the_other_command_of_two(&[(SELECT_JPKI, "9000"), ("8032009804 39393939", "6982"), (VERIFY_AUTH_PIN, "9000"),
        ("8032009804 39393939", "6985"), (SELECT_COMMON, "9000"), ("0020009C04 31323334", "9000"),
        ("0024019C04 39393939", "6985")])]
    fn change_answers(#[case] script: &[(&str, &str)]) {
        Conversation::new().expect(script);
    }

    #[rstest]
    #[case::three_digits("0024019803 393939")]
    #[case::five_digits("0024019805 3939393939")]
    #[case::a_letter("0024019804 39393941")]
    #[case::five_characters("0024019B05 4142433132")]
    #[case::lower_case("0024019B06 616263313233")]
    #[case::a_sign("0024019B06 41424331322D")]
    fn a_value_of_another_form_is_refused_and_the_old_one_stays(#[case] command: &str) {
        Conversation::new().expect(&[
            (SELECT_JPKI, "9000"),
            (VERIFY_AUTH_PIN, "9000"),
            (VERIFY_SIGN_PIN, "9000"),
            (command, "6A80"),
            (VERIFY_AUTH_PIN, "9000"),
            (VERIFY_SIGN_PIN, "9000"),
        ]);
    }

    #[test]
    fn a_change_does_not_touch_the_counter_and_survives_power_and_not_the_factory() {
        let mut conversation = Conversation::new();
        conversation.expect(&[
            (SELECT_JPKI, "9000"),
            (VERIFY_AUTH_PIN, "9000"),
            ("0024019804 39393939", "9000"),
        ]);
        conversation.card.power_cycle();
        conversation.expect(&[(SELECT_JPKI, "9000"), ("00200098", "63C3"), ("0020009804 39393939", "9000")]);
        conversation.card.restore();
        conversation.expect(&[(SELECT_JPKI, "9000"), (VERIFY_AUTH_PIN, "9000")]);
    }
}

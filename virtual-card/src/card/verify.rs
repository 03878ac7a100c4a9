//! VERIFY (`00 20`), notes on the card's interface, 2.4.

use super::chip::File;
use super::reference::Reference;
use super::security::{KeyIndex, LONGEST_VALUE};
use super::{Card, Outcome};
use jpki_apdu::{Command, StatusWord};

impl Card {
    pub(super) fn verify(&mut self, command: &Command<'_>) -> Outcome {
        let query = command.data.is_empty();
        let le_is_fine = command.le.is_none() || (query && self.chip.answers.query_may_carry_le);
        if command.data.len() > LONGEST_VALUE || !le_is_fine {
            return Err(StatusWord::WRONG_LENGTH);
        }
        if command.p1 != 0x00 {
            return Err(StatusWord::INCORRECT_P1P2);
        }
        let File::Key(key) = *Reference::read(command.p2)?.find(&self.chip, &self.session)? else {
            return Err(StatusWord::CONFLICTS_WITH_FILE);
        };
        if query {
            // Also after a success: the query never tells the security status.
            return Err(StatusWord::tries_left(self.keys.get(key).tries_left));
        }
        self.compare(key, command.data)
    }

    /// Holds a value against a key, byte for byte.
    fn compare(&mut self, key: KeyIndex, shown: &[u8]) -> Outcome {
        let answers = &self.chip.answers;
        let state = self.keys.get_mut(key);
        if state.tries_left == 0 {
            return Err(answers.blocked_verify);
        }
        let value = state.value.as_bytes();
        if !answers.wrong_length_counts && shown.len() != value.len() {
            return Err(StatusWord::WRONG_LENGTH);
        }
        if shown == value {
            state.tries_left = self.chip.key(key).tries;
            self.session.verified.insert(key);
            return Ok(StatusWord::SUCCESS);
        }
        state.tries_left -= 1;
        // A locked key opens nothing, whatever was shown before.
        if state.tries_left == 0 || !answers.failed_verify_keeps {
            self.session.verified.remove(key);
        }
        Err(StatusWord::tries_left(state.tries_left))
    }
}

#[cfg(test)]
mod tests {
    use crate::card::testing::*;
    use crate::profile::{KeepsOrClears, WrongLength};
    use rstest::rstest;

    const WRONG: &str = "0020009804 30303030";
    const SIGN: &str = "802A0097 01 AA 00";

    #[rstest]
    #[case::the_right_value_of_the_current_file(&[("00A4020C02 0018", "9000"), ("0020008004 31323334", "9000")])]
    #[case::the_right_value_by_short_identifier(&[(VERIFY_AUTH_PIN, "9000"), (SIGN, "(256)9000")])]
    #[case::a_short_identifier_leaves_the_current_file(&[("00A4020C02 0008", "9000"), (VERIFY_AUTH_PIN, "9000"),
        ("00B00000 00", "000102 9000")])]
    #[case::wrong_values_count_down(&[(WRONG, "63C2"), (WRONG, "63C1"), (WRONG, "63C0"), (WRONG, "6984"),
        (VERIFY_AUTH_PIN, "6984"), ("00200098", "63C0")])]
    #[case::the_right_value_restores_all_tries(&[(WRONG, "63C2"), (WRONG, "63C1"), (VERIFY_AUTH_PIN, "9000"),
        ("00200098", "63C3")])]
    #[case::the_query_never_tells_that_a_key_is_verified(&[(VERIFY_AUTH_PIN, "9000"), ("00200098", "63C3"),
        (SIGN, "(256)9000")])]
    #[case::the_query_costs_nothing(&[("0020009B", "63C5"), ("0020009B", "63C5")])]
    #[case::the_query_with_a_fifth_byte(&[("00200098 00", "6700")])]
    #[case::keys_count_for_themselves(&[(WRONG, "63C2"), ("0020009B", "63C5")])]
    #[case::two_keys_verified_at_once(&[(VERIFY_AUTH_PIN, "9000"), (VERIFY_SIGN_PIN, "9000"), (SIGN, "(256)9000"),
        ("00B08100 01", "00 9000")])]
    #[case::a_wrong_value_ends_an_earlier_success(&[(VERIFY_AUTH_PIN, "9000"), (WRONG, "63C2"), (SIGN, "6982")])]
    #[case::a_wrong_value_leaves_other_keys_verified(&[(VERIFY_SIGN_PIN, "9000"), (WRONG, "63C2"),
        ("00B08100 01", "00 9000")])]
    #[case::lower_case_is_not_folded(&[("0020009B06 616263313233", "63C4")])]
    #[case::a_value_of_another_length_counts(&[("0020009803 313233", "63C2"), ("0020009805 3132333400", "63C1")])]
    #[case::sixteen_bytes_are_compared(&[("0020009810 31323334000000000000000000000000", "63C2")])]
    #[case::seventeen_bytes_are_not(&[("0020009811 3132333400000000000000000000000000", "6700"), ("00200098", "63C3")])]
    #[case::a_value_with_le(&[("0020009804 31323334 00", "6700"), ("00200098", "63C3")])]
    #[case::no_current_file(&[("00200080", "6986")])]
    #[case::a_file_that_is_no_key(&[("00200088", "6981"), ("00200097", "6981"), ("00200096", "6981")])]
    #[case::a_short_identifier_of_no_file(&[("0020009D", "6A82"), ("0020009F", "6A82")])]
    #[case::another_p1(&[("00200198", "6A86")])]
    #[case::another_p2(&[("00200000", "6A86"), ("00200018", "6A86"), ("002000B8", "6A86")])]
    fn verify_answers_in_the_jpki_application(#[case] script: &[(&str, &str)]) {
        Conversation::new().expect(&[(SELECT_JPKI, "9000")]).expect(script);
    }

    #[test]
    fn a_key_that_was_delivered_blocked_matches_nothing() {
        Conversation::new().expect(&[(SELECT_TEXT, "9000"), ("00200092", "63C0"), ("0020009201 00", "6984")]);
    }

    #[test]
    fn outside_the_applications_there_is_no_key() {
        Conversation::new().expect(&[("00200080", "6986"), (VERIFY_AUTH_PIN, "6A82")]);
    }

    #[test]
    fn a_key_that_locks_is_no_longer_verified_on_any_card() {
        let script = [(SELECT_JPKI, "9000"), (VERIFY_AUTH_PIN, "9000"), (WRONG, "63C2"), (SIGN, "(256)9000")];
        let last = [(WRONG, "63C1"), (WRONG, "63C0"), (SIGN, "6982")];
        Conversation::with(|knobs| knobs.failed_verify = KeepsOrClears::Keeps).expect(&script).expect(&last);
    }

    #[test]
    fn the_word_of_a_blocked_key_is_a_matter_of_the_profile() {
        Conversation::with(|knobs| knobs.blocked_verify = "6983".into()).expect(&[
            (SELECT_TEXT, "9000"),
            ("0020009201 00", "6983"),
            ("00200092", "63C0"),
        ]);
    }

    #[test]
    fn a_value_of_another_length_can_be_refused_without_a_try() {
        Conversation::with(|knobs| knobs.wrong_length_verify = WrongLength::Refused).expect(&[
            (SELECT_JPKI, "9000"),
            ("0020009803 313233", "6700"),
            ("00200098", "63C3"),
            (WRONG, "63C2"),
        ]);
    }

    #[test]
    fn the_query_with_a_fifth_byte_can_be_answered() {
        Conversation::with(|knobs| knobs.empty_verify_with_le = "63CX".into()).expect(&[
            (SELECT_JPKI, "9000"),
            ("00200098 00", "63C3"),
            ("0020009804 31323334 00", "6700"),
        ]);
    }
}

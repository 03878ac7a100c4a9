//! GET CHALLENGE (`00 84`): random bytes. Notes on the card's interface, 2.8.

use super::response::Reply;
use super::{Card, Outcome};
use jpki_apdu::{Command, StatusWord};

impl Card {
    /// Exactly Le bytes, 1 to 256, at every level of the card; the extended form is refused with `6985`.
    pub(super) fn challenge(&mut self, command: &Command<'_>, reply: &mut Reply<'_>) -> Outcome {
        let (Some(le), []) = (command.le, command.data) else {
            return Err(StatusWord::WRONG_LENGTH);
        };
        if (command.p1, command.p2) != (0, 0) {
            return Err(StatusWord::INCORRECT_P1P2);
        }
        if command.extended {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        self.random.fill(reply.extend(le as usize));
        Ok(StatusWord::SUCCESS)
    }
}

#[cfg(test)]
mod tests {
    use crate::card::testing::*;
    use rstest::rstest;

    #[rstest]
    #[case::one_byte("00840000 01", "(1)9000")]
    #[case::more_than_a_block("00840000 40", "(64)9000")]
    #[case::le_00_is_256("00840000 00", "(256)9000")]
    #[case::without_le("00840000", "6700")]
    #[case::with_data("00840000 01 AA 08", "6700")]
    #[case::another_p1("00840100 08", "6A86")]
    #[case::another_p2("00840001 08", "6A86")]
    #[case::the_extended_form("00840000 000008", "6985")]
    fn get_challenge_answers_everywhere_alike(#[case] command: &str, #[case] answer: &str) {
        Conversation::new().expect(&[(command, answer), (SELECT_COMMON, "9000"), (command, answer)]);
    }

    #[test]
    fn challenges_differ_even_across_a_reset_and_repeat_after_the_factory() {
        let mut conversation = Conversation::new();
        let first = conversation.send("00840000 10");
        conversation.card.power_cycle();
        let second = conversation.send("00840000 10");
        assert_ne!(second, first);
        conversation.card.restore();
        assert_eq!(conversation.send("00840000 10"), first);
    }
}

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

//! INTERNAL AUTHENTICATE (`00 88`): the card proves that it is the card. Notes on the card's interface, 2.7.

use super::chip::File;
use super::reference::Reference;
use super::response::Reply;
use super::sign::takes_signature_length;
use super::{Card, Outcome};
use jpki_apdu::{Command, StatusWord};

/// Longest challenge.
const LONGEST_CHALLENGE: usize = 255;

impl Card {
    /// Signs the SHA-256 of a challenge, PKCS #1 v1.5. Only the key made for it does so, and nobody has to
    /// show anything; other keys refuse: `6982` when a PIN guards them, verified or not, else `6985`.
    pub(super) fn authenticate(&self, command: &Command<'_>, reply: &mut Reply<'_>) -> Outcome {
        takes_signature_length(command)?;
        if command.data.len() > LONGEST_CHALLENGE {
            return Err(StatusWord::WRONG_LENGTH);
        }
        if command.p1 != 0x00 {
            return Err(StatusWord::INCORRECT_P1P2);
        }
        match Reference::read(command.p2)?.find(&self.chip, &self.session)? {
            File::PrivateKey { signer, authenticates: true, .. } => {
                reply.push(&signer.sign_sha256(command.data));
                Ok(StatusWord::SUCCESS)
            }
            File::PrivateKey { usage, .. } if usage.is_free() => Err(StatusWord::CONDITIONS_NOT_SATISFIED),
            File::PrivateKey { .. } => Err(StatusWord::SECURITY_NOT_SATISFIED),
            _ => Err(StatusWord::CONFLICTS_WITH_FILE),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::card::testing::*;
    use rstest::rstest;

    #[rstest]
    #[case::the_key_made_for_it(&[(SELECT_COMMON, "9000"), ("00880099 01 AA 00", "(256)9000")])]
    #[case::the_current_file(&[(SELECT_COMMON, "9000"), ("00A4020C02 0019", "9000"), ("00880080 01 AA 00", "(256)9000")])]
    #[case::a_key_behind_a_pin(&[(SELECT_JPKI, "9000"), ("00880097 01 AA 00", "6982")])]
    #[case::a_key_behind_a_pin_that_was_verified(&[(SELECT_JPKI, "9000"), (VERIFY_AUTH_PIN, "9000"),
        ("00880097 01 AA 00", "6982")])]
    #[case::a_free_key_that_signs(&[(SELECT_TEXT, "9000"), ("00880093 01 AA 00", "6985")])]
    #[case::a_file_that_is_no_private_key(&[(SELECT_COMMON, "9000"), ("00880081 01 AA 00", "6981"),
        ("0088009C 01 AA 00", "6981")])]
    #[case::a_key_that_is_not_there(&[(SELECT_COMMON, "9000"), ("00880097 01 AA 00", "6A82")])]
    #[case::no_current_file(&[("00880080 01 AA 00", "6986")])]
    #[case::no_challenge(&[(SELECT_COMMON, "9000"), ("00880099 00", "6700")])]
    #[case::no_le(&[(SELECT_COMMON, "9000"), ("00880099 01 AA", "6700")])]
    #[case::a_short_le(&[(SELECT_COMMON, "9000"), ("00880099 01 AA 80", "6700")])]
    #[case::another_p1(&[(SELECT_COMMON, "9000"), ("00880199 01 AA 00", "6A86")])]
    #[case::another_p2(&[(SELECT_COMMON, "9000"), ("00880000 01 AA 00", "6A86")])]
    fn internal_authenticate_answers(#[case] script: &[(&str, &str)]) {
        Conversation::new().expect(script);
    }

    #[rstest]
    #[case::the_longest_challenge(255, "(256)9000")]
    #[case::one_byte_too_many(256, "6700")]
    fn a_challenge_has_at_most_255_bytes(#[case] len: usize, #[case] answer: &str) {
        let command = format!("00880099 00{len:04X} {} 0000", "5A".repeat(len));
        Conversation::new().expect(&[(SELECT_COMMON, "9000"), (&command, answer)]);
    }
}

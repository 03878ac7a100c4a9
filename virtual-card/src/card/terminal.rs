//! `80 A2`: a terminal shows its card-verifiable certificate. Notes on the card's interface, 2.11.

use super::{Card, Outcome};
use jpki_apdu::{Command, StatusWord};

/// P1-P2 of the certificate's body.
const BODY: (u8, u8) = (0x06, 0xC1);

/// P1-P2 of its signature.
const SIGNATURE: (u8, u8) = (0x00, 0xC1);

impl Card {
    /// No terminal certificate exists that this card could check: both blocks are refused with `6982`.
    pub(super) fn terminal_certificate(&self, command: &Command<'_>) -> Outcome {
        match (command.p1, command.p2) {
            BODY | SIGNATURE => Err(StatusWord::SECURITY_NOT_SATISFIED),
            _ => Err(StatusWord::INCORRECT_P1P2),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::card::testing::*;
    use rstest::rstest;

    #[rstest]
    #[case::the_body(&[(SELECT_JPKI, "9000"), ("80A206C1 01 AA", "6982")])]
    #[case::the_signature(&[(SELECT_JPKI, "9000"), ("80A200C1 01 AA", "6982")])]
    #[case::other_parameters(&[(SELECT_JPKI, "9000"), ("80A20000", "6A86"), ("80A200AE", "6A86"),
        ("80A28000", "6A86"), ("80A200B6", "6A86")])]
    #[case::outside_the_jpki_application(&[("80A206C1", "6D00"), (SELECT_TEXT, "9000"), ("80A206C1", "6D00")])]
    #[case::what_only_a_telephone_understands(&[("80FC0000", "6700"), (SELECT_JPKI, "9000"), ("80FC0000", "6700")])]
    fn a_terminal_certificate_is_answered(#[case] script: &[(&str, &str)]) {
        Conversation::new().expect(script);
    }
}

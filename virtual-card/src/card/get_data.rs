//! GET DATA (`00 CA`), notes on the card's interface, 1.8 and 2.9.

use super::response::Reply;
use super::{Card, Outcome};
use jpki_apdu::{Command, StatusWord};

impl Card {
    /// An object comes whole or not at all: `6700` when Le is too short for it, never `6Cxx` or `61xx`.
    pub(super) fn get_data(&self, command: &Command<'_>, reply: &mut Reply<'_>) -> Outcome {
        let (Some(le), []) = (command.le, command.data) else {
            return Err(StatusWord::WRONG_LENGTH);
        };
        let tag = u16::from_be_bytes([command.p1, command.p2]);
        let object = self.object(tag).ok_or(StatusWord::DATA_NOT_FOUND)?;
        if object.len() > le as usize {
            return Err(StatusWord::WRONG_LENGTH);
        }
        reply.push(object);
        Ok(StatusWord::SUCCESS)
    }

    /// The value of a data object that can be asked for now: those of the issuer security domain only while
    /// no application is current.
    fn object(&self, tag: u16) -> Option<&[u8]> {
        let image = self.chip.image();
        let issuer: &[_] = if self.session.application.is_none() { &image.objects } else { &[] };
        let mut here = issuer.iter().chain(&image.common_objects);
        here.find(|(name, _)| *name == tag).map(|(_, value)| value.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use crate::card::testing::*;
    use rstest::rstest;

    #[rstest]
    #[case::an_object_of_the_issuer(&[("00CA0042 00", "(16)9000")])]
    #[case::exactly_as_long_as_le(&[("00CA0042 10", "(16)9000")])]
    #[case::longer_than_le(&[("00CA0042 0F", "6700")])]
    #[case::a_large_object_needs_the_extended_form(&[("00CA00F8 00", "6700"), ("00CA00F8 000000", "(575)9000")])]
    #[case::an_absent_object(&[("00CA7F21 00", "6A88"), ("00CADF30 05", "6A88")])]
    #[case::without_le(&[("00CA0042", "6700")])]
    #[case::with_data(&[("00CA0042 01 AA 00", "6700")])]
    #[case::not_while_an_application_is_current(&[(SELECT_JPKI, "9000"), ("00CA0042 00", "6A88"),
        ("00CA00F8 00", "6A88"), (SELECT_ISSUER, "9000"), ("00CA0042 00", "(16)9000")])]
    #[case::the_answer_to_reset_everywhere(&[("00CA5F51 00", "(8)9000"), (SELECT_JPKI, "9000"),
        ("00CA5F51 00", "(8)9000")])]
    fn get_data_answers(#[case] script: &[(&str, &str)]) {
        Conversation::new().expect(script);
    }
}

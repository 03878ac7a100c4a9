//! Secure messaging of the text application: encryption without any checksum. Notes on the card's
//! interface, 2.12.
//!
//! SET SESSION KEY (`80 AE`) hands over a seed under the key of text EF 0006; after that VERIFY, SELECT and
//! READ BINARY may come in class 08, each with exactly one data object. Whatever else comes in class 08 ends
//! the session.

mod channel;
mod oaep;

pub(super) use channel::Channel;

use super::response::Reply;
use super::{Card, Outcome};
use crate::image::ApplicationKind;
use crate::signer::SIGNATURE_LEN;
use jpki_apdu::tlv::ber::{self, LengthForm, Object, Tag};
use jpki_apdu::{Command, StatusWord};

/// Encrypted data: a padding indicator, then the cryptogram.
const CRYPTOGRAM: Tag = Tag(0x86);

/// The only padding indicator: ISO/IEC 7816-4 padding.
const PADDING: u8 = 0x01;

/// How many bytes a secured READ BINARY wants: `00` and two bytes of Le.
const EXPECTED_LENGTH: Tag = Tag(0x96);

/// What SET SESSION KEY carries when decrypted: `A0 22 80 20` and the seed.
const SEED_HEADER: [u8; 4] = [0xA0, 0x22, 0x80, 0x20];

/// Header and seed.
const SEED_MESSAGE_LEN: usize = SEED_HEADER.len() + 32;

/// A secured command was not what it had to be; the session is lost.
struct Broken;

/// What a secured command carries when its cover is taken off.
struct Uncovered {
    data: Vec<u8>,
    le: Option<u32>,
}

impl Card {
    /// SET SESSION KEY. Each application answers in its own way, before anything else is looked at; only
    /// then the length and the content count.
    pub(super) fn set_session_key(&mut self, command: &Command<'_>) -> Outcome {
        if (command.p1, command.p2) != (0, 0) {
            return Err(StatusWord::INCORRECT_P1P2);
        }
        let application = self.session.application(&self.chip).ok_or(StatusWord::SECURITY_NOT_SATISFIED)?;
        let Some(key) = &application.session_key else {
            return Err(match application.kind {
                ApplicationKind::Common | ApplicationKind::Surface => StatusWord::SECURITY_ENVIRONMENT,
                _ => StatusWord::SECURITY_NOT_SATISFIED,
            });
        };
        if !key.usage.is_met_by(self.session.verified) {
            return Err(StatusWord::SECURITY_NOT_SATISFIED);
        }
        let cryptogram: &[u8; SIGNATURE_LEN] =
            command.data.try_into().map_err(|_| StatusWord::WRONG_LENGTH)?;
        let block = key.signer.private(cryptogram).ok_or(StatusWord::NO_DIAGNOSIS)?;
        let message = oaep::decode(block).ok_or(StatusWord::INCORRECT_DATA)?;
        let seed = message.strip_prefix(&SEED_HEADER).filter(|_| message.len() == SEED_MESSAGE_LEN);
        let key = seed.and_then(<[u8]>::first_chunk).ok_or(StatusWord::INCORRECT_DATA)?;
        self.session.channel = Some(Channel::open(*key));
        Ok(StatusWord::SUCCESS)
    }

    /// A command of class 08.
    pub(super) fn secured(&mut self, bytes: &[u8], reply: &mut Reply<'_>) -> Outcome {
        let Some(channel) = &mut self.session.channel else {
            return Err(StatusWord::NO_SM_SESSION);
        };
        channel.step();
        let Ok((command, uncovered)) = uncover(channel, bytes) else {
            self.session.channel = None;
            return Err(StatusWord::SM_OBJECTS_WRONG);
        };
        let plain = Command { data: &uncovered.data, le: uncovered.le, extended: false, ..command };
        let status = match command.ins {
            0x20 => self.verify(&plain),
            0xA4 => self.select(&plain, reply),
            _ => self.read_binary(&plain, reply),
        }?;
        self.cover(command.le, reply)?;
        Ok(status)
    }

    /// Encrypts what the command answered, when it answered anything.
    fn cover(&self, le: Option<u32>, reply: &mut Reply<'_>) -> Result<(), StatusWord> {
        let (Some(channel), false) = (&self.session.channel, reply.data().is_empty()) else {
            return Ok(());
        };
        let mut value = vec![PADDING];
        channel.encrypt(reply.data(), &mut value);
        let mut object = Vec::with_capacity(value.len() + 4);
        let form = LengthForm::shortest(value.len()).ok_or(StatusWord::WRONG_LENGTH)?;
        ber::write_as(&mut object, CRYPTOGRAM, form, &value).map_err(|_| StatusWord::WRONG_LENGTH)?;
        if le.is_none_or(|le| object.len() > le as usize) {
            return Err(StatusWord::WRONG_LENGTH);
        }
        reply.truncate(0);
        reply.push(&object);
        Ok(())
    }
}

/// The command that stands under the cover: exactly one object, of the tag that the instruction asks for.
fn uncover<'a>(channel: &Channel, bytes: &'a [u8]) -> Result<(Command<'a>, Uncovered), Broken> {
    let command = Command::parse(bytes).map_err(|_| Broken)?;
    let Ok((object, [])) = Object::read(command.data) else {
        return Err(Broken);
    };
    let uncovered = match (command.ins, object.tag(), object.value()) {
        (0x20 | 0xA4, CRYPTOGRAM, [PADDING, cryptogram @ ..]) => {
            Uncovered { data: channel.decrypt(cryptogram).ok_or(Broken)?, le: None }
        }
        (0xB0, EXPECTED_LENGTH, &[0x00, hi, lo]) => {
            let le = match u16::from_be_bytes([hi, lo]) {
                0 => 65_536,
                le => u32::from(le),
            };
            Uncovered { data: Vec::new(), le: Some(le) }
        }
        _ => return Err(Broken),
    };
    Ok((command, uncovered))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::testing::*;
    use rstest::rstest;

    const SEED: [u8; 32] = [0x5A; 32];

    /// SET SESSION KEY as hex. The stand-in for a private key takes the encoded block for its cryptogram.
    fn set_session_key(message: &[u8]) -> String {
        format!("80AE0000 000100 {}", hex::encode(oaep::encode(message)))
    }

    fn delivery() -> String {
        set_session_key(&[&SEED_HEADER[..], &SEED].concat())
    }

    /// The terminal's side of a session.
    struct Terminal(Channel);

    impl Terminal {
        fn new() -> Self {
            Self(Channel::open([0x5A; 16]))
        }

        /// A secured VERIFY or SELECT.
        fn covered(&mut self, header: &str, data: &[u8]) -> String {
            self.0.step();
            let mut value = vec![PADDING];
            self.0.encrypt(data, &mut value);
            let (lc, len) = (value.len() + 2, value.len());
            format!("08{header} {lc:02X} 86 {len:02X} {}", hex::encode(value))
        }

        /// A secured READ BINARY.
        fn read(&mut self, offset: u16, le: u16) -> String {
            self.0.step();
            format!("08B0{offset:04X} 000005 960300{le:04X} 0000")
        }

        /// What an answer says.
        fn uncovered(&self, answer: &str) -> Option<(Vec<u8>, String)> {
            let answer = hex::decode(answer).ok()?;
            let (data, word) = answer.split_at(answer.len() - 2);
            let (object, rest) = Object::read(data).ok()?;
            assert_eq!((object.tag(), object.value().first(), rest.len()), (CRYPTOGRAM, Some(&PADDING), 0));
            Some((self.0.decrypt(&object.value()[1..])?, hex::encode_upper(word)))
        }
    }

    fn session() -> (Conversation, Terminal) {
        let mut conversation = Conversation::new();
        conversation.expect(&[(SELECT_TEXT, "9000"), (VERIFY_TEXT_PIN, "9000"), (&delivery(), "9000")]);
        (conversation, Terminal::new())
    }

    #[rstest]
    #[case::outside_the_applications(&[], "6982")]
    #[case::in_the_jpki_application(&[(SELECT_JPKI, "9000"), (VERIFY_AUTH_PIN, "9000"), (VERIFY_SIGN_PIN, "9000")], "6982")]
    #[case::in_the_surface_application(&[(SELECT_SURFACE, "9000")], "66F1")]
    #[case::in_the_common_application(&[(SELECT_COMMON, "9000")], "66F1")]
    #[case::before_the_pin(&[(SELECT_TEXT, "9000")], "6982")]
    #[case::after_another_key_only(&[(SELECT_TEXT, "9000"), ("002000940C 313233343536373839303138", "9000")], "6982")]
    #[case::after_the_pin(&[(SELECT_TEXT, "9000"), (VERIFY_TEXT_PIN, "9000")], "9000")]
    fn each_application_answers_a_session_key_in_its_own_way(
        #[case] before: &[(&str, &str)],
        #[case] answer: &str,
    ) {
        Conversation::new().expect(before).expect(&[(&delivery(), answer)]);
    }

    #[rstest]
    #[case::another_structure(set_session_key(&[&[0xA0, 0x22, 0x81, 0x20][..], &SEED].concat()), "6A80")]
    #[case::a_short_seed(set_session_key(&[&SEED_HEADER[..], &SEED[1..]].concat()), "6A80")]
    #[case::a_byte_too_many(set_session_key(&[&SEED_HEADER[..], &SEED, &[0]].concat()), "6A80")]
    #[case::no_encoding_at_all(format!("80AE0000 000100 {}", "11".repeat(256)), "6A80")]
    #[case::another_length("80AE0000 01 AA".into(), "6700")]
    #[case::other_parameters("80AE0001".into(), "6A86")]
    fn a_session_key_that_is_none_is_refused(#[case] command: String, #[case] answer: &str) {
        let before = [(SELECT_TEXT, "9000"), (VERIFY_TEXT_PIN, "9000")];
        Conversation::new().expect(&before).expect(&[(&command, answer), ("08200091", "69FC")]);
    }

    #[test]
    fn in_a_session_a_value_is_shown_a_file_is_selected_and_read_under_cover() {
        let (mut conversation, mut terminal) = session();
        conversation.expect(&[
            (&terminal.covered("200095", b"55021720352285"), "9000"),
            (&terminal.covered("A4020C", &[0x00, 0x02]), "9000"),
        ]);
        let answer = conversation.send(&terminal.read(0, 0));
        assert_eq!(terminal.uncovered(&answer), Some((counting(104), "9000".into())));
        let answer = conversation.send(&terminal.read(100, 2));
        assert_eq!(terminal.uncovered(&answer), Some((vec![100, 101], "9000".into())));
    }

    #[test]
    fn a_command_that_is_refused_counts_and_a_plain_one_does_not() {
        let (mut conversation, mut terminal) = session();
        conversation.expect(&[
            (&terminal.covered("200095", b"0"), "63C9"),
            ("00200095", "63C9"),
            (&terminal.covered("A4020C", &[0x00, 0x1D]), "6A82"),
            (&terminal.covered("A4020C", &[0x00, 0x01]), "9000"),
        ]);
        let answer = conversation.send(&terminal.read(0, 17));
        assert_eq!(terminal.uncovered(&answer), Some((counting(17), "9000".into())));
    }

    #[rstest]
    #[case::no_object("08200091")]
    #[case::another_object("08200091 03 960102")]
    #[case::an_object_of_another_command("08B00000 13 86110100000000000000000000000000000000 00")]
    #[case::two_objects("08B00000 0A 9603000011 9603000011 00")]
    #[case::another_padding_indicator("08200091 13 86110200000000000000000000000000000000")]
    #[case::part_of_a_block("08200091 06 860401000000")]
    #[case::wrong_padding("08200091 13 86110100000000000000000000000000000000")]
    #[case::an_instruction_that_has_no_cover("08CA0042 05 9603000000 00")]
    #[case::length_fields_that_disagree("08200091 05 86")]
    fn whatever_else_comes_under_cover_ends_the_session(#[case] command: &str) {
        let (mut conversation, mut terminal) = session();
        let later = terminal.covered("A4020C", &[0x00, 0x01]);
        conversation.expect(&[(command, "6988"), (&later, "69FC"), ("00A4020C02 0001", "9000")]);
    }

    #[rstest]
    #[case::another_application(&[(SELECT_JPKI, "9000"), (SELECT_TEXT, "9000")])]
    #[case::the_issuer_security_domain(&[(SELECT_ISSUER, "9000"), (SELECT_TEXT, "9000")])]
    fn a_session_ends_with_its_application(#[case] between: &[(&str, &str)]) {
        let (mut conversation, mut terminal) = session();
        conversation.expect(between).expect(&[(&terminal.covered("A4020C", &[0x00, 0x01]), "69FC")]);
    }

    #[test]
    fn an_answer_that_does_not_fit_le_when_covered_is_a_wrong_length() {
        let (mut conversation, mut terminal) = session();
        conversation.expect(&[(&terminal.covered("A4020C", &[0x00, 0x01]), "9000")]);
        terminal.0.step();
        conversation.expect(&[("08B00000 05 9603000011 11", "6700")]);
        let answer = conversation.send(&terminal.read(0, 1));
        assert_eq!(terminal.uncovered(&answer), Some((vec![0], "9000".into())));
    }
}

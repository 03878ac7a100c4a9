//! The state machine of the card: command bytes in, response bytes out.
//!
//! | noun | file |
//! | --- | --- |
//! | the image, compiled for play | `chip`, `answers`, `image_error` |
//! | what power holds and what survives it | `session`, `security` |
//! | classes and instructions | `class`, `instruction` |
//! | the order of refusals | [`precedence`] |
//! | how P2 names a key | `reference` |
//! | a command each | `select`, `read_binary`, `read_record`, `verify`, `change`, `sign`, `authenticate`, `challenge`, `get_data`, `terminal` |
//! | a channel nobody else reads | `secure_messaging` |
//! | what happens outside the commands | `control` |
//! | what is written down for the next start | `memory`, `memory_error` |

mod answers;
mod authenticate;
mod challenge;
mod change;
mod chip;
mod class;
mod control;
mod get_data;
mod image_error;
mod instruction;
mod memory;
mod memory_error;
pub mod precedence;
mod random;
mod read_binary;
mod read_record;
mod reference;
mod response;
mod secure_messaging;
mod security;
mod select;
mod session;
mod sign;
mod terminal;
#[cfg(test)]
mod testing;
mod verify;

pub use control::{KeyCounter, TriesError, UnlockError};
pub use image_error::ImageError;
pub use memory::{KeyMemory, KeyValue, Mark, Memory};
pub use memory_error::{KeyName, MemoryError};
pub use response::ResponseBuffer;

use crate::image::CardImage;
use change::ChangeCommand;
use chip::Chip;
use class::Class;
use instruction::Instruction;
use jpki_apdu::{Command, Reset, StatusWord};
use random::Random;
use response::Reply;
use security::KeyStore;
use session::Session;
use std::fmt;
use std::sync::Arc;

/// How a command ends: the status word of a command that was carried out, or that of a refusal, after which
/// the response carries no data.
type Outcome = Result<StatusWord, StatusWord>;

/// A card: an image that all its clones share, and the little state of its own.
///
/// Cloning costs one reference count and some hundred bytes; nothing is allocated after [`Card::new`].
#[derive(Clone)]
pub struct Card {
    chip: Arc<Chip>,
    keys: KeyStore,
    session: Session,
    random: Random,
    destroyed: bool,
}

/// The card does not answer: it was destroyed by [`Card::tamper`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the card does not answer")]
pub struct Mute;

impl Card {
    /// A factory-fresh card of this image, powered up.
    ///
    /// # Errors
    /// [`ImageError`] when the image is none that a card can hold.
    pub fn new(image: Arc<CardImage>) -> Result<Self, ImageError> {
        let chip = Chip::compile(image)?;
        let (keys, session) = (KeyStore::factory(&chip), Session::powered_up(&chip));
        let random = Random::new(chip.image().seed);
        Ok(Self { chip: Arc::new(chip), keys, session, random, destroyed: false })
    }

    /// The image that this card plays.
    #[must_use]
    pub fn image(&self) -> &CardImage {
        self.chip.image()
    }

    /// Answer to reset.
    #[must_use]
    pub fn atr(&self) -> &[u8] {
        &self.image().atr
    }

    /// Carries out one command APDU: any bytes are welcome, those that are no command are refused with `6700`.
    /// The answer, data and status word, stands in the buffer until its next use.
    ///
    /// # Errors
    /// [`Mute`] when the card has been destroyed.
    #[inline]
    pub fn exchange<'r>(
        &mut self,
        command: &[u8],
        response: &'r mut ResponseBuffer,
    ) -> Result<&'r [u8], Mute> {
        if self.destroyed {
            return Err(Mute);
        }
        let mut reply = Reply::new(response);
        let outcome = self.carry_out(command, &mut reply);
        Ok(reply.finish(outcome))
    }

    /// Resets the card: [`power_cycle`](Self::power_cycle) or [`warm_reset`](Self::warm_reset).
    pub fn reset(&mut self, reset: Reset) {
        match reset {
            Reset::Cold => self.power_cycle(),
            Reset::Warm => self.warm_reset(),
        }
    }

    /// Takes the power away and gives it again: security status, selection and secure messaging are gone, the
    /// issuer security domain is current; counters and values of the keys stay, and the random numbers go on.
    pub fn power_cycle(&mut self) {
        self.session = Session::powered_up(&self.chip);
    }

    /// Pulls the reset line: like [`power_cycle`](Self::power_cycle), unless the card's profile says that a
    /// warm reset keeps everything.
    pub fn warm_reset(&mut self) {
        if !self.chip.answers.warm_reset_keeps {
            self.session = Session::reset();
        }
    }

    /// Makes the card what it was when it left the factory, even after its destruction.
    pub fn restore(&mut self) {
        self.keys = KeyStore::factory(&self.chip);
        self.session = Session::powered_up(&self.chip);
        self.random = Random::new(self.chip.image().seed);
        self.destroyed = false;
    }

    #[inline]
    fn carry_out(&mut self, bytes: &[u8], reply: &mut Reply<'_>) -> Outcome {
        if std::mem::take(&mut self.session.fails_next) {
            return Err(StatusWord::NO_DIAGNOSIS);
        }
        let &[cla, ins, _, _, ..] = bytes else {
            return Err(StatusWord::WRONG_LENGTH);
        };
        let class = Class::of(cla, &self.chip.answers)?;
        if class == Class::Secured {
            return self.secured(bytes, reply);
        }
        let instruction = Instruction::of(class, ins, &self.chip, &self.session)?;
        let command = Command::parse(bytes).map_err(|_| StatusWord::WRONG_LENGTH)?;
        self.dispatch(instruction, &command, reply)
    }

    #[inline]
    fn dispatch(
        &mut self,
        instruction: Instruction,
        command: &Command<'_>,
        reply: &mut Reply<'_>,
    ) -> Outcome {
        match instruction {
            Instruction::ReadBinary => self.read_binary(command, reply),
            Instruction::Select => self.select(command, reply),
            Instruction::Verify => self.verify(command),
            Instruction::ChangeReferenceData => self.change(ChangeCommand::ReferenceData, command),
            Instruction::ChangeKey => self.change(ChangeCommand::Key, command),
            Instruction::ComputeDigitalSignature => self.sign(command, reply),
            Instruction::GetChallenge => self.challenge(command, reply),
            Instruction::GetData => self.get_data(command, reply),
            Instruction::InternalAuthenticate => self.authenticate(command, reply),
            Instruction::ReadRecord => self.read_record(command, reply),
            Instruction::SetSessionKey => self.set_session_key(command),
            Instruction::TerminalCertificate => self.terminal_certificate(command),
            Instruction::TelephoneOnly => Err(StatusWord::WRONG_LENGTH),
        }
    }
}

impl fmt::Debug for Card {
    /// Shows the applications and the counters; values of keys never.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card")
            .field("session", &self.session)
            .field("counters", &self.counters().collect::<Vec<_>>())
            .field("destroyed", &self.destroyed)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::testing::*;
    use super::*;
    use crate::profile::KeepsOrClears;
    use proptest::prelude::*;
    use rstest::rstest;

    const SIGN: &str = "802A0097 01 AA 00";

    #[rstest]
    #[case::nothing("")]
    #[case::three_bytes("00A404")]
    #[case::data_short_by_one("00A4040C0A D392F0002601000000")]
    #[case::lc_without_data("00A40400 00 01")]
    fn bytes_that_are_no_command_are_a_wrong_length(#[case] command: &str) {
        Conversation::new().expect(&[(command, "6700"), (SELECT_JPKI, "9000")]);
    }

    #[rstest]
    #[case::power(Reset::Cold, KeepsOrClears::Clears, "6986", "6982", "63C2")]
    #[case::power_on_a_card_whose_warm_reset_keeps(Reset::Cold, KeepsOrClears::Keeps, "6986", "6982", "63C2")]
    #[case::the_reset_line(Reset::Warm, KeepsOrClears::Clears, "6986", "6982", "63C2")]
    #[case::a_reset_line_that_does_nothing(
        Reset::Warm,
        KeepsOrClears::Keeps,
        "0001029000",
        "(256)9000",
        "63C2"
    )]
    fn a_reset_clears_selection_and_status_but_no_counter(
        #[case] reset: Reset,
        #[case] warm_reset: KeepsOrClears,
        #[case] read: &str,
        #[case] signature: &str,
        #[case] query: &str,
    ) {
        let mut conversation = Conversation::with(|knobs| knobs.warm_reset = warm_reset);
        conversation.expect(&[
            (SELECT_JPKI, "9000"),
            (VERIFY_AUTH_PIN, "9000"),
            ("0020009B06 303030303030", "63C4"),
            ("00A4020C02 0008", "9000"),
        ]);
        conversation.card.reset(reset);
        conversation.expect(&[
            ("00B00000 00", read),
            (SELECT_JPKI, "9000"),
            (SIGN, signature),
            ("0020009B", "63C4"),
        ]);
        conversation.expect(&[("0020009804 30303030", query)]);
    }

    #[test]
    fn only_the_first_command_after_power_up_fails_on_such_a_card() {
        let mut conversation = Conversation::with(|knobs| knobs.first_command_fails = true);
        conversation.expect(&[(SELECT_JPKI, "6F00"), ("00B00000 00", "6986"), (SELECT_JPKI, "9000")]);
        conversation.card.warm_reset();
        conversation.expect(&[(SELECT_JPKI, "9000")]);
        conversation.card.power_cycle();
        conversation.expect(&[("00A40000", "6F00"), ("00A40000", "6A86")]);
    }

    #[test]
    fn the_factory_restores_counters_and_values() {
        let mut conversation = Conversation::new();
        conversation.expect(&[(SELECT_JPKI, "9000"), ("0020009804 30303030", "63C2")]);
        conversation.card.restore();
        conversation.expect(&[("00B00000 00", "6986"), (SELECT_JPKI, "9000"), ("00200098", "63C3")]);
    }

    #[test]
    fn a_clone_goes_its_own_way() {
        let mut conversation = Conversation::new();
        conversation.expect(&[(SELECT_JPKI, "9000")]);
        let mut other = conversation.card.clone();
        conversation.expect(&[("0020009804 30303030", "63C2")]);
        let mut buffer = ResponseBuffer::new();
        assert_eq!(other.exchange(&[0x00, 0x20, 0x00, 0x98], &mut buffer), Ok(&[0x63, 0xC3][..]));
    }

    #[test]
    fn the_common_commands_allocate_nothing() {
        let commands = [
            SELECT_JPKI,
            "00A4020C02 0018",
            "00200080",
            "0020008004 30303030",
            "0020008004 31323334",
            "00A4020C02 000A",
            "00B00000 00",
            "00B00000 000000",
            "00B08100 00",
            "00B27104 00",
            "0024019804 39393939",
            "802A0097 01 AA 00",
            "802A0597 01 AA 00",
            "00840000 00",
            SELECT_ISSUER,
            "00CA0042 00",
            SELECT_COMMON,
            "00B2010C 00",
            "00880099 01 AA 00",
            "00A404000A D392F000260100000001 00",
            "00CB0000",
            "FF",
        ]
        .map(|command| hex::decode(command.replace(' ', "")).expect("hex"));
        let mut card = Conversation::new().card;
        let mut buffer = ResponseBuffer::new();
        let allocations = allocation_counter::measure(|| {
            for command in &commands {
                assert!(card.exchange(command, &mut buffer).is_ok());
            }
            card.warm_reset();
            card.power_cycle();
            card.restore();
            drop(card.clone());
        });
        assert_eq!(allocations.count_total, 0);
        // Zero means something only while the counter counts.
        assert_eq!(allocation_counter::measure(|| drop(card.atr().to_vec())).count_total, 1);
    }

    /// Bytes that often mean something to the card.
    fn any_command() -> impl Strategy<Value = Vec<u8>> {
        let known = prop::sample::select(vec![
            SELECT_ISSUER,
            SELECT_JPKI,
            SELECT_TEXT,
            SELECT_SURFACE,
            SELECT_COMMON,
            VERIFY_AUTH_PIN,
            VERIFY_SIGN_PIN,
            VERIFY_TEXT_PIN,
            "00B08100 000000",
            "00B00000 00",
            "802A0497 01 AA 00",
            "80AE0000",
        ]);
        let header = (
            prop::sample::select(vec![0x00, 0x80, 0x08, 0x0C, 0x10]),
            prop::sample::select(vec![
                0x20, 0x24, 0x2A, 0x32, 0x84, 0x88, 0xA2, 0xA4, 0xAE, 0xB0, 0xB2, 0xCA, 0xFC,
            ]),
            any::<u8>(),
            any::<u8>(),
        );
        let body = prop_oneof![
            Just(vec![]),
            any::<u8>().prop_map(|le| vec![le]),
            (prop::collection::vec(any::<u8>(), 1..40), any::<bool>()).prop_map(|(data, le)| {
                let mut body = vec![data.len() as u8];
                body.extend(data);
                body.extend(le.then_some(0));
                body
            }),
            (any::<u8>(), any::<u8>()).prop_map(|(hi, lo)| vec![0, hi, lo]),
            prop::collection::vec(any::<u8>(), 0..300),
        ];
        prop_oneof![
            1 => prop::collection::vec(any::<u8>(), 0..300),
            2 => known.prop_map(|command| hex::decode(command.replace(' ', "")).expect("hex")),
            4 => (header, body).prop_map(|((cla, ins, p1, p2), body)| [&[cla, ins, p1, p2][..], &body].concat()),
        ]
    }

    proptest! {
        #[test]
        fn no_session_panics_and_every_answer_ends_in_a_status_word_and_keeps_to_le(
            session in prop::collection::vec(any_command(), 1..40),
        ) {
            let (mut card, mut buffer) = (Conversation::new().card, ResponseBuffer::new());
            for command in session {
                let answer = card.exchange(&command, &mut buffer).expect("nobody destroyed it");
                prop_assert!(answer.len() >= 2);
                let (data, word) = answer.split_at(answer.len() - 2);
                let le = Command::parse(&command).ok().and_then(|command| command.le).unwrap_or(0);
                prop_assert!(data.len() <= le as usize, "{} bytes for Le {le}", data.len());
                prop_assert!(data.is_empty() || word == [0x90, 0x00]);
                for counter in card.counters() {
                    prop_assert!(counter.tries_left <= counter.tries);
                }
            }
        }
    }
}

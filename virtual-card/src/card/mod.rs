//! The state machine of the card: command bytes in, response bytes out.
//!
//! | noun | file |
//! | --- | --- |
//! | the image, compiled for play | `chip` |
//! | what power holds and what survives it | `session`, `security` |
//! | classes and instructions | `class`, `instruction` |
//! | the order of refusals | [`precedence`] |
//! | a command each | `select`, `read_binary`, `read_record`, `verify`, `change`, `sign`, `authenticate`, `challenge`, `get_data`, `terminal` |
//! | what happens outside the commands | `control` |

mod chip;
mod class;
mod control;
mod instruction;
pub mod precedence;
mod read_binary;
mod read_record;
mod reference;
mod response;
mod security;
mod select;
mod session;
mod verify;

pub use chip::ImageError;
pub use control::{KeyCounter, UnlockError};
pub use response::ResponseBuffer;

use crate::image::CardImage;
use chip::Chip;
use class::Class;
use instruction::Instruction;
use jpki_apdu::{Command, Reset, StatusWord};
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
        Ok(Self { chip: Arc::new(chip), keys, session, destroyed: false })
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
    /// issuer security domain is current; counters and values of the keys stay.
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
        match Class::of(cla)? {
            Class::Interindustry | Class::Proprietary => {}
        }
        let instruction = Instruction::of(cla, ins, &self.chip.answers)?;
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
            Instruction::ReadRecord => self.read_record(command, reply),
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

//! What outlives the server: the state of the card in a file, a record of what passed.

use super::{Inside, PersonalisedCard, Refusal, Slot};
use crate::state::{Keeper, Present, StateError, StateFile};
use crate::transcript::{Event, Transcript};
use jiff::Timestamp;
use std::sync::PoisonError;

impl Slot {
    /// Keeps the state of whatever card is in the slot in this file, from now on and before anybody learns of a
    /// change.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn kept_in(mut self, file: StateFile) -> Result<Self, StateError> {
        let inside = self.inside.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut keeper = Keeper::new(file);
        keeper.keep(present(&inside.card))?;
        inside.keeper = Some(keeper);
        Ok(self)
    }

    /// Writes down what passes from now on.
    #[must_use]
    pub fn recorded_in(mut self, transcript: Transcript) -> Self {
        let inside = self.inside.get_mut().unwrap_or_else(PoisonError::into_inner);
        inside.transcript = Some(transcript);
        if inside.door.is_inside() {
            inside.record_insertion();
        }
        self
    }

    /// Writes down what was asked on the control socket, or why it was refused; in words without any value of a key.
    pub fn note(&self, words: &str) {
        self.lock().record(Event::Control(words));
    }
}

impl Inside {
    /// The state of the card is on the disk when this returns, if it is to be kept at all.
    pub(super) fn keep(&mut self) -> Result<(), Refusal> {
        let present = present(&self.card);
        self.keeper.as_mut().map_or(Ok(()), |keeper| keeper.keep(present)).map_err(not_kept)
    }

    /// Takes this for the card; everything stays as it was when its state cannot be kept.
    pub(super) fn keep_as(&mut self, card: PersonalisedCard) -> Result<(), Refusal> {
        let before = std::mem::replace(&mut self.card, card);
        self.keep().inspect_err(|_| self.card = before)
    }

    pub(super) fn record(&mut self, event: Event<'_>) {
        if let Some(transcript) = &mut self.transcript {
            transcript.record(Timestamp::now(), event, self.card.card());
        }
    }

    pub(super) fn record_insertion(&mut self) {
        if let Some(transcript) = &mut self.transcript {
            transcript.record(Timestamp::now(), Event::Inserted(self.card.source()), self.card.card());
        }
    }
}

fn present(card: &PersonalisedCard) -> Present<'_> {
    Present {
        name: card.source(),
        profile: card.profile(),
        card: card.card(),
        expired: card.expired(),
        register: card.register(),
    }
}

fn not_kept(error: StateError) -> Refusal {
    Refusal::NotKept(error.to_string())
}

//! `virtual`: the embedded card, in process. The one place of the harness that calls the virtual card.

use super::{Can, CardEvent, CardUnderTest, NotStarted};
use crate::diagnostic::Diagnostics;
use crate::engine::KnownCard;
use crate::runner::load_cards;
use crate::scenario::Names;
use crate::vectors::Vectors;
use jiff::civil::Date;
use jpki_apdu::{Reset, Response, TransportError, TransportFault};
use jpki_virtual_card::personalise::{Keys, personalise};
use jpki_virtual_card::{Card, ResponseBuffer};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// The embedded cards by name. Each is personalised once, when it is first asked for, and cloned from then on.
pub struct VirtualCards {
    profiles: BTreeMap<String, Arc<KnownCard>>,
    names: Names,
    as_of: Date,
    made: Mutex<BTreeMap<String, Card>>,
}

impl fmt::Debug for VirtualCards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.profiles.keys()).finish()
    }
}

impl VirtualCards {
    /// The cards of these profiles, as they are on this day.
    #[must_use]
    pub fn new(profiles: BTreeMap<String, Arc<KnownCard>>, names: Names, as_of: Date) -> Self {
        Self { profiles, names, as_of, made: Mutex::default() }
    }

    /// The cards that come with the program, as they are on this day.
    ///
    /// # Errors
    /// Their files are wrong, which the program's own tests would have told.
    pub fn embedded(as_of: Date) -> Result<Arc<Self>, Diagnostics> {
        let vectors = Vectors::embedded();
        Ok(Arc::new(Self::new(load_cards(&vectors)?, Names::load(&vectors)?, as_of)))
    }

    /// An embedded card as a card under test.
    ///
    /// # Errors
    /// There is no card of this name.
    pub fn card_under_test(self: &Arc<Self>, name: &str) -> Result<Box<dyn CardUnderTest>, NotStarted> {
        Ok(Box::new(self.open(name)?))
    }

    /// The day that the dates of these cards are counted from.
    #[must_use]
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// Names of the cards there are.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.profiles.keys().map(String::as_str)
    }

    pub(super) fn open(self: &Arc<Self>, name: &str) -> Result<VirtualCard, NotStarted> {
        let card = self.card(name).map_err(|detail| NotStarted {
            error: TransportError::new(TransportFault::Environment, detail),
            last_words: Vec::new(),
        })?;
        Ok(VirtualCard { cards: Arc::clone(self), own: card.clone(), card, buffer: ResponseBuffer::new() })
    }

    /// A factory-fresh card.
    fn card(&self, name: &str) -> Result<Card, String> {
        let profile = self.profiles.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.names().collect();
            format!("no card is called \"{name}\"; there are {}", known.join(", "))
        })?;
        // Nothing of a card that failed to be made is kept, so a poisoned lock guards whole cards all the same.
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(card) = made.get(name) {
            return Ok(card.clone());
        }
        let image = personalise(profile.profile(), Keys::embedded(), self.as_of)
            .map_err(|error| format!("the card \"{name}\" cannot be personalised: {error}"))?;
        let card =
            Card::new(Arc::new(image)).map_err(|error| format!("no card has such an image: {error}"))?;
        made.insert(name.to_owned(), card.clone());
        Ok(card)
    }
}

/// One embedded card.
pub(super) struct VirtualCard {
    cards: Arc<VirtualCards>,
    /// The card under test, fresh.
    own: Card,
    /// The card that is in.
    card: Card,
    buffer: ResponseBuffer,
}

impl CardUnderTest for VirtualCard {
    fn fresh(&mut self, personalisation: Option<&str>) -> Result<Can, TransportError> {
        self.card = match personalisation {
            None => self.own.clone(),
            Some(name) => match self.cards.card(name) {
                Ok(card) => card,
                Err(reason) => return Ok(Can::Refused(reason)),
            },
        };
        Ok(Can::Done)
    }

    fn atr(&self) -> Vec<u8> {
        self.card.atr().to_vec()
    }

    fn transmit(&mut self, command: &[u8]) -> Result<Response, TransportError> {
        let answer = self
            .card
            .exchange(command, &mut self.buffer)
            .map_err(|mute| TransportError::new(TransportFault::Gone, mute.to_string()))?;
        Response::from_bytes(answer.to_vec())
            .ok_or_else(|| TransportError::new(TransportFault::Protocol, "an answer without a status word"))
    }

    fn reset(&mut self, reset: Reset) -> Result<Can, TransportError> {
        self.card.reset(reset);
        Ok(Can::Done)
    }

    fn act(&mut self, event: &CardEvent) -> Result<Can, TransportError> {
        match event {
            CardEvent::Tamper => self.card.tamper(),
            CardEvent::Unlock { key, value } => {
                let Some((application, file)) = self.cards.names.key(key) else {
                    return Ok(Can::Refused(format!("no key is called \"{key}\"")));
                };
                if let Err(error) = self.card.unlock(&application.aid, file.id, value) {
                    return Ok(Can::Refused(error.to_string()));
                }
            }
        }
        Ok(Can::Done)
    }
}

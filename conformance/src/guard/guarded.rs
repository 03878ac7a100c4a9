//! A guarded card where the runner finds a card.

use super::place::Place;
use super::watch::{Guard, State, stopped_because};
use crate::adapter::{Can, CardEvent, CardUnderTest};
use jpki_apdu::{Reset, Response, TransportError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A guarded card as a card under test. Clones are the same card, so that who started the run can end it.
#[derive(Clone)]
pub struct Guarded(Arc<Mutex<Guard>>);

impl Guarded {
    /// Puts the guard where the runner finds a card.
    #[must_use]
    pub fn new(guard: Guard) -> Self {
        Self(Arc::new(Mutex::new(guard)))
    }

    /// The guard. A case that panicked has left it in a state that holds: the worst was assumed before.
    pub fn guard(&self) -> MutexGuard<'_, Guard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CardUnderTest for Guarded {
    fn fresh(&mut self, personalisation: Option<&str>) -> Result<Can, TransportError> {
        self.guard().fresh(personalisation)
    }

    fn atr(&self) -> Vec<u8> {
        self.guard().card.atr()
    }

    fn transmit(&mut self, command: &[u8]) -> Result<Response, TransportError> {
        self.guard().transmit(command)
    }

    fn reset(&mut self, reset: Reset) -> Result<Can, TransportError> {
        let mut guard = self.guard();
        _ = guard.before_leaving();
        match &guard.state {
            State::Watching => {
                guard.place = Place::unsure();
                guard.card.reset(reset)
            }
            State::Stopped(difference) => Ok(Can::Refused(stopped_because(difference))),
            State::InDoubt(_) => Ok(Can::Refused("the card went away".to_owned())),
        }
    }

    fn act(&mut self, _: &CardEvent) -> Result<Can, TransportError> {
        Ok(Can::Refused("a card in a reader is spared that".to_owned()))
    }
}

//! Between two cases: the card without power and with it again, its counters in order, or known to be.

use super::difference::{After, Difference};
use super::place::Place;
use super::survey::serial;
use super::talk;
use super::watch::{Guard, Halt, Pending, State, stopped_because};
use crate::adapter::{BringsBack, Can, CardUnderTest};
use jpki_apdu::{Reset, StatusWord, TransportError, TransportFault};
use std::sync::Arc;

impl Guard {
    /// The state before a case: what the case before did is undone, and every counter is what it must be.
    pub(super) fn fresh(&mut self, personalisation: Option<&str>) -> Result<Can, TransportError> {
        if let Some(name) = personalisation {
            return Ok(Can::Refused(format!("a card in a reader cannot be made a card \"{name}\"")));
        }
        // A card that is away cannot be looked at; it is when it is back.
        _ = self.before_leaving();
        if let Some(difference) = self.stopped() {
            return Ok(Can::Refused(stopped_because(difference)));
        }
        self.reset_card()?;
        match self.settle() {
            Ok(false) => Ok(Can::Done),
            Ok(true) => self.reset_card().map(|()| Can::Done),
            Err(Halt::Transport(error)) if error.fault == TransportFault::Withheld => {
                Ok(Can::Refused(error.detail))
            }
            Err(Halt::Transport(error)) => Err(error),
            Err(Halt::Stopped) => {
                let why = self.stopped().map_or_else(String::new, stopped_because);
                Ok(Can::Refused(why))
            }
        }
    }

    /// Brings counters and values into order. Whether anything was sent for it.
    pub(super) fn settle(&mut self) -> Result<bool, Halt> {
        let doubtful = matches!(self.state, State::InDoubt(_));
        if doubtful {
            self.read_again()?;
        }
        if self.dirty {
            self.look_at_everything()?;
            if self.restore()? {
                self.look_at_everything()?;
            }
            return Ok(true);
        }
        Ok(self.look_where_files_were_selected()? || doubtful)
    }

    pub(super) fn reset_card(&mut self) -> Result<(), TransportError> {
        self.place = Place::unsure();
        power_up(self.card.as_mut())
    }

    /// The card is back after it went away: it is the same one, and every counter is one that it may have.
    pub(super) fn read_again(&mut self) -> Result<(), Halt> {
        let State::InDoubt(pending) = self.state.clone() else { return Ok(()) };
        if let Some(Pending::Change { key }) = pending {
            return Err(self.stop(Difference::ValueInDoubt { key }));
        }
        if self.survey.serial.is_some() && serial(self.card.as_mut(), &self.names)? != self.survey.serial {
            return Err(self.stop(Difference::AnotherCard));
        }
        let names = Arc::clone(&self.names);
        for application in self.applications(&names) {
            if talk::select(self.card.as_mut(), &application.aid)? != StatusWord::SUCCESS {
                return Err(self.stop(Difference::ApplicationGone(application.name.clone())));
            }
            for file in application.keys().filter(|file| self.survey.tries.contains_key(&file.name)) {
                let seen = talk::tries(self.card.as_mut(), file.sfi())?;
                let Some(counter) = self.counters.get_mut(&file.name) else { continue };
                let (expected, other) = match &pending {
                    // It was carried out before the card went away, or not.
                    Some(Pending::Value { key, before, right }) if *key == file.name => match right {
                        true => (*before, counter.limit),
                        false => (*before, before.saturating_sub(1)),
                    },
                    _ => (counter.left, counter.left),
                };
                if seen != Some(expected) && seen != Some(other) {
                    return Err(self.differs(&file.name, expected, seen, After::Absence));
                }
                counter.left = seen.unwrap_or_default();
                counter.seen();
            }
        }
        self.state = State::Watching;
        // What was spent before is given back as after any case.
        self.dirty = true;
        Ok(())
    }
}

/// The state that a reader can bring about: the card without power, and with it again.
pub(super) fn power_up(card: &mut dyn CardUnderTest) -> Result<(), TransportError> {
    let done = match card.brings_back() {
        BringsBack::Power => card.fresh(None)?,
        // A virtual card that is guarded like a real one must not be made fresh.
        BringsBack::Factory => card.reset(Reset::Cold)?,
    };
    match done {
        Can::Done => Ok(()),
        Can::Refused(reason) => Err(TransportError::new(TransportFault::Environment, reason)),
    }
}

//! What is undone after a case and at the end of a run, and what there is to say about it.

use super::counter::Counter;
use super::difference::Difference;
use super::talk;
use super::watch::{Guard, Halt, State};
use jpki_apdu::StatusWord;
use std::sync::Arc;

/// How a run on a card in a reader ended, for its keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closing {
    /// What ended the run before its time.
    pub stopped: Option<Difference>,
    /// The keys, in the order of the names.
    pub keys: Vec<Ending>,
    /// Keys that still have a value that a case gave them.
    pub not_changed_back: Vec<String>,
}

impl Closing {
    /// The run was stopped, or a key is not as it was or was not seen again: somebody has to look after the card.
    #[must_use]
    pub fn needs_care(&self) -> bool {
        let worse = |key: &Ending| key.last.is_none_or(|last| last < key.first);
        self.stopped.is_some() || !self.not_changed_back.is_empty() || self.keys.iter().any(worse)
    }
}

/// One key at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The key.
    pub key: String,
    /// Tries when the run began.
    pub first: u8,
    /// Tries that the card tells now; `None` when nobody looked again.
    pub last: Option<u8>,
}

impl Guard {
    /// Changes back what was changed, and gives back what was spent. Whether there was anything.
    pub(super) fn restore(&mut self) -> Result<bool, Halt> {
        let wanted = |counter: &Counter| counter.value.is_some() && counter.value != counter.factory;
        let changed: Vec<String> = self.keys_that(wanted);
        for key in &changed {
            self.change_back(key)?;
        }
        let spent = self.keys_that(|counter| counter.spent);
        for key in &spent {
            self.present_right(key)?;
            // A try of a key in another application must not be lost unseen.
            self.look_at_everything()?;
        }
        Ok(!changed.is_empty() || !spent.is_empty())
    }

    fn keys_that(&self, wanted: impl Fn(&Counter) -> bool) -> Vec<String> {
        self.counters.iter().filter(|(_, counter)| wanted(counter)).map(|(key, _)| key.clone()).collect()
    }

    fn change_back(&mut self, key: &str) -> Result<(), Halt> {
        let factory = self.counters.get(key).and_then(|counter| counter.factory.clone());
        let names = Arc::clone(&self.names);
        let (Some(factory), Some((_, file))) = (factory, names.key(key)) else { return Ok(()) };
        self.present_right(key)?;
        let status = self.checked(file.change_command().data(factory.0))?;
        if status != StatusWord::SUCCESS {
            return Err(self.stop(Difference::NotChangedBack { key: key.to_owned(), status }));
        }
        self.look_at_everything()?;
        // Only a VERIFY tells that the card has the old value again.
        self.present_right(key)?;
        self.look_at_everything()
    }

    /// Ends a run: gives back what can be given back, and looks at the counters once more. After a difference,
    /// the right value is presented only where the card still has tries for it and was not seen to count
    /// what it must not.
    pub fn finish(&mut self) -> Closing {
        let stopped = self.stopped().cloned();
        let looked = match &stopped {
            // A card with a last try may be why: it is not even looked at.
            _ if !self.admitted => false,
            // A card that went away may be back: then it is put in order after all.
            None => match self.finish_in_order() {
                Err(Halt::Transport(_)) => self.finish_in_order().is_ok(),
                ended => ended.is_ok(),
            },
            Some(difference) if difference.leaves_room_to_restore() => self.finish_stopped().is_ok(),
            Some(_) => false,
        };
        if let Some(first) = &stopped {
            // What else was seen on the way home does not make the first difference another one.
            self.state = State::Stopped(first.clone());
        }
        let keys = self.names.keys().filter_map(|(_, file)| {
            let counter = self.counters.get(&file.name)?;
            let last = looked.then_some(counter.left);
            Some(Ending { key: file.name.clone(), first: counter.first, last })
        });
        let changed = |counter: &Counter| counter.value.is_some() && counter.value != counter.factory;
        Closing {
            keys: keys.collect(),
            not_changed_back: self.keys_that(changed),
            stopped: self.stopped().cloned(),
        }
    }

    fn finish_in_order(&mut self) -> Result<(), Halt> {
        // A card that is away cannot be looked at; it is when it is back.
        _ = self.before_leaving();
        self.reset_card()?;
        self.settle()?;
        self.look_at_everything()?;
        self.reset_card()?;
        Ok(())
    }

    fn finish_stopped(&mut self) -> Result<(), Halt> {
        self.reset_card()?;
        self.read_what_is_left()?;
        let spent = self.keys_that(|counter| counter.spent);
        // From here on, every check of the guard holds again: it may stop once more.
        self.state = State::Watching;
        for key in &spent {
            self.present_right(key)?;
            self.look_at_everything()?;
        }
        self.reset_card()?;
        Ok(())
    }

    /// Takes the counters for what the card tells now.
    fn read_what_is_left(&mut self) -> Result<(), Halt> {
        let names = Arc::clone(&self.names);
        for application in self.applications(&names) {
            if talk::select(self.card.as_mut(), &application.aid)? != StatusWord::SUCCESS {
                continue;
            }
            for file in application.keys() {
                let Some(counter) = self.counters.get_mut(&file.name) else { continue };
                counter.left = talk::tries(self.card.as_mut(), file.sfi())?.unwrap_or_default();
                counter.seen();
            }
        }
        Ok(())
    }
}

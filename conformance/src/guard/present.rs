//! A value on its way to a key: what must be so before it leaves, and what must be so after.

use super::command::Reference;
use super::counter::{RESENT, Value};
use super::difference::{After, Difference};
use super::effect::Effect;
use super::talk;
use super::watch::{Guard, Halt, Pending, State, gone, into_transport, withheld};
use jpki_apdu::{CommandBuf, Response, StatusWord, TransportError};
use std::sync::Arc;

impl Guard {
    /// A value on its way to a key.
    pub(super) fn present(
        &mut self,
        command: &[u8],
        reference: Option<Reference>,
        value: Option<&[u8]>,
    ) -> Result<Response, TransportError> {
        let (reference, key) = self.certain(reference, "the card would hold this value against")?;
        let counter = &self.counters[&key];
        let right = value.is_some_and(|value| counter.is_right(value));
        let (effect, taken) = if right {
            (Effect::Presents(key.clone()), counter.takes_right())
        } else {
            (Effect::Spends(key.clone()), counter.takes_wrong())
        };
        self.needs(&effect)?;
        taken.map_err(|why| withheld(format!("nothing is presented to {key}: {why}")))?;
        self.ready_for(&key, reference)?;

        let counter = self.counter(&key);
        let before = counter.left;
        // Until the answer has been seen, the worst has happened.
        let worst = if right { u8::from(!counter.proven) } else { 1 + RESENT };
        counter.left = before.saturating_sub(worst);
        counter.spent |= !right;
        self.others_unseen(&key);
        let pending = Pending::Value { key: key.clone(), before, right };
        self.state = State::InDoubt(Some(pending));
        let answer = self.card.transmit(command)?;
        // A card that goes away from here on leaves the state in doubt; the scenario has its answer all the same.
        _ = self.presented(&key, reference, before, right, answer.status());
        Ok(answer)
    }

    /// The answer to a presented value, and the counter after it.
    pub(super) fn presented(
        &mut self,
        key: &str,
        reference: Reference,
        before: u8,
        right: bool,
        status: StatusWord,
    ) -> Result<(), Halt> {
        let limit = self.counters[key].limit;
        let taken = status == StatusWord::SUCCESS;
        if right && !taken {
            // It may be a wrong one after all: it is not presented again.
            let counter = self.counter(key);
            (counter.value, counter.proven) = (None, false);
            return Err(self.stop(Difference::RightRefused { key: key.to_owned(), status }));
        }
        if taken && !right {
            return Err(self.stop(Difference::WrongTaken { key: key.to_owned() }));
        }
        let after = if right { After::Right } else { After::Wrong };
        let expected = if right { limit } else { before.saturating_sub(1) };
        // The answer tells the tries, too: it must not need a question to see a difference.
        let told = if right { None } else { talk::tries_in(status) };
        if let Some(told) = told.filter(|told| *told != expected) {
            return Err(self.differs(key, expected, Some(told), after));
        }
        self.look_at_the_others(key, reference)?;
        let seen = self.ask(reference.p2())?;
        // A value that the card refuses for its length may cost nothing.
        let for_nothing = !right && told.is_none() && seen == Some(before);
        if seen != Some(expected) && !for_nothing {
            return Err(self.differs(key, expected, seen, after));
        }
        let counter = self.counter(key);
        counter.left = seen.unwrap_or_default();
        counter.seen();
        if right {
            (counter.proven, counter.spent) = (true, false);
        }
        self.state = State::Watching;
        Ok(())
    }

    /// A new value on its way to a key.
    pub(super) fn change(
        &mut self,
        command: &[u8],
        reference: Option<Reference>,
        value: Option<&[u8]>,
    ) -> Result<Response, TransportError> {
        let (reference, key) = self.certain(reference, "would be changed")?;
        let Some(value) = value.filter(|value| fits(&key, value)) else {
            return Err(withheld(format!("{key} is not given a value that its holder could not use")));
        };
        let value = Value(value.to_vec());
        self.needs(&Effect::Changes(key.clone()))?;
        let taken = self.counters[&key].takes_change();
        taken.map_err(|why| withheld(format!("{key} is not changed: {why}")))?;
        self.ready_for(&key, reference)?;
        let before = self.counters[&key].left;
        self.counter(&key).proven = false;
        self.dirty = true;
        self.state = State::InDoubt(Some(Pending::Change { key: key.clone() }));
        let answer = self.card.transmit(command)?;
        if answer.status() == StatusWord::SUCCESS {
            self.counter(&key).value = Some(value);
        }
        // A card that goes away now leaves the state in doubt; which value it has is known all the same.
        self.state = State::InDoubt(None);
        if self
            .ask(reference.p2())
            .map_err(Halt::from)
            .and_then(|seen| {
                if seen == Some(before) {
                    Ok(())
                } else {
                    Err(self.differs(&key, before, seen, After::Change))
                }
            })
            .is_ok()
        {
            self.state = State::Watching;
        }
        Ok(answer)
    }

    /// The key that a command addresses, when that is certain and its tries are told.
    pub(super) fn certain(
        &self,
        reference: Option<Reference>,
        what: &str,
    ) -> Result<(Reference, String), TransportError> {
        let key = reference.and_then(|reference| Some((reference, self.place.key(reference, &self.names)?)));
        match key {
            Some((reference, file)) if self.counters.contains_key(&file.name) => {
                Ok((reference, file.name.clone()))
            }
            Some((_, file)) => Err(withheld(format!("the card does not tell the tries of {}", file.name))),
            None => Err(withheld(format!("it is not certain which key {what}"))),
        }
    }

    /// Right before a value leaves: every other key could bear it, and the card tells the tries of this one at
    /// the very reference that the value will go to.
    pub(super) fn ready_for(&mut self, key: &str, reference: Reference) -> Result<(), TransportError> {
        if !self.here().iter().all(|key| self.counters[key].bears_unseen()) {
            self.look_at_the_others(key, reference).map_err(into_transport)?;
        }
        let mut others = self.counters.iter().filter(|(other, _)| *other != key);
        if let Some((other, _)) = others.find(|(_, counter)| !counter.bears_unseen()) {
            let why = format!("the counter of {other} has to be looked at before another value is presented");
            return Err(withheld(why));
        }
        let seen = self.ask(reference.p2())?;
        self.compare(key, seen, After::Reading).map_err(into_transport)
    }

    /// Presents the right value of a key, with everything that goes with it.
    pub(super) fn present_right(&mut self, key: &str) -> Result<(), Halt> {
        let value = self.counters.get(key).and_then(|counter| counter.value.clone());
        let names = Arc::clone(&self.names);
        let (Some(value), Some((application, file))) = (value, names.key(key)) else {
            return Err(Halt::Transport(withheld(format!("the right value of {key} is not known"))));
        };
        self.enter(application)?;
        let command = CommandBuf::new(0x00, 0x20, 0x00, 0x80 | file.sfi()).data(value.0);
        self.transmit(&command.encode().unwrap_or_default())?;
        match &self.state {
            State::Watching => Ok(()),
            State::Stopped(_) => Err(Halt::Stopped),
            State::InDoubt(_) => Err(Halt::Transport(gone())),
        }
    }

    /// Sends one command of the guard's own through every check.
    pub(super) fn checked(&mut self, command: CommandBuf) -> Result<StatusWord, Halt> {
        Ok(self.transmit(&command.encode().unwrap_or_default())?.status())
    }
}

/// A value that the holder can type in afterwards, should it stay: 6 to 16 capital letters and digits for the
/// signature password, four digits for every other key.
fn fits(key: &str, value: &[u8]) -> bool {
    if key == "sign-pin" {
        (6..=16).contains(&value.len()) && value.iter().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    } else {
        value.len() == 4 && value.iter().all(u8::is_ascii_digit)
    }
}

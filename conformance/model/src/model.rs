//! The model itself: a card reduced to counters, security status and selection.
//!
//! Numbers in the comments are sections of the notes on the card's interface; U and Q are its open points,
//! where the answer is a set or a knob.

use crate::event::{Event, NewValue, Reference, Reset, Value};
use crate::expectation::{Answer, Expectation};
use crate::knobs::{Knobs, PrefixSelect, Status, WrongLength};
use crate::layout::{Application, Change, Key, Kind};
use crate::setup::{Setup, Tries};
use std::collections::BTreeMap;

/// A card reduced to counters, security status and selection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    knobs: Knobs,
    keys: BTreeMap<Key, KeyState>,
    application: Application,
    file: Option<u16>,
    /// The next command is answered with 6F00, whatever it is.
    asleep: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct KeyState {
    tries: Tries,
    verified: bool,
    secret: Secret,
}

/// Which of a key's two values is the right one now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    /// The one it left the factory with.
    Factory,
    /// The one that its holder changes it to.
    Changed,
}

impl Secret {
    /// The value that is wrong now.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Factory => Self::Changed,
            Self::Changed => Self::Factory,
        }
    }
}

impl Model {
    /// The card as it is after power-up.
    #[must_use]
    pub fn new(setup: &Setup) -> Self {
        let fresh = |tries: &Tries| KeyState { tries: *tries, verified: false, secret: Secret::Factory };
        Self {
            knobs: setup.knobs.clone(),
            keys: setup.keys.iter().map(|(key, tries)| (*key, fresh(tries))).collect(),
            application: Application::Issuer,
            file: None,
            asleep: setup.knobs.first_command_fails,
        }
    }

    /// Lets it happen, and says what must be seen.
    pub fn apply(&mut self, event: &Event) -> Expectation {
        let answer = match *event {
            Event::Reset(reset) => self.reset(reset),
            _ if std::mem::take(&mut self.asleep) => Answer::Exactly(0x6F00),
            Event::SelectApplication(application) => self.select_application(application),
            Event::SelectByPrefix(application, _) => match self.knobs.prefix_select {
                PrefixSelect::FindsTheApplication => self.select_application(application),
                PrefixSelect::FindsNothing => NOT_FOUND,
            },
            Event::SelectUnknownApplication => NOT_FOUND,
            Event::SelectMasterFile if self.application == Application::Issuer => Answer::Exactly(0x6A86),
            Event::SelectMasterFile => Answer::SUCCESS,
            Event::SelectFile(id) => self.select_file(id),
            Event::Verify { key, value } => self.verify(key, value),
            Event::Query(key) => match self.pin(key) {
                Ok(key) => tries_left(self.keys[&key].tries.left),
                Err(refusal) => refusal,
            },
            Event::Change(new) => self.change(new),
            Event::Read(file) => self.read(file),
            Event::Sign(key) => self.sign(key),
            Event::SignWithDefaultKey => match self.application.default_key() {
                Some(_) => Answer::SUCCESS,
                None => one_of(&[0x6A88, 0x6985, 0x6986]), // U13
            },
        };
        self.expect(answer)
    }

    /// The key that a reference names now, and which of its values is the right one.
    #[must_use]
    pub fn named(&self, reference: Reference) -> Option<(Key, Secret)> {
        let id = match reference {
            Reference::Current => self.file?,
            Reference::Sfi(sfi) => u16::from(sfi),
        };
        let key = Key(self.application, id);
        self.keys.get(&key).map(|state| (key, state.secret))
    }

    /// What would be seen now if nothing happened.
    #[must_use]
    pub fn look(&self) -> Expectation {
        self.expect(Answer::None)
    }

    fn expect(&self, answer: Answer) -> Expectation {
        Expectation {
            answer,
            tries: self.keys.iter().map(|(key, state)| (*key, state.tries.left)).collect(),
            verified: self.keys.iter().filter(|(_, state)| state.verified).map(|(key, _)| *key).collect(),
            application: self.application,
            file: self.file,
        }
    }

    // ---- selection (2.1, 2.13) ----------------------------------------------------------------

    fn select_application(&mut self, application: Application) -> Answer {
        let installed = |key: &Key| key.0 == application;
        if application != Application::Issuer && !self.keys.keys().any(installed) {
            return NOT_FOUND;
        }
        let same = application == self.application;
        if !same || self.knobs.same_application_select == Status::IsLost {
            self.forget();
        }
        self.application = application;
        self.file = None;
        Answer::SUCCESS
    }

    fn select_file(&mut self, id: u16) -> Answer {
        if self.application.file(id).is_none() {
            return NOT_FOUND;
        }
        self.file = Some(id);
        Answer::SUCCESS
    }

    fn reset(&mut self, reset: Reset) -> Answer {
        if reset == Reset::Cold || self.knobs.warm_reset == Status::IsLost {
            self.forget();
            self.application = Application::Issuer;
            self.file = None;
            self.asleep = reset == Reset::Cold && self.knobs.first_command_fails;
        }
        Answer::None
    }

    /// Every security status is lost; the counters stay.
    fn forget(&mut self) {
        self.keys.values_mut().for_each(|state| state.verified = false);
    }

    // ---- keys (2.4, 2.5, 4) -------------------------------------------------------------------

    fn verify(&mut self, reference: Reference, value: Value) -> Answer {
        let key = match self.pin(reference) {
            Ok(key) => key,
            Err(refusal) => return refusal,
        };
        let Knobs { blocked_verify, wrong_length, failed_verify, .. } = self.knobs;
        let refused_by_length = value == Value::TooShort && wrong_length == WrongLength::IsRefused;
        let state = self.state(key);
        if state.tries.left == 0 {
            let blocked = Answer::Exactly(blocked_verify);
            return if refused_by_length { one_of(&[blocked_verify, 0x6700]) } else { blocked };
        }
        if refused_by_length {
            return Answer::Exactly(0x6700);
        }
        if value == Value::Right {
            state.tries.left = state.tries.most;
            state.verified = true;
            return Answer::SUCCESS;
        }
        state.tries.left -= 1;
        // A blocked key opens nothing, whatever was shown before (4.2).
        if failed_verify == Status::IsLost || state.tries.left == 0 {
            state.verified = false;
        }
        tries_left(state.tries.left)
    }

    fn change(&mut self, new: NewValue) -> Answer {
        let key = match self.pin(Reference::Current) {
            Ok(key) => key,
            Err(refusal) => return refusal,
        };
        let changeable = !matches!(key.0.file(key.1), Some(Kind::Pin(_, Change::Never)));
        let state = self.state(key);
        match (changeable, state.verified, new) {
            (true, true, NewValue::WellFormed) => {
                state.secret = state.secret.other();
                Answer::SUCCESS
            }
            (true, true, NewValue::Malformed) => one_of(&[0x6A80, 0x6700, 0x6985]),
            (true, false, NewValue::WellFormed) => Answer::Exactly(0x6982),
            (true, false, NewValue::Malformed) => one_of(&[0x6982, 0x6A80, 0x6700]),
            (false, _, _) => one_of(&[0x6982, 0x6985, 0x6A86, 0x6D00]), // U12
        }
    }

    /// The key that VERIFY would be held against.
    fn pin(&mut self, reference: Reference) -> Result<Key, Answer> {
        let (id, kind) = self.find(reference, &[0x6A82, 0x6A88, 0x6986])?;
        if matches!(reference, Reference::Sfi(_)) && self.knobs.key_by_sfi_selects {
            self.file = Some(id);
        }
        match kind {
            Kind::Pin(..) => Ok(Key(self.application, id)),
            Kind::Transparent(_) | Kind::Records => Err(Answer::Exactly(0x6981)),
            _ => Err(one_of(&[0x6981, 0x6985, 0x6A88])),
        }
    }

    fn state(&mut self, key: Key) -> &mut KeyState {
        self.keys.get_mut(&key).expect("the current application is installed with all its keys")
    }

    // ---- what keys open (2.2, 2.6) ------------------------------------------------------------

    fn read(&mut self, reference: Reference) -> Answer {
        let (id, kind) = match self.find(reference, &[0x6A82, 0x6986]) {
            Ok(found) => found,
            Err(refusal) => return refusal,
        };
        let answer = match kind {
            Kind::Transparent(keys) if self.open(keys) => Answer::SUCCESS,
            Kind::Transparent(_) => Answer::Exactly(0x6982),
            Kind::Unknown => one_of(&[0x6981, 0x6982]), // Q12, U21
            _ => Answer::Exactly(0x6981),
        };
        if answer == Answer::SUCCESS || self.knobs.refused_read_selects {
            self.file = Some(id);
        }
        answer
    }

    fn sign(&mut self, reference: Reference) -> Answer {
        let (id, kind) = match self.find(reference, &[0x6A82, 0x6A88, 0x6986]) {
            Ok(found) => found,
            Err(refusal) => return refusal,
        };
        if matches!(reference, Reference::Sfi(_)) && self.knobs.key_by_sfi_selects {
            self.file = Some(id);
        }
        match kind {
            Kind::PrivateKey(keys) if self.open(keys) => Answer::SUCCESS,
            Kind::PrivateKey(_) => Answer::Exactly(0x6982),
            Kind::AuthenticationKey => one_of(&[0x6985, 0x6982]), // U20
            _ => one_of(&[0x6981, 0x6982, 0x6985, 0x6A88]),
        }
    }

    fn open(&self, keys: &[u16]) -> bool {
        let verified = |id: &u16| self.keys.get(&Key(self.application, *id)).is_some_and(|key| key.verified);
        keys.is_empty() || keys.iter().any(verified)
    }

    /// The file that a reference names; `absent` are the words for a short identifier without a file.
    fn find(&self, reference: Reference, absent: &[u16]) -> Result<(u16, Kind), Answer> {
        let id = match reference {
            Reference::Current => self.file.ok_or(Answer::Exactly(0x6986))?,
            Reference::Sfi(sfi) => u16::from(sfi),
        };
        self.application.file(id).map(|kind| (id, kind)).ok_or_else(|| one_of(absent))
    }
}

const NOT_FOUND: Answer = Answer::Exactly(0x6A82);

fn tries_left(tries: u8) -> Answer {
    Answer::Exactly(0x63C0 | u16::from(tries.min(15)))
}

fn one_of(words: &[u16]) -> Answer {
    Answer::OneOf(words.to_vec())
}

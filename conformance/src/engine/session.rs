//! What the harness knows of the card it talks to, from what it sent and what came back.

use super::Stage;
use super::known::KnownCard;
use super::play::Left;
use super::restore::NewValue;
use super::secret::Secrets;
use super::secure_messaging::{Covered, Terminal};
use super::stop::{Difference, Failure, Stop};
use super::transcript::{Privacy, Transcript};
use super::value;
use crate::adapter::CardUnderTest;
use crate::scenario::Names;
use crate::scenario::syntax::{self, SavedPart};
use jpki_apdu::{Command, Response, StatusWord, TransportError};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// One case in play.
pub(crate) struct Session<'a> {
    pub(crate) card: &'a mut dyn CardUnderTest,
    stage: &'a Stage<'a>,
    known: Arc<KnownCard>,
    /// The application selected last, when the harness knows which that is.
    pub(super) application: Option<String>,
    /// The elementary file selected last, when the harness knows which that is.
    pub(super) file: Option<u16>,
    /// The key file selected last.
    pub(super) key: Option<String>,
    /// Values that were changed on the way.
    changed: BTreeMap<String, Vec<u8>>,
    /// Tries left, as far as the answers told.
    pub(super) tries: BTreeMap<String, u8>,
    saved: BTreeMap<String, Saved>,
    secrets: Secrets,
    /// Sessions of secure messaging.
    pub(crate) terminal: Terminal,
    pub(crate) transcript: Transcript,
    pub(crate) notes: Vec<String>,
    /// The step in play, from 1, and how many there are.
    pub(crate) step: (usize, usize),
    /// The chip was forced open.
    pub(crate) destroyed: bool,
    deadline: Instant,
}

/// Bytes that a step kept.
#[derive(Clone)]
pub(crate) struct Saved {
    pub(crate) bytes: Vec<u8>,
    pub(crate) privacy: Privacy,
}

/// A command with the words that a report has for it.
pub(crate) struct Order {
    pub(crate) words: String,
    pub(crate) bytes: Vec<u8>,
    /// What stands under the cover, when it is sent under one.
    pub(crate) covered: Option<Covered>,
}

impl Order {
    /// A command in clear.
    pub(crate) fn plain(words: String, bytes: Vec<u8>) -> Self {
        Self { words, bytes, covered: None }
    }
}

/// An answer, and whether its data may be shown.
pub(crate) struct Answer {
    pub(crate) response: Response,
    pub(crate) privacy: Privacy,
    /// The command that it answers, when that was sent under cover: then the data is, too.
    pub(crate) covered: Option<Covered>,
}

impl Answer {
    pub(crate) fn status(&self) -> StatusWord {
        self.response.status()
    }

    pub(crate) fn data(&self) -> &[u8] {
        self.response.data()
    }
}

impl<'a> Session<'a> {
    pub(crate) fn new(
        card: &'a mut dyn CardUnderTest,
        known: Arc<KnownCard>,
        stage: &'a Stage<'a>,
        steps: usize,
    ) -> Self {
        let mut session = Self {
            card,
            stage,
            known: Arc::clone(&known),
            application: None,
            file: None,
            key: None,
            changed: BTreeMap::new(),
            tries: BTreeMap::new(),
            saved: BTreeMap::new(),
            secrets: Secrets::default(),
            terminal: Terminal::default(),
            transcript: Transcript::default(),
            notes: Vec::new(),
            step: (0, steps),
            destroyed: false,
            deadline: Instant::now() + stage.time_limit,
        };
        session.meet(known);
        session
    }

    /// Another card is in: nothing that was known of the one before holds, but what was saved stays.
    pub(crate) fn meet(&mut self, known: Arc<KnownCard>) {
        for value in known.values() {
            self.secrets.add(value);
        }
        if let Ok(number) = known.fact("holder.number") {
            self.secrets.add(&number);
        }
        self.known = known;
        self.changed.clear();
        self.tries.clear();
        self.powered_up();
    }

    /// The card was reset: no file is selected, the issuer security domain is current.
    pub(crate) fn powered_up(&mut self) {
        self.application = Some("issuer".to_owned());
        self.file = None;
        self.key = None;
    }

    pub(crate) fn known(&self) -> &KnownCard {
        &self.known
    }

    pub(crate) fn stage(&self) -> &'a Stage<'a> {
        self.stage
    }

    pub(crate) fn names(&self) -> &'a Names {
        self.stage.names
    }

    pub(crate) fn seed(&self) -> u64 {
        // Room for the seeds that follow it.
        self.stage.seed >> 1
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    pub(crate) fn application(&self) -> Option<&str> {
        self.application.as_deref()
    }

    pub(crate) fn file(&self) -> Option<u16> {
        self.file
    }

    /// The key file selected last.
    pub(crate) fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The value that is right now.
    pub(crate) fn pin(&self, key: &str) -> Result<&[u8], String> {
        self.changed.get(key).map_or_else(|| self.known.value(key), |value| Ok(value))
    }

    /// The state of the keys, as far as the answers told.
    pub(crate) fn left(&self) -> Left {
        let short = |(key, tries): (&String, &u8)| {
            self.known.tries(key).is_some_and(|full| *tries < full).then(|| (key.clone(), *tries))
        };
        let other = |(key, value): (&String, &Vec<u8>)| {
            self.known
                .value(key)
                .is_ok_and(|factory| factory != value)
                .then(|| (key.clone(), NewValue(value.clone())))
        };
        Left {
            tries: self.tries.iter().filter_map(short).collect(),
            changed: self.changed.iter().filter_map(other).collect(),
            destroyed: self.destroyed,
        }
    }

    /// The key has a new value: the holder changed it, or the municipality did.
    pub(crate) fn set_pin(&mut self, key: &str, value: Vec<u8>) {
        self.secrets.add(&value);
        self.changed.insert(key.to_owned(), value);
    }

    /// Tries left, as far as the answers or the profile tell.
    pub(crate) fn tries(&self, key: &str) -> Option<u8> {
        self.tries.get(key).copied().or_else(|| self.known.tries_left(key))
    }

    pub(crate) fn set_full(&mut self, key: &str) {
        if let Some(tries) = self.known.tries(key) {
            self.tries.insert(key.to_owned(), tries);
        }
    }

    pub(crate) fn save(&mut self, name: &str, bytes: &[u8], privacy: Privacy) {
        self.saved.insert(name.to_owned(), Saved { bytes: bytes.to_vec(), privacy });
    }

    /// Saved bytes, or the part of them that is meant.
    pub(crate) fn saved(&self, meant: &SavedPart) -> Result<Saved, Stop> {
        let name = &meant.name;
        let saved =
            self.saved.get(name).ok_or_else(|| Stop::suite(format!("no step before saved \"{name}\"")))?;
        let Some(part) = &meant.part else { return Ok(saved.clone()) };
        match value::part(part, &saved.bytes) {
            Some(bytes) => Ok(Saved { bytes: bytes.into_owned(), privacy: saved.privacy }),
            None => Err(self.fail(Difference::new(format!("{name} has a part {meant}"), "it has none"))),
        }
    }

    /// Saved bytes by words, `NAME` or `NAME#PART`.
    pub(crate) fn saved_as(&self, words: &str) -> Result<Saved, Stop> {
        self.saved(&syntax::saved(words).map_err(value::malformed)?)
    }

    /// Ties a difference to the step in play.
    pub(crate) fn fail(&self, difference: Difference) -> Stop {
        let sent = self.transcript.last().filter(|e| e.step == self.step.0).cloned();
        Stop::Failed(Box::new(Failure {
            step: self.step.0,
            steps: self.step.1,
            sent,
            expected: difference.expected,
            seen: difference.seen,
        }))
    }

    /// The case may go on: its time is not up.
    pub(crate) fn check_time(&self) -> Result<(), Stop> {
        if Instant::now() < self.deadline {
            return Ok(());
        }
        Err(Stop::Error {
            fault: crate::verdict::Fault::Implementation,
            reason: format!("the scenario took longer than {} s", self.stage.time_limit.as_secs_f32()),
        })
    }

    /// Sends a command; a command that does not come back ends the case.
    pub(crate) fn send(&mut self, order: Order) -> Result<Answer, Stop> {
        let words = order.words.clone();
        self.try_send(order).map_err(|error| {
            Stop::transport(&error, format!("{words}: {}", self.secrets.scrub(&error.to_string())))
        })
    }

    /// Sends a command and learns from its answer.
    pub(crate) fn try_send(&mut self, order: Order) -> Result<Answer, TransportError> {
        let result = self.card.transmit(&order.bytes);
        let plain = order.covered.as_ref().map_or(&order.bytes, |covered| &covered.plain);
        let privacy = self.privacy(plain);
        self.transcript.command(
            self.step.0,
            order.words,
            &order.bytes,
            result.as_ref(),
            privacy,
            &self.secrets,
        );
        let response = result?;
        if let Ok(command) = Command::parse(plain) {
            self.observe(&command, response.status());
        }
        Ok(Answer { response, privacy, covered: order.covered })
    }
}

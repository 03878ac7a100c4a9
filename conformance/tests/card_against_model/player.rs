//! Plays a session to a card and to the oracle side by side.

use crate::setup::CardFile;
use crate::words;
use jpki_apdu::{Reset, TransportError};
use jpki_conformance::adapter::{Can, CardUnderTest};
use jpki_model::{Application, Event, Kind, Model, Reference};
use proptest::test_runner::TestCaseError;
use std::fmt;

/// A card and its oracle, both factory-fresh.
pub(crate) struct Player<'a> {
    card: &'a mut dyn CardUnderTest,
    file: &'a CardFile,
    model: Model,
    history: Vec<String>,
}

/// Why a session stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Card and oracle disagree; the steps so far, the last one being it.
    Disagreement(Vec<String>),
    /// The adapter cannot do what a session needs.
    Refused(String),
    /// The card did not answer.
    Transport(TransportError),
}

impl<'a> Player<'a> {
    pub(crate) fn new(card: &'a mut dyn CardUnderTest, file: &'a CardFile) -> Result<Self, Stop> {
        match card.fresh(None).map_err(Stop::Transport)? {
            Can::Done => Ok(Self { card, file, model: Model::new(&file.setup), history: Vec::new() }),
            Can::Refused(reason) => Err(Stop::Refused(reason)),
        }
    }

    /// Plays the session, and afterwards everything that shows the state it ended in.
    pub(crate) fn play(mut self, events: &[Event]) -> Result<(), Stop> {
        events.iter().try_for_each(|event| self.step(event))?;
        let played = self.history.len();
        for event in closing(self.model.look().application, &self.file.applications) {
            // Of this part only the step that disagrees tells something.
            self.history.truncate(played);
            self.step(&event)?;
        }
        Ok(())
    }

    fn step(&mut self, event: &Event) -> Result<(), Stop> {
        let Some(command) = words::command(event, &self.model, &self.file.values) else {
            return self.reset(event);
        };
        let expected = self.model.apply(event).answer;
        let seen = self.card.transmit(&command).map_err(Stop::Transport)?.status();
        let agreed = expected.allows(seen.0);
        let line = format!("{event}: {seen}");
        self.history.push(if agreed { line } else { format!("{line}, the oracle says {expected}") });
        if agreed { Ok(()) } else { Err(Stop::Disagreement(std::mem::take(&mut self.history))) }
    }

    /// A reset, unless the adapter cannot do it: then it has not happened.
    fn reset(&mut self, event: &Event) -> Result<(), Stop> {
        let reset = if *event == Event::Reset(jpki_model::Reset::Cold) { Reset::Cold } else { Reset::Warm };
        if self.card.reset(reset).map_err(Stop::Transport)? == Can::Done {
            self.model.apply(event);
            self.history.push(event.to_string());
        }
        Ok(())
    }
}

/// What shows the state of a card from outside: what the current file is, what is open in the current
/// application, and the tries of every key of every application.
fn closing(current: Application, applications: &[Application]) -> Vec<Event> {
    let sfi = |id: u16| Reference::Sfi(id as u8);
    let mut events = vec![Event::Query(Reference::Current), Event::Read(Reference::Current)];
    for (id, kind) in current.files() {
        match kind {
            Kind::Transparent(_) => events.push(Event::Read(sfi(*id))),
            Kind::PrivateKey(_) => events.push(Event::Sign(sfi(*id))),
            _ => {}
        }
    }
    for application in applications {
        events.push(Event::SelectApplication(*application));
        events.extend(application.keys().map(|(key, _)| Event::Query(sfi(key.1))));
    }
    events
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disagreement(steps) => {
                writeln!(f, "the card and the oracle disagree at step {}:", steps.len())?;
                steps.iter().enumerate().try_for_each(|(n, step)| writeln!(f, "  {:>3}  {step}", n + 1))
            }
            Self::Refused(reason) => write!(f, "the adapter cannot put in a fresh card: {reason}"),
            Self::Transport(error) => write!(f, "{error}"),
        }
    }
}

impl From<Stop> for TestCaseError {
    fn from(stop: Stop) -> Self {
        Self::fail(stop.to_string())
    }
}

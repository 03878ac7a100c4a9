//! The guard at the transport: every command on its way to a card in a reader passes here.

use super::command::{Class, Reference, Selects, classify};
use super::counter::{Counter, Value};
use super::difference::{After, Difference};
use super::effect::{Effect, Leave};
use super::fresh::power_up;
use super::place::Place;
use super::plan::{Plan, Refusal};
use super::survey::{NoSurvey, Survey};
use super::talk;
use crate::adapter::CardUnderTest;
use crate::engine::KnownCard;
use crate::scenario::{ApplicationName, Names};
use jpki_apdu::{CommandBuf, Response, StatusWord, TransportError, TransportFault};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A card in a reader, with the guard before it.
pub struct Guard {
    pub(super) card: Box<dyn CardUnderTest>,
    pub(super) names: Arc<Names>,
    pub(super) known: KnownCard,
    pub(super) leave: Leave,
    pub(super) survey: Survey,
    pub(super) place: Place,
    /// The keys whose tries the card tells, by name.
    pub(super) counters: BTreeMap<String, Counter>,
    pub(super) state: State,
    /// Something was sent since the last look at all counters that may have moved one.
    pub(super) dirty: bool,
    /// The plan was let in: until then nothing is sent after the first look.
    pub(super) admitted: bool,
}

/// Whether commands may leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Every counter is what it must be, as far as it was seen.
    Watching,
    /// A command did not come back, or its outcome has not been seen to the end. Until all counters have been
    /// read again, nothing leaves.
    InDoubt(Option<Pending>),
    /// A difference was seen: the run is over.
    Stopped(Difference),
}

/// What was on its way when the card went away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pending {
    /// A value: the key, the tries before, and whether it was the right one.
    Value { key: String, before: u8, right: bool },
    /// A change of the value.
    Change { key: String },
}

/// Why something did not go on.
#[derive(Debug)]
pub(super) enum Halt {
    /// A command did not come back.
    Transport(TransportError),
    /// A difference was seen; the guard has stopped.
    Stopped,
}

impl From<TransportError> for Halt {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

/// Why leave that was given is not enough.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// The budget, the serial or the profile speaks against it; nothing was presented.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A difference was seen while the values of the profile were tried.
    #[error("{0}")]
    Stopped(Difference),
    /// A command did not come back.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

impl Guard {
    /// Looks at the card: which it is, and how many tries its keys have left. Nothing but that is sent.
    ///
    /// # Errors
    /// A command did not come back, or looking costs tries.
    pub fn meet(
        mut card: Box<dyn CardUnderTest>,
        names: &Arc<Names>,
        known: &KnownCard,
    ) -> Result<Self, NoSurvey> {
        power_up(card.as_mut())?;
        let survey = Survey::of(card.as_mut(), names, known)?;
        let counters = survey.tries.iter().map(|(key, &tries)| {
            let value = known.value(key).ok().map(|value| Value(value.to_vec()));
            (key.clone(), Counter::new(survey.limit(key), tries, value))
        });
        Ok(Self {
            counters: counters.collect(),
            card,
            names: Arc::clone(names),
            known: known.clone(),
            leave: Leave::default(),
            survey,
            place: Place::unsure(),
            state: State::Watching,
            dirty: false,
            admitted: false,
        })
    }

    /// What the first look at the card told.
    #[must_use]
    pub fn survey(&self) -> &Survey {
        &self.survey
    }

    /// Holds the plan against the card. Then the right value of every key that could lose a try is presented once,
    /// while nothing is lost: the card has to take it, or nothing that is spent could be given back.
    ///
    /// # Errors
    /// What speaks against it, or what the card did that it must not.
    pub fn admit(&mut self, plan: &Plan<'_>, leave: Leave, serial: Option<&str>) -> Result<(), NotAdmitted> {
        plan.admit(&self.survey, serial)?;
        (self.leave, self.admitted) = (leave, true);
        for cost in plan.keys.iter().filter(|cost| cost.worst > 0) {
            self.prove(&cost.key).map_err(|halt| match (halt, &self.state) {
                (_, State::Stopped(difference)) => NotAdmitted::Stopped(difference.clone()),
                (Halt::Transport(error), _) => NotAdmitted::Transport(error),
                (Halt::Stopped, _) => NotAdmitted::Transport(withheld("the guard has stopped")),
            })?;
        }
        Ok(())
    }

    pub(super) fn prove(&mut self, key: &str) -> Result<(), Halt> {
        power_up(self.card.as_mut())?;
        self.place = Place::unsure();
        self.present_right(key)?;
        self.look_at_everything()
    }

    /// The card as the profile tells and the first look found it: a scenario that needs a full counter does not
    /// concern a key that has lost tries.
    #[must_use]
    pub fn known(&self) -> KnownCard {
        let tries = self.counters.iter().map(|(key, counter)| (key.as_str(), counter.limit, counter.left));
        self.known.as_met(tries)
    }

    /// Why nothing leaves any more; `None` while it may.
    #[must_use]
    pub fn stopped(&self) -> Option<&Difference> {
        match &self.state {
            State::Stopped(difference) => Some(difference),
            State::Watching | State::InDoubt(_) => None,
        }
    }

    pub(super) fn transmit(&mut self, command: &[u8]) -> Result<Response, TransportError> {
        match &self.state {
            State::Watching => {}
            State::InDoubt(_) => {
                return Err(withheld("the card went away; its counters are read again before anything else"));
            }
            State::Stopped(difference) => return Err(withheld(stopped_because(difference))),
        }
        match classify(command) {
            Class::Never(why) => Err(withheld(format!("never sent to a card in a reader: {why}"))),
            Class::Probes => {
                self.needs(&Effect::Probes)?;
                self.before_leaving()?;
                self.dirty = true;
                self.place = Place::unsure();
                self.send(command)
            }
            Class::Signs { short } => {
                self.needs(&Effect::Signs)?;
                let answer = self.send(command)?;
                self.named(short);
                Ok(answer)
            }
            Class::Reads { short } => {
                let answer = self.send(command)?;
                self.named(short);
                Ok(answer)
            }
            Class::Queries(reference) => self.query(command, reference),
            Class::Selects(what) => self.select(command, what),
            Class::Presents { reference, value } => self.present(command, reference, value),
            Class::Changes { reference, value } => self.change(command, reference, value),
        }
    }

    /// Every command leaves here. One that does not come back leaves everything in doubt.
    pub(super) fn send(&mut self, command: &[u8]) -> Result<Response, TransportError> {
        self.still_watching()?;
        let before = std::mem::replace(&mut self.state, State::InDoubt(None));
        let answer = self.card.transmit(command)?;
        self.state = before;
        Ok(answer)
    }

    /// After a difference not even the guard asks anything more.
    pub(super) fn still_watching(&self) -> Result<(), TransportError> {
        self.stopped().map_or(Ok(()), |difference| Err(withheld(stopped_because(difference))))
    }

    pub(super) fn needs(&self, effect: &Effect) -> Result<(), TransportError> {
        if self.leave.covers(effect) {
            return Ok(());
        }
        Err(withheld(format!("a card in a reader is only read without leave: --allow {effect}")))
    }

    pub(super) fn named(&mut self, short: Option<u8>) {
        if let Some(sfi) = short {
            self.place.named(sfi);
        }
    }

    /// A scenario asks for the tries of a key; the guard listens.
    pub(super) fn query(&mut self, command: &[u8], reference: Reference) -> Result<Response, TransportError> {
        let key = self.place.key(reference, &self.names).map(|file| file.name.clone());
        let answer = self.send(command)?;
        if let Reference::Short(sfi) = reference {
            self.place.named(sfi);
        }
        if let (Some(key), Some(seen)) = (key, talk::tries_in(answer.status())) {
            // The difference is kept; the scenario is given what the card said.
            _ = self.compare(&key, Some(seen), After::Reading);
        }
        Ok(answer)
    }

    pub(super) fn select(&mut self, command: &[u8], what: Selects<'_>) -> Result<Response, TransportError> {
        match what {
            Selects::Application(aid) => {
                self.before_leaving()?;
                let named = self.names.applications.iter().find(|application| application.aid == aid);
                // A SELECT that nobody can look behind may move any counter; every other one those it arrives at.
                let bears = |(key, counter): (&String, &Counter)| {
                    let concerned = named.is_none_or(|named| named.keys().any(|file| file.name == *key));
                    !concerned || counter.bears_unseen()
                };
                if !self.counters.iter().all(bears) {
                    return Err(withheld("all counters have to be looked at before another such SELECT"));
                }
                let answer = self.send(command)?;
                self.place.selected(what, answer.status(), &self.names);
                if answer.status() == StatusWord::SUCCESS {
                    self.arrived()?;
                }
                Ok(answer)
            }
            Selects::File(_) | Selects::Other => {
                // What a card could count here although it must not is looked at in time: before, because the
                // file that is current is about to be another one anyway.
                if !self.here().iter().all(|key| self.counters[key].bears_unseen()) {
                    self.look_here().map_err(into_transport)?;
                }
                let answer = self.send(command)?;
                self.place.selected(what, answer.status(), &self.names);
                for key in self.here() {
                    self.count_unseen(&key);
                }
                let current = self.place.key(Reference::Current, &self.names).map(|file| file.name.clone());
                if let Some(key) = current.filter(|key| self.counters.contains_key(key)) {
                    let seen = self.ask(Reference::Current.p2())?;
                    _ = self.compare(&key, seen, After::Reading);
                }
                Ok(answer)
            }
        }
    }

    /// The place is about to be left or lost: what was not looked at here is looked at while that takes no SELECT.
    pub(super) fn before_leaving(&mut self) -> Result<(), TransportError> {
        let watching = self.state == State::Watching;
        if watching && self.here().iter().any(|key| self.counters[key].unseen > 0) {
            self.look_here().map_err(into_transport)?;
        }
        Ok(())
    }

    /// An application was selected: its counters are looked at, and it is selected again, so that no file is
    /// current that was not before.
    pub(super) fn arrived(&mut self) -> Result<(), TransportError> {
        let names = Arc::clone(&self.names);
        let Some(application) = self.place.application(&names) else {
            self.dirty = true;
            self.counters.values_mut().for_each(|counter| counter.unseen = counter.unseen.saturating_add(1));
            return Ok(());
        };
        if self.here().is_empty() {
            return Ok(());
        }
        match self.look_here() {
            Ok(()) => self.enter(application).map_err(into_transport),
            // The difference is kept, and the scenario has its answer.
            Err(Halt::Stopped) => Ok(()),
            Err(Halt::Transport(error)) => Err(error),
        }
    }

    /// SELECT of an application that is there, on the guard's own account.
    pub(super) fn enter(&mut self, application: &ApplicationName) -> Result<(), Halt> {
        let select = CommandBuf::new(0x00, 0xA4, 0x04, 0x0C).data(&application.aid[..]);
        let bytes = select.encode().unwrap_or_default();
        let status = self.send(&bytes)?.status();
        self.place.selected(Selects::Application(&application.aid), status, &self.names);
        if status != StatusWord::SUCCESS {
            return Err(self.stop(Difference::ApplicationGone(application.name.clone())));
        }
        for key in self.here() {
            self.count_unseen(&key);
        }
        Ok(())
    }
}

pub(super) fn withheld(why: impl Into<String>) -> TransportError {
    TransportError::new(TransportFault::Withheld, why)
}

pub(super) fn gone() -> TransportError {
    TransportError::new(TransportFault::Gone, "the card went away before its counters were seen")
}

pub(super) fn stopped_because(difference: &Difference) -> String {
    format!("the guard stopped the run: {difference}")
}

pub(super) fn into_transport(halt: Halt) -> TransportError {
    match halt {
        Halt::Transport(error) => error,
        Halt::Stopped => withheld("the guard stopped the run"),
    }
}

//! The guard at the transport: every command on its way to a card in a reader passes here.

use super::command::{Class, Reference, Selects, classify};
use super::counter::{Counter, RESENT, Value};
use super::difference::{After, Difference};
use super::effect::{Effect, Leave};
use super::place::Place;
use super::plan::{Plan, Refusal};
use super::survey::{NoSurvey, Survey, serial};
use super::talk;
use crate::adapter::{BringsBack, Can, CardEvent, CardUnderTest};
use crate::engine::KnownCard;
use crate::scenario::{ApplicationName, Names};
use jpki_apdu::{CommandBuf, Reset, Response, StatusWord, TransportError, TransportFault};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A card in a reader, with the guard before it.
pub struct Guard {
    pub(super) card: Box<dyn CardUnderTest>,
    pub(super) names: Arc<Names>,
    pub(super) known: KnownCard,
    leave: Leave,
    survey: Survey,
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

    fn prove(&mut self, key: &str) -> Result<(), Halt> {
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

    fn transmit(&mut self, command: &[u8]) -> Result<Response, TransportError> {
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
    fn send(&mut self, command: &[u8]) -> Result<Response, TransportError> {
        self.still_watching()?;
        let before = std::mem::replace(&mut self.state, State::InDoubt(None));
        let answer = self.card.transmit(command)?;
        self.state = before;
        Ok(answer)
    }

    /// After a difference not even the guard asks anything more.
    fn still_watching(&self) -> Result<(), TransportError> {
        self.stopped().map_or(Ok(()), |difference| Err(withheld(stopped_because(difference))))
    }

    fn needs(&self, effect: &Effect) -> Result<(), TransportError> {
        if self.leave.covers(effect) {
            return Ok(());
        }
        Err(withheld(format!("a card in a reader is only read without leave: --allow {effect}")))
    }

    fn named(&mut self, short: Option<u8>) {
        if let Some(sfi) = short {
            self.place.named(sfi);
        }
    }

    /// A scenario asks for the tries of a key; the guard listens.
    fn query(&mut self, command: &[u8], reference: Reference) -> Result<Response, TransportError> {
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

    fn select(&mut self, command: &[u8], what: Selects<'_>) -> Result<Response, TransportError> {
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
    fn arrived(&mut self) -> Result<(), TransportError> {
        let names = Arc::clone(&self.names);
        let Some(application) = self.place.application(&names) else {
            self.dirty = true;
            self.counters.values_mut().for_each(|counter| counter.unseen = counter.unseen.saturating_add(1));
            return Ok(());
        };
        if self.here().is_empty() || self.look_here().is_err() {
            return Ok(());
        }
        self.enter(application).map_err(into_transport)
    }

    /// SELECT of an application that is there, on the guard's own account.
    fn enter(&mut self, application: &ApplicationName) -> Result<(), Halt> {
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

    /// A value on its way to a key.
    fn present(
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
    fn presented(
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
    fn change(
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
    fn certain(
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
    fn ready_for(&mut self, key: &str, reference: Reference) -> Result<(), TransportError> {
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

    /// The keys of the current application whose tries the card tells, when that application is certain.
    fn here(&self) -> Vec<String> {
        let application = self.place.application(&self.names);
        let keys = application.into_iter().flat_map(ApplicationName::keys).map(|file| file.name.clone());
        keys.filter(|key| self.counters.contains_key(key)).collect()
    }

    fn count_unseen(&mut self, key: &str) {
        let counter = self.counter(key);
        counter.unseen = counter.unseen.saturating_add(1);
    }

    /// A value leaves: the worst card takes a try of every other key for it.
    fn others_unseen(&mut self, key: &str) {
        self.dirty = true;
        for (_, counter) in self.counters.iter_mut().filter(|(other, _)| *other != key) {
            counter.unseen = counter.unseen.saturating_add(1);
        }
    }

    /// The counters of the current application, by their short identifiers. Whether another file is current
    /// afterwards is not settled.
    pub(super) fn look_here(&mut self) -> Result<(), Halt> {
        for key in self.here() {
            let Some(sfi) = self.sfi(&key) else { continue };
            let seen = self.ask(0x80 | sfi)?;
            self.place.named(sfi);
            self.compare(&key, seen, After::Reading)?;
        }
        Ok(())
    }

    /// The counters of the current application but one; then the file that was current is so again.
    fn look_at_the_others(&mut self, key: &str, reference: Reference) -> Result<(), Halt> {
        let file = self.place.file();
        let others: Vec<String> = self.here().into_iter().filter(|other| other != key).collect();
        for other in &others {
            let Some(sfi) = self.sfi(other) else { continue };
            let seen = self.ask(0x80 | sfi)?;
            self.place.named(sfi);
            self.compare(other, seen, After::AnotherKey)?;
        }
        if let (Some(id), false) = (file, others.is_empty()) {
            let select = CommandBuf::new(0x00, 0xA4, 0x02, 0x0C).data(id.to_be_bytes());
            let status = self.send_within(&select.encode().unwrap_or_default())?.status();
            self.place.selected(Selects::File(id), status, &self.names);
        } else if let Reference::Short(sfi) = reference {
            self.place.named(sfi);
        }
        Ok(())
    }

    /// All counters of all applications. At the end, another application than before is selected.
    pub(super) fn look_at_everything(&mut self) -> Result<(), Halt> {
        let names = Arc::clone(&self.names);
        for application in self.applications(&names) {
            self.enter(application)?;
            self.look_here()?;
        }
        self.dirty = false;
        Ok(())
    }

    /// The counters of the applications where a case selected files.
    fn look_where_files_were_selected(&mut self) -> Result<bool, Halt> {
        let names = Arc::clone(&self.names);
        let unseen = |a: &&ApplicationName| {
            a.keys().any(|file| self.counters.get(&file.name).is_some_and(|it| it.unseen > 0))
        };
        let applications: Vec<_> = self.applications(&names).into_iter().filter(unseen).collect();
        for &application in &applications {
            self.enter(application)?;
            self.look_here()?;
        }
        Ok(!applications.is_empty())
    }

    /// The applications that have counters.
    pub(super) fn applications<'n>(&self, names: &'n Names) -> Vec<&'n ApplicationName> {
        let has = |a: &&ApplicationName| a.keys().any(|file| self.counters.contains_key(&file.name));
        names.applications.iter().filter(has).collect()
    }

    /// Sends a command of the guard's own while the outcome of another one is still pending.
    fn send_within(&mut self, command: &[u8]) -> Result<Response, TransportError> {
        self.card.transmit(command)
    }

    /// VERIFY without data. One that does not come back leaves everything in doubt, as before.
    pub(super) fn ask(&mut self, p2: u8) -> Result<Option<u8>, TransportError> {
        self.still_watching()?;
        let before = match &self.state {
            State::Watching => std::mem::replace(&mut self.state, State::InDoubt(None)),
            pending => pending.clone(),
        };
        let seen = talk::ask(self.card.as_mut(), p2)?;
        self.state = before;
        Ok(seen)
    }

    /// Holds the tries that were seen against those that must be left.
    pub(super) fn compare(&mut self, key: &str, seen: Option<u8>, after: After) -> Result<(), Halt> {
        let Some(counter) = self.counters.get_mut(key) else { return Ok(()) };
        if seen == Some(counter.left) {
            counter.seen();
            return Ok(());
        }
        let expected = counter.left;
        Err(self.differs(key, expected, seen, after))
    }

    fn differs(&mut self, key: &str, expected: u8, seen: Option<u8>, after: After) -> Halt {
        if let Some(seen) = seen {
            let counter = self.counter(key);
            counter.left = counter.left.min(seen);
        }
        self.stop(Difference::Counter { key: key.to_owned(), expected, seen, after })
    }

    /// The first difference ends the run.
    pub(super) fn stop(&mut self, difference: Difference) -> Halt {
        if !matches!(self.state, State::Stopped(_)) {
            self.state = State::Stopped(difference);
        }
        Halt::Stopped
    }

    pub(super) fn counter(&mut self, key: &str) -> &mut Counter {
        // A key without a counter is one that nothing may be presented to.
        self.counters.entry(key.to_owned()).or_insert_with(|| Counter::new(0, 0, None))
    }

    fn sfi(&self, key: &str) -> Option<u8> {
        self.names.key(key).map(|(_, file)| file.sfi())
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

    /// The state before a case: what the case before did is undone, and every counter is what it must be.
    fn fresh(&mut self, personalisation: Option<&str>) -> Result<Can, TransportError> {
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
    fn read_again(&mut self) -> Result<(), Halt> {
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

/// A value that the holder can type in afterwards, should it stay: 6 to 16 capital letters and digits for the
/// signature password, four digits for every other key.
fn fits(key: &str, value: &[u8]) -> bool {
    if key == "sign-pin" {
        (6..=16).contains(&value.len()) && value.iter().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    } else {
        value.len() == 4 && value.iter().all(u8::is_ascii_digit)
    }
}

/// The state that a reader can bring about: the card without power, and with it again.
fn power_up(card: &mut dyn CardUnderTest) -> Result<(), TransportError> {
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

pub(super) fn withheld(why: impl Into<String>) -> TransportError {
    TransportError::new(TransportFault::Withheld, why)
}

fn gone() -> TransportError {
    TransportError::new(TransportFault::Gone, "the card went away before its counters were seen")
}

fn stopped_because(difference: &Difference) -> String {
    format!("the guard stopped the run: {difference}")
}

fn into_transport(halt: Halt) -> TransportError {
    match halt {
        Halt::Transport(error) => error,
        Halt::Stopped => withheld("the guard stopped the run"),
    }
}

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

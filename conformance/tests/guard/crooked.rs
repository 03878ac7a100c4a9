//! A card that miscounts on purpose. Its true counters are in its memory, whatever it tells.

use jpki_apdu::{Command, Reset, Response, TransportError, TransportFault};
use jpki_conformance::adapter::{BringsBack, Can, CardEvent, CardUnderTest};
use jpki_conformance::scenario::Names;
use jpki_virtual_card::{Card, ResponseBuffer};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How a card miscounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It does not.
    None,
    /// A wrong value costs so many tries more than one.
    WrongCostsMore(u8),
    /// A right value costs a try.
    RightCosts,
    /// A right value gives nothing back.
    RightDoesNotRestore,
    /// A query tells so many tries too many.
    QueryTellsMore(u8),
    /// A query costs a try of its key.
    QueryCosts,
    /// The reader sends every command twice and shows the second answer.
    Resends,
    /// A SELECT of an application costs a try of all its keys.
    SelectCosts,
    /// A SELECT of a file costs a try of all keys of its application.
    SelectFileCosts,
    /// A VERIFY of another length than the right value costs two tries more, an empty one with Le one.
    OtherLengthCosts,
    /// A presented value costs a try of every other key of the application.
    NeighboursFall,
    /// A presented value costs a try of every other key of the card.
    AllOthersFall,
}

/// Every fault.
pub(crate) const FAULTS: [Fault; 14] = [
    Fault::None,
    Fault::WrongCostsMore(1),
    Fault::WrongCostsMore(2),
    Fault::RightCosts,
    Fault::RightDoesNotRestore,
    Fault::QueryTellsMore(1),
    Fault::QueryTellsMore(2),
    Fault::QueryCosts,
    Fault::Resends,
    Fault::SelectCosts,
    Fault::SelectFileCosts,
    Fault::OtherLengthCosts,
    Fault::NeighboursFall,
    Fault::AllOthersFall,
];

/// A card that miscounts; clones are the same card.
#[derive(Clone)]
pub(crate) struct Crooked(Arc<Mutex<Inside>>);

struct Inside {
    card: Card,
    buffer: ResponseBuffer,
    names: &'static Names,
    fault: Fault,
    /// Commands after which the fault begins.
    honest: u32,
    commands: u32,
    /// The application that is current, by its name on the wire.
    application: Vec<u8>,
    file: u16,
    /// Values that were presented to each key.
    presented: BTreeMap<String, u32>,
    /// Most tries of each key that were gone at once.
    most_lost: BTreeMap<String, u8>,
    /// Commands after which the card is away once, before or after it carries one out.
    away: Option<(u32, bool)>,
}

impl Crooked {
    pub(crate) fn new(card: Card, names: &'static Names, fault: Fault, honest: u32) -> Self {
        Self(Arc::new(Mutex::new(Inside {
            card,
            buffer: ResponseBuffer::new(),
            names,
            fault,
            honest,
            commands: 0,
            application: Vec::new(),
            file: 0,
            presented: BTreeMap::new(),
            most_lost: BTreeMap::new(),
            away: None,
        })))
    }

    /// Is away once, after so many commands: before the next one is carried out, or after.
    pub(crate) fn away_after(self, commands: u32, carried_out: bool) -> Self {
        self.inside().away = Some((commands, carried_out));
        self
    }

    /// Puts the counter of a key.
    pub(crate) fn put(&self, key: &str, tries: u8) {
        self.inside().put(key, tries);
    }

    /// The true counters.
    pub(crate) fn tries(&self) -> BTreeMap<String, u8> {
        self.inside().tries()
    }

    /// No key has another value than it left the factory with.
    pub(crate) fn values_are_the_factorys(&self) -> bool {
        self.inside().card.memory().keys.iter().all(|key| key.changed.is_none())
    }

    /// Values that were presented to each key.
    pub(crate) fn presented(&self) -> BTreeMap<String, u32> {
        self.inside().presented.clone()
    }

    /// Most tries of each key that were gone at once.
    pub(crate) fn most_lost(&self) -> BTreeMap<String, u8> {
        self.inside().most_lost.clone()
    }

    pub(crate) fn commands(&self) -> u32 {
        self.inside().commands
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn tries(&self) -> BTreeMap<String, u8> {
        let memory = self.card.memory();
        let named = memory.keys.iter().filter_map(|key| {
            let application = self.names.applications.iter().find(|a| a.aid == key.application)?;
            let file = application.files.iter().find(|file| file.id == key.file)?;
            Some((file.name.clone(), key.tries_left))
        });
        named.collect()
    }

    fn put(&mut self, key: &str, tries: u8) {
        let (application, file) = self.names.key(key).expect("a key");
        let (aid, id) = (application.aid.clone(), file.id);
        self.card.set_tries(&aid, id, tries).expect("no more than it has when full");
    }

    fn cost(&mut self, key: &str, tries: u8) {
        let left = self.tries()[key];
        self.put(key, left.saturating_sub(tries));
    }

    fn exchange(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.card.exchange(bytes, &mut self.buffer).expect("the card answers").to_vec()
    }

    /// The keys of the current application, and the one that P2 names.
    fn keys(&self, p2: u8) -> (Vec<String>, Option<String>) {
        let Some(application) = self.names.applications.iter().find(|a| a.aid == self.application) else {
            return (Vec::new(), None);
        };
        let id = if p2 & 0x1F == 0 { self.file } else { u16::from(p2 & 0x1F) };
        let named = application.keys().find(|file| file.id == id).map(|file| file.name.clone());
        (application.keys().map(|file| file.name.clone()).collect(), named)
    }

    fn answer(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.commands += 1;
        let mark = self.card.mark();
        let Ok(command) = Command::parse(bytes) else { return self.exchange(bytes) };
        let before = if command.ins == 0x20 { self.tries() } else { BTreeMap::new() };
        let faulty = self.commands > self.honest;
        let fault = if faulty { self.fault } else { Fault::None };
        let mut answer = self.exchange(bytes);
        if fault == Fault::Resends {
            answer = self.exchange(bytes);
        }
        let done = answer.ends_with(&[0x90, 0x00]);
        let (here, named) = match command.ins {
            0xA4 => {
                self.selected(&command, done);
                self.keys(0x80)
            }
            _ => self.keys(command.p2),
        };
        let miscounted = match command.ins {
            0xA4 => self.select(fault, &command, &here, done),
            0x20 if command.cla == 0x00 => self.verify(fault, &command, &before, named.as_ref(), &mut answer),
            _ => false,
        };
        if miscounted {
            self.tell(named.as_ref(), &mut answer);
        }
        // Nothing moved: most commands.
        if self.card.mark() == mark {
            return answer;
        }
        for (key, left) in self.tries() {
            let lost = self.full(&key).saturating_sub(left);
            let most = self.most_lost.entry(key).or_default();
            *most = (*most).max(lost);
        }
        answer
    }

    fn full(&self, key: &str) -> u8 {
        self.names.key(key).and_then(|(_, file)| file.tries).unwrap_or_default()
    }

    fn selected(&mut self, command: &Command<'_>, done: bool) {
        match (command.p1, command.data) {
            (0x04, aid) if done && !aid.is_empty() => {
                let found = self.names.applications.iter().find(|a| a.aid.starts_with(aid));
                self.application = found.map(|a| a.aid.clone()).unwrap_or_default();
                self.file = 0;
            }
            (0x02, &[hi, lo]) if done => self.file = u16::from_be_bytes([hi, lo]),
            _ => {}
        }
    }

    fn select(&mut self, fault: Fault, command: &Command<'_>, here: &[String], done: bool) -> bool {
        let costs = match fault {
            Fault::SelectCosts => command.p1 == 0x04,
            Fault::SelectFileCosts => command.p1 == 0x02,
            _ => false,
        };
        if costs && done {
            here.iter().for_each(|key| self.cost(key, 1));
        }
        false
    }

    /// Whether a counter is not what the answer tells any more.
    fn verify(
        &mut self,
        fault: Fault,
        command: &Command<'_>,
        before: &BTreeMap<String, u8>,
        key: Option<&String>,
        answer: &mut [u8],
    ) -> bool {
        let Some(key) = key else { return false };
        let queried = command.data.is_empty() && command.le.is_none();
        if queried {
            match fault {
                Fault::QueryCosts => self.cost(key, 1),
                Fault::QueryTellsMore(by) if answer[0] == 0x63 => {
                    answer[1] = 0xC0 | ((answer[1] & 0x0F) + by).min(15);
                    return false;
                }
                _ => return false,
            }
            return true;
        }
        if !command.data.is_empty() {
            *self.presented.entry(key.clone()).or_default() += 1;
        }
        let taken = answer.ends_with(&[0x90, 0x00]);
        let others: Vec<String> = match fault {
            Fault::NeighboursFall => self.keys(0x80).0,
            Fault::AllOthersFall => before.keys().cloned().collect(),
            _ => Vec::new(),
        };
        others.iter().filter(|other| *other != key).for_each(|other| self.cost(other, 1));
        match fault {
            Fault::WrongCostsMore(by) if !taken => self.cost(key, by),
            Fault::OtherLengthCosts if !taken && command.data.len() != 4 && command.data.len() != 6 => {
                self.cost(key, 2);
            }
            Fault::RightCosts if taken => self.put(key, before[key].saturating_sub(1)),
            Fault::RightDoesNotRestore if taken => self.put(key, before[key]),
            _ => return false,
        }
        true
    }

    /// An honest `63Cx` over a crooked counter.
    fn tell(&mut self, key: Option<&String>, answer: &mut [u8]) {
        if let (Some(key), [0x63, tries]) = (key, answer) {
            *tries = 0xC0 | self.tries()[key].min(15);
        }
    }
}

impl CardUnderTest for Crooked {
    /// A reader can do no more than take the power away.
    fn fresh(&mut self, personalisation: Option<&str>) -> Result<Can, TransportError> {
        match personalisation {
            None => self.reset(Reset::Cold),
            Some(_) => Ok(Can::Refused("a reader cannot do that".into())),
        }
    }

    fn brings_back(&self) -> BringsBack {
        BringsBack::Power
    }

    fn atr(&self) -> Vec<u8> {
        self.inside().card.atr().to_vec()
    }

    fn transmit(&mut self, command: &[u8]) -> Result<Response, TransportError> {
        let mut inside = self.inside();
        let gone = || Err(TransportError::new(TransportFault::Gone, "the card was taken away"));
        if let Some((after, carried_out)) = inside.away
            && inside.commands >= after
        {
            inside.away = None;
            if carried_out {
                inside.answer(command);
            }
            return gone();
        }
        Ok(Response::from_bytes(inside.answer(command)).expect("a status word is there"))
    }

    fn reset(&mut self, reset: Reset) -> Result<Can, TransportError> {
        let mut inside = self.inside();
        inside.card.reset(reset);
        (inside.application, inside.file) = (Vec::new(), 0);
        Ok(Can::Done)
    }

    fn act(&mut self, _: &CardEvent) -> Result<Can, TransportError> {
        Ok(Can::Refused("a reader cannot do that".into()))
    }
}

//! What a case could do to a card, worked out from its steps before anything is sent: the worst case.
//!
//! Each step becomes the command that it would send, and [`classify`] judges that by its bytes, as the guard
//! will when it leaves. Of what cannot be told beforehand the worst is assumed: a given value is a wrong one, a
//! key that is not certain is never touched. Expectations are believed only where a SELECT succeeds, because
//! the guard sees for itself whether it did.

use super::command::{Class, Reference, Selects, classify};
use super::counter::{LEAST_LEFT, MOST_UNSEEN, RESENT};
use super::effect::Effect;
use super::place::Place;
use crate::engine::KnownCard;
use crate::scenario::{Addressing, Case, Expected, FileName, Le, Names, Power, Proof, Step, syntax};
use jpki_apdu::{CommandBuf, StatusWord};
use std::collections::{BTreeMap, BTreeSet};
use syntax::Credential;

/// What a case could do to a card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forecast {
    /// What it needs leave for.
    pub effects: BTreeSet<Effect>,
    /// Most tries of each key that could be lost at once.
    pub worst: BTreeMap<String, u8>,
    /// Why it is never played on a card in a reader, whatever leave is given.
    pub never: Option<String>,
}

impl Forecast {
    /// Works out what a case could do to a card of this profile.
    #[must_use]
    pub fn of(case: &Case, names: &Names, known: &KnownCard) -> Self {
        let mut walk = Walk {
            names,
            known,
            place: Place::powered_up(),
            key: None,
            keys: BTreeMap::new(),
            found: Self::default(),
        };
        for step in &case.steps {
            for _ in 0..step.times.unwrap_or(1) {
                if walk.found.never.is_none() {
                    walk.step(step);
                }
            }
        }
        walk.end();
        walk.found
    }
}

/// What is known while the steps go by.
struct Walk<'n> {
    names: &'n Names,
    known: &'n KnownCard,
    place: Place,
    /// The key file selected last: a step without `key` takes its value.
    key: Option<&'n FileName>,
    keys: BTreeMap<&'n str, Key>,
    found: Forecast,
}

/// What is known of a key.
#[derive(Clone, Copy, Debug)]
struct Key {
    /// Wrong values since the last right one.
    spent: u8,
    /// The card has taken its value: before the first case, the run has seen to that.
    proven: bool,
    /// Its value is no longer the profile's.
    changed: bool,
    /// What the worst card could have counted since its counter was last seen.
    unseen: u8,
}

impl Default for Key {
    fn default() -> Self {
        Self { spent: 0, proven: true, changed: false, unseen: 0 }
    }
}

/// How a value stands to the right one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Guess {
    Right,
    Wrong,
}

impl<'n> Walk<'n> {
    fn step(&mut self, step: &Step) {
        if step.act.is_some() || step.insert.is_some() {
            return self.never("it does more to the card than send commands");
        }
        if let Some(key) = &step.lock {
            return self.never(format!("it locks {key}"));
        }
        match step.power {
            Some(Power::Cold | Power::Warm) => {
                self.place = Place::unsure();
                return;
            }
            None => {}
        }
        if let Some(application) = &step.enumerate {
            let aid = self.names.application(application).map(|application| &*application.aid);
            self.place.selected(
                Selects::Application(aid.unwrap_or_default()),
                StatusWord::SUCCESS,
                self.names,
            );
            self.place.named(0);
        } else if let Some(name) = &step.read {
            self.select_file(name);
        } else if let Some(key) = step.verified.as_deref().or(step.not_verified.as_deref()) {
            self.proof(key);
        } else if step.inspect.is_none() && step.certificate.is_none() {
            match self.bytes(step) {
                Some(bytes) => self.command(&bytes, step),
                None => self.never("what it sends is not known beforehand"),
            }
        }
    }

    fn select_file(&mut self, name: &str) {
        let id = self.file_id(name).unwrap_or_default();
        self.place.selected(Selects::File(id), StatusWord::SUCCESS, self.names);
    }

    fn proof(&mut self, key: &str) {
        let before = self.place.file();
        let proof = self.names.key(key).and_then(|(_, file)| file.proof.as_ref());
        if let Some(proof) = proof {
            if let Proof::Sign(_) = proof {
                self.found.effects.insert(Effect::Signs);
            }
            self.select_file(proof.target());
        }
        match before {
            Some(id) => self.place.selected(Selects::File(id), StatusWord::SUCCESS, self.names),
            None => self.place.named(0),
        }
    }

    fn command(&mut self, bytes: &[u8], step: &Step) {
        match classify(bytes) {
            Class::Selects(what) => {
                let done = step.sw.as_ref().is_none_or(could_be_success);
                let status = if done { StatusWord::SUCCESS } else { StatusWord::NOT_FOUND };
                self.place.selected(what, status, self.names);
                self.look_around();
                let here = |key: &&FileName| {
                    self.place.application(self.names).is_some_and(|a| a.files.iter().any(|f| f == *key))
                };
                let selected = self.place.key(Reference::Current, self.names);
                self.key = selected.or(self.key.filter(here));
            }
            Class::Reads { short: Some(sfi) } => self.place.named(sfi),
            Class::Reads { short: None } => {}
            Class::Queries(Reference::Short(sfi)) => self.place.named(sfi),
            Class::Queries(Reference::Current) => {}
            Class::Presents { reference, .. } => match self.certain(reference) {
                Some(key) => {
                    let guess = self.guess(key, step);
                    self.present(key, guess);
                    self.named(reference);
                }
                None => self.never("it presents a value to a key that is not certain"),
            },
            Class::Changes { reference, .. } => match self.certain(reference) {
                Some(key) => {
                    self.change(key, step);
                    self.named(reference);
                }
                None => self.never("it changes a key that is not certain"),
            },
            Class::Signs { short } => {
                self.found.effects.insert(Effect::Signs);
                if let Some(sfi) = short {
                    self.place.named(sfi);
                }
            }
            Class::Probes => {
                self.found.effects.insert(Effect::Probes);
                self.place = Place::unsure();
            }
            Class::Never(why) => self.never(format!("one of its commands is never sent: {why}")),
        }
    }

    fn never(&mut self, why: impl Into<String>) {
        self.found.never = Some(why.into());
    }

    fn certain(&self, reference: Option<Reference>) -> Option<&'n FileName> {
        self.place.key(reference?, self.names)
    }

    fn named(&mut self, reference: Option<Reference>) {
        if let Some(Reference::Short(sfi)) = reference {
            self.place.named(sfi);
        }
    }

    /// How the value of this step stands to the right one of the key that the card would take.
    fn guess(&self, key: &FileName, step: &Step) -> Guess {
        let lent = step.key.as_deref().or(self.key.map(|key| &*key.name));
        let changed = self.keys.get(&*key.name).is_some_and(|key| key.changed);
        match step.verify.as_deref() {
            Some("right") if lent == Some(&*key.name) => Guess::Right,
            Some("factory") if lent == Some(&*key.name) && !changed => Guess::Right,
            _ => Guess::Wrong,
        }
    }

    fn present(&mut self, file: &'n FileName, guess: Guess) {
        let key = self.keys.entry(&file.name).or_default();
        let worst = match guess {
            Guess::Right => {
                let worst = key.spent + u8::from(!key.proven);
                (key.spent, key.proven) = (0, true);
                worst
            }
            Guess::Wrong if !key.proven => {
                return self
                    .never(format!("it presents a wrong value of {} before a new one is proven", file.name));
            }
            Guess::Wrong => {
                key.spent = key.spent.saturating_add(1);
                key.spent.saturating_add(RESENT)
            }
        };
        let effect = match guess {
            Guess::Right => Effect::Presents(file.name.clone()),
            Guess::Wrong => Effect::Spends(file.name.clone()),
        };
        self.found.effects.insert(effect);
        self.lose(file, worst);
        self.leave_unseen();
    }

    /// The new value of a change is told in the scenario; whether it fits the key is the guard's to see.
    fn change(&mut self, file: &'n FileName, step: &Step) {
        let back = matches!(step.change.as_deref(), Some("right" | "factory"));
        let key = self.keys.entry(&file.name).or_default();
        (key.changed, key.proven) = (!back, false);
        let worst = key.spent.saturating_add(1);
        self.found.effects.insert(Effect::Changes(file.name.clone()));
        self.lose(file, worst);
    }

    /// In the worst case so many tries are gone at once. The first right value of a run may cost one.
    fn lose(&mut self, file: &FileName, worst: u8) {
        let lost = self.found.worst.entry(file.name.clone()).or_default();
        *lost = (*lost).max(worst).max(1);
        let (lost, limit) = (*lost, limit(file, self.known));
        if lost >= limit {
            self.never(format!("it could lock {}", file.name));
        } else if limit - lost < LEAST_LEFT {
            self.never(format!("it could leave {} fewer than {LEAST_LEFT} tries", file.name));
        }
    }

    /// A SELECT of an application lets the guard see all counters of it.
    fn look_around(&mut self) {
        let here = self.place.application(self.names).map(|application| &*application.files);
        for file in here.unwrap_or_default() {
            if let Some(key) = self.keys.get_mut(&*file.name) {
                key.unseen = 0;
            }
        }
    }

    /// After a value was presented, the counters of the other applications cannot be seen until they are selected.
    fn leave_unseen(&mut self) {
        let here = self.place.application(self.names).map(|application| application.name.clone());
        let on_the_card = |name: &String| self.known.profile().applications.contains(name);
        for application in self.names.applications.iter().filter(|a| on_the_card(&a.name)) {
            for file in &application.files {
                let limit = limit(file, self.known);
                if limit == 0 || here.as_ref() == Some(&application.name) {
                    continue;
                }
                let key = self.keys.entry(&file.name).or_default();
                if key.unseen >= MOST_UNSEEN || limit < key.unseen.saturating_add(LEAST_LEFT) {
                    let why = "it presents more values than can be watched without a look at all counters";
                    self.found.never = Some(why.to_owned());
                }
                key.unseen = key.unseen.saturating_add(1);
            }
        }
    }

    /// What was changed is changed back: the value of the case has to be taken once more.
    fn end(&mut self) {
        let changed: Vec<_> =
            self.keys.iter().filter(|(_, key)| key.changed).map(|(name, _)| *name).collect();
        for name in changed {
            if let Some((_, file)) = self.names.key(name) {
                self.lose(file, 1);
            }
        }
    }

    /// The bytes that a step would send, with zeros in the place of a value that only the run knows.
    fn bytes(&self, step: &Step) -> Option<Vec<u8>> {
        if let Some(text) = &step.send {
            return syntax::hex(text).ok();
        }
        let (mut header, data, le) = self.draft(step)?;
        for (at, byte) in [(0, &step.cla), (2, &step.p1), (3, &step.p2)] {
            if let Some(text) = byte {
                header[at] = u8::from_str_radix(text, 16).ok()?;
            }
        }
        if step.secured.is_some() {
            header[0] = 0x08;
        }
        let [cla, ins, p1, p2] = header;
        let mut command = CommandBuf::new(cla, ins, p1, p2).data(data);
        let le = match step.le {
            Some(Le::Absent) => None,
            Some(Le::Bytes(n)) => Some(n),
            None => le,
        };
        if let Some(le) = le {
            command = command.le(le);
        }
        if step.extended {
            command = command.extended();
        }
        command.encode().ok()
    }

    fn draft(&self, step: &Step) -> Option<([u8; 4], Vec<u8>, Option<u32>)> {
        let some = |header, data: Vec<u8>, le| Some((header, data, le));
        if let Some(name) = &step.select {
            let mut aid = match name.strip_prefix("aid:") {
                Some(hex) => syntax::hex(hex).ok()?,
                None => self.names.application(name)?.aid.clone(),
            };
            aid.truncate(step.take.map_or(usize::MAX, usize::from));
            some([0x00, 0xA4, 0x04, 0x0C], aid, None)
        } else if let Some(name) = &step.select_ef {
            some([0x00, 0xA4, 0x02, 0x0C], self.file_id(name)?.to_be_bytes().to_vec(), None)
        } else if step.read_binary.is_some() {
            let p1 = match &step.sfi {
                Some(name) => 0x80 | self.file_id(name)? as u8 & 0x1F,
                None => 0,
            };
            some([0x00, 0xB0, p1, 0], Vec::new(), Some(256))
        } else if let Some(record) = step.read_record {
            let sfi = step.sfi.as_ref().map_or(Some(0), |name| self.file_id(name))? as u8 & 0x1F;
            some([0x00, 0xB2, record, sfi << 3 | 4], Vec::new(), Some(256))
        } else if let Some(words) = &step.verify {
            let value = match syntax::credential(words) {
                Ok(Credential::Literal(value)) => value,
                _ => vec![0; 4],
            };
            some([0x00, 0x20, 0x00, self.p2(step, step.key.as_deref())], value, None)
        } else if let Some(key) = &step.query {
            some([0x00, 0x20, 0x00, self.p2(step, Some(key))], Vec::new(), None)
        } else if step.change.is_some() {
            let key =
                step.key.as_deref().and_then(|key| self.names.key(key)).map(|(_, file)| file).or(self.key);
            let by_change_key = key.is_some_and(|file| file.is_changed_by_change_key());
            let [cla, ins, p1] = if by_change_key { [0x80, 0x32, 0x00] } else { [0x00, 0x24, 0x01] };
            some([cla, ins, p1, self.p2(step, step.key.as_deref())], vec![0; 4], None)
        } else if let Some(key) = &step.sign {
            some([0x80, 0x2A, 0x00, self.p2(step, Some(key))], vec![0; 4], Some(256))
        } else if let Some(key) = &step.internal_authenticate {
            some([0x00, 0x88, 0x00, self.p2(step, Some(key))], vec![0; 4], Some(256))
        } else if step.session.is_some() {
            some([0x80, 0xAE, 0, 0], vec![0; 256], None)
        } else if let Some(bytes) = step.challenge {
            some([0x00, 0x84, 0, 0], Vec::new(), Some(bytes))
        } else if let Some(tag) = &step.get_data {
            let tag = u16::from_str_radix(tag, 16).ok()?.to_be_bytes();
            some([0x00, 0xCA, tag[0], tag[1]], Vec::new(), Some(256))
        } else {
            None
        }
    }

    /// P2 as the engine writes it.
    fn p2(&self, step: &Step, key: Option<&str>) -> u8 {
        let file = key.and_then(|key| self.names.file(key)).map(|(_, file)| file).or(self.key);
        match (step.by, file) {
            (Some(Addressing::Default), _) => 0x00,
            (Some(Addressing::Current), _) | (_, None) => 0x80,
            (None, Some(file)) if self.place.file() == Some(file.id) => 0x80,
            (_, Some(file)) => 0x80 | file.sfi(),
        }
    }

    fn file_id(&self, name: &str) -> Option<u16> {
        let named = self.names.file(name).map(|(_, file)| file.id);
        named.or_else(|| u16::from_str_radix(name, 16).ok())
    }
}

/// Tries that a key has when full.
fn limit(file: &FileName, known: &KnownCard) -> u8 {
    known.tries(&file.name).or(file.tries).unwrap_or_default()
}

fn could_be_success(sw: &Expected) -> bool {
    match sw {
        Expected::One(word) => word == "9000",
        Expected::AnyOf(words) => words.iter().any(|word| word == "9000"),
    }
}

//! Looking at the counters: of the place where the card is, or of the whole card. The first difference ends the run.

use super::command::{Reference, Selects};
use super::counter::Counter;
use super::difference::{After, Difference};
use super::talk;
use super::watch::{Guard, Halt, State};
use crate::scenario::{ApplicationName, Names};
use jpki_apdu::{CommandBuf, Response, TransportError};
use std::sync::Arc;

impl Guard {
    /// The keys of the current application whose tries the card tells, when that application is certain.
    pub(super) fn here(&self) -> Vec<String> {
        let application = self.place.application(&self.names);
        let keys = application.into_iter().flat_map(ApplicationName::keys).map(|file| file.name.clone());
        keys.filter(|key| self.counters.contains_key(key)).collect()
    }

    pub(super) fn count_unseen(&mut self, key: &str) {
        let counter = self.counter(key);
        counter.unseen = counter.unseen.saturating_add(1);
    }

    /// A value leaves: the worst card takes a try of every other key for it.
    pub(super) fn others_unseen(&mut self, key: &str) {
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
    pub(super) fn look_at_the_others(&mut self, key: &str, reference: Reference) -> Result<(), Halt> {
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
    pub(super) fn look_where_files_were_selected(&mut self) -> Result<bool, Halt> {
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
    pub(super) fn send_within(&mut self, command: &[u8]) -> Result<Response, TransportError> {
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

    pub(super) fn differs(&mut self, key: &str, expected: u8, seen: Option<u8>, after: After) -> Halt {
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

    pub(super) fn sfi(&self, key: &str) -> Option<u8> {
        self.names.key(key).map(|(_, file)| file.sfi())
    }
}

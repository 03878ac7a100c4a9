//! The slot and its card at a glance.

use super::{Presence, Slot, Tear};
use crate::authority::{Purpose, Standing};
use crate::card::{KeyCounter, KeyMemory};
use crate::names::Names;
use jiff::civil::Date;
use std::fmt;
use std::time::{Duration, Instant};

/// The slot and its card at a glance. Written out it is a line a fact, the fact's name first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Name of the embedded card, or absolute path of the card file.
    pub card: String,
    /// Whether a reader can see it.
    pub presence: Presence,
    /// Whether it was forced open.
    pub destroyed: bool,
    /// The day that its dates are counted from.
    pub as_of: Date,
    /// Commands carried out since the start.
    pub commands: u64,
    /// Its keys, in the order of the card.
    pub keys: Vec<KeyInSlot>,
    /// Its certificates.
    pub certificates: Vec<CertificateInSlot>,
    /// How long it takes before it carries out a command.
    pub delay: Duration,
    /// Which command will be torn.
    pub tear: Option<Tear>,
}

/// A key of the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInSlot {
    /// Its name in `vectors/applications.toml`.
    pub name: &'static str,
    /// Tries left.
    pub tries_left: u8,
    /// Greatest number of tries.
    pub tries: u8,
}

/// A certificate on the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateInSlot {
    /// What it is for.
    pub purpose: Purpose,
    /// Last day of its validity.
    pub last_day: Date,
    /// What the authority says about it.
    pub standing: Standing,
}

impl Slot {
    /// The slot and its card at a glance.
    #[must_use]
    pub fn status(&self) -> Status {
        let inside = self.lock();
        let card = &inside.card;
        let certificate = |purpose| {
            let (last_day, entry) = (card.last_day(purpose)?, card.register().entry(purpose)?);
            Some(CertificateInSlot { purpose, last_day, standing: entry.standing })
        };
        let memory = card.card().memory();
        Status {
            card: card.source().to_owned(),
            presence: inside.door.presence(Instant::now()),
            destroyed: card.card().is_destroyed(),
            as_of: card.as_of(),
            commands: inside.commands,
            keys: memory.keys.iter().zip(card.card().counters()).filter_map(KeyInSlot::of).collect(),
            certificates: Purpose::ALL.into_iter().filter_map(certificate).collect(),
            delay: inside.disturbances.delay,
            tear: inside.disturbances.tear,
        }
    }
}

impl KeyInSlot {
    fn of((memory, counter): (&KeyMemory, KeyCounter)) -> Option<Self> {
        let name = &Names::embedded().application(&memory.application)?.file(memory.file)?.name;
        Some(Self { name, tries_left: counter.tries_left, tries: counter.tries })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "card {}", self.card)?;
        writeln!(f, "presence {}", self.presence_word())?;
        writeln!(f, "as-of {}", self.as_of)?;
        writeln!(f, "commands {}", self.commands)?;
        for KeyInSlot { name, tries_left, tries } in &self.keys {
            writeln!(f, "key {name} {tries_left} of {tries}")?;
        }
        for CertificateInSlot { purpose, last_day, standing } in &self.certificates {
            write!(f, "certificate {purpose} until {last_day} ")?;
            match standing {
                Standing::Good => writeln!(f, "good")?,
                Standing::Suspended { since } => writeln!(f, "suspended since {since}")?,
                Standing::Revoked { since, reason } => writeln!(f, "revoked since {since} {reason}")?,
            }
        }
        writeln!(f, "delay {}", self.delay.as_millis())?;
        match self.tear {
            Some(tear) => writeln!(f, "tear {tear}"),
            None => writeln!(f, "tear off"),
        }
    }
}

impl Status {
    fn presence_word(&self) -> &'static str {
        match self.presence {
            Presence::In(_) => "in",
            Presence::Soon(_) => "soon",
            Presence::Empty if self.destroyed => "destroyed",
            Presence::Empty => "out",
        }
    }
}

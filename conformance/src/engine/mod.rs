//! The engine: plays a case against a card and says what became of it.
//!
//! What it expects comes from the case, from the names of the card's files and from the card's profile;
//! never from the card that it plays against.

mod certificate;
mod command;
mod data;
mod enumerate;
mod expect;
mod known;
mod needs;
mod observe;
mod offsets;
mod pin;
mod play;
mod read;
mod restore;
mod secret;
mod secure_messaging;
mod session;
pub(crate) mod shape;
mod signature;
mod status;
mod step;
mod stop;
mod tlv;
mod transcript;
mod value;
mod verb;

pub use known::KnownCard;
pub(crate) use needs::Needs;
pub use play::{Left, Played, play};
pub use restore::NewValue;
pub(crate) use restore::{change_back, give_tries_back};
pub use secret::Secrets;
pub use stop::Failure;
pub use transcript::{Exchange, Transcript};

use crate::scenario::Names;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What every case of a run is played with.
#[derive(Clone, Debug)]
pub struct Stage<'a> {
    /// The names of applications, files and keys.
    pub names: &'a Names,
    /// The cards that a scenario can ask for, by name.
    pub cards: &'a BTreeMap<String, Arc<KnownCard>>,
    /// The day of the run.
    pub as_of: jiff::civil::Date,
    /// Seed of wrong values, and of the keys of sessions.
    pub seed: u64,
    /// How long one case may take.
    pub time_limit: Duration,
}

//! Which card is served, and what is written down of it.

use super::Failure;
use crate::authority::Clock;
use crate::slot::{PersonalisedCard, Slot};
use crate::state::StateFile;
use crate::transcript::Transcript;
use clap::Args;
use jiff::civil::Date;
use std::path::PathBuf;

/// The card that is served when nobody names another.
const STANDARD: &str = "standard";

/// Which card is served, and what is written down of it.
#[derive(Debug, Args)]
pub(super) struct SlotArgs {
    /// The card: a name that `cards` lists, or the path of a card file [default: standard, or the card of the state]
    #[arg(long, value_name = "PROFILE")]
    card: Option<String>,
    /// The day that the card's dates are counted from [default: today in Japan]
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
    /// Keep the card's counters and PINs in this file, and begin with what it says: they survive whatever ends this
    /// program. A changed PIN can be read there
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Add a line to this file for every exchange; values of PINs never stand there
    #[arg(long, value_name = "FILE")]
    transcript: Option<PathBuf>,
}

impl SlotArgs {
    /// The slot with the card in it.
    ///
    /// # Errors
    /// There is no such card, the state is refused, or a file cannot be written.
    pub(super) fn slot(&self) -> Result<Slot, Failure> {
        let as_of = self.as_of.unwrap_or_else(Clock::today);
        let load = |name: Option<&str>| PersonalisedCard::load(name.unwrap_or(STANDARD), as_of);
        let named = self.card.as_deref();
        let slot = match &self.state {
            None => Slot::new(load(named)?),
            Some(path) => {
                let (file, state) = StateFile::open(path)?;
                let card = match state {
                    Some(state) => load(named.or(Some(&state.card)))?.recall(&file, &state)?,
                    None => load(named)?,
                };
                Slot::new(card).kept_in(file)?
            }
        };
        let Some(path) = &self.transcript else { return Ok(slot) };
        let transcript = Transcript::append_to(path).map_err(|error| Failure::Environment {
            what: format!("cannot write the transcript {}", path.display()),
            error,
            help: "give --transcript a file in a directory that exists and can be written".to_owned(),
        })?;
        Ok(slot.recorded_in(transcript))
    }
}

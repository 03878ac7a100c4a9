//! The readers of this machine, and what is in them as far as PC/SC tells without a command to the card.

use super::find::{context, names};
use super::trouble::{of_the_service, told};
use jpki_apdu::TransportError;
use pcsc::{Context, ReaderState, State};
use std::ffi::{CStr, CString};
use std::time::Duration;

/// A reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Its name, as `--card pcsc:NAME` takes it.
    pub name: String,
    /// What is in it.
    pub holds: Holds,
    /// Answer to reset of the card; empty when there is none.
    pub atr: Vec<u8>,
}

/// What a reader holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// No card.
    Nothing,
    /// A card that nobody uses.
    Card,
    /// A card that another program uses.
    CardInUse,
    /// Something that gives no answer to reset.
    Silent,
    /// The reader itself does not answer.
    Unknown,
}

/// All readers in the order of PC/SC; an empty list when there is none.
///
/// # Errors
/// The service does not answer.
pub fn readers() -> Result<Vec<Reader>, TransportError> {
    look().map_err(told)
}

fn look() -> Result<Vec<Reader>, pcsc::Error> {
    let context = context()?;
    names(&context)?.into_iter().map(|name| reader(&context, name)).collect()
}

/// Whether the service has seen a card come into this reader.
pub(super) fn holds_a_card(context: &Context, name: &CStr) -> Result<bool, pcsc::Error> {
    Ok(state(context, name.to_owned())?.event_state().contains(State::PRESENT))
}

fn state(context: &Context, name: CString) -> Result<ReaderState, pcsc::Error> {
    let mut states = [ReaderState::new(name, State::UNAWARE)];
    context.get_status_change(Duration::ZERO, &mut states)?;
    let [state] = states;
    Ok(state)
}

/// A reader that was unplugged since it was listed does not hide the others.
fn reader(context: &Context, name: CString) -> Result<Reader, pcsc::Error> {
    let shown = name.to_string_lossy().into_owned();
    match state(context, name) {
        Ok(state) => Ok(Reader { name: shown, holds: holds(state.event_state()), atr: state.atr().to_vec() }),
        Err(error) if of_the_service(error) => Err(error),
        Err(_) => Ok(Reader { name: shown, holds: Holds::Unknown, atr: Vec::new() }),
    }
}

fn holds(state: State) -> Holds {
    match state {
        state if state.intersects(State::UNKNOWN | State::UNAVAILABLE) => Holds::Unknown,
        state if state.contains(State::MUTE) => Holds::Silent,
        state if !state.contains(State::PRESENT) => Holds::Nothing,
        state if state.intersects(State::EXCLUSIVE | State::INUSE) => Holds::CardInUse,
        _ => Holds::Card,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(State::CHANGED | State::EMPTY, Holds::Nothing)]
    #[case(State::CHANGED | State::PRESENT, Holds::Card)]
    #[case(State::CHANGED | State::PRESENT | State::UNPOWERED, Holds::Card)]
    #[case(State::CHANGED | State::PRESENT | State::INUSE, Holds::CardInUse)]
    #[case(State::CHANGED | State::PRESENT | State::EXCLUSIVE | State::INUSE, Holds::CardInUse)]
    #[case(State::CHANGED | State::PRESENT | State::MUTE, Holds::Silent)]
    #[case(State::UNAVAILABLE, Holds::Unknown)]
    fn the_flags_of_a_reader_say_what_it_holds(#[case] state: State, #[case] expected: Holds) {
        assert_eq!(holds(state), expected);
    }
}

//! The oracle held against the notes on the card's interface, clause by clause.

mod counters;
mod properties;
mod security_status;
mod selection;

use jpki_model::{Event, Expectation, Model, Reference, Setup, Value};

/// Plays the events to a model of this card; what is seen after the last one.
fn play(setup: &Setup, events: &[Event]) -> Expectation {
    let mut model = Model::new(setup);
    events.iter().fold(model.look(), |_, event| model.apply(event))
}

/// VERIFY by short identifier.
const fn verify(sfi: u8, value: Value) -> Event {
    Event::Verify { key: Reference::Sfi(sfi), value }
}

//! The oracle of the card: what a My Number card must answer as far as its retry counters, its security
//! status and its selection go, written from the public notes on the card and from nothing else.
//!
//! It knows neither the virtual card nor the harness, so it can judge both. It speaks in [`Event`]s, not
//! in bytes: which bytes carry an event, and which value is the right one, is the business of whoever
//! plays the events to a card.
//!
//! ```
//! use jpki_model::{Application, Event, Model, Reference, Setup, Value};
//!
//! let mut model = Model::new(&Setup::default());
//! model.apply(&Event::SelectApplication(Application::Jpki));
//! let seen = model.apply(&Event::Verify { key: Reference::Sfi(0x18), value: Value::Wrong });
//! assert!(seen.answer.allows(0x63C2), "one of three tries is spent");
//! ```

mod event;
mod expectation;
mod knobs;
mod layout;
mod model;
mod setup;

pub use event::{Event, NewValue, Reference, Reset, Value};
pub use expectation::{Answer, Expectation};
pub use knobs::{Knobs, PrefixSelect, Status, WrongLength};
pub use layout::{Application, Change, Key, Kind};
pub use model::{Model, Secret};
pub use setup::{Setup, Tries};

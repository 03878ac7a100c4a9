//! What the server of a card keeps over its own death: counters, changed values, the standing of certificates.
//!
//! [`Keeper::keep`] is called before the answer of a command leaves, so a try that a client has seen spent is spent
//! on disk. A server that is killed at any moment leaves the state before the command or the one after it, whole.
//!
//! | noun | file |
//! | --- | --- |
//! | what is kept | here |
//! | which card it belongs to | `fingerprint` |
//! | the text of a state | `document` |
//! | when it is written | `keeper` |
//! | the file, and who may use it | `file` |
//! | how a file takes the place of another | `replace` |
//! | why a state is refused | `error` |

mod document;
mod error;
mod file;
mod fingerprint;
mod keeper;
mod replace;

pub use error::{Flaw, StateError};
pub use file::StateFile;
pub use fingerprint::Fingerprint;
pub use keeper::{Keeper, Present};

use crate::authority::{Purpose, Register};
use crate::card::Memory;

/// What is kept about the card in the slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Name of the embedded card, or path of the card file.
    pub card: String,
    /// Of the personalisation: a state is recalled by no other card.
    pub fingerprint: Fingerprint,
    /// What the card keeps without power.
    pub memory: Memory,
    /// The certificates whose last day was moved into the past.
    pub expired: Vec<Purpose>,
    /// What the authority says about its certificates.
    pub register: Register,
}

//! The ground of the project: command and response APDUs, status words, TLV, and the transport
//! through which everybody reaches a card. It knows no card.

mod command;
pub mod shown;
mod status_word;
pub mod tlv;
mod transport;

pub use command::{BuildError, Command, CommandBuf, Malformed};
pub use status_word::StatusWord;
pub use transport::{Reset, Response, Transport, TransportError, TransportFault};

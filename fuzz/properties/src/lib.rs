//! What the fuzzers check: one function per target, from bytes to a panic when something is wrong.
//!
//! They are ordinary functions of an ordinary crate, so that seeds and past findings are replayed by
//! `cargo test` as well.

mod apdu_command;
mod ber_tlv;
mod card_session;
mod control_request;
mod counters;
#[cfg(feature = "seeds")]
pub mod seeds;
mod session;
mod stub_card;
mod wire_session;

pub use apdu_command::apdu_command;
pub use ber_tlv::ber_tlv;
pub use card_session::card_session;
pub use control_request::control_request;
pub use session::{Session, Step};
pub use wire_session::wire_session;

/// A target: its name, and what it does with the fuzzer's bytes.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 5] = [
    ("apdu_command", apdu_command),
    ("ber_tlv", ber_tlv),
    ("card_session", card_session),
    ("control_request", control_request),
    ("wire_session", wire_session),
];

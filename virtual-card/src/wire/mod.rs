//! The wires of the card: how programs reach the slot that it sits in.
//!
//! | noun | file |
//! | --- | --- |
//! | the frames of vpcd | [`frame`] |
//! | the card behind pcscd, as vpcd's client | [`vpcd`] |
//! | lines of hex, and the words beside them | [`mod@line`] |
//! | lines on standard input and output | [`stdio`] |
//! | lines over TCP | [`tcp`] |

pub mod frame;
pub mod line;
pub mod stdio;
pub mod tcp;
pub mod vpcd;

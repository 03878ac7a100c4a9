//! A virtual My Number card (個人番号カード): what the chip answers, byte for byte, in any state.
//!
//! Personalisation makes a [`CardImage`](image::CardImage); a [`Card`] plays it: command bytes in, response
//! bytes out, without a clock and without input or output of its own.

pub mod authority;
pub mod card;
pub mod cli;
mod closest;
pub mod control;
pub mod exit_code;
pub mod image;
pub mod names;
pub mod personalise;
pub mod pkcs1;
pub mod profile;
pub mod pss;
pub mod signer;
pub mod slot;
pub mod state;
pub mod stop;
pub mod transcript;
pub mod wire;

pub use card::{Card, ImageError, Mute, ResponseBuffer};

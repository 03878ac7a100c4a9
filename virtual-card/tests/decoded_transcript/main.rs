//! The transcript of a card: what it says, and that it never says the value of a key.

mod desk;
mod masking;
mod session;
mod words;

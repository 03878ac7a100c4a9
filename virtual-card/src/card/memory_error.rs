//! What can be wrong with a memory.

use std::fmt;

/// Why a card cannot recall a memory: it is another card's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemoryError {
    /// A key that the card does not have.
    #[error("the card has no key {0}")]
    NoSuchKey(KeyName),
    /// A key that is named twice.
    #[error("key {0} is remembered twice")]
    KeyTwice(KeyName),
    /// A key of the card about which nothing is remembered.
    #[error("nothing is remembered about key {0}")]
    KeyMissing(KeyName),
    /// More tries left than the key can have.
    #[error("key {key} cannot have {tries_left} tries left; it has at most {tries}")]
    Tries {
        /// The key.
        key: KeyName,
        /// Tries that would be left.
        tries_left: u8,
        /// Greatest number of tries.
        tries: u8,
    },
    /// A value that no command could have given the key.
    #[error("the value of key {0} is none that this key can have")]
    Value(KeyName),
    /// No card hands out so many random numbers.
    #[error("{0} stretches of random numbers are more than a card has")]
    Random(u64),
}

/// A key as messages name it: its application and its file, as hex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyName {
    /// Name of the application on the wire.
    pub application: Vec<u8>,
    /// Identifier of the key file.
    pub file: u16,
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X} of application {}", self.file, hex::encode_upper(&self.application))
    }
}

//! What must be seen after an event.

use crate::layout::{Application, Key};
use std::fmt;

/// What must be seen after an event: the answer, and the whole state of the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The status word.
    pub answer: Answer,
    /// Tries left of every key.
    pub tries: Vec<(Key, u8)>,
    /// The keys whose security status is there.
    pub verified: Vec<Key>,
    /// The current application.
    pub application: Application,
    /// The current elementary file.
    pub file: Option<u16>,
}

/// The status words that are right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// This one.
    Exactly(u16),
    /// Any of these: no source settles which.
    OneOf(Vec<u16>),
    /// None: the event is no command.
    None,
}

impl Answer {
    pub(crate) const SUCCESS: Self = Self::Exactly(0x9000);

    /// Whether this status word is right.
    #[must_use]
    pub fn allows(&self, status: u16) -> bool {
        match self {
            Self::Exactly(word) => *word == status,
            Self::OneOf(words) => words.contains(&status),
            Self::None => false,
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(word) => write!(f, "{word:04X}"),
            Self::OneOf(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("{word:04X}")).collect();
                f.write_str(&words.join(" or "))
            }
            Self::None => f.write_str("no answer"),
        }
    }
}

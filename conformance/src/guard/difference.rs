//! What the guard saw that must not be: it ends the run.

use jpki_apdu::StatusWord;
use std::fmt;

/// A difference between what a card did and what it must do; the first one ends the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A counter is not what it must be.
    Counter {
        /// The key.
        key: String,
        /// Tries that must be left.
        expected: u8,
        /// Tries that the card tells; `None` when it tells none any more.
        seen: Option<u8>,
        /// After what.
        after: After,
    },
    /// Looking at the counters costs a try.
    Looking {
        /// The key that was asked.
        key: String,
        /// It was the SELECT, not the question.
        selects: bool,
        /// Tries that were told first.
        expected: u8,
        /// Tries that were told then.
        seen: Option<u8>,
    },
    /// The right value was not taken.
    RightRefused {
        /// The key.
        key: String,
        /// The answer.
        status: StatusWord,
    },
    /// A value that must be wrong was taken.
    WrongTaken {
        /// The key.
        key: String,
    },
    /// An application that was there cannot be selected any more.
    ApplicationGone(String),
    /// Another card came back than the one that went away.
    AnotherCard,
    /// The card went away while a value was being changed.
    ValueInDoubt {
        /// The key.
        key: String,
    },
    /// A value that a case changed could not be changed back.
    NotChangedBack {
        /// The key.
        key: String,
        /// The answer.
        status: StatusWord,
    },
}

/// What a counter was looked at after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// Nothing that may cost a try.
    Reading,
    /// The right value of this key.
    Right,
    /// A wrong value of this key.
    Wrong,
    /// A change of this key's value.
    Change,
    /// A value of another key.
    AnotherKey,
    /// The card had gone away.
    Absence,
}

impl Difference {
    /// Presenting the right value may still give tries back: the card was not seen to count what it must not.
    pub(super) const fn leaves_room_to_restore(&self) -> bool {
        matches!(self, Self::Counter { after: After::Wrong | After::Absence, .. })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Counter { key, expected, seen: Some(seen), after } => {
                write!(f, "{key} must have {} {after}; the card tells {seen}", tries(*expected))
            }
            Self::Counter { key, expected, seen: None, after } => {
                write!(f, "{key} must have {} {after}; the card tells none", tries(*expected))
            }
            Self::Looking { key, selects, expected, seen } => {
                let what = if *selects { "selecting its application" } else { "asking for its tries" };
                let seen = seen.map_or("none".to_owned(), |seen| seen.to_string());
                write!(
                    f,
                    "{key} had {} before and {seen} after {what}, which must cost nothing",
                    tries(*expected)
                )
            }
            Self::RightRefused { key, status } => {
                write!(
                    f,
                    "the value of {key} in the card's profile was answered with {status}: {}",
                    status.meaning()
                )
            }
            Self::WrongTaken { key } => write!(f, "a wrong value of {key} was taken for the right one"),
            Self::ApplicationGone(name) => {
                write!(f, "the application \"{name}\" cannot be selected any more")
            }
            Self::AnotherCard => f.write_str("another card came back than the one that went away"),
            Self::ValueInDoubt { key } => {
                write!(
                    f,
                    "the card went away while the value of {key} was being changed: it is the old one or the new one"
                )
            }
            Self::NotChangedBack { key, status } => {
                write!(f, "the value of {key} could not be changed back: {status}, {}", status.meaning())
            }
        }
    }
}

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reading => "left, because nothing was presented to it",
            Self::Right => "left after its right value",
            Self::Wrong => "left after one wrong value",
            Self::Change => "left after its value was changed",
            Self::AnotherKey => "left, because only another key was presented a value",
            Self::Absence => "left after the card was away",
        })
    }
}

/// `1 try`, `3 tries`.
pub(super) fn tries(tries: u8) -> String {
    if tries == 1 { "1 try".to_owned() } else { format!("{tries} tries") }
}

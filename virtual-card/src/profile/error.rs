//! What is wrong with a card file, and where.

use std::ops::Range;

/// A card file that cannot be used: the fault is in the data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {problem}")]
pub struct LoadError {
    /// The file at fault; not always the one that was asked for.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The place as a range of bytes in the file.
    pub span: Range<usize>,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with a card file. No message shows a PIN or a number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A value holds something else than this.
    #[error("expected {0}")]
    Expected(&'static str),
    /// `extends` leads back to a card that is being read.
    #[error("\"{0}\" extends itself")]
    ExtendsItself(String),
    /// The values of 照合番号A, B or the birth-date key contradict the holder's data.
    #[error("the value does not follow from the holder's data (leave it out and it will)")]
    HolderContradicts,
    /// A word that has to stand in each file, because it is not taken from another card.
    #[error("\"{0}\" is missing; it does not come from the card that this one extends")]
    HeadMissing(&'static str),
    /// `without` names something that the card does not have.
    #[error("there is no \"{0}\" to leave out")]
    NothingToLeaveOut(String),
    /// The text is no TOML, or does not have the shape of a card file.
    #[error("{0}")]
    Shape(String),
    /// More tries left than there are.
    #[error("{left} tries left of {tries}")]
    TriesLeft {
        /// Tries left.
        left: u8,
        /// Greatest number of tries.
        tries: u8,
    },
    /// An application that no source of the card's interface names.
    #[error("unknown application \"{0}\"")]
    UnknownApplication(String),
    /// `extends` names a card that is not there.
    #[error("there is no card \"{0}\" to extend")]
    UnknownBase(String),
    /// A key that no application of the card has.
    #[error("unknown key \"{0}\"")]
    UnknownKey(String),
    /// A right value that is given twice.
    #[error("both value and value_from")]
    ValueTwice,
}

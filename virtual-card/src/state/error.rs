//! Why a state is refused, and what to do about it.

use crate::card::MemoryError;
use std::io;
use std::path::PathBuf;

/// Why a state cannot be read, kept or recalled. Whatever it is, the file stays as it is: nothing is reset in silence.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Another server has the file.
    #[error("another server keeps its state in {}", .0.display())]
    InUse(PathBuf),
    /// The file system refuses.
    #[error("cannot {deed} {}: {error}", .path.display())]
    FileSystem {
        /// What was to be done, a verb.
        deed: &'static str,
        /// With which file or directory.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The file is no state, or one that was damaged.
    #[error("{} {flaw}", .path.display())]
    Flawed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        flaw: Flaw,
    },
    /// The state of a card of another name.
    #[error("{} is the state of the card \"{kept}\", not of \"{wanted}\"", .path.display())]
    OtherCard {
        /// The file.
        path: PathBuf,
        /// The card in the file.
        kept: String,
        /// The card that was asked for.
        wanted: String,
    },
    /// The card has the name, but other keys or certificates.
    #[error(
        "{} is the state of a card \"{card}\" that had other keys or certificates than the card of that name has now",
        .path.display()
    )]
    OtherPersonalisation {
        /// The file.
        path: PathBuf,
        /// The card.
        card: String,
    },
    /// The card cannot have come into this state.
    #[error("{} is the state of another card: {error}", .path.display())]
    OtherKeys {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        error: MemoryError,
    },
}

/// What is wrong with the content of a state file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// A directory, a pipe or a device.
    #[error("is no ordinary file")]
    NoFile,
    /// Nothing in it. A server never leaves such a file behind.
    #[error("is empty, so it is not the state of a card")]
    Empty,
    /// Something else altogether.
    #[error("is not the state of a virtual card")]
    Foreign,
    /// Longer than any state.
    #[error("has {0} bytes, more than the state of any card")]
    TooLong(u64),
    /// Written by a later version of this program.
    #[error("is a state of format {0}, and this version of the program reads only format 1")]
    NewerFormat(u32),
    /// The line with the checksum is missing.
    #[error("ends before its checksum: the rest of it is lost")]
    CutOff,
    /// The checksum is that of another text.
    #[error("was changed or damaged: its checksum does not match")]
    Checksum,
    /// The checksum matches and still it is no state: nobody but a mistaken program writes that.
    #[error("cannot be understood at line {line}, column {column}, though its checksum matches")]
    Content {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
}

impl StateError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::InUse(_) => "end the other server, or give this one a file of its own",
            Self::FileSystem { .. } => "give --state a file in a directory that exists and can be written",
            Self::Flawed { flaw: Flaw::NoFile, .. } => "give --state the path of a file, there or not",
            Self::Flawed { flaw: Flaw::NewerFormat(_), .. } => {
                "use the version that wrote it, or move it away to begin with a factory-fresh card"
            }
            Self::Flawed { .. } => {
                "nothing was reset; move the file away to begin with a factory-fresh card, or put back a copy that is whole"
            }
            Self::OtherCard { .. } => "leave out --card, or give each card a state file of its own",
            Self::OtherPersonalisation { .. } | Self::OtherKeys { .. } => {
                "put back the card file that the state belongs to, or move the state away to begin with a factory-fresh card"
            }
        }
    }
}

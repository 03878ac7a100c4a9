//! Why a card cannot be personalised.

use crate::authority::IssueError;
use crate::profile::LoadError;
use crate::signer::KeyError;

/// Why a card cannot be personalised. No message shows a PIN or a number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PersonaliseError {
    /// The authority refuses: the dates or the serial number are wrong.
    #[error("certificate: {0}")]
    Certificate(#[from] IssueError),
    /// A key file holds no usable key.
    #[error("key file \"{name}\": {error}")]
    Key {
        /// Name of the file without its ending.
        name: String,
        /// What is wrong with it.
        error: KeyError,
    },
    /// The card file is wrong.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A field that should be hex.
    #[error("\"{0}\" is no hex")]
    NoHex(String),
    /// Every application but a foreign one holds data of a person.
    #[error("the card has applications but no holder")]
    NoHolder,
    /// An application has a key that the card file does not describe.
    #[error("the card file says nothing about the key \"{0}\"")]
    NoKey(&'static str),
    /// The right value of a key is known only to the environment of a run against a real card.
    #[error("the card file does not hold the value of the key \"{0}\"")]
    NoValue(&'static str),
    /// An application that this crate does not know.
    #[error("unknown application \"{0}\"")]
    UnknownApplication(String),
    /// No embedded card has this name.
    #[error("there is no card \"{0}\"")]
    UnknownCard(String),
    /// No key file has this name.
    #[error("there is no key file \"{0}\"")]
    UnknownKeyFile(String),
}

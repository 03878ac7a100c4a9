//! What can happen to a card, in the words of its users.

use crate::layout::Application;
use std::fmt;

/// Something that happens to a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// SELECT of an application by its whole name.
    SelectApplication(Application),
    /// SELECT of an application by so many first bytes of its name; no other name begins like this.
    SelectByPrefix(Application, u8),
    /// SELECT of an application that no card of this kind has.
    SelectUnknownApplication,
    /// SELECT of the master file, four bytes.
    SelectMasterFile,
    /// SELECT of an elementary file of the current application, whether it exists or not.
    SelectFile(u16),
    /// VERIFY.
    Verify {
        /// Which key.
        key: Reference,
        /// Which value.
        value: Value,
    },
    /// VERIFY without data: how many tries are left?
    Query(Reference),
    /// The holder gives the current key another value.
    Change(NewValue),
    /// READ BINARY of the first byte.
    Read(Reference),
    /// COMPUTE DIGITAL SIGNATURE.
    Sign(Reference),
    /// COMPUTE DIGITAL SIGNATURE with the application's default key.
    SignWithDefaultKey,
    /// A reset.
    Reset(Reset),
}

/// How a command names an elementary file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reference {
    /// The current one.
    Current,
    /// By its short identifier, 01 to 1E.
    Sfi(u8),
}

/// A value that is shown to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// The right one.
    Right,
    /// A wrong one that looks right: the value before or after a change.
    Wrong,
    /// The right one without its last character.
    TooShort,
}

/// A value that a key is changed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NewValue {
    /// A well-formed one.
    WellFormed,
    /// One that the issuer's format forbids.
    Malformed,
}

/// How a card is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reset {
    /// Power is taken away and given again.
    Cold,
    /// The reset line only.
    Warm,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SelectApplication(application) => write!(f, "select the application {application}"),
            Self::SelectByPrefix(application, bytes) => {
                write!(f, "select the application {application} by the first {bytes} bytes of its name")
            }
            Self::SelectUnknownApplication => f.write_str("select an application that does not exist"),
            Self::SelectMasterFile => f.write_str("select the master file"),
            Self::SelectFile(id) => write!(f, "select the file {id:04X}"),
            Self::Verify { key, value } => write!(f, "verify {value} of {key}"),
            Self::Query(key) => write!(f, "ask {key} for the remaining tries"),
            Self::Change(new) => write!(f, "change the current file to {new}"),
            Self::Read(file) => write!(f, "read {file}"),
            Self::Sign(key) => write!(f, "sign with {key}"),
            Self::SignWithDefaultKey => f.write_str("sign with the default key"),
            Self::Reset(Reset::Cold) => f.write_str("power off and on"),
            Self::Reset(Reset::Warm) => f.write_str("warm reset"),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Current => f.write_str("the current file"),
            Self::Sfi(sfi) => write!(f, "file {sfi:02X} by its short identifier"),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Right => "the right value",
            Self::Wrong => "a wrong value",
            Self::TooShort => "a value that is too short",
        })
    }
}

impl fmt::Display for NewValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WellFormed => "another value",
            Self::Malformed => "a malformed value",
        })
    }
}

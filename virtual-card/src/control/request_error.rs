//! Why a line is no request.

use super::{VERBS, Verb};
use crate::profile::UnknownReason;
use crate::slot::LONGEST_DELAY;

/// Why a line is no request. What stood there in the place of a value is never repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Nothing is asked.
    #[error("an empty line asks nothing; the verbs are {}", verbs())]
    Empty,
    /// A line with control characters in it.
    #[error("a request is plain text without control characters")]
    ControlCharacter,
    /// A word that is no verb.
    #[error("no verb is called \"{word}\"; {}", match meant { Some(verb) => format!("is {verb} meant?"), None => format!("the verbs are {}", verbs()) })]
    UnknownVerb {
        /// The word.
        word: String,
        /// The verb that it resembles.
        meant: Option<&'static str>,
    },
    /// Too few words after the verb, too many, or others.
    #[error("write: {}", .0.usage())]
    Usage(&'static Verb),
    /// More tries than a key can have.
    #[error("a key has at most {MOST_TRIES} tries: a status word tells no more")]
    TooManyTries,
    /// A value that is no hex.
    #[error("HEXVALUE is the value as VERIFY sends it, in hex, two digits a byte")]
    NotHex,
    /// A delay that no client waits for.
    #[error("a delay is at most {} milliseconds", LONGEST_DELAY.as_millis())]
    TooSlow,
    /// A word that names no certificate.
    #[error("\"{0}\" is no certificate: auth, sign or both")]
    Certificates(String),
    /// A word that is no reason for a revocation.
    #[error(transparent)]
    Reason(#[from] UnknownReason),
}

/// `63Cx` has room for no more.
pub(super) const MOST_TRIES: u8 = 15;

fn verbs() -> String {
    VERBS.map(|verb| verb.word).join(", ")
}

//! Values of keys by words: right, wrong in several ways, or given.

use super::session::Session;
use super::stop::Stop;
use super::value;
use crate::scenario::syntax::{self, Credential};

/// The value that VERIFY or CHANGE presents, from the words of [`crate::scenario::Step::verify`].
///
/// `right` is the value that these words are measured against; `None` when the step names no key.
pub(crate) fn value(words: &str, key: Option<&str>, session: &Session<'_>) -> Result<Vec<u8>, Stop> {
    let word = match syntax::credential(words).map_err(value::malformed)? {
        Credential::Literal(bytes) => return Ok(bytes),
        Credential::Saved(saved) => return session.saved(&saved).map(|saved| saved.bytes),
        Credential::Fact(fact) => {
            return session.known().fact(fact.trim_start_matches('@')).map_err(Stop::Skipped);
        }
        Credential::Word(word) => word,
    };
    let Some(key) = key else {
        return Err(Stop::suite(format!(
            "VERIFY \"{words}\" needs a key: select its file or name it with `key`"
        )));
    };
    let right = match session.pin(key) {
        Ok(right) => right.to_vec(),
        // A key that was delivered blocked has no right value; every well-formed one is as wrong as another.
        Err(_) if session.names().key(key).is_some_and(|(_, f)| f.tries == Some(0)) => b"0000".to_vec(),
        Err(reason) => return Err(Stop::Skipped(reason)),
    };
    let seed = session.seed();
    match word {
        "right" => Ok(right),
        "factory" => session.known().value(key).map(<[u8]>::to_vec).map_err(Stop::Skipped),
        "wrong" => Ok(wrong(&right, seed)),
        "wrong-again" => Ok(wrong(&right, seed + 1)),
        "short" => Ok(right[..right.len().saturating_sub(1)].to_vec()),
        "long" => Ok([&right[..], &right[..1.min(right.len())]].concat()),
        "lower-case" => {
            let lower = right.to_ascii_lowercase();
            if lower == right {
                Err(Stop::suite(format!("the value of {key} has no letters")))
            } else {
                Ok(lower)
            }
        }
        "letters" => {
            let mut letters = right;
            if let Some(last) = letters.last_mut() {
                *last = b'A';
            }
            Ok(letters)
        }
        _ => Err(Stop::suite(format!("\"{word}\" is no value that VERIFY can present"))),
    }
}

/// A value of the same form that is not the right one: every character moves on by 1 to 8 places, so that
/// digits stay digits and letters stay letters. Seeds that follow each other give different values.
fn wrong(right: &[u8], seed: u64) -> Vec<u8> {
    let by = 1 + (seed % 8) as u8;
    right
        .iter()
        .map(|&c| match c {
            b'0'..=b'9' => b'0' + (c - b'0' + by) % 10,
            b'A'..=b'Z' => b'A' + (c - b'A' + by) % 26,
            b'a'..=b'z' => b'a' + (c - b'a' + by) % 26,
            other => other.wrapping_add(by),
        })
        .collect()
}

/// How a report speaks of a value: never by showing it.
pub(crate) fn words(words: &str) -> &str {
    match words {
        "right" => "right PIN",
        "factory" => "PIN as it left the factory",
        "wrong" => "wrong PIN",
        "wrong-again" => "another wrong PIN",
        "short" => "PIN one character short",
        "long" => "PIN one character long",
        "lower-case" => "right PIN in lower case",
        "letters" => "PIN with a letter in it",
        _ => "given value",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_wrong_value_keeps_the_form_and_is_never_right(right in "[0-9A-Z]{4,16}", seed: u64) {
            let seed = seed % (u64::MAX - 1);
            let first = wrong(right.as_bytes(), seed);
            let second = wrong(right.as_bytes(), seed + 1);
            prop_assert_ne!(&first, right.as_bytes());
            prop_assert_ne!(&second, right.as_bytes());
            prop_assert_ne!(&first, &second);
            for (wrong, right) in first.iter().zip(right.as_bytes()) {
                prop_assert_eq!(wrong.is_ascii_digit(), right.is_ascii_digit());
            }
        }
    }
}

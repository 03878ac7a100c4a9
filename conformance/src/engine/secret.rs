//! What must never be printed: PIN values and their like.

use jpki_apdu::shown::spaced;
use std::fmt;

/// Shown instead of a secret.
pub(crate) const DOTS: &str = "····";

/// The values that no output may show, however they got there.
#[derive(Clone, Default)]
pub struct Secrets {
    values: Vec<Vec<u8>>,
}

impl Secrets {
    /// Adds a value. Values of fewer than four bytes would blot out half of every text and are no PINs.
    pub fn add(&mut self, value: &[u8]) {
        if value.len() >= 4 && !self.values.iter().any(|v| v == value) {
            self.values.push(value.to_vec());
            // A value may begin with another one; the longer is replaced first.
            self.values.sort_by_key(|v| std::cmp::Reverse(v.len()));
        }
    }

    /// One of the values stands in these bytes.
    #[must_use]
    pub fn occur_in(&self, bytes: &[u8]) -> bool {
        self.values.iter().any(|v| bytes.windows(v.len()).any(|w| w == v))
    }

    /// The text with every value replaced by dots, as text and as hex of either case.
    #[must_use]
    pub fn scrub(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for value in &self.values {
            for spelling in [
                String::from_utf8_lossy(value).into_owned(),
                hex::encode(value),
                hex::encode_upper(value),
                spaced(value),
            ] {
                if text.contains(&spelling) {
                    text = text.replace(&spelling, DOTS);
                }
            }
        }
        text
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({} masked)", self.values.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_scrubbed_in_every_spelling() {
        let mut secrets = Secrets::default();
        secrets.add(b"ABC123");
        let text = "wrong PIN ABC123, 414243313233, 41 42 43 31 32 33 and 41424331323a";
        assert_eq!(secrets.scrub(text), "wrong PIN ····, ····, ···· and 41424331323a");
    }

    #[test]
    fn the_debug_form_shows_no_value() {
        let mut secrets = Secrets::default();
        secrets.add(b"1234");
        assert_eq!(format!("{secrets:?}"), "Secrets(1 masked)");
    }

    #[test]
    fn a_value_inside_longer_bytes_is_found() {
        let mut secrets = Secrets::default();
        secrets.add(b"1234");
        assert!(secrets.occur_in(b"xx1234yy"));
        assert!(!secrets.occur_in(b"12x34"));
    }
}

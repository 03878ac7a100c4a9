//! The values of the card's keys, which no line may show in any spelling.

use jpki_apdu::shown::spaced;
use std::collections::VecDeque;
use std::fmt;

/// Shown instead of a value.
pub(super) const DOTS: &str = "····";

/// Values that are shorter are none of this card's and would blot out half of every line.
const SHORTEST: usize = 4;

/// How many values are remembered, the last ones: enough for every key of several cards and many changes.
const MOST: usize = 64;

/// Values of keys: those of the cards in the slot, and those that the session has set since.
#[derive(Default)]
pub(super) struct Secrets {
    values: VecDeque<Secret>,
}

/// A value and the ways in which a line could spell it.
struct Secret {
    value: Vec<u8>,
    spellings: Vec<String>,
}

impl Secrets {
    /// Remembers a value.
    pub(super) fn add(&mut self, value: &[u8]) {
        if value.len() < SHORTEST || self.values.iter().any(|secret| secret.value == value) {
            return;
        }
        if self.values.len() == MOST {
            self.values.pop_front();
        }
        self.values.push_back(Secret::new(value));
    }

    /// Where values stand in these bytes.
    pub(super) fn places_in<'a>(
        &'a self,
        bytes: &'a [u8],
    ) -> impl Iterator<Item = std::ops::Range<usize>> + 'a {
        self.values.iter().flat_map(move |secret| {
            let len = secret.value.len();
            let starts = bytes.windows(len).enumerate().filter(|(_, window)| *window == secret.value);
            starts.map(move |(start, _)| start..start + len)
        })
    }

    /// A value stands in these bytes.
    pub(super) fn occur_in(&self, bytes: &[u8]) -> bool {
        self.places_in(bytes).next().is_some()
    }

    /// The text with dots instead of every value.
    pub(super) fn scrub(&self, mut text: String) -> String {
        for spelling in self.values.iter().flat_map(|secret| &secret.spellings) {
            if text.contains(spelling) {
                text = text.replace(spelling, DOTS);
            }
        }
        text
    }
}

impl Secret {
    fn new(value: &[u8]) -> Self {
        let mut spellings =
            vec![hex::encode_upper(value), hex::encode(value), spaced(value), spaced(value).to_lowercase()];
        if let Ok(text) = str::from_utf8(value) {
            spellings.extend([text.to_owned(), text.to_lowercase()]);
        }
        spellings.sort_unstable();
        spellings.dedup();
        Self { value: value.to_owned(), spellings }
    }
}

impl fmt::Debug for Secrets {
    /// Never shows a value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({} masked)", self.values.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(values: &[&[u8]]) -> Secrets {
        let mut secrets = Secrets::default();
        values.iter().for_each(|value| secrets.add(value));
        secrets
    }

    #[test]
    fn a_value_is_scrubbed_in_every_spelling() {
        let text = "ABC123 abc123 414243313233 41 42 43 31 32 33 41424331323a".to_owned();
        assert_eq!(secrets(&[b"ABC123"]).scrub(text), "···· ···· ···· ···· 41424331323a");
    }

    #[test]
    fn the_oldest_of_too_many_values_is_forgotten() {
        let mut secrets = secrets(&[b"FIRST1"]);
        (0..MOST as u32).for_each(|number| secrets.add(format!("NEXT{number:02}").as_bytes()));
        assert!(!secrets.occur_in(b"FIRST1"));
        assert!(secrets.occur_in(b"NEXT00") && secrets.occur_in(b"NEXT63"));
    }

    #[test]
    fn debug_output_shows_no_value() {
        assert_eq!(format!("{:?}", secrets(&[b"1234"])), "Secrets(1 masked)");
    }

    #[test]
    fn values_are_found_where_they_stand_and_where_they_overlap() {
        let secrets = secrets(&[b"1212"]);
        assert_eq!(secrets.places_in(b"x121212").collect::<Vec<_>>(), [1..5, 3..7]);
    }
}

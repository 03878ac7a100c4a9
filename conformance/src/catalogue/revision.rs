//! The revision of the catalogue: which rules somebody was judged by.

use crate::vectors::Vectors;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// `vectors/catalogue.toml`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevisionFile {
    /// Version of this file format; 1 today.
    pub format: u32,
    /// Year and number, `2026.1`; a new one with every change of a rule's meaning.
    pub revision: String,
}

/// Revision and content of the catalogue.
#[derive(Clone, Debug, Default, Serialize, JsonSchema, PartialEq, Eq)]
pub struct Revision {
    /// `2026.1`.
    pub number: String,
    /// First twelve hex digits of the SHA-256 of the documents, contradictions and rules as they were read.
    pub digest: String,
}

/// The catalogue has another revision than the one that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the rules have revision {have}, not {want}")]
pub struct WrongRevision {
    /// What was asked for.
    pub want: String,
    /// What there is.
    pub have: Revision,
}

impl Revision {
    /// The revision with this number, of the catalogue in these vectors.
    pub(super) fn of(number: String, vectors: &Vectors) -> Self {
        let mut hash = Sha256::new();
        let is_catalogue = |path: &str| {
            path.starts_with("rules/") || matches!(path, "documents.toml" | "contradictions.toml")
        };
        for file in vectors.iter().filter(|file| is_catalogue(&file.path)) {
            for part in [&file.path, &file.text] {
                // With the lengths in it no two sets of files hash alike.
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part.as_bytes());
            }
        }
        Self { number, digest: hex::encode(&hash.finalize()[..6]) }
    }

    /// Holds the revision against the one that a user pinned: `2026.1`, or `2026.1+0123456789ab` for the very
    /// same text.
    ///
    /// # Errors
    /// It is another one.
    pub fn check(&self, want: &str) -> Result<(), WrongRevision> {
        if want == self.number || want == self.to_string() {
            return Ok(());
        }
        Err(WrongRevision { want: want.to_owned(), have: self.clone() })
    }

    /// Year and number: `2026.1`.
    pub(super) fn is_well_formed(number: &str) -> bool {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        number.split_once('.').is_some_and(|(year, count)| year.len() == 4 && digits(year) && digits(count))
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}", self.number, self.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vectors(rule: &str) -> Vectors {
        let mut vectors = Vectors::default();
        vectors.insert("rules/a.toml", "a.toml", rule);
        vectors
    }

    #[test]
    fn a_pin_names_the_number_or_the_very_text() {
        let revision = Revision::of("2026.1".into(), &vectors("a"));
        assert_eq!(revision.check("2026.1"), Ok(()));
        assert_eq!(revision.check(&revision.to_string()), Ok(()));
        assert!(revision.check("2026.2").is_err());
        assert!(revision.check("2026.1+000000000000").is_err());
    }

    #[test]
    fn the_digest_changes_with_the_text_of_a_rule_and_with_nothing_else() {
        let mut more = vectors("a");
        more.insert("scenarios/card/x.toml", "x.toml", "scenario");
        let of = |vectors: &Vectors| Revision::of("2026.1".into(), vectors).digest;
        assert_eq!(of(&vectors("a")), of(&more));
        assert_ne!(of(&vectors("a")), of(&vectors("b")));
    }
}

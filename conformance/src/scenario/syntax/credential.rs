//! What VERIFY and CHANGE present: a word, a given value, a value of the profile, a saved value.

use super::{Malformed, SavedPart, hex, saved};

/// Words for values that VERIFY and CHANGE present.
const CREDENTIALS: &[&str] =
    &["right", "factory", "wrong", "wrong-again", "short", "long", "lower-case", "letters"];

/// What VERIFY or CHANGE presents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// One of [`CREDENTIALS`].
    Word(&'static str),
    /// A given value.
    Literal(Vec<u8>),
    /// A value of the card's profile, with its `@`.
    Fact(String),
    /// A saved value or a part of one.
    Saved(SavedPart),
}

/// A value that VERIFY or CHANGE presents: a word, `text:…`, `hex:…`, `saved:…` or `@…`.
pub(crate) fn credential(text: &str) -> Result<Credential, Malformed> {
    if let Some(value) = text.strip_prefix("text:") {
        return Ok(Credential::Literal(value.as_bytes().to_vec()));
    }
    if let Some(value) = text.strip_prefix("hex:") {
        return hex(value).map(Credential::Literal);
    }
    if let Some(name) = text.strip_prefix("saved:") {
        return saved(name).map(Credential::Saved);
    }
    if text.starts_with('@') {
        return Ok(Credential::Fact(text.to_owned()));
    }
    let word = CREDENTIALS.iter().find(|word| **word == text).copied().map(Credential::Word);
    word.ok_or_else(|| {
        Malformed::unknown("value", text, CREDENTIALS.iter().copied().chain(["text:…", "hex:…", "saved:…"]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("right", Ok(Credential::Word("right")))]
    #[case("text:12 34", Ok(Credential::Literal(b"12 34".to_vec())))]
    #[case("hex:31 32", Ok(Credential::Literal(b"12".to_vec())))]
    #[case("hex:3", Err("\"3\" is no hex: Odd number of digits"))]
    #[case("rihgt", Err("unknown value \"rihgt\""))]
    #[case("1234", Err("unknown value \"1234\""))]
    fn a_credential_is_a_word_or_a_value(#[case] text: &str, #[case] read: Result<Credential, &str>) {
        assert_eq!(credential(text).map_err(|wrong| wrong.message), read.map_err(str::to_owned));
    }
}

//! TOML read strictly: every value keeps its place, and whatever is wrong is said with that place.

use crate::closest::closest;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::vectors::SourceFile;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// As many known words are listed where none is close to what was written; more help nobody.
const LISTED: usize = 16;

/// A value with its place in the file.
pub(crate) type Value<'t> = Spanned<DeValue<'t>>;

/// The tables of one file, taken apart.
pub(crate) struct Document<'t> {
    root: DeTable<'t>,
}

impl<'t> Document<'t> {
    /// Reads a file; several syntax errors are told at once.
    pub(crate) fn parse(file: &'t SourceFile, found: &mut Diagnostics) -> Option<Self> {
        let (root, errors) = DeTable::parse_recoverable(&file.text);
        if errors.is_empty() {
            return Some(Self { root: root.into_inner() });
        }
        found.extend(errors.iter().map(|error| explain(file, error)));
        None
    }

    /// Reads a file whose root is `format = 1` and a list of tables of this name; gives each of them.
    pub(crate) fn list(file: &'t SourceFile, name: &str, found: &mut Diagnostics) -> Vec<Value<'t>> {
        let Some(Self { root }) = Self::parse(file, found) else { return Vec::new() };
        let mut list = Vec::new();
        let mut format = false;
        for (key, value) in root {
            let key_span = key.span();
            match &**key.get_ref() {
                "format" => {
                    format = true;
                    if value.get_ref().as_integer().map(|number| number.as_str()) != Some("1") {
                        let message = "this program reads format 1 only";
                        found.push(Diagnostic::at(file, value.span(), message));
                    }
                }
                key if key == name => match value.into_inner() {
                    DeValue::Array(values) => list.extend(values),
                    other => {
                        let message = format!("\"{name}\" is a list of tables, not {}", other.type_str());
                        found.push(Diagnostic::at(file, key_span, message));
                    }
                },
                other => {
                    let message = format!("unknown key \"{other}\"");
                    found.push(Diagnostic::at(file, key_span, message).did_you_mean(other, ["format", name]));
                }
            }
        }
        if !format {
            found.push(
                Diagnostic::of(file, "the file does not say its format").hint("begin it with: format = 1"),
            );
        }
        list
    }

    /// The root as one value, for a file that is one table.
    pub(crate) fn into_value(self, file: &SourceFile) -> Value<'t> {
        Spanned::new(0..file.text.len(), DeValue::Table(self.root))
    }
}

/// A whole file as one typed value.
pub(crate) fn read<T: DeserializeOwned>(file: &SourceFile, found: &mut Diagnostics) -> Option<T> {
    let document = Document::parse(file, found)?;
    found.keep(decode(file, document.into_value(file)))
}

/// A typed value out of a spanned one.
pub(crate) fn decode<'t, T: Deserialize<'t>>(
    file: &SourceFile,
    value: Value<'t>,
) -> Result<T, Box<Diagnostic>> {
    let place = value.span();
    T::deserialize(ValueDeserializer::from(value)).map_err(|error| {
        let mut diagnostic = explain(file, &error);
        diagnostic.span.get_or_insert(place);
        Box::new(diagnostic)
    })
}

/// Place of the value of this key, or of the table when it has none.
pub(crate) fn place_of(value: &Value<'_>, key: &str) -> Range<usize> {
    value.get_ref().get(key).map_or_else(|| value.span(), Spanned::span)
}

/// A decoder's error in the words of the data's author.
fn explain(file: &SourceFile, error: &toml::de::Error) -> Diagnostic {
    let message = error.message();
    let diagnostic = match error.span() {
        Some(span) => Diagnostic::at(file, span, ""),
        None => Diagnostic::of(file, ""),
    };
    let words = quoted(message);
    let (said, known) = match words.split_first() {
        Some((word, known)) if message.starts_with("unknown field") => {
            (format!("unknown key \"{word}\""), known)
        }
        Some((word, known)) if message.starts_with("unknown variant") => {
            (format!("\"{word}\" is not a word that may stand here"), known)
        }
        Some((word, _)) if message.starts_with("missing field") => {
            (format!("the key \"{word}\" is missing"), &[][..])
        }
        Some((word, _)) if message.starts_with("duplicate field") => {
            (format!("the key \"{word}\" stands twice"), &[][..])
        }
        _ => (message.replace('`', "\""), &[][..]),
    };
    let hint = known.first().and_then(|_| match closest(words[0], known.iter().copied()) {
        Some(word) => Some(format!("did you mean \"{word}\"?")),
        None if known.len() <= LISTED => Some(format!("known here: {}", known.join(", "))),
        None => None,
    });
    Diagnostic { message: said, hint, ..diagnostic }
}

/// The words between backticks.
fn quoted(message: &str) -> Vec<&str> {
    message.split('`').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only decoded")]
    struct Sample {
        level: String,
        tries: Option<u8>,
    }

    #[test]
    fn several_errors_of_a_file_are_told_at_once_each_with_its_place() {
        let text = "format = 2\nsampel = 1\n[[sample]]\nlevl = \"must\"\n[[sample]]\nlevel = \"must\"\ntries = 300\n[[sample]]\n";
        let file = SourceFile::new("sample.toml", text);
        let mut found = Diagnostics::new();
        for value in Document::list(&file, "sample", &mut found) {
            found.keep(decode::<Sample>(&file, value));
        }
        insta::assert_snapshot!(found);
    }

    #[test]
    fn text_that_is_no_toml_is_told_with_its_place() {
        let file = SourceFile::new("sample.toml", "format = 1\n[[sample]\nlevel = must\n");
        let mut found = Diagnostics::new();
        assert!(Document::list(&file, "sample", &mut found).is_empty());
        insta::assert_snapshot!(found);
    }
}

//! Whether a scenario makes sense: one verb a step, words that go together, names that exist, values that
//! are saved before they are used, rules that can be checked.

mod expectations;
mod given;
mod names;
mod saved;
mod session;
mod values;

use super::syntax::Malformed;
use super::words::{self, VerbWords};
use super::{Names, Step};
use crate::catalogue::Catalogue;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::vectors::SourceFile;
use std::ops::Range;
use toml::Spanned;
use toml::de::DeTable;

/// A step with the places of its words.
pub(super) struct Written<'t> {
    /// The step itself.
    pub(super) step: Step,
    /// The step as written, with the row's values in it.
    pub(super) table: DeTable<'t>,
    /// Where it stands.
    pub(super) place: Range<usize>,
}

impl Written<'_> {
    /// Place of the value of this word, or of the step where the word is not there.
    pub(super) fn at(&self, word: &str) -> Range<usize> {
        self.table.get(word).map_or_else(|| self.place.clone(), Spanned::span)
    }

    /// Place of an element of a list.
    fn element(&self, word: &str, index: usize) -> Range<usize> {
        let list = self.table.get(word).and_then(|value| value.get_ref().as_array());
        list.and_then(|list| list.get(index)).map_or_else(|| self.at(word), Spanned::span)
    }

    /// Place of a word inside a table, such as `has`.
    fn inner(&self, word: &str, inner: &str) -> Range<usize> {
        let value = self.table.get(word).and_then(|table| table.get_ref().get(inner));
        value.map_or_else(|| self.at(word), Spanned::span)
    }
}

/// What scenarios may refer to.
pub(super) struct Known<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) names: &'a Names,
    /// Names of the cards in `vectors/cards/`.
    pub(super) cards: &'a [&'a str],
}

/// Checks one case of a scenario.
pub(super) struct Checker<'a> {
    pub(super) file: &'a SourceFile,
    pub(super) known: &'a Known<'a>,
    pub(super) found: &'a mut Diagnostics,
    /// Names under which something was saved so far.
    pub(super) saved: Vec<String>,
    /// A step so far hands over the key of a session.
    pub(super) session: bool,
}

impl Checker<'_> {
    /// One step. Steps are checked in order: what one saves, a later one uses.
    pub(super) fn step(&mut self, written: &Written<'_>) {
        if let Some(verb) = self.verb(written) {
            for key in written.table.keys() {
                let word = key.get_ref();
                if **word != *verb.verb && !verb.takes(word) && VerbWords::named(word).is_none() {
                    let takes = words::verbs_with(word).join(", ");
                    let message = format!("\"{word}\" means nothing beside \"{}\"", verb.verb);
                    let hint = format!("it may stand beside: {takes}");
                    self.found.push(Diagnostic::at(self.file, key.span(), message).hint(hint));
                }
            }
        }
        self.names(written);
        self.values(written);
        self.expectations(written);
        self.uses(written);
        self.secured(written);
        if let Some(name) = &written.step.save {
            self.saved.push(name.clone());
        }
    }

    fn verb(&mut self, written: &Written<'_>) -> Option<&'static VerbWords> {
        let mut verbs =
            written.table.keys().filter_map(|key| Some((VerbWords::named(key.get_ref())?, key.span())));
        let first = verbs.next();
        let second = verbs.next();
        match (first, second) {
            (Some((verb, _)), None) => Some(verb),
            (Some((one, first)), Some((other, second))) => {
                let message = format!("a step has one verb: \"{}\" and \"{}\" are two", one.verb, other.verb);
                self.found.push(
                    Diagnostic::at(self.file, second, message)
                        .related(first, "the other one")
                        .hint("make two steps of it"),
                );
                None
            }
            (None, _) => {
                self.wrong(
                    written.place.clone(),
                    "a step has a verb: one of select, read, verify, sign, send, …",
                );
                None
            }
        }
    }

    fn well_formed<T>(&mut self, result: Result<T, Malformed>, place: Range<usize>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(Malformed { message, written, known }) => {
                let diagnostic = Diagnostic::at(self.file, place, message);
                self.found.push(match known.is_empty() {
                    true => diagnostic,
                    false => {
                        let all = format!("known here: {}", known.join(", "));
                        let close =
                            diagnostic.clone().did_you_mean(&written, known.iter().map(String::as_str));
                        if close.hint.is_some() { close } else { diagnostic.hint(all) }
                    }
                });
                None
            }
        }
    }

    fn wrong(&mut self, place: Range<usize>, message: impl Into<String>) {
        self.found.push(Diagnostic::at(self.file, place, message));
    }
}

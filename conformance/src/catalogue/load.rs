//! The catalogue as a whole, read strictly.

use super::check::{Loaded, check};
use super::{CodeQuery, Contradiction, Document, Period, Revision, RevisionFile, Rule, code};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::strict::{self, Document as Tables, Value};
use crate::vectors::{SourceFile, Vectors};
use jiff::civil::Date;
use serde::de::DeserializeOwned;

/// Every rule, and what the rules were read from.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    revision: Revision,
    documents: Vec<Document>,
    contradictions: Vec<Contradiction>,
    rules: Vec<(Rule, Period)>,
}

impl Catalogue {
    /// Reads `catalogue.toml`, `documents.toml`, `contradictions.toml` and `rules/*.toml`.
    ///
    /// # Errors
    /// Whatever is wrong in any of the files.
    pub fn load(vectors: &Vectors) -> Result<Self, Diagnostics> {
        let mut found = Diagnostics::new();
        let revision = revision(vectors, &mut found);
        let loaded = Loaded {
            documents: tables(vectors, "documents.toml", "document", &mut found),
            contradictions: tables(vectors, "contradictions.toml", "contradiction", &mut found),
            rules: vectors.under("rules").flat_map(|file| list(file, "rule", &mut found)).collect(),
        };
        let periods = check(&loaded, &mut found);
        found.or(Self {
            revision,
            documents: loaded.documents.into_iter().map(|(document, _)| document).collect(),
            contradictions: loaded
                .contradictions
                .into_iter()
                .map(|(contradiction, _)| contradiction)
                .collect(),
            rules: loaded.rules.into_iter().map(|(rule, _)| rule).zip(periods).collect(),
        })
    }

    /// Which rules these are.
    #[must_use]
    pub const fn revision(&self) -> &Revision {
        &self.revision
    }

    /// All rules, in reading order.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().map(|(rule, _)| rule)
    }

    /// The rules in force on this day, in reading order.
    pub fn in_force(&self, day: Date) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |(_, period)| period.contains(day)).map(|(rule, _)| rule)
    }

    /// The rule with this id.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules().find(|rule| rule.id == id)
    }

    /// The rule with this id as people type it: in any case, with full-width characters.
    #[must_use]
    pub fn rule_like(&self, id: &str) -> Option<&Rule> {
        self.rule(&code::half_width(id.trim()).to_uppercase())
    }

    /// The days on which a rule is in force.
    #[must_use]
    pub fn period(&self, id: &str) -> Option<Period> {
        self.rules.iter().find(|(rule, _)| rule.id == id).map(|(_, period)| *period)
    }

    /// The rules that document this error code.
    pub fn by_code(&self, code: &CodeQuery) -> impl Iterator<Item = &Rule> {
        self.rules().filter(move |rule| code.matches(rule))
    }

    /// Every documented code, once, in reading order.
    #[must_use]
    pub fn codes(&self) -> Vec<&str> {
        let mut codes: Vec<&str> = Vec::new();
        for code in self.rules().filter_map(|rule| rule.code.as_ref()?.code.as_deref()) {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        codes
    }

    /// The documents, in reading order.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        self.documents.iter()
    }

    /// The document with this id.
    #[must_use]
    pub fn document(&self, id: &str) -> Option<&Document> {
        self.documents.iter().find(|document| document.id == id)
    }

    /// The contradictions, in order of their numbers.
    pub fn contradictions(&self) -> impl Iterator<Item = &Contradiction> {
        self.contradictions.iter()
    }
}

/// The tables of this name in a file that must be there, with their places.
fn tables<'v, T: DeserializeOwned>(
    vectors: &'v Vectors,
    path: &str,
    name: &str,
    found: &mut Diagnostics,
) -> Vec<(T, Place<'v>)> {
    match vectors.get(path) {
        Some(file) => list(file, name, found),
        None => {
            found.push(missing(path));
            Vec::new()
        }
    }
}

fn list<'v, T: DeserializeOwned>(
    file: &'v SourceFile,
    name: &str,
    found: &mut Diagnostics,
) -> Vec<(T, Place<'v>)> {
    let values = Tables::list(file, name, found);
    let decode =
        |value: Value<'v>| Some((found.keep(strict::decode(file, value.clone()))?, Place { file, value }));
    values.into_iter().filter_map(decode).collect()
}

fn revision(vectors: &Vectors, found: &mut Diagnostics) -> Revision {
    let Some(file) = vectors.get("catalogue.toml") else {
        found.push(missing("catalogue.toml"));
        return Revision::default();
    };
    let Some(RevisionFile { revision, .. }) = strict::read(file, found) else { return Revision::default() };
    if !Revision::is_well_formed(&revision) {
        let start = file.text.find(&revision).unwrap_or_default();
        let message = format!("\"{revision}\" is no revision: write the year and a number, 2026.1");
        found.push(Diagnostic::at(file, start..start + revision.len(), message));
    }
    Revision::of(revision, vectors)
}

fn missing(path: &str) -> Diagnostic {
    Diagnostic::of(&SourceFile::new(path, ""), format!("the vectors have no {path}"))
}

/// Where a table was read.
#[derive(Clone)]
pub(super) struct Place<'v> {
    pub(super) file: &'v SourceFile,
    pub(super) value: Value<'v>,
}

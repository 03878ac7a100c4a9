//! The catalogue as a whole, read strictly.

use super::Rule;
use crate::diagnostic::Diagnostics;
use crate::strict::{self, Document};
use crate::vectors::Vectors;

/// Every rule, and what the rules were read from.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    rules: Vec<Rule>,
}

impl Catalogue {
    /// Reads `rules/*.toml`.
    ///
    /// # Errors
    /// Whatever is wrong in any of the files.
    pub fn load(vectors: &Vectors) -> Result<Self, Diagnostics> {
        let mut found = Diagnostics::new();
        let mut rules = Vec::new();
        for file in vectors.under("rules") {
            for value in Document::list(file, "rule", &mut found) {
                rules.extend(found.keep(strict::decode(file, value)));
            }
        }
        found.or(Self { rules })
    }

    /// All rules, in reading order.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// The rule with this id.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

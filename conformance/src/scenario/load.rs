//! Reads `vectors/scenarios/card/*.toml`: all of it or nothing, with every error of every file.

use super::expand::{Expanded, expand};
use super::{Case, Names, Scenario, Step};
use crate::catalogue::Catalogue;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::strict::{self, Document, Value};
use crate::vectors::{SourceFile, Vectors};
use std::collections::HashMap;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// The folder of the scenarios for cards.
const FOLDER: &str = "scenarios/card";

/// Everything that a run is made of: the rules, the names, and the cases in reading order.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The rules and where they were read.
    pub catalogue: Catalogue,
    /// The names of applications, files and keys.
    pub names: Names,
    /// The cases, ready to play.
    pub cases: Vec<Case>,
}

/// Reads catalogue, names and scenarios.
///
/// # Errors
/// Whatever is wrong in any of the files.
pub fn load(vectors: &Vectors) -> Result<Suite, Diagnostics> {
    let mut found = Diagnostics::new();
    let catalogue = Catalogue::load(vectors).map_err(|errors| found.extend(errors)).ok();
    let names = Names::load(vectors).map_err(|errors| found.extend(errors)).ok();
    let (Some(catalogue), Some(names)) = (catalogue, names) else { return Err(found) };
    let mut reader = Reader { found, seen: HashMap::new(), cases: Vec::new() };
    for file in vectors.under(FOLDER) {
        reader.file(file);
    }
    let Reader { found, cases, .. } = reader;
    found.or(Suite { catalogue, names, cases })
}

struct Reader {
    found: Diagnostics,
    /// Where each scenario id was first given.
    seen: HashMap<String, String>,
    cases: Vec<Case>,
}

impl Reader {
    fn file(&mut self, file: &SourceFile) {
        for value in Document::list(file, "scenario", &mut self.found) {
            let place = value.span();
            let DeValue::Table(tree) = value.into_inner() else {
                self.found.push(Diagnostic::at(file, place, "a scenario is a table"));
                continue;
            };
            for expanded in expand(file, tree, &place, &mut self.found) {
                self.case(file, expanded);
            }
        }
    }

    fn case(&mut self, file: &SourceFile, Expanded { mut tree, row, place }: Expanded<'_>) {
        let steps = self.steps(file, &mut tree);
        let head = Spanned::new(place.clone(), DeValue::Table(tree));
        let id_place = strict::place_of(&head, "id");
        let scenario: Option<Scenario> = self.found.keep(strict::decode(file, head));
        let (Some(scenario), Some(steps)) = (scenario, steps) else { return };
        let full = format!(
            "{}/{}",
            file.path.trim_start_matches("scenarios/").trim_end_matches(".toml"),
            scenario.id
        );
        if row.is_none_or(|(number, _)| number == 1) {
            let (line, _) = file.position(id_place.start);
            if let Some(first) = self.seen.insert(full.clone(), format!("{}:{line}", file.shown)) {
                let message = format!("the id \"{}\" stands twice", scenario.id);
                self.found.push(
                    Diagnostic::at(file, id_place, message).hint(format!("it was first given in {first}")),
                );
            }
        }
        self.cases.push(Case {
            id: row.map_or_else(|| full.clone(), |(number, _)| format!("{full}#{number}")),
            row,
            rules: scenario.rules,
            role: scenario.role,
            given: scenario.given,
            effects: scenario.effects,
            means: scenario.means,
            steps,
            place: (file.shown.to_string(), file.position(place.start).0),
        });
    }

    /// Takes the steps out of a scenario and reads each by itself, so that one wrong step hides no other.
    fn steps(&mut self, file: &SourceFile, tree: &mut DeTable<'_>) -> Option<Vec<Step>> {
        let steps = tree.get_mut("steps")?;
        let DeValue::Array(values) = std::mem::replace(steps.get_mut(), DeValue::Array(DeArray::new()))
        else {
            self.found.push(Diagnostic::at(file, steps.span(), "\"steps\" is a list of tables"));
            return None;
        };
        let read = |value: Value<'_>| self.found.keep(strict::decode(file, value));
        let steps: Vec<Option<Step>> = values.into_iter().map(read).collect();
        steps.into_iter().collect()
    }
}

//! Reads `vectors/scenarios/card/*.toml`: all of it or nothing, with every error of every file.

use super::check::{Checker, Known, Written};
use super::effects::effects;
use super::expand::{Expanded, expand};
use super::{Case, Names, Scenario};
use crate::catalogue::Catalogue;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::strict::{self, Document, Value};
use crate::vectors::{SourceFile, Vectors};
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// The folder of the scenarios for cards.
const FOLDER: &str = "scenarios/card";
/// The folder of the cards that scenarios name.
const CARDS: &str = "cards";

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
    let cards: Vec<&str> = vectors.under(CARDS).map(SourceFile::stem).collect();
    let known = Known { catalogue: &catalogue, names: &names, cards: &cards };
    let mut reader = Reader { known: &known, found, seen: HashMap::new(), cases: Vec::new() };
    for file in vectors.under(FOLDER) {
        reader.file(file);
    }
    let Reader { found, cases, .. } = reader;
    found.or(Suite { catalogue, names, cases })
}

struct Reader<'a> {
    known: &'a Known<'a>,
    found: Diagnostics,
    /// Where each scenario id was first given.
    seen: HashMap<String, String>,
    cases: Vec<Case>,
}

/// One row of a scenario, or the scenario that has none, with the effects of its steps.
struct Played {
    case: Case,
    effects: BTreeSet<String>,
    place: Range<usize>,
}

impl Reader<'_> {
    fn file(&mut self, file: &SourceFile) {
        for value in Document::list(file, "scenario", &mut self.found) {
            let place = value.span();
            let id = strict::place_of(&value, "id");
            let effects = strict::place_of(&value, "effects");
            let DeValue::Table(tree) = value.into_inner() else {
                self.found.push(Diagnostic::at(file, place, "a scenario is a table"));
                continue;
            };
            let rows = expand(file, tree, &place, &mut self.found);
            let played: Vec<Played> = rows.into_iter().filter_map(|row| self.row(file, row)).collect();
            if let Some(first) = played.first() {
                self.id_is_new(file, &first.case.scenario, id);
            }
            self.effects_agree(file, &played, &effects);
            self.cases.extend(played.into_iter().map(|played| played.case));
        }
    }

    fn id_is_new(&mut self, file: &SourceFile, id: &str, place: Range<usize>) {
        let (line, _) = file.position(place.start);
        if let Some(first) = self.seen.insert(id.to_owned(), format!("{}:{line}", file.shown)) {
            let message = format!("the id \"{}\" stands twice", id.rsplit('/').next().unwrap_or(id));
            self.found
                .push(Diagnostic::at(file, place, message).hint(format!("it was first given in {first}")));
        }
    }

    /// What a scenario declares is what its steps do: nothing undeclared in any row, nothing declared in vain.
    fn effects_agree(&mut self, file: &SourceFile, played: &[Played], place: &Range<usize>) {
        let vain = |effect: &String| !played.iter().any(|played| played.effects.contains(effect));
        for Played { case, effects, place: row } in played {
            let undeclared = effects.iter().find(|effect| !case.effects.contains(effect));
            let superfluous = case.effects.iter().find(|effect| vain(effect));
            let message = match (undeclared, superfluous) {
                (Some(effect), _) => format!("the steps have an effect that is not declared: {effect}"),
                (None, Some(effect)) => format!("no step has this effect: {effect}"),
                (None, None) => continue,
            };
            let place = if case.effects.is_empty() { row } else { place };
            let right: Vec<String> = effects.iter().map(|effect| format!("\"{effect}\"")).collect();
            let hint = format!("the right list is: effects = [{}]", right.join(", "));
            self.found.push(Diagnostic::at(file, place.clone(), message).hint(hint));
        }
    }

    fn row(&mut self, file: &SourceFile, Expanded { mut tree, row, place }: Expanded<'_>) -> Option<Played> {
        let steps = self.steps(file, &mut tree);
        let head = Spanned::new(place.clone(), DeValue::Table(tree));
        let scenario: Option<Scenario> = self.found.keep(strict::decode(file, head.clone()));
        let (scenario, steps) = (scenario?, steps?);
        let mut checker =
            Checker { file, known: self.known, found: &mut self.found, saved: Vec::new(), session: false };
        checker.head(&scenario, &head);
        for step in &steps {
            checker.step(step);
        }
        let done = effects(
            self.known.names,
            &scenario.given,
            &steps.iter().map(|step| &step.step).collect::<Vec<_>>(),
        );
        let folder_and_file = file.path.trim_start_matches("scenarios/").trim_end_matches(".toml");
        let id = format!("{folder_and_file}/{}", scenario.id);
        let case = Case {
            id: row.map_or_else(|| id.clone(), |(number, _)| format!("{id}#{number}")),
            scenario: id,
            row,
            rules: scenario.rules,
            role: scenario.role,
            given: scenario.given,
            effects: scenario.effects,
            means: scenario.means,
            steps: steps.into_iter().map(|step| step.step).collect(),
            place: (file.shown.to_string(), file.position(place.start).0),
        };
        Some(Played { case, effects: done, place })
    }

    /// Takes the steps out of a scenario and reads each by itself, so that one wrong step hides no other.
    fn steps<'t>(&mut self, file: &SourceFile, tree: &mut DeTable<'t>) -> Option<Vec<Written<'t>>> {
        let steps = tree.get_mut("steps")?;
        let place = steps.span();
        let DeValue::Array(values) = std::mem::replace(steps.get_mut(), DeValue::Array(DeArray::new()))
        else {
            self.found.push(Diagnostic::at(file, place, "\"steps\" is a list of tables"));
            return None;
        };
        if values.is_empty() {
            self.found.push(Diagnostic::at(file, place, "a scenario has at least one step"));
            return None;
        }
        let mut read = |value: Value<'t>| {
            let place = value.span();
            let step = self.found.keep(strict::decode(file, value.clone()))?;
            let DeValue::Table(table) = value.into_inner() else { return None };
            Some(Written { step, table, place })
        };
        let steps: Vec<Option<Written<'t>>> = values.into_iter().map(&mut read).collect();
        steps.into_iter().collect()
    }
}

//! The report for programs: `--report json=FILE`. Fields may be added, never removed or given another meaning.

use super::{Report, RuleStatus, rule_statuses, tool};
use crate::catalogue::Role;
use crate::guard::{Closing, Ending};
use crate::verdict::{Fault, Tally};
use schemars::JsonSchema;
use serde::Serialize;

/// The report of one run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct JsonReport {
    /// Version of this format; 1 today.
    pub format: u32,
    /// Name and version of the program that wrote it.
    pub tool: String,
    /// Revision of the rules and digest of their text, `2026.1+0123456789ab`.
    pub catalogue: String,
    /// What was tested.
    pub iut: Tested,
    /// The day of the run, `YYYY-MM-DD`.
    pub as_of: String,
    /// Seed of wrong values.
    pub seed: u64,
    /// Somebody stopped the run before its end.
    pub interrupted: bool,
    /// What the guard of a card in a reader saw; absent for a card that is not guarded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guard: Option<JsonGuard>,
    /// How many cases ended in each way.
    pub summary: Tally,
    /// The cases that were played, in the order of the suite.
    pub scenarios: Vec<JsonScenario>,
    /// Every rule of the catalogue.
    pub rules: Vec<JsonRule>,
}

/// What was tested: each as its option names it, absent when it was not.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Tested {
    /// The card.
    pub card: Option<String>,
    /// The service.
    pub service: Option<String>,
    /// The client.
    pub client: Option<String>,
}

/// What the guard of a card in a reader saw.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct JsonGuard {
    /// The difference that ended the run; absent when there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// The tries of every key that the card tells.
    pub keys: Vec<JsonEnding>,
    /// Keys that still have a value that a case gave them.
    pub not_changed_back: Vec<String>,
}

/// The tries of one key.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct JsonEnding {
    /// The key.
    pub key: String,
    /// Tries when the run began.
    pub first: u8,
    /// Tries at its end; absent when nobody looked again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<u8>,
}

impl From<&Closing> for JsonGuard {
    fn from(closing: &Closing) -> Self {
        let ending = |it: &Ending| JsonEnding { key: it.key.clone(), first: it.first, last: it.last };
        Self {
            stopped: closing.stopped.as_ref().map(ToString::to_string),
            keys: closing.keys.iter().map(ending).collect(),
            not_changed_back: closing.not_changed_back.clone(),
        }
    }
}

/// One case.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct JsonScenario {
    /// Its id, with `#2` for the second row of a table.
    pub id: String,
    /// The role that was judged.
    pub role: Role,
    /// The rules that it checks.
    pub rules: Vec<String>,
    /// `passed`, `failed`, `skipped`, `not_applicable` or `error`.
    pub outcome: String,
    /// Why, where the outcome alone does not say; of a failure what was expected and seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whose fault an error was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// Information, never a failure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// How long it took, in microseconds.
    pub duration_us: u64,
}

/// What the run says about one rule.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct JsonRule {
    /// Its id.
    pub id: String,
    /// What the run says about it.
    pub status: RuleStatus,
}

impl From<&Report<'_>> for JsonReport {
    fn from(report: &Report<'_>) -> Self {
        let results = &report.run.results;
        let scenarios = results.iter().map(|result| {
            let (case, played) = (result.case, &result.played);
            let failure = played.failure.as_ref().map(|failure| {
                format!("step {}: expected {}; seen {}", failure.step, failure.expected, failure.seen)
            });
            let outcome = &played.verdict.outcome;
            JsonScenario {
                id: case.id.clone(),
                role: case.role,
                rules: case.rules.clone(),
                outcome: outcome.word().to_owned(),
                reason: outcome.reason().map(str::to_owned).or(failure),
                fault: match outcome {
                    crate::verdict::Outcome::Error { fault, .. } => Some(*fault),
                    _ => None,
                },
                notes: played.verdict.notes.clone(),
                duration_us: u64::try_from(played.took.as_micros()).unwrap_or(u64::MAX),
            }
        });
        let rules = rule_statuses(&report.suite.catalogue, results, report.as_of);
        Self {
            format: 1,
            tool: tool(),
            catalogue: report.suite.catalogue.revision().to_string(),
            iut: Tested { card: Some(report.card.clone()), service: None, client: None },
            as_of: report.as_of.to_string(),
            seed: report.seed,
            interrupted: report.run.interrupted,
            guard: report.closing.as_ref().map(JsonGuard::from),
            summary: report.run.tally(),
            scenarios: scenarios.collect(),
            rules: rules.into_iter().map(|(rule, status)| JsonRule { id: rule.id.clone(), status }).collect(),
        }
    }
}

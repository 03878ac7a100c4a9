//! What a run says about each rule.

use crate::catalogue::{Catalogue, Rule};
use crate::runner::CaseResult;
use crate::verdict::Outcome;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

/// What a run says about a rule.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum RuleStatus {
    /// A scenario of it failed.
    Failed,
    /// None failed, but one could not be judged.
    Error,
    /// None failed; one saw something else than what is likely, which is information.
    Differs,
    /// Every scenario of it that was played passed.
    Passed,
    /// Every scenario of it was skipped.
    Skipped,
    /// None of its scenarios concerns this implementation.
    NotApplicable,
    /// No scenario of it was played.
    NotChecked,
    /// It is not in force on the day of the run.
    NotInForce,
    /// It cannot be tested at all; the catalogue says why.
    Untestable,
}

/// The status of every rule, in the order of the catalogue.
#[must_use]
pub fn rule_statuses<'c>(
    catalogue: &'c Catalogue,
    results: &[CaseResult<'_>],
    as_of: Date,
) -> Vec<(&'c Rule, RuleStatus)> {
    let mut seen = std::collections::HashMap::<&str, RuleStatus>::new();
    for result in results {
        let status = status(result);
        for id in &result.case.rules {
            seen.entry(id).and_modify(|worst| *worst = status.min(*worst)).or_insert(status);
        }
    }
    let of = |rule: &Rule| match seen.get(&*rule.id) {
        Some(status) => *status,
        None if rule.untestable.is_some() => RuleStatus::Untestable,
        None if catalogue.period(&rule.id).is_some_and(|period| !period.contains(as_of)) => {
            RuleStatus::NotInForce
        }
        None => RuleStatus::NotChecked,
    };
    catalogue.rules().map(|rule| (rule, of(rule))).collect()
}

fn status(result: &CaseResult<'_>) -> RuleStatus {
    match &result.played.verdict.outcome {
        // A failure that is kept with a verdict of passed is information.
        Outcome::Passed if result.played.failure.is_some() => RuleStatus::Differs,
        Outcome::Passed => RuleStatus::Passed,
        Outcome::Failed => RuleStatus::Failed,
        Outcome::Skipped { .. } => RuleStatus::Skipped,
        Outcome::NotApplicable { .. } => RuleStatus::NotApplicable,
        Outcome::Error { .. } => RuleStatus::Error,
    }
}

//! What became of a case, and whose fault it was. Reports and other tools depend on these words alone.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was observed as the rules demand.
    Passed,
    /// Something that binds was not.
    Failed,
    /// It could not be tried here, and why: for example a state that this card cannot be put into.
    Skipped {
        /// Why, in one line.
        reason: String,
    },
    /// It does not concern this implementation, and why: another role, an application that is not on the card.
    NotApplicable {
        /// Why, in one line.
        reason: String,
    },
    /// It could not be judged: something hung, crashed, or broke the protocol.
    Error {
        /// Whose fault that was.
        fault: Fault,
        /// What happened, in one line.
        reason: String,
    },
}

impl Outcome {
    /// The word of reports: `passed`, `failed`, `skipped`, `not_applicable`, `error`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped { .. } => "skipped",
            Self::NotApplicable { .. } => "not_applicable",
            Self::Error { .. } => "error",
        }
    }

    /// Why it came to that, where the outcome alone does not say.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Passed | Self::Failed => None,
            Self::Skipped { reason } | Self::NotApplicable { reason } | Self::Error { reason, .. } => {
                Some(reason)
            }
        }
    }

    /// The case was played to its end and judged.
    #[must_use]
    pub const fn ran(&self) -> bool {
        matches!(self, Self::Passed | Self::Failed)
    }
}

/// Whose fault an error was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The implementation under test hung, crashed or went away.
    Implementation,
    /// Its adapter broke the protocol.
    Adapter,
    /// Neither: no reader, no socket, no disk.
    Environment,
    /// Ours: the suite or its data is wrong.
    Suite,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Implementation => "the implementation",
            Self::Adapter => "the adapter",
            Self::Environment => "the environment",
            Self::Suite => "the suite",
        })
    }
}

/// The judgement of one case: what became of it, and what is worth knowing besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What became of it.
    pub outcome: Outcome,
    /// Information, never a failure: another plausible answer where no source settles the point.
    pub notes: Vec<String>,
}

impl From<Outcome> for Verdict {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, notes: Vec::new() }
    }
}

/// How many cases ended in each way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tally {
    /// Cases that passed.
    pub passed: usize,
    /// Cases that failed.
    pub failed: usize,
    /// Cases that could not be tried here.
    pub skipped: usize,
    /// Cases that do not concern this implementation.
    pub not_applicable: usize,
    /// Cases that could not be judged.
    pub error: usize,
}

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, outcome: &Outcome) {
        let count = match outcome {
            Outcome::Passed => &mut self.passed,
            Outcome::Failed => &mut self.failed,
            Outcome::Skipped { .. } => &mut self.skipped,
            Outcome::NotApplicable { .. } => &mut self.not_applicable,
            Outcome::Error { .. } => &mut self.error,
        };
        *count += 1;
    }

    /// All of them.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.passed + self.failed + self.skipped + self.not_applicable + self.error
    }
}

impl<'a> FromIterator<&'a Outcome> for Tally {
    fn from_iter<I: IntoIterator<Item = &'a Outcome>>(outcomes: I) -> Self {
        let mut tally = Self::default();
        for outcome in outcomes {
            tally.add(outcome);
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_counts_each_outcome_once() {
        let outcomes = [
            Outcome::Passed,
            Outcome::Passed,
            Outcome::Failed,
            Outcome::Skipped { reason: "no factory to go back to".into() },
            Outcome::NotApplicable { reason: "no such application".into() },
            Outcome::Error { fault: Fault::Adapter, reason: "no answer within 5 s".into() },
        ];
        let tally: Tally = outcomes.iter().collect();
        assert_eq!(tally, Tally { passed: 2, failed: 1, skipped: 1, not_applicable: 1, error: 1 });
        assert_eq!(tally.total(), outcomes.len());
    }

    #[test]
    fn only_what_was_judged_counts_as_run() {
        assert!(Outcome::Passed.ran() && Outcome::Failed.ran());
        assert!(!Outcome::Skipped { reason: String::new() }.ran());
        assert!(!Outcome::Error { fault: Fault::Suite, reason: String::new() }.ran());
    }
}

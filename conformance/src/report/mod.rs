//! Reports: one run, told to people, to programs and to CI.

mod block;
mod budget;
mod case;
mod json;
mod junit;
mod paint;
mod plan_json;
mod rules;
mod text;

pub(crate) use block::failed;
pub use budget::{budget, closing, plan_text};
pub use json::{JsonEnding, JsonGuard, JsonReport, JsonRule, JsonScenario, Tested};
pub use junit::junit;
pub use paint::Paint;
pub use plan_json::{JsonDisposition, JsonKey, JsonPlan};
pub use rules::{RuleStatus, rule_statuses};
pub use text::{Detail, text};

use crate::guard::Closing;
use crate::runner::Run;
use crate::scenario::Suite;
use jiff::civil::Date;

/// Everything that a report is made of.
#[derive(Debug)]
pub struct Report<'r> {
    /// The suite.
    pub suite: &'r Suite,
    /// The run.
    pub run: &'r Run<'r>,
    /// How many cases were selected, played or not.
    pub selected: usize,
    /// The card under test, as `--card` names it.
    pub card: String,
    /// Name of the profile that describes it.
    pub profile: String,
    /// The day of the run.
    pub as_of: Date,
    /// The seed of the run.
    pub seed: u64,
    /// How it ended for the keys of a guarded card.
    pub closing: Option<Closing>,
    /// What brings this run back on the command line, without the selection.
    pub again: String,
}

/// Name and version of this program.
#[must_use]
pub fn tool() -> String {
    format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
}

//! `run` and `plan`.

use super::{Data, Failure};
use crate::exit_code::ExitCode;
use clap::Args;
use std::io::Write;

/// What to run against what.
#[derive(Debug, Default, Args)]
pub(super) struct RunArgs {}

/// What to plan for.
#[derive(Debug, Default, Args)]
pub(super) struct PlanArgs {}

/// Loads the suite and says how much there is to play.
///
/// # Errors
/// Usage and data errors.
pub(super) fn run(_args: &RunArgs, data: &Data, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let suite = data.suite()?;
    writeln!(out, "{} cases, no implementation to play them against", suite.cases.len())?;
    Ok(ExitCode::NothingRan)
}

/// Prints the cases in the order in which they would be played.
///
/// # Errors
/// Usage and data errors.
pub(super) fn plan(_args: &PlanArgs, data: &Data, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    for case in data.suite()?.cases {
        writeln!(out, "{}", case.id)?;
    }
    Ok(ExitCode::Conformant)
}

//! `coverage`: which rules are checked.

use super::{Data, Failure};
use crate::coverage::Coverage;
use crate::exit_code::ExitCode;
use clap::Args;
use std::collections::BTreeMap;
use std::io::Write;

/// How to print it.
#[derive(Debug, Args)]
pub(super) struct CoverageArgs {
    /// Print JSON (schema: vectors/schema/coverage.json)
    #[arg(long)]
    json: bool,
}

/// Prints which rules are checked.
///
/// # Errors
/// The data is wrong.
pub(super) fn coverage(args: &CoverageArgs, data: &Data, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let coverage = Coverage::of(&data.suite()?);
    if args.json {
        super::json(&coverage, out)?;
        return Ok(ExitCode::Conformant);
    }
    let Coverage { rules, testable, covered, proven, uncovered, partial, .. } = &coverage;
    writeln!(out, "{rules} rules · {testable} testable · {covered} covered · {proven} proven")?;
    writeln!(
        out,
        "{} of the covered ones in part: they bind another role than the one judged",
        partial.len()
    )?;
    writeln!(out, "{} testable rules that nothing checks, by domain:", uncovered.len())?;
    let mut domains: BTreeMap<&str, usize> = BTreeMap::new();
    for id in uncovered {
        *domains.entry(id.split('-').next().unwrap_or(id)).or_default() += 1;
    }
    for (domain, count) in domains {
        writeln!(out, "  {domain:<10} {count}")?;
    }
    writeln!(out, "next: every one of them    jpki-conformance coverage --json")?;
    Ok(ExitCode::Conformant)
}

//! `plan`: what a run would do, and what it could cost a card that cannot be made fresh.

use super::what::What;
use super::{Data, Failure};
use crate::exit_code::ExitCode;
use crate::runner::costs;
use clap::Args;
use std::io::Write;

/// What to plan for.
#[derive(Debug, Default, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    what: What,
}

/// Prints how many cases are selected, and the worst case for every key.
///
/// # Errors
/// Usage, data and output errors.
pub(super) fn plan(args: &PlanArgs, data: &Data, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let ready = args.what.ready(data)?;
    let cases = args.what.selection().of(&ready.suite, ready.as_of);
    writeln!(out, "{} scenarios against {} as of {}", cases.len(), args.what.card, ready.as_of)?;
    if cases.is_empty() {
        return Ok(ExitCode::NothingRan);
    }
    let costs = costs(&ready.suite, &cases);
    if costs.is_empty() {
        writeln!(out, "no key loses a try, none is changed")?;
        return Ok(ExitCode::Conformant);
    }
    writeln!(out, "in the worst case, on a card that cannot be made fresh:")?;
    writeln!(
        out,
        "  {:<20} {:>5} {:>12} {:>9} {:>9} {:>9}",
        "key", "tries", "gone at once", "spent by", "locked by", "changed by"
    )?;
    for cost in &costs {
        writeln!(
            out,
            "  {:<20} {:>5} {:>12} {:>9} {:>9} {:>9}",
            cost.key, cost.tries, cost.most_spent, cost.spending, cost.locking, cost.changing
        )?;
    }
    Ok(ExitCode::Conformant)
}

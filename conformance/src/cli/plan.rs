//! `plan`: what a run would do to a card in a reader, and what that could cost it in the worst case.

use super::guarded;
use super::what::What;
use super::{Data, Failure, json, run};
use crate::exit_code::ExitCode;
use crate::guard::Guard;
use crate::report::{JsonPlan, budget, plan_text};
use clap::Args;
use std::io::Write;

/// What to plan for.
#[derive(Debug, Default, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    what: What,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

/// Prints how many cases only read, what leave the others need, and the worst case for every key; of a guarded card
/// with its counters, which are read for that.
///
/// # Errors
/// Usage, data and output errors.
pub(super) fn plan(args: &PlanArgs, data: &Data, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let what = &args.what;
    let ready = what.ready(data)?;
    let cases = what.selection().of(&ready.suite, ready.as_of);
    let plan = guarded::plan(what, &ready, &cases);
    let met =
        what.is_guarded().then(|| guarded::meet(what, &ready, &run::opening(what, &ready, run::TIME_LIMIT)));
    let survey = met.as_ref().and_then(|met| met.as_ref().ok()).map(Guard::survey);
    let ended = if cases.is_empty() { ExitCode::NothingRan } else { ExitCode::Conformant };
    if args.json {
        let (card, as_of) = (what.card.to_string(), ready.as_of.to_string());
        json(&JsonPlan::new(&plan, card, as_of, survey, what.card_serial.as_deref()), out)?;
        return Ok(ended);
    }
    writeln!(out, "{} scenarios against {} as of {}", cases.len(), what.card, ready.as_of)?;
    if cases.is_empty() {
        return Ok(ended);
    }
    write!(out, "{}", plan_text(&plan))?;
    if let Some(survey) = survey {
        let serial = survey.serial.as_deref().unwrap_or("cannot be read");
        writeln!(out, "card     serial {serial}")?;
    }
    if let Some(Err(not_met)) = &met {
        writeln!(out, "card     it could not be looked at: {not_met}")?;
    }
    write!(out, "{}", budget(&plan, survey))?;
    if let Some(Err(refusal)) = survey.map(|survey| plan.admit(survey, what.card_serial.as_deref())) {
        writeln!(out, "a run would be refused:")?;
        for reason in &refusal.reasons {
            writeln!(out, "  {reason}")?;
        }
    }
    Ok(ended)
}

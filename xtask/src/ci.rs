//! The gate: everything, in an order in which the cheapest failure comes first.

use crate::failure::Result;
use crate::step::Steps;
use crate::{bench, conformance, fuzz, quality};
use xshell::Shell;

/// Runs every step and stops at the first that fails.
pub(crate) fn run(shell: &Shell, _: &[String]) -> Result {
    let mut steps = Steps::default();
    let result = take_all(shell, &mut steps);
    steps.summary();
    result
}

fn take_all(shell: &Shell, steps: &mut Steps) -> Result {
    let check = ["--check".to_owned()];
    let quick = ["--quick".to_owned()];
    steps.take("format", || quality::fmt(shell, &check))?;
    steps.take("lints", || quality::lint(shell, &[]))?;
    steps.take("tests", || quality::test(shell, &[]))?;
    steps.take("schemas are fresh", || conformance::schemas(shell, &check))?;
    steps.take("every rule of the card is checked", || conformance::coverage_gate(shell, &[]))?;
    steps.take("documentation", || quality::docs(shell, &[]))?;
    steps.take("the main command, and a card that is wrong", || conformance::programs(shell, &[]))?;
    steps.take("fuzzing, a smoke test", || fuzz::smoke(shell, &[]))?;
    steps.take("benchmarks, a smoke test", || bench::run(shell, &quick))
}

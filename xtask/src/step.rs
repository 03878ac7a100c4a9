//! Steps: announced, timed, summed up.

use crate::failure::Result;
use std::time::{Duration, Instant};

/// Steps that were taken, for the summary.
#[derive(Default)]
pub(crate) struct Steps {
    taken: Vec<(&'static str, Duration, bool)>,
}

impl Steps {
    /// Announces a step, takes it, and says how long it took.
    pub(crate) fn take(&mut self, name: &'static str, step: impl FnOnce() -> Result) -> Result {
        println!("\n==> {name}");
        let start = Instant::now();
        let result = step();
        let time = start.elapsed();
        println!("<== {name}: {} after {:.1} s", word(result.is_ok()), time.as_secs_f32());
        self.taken.push((name, time, result.is_ok()));
        result
    }

    /// All steps with their times.
    pub(crate) fn summary(&self) {
        println!("\nsummary");
        for (name, time, passed) in &self.taken {
            println!("  {:<7} {:>7.1} s  {name}", word(*passed), time.as_secs_f32());
        }
        let total: Duration = self.taken.iter().map(|(_, time, _)| *time).sum();
        println!("  total   {:>7.1} s", total.as_secs_f32());
    }
}

const fn word(passed: bool) -> &'static str {
    if passed { "passed" } else { "FAILED" }
}

//! Fuzzing on the stable toolchain: libFuzzer without a sanitizer, the code under test has no unsafe blocks
//! but those that call AWS-LC.

use crate::failure::{Failure, Result};
use crate::{build, tools};
use xshell::{Shell, cmd};

/// Every fuzz target: `fuzz/fuzz_targets/NAME.rs`.
const TARGETS: [&str; 5] = ["apdu_command", "ber_tlv", "card_session", "control_request", "wire_session"];

/// Writes the seeds of every target from the scenarios.
pub(crate) fn seeds(shell: &Shell, _: &[String]) -> Result {
    let program = build::programs(shell)?.join("fuzz-seeds");
    cmd!(shell, "{program} fuzz/corpus").run()?;
    Ok(())
}

/// Some seconds of every target, from its seeds.
pub(crate) fn smoke(shell: &Shell, arguments: &[String]) -> Result {
    let seconds = match arguments.first() {
        None => 10,
        Some(word) => {
            word.parse().map_err(|_| Failure::Check(format!("\"{word}\" is no number of seconds")))?
        }
    };
    let limit = format!("-max_total_time={seconds}");
    tools::ensure(shell, &[&[tools::CXX_COMPILER]])?;
    tools::ensure_cargo_fuzz(shell)?;
    seeds(shell, &[])?;
    cmd!(shell, "cargo fuzz build -s none").run()?;
    for target in TARGETS {
        let output =
            cmd!(shell, "cargo fuzz run -s none {target} -- {limit} -print_final_stats=1 -timeout=10")
                .quiet()
                .ignore_status()
                .output()?;
        let log = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            println!("{log}");
            return Err(Failure::Check(format!(
                "the fuzz target {target} failed; the input is under fuzz/artifacts/"
            )));
        }
        println!("  {target:<16} {}", Stats::read(&log, seconds)?);
    }
    Ok(())
}

/// What libFuzzer says at its end.
#[derive(Debug, PartialEq, Eq)]
struct Stats {
    executions: u64,
    per_second: u64,
}

impl Stats {
    fn read(log: &str, seconds: u64) -> Result<Self> {
        let executions = log
            .lines()
            .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))
            .and_then(|number| number.trim().parse().ok())
            .ok_or_else(|| Failure::Check("the fuzzer did not say how often it ran its target".into()))?;
        Ok(Self { executions, per_second: executions / seconds.max(1) })
    }
}

impl std::fmt::Display for Stats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:>10} executions, {:>8} a second", self.executions, self.per_second)
    }
}

#[cfg(test)]
mod tests {
    use super::Stats;

    #[test]
    fn the_number_of_executions_is_read_from_the_log_of_libfuzzer() {
        let log =
            "Done 1000 runs in 10 second(s)\nstat::number_of_executed_units: 1000\nstat::peak_rss_mb: 40";
        assert_eq!(Stats::read(log, 10).expect("stats"), Stats { executions: 1000, per_second: 100 });
    }

    #[test]
    fn a_log_without_statistics_is_an_error() {
        assert!(Stats::read("Segmentation fault", 10).is_err());
    }
}

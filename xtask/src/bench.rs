//! Benchmarks.

use crate::failure::Result;
use crate::tools;
use xshell::{Shell, cmd};

/// Runs every benchmark; `--quick` measures each for a short time only.
pub(crate) fn run(shell: &Shell, arguments: &[String]) -> Result {
    tools::ensure(shell, &[&[tools::OPENSSL]])?;
    cmd!(shell, "cargo bench --locked --package jpki-benches -- {arguments...}").run()?;
    Ok(())
}

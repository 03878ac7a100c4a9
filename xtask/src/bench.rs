//! Benchmarks.

use crate::failure::Result;
use crate::tools;
use xshell::{Shell, cmd};

/// Runs every benchmark; `--quick` measures each for a short time only.
pub(crate) fn run(shell: &Shell, arguments: &[String]) -> Result {
    tools::ensure(shell, &[&tools::READER_BUILD, &tools::READER])?;
    cmd!(shell, "cargo bench --locked --package jpki-benches --features pcsc -- {arguments...}").run()?;
    Ok(())
}

//! The verbs of every Rust workspace: tests, format, lints, documentation, licences.

use crate::failure::{Failure, Result};
use crate::{build, tools};
use build::WORKSPACE;
use xshell::{Shell, cmd};

/// Every test of the workspace: the end-to-end lane behind the system's PC/SC and the examples in the
/// documentation included. Benchmarks run once, to see that they do.
pub(crate) fn test(shell: &Shell, arguments: &[String]) -> Result {
    tools::ensure(shell, &[&tools::READER_BUILD, &tools::READER])?;
    cmd!(shell, "cargo test {WORKSPACE...} --all-targets {arguments...}").run()?;
    cmd!(shell, "cargo test {WORKSPACE...} --doc").run()?;
    Ok(())
}

/// The end-to-end lane alone: what follows the verb goes to its harness, a part of a test's name for example.
pub(crate) fn end_to_end(shell: &Shell, arguments: &[String]) -> Result {
    tools::ensure(shell, &[&tools::READER_BUILD, &tools::READER])?;
    build::programs(shell)?;
    cmd!(shell, "cargo test {WORKSPACE...} --test pcsc -- {arguments...}").run()?;
    Ok(())
}

pub(crate) fn fmt(shell: &Shell, arguments: &[String]) -> Result {
    let check = arguments.iter().any(|argument| argument == "--check");
    let check: &[&str] = if check { &["--check"] } else { &[] };
    cmd!(shell, "cargo fmt --all {check...}").run()?;
    cmd!(shell, "cargo fmt --manifest-path fuzz/Cargo.toml {check...}").run()?;
    Ok(())
}

pub(crate) fn lint(shell: &Shell, _: &[String]) -> Result {
    build::ensure(shell)?;
    cmd!(shell, "cargo clippy {WORKSPACE...} --all-targets -- -D warnings").run()?;
    Ok(())
}

pub(crate) fn docs(shell: &Shell, _: &[String]) -> Result {
    build::ensure(shell)?;
    let _denied = shell.push_env("RUSTDOCFLAGS", "-D warnings");
    cmd!(shell, "cargo doc {WORKSPACE...} --no-deps").run()?;
    Ok(())
}

pub(crate) fn deny(shell: &Shell, _: &[String]) -> Result {
    if cmd!(shell, "cargo deny --version").quiet().ignore_stdout().ignore_stderr().run().is_err() {
        let get = "cargo install cargo-deny --locked".into();
        return Err(Failure::Missing { tool: "cargo-deny".into(), get });
    }
    cmd!(shell, "cargo deny check bans licenses sources").run()?;
    Ok(())
}

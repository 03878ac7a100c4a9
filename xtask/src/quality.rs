//! The verbs of every Rust workspace: tests, format, lints, documentation, licences.

use crate::failure::{Failure, Result};
use crate::tools;
use xshell::{Shell, cmd};

/// Every test of the workspace, the examples in the documentation included. Benchmarks run once, to see that
/// they do.
pub(crate) fn test(shell: &Shell, arguments: &[String]) -> Result {
    tools::C_COMPILER.ensure(shell)?;
    tools::PYTHON.ensure(shell)?;
    tools::OPENSSL.ensure(shell)?;
    cmd!(shell, "cargo test --workspace --all-targets --locked {arguments...}").run()?;
    cmd!(shell, "cargo test --workspace --doc --locked").run()?;
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
    cmd!(shell, "cargo clippy --workspace --all-targets --locked -- -D warnings").run()?;
    Ok(())
}

pub(crate) fn docs(shell: &Shell, _: &[String]) -> Result {
    let _denied = shell.push_env("RUSTDOCFLAGS", "-D warnings");
    cmd!(shell, "cargo doc --workspace --no-deps --locked").run()?;
    Ok(())
}

pub(crate) fn deny(shell: &Shell, _: &[String]) -> Result {
    if cmd!(shell, "cargo deny --version").quiet().ignore_stdout().ignore_stderr().run().is_err() {
        let get = "cargo install cargo-deny --locked";
        return Err(Failure::Missing { tool: "cargo-deny", get });
    }
    cmd!(shell, "cargo deny check bans licenses sources").run()?;
    Ok(())
}

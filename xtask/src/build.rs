//! What cargo builds: always the whole workspace with the same features, so that no verb compiles again what
//! another has compiled.

use crate::failure::{Failure, Result};
use crate::tools;
use serde_json::Value;
use std::path::PathBuf;
use xshell::{Shell, cmd};

/// What the way to a card reader needs is off by default: libpcsclite-dev.
const FEATURES: &str = "jpki-conformance/pcsc,jpki-benches/pcsc";

/// The packages and features of every verb that compiles for development. The main command, `cargo run
/// --release`, goes without: it needs nothing of a card reader.
pub(crate) const WORKSPACE: [&str; 4] = ["--workspace", "--features", FEATURES, "--locked"];

/// Makes sure that [`WORKSPACE`] can be compiled.
///
/// # Errors
/// Something is missing that cannot be installed.
pub(crate) fn ensure(shell: &Shell) -> Result {
    tools::ensure(shell, &[&tools::READER_BUILD])
}

/// Builds every program of the workspace, as its tests do, and says where they are.
///
/// # Errors
/// It does not compile.
pub(crate) fn programs(shell: &Shell) -> Result<PathBuf> {
    ensure(shell)?;
    // A test among the targets makes cargo unite the features of dependencies as it does for tests.
    cmd!(shell, "cargo build --quiet {WORKSPACE...} --bins --test pcsc").run()?;
    Ok(target_folder(shell)?.join("debug"))
}

/// Where cargo builds into.
///
/// # Errors
/// Cargo does not say.
pub(crate) fn target_folder(shell: &Shell) -> Result<PathBuf> {
    let metadata = cmd!(shell, "cargo metadata --no-deps --format-version 1 --locked").quiet().read()?;
    let metadata: Option<Value> = serde_json::from_str(&metadata).ok();
    let folder = metadata.as_ref().and_then(|metadata| metadata["target_directory"].as_str());
    folder.map(PathBuf::from).ok_or_else(|| Failure::Check("cargo does not say where it builds into".into()))
}

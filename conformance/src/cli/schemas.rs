//! `schemas`: writes the JSON Schemas, or looks whether they are fresh.

use super::Failure;
use crate::exit_code::ExitCode;
use crate::schema;
use clap::Args;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

/// Where to write the schemas.
#[derive(Debug, Args)]
pub(super) struct SchemasArgs {
    /// The folder that they are written into
    #[arg(long, value_name = "DIR", default_value = "vectors/schema")]
    into: PathBuf,
    /// Only look whether the files in that folder are fresh
    #[arg(long)]
    check: bool,
}

/// Writes a file per schema, or compares them.
///
/// # Errors
/// A file cannot be written; with `--check`, one is stale.
pub(super) fn schemas(args: &SchemasArgs, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    if !args.check {
        fs::create_dir_all(&args.into)?;
    }
    for (name, text) in schema::all() {
        let path = args.into.join(name);
        if !args.check {
            fs::write(&path, text)?;
            writeln!(out, "{}", path.display())?;
        } else if fs::read_to_string(&path).ok().as_deref() != Some(text.as_str()) {
            let message = format!("{} does not agree with the types", path.display());
            return Err(Failure::usage(message, Some("write it again: cargo xtask schemas".into())));
        }
    }
    Ok(ExitCode::Conformant)
}

//! The command line: one file a verb.

mod coverage;
mod explain;
mod guarded;
mod list;
mod plan;
mod readers;
mod report_file;
mod rules;
mod run;
mod schemas;
mod what;

use crate::catalogue::Catalogue;
use crate::diagnostic::Diagnostics;
use crate::exit_code::ExitCode;
use crate::scenario::{self, Suite};
use crate::vectors::{Unreadable, Vectors};
use clap::{Args, Parser, Subcommand};
use serde::Serialize;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

/// Judges whether a My Number card, or a program around it, keeps every documented rule.
///
/// Without a verb it runs the whole suite against the virtual card that comes with it.
#[derive(Debug, Parser)]
#[command(name = "jpki-conformance", version, max_term_width = 100, after_help = exit_codes())]
pub struct Cli {
    #[command(flatten)]
    data: Data,
    #[command(subcommand)]
    verb: Option<Verb>,
}

/// Which data to work with.
#[derive(Debug, Default, Args)]
pub struct Data {
    /// Read rules, scenarios and cards from this folder instead of those built in
    #[arg(long, global = true, value_name = "DIR")]
    vectors: Option<PathBuf>,
    /// Refuse to work with any other revision of the rules, for example 2026.1
    #[arg(long, global = true, value_name = "REVISION")]
    rules_revision: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run the suite against an implementation and judge it (the verb that may be left out)
    Run(run::RunArgs),
    /// Print what a run would do, and what it could cost a real card
    Plan(plan::PlanArgs),
    /// List the card readers of this machine, and what is in them
    Readers(readers::ReadersArgs),
    /// Explain a rule or an error code: what it says, where that stands, what to do about it
    Explain(explain::ExplainArgs),
    /// List rules, scenarios, cards, documents or error codes
    #[command(subcommand)]
    List(list::ListVerb),
    /// Ask how the rules change with the date
    #[command(subcommand)]
    Rules(rules::RulesVerb),
    /// Print which rules the scenarios check, and which they do not
    Coverage(coverage::CoverageArgs),
    /// Write the JSON Schemas of the data files and reports, so that editors complete them
    Schemas(schemas::SchemasArgs),
}

/// Why a verb could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The data is wrong; everything that was found.
    #[error("{0}")]
    Data(#[from] Diagnostics),
    /// The folder of vectors cannot be read.
    #[error(transparent)]
    Vectors(#[from] Unreadable),
    /// The command line asks for something that is not there.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// Nothing can be written to the standard output, or another file.
    #[error(transparent)]
    Output(#[from] io::Error),
}

impl Failure {
    /// The command line asks for something that is not there.
    pub fn usage(message: impl Into<String>, hint: Option<String>) -> Self {
        Self::Usage { message: message.into(), hint }
    }
}

impl Cli {
    /// Does what the command line says. Results go to standard output, errors to standard error.
    #[must_use]
    pub fn main(self) -> ExitCode {
        let mut out = io::stdout().lock();
        match self.perform(&mut out) {
            Ok(code) => code,
            // Who closes a pipe early, as `head` does, has seen enough.
            Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::Conformant,
            Err(failure) => {
                let text = failure_text(&failure, io::stderr().is_terminal());
                // Nobody is left to be told when this fails, too.
                _ = io::stderr().write_all(text.as_bytes());
                ExitCode::UsageOrData
            }
        }
    }

    /// Does what the command line says, with the results written to `out`.
    ///
    /// # Errors
    /// Usage, data and output errors; all of them end the program with code 2.
    pub fn perform(self, out: &mut dyn Write) -> Result<ExitCode, Failure> {
        let data = self.data;
        match self.verb.unwrap_or_else(|| Verb::Run(run::RunArgs::default())) {
            Verb::Run(args) => run::run(&args, &data, out),
            Verb::Plan(args) => plan::plan(&args, &data, out),
            Verb::Readers(args) => readers::readers(&args, &data, out),
            Verb::Explain(args) => explain::explain(&args, &data, out),
            Verb::List(verb) => list::list(&verb, &data, out),
            Verb::Rules(verb) => rules::rules(&verb, &data, out),
            Verb::Coverage(args) => coverage::coverage(&args, &data, out),
            Verb::Schemas(args) => schemas::schemas(&args, out),
        }
    }
}

impl Data {
    /// The data files.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn vectors(&self) -> Result<Vectors, Failure> {
        match &self.vectors {
            Some(folder) => Ok(Vectors::from_dir(folder)?),
            None => Ok(Vectors::embedded()),
        }
    }

    /// The whole suite.
    ///
    /// # Errors
    /// Anything is wrong in any file, or the rules have another revision than the one asked for.
    pub fn suite(&self) -> Result<Suite, Failure> {
        let suite = scenario::load(&self.vectors()?)?;
        self.pinned(&suite.catalogue)?;
        Ok(suite)
    }

    /// The catalogue alone.
    ///
    /// # Errors
    /// Anything is wrong in its files, or the rules have another revision than the one asked for.
    pub fn catalogue(&self) -> Result<Catalogue, Failure> {
        let catalogue = Catalogue::load(&self.vectors()?)?;
        self.pinned(&catalogue)?;
        Ok(catalogue)
    }

    fn pinned(&self, catalogue: &Catalogue) -> Result<(), Failure> {
        let Some(want) = &self.rules_revision else { return Ok(()) };
        let hint = format!("pin what there is: --rules-revision {}", catalogue.revision().number);
        catalogue.revision().check(want).map_err(|wrong| Failure::usage(wrong.to_string(), Some(hint)))
    }
}

/// Prints a value as JSON, for programs.
fn json(value: &impl Serialize, out: &mut dyn Write) -> Result<(), Failure> {
    serde_json::to_writer_pretty(&mut *out, value).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(())
}

fn failure_text(failure: &Failure, coloured: bool) -> String {
    match failure {
        Failure::Data(found) => found.render(coloured),
        Failure::Vectors(error) => format!("error: {error}: {}\n", error.source),
        Failure::Usage { message, hint: Some(hint) } => format!("error: {message}\n = help: {hint}\n"),
        Failure::Usage { message, hint: None } => format!("error: {message}\n"),
        Failure::Output(error) => format!("error: cannot write the output: {error}\n"),
    }
}

fn exit_codes() -> String {
    let codes = ExitCode::ALL.map(|code| format!("  {}  {}\n", code.number(), code.meaning()));
    format!("Exit codes:\n{}", codes.concat())
}

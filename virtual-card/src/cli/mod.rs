//! The command line: one file a verb.

mod authority;
mod cards;
mod ctl;
mod failure;
mod serve;
mod slot_args;

pub use failure::Failure;

use crate::exit_code::ExitCode;
use clap::{Parser, Subcommand};
use std::io::{self, Write};
use tracing_subscriber::filter::LevelFilter;

/// A My Number card that consists of software: any program uses it as it would use a real one.
#[derive(Debug, Parser)]
#[command(name = "virtual-card", version, max_term_width = 100, after_help = exit_codes())]
pub struct Cli {
    /// What to tell on standard error: off, error, warn, info, debug or trace
    #[arg(long, global = true, value_name = "LEVEL", default_value = "info")]
    log: LevelFilter,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Put a card where programs find it, until told to end
    Serve(serve::ServeArgs),
    /// Move, change or disturb the card of a serving program
    Ctl(ctl::CtlArgs),
    /// Write what the test authority knows of a card: roots, certificates, revocation lists
    Authority(authority::AuthorityArgs),
    /// List the cards that come with the program
    Cards,
}

impl Cli {
    /// Does what the command line says. Results go to standard output, errors and logs to standard error.
    #[must_use]
    pub fn main(self) -> ExitCode {
        failure::log_to_stderr(self.log);
        let done = match self.verb {
            Verb::Serve(args) => serve::serve(&args),
            Verb::Ctl(args) => ctl::ctl(&args, &mut io::stdout().lock()),
            Verb::Authority(args) => authority::authority(&args, &mut io::stdout().lock()),
            Verb::Cards => cards::cards(&mut io::stdout().lock()),
        };
        match done {
            Ok(()) => ExitCode::Done,
            // Who closes a pipe early, as `head` does, has seen enough.
            Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::Done,
            Err(failure) => {
                // Nobody is left to be told when this fails, too.
                let _ = io::stderr().write_all(failure.text().as_bytes());
                failure.exit_code()
            }
        }
    }
}

fn exit_codes() -> String {
    let codes = ExitCode::ALL.map(|code| format!("  {}  {}\n", code.number(), code.meaning()));
    format!("Exit codes:\n{}", codes.concat())
}

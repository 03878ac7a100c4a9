//! `virtual-card`: reads the command line, does what it says, ends with the documented code.

use clap::Parser;
use jpki_virtual_card::cli::Cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    Cli::parse().main().into()
}

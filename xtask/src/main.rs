//! `cargo xtask VERB`: every verb that a person or CI uses on this repository.
#![expect(clippy::print_stdout, reason = "a program for people: standard output is its interface")]

mod bench;
mod build;
mod ci;
mod conformance;
mod failure;
mod fuzz;
mod quality;
mod step;
mod tools;

use failure::{Failure, Result};
use std::process::ExitCode;
use xshell::Shell;

/// A verb: its name, what it does in one line, and what does it.
type Verb = (&'static str, &'static str, fn(&Shell, &[String]) -> Result);

/// Every verb, in the order of a contributor's day.
const VERBS: &[Verb] = &[
    ("test", "all tests of the workspace: what must pass before a change is sent", quality::test),
    (
        "end-to-end",
        "the tests behind the system's PC/SC alone (or: end-to-end PART-OF-A-NAME)",
        quality::end_to_end,
    ),
    ("fmt", "formats every crate; --check only looks", quality::fmt),
    ("lint", "clippy on every target, warnings are errors", quality::lint),
    ("docs", "the documentation of every crate, warnings are errors", quality::docs),
    ("schemas", "writes vectors/schema/ from the Rust types; --check only looks", conformance::schemas),
    (
        "coverage-gate",
        "fails when a testable rule of the card is checked by nothing",
        conformance::coverage_gate,
    ),
    (
        "programs",
        "judges the embedded card (must exit 0) and the wrong example card (must exit 1)",
        conformance::programs,
    ),
    ("bench", "the benchmarks, each beside its peer; --quick for a first impression", bench::run),
    ("fuzz-seeds", "writes the fuzzers' seeds into fuzz/corpus/ from vectors/", fuzz::seeds),
    ("fuzz-smoke", "ten seconds of every fuzz target (or: fuzz-smoke SECONDS)", fuzz::smoke),
    ("ci", "everything that the gate runs, in one go", ci::run),
    ("deny", "licences, bans and sources by cargo-deny, if it is installed; not part of ci", quality::deny),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("\nxtask: {failure}");
            if let Some(help) = failure.help() {
                println!("  help: {help}");
            }
            failure.exit_code()
        }
    }
}

fn dispatch(arguments: &[String]) -> Result {
    let Some((verb, rest)) = arguments.split_first() else {
        print_help();
        return Ok(());
    };
    if ["help", "--help", "-h"].contains(&verb.as_str()) {
        print_help();
        return Ok(());
    }
    let (_, _, run) = VERBS.iter().find(|(name, ..)| name == verb).ok_or(Failure::Usage(verb.clone()))?;
    let shell = Shell::new()?;
    shell.change_dir(root());
    run(&shell, rest)
}

/// The root of the repository, wherever the verb was called.
fn root() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/..")
}

fn print_help() {
    println!("usage: cargo xtask VERB\n");
    for (name, about, _) in VERBS {
        println!("  {name:<14} {about}");
    }
    println!("\ncargo-deny is not part of ci: its advisory database cannot be read without the network.");
}

//! `rules diff`: what an implementer has to change from one day to another.

use super::explain::{level, role};
use super::{Data, Failure};
use crate::catalogue::{Catalogue, Rule};
use crate::exit_code::ExitCode;
use clap::{Args, Subcommand};
use jiff::civil::Date;
use std::io::{self, Write};

/// What to ask of the rules.
#[derive(Debug, Subcommand)]
pub(super) enum RulesVerb {
    /// Print which rules begin and end between two days, and which of them replace each other
    Diff(DiffArgs),
}

/// Two days.
#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// The day that is known, YYYY-MM-DD
    #[arg(value_name = "DATE")]
    from: Date,
    /// The day to get ready for, YYYY-MM-DD
    #[arg(value_name = "DATE")]
    to: Date,
}

/// What changes between two days.
///
/// # Errors
/// The data is wrong.
pub(super) fn rules(verb: &RulesVerb, data: &Data, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let RulesVerb::Diff(DiffArgs { from, to }) = verb;
    diff(&data.catalogue()?, *from, *to, out)?;
    Ok(ExitCode::Conformant)
}

fn diff(catalogue: &Catalogue, from: Date, to: Date, out: &mut dyn Write) -> io::Result<()> {
    let in_force = |rule: &&Rule, day| catalogue.period(&rule.id).unwrap_or_default().contains(day);
    let begins: Vec<&Rule> = catalogue.in_force(to).filter(|rule| !in_force(rule, from)).collect();
    let ends: Vec<&Rule> = catalogue.in_force(from).filter(|rule| !in_force(rule, to)).collect();
    writeln!(out, "Rules in force on {to} against {from}: {} begin, {} end", begins.len(), ends.len())?;
    if !ends.is_empty() {
        writeln!(out, "\nno longer in force")?;
    }
    for rule in &ends {
        head(rule, out)?;
        let begins = |id: &str| begins.iter().any(|other| other.id == id);
        resolutions("replaced by", rule, begins, out)?;
    }
    if !begins.is_empty() {
        writeln!(out, "\nin force from now on")?;
    }
    for rule in &begins {
        head(rule, out)?;
        writeln!(out, "      given {}\n      when  {}\n      then  {}", rule.given, rule.when, rule.then)?;
        let stays =
            |id: &str| catalogue.rule(id).is_some_and(|other| in_force(&other, from) && in_force(&other, to));
        resolutions("beside", rule, stays, out)?;
    }
    Ok(())
}

/// The rules that this one is in conflict with, of those that are wanted, and how that is resolved.
fn resolutions(
    label: &str,
    rule: &Rule,
    wanted: impl Fn(&str) -> bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (_, resolve, others) in rule.resolutions() {
        let others: Vec<&str> = others.into_iter().filter(|id| wanted(id)).collect();
        if !others.is_empty() {
            writeln!(out, "      {label} {}: {resolve}", others.join(", "))?;
        }
    }
    Ok(())
}

fn head(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {}  {} ({}, {})", rule.id, rule.title, role(rule.role), level(rule.level))
}

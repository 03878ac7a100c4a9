//! `explain`: a rule or an error code, with everything that is known about it.

use super::{Data, Failure};
use crate::catalogue::{Catalogue, CodeQuery, Confidence, ErrorCode, Level, Role, Rule};
use crate::closest::closest;
use crate::exit_code::ExitCode;
use clap::Args;
use std::fmt::Display;
use std::io::{self, Write};

/// What to explain.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// Id of a rule (CARD-PIN-002) or an error code (E016, EW140-1620, 011), in any case; a code may be
    /// followed by its detail
    #[arg(required = true, num_args = 1..=2, value_name = "ID|CODE")]
    what: Vec<String>,
}

/// Explains a rule or a code.
///
/// # Errors
/// The data is wrong, or nothing has this id or code.
pub(super) fn explain(args: &ExplainArgs, data: &Data, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let catalogue = data.catalogue()?;
    let what = args.what.join(" ");
    if let Some(rule) = catalogue.rule_like(&what) {
        Page { catalogue: &catalogue, out }.rule(rule)?;
        return Ok(ExitCode::Conformant);
    }
    let code = CodeQuery::new(&what);
    let rules: Vec<&Rule> = catalogue.by_code(&code).collect();
    if rules.is_empty() {
        return Err(unknown(&what, &catalogue));
    }
    for (index, rule) in rules.into_iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        Page { catalogue: &catalogue, out }.code(rule)?;
    }
    Ok(ExitCode::Conformant)
}

fn unknown(what: &str, catalogue: &Catalogue) -> Failure {
    let known = catalogue.codes().into_iter().chain(catalogue.rules().map(|rule| &*rule.id));
    let hint = match closest(what, known) {
        Some(word) => format!("did you mean \"{word}\"?"),
        None => "list rules and list codes print what can be explained".to_owned(),
    };
    Failure::usage(format!("no rule and no error code is called \"{what}\""), Some(hint))
}

struct Page<'a> {
    catalogue: &'a Catalogue,
    out: &'a mut dyn Write,
}

impl Page<'_> {
    fn rule(&mut self, rule: &Rule) -> io::Result<()> {
        writeln!(self.out, "{}  {}", rule.id, rule.title)?;
        writeln!(self.out, "{:width$}  {}", "", rule.title_ja, width = rule.id.len())?;
        writeln!(self.out)?;
        let period = self.catalogue.period(&rule.id).unwrap_or_default();
        let inferred = if rule.inferred { ", inferred" } else { "" };
        self.line(
            "binds",
            format!(
                "{} · {} · {}{inferred}",
                role(rule.role),
                level(rule.level),
                confidence(rule.confidence)
            ),
        )?;
        self.line("in force", period)?;
        self.line("given", &rule.given)?;
        self.line("when", &rule.when)?;
        self.line("then", &rule.then)?;
        self.lines("boundary", &rule.boundaries)?;
        if let Some(reason) = &rule.untestable {
            self.line("not tested", reason)?;
        } else {
            self.line("check", &rule.how)?;
        }
        self.lines("or else", &rule.plausible)?;
        if let Some(decision) = &rule.decision {
            self.line("decision", decision)?;
        }
        if let Some(code) = &rule.code {
            self.meaning(code)?;
        }
        self.sources(rule)?;
        self.conflicts(rule)
    }

    fn code(&mut self, rule: &Rule) -> io::Result<()> {
        let Some(code) = &rule.code else { return Ok(()) };
        writeln!(self.out, "{}  {}", label(code), rule.title)?;
        writeln!(self.out, "{:width$}  {}", "", rule.title_ja, width = label(code).len())?;
        writeln!(self.out)?;
        self.meaning(code)?;
        self.line("shown when", &rule.when)?;
        self.lines("or else", &rule.plausible)?;
        if let Some(decision) = &rule.decision {
            self.line("decision", decision)?;
        }
        self.line("rule", format!("{} ({}, {})", rule.id, level(rule.level), confidence(rule.confidence)))?;
        self.sources(rule)?;
        self.conflicts(rule)
    }

    fn meaning(&mut self, code: &ErrorCode) -> io::Result<()> {
        self.line("means", &code.meaning)?;
        self.line("shown on", &code.platform)?;
        self.line("class", &code.class)?;
        for (index, step) in code.remedy.iter().enumerate() {
            self.line(if index == 0 { "remedy" } else { "" }, format!("{}. {step}", index + 1))?;
        }
        Ok(())
    }

    /// Where the rule stands, a document once with all its places.
    fn sources(&mut self, rule: &Rule) -> io::Result<()> {
        let mut documents: Vec<&str> = Vec::new();
        for source in &rule.sources {
            if !documents.contains(&&*source.document) {
                documents.push(&source.document);
            }
        }
        for id in documents {
            match self.catalogue.document(id) {
                Some(document) => {
                    self.line("source", document.title_en.as_ref().unwrap_or(&document.title))?;
                    self.line("", format!("{} · {}", document.title, document.publisher))?;
                }
                None => self.line("source", id)?,
            }
            for source in rule.sources.iter().filter(|source| source.document == id) {
                self.line("", format!("- {}", source.place))?;
            }
        }
        Ok(())
    }

    fn conflicts(&mut self, rule: &Rule) -> io::Result<()> {
        for (reference, resolve, others) in rule.resolutions() {
            self.line("conflict", format!("{reference} with {}", others.join(", ")))?;
            self.line("", resolve)?;
        }
        Ok(())
    }

    fn lines(&mut self, label: &str, texts: &[String]) -> io::Result<()> {
        for (index, text) in texts.iter().enumerate() {
            self.line(if index == 0 { label } else { "" }, text)?;
        }
        Ok(())
    }

    fn line(&mut self, label: &str, text: impl Display) -> io::Result<()> {
        writeln!(self.out, "  {label:<11} {text}")
    }
}

/// A code with its detail, as it is shown.
pub(super) fn label(code: &ErrorCode) -> String {
    let shown = code.code.as_deref().unwrap_or("(no code)");
    match &code.detail {
        Some(detail) => format!("{shown} {detail}"),
        None => shown.to_owned(),
    }
}

/// The word of the data for a level.
pub(super) fn level(level: Level) -> String {
    word(level)
}

/// The word of the data for a role.
pub(super) fn role(role: Role) -> String {
    word(role)
}

/// The word of the data for a confidence.
pub(super) fn confidence(confidence: Confidence) -> String {
    word(confidence)
}

/// An enumeration of the data as the data writes it.
fn word(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

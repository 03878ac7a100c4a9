//! One failed case as a block of lines: the rules and their sources, what was sent, expected and seen, what it
//! means, and the command that plays it again.

use crate::catalogue::{Catalogue, Confidence, Level, Rule};
use crate::runner::CaseResult;
use std::fmt::Write as _;

/// A failed case, complete, without colours; `again` is the command that plays it again.
pub(crate) fn failed(result: &CaseResult<'_>, catalogue: &Catalogue, again: &str) -> String {
    let mut out = String::new();
    let case = result.case;
    let row = case.row.map_or_else(String::new, |(row, of)| format!("            row {row} of {of}"));
    let _ = writeln!(out, "FAILED  {}{row}", case.id);
    for rule in case.rules.iter().filter_map(|id| catalogue.rule(id)) {
        let binding = format!("{} · {}", level(rule), confidence(rule));
        line(&mut out, "rule", &format!("{}  {}    {binding}", rule.id, rule.title));
        if let Some(source) = rule.sources.first() {
            let title = catalogue.document(&source.document);
            let title = title
                .map_or(&source.document, |document| document.title_en.as_ref().unwrap_or(&document.title));
            let more = match rule.sources.len() {
                1 => String::new(),
                n => format!(" (and {} more)", n - 1),
            };
            line(&mut out, "source", &format!("{}, {}{more}", title, source.place));
        }
    }
    if let Some(failure) = &result.played.failure {
        if let Some(sent) = &failure.sent {
            line(&mut out, "sent", &format!("{}      {}", sent.words, sent.command));
        }
        line(&mut out, "expected", &failure.expected);
        line(&mut out, "seen", &failure.seen);
        line(
            &mut out,
            "where",
            &format!("step {} of {}, {}:{}", failure.step, failure.steps, case.place.0, case.place.1),
        );
    }
    if let Some(means) = &case.means {
        line(&mut out, "means", means);
    }
    line(&mut out, "again", again);
    out
}

/// One named line of a block.
pub(super) fn line(out: &mut String, name: &str, text: &str) {
    let _ = writeln!(out, "  {name:<9} {text}");
}

fn level(rule: &Rule) -> &'static str {
    match rule.level {
        Level::Must => "must",
        Level::Should => "should",
        Level::May => "may",
        Level::Info => "info",
    }
}

fn confidence(rule: &Rule) -> &'static str {
    match rule.confidence {
        Confidence::Published => "published",
        Confidence::Observed => "observed",
        Confidence::ClientCode => "client code",
        Confidence::Standard => "standard",
        Confidence::Assumed => "assumed",
    }
}

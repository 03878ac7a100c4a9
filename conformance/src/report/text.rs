//! The report for people: short when green, complete when red, the next step always named.

use super::block::line;
use super::budget::closing;
use super::case::{case, command};
use super::{Paint, Report, RuleStatus, rule_statuses};
use crate::guard::Closing;
use crate::runner::CaseResult;
use crate::verdict::{Outcome, Tally};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

/// How much to tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// What failed, and the counts.
    #[default]
    Short,
    /// Transcripts of what did not pass, notes, and why cases were skipped one by one.
    Transcripts,
    /// Transcripts of everything.
    Everything,
}

/// Selections up to this size are small enough to tell everything.
const FEW: usize = 10;

/// Columns that a line of the summary may take.
const WIDTH: usize = 108;

/// Reasons to skip that are told apart in the short form.
const MOST_REASONS: usize = 6;

/// The report for people.
#[must_use]
pub fn text(report: &Report<'_>, detail: Detail, paint: Paint) -> String {
    let mut out = String::new();
    let detail = match detail {
        Detail::Transcripts if report.run.results.len() <= FEW => Detail::Everything,
        detail => detail,
    };
    let failed: Vec<_> = report.run.results.iter().filter(has_failed).collect();
    let mut folded = if detail == Detail::Short { rows(&failed) } else { BTreeMap::new() };
    for result in &report.run.results {
        if has_failed(&result) {
            match folded.remove(&*result.case.scenario) {
                Some(rows) => {
                    case(&mut out, result, report, detail, paint);
                    more_rows(&mut out, &rows);
                    continue;
                }
                // The scenario's first failed row has spoken for this one.
                None if detail == Detail::Short => continue,
                None => {}
            }
        }
        case(&mut out, result, report, detail, paint);
    }
    header(&mut out, report, paint);
    counts(&mut out, report);
    broken(&mut out, &failed);
    reasons(&mut out, report);
    if let Some(ended) = &report.closing {
        out.push_str(&closing(ended, paint));
    }
    verdict(&mut out, report, paint);
    out
}

fn has_failed(result: &&CaseResult<'_>) -> bool {
    result.played.verdict.outcome == Outcome::Failed
}

/// The failed cases of each scenario.
fn rows<'r>(failed: &[&'r CaseResult<'r>]) -> BTreeMap<&'r str, Vec<&'r CaseResult<'r>>> {
    let mut rows = BTreeMap::<_, Vec<_>>::new();
    for result in failed {
        rows.entry(&*result.case.scenario).or_default().push(*result);
    }
    rows
}

/// Which other rows of the same table failed, under the block of the first.
fn more_rows(out: &mut String, rows: &[&CaseResult<'_>]) {
    let more: Vec<String> =
        rows[1..].iter().filter_map(|result| result.case.row).map(|(row, _)| row.to_string()).collect();
    if !more.is_empty() {
        // The empty line after the block moves below this one.
        out.truncate(out.trim_end_matches('\n').len() + 1);
        line(out, "also", &format!("row {} of the same table (-v shows each)", more.join(", ")));
        out.push('\n');
    }
}

/// The rules that were broken, with the number of cases that say so.
fn broken(out: &mut String, failed: &[&CaseResult<'_>]) {
    let mut cases = BTreeMap::<&str, usize>::new();
    for rule in failed.iter().flat_map(|result| &result.case.rules) {
        *cases.entry(rule).or_default() += 1;
    }
    if cases.is_empty() {
        return;
    }
    let rules = if cases.len() == 1 { "1 rule".to_owned() } else { format!("{} rules", cases.len()) };
    let mut row = format!("  broken   {rules} (and the number of cases that say so)");
    for (rule, count) in cases {
        let word = format!("{rule} ({count})");
        if row.chars().count() + word.len() + 2 > WIDTH || !row.starts_with("           ") {
            let _ = writeln!(out, "{row}");
            row = format!("           {word}");
        } else {
            row = format!("{row}, {word}");
        }
    }
    let _ = writeln!(out, "{row}");
}

fn header(out: &mut String, report: &Report<'_>, paint: Paint) {
    let title = paint.strong("My Number card conformance");
    let revision = &report.suite.catalogue.revision().number;
    let _ = writeln!(out, "{title} · catalogue {revision} · as of {} · seed {}", report.as_of, report.seed);
}

fn counts(out: &mut String, report: &Report<'_>) {
    let run = report.run;
    let label = format!("{} ({})", report.card, report.profile);
    let counted = tally(run.tally(), run.informed());
    let took = seconds(run.took);
    let _ = writeln!(out, "  card     {label}   {counted}   {took}");
    let (mut testable, mut checked, mut untestable) = (0, 0, 0);
    for (rule, status) in rule_statuses(&report.suite.catalogue, &run.results, report.as_of) {
        if rule.role != crate::catalogue::Role::Card {
            continue;
        }
        match status {
            RuleStatus::Untestable => untestable += 1,
            RuleStatus::NotChecked | RuleStatus::Skipped | RuleStatus::NotApplicable => testable += 1,
            RuleStatus::NotInForce => {}
            _ => {
                testable += 1;
                checked += 1;
            }
        }
    }
    let _ = writeln!(
        out,
        "  rules    {testable} testable · {checked} checked · {untestable} cannot be tested (list rules --untestable)"
    );
}

/// `1,204 passed, 2 failed, 3 info`.
fn tally(tally: Tally, informed: usize) -> String {
    let Tally { passed, failed, skipped, not_applicable, error } = tally;
    let kinds = [
        (passed, "passed"),
        (failed, "failed"),
        (error, "could not be judged"),
        (skipped, "skipped"),
        (not_applicable, "not applicable"),
        (informed, "info"),
    ];
    let parts: Vec<String> = kinds
        .into_iter()
        .filter(|(count, word)| *count > 0 || *word == "passed")
        .map(|(count, word)| format!("{} {word}", thousands(count)))
        .collect();
    parts.join(", ")
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

/// Why cases were not judged, each reason once.
fn reasons(out: &mut String, report: &Report<'_>) {
    let mut reasons = BTreeMap::<(&str, &str), usize>::new();
    for result in &report.run.results {
        let word = match &result.played.verdict.outcome {
            Outcome::Skipped { .. } => "skipped",
            Outcome::NotApplicable { .. } => "not applicable",
            _ => continue,
        };
        let reason = result.played.verdict.outcome.reason().unwrap_or_default();
        *reasons.entry((word, reason)).or_default() += 1;
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for ((word, reason), count) in reasons.iter().take(MOST_REASONS) {
        let _ = writeln!(out, "  {word} {}: {reason}", thousands(*count));
    }
    if let Some(left) = reasons.get(MOST_REASONS..).filter(|left| !left.is_empty()) {
        let cases: usize = left.iter().map(|(_, count)| count).sum();
        let _ = writeln!(out, "  and {} more for {} other reasons (-v)", thousands(cases), left.len());
    }
}

fn verdict(out: &mut String, report: &Report<'_>, paint: Paint) {
    let tally = report.run.tally();
    if report.run.interrupted {
        let left = report.selected - report.run.results.len();
        let _ = writeln!(out, "{}", paint.bad(format!("stopped: {} cases were not played", thousands(left))));
    }
    let stopped = report.closing.as_ref().is_some_and(Closing::needs_care);
    let (verdict, next) = if stopped {
        let next = "read docs/real-cards.md before the card is used again".to_owned();
        (paint.bad("the card needs care"), next)
    } else if tally.failed > 0 {
        (paint.bad("not conformant"), again(report, first(report, &Outcome::Failed)))
    } else if tally.error > 0 {
        (paint.bad("could not be judged"), again(report, first_error(report)))
    } else if tally.passed == 0 {
        (paint.bad("nothing ran"), format!("see what there is    {} --list", report.again))
    } else if report.closing.is_some() {
        let next = format!("see what leave the others need    {}", report.again.replacen(" run", " plan", 1));
        (paint.good("conformant as far as it was looked at"), next)
    } else if report.card.starts_with("virtual") {
        let own = "judge your own card    jpki-conformance run --card \"exec:./my-card\"";
        (paint.good("conformant"), own.to_owned())
    } else {
        (
            paint.good("conformant"),
            format!("gate your CI with it    {} --report junit=conformance.xml", report.again),
        )
    };
    let _ = writeln!(out, "{verdict}");
    let _ = writeln!(out, "next: {next}");
}

fn first<'r>(report: &'r Report<'_>, outcome: &Outcome) -> Option<&'r str> {
    let found = report.run.results.iter().find(|result| result.played.verdict.outcome == *outcome);
    found.map(|result| &*result.case.id)
}

fn first_error<'r>(report: &'r Report<'_>) -> Option<&'r str> {
    let is_error = |result: &&CaseResult<'_>| matches!(result.played.verdict.outcome, Outcome::Error { .. });
    report.run.results.iter().find(is_error).map(|result| &*result.case.id)
}

fn again(report: &Report<'_>, id: Option<&str>) -> String {
    format!("see what was said    {}", command(report, id.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, "0")]
    #[case(999, "999")]
    #[case(1204, "1,204")]
    #[case(1_234_567, "1,234,567")]
    fn a_thousand_has_its_comma(#[case] number: usize, #[case] shown: &str) {
        assert_eq!(thousands(number), shown);
    }
}

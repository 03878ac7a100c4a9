//! One case, told to people as far as the detail asks for it.

use super::block::{failed, line};
use super::text::Detail;
use super::{Paint, Report};
use crate::runner::CaseResult;
use crate::verdict::Outcome;
use std::fmt::Write as _;

/// A failed case of this run.
pub(super) fn failed_in(result: &CaseResult<'_>, report: &Report<'_>) -> String {
    let again = command(report, &result.case.id);
    failed(result, &report.suite.catalogue, &again)
}

/// What plays this case again.
pub(super) fn command(report: &Report<'_>, id: &str) -> String {
    format!("{} --filter {id} -v", report.again)
}

/// Adds what there is to tell about a case.
pub(super) fn case(
    out: &mut String,
    result: &CaseResult<'_>,
    report: &Report<'_>,
    detail: Detail,
    paint: Paint,
) {
    let played = &result.played;
    let shown = match &played.verdict.outcome {
        Outcome::Failed => {
            let block = failed_in(result, report);
            let _ = writeln!(out, "{}", block.replacen("FAILED", &paint.bad("FAILED"), 1).trim_end());
            detail >= Detail::Transcripts
        }
        Outcome::Error { fault, reason } => {
            let _ = writeln!(out, "{}   {}", paint.bad("ERROR"), result.case.id);
            line(out, "fault", &fault.to_string());
            let mut reason = reason.lines();
            line(out, "reason", reason.next().unwrap_or_default());
            for more in reason {
                let _ = writeln!(out, "            {more}");
            }
            line(out, "again", &command(report, &result.case.id));
            detail >= Detail::Transcripts
        }
        _ => detail == Detail::Everything,
    };
    if shown && detail == Detail::Everything && matches!(played.verdict.outcome, Outcome::Passed) {
        let _ = writeln!(out, "{}  {}", paint.good("passed"), result.case.id);
    }
    if detail >= Detail::Transcripts {
        match &played.verdict.outcome {
            Outcome::Skipped { reason } => _ = writeln!(out, "skipped {}: {reason}", result.case.id),
            Outcome::NotApplicable { reason } => {
                _ = writeln!(out, "not applicable {}: {reason}", result.case.id);
            }
            _ => {}
        }
        for note in &played.verdict.notes {
            let _ = writeln!(out, "info    {}: {note}", result.case.id);
        }
    }
    if shown && !played.transcript.exchanges().is_empty() {
        let _ = writeln!(out, "{}", paint.faint(&played.transcript));
    } else if matches!(played.verdict.outcome, Outcome::Failed | Outcome::Error { .. }) {
        out.push('\n');
    }
}

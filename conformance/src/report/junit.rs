//! The report for CI: `--report junit=FILE`. A file of scenarios is a suite, a case is a test case.

use super::{Report, case};
use crate::runner::CaseResult;
use crate::verdict::Outcome;
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

/// The run as JUnit XML.
///
/// # Errors
/// The XML cannot be written, which nothing that this program knows of brings about.
pub fn junit(report: &Report<'_>) -> Result<String, quick_junit::SerializeError> {
    let mut xml = quick_junit::Report::new(format!("jpki-conformance: {}", report.card));
    xml.set_time(report.run.took);
    for results in report.run.results.chunk_by(|one, next| place(one).0 == place(next).0) {
        let mut suite = TestSuite::new(place(&results[0]).0);
        for result in results {
            let (file, name) = place(result);
            suite.add_test_case(test_case(file, name, result, report));
        }
        // The whole counts what a suite holds at the moment it is added.
        xml.add_test_suite(suite);
    }
    xml.to_string()
}

/// File and name of a case.
fn place<'r>(result: &CaseResult<'r>) -> (&'r str, &'r str) {
    result.case.id.rsplit_once('/').unwrap_or(("", &result.case.id))
}

fn test_case(file: &str, name: &str, result: &CaseResult<'_>, report: &Report<'_>) -> TestCase {
    let played = &result.played;
    let status = match &played.verdict.outcome {
        Outcome::Passed => TestCaseStatus::success(),
        Outcome::Failed => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            if let Some(failure) = &played.failure {
                status.set_message(format!("expected {}; seen {}", failure.expected, failure.seen));
            }
            status.set_type(result.case.rules.join(" "));
            status.set_description(case::failed_in(result, report));
            status
        }
        Outcome::Error { fault, reason } => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_type(fault.to_string());
            status.set_message(reason.lines().next().unwrap_or_default());
            status.set_description(reason.as_str());
            status
        }
        Outcome::Skipped { reason } => skipped(reason),
        Outcome::NotApplicable { reason } => skipped(&format!("not applicable: {reason}")),
    };
    let mut case = TestCase::new(name, status);
    case.set_classname(file).set_time(played.took);
    let notes = &played.verdict.notes;
    if !notes.is_empty() {
        case.set_system_out(notes.join("\n"));
    }
    case
}

fn skipped(reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(reason);
    status
}

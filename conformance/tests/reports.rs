//! Reports: what programs and CI read, and what no output ever shows.

mod common;

use common::{AS_OF, jpki_conformance, run_tiny, stdout};
use serde_json::Value;
use std::fs;
use tempfile::TempDir;

#[test]
fn the_json_report_fits_its_schema_and_counts_what_it_lists() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("report.json");
    let output = run_tiny("--never-restores", &["--report", &format!("json={}", path.display())]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_str(&fs::read_to_string(&path).expect("written")).expect("JSON");
    let schema = fs::read_to_string(common::crate_folder().join("../vectors/schema/run.json"));
    let schema: Value = serde_json::from_str(&schema.expect("it is there")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(report["as_of"], AS_OF);
    assert!(report["iut"]["card"].as_str().is_some_and(|card| card.starts_with("exec:")));
    for outcome in ["passed", "failed", "skipped", "not_applicable", "error"] {
        let listed = report["scenarios"].as_array().expect("a list").iter();
        let listed = listed.filter(|scenario| scenario["outcome"] == outcome).count();
        assert_eq!(report["summary"][outcome], listed, "{outcome}");
    }
    let status = |id: &str| {
        let rules = report["rules"].as_array().expect("a list");
        rules.iter().find(|rule| rule["id"] == id).map(|rule| rule["status"].clone())
    };
    assert_eq!(status("CARD-PIN-003"), Some("failed".into()));
    assert_eq!(status("CARD-PIN-002"), Some("passed".into()));
    assert_eq!(status("CARD-PIN-005"), Some("not_checked".into()));
}

#[test]
fn the_junit_report_has_a_test_case_for_every_scenario() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("report.xml");
    run_tiny("--never-restores", &["--report", &format!("junit={}", path.display())]);
    let xml = fs::read_to_string(&path).expect("written");
    let report = quick_junit::Report::deserialize_from_str(&xml).expect("JUnit");
    assert_eq!(
        (report.tests, report.failures, report.errors),
        (7, 1, 0),
        "the whole counts what its suites hold"
    );
    let suite = report.test_suites.first().expect("a file of scenarios");
    assert_eq!(suite.name.as_str(), "card/tiny");
    assert_eq!((suite.tests, suite.failures, suite.errors), (7, 1, 0));
    let failed = suite
        .test_cases
        .iter()
        .find(|case| case.name.as_str().starts_with("a-wrong-pin"))
        .expect("it is there");
    let quick_junit::TestCaseStatus::NonSuccess { message, description, .. } = &failed.status else {
        panic!("it failed");
    };
    let message = message.as_ref().map(|message| message.as_str());
    assert_eq!(message, Some("expected 63C3 (3 tries left); seen 63C2 (2 tries left)"));
    assert!(description.as_ref().is_some_and(|text| text.as_str().contains("CARD-PIN-003")));
}

/// The whole suite, with every transcript, against a card whose values cannot stand anywhere by chance.
#[test]
fn no_output_shows_the_value_of_a_pin() {
    let folder = TempDir::new().expect("a folder");
    let vectors = folder.path().join("vectors");
    common::copy_vectors(&vectors);
    let standard = vectors.join("cards/standard.toml");
    let card = fs::read_to_string(&standard).expect("the card is there");
    let card = card.replace("value = \"1234\"", "value = \"9182\"").replace("ABC123", "QWXZ9182");
    assert!(card.contains("9182"), "the values were replaced");
    fs::write(&standard, card).expect("written");
    let (json, junit) = (folder.path().join("report.json"), folder.path().join("report.xml"));
    let (json_option, junit_option) =
        (format!("json={}", json.display()), format!("junit={}", junit.display()));
    let vectors = vectors.display().to_string();
    let arguments = [
        "run",
        "--vectors",
        &vectors,
        "--as-of",
        AS_OF,
        "-vv",
        "--report",
        &json_option,
        "--report",
        &junit_option,
    ];
    let output = jpki_conformance(arguments);
    let text = stdout(&output);
    assert!(text.contains("VERIFY auth-pin, right PIN"), "transcripts are there:\n{text:.2000}");
    let json = fs::read_to_string(json).expect("written");
    let xml = fs::read_to_string(junit).expect("written");
    // Times are digits, too.
    let times = regex::Regex::new(r#""duration_us": \d+|time="[\d.]+""#).expect("a pattern");
    for (name, output) in
        [("text", text), ("json", json), ("junit", xml), ("stderr", common::stderr(&output))]
    {
        let output = times.replace_all(&output, "");
        for secret in ["9182", "QWXZ9182", "123456789018", "900401"] {
            let hex = hex::encode(secret);
            let spaced: Vec<String> = secret.bytes().map(|byte| format!("{byte:02X}")).collect();
            for spelling in [secret.to_owned(), hex.clone(), hex.to_uppercase(), spaced.join(" ")] {
                let place = output
                    .find(&spelling)
                    .map(|at| output[at.saturating_sub(120)..].chars().take(200).collect::<String>());
                assert_eq!(place, None, "{spelling} stands in {name}");
            }
        }
    }
}

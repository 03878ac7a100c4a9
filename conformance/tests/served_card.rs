//! The program `virtual-card` as somebody else's card: over its wire it is judged as in this process, case by case.

mod common;

use common::AS_OF;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

#[test]
fn a_card_that_is_served_is_judged_as_the_embedded_one_in_every_case() {
    let served = format!("exec:'{}' serve --stdio --log warn --as-of {AS_OF}", virtual_card().display());
    let (embedded, served) = (outcomes("virtual"), outcomes(&served));
    assert!(embedded.len() > 1_000, "the whole suite ran: {}", embedded.len());
    assert!(embedded.values().any(|outcome| outcome == "passed"));
    let differ: Vec<_> = embedded.iter().filter(|(id, outcome)| served.get(*id) != Some(outcome)).collect();
    assert!(differ.is_empty(), "in process they end so, served otherwise: {differ:#?}");
    assert_eq!(served.len(), embedded.len());
}

/// How every case of the suite ends against this card, with the reason where there is one.
fn outcomes(card: &str) -> BTreeMap<String, String> {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("report.json");
    let report = format!("json={}", path.display());
    let output = common::jpki_conformance(["run", "--as-of", AS_OF, "--card", card, "--report", &report]);
    let report: Value = match fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text).expect("JSON"),
        Err(_) => panic!("no report of {card}: {}", common::stderr(&output)),
    };
    let scenarios = report["scenarios"].as_array().expect("a list").iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    scenarios
        .map(|scenario| {
            let (outcome, reason) = (text(&scenario["outcome"]), text(&scenario["reason"]));
            (text(&scenario["id"]), format!("{outcome} {reason}").trim_end().to_owned())
        })
        .collect()
}

/// The program, built into the folder where the harness was built.
fn virtual_card() -> PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_jpki-conformance")).with_file_name("virtual-card");
    assert!(path.exists(), "{} is missing: `cargo build -p jpki-virtual-card` builds it", path.display());
    path
}

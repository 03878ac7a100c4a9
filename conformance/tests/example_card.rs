//! The example card that is wrong on purpose: the suite finds each of its marked faults, on either wire.

mod common;

use common::{AS_OF, crate_folder, program, stderr};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The rules that the card breaks, as the head of its file says.
const BROKEN: [&str; 3] = ["CARD-PIN-003", "CARD-PIN-004", "WIRE-TEXT-003"];

fn example(name: &str) -> PathBuf {
    crate_folder().join("../examples/cards").join(name)
}

/// `run` for the broken rules against this card, with a report to this file.
fn run(card: &str, report: &Path) -> Command {
    let mut command = program();
    command
        .args(["run", "--as-of", AS_OF, "--card", card, "--report"])
        .arg(format!("json={}", report.display()));
    command.args(BROKEN.iter().flat_map(|rule| ["--rule", rule]));
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn statuses(report: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(report).expect("the report was written");
    let report: Value = serde_json::from_str(&text).expect("JSON");
    let rules = report["rules"].as_array().expect("a list");
    let of = |id: &&str| rules.iter().find(|rule| rule["id"] == **id).expect("it is there")["status"].clone();
    BROKEN.iter().map(of).collect()
}

#[test]
fn each_marked_fault_of_the_example_is_found() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let report = folder.path().join("report.json");
    let card = format!("exec:exec python3 '{}'", example("wrong_card.py").display());
    let output = run(&card, &report).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(statuses(&report), ["failed"; 3]);
}

#[test]
fn each_marked_fault_is_found_behind_vpcd_too() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let report = folder.path().join("report.json");
    let mut harness = run("vpcd:127.0.0.1:0", &report).spawn().expect("the program starts");
    let mut waiting = String::new();
    BufReader::new(harness.stderr.take().expect("a pipe"))
        .read_line(&mut waiting)
        .expect("it says where it waits");
    let address = waiting.split_whitespace().find(|word| word.starts_with("127.0.0.1:")).expect("an address");
    let mut card = Command::new("python3")
        .arg(example("behind_vpcd.py"))
        .arg(address)
        .spawn()
        .expect("python3 is there");
    assert_eq!(harness.wait().expect("it ends").code(), Some(1));
    card.wait().expect("it ends when the reader goes away");
    assert_eq!(statuses(&report), ["failed"; 3]);
}

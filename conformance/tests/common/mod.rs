//! What the tests of the program share: it is run as a user would run it.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// The day of all runs, so that nothing depends on today.
pub(crate) const AS_OF: &str = "2026-11-22";

/// The program, ready for its arguments.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jpki-conformance"));
    command.env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

/// Runs the program with these arguments.
pub(crate) fn jpki_conformance<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    program().args(arguments).output().expect("the program starts")
}

/// A folder of vectors like ours, with the scenarios of `fixtures/tiny.toml` instead of ours.
pub(crate) fn tiny_vectors() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    copy(&crate_folder().join("../vectors"), folder.path());
    let scenarios = folder.path().join("scenarios/card");
    fs::remove_dir_all(&scenarios).expect("ours are there");
    fs::create_dir_all(&scenarios).expect("a folder");
    fs::copy(fixture("tiny.toml"), scenarios.join("tiny.toml")).expect("the fixture is there");
    folder
}

/// `run` with the tiny scenarios against the tiny card with these options.
pub(crate) fn run_tiny(card_options: &str, arguments: &[&str]) -> Output {
    let vectors = tiny_vectors();
    let card = format!("exec:exec python3 '{}' {card_options}", fixture("tiny_card.py").display());
    let vectors = vectors.path().to_str().expect("a path");
    let mut all = vec!["run", "--vectors", vectors, "--as-of", AS_OF, "--card", &card];
    all.extend(arguments);
    jpki_conformance(all)
}

pub(crate) fn fixture(name: &str) -> PathBuf {
    crate_folder().join("tests/fixtures").join(name)
}

pub(crate) fn crate_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder of vectors like ours.
pub(crate) fn copy_vectors(to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    copy(&crate_folder().join("../vectors"), to);
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry").path();
        let target = to.join(entry.file_name().expect("a name"));
        if entry.is_dir() {
            fs::create_dir_all(&target).expect("a folder");
            copy(&entry, &target);
        } else {
            fs::copy(&entry, &target).expect("a copy");
        }
    }
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

/// The text of a report without what differs from machine to machine.
pub(crate) fn steady(text: &str) -> String {
    let fixtures = format!("{}/", crate_folder().join("tests/fixtures").display());
    let times = regex::Regex::new(r"\d+\.\d s\b").expect("a pattern");
    let folders = regex::Regex::new(r"\S*/scenarios/card/").expect("a pattern");
    // The catalogue grows.
    let rules = regex::Regex::new(r"rules    .* testable · (\d+ checked) · .* cannot").expect("a pattern");
    let text = text.replace(&fixtures, "");
    let text = rules.replace_all(&text, "rules    [n] testable · $1 · [n] cannot");
    let text = folders.replace_all(&text, "scenarios/card/");
    times.replace_all(&text, "[time]").into_owned()
}

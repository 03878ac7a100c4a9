//! `serve --state FILE`: what the next start finds, and what it refuses in words.

use rstest::rstest;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const SELECT_JPKI: &str = "00A4040C0AD392F000260100000001";
const QUERY: &str = "00200098";
const WRONG: &str = "002000980430303030";
const RIGHT: &str = "002000980431323334";
const CHANGED_TO_9753: &str = "002401980439373533";

/// Serves the card of this state to these lines and ends in peace.
fn serve(state: &Path, more: &[&str], lines: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_virtual-card"));
    program
        .args(["--log", "warn", "serve", "--stdio", "--as-of", "2026-11-24", "--state"])
        .arg(state)
        .args(more);
    let pipes = program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().expect("the program starts");
    let mut input = child.stdin.take().expect("its input");
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    // Who refuses the state does not listen.
    let _ = input.write_all(lines.as_bytes());
    drop(input);
    child.wait_with_output().expect("it ends")
}

/// What was answered by a program that ended in peace.
fn answers(state: &Path, lines: &[&str]) -> Vec<String> {
    let output = serve(state, &[], lines);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*errors), (Some(0), ""));
    String::from_utf8(output.stdout).expect("ASCII").lines().map(str::to_owned).collect()
}

fn directory() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    let state = directory.path().join("state");
    (directory, state)
}

/// Exit code and words of a refusal.
fn refusal(state: &Path, more: &[&str]) -> (Option<i32>, String) {
    let output = serve(state, more, &[SELECT_JPKI]);
    assert_eq!(output.stdout, b"", "nothing is served");
    let words = String::from_utf8(output.stderr).expect("words");
    let directory = state.parent().expect("a directory").display().to_string();
    (output.status.code(), words.replace(&directory, "DIR"))
}

#[test]
fn the_next_start_finds_counters_and_values_as_the_last_one_left_them() {
    let (_directory, state) = directory();
    let used = [SELECT_JPKI, RIGHT, CHANGED_TO_9753, WRONG, WRONG];
    assert_eq!(answers(&state, &used), ["9000", "9000", "9000", "63C2", "63C1"]);
    let later = [SELECT_JPKI, QUERY, RIGHT, QUERY];
    assert_eq!(answers(&state, &later), ["9000", "63C1", "63C0", "63C0"]);
    assert_eq!(answers(&state, &[SELECT_JPKI, QUERY]), ["9000", "63C0"]);
}

#[test]
fn the_card_of_the_state_is_served_when_no_card_is_named() {
    let (_directory, state) = directory();
    let first = serve(&state, &["--card", "one-try-left"], &[SELECT_JPKI, QUERY]);
    assert_eq!(String::from_utf8_lossy(&first.stdout), "9000\n63C1\n");
    assert_eq!(answers(&state, &[SELECT_JPKI, QUERY]), ["9000", "63C1"]);
}

#[test]
fn challenges_go_on_after_a_restart() {
    let (_directory, state) = directory();
    let challenge = "0084000010";
    let first = answers(&state, &[challenge, challenge]);
    let second = answers(&state, &[challenge]);
    assert!(!first.contains(&second[0]), "{first:?} {second:?}");
}

#[rstest]
#[case::cut_off(|text: &mut String| text.truncate(text.len() / 2),
    "error: DIR/state ends before its checksum: the rest of it is lost\n")]
#[case::a_counter_that_somebody_raised(|text: &mut String| *text = text.replacen("\"tries_left\": 2", "\"tries_left\": 3", 1),
    "error: DIR/state was changed or damaged: its checksum does not match\n")]
#[case::empty(String::clear, "error: DIR/state is empty, so it is not the state of a card\n")]
#[case::another_file(|text: &mut String| *text = "[package]\n".into(), "error: DIR/state is not the state of a virtual card\n")]
fn a_damaged_state_is_refused_and_never_reset(#[case] damage: fn(&mut String), #[case] words: &str) {
    let (_directory, state) = directory();
    answers(&state, &[SELECT_JPKI, WRONG]);
    let mut text = fs::read_to_string(&state).expect("the state");
    let whole = text.clone();
    damage(&mut text);
    assert_ne!(text, whole);
    fs::write(&state, &text).expect("the state");
    let help = " = help: nothing was reset; move the file away to begin with a factory-fresh card, or put back a copy \
                that is whole\n";
    assert_eq!(refusal(&state, &[]), (Some(2), format!("{words}{help}")));
    assert_eq!(fs::read_to_string(&state).expect("the state"), text, "it stays as it was");
    fs::write(&state, whole).expect("the copy");
    assert_eq!(answers(&state, &[SELECT_JPKI, QUERY]), ["9000", "63C2"]);
}

#[test]
fn the_state_of_another_card_is_refused() {
    let (_directory, state) = directory();
    answers(&state, &[SELECT_JPKI, WRONG]);
    let words = "error: DIR/state is the state of the card \"standard\", not of \"minor\"\n \
                 = help: leave out --card, or give each card a state file of its own\n";
    assert_eq!(refusal(&state, &["--card", "minor"]), (Some(2), words.to_owned()));
}

#[test]
fn a_directory_that_is_not_there_is_told() {
    let (_directory, state) = directory();
    let (code, words) = refusal(&state.join("state"), &[]);
    assert_eq!(code, Some(1));
    assert!(words.contains("cannot create DIR/state.lock: No such file or directory"), "{words}");
}

#[test]
fn two_servers_do_not_share_a_state() {
    let (_directory, state) = directory();
    let mut first = Command::new(env!("CARGO_BIN_EXE_virtual-card"));
    first.args(["--log", "warn", "serve", "--stdio", "--state"]).arg(&state);
    let mut first = first.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut answer = [0; 2];
    writeln!(first.stdin.as_mut().expect("its input"), "!reset").expect("it listens");
    std::io::Read::read_exact(first.stdout.as_mut().expect("its output"), &mut answer).expect("it serves");
    let words = "error: another server keeps its state in DIR/state\n \
                 = help: end the other server, or give this one a file of its own\n";
    assert_eq!(refusal(&state, &[]), (Some(1), words.to_owned()));
    drop(first.stdin.take());
    assert!(first.wait().expect("it ends").success());
    assert_eq!(answers(&state, &[SELECT_JPKI, QUERY]), ["9000", "63C3"]);
}

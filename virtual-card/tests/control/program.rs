//! The programs: `virtual-card serve` with its files and sockets, and `virtual-card ctl` that talks to it.

use crate::server::*;
use rstest::rstest;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_virtual-card");

/// A program that serves a card on its standard input and output.
struct Served {
    child: Child,
    input: Option<ChildStdin>,
    answers: Receiver<String>,
    socket: PathBuf,
}

impl Served {
    /// Starts it; it answers when this returns.
    fn start(directory: &Path, options: &[&str]) -> Self {
        let socket = directory.join("control");
        let mut child = Command::new(PROGRAM)
            .args(["--log", "error", "serve", "--stdio", "--as-of", "2026-11-22", "--control"])
            .arg(&socket)
            .args(options)
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let (input, output) = (child.stdin.take(), child.stdout.take().expect("it is piped"));
        let (heard, answers) = mpsc::channel();
        thread::spawn(move || {
            BufReader::new(output).lines().map_while(Result::ok).try_for_each(|line| heard.send(line))
        });
        let mut served = Self { child, input, answers, socket };
        served.say("!reset");
        served
    }

    /// Says a line, spaces in commands do not count; the line that answers.
    fn say(&mut self, line: &str) -> String {
        let line = if line.starts_with('!') { line.to_owned() } else { line.replace(' ', "") };
        writeln!(self.input.as_mut().expect("it runs"), "{line}").expect("said");
        self.answers.recv_timeout(LONG).expect("answered")
    }

    #[track_caller]
    fn expect(&mut self, script: &[(&str, &str)]) {
        for (line, expected) in script {
            assert_eq!(self.say(line), *expected, "{line}");
        }
    }

    fn ctl(&self, request: &[&str]) -> Output {
        ctl(&self.socket, request, Path::new("/"))
    }

    /// Ends its input, which is its end.
    fn end(mut self) {
        self.input = None;
        assert!(self.child.wait().expect("it ends").success());
    }

    /// Kills it, as the power does.
    fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("it is gone");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ctl(socket: &Path, request: &[&str], from: &Path) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(["ctl", "--control"]).arg(socket).args(request).current_dir(from);
    command.output().expect("the program runs")
}

/// Exit code, standard output and standard error.
fn shown(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

#[test]
fn ctl_changes_the_card_that_another_program_serves() {
    let directory = directory();
    let mut served = Served::start(directory.path(), &[]);
    served.expect(&[(SELECT_JPKI, "9000"), (QUERY_AUTH_PIN, "63C3")]);
    assert_eq!(shown(&served.ctl(&["tries", "auth-pin", "1"])), (Some(0), String::new(), String::new()));
    served.expect(&[(QUERY_AUTH_PIN, "63C1")]);
    let (code, status, _) = shown(&served.ctl(&["status"]));
    assert_eq!(code, Some(0));
    assert!(status.contains("\nkey auth-pin 1 of 3\n") && status.ends_with("\ntear off\n"), "{status}");
    served.end();
    assert!(!directory.path().join("control").exists(), "the socket goes with its server");
}

#[test]
fn ctl_ends_with_one_when_it_is_refused_and_with_two_when_nobody_could_do_it() {
    let directory = directory();
    let served = Served::start(directory.path(), &[]);
    let refused = (Some(1), String::new(), "error: the key auth-pin has at most 3 tries\n".to_owned());
    assert_eq!(shown(&served.ctl(&["tries", "auth-pin", "4"])), refused);
    let (code, _, words) = shown(&served.ctl(&["trise", "auth-pin", "1"]));
    let meant = "error: no verb is called \"trise\"; is tries meant?\n = help: virtual-card ctl --help lists the verbs\n";
    assert_eq!((code, &*words), (Some(2), meant));
    let (code, _, words) = shown(&ctl(&directory.path().join("nowhere"), &["status"], Path::new("/")));
    assert_eq!(code, Some(2));
    assert!(words.starts_with("error: no server answers on ") && words.contains("= help: "), "{words}");
}

#[test]
fn the_path_of_a_card_file_is_the_one_where_ctl_runs() {
    let [here, there] = [directory(), directory()];
    let served = Served::start(there.path(), &[]);
    let text = "format = 1\nname = \"mine\"\ntitle = \"Mine\"\nextends = \"standard\"\n";
    fs::write(here.path().join("mine.toml"), text).expect("written");
    assert_eq!(shown(&ctl(&served.socket, &["fresh", "mine.toml"], here.path())).0, Some(0));
    let (_, status, _) = shown(&served.ctl(&["status"]));
    let file = here.path().join("mine.toml");
    assert!(status.starts_with(&format!("card {}\n", file.display())), "{status}");
}

#[test]
fn a_killed_server_is_started_again_with_everything_as_it_was() {
    let directory = directory();
    let mut served = Served::start(directory.path(), &["--state", "state"]);
    served.expect(&[
        (SELECT_JPKI, "9000"),
        (VERIFY_AUTH_PIN, "9000"),
        ("0024019804 39373531", "9000"),
        (WRONG_AUTH_PIN, "63C2"),
    ]);
    for request in [["expire", "sign"], ["suspend", "auth"], ["lock", "sign-pin"]] {
        assert_eq!(shown(&served.ctl(&request)).0, Some(0), "{request:?}");
    }
    let facts = |served: &Served| -> Vec<String> {
        let (_, status, _) = shown(&served.ctl(&["status"]));
        status.lines().filter(|fact| !fact.starts_with("commands")).map(str::to_owned).collect()
    };
    let before = facts(&served);
    served.kill();
    let mut served = Served::start(directory.path(), &["--state", "state"]);
    assert_eq!(facts(&served), before);
    served.expect(&[
        (SELECT_JPKI, "9000"),
        (QUERY_AUTH_PIN, "63C2"),
        (QUERY_SIGN_PIN, "63C0"),
        ("0020009804 39373531", "9000"),
    ]);
}

#[test]
fn the_kept_card_is_the_one_that_was_in_and_no_other_is_put_over_it() {
    let directory = directory();
    let served = Served::start(directory.path(), &["--state", "state", "--card", "standard"]);
    assert_eq!(shown(&served.ctl(&["replace", "auth-locked"])).0, Some(0));
    served.end();
    let mut served = Served::start(directory.path(), &["--state", "state"]);
    served.expect(&[(SELECT_JPKI, "9000"), (VERIFY_AUTH_PIN, "6984")]);
    served.end();
    let output = Command::new(PROGRAM)
        .args(["serve", "--stdio", "--state", "state", "--card", "standard"])
        .current_dir(directory.path())
        .stdin(Stdio::null())
        .output()
        .expect("the program runs");
    let (code, _, words) = shown(&output);
    assert_eq!(code, Some(2));
    assert!(words.contains("is the state of the card \"auth-locked\", not of \"standard\""), "{words}");
}

#[test]
fn a_transcript_of_a_served_card_shows_what_passed_and_no_pin() {
    let directory = directory();
    let mut served = Served::start(directory.path(), &["--transcript", "transcript"]);
    served.expect(&[(SELECT_JPKI, "9000"), ("0020009804 39373531", "63C2")]);
    served.ctl(&["unlock", "auth-pin", "39373531"]);
    served.expect(&[("0020009804 39373531", "9000")]);
    served.end();
    let text = fs::read_to_string(directory.path().join("transcript")).expect("a transcript");
    for line in ["SELECT jpki", "VERIFY auth-pin, 4 bytes", "control: unlock auth-pin ····", "2 tries left"]
    {
        assert!(text.contains(line), "{line} in {text}");
    }
    for secret in ["39373531", "39 37 35 31", "9751"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn lines_make_the_served_card_fresh_unlock_it_and_destroy_it() {
    let directory = directory();
    let mut served = Served::start(directory.path(), &["--card", "auth-locked"]);
    served.expect(&[
        (SELECT_JPKI, "9000"),
        (VERIFY_AUTH_PIN, "6984"),
        ("!unlock auth-pin 39373531", "!ok"),
        ("0020009804 39373531", "9000"),
        ("!fresh contactless", "3B888001000005E0B381A1007F"),
        (SELECT_JPKI, "9000"),
        (VERIFY_AUTH_PIN, "9000"),
        ("!fresh", "3BE000FF8131FE4514"),
        (SELECT_JPKI, "9000"),
        (VERIFY_AUTH_PIN, "6984"),
        ("!tamper", "!ok"),
        (SELECT_JPKI, "!mute"),
        ("!reset", "!mute"),
        ("!fresh ./mine.toml", "!unknown only cards that come with the program"),
        ("!unlock auth-pni 31", "!unknown no key is called \"auth-pni\"; is auth-pin meant?"),
        ("!fresh", "3BE000FF8131FE4514"),
    ]);
    served.end();
}

#[rstest]
#[case::a_state_in_no_directory(&["--state", "nowhere/state"], 1, "--state a file in a directory")]
#[case::a_state_that_is_none(&["--state", "letter"], 2, "is not the state of a virtual card")]
#[case::a_transcript_in_no_directory(&["--transcript", "nowhere/transcript"], 1, "--transcript a file in a directory")]
#[case::a_control_socket_in_no_directory(&["--control", "nowhere/control"], 1, "--control a path of less than 100 bytes")]
#[case::a_control_socket_in_the_place_of_a_file(&["--control", "letter"], 1, "letter exists and is no socket")]
#[case::an_authority_for_everybody(&["--authority", "0.0.0.0:0"], 2, "other machines could ask the authority")]
#[case::no_such_card(&["--card", "nobodys"], 2, "no card is called \"nobodys\"")]
fn what_cannot_be_had_is_told_before_anything_is_served(
    #[case] options: &[&str],
    #[case] code: i32,
    #[case] words: &str,
) {
    let directory = directory();
    fs::write(directory.path().join("letter"), "a letter").expect("written");
    let output = Command::new(PROGRAM)
        .args(["--log", "off", "serve", "--stdio"])
        .args(options)
        .current_dir(directory.path())
        .stdin(Stdio::null())
        .output()
        .expect("the program runs");
    let (ended, out, told) = shown(&output);
    assert_eq!((ended, &*out), (Some(code), ""), "{told}");
    assert!(told.contains(words), "{told}");
    assert_eq!(fs::read_to_string(directory.path().join("letter")).expect("it is there"), "a letter");
}

#[test]
fn the_help_of_ctl_lists_every_verb() {
    let output = Command::new(PROGRAM).args(["ctl", "--help"]).output().expect("the program runs");
    insta::assert_snapshot!(shown(&output).1);
}

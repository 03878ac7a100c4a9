//! The program, as a user starts and ends it.

use crate::reader::Reader;
use crate::{AS_OF, ATR, NO_SUCH_KEY, PATIENCE, QUERY_AUTH_PIN, SELECT_JPKI};
use rstest::rstest;
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Instant;

/// The program with these arguments.
fn virtual_card(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_virtual-card"));
    // The help is as wide as a terminal, where one says how wide it is.
    command.env_remove("COLUMNS");
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(arguments: &[&str]) -> Output {
    virtual_card(arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).expect("text")
}

/// A running program; killed when the test fails.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Self {
        Self(command.spawn().expect("the program starts"))
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).expect("it runs");
    }

    fn ends(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.0.try_wait().expect("it is ours") {
                return status;
            }
            assert!(Instant::now() < deadline, "the program does not end");
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, when all went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn lines_on_standard_input_are_answered_until_they_end() {
    let mut program = virtual_card(&["serve", "--stdio", "--as-of", AS_OF]);
    let mut running = Running::start(program.stdin(Stdio::piped()));
    let lines = [
        ("!reset", ATR),
        (SELECT_JPKI, "9000"),
        (&SELECT_JPKI.to_lowercase(), "9000"),
        (QUERY_AUTH_PIN, "63C3"),
        ("!reset warm", ATR),
        (QUERY_AUTH_PIN, NO_SUCH_KEY),
        ("", "6700"),
        ("00", "6700"),
        ("0", "!unknown a line is a command in hex, or a word with ! in front"),
        ("00 A4", "!unknown a line is a command in hex, or a word with ! in front"),
        ("!", "!unknown the words are !reset, !reset warm, !fresh, !fresh NAME, !unlock KEY HEX and !tamper"),
        (
            "!reset hot",
            "!unknown the words are !reset, !reset warm, !fresh, !fresh NAME, !unlock KEY HEX and !tamper",
        ),
        (SELECT_JPKI, "9000"),
    ];
    let mut input = running.0.stdin.take().expect("a pipe");
    for (line, _) in &lines {
        writeln!(input, "{line}").expect("it reads");
    }
    // Bytes that are no text, and a last line without its end.
    input.write_all(b"\xFF\xFE\n!\xFF\r\n00B0").expect("it reads");
    drop(input);
    let mut output = String::new();
    running.0.stdout.take().expect("a pipe").read_to_string(&mut output).expect("text");
    let mut answers = output.lines();
    for (line, answer) in lines {
        assert_eq!(answers.next(), Some(answer), "to {line}");
    }
    let beginnings: Vec<_> = answers.map(|answer| answer.split(' ').next()).collect();
    assert_eq!(beginnings, [Some("!unknown"), Some("!unknown"), Some("6700")]);
    assert_eq!(running.ends().code(), Some(0));
}

#[rstest]
fn a_signal_ends_it_cleanly_whatever_it_waits_for(
    #[values(Signal::TERM, Signal::INT)] signal: Signal,
    #[values(&["--vpcd", "127.0.0.1:1"], &["--tcp", "127.0.0.1:0"], &["--stdio"])] wire: &[&str],
) {
    // A shell has what it starts in the background ignore Ctrl-C.
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"trap "" INT; exec "$0" "$@""#, env!("CARGO_BIN_EXE_virtual-card"), "serve"]);
    shell.args(["--log", "debug"]).args(wire);
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut running = Running::start(&mut shell);
    // Whatever it says first, it says when signals end it.
    let mut log = BufReader::new(running.0.stderr.take().expect("a pipe"));
    let mut said = String::new();
    log.read_line(&mut said).expect("it logs");
    running.signal(signal);
    assert_eq!(running.ends().code(), Some(0), "{said}");
}

#[test]
fn a_signal_takes_the_card_out_of_the_reader() {
    let reader = Reader::new();
    let mut running = Running::start(&mut virtual_card(&["serve", "--vpcd", &reader.address]));
    let mut card = reader.card();
    assert_eq!(card.ask("04"), ATR);
    running.signal(Signal::TERM);
    assert_eq!(card.rest(), "");
    assert_eq!(running.ends().code(), Some(0));
}

#[test]
fn a_signal_removes_the_control_socket() {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("card");
    let control = socket.to_str().expect("a path in UTF-8");
    let reader = Reader::new();
    let mut running =
        Running::start(&mut virtual_card(&["serve", "--vpcd", &reader.address, "--control", control]));
    assert_eq!(reader.card().ask("04"), ATR);
    assert!(socket.exists(), "whoever serves a card can be controlled");
    running.signal(Signal::TERM);
    assert_eq!(running.ends().code(), Some(0));
    assert!(!socket.exists());
}

#[test]
fn lines_over_tcp_are_answered_where_the_log_says() {
    // A port alone is one of this machine.
    let mut running = Running::start(&mut virtual_card(&["serve", "--tcp", "0"]));
    let mut log = BufReader::new(running.0.stderr.take().expect("a pipe"));
    let mut said = String::new();
    log.read_line(&mut said).expect("it logs");
    let address = said.trim().rsplit(' ').next().expect("an address");
    let mut program = TcpStream::connect(address).expect("it listens");
    program.set_read_timeout(Some(PATIENCE)).expect("a socket");
    program.write_all(b"!reset\n").expect("it listens");
    let mut answer = String::new();
    BufReader::new(program).read_line(&mut answer).expect("it answers");
    assert_eq!(answer.trim_end(), ATR);
}

#[test]
fn a_port_that_is_taken_is_named_and_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let output = run(&["serve", "--tcp", &address]);
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(error.starts_with(&format!("error: cannot listen on {address}: ")), "{error}");
    assert!(error.contains("\n = help: choose another address"), "{error}");
}

#[rstest]
#[case::no_wire(&["serve"], "--vpcd [<HOST:PORT>]|--tcp <HOST:PORT>|--stdio")]
#[case::two_wires(&["serve", "--stdio", "--vpcd"], "cannot be used with")]
#[case::no_such_card(&["serve", "--stdio", "--card", "standart"], "no card is called \"standart\"; there are ")]
#[case::no_such_file(&["serve", "--stdio", "--card", "./nowhere.toml"], "cannot read the card file ./nowhere.toml")]
#[case::no_date(&["serve", "--stdio", "--as-of", "tomorrow"], "invalid value 'tomorrow'")]
#[case::no_address(&["serve", "--tcp", "localhost"], "HOST:PORT")]
#[case::no_port(&["serve", "--vpcd", "localhost:http"], "HOST:PORT")]
fn a_call_that_makes_no_sense_is_refused_in_words(#[case] arguments: &[&str], #[case] said: &str) {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
}

#[test]
fn every_embedded_card_is_listed_with_its_title() {
    let output = run(&["cards"]);
    assert_eq!(output.status.code(), Some(0));
    let listed = text(&output.stdout);
    assert!(listed.lines().any(|line| line.starts_with("standard ")), "{listed}");
    for line in listed.lines() {
        assert!(
            line.split_once("  ").is_some_and(|(name, title)| !name.is_empty() && title.trim().len() > 5),
            "{line}"
        );
    }
}

#[rstest]
#[case("program", &["--help"])]
#[case("serve", &["serve", "--help"])]
fn the_help_says_what_there_is(#[case] name: &str, #[case] arguments: &[&str]) {
    let output = run(arguments);
    insta::assert_snapshot!(format!("help_of_{name}"), text(&output.stdout));
}

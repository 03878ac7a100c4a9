//! Cards that are not ours, well and broken: a verdict for each scenario, whatever they do.

mod common;

use common::{fixture, program, run_tiny, stderr, stdout, steady, tiny_vectors};
use rstest::rstest;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::time::Instant;

#[test]
fn a_card_that_keeps_every_rule_is_conformant() {
    let output = run_tiny("", &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    insta::assert_snapshot!(steady(&stdout(&output)));
}

#[test]
fn a_card_that_breaks_a_rule_is_shown_with_the_rule_and_the_step() {
    let output = run_tiny("--never-restores", &[]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    insta::assert_snapshot!(steady(&stdout(&output)));
}

#[test]
fn verbose_shows_what_was_said_without_the_pins() {
    let output = run_tiny("--never-restores", &["-v", "--filter", "gives-it-back"]);
    insta::assert_snapshot!(steady(&stdout(&output)));
}

#[test]
fn a_card_that_knows_fresh_is_not_started_again() {
    // Both rows leave a try spent; the second finds three again.
    let output = run_tiny("--knows-fresh", &["--filter", "a-try-may-be-left-spent"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

#[rstest]
// VERIFY by short identifier with a value.
#[case::hangs("--hang-on 0020009804", "the card did not answer in time: nothing within 3 s")]
#[case::dies("--die-on 0020009804", "the tiny card falls over")]
#[case::babbles("--babble-on 0020009804", "which is no response in hex")]
fn a_card_that_fails_in_one_scenario_is_judged_in_the_others(#[case] fault: &str, #[case] said: &str) {
    let began = Instant::now();
    let output = run_tiny(fault, &["--timeout", "3"]);
    let text = stdout(&output);
    assert!(text.contains(said), "{text}");
    // Both that lock and both rows that spend a try use that command; the three others do not.
    assert!(text.contains("3 passed, 4 could not be judged"), "{text}");
    assert_eq!(output.status.code(), Some(3));
    assert!(began.elapsed().as_secs() < 120, "it was not waited for without end");
}

#[rstest]
#[case::complains("--no-start", "tiny card: no such reader 'PC Twin'")]
#[case::speaks_unasked("--banner", "it wrote a line before it was asked")]
fn a_card_that_does_not_start_is_quoted(#[case] options: &str, #[case] said: &str) {
    let output = run_tiny(options, &["--timeout", "5"]);
    assert_eq!(output.status.code(), Some(3));
    let text = stderr(&output);
    assert!(text.contains("did not start"), "{text}");
    // A banner may come before or after our first line.
    let answered = text.contains("which is no answer to reset");
    assert!(text.contains(said) || (options == "--banner" && answered), "{text}");
}

#[test]
fn a_program_that_is_not_there_is_named_by_the_shell() {
    let output = common::jpki_conformance(["run", "--card", "exec:./no-such-card"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("no-such-card: not found"), "{}", stderr(&output));
}

/// What locks comes last, and takes the key away from what locks after it.
const LOCKED: &str =
    "auth-pin was locked by card/tiny/the-third-wrong-pin-locks, and this card cannot be made fresh";

/// The card connects to us, cannot be made fresh, and comes back after every drop.
#[rstest]
#[case::well(&[], Some(0), &["conformant", "6 passed, 1 skipped", LOCKED])]
#[case::faulty(&["--never-restores"], Some(1), &["FAILED  card/tiny/a-wrong-pin-spends"])]
fn a_card_behind_vpcd_is_judged_as_far_as_its_counters_allow(
    #[case] options: &[&str],
    #[case] code: Option<i32>,
    #[case] said: &[&str],
) {
    let vectors = tiny_vectors();
    let mut run = program()
        .args(["run", "--as-of", common::AS_OF, "--card", "vpcd:127.0.0.1:0", "--timeout", "20", "--vectors"])
        .arg(vectors.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut waiting = String::new();
    let mut errors = BufReader::new(run.stderr.take().expect("a pipe"));
    errors.read_line(&mut waiting).expect("it says where it waits");
    let port =
        waiting.split(['(', ' ']).find_map(|word| word.strip_prefix("127.0.0.1:")).expect("an address");
    let mut card = Command::new("python3")
        .arg(fixture("tiny_card.py"))
        .args(["--vpcd", port])
        .args(options)
        .spawn()
        .expect("python3 is there");
    let mut text = String::new();
    run.stdout.take().expect("a pipe").read_to_string(&mut text).expect("text");
    let status = run.wait().expect("it ends");
    card.kill().expect("it still waits for a reader");
    card.wait().expect("it ended");
    assert_eq!(status.code(), code, "{text}");
    for words in said {
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn nobody_waits_for_a_card_that_never_connects() {
    let output = common::jpki_conformance(["run", "--card", "vpcd:127.0.0.1:0", "--timeout", "0.2"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("no card connected within 0.2 s"), "{}", stderr(&output));
}

#[test]
fn a_profile_says_how_a_strangers_card_answers_and_where_its_pins_are() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let profile = folder.path().join("mine.toml");
    let text = "format = 1\nname = \"mine\"\ntitle = \"mine\"\nextends = \"standard\"\nwithout = [\"keys.auth-pin\"]\n[keys]\nauth-pin = { value_from = \"MY_CARD_PIN\", tries = 3 }\n[knobs]\nblocked_verify = \"6983\"\n";
    std::fs::write(&profile, text).expect("a file");
    let vectors = tiny_vectors();
    let run = |pin: Option<&str>| {
        let mut command = program();
        if let Some(pin) = pin {
            command.env("MY_CARD_PIN", pin);
        }
        let card = format!("exec:exec python3 '{}'", fixture("tiny_card.py").display());
        let output = command
            .args(["run", "--card", &card, "--card-profile"])
            .arg(&profile)
            .arg("--vectors")
            .arg(vectors.path())
            .output()
            .expect("the program starts");
        stdout(&output)
    };
    let with_pin = run(Some("1234"));
    assert!(with_pin.contains("expected  6983 (authentication method blocked)"), "{with_pin}");
    let without = run(None);
    assert!(
        without
            .contains("the environment variable MY_CARD_PIN, which holds the value of auth-pin, is not set"),
        "{without}"
    );
}

#[test]
fn an_interrupted_run_tells_what_there_is() {
    let vectors = tiny_vectors();
    let mark = vectors.path().join("the-card-hangs");
    let card = format!(
        "exec:exec python3 '{}' --hang-on 0020009804 --hang-mark '{}'",
        fixture("tiny_card.py").display(),
        mark.display()
    );
    // Whoever starts the tests may ignore the signal, and a child inherits that.
    let run = Command::new("env")
        .arg("--default-signal=INT")
        .arg(program().get_program())
        .args(["run", "--as-of", common::AS_OF, "--timeout", "8", "--card", &card, "--vectors"])
        .arg(vectors.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !mark.exists() {
        assert!(std::time::Instant::now() < patience, "no case ever hung");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let interrupted = Command::new("kill").args(["-INT", &run.id().to_string()]).status();
    assert!(interrupted.expect("kill is there").success());
    let output = run.wait_with_output().expect("it ends");
    let text = stdout(&output);
    assert!(text.contains("stopped: ") && text.contains("were not played"), "{text}");
    assert!(text.contains("2 passed"), "{text}");
    assert_eq!(output.status.code(), Some(3), "the case that hung could not be judged");
}

/// The shell that we start has children of its own; none of them outlives the run.
#[cfg(target_os = "linux")]
#[test]
fn nothing_that_a_hanging_program_started_outlives_the_run() {
    // A marker that no other process has among its arguments.
    let marker = format!("FEED{:08X}", std::process::id());
    let card = fixture("tiny_card.py");
    let card =
        format!("exec:python3 '{}' --hang-on 0020009804 --die-on {marker}; echo done >&2", card.display());
    let vectors = tiny_vectors();
    let output = program()
        .args([
            "run",
            "--timeout",
            "3",
            "--card",
            &card,
            "--filter",
            "the-third-wrong-pin-locks",
            "--vectors",
        ])
        .arg(vectors.path())
        .output()
        .expect("the program starts");
    assert!(stdout(&output).contains("the card did not answer in time"), "{}", stdout(&output));
    let left = std::fs::read_dir("/proc").expect("there are processes").filter_map(|process| {
        let process = process.ok()?.path();
        let arguments = std::fs::read(process.join("cmdline")).ok()?;
        String::from_utf8_lossy(&arguments).contains(&marker).then_some(process)
    });
    assert_eq!(left.collect::<Vec<_>>(), Vec::<std::path::PathBuf>::new());
}

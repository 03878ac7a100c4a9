//! The harness with a card in a reader: what goes wrong around the card is told in words, costs the scenario in play
//! at most, and is never taken for a fault of the card.

use crate::lane::{AS_OF, Program, Reader, Scene, Slot, Test, Tool, VirtualCard, tests, tool, wait_for};
use pcsc::{Protocols, ShareMode};
use std::fs;

pub(crate) const TESTS: &[Test] = tests![
    a_reader_that_is_not_there_is_told_with_the_readers_that_are,
    a_card_that_another_program_has_for_itself_is_told_and_not_taken,
    a_card_in_another_programs_transaction_is_told_and_no_fault_of_the_card,
    what_a_run_has_opened_is_closed_to_the_next_program,
    a_card_that_falls_silent_ends_its_case_and_is_judged_on_when_it_speaks_again,
    a_service_that_does_not_run_is_told_with_what_starts_it,
    a_run_goes_on_after_the_card_was_pulled_and_put_back,
    a_run_goes_on_after_the_service_was_killed_and_started_again,
    a_socket_that_controls_another_card_is_refused,
    the_readers_are_listed_with_what_is_in_them,
];

/// The harness itself.
const HARNESS: &str = env!("CARGO_BIN_EXE_jpki-conformance");

/// Runs the suite on the day of the lane.
pub(crate) fn harness(scene: &Scene, arguments: &[&str]) -> Tool {
    tool(scene, HARNESS, &[&["run", "--as-of", AS_OF], arguments].concat())
}

/// The same with the control socket of the card.
pub(crate) fn harness_controls(scene: &Scene, arguments: &[&str]) -> Tool {
    let socket = VirtualCard::socket(scene);
    harness(scene, &[&["--card-control", &socket], arguments].concat())
}

/// A card in a reader, as `--card` names it.
fn in_reader(reader: &Reader<'_>) -> String {
    format!("pcsc:{}", reader.name())
}

fn a_reader_that_is_not_there_is_told_with_the_readers_that_are(scene: &Scene) {
    let reader = Reader::start(scene);
    let said = harness(scene, &["--card", "pcsc:ACME", "--timeout", "1"]).ends_with(3);
    assert!(said.contains("no reader has \"ACME\" in its name; there are \"Virtual PCD 00 00\""), "{said}");
    let said = harness(scene, &["--card", "pcsc:virtual", "--timeout", "1"]).ends_with(3);
    assert!(said.contains("\"virtual\" names several readers"), "{said}");
    let said = harness(scene, &["--card", &in_reader(&reader), "--timeout", "1"]).ends_with(3);
    assert!(said.contains("no card is in the reader (PC/SC 0x8010000C); put the card in"), "{said}");
}

fn a_card_that_another_program_has_for_itself_is_told_and_not_taken(scene: &Scene) {
    let reader = Reader::start(scene);
    let _card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let context = reader.context();
    let name = std::ffi::CString::new(reader.name()).expect("no zero byte");
    let own = context.connect(&name, ShareMode::Exclusive, Protocols::ANY).expect("nobody else is there");
    let said = harness(scene, &["--card", &in_reader(&reader), "--timeout", "1"]).ends_with(3);
    assert!(said.contains("another program has the card for itself (PC/SC 0x8010000B)"), "{said}");
    let listed = tool(scene, HARNESS, &["readers"]).succeeds();
    assert!(listed.contains("a card that another program uses"), "{listed}");
    own.disconnect(pcsc::Disposition::LeaveCard).map_err(|(_, error)| error).expect("it lets go");
}

fn a_card_in_another_programs_transaction_is_told_and_no_fault_of_the_card(scene: &Scene) {
    let reader = Reader::start(scene);
    let _card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let mut other = reader.connect();
    let transaction = other.transaction().expect("nobody else is there");
    let said = harness(scene, &["--card", &in_reader(&reader), "--timeout", "1"]).ends_with(3);
    assert!(said.contains("the environment failed: the reader is kept busy: another program"), "{said}");
    drop(transaction);
    harness(scene, &["--card", &in_reader(&reader), "--filter", "card/select"]).succeeds();
}

fn what_a_run_has_opened_is_closed_to_the_next_program(scene: &Scene) {
    let reader = Reader::start(scene);
    let _card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    // Somebody who shares the card keeps it under power, and waits for a turn.
    let _other = reader.connect();
    harness(scene, &["--card", &in_reader(&reader), "--filter", "with-an-application-current"]).succeeds();
    let transcript = fs::read_to_string(scene.file("transcript.txt")).expect("the card writes it");
    let lines: Vec<&str> = transcript.lines().collect();
    assert!(
        lines.last().is_some_and(|line| line.ends_with("reset")),
        "the run ends with a reset: {transcript}"
    );
    let cases = lines.windows(2).filter(|pair| pair[1].ends_with("power off"));
    let open = cases.clone().find(|pair| pair[0].contains("->"));
    assert_eq!(open, None, "a case ends with a reset, before anybody else has a turn");
    assert!(cases.count() > 5, "each case begins with the power taken away");
}

fn a_card_that_falls_silent_ends_its_case_and_is_judged_on_when_it_speaks_again(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    card.ctl("delay 3000");
    let said = harness_controls(scene, &["--card", &in_reader(&reader), "--timeout", "1"]).ends_with(3);
    assert!(said.contains("the card did not answer in time: nothing came back through PC/SC"), "{said}");
    card.ctl("delay 0");
    harness_controls(scene, &["--card", &in_reader(&reader), "--filter", "card/select"]).succeeds();
}

fn a_service_that_does_not_run_is_told_with_what_starts_it(scene: &Scene) {
    for verb in [&["readers"][..], &["run", "--card", "pcsc:ACME", "--timeout", "1"]] {
        let said = tool(scene, HARNESS, verb).ends_with(3);
        assert!(said.contains("the PC/SC service is not running (PC/SC 0x8010001D); start it:"), "{said}");
    }
}

fn a_run_goes_on_after_the_card_was_pulled_and_put_back(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let run = slow_run(scene, &card, &reader);
    card.ctl("remove");
    card.ctl("insert");
    interrupted_once(scene, run);
}

fn a_run_goes_on_after_the_service_was_killed_and_started_again(scene: &Scene) {
    let mut reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let run = slow_run(scene, &card, &reader);
    reader.kill();
    reader.start_again();
    interrupted_once(scene, run);
}

/// A run that takes its time, begun and in the middle of its work.
fn slow_run(scene: &Scene, card: &VirtualCard<'_>, reader: &Reader<'_>) -> Program {
    let commands = || {
        let status = card.ctl("status");
        let count = status.lines().find_map(|line| line.strip_prefix("commands ")?.parse::<u64>().ok());
        count.expect("the status tells it")
    };
    // Long enough that the run is still there when somebody interferes.
    card.ctl("delay 20");
    let before = commands();
    let mut command = Program::command(HARNESS);
    command.args(["run", "--card", &in_reader(reader), "--filter", "card/select", "--as-of", AS_OF]);
    command.arg("--report").arg(format!("json={}", scene.file("interrupted.json").display()));
    let run = Program::start_deaf("run", command, scene);
    // The guard looks at the card first, with about fifty commands.
    wait_for("the run has begun", || (commands() > before + 120).then_some(()));
    run
}

/// The run ends by itself, and something was lost, but little.
fn interrupted_once(scene: &Scene, mut run: Program) {
    let status = wait_for("the run ends", || run.ended());
    let said = fs::read_to_string(scene.file("run.log")).expect("it said something");
    assert_eq!(status.code(), Some(3), "an error of the environment: {said}");
    let report = fs::read_to_string(scene.file("interrupted.json")).expect("a report");
    let report: serde_json::Value = serde_json::from_str(&report).expect("it is JSON");
    let summary = |word: &str| report["summary"][word].as_u64().expect("a number");
    assert_eq!(summary("failed"), 0, "nothing is the card's fault: {said}");
    assert!((1..=2).contains(&summary("error")), "the scenario in play, and the next at most: {said}");
    assert!(summary("passed") > 20, "the run goes on: {said}");
    assert!(said.contains("(PC/SC 0x80100"), "the code stands beside the words: {said}");
}

fn a_socket_that_controls_another_card_is_refused(scene: &Scene) {
    let reader = Reader::start(scene);
    let _card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let socket = scene.sockets.join("other").display().to_string();
    let _other = VirtualCard::elsewhere(scene, &socket);
    wait_for("the other card listens", || fs::exists(&socket).expect("its folder is there").then_some(()));
    let said = harness(scene, &["--card", &in_reader(&reader), "--card-control", &socket]).ends_with(3);
    assert!(
        said.contains("controls another card than the one under test: of 5 commands it counted 0"),
        "{said}"
    );
}

fn the_readers_are_listed_with_what_is_in_them(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    card.ctl("tries sign-pin 4");
    let listed = tool(scene, HARNESS, &["readers", "--json"]).succeeds();
    let listed: serde_json::Value = serde_json::from_str(&listed).expect("it is JSON");
    assert_eq!(listed[0]["reader"], reader.name());
    assert_eq!(listed[0]["holds"], "a My Number card");
    assert_eq!(listed[0]["atr"], "3BE000FF8131FE4514");
    assert_eq!(listed[0]["serial"], "0400000099000017");
    assert_eq!((&listed[0]["tries"]["auth-pin"], &listed[0]["tries"]["sign-pin"]), (&3.into(), &4.into()));
    assert_eq!(listed[1]["holds"], "no card");
}

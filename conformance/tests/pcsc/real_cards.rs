//! The guard behind a real reader: what a run does to a card that it has to take for somebody's own.

use crate::lane::{Program, Reader, Scene, Slot, Test, Tool, VirtualCard, tests, tool_with};
use std::fs;

pub(crate) const TESTS: &[Test] = tests![
    without_leave_a_card_in_a_reader_is_only_read,
    a_card_that_miscounts_is_not_presented_anything_without_leave,
    a_card_whose_right_pin_restores_nothing_stops_the_run_before_a_second_try_is_lost,
    leave_for_another_card_is_refused_with_the_budget,
];

/// The serial that the example card carries.
const SERIAL: &str = "0000000000000001";

/// The run with this code refused or stopped for safety.
const SAFETY: Option<i32> = Some(6);

/// The holder's own profile of the example card; the password comes from the environment.
const PROFILE: &str = r#"format = 1
extends = "standard"
without = ["holder"]
name = "example"
title = "The example card, as its holder knows it"
applications = ["jpki", "text"]

[keys]
sign-pin.value_from = "EXAMPLE_SIGN_PIN"
"#;

/// Enough of the suite for many commands, in several runs.
const SHARDS: u8 = 8;

fn without_leave_a_card_in_a_reader_is_only_read(scene: &Scene) {
    let reader = Reader::start(scene);
    let _card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let run = conformance(scene, &["run"]);
    assert_eq!(run.status.code(), Some(0), "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("--allow presents:auth-pin"), "{}", run.stdout);
    assert!(run.stdout.contains("are what they were"), "{}", run.stdout);
    // A value is written as dots: none was sent, right or wrong.
    let transcript = fs::read_to_string(scene.file("transcript.txt")).expect("the card writes it");
    let mut verified =
        transcript.lines().filter(|line| line.contains("  VERIFY") || line.contains("  CHANGE"));
    assert!(verified.clone().count() > 100, "the guard asked for the counters");
    assert_eq!(verified.find(|line| line.contains("····")), None, "a value was presented");
}

fn a_card_that_miscounts_is_not_presented_anything_without_leave(scene: &Scene) {
    let reader = Reader::start(scene);
    let _card = example_card(scene);
    reader.wait_until(Slot::Present);
    for shard in 1..=SHARDS {
        conformance(scene, &["run", "--shard", &format!("{shard}/{SHARDS}")]);
    }
    assert_eq!(tries(scene), [("auth-pin", 3), ("sign-pin", 5), ("text-pin", 3)]);
}

fn a_card_whose_right_pin_restores_nothing_stops_the_run_before_a_second_try_is_lost(scene: &Scene) {
    let reader = Reader::start(scene);
    let _card = example_card(scene);
    reader.wait_until(Slot::Present);
    let leave = ["run", "--filter", "sign-pin", "--filter", "counters", "--filter", "verify"];
    let leave = [&leave[..], &["--allow", "spends:sign-pin", "--card-serial", SERIAL]].concat();
    let run = conformance(scene, &leave);
    assert_eq!(run.status.code(), SAFETY, "{}{}", run.stdout, run.stderr);
    let seen =
        "stopped by the guard: sign-pin must have 5 tries left after its right value; the card tells 4";
    assert!(run.stdout.contains(seen), "{}{}", run.stdout, run.stderr);
    assert_eq!(tries(scene), [("auth-pin", 3), ("sign-pin", 4), ("text-pin", 3)]);
    // Nor does a second run go on where the first one stopped: it sees the same before it presents a wrong value.
    let again = conformance(scene, &leave);
    assert_eq!(again.status.code(), SAFETY, "{}{}", again.stdout, again.stderr);
    assert_eq!(tries(scene), [("auth-pin", 3), ("sign-pin", 4), ("text-pin", 3)]);
}

fn leave_for_another_card_is_refused_with_the_budget(scene: &Scene) {
    let reader = Reader::start(scene);
    let _card = example_card(scene);
    reader.wait_until(Slot::Present);
    let leave = ["run", "--allow", "spends:sign-pin", "--card-serial", "0000000000000002"];
    let run = conformance(scene, &leave);
    assert_eq!(run.status.code(), SAFETY, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("--card-serial names another card"), "{}", run.stderr);
    assert!(run.stderr.contains("sign-pin                 5     5      2     3"), "{}", run.stderr);
    assert_eq!(tries(scene), [("auth-pin", 3), ("sign-pin", 5), ("text-pin", 3)]);
}

/// The card that is wrong on purpose, behind the reader.
fn example_card(scene: &Scene) -> Program {
    let mut python = Program::command("python3");
    python
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/cards/behind_vpcd.py"))
        .arg(format!("127.0.0.1:{}", scene.port));
    Program::start_deaf("example-card", python, scene)
}

/// Our program against whatever card is in the reader, with the profile of the example card.
fn conformance(scene: &Scene, arguments: &[&str]) -> Tool {
    let profile = scene.file("example.toml");
    fs::write(&profile, PROFILE).expect("the folder of the test can be written to");
    let profile = profile.to_str().expect("the lane names its folders in ASCII");
    let card = ["--card", "pcsc:Virtual PCD 00 00", "--card-profile", profile];
    let all = [arguments, &card].concat();
    // Spelled so that this file does not tell it either.
    let password = ["ABC", "123"].concat();
    tool_with(scene, env!("CARGO_BIN_EXE_jpki-conformance"), &all, &[("EXAMPLE_SIGN_PIN", &password)])
}

/// The tries of the keys of the example card, as `plan` reads them.
fn tries(scene: &Scene) -> Vec<(&'static str, u64)> {
    let told = conformance(scene, &["plan", "--json"]).succeeds();
    let plan: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    let keys = plan["keys"].as_array().expect("keys");
    ["auth-pin", "sign-pin", "text-pin"]
        .into_iter()
        .map(|name| {
            let key = keys.iter().find(|key| key["key"] == name).expect("it could lose tries");
            (name, key["now"].as_u64().expect("the card tells them"))
        })
        .collect()
}

//! Which way a card is reached changes nothing about what is said of it.

use crate::harness::{harness, harness_controls};
use crate::lane::{Reader, Scene, Slot, Test, VirtualCard, tests};
use serde_json::Value;
use std::fs;

pub(crate) const TESTS: &[Test] =
    tests![the_card_is_judged_alike_in_process_through_vpcd_and_through_the_service];

fn the_card_is_judged_alike_in_process_through_vpcd_and_through_the_service(scene: &Scene) {
    let in_process = judged(scene, "in-process", "virtual");
    let through_pcsc = {
        let reader = Reader::start(scene);
        let _card = VirtualCard::standard(scene);
        reader.wait_until(Slot::Present);
        judged(scene, "pcsc", &format!("pcsc:{}", reader.name()))
    };
    // Now the harness is the reader: the card finds it where it would find vpcd.
    let _card = VirtualCard::standard(scene);
    let through_vpcd = judged(scene, "vpcd", &format!("vpcd:127.0.0.1:{}", scene.port));

    assert!(in_process.len() > 1_300, "the whole suite was played, not {} cases", in_process.len());
    for (way, seen) in [("pcsc", through_pcsc), ("vpcd", through_vpcd)] {
        assert_eq!(seen.len(), in_process.len(), "{way} plays as many cases");
        for (expected, seen) in in_process.iter().zip(&seen) {
            assert_eq!(seen, expected, "{way}");
        }
    }
}

/// What the harness says of each case of the whole suite: everything but how long it took.
fn judged(scene: &Scene, way: &str, card: &str) -> Vec<Value> {
    let report = scene.file(&format!("{way}.json"));
    let written = format!("json={}", report.display());
    let arguments = ["--card", card, "--report", &written];
    let said =
        if card == "virtual" { harness(scene, &arguments) } else { harness_controls(scene, &arguments) };
    said.succeeds();
    let text = fs::read_to_string(&report).expect("the harness wrote a report");
    let report: Value = serde_json::from_str(&text).expect("it is JSON");
    let mut cases = report["scenarios"].as_array().expect("it lists the cases").clone();
    for case in &mut cases {
        let took = case.as_object_mut().expect("a case is an object").remove("duration_us");
        assert!(took.is_some(), "{case} took some time");
    }
    cases
}

//! Programs that look at a card see a My Number card.

use crate::lane::{Program, Reader, Scene, Slot, Test, tests, tool};

pub(crate) const TESTS: &[Test] = tests![a_card_in_another_language_is_seen_by_any_program];

fn a_card_in_another_language_is_seen_by_any_program(scene: &Scene) {
    let reader = Reader::start(scene);
    let mut python = Program::command("python3");
    python
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/cards/behind_vpcd.py"))
        .arg(format!("127.0.0.1:{}", scene.port));
    let _card = Program::start_deaf("example-card", python, scene);
    let atr = reader.wait_until(Slot::Present);
    let said = tool(scene, "opensc-tool", &["--atr"]).succeeds();
    assert_eq!(said.trim().replace(':', ""), hex::encode(atr));
    assert_eq!(tool(scene, "opensc-tool", &["--name"]).succeeds().trim(), "jpki");
}

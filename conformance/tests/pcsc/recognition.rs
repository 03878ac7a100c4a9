//! Programs that look at a card see a My Number card.

use crate::lane::{Program, Reader, Scene, Slot, Test, VirtualCard, tests, tool};

pub(crate) const TESTS: &[Test] = tests![
    opensc_tool_prints_the_name_of_jpkis_driver,
    opensc_tool_prints_the_answer_to_reset,
    a_list_of_readers_shows_the_card,
    a_card_in_a_contactless_reader_is_recognised_by_its_application,
    a_card_without_the_jpki_application_is_not_taken_for_one,
    a_card_in_another_language_is_seen_by_any_program,
];

fn opensc_tool_prints_the_name_of_jpkis_driver(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    assert_eq!(tool(scene, "opensc-tool", &["--name"]).succeeds(), "jpki\n");
    insta::assert_snapshot!("opensc_tool_name", card.transcript());
}

fn opensc_tool_prints_the_answer_to_reset(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    let seen = reader.wait_until(Slot::Present);
    assert_eq!(hex::encode_upper(seen), "3BE000FF8131FE4514");
    assert_eq!(tool(scene, "opensc-tool", &["--atr"]).succeeds(), "3b:e0:00:ff:81:31:fe:45:14\n");
    insta::assert_snapshot!("opensc_tool_atr", card.transcript());
}

fn a_list_of_readers_shows_the_card(scene: &Scene) {
    let reader = Reader::start(scene);
    let _card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let listed = tool(scene, "opensc-tool", &["--list-readers"]).succeeds();
    assert!(listed.contains(reader.name()), "{listed}");
    insta::assert_snapshot!("opensc_tool_list_readers", listed);
}

fn a_card_in_a_contactless_reader_is_recognised_by_its_application(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::of(scene, "contactless");
    let seen = reader.wait_until(Slot::Present);
    assert_eq!(hex::encode_upper(seen), "3B888001000005E0B381A1007F", "the reader makes it up");
    assert_eq!(tool(scene, "opensc-tool", &["--name"]).succeeds(), "jpki\n");
    assert!(card.transcript().contains("D3 92 F0 00 26 01 00 00 00 01"), "it was asked for its application");
}

fn a_card_without_the_jpki_application_is_not_taken_for_one(scene: &Scene) {
    let reader = Reader::start(scene);
    let _card = VirtualCard::of(scene, "not-a-my-number-card");
    reader.wait_until(Slot::Present);
    let said = tool(scene, "opensc-tool", &["--name"]);
    assert!(!said.stdout.contains("jpki"), "{said:?}");
}

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
    assert_eq!(tool(scene, "opensc-tool", &["--name"]).succeeds(), "jpki\n");
}

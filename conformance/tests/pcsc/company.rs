//! Several programs, and daemons that come and go.

use crate::lane::{Pin, Reader, Scene, Session, Slot, Test, VirtualCard, tests, wait_for};
use crate::no_pins::WRONG_PIN;
use crate::opensc::{AUTHENTICATION, SIGNATURE, openssl_verifies, sign};
use std::thread;

pub(crate) const TESTS: &[Test] = tests![
    two_programs_sign_at_once,
    a_program_that_keeps_the_card_to_itself_is_waited_for,
    the_card_comes_back_when_pcscd_is_killed_and_started_again,
    the_card_waits_for_a_reader_that_is_not_there_yet,
    a_state_file_keeps_a_locked_pin_over_a_kill,
    a_card_that_is_told_to_end_ends_well,
];

fn two_programs_sign_at_once(scene: &Scene) {
    let reader = Reader::start(scene);
    let _card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    thread::scope(|programs| {
        for key in [AUTHENTICATION, SIGNATURE] {
            programs.spawn(move || sign(scene, key, key.pin).succeeds());
        }
    });
    for key in [AUTHENTICATION, SIGNATURE] {
        openssl_verifies(scene, key);
    }
}

fn a_program_that_keeps_the_card_to_itself_is_waited_for(scene: &Scene) {
    let reader = Reader::start(scene);
    let _card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let mut first = Session::open(&reader);
    let second = Session::open(&reader);
    let transaction = first.card().transaction().expect("nobody else has one");
    thread::scope(|programs| {
        let waiting = programs.spawn(move || second.tries_left(Pin::Authentication));
        // It cannot have been answered as long as the transaction lasts; it need not have been sent yet.
        assert!(!waiting.is_finished());
        drop(transaction);
        assert_eq!(waiting.join().expect("it is answered"), 3);
    });
}

fn the_card_comes_back_when_pcscd_is_killed_and_started_again(scene: &Scene) {
    let mut reader = Reader::start(scene);
    let _card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    for left in [2, 1] {
        let session = Session::open(&reader);
        assert_eq!(session.verify(Pin::Authentication, WRONG_PIN), format!("63C{left}"));
        reader.kill();
        session.try_send("00200080").expect_err("nobody is there");
        reader.start_again();
        reader.wait_until(Slot::Present);
        assert_eq!(Session::open(&reader).tries_left(Pin::Authentication), left, "no try is given back");
    }
    sign(scene, AUTHENTICATION, AUTHENTICATION.pin).succeeds();
    openssl_verifies(scene, AUTHENTICATION);
}

fn the_card_waits_for_a_reader_that_is_not_there_yet(scene: &Scene) {
    let card = VirtualCard::standard(scene);
    wait_for("the card has looked for a reader", || card.log().contains("no reader").then_some(()));
    let reader = Reader::start(scene);
    reader.wait_until(Slot::Present);
    assert_eq!(Session::open(&reader).tries_left(Pin::Authentication), 3);
}

fn a_state_file_keeps_a_locked_pin_over_a_kill(scene: &Scene) {
    let reader = Reader::start(scene);
    let state = scene.file("state");
    let state = state.to_str().expect("a path");
    let options = ["--card", "one-try-left", "--state", state];
    let mut card = VirtualCard::start(scene, &options);
    reader.wait_until(Slot::Present);
    let session = Session::open(&reader);
    assert_eq!(session.verify(Pin::Authentication, WRONG_PIN), "63C0");
    card.kill();
    reader.wait_until(Slot::Empty);
    let _card = VirtualCard::start(scene, &options);
    reader.wait_until(Slot::Present);
    let session = Session::open(&reader);
    assert_eq!(session.tries_left(Pin::Authentication), 0);
    assert_eq!(session.verify(Pin::Authentication, AUTHENTICATION.pin), "6984");
}

fn a_card_that_is_told_to_end_ends_well(scene: &Scene) {
    let reader = Reader::start(scene);
    let mut card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    assert!(card.terminate().success());
    reader.wait_until(Slot::Empty);
}

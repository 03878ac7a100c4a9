//! The card is pulled while it works, and put back.

use crate::lane::{Pin, Reader, Scene, Session, Slot, Test, VirtualCard, tests};
use crate::no_pins::WRONG_PIN;
use crate::opensc::{AUTHENTICATION, openssl_verifies, sign};

pub(crate) const TESTS: &[Test] = tests![
    a_card_that_is_pulled_in_mid_command_works_again_when_it_is_put_back,
    a_card_is_torn_after_so_many_commands,
    a_card_is_torn_within_its_answer,
    a_try_spent_by_a_torn_command_stays_spent,
];

fn a_card_that_is_pulled_in_mid_command_works_again_when_it_is_put_back(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    // OpenSC's looking around takes more commands than that, signing less.
    card.ctl("tear after 40");
    let said = sign(scene, AUTHENTICATION, AUTHENTICATION.pin).fails();
    assert!(said.contains("error"), "{said}");
    reader.wait_until(Slot::Empty);
    card.ctl("insert");
    reader.wait_until(Slot::Present);
    sign(scene, AUTHENTICATION, AUTHENTICATION.pin).succeeds();
    openssl_verifies(scene, AUTHENTICATION);
}

fn a_card_is_torn_after_so_many_commands(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let session = Session::open(&reader);
    card.ctl("tear after 3");
    assert_eq!(session.tries_left(Pin::Authentication), 3, "three commands are answered");
    is_torn(&session, "00200080");
    reader.wait_until(Slot::Empty);
    card.ctl("insert");
    reader.wait_until(Slot::Present);
    assert_eq!(Session::open(&reader).tries_left(Pin::Authentication), 3);
}

fn a_card_is_torn_within_its_answer(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let session = Session::open(&reader);
    session.select(Pin::Authentication);
    card.ctl("tear in-response");
    is_torn(&session, "00200080");
    reader.wait_until(Slot::Empty);
    card.ctl("insert");
    reader.wait_until(Slot::Present);
    assert_eq!(Session::open(&reader).tries_left(Pin::Authentication), 3);
}

fn a_try_spent_by_a_torn_command_stays_spent(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let session = Session::open(&reader);
    session.select(Pin::Authentication);
    card.ctl("tear after 0");
    let wrong = format!("0020008004{}", hex::encode(WRONG_PIN));
    is_torn(&session, &wrong);
    reader.wait_until(Slot::Empty);
    card.ctl("insert");
    reader.wait_until(Slot::Present);
    assert_eq!(Session::open(&reader).tries_left(Pin::Authentication), 2);
}

/// Sends a command in whose course the card is pulled. vpcd passes on what came of the answer, which is less than a
/// status word, or an error when it was pcscd that saw it first.
fn is_torn(session: &Session, command: &str) {
    if let Ok(answer) = session.try_send(command) {
        assert!(answer.len() < 4, "answered with {answer}");
    }
}

//! What is done to the card through its control socket, as a PC/SC program sees it.

use crate::lane::{Pin, Reader, Scene, Session, Slot, Test, VirtualCard, tests};
use crate::no_pins::{NEW_PIN, WRONG_PIN};
use crate::opensc::AUTHENTICATION;
use std::time::{Duration, Instant};

pub(crate) const TESTS: &[Test] = tests![
    a_status_tells_the_card_its_keys_and_what_programs_did,
    a_key_that_is_locked_has_no_try_left,
    a_key_has_as_many_tries_as_it_is_given,
    an_unlocked_key_takes_its_new_value,
    a_removed_card_leaves_the_reader_empty_until_it_is_inserted,
    a_replaced_card_is_another_one,
    a_fresh_card_has_all_tries_and_was_never_away,
    a_destroyed_card_is_gone_for_good,
    a_delayed_card_takes_its_time,
    a_request_that_makes_no_sense_is_refused_in_words,
];

fn a_status_tells_the_card_its_keys_and_what_programs_did(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let session = Session::open(&reader);
    assert_eq!(session.verify(Pin::Authentication, WRONG_PIN), "63C2");
    insta::assert_snapshot!("status", card.ctl("status"));
}

fn a_key_that_is_locked_has_no_try_left(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let session = Session::open(&reader);
    card.ctl("lock auth-pin");
    assert_eq!(session.tries_left(Pin::Authentication), 0);
    assert_eq!(session.verify(Pin::Authentication, AUTHENTICATION.pin), "6984");
    assert_eq!(session.tries_left(Pin::Signature), 5, "the other key is as it was");
}

fn a_key_has_as_many_tries_as_it_is_given(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let session = Session::open(&reader);
    for left in [1, 3, 0, 2] {
        card.ctl(&format!("tries auth-pin {left}"));
        assert_eq!(session.tries_left(Pin::Authentication), left);
    }
}

fn an_unlocked_key_takes_its_new_value(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::of(scene, "auth-locked");
    reader.wait_until(Slot::Present);
    let session = Session::open(&reader);
    assert_eq!(session.tries_left(Pin::Authentication), 0);
    card.unlock("auth-pin", NEW_PIN);
    assert_eq!(session.tries_left(Pin::Authentication), 3);
    assert_eq!(session.verify(Pin::Authentication, AUTHENTICATION.pin), "63C2", "the old value");
    assert_eq!(session.verify(Pin::Authentication, NEW_PIN), "9000");
}

fn a_removed_card_leaves_the_reader_empty_until_it_is_inserted(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    let atr = reader.wait_until(Slot::Present);
    let session = Session::open(&reader);
    assert_eq!(session.verify(Pin::Authentication, WRONG_PIN), "63C2");
    card.ctl("remove");
    reader.wait_until(Slot::Empty);
    assert_eq!(session.try_send("00200080"), Err(pcsc::Error::RemovedCard));
    assert_eq!(reader.try_connect().err(), Some(pcsc::Error::NoSmartcard));
    card.ctl("insert");
    assert_eq!(reader.wait_until(Slot::Present), atr);
    let session = Session::open(&reader);
    assert_eq!(session.tries_left(Pin::Authentication), 2, "a try that was spent stays spent");
}

fn a_replaced_card_is_another_one(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let session = Session::open(&reader);
    assert_eq!(session.tries_left(Pin::Authentication), 3);
    card.ctl("replace contactless");
    // The program is told that its card is gone, even if it looks only when the other is in.
    reader.wait_until_atr("3B888001000005E0B381A1007F");
    assert_eq!(session.try_send("00200080"), Err(pcsc::Error::RemovedCard));
    card.ctl("replace one-try-left");
    reader.wait_until_atr("3BE000FF8131FE4514");
    assert_eq!(Session::open(&reader).tries_left(Pin::Authentication), 1);
}

fn a_fresh_card_has_all_tries_and_was_never_away(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let session = Session::open(&reader);
    assert_eq!(session.verify(Pin::Authentication, WRONG_PIN), "63C2");
    card.ctl("fresh");
    assert_eq!(session.tries_left(Pin::Authentication), 3);
    card.ctl("fresh auth-locked");
    assert_eq!(session.tries_left(Pin::Authentication), 0);
}

fn a_destroyed_card_is_gone_for_good(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let session = Session::open(&reader);
    card.ctl("destroy");
    reader.wait_until(Slot::Empty);
    assert_eq!(session.try_send("00200080"), Err(pcsc::Error::RemovedCard));
    let status = card.ctl("status");
    assert!(status.contains("destroyed"), "{status}");
    let refused = card.ctl_tool("lock auth-pin").fails();
    assert!(refused.contains("destroyed"), "{refused}");
    card.ctl("replace standard");
    reader.wait_until(Slot::Present);
    assert_eq!(Session::open(&reader).tries_left(Pin::Authentication), 3);
}

fn a_delayed_card_takes_its_time(scene: &Scene) {
    const DELAY: Duration = Duration::from_millis(300);
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    let session = Session::open(&reader);
    session.select(Pin::Authentication);
    card.ctl(&format!("delay {}", DELAY.as_millis()));
    let asked = Instant::now();
    assert_eq!(session.send("00200080"), "63C3");
    assert!(asked.elapsed() >= DELAY, "answered after {:?}", asked.elapsed());
    card.ctl("delay 0");
    assert_eq!(session.send("00200080"), "63C3");
}

fn a_request_that_makes_no_sense_is_refused_in_words(scene: &Scene) {
    let reader = Reader::start(scene);
    let card = VirtualCard::standard(scene);
    reader.wait_until(Slot::Present);
    for (words, said) in [
        ("explode", "explode"),
        ("lock auth-pln", "auth-pin"),
        ("tries auth-pin 4", "3"),
        ("insert", "remove"),
        ("replace no-such-card", "no-such-card"),
    ] {
        let refused = card.ctl_tool(words).fails();
        assert!(refused.contains(said), "{words}: {refused}");
    }
    assert_eq!(Session::open(&reader).tries_left(Pin::Authentication), 3, "everything is as it was");
}

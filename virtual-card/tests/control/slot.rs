//! The slot as the wires use it.

use crate::server::*;
use jpki_virtual_card::slot::{Outcome, Power, Presence, REMOVAL_SEEN, Slot};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn nobody_sees_a_card_that_is_back_before_its_removal_could_be_seen() {
    let slot = Slot::new(load("standard"));
    let removed = Instant::now();
    slot.remove().expect("a card is in");
    slot.insert(None).expect("none is in");
    let Presence::Soon(seen) = slot.presence() else { panic!("{:?}", slot.presence()) };
    assert!(seen >= removed + REMOVAL_SEEN);
    assert_eq!((slot.atr(), slot.wait_for_card(Duration::ZERO)), (None, None));
    assert_eq!(slot.exchange(&[0x00, 0xA4, 0x00, 0x00], &mut Vec::new()), Outcome::Gone);
    slot.wait_for_card(LONG).expect("it is seen in the end");
    assert!(Instant::now() >= seen);
}

#[test]
fn whoever_waits_for_a_card_gets_it_when_it_comes() {
    let slot = Arc::new(Slot::new(load("standard")));
    slot.remove().expect("a card is in");
    assert_eq!(slot.wait_for_card(Duration::from_millis(1)), None);
    let waiting = thread::spawn({
        let slot = Arc::clone(&slot);
        move || slot.wait_for_card(LONG)
    });
    slot.insert(None).expect("none is in");
    let insertion = waiting.join().expect("it comes back").expect("a card came");
    assert_eq!(slot.presence(), Presence::In(insertion));
}

#[test]
fn a_seat_that_was_left_is_not_called_any_more() {
    let server = TestServer::new("standard");
    let (_, left) = server.connect();
    let breaks = { left.breaks() };
    drop(left);
    let (_, held) = server.connect();
    server.slot.remove().expect("a card is in");
    assert_eq!((breaks, held.breaks()), (0, 1));
}

#[test]
fn a_connection_that_asks_the_slot_while_it_is_broken_does_not_hang() {
    let slot = Arc::new(Slot::new(load("standard")));
    let insertion = slot.wait_for_card(LONG).expect("a card");
    let inner = Arc::clone(&slot);
    let seat = slot.occupy(insertion, move || assert_eq!(inner.atr(), None)).expect("it is there");
    slot.remove().expect("a card is in");
    drop(seat);
}

#[test]
fn a_thread_that_panics_in_its_own_break_takes_nobody_down() {
    let slot = Arc::new(Slot::new(load("standard")));
    let insertion = slot.wait_for_card(LONG).expect("a card");
    let seat = slot.occupy(insertion, || panic!("a connection with a mistake")).expect("it is there");
    let inner = Arc::clone(&slot);
    thread::spawn(move || inner.remove()).join().expect_err("the panic is the thread's own");
    drop(seat);
    slot.insert(None).expect("the card is out");
}

#[test]
fn a_loss_of_power_takes_selection_and_status_away_and_a_reset_line_too() {
    let server = TestServer::new("standard");
    for power in [Power::Off, Power::On, Power::Reset] {
        server.expect(&[(SELECT_JPKI, "9000"), (VERIFY_AUTH_PIN, "9000")]);
        server.slot.power(power);
        server.expect(&[("00B00000 00", "6986"), (SELECT_JPKI, "9000"), ("802A0097 01 AA 00", "6982")]);
    }
}

#[test]
fn an_exchange_forgets_what_the_buffer_held() {
    let slot = Slot::new(load("standard"));
    let mut answer = vec![1, 2, 3];
    assert_eq!(slot.exchange(&[0xFF], &mut answer), Outcome::Answered);
    assert_eq!(answer, [0x67, 0x00]);
    slot.remove().expect("a card is in");
    assert_eq!(slot.exchange(&[0xFF], &mut answer), Outcome::Gone);
    assert!(answer.is_empty());
}

#[test]
fn nobody_waits_for_a_slot_that_has_ended() {
    let server = TestServer::new("standard");
    server.ask("delay 60000");
    thread::scope(|scope| {
        let waiting = scope.spawn(|| server.exchange(SELECT_JPKI));
        server.slot.end();
        assert_eq!(waiting.join().expect("it comes back"), (Outcome::Gone, String::new()));
    });
    server.slot.remove().expect("a card is in");
    assert_eq!(server.slot.wait_for_card(Duration::MAX), None);
}

//! Whole sessions with the card: what must hold whatever is sent to it.

use crate::counters::Questions;
use crate::session::{Session, Step};
use crate::stub_card::StubCard;
use arbitrary::{Arbitrary, Unstructured};
use jpki_virtual_card::card::{Card, ResponseBuffer};
use std::cell::RefCell;

/// Plays the session that the bytes stand for, and looks at every answer and at every retry counter.
///
/// # Panics
/// When the card panics, answers no response APDU, answers its clone's command otherwise, or lets a counter
/// move against the rules.
pub fn card_session(bytes: &[u8]) {
    thread_local! {
        // Personalisation and the buffers are too dear to be made for every session.
        static TABLE: RefCell<Table> = RefCell::new(Table::new());
    }
    let Ok(session) = Session::arbitrary(&mut Unstructured::new(bytes)) else { return };
    TABLE.with_borrow_mut(|table| table.play(&session));
}

struct Table {
    stub: StubCard,
    questions: Questions,
    response: ResponseBuffer,
    other: ResponseBuffer,
}

impl Table {
    fn new() -> Self {
        let stub = StubCard::new();
        let questions = Questions::about(stub.card.image());
        Self { stub, questions, response: ResponseBuffer::new(), other: ResponseBuffer::new() }
    }

    fn play(&mut self, session: &Session) {
        let mut card = self.stub.card.clone();
        let mut before = self.questions.ask(&card, &mut self.response);
        for step in &session.0 {
            let after = match step.command(&self.stub.names, &self.stub.values) {
                Some(command) => {
                    let status = self.send(&mut card, &command);
                    let after = self.questions.ask(&card, &mut self.response);
                    counters_are_right(step, &command, status, &before, &after);
                    after
                }
                None => {
                    if let Step::Reset(reset) = step {
                        card.reset(*reset);
                    }
                    let after = self.questions.ask(&card, &mut self.response);
                    assert_eq!(before, after, "a reset moved a retry counter");
                    after
                }
            };
            before = after;
        }
    }

    /// Sends the command to the card and to a clone of it; the status word.
    fn send(&mut self, card: &mut Card, command: &[u8]) -> u16 {
        let mut clone = card.clone();
        let response = card.exchange(command, &mut self.response).expect("an intact card answers");
        assert!((2..=65_538).contains(&response.len()), "{} bytes are no response", response.len());
        let again = clone.exchange(command, &mut self.other).expect("an intact card answers");
        assert_eq!(response, again, "a clone of the card answers otherwise");
        let (data, status) = response.split_at(response.len() - 2);
        let status = u16::from_be_bytes([status[0], status[1]]);
        assert!(data.is_empty() || matches!(status, 0x9000 | 0x6282), "{status:04X} came with data");
        status
    }
}

/// VERIFY moves one counter: up to its maximum with 9000, down by one with 63Cx. Nothing else moves any.
fn counters_are_right(step: &Step, command: &[u8], status: u16, before: &[u8], after: &[u8]) {
    let moved: Vec<(u8, u8)> =
        before.iter().zip(after).filter(|(was, is)| was != is).map(|(was, is)| (*was, *is)).collect();
    let verify = command.get(1) == Some(&0x20);
    match (status, moved.as_slice()) {
        (_, []) => {}
        (0x9000, [(was, is)]) if verify => {
            assert!(*was > 0 && is > was, "9000 moved {was} to {is}: {step:?}")
        }
        (0x63C0..=0x63CF, [(was, is)]) if verify => {
            assert_eq!((*is, u16::from(*is)), (was - 1, status & 0x0F), "63Cx moved {was} to {is}: {step:?}");
        }
        _ => panic!("{status:04X} moved the counters {moved:?}: {step:?}"),
    }
}

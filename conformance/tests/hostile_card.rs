//! A card that answers anything: the engine comes to an end and never panics.

use jpki_apdu::{Reset, Response, TransportError, TransportFault};
use jpki_conformance::adapter::{Can, CardEvent, CardUnderTest};
use jpki_conformance::engine::{Stage, play};
use jpki_conformance::runner::load_cards;
use jpki_conformance::scenario::load;
use jpki_conformance::vectors::Vectors;
use rstest::rstest;
use std::sync::Arc;
use std::time::Duration;

/// Answers chosen by a small generator, so that a failing seed can be played again.
struct Hostile {
    state: u64,
}

impl Hostile {
    fn next(&mut self) -> u64 {
        // xorshift64
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    fn data(&mut self) -> Vec<u8> {
        let length = match self.next() % 6 {
            0 => 0,
            1 => self.next() % 17,
            2 => 256,
            3 => self.next() % 300,
            4 => self.next() % 4096,
            _ => self.next() % 65_537,
        };
        let heads: [&[u8]; 6] = [
            &[0x30, 0x82, 0xFF, 0xFF],
            &[0xFF, 0x20, 0x83, 0xFF, 0xFF, 0xFF],
            &[0x90, 0x03, 1, 0, 1, 0x91, 0x82, 1, 0],
            &[0x30, 0x80],
            &[0x7F, 0x21, 0x84],
            &[],
        ];
        let mut data = heads[(self.next() % 6) as usize].to_vec();
        data.resize(data.len().max(length as usize).min(65_536), (self.next() & 0xFF) as u8);
        data
    }
}

impl CardUnderTest for Hostile {
    fn fresh(&mut self, _: Option<&str>) -> Result<Can, TransportError> {
        Ok(Can::Done)
    }

    fn atr(&self) -> Vec<u8> {
        Vec::new()
    }

    fn transmit(&mut self, command: &[u8]) -> Result<Response, TransportError> {
        let word = match self.next() % 12 {
            // Mostly what lets a scenario go on.
            0..=7 => [0x90, 0x00],
            8 => [0x63, 0xC0 | (self.next() & 0x0F) as u8],
            9 => [0x62, 0x82],
            10 => (self.next() as u16).to_be_bytes(),
            _ => return Err(TransportError::new(TransportFault::Protocol, "garbage")),
        };
        // READ BINARY that never ends is the nastiest.
        let mut bytes = match (command.get(1), self.next() % 3) {
            (Some(0xB0), 0 | 1) => vec![0x30; 256],
            _ => self.data(),
        };
        bytes.extend(word);
        Ok(Response::from_bytes(bytes).expect("a status word is there"))
    }

    fn reset(&mut self, _: Reset) -> Result<Can, TransportError> {
        Ok(Can::Done)
    }

    fn act(&mut self, _: &CardEvent) -> Result<Can, TransportError> {
        Ok(Can::Done)
    }
}

#[rstest]
fn whatever_a_card_answers_every_case_comes_to_an_end(#[values(1, 2, 3, 4)] seed: u64) {
    let vectors = Vectors::embedded();
    let suite = load(&vectors).expect("the suite is well formed");
    let cards = load_cards(&vectors).expect("the cards are well formed");
    let known = Arc::clone(&cards["standard"]);
    let stage = Stage {
        names: &suite.names,
        cards: &cards,
        as_of: jiff::civil::date(2026, 11, 22),
        seed,
        time_limit: Duration::from_secs(20),
    };
    let mut card = Hostile { state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) };
    let mut failed = 0;
    for case in &suite.cases {
        failed += usize::from(play(case, &mut card, &known, &stage).failure.is_some());
    }
    assert!(failed > suite.cases.len() / 2, "only {failed} of {} cases noticed", suite.cases.len());
}

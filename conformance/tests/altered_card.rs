//! A good card whose answers are altered on the way: each kind of check notices, and says what it saw.

#![expect(clippy::ptr_arg, reason = "all alterations have one type, whether they change the length or not")]

use jpki_apdu::{Reset, Response, TransportError};
use jpki_conformance::adapter::{Can, CardEvent, CardUnderTest, VirtualCards};
use jpki_conformance::engine::{Stage, play};
use jpki_conformance::runner::{glob, load_cards};
use jpki_conformance::scenario::load;
use jpki_conformance::vectors::Vectors;
use jpki_conformance::verdict::Outcome;
use rstest::rstest;
use std::sync::Arc;
use std::time::Duration;

/// What happens to an answer, given the command that it answers.
type Alteration = fn(&[u8], &mut Vec<u8>);

struct Altered {
    card: Box<dyn CardUnderTest>,
    alteration: Alteration,
}

impl CardUnderTest for Altered {
    fn fresh(&mut self, personalisation: Option<&str>) -> Result<Can, TransportError> {
        self.card.fresh(personalisation)
    }

    fn atr(&self) -> Vec<u8> {
        self.card.atr()
    }

    fn transmit(&mut self, command: &[u8]) -> Result<Response, TransportError> {
        let mut answer = self.card.transmit(command)?.as_bytes().to_vec();
        (self.alteration)(command, &mut answer);
        Ok(Response::from_bytes(answer).expect("the status word is still there"))
    }

    fn reset(&mut self, reset: Reset) -> Result<Can, TransportError> {
        self.card.reset(reset)
    }

    fn act(&mut self, event: &CardEvent) -> Result<Can, TransportError> {
        self.card.act(event)
    }
}

fn one_bit_of_a_signature(command: &[u8], answer: &mut Vec<u8>) {
    if command[1] == 0x2A && answer.len() == 258 {
        answer[255] ^= 1;
    }
}

fn a_signature_without_its_last_byte(command: &[u8], answer: &mut Vec<u8>) {
    if command[1] == 0x2A && answer.len() == 258 {
        answer.remove(255);
    }
}

/// The last block of a certificate ends with its signature.
fn one_bit_of_the_last_block(command: &[u8], answer: &mut Vec<u8>) {
    if command[1] == 0xB0 && (20..258).contains(&answer.len()) {
        let last = answer.len() - 3;
        answer[last] ^= 1;
    }
}

fn one_try_less(_: &[u8], answer: &mut Vec<u8>) {
    if let [0x63, tries] = &mut answer[..] {
        *tries -= 1;
    }
}

fn a_byte_that_nobody_asked_for(command: &[u8], answer: &mut Vec<u8>) {
    if command[1] == 0xA4 {
        answer.insert(0, 0x6F);
    }
}

fn one_bit_of_a_digest(_: &[u8], answer: &mut Vec<u8>) {
    if answer.starts_with(&[0xFF, 0x30, 0x82]) {
        answer[12] ^= 1;
    }
}

fn one_bit_of_an_offset(_: &[u8], answer: &mut Vec<u8>) {
    if answer.starts_with(&[0xFF, 0x20]) {
        answer[10] ^= 1;
    }
}

fn everything_is_allowed(_: &[u8], answer: &mut Vec<u8>) {
    if answer.ends_with(&[0x69, 0x82]) {
        *answer = vec![0x90, 0x00];
    }
}

fn ten_bytes_are_missing(command: &[u8], answer: &mut Vec<u8>) {
    if command[1] == 0xB0 && answer.len() > 100 {
        answer.drain(50..60);
    }
}

#[rstest]
#[case(
    one_bit_of_a_signature,
    "card/sign/signature-verifies-with-the-certificate-of-this-card#1",
    "a signature by another key, or without PKCS#1 v1.5 padding"
)]
#[case(
    a_signature_without_its_last_byte,
    "card/signature-schemes/every-scheme-of-every-key-verifies-with-its-certificate#1",
    "255 bytes"
)]
#[case(
    one_bit_of_the_last_block,
    "card/certificates/the-authentication-certificate-was-issued-by-the-root-on-the-card",
    "a signature by another key, or without PKCS#1 v1.5 padding"
)]
#[case(one_try_less, "card/verify/selected-key-and-named-key-share-one-counter", "63C1 (1 try left)")]
#[case(a_byte_that_nobody_asked_for, "card/select/a-file-is-selected-by-its-identifier#2", "1 bytes")]
#[case(
    one_bit_of_a_digest,
    "card/files-text/the-integrity-record-holds-the-digests-of-number-and-attributes",
    "(32 bytes, masked)"
)]
#[case(one_bit_of_an_offset, "card/files-text/the-attributes-are-an-offset-table-and-four-objects", "00")]
#[case(
    everything_is_allowed,
    "card/read-binary/a-protected-file-is-not-read-without-its-pin#1",
    "9000 (success)"
)]
#[case(ten_bytes_are_missing, "card/read-binary/exactly-le-bytes-come-back#9", "246 bytes")]
fn an_altered_answer_is_noticed(#[case] alteration: Alteration, #[case] id: &str, #[case] seen: &str) {
    let as_of = jiff::civil::date(2026, 11, 22);
    let vectors = Vectors::embedded();
    let suite = load(&vectors).expect("the suite is well formed");
    let cards = load_cards(&vectors).expect("the cards are well formed");
    let known = Arc::clone(&cards["standard"]);
    let stage =
        Stage { names: &suite.names, cards: &cards, as_of, seed: 0, time_limit: Duration::from_secs(20) };
    let embedded = VirtualCards::embedded(as_of).expect("the cards are well formed");
    let card = || embedded.card_under_test("standard").expect("it is there");
    let case = suite.cases.iter().find(|case| glob(id, &case.id)).expect("the scenario is there");

    let as_it_is = play(case, card().as_mut(), &known, &stage);
    assert_eq!(as_it_is.verdict.outcome, Outcome::Passed);
    let altered = play(case, &mut Altered { card: card(), alteration }, &known, &stage);
    let failure = altered.failure.expect("it is noticed");
    assert!(failure.seen.contains(seen), "expected {}; seen {}", failure.expected, failure.seen);
}

//! Random sessions with a card, each answer held against the oracle of the crate `jpki-model`.
//!
//! The card is reached through its adapter only. A session in which card and oracle disagree is shrunk to the
//! shortest one that still shows it, and told step by step. A card of your own is played with by
//! `JPKI_CARD="exec:./my-card" cargo test --package jpki-conformance --test card_against_model your_card`.

mod faulty;
mod player;
mod sequence;
mod setup;
mod words;

use faulty::{Fault, Faulty};
use jpki_conformance::adapter::{CardTarget, CardUnderTest, Opening, VirtualCards};
use jpki_conformance::runner::load_cards;
use jpki_conformance::scenario::Names;
use jpki_conformance::vectors::Vectors;
use player::{Player, Stop};
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use rstest::rstest;
use setup::CardFile;
use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

/// Sessions per card.
const SESSIONS: u32 = 200;

/// Plays random sessions, each with a factory-fresh card.
///
/// # Errors
/// The shortest session in which the card answers otherwise than the oracle.
fn hold_against_the_model(card: &mut dyn CardUnderTest, file: &CardFile) -> Result<(), Stop> {
    let config = Config {
        cases: SESSIONS,
        rng_seed: RngSeed::Fixed(7),
        failure_persistence: None,
        ..Config::default()
    };
    let card = RefCell::new(card);
    let play = |events: &[_]| Player::new(*card.borrow_mut(), file)?.play(events);
    let result =
        TestRunner::new(config).run(&sequence::sessions(), |events| play(&events).map_err(Into::into));
    match result {
        Ok(()) => Ok(()),
        Err(TestError::Fail(_, events)) => play(&events),
        Err(TestError::Abort(reason)) => panic!("no session could be made: {reason}"),
    }
}

/// A card as `--card` names it, with what the file of this personalisation says about it.
fn open(target: &str, personalisation: &str) -> (Box<dyn CardUnderTest>, CardFile) {
    let vectors = Vectors::embedded();
    let names = Names::load(&vectors).expect("the names are well formed");
    let cards = load_cards(&vectors).expect("the cards are well formed");
    let file = CardFile::new(cards[personalisation].profile(), &names);
    let opening = Opening {
        cards: Arc::new(VirtualCards::new(cards, names, jiff::civil::date(2026, 4, 1))),
        exchange_limit: Duration::from_secs(5),
        start_limit: Duration::from_secs(30),
        control: None,
    };
    let target: CardTarget = target.parse().expect("a card as --card names it");
    (target.open(&opening).expect("the card starts"), file)
}

#[rstest]
#[case::standard("standard")]
#[case::strict_by_iso("iso-strict")]
#[case::contactless("contactless")]
#[case::with_one_try_left("one-try-left")]
#[case::with_a_locked_pin("auth-locked")]
fn the_embedded_card_answers_as_the_oracle_says(#[case] personalisation: &str) {
    let (mut card, file) = open(&format!("virtual:{personalisation}"), personalisation);
    hold_against_the_model(&mut *card, &file).unwrap_or_else(|stop| panic!("{stop}"));
}

/// The embedded card, unless `JPKI_CARD` names another; it must have the values of the standard card.
#[test]
fn your_card_answers_as_the_oracle_says() {
    let target = std::env::var("JPKI_CARD").unwrap_or_else(|_| "virtual:standard".to_owned());
    let (mut card, file) = open(&target, "standard");
    hold_against_the_model(&mut *card, &file).unwrap_or_else(|stop| panic!("{stop}"));
}

#[rstest]
#[case::a_locked_key_is_told_by_the_word_of_another_standard(
    faulty::locked_key_answers_6983,
    "verify",
    "6983, the oracle says 6984"
)]
#[case::a_wrong_value_is_told_one_try_too_many(
    faulty::one_try_too_many,
    "verify",
    "63C2, the oracle says 63C1"
)]
#[case::a_file_is_read_without_its_key(faulty::every_file_is_open, "read", "9000, the oracle says 6982")]
fn a_card_with_this_fault_is_found_out(#[case] fault: Fault, #[case] event: &str, #[case] told: &str) {
    let (card, file) = open("virtual:standard", "standard");
    let stop = hold_against_the_model(&mut Faulty { card, fault, ignores_resets: false }, &file);
    let Err(Stop::Disagreement(steps)) = stop else { panic!("the fault was not found: {stop:?}") };
    let last = steps.last().expect("a session has steps");
    assert!(last.starts_with(event) && last.ends_with(told), "{last}");
}

#[test]
fn the_shortest_session_that_shows_a_fault_is_told() {
    let (card, file) = open("virtual:standard", "standard");
    let mut card = Faulty { card, fault: faulty::none, ignores_resets: true };
    let stop = hold_against_the_model(&mut card, &file).expect_err("a card that resets nothing is wrong");
    insta::assert_snapshot!(stop.to_string());
}

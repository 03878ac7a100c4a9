//! The whole card suite against the embedded card, each case a test: as an implementer would have it.

use jpki_conformance::adapter::VirtualCards;
use jpki_conformance::conformance_tests;
use jpki_conformance::runner::today;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cards = VirtualCards::embedded(today()).expect("the embedded cards are well formed");
    conformance_tests(move || cards.card_under_test("standard").expect("there is a standard card"))
}

//! The worst case that is worked out from the steps is really the worst: every case is played, and the card
//! tells what it lost.

use crate::bench::{AS_OF, BENCH};
use crate::crooked::{Crooked, Fault};
use jpki_conformance::engine::play;
use jpki_conformance::guard::Forecast;
use jpki_conformance::scenario::Case;
use jpki_virtual_card::Card;
use jpki_virtual_card::personalise::{Keys, personalise};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// What a reader costs that sends a wrong value twice.
const RESENT: u8 = 1;

/// Tries that each case really costs each key at once, on a card that signs; by id of the case. What is presented
/// at all costs one in the worst case, what is wrong may be sent twice once.
pub(crate) static SEEN: LazyLock<BTreeMap<String, BTreeMap<String, u8>>> = LazyLock::new(|| {
    let image = personalise(BENCH.cards["standard"].profile(), Keys::embedded(), AS_OF).expect("a card");
    let card = Card::new(Arc::new(image)).expect("an image");
    let cases = BENCH.suite.cases.iter().filter(|case| case.given.card.is_none());
    cases.map(|case| (case.id.clone(), really_costs(case, &card))).collect()
});

fn really_costs(case: &Case, card: &Card) -> BTreeMap<String, u8> {
    let mut card = Crooked::new(card.clone(), &BENCH.suite.names, Fault::None, 0);
    let known = Arc::new(BENCH.known(&[]));
    play(case, &mut card, &known, &BENCH.stage());
    let mut worst: BTreeMap<String, u8> = card.presented().into_keys().map(|key| (key, 1)).collect();
    for (key, lost) in card.most_lost().into_iter().filter(|(_, lost)| *lost > 0) {
        worst.insert(key, lost + RESENT);
    }
    worst
}

#[test]
fn no_case_costs_a_key_more_than_was_worked_out_before() {
    let known = BENCH.known(&[]);
    let (mut compared, mut costly) = (0, 0);
    for case in &BENCH.suite.cases {
        let Some(seen) = SEEN.get(&case.id) else { continue };
        let forecast = Forecast::of(case, &BENCH.suite.names, &known);
        if forecast.never.is_some() {
            continue;
        }
        compared += 1;
        for (key, seen) in seen {
            let worked_out = forecast.worst.get(key).copied().unwrap_or_default();
            assert!(worked_out >= *seen, "{}: {key} lost {seen}, worked out were {worked_out}", case.id);
            costly += 1;
        }
    }
    assert!(compared > 700 && costly > 300, "only {compared} cases were compared, {costly} keys in them");
}

/// A case that is never played is not one that nothing is known of: those that lock a key are all among them.
#[test]
fn every_case_that_locks_a_key_is_never_played() {
    let known = BENCH.known(&[]);
    let mut locking = 0;
    for case in &BENCH.suite.cases {
        let locks = case.effects.iter().any(|effect| effect.starts_with("locks:") || effect == "tampers");
        if locks && case.given.card.is_none() {
            let forecast = Forecast::of(case, &BENCH.suite.names, &known);
            assert!(forecast.never.is_some(), "{} would be played", case.id);
            locking += 1;
        }
    }
    assert!(locking > 50, "only {locking} cases lock a key");
}

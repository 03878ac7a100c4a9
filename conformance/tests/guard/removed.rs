//! A card that goes away at any moment, and comes back: nothing is taken for granted that was on its way.

use crate::bench::{BENCH, counters, leaves, selections};
use crate::crooked::Fault;
use crate::played::{Session, play};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use std::sync::atomic::{AtomicU32, Ordering};

#[test]
fn a_card_that_is_taken_away_at_any_moment_keeps_its_tries() {
    let config =
        Config { cases: 4_000, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..Config::default() };
    let away = (30..300_u32, any::<bool>());
    let everything = (selections(), counters(), leaves(), away);
    let values = AtomicU32::new(0);
    let result =
        TestRunner::new(config).run(&everything, |(selection, tries, leave, (after, carried_out))| {
            let session =
                Session { selection, tries, leave, fault: Fault::None, honest: 0, wrong: Vec::new() };
            let card = BENCH.in_a_reader(&session.tries, Fault::None, 0).away_after(after, carried_out);
            let outcome = play(&session, card);
            values.fetch_add(outcome.card.presented().values().sum(), Ordering::Relaxed);
            for (key, left) in outcome.card.tries() {
                let (first, budget) =
                    (session.tries[&key], outcome.budget.get(&key).copied().unwrap_or_default());
                let lost = first.saturating_sub(left);
                // A run that goes on gives back what was on its way, too.
                assert!(lost == 0 || outcome.stopped, "{key} lost {lost}, and nobody has noticed");
                assert!(lost <= budget, "{key} lost {lost}; the budget is {budget}");
                assert!(left > 0 || first == 0, "{key} was locked");
            }
            Ok(())
        });
    result.expect("the guard holds");
    assert!(values.into_inner() > 1_000, "hardly a value was presented");
}

//! The planner: whatever is selected, whatever the counters and the leave, it accepts nothing that could leave a
//! key fewer than two tries. What that could be is not taken from the planner, but from cases that were played.

use crate::bench::{BENCH, counters, leaves, selections};
use crate::crooked::Fault;
use crate::forecast::SEEN;
use jpki_conformance::guard::{Guard, Plan};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use std::sync::atomic::{AtomicU32, Ordering};

const SELECTIONS: u32 = 10_000;

/// Tries that have to stay, not taken from the planner either.
const LEAST_LEFT: u8 = 2;

#[test]
fn no_selection_is_accepted_that_could_leave_fewer_than_two_tries() {
    let config = Config {
        cases: SELECTIONS,
        rng_seed: RngSeed::Fixed(7),
        failure_persistence: None,
        ..Config::default()
    };
    let (accepted, costly) = (AtomicU32::new(0), AtomicU32::new(0));
    let known = BENCH.known(&[]);
    let everything = (selections(), counters(), leaves());
    let result = TestRunner::new(config).run(&everything, |(selection, tries, leave)| {
        let cases = BENCH.cases(&selection);
        let plan = Plan::new(&cases, &BENCH.suite.names, &known, &leave);
        let card = BENCH.in_a_reader(&tries, Fault::None, 0);
        let guard = Guard::meet(Box::new(card), &BENCH.names, &known).expect("an honest card");
        let serial = guard.survey().serial.clone();
        if plan.admit(guard.survey(), serial.as_deref()).is_err() {
            return Ok(());
        }
        accepted.fetch_add(1, Ordering::Relaxed);
        let withheld = plan.withheld();
        for case in cases.iter().filter(|case| !withheld.contains_key(&case.id)) {
            for (key, lost) in SEEN.get(&case.id).into_iter().flatten() {
                costly.fetch_add(1, Ordering::Relaxed);
                let left = tries[key].saturating_sub(*lost);
                assert!(left >= LEAST_LEFT, "{}: {key} has {} and could lose {lost}", case.id, tries[key]);
            }
        }
        Ok(())
    });
    result.expect("the planner holds");
    let (accepted, costly) = (accepted.into_inner(), costly.into_inner());
    eprintln!("{SELECTIONS} selections: {accepted} accepted, with {costly} keys that could lose a try");
    assert!(accepted > SELECTIONS / 10 && costly > SELECTIONS / 20, "{accepted} accepted, {costly} costly");
}

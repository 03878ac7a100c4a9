//! Random selections really played through the guard, against cards that miscount on purpose.
//!
//! What is guaranteed, of one fault at a time:
//! - Without leave nothing is presented, and no key that has two tries or more loses its last one. A key that
//!   comes with one try is lost only where the very first look at it costs one.
//! - With leave, and the right values in the profile, neither: a key stays above zero whatever the fault. What it
//!   loses is no more than the budget, and one try more where a single wrong value costs three.
//! - With a wrong value in the profile, that value is presented once and never again. It costs what the card takes
//!   for it: only a card that takes all tries for one wrong value is locked by it.
//! - A card that tells more tries than it has is presented at most one value, the one of the profile.

use crate::bench::{BENCH, counters, leaves, selections};
use crate::crooked::{Crooked, FAULTS, Fault};
use jpki_conformance::adapter::CardTarget;
use jpki_conformance::adapter::{Opening, VirtualCards};
use jpki_conformance::guard::{Guard, Guarded, Leave, Plan};
use jpki_conformance::runner::{RunOptions, run_on};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

const SELECTIONS: u32 = 10_000;

/// One session with a card in a reader.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) selection: Vec<usize>,
    pub(crate) tries: BTreeMap<String, u8>,
    pub(crate) leave: Leave,
    pub(crate) fault: Fault,
    /// Commands before the fault begins.
    pub(crate) honest: u32,
    /// Keys of which the profile tells a wrong value.
    pub(crate) wrong: Vec<String>,
}

/// What became of a card.
pub(crate) struct Outcome {
    pub(crate) card: Crooked,
    pub(crate) admitted: bool,
    pub(crate) stopped: bool,
    /// Most tries that each key could lose by the plan.
    pub(crate) budget: BTreeMap<String, u8>,
}

fn sessions() -> impl Strategy<Value = Session> {
    let keys: Vec<String> = BENCH.full().into_keys().collect();
    let honest = prop_oneof![3 => Just(0_u32), 2 => 0..400_u32];
    let wrong = prop_oneof![
        4 => Just(Vec::new()),
        1 => proptest::sample::subsequence(keys, 1..3),
    ];
    let fault = proptest::sample::select(&FAULTS[..]);
    (selections(), counters(), leaves(), fault, honest, wrong).prop_map(
        |(selection, tries, leave, fault, honest, wrong)| Session {
            selection,
            tries,
            leave,
            fault,
            honest,
            wrong,
        },
    )
}

static TARGET: CardTarget = CardTarget::Exec { command: String::new() };
static VIRTUAL: LazyLock<Arc<VirtualCards>> =
    LazyLock::new(|| VirtualCards::embedded(crate::bench::AS_OF).expect("the cards are well formed"));

/// Plays a session to its end, as the program does.
pub(crate) fn play(session: &Session, card: Crooked) -> Outcome {
    let bench = &*BENCH;
    let known = bench.known(&session.wrong);
    let cases = bench.cases(&session.selection);
    let plan = Plan::new(&cases, &bench.suite.names, &known, &session.leave);
    let budget = plan.keys.iter().map(|cost| (cost.key.clone(), cost.worst)).collect();
    let mut outcome = Outcome { card: card.clone(), admitted: false, stopped: false, budget };
    let Ok(mut guard) = Guard::meet(Box::new(card), &bench.names, &known) else {
        outcome.stopped = true;
        return outcome;
    };
    let serial = guard.survey().serial.clone();
    if guard.admit(&plan, session.leave.clone(), serial.as_deref()).is_err() {
        outcome.stopped = guard.stopped().is_some();
        guard.finish();
        return outcome;
    }
    outcome.admitted = true;
    let stop = AtomicBool::new(false);
    let options = RunOptions {
        target: &TARGET,
        known: Arc::new(guard.known()),
        opening: Opening {
            cards: Arc::clone(&VIRTUAL),
            exchange_limit: Duration::from_secs(10),
            start_limit: Duration::from_secs(10),
            control: None,
        },
        stage: bench.stage(),
        withheld: plan.withheld(),
        jobs: 1,
        stop: &stop,
        progress: &|_| {},
    };
    let guarded = Guarded::new(guard);
    run_on(Box::new(guarded.clone()), &bench.suite, &cases, &options);
    outcome.stopped = guarded.guard().finish().needs_care();
    outcome
}

/// Holds what became of a card against what is guaranteed.
fn holds(session: &Session, outcome: &Outcome) {
    let presented = outcome.card.presented();
    if session.leave.is_empty() {
        assert!(presented.is_empty(), "presented without leave: {presented:?}");
    }
    let looking_costs =
        matches!(session.fault, Fault::QueryCosts | Fault::SelectCosts | Fault::SelectFileCosts);
    for (key, left) in outcome.card.tries() {
        let first = session.tries[&key];
        let told_wrong = session.wrong.contains(&key);
        if told_wrong {
            let times = presented.get(&key).copied().unwrap_or_default();
            assert!(times <= 1, "a value of {key} that turned out wrong was presented {times} times");
        }
        let lies = matches!(session.fault, Fault::QueryTellsMore(_));
        match first {
            0 => assert_eq!(left, 0, "{key}: nobody can unlock it"),
            1 => assert!(left > 0 || looking_costs, "{key} lost its last try"),
            _ if lies => {
                let values: u32 = presented.values().sum();
                let late = session.honest > 0;
                assert!(values <= 1 || late, "{values} values for a card that lies");
                assert!(left > 0 || (told_wrong && presented.contains_key(&key)), "{key} was locked");
            }
            // All tries for one value: nobody can present it and keep the card.
            _ if told_wrong && session.fault == Fault::WrongCostsMore(2) => {}
            _ => assert!(left > 0, "{key} was locked: {first} before"),
        }
        // Within the budget, from what the card had when it came.
        let lost = first.saturating_sub(left);
        let budget = outcome.budget.get(&key).copied().unwrap_or_default();
        let surplus = match session.fault {
            Fault::WrongCostsMore(2) | Fault::OtherLengthCosts => 1 + u8::from(told_wrong),
            // The profile is wrong and the card is, too.
            Fault::WrongCostsMore(_) | Fault::Resends => u8::from(told_wrong),
            // What is not looked at at once is bounded by what keeps a key from its last try.
            Fault::NeighboursFall
            | Fault::AllOthersFall
            | Fault::QueryCosts
            | Fault::SelectCosts
            | Fault::SelectFileCosts => 2,
            Fault::None | Fault::RightCosts | Fault::RightDoesNotRestore | Fault::QueryTellsMore(_) => 0,
        };
        assert!(lost <= budget + surplus, "{key} lost {lost}; the budget is {budget}, {:?}", session.fault);
    }
    if session.fault == Fault::None && session.wrong.is_empty() {
        assert!(!outcome.stopped, "an honest card was stopped");
        assert!(outcome.card.values_are_the_factorys(), "a value was not changed back");
        for (key, left) in outcome.card.tries() {
            assert!(left >= session.tries[&key], "a try of {key} was not given back");
        }
    }
}

#[test]
fn no_card_that_miscounts_is_locked_by_any_selection() {
    let config = Config {
        cases: SELECTIONS,
        rng_seed: RngSeed::Fixed(7),
        failure_persistence: None,
        ..Config::default()
    };
    let [admitted, stopped, values, commands] = [const { AtomicU32::new(0) }; 4];
    let result = TestRunner::new(config).run(&sessions(), |session| {
        let card = BENCH.in_a_reader(&session.tries, session.fault, session.honest);
        let outcome = play(&session, card);
        admitted.fetch_add(u32::from(outcome.admitted), Ordering::Relaxed);
        stopped.fetch_add(u32::from(outcome.stopped), Ordering::Relaxed);
        values.fetch_add(outcome.card.presented().values().sum(), Ordering::Relaxed);
        commands.fetch_add(outcome.card.commands(), Ordering::Relaxed);
        holds(&session, &outcome);
        Ok(())
    });
    result.expect("the guard holds");
    let [admitted, stopped, values, commands] =
        [admitted, stopped, values, commands].map(AtomicU32::into_inner);
    eprintln!(
        "{SELECTIONS} selections: {admitted} played, {stopped} stopped, {values} values presented, {commands} commands"
    );
    assert!(admitted > SELECTIONS / 10, "only {admitted} were played");
    assert!(stopped > SELECTIONS / 20, "only {stopped} were stopped");
    assert!(values > SELECTIONS / 2, "only {values} values were presented");
}

#[test]
fn without_leave_no_card_that_miscounts_is_presented_anything() {
    let config =
        Config { cases: 2_000, rng_seed: RngSeed::Fixed(11), failure_persistence: None, ..Config::default() };
    let read = AtomicU32::new(0);
    let result = TestRunner::new(config).run(&sessions(), |mut session| {
        session.leave = Leave::default();
        let card = BENCH.in_a_reader(&session.tries, session.fault, session.honest);
        let outcome = play(&session, card);
        read.fetch_add(u32::from(outcome.admitted), Ordering::Relaxed);
        assert_eq!(outcome.card.presented(), BTreeMap::new());
        holds(&session, &outcome);
        Ok(())
    });
    result.expect("the guard holds");
    assert!(read.into_inner() > 200, "hardly a selection had anything to read");
}

/// The plan keeps such cases back; should one get through all the same, nothing is presented either.
#[test]
fn the_guard_itself_asks_for_leave_whoever_lets_a_case_through() {
    let bench = &*BENCH;
    let known = Arc::new(bench.known(&[]));
    for &index in &bench.with_leave {
        let card = bench.in_a_reader(&bench.full(), Fault::None, 0);
        let guard = Guard::meet(Box::new(card.clone()), &bench.names, &known).expect("an honest card");
        let case = &bench.suite.cases[index];
        jpki_conformance::engine::play(case, &mut Guarded::new(guard), &known, &bench.stage());
        assert_eq!(card.presented(), BTreeMap::new(), "{}", case.id);
    }
}

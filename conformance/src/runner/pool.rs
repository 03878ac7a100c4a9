//! Plays cases one after the other, on as many cards at a time as there may be.

use super::condition::Condition;
use super::judge::judge;
use crate::adapter::{BringsBack, CardTarget, CardUnderTest, NotStarted, Opening};
use crate::engine::{KnownCard, Played, Stage, play};
use crate::scenario::{Case, Suite};
use crate::verdict::{Fault, Outcome, Tally};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How to run.
pub struct RunOptions<'a> {
    /// The card under test.
    pub target: &'a CardTarget,
    /// What the card under test is known to be.
    pub known: Arc<KnownCard>,
    /// With what it is opened.
    pub opening: Opening,
    /// What every case is played with.
    pub stage: Stage<'a>,
    /// Cases that are not played, by id, and why: a card in a reader is spared them.
    pub withheld: BTreeMap<String, String>,
    /// Cards at a time.
    pub jobs: usize,
    /// Somebody wants it to stop.
    pub stop: &'a AtomicBool,
    /// Is told after every case how many are done.
    pub progress: &'a (dyn Fn(usize) + Sync),
}

/// A run, finished or stopped.
#[derive(Debug)]
pub struct Run<'s> {
    /// The results, in the order of the selection; only of cases that were played.
    pub results: Vec<CaseResult<'s>>,
    /// Somebody stopped it before every case was played.
    pub interrupted: bool,
    /// How long it took.
    pub took: Duration,
}

/// What became of one case.
#[derive(Debug)]
pub struct CaseResult<'s> {
    /// The case.
    pub case: &'s Case,
    /// How it went.
    pub played: Played,
}

impl Run<'_> {
    /// How many cases ended in each way.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.results.iter().map(|result| &result.played.verdict.outcome).collect()
    }

    /// How many cases passed with something worth knowing.
    #[must_use]
    pub fn informed(&self) -> usize {
        let noted = |result: &&CaseResult<'_>| !result.played.verdict.notes.is_empty();
        self.results.iter().filter(noted).count()
    }
}

/// What the workers share.
struct Queue<'q, 's, 'o> {
    suite: &'s Suite,
    cases: Vec<(usize, &'s Case)>,
    next: AtomicUsize,
    results: Mutex<Vec<Option<CaseResult<'s>>>>,
    done: AtomicUsize,
    options: &'q RunOptions<'o>,
}

/// Plays the cases.
///
/// # Errors
/// The card under test never started; nothing was played.
pub fn run<'s>(
    suite: &'s Suite,
    cases: &[&'s Case],
    options: &RunOptions<'_>,
) -> Result<Run<'s>, NotStarted> {
    let first = options.target.open(&options.opening)?;
    Ok(run_on(first, suite, cases, options))
}

/// Plays the cases on a card that is open already; further ones are opened where several may be.
pub fn run_on<'s>(
    first: Box<dyn CardUnderTest>,
    suite: &'s Suite,
    cases: &[&'s Case],
    options: &RunOptions<'_>,
) -> Run<'s> {
    let began = Instant::now();
    let mut ordered: Vec<(usize, &Case)> = cases.iter().copied().enumerate().collect();
    if first.brings_back() == BringsBack::Power {
        // What locks a key for good comes last: it takes the key away from everything after it.
        ordered.sort_by_key(|(_, case)| damage(case));
    }
    let queue = Queue {
        suite,
        cases: ordered,
        next: AtomicUsize::new(0),
        results: Mutex::new(cases.iter().map(|_| None).collect()),
        done: AtomicUsize::new(0),
        options,
    };
    let jobs = options.jobs.clamp(1, options.target.most_at_once()).min(cases.len().max(1));
    std::thread::scope(|scope| {
        for _ in 1..jobs {
            // A further card that does not come leaves its share to the others.
            scope.spawn(|| options.target.open(&options.opening).map(|card| queue.work(card)));
        }
        queue.work(first);
    });
    let results = queue.results.into_inner().unwrap_or_else(PoisonError::into_inner);
    let interrupted = results.iter().any(Option::is_none);
    Run { results: results.into_iter().flatten().collect(), interrupted, took: began.elapsed() }
}

/// How much a case takes from the cases after it.
fn damage(case: &Case) -> u8 {
    let has = |kind: &str| case.effects.iter().any(|effect| effect.starts_with(kind));
    match () {
        () if has("tampers") => 3,
        () if has("locks:") => 2,
        () if has("changes:") => 1,
        () => 0,
    }
}

impl<'s> Queue<'_, 's, '_> {
    fn work(&self, mut card: Box<dyn CardUnderTest>) {
        let mut condition = Condition::new(card.brings_back());
        while !self.options.stop.load(Ordering::Relaxed) {
            let Some(&(index, case)) = self.cases.get(self.next.fetch_add(1, Ordering::Relaxed)) else {
                break;
            };
            let played = judge(case, self.play(case, card.as_mut(), &mut condition), &self.suite.catalogue);
            let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
            results[index] = Some(CaseResult { case, played });
            drop(results);
            (self.options.progress)(self.done.fetch_add(1, Ordering::Relaxed) + 1);
        }
        condition.restore(card.as_mut(), &self.options.known, &self.options.stage);
    }

    fn play(&self, case: &Case, card: &mut dyn CardUnderTest, condition: &mut Condition) -> Played {
        let RunOptions { known, stage, withheld, .. } = self.options;
        if let Some(reason) = withheld.get(&case.id) {
            return Played::without_a_step(Outcome::Skipped { reason: reason.clone() });
        }
        if let Err(reason) = condition.allows(case, card, known, stage) {
            return Played::without_a_step(Outcome::Skipped { reason });
        }
        // A fault of ours in one case must not take the others with it.
        let played = catch_unwind(AssertUnwindSafe(|| play(case, card, known, stage))).unwrap_or_else(|_| {
            let reason = "the suite panicked; the message stands on standard error".to_owned();
            Played::without_a_step(Outcome::Error { fault: Fault::Suite, reason })
        });
        condition.after(case, &played);
        played
    }
}

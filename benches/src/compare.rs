//! Two things measured in turns, so that a noisy machine disturbs both alike.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How often the two take turns.
const TURNS: usize = 25;

/// How long each turn lasts.
const TURN: Duration = Duration::from_millis(40);

/// Repetitions between two looks at the clock.
const BATCH: u32 = 1_000;

/// Whether this run measures: `cargo bench` does, `cargo test` only looks whether the benchmarks run.
#[must_use]
pub fn is_measured() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

/// One of two things to compare.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Side {
    /// Nanoseconds for one repetition: in the fastest turn, the one that was disturbed least, or the median of many.
    pub nanoseconds: f64,
}

impl Side {
    /// Repetitions a second.
    #[must_use]
    pub fn per_second(self) -> f64 {
        1e9 / self.nanoseconds
    }
}

/// Measures both in turns. What they return is kept from being optimised away.
pub fn side_by_side<A, B>(mut one: impl FnMut() -> A, mut other: impl FnMut() -> B) -> (Side, Side) {
    turn(&mut one);
    turn(&mut other);
    let (ones, others) = (0..TURNS).map(|_| (turn(&mut one), turn(&mut other))).unzip();
    (fastest(ones), fastest(others))
}

/// Measures both one repetition at a time, in turns: for what takes long enough for the clock, and is at the mercy
/// of the scheduler. The median of each counts.
///
/// # Panics
/// Without any repetition.
pub fn one_by_one<A, B>(
    repetitions: usize,
    mut one: impl FnMut() -> A,
    mut other: impl FnMut() -> B,
) -> (Side, Side) {
    let (ones, others) = (0..repetitions).map(|_| (once(&mut one), once(&mut other))).unzip();
    (median(ones), median(others))
}

fn once<T>(repeat: &mut impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    black_box(repeat());
    start.elapsed().as_nanos() as f64
}

fn median(mut times: Vec<f64>) -> Side {
    times.sort_by(f64::total_cmp);
    Side { nanoseconds: times[times.len() / 2] }
}

/// Nanoseconds for one repetition, over one turn.
fn turn<T>(repeat: &mut impl FnMut() -> T) -> f64 {
    let (start, mut repetitions) = (Instant::now(), 0u32);
    while start.elapsed() < TURN {
        for _ in 0..BATCH {
            black_box(repeat());
        }
        repetitions += BATCH;
    }
    start.elapsed().as_nanos() as f64 / f64::from(repetitions)
}

fn fastest(turns: Vec<f64>) -> Side {
    Side { nanoseconds: turns.into_iter().fold(f64::INFINITY, f64::min) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(rounds: u32) -> impl FnMut() -> u32 {
        move || (0..black_box(rounds)).fold(1u32, |a, b| a ^ b.rotate_left(a))
    }

    #[test]
    fn the_slower_side_is_seen_to_be_slower() {
        let (short, long) = side_by_side(work(20), work(400));
        assert!(long.nanoseconds > 2.0 * short.nanoseconds, "{short:?} {long:?}");
        assert!(short.per_second() > long.per_second());
    }

    #[test]
    fn the_slower_side_is_seen_to_be_slower_one_by_one() {
        let (short, long) = one_by_one(101, work(1_000), work(20_000));
        assert!(long.nanoseconds > 2.0 * short.nanoseconds, "{short:?} {long:?}");
    }

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert_eq!(median(vec![9.0, 1.0, 2.0]), Side { nanoseconds: 2.0 });
    }
}

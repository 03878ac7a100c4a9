//! The end-to-end lane: the virtual card behind this system's PC/SC, used by real programs.
//!
//! Each test is a function `fn(&Scene)` in the table of its file. It runs in a process of its own, which has the
//! machine to itself as far as it can see (its own pcscd, ports, processes), ends with everything it started, and
//! leaves its logs in `target/end-to-end/TEST/`. To add one: write it, and name it in the table of its file.

mod authority;
mod company;
mod contents;
mod control;
mod disturbance;
mod harness;
mod lane;
mod no_pins;
mod opensc;
mod pins;
mod real_cards;
mod recognition;
mod signing;
mod verdicts;

use lane::{Lane, Test};
use std::process::ExitCode;

/// The tests, by file.
const TESTS: &[&[Test]] = &[
    recognition::TESTS,
    contents::TESTS,
    signing::TESTS,
    pins::TESTS,
    control::TESTS,
    disturbance::TESTS,
    authority::TESTS,
    company::TESTS,
    real_cards::TESTS,
    harness::TESTS,
    verdicts::TESTS,
];

/// What looks at the files that all others left.
const AFTERWARDS: &[Test] = no_pins::TESTS;

fn main() -> ExitCode {
    Lane { tests: TESTS, afterwards: AFTERWARDS }.run()
}

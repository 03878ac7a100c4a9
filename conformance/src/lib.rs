//! The harness: catalogue, scenarios, adapters, runner, reports.

pub mod adapter;
mod cargo_test;
pub mod catalogue;
pub mod cli;
mod closest;
pub mod coverage;
pub mod diagnostic;
pub mod engine;
pub mod exit_code;
pub mod guard;
pub mod report;
pub mod runner;
pub mod scenario;
pub mod schema;
mod strict;
pub mod vectors;
pub mod verdict;

pub use cargo_test::conformance_tests;

//! The harness: catalogue, scenarios, adapters, runner, reports.

pub mod adapter;
pub mod catalogue;
pub mod scenario;

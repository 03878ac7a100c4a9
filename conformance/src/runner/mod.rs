//! The runner: selects cases, plays each against a fresh card, and keeps every result whatever dies.

mod cards;
mod condition;
mod judge;
mod pool;
mod select;

pub use cards::{Cards, load_cards, load_profile};
pub(crate) use judge::judge;
pub use pool::{CaseResult, Run, RunOptions, run, run_on};
pub use select::{Selection, Shard, glob, today};

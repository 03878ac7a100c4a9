//! The runner: selects cases, plays each against a fresh card, and keeps every result whatever dies.

mod cards;
mod condition;
mod cost;
mod judge;
mod pool;
mod select;

pub use cards::{Cards, load_cards, load_profile};
pub use cost::{Cost, costs};
pub(crate) use judge::judge;
pub use pool::{CaseResult, Run, RunOptions, run};
pub use select::{Selection, Shard, glob, today};

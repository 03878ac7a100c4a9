//! What the benchmarks share: a card, a few commands, and measuring two things side by side.

mod compare;
mod subject;

pub use compare::{Side, is_measured, one_by_one, side_by_side};
pub use subject::{Reader, command};

//! The catalogue: which documents there are, and which rules they make.

mod rule;

pub use rule::*;

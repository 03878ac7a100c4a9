//! The catalogue: which documents there are, and which rules they make.

mod document;
mod load;
mod rule;

pub use document::*;
pub use load::Catalogue;
pub use rule::*;

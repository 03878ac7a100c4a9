//! A test of the lane: its name and what it does.

use super::Scene;

/// A test.
pub(crate) struct Test {
    /// The name of its function, a sentence.
    pub(crate) name: &'static str,
    /// What it does. It fails by panicking.
    pub(crate) play: fn(&Scene),
}

/// A table of tests from the names of their functions. A function that stands in no table is dead code, which the
/// compiler tells.
macro_rules! tests {
    ($($name:ident),* $(,)?) => {
        &[$($crate::lane::Test { name: stringify!($name), play: $name }),*]
    };
}

pub(crate) use tests;

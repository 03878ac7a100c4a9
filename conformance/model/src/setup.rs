//! The card that a model starts from.

use crate::knobs::Knobs;
use crate::layout::{Application, Key};
use std::collections::BTreeMap;

/// The card that a model starts from: factory-fresh, its power just switched on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// The retry counter of each key of each application that the card has.
    pub keys: BTreeMap<Key, Tries>,
    /// How it answers where the sources disagree.
    pub knobs: Knobs,
}

/// A retry counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    /// Tries after a right value.
    pub most: u8,
    /// Tries left now.
    pub left: u8,
}

impl Default for Setup {
    /// A fresh card with all applications and the best-supported answers.
    fn default() -> Self {
        let keys = Application::ALL.into_iter().flat_map(Application::keys);
        Self {
            keys: keys.map(|(key, tries)| (key, Tries { most: tries, left: tries })).collect(),
            knobs: Knobs::default(),
        }
    }
}

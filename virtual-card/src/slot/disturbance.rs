//! What goes wrong on the way: a card that takes its time, a card that is pulled while it works.

use std::time::Duration;

/// The card will be pulled while it works. The command is carried out all the same, as by a real card that is
/// pulled after it worked: only the answer suffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tear {
    /// So many commands are still answered; the next one is torn.
    pub after: u32,
    /// How much of its answer leaves.
    pub point: TearPoint,
}

/// How much of the torn command's answer leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TearPoint {
    /// Nothing.
    BeforeAnswer,
    /// A part.
    InAnswer,
}

impl TearPoint {
    /// How many bytes of an answer of so many leave: always fewer than all.
    pub(super) fn leaves(self, answer: usize) -> usize {
        match self {
            Self::BeforeAnswer => 0,
            Self::InAnswer => answer / 2,
        }
    }
}

/// The disturbances that are set.
#[derive(Debug, Default)]
pub(super) struct Disturbances {
    /// Before each command is carried out.
    pub(super) delay: Duration,
    pub(super) tear: Option<Tear>,
}

impl Disturbances {
    /// Counts a command; where its answer is torn.
    pub(super) fn next(&mut self) -> Option<TearPoint> {
        let tear = self.tear.as_mut()?;
        if let Some(left) = tear.after.checked_sub(1) {
            tear.after = left;
            return None;
        }
        self.tear.take().map(|tear| tear.point)
    }
}

//! What goes wrong on the way: a card that takes its time, a card that is pulled while it works.

use super::{Refusal, Slot};
use std::fmt;
use std::time::Duration;

/// A longer delay is one that no client waits for.
pub const LONGEST_DELAY: Duration = Duration::from_secs(60);

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

impl fmt::Display for Tear {
    /// As the control socket writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self.point {
            TearPoint::BeforeAnswer => "after",
            TearPoint::InAnswer => "in-response",
        };
        write!(f, "{words} {}", self.after)
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

impl Slot {
    /// From now on the card takes this long before it carries out a command.
    ///
    /// # Errors
    /// [`Refusal::Delay`].
    pub fn set_delay(&self, delay: Duration) -> Result<(), Refusal> {
        if delay > LONGEST_DELAY {
            return Err(Refusal::Delay);
        }
        self.lock().disturbances.delay = delay;
        Ok(())
    }

    /// The card will be pulled while it works; `None` leaves it in peace.
    pub fn set_tear(&self, tear: Option<Tear>) {
        self.lock().disturbances.tear = tear;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::the_next_command(0, &[true, false, false])]
    #[case::the_third(2, &[false, false, true, false])]
    fn one_command_is_torn_and_no_other(#[case] after: u32, #[case] torn: &[bool]) {
        let tear = Some(Tear { after, point: TearPoint::InAnswer });
        let mut disturbances = Disturbances { tear, ..Disturbances::default() };
        let seen: Vec<_> = torn.iter().map(|_| disturbances.next().is_some()).collect();
        assert_eq!(seen, torn);
    }

    #[rstest]
    fn never_does_the_whole_answer_leave(#[values(2, 3, 258, 65_538)] answer: usize) {
        assert_eq!(TearPoint::BeforeAnswer.leaves(answer), 0);
        let part = TearPoint::InAnswer.leaves(answer);
        assert!(0 < part && part < answer, "{part} of {answer}");
    }
}

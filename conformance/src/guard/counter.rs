//! The counter of one key, as far as it is known, and what it allows. The arithmetic of the guard stands here alone.

use std::fmt;

/// Tries that must be left in the worst case. With two, one more surprise does not lock the key.
pub const LEAST_LEFT: u8 = 2;

/// What one wrong value can cost beyond the try that it is meant to cost: a reader that sends it twice. The
/// first surplus try is seen at once and ends the run, so it comes once and not once a value.
pub const RESENT: u8 = 1;

/// Commands that a card could count although it must not, which may leave before the counters are looked at again.
pub(super) const MOST_UNSEEN: u8 = 2;

/// A value of a key; never shown.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Value(pub(super) Vec<u8>);

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Value(masked)")
    }
}

/// The counter of one key.
#[derive(Clone, Debug)]
pub(super) struct Counter {
    /// Tries after a right VERIFY, from the card's profile.
    pub(super) limit: u8,
    /// Tries when the run began.
    pub(super) first: u8,
    /// Tries that must be left now.
    pub(super) left: u8,
    /// Commands since the counter was last seen that a card could count although it must not.
    pub(super) unseen: u8,
    /// The value that the profile tells; `None` when it tells none.
    pub(super) factory: Option<Value>,
    /// The value that must be right now.
    pub(super) value: Option<Value>,
    /// The card has taken this value in this run.
    pub(super) proven: bool,
    /// A wrong value was presented, and no right one since.
    pub(super) spent: bool,
}

/// Why a value is not presented to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("nobody has told its right value, so what it costs could not be given back")]
    UnknownValue,
    #[error("the card has not taken the right value in this run, so what it costs might not be given back")]
    NotProven,
    #[error("it has {left} tries left, and {worst} could be lost: at least {LEAST_LEFT} have to stay")]
    TooFew { left: u8, worst: u8 },
}

impl Counter {
    pub(super) fn new(limit: u8, left: u8, value: Option<Value>) -> Self {
        let factory = value.clone();
        Self { limit, first: left, left, unseen: 0, factory, value, proven: false, spent: false }
    }

    /// The value is the one that must be right now.
    pub(super) fn is_right(&self, value: &[u8]) -> bool {
        self.value.as_ref().is_some_and(|right| right.0 == value)
    }

    /// The right value may be presented. Until the card has taken it, it may be wrong and cost a try.
    pub(super) fn takes_right(&self) -> Result<(), Refused> {
        self.affords(u8::from(!self.proven))
    }

    /// A wrong value may be presented: what it costs can be given back, and a resent one does no harm.
    pub(super) fn takes_wrong(&self) -> Result<(), Refused> {
        match (&self.value, self.proven) {
            (None, _) => Err(Refused::UnknownValue),
            (Some(_), false) => Err(Refused::NotProven),
            (Some(_), true) => self.affords(1 + RESENT),
        }
    }

    /// The value may be changed: it can be changed back, and the new one may cost a try to be proven.
    pub(super) fn takes_change(&self) -> Result<(), Refused> {
        match (&self.value, self.proven) {
            (None, _) => Err(Refused::UnknownValue),
            (Some(_), false) => Err(Refused::NotProven),
            (Some(_), true) => self.affords(1),
        }
    }

    fn affords(&self, worst: u8) -> Result<(), Refused> {
        if self.left >= worst + LEAST_LEFT { Ok(()) } else { Err(Refused::TooFew { left: self.left, worst }) }
    }

    /// Something may be sent that the worst card counts here although it must not: should it, a try stays.
    pub(super) const fn bears_unseen(&self) -> bool {
        // A key that is locked has nothing to lose.
        self.left == 0 || (self.unseen < MOST_UNSEEN && self.left >= self.unseen + LEAST_LEFT)
    }

    /// The counter was seen, and it was what it must be.
    pub(super) const fn seen(&mut self) {
        self.unseen = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn counter(left: u8, proven: bool) -> Counter {
        Counter { proven, ..Counter::new(5, left, Some(Value(b"ABC123".to_vec()))) }
    }

    /// Of the tries that are left, two stay in the worst case of each.
    #[rstest]
    #[case::right_unproven(3, false, true, false, false)]
    #[case::right_unproven_of_two(2, false, false, false, false)]
    #[case::proven_of_two(2, true, true, false, false)]
    #[case::proven_of_one(1, true, false, false, false)]
    #[case::proven_of_three(3, true, true, false, true)]
    #[case::proven_of_four(4, true, true, true, true)]
    #[case::locked(0, true, false, false, false)]
    fn at_least_two_tries_stay(
        #[case] left: u8,
        #[case] proven: bool,
        #[case] right: bool,
        #[case] wrong: bool,
        #[case] change: bool,
    ) {
        let counter = counter(left, proven);
        let taken = (counter.takes_right(), counter.takes_wrong(), counter.takes_change());
        assert_eq!((taken.0.is_ok(), taken.1.is_ok(), taken.2.is_ok()), (right, wrong, change), "{taken:?}");
    }

    #[test]
    fn without_a_known_value_nothing_wrong_is_presented() {
        let counter = Counter::new(10, 10, None);
        assert_eq!(counter.takes_wrong(), Err(Refused::UnknownValue));
        assert_eq!(counter.takes_change(), Err(Refused::UnknownValue));
    }

    #[rstest]
    #[case(3, 0, true)]
    #[case(3, 1, true)]
    #[case(3, 2, false)]
    #[case(2, 0, true)]
    #[case(2, 1, false)]
    #[case(1, 0, false)]
    #[case(10, 1, true)]
    #[case(10, 2, false)]
    #[case(0, 9, true)]
    fn what_is_not_looked_at_leaves_a_try(#[case] left: u8, #[case] unseen: u8, #[case] bears: bool) {
        assert_eq!(Counter { unseen, ..counter(left, false) }.bears_unseen(), bears);
    }
}
